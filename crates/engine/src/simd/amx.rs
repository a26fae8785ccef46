//! AMX: products of whole tiles of bytes or bf16 numbers, beside AVX-512 for everything else.
//!
//! The compiler's functions for these instructions are not stable yet, so they are written in assembly. Formats and
//! limits are from Intel's *Architecture Instruction Set Extensions Programming Reference*, chapter 3 (AMX).

use std::{
    arch::{asm, x86_64::__cpuid_count},
    marker::PhantomData,
    sync::OnceLock,
};

use super::{LANES, Quad, avx512::Avx512, halves::Halves};

/// Rows of a tile of inputs.
const TILE_ROWS: usize = 16;
/// Inputs one tile spans: the bytes of a tile's row.
pub(crate) const TILE_INPUTS: usize = 64;
/// Rows of inputs worked on together: two tiles.
pub(crate) const BLOCK_ROWS: usize = 2 * TILE_ROWS;
/// Panels of weights worked on together: a tile each.
pub(crate) const BLOCK_PANELS: usize = 2;

/// Proof that the processor has AMX's 8-bit and bf16 products, that the system lets this process use them, and that
/// AVX-512 (with bf16) is there besides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Amx(Avx512);

/// Exact sums of a block: a row of outputs for each row of inputs.
#[repr(C, align(64))]
pub(crate) struct Sums(pub(crate) [[[i32; LANES]; BLOCK_PANELS]; BLOCK_ROWS]);

/// A row of a tile of single-precision numbers.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, align(64))]
pub(crate) struct Singles(pub(crate) [f32; LANES]);

impl Singles {
    /// The numbers of several rows, one after another.
    pub(crate) fn flat(rows: &mut [Self]) -> &mut [f32] {
        // SAFETY: a row is sixteen numbers and nothing else, so a slice of them is that many without gaps.
        unsafe { std::slice::from_raw_parts_mut(rows.as_mut_ptr().cast(), rows.len() * LANES) }
    }
}

/// The tiles of this thread, configured for blocks of so many rows. Released on drop, so that switching threads does not save them.
pub(crate) struct Tiles {
    rows: usize,
    /// The configuration belongs to the thread that made it.
    _not_send: PhantomData<*const ()>,
}

/// The operand of `ldtilecfg`.
#[repr(C, align(64))]
struct Configuration {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

impl Amx {
    /// The token, where the processor has the instructions and the system allows them. Asks once a process.
    pub(crate) fn detect() -> Option<Self> {
        static ALLOWED: OnceLock<bool> = OnceLock::new();
        let avx512 = Avx512::detect()?;
        ALLOWED.get_or_init(|| has_instructions() && ask_permission()).then_some(Self(avx512))
    }

    /// The vector instructions that come with it.
    pub(crate) fn avx512(self) -> Avx512 {
        self.0
    }
}

impl Tiles {
    /// Configures this thread's tiles for blocks of `rows` rows, 1 to [`BLOCK_ROWS`].
    pub(crate) fn new(_: Amx, rows: usize) -> Self {
        assert!((1..=BLOCK_ROWS).contains(&rows));
        let (upper, lower) = (rows.min(TILE_ROWS), rows.saturating_sub(TILE_ROWS));
        let mut configuration =
            Configuration { palette: 1, start_row: 0, reserved: [0; 14], row_bytes: [0; 16], rows: [0; 16] };
        // Sums of the upper rows in 0 and 1, of the lower in 2 and 3; inputs in 4 and 5; weights in 6 and 7.
        for (tile, rows) in [upper, upper, lower, lower, upper, lower, TILE_ROWS, TILE_ROWS].into_iter().enumerate() {
            configuration.rows[tile] = rows as u8;
            configuration.row_bytes[tile] = if rows > 0 { TILE_INPUTS as u16 } else { 0 };
        }
        // SAFETY: the token proves that the instruction is there and allowed; the operand is 64 bytes in the format of
        // palette 1, whose limits (16 rows of 64 bytes) the numbers above keep.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const configuration, options(nostack, readonly, preserves_flags));
        }
        Self { rows, _not_send: PhantomData }
    }

