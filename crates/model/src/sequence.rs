//! Sequence classifiers in the layout of Hugging Face, on libtorch: `BERT`, `RoBERTa`, `XLM-RoBERTa` and `DistilBERT`.
//!
//! A folder holds `config.json`, `model.safetensors` and `tokenizer.json`, and a `manifest.json` of ours that
//! [`describe_classifier`] writes. Such a model says one thing about a text, so every clause is judged as a text of its own;
//! emotions it does not know, and an opinion's place is the mean of its tokens' last vectors, which no touchpoints were
//! ever trained on: keywords and examples place better than descriptions.

mod describe;
mod layout;
mod manifest;
#[cfg(feature = "rust-bert")]
mod network;
#[cfg(feature = "rust-bert")]
mod reader;

pub use describe::{ClassNames, describe_classifier};
#[cfg(feature = "rust-bert")]
pub(crate) use reader::{Expected, SequenceReader};

/// The engine, as manifests call it.
pub(crate) const ENGINE: &str = "rust-bert";
const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";
