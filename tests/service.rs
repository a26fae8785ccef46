//! `moodline run`: fetches and refreshes on its own, stops when told.

use std::{
    io::{Read, Write},
    process::Command,
    time::{Duration, Instant},
};

use moodline_testkit::{LocalServer, Reply};

use crate::support::{Project, Running, json_lines};

/// Far longer than anything takes here; only a hang reaches it.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) fn terminate(service: &mut Running) -> i32 {
    Command::new("kill").args(["-TERM", &service.id().to_string()]).status().unwrap();
    let began = Instant::now();
    loop {
        if let Some(code) = service.ended() {
            return code;
        }
        assert!(began.elapsed() < PATIENCE, "the service does not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn eventually(project: &Project, what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} did not happen; the log says\n{}", project.log());
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_mentions_reach_the_curve_without_a_hand_on_it() {
    let server = LocalServer::start(|request| {
        // Every request finds one entry more.
        let items: String = (0..=request.index)
            .map(|i| format!("<item><guid>{i}</guid><description>转账失败，第{i}次了，太差</description></item>"))
            .collect();
        Reply::ok(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>"))
    })
    .await;
    let project = Project::new(&format!(
        "[schedule]\nfetch = \"* * * * * *\"\nrefresh = \"*/2 * * * * *\"\n[http]\nallow_private_addresses = true\n\
         min_interval = \"0s\"\n[[sources.feeds]]\nid = \"complaints\"\nurl = \"{}\"\n",
        server.url("/feed")
    ))
    .with_example_map("online-bank");
    tokio::task::block_in_place(|| {
        let mut service = project.start(&["run"]);
        eventually(&project, "a curve with three mentions", || {
            let shown = project.run(&["map", "show", "online-bank", "--format", "json"]);
            shown.code == 0 && shown.json()["layer"]["n"].as_u64().is_some_and(|n| n >= 3)
        });
        assert!(service.ended().is_none(), "still running");
        assert_eq!(terminate(&mut service), 0, "{}", project.log());
        assert!(project.log().contains("stopped"), "{}", project.log());
        // Nothing is left half done: a recount agrees.
        project.run(&["check"]).ok();
    });
}

#[test]
fn the_first_curve_holds_everything_that_was_waiting_to_be_read() {
    let project =
        Project::new("[[sources.files]]\nid = \"inbox\"\npath = \"inbox.jsonl\"\n").with_example_map("online-bank");
    let rows = (0..400).map(|i| (format!("m{i}"), format!("转账失败，第{i}次了")));
    let dated = json_lines(rows).replace("2026-05-01T08:00:00Z", &chrono::Utc::now().to_rfc3339());
    project.write("inbox.jsonl", dated);
    // Both schedules are far away: all that happens is what was missed.
    let mut service = project.start(&["run"]);
    eventually(&project, "the first curve", || {
        let shown = project.run(&["map", "show", "online-bank", "--format", "json"]);
        shown.code == 0 && !shown.json()["run"].is_null()
    });
    let shown = project.run(&["map", "show", "online-bank", "--format", "json"]).ok().json();
    assert_eq!(
        shown["layer"]["n"].as_u64().unwrap() + shown["layer"]["unsure"].as_u64().unwrap(),
        400,
        "{}",
        project.log()
    );
    assert_eq!(terminate(&mut service), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_down_is_tried_again_and_the_service_stays_up() {
    let server = LocalServer::start(|_| Reply::status(503)).await;
    let project = Project::new(&format!(
        "[schedule]\nfetch = \"* * * * * *\"\n[http]\nallow_private_addresses = true\n\
         [[sources.feeds]]\nid = \"down\"\nurl = \"{}\"\n",
        server.url("/feed")
    ));
    tokio::task::block_in_place(|| {
        let mut service = project.start(&["run", "--role", "fetch"]);
        eventually(&project, "a failed fetch in the log", || project.log().contains("next try in"));
        assert!(service.ended().is_none(), "still running");
        assert_eq!(terminate(&mut service), 0);
    });
    assert_eq!(server.count(), 1, "a failing host is left alone for a while");
}

#[test]
fn health_readiness_and_metrics_are_told_over_http() {
    let project =
        Project::new("[api]\nlisten = \"127.0.0.1:0\"\n[[sources.files]]\nid = \"inbox\"\npath = \"inbox.jsonl\"\n")
            .with_example_map("online-bank");
    project.write("inbox.jsonl", json_lines((0..20).map(|i| (format!("m{i}"), format!("转账失败，第{i}次了")))));
    let mut service = project.start(&["run"]);
    eventually(&project, "an address", || project.log().contains("/healthz"));
    let log = project.log();
    let address = log.split("http://").nth(1).unwrap().split('/').next().unwrap();
    let get = |path: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(get("/healthz").starts_with("HTTP/1.1 200"));
    assert!(get("/readyz").contains("\"ready\":true"), "{}", get("/readyz"));
    eventually(&project, "a curve in the metrics", || get("/metrics").contains("moodline_layer_age_seconds"));
    let metrics = get("/metrics");
    for line in [
        "moodline_source_mentions{source=\"inbox\"} 20",
        "moodline_read_mentions_total{source=\"inbox\",change=\"new\"} 20",
        "moodline_judged_mentions_total 20",
        "moodline_work{step=\"assign\",target=\"online-bank\",state=\"ready\"} 0",
        "moodline_database_seconds_bucket",
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    assert_eq!(terminate(&mut service), 0);
}
