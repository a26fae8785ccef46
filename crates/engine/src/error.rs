//! What can go wrong with the engine.

/// Why weights cannot be used or a batch cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The bytes are not a file of tensors.
    #[error("the weights are not a safetensors file")]
    Format(#[source] safetensors::SafeTensorError),
    /// A tensor is missing.
    #[error("the weights have no tensor {name}")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A tensor or an entry of the metadata is not what it must be.
    #[error("{name} of the weights is {found}, expected {expected}")]
    Mismatch {
        /// The tensor or the entry.
        name: String,
        /// What it has to be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// `MOODLINE_KERNEL` names no kernel.
    #[error("MOODLINE_KERNEL is {value:?}, expected portable, neon, avx2, avxvnni, avx512 or amx")]
    UnknownKernel {
        /// What it says.
        value: String,
    },
    /// The processor lacks the instructions of a kernel that was asked for.
    #[error("this processor cannot run the kernel {kernel}")]
    UnsupportedKernel {
        /// The kernel.
        kernel: crate::Kernel,
    },
    /// The vectors given are not as many as the lengths say.
    #[error("{found} numbers were given for {tokens} tokens of {width}")]
    BatchSize {
        /// Numbers given.
        found: usize,
        /// Sum of the lengths.
        tokens: usize,
        /// Numbers per token.
        width: usize,
    },
    /// A text is longer than the positions the weights know.
    #[error("a text of {tokens} tokens is longer than the {positions} positions of the weights")]
    TooLong {
        /// Its tokens.
        tokens: usize,
        /// The most there can be.
        positions: usize,
    },
}
