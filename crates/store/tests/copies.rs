//! How well copies are told from coincidence, on real reviews and posts that lie beside the repository where there are
//! any: every text edited the way copies are, and every pair of texts that is grouped although nobody edited it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use flate2::read::GzDecoder;
use moodline_store::{Fingerprint, Originals};

/// Sets of short texts in Chinese, English, Korean, Japanese, Thai and German.
const SETS: [&str; 9] = [
    "shopping_zh",
    "takeaway_zh",
    "smp2020_ewect",
    "twitter_us_airline",
    "brand_product_tweets",
    "maalej_app_reviews",
    "nsmc_sample",
    "tyqiangz_amazon_ja_zh",
    "germeval2017_db",
];
/// Texts of each set.
const TEXTS: usize = 1500;

fn texts(set: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(set).join("train.jsonl.gz");
    let Ok(file) = File::open(file) else { return Vec::new() };
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    let text = |line: String| Some(serde_json::from_str::<serde_json::Value>(&line).ok()?["text"].as_str()?.to_owned());
    lines.map_while(Result::ok).filter_map(text).take(TEXTS).collect()
}

/// What happens to a text on its way to another place: the name of the edit and what comes of it.
fn edits(text: &str) -> Vec<(&'static str, String)> {
    let chars: Vec<char> = text.chars().collect();
    let without = |from: usize, count: usize| -> String {
        chars.iter().enumerate().filter(|(at, _)| *at < from || *at >= from + count).map(|(_, c)| *c).collect()
    };
    let spaced = chars.iter().filter(|c| c.is_whitespace()).count() * 12 > chars.len();
    let mut words: Vec<&str> = text.split(' ').collect();
    if words.len() > 2 {
        words.remove(words.len() / 2);
    }
    vec![
        ("retweeted", format!("RT @some_user: {text} https://t.example/x9")),
        ("other case and punctuation", format!("“{}”!!", text.to_uppercase().replace(['.', ',', '，', '。'], " "))),
        ("a word added", if spaced { format!("{text} indeed") } else { format!("{text}呢啊") }),
        ("a word lost", if spaced { words.join(" ") } else { without(chars.len() / 2, 2) }),
        ("the last tenth cut off", without(chars.len() - chars.len() / 10, chars.len())),
    ]
}

#[test]
fn copies_are_found_and_coincidences_are_not() {
    for set in SETS {
        let texts = texts(set);
        if texts.is_empty() {
            eprintln!("{set} is not here: skipped");
            continue;
        }
        let mut originals = Originals::default();
        let mut kept: Vec<&String> = Vec::new();
        let mut pairs: Vec<(i64, &String)> = Vec::new();
        for text in &texts {
            let fingerprint = Fingerprint::of(text, None);
            if let Some(original) = originals.of(&fingerprint) {
                pairs.push((original, text));
            } else {
                originals.add(kept.len() as i64, fingerprint);
                kept.push(text);
            }
        }
        eprintln!("{set}: {} texts, {} grouped with an earlier one", texts.len(), pairs.len());
        // Reviews are not retweeted: hardly two of them may be taken for one.
        let retweeted = ["smp2020_ewect", "brand_product_tweets", "germeval2017_db"].contains(&set);
        assert!(retweeted || pairs.len() * 200 <= texts.len(), "{set}: {pairs:?}");
        let mut found: Vec<(&str, f64, f64)> = Vec::new();
        for (id, text) in kept.iter().enumerate() {
            // Shorter ones are copies only where nothing was changed.
            if Fingerprint::of(text, None).keys().len() < 2 {
                continue;
            }
            for (place, (edit, copy)) in edits(text).into_iter().enumerate() {
                if found.len() == place {
                    found.push((edit, 0.0, 0.0));
                }
                found[place].1 += 1.0;
                found[place].2 += f64::from(originals.of(&Fingerprint::of(&copy, None)) == Some(id as i64));
            }
        }
        for (edit, all, right) in found {
            eprintln!("  {edit}: {:.1} % of {all} found", 100.0 * right / all);
            assert!(right / all > 0.75, "{set}, {edit}: {right} of {all}");
        }
    }
}
