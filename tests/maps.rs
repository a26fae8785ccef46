//! `moodline map`: from a template to a file, a list and pictures, measured or not.

use crate::support::Project;

#[test]
fn a_map_from_every_template_is_valid_and_listed() {
    let project = Project::new("");
    let templates = [
        ("awareness-to-after-sales", 5),
        ("retention-advocacy", 5),
        ("action-loyalty", 5),
        ("purchase-advocacy", 5),
        ("social-funnel", 3),
        ("online-bank", 5),
        ("fashion-retailer", 5),
        ("fitness-app", 5),
        ("food-delivery", 5),
    ];
    for (template, _) in templates {
        project.run(&["map", "new", &format!("my-{template}"), "--template", template]).ok();
    }
    project.run(&["check"]).ok();
    let listed = project.run(&["map", "list", "--format", "json"]).ok().json();
    for (template, stages) in templates {
        let map = listed.as_array().unwrap().iter().find(|map| map["map"] == format!("my-{template}")).unwrap();
        assert_eq!((&map["stages"], &map["n"]), (&stages.into(), &0.into()), "{map}");
    }
    assert_eq!(project.run(&["map", "list", "--format", "csv"]).ok().stdout.lines().count(), templates.len() + 1);
    assert_eq!(project.run(&["map", "list", "--format", "jsonl"]).ok().json_lines().len(), templates.len());
    assert!(project.run(&["map", "list"]).ok().stdout.contains("my-social-funnel"));

    let again = project.run(&["map", "new", "my-social-funnel", "--template", "social-funnel"]).failed(1);
    assert!(again.stderr.contains("will not overwrite"), "{}", again.stderr);
    let unknown = project.run(&["map", "new", "x", "--template", "nonesuch"]).failed(1);
    assert!(unknown.stderr.contains("social-funnel"), "the error lists what there is: {}", unknown.stderr);
}

#[test]
fn a_map_without_mentions_shows_that_it_knows_nothing() {
    let project = Project::new("").with_example_map("online-bank");
    project.run(&["refresh"]).ok();
    let shown = project.run(&["map", "show", "online-bank", "--format", "json"]).ok().json();
    let layer = &shown["layer"];
    assert_eq!((&layer["n"], &layer["state"]), (&0.into(), &"no_data".into()), "{layer}");
    assert!(layer["net"].is_null() && layer["low"].is_null() && layer["change"].is_null(), "{layer}");
    for stage in shown["stages"].as_array().unwrap() {
        assert_eq!(stage["layer"]["state"], "no_data", "{stage}");
    }
    assert!(project.run(&["map", "show", "online-bank"]).ok().stdout.contains("no_data"));
    assert!(project.run(&["map", "export", "online-bank", "--format", "svg"]).ok().stdout.contains("</svg>"));
    project.run(&["map", "export", "online-bank", "--format", "mermaid"]).ok();
}

#[test]
fn wrong_names_are_answered_with_the_right_ones() {
    let project = Project::new("").with_example_map("online-bank");
    project.run(&["refresh"]).ok();
    assert!(project.run(&["map", "show", "nowhere"]).failed(1).stderr.contains("in use are online-bank"));
    let persona = project.run(&["map", "show", "online-bank", "--persona", "nobody"]).failed(1);
    assert!(persona.stderr.contains("it has "), "{}", persona.stderr);
    assert!(project.run(&["map", "show", "online-bank", "--run", "999"]).failed(1).stderr.contains("999"));
}

#[test]
fn every_refresh_is_a_version_that_stays_readable() {
    let project = Project::new("[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\n")
        .with_example_map("online-bank");
    let line =
        |id: &str, text: &str| format!("{{\"id\":\"{id}\",\"time\":\"2026-05-01T08:00:00Z\",\"text\":\"{text}\"}}\n");
    project.write("feedback.jsonl", line("1", "转账一直失败"));
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    let show = |extra: &[&str]| {
        project.run(&[&["map", "show", "online-bank", "--format", "json"], extra].concat()).ok().json()
    };
    let first = show(&[]);
    project.write("feedback.jsonl", line("1", "转账一直失败") + &line("2", "转账又失败了，气死了"));
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    let second = show(&[]);
    assert_eq!((first["layer"]["n"].as_u64(), second["layer"]["n"].as_u64()), (Some(1), Some(2)));
    assert!(second["run"].as_i64() > first["run"].as_i64());
    assert_eq!(show(&["--run", &first["run"].to_string()]), first);
}

