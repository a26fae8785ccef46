//! `manifest.json`: what a model folder holds and how to read it.

use std::{
    borrow::Cow,
    fs,
    io::Read,
    path::{Component, Path, PathBuf},
};

use moodline_types::{Emotion, ModelId, Sentiment};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{ModelError, ModelProfile, embedded};

/// Name of the manifest in a model folder.
pub(crate) const MANIFEST: &str = "manifest.json";
const FORMAT: u32 = 1;

/// The engine that runs the encoder: `moodline-engine`.
pub(crate) const ENGINE: &str = "native";
const SENTIMENT_LABELS: [&str; 3] = ["negative", "neutral", "positive"];

/// What `manifest.json` says. Keys that only people read (licence, base, pooling), and those no engine needs (padding), are left out.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) id: ModelId,
    format: u32,
    engine: String,
    files: Vec<FileEntry>,
    /// Put before every text, `query: ` for the e5 family.
    pub(crate) prefix: String,
    /// Width of the encoder's rows.
    pub(crate) hidden: usize,
    pub(crate) embedding: EmbeddingLayout,
    pub(crate) window: WindowSize,
    pub(crate) sentiment: SentimentCalibration,
    emotion: EmotionLabels,
    pub(crate) touchpoint: TouchpointCalibration,
    #[serde(default)]
    pub(crate) opinion: OpinionReading,
    pub(crate) self_test: Vec<SelfTest>,
    pub(crate) self_test_tolerance: f32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct FileEntry {
    name: String,
    bytes: u64,
    sha256: String,
}

/// Layout of the word embeddings.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct EmbeddingLayout {
    pub(crate) file: String,
    pub(crate) rows: usize,
    pub(crate) width: usize,
    pub(crate) block: usize,
    pub(crate) encoding: String,
}

/// Size of the windows long texts go through, prefix and end marks included.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct WindowSize {
    pub(crate) max_tokens: usize,
    pub(crate) overlap_tokens: usize,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SentimentCalibration {
    labels: Vec<String>,
    pub(crate) temperature: f32,
    pub(crate) unsure_below: f32,
}

#[derive(Debug, Clone, Deserialize)]
struct EmotionLabels {
    labels: Vec<String>,
    thresholds: Vec<f32>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TouchpointCalibration {
    pub(crate) dimensions: usize,
    pub(crate) temperature: f32,
    pub(crate) unassigned_below: f32,
}

/// How clauses are read.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct OpinionReading {
    /// See [`crate::opinion::Reader`].
    pub(crate) emphasis: f32,
}

impl Default for OpinionReading {
    /// What is best for the models shipped so far, see docs/opinions.md.
    fn default() -> Self {
        Self { emphasis: 1.5 }
    }
}

/// A sentence and the probabilities a sound engine gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SelfTest {
    pub(crate) text: String,
    pub(crate) negative: f32,
    pub(crate) neutral: f32,
    pub(crate) positive: f32,
}

impl SelfTest {
    /// That `text` has these probabilities.
    pub(crate) fn of(text: &str, Sentiment { negative, neutral, positive }: Sentiment) -> Self {
        Self { text: text.to_owned(), negative, neutral, positive }
    }
}

/// What every manifest says, whichever engine it wants.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) id: ModelId,
    format: u32,
    pub(crate) engine: String,
    files: Vec<FileEntry>,
}

