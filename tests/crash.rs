//! Killed at any moment of any step, the next run goes on: nothing lost, nothing twice.
//!
//! The short form runs with all tests. The long one, 200 kills a database, takes ten minutes and more:
//! `cargo test -p moodline --test end-to-end crash -- --ignored --nocapture`.

use std::{fs, io::Write as _, time::Duration};

use serde_json::Value;

use crate::support::{Project, json_lines};

/// Mentions in the file at the start.
const MENTIONS: usize = 1000;

/// What comes in between two kills, so that every step has work.
const ARRIVING: usize = 25;

/// What is killed, in turn.
const COMMANDS: [&[&str]; 7] = [&["refresh"], &["run"], &["fetch"], &["enrich"], &["run"], &["assign"], &["layers"]];

fn project(database: Option<&str>) -> Project {
    let project = Project::new(
        "[[sources.files]]\nid = \"log\"\npath = \"log.jsonl\"\n[schedule]\nfetch = \"* * * * * *\"\n\
         refresh = \"* * * * * *\"\n[enrich]\nbatch_mentions = 20\nmax_tries = 1000\n",
    )
    .with_example_map("online-bank");
    match database {
        Some(url) => project.on(url),
        None => project,
    }
}

/// The recorded feed: the truth that the database is compared with.
fn rows(numbers: std::ops::Range<usize>, posted: &str) -> String {
    let texts =
        ["转账失败", "love the app", "开户很方便", "the chatbot is useless", "普通吧", "送金が早い", "pésimo servicio"];
    let rows = json_lines(numbers.map(|i| (format!("m{i}"), format!("{} {i}", texts[i % texts.len()]))));
    rows.replace("2026-05-01T08:00:00Z", posted) + "\n"
}

fn shown(project: &Project) -> Value {
    let mut shown = project.run(&["map", "show", "online-bank", "--format", "json"]).ok().json();
    shown["run"] = Value::Null;
    shown
}

fn survives(project: &Project, kills: usize) {
    let posted = (chrono::Utc::now() - chrono::TimeDelta::days(3)).to_rfc3339();
    project.write("log.jsonl", rows(0..MENTIONS, &posted));
    let mut written = MENTIONS;
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    for kill in 0..kills {
        // Any moment from the first instructions to well into the work: xorshift is random enough.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let child = project.start(COMMANDS[kill % COMMANDS.len()]);
        std::thread::sleep(Duration::from_millis(random % 2500));
        // SIGKILL on Unix: no chance to tidy up.
        child.kill();
        let mut log = fs::OpenOptions::new().append(true).open(project.path("log.jsonl")).unwrap();
        log.write_all(rows(written..written + ARRIVING, &posted).as_bytes()).unwrap();
        written += ARRIVING;
    }
    // No lease of a killed worker is waited for: whoever starts next knows that it is dead.
    let ran = project.run(&["refresh"]).ok();
    let states = project.run(&["sources", "--format", "json"]).ok().json();
    assert_eq!(states[0]["mentions"], written, "{}", ran.stdout);
    let listed = project.run(&["mentions", "--map", "online-bank", "--limit", "100000", "--format", "jsonl"]).ok();
    let listed = listed.json_lines();
    let mut mentions: Vec<i64> = listed.iter().map(|row| row["mention"].as_i64().unwrap()).collect();
    mentions.sort_unstable();
    mentions.dedup();
    assert_eq!(mentions.len(), written, "every mention has opinions");
    let mut opinions: Vec<i64> = listed.iter().map(|row| row["opinion"].as_i64().unwrap()).collect();
    opinions.sort_unstable();
    opinions.dedup();
    assert_eq!(opinions.len(), listed.len(), "every opinion is placed once");
    let checked = project.run(&["check"]).ok();
    assert!(checked.stdout.contains("rollups equal"), "{}", checked.stdout);
    let aside = project.run(&["work", "list"]).ok();
    assert!(aside.stdout.contains("nothing was set aside"), "{}", aside.stdout);
    // A clean run over the same file in an untouched database gives the same curve.
    let clean = self::project(None);
    clean.write("log.jsonl", rows(0..written, &posted));
    clean.run(&["refresh"]).ok();
    assert_eq!(shown(project)["layer"]["n"].as_u64().map(|n| n > 0), Some(true));
    assert_eq!(shown(project), shown(&clean));
    let judged = |project: &Project| {
        let shown = project.run(&["mentions", "--map", "online-bank", "--limit", "100000", "--format", "jsonl"]).ok();
        let mut lines: Vec<String> = shown
            .json_lines()
            .iter()
            .map(|row| format!("{} {} {} {}", row["text"], row["evidence"], row["touchpoint"], row["label"]))
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(judged(project), judged(&clean), "every opinion, its place and its verdict");
}

#[test]
fn on_sqlite() {
    survives(&project(None), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql() {
    let Some(database) = moodline_testkit::postgres_url().await else { return };
    tokio::task::block_in_place(|| survives(&project(Some(database.url())), 10));
}

#[test]
#[ignore = "takes ten minutes"]
fn two_hundred_times_on_sqlite() {
    survives(&project(None), 200);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes ten minutes"]
async fn two_hundred_times_on_postgresql() {
    let Some(database) = moodline_testkit::postgres_url().await else { return };
    tokio::task::block_in_place(|| survives(&project(Some(database.url())), 200));
}
