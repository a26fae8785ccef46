//! NEON with its 8-bit dot products (the extension `dotprod` of Armv8.2): four registers are sixteen lanes.

use std::arch::{
    aarch64::{
        float32x4_t, int8x16_t, int32x4_t, vadd_f32, vaddq_f32, vaddq_s32, vbslq_f32, vcgtq_f32, vcltq_f32,
        vcombine_u8, vcombine_u16, vcvtnq_s32_f32, vcvtnq_u32_f32, vcvtq_f32_s32, vdupq_n_f32, vdupq_n_s32, vfmaq_f32,
        vget_high_f32, vget_low_f32, vld1q_f32, vld1q_s8, vld1q_s32, vmaxnmvq_f32, vminnmvq_f32, vmovn_u16, vmovn_u32,
        vmulq_f32, vmulq_n_s32, vpadds_f32, vreinterpretq_f32_s32, vreinterpretq_s8_s32, vrndnq_f32, vshlq_n_s32,
        vst1q_f32, vst1q_u8, vsubq_f32,
    },
    asm, is_aarch64_feature_detected,
};

use super::{Dot, LANES, Lanes, Quad};

/// Proof that the processor has the dot products; NEON itself, with fused products, is in every one of this architecture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neon(());

impl Neon {
    /// The token, where the processor has the instructions.
    pub(crate) fn detect() -> Option<Self> {
        is_aarch64_feature_detected!("dotprod").then_some(Self(()))
    }
}

type Floats = [float32x4_t; 4];
type Sums = [int32x4_t; 4];

/// NEON without the dot products.
macro_rules! instruction {
    ($e:expr) => {
        // SAFETY: NEON is in every processor that targets of this architecture with a standard library run on; a pointer,
        // where there is one, comes from a reference to as many bytes as the instruction touches.
        unsafe { $e }
    };
}

/// All sixteen lanes, four at a time.
#[inline(always)]
fn each(a: Floats, b: Floats, op: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Floats {
    [op(a[0], b[0]), op(a[1], b[1]), op(a[2], b[2]), op(a[3], b[3])]
}

/// The larger; `b` where either is no number (`fmax` would give the no-number).
#[inline(always)]
fn larger(a: float32x4_t, b: float32x4_t) -> float32x4_t {
    instruction!(vbslq_f32(vcgtq_f32(a, b), a, b))
}

/// The smaller, as above.
#[inline(always)]
fn smaller(a: float32x4_t, b: float32x4_t) -> float32x4_t {
    instruction!(vbslq_f32(vcltq_f32(a, b), a, b))
}

impl Lanes for Neon {
    type F = Floats;

    #[inline(always)]
    fn splat(self, x: f32) -> Floats {
        instruction!([vdupq_n_f32(x); 4])
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Floats {
        let from = from.as_chunks::<4>().0;
        std::array::from_fn(|i| instruction!(vld1q_f32(from[i].as_ptr())))
    }

    #[inline(always)]
    fn store(self, x: Floats, to: &mut [f32; LANES]) {
        for (to, x) in to.as_chunks_mut::<4>().0.iter_mut().zip(x) {
            instruction!(vst1q_f32(to.as_mut_ptr(), x));
        }
    }

    #[inline(always)]
    fn add(self, a: Floats, b: Floats) -> Floats {
        each(a, b, |a, b| instruction!(vaddq_f32(a, b)))
    }

    #[inline(always)]
    fn sub(self, a: Floats, b: Floats) -> Floats {
        each(a, b, |a, b| instruction!(vsubq_f32(a, b)))
    }

    #[inline(always)]
    fn mul(self, a: Floats, b: Floats) -> Floats {
        each(a, b, |a, b| instruction!(vmulq_f32(a, b)))
    }

    #[inline(always)]
    fn mul_add(self, a: Floats, b: Floats, c: Floats) -> Floats {
        std::array::from_fn(|i| instruction!(vfmaq_f32(c[i], a[i], b[i])))
    }

    #[inline(always)]
    fn max(self, a: Floats, b: Floats) -> Floats {
        each(a, b, larger)
    }

    #[inline(always)]
    fn min(self, a: Floats, b: Floats) -> Floats {
        each(a, b, smaller)
    }

    #[inline(always)]
    fn round(self, x: Floats) -> Floats {
        x.map(|x| instruction!(vrndnq_f32(x)))
    }

    #[inline(always)]
    fn exp2(self, n: Floats) -> Floats {
        n.map(|n| {
            instruction!(vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127)))))
        })
    }

    #[inline(always)]
    fn store_bytes(self, x: Floats, to: &mut [u8; LANES]) {
        instruction!({
            let (zero, most) = (vdupq_n_f32(0.0), vdupq_n_f32(255.0));
            let words = x.map(|x| vmovn_u32(vcvtnq_u32_f32(smaller(larger(x, zero), most))));
            let low = vmovn_u16(vcombine_u16(words[0], words[1]));
            let high = vmovn_u16(vcombine_u16(words[2], words[3]));
            vst1q_u8(to.as_mut_ptr(), vcombine_u8(low, high));
        });
    }

    #[inline(always)]
    fn sum(self, x: Floats) -> f32 {
        instruction!({
            let four = vaddq_f32(vaddq_f32(x[0], x[2]), vaddq_f32(x[1], x[3]));
            vpadds_f32(vadd_f32(vget_low_f32(four), vget_high_f32(four)))
        })
    }

    #[inline(always)]
    fn largest(self, x: Floats) -> f32 {
        instruction!(vmaxnmvq_f32(larger(larger(x[0], x[1]), larger(x[2], x[3]))))
    }

    #[inline(always)]
    fn smallest(self, x: Floats) -> f32 {
        instruction!(vminnmvq_f32(smaller(smaller(x[0], x[1]), smaller(x[2], x[3]))))
    }
}

