//! One question, one answer: what the command line prints as JSON is what HTTP answers, and what is done either way shows
//! both ways.

use serde_json::{Value, json};

use super::{API, bank, service::Service};
use crate::support::Project;

/// Answers to a survey, and how many customers came in.
const ANSWERS: &str = "\
date,metric,touchpoint,stage,value,respondent,count
2026-05-08,nps,transfers,,9,c-1,
2026-05-09,nps,transfers,,2,c-2,
2026-05-09,entered,,use,,,40
";

fn both_ways_are_one(project: &Project) {
    project.write("answers.csv", ANSWERS);
    project.run(&["metrics", "import", "answers.csv", "--map", "online-bank"]).ok();
    project.run(&["themes"]).ok();
    let service = Service::start(project);
    let said = |arguments: &[&str]| project.run(&[arguments, &["--format", "json"]].concat()).ok().json();
    for (path, arguments) in [
        ("/v1/maps", "map list"),
        ("/v1/maps/online-bank", "map show online-bank"),
        (
            "/v1/maps/online-bank?names=zh-Hans&persona=first-jobber",
            "map show online-bank --names zh-Hans --persona first-jobber",
        ),
        ("/v1/maps/online-bank/stages", "map stages online-bank"),
        ("/v1/maps/online-bank/touchpoints?names=zh-Hans", "map touchpoints online-bank --names zh-Hans"),
        ("/v1/maps/online-bank/personas", "map personas online-bank"),
        ("/v1/maps/online-bank/heads", "map heads online-bank"),
        (
            "/v1/maps/online-bank/suggestions?since=2026-05-01&until=2026-05-11&least=2",
            "map suggest --map online-bank --since 2026-05-01 --until 2026-05-11 --least 2",
        ),
        (
            "/v1/maps/online-bank/layers?period=week&touchpoint=transfers",
            "map layers online-bank --period week --touchpoint transfers",
        ),
        ("/v1/mentions?limit=3", "mentions --limit 3"),
        (
            "/v1/mentions?map=online-bank&touchpoint=transfers&sentiment=negative&sort=severity&limit=2",
            "mentions --map online-bank --touchpoint transfers --sentiment negative --sort severity --limit 2",
        ),
        (
            "/v1/mentions?map=online-bank&flagged=true&status=open,acknowledged&lang=zh&since=2026-01-01",
            "mentions --map online-bank --flagged --status open --status acknowledged --lang zh --since 2026-01-01 --limit 50",
        ),
        (
            "/v1/mentions?text=%E5%A4%B1%E8%B4%A5&min_confidence=0.5",
            "mentions --text 失败 --min-confidence 0.5 --limit 50",
        ),
        (
            "/v1/mentions/count?map=online-bank&touchpoint=transfers",
            "mentions --count --map online-bank --touchpoint transfers",
        ),
        ("/v1/flags?limit=2", "flags list --limit 2"),
        (
            "/v1/flags?map=online-bank&touchpoint=transfers&status=open",
            "flags list --map online-bank --touchpoint transfers --status open --limit 50",
        ),
        ("/v1/flags/digest", "flags digest"),
        ("/v1/maps/online-bank/painpoints?limit=5", "painpoints --map online-bank --top 5"),
        (
            "/v1/maps/online-bank/painpoints?kind=opportunities&touchpoint=transfers&names=zh-Hans",
            "painpoints --map online-bank --opportunities --touchpoint transfers --names zh-Hans",
        ),
        ("/v1/maps/online-bank/metrics", "metrics show --map online-bank"),
        (
            "/v1/maps/online-bank/metrics?until=2026-05-09&days=1",
            "metrics show --map online-bank --until 2026-05-09 --days 1",
        ),
        ("/v1/maps/online-bank/history", "map history online-bank"),
        ("/v1/maps/online-bank/diff?from=2026-05-10&to=2026-05-11", "map diff 2026-05-10 2026-05-11 --map online-bank"),
        ("/v1/mentions/1/explanation", "explain 1"),
        ("/v1/mentions/2/explanation?map=online-bank", "explain 2 --map online-bank"),
        ("/v1/alerts?going_on=true", "alerts list"),
        ("/v1/alerts/digest?since=7d", "alerts digest --since 7d"),
        ("/v1/changes", "change list"),
        ("/v1/sources/feedback/dropped", "sources dropped feedback"),
        ("/v1/sources", "sources"),
        ("/v1/rejected", "sources --rejected"),
        ("/v1/runs?kind=layers", "runs --kind layers"),
        ("/v1/corrections", "corrections"),
        ("/v1/acts?limit=5", "audit --limit 5"),
        ("/v1/tokens", "token list"),
    ] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        assert_eq!(service.get(path), said(&arguments), "{path} against {arguments:?}");
    }
    for format in ["json", "csv", "mermaid", "svg"] {
        let there = service.send("GET", &format!("/v1/maps/online-bank/export?format={format}"), &[], "");
        let here = project.run(&["map", "export", "online-bank", "--format", format]).ok().stdout;
        assert_eq!((there.status, there.body.trim_end()), (200, here.trim_end()), "{format}");
    }
    let metrics = service.get("/v1/maps/online-bank/metrics");
    assert_eq!((&metrics["surveys"][0]["n"], &metrics["conversion"][0]["entered"]), (&2.into(), &40.into()));
    let explained = service.get("/v1/mentions/1/explanation");
    assert_eq!(explained["opinions"][0]["maps"][0]["touchpoint"], "transfers", "{explained}");
    assert_eq!(service.get("/v1/openapi.json"), project.run(&["openapi"]).ok().json());
    pages_join(&service, "mentions", "cursor");
    pages_join(&service, "flags", "after");
    triage_is_one(project, &service);
}

