//! The encoder on rten, a runtime for ONNX graphs in plain Rust.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::{NdTensor, NdTensorView, prelude::*};

use crate::{
    ModelError,
    encoder::{EmbeddedBatch, Encoder, Hidden},
};

type AnyError = Box<dyn std::error::Error + Send + Sync>;
/// Rows one thread has done: the place of each in the batch, and its vectors.
type DoneRows = Vec<(usize, Vec<f32>)>;

/// A graph with inputs `embeddings` (f32, batch × seq × width) and `attention_mask` (integers, batch × seq; 1 counts,
/// 0 is padding) and the output `hidden` (f32, batch × seq × width).
///
/// The int8 graph rounds activations on one scale per run, so rows that run together disturb each other: alone each
/// row is rounded best, gets the same numbers in any company, and needs no padding. Each thread therefore takes one
/// row after another, which costs nothing against larger matrices split over the threads.
pub(crate) struct RtenEncoder {
    model: Model,
    embeddings: NodeId,
    attention_mask: NodeId,
    hidden: NodeId,
    /// One per thread, each with a pool of its own.
    workers: Vec<RunOptions>,
}

impl RtenEncoder {
    /// Loads the ONNX graph `bytes` (read from `path`) to run on `threads` threads; 0 takes all there are.
    pub(crate) fn new(bytes: Vec<u8>, threads: usize, path: &Path) -> Result<Self, ModelError> {
        let malformed =
            |source: AnyError| ModelError::Malformed { path: path.to_path_buf(), expected: "an encoder graph", source };
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(bytes).map_err(|e| malformed(e.into()))?;
        let node = |name: &str| model.node_id(name).map_err(|e| malformed(e.into()));
        let (embeddings, attention_mask, hidden) = (node("embeddings")?, node("attention_mask")?, node("hidden")?);
        let threads = if threads > 0 { threads } else { thread::available_parallelism().map_or(1, usize::from) };
        let worker = || RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1))));
        let workers = (0..threads).map(|_| worker()).collect();
        Ok(Self { model, embeddings, attention_mask, hidden, workers })
    }

    /// The vectors of one row of `length` tokens.
    fn run_row(&self, row: &[f32], length: usize, width: usize, options: &RunOptions) -> Result<Vec<f32>, AnyError> {
        let embeddings = NdTensorView::from_data([1, length, width], row);
        let mask = NdTensor::full([1, length], 1_i32);
        let inputs = vec![(self.embeddings, embeddings.into()), (self.attention_mask, mask.view().into())];
        let [output] = self.model.run_n(inputs, [self.hidden], Some(options.clone()))?;
        let output: NdTensor<f32, 3> = output.try_into()?;
        if output.shape() == [1, length, width] {
            Ok(output.into_data())
        } else {
            Err(format!("the output has shape {:?}", output.shape()).into())
        }
    }
}

impl Encoder for RtenEncoder {
    fn encode(&mut self, batch: &EmbeddedBatch) -> Result<Hidden, ModelError> {
        let width = batch.width;
        let rows: Vec<&[f32]> = batch.rows().collect();
        let this = &*self;
        let next = AtomicUsize::new(0);
        let work = |options: &RunOptions| {
            let mut done = DoneRows::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(row) = rows.get(at) else { return Ok(done) };
                done.push((at, this.run_row(row, row.len() / width, width, options)?));
            }
        };
        let work = &work;
        let found: Vec<Result<DoneRows, AnyError>> = thread::scope(|scope| {
            let (first, others) = this.workers.split_at(1);
            let spare = rows.len().saturating_sub(1);
            let others: Vec<_> = others.iter().take(spare).map(|options| scope.spawn(move || work(options))).collect();
            let own = first.iter().map(work).collect::<Vec<_>>();
            let joined = others.into_iter().map(|h| h.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            own.into_iter().chain(joined).collect()
        });
        let mut done = DoneRows::new();
        for rows in found {
            done.extend(rows.map_err(|source| batch.failed(source))?);
        }
        done.sort_unstable_by_key(|(row, _)| *row);
        Ok(Hidden::new(batch, done.into_iter().flat_map(|(_, row)| row).collect()))
    }
}
