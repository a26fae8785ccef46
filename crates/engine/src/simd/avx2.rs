//! AVX2 and FMA, with or without 8-bit dot products (AVX-VNNI): two registers are sixteen lanes.

use std::arch::x86_64::{
    __m256, __m256i, _mm_add_ps, _mm_add_ss, _mm_cvtss_f32, _mm_movehl_ps, _mm_shuffle_ps, _mm_storeu_si128,
    _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_castps256_ps128, _mm256_castsi256_ps,
    _mm256_castsi256_si128, _mm256_cvtepi32_ps, _mm256_cvtps_epi32, _mm256_dpbusd_avx_epi32, _mm256_extractf128_ps,
    _mm256_fmadd_ps, _mm256_load_si256, _mm256_loadu_ps, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_max_ps,
    _mm256_min_ps, _mm256_mul_ps, _mm256_mullo_epi32, _mm256_packs_epi32, _mm256_packus_epi16,
    _mm256_permute4x64_epi64, _mm256_round_ps, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_slli_epi16,
    _mm256_slli_epi32, _mm256_srai_epi16, _mm256_srli_epi16, _mm256_storeu_ps, _mm256_sub_ps,
};

use super::{Dot, LANES, Lanes, Quad};

/// Proof that the processor has AVX2 and FMA.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2(());

/// Proof that the processor has AVX-VNNI besides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AvxVnni(Avx2);

impl Avx2 {
    /// The token, where the processor has the instructions.
    pub(crate) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

impl AvxVnni {
    /// The token, where the processor has the instructions.
    pub(crate) fn detect() -> Option<Self> {
        Avx2::detect().filter(|_| is_x86_feature_detected!("avxvnni")).map(Self)
    }
}

type Floats = [__m256; 2];
type Sums = [__m256i; 2];

/// As in `avx512.rs`.
macro_rules! instruction {
    ($e:expr) => {
        // SAFETY: `self` exists only where its `detect` found the instructions; a pointer, where there is one, comes
        // from a reference to as many bytes as the instructions touch.
        unsafe { $e }
    };
}

/// Sum of eight lanes, halves onto each other.
///
/// # Safety
/// The processor must have AVX.
#[inline(always)]
pub(crate) unsafe fn sum_of_eight(x: __m256) -> f32 {
    // SAFETY: the caller promises AVX.
    unsafe {
        let four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
    }
}

impl Lanes for Avx2 {
    type F = Floats;

    #[inline(always)]
    fn splat(self, x: f32) -> Floats {
        instruction!([_mm256_set1_ps(x); 2])
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Floats {
        instruction!([_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from.as_ptr().add(8))])
    }

    #[inline(always)]
    fn store(self, x: Floats, to: &mut [f32; LANES]) {
        instruction!({
            _mm256_storeu_ps(to.as_mut_ptr(), x[0]);
            _mm256_storeu_ps(to.as_mut_ptr().add(8), x[1]);
        });
    }

