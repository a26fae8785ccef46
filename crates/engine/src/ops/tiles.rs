//! Rows of bytes through an int8 matrix by tiles.

use super::linear::{Finish, finished, linear};
use crate::{
    matrix::{Matrix, Panel},
    rows::{Rounding, RowsRef},
    simd::{
        LANES,
        amx::{Amx, BLOCK_PANELS, BLOCK_ROWS, Sums, TILE_INPUTS, Tiles},
        avx512::Avx512,
    },
};

/// As [`linear`], for AMX. A matrix that does not divide into tiles goes by vectors.
#[inline(always)]
pub(crate) fn linear_by_tiles(amx: Amx, rows: RowsRef<'_>, matrix: &Matrix, finish: Finish, out: &mut [f32]) {
    let (width, count) = (rows.width, rows.roundings.len());
    if !width.is_multiple_of(TILE_INPUTS) || !matrix.outputs.is_multiple_of(BLOCK_PANELS * LANES) {
        return linear::<Avx512, 6, BLOCK_PANELS>(amx.avx512(), rows, matrix, finish, out);
    }
    assert!(width == matrix.inputs && rows.bytes.len() == count * width && out.len() == count * matrix.outputs);
    if count == 0 {
        return;
    }
    let together = count.min(BLOCK_ROWS);
    let tiles = Tiles::new(amx, together);
    // Tiles of one block are multiplied while the sums of the one before are finished.
    let [mut ready, mut next] = [const { Sums([[[0; LANES]; BLOCK_PANELS]; BLOCK_ROWS]) }; 2];
    let mut before: Option<Block<'_>> = None;
    for group in matrix.groups() {
        for first in (0..count).step_by(together) {
            // The last block overlaps the one before rather than reaching beyond the end.
            let start = first.min(count - together);
            tiles.multiply(&rows.bytes[start * width..(start + together) * width], width, group.quads, &mut next);
            if let Some(block) = before {
                block.finish(amx.avx512(), &ready, finish, out, matrix.outputs);
            }
            let roundings = &rows.roundings[first..start + together];
            before = Some(Block {
                skipped: first - start,
                first,
                roundings,
                first_output: group.first_output,
                panels: group.panels,
            });
            std::mem::swap(&mut ready, &mut next);
        }
    }
    if let Some(block) = before {
        block.finish(amx.avx512(), &ready, finish, out, matrix.outputs);
    }
}

/// Rows and outputs whose sums are known.
struct Block<'a> {
    /// Rows of the sums that were finished before.
    skipped: usize,
    /// The first row to finish.
    first: usize,
    /// Of the rows to finish.
    roundings: &'a [Rounding],
    first_output: usize,
    panels: &'a [Panel],
}

impl Block<'_> {
    #[inline(always)]
    fn finish(&self, l: Avx512, sums: &Sums, finish: Finish, out: &mut [f32], stride: usize) {
        for (i, (sums, rounding)) in sums.0[self.skipped..].iter().zip(self.roundings).enumerate() {
            let out = &mut out[(self.first + i) * stride + self.first_output..][..BLOCK_PANELS * LANES];
            for ((out, sums), panel) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(sums).zip(self.panels) {
                let sums = l.less_zero(sums, &panel.sums, rounding.zero);
                finished(l, sums, *rounding, panel, finish, out);
            }
        }
    }
}
