//! Verdicts on texts that were judged lately.
//!
//! Short reviews repeat word for word, within a batch and over batches. A verdict depends on the text, the language hint and
//! the model alone, so it is kept with the loaded model, in memory, for as many texts as cost little, and no longer than
//! there is work: what was erased meanwhile must not stay.

use std::num::NonZeroUsize;

use lru::LruCache;
use moodline_model::Verdict;

/// Texts kept; those least lately asked for go first.
const TEXTS: NonZeroUsize = NonZeroUsize::new(4096).expect("not zero");
/// Bytes of the longest text kept: longer ones hardly ever repeat. With the texts, at most a few megabytes.
const LONGEST: usize = 300;

/// A text and what is claimed of its language.
pub(crate) type Asked = (String, Option<String>);

/// What one model said lately.
pub(crate) struct RecentVerdicts(LruCache<Asked, Verdict>);

impl RecentVerdicts {
    pub(crate) fn new() -> Self {
        Self(LruCache::new(TEXTS))
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What is known of `asked`.
    pub(crate) fn find(&mut self, asked: &Asked) -> Option<Verdict> {
        self.0.get(asked).cloned()
    }

    /// Keeps the verdict on `asked`, if that may well be said again.
    pub(crate) fn keep(&mut self, asked: Asked, verdict: &Verdict) {
        if asked.0.len() <= LONGEST {
            self.0.put(asked, verdict.clone());
        }
    }
}
