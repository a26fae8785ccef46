//! What fits nowhere says what the map lacks: a touchpoint with its keywords, ready to be pasted.

use crate::support::{Project, json_lines};

const MAP: &str = r#"
id = "mall"
type = "current-state"
name = "Mall"

[[stages]]
id = "visit"
name = "Visit"

[[stages.touchpoints]]
id = "till"
name = "Till"
description = "Paying at the till, queueing for the cashier"
keywords = ["till", "cashier"]
"#;

/// Thirty opinions on parking in varying words, ten on the till, and some on this and that.
fn mall() -> Project {
    let project = Project::new("[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\n");
    project.write("maps/mall.toml", MAP);
    let places = ["on Monday", "before noon", "near the cinema", "with two kids", "in the rain", "after work"];
    let parking =
        ["No free parking space", "The parking garage was full", "Parking was far too expensive", "停车场没有车位了"];
    let mut texts: Vec<String> = Vec::new();
    for (n, place) in places.iter().enumerate() {
        texts.extend(parking[..3].iter().map(|text| format!("{text} {place}")));
        texts.push(format!("{}，第{n}次了", parking[3]));
        texts.push(format!("The cashier at the till was quick {place}"));
    }
    texts.extend(["Great fun", "So so", "We liked the fountain", "My cat is asleep"].map(str::to_owned));
    let rows = texts.into_iter().enumerate().map(|(n, text)| (format!("m{n}"), text));
    project.write("feedback.jsonl", json_lines(rows));
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    project
}

const WHEN: [&str; 4] = ["--since", "2026-04-01", "--until", "2026-06-01"];

#[test]
fn what_many_say_and_the_map_lacks_is_suggested_and_can_be_pasted() {
    let project = mall();
    let suggest = |more: &[&str]| project.run(&[&["map", "suggest", "--map", "mall"], &WHEN[..], more].concat()).ok();
    let found = suggest(&["--least", "5", "--format", "json"]).json();
    let additions = found["additions"].as_array().unwrap();
    let parking = additions
        .iter()
        .find(|addition| addition["keywords"].as_array().unwrap().iter().any(|used| used["keyword"] == "parking"))
        .unwrap_or_else(|| panic!("{found:#}"));
    assert_eq!((&parking["kind"], &parking["stage"]), (&"touchpoint".into(), &"visit".into()), "{parking:#}");
    assert_eq!(parking["nearest"]["touchpoint"], "till");
    assert!(parking["n"].as_u64() >= Some(5) && parking["negative"].as_f64() > Some(0.5), "{parking:#}");
    assert_eq!(parking["n"], parking["mention_ids"].as_array().unwrap().len(), "every mention is listed");
    assert!(parking["quotes"][0]["text"].as_str().unwrap().to_lowercase().contains("parking"));
    assert!(found["unassigned"].as_u64() > parking["opinions"].as_u64());

    let text = suggest(&["--least", "5"]).stdout;
    assert!(text.contains("fit nowhere") && text.contains("parking (") && text.contains('“'), "{text}");
    let toml = suggest(&["--least", "5", "--toml"]).stdout;
    assert!(!toml.contains("space on Monday"), "no words of customers in files: {toml}");
    project.write("maps/mall.toml", format!("{MAP}\n{toml}"));
    project.run(&["check"]).ok();
    let moved = project.run(&["assign"]).ok().stdout;
    assert!(moved.contains(&format!("{}: ", parking["touchpoint"].as_str().unwrap())), "{moved}");
    let left = suggest(&["--least", "5", "--format", "json"]).json();
    assert!(left["unassigned"].as_u64().unwrap() + 5 <= found["unassigned"].as_u64().unwrap(), "{left:#}");
}

#[test]
fn what_cannot_be_suggested_is_said() {
    let project = mall();
    let many =
        project.run(&["map", "suggest", "--map", "mall", "--since", "2026-04-01", "--least", "1000"]).ok().stdout;
    assert!(many.contains("nothing to suggest"), "{many}");
    let nowhere = project.run(&["map", "suggest", "--map", "shop"]).failed(1).stderr;
    assert!(nowhere.contains("there is no map `shop`; in use are mall"), "{nowhere}");
    let late = project.run(&["map", "suggest", "--map", "mall", "--since", "2026-06-01", "--until", "2026-05-01"]);
    assert!(late.failed(1).stderr.contains("is after the end"));
}
