//! Texts through all layers: a few on one thread, or one on several.

use std::sync::{Barrier, PoisonError, RwLock};

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
    /// Of a text that several threads share: queries, keys and values of all its tokens, and what attention makes of them.
    whole: Vec<f32>,
    mixed: Vec<f32>,
    attention: AttentionScratch,
}

/// Replaces word embeddings by contextual vectors. `x` holds the rows of texts of `lengths` tokens (each at least one and at
/// most as many as there are positions), one after another.
pub(crate) fn encode(steps: Steps, weights: &Weights, scratch: &mut Scratch, x: &mut [f32], lengths: &[usize]) {
    let width = weights.width;
    let tokens = x.len() / width;
    let Scratch { narrow, wide, floats, added, attention, .. } = scratch;
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
        after_attention(steps, layer, (narrow, wide, floats), x, added);
    }
}

/// Where the threads that share a text meet: once a layer, to hand each other queries, keys and values.
pub(crate) struct Meeting {
    barrier: Barrier,
    /// What each thread has handed in. Two of each, used in turn: a thread may be at the next layer's while another still
    /// reads this one's, and no further, as all meet in between.
    parts: [Vec<RwLock<Vec<f32>>>; 2],
}

impl Meeting {
    /// Of `threads` threads.
    pub(crate) fn new(threads: usize) -> Self {
        let parts = || (0..threads).map(|_| RwLock::default()).collect();
        Self { barrier: Barrier::new(threads), parts: [parts(), parts()] }
    }

    /// Hands in thread `thread`'s rows at layer `layer`, waits for the others' and puts all of them into `whole`.
    fn exchange(&self, layer: usize, thread: usize, rows: &[f32], whole: &mut Vec<f32>) {
        let parts = &self.parts[layer % 2];
        rows.clone_into(&mut parts[thread].write().unwrap_or_else(PoisonError::into_inner));
        self.barrier.wait();
        whole.clear();
        for part in parts {
            whole.extend_from_slice(&part.read().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// One thread's share of [`encode`] for a single text: `x` holds the rows of its tokens, the first of which is the text's
/// token `first`. All threads of `meeting` must call it, each with the tokens after those of the one before. Each reckons the
/// attention of the whole text, which is little beside the products it is spared.
pub(crate) fn encode_share(
    steps: Steps,
    weights: &Weights,
    scratch: &mut Scratch,
    (meeting, thread): (&Meeting, usize),
    x: &mut [f32],
    first: usize,
) {
    let width = weights.width;
    let own = first * width..first * width + x.len();
    let tokens = x.len() / width;
    let Scratch { narrow, wide, floats, added, attention, whole, mixed } = scratch;
    added.clear();
    added.extend_from_slice(&weights.positions[own.clone()]);
    steps.normalise(x, added, &weights.norm, &mut narrow.reset(tokens, width));
    for (number, layer) in weights.layers.iter().enumerate() {
        floats.resize(tokens * 3 * width, 0.0);
        steps.linear(narrow.all(), &layer.joint, Finish::Plain, floats);
        meeting.exchange(number, thread, floats, whole);
        mixed.resize(whole.len() / 3, 0.0);
        steps.attention(whole, weights.heads, attention, mixed);
        added.copy_from_slice(&mixed[own.clone()]);
        after_attention(steps, layer, (narrow, wide, floats), x, added);
    }
}

/// The rest of a layer, `added` being what attention found: projection, feed-forward and both norms.
fn after_attention(
    steps: Steps,
    layer: &Layer,
    (narrow, wide, floats): (&mut ByteRows, &mut ByteRows, &mut Vec<f32>),
    x: &mut [f32],
    added: &mut [f32],
) {
    let width = layer.down.outputs;
    let tokens = x.len() / width;
    steps.quantise(added, &mut narrow.reset(tokens, width));
    steps.linear(narrow.all(), &layer.attention_output, Finish::Plain, added);
    steps.normalise(x, added, &layer.attention_norm, &mut narrow.reset(tokens, width));
    feed_forward(steps, layer, narrow, wide, floats, added);
    steps.normalise(x, added, &layer.output_norm, &mut narrow.reset(tokens, width));
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
