//! "Something is wrong at transfers since yesterday": found, told once, taken on, mended, and the fix measured.

use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::support::Project;

const GOOD: &str = "Instant transfers are great";
const BAD: &str = "Instant transfers are terrible";

fn day(ago: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(ago)
}

/// Mentions of transfers on a day: so many bad and so many good ones.
fn said(ago: u64, bad: usize, good: usize) -> String {
    let texts = std::iter::repeat_n(BAD, bad).chain(std::iter::repeat_n(GOOD, good));
    let line = |(n, text): (usize, &str)| {
        let time = day(ago).and_hms_opt(8, n as u32, 0).unwrap().and_utc();
        json!({"id": format!("{}-{n}", day(ago)), "text": text, "time": time}).to_string() + "\n"
    };
    texts.enumerate().map(line).collect()
}

fn project() -> Project {
    let settings = "[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\n";
    Project::new(settings).with_example_map("online-bank")
}

fn alerts(project: &Project, extra: &[&str]) -> Vec<Value> {
    let listed = project.run(&[&["alerts", "list", "--format", "json"], extra].concat()).ok().json();
    listed.as_array().unwrap().clone()
}

#[test]
fn a_touchpoint_that_goes_wrong_is_told_once_and_by_its_owner() {
    let project = project();
    let history: String = (3..40).map(|ago| said(ago, 1, 4)).collect();
    project.write("feedback.jsonl", history + &said(2, 6, 0) + &said(1, 6, 1));
    let refreshed = project.run(&["refresh"]).ok();
    assert!(refreshed.stdout.contains("alerts  online-bank: 1 new alert,"), "{}", refreshed.stdout);
    let found = alerts(&project, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    let alert = &found[0];
    assert_eq!((&alert["map"], &alert["touchpoint"]), (&"online-bank".into(), &"transfers".into()));
    assert_eq!(
        (&alert["tier"], &alert["kind"], &alert["status"]),
        (&"alert".into(), &"negative".into(), &"open".into())
    );
    assert_eq!((&alert["from_day"], &alert["last_day"]), (&json!(day(2)), &json!(day(1))));
    assert_eq!((&alert["figures"]["observed"], &alert["figures"]["n"]), (&6.into(), &7.into()));
    assert!(alert["figures"]["probability"].as_f64().unwrap() < 0.001, "{alert}");
    let mentions = alert["mentions"].as_array().unwrap();
    assert_eq!(mentions.len(), 6, "{alert}");

    project.run(&["refresh"]).ok();
    assert_eq!(alerts(&project, &[]), found, "the same night again changes nothing");
    let id = alert["id"].to_string();
    let shown = project.run(&["alerts", "show", &id]).ok().stdout;
    assert!(shown.contains("is found with probability") && shown.contains("are terrible"), "{shown}");
    assert!(project.run(&["status"]).ok().stdout.contains("alerts   1 go on"));
    let digest = project.run(&["alerts", "digest", "--format", "markdown"]).ok().stdout;
    assert!(digest.contains("## payments") && digest.contains("are terrible"), "{digest}");
    let map = project.run(&["map", "show", "online-bank", "--format", "json"]).ok().json();
    let touchpoints =
        map["stages"].as_array().unwrap().iter().flat_map(|stage| stage["touchpoints"].as_array().unwrap());
    let marked: Vec<&Value> = touchpoints.filter(|t| t["alerts"] != json!([])).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!((&marked[0]["id"], &marked[0]["alerts"][0]["id"]), (&"transfers".into(), &alert["id"]));
    assert!(project.run(&["map", "show", "online-bank"]).ok().stdout.contains(&format!("⚠{id}")));

    project.run(&["alerts", "close", &id, "--note", "the bank holiday"]).ok();
    assert!(!project.run(&["status"]).ok().stdout.contains("go on"), "closed is silent");
    let acts = project.run(&["audit", "--action", "alert"]).ok().stdout;
    assert!(acts.contains("closed: the bank holiday") && acts.contains("tester"), "{acts}");
}

#[test]
fn wrong_names_and_days_are_answered_with_what_there_is() {
    let project = project();
    project.write("feedback.jsonl", said(3, 1, 1));
    project.run(&["refresh"]).ok();
    let error = |arguments: &[&str]| project.run(arguments).failed(1).stderr;
    assert!(error(&["alerts", "list", "--map", "nowhere"]).contains("in use are online-bank"));
    assert!(error(&["alerts", "list", "--map", "online-bank", "--touchpoint", "moon"]).contains("transfers"));
    assert!(error(&["alerts", "show", "99"]).contains("moodline alerts list --all"));
    assert!(error(&["alerts", "ack", "99"]).contains("there is no alert `99`"));
    assert!(error(&["alerts", "digest", "--owner", "moon"]).contains("payments"));
    assert!(error(&["alerts", "judge", "--as-of", "2999-01-01"]).contains("the last complete day"));
    assert!(error(&["change", "effect", "7"]).contains("moodline change list"));
    assert!(error(&["change", "remove", "7"]).contains("there is no change `7`"));
    let wrong = ["change", "add", "--map", "online-bank", "--touchpoint", "moon", "x"];
    assert!(error(&wrong).contains("transfers"));
}

#[test]
fn a_fix_is_noted_shown_and_measured() {
    let project = project();
    let odd = |ago: u64| (ago % 2) as usize;
    let before: String = (22..50).map(|ago| said(ago, 3 + odd(ago), 2 - odd(ago))).collect();
    let after: String = (1..22).map(|ago| said(ago, odd(ago), 5 - odd(ago))).collect();
    project.write("feedback.jsonl", before + &after);
    project.run(&["refresh"]).ok();
    let add = |what: &str| {
        let date = day(21).to_string();
        project
            .run(&["change", "add", "--map", "online-bank", "--touchpoint", "transfers", "--date", &date, what])
            .ok()
            .stdout
    };
    assert!(add("retry in the background").starts_with("change 1: "));
    assert!(add("retry in the background").starts_with("change 1: "), "noted twice it is one change");
    let effect = project.run(&["change", "effect", "1", "--format", "json"]).ok().json();
    assert!(effect["effect"]["low"].as_f64().unwrap() > 0.5, "{effect}");
    assert!(effect["effect"]["probability"].as_f64().unwrap() < 0.01, "{effect}");
    assert_eq!((&effect["before"]["n"], &effect["after"]["n"]), (&140.into(), &105.into()));
    assert!(effect["verdict"].as_str().unwrap().starts_with("better: +1."), "{effect}");
    assert!(effect["warnings"][0].as_str().unwrap().contains("no other touchpoint"), "{effect}");
    let map = project.run(&["map", "export", "online-bank", "--format", "json"]).ok().json();
    assert!(map.to_string().contains("retry in the background"), "{map}");
    let picture = project.run(&["map", "export", "online-bank", "--format", "svg"]).ok().stdout;
    assert!(picture.contains("retry in the background"));
    assert!(project.run(&["map", "show", "online-bank"]).ok().stdout.contains("retry in the background"));
    project.run(&["change", "remove", "1"]).ok();
    assert!(project.run(&["change", "list"]).ok().stdout.contains("no changes are noted"));
    let acts = project.run(&["audit", "--action", "change"]).ok().stdout;
    assert!(acts.contains("retry in the background") && acts.contains("removed"), "{acts}");
}
