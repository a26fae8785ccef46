//! A few texts through all layers, on one thread.

use crate::{
    kernel::Steps,
    ops::{AttentionScratch, Finish},
    rows::ByteRows,
    weights::{Layer, Weights},
};

/// Tokens that go through the feed-forward matrices together: enough to be worth reading the weights for, few enough
/// that their wide rows stay in a core's own cache.
const FEED_FORWARD_TOKENS: usize = 96;

/// Room for one thread's work; grows to the largest unit seen and is kept.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Rounded inputs of the width of the encoder.
    narrow: ByteRows,
    /// Rounded inputs of `down`.
    wide: ByteRows,
    /// Queries, keys and values; then outputs of `up`.
    floats: Vec<f32>,
    /// What is added to the residual.
    added: Vec<f32>,
    attention: AttentionScratch,
}

/// Replaces word embeddings by contextual vectors. `x` holds the rows of texts of `lengths` tokens (each at least one and at
/// most as many as there are positions), one after another.
pub(crate) fn encode(steps: Steps, weights: &Weights, scratch: &mut Scratch, x: &mut [f32], lengths: &[usize]) {
    let width = weights.width;
    let tokens = x.len() / width;
    let Scratch { narrow, wide, floats, added, attention } = scratch;
    added.clear();
    for length in lengths {
        added.extend_from_slice(&weights.positions[..length * width]);
    }
    steps.normalise(x, added, &weights.norm, &mut narrow.reset(tokens, width));
    for layer in &weights.layers {
        floats.resize(tokens * 3 * width, 0.0);
        steps.linear(narrow.all(), &layer.joint, Finish::Plain, floats);
        let mut first = 0;
        for length in lengths {
            let end = first + length;
            let joint = &floats[first * 3 * width..end * 3 * width];
            steps.attention(joint, weights.heads, attention, &mut added[first * width..end * width]);
            first = end;
        }
        steps.quantise(added, &mut narrow.reset(tokens, width));
        steps.linear(narrow.all(), &layer.attention_output, Finish::Plain, added);
        steps.normalise(x, added, &layer.attention_norm, &mut narrow.reset(tokens, width));
        feed_forward(steps, layer, narrow, wide, floats, added);
        steps.normalise(x, added, &layer.output_norm, &mut narrow.reset(tokens, width));
    }
}

/// `added` = down(GELU(up(`narrow`))).
fn feed_forward(
    steps: Steps,
    layer: &Layer,
    narrow: &ByteRows,
    wide: &mut ByteRows,
    floats: &mut Vec<f32>,
    added: &mut [f32],
) {
    let (width, wider) = (layer.down.outputs, layer.up.outputs);
    floats.resize(FEED_FORWARD_TOKENS * wider, 0.0);
    for (block, added) in added.chunks_mut(FEED_FORWARD_TOKENS * width).enumerate() {
        let rows = added.len() / width;
        let floats = &mut floats[..rows * wider];
        steps.linear(narrow.slice(block * FEED_FORWARD_TOKENS, rows), &layer.up, Finish::Gelu, floats);
        steps.quantise(floats, &mut wide.reset(rows, wider));
        steps.linear(wide.all(), &layer.down, Finish::Plain, added);
    }
}
