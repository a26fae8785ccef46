//! Vector instructions behind one face, sixteen lanes at a time whatever the registers' width.
//!
//! Every implementor is a token: it can be made only where the processor has the instructions, so whoever holds one
//! may use them. The functions are forced inline because only inside a function compiled for those instructions
//! (see [`crate::kernel`]) do they become single ones. All implementors add lanes in the same order.

#[cfg(target_arch = "x86_64")]
pub(crate) mod amx;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "x86_64")]
pub(crate) mod halves;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
pub(crate) mod portable;
#[cfg(test)]
mod tests;

/// Floats handled at a time.
pub(crate) const LANES: usize = 16;

/// Arithmetic on sixteen floats.
pub(crate) trait Lanes: Copy {
    /// Sixteen floats.
    type F: Copy;

    fn splat(self, x: f32) -> Self::F;
    fn load(self, from: &[f32; LANES]) -> Self::F;
    fn store(self, x: Self::F, to: &mut [f32; LANES]);
    fn add(self, a: Self::F, b: Self::F) -> Self::F;
    fn sub(self, a: Self::F, b: Self::F) -> Self::F;
    fn mul(self, a: Self::F, b: Self::F) -> Self::F;
    /// a·b + c, rounded once where the processor can.
    fn mul_add(self, a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    /// The larger of each pair; `b` where either is no number.
    fn max(self, a: Self::F, b: Self::F) -> Self::F;
    /// The smaller of each pair; `b` where either is no number.
    fn min(self, a: Self::F, b: Self::F) -> Self::F;
    /// The nearest whole number, ties to even; |x| below 2²².
    fn round(self, x: Self::F) -> Self::F;
    /// 2ⁿ for whole `n` in −126..=127.
    fn exp2(self, n: Self::F) -> Self::F;
    /// The nearest bytes, 0 where `x` is no number.
    fn store_bytes(self, x: Self::F, to: &mut [u8; LANES]);
    /// Sum of the lanes: halves onto each other until one is left.
    fn sum(self, x: Self::F) -> f32;
    fn largest(self, x: Self::F) -> f32;
    fn smallest(self, x: Self::F) -> f32;
}

/// Weights of sixteen outputs for four inputs: output `o`, input `i` at `4·o + i`.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Quad(pub(crate) [i8; 4 * LANES]);

/// Sums of products of unsigned input bytes and signed weight bytes for sixteen outputs, exact in 32 bits.
pub(crate) trait Dot: Copy {
    /// What every input counts less in [`Dot::dot`] than its byte says.
    const LESS: i32 = 0;
    /// The floats of the same processor.
    type Floats: Lanes;
    /// Sixteen sums.
    type Sums: Copy;
    /// Four inputs, made ready.
    type Inputs: Copy;
    /// A [`Quad`], made ready.
    type Weights: Copy;

    fn floats(self) -> Self::Floats;
    /// `factor` × `values`, wrapping.
    fn scaled(self, values: &[i32; LANES], factor: i32) -> Self::Sums;
    fn inputs(self, from: [u8; 4]) -> Self::Inputs;
    fn weights(self, from: &Quad) -> Self::Weights;
    /// `sums` and, for each output, its four products, every input being [`Dot::LESS`] less than its byte.
    fn dot(self, sums: Self::Sums, inputs: Self::Inputs, weights: Self::Weights) -> Self::Sums;
    fn to_floats(self, sums: Self::Sums) -> <Self::Floats as Lanes>::F;
}
