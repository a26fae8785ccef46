//! A new model, from judging beside the old one to forgetting the old one.

use std::{fs, path::Path};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Project, json_lines, repository};

/// The shipped model's folder.
fn shipped() -> std::path::PathBuf {
    let folders = fs::read_dir(repository().join("models")).unwrap().map(|entry| entry.unwrap().path());
    folders.filter(|folder| folder.join("manifest.json").is_file()).max().unwrap()
}

fn id_of(folder: &Path) -> String {
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    manifest["id"].as_str().unwrap().to_owned()
}

/// A model that sees the opposite of what the shipped one sees: its sentiment head has positive and negative exchanged.
fn contrary(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let shipped = shipped();
    let mut manifest: Value = serde_json::from_slice(&fs::read(shipped.join("manifest.json")).unwrap()).unwrap();
    for file in manifest["files"].as_array_mut().unwrap() {
        let name = file["name"].as_str().unwrap().to_owned();
        let mut bytes = fs::read(shipped.join(&name)).unwrap();
        if name == "heads.safetensors" {
            exchange_rows(&mut bytes, "sentiment.weight");
            exchange_rows(&mut bytes, "sentiment.bias");
            file["sha256"] = json!(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>());
            fs::write(folder.join(&name), bytes).unwrap();
        } else {
            std::os::unix::fs::symlink(shipped.join(&name), folder.join(&name)).unwrap();
        }
    }
    manifest["id"] = json!("contrary-1");
    manifest["self_test"] = json!([]);
    fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
}

/// Exchanges the first and the last of three rows of a tensor; the layout is that of safetensors: eight bytes of header
/// length, the header in JSON, the tensors.
fn exchange_rows(bytes: &mut [u8], tensor: &str) {
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let parsed: Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
    let [start, end] = [0, 1].map(|at| 8 + header + parsed[tensor]["data_offsets"][at].as_u64().unwrap() as usize);
    let row = (end - start) / 3;
    let (first, rest) = bytes[start..end].split_at_mut(row);
    first.swap_with_slice(&mut rest[row..]);
}

fn project() -> Project {
    let project = Project::new("").with_example_map("online-bank");
    let texts = [
        "转账秒到，太方便了",
        "转账一直转不出去，急死人",
        "客服态度很好，问题马上解决",
        "客服一直不回消息，太失望了",
        "手续费太高了，根本不值",
        "App 很好用，界面清楚",
    ];
    project.write(
        "reviews.jsonl",
        json_lines(texts.iter().enumerate().map(|(n, text)| (n.to_string(), (*text).to_owned()))),
    );
    contrary(&project.path("candidates/contrary"));
    project.run(&["import", "reviews.jsonl", "--source", "shop"]).ok();
    project.run(&["refresh"]).ok();
    project
}

/// Positive and negative mentions on the map's rollups, and the label of each mention in the list.
fn labels(project: &Project) -> Vec<(String, String)> {
    let rows =
        project.run(&["mentions", "--map", "online-bank", "--format", "jsonl", "--limit", "100"]).ok().json_lines();
    let mut labels: Vec<(String, String)> = rows
        .iter()
        .map(|row| {
            (row["evidence"].as_str().unwrap().to_owned(), row["sentiment"]["label"].as_str().unwrap().to_owned())
        })
        .collect();
    labels.sort();
    labels
}

fn models(project: &Project) -> Vec<(String, bool, u64)> {
    let report = project.run(&["model", "list", "--format", "json"]).ok().json();
    let models = report["models"].as_array().unwrap().iter();
    let told = |model: &Value| {
        (model["model"].as_str().unwrap().to_owned(), model["counts"] == true, model["mentions"].as_u64().unwrap())
    };
    models.map(told).collect()
}