#[test]
fn the_curve_can_be_told_apart_by_source_language_persona_week_and_month() {
    let source = |id: &str| format!("[[sources.files]]\nid = \"{id}\"\npath = \"{id}.jsonl\"\n");
    let project = Project::new(&(source("feedback") + &source("forum"))).with_example_map("online-bank");
    let line =
        |id: &str, text: &str| format!("{{\"id\":\"{id}\",\"time\":\"2026-05-01T08:00:00Z\",\"text\":\"{text}\"}}\n");
    project.write("feedback.jsonl", line("1", "转账一直失败，气死了") + &line("2", "转账又失败了，太差了"));
    project.write("forum.jsonl", line("1", "Their instant transfers failed again, terrible"));
    let refreshed = project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    assert!(refreshed.stdout.contains("from 3 mentions of"), "{}", refreshed.stdout);
    let by = |kind: &str| project.run(&["map", "show", "online-bank", "--by", kind, "--format", "json"]).ok().json();
    let sizes = |kind: &str| {
        let shown = by(kind);
        let parts = shown["parts"].as_array().unwrap().iter();
        parts.map(|part| (part["name"].as_str().unwrap().to_owned(), part["layer"]["n"].as_u64())).collect::<Vec<_>>()
    };
    assert_eq!(sizes("source"), [("feedback".to_owned(), Some(2)), ("forum".to_owned(), Some(1))]);
    assert_eq!(sizes("language").iter().map(|(_, n)| n.unwrap()).sum::<u64>(), 3);
    assert_eq!(sizes("month"), [("2026-05-01".to_owned(), Some(3))]);
    assert_eq!(sizes("week"), [("2026-04-27".to_owned(), Some(3))]);
    let emotions = by("source")["parts"][0]["layer"]["emotions"].as_object().unwrap().clone();
    assert_eq!(emotions.values().map(|count| count.as_u64().unwrap()).sum::<u64>(), 2);
    let table = project.run(&["map", "show", "online-bank", "--by", "source"]).ok().stdout;
    assert!(table.contains("feedback") && table.contains("anger"), "{table}");
    let hours = project.run(&["map", "show", "online-bank", "--by", "hour"]).failed(1);
    assert!(hours.stderr.contains("day-in-the-life"), "{}", hours.stderr);
    let nowhere = project.run(&["map", "show", "online-bank", "--by", "week", "--of", "nowhere"]).failed(1);
    assert!(nowhere.stderr.contains("its stages are awareness"), "{}", nowhere.stderr);
}

#[test]
fn a_day_in_the_life_is_told_by_the_hour() {
    let project = Project::new("[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\n");
    project.write(
        "maps/day.toml",
        "id = \"day\"\ntype = \"day-in-the-life\"\nname = \"A day\"\ntime_zone = \"Asia/Shanghai\"\n\
         [[stages]]\nid = \"travel\"\nname = \"Travel\"\n\
         [[stages.touchpoints]]\nid = \"train\"\nname = \"Train\"\nkeywords = [\"train\"]\n",
    );
    let line =
        |id: &str, time: &str, text: &str| format!("{{\"id\":\"{id}\",\"time\":\"{time}\",\"text\":\"{text}\"}}\n");
    let lines = line("1", "2026-05-01T00:20:00Z", "The train is late again, terrible")
        + &line("2", "2026-05-02T00:40:00Z", "The train was late and packed, awful")
        + &line("3", "2026-05-01T11:05:00Z", "The train home was lovely, wonderful")
        + &line("4", "2026-05-01", "The train is fine, great");
    project.write("feedback.jsonl", lines);
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();
    let shown = project.run(&["map", "show", "day", "--by", "hour", "--format", "json"]).ok().json();
    let hours = shown["parts"].as_array().unwrap().iter();
    let hours: Vec<_> = hours.map(|part| (part["name"].as_str().unwrap(), part["layer"]["n"].as_u64())).collect();
    assert_eq!(hours, [("08:00", Some(2)), ("19:00", Some(1))], "a bare date has no hour");
    let table = project.run(&["map", "show", "day", "--by", "hour"]).ok().stdout;
    assert!(table.contains("hours of Asia/Shanghai"), "{table}");
}

