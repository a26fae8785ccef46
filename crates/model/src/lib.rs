//! The model on this machine: texts in, judged opinions out.
//!
//! A folder under `models/` holds the weights, the tokenizer and `manifest.json`; [`find_model`] finds it and
//! [`LocalModel`] loads it, after checking every file against the manifest. [`Classifier::classify`] reads each text
//! once: it is tokenised, long texts go through overlapping windows, the encoder runs over batches of similar length,
//! and every clause takes the mean of its own tokens. Nothing here knows of maps or tables, and no text leaves the
//! process.

mod batch;
mod classifier;
mod clause;
mod contrast;
mod embedded;
mod embeddings;
mod encoder;
mod error;
mod han;
mod heads;
mod hint;
mod language;
mod link;
mod local;
mod locate;
mod manifest;
mod native_encoder;
mod opinion;
mod pieces;
mod pipeline;
mod script;
mod sentence;
mod sequence;
mod spread;
mod tokens;
mod trie;
mod unigram;
mod window;

pub use classifier::{Classifier, ModelOptions, ModelProfile, Text, Verdict};
pub use embedded::is_embedded;
pub use error::ModelError;
pub use hint::normalise_language;
pub use language::identify_language;
pub use local::LocalModel;
pub use locate::{find_model, find_model_of};
pub use native_encoder::engine_kernel;
pub use sequence::{ClassNames, describe_classifier};