impl Head {
    /// Reads it from the manifest of `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(MANIFEST);
        let bytes = content(&path)?;
        serde_json::from_slice(&bytes).map_err(|source| ModelError::Manifest { path, source })
    }

    /// That of a new manifest of `files`, which are in `folder`.
    pub(crate) fn of_files(id: ModelId, engine: &str, folder: &Path, files: &[&str]) -> Result<Self, ModelError> {
        let entry = |name: &&str| {
            let (bytes, sha256) = size_and_hash(&folder.join(name))?;
            Ok(FileEntry { name: (*name).to_owned(), bytes, sha256 })
        };
        let files = files.iter().map(entry).collect::<Result<_, ModelError>>()?;
        Ok(Self { id, format: FORMAT, engine: engine.to_owned(), files })
    }

    /// Refuses another format and files outside the folder.
    #[cfg(feature = "rust-bert")]
    pub(crate) fn check(&self, path: &Path) -> Result<(), ModelError> {
        expect(path, "format", &FORMAT, &self.format)?;
        check_names(&self.files, path)
    }

    /// Refuses the file `name` of `folder` if its size or SHA-256 is another than the manifest's; reads it bit by bit.
    #[cfg(feature = "rust-bert")]
    pub(crate) fn check_file(&self, folder: &Path, name: &str) -> Result<(), ModelError> {
        let (entry, path) = (entry_of(&self.files, folder, name)?, folder.join(name));
        let (bytes, sha256) = size_and_hash(&path)?;
        expect(&path, "its size in bytes", &entry.bytes, &bytes)?;
        expect(&path, "its SHA-256", &entry.sha256.to_lowercase(), &sha256)
    }

    /// As [`Manifest::read_file`].
    #[cfg(feature = "rust-bert")]
    pub(crate) fn read_file(&self, folder: &Path, name: &str) -> Result<Content, ModelError> {
        read_file(&self.files, folder, name)
    }
}

impl Manifest {
    /// Reads the manifest of `folder` and checks what can be checked without the other files.
    pub(crate) fn read(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(MANIFEST);
        let bytes = content(&path)?;
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|source| ModelError::Manifest { path: path.clone(), source })?;
        manifest.check(&path)?;
        Ok(manifest)
    }

    fn check(&self, path: &Path) -> Result<(), ModelError> {
        let emotions: Vec<&str> = Emotion::ALL.iter().map(|emotion| emotion.as_str()).collect();
        let window = self.window;
        expect(path, "format", &FORMAT, &self.format)?;
        expect(path, "engine", &ENGINE, &self.engine.as_str())?;
        expect(path, "sentiment.labels", &SENTIMENT_LABELS.join(", "), &self.sentiment.labels.join(", "))?;
        expect(path, "emotion.labels", &emotions.join(", "), &self.emotion.labels.join(", "))?;
        expect(path, "emotion.thresholds", &emotions.len(), &self.emotion.thresholds.len())?;
        expect(path, "embedding.width", &self.hidden, &self.embedding.width)?;
        positive(path, "sentiment.temperature", self.sentiment.temperature)?;
        positive(path, "touchpoint.temperature", self.touchpoint.temperature)?;
        positive(path, "opinion.emphasis", self.opinion.emphasis)?;
        if window.overlap_tokens * 2 >= window.max_tokens {
            return Err(mismatch(
                path,
                "window.overlap_tokens",
                "less than half of max_tokens",
                &window.overlap_tokens,
            ));
        }
        check_names(&self.files, path)
    }

    /// The content of the file `name` of `folder`, once its size and SHA-256 are found to be the manifest's.
    pub(crate) fn read_file(&self, folder: &Path, name: &str) -> Result<Content, ModelError> {
        read_file(&self.files, folder, name)
    }

    /// What consumers of verdicts may know of the model in `folder`.
    pub(crate) fn profile(&self, folder: &Path) -> ModelProfile {
        let mut emotion_thresholds = [0.0; Emotion::ALL.len()];
        emotion_thresholds.copy_from_slice(&self.emotion.thresholds); // as many as there are emotions, see `check`
        ModelProfile {
            id: self.id.clone(),
            dimensions: self.touchpoint.dimensions,
            unassigned_below: self.touchpoint.unassigned_below,
            similarity_temperature: self.touchpoint.temperature,
            unsure_below: self.sentiment.unsure_below,
            emotion_thresholds,
            engine: self.engine.clone(),
            folder: folder.to_path_buf(),
        }
    }
}

