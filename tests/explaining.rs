//! An assignment explains itself, and a person's word outranks it. Editing a map says what moved.

use serde_json::Value;

use crate::support::Project;

const MAP: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"
channels = { app = ["shop-app"] }

[[stages]]
id = "buy"
name = "Buy"

[[stages.touchpoints]]
id = "payment"
name = "Payment"
description = "Paying by card, cash or phone, being charged"
keywords = ["card"]

[[stages.touchpoints]]
id = "refunds"
name = "Refunds"
description = "Getting money back for what was returned"
rules = [{ regex = "money .{0,12}back", languages = ["en"] }]
"#;

const MENTIONS: &str = "\
{\"id\":\"1\",\"time\":\"2026-05-01T08:00:00Z\",\"language\":\"en\",\"text\":\"My card was declined twice.\"}
{\"id\":\"2\",\"time\":\"2026-05-02T08:00:00Z\",\"language\":\"en\",\"text\":\"I never got my money for it back.\"}
{\"id\":\"3\",\"time\":\"2026-05-03T08:00:00Z\",\"language\":\"en\",\"text\":\"The voucher was refused at the till.\"}
";

fn shop() -> Project {
    let project = Project::new("[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\n");
    project.write("maps/shop.toml", MAP);
    project.write("feedback.jsonl", MENTIONS);
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    project
}

/// The row of the mention that the file calls `external`.
fn row(project: &Project, external: &str) -> Value {
    let rows = project.run(&["mentions", "--map", "shop", "--format", "jsonl"]).ok().json_lines();
    rows.into_iter().find(|row| row["external_id"] == external).unwrap()
}

fn explained(project: &Project, external: &str) -> Value {
    let mention = row(project, external)["mention"].to_string();
    project.run(&["explain", &mention, "--format", "json"]).ok().json()
}

#[test]
fn every_opinion_says_why_it_lies_where_it_does() {
    let project = shop();
    let card = explained(&project, "1");
    let opinion = &card["opinions"][0];
    assert_eq!(
        (&opinion["start"], opinion["text"].as_str().unwrap().starts_with("My card")),
        (&0.into(), true),
        "{card:#}"
    );
    let map = &opinion["maps"][0];
    assert_eq!(
        (&map["touchpoint"], &map["reason"], &map["detail"]),
        (&"payment".into(), &"rule".into(), &"card".into())
    );
    assert_eq!(map["runner_up"]["touchpoint"], "refunds", "{map:#}");
    assert!(map["runner_up"]["share"].as_f64().is_some() && map["version"].as_str().unwrap().len() == 16);
    assert!(map["unassigned_below"].as_f64().unwrap() > 0.0);

    let money = explained(&project, "2");
    let money = &money["opinions"][0]["maps"][0];
    assert_eq!((&money["touchpoint"], &money["reason"]), (&"refunds".into(), &"rule".into()), "{money:#}");
    assert_eq!(money["detail"], "/money .{0,12}back/, language en");

    let mention = row(&project, "1")["mention"].to_string();
    let text = project.run(&["explain", &mention]).ok().stdout;
    for part in ["→ payment by rule: card", "next by likeness: refunds", "moodline-e5-small-2", "(characters 0–"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let nobody = project.run(&["explain", "99999"]).failed(1);
    assert!(nobody.stderr.contains("there is no mention `99999`"), "{}", nobody.stderr);
}

#[test]
fn an_edit_of_the_map_says_what_moved_and_a_broken_rule_where_it_is() {
    let project = shop();
    project.write(
        "maps/shop.toml",
        MAP.replace("keywords = [\"card\"]", "keywords = [\"till\"]")
            .replace("rules = [{ regex", "keywords = [\"card\"]\nrules = [{ regex"),
    );
    let moved = project.run(&["assign"]).ok().stdout;
    assert!(moved.contains("1 left for refunds") && moved.contains("refunds: "), "{moved}");

    project.write("maps/shop.toml", MAP.replace(".{0,12}", "(").replace("languages = [\"en\"]", "channel = \"web\""));
    let refused = project.run(&["check"]).failed(64);
    assert!(refused.stdout.contains("no regular expression") || refused.stderr.contains("no regular expression"));
}

#[test]
fn many_are_corrected_after_a_look_and_become_examples() {
    let project = shop();
    let listed = project.run(&["mentions", "--map", "shop", "--text", "voucher", "--format", "jsonl"]).ok().stdout;
    let correct = ["relabel", "--from", "-", "--map", "shop", "--touchpoint", "refunds", "--sentiment", "neutral"];
    let preview = project.run_with_input(&correct, &listed).ok().stdout;
    assert!(preview.contains("1 opinion would be corrected: sentiment neutral, at refunds"), "{preview}");
    assert_ne!(row(&project, "3")["sentiment"]["label"], "neutral", "a look changes nothing");

    project.run_with_input(&[&correct[..], &["--yes"]].concat(), &listed).ok();
    let corrected = row(&project, "3");
    assert_eq!((&corrected["touchpoint"], &corrected["sentiment"]["label"]), (&"refunds".into(), &"neutral".into()));
    let explained = explained(&project, "3");
    assert_eq!(explained["overrides"][0]["by"], "tester");
    assert_eq!(explained["opinions"][0]["maps"][0]["reason"], "override");

    // Somebody else says nearly the same: the person's word is an example for it.
    let same = "{\"id\":\"4\",\"time\":\"2026-05-04T08:00:00Z\",\"language\":\"en\",\"text\":\"At the till the voucher was refused once more.\"}\n";
    project.write("more.jsonl", same);
    project.run(&["import", "more.jsonl", "--source", "more"]).ok();
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    let like = row(&project, "4");
    assert_eq!(
        (&like["touchpoint"], &like["assignment"]["reason"]),
        (&"refunds".into(), &"example".into()),
        "{like:#}"
    );
    let audit = project.run(&["audit"]).ok().stdout;
    assert!(audit.contains("relabel"), "{audit}");

    let stale = project.run_with_input(&["relabel", "--from", "-", "--irrelevant", "--yes"], "99999\n").failed(1);
    assert!(stale.stderr.contains("not there any more"), "{}", stale.stderr);
}

#[test]
fn conditions_correct_a_few_at_once_and_many_after_a_look() {
    let project = shop();
    let relabel = |more: &[&str]| project.run(&[&["relabel"], more].concat());
    let labels = || {
        let rows = project.run(&["mentions", "--map", "shop", "--format", "jsonl"]).ok().json_lines();
        rows.iter().filter(|row| row["sentiment"]["label"] == "neutral").count()
    };
    let (neutral, till) = (labels(), ["--map", "shop", "--text", "card", "--sentiment", "neutral"]);
    let look = relabel(&[&till[..], &["--dry-run"]].concat()).ok().stdout;
    assert!(
        look.contains("1 opinion would be corrected: sentiment neutral") && look.contains("leave --dry-run out"),
        "{look}"
    );
    assert_eq!(labels(), neutral, "a look changes nothing");
    assert!(relabel(&till).ok().stdout.contains("corrected"));
    assert_eq!(labels(), neutral + 1);

    let to = ["--map", "shop", "--touchpoint", "payment", "--lang", "en", "--to", "refunds", "--actor", "lin"];
    relabel(&to).ok();
    assert_eq!(row(&project, "1")["touchpoint"], "refunds", "--touchpoint is a condition, --to a place");

    let more: Vec<String> = (0..12)
        .map(|n| format!("{{\"id\":\"x{n}\",\"time\":\"2026-05-04T08:00:00Z\",\"text\":\"Gone again number {n}\"}}"))
        .collect();
    project.write("more.jsonl", more.join("\n"));
    project.run(&["import", "more.jsonl", "--source", "more"]).ok();
    project.run(&["enrich"]).ok();
    let many = ["--source", "more", "--sentiment", "neutral"];
    let held = relabel(&many).ok().stdout;
    assert!(
        held.contains("12 opinions, of which 10 are shown would be corrected") && held.contains("add --yes"),
        "{held}"
    );
    let done = relabel(&[&many[..], &["--yes"]].concat()).ok().stdout;
    assert!(done.contains("12 opinions corrected"), "{done}");

    let none = relabel(&["--text", "zebra", "--irrelevant"]).ok().stdout;
    assert!(none.contains("no opinions fit"), "{none}");
    assert!(relabel(&["--sentiment", "neutral"]).failed(1).stderr.contains("say which opinions"));
    assert!(relabel(&["--map", "shop", "--irrelevant"]).failed(1).stderr.contains("say which opinions"));
    relabel(&["17", "--text", "card", "--irrelevant"]).failed(2);
    let twice = relabel(&["1", "--map", "shop", "--touchpoint", "payment", "--to", "refunds"]).failed(1).stderr;
    assert!(twice.contains("leave one out"), "{twice}");
}
