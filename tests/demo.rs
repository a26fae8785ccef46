//! `cargo run --release -- demo` does the whole job and shows it.

use crate::support::Project;

#[test]
fn the_demo_draws_three_curves_and_shows_what_people_dislike() {
    let project = Project::new("");
    let ran = project.run(&["demo"]).ok();
    for expected in [
        "Online bank",
        "Net",
        "95 %",
        "What people dislike most",
        "database  moodline-demo/moodline.db",
        "try next:",
        "whole map",
    ] {
        assert!(
            ran.stdout.to_lowercase().contains(&expected.to_lowercase()),
            "{expected} is missing in\n{}",
            ran.stdout
        );
    }

    // The planted incidents are found: each sits at the touchpoint that turned bad, and the change says so.
    for (map, touchpoint) in
        [("online-bank", "transfers"), ("fashion-retailer", "refunds"), ("fitness-app", "device-sync")]
    {
        let shown = demo(&project, &["map", "show", map, "--format", "json"]).json();
        let layer = shown["stages"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|stage| stage["touchpoints"].as_array().unwrap())
            .find(|t| t["id"] == touchpoint)
            .map(|t| &t["layer"])
            .unwrap();
        assert!(layer["n"].as_u64().unwrap() >= 16, "{map}/{touchpoint}: {layer}");
        let change = &layer["change"];
        assert!(change["net"].as_f64().unwrap() < -0.1, "{map}/{touchpoint} should have turned bad: {change}");
        assert!(change["high"].as_f64().unwrap() < 0.0, "{map}/{touchpoint} beyond chance: {change}");
        assert!(layer["net"].as_f64().unwrap() < 0.0, "{map}/{touchpoint} is bad: {layer}");
        if map != "fitness-app" {
            // There a third of the recent mentions are happy ones.
            assert!(layer["high"].as_f64().unwrap() < 0.0, "{map}/{touchpoint} is bad beyond chance: {layer}");
        }
        assert!(layer["low"].as_f64() <= layer["net"].as_f64() && layer["net"].as_f64() <= layer["high"].as_f64());
    }

    // "Show me the mentions", as the demo itself suggests.
    let query = ["mentions", "--map", "online-bank", "--touchpoint", "transfers", "--sentiment", "negative"];
    let rows = demo(&project, &[&query[..], &["--since", "14d", "--format", "jsonl"]].concat()).json_lines();
    assert!(rows.len() >= 10, "{} rows", rows.len());
    for row in &rows {
        assert_eq!(row["touchpoint"], "transfers");
        assert_eq!(row["sentiment"]["label"], "negative");
        assert!(row["text"].as_str().unwrap().contains(row["evidence"].as_str().unwrap().trim()));
        for key in ["mention", "opinion", "source", "external_id", "url", "posted_at", "lang", "map", "stage"] {
            assert!(!row[key].is_null(), "{key} is missing in {row}");
        }
    }

    // What to fix first, with the mentions behind it.
    let points = demo(&project, &["painpoints", "--map", "online-bank", "--top", "3", "--format", "json"]).json();
    let themes = points["themes"].as_array().unwrap();
    assert_eq!(themes.len(), 3, "{points}");
    assert_eq!(themes[0]["touchpoint"], "transfers", "the planted incident is the first pain point: {points}");
    for theme in themes {
        assert_eq!(theme["kind"], "complaint");
        assert!(theme["impact"]["high"].as_f64().unwrap() < 0.0, "{theme}");
        assert!(!theme["terms"].as_array().unwrap().is_empty() && !theme["quotes"].as_array().unwrap().is_empty());
        let mentions = theme["mentions"].as_u64().unwrap() + theme["mentions_before"].as_u64().unwrap();
        assert_eq!(theme["mention_ids"].as_array().unwrap().len() as u64, mentions, "{theme}");
    }
    let shown = demo(&project, &["painpoints", "--map", "online-bank", "--opportunities"]).stdout;
    assert!(shown.contains("Opportunities") && shown.contains("lift the map most"), "{shown}");

    // The pictures for other tools.
    assert!(demo(&project, &["map", "export", "online-bank", "--format", "svg"]).stdout.starts_with("<svg"));
    let mermaid = demo(&project, &["map", "export", "online-bank", "--format", "mermaid"]).stdout;
    assert!(mermaid.contains("journey") && mermaid.contains("section"), "{mermaid}");
    let csv = demo(&project, &["map", "export", "online-bank", "--format", "csv"]).stdout;
    assert!(csv.lines().count() > 10, "{csv}");

    // A second demo replaces the first.
    assert!(project.run(&["demo", "--names", "zh-Hans"]).ok().stdout.contains("网上银行"));
}

#[track_caller]
fn demo(project: &Project, arguments: &[&str]) -> crate::support::Ran {
    project.run(&[&["--config", "moodline-demo/moodline.toml"], arguments].concat()).ok()
}

#[test]
fn the_demo_never_writes_into_a_folder_of_somebody_else() {
    let project = Project::new("");
    let ran = project.run(&["demo", "--dir", "."]).failed(64);
    assert!(ran.stderr.contains("was not made by the demo"), "{}", ran.stderr);
    assert!(!project.path("maps").exists());
}