const TODAY: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"
[[stages]]
id = "buy"
name = "Buy"
[[stages.touchpoints]]
id = "till"
name = "Till"
keywords = ["till"]
[[stages.touchpoints]]
id = "desk"
name = "Help desk"
keywords = ["desk"]
"#;

const FUTURE: &str = r#"
id = "shop-2030"
type = "future-state"
name = "Shop without queues"
future_of = "shop"
[[stages]]
id = "buy"
name = "Buy"
[[stages.touchpoints]]
id = "scan-and-go"
name = "Scan and go"
replaces = "till"
target = 0.6
keywords = ["scanner"]
[[stages.touchpoints]]
id = "desk"
name = "Help desk"
target = -0.9
keywords = ["desk"]
[[stages.touchpoints]]
id = "locker"
name = "Locker"
target = 0.5
keywords = ["locker"]
"#;

#[test]
fn a_future_state_holds_todays_curve_against_its_targets() {
    let project = Project::new("[[sources.files]]\nid = \"feedback\"\npath = \"feedback.jsonl\"\n");
    project.write("maps/shop.toml", TODAY);
    project.write("maps/shop-2030.toml", FUTURE);
    let texts = (0..30).map(|n| (format!("t{n}"), format!("The queue at the till was terrible, visit {n}")));
    let desk = (0..30).map(|n| (format!("d{n}"), format!("The people at the help desk were wonderful, visit {n}")));
    project.write("feedback.jsonl", crate::support::json_lines(texts.chain(desk)));
    project.run(&["refresh", "--as-of", "2026-05-10"]).ok();

    let today = project.run(&["map", "show", "shop", "--format", "json"]).ok().json();
    let future = project.run(&["map", "show", "shop-2030", "--format", "json"]).ok().json();
    assert_eq!((&future["future_of"], &today["future_of"]), (&"shop".into(), &serde_json::Value::Null));
    let scan = &future["stages"][0]["touchpoints"][0]["today"];
    let till = &today["stages"][0]["touchpoints"][0]["layer"];
    for key in ["n", "net", "low", "high", "state"] {
        assert_eq!(scan[key], till[key], "{key}: the numbers are those of the map of today");
    }
    assert_eq!((&scan["map"], &scan["touchpoint"], &scan["target"]), (&"shop".into(), &"till".into(), &0.6.into()));
    let gap = scan["to_target"]["net"].as_f64().unwrap();
    assert!((gap - (till["net"].as_f64().unwrap() - 0.6)).abs() < 2e-4 && gap < -0.6, "{scan:#}");
    assert!(scan["to_target"]["high"].as_f64() < Some(0.0), "far below, beyond doubt");
    assert!(future["stages"][0]["touchpoints"][2]["today"].is_null(), "a locker is new");

    let shown = project.run(&["map", "show", "shop-2030"]).ok().stdout;
    assert!(shown.contains("Today (map shop, ") && shown.contains("reached"), "{shown}");
    assert!(shown.contains("not part of the journey today: Locker"), "{shown}");
    let layers = project.run(&["map", "layers", "shop-2030", "--period", "window", "--format", "json"]).ok().json();
    assert_eq!(layers["today"].as_array().unwrap().len(), 2, "{layers:#}");
    assert_eq!(layers["today"][0]["to_target"], scan["to_target"]);
    let one = ["map", "layers", "shop-2030", "--touchpoint", "desk", "--format", "json"];
    assert_eq!(project.run(&one).ok().json()["today"][0]["touchpoint"], "desk");
    assert!(project.run(&["map", "layers", "shop-2030"]).ok().stdout.contains("Today on map shop against the targets"));
}

#[test]
fn a_future_of_nothing_is_refused_where_it_stands() {
    let project = Project::new("");
    project.write("maps/shop.toml", TODAY);
    for (from, to, why) in [
        ("future_of = \"shop\"", "future_of = \"shp\"", "there is no map `shp`; beside this one there are shop"),
        ("type = \"future-state\"", "type = \"current-state\"", "only maps of type `future-state`"),
        ("replaces = \"till\"", "replaces = \"tll\"", "map `shop` has no touchpoint `tll`; it has till, desk"),
        ("future_of = \"shop\"\n", "", "name the map of today"),
    ] {
        project.write("maps/shop-2030.toml", FUTURE.replace(from, to));
        let refused = project.run(&["refresh"]).failed(64).stderr;
        assert!(refused.contains(why) && refused.contains("shop-2030.toml:"), "{why} is missing in\n{refused}");
    }
}
