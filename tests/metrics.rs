//! `moodline metrics`: what was asked, beside what was written; and what the curve was before.

use crate::support::Project;

const CSV: &str = "date,metric,touchpoint,stage,value,respondent,count
2026-05-02,nps,transfers,,9,c-1,
2026-05-02,nps,transfers,,10,c-2,
2026-05-03,nps,transfers,,2,c-3,
2026-05-03,CSAT,,,5,,40
2026-05-03,csat,,,2,,10
2026-05-01,entered,,awareness,,,1000
2026-05-01,entered,,consideration,,,250
";

#[test]
fn answers_are_imported_once_and_shown_beside_the_curve() {
    let project = Project::new("").with_example_map("online-bank");
    project.write("answers.csv", CSV);
    let first = project.run(&["metrics", "import", "answers.csv", "--map", "online-bank"]).ok();
    assert!(first.stdout.contains("answers: 5 new, 0 changed, 0 known already"), "{}", first.stdout);
    let again = project.run(&["metrics", "import", "answers.csv", "--map", "online-bank"]).ok();
    assert!(again.stdout.contains("answers: 0 new, 0 changed, 5 known already"), "{}", again.stdout);
    assert!(again.stdout.contains("stage counts: 0 new, 0 changed, 2 known already"), "{}", again.stdout);
    let show = ["metrics", "show", "--map", "online-bank", "--until", "2026-05-10", "--format", "json"];
    let shown = project.run(&show).ok().json();
    let find = |metric: &str| shown["surveys"].as_array().unwrap().iter().find(|row| row["metric"] == metric).unwrap();
    let nps = find("nps");
    assert_eq!((&nps["touchpoint"], &nps["n"]), (&"transfers".into(), &3.into()));
    assert!((nps["value"].as_f64().unwrap() - 33.3333).abs() < 0.001, "{nps}");
    assert!(nps["low"].as_f64().unwrap() < -40.0 && nps["high"].as_f64().unwrap() > 80.0, "{nps}");
    assert_eq!((find("csat")["value"].as_f64(), &find("csat")["touchpoint"]), (Some(80.0), &serde_json::Value::Null));
    let next = &shown["conversion"][0]["next"];
    assert_eq!((&next["stage"], next["share"].as_f64()), (&"consideration".into(), Some(0.25)));
    let table = project.run(&["metrics", "show", "--map", "online-bank", "--until", "2026-05-10"]).ok().stdout;
    assert!(table.contains("NPS") && table.contains("25.0 %"), "{table}");

    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    assert!(project.run(&["map", "show", "online-bank"]).ok().stdout.contains("Surveys, 2026-04-13 to 2026-05-10"));
}

#[test]
fn rows_that_cannot_be_read_are_named_and_the_others_kept() {
    let project = Project::new("").with_example_map("online-bank");
    let rows = "date,metric,touchpoint,value,respondent
2026-05-02,nps,transfers,11,c-1
yesterday,nps,transfers,9,c-2
2026-05-02,nps,nowhere,9,c-3
2026-05-02,happiness,transfers,9,c-4
2026-05-02,nps,transfers,9,
2026-05-02,nps,transfers,9,c-6
";
    project.write("answers.csv", rows);
    let ran = project.run(&["metrics", "import", "answers.csv", "--map", "online-bank"]).failed(1);
    for said in [
        "answers.csv:2: 11 is no answer of nps: whole numbers from 0 to 10",
        "answers.csv:3: `yesterday` is no date",
        "answers.csv:4: map online-bank has no touchpoint `nowhere`",
        "answers.csv:5: `happiness` is no metric",
        "answers.csv:6: neither respondent nor count",
        "answers: 1 new",
    ] {
        assert!(ran.stdout.contains(said), "missing {said:?} in {}", ran.stdout);
    }
    assert!(ran.stderr.contains("5 rows could not be read"), "{}", ran.stderr);
}

#[test]
fn what_a_respondent_answered_goes_with_them_and_stays_out() {
    let project = Project::new("").with_example_map("online-bank");
    project.write(
        "answers.csv",
        "date,metric,touchpoint,value,respondent\n2026-05-02,nps,transfers,9,c-1\n2026-05-02,nps,transfers,2,c-2\n",
    );
    let import = ["metrics", "import", "answers.csv", "--map", "online-bank"];
    project.run(&import).ok();
    let erased = project.run(&["erase", "--author", "c-1", "--format", "json"]).ok().json();
    assert_eq!(erased["erased"]["answers"], 1);
    let again = project.run(&import).ok().stdout;
    assert!(again.contains("1 known already, 1 left out because they were erased"), "{again}");
    let show = ["metrics", "show", "--map", "online-bank", "--until", "2026-05-10", "--format", "json"];
    assert_eq!(project.run(&show).ok().json()["surveys"][0]["n"], 1);
}

