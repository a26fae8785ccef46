//! The network itself, by rust-bert.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use rust_bert::{
    bert::{BertConfig, BertForSequenceClassification},
    distilbert::{DistilBertConfig, DistilBertModelClassifier},
    roberta::RobertaForSequenceClassification,
};
use serde::de::DeserializeOwned;
use tch::{Device, Kind, Tensor, nn};

use super::{
    CONFIG, WEIGHTS,
    layout::{Family, Layout},
    manifest::Precision,
};
use crate::{ModelError, manifest::mismatch};

/// A classifier, its weights loaded.
pub(crate) struct Network {
    kind: NetworkKind,
    device: Device,
    padding: i64,
    width: usize,
    /// Owns the weights.
    _weights: nn::VarStore,
}

enum NetworkKind {
    Bert(BertForSequenceClassification),
    Roberta(RobertaForSequenceClassification),
    DistilBert(DistilBertModelClassifier),
}

/// What the network says of one row.
pub(crate) struct Answer {
    /// A number per class.
    pub(crate) logits: Vec<f32>,
    /// The last vectors of all tokens, marks included, one after another.
    pub(crate) vectors: Vec<f32>,
}

impl Network {
    /// Loads the network of `folder`, on a graphics processor where libtorch finds one.
    pub(crate) fn load(folder: &Path, layout: &Layout, precision: Precision) -> Result<Self, ModelError> {
        let device = Device::cuda_if_available();
        let mut weights = nn::VarStore::new(device);
        let kind = NetworkKind::new(&weights.root(), folder, layout.family)?;
        let path = folder.join(WEIGHTS);
        let failed = |source: tch::TchError| ModelError::Malformed {
            path: path.clone(),
            expected: "the weights that config.json describes",
            source: source.into(),
        };
        let missing = weights.load_partial(&path).map_err(failed)?;
        if let Some(name) = missing.first() {
            let found = format!("without {name} and {} more", missing.len() - 1);
            return Err(mismatch(&path, "its tensors", "those that config.json describes", &found));
        }
        match precision {
            Precision::F32 => weights.float(),
            Precision::Bf16 => weights.bfloat16(),
        }
        weights.freeze();
        Ok(Self { kind, device, padding: i64::from(layout.padding), width: layout.width, _weights: weights })
    }

    /// Runs rows of tokens, filled up to the longest of them.
    pub(crate) fn run(&self, rows: &[Vec<u32>]) -> Result<Vec<Answer>, ModelError> {
        let length = rows.iter().map(Vec::len).max().unwrap_or(0);
        // rust-bert panics where libtorch reports an error.
        catch_unwind(AssertUnwindSafe(|| tch::no_grad(|| self.answers(rows, length))))
            .unwrap_or_else(|panic| {
                let told = panic.downcast_ref::<String>().cloned();
                Err(told.unwrap_or_else(|| "libtorch gave up".to_owned()).into())
            })
            .map_err(|source| ModelError::Encode { rows: rows.len(), length, source })
    }

    fn answers(
        &self,
        rows: &[Vec<u32>],
        length: usize,
    ) -> Result<Vec<Answer>, Box<dyn std::error::Error + Send + Sync>> {
        let shape = [rows.len() as i64, length as i64];
        let filled = |own: &dyn Fn(u32) -> i64, filler: i64| {
            let row = |row: &Vec<u32>| {
                let own: Vec<i64> = row.iter().map(|id| own(*id)).collect();
                own.into_iter().chain(std::iter::repeat(filler)).take(length).collect::<Vec<_>>()
            };
            let flat: Vec<i64> = rows.iter().flat_map(row).collect();
            Tensor::from_slice(&flat).view(shape).to_device(self.device)
        };
        let (tokens, mask) = (filled(&|id| i64::from(id), self.padding), filled(&|_| 1, 0));
        let (logits, hidden) = match &self.kind {
            NetworkKind::Bert(network) => {
                let out = network.forward_t(Some(&tokens), Some(&mask), None, None, None, false);
                (out.logits, out.all_hidden_states)
            }
            NetworkKind::Roberta(network) => {
                let out = network.forward_t(Some(&tokens), Some(&mask), None, None, None, false);
                (out.logits, out.all_hidden_states)
            }
            NetworkKind::DistilBert(network) => {
                let out = network.forward_t(Some(&tokens), Some(&mask), None, false)?;
                (out.logits, out.all_hidden_states)
            }
        };
        let hidden = hidden.and_then(|mut layers| layers.pop()).ok_or("the network keeps its vectors to itself")?;
        let (logits, hidden) = (numbers(&logits)?, numbers(&hidden)?);
        let (classes, stride) = (logits.len() / rows.len(), length * self.width);
        let answers = rows.iter().zip(logits.chunks_exact(classes)).zip(hidden.chunks_exact(stride));
        Ok(answers
            .map(|((row, logits), vectors)| Answer {
                logits: logits.to_vec(),
                vectors: vectors[..row.len() * self.width].to_vec(),
            })
            .collect())
    }
}

impl NetworkKind {
    fn new(root: &nn::Path<'_>, folder: &Path, family: Family) -> Result<Self, ModelError> {
        let unusable = |source: rust_bert::RustBertError| ModelError::Malformed {
            path: folder.join(CONFIG),
            expected: "the configuration of a classifier",
            source: source.into(),
        };
        Ok(match family {
            Family::Bert | Family::Roberta => {
                let mut config: BertConfig = read(folder)?;
                config.output_hidden_states = Some(true);
                if family == Family::Bert {
                    Self::Bert(BertForSequenceClassification::new(root, &config).map_err(unusable)?)
                } else {
                    Self::Roberta(RobertaForSequenceClassification::new(root, &config).map_err(unusable)?)
                }
            }
            Family::DistilBert => {
                let mut config: DistilBertConfig = read(folder)?;
                config.output_hidden_states = Some(true);
                Self::DistilBert(DistilBertModelClassifier::new(root, &config).map_err(unusable)?)
            }
        })
    }
}

/// `config.json` as rust-bert wants it.
fn read<T: DeserializeOwned>(folder: &Path) -> Result<T, ModelError> {
    let path = folder.join(CONFIG);
    let bytes = fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| ModelError::Malformed {
        path,
        expected: "the configuration of a classifier",
        source: source.into(),
    })
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>, tch::TchError> {
    Vec::<f32>::try_from(tensor.to_device(Device::Cpu).to_kind(Kind::Float).contiguous().view(-1))
}
