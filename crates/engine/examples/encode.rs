//! The engine alone, for `benches/compare`: encodes the same vectors as often as it is told to.
//!
//! `encode WEIGHTS KERNEL THREADS LENGTHS VECTORS` reads `encoder.safetensors`, the tokens of each text (u32, little
//! endian) and the word embeddings of all texts, one after another (f32). Then, for each line on standard input:
//! `all` encodes everything in batches and answers with the seconds it took; `one N` encodes text N alone and
//! answers likewise; `write FILE` leaves the contextual vectors of all texts there.

#![expect(clippy::print_stdout, reason = "standard output is its answer")]

use std::{env, error::Error, fs, io, time::Instant};

use moodline_engine::{Engine, Kernel};

/// Tokens encoded together: what `moodline` hands over at once.
const BATCH_TOKENS: usize = 2048;

struct Texts {
    lengths: Vec<usize>,
    vectors: Vec<f32>,
    width: usize,
}

impl Texts {
    /// Hands each batch to `encode` with its vectors and lengths.
    fn batches(
        &self,
        mut encode: impl FnMut(&[f32], &[usize]) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let (mut vectors, mut lengths) = (&self.vectors[..], &self.lengths[..]);
        while !lengths.is_empty() {
            let mut tokens = 0;
            let fit = |length: &&usize| {
                tokens += **length;
                tokens <= BATCH_TOKENS
            };
            let count = lengths.iter().take_while(fit).count().max(1);
            let (batch, later) = lengths.split_at(count);
            let (own, others) = vectors.split_at(batch.iter().sum::<usize>() * self.width);
            encode(own, batch)?;
            (vectors, lengths) = (others, later);
        }
        Ok(())
    }

    fn one(&self, text: usize) -> (&[f32], &[usize]) {
        let start = self.lengths[..text].iter().sum::<usize>() * self.width;
        (&self.vectors[start..start + self.lengths[text] * self.width], &self.lengths[text..=text])
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [weights, kernel, threads, lengths, vectors] = &arguments[..] else {
        return Err("usage: encode WEIGHTS KERNEL THREADS LENGTHS VECTORS".into());
    };
    let kernel = Kernel::ALL.into_iter().find(|known| known.as_str() == kernel).ok_or("there is no such kernel")?;
    let mut engine = Engine::load_for(kernel, &fs::read(weights)?, threads.parse()?)?;
    let lengths = fs::read(lengths)?.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b) as usize).collect();
    let vectors = fs::read(vectors)?.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let texts = Texts { lengths, vectors, width: engine.width() };
    for line in io::stdin().lines() {
        let line = line?;
        let began = Instant::now();
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("all", _) => texts.batches(|vectors, lengths| {
                engine.encode(vectors, lengths)?;
                Ok(())
            })?,
            ("one", text) => {
                let (vectors, lengths) = texts.one(text.parse()?);
                engine.encode(vectors, lengths)?;
            }
            ("write", file) => {
                let mut bytes = Vec::new();
                texts.batches(|vectors, lengths| {
                    bytes.extend(engine.encode(vectors, lengths)?.iter().flat_map(|x| x.to_le_bytes()));
                    Ok(())
                })?;
                fs::write(file, bytes)?;
            }
            _ => return Err(format!("{line} is not known").into()),
        }
        println!("{}", began.elapsed().as_secs_f64());
    }
    Ok(())
}