#[test]
fn ratings_of_a_source_answer_the_question_the_settings_say() {
    let settings = "[[sources.files]]\nid = \"survey\"\npath = \"survey.csv\"\nrating_scale = [0, 10]\n\
                    [metrics.sources]\nsurvey = { metric = \"nps\", touchpoint = \"transfers\" }\n";
    let project = Project::new(settings).with_example_map("online-bank");
    project.write(
        "survey.csv",
        "id,time,rating,text\n1,2026-05-01,9,Instant transfers are great\n2,2026-05-02,3,Transfers failed again\n",
    );
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    let show = ["metrics", "show", "--map", "online-bank", "--until", "2026-05-10", "--format", "json"];
    let survey = &project.run(&show).ok().json()["surveys"][0];
    assert_eq!(
        (&survey["metric"], &survey["touchpoint"], &survey["n"]),
        (&"nps".into(), &"transfers".into(), &2.into())
    );
    assert_eq!(survey["value"].as_f64(), Some(0.0));
}

#[test]
fn two_runs_are_compared_in_words_with_the_mentions_behind() {
    let project = Project::new("[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\n")
        .with_example_map("online-bank");
    let line = |id: u32, day: &str, text: &str| {
        format!("{{\"id\":\"{id}\",\"time\":\"{day}T08:00:00Z\",\"text\":\"{text} {id}\"}}\n")
    };
    let good: String = (0..30).map(|n| line(n, "2026-04-05", "transfers great:")).collect();
    let bad: String = (30..60).map(|n| line(n, "2026-05-05", "transfers awful:")).collect();
    project.write("feedback.jsonl", good + &bad);
    project.run(&["refresh", "--as-of", "2026-04-10"]).ok();
    project.run(&["layers", "--as-of", "2026-05-10"]).ok();
    let words = project.run(&["map", "diff", "2026-04-10", "2026-05-10"]).ok().stdout;
    assert!(words.contains("(2026-04-13 to 2026-05-10) against run"), "{words}");
    let told = words.lines().find(|line| line.starts_with("transfers −")).unwrap_or_else(|| panic!("{words}"));
    assert!(told.contains("95 % −") && told.contains(" new negative mentions: "), "{told}");
    let json = project.run(&["map", "diff", "2026-04-10", "2026-05-10", "--format", "json"]).ok().json();
    let changes = json["changes"].as_array().unwrap();
    let transfers = changes.iter().find(|change| change["touchpoint"] == "transfers").unwrap();
    assert_eq!((&transfers["change"]["clear"], transfers["before"]["n"].as_u64()), (&true.into(), Some(30)));
    let runs = [json["from"]["run"].to_string(), json["to"]["run"].to_string()];
    let by_number = project.run(&["map", "diff", &runs[0], &runs[1], "--format", "json"]).ok().json();
    assert_eq!(by_number, json);
    let early = project.run(&["map", "diff", "2026-01-01", "2026-05-10"]).failed(1);
    assert!(early.stderr.contains("had not been drawn by 2026-01-01"), "{}", early.stderr);
}

#[test]
fn an_earlier_map_comes_back_into_its_file_and_into_use() {
    let project = Project::new("").with_example_map("online-bank");
    project.run(&["refresh"]).ok();
    let first = std::fs::read_to_string(project.path("maps/online-bank.toml")).unwrap();
    let edited = first.replacen("\"instant transfers\", ", "", 1);
    project.write("maps/online-bank.toml", &edited);
    project.run(&["refresh"]).ok();
    let words = project.run(&["map", "history", "online-bank"]).ok().stdout;
    assert!(words.contains("removed “instant transfers”"), "{words}");
    let versions = project.run(&["map", "history", "online-bank", "--format", "json"]).ok().json();
    assert_eq!(versions.as_array().map(Vec::len), Some(2));
    let oldest = versions[1]["version"].to_string();
    project.write("maps/online-bank.toml", edited.clone() + "\n# a thought that was never registered\nowner =");
    let restored = project.run(&["map", "restore", "online-bank", &oldest]).ok().stdout;
    assert!(restored.contains("online-bank.toml.bak") && restored.contains("placed anew"), "{restored}");
    assert_eq!(std::fs::read_to_string(project.path("maps/online-bank.toml")).unwrap(), first);
    let audit = project.run(&["audit"]).ok().stdout;
    assert!(audit.contains("restore-map") && audit.contains("map online-bank"), "{audit}");
    let again = project.run(&["map", "restore", "online-bank", &oldest]).ok().stdout;
    assert!(again.contains("says this already"), "{again}");
    let unknown = project.run(&["map", "restore", "online-bank", "999"]).failed(1);
    assert!(unknown.stderr.contains("there is no version 999"), "{}", unknown.stderr);
    let (old, new) = (project.write("old.toml", &first), project.write("new.toml", &edited));
    let files = project.run(&["map", "diff", old.to_str().unwrap(), new.to_str().unwrap()]).ok().stdout;
    assert_eq!(files, "touchpoint transfers: keywords: removed “instant transfers”\n");
}