#[test]
fn a_model_is_added_by_its_folder_or_refused_with_the_reason() {
    let project = project();
    let said = project.run(&["model", "add", "candidates/contrary"]).ok().stdout;
    assert!(said.contains("contrary-1 is known: engine native") && said.contains("6 mentions wait"), "{said}");
    assert!(said.contains("moodline enrich --model contrary-1"), "{said}");
    assert_eq!(models(&project)[0], ("contrary-1".to_owned(), false, 0));
    project.run(&["model", "add", "candidates/contrary"]).ok(); // again changes nothing
    let said = project.run(&["enrich", "--model", "contrary-1"]).ok().stdout;
    assert!(said.contains("6 mentions"), "the folder is found by the id: {said}");

    // A file that is not what the manifest says.
    let heads = project.path("candidates/contrary/heads.safetensors");
    let mut bytes = fs::read(&heads).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&heads, bytes).unwrap();
    let ran = project.run(&["model", "add", "candidates/contrary"]).failed(1);
    assert!(ran.stderr.contains("heads.safetensors: its SHA-256"), "{}", ran.stderr);

    let ran = project.run(&["model", "add", "candidates/nothing"]).failed(1);
    assert!(ran.stderr.contains("could not find"), "{}", ran.stderr);
    let other = |file: &str, content: &Value| {
        fs::create_dir_all(project.path("candidates/other")).unwrap();
        fs::write(project.path("candidates/other").join(file), content.to_string()).unwrap();
        project
            .run(&["model", "add", "candidates/other", "--negative", "LABEL_0", "--positive", "LABEL_1"])
            .failed(1)
            .stderr
    };
    let mut config = json!({
        "model_type": "gpt2", "architectures": ["GPT2ForSequenceClassification"], "hidden_size": 32,
        "max_position_embeddings": 64, "id2label": {"0": "LABEL_0", "1": "LABEL_1"},
    });
    let told = other("config.json", &config);
    assert!(told.contains("model_type is gpt2, expected bert, roberta, xlm-roberta or distilbert"), "{told}");
    config["model_type"] = json!("bert");
    let told = other("config.json", &config);
    assert!(told.contains("model.safetensors: the file is missing"), "{told}");
    other("model.safetensors", &json!({}));
    let told = other("tokenizer.json", &json!({}));
    assert!(told.contains("--features rust-bert") || cfg!(feature = "rust-bert"), "{told}");
    assert!(!project.path("candidates/other/manifest.json").exists());
}

#[test]
fn a_new_model_is_tried_adopted_undone_and_forgotten() {
    let project = project();
    let old = id_of(&shipped());
    let before = labels(&project);
    assert!(before.iter().any(|(_, label)| label == "positive") && before.iter().any(|(_, label)| label == "negative"));

    let ran = project.run(&["eval", "--diff"]).failed(1);
    assert!(ran.stderr.contains("no model but") && ran.stderr.contains("enrich --model"), "{}", ran.stderr);
    let ran = project.run(&["model", "adopt", "contrary-1"]).failed(1);
    assert!(ran.stderr.contains("has judged nothing here") && ran.stderr.contains(&old), "{}", ran.stderr);

    // Judged beside: nothing that counts changes.
    let said = project.run(&["enrich", "--model", "candidates/contrary"]).ok().stdout;
    assert!(said.contains("6 mentions") && said.contains("moodline model adopt contrary-1"), "{said}");
    assert_eq!(labels(&project), before);
    assert_eq!(models(&project), [("contrary-1".to_owned(), false, 6), (old.clone(), true, 6)]);

    // A correction of what counts now holds whichever model counts.
    let rows = project.run(&["mentions", "--format", "jsonl", "--text", "秒到"]).ok().json_lines();
    let corrected = rows.iter().find(|row| row["evidence"].as_str().unwrap().contains("秒到")).unwrap();
    let opinion = corrected["opinion"].to_string();
    project.run(&["relabel", &opinion, "--sentiment", "neutral"]).ok();

    let diff = project.run(&["eval", "--diff", "contrary-1", "--format", "json"]).ok().json();
    assert_eq!((&diff["before"], &diff["after"], &diff["mentions"]), (&json!(old), &json!("contrary-1"), &json!(6)));
    let all = &diff["maps"][0]["all"];
    assert!(all["relabelled"].as_u64().unwrap() >= 3, "{all}");
    assert_eq!(all["both"], all["before"], "both models place alike");
    for net in ["net_before", "net_after", "change"] {
        let [low, value, high] = ["low", "value", "high"].map(|end| all[net][end].as_f64().unwrap());
        assert!(low <= value && value <= high, "{net}: {all}");
    }
    let table = project.run(&["eval", "--diff"]).ok().stdout;
    assert!(table.contains("transfers") && table.contains("Relabelled") && table.contains("unassigned"), "{table}");
    assert_eq!(models(&project)[1], (old.clone(), true, 6), "looking changes nothing");

    let said = project.run(&["model", "adopt", "contrary-1"]).ok().stdout;
    assert!(said.contains(&format!("`moodline model adopt {old}` undoes it")), "{said}");
    let after = labels(&project);
    let of = |labels: &[(String, String)], words: &str| {
        labels.iter().find(|(evidence, _)| evidence.contains(words)).map(|(_, label)| label.clone()).unwrap()
    };
    assert_eq!((of(&before, "不回消息").as_str(), of(&after, "不回消息").as_str()), ("negative", "positive"));
    assert!(after.iter().any(|(evidence, label)| evidence.contains("秒到") && label == "neutral"), "{after:?}");
    // The settings still name the old model; what was adopted is found where it was judged with.
    project.run(&["refresh"]).ok();
    project.run(&["check"]).ok();

    project.run(&["model", "adopt", &old]).ok();
    let undone = labels(&project);
    assert_eq!(of(&undone, "不回消息"), "negative");
    assert_eq!(undone.len(), before.len());
    let ran = project.run(&["model", "forget", &old]).failed(1);
    assert!(ran.stderr.contains("adopt another model first"), "{}", ran.stderr);
    project.run(&["model", "forget", "contrary-1"]).ok();
    assert_eq!(models(&project), [(old, true, 6)]);
    assert_eq!(labels(&project), undone);
}

