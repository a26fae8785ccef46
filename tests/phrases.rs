//! A name with words of blame in it is no complaint once the settings name it, and what was judged before is judged anew.

use serde_json::Value;

use crate::support::{Project, json_lines};

const SOURCE: &str = "[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\n";

const MAP: &str = r#"
id = "diner"
type = "current-state"
name = "Diner"
[[stages]]
id = "eat"
name = "Eat"
[[stages.touchpoints]]
id = "menu"
name = "Menu"
keywords = ["slow food", "臭豆腐", "soup"]
"#;

const TEXTS: [&str; 4] =
    ["I ordered Slow Food for two", "臭豆腐多少钱", "Slow Food is great fun", "The soup was cold and far too salty"];

fn labels(project: &Project) -> Vec<String> {
    let rows = project.run(&["mentions", "--format", "jsonl"]).ok().json_lines();
    let label = |external: usize| {
        let row = rows.iter().find(|row| row["external_id"] == format!("m{external}")).unwrap();
        row["sentiment"]["label"].as_str().unwrap().to_owned()
    };
    (0..TEXTS.len()).map(label).collect()
}

#[test]
fn a_phrase_of_the_trade_turns_neutral_and_nothing_else_does() {
    let project = Project::new(SOURCE);
    project.write("maps/diner.toml", MAP);
    let rows = TEXTS.iter().enumerate().map(|(n, text)| (format!("m{n}"), (*text).to_owned()));
    project.write("feedback.jsonl", json_lines(rows));
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    assert_eq!(labels(&project), ["negative", "negative", "positive", "negative"]);

    let phrases = "[enrich]\nneutral_phrases = [\"slow food\", \"臭豆腐\"]\n";
    project.write("moodline.toml", format!("{phrases}{SOURCE}"));
    let judged = project.run(&["enrich"]).ok().stdout;
    assert!(judged.contains("3 mentions"), "only those that say a phrase: {judged}");
    assert_eq!(labels(&project), ["neutral", "neutral", "positive", "negative"]);

    let rows = project.run(&["mentions", "--text", "ordered", "--format", "jsonl"]).ok().json_lines();
    assert_eq!(rows[0]["evidence"], TEXTS[0], "evidence is what was written");
    let mention = rows[0]["mention"].to_string();
    let explained: Value = project.run(&["explain", &mention, "--format", "json"]).ok().json();
    let opinion = &explained["opinions"][0];
    assert_eq!(opinion["read_otherwise"][0]["phrase"], "slow food", "{opinion:#}");
    assert_eq!(opinion["maps"][0]["touchpoint"], "menu", "keywords are looked for in what was written");
    let said = project.run(&["explain", &mention]).ok().stdout;
    assert!(said.contains("“slow food” was read as “Alpha”"), "{said}");

    let line = "{\"text\": \"I ordered Slow Food for two\"}\n";
    let classified = project.run_with_input(&["classify"], line).ok().json();
    assert_eq!((&classified["sentiment"]["label"], &classified["opinions"][0]["end"]), (&"neutral".into(), &27.into()));

    project.write("moodline.toml", SOURCE);
    assert!(
        project.run(&["enrich"]).ok().stdout.contains("3 mentions"),
        "taken back, what they touched is judged anew"
    );
    assert_eq!(labels(&project), ["negative", "negative", "positive", "negative"]);
    assert!(project.run(&["audit", "--action", "phrases"]).ok().stdout.contains("3 mentions are judged anew"));
}

#[test]
fn phrases_without_sense_are_refused_where_they_stand() {
    let project =
        Project::new("[enrich]\nneutral_phrases = [\"War Zone\", \"war  zone\"]\nread_as = { sick = \"\" }\n");
    let refused = project.run(&["status"]).failed(64).stderr;
    assert!(refused.contains("listed twice") && refused.contains("`sick` is read as"), "{refused}");
    assert!(refused.contains("moodline.toml:2"), "{refused}");
}
