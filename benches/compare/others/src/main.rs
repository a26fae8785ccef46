//! An engine of another crate, for `compare.py`: encodes the same vectors as often as it is told to.
//!
//! `others ENGINE MODEL THREADS LENGTHS VECTORS`, spoken to as `encode` of `moodline-engine` is: it reads the tokens of each text
//! (u32, little endian) and the word embeddings of all texts (f32), and answers `all`, `one N` and `write FILE` with seconds.
//! Texts come sorted by length and go in padded batches of 32. MODEL is an ONNX file for rten, and a folder with `config.json`
//! and `model.safetensors` for rust-bert.

use std::{env, error::Error, fs, io, time::Instant};

#[cfg(feature = "rten")]
mod rten_engine;
#[cfg(feature = "rust-bert")]
mod rust_bert_engine;

type Failure = Box<dyn Error>;

/// Texts encoded together, padded to the longest.
const BATCH: usize = 32;
const WIDTH: usize = 384;

/// Some texts, padded: `texts` × `longest` × [`WIDTH`] numbers, and a 1 for each token that is one.
struct Padded {
    texts: usize,
    longest: usize,
    vectors: Vec<f32>,
    mask: Vec<i32>,
}

trait Engine {
    /// Contextual vectors, laid out as those of the batch.
    fn encode(&mut self, batch: &Padded) -> Result<Vec<f32>, Failure>;
}

struct Texts {
    lengths: Vec<usize>,
    vectors: Vec<f32>,
}

impl Texts {
    fn read(lengths: &str, vectors: &str) -> Result<Self, Failure> {
        let lengths = fs::read(lengths)?.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b) as usize).collect();
        let vectors = fs::read(vectors)?.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        Ok(Self { lengths, vectors })
    }

    fn padded(&self, texts: std::ops::Range<usize>) -> Padded {
        let longest = self.lengths[texts.clone()].iter().copied().max().unwrap_or(0);
        let mut batch = Padded {
            texts: texts.len(),
            longest,
            vectors: vec![0.0; texts.len() * longest * WIDTH],
            mask: vec![0; texts.len() * longest],
        };
        let mut start = self.lengths[..texts.start].iter().sum::<usize>() * WIDTH;
        for (row, text) in texts.enumerate() {
            let (length, at) = (self.lengths[text], row * longest);
            batch.vectors[at * WIDTH..(at + length) * WIDTH]
                .copy_from_slice(&self.vectors[start..start + length * WIDTH]);
            batch.mask[at..at + length].fill(1);
            start += length * WIDTH;
        }
        batch
    }

    fn batches(&self) -> Vec<Padded> {
        let starts = (0..self.lengths.len()).step_by(BATCH);
        starts.map(|first| self.padded(first..self.lengths.len().min(first + BATCH))).collect()
    }
}

fn engine(name: &str, model: &str, threads: usize) -> Result<Box<dyn Engine>, Failure> {
    let _ = (model, threads); // of no use to a program without engines
    match name {
        #[cfg(feature = "rten")]
        "rten" => Ok(Box::new(rten_engine::Rten::load(model, threads)?)),
        #[cfg(feature = "rust-bert")]
        "rust-bert" => Ok(Box::new(rust_bert_engine::Bert::load(model, threads, false)?)),
        #[cfg(feature = "rust-bert")]
        "rust-bert-bf16" => Ok(Box::new(rust_bert_engine::Bert::load(model, threads, true)?)),
        _ => Err(format!("this program was built without {name}").into()),
    }
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, model, threads, lengths, vectors] = &arguments[..] else {
        return Err("usage: others ENGINE MODEL THREADS LENGTHS VECTORS".into());
    };
    let mut engine = engine(name, model, threads.parse()?)?;
    let texts = Texts::read(lengths, vectors)?;
    let batches = texts.batches();
    for line in io::stdin().lines() {
        let line = line?;
        let took = match line.split_once(' ').unwrap_or((&line, "")) {
            ("all", _) => {
                let began = Instant::now();
                for batch in &batches {
                    engine.encode(batch)?;
                }
                began.elapsed()
            }
            ("one", text) => {
                let text = text.parse()?;
                let batch = texts.padded(text..text + 1);
                let began = Instant::now();
                engine.encode(&batch)?;
                began.elapsed()
            }
            ("write", file) => {
                let began = Instant::now();
                let mut bytes = Vec::new();
                for batch in &batches {
                    let hidden = engine.encode(batch)?;
                    let tokens = hidden.chunks_exact(WIDTH).zip(&batch.mask).filter(|(_, there)| **there == 1);
                    bytes.extend(tokens.flat_map(|(vector, _)| vector).flat_map(|x| x.to_le_bytes()));
                }
                fs::write(file, bytes)?;
                began.elapsed()
            }
            _ => return Err(format!("{line} is not known").into()),
        };
        println!("{}", took.as_secs_f64());
    }
    Ok(())
}
