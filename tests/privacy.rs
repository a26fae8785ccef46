//! People's data: replaced before it is kept, gone when they wish, saved and brought back by its owner.

use crate::support::Project;

const SETTINGS: &str = "[[sources.files]]\nid = \"inbox\"\npath = \"inbox.jsonl\"\n";

fn row(id: &str, author: &str, text: &str) -> String {
    let row = serde_json::json!({"id": id, "author": author, "text": text, "time": "2026-05-01T08:00:00Z"});
    format!("{row}\n")
}

fn project() -> Project {
    let project = Project::new(SETTINGS).with_example_map("online-bank");
    let rows = row("1", "mei", "转账失败，请打电话13812345678")
        + &row("2", "li", "The app is great, mail me at li@example.org")
        + &row("3", "mei", "客服很差");
    project.write("inbox.jsonl", rows);
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    project
}

fn texts(project: &Project) -> Vec<String> {
    let rows = project.run(&["mentions", "--format", "jsonl", "--limit", "100"]).ok().json_lines();
    let mut texts: Vec<String> = rows.iter().map(|row| row["text"].as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts.dedup();
    texts
}

fn holds(project: &Project, words: &str) -> bool {
    ["moodline.db", "moodline.db-wal"].iter().any(|file| {
        let bytes = std::fs::read(project.path(file)).unwrap_or_default();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    })
}

#[test]
fn personal_data_never_reaches_the_database() {
    let project = project();
    assert_eq!(texts(&project), ["The app is great, mail me at [e-mail]", "客服很差", "转账失败，请打电话[phone]"]);
    for secret in ["13812345678", "li@example.org", "mei"] {
        assert!(!holds(&project, secret), "{secret} is in the database");
    }
    let bad = Project::new("[privacy]\npatterns = { member = \"(\" }\n");
    let ran = bad.run(&["check"]).failed(64);
    assert!(ran.stderr.contains("moodline.toml:2") && ran.stderr.contains("regular expression"), "{}", ran.stderr);
}

#[test]
fn what_an_author_wrote_goes_for_good_and_the_act_is_on_record() {
    let project = project();
    let ran = project.run(&["erase", "--author", "mei", "--dry-run"]).ok();
    assert!(ran.stdout.contains("2 mentions would be erased"), "{}", ran.stdout);
    let told = project.run(&["erase", "--author", "mei", "--dry-run", "--format", "json"]).ok().json();
    assert_eq!(told["would_erase"]["mentions"], 2);
    let ran = project.run(&["erase", "--author", "mei", "--actor", "dpo"]).ok();
    assert!(ran.stdout.contains("erased 2 mentions"), "{}", ran.stdout);
    assert_eq!(texts(&project).len(), 1);
    assert!(!holds(&project, "客服很差"), "overwritten, not only unlinked");
    project.run(&["check"]).ok();
    // The source still shows them, and the author goes on writing.
    let rows =
        row("1", "mei", "转账失败，请打电话13812345678") + &row("3", "mei", "客服很差") + &row("4", "mei", "又来了");
    project.write("inbox.jsonl", rows);
    let ran = project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    assert!(ran.stdout.contains("3 left out because they were erased"), "{}", ran.stdout);
    assert_eq!(texts(&project).len(), 1);
    let acts = project.run(&["audit", "--format", "json"]).ok();
    assert_eq!(acts.json()[0]["actor"], "dpo");
    assert_eq!(acts.json()[0]["action"], "erase");
    assert!(!acts.stdout.contains("mei"), "the record does not name who was erased: {}", acts.stdout);
    let ran = project.run(&["erase", "--text", "a"]).failed(1);
    assert!(ran.stderr.contains("two characters"), "{}", ran.stderr);
}

#[test]
fn a_backup_is_restored_only_where_it_is_wanted() {
    let project = project();
    project.run(&["backup", "copy.db"]).ok();
    let again = project.run(&["backup", "copy.db"]).failed(1);
    assert!(again.stderr.contains("copy.db"), "{}", again.stderr);
    project.run(&["erase", "--id", "inbox/2"]).ok();
    let refused = project.run(&["restore", "copy.db"]).failed(1);
    assert!(refused.stderr.contains("--overwrite"), "{}", refused.stderr);
    let ran = project.run(&["restore", "copy.db", "--overwrite"]).ok();
    assert!(ran.stdout.contains("restored 3 mentions"), "{}", ran.stdout);
    assert_eq!(texts(&project).len(), 3);
    project.run(&["check"]).ok();
    let acts = project.run(&["audit", "--format", "json"]).ok().json();
    assert_eq!(acts[0]["action"], "restore");
}
