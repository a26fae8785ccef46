//! Attention within one text by tiles of bf16 numbers.

use super::{
    attention::{AttentionScratch, Heads, attention, softmax_unscaled},
    lanes_of, lanes_of_mut,
};
use crate::simd::{
    LANES, Lanes,
    amx::{Amx, BLOCK_ROWS, Singles, Tiles},
    avx512::Avx512,
    halves::Halves,
};

/// Queries, and keys, of a tile.
const ROWS: usize = 16;
/// Numbers of a tile's row, which products go through at once.
const PIECE: usize = 2 * LANES;

/// Room for one text.
#[derive(Debug, Default)]
pub(crate) struct TileScratch {
    /// A row per token.
    queries: Vec<Halves>,
    /// Per head, per sixteen tokens, per piece of a head: sixteen pairs of its numbers, of sixteen tokens each.
    keys: Vec<Halves>,
    /// Per sixteen numbers of a row, per 32 tokens: sixteen pairs of tokens, of sixteen numbers each.
    values: Vec<Halves>,
    /// Of sixteen queries: a row of scores each, relative to the largest and raised to e, then rounded.
    scores: Vec<Singles>,
    shares: Vec<Halves>,
}

/// As [`attention`], for AMX: queries, keys, values and the shares of values are rounded to bf16, whose relative error is
/// at most 2⁻⁹; sums are in single precision. Heads that do not divide into tiles go by vectors.
#[inline(always)]
pub(crate) fn attention_by_tiles(
    amx: Amx,
    joint: &[f32],
    heads: Heads,
    scratch: &mut AttentionScratch,
    out: &mut [f32],
) {
    if !heads.width.is_multiple_of(PIECE) {
        return attention::<Avx512, 8>(amx.avx512(), joint, heads, scratch, out);
    }
    let l = amx.avx512();
    let hidden = heads.count * heads.width;
    let tokens = joint.len() / (3 * hidden);
    assert!(joint.len() == tokens * 3 * hidden && out.len() == tokens * hidden);
    if tokens == 0 {
        return;
    }
    let TileScratch { queries, keys, values, scores, shares } = &mut scratch.tiles;
    let (blocks, pieces) = (tokens.div_ceil(ROWS), tokens.div_ceil(PIECE));
    let (of_row, of_head) = (hidden / PIECE, heads.width / PIECE);
    pack_queries(amx, joint, hidden, tokens, queries);
    pack_keys(amx, joint, heads, tokens, keys);
    pack_values(amx, joint, hidden, tokens, values);
    scores.resize(ROWS * blocks, Singles::default());
    shares.clear();
    shares.resize(ROWS * pieces, Halves::default());
    let mut mixed = [Singles::default(); ROWS];
    let tiles = Tiles::new(amx, BLOCK_ROWS);
    for head in 0..heads.count {
        let keys = &keys[head * blocks * of_head * ROWS..(head + 1) * blocks * of_head * ROWS];
        for first in (0..tokens).step_by(ROWS) {
            let count = ROWS.min(tokens - first);
            let queries = &queries[first * of_row + head * of_head..];
            for (block, keys) in keys.chunks_exact(of_head * ROWS).enumerate() {
                tiles.multiply_halves(queries, of_row, of_head, keys, &mut scores[block..], blocks);
            }
            let mut inverse = [0.0; ROWS];
            let rows = scores.chunks_exact_mut(blocks).zip(shares.chunks_exact_mut(pieces)).zip(&mut inverse);
            for ((scores, shares), inverse) in rows.take(count) {
                let scores = Singles::flat(scores);
                scores[tokens..].fill(-1e30); // e to that is nothing
                *inverse = 1.0 / softmax_unscaled(l, scores);
                let (pairs, last) = lanes_of(scores).as_chunks::<2>();
                for (share, [low, high]) in shares.iter_mut().zip(pairs) {
                    *share = amx.halves(low, high);
                }
                if let (Some(share), [low]) = (shares.last_mut(), last) {
                    *share = amx.halves(low, &[0.0; LANES]);
                }
            }
            for column in (0..heads.width).step_by(LANES) {
                let at = head * heads.width + column;
                let values = &values[at / LANES * pieces * ROWS..(at / LANES + 1) * pieces * ROWS];
                tiles.multiply_halves(shares, pieces, pieces, values, &mut mixed, 1);
                for (i, (mixed, inverse)) in mixed.iter().zip(inverse).enumerate().take(count) {
                    let out = &mut lanes_of_mut(&mut out[(first + i) * hidden + at..][..LANES])[0];
                    l.store(l.mul(l.load(&mixed.0), l.splat(inverse)), out);
                }
            }
        }
    }
}

/// Rows beyond the last token are what they happen to be: nothing is read from their results.
#[inline(always)]
fn pack_queries(amx: Amx, joint: &[f32], hidden: usize, tokens: usize, queries: &mut Vec<Halves>) {
    let of_row = hidden / PIECE;
    queries.resize(tokens.next_multiple_of(ROWS) * of_row, Halves::default());
    for (row, queries) in joint.chunks_exact(3 * hidden).zip(queries.chunks_exact_mut(of_row)) {
        for (query, [low, high]) in queries.iter_mut().zip(lanes_of(&row[..hidden]).as_chunks::<2>().0) {
            *query = amx.halves(low, high);
        }
    }
}

/// Tokens beyond the last are zeros.
#[inline(always)]
fn pack_keys(amx: Amx, joint: &[f32], heads: Heads, tokens: usize, keys: &mut Vec<Halves>) {
    let hidden = heads.count * heads.width;
    let of_row = hidden / PIECE;
    keys.clear();
    keys.resize(tokens.next_multiple_of(ROWS) * of_row, Halves::default());
    let (of_head, blocks) = (heads.width / PIECE, tokens.div_ceil(ROWS));
    for (block, rows) in joint.chunks(ROWS * 3 * hidden).enumerate() {
        for piece in 0..of_row {
            let mut square = [Halves::default(); ROWS];
            for (out, row) in square.iter_mut().zip(rows.chunks_exact(3 * hidden)) {
                let numbers = lanes_of(&row[hidden + piece * PIECE..][..PIECE]);
                *out = amx.halves(&numbers[0], &numbers[1]);
            }
            amx.transpose_pairs(&mut square);
            let (head, of_head_at) = (piece / of_head, piece % of_head);
            let at = ((head * blocks + block) * of_head + of_head_at) * ROWS;
            keys[at..at + ROWS].copy_from_slice(&square);
        }
    }
}

/// Tokens beyond the last are zeros.
#[inline(always)]
fn pack_values(amx: Amx, joint: &[f32], hidden: usize, tokens: usize, values: &mut Vec<Halves>) {
    let per_column = tokens.div_ceil(PIECE) * ROWS;
    values.clear();
    values.resize(hidden / LANES * per_column, Halves::default());
    for (pair, rows) in joint.chunks(2 * 3 * hidden).enumerate() {
        let (first, second) = rows.split_at(3 * hidden);
        let first = lanes_of(&first[2 * hidden..]);
        let second = second.get(2 * hidden..).map(lanes_of);
        for (column, first) in first.iter().enumerate() {
            let second = second.map_or(&[0.0; LANES], |second| &second[column]);
            values[column * per_column + pair] = amx.paired_halves(first, second);
        }
    }
}
