//! The encoder on rten, a runtime for ONNX graphs in plain Rust.

use std::{path::Path, sync::Arc, thread};

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::{NdTensor, NdTensorView, prelude::*};

use crate::{
    ModelError,
    encoder::{EmbeddedBatch, Encoder, Hidden},
};

/// A graph with inputs `embeddings` (f32, batch × seq × width) and `attention_mask` (integers, batch × seq; 1 counts,
/// 0 is padding) and the output `hidden` (f32, batch × seq × width).
pub(crate) struct RtenEncoder {
    model: Model,
    embeddings: NodeId,
    attention_mask: NodeId,
    hidden: NodeId,
    options: RunOptions,
}

impl RtenEncoder {
    /// Loads the ONNX graph `bytes` (read from `path`) to run on `threads` threads; 0 takes all there are.
    pub(crate) fn new(bytes: Vec<u8>, threads: usize, path: &Path) -> Result<Self, ModelError> {
        let malformed = |source: Box<dyn std::error::Error + Send + Sync>| ModelError::Malformed {
            path: path.to_path_buf(),
            expected: "an encoder graph",
            source,
        };
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(bytes).map_err(|e| malformed(e.into()))?;
        let node = |name: &str| model.node_id(name).map_err(|e| malformed(e.into()));
        let (embeddings, attention_mask, hidden) = (node("embeddings")?, node("attention_mask")?, node("hidden")?);
        let threads = if threads > 0 { threads } else { thread::available_parallelism().map_or(1, usize::from) };
        let pool = Arc::new(ThreadPool::with_num_threads(threads));
        let options = RunOptions::default().with_thread_pool(Some(pool));
        Ok(Self { model, embeddings, attention_mask, hidden, options })
    }
}

impl Encoder for RtenEncoder {
    fn encode(&mut self, batch: &EmbeddedBatch) -> Result<Hidden, ModelError> {
        let (rows, length, width) = (batch.lengths.len(), batch.length, batch.width);
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| ModelError::Encode { rows, length, source };
        let embeddings = NdTensorView::from_data([rows, length, width], batch.embeddings.as_slice());
        let mask = NdTensor::from_fn([rows, length], |[row, token]| i32::from(token < batch.lengths[row]));
        let inputs = vec![(self.embeddings, embeddings.into()), (self.attention_mask, mask.view().into())];
        let [output] =
            self.model.run_n(inputs, [self.hidden], Some(self.options.clone())).map_err(|e| failed(e.into()))?;
        let output: NdTensor<f32, 3> = output.try_into().map_err(|e: rten::TryFromValueError| failed(e.into()))?;
        if output.shape() != [rows, length, width] {
            return Err(failed(format!("the output has shape {:?}", output.shape()).into()));
        }
        Ok(Hidden { length, width, values: output.into_data() })
    }
}