    /// Sums of products of the rows of `inputs`, `width` bytes each and as many as the tiles are configured for, with
    /// the weights of two panels, whose [`Quad`]s alternate. Sums of rows beyond are left as they are.
    #[inline(always)]
    pub(crate) fn multiply(&self, inputs: &[u8], width: usize, weights: &[Quad], sums: &mut Sums) {
        assert!(width > 0 && width.is_multiple_of(TILE_INPUTS) && inputs.len() == self.rows * width);
        assert!(weights.len() == width / 4 * BLOCK_PANELS);
        let weights = weights.as_ptr();
        let steps = width / TILE_INPUTS;
        let sums: *mut Sums = sums;
        if self.rows > TILE_ROWS {
            // SAFETY: tiles exist only where the token did, and stay configured while `self` lives: nothing else on
            // this thread touches them. A tile of inputs reads `steps` times 64 bytes of each of its rows, which end
            // where `inputs` ends; one of weights reads every other quad of 32, `steps` times, which are all there
            // are; the sums written are rows of 2 · 16 integers, at most 32, aligned and within `sums`.
            unsafe {
                asm!(
                    "tilezero tmm0",
                    "tilezero tmm1",
                    "tilezero tmm2",
                    "tilezero tmm3",
                    "2:",
                    "tileloadd tmm6, [{weights} + {line}*1]",
                    "tileloadd tmm4, [{upper} + {width}*1]",
                    "tdpbusd tmm0, tmm4, tmm6",
                    "tileloadd tmm7, [{weights} + {line}*1 + 64]",
                    "tdpbusd tmm1, tmm4, tmm7",
                    "tileloadd tmm5, [{lower} + {width}*1]",
                    "tdpbusd tmm2, tmm5, tmm6",
                    "tdpbusd tmm3, tmm5, tmm7",
                    "add {weights}, 2048",
                    "add {upper}, 64",
                    "add {lower}, 64",
                    "dec {steps}",
                    "jnz 2b",
                    "tilestored [{sums} + {line}*1], tmm0",
                    "tilestored [{sums} + {line}*1 + 64], tmm1",
                    "tilestored [{sums} + {line}*1 + 2048], tmm2",
                    "tilestored [{sums} + {line}*1 + 2112], tmm3",
                    weights = inout(reg) weights => _,
                    upper = inout(reg) inputs.as_ptr() => _,
                    lower = inout(reg) inputs.as_ptr().add(TILE_ROWS * width) => _,
                    steps = inout(reg) steps => _,
                    width = in(reg) width,
                    line = in(reg) 128_usize,
                    sums = in(reg) sums,
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                    options(nostack),
                );
            }
        } else {
            // SAFETY: as above, without the lower tile of rows.
            unsafe {
                asm!(
                    "tilezero tmm0",
                    "tilezero tmm1",
                    "2:",
                    "tileloadd tmm6, [{weights} + {line}*1]",
                    "tileloadd tmm4, [{upper} + {width}*1]",
                    "tdpbusd tmm0, tmm4, tmm6",
                    "tileloadd tmm7, [{weights} + {line}*1 + 64]",
                    "tdpbusd tmm1, tmm4, tmm7",
                    "add {weights}, 2048",
                    "add {upper}, 64",
                    "dec {steps}",
                    "jnz 2b",
                    "tilestored [{sums} + {line}*1], tmm0",
                    "tilestored [{sums} + {line}*1 + 64], tmm1",
                    weights = inout(reg) weights => _,
                    upper = inout(reg) inputs.as_ptr() => _,
                    steps = inout(reg) steps => _,
                    width = in(reg) width,
                    line = in(reg) 128_usize,
                    sums = in(reg) sums,
                    out("tmm0") _, out("tmm1") _, out("tmm4") _, out("tmm6") _, out("tmm7") _,
                    options(nostack),
                );
            }
        }
    }
}

