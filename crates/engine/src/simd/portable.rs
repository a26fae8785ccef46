//! Plain Rust, for processors without a kernel of their own and as the measure of the others.

use super::{LANES, Lanes};

/// Runs everywhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

type Floats = [f32; LANES];

/// 1.5 · 2²³: adding it leaves no room for a fraction, so the sum is rounded to a whole number in its low bits.
const WHOLE: f32 = 12_582_912.0;
/// Whether a product and a sum in one rounding is one instruction in every processor this build may run on.
const HAS_FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

#[inline(always)]
fn each(a: Floats, b: Floats, op: impl Fn(f32, f32) -> f32) -> Floats {
    let mut out = a;
    for (out, b) in out.iter_mut().zip(b) {
        *out = op(*out, b);
    }
    out
}

#[inline(always)]
fn folded(x: Floats, op: impl Fn(f32, f32) -> f32) -> f32 {
    let mut x = x;
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            x[lane] = op(x[lane], x[lane + half]);
        }
        half /= 2;
    }
    x[0]
}

impl Lanes for Portable {
    type F = Floats;

    #[inline(always)]
    fn splat(self, x: f32) -> Floats {
        [x; LANES]
    }

    #[inline(always)]
    fn load(self, from: &Floats) -> Floats {
        *from
    }

    #[inline(always)]
    fn store(self, x: Floats, to: &mut Floats) {
        *to = x;
    }

    #[inline(always)]
    fn add(self, a: Floats, b: Floats) -> Floats {
        each(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Floats, b: Floats) -> Floats {
        each(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Floats, b: Floats) -> Floats {
        each(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn mul_add(self, a: Floats, b: Floats, c: Floats) -> Floats {
        if HAS_FUSED {
            let mut out = c;
            for (out, (a, b)) in out.iter_mut().zip(a.into_iter().zip(b)) {
                *out = a.mul_add(b, *out);
            }
            out
        } else {
            self.add(self.mul(a, b), c)
        }
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
        x.map(|x| (x + WHOLE) - WHOLE)
    }

    #[inline(always)]
    fn exp2(self, n: Floats) -> Floats {
        n.map(|n| f32::from_bits(((n + WHOLE).to_bits().wrapping_sub(WHOLE.to_bits()).wrapping_add(127)) << 23))
    }

    #[inline(always)]
    fn store_bytes(self, x: Floats, to: &mut [u8; LANES]) {
        for (to, x) in to.iter_mut().zip(x) {
            *to = (smaller(larger(x, 0.0), 255.0) + WHOLE).to_bits() as u8;
        }
    }

    #[inline(always)]
    fn sum(self, x: Floats) -> f32 {
        folded(x, |a, b| a + b)
    }

    #[inline(always)]
    fn largest(self, x: Floats) -> f32 {
        folded(x, larger)
    }

    #[inline(always)]
    fn smallest(self, x: Floats) -> f32 {
        folded(x, smaller)
    }
}

/// As the instruction `maxps` has it: `b` where either is no number.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// As the instruction `minps` has it.
#[inline(always)]
fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}
