//! Which instructions are used, and each step compiled for them.

use std::{env, fmt};

#[cfg(target_arch = "aarch64")]
use crate::simd::neon::Neon;
#[cfg(target_arch = "x86_64")]
use crate::simd::{
    amx::{Amx, BLOCK_PANELS},
    avx2::{Avx2, AvxVnni},
    avx512::Avx512,
};
use crate::{
    EngineError,
    matrix::{Layout, Matrix},
    ops::{self, AttentionScratch, Finish, Heads, Norm},
    rows::{RowsMut, RowsRef},
    simd::portable::Portable,
};

/// Environment variable that names the best kernel allowed.
const VARIABLE: &str = "MOODLINE_KERNEL";

/// Instructions the engine can use, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kernel {
    /// Plain Rust, on any processor.
    Portable,
    /// NEON with its 8-bit dot products (64-bit Arm).
    Neon,
    /// AVX2 and FMA.
    Avx2,
    /// AVX2, FMA and the 8-bit dot products of AVX-VNNI.
    AvxVnni,
    /// AVX-512 with its 8-bit dot products (VNNI).
    Avx512,
    /// AVX-512 and the 8-bit tiles of AMX.
    Amx,
}

impl Kernel {
    /// All kernels, worst first.
    pub const ALL: [Self; 6] = [Self::Portable, Self::Neon, Self::Avx2, Self::AvxVnni, Self::Avx512, Self::Amx];

