//! `moodline classify`: a filter for pipes.

use crate::support::{Project, repository};

#[test]
fn every_line_is_answered_in_its_place() {
    let project = Project::new("");
    let input = "{\"id\": 1, \"text\": \"发货很快，但是客服态度太差了\"}\n\n{\"id\": \"x\"}\nnot json\n{\"text\": \"I love it 🎉\", \"lang\": \"en\"}\n";
    let ran = project.run_with_input(&["classify"], input).failed(1);
    let lines = ran.json_lines();
    assert_eq!(lines.len(), 4, "{}", ran.stdout);
    let first = &lines[0];
    assert_eq!((&first["id"], &first["lang"]), (&1.into(), &"zh-Hans".into()));
    assert!(first["opinions"].as_array().unwrap().len() >= 2, "two clauses that disagree: {first}");
    for opinion in first["opinions"].as_array().unwrap() {
        let (start, end) = (opinion["start"].as_u64().unwrap(), opinion["end"].as_u64().unwrap());
        let text: String =
            "发货很快，但是客服态度太差了".chars().skip(start as usize).take((end - start) as usize).collect();
        assert_eq!(opinion["text"], text.as_str(), "spans count Unicode scalar values");
        let s = &opinion["sentiment"];
        let sum: f64 = ["negative", "neutral", "positive"].iter().map(|k| s[k].as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 0.001, "{s}");
    }
    assert_eq!(lines[1]["id"], "x");
    assert_eq!(lines[1]["line"], 3);
    assert!(lines[1]["error"].as_str().unwrap().contains("text"));
    assert_eq!(lines[2]["line"], 4);
    assert_eq!(lines[3]["sentiment"]["label"], "positive");
    assert!(ran.stderr.contains("2 of 5 lines"), "{}", ran.stderr);
}

#[test]
fn a_map_places_every_opinion() {
    let project = Project::new("");
    let map = repository().join("config/maps/online-bank.toml");
    let input = "{\"text\": \"转账一直转不出去\"}\n{\"text\": \"今天天气不错\"}\n";
    let ran = project.run_with_input(&["classify", "--map", map.to_str().unwrap()], input).ok();
    let lines = ran.json_lines();
    let placed = &lines[0]["opinions"][0]["assignment"];
    assert_eq!((&placed["stage"], &placed["touchpoint"]), (&"use".into(), &"transfers".into()), "{placed}");
    assert!(["rule", "example", "similarity"].contains(&placed["reason"].as_str().unwrap()));
    assert!(lines[1]["opinions"][0]["assignment"].is_object(), "an unassigned opinion says so: {}", lines[1]);
}

#[test]
fn an_empty_input_is_an_empty_answer() {
    assert_eq!(Project::new("").run_with_input(&["classify"], "").ok().stdout, "");
}

#[test]
fn order_and_batch_size_change_nothing() {
    let project = Project::new("");
    let texts = ["很好", "terrible, never again", "普通", "最高でした！", "No llega el pedido", "這個手續費太誇張"];
    let lines: Vec<String> = texts.iter().map(|text| serde_json::json!({"text": text}).to_string()).collect();
    let input = lines.join("\n");
    let reversed = lines.iter().rev().cloned().collect::<Vec<_>>().join("\n");
    let one = project.run_with_input(&["classify", "--batch", "1"], &input).ok().json_lines();
    let mut all = project.run_with_input(&["classify"], &reversed).ok().json_lines();
    all.reverse();
    for (a, b) in one.iter().zip(&all) {
        assert_eq!(a["sentiment"]["label"], b["sentiment"]["label"]);
        let p = |v: &serde_json::Value| v["sentiment"]["negative"].as_f64().unwrap();
        assert!((p(a) - p(b)).abs() < 0.02, "{a}\n{b}");
    }
}
