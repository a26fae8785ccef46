//! `moodline eval`: quality as a number that anyone can recompute.

use serde_json::{Value, json};

use crate::support::{Project, repository};

/// Plain texts with labels nobody would dispute, one row a line.
fn labelled() -> String {
    let rows = [
        ("zh-Hans", "positive", "服务非常好，下次还会再来", "shop"),
        ("zh-Hans", "positive", "质量很棒，全家人都喜欢，强烈推荐", "shop"),
        ("zh-Hans", "positive", "物流很快，包装也很用心，满意", "shop"),
        ("zh-Hans", "negative", "太差了，用了两天就坏，再也不买了", "shop"),
        ("zh-Hans", "negative", "客服态度恶劣，退款拖了一个月", "shop"),
        ("zh-Hans", "negative", "又贵又难吃，非常失望", "shop"),
        ("en", "positive", "Absolutely wonderful, I love it and will buy again!", "forum"),
        ("en", "positive", "Great service, friendly staff, excellent food.", "forum"),
        ("en", "positive", "Works perfectly, best purchase this year.", "forum"),
        ("en", "negative", "Terrible quality, broke after one day. Waste of money.", "forum"),
        ("en", "negative", "Rude staff and awful food, never again.", "forum"),
        ("en", "negative", "The worst support I have ever had, still no refund.", "forum"),
    ];
    let line =
        |(lang, label, text, source)| json!({"text": text, "label": label, "lang": lang, "source": source}).to_string();
    rows.map(line).join("\n")
}

fn value(figure: &Value) -> f64 {
    figure["value"].as_f64().unwrap_or_else(|| panic!("no figure: {figure}"))
}