fn check_names(files: &[FileEntry], path: &Path) -> Result<(), ModelError> {
    for file in files {
        let mut parts = Path::new(&file.name).components();
        if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
            return Err(mismatch(path, "files.name", "a plain file name", &file.name));
        }
    }
    Ok(())
}

fn entry_of<'a>(files: &'a [FileEntry], folder: &Path, name: &str) -> Result<&'a FileEntry, ModelError> {
    let found = files.iter().find(|entry| entry.name == name);
    found.ok_or_else(|| mismatch(&folder.join(MANIFEST), "files", &format!("an entry for {name}"), &"without it"))
}

/// What a file holds: read, or part of the program.
pub(crate) type Content = Cow<'static, [u8]>;

fn content(path: &Path) -> Result<Content, ModelError> {
    match embedded::file(path) {
        Some(bytes) => Ok(Cow::Borrowed(bytes)),
        None => fs::read(path).map(Cow::Owned).map_err(|source| ModelError::Read { path: path.to_path_buf(), source }),
    }
}

fn read_file(files: &[FileEntry], folder: &Path, name: &str) -> Result<Content, ModelError> {
    let (entry, path) = (entry_of(files, folder, name)?, folder.join(name));
    let found = match embedded::file(&path) {
        Some(bytes) => bytes.len() as u64,
        None => fs::metadata(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?.len(),
    };
    if found != entry.bytes {
        return Err(mismatch(&path, "its size", &format!("{} bytes", entry.bytes), &format!("{found} bytes")));
    }
    let bytes = content(&path)?;
    expect(&path, "its SHA-256", &entry.sha256.to_lowercase(), &hex::encode(Sha256::digest(&bytes)))?;
    Ok(bytes)
}

/// Bytes and SHA-256 of a file, however large.
fn size_and_hash(path: &Path) -> Result<(u64, String), ModelError> {
    let failed = |source| ModelError::Read { path: path.to_path_buf(), source };
    let mut file = fs::File::open(path).map_err(failed)?;
    let (mut hash, mut size, mut piece) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let count = file.read(&mut piece).map_err(failed)?;
        if count == 0 {
            return Ok((size, hex::encode(hash.finalize())));
        }
        hash.update(&piece[..count]);
        size += count as u64;
    }
}

/// An error that `what` of `path` is not as expected.
pub(crate) fn mismatch(path: &Path, what: &str, expected: &str, found: &dyn std::fmt::Display) -> ModelError {
    ModelError::Mismatch {
        path: PathBuf::from(path),
        what: what.to_owned(),
        expected: expected.to_owned(),
        found: found.to_string(),
    }
}

/// Refuses a `found` that differs from `expected`.
pub(crate) fn expect<T: PartialEq + std::fmt::Display>(
    path: &Path,
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), ModelError> {
    if expected == found { Ok(()) } else { Err(mismatch(path, what, &expected.to_string(), found)) }
}

