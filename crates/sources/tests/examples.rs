//! Every example that the documentation shows can be used as it stands.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

use moodline_sources::SourcesConfig;
use serde::Deserialize;
use toml::{Table, Value};

#[derive(Deserialize)]
struct Settings {
    sources: SourcesConfig,
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn check(place: &str, example: &str) -> usize {
    let settings: Settings = toml::from_str(example).unwrap_or_else(|error| panic!("{place}: {error}\n{example}"));
    assert_eq!(settings.sources.findings(), Vec::<String>::new(), "{place}");
    settings.sources.entries().count()
}

#[test]
fn examples_in_the_pages_of_sources_are_valid() {
    let mut pages = 0;
    for entry in fs::read_dir(repository().join("docs/sources")).unwrap() {
        let path = entry.unwrap().path();
        let page = fs::read_to_string(&path).unwrap();
        let examples = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
        for example in examples.filter(|example| example.contains("[[sources.")) {
            pages += check(&path.display().to_string(), example);
        }
    }
    assert!(pages >= 8, "only {pages} sources were found in the pages");
}

#[test]
fn every_page_says_what_its_source_cannot_see_and_whose_terms_hold() {
    for entry in fs::read_dir(repository().join("docs/sources")).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("README.md") || path.ends_with("without-an-api.md") {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap().to_lowercase();
        for words in ["cannot see", "terms"] {
            assert!(page.contains(words), "{} says nothing of `{words}`", path.display());
        }
    }
}

/// The examples of the settings file, one for each kind, without their comment marks.
fn shown() -> Vec<String> {
    let settings = fs::read_to_string(repository().join("config/moodline.toml")).unwrap();
    let from = settings.find("# [[sources.").expect("the settings show sources");
    let blocks = settings[from..].split("\n#\n").filter(|block| block.starts_with("# [[sources."));
    let bare = |block: &str| block.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(""))).collect();
    blocks.map(bare).collect()
}

#[test]
fn examples_in_the_settings_file_are_valid() {
    let shown = shown();
    assert_eq!(check("config/moodline.toml", &shown.join("\n")), shown.len());
}

/// The kind of an example, and its keys.
fn keys_of(example: &str) -> (String, Table) {
    let settings: Table = toml::from_str(example).unwrap();
    let kinds = settings["sources"].as_table().unwrap();
    let (kind, entries) = kinds.iter().next().unwrap();
    (kind.clone(), entries[0].as_table().unwrap().clone())
}

fn read(kind: &str, keys: &Table) -> Result<Table, String> {
    let entry = Value::Array(vec![Value::Table(keys.clone())]);
    let all = Table::from_iter([(kind.to_owned(), entry)]);
    let config: SourcesConfig = all.try_into().map_err(|error: toml::de::Error| error.to_string())?;
    let written = Table::try_from(&config).unwrap();
    Ok(written[kind][0].as_table().unwrap().clone())
}

/// What stands between the marks of a refusal that names something.
fn named(refusal: &str, after: &str) -> Vec<String> {
    let list = refusal.split_once(after).map_or("", |(_, list)| list);
    list.lines().next().unwrap_or("").split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Those that every kind has; they are shown once.
const SHARED: [&str; 5] = ["id", "schedule", "language", "enabled", "rules"];
/// Keys that an example cannot show at their default.
const OTHERWISE: [(&str, &str); 3] = [("google_play_web", "unofficial"), ("http", "order"), ("push", "text_format")];

#[test]
fn the_settings_file_shows_every_key_of_every_source_at_its_default() {
    let shown: Vec<(String, Table)> = shown().iter().map(|example| keys_of(example)).collect();
    let unknown = toml::from_str::<SourcesConfig>("[[nothing]]").unwrap_err().to_string();
    let mut kinds = named(&unknown, "expected one of");
    kinds.retain(|kind| !shown.iter().any(|(known, _)| known == kind));
    assert_eq!(kinds, Vec::<String>::new(), "kinds that are not shown");
    let is_shown = |kind: &str, key: &str| shown.iter().any(|(known, keys)| known == kind && keys.contains_key(key));
    for (kind, keys) in &shown {
        let mut odd = keys.clone();
        odd.insert("no-such-key".to_owned(), true.into());
        let known = named(&read(kind, &odd).unwrap_err(), "expected one of");
        assert!(known.contains(&"id".to_owned()), "{kind}: {known:?}");
        for key in known.iter().filter(|key| !SHARED.contains(&key.as_str())) {
            assert!(is_shown(kind, key), "{kind}: `{key}` is not shown");
        }
        let needed = keys.iter().filter(|(key, _)| {
            let mut without = keys.clone();
            without.remove(*key);
            read(kind, &without).is_err()
        });
        let bare: Table = needed.map(|(key, value)| (key.clone(), value.clone())).collect();
        let defaults = read(kind, &bare).unwrap();
        let written = read(kind, keys).unwrap();
        for (key, default) in defaults.iter().filter(|(key, value)| !bare.contains_key(*key) && !value.is_table()) {
            // An example says more than an empty list.
            let empty = default.as_array().is_some_and(Vec::is_empty);
            let differs = keys.contains_key(key) && !empty && written.get(key) != Some(default);
            assert!(
                !differs || OTHERWISE.contains(&(kind.as_str(), key.as_str())),
                "{kind}: `{key}` is {default} unless set"
            );
        }
    }
}
