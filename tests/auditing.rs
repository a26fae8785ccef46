//! Whatever a person does to what is stored stands in the audit log, with who did it.

use serde_json::Value;

use crate::support::{Project, json_lines, repository};

/// Every act there is, newest first: what, to what, by whom.
fn acts(project: &Project) -> Vec<[String; 3]> {
    let acts = project.run(&["audit", "--limit", "1000", "--format", "json"]).ok().json();
    let words = |act: &Value| ["action", "subject", "actor"].map(|key| act[key].as_str().unwrap().to_owned());
    acts.as_array().unwrap().iter().map(words).collect()
}

/// Runs a command and expects its act to be the newest of its kind, and one that was not there before.
#[track_caller]
fn leaves(project: &Project, command: &[&str], [action, subject, actor]: [&str; 3]) {
    let of_kind = |project: &Project| {
        let acts = acts(project).into_iter();
        acts.filter(|act| act[0] == action && act[1].starts_with(subject) && act[2] == actor).count()
    };
    let before = of_kind(project);
    project.run(command).ok();
    assert!(of_kind(project) > before, "{command:?} left no act in {:?}", acts(project));
}

#[test]
fn every_command_that_changes_what_is_stored_is_on_record() {
    let project = Project::new("[privacy]\nkeep_text_of = { old = \"30d\" }\n").with_example_map("online-bank");
    std::os::unix::fs::symlink(repository().join("models/moodline-e5-small-2"), project.path("model")).unwrap();
    let texts = [("1", "The transfer failed twice and nobody helped"), ("2", "The rates are far too high")];
    let rows = json_lines(texts.map(|(id, text)| (id.to_owned(), text.to_owned())));
    project.write("reviews.jsonl", &rows);
    project.write("old.jsonl", rows.replace("2026-05-01", "2020-05-01"));
    project.write("answers.csv", "date,metric,touchpoint,value,respondent\n2026-05-02,nps,transfers,9,c-1\n");
    let by_lin = |command: &str, act: &str, subject: &str| {
        let words: Vec<&str> = command.split(' ').chain(["--actor", "lin"]).collect();
        leaves(&project, &words, [act, subject, "lin"]);
    };

    by_lin("import reviews.jsonl", "import", "source reviews");
    by_lin("import old.jsonl", "import", "source old");
    by_lin("sources rename reviews shop", "rename", "source reviews");
    leaves(&project, &["map", "list"], ["map", "map online-bank", "tester"]);
    by_lin("metrics import answers.csv --map online-bank", "import-metrics", "map online-bank");
    by_lin("model add model", "add-model", "model moodline-e5-small-2");
    by_lin("enrich --retry", "retry", "work set aside");
    by_lin("work retry", "retry", "work set aside");
    by_lin("token create page --scope read", "token", "token page");
    by_lin("token revoke page", "token", "token page");
    leaves(&project, &["refresh"], ["retain", "source old", "retention"]);

    let rows = project.run(&["mentions", "--text", "rates", "--format", "jsonl"]).ok().json_lines();
    let opinion = rows[0]["opinion"].to_string();
    let correction = "--sentiment negative --map online-bank --touchpoint rates-page";
    by_lin(&format!("relabel {opinion} {correction}"), "relabel", &format!("opinion {opinion}"));
    by_lin("flags set --all --map online-bank --assign mei", "triage", "2 flags");
    by_lin("change add --map online-bank --touchpoint transfers limits", "change", "transfers of map online-bank");
    by_lin("erase --id shop/1", "erase", "one mention");
    let map = std::fs::read_to_string(project.path("maps/online-bank.toml")).unwrap();
    project.write("maps/online-bank.toml", map.replace("\"landlord\", ", ""));
    leaves(&project, &["assign"], ["map", "map online-bank", "tester"]);
    by_lin("backup copy.db", "backup", "the database");
    by_lin("restore copy.db --overwrite", "restore", "the database");
}