    #[inline(always)]
    fn add(self, a: Floats, b: Floats) -> Floats {
        instruction!([_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn sub(self, a: Floats, b: Floats) -> Floats {
        instruction!([_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn mul(self, a: Floats, b: Floats) -> Floats {
        instruction!([_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn mul_add(self, a: Floats, b: Floats, c: Floats) -> Floats {
        instruction!([_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])])
    }

    #[inline(always)]
    fn max(self, a: Floats, b: Floats) -> Floats {
        instruction!([_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn min(self, a: Floats, b: Floats) -> Floats {
        instruction!([_mm256_min_ps(a[0], b[0]), _mm256_min_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn round(self, x: Floats) -> Floats {
        // 0: to nearest.
        instruction!([_mm256_round_ps::<0>(x[0]), _mm256_round_ps::<0>(x[1])])
    }

    #[inline(always)]
    fn exp2(self, n: Floats) -> Floats {
        instruction!({
            let bias = _mm256_set1_epi32(127);
            let low = _mm256_slli_epi32::<23>(_mm256_add_epi32(_mm256_cvtps_epi32(n[0]), bias));
            let high = _mm256_slli_epi32::<23>(_mm256_add_epi32(_mm256_cvtps_epi32(n[1]), bias));
            [_mm256_castsi256_ps(low), _mm256_castsi256_ps(high)]
        })
    }

    #[inline(always)]
    fn store_bytes(self, x: Floats, to: &mut [u8; LANES]) {
        instruction!({
            let (zero, most) = (_mm256_setzero_ps(), _mm256_set1_ps(255.0));
            let low = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(x[0], zero), most));
            let high = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(x[1], zero), most));
            // Packing works within halves of a register; the permutations (pairs of bits, lowest first) undo that.
            let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high));
            let bytes = _mm256_permute4x64_epi64::<0b00_00_10_00>(_mm256_packus_epi16(words, words));
            _mm_storeu_si128(to.as_mut_ptr().cast(), _mm256_castsi256_si128(bytes));
        });
    }

    #[inline(always)]
    fn sum(self, x: Floats) -> f32 {
        instruction!(sum_of_eight(_mm256_add_ps(x[0], x[1])))
    }

    #[inline(always)]
    fn largest(self, x: Floats) -> f32 {
        let mut lanes = [0.0; LANES];
        self.store(x, &mut lanes);
        lanes.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }

    #[inline(always)]
    fn smallest(self, x: Floats) -> f32 {
        let mut lanes = [0.0; LANES];
        self.store(x, &mut lanes);
        lanes.into_iter().fold(f32::INFINITY, f32::min)
    }
}

#[inline(always)]
fn scaled(_: Avx2, values: &[i32; LANES], factor: i32) -> Sums {
    instruction!({
        let factor = _mm256_set1_epi32(factor);
        let low = _mm256_loadu_si256(values.as_ptr().cast());
        let high = _mm256_loadu_si256(values.as_ptr().add(8).cast());
        [_mm256_mullo_epi32(low, factor), _mm256_mullo_epi32(high, factor)]
    })
}

/// The weights of eight outputs each.
#[inline(always)]
fn halves(_: Avx2, from: &Quad) -> Sums {
    // A `Quad` is aligned to its 64 bytes.
    instruction!([_mm256_load_si256(from.0.as_ptr().cast()), _mm256_load_si256(from.0.as_ptr().add(32).cast())])
}

#[inline(always)]
fn to_floats(_: Avx2, sums: Sums) -> Floats {
    instruction!([_mm256_cvtepi32_ps(sums[0]), _mm256_cvtepi32_ps(sums[1])])
}

/// Without 8-bit dot products that keep every bit, bytes are widened: those at even places and those at odd places
/// make two vectors of 16-bit numbers, whose products are added in pairs.
impl Dot for Avx2 {
    type Floats = Self;
    type Sums = Sums;
    /// Even and odd inputs.
    type Inputs = [__m256i; 2];
    /// Even and odd weights of the first eight outputs, then of the others.
    type Weights = [__m256i; 4];

    #[inline(always)]
    fn floats(self) -> Self {
        self
    }

    #[inline(always)]
    fn scaled(self, values: &[i32; LANES], factor: i32) -> Sums {
        scaled(self, values, factor)
    }

    #[inline(always)]
    fn inputs(self, from: [u8; 4]) -> [__m256i; 2] {
        instruction!({
            let all = _mm256_set1_epi32(i32::from_le_bytes(from));
            [_mm256_and_si256(all, _mm256_set1_epi32(0x00ff_00ff)), _mm256_srli_epi16::<8>(all)]
        })
    }

    #[inline(always)]
    fn weights(self, from: &Quad) -> [__m256i; 4] {
        let [low, high] = halves(self, from);
        instruction!([
            _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(low)),
            _mm256_srai_epi16::<8>(low),
            _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(high)),
            _mm256_srai_epi16::<8>(high),
        ])
    }

    #[inline(always)]
    fn dot(self, sums: Sums, inputs: [__m256i; 2], weights: [__m256i; 4]) -> Sums {
        instruction!({
            let low = _mm256_add_epi32(sums[0], _mm256_madd_epi16(inputs[0], weights[0]));
            let high = _mm256_add_epi32(sums[1], _mm256_madd_epi16(inputs[0], weights[2]));
            [
                _mm256_add_epi32(low, _mm256_madd_epi16(inputs[1], weights[1])),
                _mm256_add_epi32(high, _mm256_madd_epi16(inputs[1], weights[3])),
            ]
        })
    }

    #[inline(always)]
    fn to_floats(self, sums: Sums) -> Floats {
        to_floats(self, sums)
    }
}

impl Dot for AvxVnni {
    type Floats = Avx2;
    type Sums = Sums;
    type Inputs = __m256i;
    type Weights = Sums;

    #[inline(always)]
    fn floats(self) -> Avx2 {
        self.0
    }

    #[inline(always)]
    fn scaled(self, values: &[i32; LANES], factor: i32) -> Sums {
        scaled(self.0, values, factor)
    }

    #[inline(always)]
    fn inputs(self, from: [u8; 4]) -> __m256i {
        instruction!(_mm256_set1_epi32(i32::from_le_bytes(from)))
    }

    #[inline(always)]
    fn weights(self, from: &Quad) -> Sums {
        halves(self.0, from)
    }

    #[inline(always)]
    fn dot(self, sums: Sums, inputs: __m256i, weights: Sums) -> Sums {
        instruction!([
            _mm256_dpbusd_avx_epi32(sums[0], inputs, weights[0]),
            _mm256_dpbusd_avx_epi32(sums[1], inputs, weights[1]),
        ])
    }

    #[inline(always)]
    fn to_floats(self, sums: Sums) -> Floats {
        to_floats(self.0, sums)
    }
}
