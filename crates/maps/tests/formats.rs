//! One small map, hostile names included, in every format.

use chrono::NaiveDate;
use moodline_maps::{ExportFormat, JourneyMap, MapView, Marks, export, journey_diagram, parse_map, to_json, to_svg};
use moodline_types::{
    Alert, AlertEpisode, AlertId, AlertKind, AlertStatus, AlertSubject, AlertTier, Change, ChangeId, Counts, DayWindow,
    EmotionCounts, Layer, LayerNode, LayerState, Month, Period, RunId, TouchpointChange, Week,
};
use proptest::prelude::*;

const MAP: &str = r#"
id = "shop"
type = "current-state"
name = { en = "Shop: #1; \"best\"", zh-Hans = "小店" }

[[stages]]
id = "buy"
name = { en = "Buying", zh-Hans = "购买" }

[[stages.touchpoints]]
id = "till"
name = { en = "=cmd|' /C calc'!A0", zh-Hans = "收银台" }
channel = "store"
owner = "sales"
keywords = ["till"]
target = 0.4
perceived = 0.5

[[stages.touchpoints]]
id = "script"
name = "\"; <script>alert('x')</script>"
channel = "-web"
keywords = ["script"]

[[stages]]
id = "use"
name = { en = "Use", zh-Hans = "使用" }

[[stages.touchpoints]]
id = "title"
name = { en = "Title page", zh-Hans = "标题页" }
keywords = ["title"]
target = 0.1
"#;

fn map() -> JourneyMap {
    parse_map("shop.toml", MAP).expect("sound").map
}

fn layer(node: LayerNode, net: Option<f64>, state: LayerState) -> Layer {
    let last = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
    let counts = match net {
        Some(_) => Counts { positive: 30, neutral: 4, negative: 150, mixed: 46, unsure: 7 },
        None => Counts::default(),
    };
    Layer {
        node,
        persona: None,
        period: Period::Window,
        window: DayWindow::ending(last, 90),
        counts,
        n_effective: net.map_or(0.0, |_| 201.123_456),
        emotions: net.map_or(EmotionCounts::default(), |_| EmotionCounts::from_array([30, 120, 20, 5, 5, 10, 40])),
        net,
        low: net.map(|net| net - 0.08),
        high: net.map(|net| net + 0.1),
        state,
        change: net.map(|_| Change { net: -0.3, low: -0.42, high: -0.18 }),
        corrected: None,
        perceived: None,
        target: None,
    }
}

fn touchpoint(stage: &str, id: &str) -> LayerNode {
    LayerNode::Touchpoint(stage.parse().expect("an id"), id.parse().expect("an id"))
}

fn layers() -> Vec<Layer> {
    let till = touchpoint("buy", "till");
    let headline = layer(till.clone(), Some(-0.613_333_3), LayerState::Ok);
    let week = Week::of(headline.window.to);
    let weeks =
        [week.previous(), week].map(|week| Layer { period: Period::Week, window: week.window(), ..headline.clone() });
    let month = Month::of(headline.window.to).previous();
    let month = Layer { period: Period::Month, window: month.window(), ..headline.clone() };
    let student = Layer { persona: Some("student".parse().expect("an id")), net: Some(0.9), ..headline.clone() };
    let mut layers = vec![
        layer(LayerNode::Map, Some(-0.2), LayerState::Ok),
        layer(LayerNode::Stage("buy".parse().expect("an id")), Some(-0.4), LayerState::Ok),
        headline,
        student,
        layer(touchpoint("buy", "script"), Some(0.25), LayerState::TooFew),
        layer(touchpoint("use", "title"), None, LayerState::NoData),
    ];
    layers.extend(weeks);
    layers.push(month);
    layers
}

fn written(language: &str, format: ExportFormat) -> String {
    let map = map();
    export(&MapView::with_layers(&map, language, RunId(12), layers()), format)
}

#[test]
fn json_is_stable() {
    insta::assert_snapshot!(written("en", ExportFormat::Json));
}

#[test]
fn an_unmeasured_map_has_json_of_the_same_shape() {
    let map = map();
    let json = to_json(&MapView::new(&map, "zh-Hans"));
    assert_eq!(json["run"], serde_json::Value::Null);
    assert_eq!(json["stages"][0]["name"], "购买");
    let layer = &json["stages"][0]["touchpoints"][0]["layer"];
    assert_eq!((layer["state"].as_str(), layer["n"].as_u64()), (Some("no_data"), Some(0)));
    assert_eq!(layer["target"], 0.4);
}

#[test]
fn csv_has_a_row_per_touchpoint_and_period_without_formulas() {
    let csv = written("en", ExportFormat::Csv);
    assert_eq!(csv.lines().count(), 1 + 3 + 2 + 1);
    insta::assert_snapshot!(csv);
}

#[test]
fn mermaid_has_faces_and_a_curve() {
    insta::assert_snapshot!(written("en", ExportFormat::Mermaid));
}

