//! Numbers of half the length, laid out as tiles want them.

use std::arch::x86_64::{
    __m512bh, __m512i, _mm512_cvtne2ps_pbh, _mm512_load_si512, _mm512_loadu_ps, _mm512_loadu_si512,
    _mm512_permutexvar_epi16, _mm512_shuffle_i32x4, _mm512_store_si512, _mm512_storeu_si512, _mm512_unpackhi_epi32,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::{LANES, amx::Amx};

/// A row of a tile of half-precision numbers: the upper halves of single-precision ones (bf16).
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, align(64))]
pub(crate) struct Halves(pub(crate) [u16; 2 * LANES]);

#[expect(clippy::unused_self, reason = "a token is the proof that the instructions are there")]
impl Amx {
    /// Two times sixteen numbers as bf16, `low` first; rounded to nearest.
    #[inline(always)]
    pub(crate) fn halves(self, low: &[f32; LANES], high: &[f32; LANES]) -> Halves {
        let mut out = Halves::default();
        // SAFETY: the token proves the instructions; pointers come from references to as many bytes as they touch.
        unsafe {
            let both = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(high.as_ptr()), _mm512_loadu_ps(low.as_ptr()));
            _mm512_storeu_si512(out.0.as_mut_ptr().cast(), std::mem::transmute::<__m512bh, __m512i>(both));
        }
        out
    }

    /// The same with numbers in pairs: the first of `low` and of `high`, the second of each, and so on.
    #[inline(always)]
    pub(crate) fn paired_halves(self, low: &[f32; LANES], high: &[f32; LANES]) -> Halves {
        const ORDER: [u16; 2 * LANES] = {
            let mut order = [0; 2 * LANES];
            let mut i = 0;
            while i < LANES {
                order[2 * i] = i as u16;
                order[2 * i + 1] = (LANES + i) as u16;
                i += 1;
            }
            order
        };
        let mut out = self.halves(low, high);
        // SAFETY: as above.
        unsafe {
            let order = _mm512_loadu_si512(ORDER.as_ptr().cast());
            let paired = _mm512_permutexvar_epi16(order, _mm512_loadu_si512(out.0.as_ptr().cast()));
            _mm512_storeu_si512(out.0.as_mut_ptr().cast(), paired);
        }
        out
    }

    /// Transposes sixteen rows of sixteen pairs.
    #[inline(always)]
    pub(crate) fn transpose_pairs(self, rows: &mut [Halves; 16]) {
        // SAFETY: the token proves the instructions; pointers come from references to as many bytes as they touch.
        unsafe {
            let mut r: [__m512i; 16] = std::array::from_fn(|i| _mm512_load_si512(rows[i].0.as_ptr().cast()));
            let mut t = r;
            for i in 0..8 {
                t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
                t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
            }
            // Now columns 0, 1, 2 and 3 (of each quarter) of four rows in each.
            for i in 0..4 {
                r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
                r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
                r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
                r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
            }
            // Quarters to their places, first of neighbours, then of halves.
            for i in 0..4 {
                t[i] = _mm512_shuffle_i32x4::<0x88>(r[i], r[4 + i]);
                t[4 + i] = _mm512_shuffle_i32x4::<0xdd>(r[i], r[4 + i]);
                t[8 + i] = _mm512_shuffle_i32x4::<0x88>(r[8 + i], r[12 + i]);
                t[12 + i] = _mm512_shuffle_i32x4::<0xdd>(r[8 + i], r[12 + i]);
            }
            for i in 0..4 {
                r[i] = _mm512_shuffle_i32x4::<0x88>(t[i], t[8 + i]);
                r[8 + i] = _mm512_shuffle_i32x4::<0xdd>(t[i], t[8 + i]);
                r[4 + i] = _mm512_shuffle_i32x4::<0x88>(t[4 + i], t[12 + i]);
                r[12 + i] = _mm512_shuffle_i32x4::<0xdd>(t[4 + i], t[12 + i]);
            }
            for (row, r) in rows.iter_mut().zip(r) {
                _mm512_store_si512(row.0.as_mut_ptr().cast(), r);
            }
        }
    }
}
