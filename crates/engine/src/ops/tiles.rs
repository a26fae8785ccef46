//! Rows of bytes through an int8 matrix by tiles.

use super::linear::{Finish, finished, linear};
use crate::{
    matrix::{Matrix, Panel},
    rows::{Rounding, RowsRef},
    simd::{
        LANES, Quad,
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
    // The tiles of one block are multiplied while the sums of the one before are finished.
    let mut sums = [const { Sums([[[0; LANES]; BLOCK_PANELS]; BLOCK_ROWS]) }; 2];
    let mut turn = 0;
    let mut before: Option<Block<'_>> = None;
    let mut groups = matrix.groups().peekable();
    while let Some(group) = groups.next() {
        let mut ahead = groups.peek().map_or(&[][..], |next| next.quads);
        let share = ahead.len().div_ceil(count.div_ceil(together));
        for first in (0..count).step_by(together) {
            // The last block overlaps the one before rather than reaching beyond the end.
            let start = first.min(count - together);
            let inputs = &rows.bytes[start * width..(start + together) * width];
            tiles.multiply(inputs, width, group.quads, &mut sums[turn]);
            turn = 1 - turn;
            if let Some(block) = before {
                block.finish(amx.avx512(), &sums[turn], finish, out, matrix.outputs);
            }
            let (soon, later) = ahead.split_at(share.min(ahead.len()));
            ahead = later;
            before = Some(Block {
                skipped: first - start,
                first,
                roundings: &rows.roundings[first..start + together],
                first_output: group.first_output,
                panels: group.panels,
                soon,
            });
        }
    }
    if let Some(block) = before {
        block.finish(amx.avx512(), &sums[1 - turn], finish, out, matrix.outputs);
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
    /// Weights of which the next group will be made, to be fetched meanwhile.
    soon: &'a [Quad],
}

impl Block<'_> {
    #[inline(always)]
    fn finish(&self, l: Avx512, sums: &Sums, finish: Finish, out: &mut [f32], stride: usize) {
        let mut soon = self.soon.chunks(self.soon.len().div_ceil(self.roundings.len()).max(1));
        for (i, (sums, rounding)) in sums.0[self.skipped..].iter().zip(self.roundings).enumerate() {
            for quad in soon.next().unwrap_or_default() {
                l.fetch(quad);
            }
            let out = &mut out[(self.first + i) * stride + self.first_output..][..BLOCK_PANELS * LANES];
            for ((out, sums), panel) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(sums).zip(self.panels) {
                let sums = l.less_zero(sums, &panel.sums, rounding.zero);
                finished(l, sums, *rounding, panel, finish, out);
            }
        }
    }
}
