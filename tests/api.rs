//! The HTTP API: the same answers as the command line, on both databases, to whoever may ask.

mod alike;
mod service;

use std::{
    io::Read,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use self::service::{PATIENCE, Service};
use crate::support::{Project, json_lines};

const API: &str = "[api]\nlisten = \"127.0.0.1:0\"\n";

/// Feedback about a bank, judged, placed and drawn.
fn bank(api: &str, database: Option<&str>) -> Project {
    let settings =
        format!("{api}\n[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\nrating_scale = [1, 5]\n");
    let project = Project::new(&settings).with_example_map("online-bank");
    let project = match database {
        Some(url) => project.on(url),
        None => project,
    };
    let texts = [
        "转账一直失败，钱卡住了，垃圾！",
        "Transfers are instant, love it!",
        "轉帳又失敗了，真的很扯，超生氣",
        "送金ができない。最悪です。",
        "La transferencia no llega, es un desastre",
        "The fees are far too high and nobody told me",
    ];
    let rows = texts.iter().enumerate().map(|(i, text)| (format!("m{i}"), (*text).to_owned()));
    project.write("feedback.jsonl", json_lines(rows));
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    project
}

#[test]
fn every_error_is_a_problem_document_that_says_what_to_do() {
    let project = Project::new(&format!("{API}max_body_bytes = 2048\n")).with_example_map("online-bank");
    project.run(&["map", "list"]).ok();
    let service = Service::start(&project);
    let get = |path: &str| service.send("GET", path, &[], "");

    let unknown = get("/v1/mentions?touchpont=transfers").problem(422);
    assert_eq!(unknown["errors"][0]["field"], "touchpont");
    assert!(unknown["detail"].as_str().unwrap().contains("`touchpoint`"), "{unknown}");
    let elsewhere = get("/v1/mentions?map=online-bank&touchpoint=moon").problem(422);
    assert!(elsewhere["detail"].as_str().unwrap().contains("transfers"), "{elsewhere}");
    for (path, field) in [
        ("/v1/mentions?touchpoint=transfers", "touchpoint"),
        ("/v1/mentions?min_confidence=2", "min_confidence"),
        ("/v1/mentions?since=soon", "since"),
        ("/v1/mentions?limit=0", "limit"),
        ("/v1/mentions?limit=100000", "limit"),
        ("/v1/mentions?cursor=1", "cursor"),
        ("/v1/mentions?text=a%00b", "text"),
        ("/v1/mentions?rating=six", "rating"),
        ("/v1/flags?status=gone", "status"),
        ("/v1/flags?after=1", "after"),
        ("/v1/events?after=1", "after"),
        ("/v1/maps?x=1", "x"),
        ("/v1/schedule?times=0", "times"),
        ("/v1/maps/online-bank/painpoints?limit=0", "limit"),
        ("/v1/maps/online-bank/painpoints?touchpoint=moon", "touchpoint"),
        ("/v1/maps/online-bank/metrics?days=0", "days"),
        ("/v1/maps/online-bank/diff?from=soon&to=1", "from"),
        ("/v1/maps/online-bank/diff?from=2026-05-01&to=2026-05-02", "from"),
        ("/v1/alerts/digest?since=soon", "since"),
        ("/v1/alerts/digest?owner=moon", "owner"),
        ("/v1/changes/1/effect?days=1", "days"),
    ] {
        assert_eq!(get(path).problem(422)["errors"][0]["field"], field, "{path}");
    }
    assert!(get("/v1/maps/moon-bank").problem(404)["detail"].as_str().unwrap().contains("online-bank"));
    for path in [
        "/v1/flags/99",
        "/v1/flags/x",
        "/v1/opinions/99",
        "/v1/mentions/99",
        "/v1/alerts/99",
        "/v1/mentions/99/explanation",
        "/v1/changes/99/effect",
        "/v1/maps/online-bank/painpoints",
        "/v1/maps/moon-bank/history",
        "/v1/nothing",
        "/nothing",
    ] {
        assert_eq!(get(path).problem(404)["instance"], path);
    }
    assert_eq!(service.send("DELETE", "/v1/maps", &[], "").header("allow"), Some("GET,HEAD"));
    service.send("DELETE", "/v1/maps", &[], "").problem(405);
    service.send("PATCH", "/v1/flags/1", &[], "{}").problem(415);
    let json = [("Content-Type", "application/json")];
    service.send("PATCH", "/v1/flags/1", &json, "{").problem(400);
    service.send("PATCH", "/v1/flags/1", &json, &format!("{{\"note\": \"{}\"}}", "x".repeat(4000))).problem(413);
    let typed = service.json("POST", "/v1/flags/triage", &json!({"ids": [1], "change": {"status": "gone"}}));
    assert_eq!(typed.problem(422)["errors"][0]["field"], "change.status");
    let listed = service.json("POST", "/v1/flags/triage", &json!({"ids": [1], "change": ["open"]})).problem(422);
    assert_eq!(listed["errors"][0]["field"], "change", "an array is not read as an object");
    service.json("PATCH", "/v1/flags/1", &json!(["open"])).problem(422);
    let nothing = service.json("PATCH", "/v1/flags/1", &json!({"status": null, "assignee": null})).problem(422);
    assert_eq!(nothing["errors"][0]["field"], "status", "null empties what may be empty, and nothing else");
    let extra = service.json("POST", "/v1/flags/triage", &json!({"ids": [1], "change": {"state": "open"}}));
    assert_eq!(extra.problem(422)["errors"][0]["field"], "change.state");

    let named = service.send("GET", "/v1/nothing", &[("X-Request-Id", "mine-1")], "");
    assert_eq!(named.problem(404)["request_id"], "mine-1");
    let odd = service.send("GET", "/v1/nothing", &[("X-Request-Id", "<b>")], "").problem(404);
    assert_ne!(odd["request_id"], "<b>", "what would make a mess of a log gets a name of ours");
}

#[test]
fn a_reader_is_sent_only_what_it_does_not_have() {
    let project = Project::new(API).with_example_map("online-bank");
    project.run(&["map", "list"]).ok();
    let service = Service::start(&project);
    let first = service.send("GET", "/v1/maps", &[], "");
    let tag = first.header("etag").unwrap().to_owned();
    let second = service.send("GET", "/v1/maps", &[("If-None-Match", &tag)], "");
    assert_eq!((second.status, second.body.as_str(), second.header("etag")), (304, "", Some(tag.as_str())));
    let other = service.send("GET", "/v1/maps/online-bank", &[("If-None-Match", &tag)], "");
    assert_eq!(other.status, 200);
}

#[test]
fn tokens_open_what_their_scope_says_and_act_in_their_name() {
    let project = bank(&format!("{API}access = \"token\"\n"), None);
    let made = |arguments: &[&str]| {
        let made = project.run(&[&["token", "create"], arguments, &["--format", "json"]].concat()).ok().json();
        format!("Bearer {}", made["token"].as_str().unwrap())
    };
    let (reader, desk) = (made(&["dashboard"]), made(&["desk", "--scope", "triage", "--expires", "1d"]));
    let boss = made(&["boss", "--scope", "admin"]);
    assert_eq!(project.run(&["token", "create", "desk"]).failed(1).code, 1, "one name, one token");
    let service = Service::start(&project);
    let with = |token: &str, method: &str, path: &str, body: &str| {
        service.send(method, path, &[("Authorization", token), ("Content-Type", "application/json")], body)
    };
    let nobody = service.send("GET", "/v1/maps", &[], "");
    nobody.problem(401);
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer realm=\"moodline\""));
    with("Bearer moodline_0000", "GET", "/v1/maps", "").problem(401);
    with("Basic eDp5", "GET", "/v1/maps", "").problem(401);
    assert_eq!(with(&reader, "GET", "/v1/maps", "").status, 200);
    assert_eq!(service.send("GET", "/healthz", &[], "").status, 200, "health asks for nothing");

    let flag = with(&reader, "GET", "/v1/flags?limit=1", "").json()["flags"][0]["id"].to_string();
    let (path, taken) = (format!("/v1/flags/{flag}"), r#"{"status": "acknowledged", "note": "a secret remark"}"#);
    let refused = with(&reader, "PATCH", &path, taken);
    assert!(refused.problem(403)["detail"].as_str().unwrap().contains("triage"));
    assert_eq!(with(&desk, "PATCH", &path, taken).status, 200);
    with(&desk, "GET", "/v1/acts", "").problem(403);
    let acts = with(&boss, "GET", "/v1/acts?action=triage", "").json();
    assert_eq!(acts[0]["actor"], "desk");
    assert!(!acts.to_string().contains("secret remark"));

    let listed = project.run(&["token", "list", "--format", "json"]).ok().json();
    let desk_row = listed.as_array().unwrap().iter().find(|row| row["name"] == "desk").unwrap();
    assert!(desk_row["used_at"].is_string() && desk_row["expires_at"].is_string(), "{desk_row}");
    let secret = desk.trim_start_matches("Bearer ");
    let stored = std::fs::read(project.path("moodline.db")).unwrap();
    assert!(!stored.windows(secret.len()).any(|part| part == secret.as_bytes()), "only a hash is kept");
    assert!(!project.log().contains(secret) && !project.log().contains("secret remark"), "{}", project.log());

    let revoked = project.run(&["token", "revoke", "desk", "--format", "json"]).ok().json();
    assert_eq!((&revoked["name"], &revoked["valid"]), (&"desk".into(), &false.into()));
    with(&desk, "GET", "/v1/maps", "").problem(401);
    assert_eq!(with(&boss, "DELETE", "/v1/tokens/dashboard", "").status, 204);
    with(&reader, "GET", "/v1/maps", "").problem(401);
}

