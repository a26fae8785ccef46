//! Attention within one text.

use super::{lanes_of, lanes_of_mut, math::exp};
use crate::simd::{LANES, Lanes};

/// How a row of queries, keys and values divides into heads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heads {
    pub(crate) count: usize,
    /// Numbers of one head; a multiple of 16.
    pub(crate) width: usize,
}

/// Room for one head's work on one text.
#[derive(Debug, Default)]
pub(crate) struct AttentionScratch {
    /// Keys with tokens side by side: width × padded tokens.
    keys: Vec<f32>,
    /// Scores of a few queries: queries × padded tokens.
    scores: Vec<f32>,
    #[cfg(target_arch = "x86_64")]
    pub(super) tiles: super::attention_by_tiles::TileScratch,
}

impl AttentionScratch {
    /// Makes room for texts of up to `tokens`, `rows` queries at a time. Allocates only to grow.
    fn reset(&mut self, padded: usize, width: usize, rows: usize) {
        self.keys.clear();
        self.keys.resize(padded * width, 0.0);
        self.scores.resize(padded * rows, 0.0);
    }
}

/// Softmax(Q·Kᵀ)·V of one text. `joint` has a row per token: queries (already divided by √width), keys, values, each
/// with its heads side by side. `out` gets a row per token, heads side by side. `ROWS` queries go together.
#[inline(always)]
pub(crate) fn attention<L: Lanes, const ROWS: usize>(
    l: L,
    joint: &[f32],
    heads: Heads,
    scratch: &mut AttentionScratch,
    out: &mut [f32],
) {
    let hidden = heads.count * heads.width;
    let stride = 3 * hidden;
    let tokens = joint.len() / stride;
    assert!(joint.len() == tokens * stride && out.len() == tokens * hidden && heads.width.is_multiple_of(LANES));
    let padded = tokens.next_multiple_of(LANES);
    scratch.reset(padded, heads.width, ROWS);
    let AttentionScratch { keys, scores, .. } = scratch;
    for head in 0..heads.count {
        let (queries_at, keys_at) = (head * heads.width, hidden + head * heads.width);
        let values_at = hidden + keys_at;
        for (token, row) in joint.chunks_exact(stride).enumerate() {
            for (i, x) in row[keys_at..keys_at + heads.width].iter().enumerate() {
                keys[i * padded + token] = *x;
            }
        }
        for first in (0..tokens).step_by(ROWS) {
            // Where queries run out, the last one is worked on again and not stored.
            let mut queries: [&[f32]; ROWS] = [&[]; ROWS];
            for (i, query) in queries.iter_mut().enumerate() {
                let start = (first + i).min(tokens - 1) * stride + queries_at;
                *query = &joint[start..start + heads.width];
            }
            for column in (0..padded).step_by(LANES) {
                let found = products(l, queries, keys, padded, column);
                for (i, found) in found.iter().enumerate() {
                    l.store(*found, &mut lanes_of_mut(&mut scores[i * padded..(i + 1) * padded])[column / LANES]);
                }
            }
            let mut sums = [0.0; ROWS];
            for (row, sum) in scores.chunks_exact_mut(padded).zip(&mut sums) {
                row[tokens..].fill(-1e30); // e to that is nothing
                *sum = softmax_unscaled(l, row);
            }
            let mut shares: [&[f32]; ROWS] = [&[]; ROWS];
            for (share, row) in shares.iter_mut().zip(scores.chunks_exact(padded)) {
                *share = &row[..tokens];
            }
            for column in (0..heads.width).step_by(LANES) {
                let found = products(l, shares, joint, stride, values_at + column);
                for (i, found) in found.iter().enumerate().take(tokens - first) {
                    let start = (first + i) * hidden + queries_at + column;
                    let scaled = l.mul(*found, l.splat(1.0 / sums[i]));
                    l.store(scaled, &mut lanes_of_mut(&mut out[start..start + LANES])[0]);
                }
            }
        }
    }
}

/// Rows × matrix for sixteen of the matrix's columns, those from `column`: it has a row of `stride` for each number of
/// a row of `rows`.
#[inline(always)]
fn products<L: Lanes, const ROWS: usize>(
    l: L,
    rows: [&[f32]; ROWS],
    matrix: &[f32],
    stride: usize,
    column: usize,
) -> [L::F; ROWS] {
    let steps = rows[0].len();
    assert!(rows.iter().all(|row| row.len() == steps));
    assert!(steps == 0 || (steps - 1) * stride + column + LANES <= matrix.len());
    let mut sums = [l.splat(0.0); ROWS];
    for step in 0..steps {
        let start = step * stride + column;
        // SAFETY: `start` + 16 is at most `matrix.len()`, which was asserted for the last step and is less for others;
        // an array of floats is aligned as a float.
        let line = l.load(unsafe { &*matrix.as_ptr().add(start).cast::<[f32; LANES]>() });
        for (row, sum) in rows.iter().zip(&mut sums) {
            // SAFETY: every row has `steps` numbers, as asserted.
            let factor = l.splat(unsafe { *row.get_unchecked(step) });
            *sum = l.mul_add(factor, line, *sum);
        }
    }
    sums
}

/// Replaces scores by e to them, relative to the largest; gives their sum, by which they are still to be divided.
#[inline(always)]
pub(super) fn softmax_unscaled<L: Lanes>(l: L, scores: &mut [f32]) -> f32 {
    let mut largest = l.splat(f32::MIN);
    for x in lanes_of(scores) {
        largest = l.max(l.load(x), largest);
    }
    let largest = l.splat(l.largest(largest));
    let mut sum = l.splat(0.0);
    for x in lanes_of_mut(scores) {
        let share = exp(l, l.sub(l.load(x), largest));
        sum = l.add(sum, share);
        l.store(share, x);
    }
    l.sum(sum)
}
