//! Killed at any moment, the next run goes on: nothing lost, nothing twice.

use std::time::Duration;

use crate::support::{Project, json_lines};

/// Mentions in the file.
const MENTIONS: usize = 3000;

fn project(database: Option<&str>) -> Project {
    let project = Project::new(
        "[[sources.files]]\nid = \"log\"\npath = \"log.jsonl\"\n[enrich]\nbatch_mentions = 20\nlease = \"1s\"\n[assign]\nlease = \"1s\"\n",
    )
    .with_example_map("online-bank");
    let texts =
        ["转账失败", "love the app", "开户很方便", "the chatbot is useless", "普通吧", "送金が早い", "pésimo servicio"];
    let rows = (0..MENTIONS).map(|i| (format!("m{i}"), format!("{} {i}", texts[i % texts.len()])));
    project.write("log.jsonl", json_lines(rows));
    match database {
        Some(url) => project.on(url),
        None => project,
    }
}

fn survives_kills(project: &Project) {
    for milliseconds in [60, 150, 300, 600, 900, 1300, 1800, 2500] {
        let child = project.start(&["refresh", "--as-of", "2026-05-10"]);
        std::thread::sleep(Duration::from_millis(milliseconds));
        // SIGKILL on Unix: no chance to tidy up.
        child.kill();
    }
    // The leases of killed workers, judging or placing, have to run out.
    std::thread::sleep(Duration::from_millis(1200));
    let ran = project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    let states = project.run(&["sources", "--format", "json"]).ok().json();
    assert_eq!(states[0]["mentions"], MENTIONS, "{}", ran.stdout);
    let rows = project.run(&["mentions", "--map", "online-bank", "--limit", "100000", "--format", "jsonl"]).ok();
    let mut mentions: Vec<i64> = rows.json_lines().iter().map(|row| row["mention"].as_i64().unwrap()).collect();
    mentions.sort_unstable();
    mentions.dedup();
    assert_eq!(mentions.len(), MENTIONS, "every mention has opinions");
    let checked = project.run(&["check"]).ok();
    assert!(checked.stdout.contains("rollups equal"), "{}", checked.stdout);
    // A clean run over the same file in an untouched database gives the same curve.
    let clean = self::project(None);
    clean.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    let show = |project: &Project| {
        let mut shown = project.run(&["map", "show", "online-bank", "--format", "json"]).ok().json();
        shown["run"] = serde_json::Value::Null;
        shown
    };
    assert_eq!(show(project), show(&clean));
}

#[test]
fn on_sqlite() {
    survives_kills(&project(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql() {
    let Some(database) = moodline_testkit::postgres_url().await else { return };
    tokio::task::block_in_place(|| survives_kills(&project(Some(database.url()))));
}
