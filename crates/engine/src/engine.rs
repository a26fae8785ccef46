//! Batches over threads.

use std::{
    sync::{Mutex, PoisonError},
    thread,
};

use crate::{
    EngineError, Kernel,
    encoder::{Meeting, Scratch, encode, encode_share},
    kernel::Steps,
    weights::Weights,
};

/// Tokens a thread takes at once: enough that reading the weights costs little beside using them.
const UNIT_TOKENS: usize = 192;

/// An encoder, ready to run.
pub struct Engine {
    kernel: Kernel,
    steps: Steps,
    weights: Weights,
    /// One per thread.
    scratches: Vec<Scratch>,
    output: Vec<f32>,
}

/// Consecutive texts that one thread takes through all layers.
struct Unit<'a> {
    lengths: &'a [usize],
    rows: &'a mut [f32],
}

impl Engine {
    /// Reads `encoder.safetensors` (see the crate's page) and packs it for the best kernel of this processor, or a
    /// lesser one if `MOODLINE_KERNEL` names it; to run on `threads` threads, 0 meaning all there are.
    ///
    /// # Errors
    /// Where the bytes are not such a file, or the variable names no kernel.
    pub fn load(weights: &[u8], threads: usize) -> Result<Self, EngineError> {
        Self::load_for(Kernel::choose()?, weights, threads)
    }

    /// As [`Engine::load`], for a kernel of the caller's choice.
    ///
    /// # Errors
    /// Where the bytes are not such a file, or the processor cannot run `kernel`.
    pub fn load_for(kernel: Kernel, weights: &[u8], threads: usize) -> Result<Self, EngineError> {
        let steps = Steps::of(kernel).ok_or(EngineError::UnsupportedKernel { kernel })?;
        let weights = Weights::read(weights, steps.layout())?;
        let threads = if threads > 0 { threads } else { thread::available_parallelism().map_or(1, usize::from) };
        let scratches = (0..threads).map(|_| Scratch::default()).collect();
        Ok(Self { kernel, steps, weights, scratches, output: Vec::new() })
    }

    /// The instructions in use.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Numbers per token.
    pub fn width(&self) -> usize {
        self.weights.width
    }

    /// Tokens of the longest text that can be encoded.
    pub fn positions(&self) -> usize {
        self.weights.positions.len() / self.weights.width
    }

    /// Contextual vectors of texts of `lengths` tokens: `embeddings` holds each token's word embedding, text after text,
    /// and what comes back is laid out alike. What a text gets does not depend on the others. Memory is kept from
    /// call to call and grows with the largest batch: once that was there, nothing is allocated but what starting a
    /// thread takes.
    ///
    /// # Errors
    /// Where `embeddings` and `lengths` do not agree, or a text has more tokens than there are positions.
    pub fn encode(&mut self, embeddings: &[f32], lengths: &[usize]) -> Result<&[f32], EngineError> {
        let (width, positions) = (self.width(), self.positions());
        let tokens = lengths.iter().fold(0_usize, |sum, length| sum.saturating_add(*length));
        if tokens.checked_mul(width) != Some(embeddings.len()) {
            return Err(EngineError::BatchSize { found: embeddings.len(), tokens, width });
        }
        if let Some(&tokens) = lengths.iter().find(|length| **length > positions) {
            return Err(EngineError::TooLong { tokens, positions });
        }
        self.output.clear();
        self.output.extend_from_slice(embeddings);
        let (steps, weights) = (self.steps, &self.weights);
        if let &[tokens] = lengths {
            let share = tokens.div_ceil(self.scratches.len()).next_multiple_of(steps.rows_at_once());
            if tokens > share {
                self.encode_together(share);
                return Ok(&self.output);
            }
        }
        let share = tokens.div_ceil(self.scratches.len()).min(UNIT_TOKENS);
        let units = Mutex::new(units(lengths, &mut self.output, width, share));
        let work = |scratch: &mut Scratch| {
            loop {
                let unit = units.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(unit) = unit else { return };
                encode(steps, weights, scratch, unit.rows, unit.lengths);
            }
        };
        let Some((own, others)) = self.scratches.split_first_mut() else { return Ok(&[]) }; // there is one at least
        let (work, useful) = (&work, tokens.div_ceil(share.max(1)).min(lengths.len()).saturating_sub(1));
        let helpers = useful.min(others.len());
        let helpers = &mut others[..helpers];
        if helpers.is_empty() {
            work(own);
        } else {
            thread::scope(|scope| {
                for scratch in helpers {
                    scope.spawn(move || work(scratch));
                }
                work(own);
            });
        }
        drop(units);
        Ok(&self.output)
    }
}

impl Engine {
    /// Takes the one text in `output` through all layers, `share` tokens to a thread.
    fn encode_together(&mut self, share: usize) {
        let (steps, weights) = (self.steps, &self.weights);
        let rows = self.output.chunks_mut(share * weights.width);
        let meeting = &Meeting::new(rows.len());
        thread::scope(|scope| {
            let mut own = None;
            for (number, (rows, scratch)) in rows.zip(&mut self.scratches).enumerate() {
                let work = move || encode_share(steps, weights, scratch, (meeting, number), rows, number * share);
                if number == 0 {
                    own = Some(work);
                } else {
                    scope.spawn(work);
                }
            }
            if let Some(mut work) = own {
                work();
            }
        });
    }
}

/// Cuts a batch into runs of texts that reach `share` tokens.
fn units<'a>(
    mut lengths: &'a [usize],
    mut rows: &'a mut [f32],
    width: usize,
    share: usize,
) -> impl Iterator<Item = Unit<'a>> {
    std::iter::from_fn(move || {
        let (mut texts, mut tokens) = (0, 0);
        while texts < lengths.len() && tokens < share {
            tokens += lengths[texts];
            texts += 1;
        }
        let (own, others) = std::mem::take(&mut rows).split_at_mut(tokens * width);
        let unit = Unit { lengths: &lengths[..texts], rows: own };
        lengths = &lengths[texts..];
        rows = others;
        (tokens > 0).then_some(unit)
    })
}
