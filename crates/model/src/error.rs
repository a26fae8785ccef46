//! What can go wrong with a model.

use std::path::PathBuf;

use moodline_types::ModelId;

/// Why a model cannot be found, loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No folder with a manifest was found.
    #[error("no model found; looked at {}", list(.looked_at))]
    NotFound {
        /// The places looked at, in order.
        looked_at: Vec<PathBuf>,
    },
    /// No folder at hand holds the model of this id.
    #[error("model {id} is not at hand; looked at {}", list(.looked_at))]
    NotAtHand {
        /// The model asked for.
        id: ModelId,
        /// The folders looked at, in order.
        looked_at: Vec<PathBuf>,
    },
    /// A file of the model could not be read.
    #[error("could not read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file of the model could not be written.
    #[error("could not write {}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The manifest wants an engine that this program does not have.
    #[error(
        "the model of {} wants the engine {engine}, and this program was built without it: \
         `cargo build --release --features {engine}` (docs/rust-bert.md)", .folder.display()
    )]
    EngineMissing {
        /// The model's folder.
        folder: PathBuf,
        /// The engine's name, which is that of the feature.
        engine: String,
    },
    /// `manifest.json` is not what it must be.
    #[error("{} is not a model manifest", .path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// A value is not what it must be: in the manifest, in a file's size or hash, in a tensor's shape.
    #[error("{}: {what} is {found}, expected {expected}", .path.display())]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// Which of its properties.
        what: String,
        /// What it has to be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A file is whole but cannot be understood.
    #[error("{} cannot be used as {expected}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// Where and why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The model judges its own sentences otherwise than its manifest says.
    #[error("{model} fails its self-test on {text:?}: {label} {found:.4}, expected {expected:.4} within {tolerance}")]
    SelfTest {
        /// The model.
        model: String,
        /// The sentence.
        text: String,
        /// The label whose probability is off.
        label: &'static str,
        /// Probability computed here.
        found: f32,
        /// Probability the manifest gives.
        expected: f32,
        /// Largest difference allowed.
        tolerance: f32,
    },
    /// The tokenizer failed on a text.
    #[error("could not tokenise a text of {characters} characters")]
    Tokenise {
        /// Its length.
        characters: usize,
        /// What the tokenizer said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The engine failed on a batch.
    #[error("the encoder failed on a batch of {rows} × {length} tokens")]
    Encode {
        /// Rows of the batch.
        rows: usize,
        /// Tokens of its longest row.
        length: usize,
        /// What the engine said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
}
