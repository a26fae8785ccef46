//! The steps of the encoder, each written once for every instruction set.
//!
//! All are forced inline: [`crate::kernel`] compiles each once per instruction set.

mod attention;
#[cfg(target_arch = "x86_64")]
mod attention_by_tiles;
mod linear;
mod math;
mod norm;
mod quantise;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod tiles;

pub(crate) use attention::{AttentionScratch, Heads, attention};
#[cfg(target_arch = "x86_64")]
pub(crate) use attention_by_tiles::attention_by_tiles;
pub(crate) use linear::{Finish, linear, linear_by_rows};
pub(crate) use norm::{Norm, normalise};
pub(crate) use quantise::quantise;
#[cfg(target_arch = "x86_64")]
pub(crate) use tiles::linear_by_tiles;

use crate::simd::LANES;

/// `x` in pieces of sixteen; its length must be a multiple of that.
#[inline(always)]
fn lanes_of(x: &[f32]) -> &[[f32; LANES]] {
    let (lanes, rest) = x.as_chunks::<LANES>();
    assert!(rest.is_empty(), "rows are whole multiples of 16 wide");
    lanes
}

/// The same, to write.
#[inline(always)]
fn lanes_of_mut(x: &mut [f32]) -> &mut [[f32; LANES]] {
    let (lanes, rest) = x.as_chunks_mut::<LANES>();
    assert!(rest.is_empty(), "rows are whole multiples of 16 wide");
    lanes
}
