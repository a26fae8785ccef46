//! Classifiers of every family with random weights, saved as `transformers` saves them.

#![cfg(feature = "rust-bert")]

use std::{fs, path::Path};

use moodline_model::{ClassNames, Classifier, LocalModel, ModelOptions, Text, describe_classifier};
use rust_bert::{
    bert::{BertConfig, BertForSequenceClassification},
    distilbert::{DistilBertConfig, DistilBertModelClassifier},
    roberta::RobertaForSequenceClassification,
};
use serde_json::{Value, json};
use tch::{Device, Kind, Tensor, nn};

const WORDS: [&str; 10] = ["<s>", "<pad>", "</s>", "?", "good", "bad", "but", "food", "staff", "."];

/// The network's logits for a row of tokens.
type Forward = Box<dyn Fn(&Tensor) -> Tensor>;

fn config(family: &str, layers: usize) -> Value {
    let labels = json!({"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"});
    let back = json!({"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2});
    if family == "distilbert" {
        return json!({
            "model_type": family, "architectures": ["DistilBertForSequenceClassification"], "id2label": labels,
            "label2id": back, "activation": "gelu", "attention_dropout": 0.1, "dim": 32, "dropout": 0.1,
            "hidden_dim": 64, "initializer_range": 0.5, "max_position_embeddings": 64, "n_heads": 2,
            "n_layers": layers, "qa_dropout": 0.1, "seq_classif_dropout": 0.2, "sinusoidal_pos_embds": false,
            "tie_weights_": true, "vocab_size": WORDS.len(), "pad_token_id": 1,
        });
    }
    json!({
        "model_type": family, "architectures": ["SomeForSequenceClassification"], "id2label": labels, "label2id": back,
        "hidden_act": "gelu", "attention_probs_dropout_prob": 0.1, "hidden_dropout_prob": 0.1, "hidden_size": 32,
        "initializer_range": 0.5, "intermediate_size": 64, "max_position_embeddings": 66, "num_attention_heads": 2,
        "num_hidden_layers": layers, "type_vocab_size": 2, "vocab_size": WORDS.len(), "pad_token_id": 1,
    })
}

/// Saves a classifier of `family` and gives it back.
fn save(folder: &Path, family: &str) -> Forward {
    let config = config(family, 2);
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let tokenizer = json!({
        "version": "1.0", "pre_tokenizer": {"type": "Whitespace"},
        "added_tokens": [
            {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
            {"id": 2, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
        ],
        "post_processor": {
            "type": "TemplateProcessing", "pair": [],
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}},
        },
        "model": {
            "type": "WordLevel", "unk_token": "?",
            "vocab": WORDS.iter().enumerate().map(|(id, word)| ((*word).to_owned(), json!(id))).collect::<serde_json::Map<_, _>>(),
        },
    });
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    let weights = nn::VarStore::new(Device::Cpu);
    let root = weights.root();
    let forward: Forward = if family == "distilbert" {
        let config: DistilBertConfig = serde_json::from_value(config).unwrap();
        let network = DistilBertModelClassifier::new(root, &config).unwrap();
        Box::new(move |ids| network.forward_t(Some(ids), None, None, false).unwrap().logits)
    } else {
        let config: BertConfig = serde_json::from_value(config).unwrap();
        if family == "bert" {
            let network = BertForSequenceClassification::new(root, &config).unwrap();
            Box::new(move |ids| network.forward_t(Some(ids), None, None, None, None, false).logits)
        } else {
            let network = RobertaForSequenceClassification::new(root, &config).unwrap();
            Box::new(move |ids| network.forward_t(Some(ids), None, None, None, None, false).logits)
        }
    };
    weights.save(folder.join("model.safetensors")).unwrap();
    forward
}

fn classes() -> ClassNames {
    let side = |name: &str| vec![name.to_owned()];
    ClassNames { negative: side("LABEL_0"), neutral: side("LABEL_1"), positive: side("LABEL_2") }
}

#[test]
fn every_family_judges_as_its_network_does_and_alike_in_any_batch() {
    for family in ["bert", "roberta", "xlm-roberta", "distilbert"] {
        let folder = tempfile::tempdir().unwrap();
        let forward = save(folder.path(), family);
        describe_classifier(folder.path(), &"mine-1".parse().unwrap(), &classes()).unwrap();
        let mut model = LocalModel::load(folder.path(), &ModelOptions::default()).unwrap();
        assert_eq!((model.profile().engine.as_str(), model.profile().dimensions), ("rust-bert", 32));

        let ids = Tensor::from_slice(&[0_i64, 4, 7, 2]).unsqueeze(0);
        let exact = forward(&ids).softmax(-1, Kind::Float);
        let found = model.classify(&["good food".into()]).unwrap().remove(0);
        for (side, found) in
            [found.sentiment.negative, found.sentiment.neutral, found.sentiment.positive].iter().enumerate()
        {
            let exact = exact.double_value(&[0, side as i64]);
            assert!((f64::from(*found) - exact).abs() < 1e-4, "{family}: {found} for {exact}");
        }

        let long = "bad staff good food ".repeat(60);
        let texts: Vec<Text<'_>> = ["good food, but bad staff. good", &long, "bad", " ", ""].map(Text::from).into();
        let together = model.classify(&texts).unwrap();
        assert_eq!(together.len(), texts.len());
        for (text, verdict) in texts.iter().zip(&together) {
            let alone = model.classify(&[*text]).unwrap().remove(0);
            assert!((alone.sentiment.negative - verdict.sentiment.negative).abs() < 1e-4, "{family}: {}", text.text);
            assert_eq!(alone.opinions.len(), verdict.opinions.len());
        }
        assert!(together[0].opinions.len() > 1, "clauses are judged one by one");
        let vectors = model.embed(&["good food", "good food", ""]).unwrap();
        assert!(vectors[0].cosine(&vectors[1]) > 0.999);
        assert_eq!(vectors[2].dimensions(), 32);
    }
}

#[test]
fn weights_that_are_not_those_described_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    drop(save(folder.path(), "bert"));
    fs::write(folder.path().join("config.json"), config("bert", 3).to_string()).unwrap();
    let error = describe_classifier(folder.path(), &"mine-1".parse().unwrap(), &classes()).unwrap_err().to_string();
    assert!(error.contains("without bert.encoder.layer.2."), "{error}");
    assert!(!folder.path().join("manifest.json").exists(), "nothing is left behind");
}

#[test]
fn a_file_changed_after_the_manifest_was_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(save(folder.path(), "distilbert"));
    describe_classifier(folder.path(), &"mine-1".parse().unwrap(), &classes()).unwrap();
    let again = describe_classifier(folder.path(), &"mine-1".parse().unwrap(), &classes()).unwrap_err().to_string();
    assert!(again.contains("manifest.json"), "{again}");
    drop(save(folder.path(), "distilbert"));
    let error = LocalModel::load(folder.path(), &ModelOptions::default()).err().unwrap().to_string();
    assert!(error.contains("model.safetensors: its SHA-256"), "{error}");
}
