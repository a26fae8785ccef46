//! rten, on the ONNX file that the comparison makes.

use std::sync::Arc;

use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::{AsView as _, NdTensor};

use crate::{Engine, Failure, Padded, WIDTH};

pub(crate) struct Rten {
    model: Model,
    inputs: [NodeId; 2],
    output: NodeId,
    threads: Arc<ThreadPool>,
}

impl Rten {
    pub(crate) fn load(file: &str, threads: usize) -> Result<Self, Failure> {
        let model = rten::ModelOptions::with_all_ops().prepack_weights(true).load_file(file)?;
        let inputs = [model.node_id("embeddings")?, model.node_id("attention_mask")?];
        let output = model.node_id("hidden")?;
        Ok(Self { model, inputs, output, threads: Arc::new(ThreadPool::with_num_threads(threads)) })
    }
}

impl Engine for Rten {
    fn encode(&mut self, batch: &Padded) -> Result<Vec<f32>, Failure> {
        let vectors = NdTensor::from_data([batch.texts, batch.longest, WIDTH], batch.vectors.clone());
        let mask = NdTensor::from_data([batch.texts, batch.longest], batch.mask.clone());
        let inputs = vec![(self.inputs[0], vectors.view().into()), (self.inputs[1], mask.view().into())];
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let [hidden] = self.model.run_n(inputs, [self.output], Some(options))?;
        let hidden: NdTensor<f32, 3> = hidden.try_into()?;
        Ok(hidden.to_vec())
    }
}
