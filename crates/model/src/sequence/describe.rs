//! A manifest for a folder that has none.

use std::path::Path;

use moodline_types::ModelId;
use serde::{Deserialize, Serialize};

use super::{CONFIG, TOKENIZER, WEIGHTS, layout::Layout, manifest::ClassifierManifest};
use crate::{
    Classifier, LocalModel, ModelError, ModelOptions,
    manifest::{MANIFEST, SelfTest, mismatch},
};

/// Sentences whose answers are kept, so that a later change of files, libraries or machine is noticed.
const SENTENCES: [&str; 3] =
    ["The delivery was fast and the staff were friendly.", "客服一直不回消息，太失望了。", "It arrived broken."];

/// Which classes of a classifier mean what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClassNames {
    /// Classes of a negative text.
    pub negative: Vec<String>,
    /// Classes of a text that takes no side; there need be none.
    pub neutral: Vec<String>,
    /// Classes of a positive text.
    pub positive: Vec<String>,
}

impl ClassNames {
    fn is_empty(&self) -> bool {
        self.negative.is_empty() && self.neutral.is_empty() && self.positive.is_empty()
    }

    /// Guesses from the names themselves: `negative`, `NEG`, `Positive`, `4 stars`.
    fn guess(classes: &[String]) -> Self {
        let mut found = Self::default();
        for class in classes {
            let name = class.to_lowercase();
            let stars = name.strip_suffix("stars").or_else(|| name.strip_suffix("star"));
            let stars = stars.and_then(|number| number.trim().parse::<u8>().ok());
            let side = match stars {
                Some(1 | 2) => &mut found.negative,
                Some(3) => &mut found.neutral,
                Some(4 | 5) => &mut found.positive,
                _ if name.starts_with("neg") => &mut found.negative,
                _ if name.starts_with("neu") => &mut found.neutral,
                _ if name.starts_with("pos") => &mut found.positive,
                _ => continue,
            };
            side.push(class.clone());
        }
        found
    }

    /// Refuses names that are not classes of `layout`, that stand twice, and sides without a class.
    pub(crate) fn check(&self, path: &Path, layout: &Layout) -> Result<(), ModelError> {
        let all = layout.classes.join(", ");
        let named: Vec<&String> = self.negative.iter().chain(&self.neutral).chain(&self.positive).collect();
        if let Some(other) = named.iter().find(|name| !layout.classes.contains(name)) {
            return Err(mismatch(path, "a class", &format!("one of {all}"), other));
        }
        if let Some((at, twice)) = named.iter().enumerate().find(|(at, name)| named[..*at].contains(name)) {
            return Err(mismatch(path, &format!("class {at} of those named"), "named once", twice));
        }
        if self.negative.is_empty() || self.positive.is_empty() {
            let expected = format!("a negative and a positive class named (`--negative`, `--positive`) of {all}");
            return Err(mismatch(path, "classes", &expected, &"not plain from their names"));
        }
        Ok(())
    }

    /// Which side each class of `layout` is on: 0 negative, 1 neutral, 2 positive.
    #[cfg(feature = "rust-bert")]
    pub(crate) fn sides(&self, layout: &Layout) -> Vec<Option<usize>> {
        let sides = [&self.negative, &self.neutral, &self.positive];
        layout.classes.iter().map(|class| sides.iter().position(|names| names.contains(class))).collect()
    }
}

/// Writes a `manifest.json` to `folder`, which holds a sequence classifier in the layout of Hugging Face: its files with
/// their hashes, which of its classes mean what (as `classes` says or, where that is empty, as their names do), and the answers it
/// gives now as its self-test.
///
/// # Errors
/// Where there is a manifest already, a file is missing, the network is of a kind that cannot be run, the classes are not
/// plain, or this program was built without `rust-bert`.
pub fn describe_classifier(folder: &Path, id: &ModelId, classes: &ClassNames) -> Result<(), ModelError> {
    let path = folder.join(MANIFEST);
    if path.exists() {
        return Err(mismatch(&path, "the manifest", "none, to be written", &"there"));
    }
    let layout = Layout::read(folder)?;
    for name in [WEIGHTS, TOKENIZER] {
        if !folder.join(name).is_file() {
            let expected = "there; `transformers` saves both with save_pretrained()";
            return Err(mismatch(&folder.join(name), "the file", expected, &"missing"));
        }
    }
    let classes = if classes.is_empty() { ClassNames::guess(&layout.classes) } else { classes.clone() };
    classes.check(&folder.join(CONFIG), &layout)?;
    if !cfg!(feature = "rust-bert") {
        return Err(ModelError::EngineMissing { folder: folder.to_path_buf(), engine: super::ENGINE.to_owned() });
    }
    let mut manifest = ClassifierManifest::unmeasured(id.clone(), classes, &layout, folder)?;
    manifest.write(folder)?;
    let answers = LocalModel::load(folder, &ModelOptions::default())
        .and_then(|mut model| model.classify(&SENTENCES.map(Into::into)));
    let answers = match answers {
        Ok(answers) => answers,
        Err(error) => {
            // A manifest of what cannot be run would be in the way of the next try.
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
    };
    let told = SENTENCES.iter().zip(answers).map(|(text, verdict)| SelfTest::of(text, verdict.sentiment));
    manifest.self_test = told.collect();
    manifest.write(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(classes: &[&str]) -> Vec<String> {
        classes.iter().map(|class| (*class).to_owned()).collect()
    }

    #[test]
    fn plain_names_say_what_they_mean() {
        let found = ClassNames::guess(&names(&["NEG", "Neutral", "positive", "joy"]));
        let expected =
            ClassNames { negative: names(&["NEG"]), neutral: names(&["Neutral"]), positive: names(&["positive"]) };
        assert_eq!(found, expected);
        let stars = ClassNames::guess(&names(&["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]));
        assert_eq!((stars.negative.len(), stars.neutral.len(), stars.positive.len()), (2, 1, 2));
        assert!(ClassNames::guess(&names(&["LABEL_0", "LABEL_1"])).is_empty());
    }

    #[test]
    fn a_folder_is_refused_with_the_reason_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let config = serde_json::json!({
            "model_type": "bert", "architectures": ["BertForSequenceClassification"], "hidden_size": 32,
            "max_position_embeddings": 64, "id2label": {"0": "LABEL_0", "1": "LABEL_1"},
        });
        std::fs::write(folder.path().join(CONFIG), config.to_string()).unwrap();
        let refused = |classes: &ClassNames| {
            let error =
                describe_classifier(folder.path(), &"mine-1".parse().unwrap(), classes).unwrap_err().to_string();
            assert!(!folder.path().join(MANIFEST).exists(), "{error}");
            error
        };
        assert!(refused(&ClassNames::default()).contains("model.safetensors: the file is missing"));
        for name in [WEIGHTS, TOKENIZER] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let error = refused(&ClassNames::default());
        assert!(error.contains("`--negative`") && error.contains("LABEL_0, LABEL_1"), "{error}");
        let side = |class: &str| vec![class.to_owned()];
        let wrong = ClassNames { negative: side("LABEL_0"), positive: side("LABEL_2"), ..ClassNames::default() };
        assert!(refused(&wrong).contains("a class is LABEL_2, expected one of LABEL_0, LABEL_1"));
        let right = ClassNames { negative: side("LABEL_0"), positive: side("LABEL_1"), ..ClassNames::default() };
        if cfg!(feature = "rust-bert") {
            refused(&right); // the files are empty
        } else {
            assert!(refused(&right).contains("built without"), "the engine is missing");
        }
    }
}