impl Dot for Neon {
    /// The products are of signed bytes, so 128 is taken off every input.
    const LESS: i32 = 128;

    type Floats = Self;
    type Sums = Sums;
    /// Four times the same four inputs.
    type Inputs = int8x16_t;
    /// Four outputs each.
    type Weights = [int8x16_t; 4];

    #[inline(always)]
    fn floats(self) -> Self {
        self
    }

    #[inline(always)]
    fn scaled(self, values: &[i32; LANES], factor: i32) -> Sums {
        let values = values.as_chunks::<4>().0;
        std::array::from_fn(|i| instruction!(vmulq_n_s32(vld1q_s32(values[i].as_ptr()), factor)))
    }

    #[inline(always)]
    fn inputs(self, from: [u8; 4]) -> int8x16_t {
        // Turning over the topmost bit of an unsigned byte gives the signed byte that is 128 less.
        instruction!(vreinterpretq_s8_s32(vdupq_n_s32(i32::from_le_bytes(from) ^ i32::from_le_bytes([0x80; 4]))))
    }

    #[inline(always)]
    fn weights(self, from: &Quad) -> [int8x16_t; 4] {
        let from = from.0.as_chunks::<16>().0;
        std::array::from_fn(|i| instruction!(vld1q_s8(from[i].as_ptr())))
    }

    #[inline(always)]
    fn dot(self, sums: Sums, inputs: int8x16_t, weights: [int8x16_t; 4]) -> Sums {
        let mut sums = sums;
        for (sum, weights) in sums.iter_mut().zip(weights) {
            // The compiler's function for it (`vdotq_s32`) is not stable yet.
            // SAFETY: the token proves that the instruction is there; it reads and writes registers only.
            unsafe {
                asm!(
                    ".arch_extension dotprod",
                    "sdot {sum:v}.4s, {weights:v}.16b, {inputs:v}.16b",
                    sum = inout(vreg) *sum,
                    weights = in(vreg) weights,
                    inputs = in(vreg) inputs,
                    options(pure, nomem, nostack, preserves_flags),
                );
            }
        }
        sums
    }

    #[inline(always)]
    fn to_floats(self, sums: Sums) -> Floats {
        sums.map(|sums| instruction!(vcvtq_f32_s32(sums)))
    }
}
