//! The shipped model on real sentences. Skipped where the source tree has no `models/`.

use moodline_model::{Classifier, LocalModel, ModelError, ModelOptions, Text, find_model, is_embedded};
use moodline_types::SentimentLabel;

const TEXTS: [&str; 12] = [
    "物流速度非常快，但是客服一直不回消息。",
    "The delivery was really fast, but the box was crushed. Support never answered my mail.",
    "デザインは可愛いけど、サイズが小さすぎる。",
    "El envío llegó rápido pero el producto venía roto.",
    "好吃",
    "👍👍👍",
    "！！！",
    "…",
    "a",
    "</s> <pad> <unk>",
    "店員態度很親切，只是停車不太方便",
    "It works.",
];

/// The shipped model; `None` where the source tree has none.
fn model(batch_tokens: usize) -> Option<LocalModel> {
    let folder = find_model(None).ok()?;
    Some(
        LocalModel::load(&folder, &ModelOptions { batch_tokens, ..ModelOptions::default() })
            .expect("the shipped model loads"),
    )
}

#[test]
fn a_batch_equals_its_rows_one_by_one() {
    let Some(mut model) = model(2048) else { return };
    let long = "The hotel was clean and the staff friendly. ".repeat(60);
    let mut texts: Vec<Text<'_>> = TEXTS.iter().map(|text| Text::from(*text)).collect();
    texts.push(long.as_str().into());
    let together = model.classify(&texts).unwrap();
    assert_eq!(together.len(), texts.len());
    texts.reverse();
    let mut backwards = model.classify(&texts).unwrap();
    backwards.reverse();
    texts.reverse();
    assert_eq!(backwards, together, "order changes nothing");
    for (text, verdict) in texts.iter().zip(&together) {
        let alone = model.classify(&[*text]).unwrap().remove(0);
        for (a, b) in [
            (alone.sentiment.negative, verdict.sentiment.negative),
            (alone.sentiment.neutral, verdict.sentiment.neutral),
            (alone.sentiment.positive, verdict.sentiment.positive),
        ] {
            assert!((a - b).abs() < 1e-5, "{}: {a} alone, {b} in the batch", text.text);
        }
    }
}

#[test]
fn every_text_gets_opinions_that_quote_it() {
    let Some(mut model) = model(256) else { return };
    let texts: Vec<Text<'_>> = TEXTS.iter().map(|text| Text::from(*text)).collect();
    for (text, verdict) in texts.iter().zip(model.classify(&texts).unwrap()) {
        let chars: Vec<char> = text.text.chars().collect();
        assert!(!verdict.opinions.is_empty());
        let mut at = 0;
        for opinion in &verdict.opinions {
            assert!(at <= opinion.start && opinion.start < opinion.end, "{}", text.text);
            let quoted: String = chars[opinion.start as usize..opinion.end as usize].iter().collect();
            assert_eq!(opinion.evidence, quoted);
            assert_eq!(opinion.embedding.dimensions(), model.profile().dimensions);
            let s = opinion.sentiment;
            assert!((s.negative + s.neutral + s.positive - 1.0).abs() < 1e-4);
            assert_ne!(opinion.label, SentimentLabel::Mixed);
            at = opinion.end;
        }
    }
}

#[test]
fn a_text_of_nothing_is_one_unsure_opinion() {
    let Some(mut model) = model(256) else { return };
    for (text, verdict) in ["", "  \n"].iter().zip(model.classify(&["".into(), "  \n".into()]).unwrap()) {
        assert_eq!(verdict.label, SentimentLabel::Unsure);
        assert_eq!(verdict.opinions.len(), 1);
        assert_eq!((verdict.opinions[0].start, verdict.opinions[0].end), (0, text.len() as u32));
    }
}

#[test]
fn map_texts_get_vectors_of_the_same_space() {
    let Some(mut model) = model(256) else { return };
    let vectors = model.embed(&["客服回复很慢", "客服回复很慢", "", "shoes"]).unwrap();
    assert!(vectors[0].cosine(&vectors[1]) > 0.99);
    assert!(vectors[0].cosine(&vectors[3]) < 0.99);
    assert_eq!(vectors[2].dimensions(), model.profile().dimensions);
}

#[test]
fn a_folder_without_its_files_is_refused() {
    let Some(folder) = find_model(None).ok().filter(|folder| !is_embedded(folder)) else { return };
    let here = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("manifest.json"), here.path().join("manifest.json")).unwrap();
    let error = LocalModel::load(here.path(), &ModelOptions::default()).err().expect("nothing to load");
    assert!(matches!(&error, ModelError::Read { .. }), "{error}");
}
