//! Floats to bytes, a scale per row.

use super::lanes_of;
use crate::{
    rows::{Rounding, RowsMut},
    simd::{LANES, Lanes},
};

/// Rounds each row of `x`, as wide as `out`'s.
#[inline(always)]
pub(crate) fn quantise<L: Lanes>(l: L, x: &[f32], out: &mut RowsMut<'_>) {
    let width = out.width;
    assert_eq!(x.len(), out.bytes.len());
    let rows = x.chunks_exact(width).zip(out.bytes.chunks_exact_mut(width));
    for ((x, bytes), rounding) in rows.zip(out.roundings.iter_mut()) {
        *rounding = quantise_row(l, x, bytes);
    }
}

/// Rounds one row. Its bytes span from the least number (0 if that is less) to the largest (or 0) in 255 steps, so 0
/// is a byte of its own and no number is off by more than half a step. A row with infinities or without numbers
/// gives bytes that mean nothing.
#[inline(always)]
pub(crate) fn quantise_row<L: Lanes>(l: L, x: &[f32], bytes: &mut [u8]) -> Rounding {
    let x = lanes_of(x);
    let (bytes, rest) = bytes.as_chunks_mut::<LANES>();
    assert!(bytes.len() == x.len() && rest.is_empty());
    let (mut least, mut most) = (l.splat(0.0), l.splat(0.0));
    for x in x {
        let x = l.load(x);
        least = l.min(x, least);
        most = l.max(x, most);
    }
    let (least, most) = (l.smallest(least), l.largest(most));
    // Half of each first: the span of two large numbers may itself be too large.
    let scale = (most * 0.5 - least * 0.5) * (2.0 / 255.0);
    // A row so small that the quotient overflows counts as one of zeros.
    let steps = 1.0 / scale;
    let (scale, steps) = if steps.is_finite() { (scale, steps) } else { (0.0, 0.0) };
    let zero = (-least * steps).round_ties_even().clamp(0.0, 255.0);
    let (steps, shift) = (l.splat(steps), l.splat(zero));
    for (x, bytes) in x.iter().zip(bytes) {
        l.store_bytes(l.mul_add(l.load(x), steps, shift), bytes);
    }
    Rounding { scale, zero: zero as i32 }
}
