//! Rows of bytes through an int8 matrix.

use super::math::gelu;
use crate::{
    matrix::{Group, Matrix, Panel},
    rows::{Rounding, RowsRef},
    simd::{Dot, LANES, Lanes, Quad},
};

/// What is done to each output before it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    Plain,
    Gelu,
}

/// `out` = `rows` × `matrix`ᵀ + offsets, `rows.len()` × outputs; a tile of `ROWS` rows and `PANELS` panels at a time,
/// which the processor's registers must hold.
#[inline(always)]
pub(crate) fn linear<D: Dot, const ROWS: usize, const PANELS: usize>(
    d: D,
    rows: RowsRef<'_>,
    matrix: &Matrix,
    finish: Finish,
    out: &mut [f32],
) {
    assert!(rows.width == matrix.inputs && out.len() == rows.roundings.len() * matrix.outputs);
    for group in matrix.groups() {
        if group.panels.len() == PANELS {
            through_group::<D, ROWS, PANELS>(d, rows, &group, finish, out, matrix.outputs);
        } else {
            through_group::<D, ROWS, 1>(d, rows, &group, finish, out, matrix.outputs);
        }
    }
}

#[inline(always)]
fn through_group<D: Dot, const ROWS: usize, const PANELS: usize>(
    d: D,
    rows: RowsRef<'_>,
    group: &Group<'_>,
    finish: Finish,
    out: &mut [f32],
    stride: usize,
) {
    let (quads, width, l) = (group.quads, rows.width, d.floats());
    let (inputs, rest) = rows.bytes.as_chunks::<4>();
    let per_row = width / 4;
    assert!(rest.is_empty() && quads.len() == per_row * PANELS && group.panels.len() == PANELS);
    let count = rows.roundings.len();
    for first in (0..count).step_by(ROWS) {
        // Where rows run out, the last one is worked on again and not stored.
        let mut own: [&[[u8; 4]]; ROWS] = [&[]; ROWS];
        let mut sums = [[d.scaled(&group.panels[0].sums, 0); PANELS]; ROWS];
        for i in 0..ROWS {
            let row = (first + i).min(count - 1);
            own[i] = &inputs[row * per_row..(row + 1) * per_row];
            for (sums, panel) in sums[i].iter_mut().zip(group.panels) {
                *sums = d.scaled(&panel.sums, D::LESS - rows.roundings[row].zero);
            }
        }
        let sums = tile::<D, ROWS, PANELS>(d, own, quads, sums);
        for (i, sums) in sums.iter().enumerate().take(count - first) {
            let row = first + i;
            let out = &mut out[row * stride + group.first_output..][..PANELS * LANES];
            for ((out, sums), panel) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(sums).zip(group.panels) {
                finished(l, d.to_floats(*sums), rows.roundings[row], panel, finish, out);
            }
        }
    }
}

/// `sums` and the products of every row with every panel.
#[inline(always)]
fn tile<D: Dot, const ROWS: usize, const PANELS: usize>(
    d: D,
    rows: [&[[u8; 4]]; ROWS],
    quads: &[Quad],
    mut sums: [[D::Sums; PANELS]; ROWS],
) -> [[D::Sums; PANELS]; ROWS] {
    let steps = quads.len() / PANELS;
    assert!(rows.iter().all(|row| row.len() == steps));
    for step in 0..steps {
        // SAFETY: `step` < `steps`, so the place is below `steps` · `PANELS` ≤ `quads.len()`.
        let mut weights = [d.weights(unsafe { quads.get_unchecked(step * PANELS) }); PANELS];
        for (p, weights) in weights.iter_mut().enumerate().skip(1) {
            // SAFETY: as above, `p` being less than `PANELS`.
            *weights = d.weights(unsafe { quads.get_unchecked(step * PANELS + p) });
        }
        for (row, sums) in rows.iter().zip(&mut sums) {
            // SAFETY: every row has `steps` elements, as asserted above.
            let inputs = d.inputs(unsafe { *row.get_unchecked(step) });
            for (sum, weights) in sums.iter_mut().zip(&weights) {
                *sum = d.dot(*sum, inputs, *weights);
            }
        }
    }
    sums
}

/// Sixteen sums of a row, scaled, shifted and stored.
#[inline(always)]
pub(super) fn finished<L: Lanes>(
    l: L,
    sums: L::F,
    rounding: Rounding,
    panel: &Panel,
    finish: Finish,
    out: &mut [f32; LANES],
) {
    let scale = l.mul(l.splat(rounding.scale), l.load(&panel.scales));
    let value = l.mul_add(sums, scale, l.load(&panel.offsets));
    l.store(if finish == Finish::Gelu { gelu(l, value) } else { value }, out);
}

/// The same for a matrix in [`Layout::Rows`](crate::matrix::Layout::Rows): plain sums over bytes side by side, of
/// which compilers make the best of any processor's vectors.
#[inline(always)]
pub(crate) fn linear_by_rows<L: Lanes<F = [f32; LANES]>>(
    l: L,
    rows: RowsRef<'_>,
    matrix: &Matrix,
    finish: Finish,
    out: &mut [f32],
) {
    assert!(rows.width == matrix.inputs && out.len() == rows.roundings.len() * matrix.outputs);
    for group in matrix.groups() {
        let outs = out.chunks_exact_mut(matrix.outputs).zip(rows.roundings);
        for (row, (out, rounding)) in rows.bytes.chunks_exact(rows.width).zip(outs) {
            let out = &mut out[group.first_output..];
            let panels = group.weights().chunks_exact(LANES * rows.width).zip(group.panels);
            for ((weights, panel), out) in panels.zip(out.as_chunks_mut::<LANES>().0) {
                let mut sums = [0.0; LANES];
                for ((sum, weights), of_weights) in
                    sums.iter_mut().zip(weights.chunks_exact(rows.width)).zip(panel.sums)
                {
                    let products = row.iter().zip(weights).map(|(x, w)| i32::from(*x) * i32::from(*w));
                    *sum = (products.sum::<i32>() - rounding.zero * of_weights) as f32;
                }
                finished(l, sums, *rounding, panel, finish, out);
            }
        }
    }
}
