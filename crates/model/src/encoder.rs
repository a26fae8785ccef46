//! The seam between texts and arithmetic: rows of vectors in, rows of vectors out.

use crate::ModelError;

/// Rows of token vectors, one row after another, without padding.
pub(crate) struct EmbeddedBatch {
    /// Tokens of each row.
    pub(crate) lengths: Vec<usize>,
    /// Numbers per token.
    pub(crate) width: usize,
    /// Tokens × width numbers: each token's word embedding.
    pub(crate) embeddings: Vec<f32>,
}

impl EmbeddedBatch {
    /// The error that the engine failed on this batch with `source`.
    pub(crate) fn failed(&self, source: Box<dyn std::error::Error + Send + Sync>) -> ModelError {
        ModelError::Encode { rows: self.lengths.len(), length: self.lengths.iter().copied().max().unwrap_or(0), source }
    }
}

/// What the encoder makes of a batch: a vector per token, in the batch's own layout.
pub(crate) struct Hidden {
    /// First token of each row.
    starts: Vec<usize>,
    width: usize,
    values: Vec<f32>,
}

impl Hidden {
    /// Takes the vectors of `batch`'s tokens.
    pub(crate) fn new(batch: &EmbeddedBatch, values: Vec<f32>) -> Self {
        let first = |end: &mut usize, length: &usize| {
            let start = *end;
            *end += length;
            Some(start)
        };
        Self { starts: batch.lengths.iter().scan(0, first).collect(), width: batch.width, values }
    }

    /// The vector of token `token` of row `row`.
    pub(crate) fn token(&self, row: usize, token: usize) -> &[f32] {
        let start = (self.starts[row] + token) * self.width;
        &self.values[start..start + self.width]
    }
}

/// Runs the transformer over a batch. Blocking.
pub(crate) trait Encoder: Send {
    /// One vector per token of `batch`. What a row gets does not depend on the others.
    fn encode(&mut self, batch: &EmbeddedBatch) -> Result<Hidden, ModelError>;
}
