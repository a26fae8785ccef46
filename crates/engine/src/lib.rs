//! The arithmetic of a BERT-type encoder on one machine's processor: word vectors in, contextual vectors out.
//!
//! [`Engine::load`] reads `encoder.safetensors` and packs its int8 matrices for the best [`Kernel`] of this machine;
//! [`Engine::encode`] runs texts through it, packed back to back without padding. Matrix products take 8-bit inputs,
//! each token rounded on a scale of its own, and add up in 32-bit integers; attention, softmax, GELU and layer norms
//! are in single precision, but for AMX, which takes attention's inputs as bf16. A token's numbers depend on its own
//! text alone: neither on the other texts of the batch nor on the number of threads. Between kernels the integers are
//! equal bit for bit, the floats within rounding.
//!
//! # The file
//! For each layer `i` and each matrix `q`, `k`, `v`, `ao` (attention output), `fi` and `fo` (feed-forward in and
//! out): `l{i}.{m}.w` (I8, outputs × inputs), `l{i}.{m}.s` (F32, a scale per output), `l{i}.{m}.b` (F32). For each
//! layer norm `aln` and `oln`: `l{i}.{n}.w` and `.b` (F32). `emb.pos` (F32, positions × width), `emb.type` (F32,
//! width), `emb.ln.w` and `emb.ln.b`. Metadata: `layers`, `heads`, `eps`.
//!
//! # Which kernel
//! The best the processor has, unless the environment variable `MOODLINE_KERNEL` (`portable`, `neon`, `avx2`,
//! `avxvnni`, `avx512`, `amx`) names a lesser one.
//!
//! `bash .ci/engine` tries the kernel of 64-bit Arm under qemu, and the portable parts under Miri.
//!
//! # Why `unsafe`
//! Vector instructions and reads without bounds checks in the innermost loops are written in it, nothing else. What
//! makes a use sound stands at its place: either a token type that exists only where the processor was asked for the
//! instructions, or a check of lengths a few lines above.

#![allow(unsafe_code, reason = "vector instructions; each block states why it is sound")]
#![allow(
    clippy::inline_always,
    reason = "a vector function is one instruction only inside a function compiled for that instruction set"
)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod encoder;
mod engine;
mod error;
mod kernel;
mod matrix;
mod ops;
mod rows;
mod simd;
mod weights;

pub use engine::Engine;
pub use error::EngineError;
pub use kernel::Kernel;
