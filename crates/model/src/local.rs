//! The model of a folder, on this machine's processor.

use std::{path::Path, thread, time::Instant};

use moodline_types::Embedding;
use tracing::info;

use crate::{
    Classifier, ModelError, ModelOptions, ModelProfile, Text, Verdict,
    embeddings::WordEmbeddings,
    encoder::Encoder,
    heads::Heads,
    manifest::{Head, Manifest, SelfTest},
    native_encoder::NativeEncoder,
    pipeline::Pipeline,
    sequence,
    tokens::PrefixTokenizer,
};

const ENCODER: &str = "encoder.safetensors";
const HEADS: &str = "heads.safetensors";
const TOKENIZER: &str = "tokenizer.json";

/// A transformer that runs here: no text leaves the process.
pub struct LocalModel {
    profile: ModelProfile,
    reader: Reader,
}

/// What turns texts into verdicts.
enum Reader {
    Native(Box<Pipeline>),
    #[cfg(feature = "rust-bert")]
    Sequence(Box<sequence::SequenceReader>),
}

/// Sentences a model is tried by, and the largest difference allowed.
struct Trial {
    tests: Vec<SelfTest>,
    tolerance: f32,
}

impl LocalModel {
    /// Loads the model of the folder `dir`.
    ///
    /// Every file must have the size and the SHA-256 of `manifest.json`, the tokenizer and the tensors must fit each
    /// other, and with [`ModelOptions::self_test`] the manifest's own sentences must get the probabilities it gives.
    ///
    /// # Errors
    /// Naming the file, what was expected and what was found.
    pub fn load(dir: &Path, options: &ModelOptions) -> Result<Self, ModelError> {
        let began = Instant::now();
        let (mut model, trial) = match Head::read(dir)? {
            head if head.engine == sequence::ENGINE => Self::load_sequence(dir, &head, options)?,
            // Any other name than that of our own engine is refused there.
            _ => Self::load_native(dir, options)?,
        };
        if options.self_test {
            model.self_test(&trial)?;
        }
        let (id, duration_ms) = (&model.profile.id, began.elapsed().as_millis() as u64);
        info!(model.id = %id, duration_ms, "loaded model {id} from {}", dir.display());
        Ok(model)
    }

    #[cfg(feature = "rust-bert")]
    fn load_sequence(dir: &Path, head: &Head, options: &ModelOptions) -> Result<(Self, Trial), ModelError> {
        let (reader, profile, sequence::Expected { tests, tolerance }) =
            sequence::SequenceReader::load(dir, head, options)?;
        Ok((Self { profile, reader: Reader::Sequence(Box::new(reader)) }, Trial { tests, tolerance }))
    }

    #[cfg(not(feature = "rust-bert"))]
    fn load_sequence(dir: &Path, head: &Head, _: &ModelOptions) -> Result<(Self, Trial), ModelError> {
        Err(ModelError::EngineMissing { folder: dir.to_path_buf(), engine: head.engine.clone() })
    }

    fn load_native(dir: &Path, options: &ModelOptions) -> Result<(Self, Trial), ModelError> {
        let manifest = Manifest::read(dir)?;
        let read = |name: &str| manifest.read_file(dir, name);
        let (encoder, tokenizer, embeddings) = thread::scope(|scope| {
            let embeddings = scope.spawn(|| {
                let name = &manifest.embedding.file;
                WordEmbeddings::new(read(name)?, &manifest.embedding, &dir.join(name))
            });
            let encoder = scope.spawn(|| encoder_of(&manifest, dir, options.threads));
            let (prefix, rows) = (&manifest.prefix, manifest.embedding.rows);
            let tokenizer =
                read(TOKENIZER).and_then(|bytes| PrefixTokenizer::read(&bytes, prefix, rows, &dir.join(TOKENIZER)));
            (joined(encoder), tokenizer, joined(embeddings))
        });
        let model = Self {
            profile: manifest.profile(dir),
            reader: Reader::Native(Box::new(Pipeline {
                tokenizer: tokenizer?,
                embeddings: embeddings?,
                encoder: encoder?,
                heads: Heads::new(&read(HEADS)?, &manifest, &dir.join(HEADS))?,
                width: manifest.hidden,
                window: manifest.window,
                batch_tokens: options.batch_tokens,
                unsure_below: manifest.sentiment.unsure_below,
                emphasis: manifest.opinion.emphasis,
                threads: if options.threads > 0 {
                    options.threads
                } else {
                    thread::available_parallelism().map_or(1, usize::from)
                },
            })),
        };
        Ok((model, Trial { tests: manifest.self_test, tolerance: manifest.self_test_tolerance }))
    }

    fn self_test(&mut self, Trial { tests, tolerance }: &Trial) -> Result<(), ModelError> {
        let tolerance = *tolerance;
        let texts: Vec<Text<'_>> = tests.iter().map(|test| test.text.as_str().into()).collect();
        for (test, verdict) in tests.iter().zip(self.classify(&texts)?) {
            for (label, expected, found) in [
                ("negative", test.negative, verdict.sentiment.negative),
                ("neutral", test.neutral, verdict.sentiment.neutral),
                ("positive", test.positive, verdict.sentiment.positive),
            ] {
                let is_close = (found - expected).abs() <= tolerance; // false for what is no number
                if !is_close {
                    let (model, text) = (self.profile.id.to_string(), test.text.clone());
                    return Err(ModelError::SelfTest { model, text, label, found, expected, tolerance });
                }
            }
        }
        Ok(())
    }
}

/// The encoder of `dir`, on this machine's best kernel.
fn encoder_of(manifest: &Manifest, dir: &Path, threads: usize) -> Result<Box<dyn Encoder>, ModelError> {
    let (bytes, path) = (manifest.read_file(dir, ENCODER)?, dir.join(ENCODER));
    let size = (manifest.hidden, manifest.window.max_tokens);
    Ok(Box::new(NativeEncoder::new(&bytes, threads, size, &path)?))
}

/// The result of a thread; its panic goes on here.
fn joined<T>(handle: thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Classifier for LocalModel {
    fn profile(&self) -> &ModelProfile {
        &self.profile
    }

    fn classify(&mut self, texts: &[Text<'_>]) -> Result<Vec<Verdict>, ModelError> {
        match &mut self.reader {
            Reader::Native(pipeline) => pipeline.classify(texts),
            #[cfg(feature = "rust-bert")]
            Reader::Sequence(reader) => reader.classify(texts),
        }
    }

    fn embed(&mut self, texts: &[&str]) -> Result<Vec<Embedding>, ModelError> {
        match &mut self.reader {
            Reader::Native(pipeline) => pipeline.embed(texts),
            #[cfg(feature = "rust-bert")]
            Reader::Sequence(reader) => reader.embed(texts),
        }
    }
}
