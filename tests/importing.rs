//! `moodline import`: good rows in, bad rows named, never twice.

use crate::support::Project;

const REVIEWS: &str = "id,date,stars,comment\n\
    1,2026-05-01 10:00:00,5,\"转账很快，好用\"\n\
    2,2026-05-02 10:00:00,9,\"nine stars of five\"\n\
    3,2026-05-03 10:00:00,1,\"App crashes, but\nsupport was kind\"\n\
    4,2026-05-04 10:00:00,2,\n\
    5,2026-05-05 10:00:00,4,\"ok\"\n";

const COLUMNS: [&str; 8] =
    ["--column", "text=comment", "--column", "time=date", "--column", "rating=stars", "--rating-scale", "1,5"];

fn import(project: &Project, file: &str) -> crate::support::Ran {
    project.run(&[&["import", file, "--source", "reviews"], &COLUMNS[..]].concat())
}

#[test]
fn good_rows_are_kept_and_bad_ones_named_by_line() {
    let project = Project::new("").with_example_map("online-bank");
    project.write("reviews.csv", REVIEWS);
    let ran = import(&project, "reviews.csv").ok();
    assert!(ran.stdout.contains("3 new"), "{}", ran.stdout);
    // Row 4 begins on line 6 because row 3 holds a line break.
    for bad in ["reviews.csv:3", "reviews.csv:6"] {
        assert!(ran.stdout.contains(bad), "{bad} is missing in\n{}", ran.stdout);
    }
    let rejected = project.run(&["sources", "--rejected"]).ok();
    assert!(rejected.stdout.contains("reviews.csv:3"), "{}", rejected.stdout);
}

#[test]
fn importing_twice_changes_nothing_and_a_longer_file_adds_its_tail() {
    let project = Project::new("").with_example_map("online-bank");
    project.write("reviews.csv", REVIEWS);
    import(&project, "reviews.csv").ok();
    let again = import(&project, "reviews.csv").ok();
    assert!(again.stdout.contains("0 new, 0 changed"), "{}", again.stdout);
    project.write("reviews.csv", format!("{REVIEWS}6,2026-05-06 10:00:00,1,\"客服不理人\"\n"));
    let longer = import(&project, "reviews.csv").ok();
    assert!(longer.stdout.contains("1 new, 0 changed"), "{}", longer.stdout);
}

