//! The seam between texts and arithmetic: rows of vectors in, rows of vectors out.

use crate::ModelError;

/// Rows of token vectors, padded to one length.
pub(crate) struct EmbeddedBatch {
    /// Tokens of each row that count; the rest of the row is padding.
    pub(crate) lengths: Vec<usize>,
    /// Tokens of every row, padding included.
    pub(crate) length: usize,
    /// Numbers per token.
    pub(crate) width: usize,
    /// Rows × length × width numbers: each token's word embedding.
    pub(crate) embeddings: Vec<f32>,
}

/// What the encoder makes of a batch: a vector per token, in the batch's own layout.
pub(crate) struct Hidden {
    pub(crate) length: usize,
    pub(crate) width: usize,
    pub(crate) values: Vec<f32>,
}

impl Hidden {
    /// The vector of token `token` of row `row`.
    pub(crate) fn token(&self, row: usize, token: usize) -> &[f32] {
        let start = (row * self.length + token) * self.width;
        &self.values[start..start + self.width]
    }
}

/// Runs the transformer over a batch. Blocking.
pub(crate) trait Encoder: Send {
    /// One vector per token of `batch`; those of padding mean nothing. What a row gets does not depend on the others.
    fn encode(&mut self, batch: &EmbeddedBatch) -> Result<Hidden, ModelError>;
}
