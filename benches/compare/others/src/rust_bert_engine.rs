//! rust-bert on libtorch.

use std::path::Path;

use rust_bert::{
    Config as _,
    bert::{BertConfig, BertEmbeddings, BertModel},
};
use tch::{Device, Kind, Tensor, nn::VarStore};

use crate::{Engine, Failure, Padded, WIDTH};

pub(crate) struct Bert {
    model: BertModel<BertEmbeddings>,
    kind: Kind,
    /// Owns the weights.
    _weights: VarStore,
}

impl Bert {
    /// The encoder of a folder, in bfloat16 or in single precision.
    pub(crate) fn load(folder: &str, threads: usize, bf16: bool) -> Result<Self, Failure> {
        tch::set_num_threads(threads.try_into()?);
        let folder = Path::new(folder);
        let mut weights = VarStore::new(Device::Cpu);
        let model = BertModel::new(weights.root(), &BertConfig::from_file(folder.join("config.json")));
        let missing = weights.load_partial(folder.join("model.safetensors"))?;
        // Nobody asks the pooler.
        if let Some(name) = missing.iter().find(|name| !name.starts_with("pooler")) {
            return Err(format!("the weights lack {name}").into());
        }
        if bf16 {
            weights.bfloat16();
        }
        weights.freeze();
        Ok(Self { model, kind: if bf16 { Kind::BFloat16 } else { Kind::Float }, _weights: weights })
    }
}

impl Engine for Bert {
    fn encode(&mut self, batch: &Padded) -> Result<Vec<f32>, Failure> {
        let (texts, longest) = (i64::try_from(batch.texts)?, i64::try_from(batch.longest)?);
        let vectors = Tensor::from_slice(&batch.vectors).view([texts, longest, WIDTH as i64]).to_kind(self.kind);
        let mask = Tensor::from_slice(&batch.mask).view([texts, longest]).to_kind(Kind::Int64);
        let output =
            tch::no_grad(|| self.model.forward_t(None, Some(&mask), None, None, Some(&vectors), None, None, false))?;
        Ok(Vec::try_from(output.hidden_state.to_kind(Kind::Float).contiguous().view(-1))?)
    }
}
