//! "What do people dislike at this touchpoint? Show me the mentions." On both databases.

use serde_json::Value;

use crate::support::{Project, Ran};

const FEEDBACK: &str = "\
{\"id\":\"1\",\"time\":\"2026-05-01T08:00:00Z\",\"language\":\"zh-Hans\",\"rating\":1,\"text\":\"转账一直失败，钱卡住了，垃圾！\"}
{\"id\":\"2\",\"time\":\"2026-05-02T08:00:00Z\",\"language\":\"en\",\"rating\":5,\"text\":\"Transfers are instant, love it!\"}
{\"id\":\"3\",\"time\":\"2026-05-03T08:00:00Z\",\"language\":\"zh-Hant\",\"rating\":1,\"text\":\"轉帳又失敗了，真的很扯，超生氣\"}
{\"id\":\"4\",\"time\":\"2026-05-04T08:00:00Z\",\"language\":\"ja\",\"text\":\"送金ができない。最悪です。\"}
{\"id\":\"5\",\"time\":\"2026-05-05T08:00:00Z\",\"language\":\"es\",\"text\":\"La transferencia no llega, es un desastre\"}
";

fn bank(database: Option<&str>) -> Project {
    let project =
        Project::new("[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\nrating_scale = [1, 5]\n")
            .with_example_map("online-bank");
    let project = match database {
        Some(url) => project.on(url),
        None => project,
    };
    project.write("feedback.jsonl", FEEDBACK);
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    project
}

fn mentions(project: &Project, filters: &[&str]) -> Vec<Value> {
    let fixed: [&str; 5] = ["mentions", "--map", "online-bank", "--format", "jsonl"];
    project.run(&[&fixed[..], filters].concat()).ok().json_lines()
}

fn ids(rows: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = rows.iter().map(|row| row["external_id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids.dedup();
    ids
}

fn every_filter_narrows(project: &Project) {
    let transfers = mentions(project, &["--touchpoint", "transfers"]);
    assert_eq!(ids(&transfers), ["1", "2", "3", "4", "5"], "all are about transfers: {transfers:#?}");
    let negative = mentions(project, &["--touchpoint", "transfers", "--sentiment", "negative"]);
    assert_eq!(ids(&negative), ["1", "3", "4", "5"]);
    assert_eq!(ids(&mentions(project, &["--lang", "zh"])), ["1", "3"]);
    assert_eq!(ids(&mentions(project, &["--lang", "zh-Hant"])), ["3"]);
    assert_eq!(ids(&mentions(project, &["--since", "2026-05-03", "--until", "2026-05-05"])), ["3", "4"]);
    assert_eq!(ids(&mentions(project, &["--text", "失败"])), ["1"]);
    assert_eq!(ids(&mentions(project, &["--source", "feedback", "--stage", "use"])).len(), 5);
    assert_eq!(ids(&mentions(project, &["--source", "nobody"])).len(), 0);
    let flagged = mentions(project, &["--flagged", "--status", "open"]);
    assert!(!flagged.is_empty());
    assert!(flagged.iter().all(|row| row["flag"]["status"] == "open"), "{flagged:#?}");
    assert_eq!(mentions(project, &["--limit", "2"]).len(), 2);
    let all = mentions(project, &[]);
    let paged: Vec<Value> = (0..all.len())
        .flat_map(|offset| mentions(project, &["--limit", "1", "--offset", &offset.to_string()]))
        .collect();
    assert_eq!(paged, all, "pages join without gaps");
    let severe = mentions(project, &["--sort", "severity"]);
    let negative = |row: &Value| row["sentiment"]["negative"].as_f64().unwrap();
    assert!(severe.windows(2).all(|pair| negative(&pair[0]) >= negative(&pair[1])));
    assert_eq!(severe.len(), all.len());
}

fn corrections_survive(project: &Project) {
    let opinion = |text: &str| {
        let rows = mentions(project, &["--text", text]);
        (rows[0]["opinion"].to_string(), rows[0].clone())
    };
    let (id, _) = opinion("送金");
    let correct = |arguments: &[&str]| project.run(&[&["relabel", &id], arguments].concat());
    correct(&["--map", "online-bank", "--touchpoint", "chatbot"]).ok();
    let (_, row) = opinion("送金");
    assert_eq!((&row["touchpoint"], &row["assignment"]["reason"]), (&"chatbot".into(), &"override".into()));
    // Editing the map places everything anew, except what a person placed.
    let map = std::fs::read_to_string(project.path("maps/online-bank.toml")).unwrap();
    project.write("maps/online-bank.toml", map.replacen("keywords = [", "keywords = [\"zzz unheard of\", ", 1));
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    assert_eq!(opinion("送金").1["touchpoint"], "chatbot");
    let refused = correct(&["--map", "online-bank", "--touchpoint", "moon-base"]).failed(1);
    assert!(refused.stderr.contains("transfers"), "the error lists what there is: {}", refused.stderr);
    let refused = correct(&[]).failed(1);
    assert!(refused.stderr.contains("sentiment"), "{}", refused.stderr);
    let before = layer(project)["n"].as_u64().unwrap();
    correct(&["--irrelevant"]).ok();
    project.run(&["layers", "--as-of", "2026-05-10"]).ok();
    assert!(layer(project)["n"].as_u64().unwrap() < before);
    project.run(&["check"]).ok();
}

fn flags_go_from_hand_to_hand(project: &Project) {
    let flags = |arguments: &[&str]| project.run(&[&["flags"], arguments].concat());
    let listed = |filters: &[&str]| flags(&[&["list", "--format", "jsonl"], filters].concat()).ok().json_lines();
    let open = listed(&["--map", "online-bank", "--status", "open"]);
    assert!(open.len() >= 2, "{open:#?}");
    let first = open[0]["id"].to_string();

    let told = flags(&["set", &first, "--to", "resolved"]).failed(1).stderr;
    assert!(told.contains("--note"), "what resolved it has to be said: {told}");
    assert!(flags(&["set", &first]).failed(1).stderr.contains("--to"));
    assert!(flags(&["set", "99999", "--to", "acknowledged"]).failed(1).stderr.contains("99999"));
    assert!(flags(&["list", "--map", "online-bank", "--touchpoint", "moon"]).failed(1).stderr.contains("transfers"));

    flags(&["set", &first, "--to", "acknowledged", "--assign", "payments", "--due", "2026-05-01", "--actor", "lin"])
        .ok();
    let late = listed(&["--assignee", "payments", "--overdue"]);
    assert_eq!((&late[0]["id"], &late[0]["status"]), (&open[0]["id"], &"acknowledged".into()));
    let digest = flags(&["digest", "--format", "json"]).ok().json();
    let sum = |key: &str| digest.as_array().unwrap().iter().map(|one| one[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("open"), sum("acknowledged"), sum("overdue")), (open.len() as u64 - 1, 1, 1));

    flags(&["set", &first, "--to", "resolved", "--note", "time-outs mended", "--actor", "lin"]).ok();
    let history = flags(&["history", &first, "--format", "json"]).ok().json();
    let events = history["events"].as_array().unwrap();
    assert_eq!((events.len(), &events[1]["note"]), (2, &"time-outs mended".into()));
    let rest = ["--all", "--map", "online-bank", "--status", "open", "--to", "false_positive"];
    flags(&[&["set"], &rest[..]].concat()).ok();
    assert_eq!(listed(&["--status", "open"]), Vec::<Value>::new());
    let shown = mentions(project, &["--flagged", "--status", "resolved"]);
    assert_eq!(shown.len(), 1);
    flags(&["set", "--all", "--to", "open"]).ok();
}

fn layer(project: &Project) -> Value {
    project.run(&["map", "show", "online-bank", "--format", "json"]).ok().json()["layer"].clone()
}

#[test]
fn on_sqlite() {
    let project = bank(None);
    every_filter_narrows(&project);
    flags_go_from_hand_to_hand(&project);
    corrections_survive(&project);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql() {
    let Some(database) = moodline_testkit::postgres_url().await else { return };
    tokio::task::block_in_place(|| {
        let project = bank(Some(database.url()));
        every_filter_narrows(&project);
        flags_go_from_hand_to_hand(&project);
        corrections_survive(&project);
    });
}

#[test]
fn wrong_questions_are_answered_with_what_is_right() {
    let project = Project::new("").with_example_map("online-bank");
    let asks = |arguments: &[&str]| -> Ran { project.run(&[&["mentions"], arguments].concat()) };
    assert!(asks(&["--touchpoint", "transfers"]).failed(2).stderr.contains("--map"));
    assert!(asks(&["--sentiment", "angry"]).failed(2).stderr.contains("negative, neutral, positive"));
    assert!(asks(&["--since", "soon"]).failed(1).stderr.contains("2026-05-01"));
    project.run(&["refresh"]).ok();
    let map = ["--map", "online-bank"];
    for (flag, known) in [("--touchpoint", "transfers"), ("--stage", "after-sales"), ("--persona", "it has ")] {
        let told = asks(&[&map[..], &[flag, "nonesuch"]].concat()).failed(1).stderr;
        assert!(told.contains("`nonesuch`") && told.contains(known), "{told}");
    }
    assert!(asks(&["--map", "nowhere"]).failed(1).stderr.contains("no map `nowhere`"));
    assert!(asks(&["--min-confidence", "7"]).failed(1).stderr.contains("0 to 1"));
}
