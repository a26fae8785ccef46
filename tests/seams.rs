//! The arrows between crates: what may depend on what.

use std::fs;

use crate::support::repository;

fn dependencies(krate: &str) -> Vec<String> {
    let path = repository().join("crates").join(krate).join("Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .map(|t| t.keys().cloned().collect())
        .unwrap_or_default()
}

fn crates() -> Vec<String> {
    let names =
        fs::read_dir(repository().join("crates")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn each_heavy_library_lives_behind_one_seam() {
    for (library, allowed) in [
        ("sqlx", vec!["store-sqlite", "store-postgres", "testkit"]),
        ("reqwest", vec!["http"]),
        ("moodline-engine", vec!["model"]),
        ("tokenizers", vec!["model"]),
        ("rust-bert", vec!["model"]),
        ("tch", vec!["model"]),
        ("feed-rs", vec!["sources"]),
        ("cron", vec!["schedule"]),
        ("jieba-rs", vec!["themes"]),
    ] {
        for krate in crates() {
            if dependencies(&krate).iter().any(|d| d == library) {
                assert!(allowed.contains(&krate.as_str()), "{krate} must not depend on {library}");
            }
        }
    }
}

#[test]
fn stages_know_the_tables_and_not_each_other() {
    let stages = ["ingest", "enrich", "assign", "layers", "themes", "alerts"];
    for stage in stages {
        for dependency in dependencies(stage) {
            let other = dependency.strip_prefix("moodline-").unwrap_or_default();
            assert!(!stages.contains(&other), "{stage} must not depend on {other}");
            assert!(!other.starts_with("store-"), "{stage} must not know which database it writes to");
        }
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |dialect: &str| {
        let folder = fs::read_dir(repository().join("migrations").join(dialect)).unwrap();
        let mut names: Vec<String> = folder.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}