impl Tiles {
    /// Sixteen rows of bf16 numbers × sixteen columns. A row is `steps` tile rows long, `stride` tile rows apart from the
    /// next; `columns` has sixteen tile rows a step, each with two neighbouring numbers of all columns. Row `i` of
    /// the result is `out[i · out_stride]`. Needs tiles configured for all [`BLOCK_ROWS`].
    #[inline(always)]
    pub(crate) fn multiply_halves(
        &self,
        rows: &[Halves],
        stride: usize,
        steps: usize,
        columns: &[Halves],
        out: &mut [Singles],
        out_stride: usize,
    ) {
        const LAST: usize = TILE_ROWS - 1;
        assert!(self.rows == BLOCK_ROWS && steps > 0 && columns.len() == steps * TILE_ROWS);
        assert!(rows.len() >= LAST * stride + steps && out.len() > LAST * out_stride);
        // SAFETY: tiles exist only where the token did and stay configured, all for sixteen rows of 64 bytes, while
        // `self` lives. The rows read are `steps` tile rows from each of the sixteen multiples of `stride`, the columns
        // 16 · `steps` tile rows, the rows written the sixteen multiples of `out_stride`: all within what was asserted.
        unsafe {
            asm!(
                "tilezero tmm0",
                "2:",
                "tileloadd tmm4, [{rows} + {stride}*1]",
                "tileloadd tmm6, [{columns} + {line}*1]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "add {rows}, 64",
                "add {columns}, 1024",
                "dec {steps}",
                "jnz 2b",
                "tilestored [{out} + {out_stride}*1], tmm0",
                rows = inout(reg) rows.as_ptr() => _,
                columns = inout(reg) columns.as_ptr() => _,
                steps = inout(reg) steps => _,
                stride = in(reg) stride * size_of::<Halves>(),
                line = in(reg) size_of::<Halves>(),
                out = in(reg) out.as_mut_ptr(),
                out_stride = in(reg) out_stride * size_of::<Singles>(),
                out("tmm0") _, out("tmm4") _, out("tmm6") _,
                options(nostack),
            );
        }
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: tiles exist only where the token did, which proves that the instruction is there and allowed.
        unsafe { asm!("tilerelease", options(nomem, nostack, preserves_flags)) }
    }
}

/// Whether the processor has tiles and their products, and the system saves tiles between threads.
fn has_instructions() -> bool {
    /// Leaf 7: bits of EDX.
    const AMX_BF16: u32 = 1 << 22;
    const AMX_TILE: u32 = 1 << 24;
    const AMX_INT8: u32 = 1 << 25;
    const ALL: u32 = AMX_BF16 | AMX_TILE | AMX_INT8;
    /// XCR0: tile configuration and tile data.
    const TILE_STATE: u32 = 3 << 17;
    let features = __cpuid_count(7, 0).edx;
    if features & ALL != ALL || !is_x86_feature_detected!("avx512bf16") {
        return false;
    }
    let enabled: u32;
    // SAFETY: processors with AVX-512, which was found before, have the instruction, and systems that run it let
    // programs use it: finding AVX-512 reads the same register.
    unsafe {
        asm!("xgetbv", in("ecx") 0, out("eax") enabled, out("edx") _, options(nomem, nostack, preserves_flags));
    }
    enabled & TILE_STATE == TILE_STATE
}

/// Asks Linux to let this process and its threads use tiles: without, the first of their instructions ends it. See
/// the kernel's `Documentation/arch/x86/xstate.rst`.
#[cfg(target_os = "linux")]
fn ask_permission() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const XFEATURE_XTILE_DATA: libc::c_long = 18;
    // SAFETY: the call takes two numbers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILE_DATA) == 0 }
}

/// Other systems are not known to need, or to give, permission.
#[cfg(not(target_os = "linux"))]
fn ask_permission() -> bool {
    false
}