#[test]
fn beyond_this_machine_nothing_is_open_unless_the_settings_say_so() {
    let beyond = "[api]\nlisten = \"0.0.0.0:0\"\n";
    let project = Project::new(beyond).with_example_map("online-bank");
    let service = Service::start(&project);
    service.send("GET", "/v1/maps", &[], "").problem(401);
    assert!(project.log().contains("moodline token create"), "{}", project.log());
    let project = Project::new(&format!("{beyond}access = \"open\"\n")).with_example_map("online-bank");
    let service = Service::start(&project);
    assert_eq!(service.send("GET", "/v1/maps", &[], "").status, 200);
    assert!(project.log().contains("`api.access` is `open`"), "{}", project.log());
}

#[test]
fn a_web_page_that_claims_to_be_this_machine_gets_nothing() {
    let project = Project::new(API).with_example_map("online-bank");
    let service = Service::start(&project);
    service.send("GET", "/v1/maps", &[("Host", "evil.example")], "").problem(403);
    let foreign = service.send("GET", "/v1/maps", &[("Origin", "https://evil.example")], "");
    assert_eq!(foreign.header("access-control-allow-origin"), None);
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_back() {
    let project = Project::new(&format!("{API}requests_per_second = 1\nburst = 3\n")).with_example_map("online-bank");
    let service = Service::start(&project);
    let refused =
        (0..50).map(|_| service.send("GET", "/v1/maps", &[], "")).find(|answer| answer.status != 200).unwrap();
    refused.problem(429);
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(service.send("GET", "/healthz", &[], "").status, 200);
}

#[test]
fn whoever_follows_the_events_misses_none() {
    let project = bank(&format!("{API}max_streams = 1\n"), None);
    let service = Service::start(&project);
    let flags: Vec<i64> = {
        let list = service.get("/v1/flags");
        let mut ids: Vec<i64> =
            list["flags"].as_array().unwrap().iter().map(|flag| flag["id"].as_i64().unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    let follow = |headers: &[(&str, &str)], path: &str, count: usize| -> Vec<(String, i64)> {
        let mut stream = service.ask("GET", path, headers, "");
        let mut read = String::new();
        let mut buffer = [0_u8; 4096];
        while read.matches("\nevent: flag").count() < count || !read.ends_with("\n\n\r\n") {
            let bytes = stream.read(&mut buffer).unwrap();
            assert!(bytes > 0, "the stream ended: {read}");
            read += &String::from_utf8_lossy(&buffer[..bytes]);
        }
        let flags = read.split("\n\n").filter(|event| event.lines().any(|line| line == "event: flag"));
        let of = |event: &str, name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        let number = |data: String| serde_json::from_str::<Value>(&data).unwrap()["id"].as_i64().unwrap();
        flags.map(|event| (of(event, "id: "), number(of(event, "data: ")))).collect()
    };
    let all = follow(&[], "/v1/events?after=f0a0", flags.len());
    assert_eq!(all.iter().map(|(_, flag)| *flag).collect::<Vec<_>>(), flags);
    // Only one may follow at a time here; whoever comes meanwhile is told so.
    let _held = service.ask("GET", "/v1/events", &[], "");
    let began = Instant::now();
    loop {
        let mut other = service.ask("GET", "/v1/events", &[], "");
        let mut first = [0_u8; 12];
        other.read_exact(&mut first).unwrap();
        if first == *b"HTTP/1.1 503" {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{}", String::from_utf8_lossy(&first));
        std::thread::sleep(Duration::from_millis(20));
    }
    // Coming back with the last id goes on behind it.
    let mut lines = project.run(&["events", "--after", &all[0].0]).ok().json_lines();
    lines.retain(|line| line["kind"] == "flag");
    assert_eq!(lines.iter().map(|line| line["body"]["id"].as_i64().unwrap()).collect::<Vec<_>>(), flags[1..]);
    assert_eq!(lines[0]["id"], all[1].0.as_str());
}

#[test]
fn the_page_of_the_api_needs_nothing_from_elsewhere() {
    let project = Project::new(API).with_example_map("online-bank");
    let service = Service::start(&project);
    let page = service.send("GET", "/v1/docs", &[], "");
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(page.body.contains("/v1/openapi.json"));
}
