//! `config.json`: which kind of network, and its classes.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use super::CONFIG;
use crate::{ModelError, manifest::mismatch};

/// Kinds of networks that can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Bert,
    /// `RoBERTa` and `XLM-RoBERTa`, which differ in nothing but weights and vocabulary.
    Roberta,
    DistilBert,
}

/// What `config.json` says of a classifier.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) family: Family,
    /// Names of the classes, in the order of the outputs.
    pub(crate) classes: Vec<String>,
    /// Numbers per token.
    pub(crate) width: usize,
    /// Tokens of the longest text, marks included.
    pub(crate) positions: usize,
    /// The token that fills rows up.
    pub(crate) padding: u32,
}

/// The file, as far as it matters here.
#[derive(Deserialize)]
struct Config {
    model_type: String,
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default)]
    id2label: BTreeMap<usize, String>,
    #[serde(alias = "dim")]
    hidden_size: usize,
    max_position_embeddings: usize,
    pad_token_id: Option<u32>,
}

impl Layout {
    /// Reads the `config.json` of `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(CONFIG);
        let bytes = fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        Self::parse(&bytes, &path)
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, ModelError> {
        let config: Config = serde_json::from_slice(bytes).map_err(|source| ModelError::Malformed {
            path: path.to_path_buf(),
            expected: "a configuration of transformers",
            source: source.into(),
        })?;
        let family = match config.model_type.as_str() {
            "bert" => Family::Bert,
            "roberta" | "xlm-roberta" => Family::Roberta,
            "distilbert" => Family::DistilBert,
            other => {
                return Err(mismatch(path, "model_type", "bert, roberta, xlm-roberta or distilbert", &other));
            }
        };
        if !config.architectures.iter().any(|name| name.ends_with("ForSequenceClassification")) {
            let found =
                if config.architectures.is_empty() { "empty".to_owned() } else { config.architectures.join(", ") };
            return Err(mismatch(path, "architectures", "a …ForSequenceClassification", &found));
        }
        let classes: Vec<String> = config.id2label.values().cloned().collect();
        if classes.len() < 2 || config.id2label.keys().copied().ne(0..classes.len()) {
            let expected = "two classes or more, numbered from 0";
            return Err(mismatch(path, "id2label", expected, &format!("{:?}", config.id2label)));
        }
        // RoBERTa's positions begin after that of padding.
        let before = if family == Family::Roberta { 2 } else { 0 };
        let positions = config.max_position_embeddings.saturating_sub(before);
        if positions < 16 || config.hidden_size == 0 {
            return Err(mismatch(path, "max_position_embeddings", "room for 16 tokens or more", &positions));
        }
        let padding = config.pad_token_id.unwrap_or(u32::from(family == Family::Roberta));
        Ok(Self { family, classes, width: config.hidden_size, positions, padding })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config() -> Value {
        json!({
            "model_type": "xlm-roberta", "architectures": ["XLMRobertaForSequenceClassification"], "hidden_size": 768,
            "max_position_embeddings": 514, "id2label": {"0": "negative", "1": "neutral", "2": "positive"},
        })
    }

    fn error(change: impl FnOnce(&mut Value)) -> String {
        let mut config = config();
        change(&mut config);
        Layout::parse(config.to_string().as_bytes(), Path::new("config.json")).unwrap_err().to_string()
    }

    #[test]
    fn classes_come_in_the_order_of_their_numbers() {
        let mut config = config();
        config["id2label"] = (0..12).map(|i| (i.to_string(), json!(format!("class {i}")))).collect();
        let layout = Layout::parse(config.to_string().as_bytes(), Path::new("config.json")).unwrap();
        assert_eq!(layout.classes[10], "class 10");
        assert_eq!((layout.family, layout.width, layout.positions, layout.padding), (Family::Roberta, 768, 512, 1));
    }

    #[test]
    fn what_cannot_be_run_is_refused_with_the_reason() {
        let found = error(|config| config["model_type"] = json!("t5"));
        assert_eq!(found, "config.json: model_type is t5, expected bert, roberta, xlm-roberta or distilbert");
        let found = error(|config| config["architectures"] = json!(["XLMRobertaForMaskedLM"]));
        let expected = "config.json: architectures is XLMRobertaForMaskedLM, expected a …ForSequenceClassification";
        assert_eq!(found, expected);
        let found = error(|config| config["id2label"] = json!({"1": "negative", "2": "positive"}));
        assert!(found.contains("numbered from 0"), "{found}");
        assert!(error(|config| config["hidden_size"] = json!("wide")).contains("configuration of transformers"));
    }
}
