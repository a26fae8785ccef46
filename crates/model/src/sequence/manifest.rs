//! The `manifest.json` of a sequence classifier.

use std::path::Path;

use moodline_types::{Emotion, ModelId};
use serde::{Deserialize, Serialize};

use super::{ENGINE, describe::ClassNames, layout::Layout};
use crate::{
    ModelError, ModelProfile,
    manifest::{Head, MANIFEST, SelfTest, WindowSize, mismatch},
};

/// What the manifest says beside what every manifest does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ClassifierManifest {
    #[serde(flatten)]
    pub(crate) head: Head,
    /// Which classes mean what; a class that is not named counts for nothing.
    pub(crate) classes: ClassNames,
    pub(crate) precision: Precision,
    pub(crate) window: WindowSize,
    pub(crate) sentiment: Abstaining,
    pub(crate) touchpoint: Nearness,
    pub(crate) self_test: Vec<SelfTest>,
    pub(crate) self_test_tolerance: f32,
}

/// How the network calculates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Precision {
    /// In single precision.
    F32,
    /// In bf16, faster where the processor multiplies it.
    Bf16,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Abstaining {
    pub(crate) temperature: f32,
    pub(crate) unsure_below: f32,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Nearness {
    pub(crate) temperature: f32,
    pub(crate) unassigned_below: f32,
}

impl ClassifierManifest {
    /// The manifest of a classifier that nobody has measured: defaults, and no sentences to test itself by.
    pub(crate) fn unmeasured(
        id: ModelId,
        classes: ClassNames,
        layout: &Layout,
        folder: &Path,
    ) -> Result<Self, ModelError> {
        let files = [super::CONFIG, super::WEIGHTS, super::TOKENIZER];
        Ok(Self {
            head: Head::of_files(id, ENGINE, folder, &files)?,
            classes,
            precision: Precision::F32,
            window: WindowSize { max_tokens: layout.positions.min(256), overlap_tokens: layout.positions.min(256) / 4 },
            sentiment: Abstaining { temperature: 1.0, unsure_below: 0.5 },
            touchpoint: Nearness { temperature: 0.05, unassigned_below: 0.9 },
            self_test: Vec::new(),
            self_test_tolerance: 0.02,
        })
    }

    /// Reads the manifest of `folder`; every file it names must have the size and the SHA-256 it gives.
    #[cfg(feature = "rust-bert")]
    pub(crate) fn read(folder: &Path, layout: &Layout) -> Result<Self, ModelError> {
        let path = folder.join(MANIFEST);
        let bytes = std::fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|source| ModelError::Manifest { path: path.clone(), source })?;
        manifest.head.check(&path)?;
        manifest.check(&path, layout)?;
        for name in [super::CONFIG, super::WEIGHTS, super::TOKENIZER] {
            manifest.head.check_file(folder, name)?;
        }
        Ok(manifest)
    }

    #[cfg_attr(not(feature = "rust-bert"), expect(dead_code, reason = "what runs the network is not compiled in"))]
    fn check(&self, path: &Path, layout: &Layout) -> Result<(), ModelError> {
        self.classes.check(path, layout)?;
        let window = self.window;
        if window.overlap_tokens * 2 >= window.max_tokens || window.max_tokens > layout.positions {
            let expected = format!("at most {} tokens, twice the overlap or more", layout.positions);
            return Err(mismatch(path, "window", &expected, &format!("{window:?}")));
        }
        for (what, found) in [
            ("sentiment.temperature", self.sentiment.temperature),
            ("touchpoint.temperature", self.touchpoint.temperature),
        ] {
            if !(found > 0.0 && found.is_finite()) {
                return Err(mismatch(path, what, "a number above 0", &found));
            }
        }
        Ok(())
    }

    /// What consumers of verdicts may know of the model in `folder`.
    #[cfg_attr(not(feature = "rust-bert"), expect(dead_code, reason = "what runs the network is not compiled in"))]
    pub(crate) fn profile(&self, layout: &Layout, folder: &Path) -> ModelProfile {
        ModelProfile {
            id: self.head.id.clone(),
            dimensions: layout.width,
            unassigned_below: self.touchpoint.unassigned_below,
            similarity_temperature: self.touchpoint.temperature,
            unsure_below: self.sentiment.unsure_below,
            emotion_thresholds: [0.5; Emotion::ALL.len()],
            engine: ENGINE.to_owned(),
            folder: folder.to_path_buf(),
        }
    }

    /// Writes it to `folder`.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), ModelError> {
        let path = folder.join(MANIFEST);
        let text =
            serde_json::to_string_pretty(self).map_err(|source| ModelError::Manifest { path: path.clone(), source })?;
        std::fs::write(&path, text + "\n").map_err(|source| ModelError::Write { path, source })
    }
}