fn positive(path: &Path, what: &str, found: f32) -> Result<(), ModelError> {
    if found > 0.0 && found.is_finite() { Ok(()) } else { Err(mismatch(path, what, "a number above 0", &found)) }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A manifest of one file of this content.
    pub(crate) fn manifest_of(content: &[u8]) -> Value {
        json!({
            "id": "tiny-1", "format": 1, "engine": "native", "license": "MIT", "base": "none",
            "files": [{"name": "part.bin", "bytes": content.len(), "sha256": hex::encode(Sha256::digest(content))}],
            "prefix": "query: ", "hidden": 32, "pad_id": 1,
            "embedding": {"file": "part.bin", "rows": 1, "width": 32, "block": 32, "encoding": "q4_0"},
            "window": {"max_tokens": 64, "overlap_tokens": 16},
            "sentiment": {"labels": SENTIMENT_LABELS, "temperature": 1.5, "unsure_below": 0.5},
            "emotion": {"labels": Emotion::ALL, "thresholds": [0.5, 0.4, 0.3, 0.3, 0.3, 0.3, 0.5]},
            "touchpoint": {"dimensions": 8, "temperature": 0.05, "unassigned_below": 0.3},
            "self_test": [], "self_test_tolerance": 0.02,
        })
    }

    fn folder(manifest: &Value, content: Option<&[u8]>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(MANIFEST), manifest.to_string()).unwrap();
        if let Some(content) = content {
            fs::write(folder.path().join("part.bin"), content).unwrap();
        }
        folder
    }

    #[test]
    fn a_whole_file_is_read() {
        let folder = folder(&manifest_of(b"weights"), Some(b"weights"));
        let manifest = Manifest::read(folder.path()).unwrap();
        assert_eq!(*manifest.read_file(folder.path(), "part.bin").unwrap(), *b"weights");
        let profile = manifest.profile(folder.path());
        assert_eq!((profile.id.as_str(), profile.engine.as_str()), ("tiny-1", "native"));
        assert!((profile.emotion_thresholds[1] - 0.4).abs() < 1e-6);
    }

    #[test]
    fn a_changed_file_is_refused_by_its_hash() {
        let folder = folder(&manifest_of(b"weights"), Some(b"weighty"));
        let error = Manifest::read(folder.path()).unwrap().read_file(folder.path(), "part.bin").unwrap_err();
        let (good, bad) = (hex::encode(Sha256::digest(b"weights")), hex::encode(Sha256::digest(b"weighty")));
        assert!(error.to_string().ends_with(&format!("part.bin: its SHA-256 is {bad}, expected {good}")), "{error}");
    }

    #[test]
    fn a_cut_file_is_refused_by_its_size() {
        let folder = folder(&manifest_of(b"weights"), Some(b"weig"));
        let error = Manifest::read(folder.path()).unwrap().read_file(folder.path(), "part.bin").unwrap_err();
        assert!(error.to_string().ends_with("part.bin: its size is 4 bytes, expected 7 bytes"), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let folder = folder(&manifest_of(b"weights"), None);
        let manifest = Manifest::read(folder.path()).unwrap();
        let error = manifest.read_file(folder.path(), "part.bin").unwrap_err();
        assert!(matches!(&error, ModelError::Read { path, .. } if path.ends_with("part.bin")), "{error}");
        let error = manifest.read_file(folder.path(), "other.bin").unwrap_err();
        assert!(error.to_string().ends_with("files is without it, expected an entry for other.bin"), "{error}");
    }

    #[test]
    fn a_manifest_of_another_format_or_engine_is_refused() {
        for (key, value, message) in [
            ("format", json!(2), "format is 2, expected 1"),
            ("engine", json!("abacus"), "engine is abacus, expected native"),
            ("emotion", json!({"labels": Emotion::ALL, "thresholds": [0.5]}), "emotion.thresholds is 1, expected 7"),
            ("hidden", json!(64), "embedding.width is 32, expected 64"),
            ("window", json!({"max_tokens": 8, "overlap_tokens": 4}), "is 4, expected less than half of max_tokens"),
            ("files", json!([{"name": "../x", "bytes": 0, "sha256": ""}]), "is ../x, expected a plain file name"),
        ] {
            let mut manifest = manifest_of(b"weights");
            manifest[key] = value;
            let folder = folder(&manifest, None);
            let error = Manifest::read(folder.path()).unwrap_err().to_string();
            assert!(error.ends_with(message), "{error}");
        }
    }

    #[test]
    fn a_manifest_without_an_id_is_refused_with_its_place() {
        let mut manifest = manifest_of(b"weights");
        manifest["id"] = Value::Null;
        let folder = folder(&manifest, None);
        assert!(matches!(Manifest::read(folder.path()), Err(ModelError::Manifest { .. })));
    }
}
