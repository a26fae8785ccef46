//! Word embeddings, kept in the 4-bit blocks they come in and opened row by row.

use std::path::Path;

use crate::{
    ModelError,
    manifest::{Content, EmbeddingLayout, expect, mismatch},
};

/// Weights per block.
const BLOCK: usize = 32;
/// Bytes per block: a half-precision scale, then two weights a byte.
const BLOCK_BYTES: usize = 2 + BLOCK / 2;

/// A matrix of rows in blocks of 32 weights: scale d (IEEE half, little endian), then 16 bytes q;
/// weight j = ((q\[j\] & 15) − 8)·d and weight j + 16 = ((q\[j\] >> 4) − 8)·d (ggml's `q4_0`).
pub(crate) struct WordEmbeddings {
    bytes: Content,
    row_bytes: usize,
}

impl WordEmbeddings {
    /// Takes the content of `path`, whose size must be what `layout` says.
    pub(crate) fn new(bytes: Content, layout: &EmbeddingLayout, path: &Path) -> Result<Self, ModelError> {
        expect(path, "its block size", &BLOCK, &layout.block)?;
        expect(path, "its encoding", &"q4_0", &layout.encoding.as_str())?;
        if layout.width == 0 || !layout.width.is_multiple_of(BLOCK) {
            return Err(mismatch(path, "its width", "a multiple of 32", &layout.width));
        }
        let row_bytes = layout.width / BLOCK * BLOCK_BYTES;
        expect(path, "its size in bytes", &(layout.rows * row_bytes), &bytes.len())?;
        Ok(Self { bytes, row_bytes })
    }

    /// Writes row `id`, which must be one of the layout's, to `out`, which must be one row wide.
    pub(crate) fn read_row(&self, id: u32, out: &mut [f32]) {
        let start = id as usize * self.row_bytes;
        let blocks = self.bytes[start..start + self.row_bytes].chunks_exact(BLOCK_BYTES);
        for (block, out) in blocks.zip(out.chunks_exact_mut(BLOCK)) {
            let scale = half_to_f32(u16::from_le_bytes([block[0], block[1]]));
            let (low, high) = out.split_at_mut(BLOCK / 2);
            for ((q, low), high) in block[2..].iter().zip(low).zip(high) {
                *low = (f32::from(q & 15) - 8.0) * scale;
                *high = (f32::from(q >> 4) - 8.0) * scale;
            }
        }
    }
}

/// The value of an IEEE 754 half-precision number.
fn half_to_f32(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = u32::from(bits >> 10) & 31;
    let mantissa = u32::from(bits) & 0x3ff;
    match exponent {
        0 => sign * mantissa as f32 * 2.0_f32.powi(-24),
        31 => sign * if mantissa == 0 { f32::INFINITY } else { f32::NAN },
        _ => sign * f32::from_bits(((exponent + 112) << 23) | (mantissa << 13)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(rows: usize) -> EmbeddingLayout {
        EmbeddingLayout { file: "rows.q4".to_owned(), rows, width: 32, block: 32, encoding: "q4_0".to_owned() }
    }

    fn row_of(bytes: &[u8]) -> Vec<f32> {
        let rows = bytes.len() / 18;
        let embeddings = WordEmbeddings::new(bytes.to_vec().into(), &layout(rows), Path::new("rows.q4")).unwrap();
        let mut row = vec![0.0; 32];
        embeddings.read_row(rows as u32 - 1, &mut row);
        row
    }

    #[test]
    fn a_block_opens_to_the_values_worked_out_by_hand() {
        // Half precision 0x3800 is 0.5. The byte 0xf0 holds weights 0 (low) and 15 (high): −8·0.5 and 7·0.5.
        let mut bytes = vec![0x00, 0x38, 0xf0, 0x98];
        bytes.extend([0x88; 14]);
        let row = row_of(&bytes);
        assert_eq!((row[0], row[16]), (-4.0, 3.5));
        assert_eq!((row[1], row[17]), (0.0, 0.5), "0x98: 8 − 8 and 9 − 8, halved");
        assert!(row[2..16].iter().chain(&row[18..]).all(|v| *v == 0.0));
    }

    #[test]
    fn rows_follow_one_another() {
        let mut bytes = vec![0; 18];
        bytes.extend([0x00, 0xbc]); // −1
        bytes.extend([0x77; 16]);
        assert_eq!(row_of(&bytes), vec![1.0; 32], "(7 − 8)·−1");
    }

    #[test]
    fn halves_are_read_exactly() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
        ] {
            assert!((half_to_f32(bits) - value).abs() <= value.abs() * 1e-7, "{bits:#06x}");
        }
        assert!(half_to_f32(0x7c00).is_infinite() && half_to_f32(0x7e00).is_nan());
    }

    #[test]
    fn a_file_of_another_size_is_refused() {
        let error = WordEmbeddings::new(vec![0; 17].into(), &layout(1), Path::new("rows.q4")).err().unwrap();
        assert_eq!(error.to_string(), "rows.q4: its size in bytes is 17, expected 18");
    }
}