#[test]
fn an_unmeasured_map_has_a_journey_without_tasks() {
    let map = map();
    let journey = journey_diagram(&MapView::new(&map, "zh-Hans"));
    assert!(journey.contains("    %% 收银台 has no data\n") && !journey.contains("section"), "{journey}");
}

#[test]
fn the_picture_is_well_formed_and_says_states() {
    let svg = written("en", ExportFormat::Svg);
    assert_well_formed(&svg);
    for said in ["too few", "no data", "−61", "Shop: #1; &quot;best&quot;", "2026-08-23 – 2026-11-20", "public text"]
    {
        assert!(svg.contains(said), "the picture does not say {said:?}");
    }
    assert!(!svg.contains("<script"), "a name became markup");
    assert!(written("zh-Hans", ExportFormat::Svg).contains("样本过少"));
}

/// Every tag closes and every `&` begins an entity: enough XML for what is written here.
fn assert_well_formed(svg: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("every tag ends");
        assert!(!text.contains('>'), "bare > in {text}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_owned()));
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap_or_default().to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?} never closed");
    for entity in svg.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| entity.starts_with(known)), "&{entity:.10}");
    }
}

proptest! {
    #[test]
    fn no_name_breaks_a_format(name in "\\PC{0,24}", net in -1.0..=1.0_f64) {
        let mut map = map();
        map.stages[0].touchpoints[0].name = name.as_str().into();
        map.stages[0].name = name.as_str().into();
        map.name = name.as_str().into();
        let layers = [layer(touchpoint("buy", "till"), Some(net), LayerState::Ok)];
        let view = MapView::with_layers(&map, &name, RunId(1), layers);
        assert_well_formed(&to_svg(&view));
        let journey = journey_diagram(&view);
        let tasks = journey.lines().filter(|line| line.ends_with(": Customer")).count();
        prop_assert_eq!(tasks, 1);
        let task = journey.lines().find(|line| line.ends_with(": Customer")).unwrap();
        prop_assert_eq!(task.split(':').count(), 3);
        let csv = export(&view, ExportFormat::Csv);
        prop_assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().filter_map(Result::ok).count(), 3);
    }
}

/// An alert, a watch and a change at the till; an alert that is closed at the title page.
fn marks() -> Marks {
    let day = |n| NaiveDate::from_ymd_opt(2026, 11, n).expect("a day");
    let at = day(20).and_hms_opt(3, 0, 0).expect("a time").and_utc();
    let alert = |id, touchpoint: &str, tier, status| Alert {
        id: AlertId(id),
        episode: AlertEpisode {
            subject: AlertSubject::Touchpoint {
                map: "shop".parse().expect("an id"),
                stage: "buy".parse().expect("an id"),
                touchpoint: touchpoint.parse().expect("an id"),
            },
            kind: AlertKind::Negative,
            tier,
            from_day: day(18),
            last_day: day(19),
            ended_day: None,
            figures: None,
            detail: "7 of 9 are <negative>".to_owned(),
            mentions: Vec::new(),
        },
        status,
        opened_at: at,
        alerted_at: None,
        updated_at: at,
        actor: None,
        note: None,
    };
    let change = TouchpointChange {
        id: ChangeId(5),
        map: "shop".parse().expect("an id"),
        touchpoint: "till".parse().expect("an id"),
        day: day(17),
        what: "two <tills> more".to_owned(),
        actor: "mei".to_owned(),
        added_at: at,
    };
    let alerts = vec![
        alert(1, "till", AlertTier::Watch, AlertStatus::Open),
        alert(2, "till", AlertTier::Alert, AlertStatus::Acknowledged),
        alert(3, "title", AlertTier::Alert, AlertStatus::Closed),
    ];
    Marks::new(alerts, vec![change])
}

#[test]
fn alerts_and_changes_stand_at_their_touchpoint() {
    let map = map();
    let view = MapView::with_layers(&map, "en", RunId(12), layers()).with_marks(marks());
    let json = to_json(&view);
    let till = &json["stages"][0]["touchpoints"][0];
    assert_eq!(till["alerts"].as_array().map(Vec::len), Some(2));
    assert_eq!((&till["alerts"][0]["id"], &till["alerts"][0]["tier"]), (&2.into(), &"alert".into()), "alerts first");
    assert_eq!(
        (&till["changes"][0]["day"], &till["changes"][0]["what"]),
        (&"2026-11-17".into(), &"two <tills> more".into())
    );
    assert_eq!(json["stages"][1]["touchpoints"][0]["alerts"], serde_json::json!([]), "closed is silent");
    let picture = to_svg(&view);
    assert!(picture.contains("7 of 9 are &lt;negative&gt;") && picture.contains("two &lt;tills&gt; more"));
    let plain = to_svg(&MapView::with_layers(&map, "en", RunId(12), layers()));
    assert!(picture.matches("<path").count() == plain.matches("<path").count() + 2, "a triangle and a line");
}