#[test]
fn an_edited_review_is_judged_again_and_counted_once() {
    let project = Project::new("").with_example_map("online-bank");
    let row = |text: &str| format!("id,time,text\n7,2026-05-01T10:00:00Z,{text}\n");
    project.write("reviews.csv", row("转账很快，太好用了"));
    project.run(&["import", "reviews.csv"]).ok();
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    let labels = || -> Vec<String> {
        let rows = project.run(&["mentions", "--map", "online-bank", "--format", "jsonl"]).ok().json_lines();
        rows.iter().map(|row| row["sentiment"]["label"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(labels(), ["positive", "positive"], "an opinion for each clause");
    project.write("reviews.csv", row("转账一直失败，垃圾软件"));
    let ran = project.run(&["import", "reviews.csv"]).ok();
    assert!(ran.stdout.contains("0 new, 1 changed"), "{}", ran.stdout);
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    assert_eq!(labels(), ["negative", "negative"], "the old opinions are gone");
    let shown = project.run(&["map", "show", "online-bank", "--format", "json"]).ok().json();
    assert_eq!(shown["layer"]["n"], 1, "{}", shown["layer"]);
    project.run(&["check"]).ok();
}

#[test]
fn a_missing_file_and_an_unknown_column_say_so() {
    let project = Project::new("");
    let ran = project.run(&["import", "nowhere.csv"]).failed(1);
    assert!(ran.stderr.contains("nowhere.csv"), "{}", ran.stderr);
    project.write("reviews.csv", REVIEWS);
    let ran = project.run(&["import", "reviews.csv", "--column", "text=remark"]);
    assert_ne!(ran.code, 0);
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(told.contains("`remark` (columns.text)") && told.contains("`comment`"), "{told}");
    let ran = project.run(&["import", "reviews.csv", "--column", "time=posted"]);
    assert!(ran.stdout.contains("`posted` (columns.time)"), "a wrong name is never guessed around:\n{}", ran.stdout);
    let ran = project.run(&["import", "reviews.csv", "--column", "mood=comment"]).failed(1);
    assert!(ran.stderr.contains("mood") && ran.stderr.contains("rating"), "{}", ran.stderr);
}

#[test]
fn a_row_that_was_half_written_is_read_again_whole() {
    let settings = "[[sources.files]]\nid = \"inbox\"\npath = \"a.csv\"\n";
    let project = Project::new(settings).with_example_map("online-bank");
    project.write("a.csv", "id,text\n1,\"first line\n");
    project.run(&["fetch"]).ok();
    project.write("a.csv", "id,text\n1,\"first line\nsecond line is terrible\"\n2,hello there\n");
    project.run(&["fetch"]).ok();
    project.run(&["enrich"]).ok();
    let rows = project.run(&["mentions", "--text", "second line", "--format", "jsonl"]).ok().json_lines();
    assert_eq!(rows[0]["external_id"], "1", "{rows:?}");
}

#[test]
fn a_mended_time_zone_corrects_the_dates() {
    let project = Project::new("");
    project.write("tz.csv", "id,time,text\n1,2026-05-01 10:00:00,great\n2,20260501103000,fine\n");
    project.run(&["import", "tz.csv"]).ok();
    let ran = project.run(&["import", "tz.csv", "--time-zone", "Asia/Shanghai"]).ok();
    assert!(ran.stdout.contains("0 new, 2 changed"), "{}", ran.stdout);
    let refused = project.run(&["import", "tz.csv", "--time-zone", "Mars"]).failed(1);
    assert!(refused.stderr.contains("Asia/Shanghai"), "{}", refused.stderr);
}

#[test]
fn a_watched_folder_gives_each_file_once() {
    let project = Project::new("[[sources.files]]\nid = \"inbox\"\npath = \"inbox\"\n");
    project.write("inbox/a.jsonl", crate::support::json_lines([("a1".to_owned(), "great".to_owned())]));
    assert!(project.run(&["fetch"]).ok().stdout.contains("1 new"));
    project.write("inbox/b.jsonl", crate::support::json_lines([("b1".to_owned(), "awful".to_owned())]));
    project.write("inbox/c.jsonl.part", "half a fi");
    let ran = project.run(&["fetch"]).ok();
    assert!(ran.stdout.contains("1 new, 0 changed, 0 known"), "{}", ran.stdout);
    assert!(project.run(&["fetch"]).ok().stdout.contains("0 new"));
}

#[test]
fn the_real_reviews_keep_their_numbers() {
    // Ten thousand real reviews, where the data stands beside the repository; elsewhere there is nothing to show.
    let file = crate::support::repository().join("../shared/data/takeaway_zh/train.jsonl.gz");
    if !file.exists() {
        return;
    }
    let project = Project::new("");
    let file = file.canonicalize().unwrap();
    let import = || project.run(&["import", file.to_str().unwrap(), "--source", "takeaway"]).ok().stdout;
    assert!(import().contains("10730 new"));
    assert!(import().contains("0 new, 0 changed"));
}

#[test]
fn a_file_read_by_other_columns_is_read_again() {
    let project = Project::new("");
    project.write("reviews.csv", REVIEWS);
    let wrong = project.run(&["import", "reviews.csv", "--source", "reviews", "--column", "text=remark"]).failed(1);
    assert!(wrong.stdout.contains("remark"), "{}", wrong.stdout);
    assert!(import(&project, "reviews.csv").ok().stdout.contains("3 new"), "the mended command reads it");
    let rescaled =
        ["import", "reviews.csv", "--source", "reviews", "--column", "text=comment", "--column", "rating=stars"];
    let ran = project.run(&[&rescaled[..], &["--rating-scale", "0,10"]].concat()).ok();
    assert!(ran.stdout.contains("1 new, 3 changed"), "a rating on another scale says something else:\n{}", ran.stdout);
}
