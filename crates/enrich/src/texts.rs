//! Vectors for the texts of maps.

use moodline_store::VectorStore;
use moodline_types::ModelId;

use crate::{EnrichError, run::SharedModel};

/// Texts embedded between two writes.
const TEXTS_AT_ONCE: u32 = 256;

/// Embeds every text of a map in use that the model has not seen; how many that were.
pub(crate) async fn embed_pending<S: VectorStore + ?Sized>(
    store: &S,
    model: &SharedModel,
    id: &ModelId,
) -> Result<u64, EnrichError> {
    let mut embedded = 0;
    loop {
        let texts = store.pending_texts(id, TEXTS_AT_ONCE).await?;
        if texts.is_empty() {
            return Ok(embedded);
        }
        embedded += texts.len() as u64;
        let vectors = model.embed(texts).await?;
        store.write_text_vectors(id, &vectors).await?;
    }
}