/// Reading page by page gives the list.
fn pages_join(service: &Service, what: &str, parameter: &str) {
    let all = service.get(&format!("/v1/{what}"))[what].clone();
    assert!(all.as_array().is_some_and(|rows| rows.len() > 2), "{all}");
    let mut paged = Vec::new();
    let mut next = String::new();
    loop {
        let page = service.get(&format!("/v1/{what}?limit=2{next}"));
        paged.extend(page[what].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&{parameter}={cursor}");
    }
    assert_eq!(Value::Array(paged), all, "pages of {what} join without gaps");
}

/// What is done over HTTP is what the command line shows, and the other way round.
fn triage_is_one(project: &Project, service: &Service) {
    let worst = service.get("/v1/flags?limit=1")["flags"][0].clone();
    let flag = format!("/v1/flags/{}", worst["id"]);
    let taken = service.json(
        "PATCH",
        &flag,
        &json!({"status": "acknowledged", "assignee": "payments",
        "due_at": "2026-06-05T00:00:00Z"}),
    );
    assert_eq!((taken.status, &taken.json()["assignee"]), (200, &"payments".into()));
    let id = worst["id"].to_string();
    let history = project.run(&["flags", "history", &id, "--format", "json"]).ok().json();
    assert_eq!(service.get(&format!("{flag}/history")), history);
    assert_eq!((&history["events"][0]["actor"], &history["flag"]["status"]), (&"api".into(), &"acknowledged".into()));
    project.run(&["flags", "set", &id, "--unassign", "--no-due"]).ok();
    assert_eq!(
        (service.get(&flag)["assignee"].clone(), service.get(&flag)["due_at"].clone()),
        (Value::Null, Value::Null)
    );

    let unsaid = service.json("PATCH", &flag, &json!({"status": "resolved"})).problem(422);
    assert_eq!(unsaid["errors"][0]["field"], "note");
    let many = service.json(
        "POST",
        "/v1/flags/triage",
        &json!({"all": true, "map": "online-bank", "status": ["open"],
        "change": {"status": "resolved", "note": "release 4.2"}}),
    );
    assert_eq!(many.status, 200, "{}", many.body);
    assert!(!many.json()["changed"].as_array().unwrap().is_empty());
    assert_eq!(service.get("/v1/flags?status=open")["total"], 0);
    let none = service.json("POST", "/v1/flags/triage", &json!({"change": {"status": "open"}})).problem(422);
    assert_eq!(none["errors"][0]["field"], "ids", "what selects nothing selects not everything");

    let opinion = service.get("/v1/mentions?text=fees")["mentions"][0]["opinion"].clone();
    let corrected = service.json("POST", "/v1/corrections", &json!({"opinion": opinion, "sentiment": "neutral"}));
    assert_eq!(corrected.status, 204, "{}", corrected.body);
    let seen = &service.get(&format!("/v1/opinions/{opinion}"))["sentiment"]["label"];
    assert_eq!(seen, "neutral");
    let corrections = service.get("/v1/corrections");
    assert_eq!(corrections, project.run(&["corrections", "--format", "json"]).ok().json());
    assert_eq!(corrections[0]["actor"], "api");

    let many = "/v1/mentions/corrections?map=online-bank&touchpoint=transfers&lang=en";
    let said = |count: Option<u64>| json!({"count": count, "sentiment": "neutral"});
    let looked = service.json("POST", many, &json!({"sentiment": "neutral"})).json();
    let count = looked["count"].as_u64().unwrap();
    assert!(count > 0 && looked["corrected"] == json!([]), "a look changes nothing: {looked}");
    let more = service.json("POST", many, &said(Some(count + 1))).problem(422);
    assert!(more["detail"].as_str().unwrap().contains("look again"), "{more}");
    let done = service.json("POST", many, &said(Some(count))).json();
    assert_eq!(done["corrected"].as_array().unwrap().len() as u64, count, "{done}");
    service.json("POST", "/v1/mentions/corrections?map=online-bank", &said(Some(6))).problem(422);

    let change = json!({"map": "online-bank", "touchpoint": "transfers", "day": "2026-05-04", "what": "release 4.2"});
    let added = service.json("POST", "/v1/changes", &change).json();
    assert_eq!(service.get("/v1/changes?map=online-bank"), json!([added.clone()]));
    let id = added["id"].to_string();
    let effect = project.run(&["change", "effect", &id, "--days", "14", "--format", "json"]).ok().json();
    assert_eq!(service.get(&format!("/v1/changes/{id}/effect?days=14")), effect);
    let gone = service.send("DELETE", &format!("/v1/changes/{}", added["id"]), &[], "");
    assert_eq!((gone.status, service.get("/v1/changes")), (204, json!([])));
    let acts = project.run(&["audit", "--format", "json"]).ok().json();
    let did: Vec<&str> = acts.as_array().unwrap().iter().filter_map(|act| act["action"].as_str()).collect();
    assert!(did.contains(&"triage") && did.contains(&"relabel"), "{did:?}");
}

#[test]
fn the_command_line_and_http_say_the_same_on_sqlite() {
    both_ways_are_one(&bank(API, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_and_http_say_the_same_on_postgresql() {
    let Some(database) = moodline_testkit::postgres_url().await else { return };
    tokio::task::block_in_place(|| both_ways_are_one(&bank(API, Some(database.url()))));
}
