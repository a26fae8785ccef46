//! AVX-512 with its 8-bit dot products (VNNI): one register is sixteen lanes.

use std::arch::x86_64::{
    __m512, __m512i, _MM_HINT_T0, _mm_prefetch, _mm_storeu_si128, _mm256_add_ps, _mm512_add_epi32, _mm512_add_ps,
    _mm512_castps512_ps256, _mm512_cvtepi32_ps, _mm512_cvtps_epi32, _mm512_cvtusepi32_epi8, _mm512_dpbusd_epi32,
    _mm512_extractf32x8_ps, _mm512_fmadd_ps, _mm512_load_si512, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_max_ps,
    _mm512_min_ps, _mm512_mul_ps, _mm512_mullo_epi32, _mm512_reduce_max_ps, _mm512_reduce_min_ps, _mm512_roundscale_ps,
    _mm512_scalef_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps, _mm512_sub_ps,
};

use super::{Dot, LANES, Lanes, Quad, avx2::sum_of_eight};

/// Proof that the processor has AVX-512 F, BW, DQ, VL and VNNI.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(());

/// Every block below calls instructions that the token proves to be there; pointers come from arrays of the size read
/// or written.
macro_rules! instruction {
    ($e:expr) => {
        // SAFETY: `self` exists only where `Avx512::detect` found the instructions; a pointer, where there is one,
        // comes from a reference to as many bytes as the instruction touches.
        unsafe { $e }
    };
}

impl Avx512 {
    /// The token, where the processor has the instructions.
    pub(crate) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni")
            && is_x86_feature_detected!("fma");
        has.then_some(Self(()))
    }

    /// Starts to bring `quad` into the innermost cache.
    #[expect(clippy::unused_self, reason = "the token is the proof that the instruction is there")]
    #[inline(always)]
    pub(crate) fn fetch(self, quad: &Quad) {
        instruction!(_mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(quad).cast()));
    }

    /// `sums` less `zero` × `weights`, wrapping, as floats.
    #[inline(always)]
    pub(crate) fn less_zero(self, sums: &[i32; LANES], weights: &[i32; LANES], zero: i32) -> __m512 {
        let shift = self.scaled(weights, -zero);
        instruction!(_mm512_cvtepi32_ps(_mm512_add_epi32(_mm512_loadu_si512(sums.as_ptr().cast()), shift)))
    }
}

impl Lanes for Avx512 {
    type F = __m512;

    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        instruction!(_mm512_set1_ps(x))
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> __m512 {
        instruction!(_mm512_loadu_ps(from.as_ptr()))
    }

    #[inline(always)]
    fn store(self, x: __m512, to: &mut [f32; LANES]) {
        instruction!(_mm512_storeu_ps(to.as_mut_ptr(), x));
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_add_ps(a, b))
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_sub_ps(a, b))
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_mul_ps(a, b))
    }

    #[inline(always)]
    fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        instruction!(_mm512_fmadd_ps(a, b, c))
    }

    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_max_ps(a, b))
    }

    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_min_ps(a, b))
    }

    #[inline(always)]
    fn round(self, x: __m512) -> __m512 {
        // 0: to nearest, no digits after the point.
        instruction!(_mm512_roundscale_ps::<0>(x))
    }

    #[inline(always)]
    fn exp2(self, n: __m512) -> __m512 {
        instruction!(_mm512_scalef_ps(_mm512_set1_ps(1.0), n))
    }

    #[inline(always)]
    fn store_bytes(self, x: __m512, to: &mut [u8; LANES]) {
        instruction!({
            let whole = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(x, _mm512_setzero_ps()), _mm512_set1_ps(255.0)));
            _mm_storeu_si128(to.as_mut_ptr().cast(), _mm512_cvtusepi32_epi8(whole));
        });
    }

    #[inline(always)]
    fn sum(self, x: __m512) -> f32 {
        instruction!(sum_of_eight(_mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps::<1>(x))))
    }

    #[inline(always)]
    fn largest(self, x: __m512) -> f32 {
        instruction!(_mm512_reduce_max_ps(x))
    }

    #[inline(always)]
    fn smallest(self, x: __m512) -> f32 {
        instruction!(_mm512_reduce_min_ps(x))
    }
}

impl Dot for Avx512 {
    type Floats = Self;
    type Sums = __m512i;
    type Inputs = __m512i;
    type Weights = __m512i;

    #[inline(always)]
    fn floats(self) -> Self {
        self
    }

    #[inline(always)]
    fn scaled(self, values: &[i32; LANES], factor: i32) -> __m512i {
        instruction!(_mm512_mullo_epi32(_mm512_loadu_si512(values.as_ptr().cast()), _mm512_set1_epi32(factor)))
    }

    #[inline(always)]
    fn inputs(self, from: [u8; 4]) -> __m512i {
        instruction!(_mm512_set1_epi32(i32::from_le_bytes(from)))
    }

    #[inline(always)]
    fn weights(self, from: &Quad) -> __m512i {
        // A `Quad` is aligned to its 64 bytes.
        instruction!(_mm512_load_si512(std::ptr::from_ref(from).cast()))
    }

    #[inline(always)]
    fn dot(self, sums: __m512i, inputs: __m512i, weights: __m512i) -> __m512i {
        instruction!(_mm512_dpbusd_epi32(sums, inputs, weights))
    }

    #[inline(always)]
    fn to_floats(self, sums: __m512i) -> __m512 {
        instruction!(_mm512_cvtepi32_ps(sums))
    }
}