#[test]
fn figures_come_overall_per_language_and_per_source_with_intervals() {
    let project = Project::new("");
    project.write("gold.jsonl", labelled());
    let report = project.run(&["eval", "gold.jsonl", "--format", "json"]).ok().json();
    assert_eq!((&report["files"][0]["rows"], &report["files"][0]["measured"]), (&json!(12), &json!(12)));
    let sentiment = &report["models"][0]["sentiment"];
    let overall = &sentiment["overall"];
    assert_eq!(overall["n"], 12);
    assert!(value(&overall["accuracy"]) > 0.8, "{overall}");
    for figure in ["accuracy", "macro_f1", "macro_recall", "calibration_error", "abstained", "kept_accuracy"] {
        let [low, value, high] = ["low", "value", "high"].map(|end| overall[figure][end].as_f64().unwrap());
        assert!(0.0 <= low && low <= value && value <= high && high <= 1.0, "{figure}: {overall}");
    }
    let counts: u64 = overall["confusion"]["counts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(counts, 12);
    for (group, names) in [("languages", ["en", "zh-Hans"]), ("sources", ["forum", "shop"])] {
        for name in names {
            assert_eq!(sentiment[group][name]["n"], 6, "{group} {name}");
        }
    }
    assert_eq!(report["models"][0]["emotion"], Value::Null);
    assert_eq!(report["difference"], Value::Null);

    let table = project.run(&["eval", "gold.jsonl"]).ok().stdout;
    for word in ["Accuracy", "Macro-F1", "Macro-recall", "ECE", "Abstained", "zh-Hans", "forum", "Gold negative"] {
        assert!(table.contains(word), "{word} is missing in\n{table}");
    }
}

#[test]
fn the_same_rows_give_the_same_report_and_a_limit_takes_the_same_part() {
    let project = Project::new("");
    project.write("gold.jsonl", labelled());
    let mut lines: Vec<String> = labelled().lines().map(str::to_owned).collect();
    lines.reverse();
    project.write("reversed/gold.jsonl", lines.join("\n"));
    let report = |file| project.run(&["eval", file, "--limit", "5", "--format", "json"]).ok().json();
    let (forwards, again, backwards) = (report("gold.jsonl"), report("gold.jsonl"), report("reversed/gold.jsonl"));
    assert_eq!(forwards, again);
    assert_eq!(forwards["files"][0]["measured"], 5);
    let confusion = |report: &Value| report["models"][0]["sentiment"]["overall"]["confusion"].clone();
    assert_eq!(confusion(&forwards), confusion(&backwards));
}

#[test]
fn a_table_and_one_language_of_it_do_as_well() {
    let project = Project::new("");
    project.write(
        "gold.csv",
        "label,text,lang\npositive,\"Lovely, thank you!\",en\nnegative,太差了，再也不来,zh\nnegative,Awful.,en\n",
    );
    let report = project.run(&["eval", "gold.csv", "--lang", "en", "--format", "json"]).ok().json();
    assert_eq!(report["models"][0]["sentiment"]["overall"]["n"], 2);
    let ran = project.run(&["eval", "gold.csv", "--lang", "ja"]).failed(1);
    assert!(ran.stderr.contains("none of 3 rows is in the language `ja`"), "{}", ran.stderr);
}

#[test]
fn rows_that_cannot_be_used_are_counted_and_lines_that_cannot_be_read_are_named() {
    let project = Project::new("");
    let odd = "{\"text\": \"ok\", \"label\": null}\n{\"text\": \"ok\", \"label\": [\"joy\"]}\n{\"text\": \"ok\", \"label\": \"complaint\"}\nnonsense\n";
    project.write("gold.jsonl", format!("{odd}{}", labelled()));
    let ran = project.run(&["eval", "gold.jsonl", "--format", "json"]).failed(1);
    assert!(ran.stderr.contains("gold.jsonl:4: expected a JSON object"), "{}", ran.stderr);
    assert!(ran.stderr.contains("could not be read and were left out: 1"), "{}", ran.stderr);
    let report = ran.json();
    let file = &report["files"][0];
    assert_eq!(
        file["skipped"],
        json!({"label is null": 1, "label is a list or no word": 1, "label is `complaint`": 1})
    );
    assert_eq!(file["unreadable"][0]["line"], 4);
    assert_eq!(report["models"][0]["sentiment"]["overall"]["n"], 12);

    project.write("none.jsonl", odd.lines().take(3).collect::<Vec<_>>().join("\n"));
    let ran = project.run(&["eval", "none.jsonl"]).failed(1);
    assert!(ran.stderr.contains("no row has a label to measure by"), "{}", ran.stderr);
    let ran = project.run(&["eval", "missing.jsonl"]).failed(1);
    assert!(ran.stderr.contains("could not read missing.jsonl"), "{}", ran.stderr);
}

#[test]
fn a_model_compared_with_itself_differs_by_nothing() {
    let project = Project::new("");
    project.write("gold.jsonl", labelled());
    let folders = std::fs::read_dir(repository().join("models")).unwrap().map(|entry| entry.unwrap().path());
    let model = folders.filter(|folder| folder.join("manifest.json").is_file()).max().unwrap();
    let arguments = ["eval", "gold.jsonl", "--limit", "6", "--compare", model.to_str().unwrap()];
    let report = project.run(&[&arguments[..], &["--format", "json"]].concat()).ok().json();
    assert_eq!(report["models"].as_array().unwrap().len(), 2);
    let difference = &report["difference"]["overall"];
    assert_eq!(
        (&difference["only_first"], &difference["only_second"], &difference["mcnemar_p"]),
        (&json!(0), &json!(0), &json!(1.0))
    );
    assert!(project.run(&arguments).ok().stdout.contains("McNemar"));
}

#[test]
fn aspects_are_measured_at_the_touchpoints_of_a_map() {
    let project = Project::new("");
    let rows = [
        json!({"text": "转账一直转不出去，急死人", "label": "negative", "lang": "zh", "aspects": [{"category": "money", "polarity": "negative"}]}),
        json!({"text": "转账秒到，太方便了", "label": "positive", "lang": "zh", "aspects": [{"category": "transfers", "polarity": "positive"}]}),
        json!({"text": "转账很快，可是天气太热", "label": "mixed", "lang": "zh", "aspects": [{"category": "money", "polarity": "positive"}, {"category": "weather", "polarity": "negative"}]}),
    ];
    project.write("gold.jsonl", rows.map(|row| row.to_string()).join("\n"));
    project.write("categories.toml", "money = \"transfers\"\n");
    let map = repository().join("config/maps/online-bank.toml");
    let arguments = ["eval", "gold.jsonl", "--map", map.to_str().unwrap(), "--categories", "categories.toml"];
    let report = project.run(&[&arguments[..], &["--format", "json"]].concat()).ok().json();
    let model = &report["models"][0];
    let touchpoints = &model["touchpoints"]["overall"];
    assert_eq!(
        (&touchpoints["n"], touchpoints["touchpoints"][0]["touchpoint"].as_str()),
        (&json!(3), Some("transfers"))
    );
    assert!(value(&touchpoints["macro_recall"]) > 0.99, "a keyword of the map names transfers: {touchpoints}");
    assert_eq!(model["polarity"]["overall"]["aspects"], 3, "weather has no touchpoint");
    assert_eq!(report["categories_without_touchpoint"], json!({"weather": 1}));
    let table = project.run(&arguments).ok().stdout;
    assert!(table.contains("By opinions") && table.contains("Placed right"), "{table}");

    project.write("categories.toml", "money = \"no-such-place\"\n");
    let ran = project.run(&arguments).failed(1);
    assert!(ran.stderr.contains("names touchpoints that the map does not have: no-such-place"), "{}", ran.stderr);
}

#[test]
fn emotions_are_measured_by_the_words_of_a_data_set() {
    let project = Project::new("");
    let rows = "{\"text\": \"今天太开心了！\", \"label\": \"happy\"}\n{\"text\": \"气死我了，什么破服务\", \"label\": \"angry\"}\n{\"text\": \"x\", \"label\": \"longing\"}\n";
    project.write("gold.jsonl", rows);
    let report = project.run(&["eval", "gold.jsonl", "--label-is", "emotion", "--format", "json"]).ok().json();
    let emotion = &report["models"][0]["emotion"]["overall"];
    assert_eq!((&emotion["n"], &emotion["single"]), (&json!(2), &json!(2)));
    assert_eq!(report["files"][0]["skipped"], json!({"label names no known emotion": 1}));
    assert_eq!(report["models"][0]["sentiment"], Value::Null);
}