    /// The name, as `MOODLINE_KERNEL` takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::AvxVnni => "avxvnni",
            Self::Avx512 => "avx512",
            Self::Amx => "amx",
        }
    }

    /// Whether this processor can run it.
    pub fn is_supported(self) -> bool {
        Steps::of(self).is_some()
    }

    /// The best this processor can run and `MOODLINE_KERNEL` allows.
    ///
    /// # Errors
    /// Where the variable names no kernel.
    pub fn choose() -> Result<Self, EngineError> {
        let limit = match env::var_os(VARIABLE) {
            None => Self::Amx,
            Some(value) => Self::ALL
                .into_iter()
                .find(|kernel| value == kernel.as_str())
                .ok_or_else(|| EngineError::UnknownKernel { value: value.to_string_lossy().into_owned() })?,
        };
        let usable = Self::ALL.into_iter().filter(|kernel| *kernel <= limit && kernel.is_supported());
        Ok(usable.max().unwrap_or(Self::Portable))
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kernel this processor can run: the token inside proves it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Steps {
    Portable(Portable),
    #[cfg(target_arch = "aarch64")]
    Neon(Neon),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    AvxVnni(AvxVnni, Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    #[cfg(target_arch = "x86_64")]
    Amx(Amx),
}

/// The steps for one instruction set: tokens for integers and floats, the matrix product with the rows and panels of
/// its tiles, the layout it wants, attention and its token. Tiles are as large as the registers hold.
macro_rules! compiled {
    ($name:ident, $dot:ty, $lanes:ty, $linear:expr, $layout:expr, $attention:expr, $whole:ty $(, $features:literal)?) => {
        mod $name {
            use super::*;

            pub(super) const LAYOUT: Layout = $layout;

            $(#[target_feature(enable = $features)])?
            pub(super) fn linear(d: $dot, rows: RowsRef<'_>, matrix: &Matrix, finish: Finish, out: &mut [f32]) {
                $linear(d, rows, matrix, finish, out);
            }

            $(#[target_feature(enable = $features)])?
            pub(super) fn quantise(l: $lanes, x: &[f32], out: &mut RowsMut<'_>) {
                ops::quantise(l, x, out);
            }

            $(#[target_feature(enable = $features)])?
            pub(super) fn normalise(l: $lanes, x: &mut [f32], added: &[f32], norm: &Norm, out: &mut RowsMut<'_>) {
                ops::normalise(l, x, added, norm, out);
            }

            $(#[target_feature(enable = $features)])?
            pub(super) fn attention(
                token: $whole,
                joint: &[f32],
                heads: Heads,
                scratch: &mut AttentionScratch,
                out: &mut [f32],
            ) {
                $attention(token, joint, heads, scratch, out);
            }
        }
    };
}

compiled!(portable, Portable, Portable, ops::linear_by_rows, Layout::Rows, ops::attention::<Portable, 4>, Portable);
#[cfg(target_arch = "aarch64")]
compiled!(
    neon,
    Neon,
    Neon,
    ops::linear::<Neon, 6, 1>,
    Layout::Quads { panels_at_once: 1 },
    ops::attention::<Neon, 4>,
    Neon,
    "neon,dotprod"
);
#[cfg(target_arch = "x86_64")]
compiled!(
    avx2,
    Avx2,
    Avx2,
    ops::linear::<Avx2, 4, 1>,
    Layout::Quads { panels_at_once: 1 },
    ops::attention::<Avx2, 4>,
    Avx2,
    "avx2,fma"
);
#[cfg(target_arch = "x86_64")]
compiled!(
    avxvnni,
    AvxVnni,
    Avx2,
    ops::linear::<AvxVnni, 6, 1>,
    Layout::Quads { panels_at_once: 1 },
    ops::attention::<Avx2, 4>,
    Avx2,
    "avx2,fma,avxvnni"
);
#[cfg(target_arch = "x86_64")]
compiled!(
    avx512,
    Avx512,
    Avx512,
    ops::linear::<Avx512, 6, 4>,
    Layout::Quads { panels_at_once: 4 },
    ops::attention::<Avx512, 8>,
    Avx512,
    "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"
);
#[cfg(target_arch = "x86_64")]
compiled!(
    amx,
    Amx,
    Avx512,
    ops::linear_by_tiles,
    Layout::Quads { panels_at_once: BLOCK_PANELS },
    ops::attention_by_tiles,
    Amx,
    "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,fma"
);

/// Calls a step of whichever kernel it is.
macro_rules! step {
    ($steps:expr, $step:ident($($argument:expr),*), $token:ident) => {
        match $steps {
            Steps::Portable(token) => portable::$step(token, $($argument),*),
            #[cfg(target_arch = "aarch64")]
            Steps::Neon(token) => {
                // SAFETY: the token exists only where the processor has the instructions.
                unsafe { neon::$step(token, $($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            Steps::Avx2(token) => {
                // SAFETY: the token exists only where the processor has the instructions.
                unsafe { avx2::$step(token, $($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            Steps::AvxVnni(integers, floats) => {
                let tokens = Tokens { integers, floats, attention: floats };
                // SAFETY: the tokens exist only where the processor has the instructions.
                unsafe { avxvnni::$step(tokens.$token, $($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            Steps::Avx512(token) => {
                // SAFETY: the token exists only where the processor has the instructions.
                unsafe { avx512::$step(token, $($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            Steps::Amx(token) => {
                let tokens = Tokens { integers: token, floats: token.avx512(), attention: token };
                // SAFETY: the tokens exist only where the processor has the instructions.
                unsafe { amx::$step(tokens.$token, $($argument),*) }
            }
        }
    };
}

/// The tokens of a kernel that has several, by what they are for.
#[cfg(target_arch = "x86_64")]
struct Tokens<I, F, A> {
    integers: I,
    floats: F,
    attention: A,
}

impl Steps {
    /// The steps of `kernel`, where this processor can run it.
    pub(crate) fn of(kernel: Kernel) -> Option<Self> {
        match kernel {
            Kernel::Portable => Some(Self::Portable(Portable)),
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => Neon::detect().map(Self::Neon),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => Avx2::detect().map(Self::Avx2),
            #[cfg(target_arch = "x86_64")]
            Kernel::AvxVnni => {
                AvxVnni::detect().zip(Avx2::detect()).map(|(integers, floats)| Self::AvxVnni(integers, floats))
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => Avx512::detect().map(Self::Avx512),
            #[cfg(target_arch = "x86_64")]
            Kernel::Amx => Amx::detect().map(Self::Amx),
            _ => None,
        }
    }

    /// How a [`Matrix`] for it must be laid out.
    pub(crate) fn layout(self) -> Layout {
        match self {
            Self::Portable(_) => portable::LAYOUT,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => neon::LAYOUT,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => avx2::LAYOUT,
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni(..) => avxvnni::LAYOUT,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => avx512::LAYOUT,
            #[cfg(target_arch = "x86_64")]
            Self::Amx(_) => amx::LAYOUT,
        }
    }

    /// Rows that matrix products take at once: fewer cost as much.
    pub(crate) fn rows_at_once(self) -> usize {
        match self {
            Self::Portable(_) => 4,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => 6,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => 4,
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni(..) | Self::Avx512(_) => 6,
            #[cfg(target_arch = "x86_64")]
            Self::Amx(_) => 16,
        }
    }

    /// See [`ops::linear`].
    pub(crate) fn linear(self, rows: RowsRef<'_>, matrix: &Matrix, finish: Finish, out: &mut [f32]) {
        step!(self, linear(rows, matrix, finish, out), integers);
    }

    /// See [`ops::quantise`].
    pub(crate) fn quantise(self, x: &[f32], out: &mut RowsMut<'_>) {
        step!(self, quantise(x, out), floats);
    }

    /// See [`ops::normalise`].
    pub(crate) fn normalise(self, x: &mut [f32], added: &[f32], norm: &Norm, out: &mut RowsMut<'_>) {
        step!(self, normalise(x, added, norm, out), floats);
    }

    /// See [`ops::attention`].
    pub(crate) fn attention(self, joint: &[f32], heads: Heads, scratch: &mut AttentionScratch, out: &mut [f32]) {
        step!(self, attention(joint, heads, scratch, out), attention);
    }
}
