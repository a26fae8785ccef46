//! A map of a day: what is said by the hour of the authors' own clocks.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::NaiveDate;
use moodline_layers::{Computed, Evidence, LayersConfig, compute};
use moodline_maps::parse_map;
use moodline_store::HourRow;
use moodline_types::{Counts, EmotionCounts, LayerNode, Segment};

const MAP: &str = r#"
id = "day"
type = "day-in-the-life"
name = "A commuter's day"
time_zone = "Asia/Shanghai"
time_zones = { berlin-forum = "Europe/Berlin" }

[[stages]]
id = "morning"
name = "Morning"

[[stages.touchpoints]]
id = "train"
name = "Train"
keywords = ["train"]

[[stages.touchpoints]]
id = "gate"
name = "Gate"
keywords = ["gate"]
"#;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, day).unwrap()
}

fn row(touchpoint: &str, source: &str, hour: u8, negative: u64, positive: u64) -> HourRow {
    HourRow {
        touchpoint: touchpoint.parse().unwrap(),
        day: day(20),
        hour,
        source: source.parse().unwrap(),
        counts: Counts { negative, positive, ..Counts::default() },
        emotions: EmotionCounts { anger: negative, joy: positive, ..EmotionCounts::default() },
    }
}

fn computed(hours: &[HourRow]) -> Computed {
    let map = parse_map("day.toml", MAP).unwrap().map;
    let evidence = Evidence { hours, ..Evidence::default() };
    compute(&map, &evidence, &LayersConfig::default(), day(21))
}

#[test]
fn hours_are_those_of_the_authors_clocks() {
    let old = HourRow { day: NaiveDate::from_ymd_opt(2025, 11, 1).unwrap(), ..row("train", "weibo", 4, 9, 9) };
    let hours =
        [row("train", "weibo", 0, 30, 0), row("gate", "weibo", 0, 0, 10), row("train", "berlin-forum", 7, 0, 40), old];
    let whole: Vec<(Segment, u64, f64)> = computed(&hours)
        .segments
        .into_iter()
        .filter(|part| part.layer.node == LayerNode::Map)
        .map(|part| (part.segment, part.layer.counts.n(), part.layer.net.unwrap()))
        .collect();
    assert_eq!(whole.len(), 1, "eight in the morning in both places: {whole:?}");
    assert_eq!((&whole[0].0, whole[0].1), (&Segment::Hour(8), 80));
}

#[test]
fn every_hour_has_its_mood_at_each_touchpoint() {
    let hours = [row("train", "weibo", 0, 30, 0), row("train", "weibo", 10, 0, 30), row("gate", "weibo", 10, 0, 5)];
    let layers = computed(&hours).segments;
    let train = |hour| {
        let at_train = |node: &LayerNode| matches!(node, LayerNode::Touchpoint(_, id) if id.as_str() == "train");
        let found = layers.iter().find(|part| part.segment == Segment::Hour(hour) && at_train(&part.layer.node));
        found.map(|part| (part.layer.net.unwrap(), part.layer.emotions.anger))
    };
    let ((morning, angry), (evening, calm)) = (train(8).unwrap(), train(18).unwrap());
    assert!(morning < -0.7 && evening > 0.7 && angry == 30 && calm == 0, "{morning} {evening}");
    assert_eq!(train(12), None, "nothing was said at noon");
}
