//! The encoder on our own kernels.

use std::path::Path;

use moodline_engine::{Engine, Kernel};
use tracing::info;

use crate::{
    ModelError,
    encoder::{EmbeddedBatch, Encoder, Hidden},
    manifest::expect,
};

/// The weights of `encoder.safetensors`, packed for this processor; see [`moodline_engine`].
pub(crate) struct NativeEncoder {
    engine: Engine,
}

impl NativeEncoder {
    /// Takes `bytes` (read from `path`), whose rows must be `width` wide and which must know texts of `most_tokens`, to
    /// run on `threads` threads; 0 takes all there are.
    pub(crate) fn new(
        bytes: &[u8],
        threads: usize,
        (width, most_tokens): (usize, usize),
        path: &Path,
    ) -> Result<Self, ModelError> {
        let engine = Engine::load(bytes, threads).map_err(|source| ModelError::Malformed {
            path: path.to_path_buf(),
            expected: "an encoder's weights",
            source: source.into(),
        })?;
        expect(path, "its width", &width, &engine.width())?;
        expect(path, "its number of positions", &most_tokens.max(engine.positions()), &engine.positions())?;
        info!(engine.kernel = %engine.kernel(), "the encoder runs on the kernel {}", engine.kernel());
        Ok(Self { engine })
    }
}

/// Name of the instructions the engine uses here, as `MOODLINE_KERNEL` takes it; `None` where that variable names none.
pub fn engine_kernel() -> Option<&'static str> {
    Kernel::choose().ok().map(Kernel::as_str)
}

impl Encoder for NativeEncoder {
    fn encode(&mut self, batch: &EmbeddedBatch) -> Result<Hidden, ModelError> {
        let values = self.engine.encode(&batch.embeddings, &batch.lengths);
        Ok(Hidden::new(batch, values.map_err(|source| batch.failed(source.into()))?.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_encoder_is_refused_by_its_name() {
        let error = NativeEncoder::new(b"weights", 1, (384, 256), Path::new("encoder.safetensors")).err().unwrap();
        assert_eq!(error.to_string(), "encoder.safetensors cannot be used as an encoder's weights");
    }
}
