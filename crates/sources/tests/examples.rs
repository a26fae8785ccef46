//! Every example that the documentation shows can be used as it stands.

use std::{fs, path::Path};

use moodline_sources::SourcesConfig;
use serde::Deserialize;

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
fn examples_in_the_settings_file_are_valid() {
    let settings = fs::read_to_string(repository().join("config/moodline.toml")).unwrap();
    let from = settings.find("# [[sources.").expect("the settings show sources");
    let shown: Vec<&str> = settings[from..].split("\n#\n").filter(|block| block.starts_with("# [[sources.")).collect();
    let example: String =
        shown.join("\n").lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or_default())).collect();
    assert_eq!(check("config/moodline.toml", &example), shown.len());
    assert!(shown.len() >= 10, "only {} sources were found in the settings", shown.len());
}