#[test]
fn adopting_judges_first_what_came_in_meanwhile() {
    let project = project();
    project.run(&["enrich", "--model", "candidates/contrary"]).ok();
    project.write("more.jsonl", json_lines([("n".to_owned(), "客服太差了，再也不来".to_owned())]));
    project.run(&["import", "more.jsonl", "--source", "shop"]).ok();
    project.run(&["refresh"]).ok();
    let said = project.run(&["model", "adopt", "contrary-1"]).ok().stdout;
    assert!(said.contains("enrich  1 mention,"), "{said}");
    assert_eq!(models(&project)[0], ("contrary-1".to_owned(), true, 7));

    // Its folder gone, what has not been judged would stop counting: that is refused unless asked for.
    project.write("last.jsonl", json_lines([("l".to_owned(), "转账很快".to_owned())]));
    let old = id_of(&shipped());
    project.run(&["model", "adopt", &old]).ok();
    project.run(&["import", "last.jsonl", "--source", "shop"]).ok();
    project.run(&["refresh"]).ok();
    fs::rename(project.path("candidates/contrary"), project.path("gone")).unwrap();
    let ran = project.run(&["model", "adopt", "contrary-1"]).failed(1);
    assert!(
        ran.stderr.contains("1 mention without opinions of contrary-1") && ran.stderr.contains("not at hand"),
        "{}",
        ran.stderr
    );
    assert!(models(&project).contains(&(old, true, 8)));
    project.run(&["model", "adopt", "contrary-1", "--partial"]).ok();
    let ran = project.run(&["refresh"]).failed(1);
    assert!(ran.stderr.contains("contrary-1 is not at hand"), "{}", ran.stderr);
}

#[test]
fn corrections_are_cases_to_measure_by() {
    let project = project();
    let ran = project.run(&["eval", "--corrections"]).failed(1);
    assert!(ran.stderr.contains("there is no row with a label"), "{}", ran.stderr);
    let row = &project.run(&["mentions", "--format", "jsonl", "--text", "不回消息"]).ok().json_lines()[0];
    let opinion = row["opinion"].to_string();
    project
        .run(&["relabel", &opinion, "--sentiment", "positive", "--map", "online-bank", "--touchpoint", "transfers"])
        .ok();
    project.run(&["relabel", &opinion, "--sentiment", "negative"]).ok();
    let report =
        project.run(&["eval", "--corrections", "--map", "maps/online-bank.toml", "--format", "json"]).ok().json();
    let model = &report["models"][0];
    assert_eq!(report["files"][0]["file"], "corrections");
    let sentiment = &model["sentiment"]["overall"];
    assert_eq!(
        (&sentiment["n"], &sentiment["confusion"]["counts"][0][0]),
        (&json!(1), &json!(1)),
        "the last word counts"
    );
    assert_eq!(model["touchpoints"]["overall"]["touchpoints"][0]["touchpoint"], "transfers");
}
