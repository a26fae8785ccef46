//! Sum with the residual, layer norm and rounding in one go.

use super::{lanes_of, lanes_of_mut, quantise::quantise_row};
use crate::{rows::RowsMut, simd::Lanes};

/// A layer norm.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Added to the variance.
    pub(crate) eps: f32,
}

/// `x` becomes the layer norm of `x + added`, row by row; `out` the same rounded.
#[inline(always)]
pub(crate) fn normalise<L: Lanes>(l: L, x: &mut [f32], added: &[f32], norm: &Norm, out: &mut RowsMut<'_>) {
    let width = out.width;
    assert!(x.len() == added.len() && x.len() == out.bytes.len() && norm.weight.len() == width);
    let (weight, bias) = (lanes_of(&norm.weight), lanes_of(&norm.bias));
    let rows = x.chunks_exact_mut(width).zip(added.chunks_exact(width));
    let outs = out.bytes.chunks_exact_mut(width).zip(out.roundings.iter_mut());
    for ((row, added), (bytes, rounding)) in rows.zip(outs) {
        let x = lanes_of_mut(row);
        let mut sum = l.splat(0.0);
        for (x, added) in x.iter_mut().zip(lanes_of(added)) {
            let both = l.add(l.load(x), l.load(added));
            sum = l.add(sum, both);
            l.store(both, x);
        }
        let mean = l.splat(l.sum(sum) / width as f32);
        let mut squares = l.splat(0.0);
        for x in x.iter() {
            let off = l.sub(l.load(x), mean);
            squares = l.mul_add(off, off, squares);
        }
        let inverse = l.splat(1.0 / (l.sum(squares) / width as f32 + norm.eps).sqrt());
        for ((x, weight), bias) in x.iter_mut().zip(weight).zip(bias) {
            let unit = l.mul(l.sub(l.load(x), mean), inverse);
            l.store(l.mul_add(unit, l.load(weight), l.load(bias)), x);
        }
        *rounding = quantise_row(l, row, bytes);
    }
}
