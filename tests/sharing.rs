//! `moodline run --role`: the work of one service shared by several processes.

use std::{
    io::{Read as _, Write as _},
    time::{Duration, Instant},
};

use crate::support::{Project, Running, json_lines};

/// Far longer than anything takes here; only a hang reaches it.
const PATIENCE: Duration = Duration::from_mins(4);

/// Enough that several workers have something to do.
const MENTIONS: usize = 2000;

fn eventually(what: &str, logs: impl Fn() -> String, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} did not happen; the log says\n{}", logs());
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn end(mut service: Running) {
    service.signal("-TERM");
    eventually("the end", String::new, || service.ended().is_some());
    assert_eq!(service.ended(), Some(0));
}

fn project(url: &str) -> Project {
    let project = Project::new(
        "[[sources.files]]\nid = \"log\"\npath = \"log.jsonl\"\n[enrich]\nbatch_mentions = 20\nlease = \"2s\"\n",
    )
    .with_example_map("online-bank")
    .on(url);
    let texts = ["转账失败", "love the app", "开户很方便", "the chatbot is useless", "普通吧"];
    let rows = (0..MENTIONS).map(|i| (format!("m{i}"), format!("{} {i}", texts[i % texts.len()])));
    let posted = (chrono::Utc::now() - chrono::TimeDelta::days(3)).to_rfc3339();
    project.write("log.jsonl", json_lines(rows).replace("2026-05-01T08:00:00Z", &posted));
    project
}

/// How many mentions have been judged, and how many wait.
fn judged(project: &Project) -> (u64, u64) {
    let models = project.run(&["model", "list", "--format", "json"]).ok().json();
    let model = &models["models"][0];
    (model["mentions"].as_u64().unwrap_or(0), model["waiting"].as_u64().unwrap_or(u64::MAX))
}

/// Mentions that a worker says it has judged, as its log has it.
fn judged_by(log: &str) -> usize {
    let told = log.lines().filter_map(|line| line.split_once("judged ")?.1.split_once(" mentions"));
    told.filter_map(|(count, _)| count.parse::<usize>().ok()).sum()
}

/// Every mention has opinions of one judgement, each placed once, and the counts are those of a recount.
fn assert_everything_counts_once(project: &Project) {
    project.run(&["refresh"]).ok();
    let listed = project.run(&["mentions", "--map", "online-bank", "--limit", "100000", "--format", "jsonl"]).ok();
    let (mut mentions, mut spans) = (std::collections::HashSet::new(), std::collections::HashSet::new());
    for row in listed.json_lines() {
        mentions.insert(row["mention"].as_i64().unwrap());
        assert!(spans.insert((row["mention"].to_string(), row["evidence"].to_string())), "twice: {row}");
    }
    assert_eq!(mentions.len(), MENTIONS);
    let checked = project.run(&["check"]).ok();
    assert!(checked.stdout.contains("rollups equal"), "{}", checked.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_workers_judge_every_mention_once() {
    let Some(database) = moodline_testkit::postgres_url().await else { return };
    tokio::task::block_in_place(|| {
        let project = project(database.url());
        let names = ["a.log", "b.log", "c.log", "d.log"];
        let workers = names.map(|log| project.start_logging(log, &["run", "--role", "enrich"], &[]));
        let logs = || names.map(|log| project.log_of(log)).join("\n");
        eventually("four workers", logs, || names.iter().all(|log| project.log_of(log).contains("is running")));
        project.run(&["fetch"]).ok();
        eventually("all judged", logs, || judged(&project) == (MENTIONS as u64, 0));
        workers.into_iter().for_each(end);
        let shares = names.map(|log| judged_by(&project.log_of(log)));
        assert_eq!(shares.iter().sum::<usize>(), MENTIONS, "{shares:?}\n{}", logs());
        assert!(shares.iter().filter(|share| **share > 0).count() > 1, "one did it all: {shares:?}");
        assert!(!logs().contains("overtaken"), "{}", logs());
        assert_everything_counts_once(&project);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_of_a_machine_that_vanishes_is_done_by_another_and_its_late_results_are_dropped() {
    let Some(database) = moodline_testkit::postgres_url().await else { return };
    tokio::task::block_in_place(|| {
        let project = project(database.url());
        project.run(&["fetch"]).ok();
        let frozen = project.start_logging("frozen.log", &["run", "--role", "enrich"], &[]);
        let logs = || format!("{}\n{}", project.log_of("frozen.log"), project.log_of("other.log"));
        eventually("a first batch", logs, || judged(&project).0 > 0);
        // Its connections stay open, so that nobody can know that it is gone but by its silence.
        frozen.signal("-STOP");
        let (_, waiting) = judged(&project);
        assert!(waiting > 0, "it was faster than this test");
        let other = project.start_logging("other.log", &["run", "--role", "enrich"], &[]);
        eventually("all judged", logs, || judged(&project) == (MENTIONS as u64, 0));
        frozen.signal("-CONT");
        end(frozen);
        end(other);
        assert_everything_counts_once(&project);
    });
}

/// The first line of the answer to a request.
fn get(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_process_with_the_role_api_answers_and_does_no_work_and_the_others_do_not_answer() {
    let project = Project::new(
        "[api]\nlisten = \"127.0.0.1:0\"\n[schedule]\nfetch = \"* * * * * *\"\n[[sources.files]]\nid = \"inbox\"\n\
         path = \"inbox.jsonl\"\n",
    )
    .with_example_map("online-bank");
    project.write("inbox.jsonl", json_lines([("1".to_owned(), "转账失败".to_owned())]));
    let api = project.start_logging("api.log", &["run", "--role", "api"], &[]);
    let log = || project.log_of("api.log");
    eventually("an address", log, || log().contains("/healthz") && log().contains("is running"));
    let address = log().split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert_eq!(get(&address, "/readyz"), "HTTP/1.1 200 OK");
    let worker = project.start_logging("worker.log", &["run", "--role", "fetch,enrich,assign,layers"], &[]);
    let worker_log = || project.log_of("worker.log");
    eventually("a curve", worker_log, || {
        let shown = project.run(&["map", "show", "online-bank", "--format", "json"]);
        shown.code == 0 && !shown.json()["run"].is_null()
    });
    assert!(!worker_log().contains("/healthz"), "{}", worker_log());
    assert!(!log().contains("is read at") && !log().contains("model"), "{}", log());
    assert_eq!(get(&address, "/metrics"), "HTTP/1.1 200 OK");
    end(worker);
    end(api);
}

#[test]
fn the_role_api_without_an_address_is_refused_with_the_key_to_set() {
    let ran = Project::new("").run(&["run", "--role", "api"]).failed(64);
    assert!(ran.stderr.contains("moodline.toml") && ran.stderr.contains("[api] listen"), "{}", ran.stderr);
    let ran = Project::new("").run(&["run", "--role", "everything"]).failed(2);
    assert!(ran.stderr.contains("layers, api"), "{}", ran.stderr);
}
