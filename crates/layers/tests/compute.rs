//! What the curve says of given counts.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::{Days, NaiveDate};
use moodline_layers::{Computed, Evidence, LayersConfig, compute, days_needed};
use moodline_maps::{JourneyMap, parse_map};
use moodline_statistics::SaidOf;
use moodline_store::{RollupRow, VoiceRow};
use moodline_types::{
    Counts, EmotionCounts, Layer, LayerNode, LayerState, MentionId, Period, PersonaId, Segment, SentimentLabel,
    TouchpointId,
};
use proptest::prelude::*;

const MAP: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"

[[personas]]
id = "student"
name = "Student"
keywords = ["campus"]

[[personas]]
id = "parent"
name = "Parent"
keywords = ["kids"]

[[stages]]
id = "buy"
name = "Buy"

[[stages.touchpoints]]
id = "card"
name = "Card"
keywords = ["card"]
target = 0.5
perceived = 0.2

[[stages.touchpoints]]
id = "cash"
name = "Cash"
keywords = ["cash"]

[[stages]]
id = "use"
name = "Use"

[[stages.touchpoints]]
id = "support"
name = "Support"
keywords = ["support"]
"#;

const TOUCHPOINTS: [&str; 3] = ["card", "cash", "support"];

fn map() -> JourneyMap {
    parse_map("shop.toml", MAP).unwrap().map
}

/// A Wednesday.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 18).unwrap()
}

fn ago(days: u64) -> NaiveDate {
    today() - Days::new(days)
}

fn row(touchpoint: &str, days_ago: u64, negative: u64, positive: u64) -> RollupRow {
    RollupRow {
        touchpoint: Some(touchpoint.parse().unwrap()),
        persona: None,
        day: ago(days_ago),
        source: "reviews".parse().unwrap(),
        language: "en".into(),
        counts: Counts { negative, positive, ..Counts::default() },
        emotions: EmotionCounts { anger: negative, joy: positive, ..EmotionCounts::default() },
    }
}

fn computed(rollups: &[RollupRow], voices: &[VoiceRow]) -> Computed {
    compute(&map(), &Evidence { rollups, voices, ..Evidence::default() }, &LayersConfig::default(), today())
}

fn layers(rollups: &[RollupRow]) -> Vec<Layer> {
    computed(rollups, &[]).layers
}

fn touchpoint(id: &str) -> impl Fn(&LayerNode) -> bool {
    move |node| matches!(node, LayerNode::Touchpoint(_, touchpoint) if touchpoint.as_str() == id)
}

fn headline(layers: &[Layer], node: impl Fn(&LayerNode) -> bool) -> &Layer {
    layers.iter().find(|l| l.period == Period::Window && l.persona.is_none() && node(&l.node)).unwrap()
}

#[test]
fn the_map_comes_first_and_every_node_has_its_headline() {
    let layers = layers(&[]);
    let nodes: Vec<String> = layers
        .iter()
        .map(|layer| match &layer.node {
            LayerNode::Map => "map".to_owned(),
            LayerNode::Stage(stage) => stage.to_string(),
            LayerNode::Touchpoint(stage, touchpoint) => format!("{stage}/{touchpoint}"),
        })
        .collect();
    assert_eq!(nodes, ["map", "buy", "buy/card", "buy/cash", "use", "use/support"]);
    assert!(
        layers.iter().all(|layer| layer.state == LayerState::NoData && layer.net.is_none() && layer.change.is_none())
    );
    assert_eq!((layers[2].target, layers[2].perceived), (Some(0.5), Some(0.2)));
}

#[test]
fn much_data_is_read_as_it_is() {
    let layers = layers(&[row("card", 3, 700, 300), row("support", 3, 100, 900)]);
    let card = headline(&layers, touchpoint("card"));
    assert!((card.net.unwrap() + 0.4).abs() < 0.03, "{card:?}");
    assert_eq!(card.state, LayerState::Ok);
    assert_eq!(card.counts.n(), 1000);
    assert!((card.n_effective - 1000.0).abs() < 1e-6, "mentions of one day weigh the same");
}

#[test]
fn little_data_leans_on_its_stage_and_says_that_it_is_little() {
    let mixed_stage: Vec<RollupRow> = vec![row("card", 2, 100, 300), row("cash", 2, 1, 0), row("support", 2, 150, 150)];
    let measured = layers(&mixed_stage);
    let cash = headline(&measured, touchpoint("cash"));
    assert!(cash.net.unwrap() > -0.2, "one complaint does not make −1: {cash:?}");
    assert!(cash.low.unwrap() < cash.net.unwrap() && cash.net.unwrap() < cash.high.unwrap());
    let alone = layers(&[row("cash", 2, 1, 0)]);
    assert_eq!(headline(&alone, touchpoint("cash")).state, LayerState::TooFew);
}

#[test]
fn mixed_counts_as_neutral_and_unsure_not_at_all() {
    let mut mixed = row("card", 1, 10, 10);
    mixed.counts.mixed = 20;
    mixed.counts.unsure = 500;
    let layers = layers(&[mixed]);
    let card = headline(&layers, touchpoint("card"));
    assert_eq!((card.counts.n(), card.counts.unsure), (40, 500));
    assert!(card.net.unwrap().abs() < 1e-9);
}

#[test]
fn only_unsure_mentions_are_too_few_to_read() {
    let mut unsure = row("card", 1, 0, 0);
    unsure.counts.unsure = 9;
    let layers = layers(&[unsure]);
    let card = headline(&layers, touchpoint("card"));
    assert_eq!((card.state, card.net), (LayerState::TooFew, None));
}

#[test]
fn silence_makes_a_number_stale() {
    let rollups = [row("card", 25, 50, 50), row("cash", 20, 50, 50)];
    let old: Vec<(TouchpointId, NaiveDate)> = vec![("support".parse().unwrap(), ago(400))];
    let evidence = Evidence { rollups: &rollups, last_days: &old, ..Evidence::default() };
    let layers = compute(&map(), &evidence, &LayersConfig::default(), today()).layers;
    assert_eq!(headline(&layers, touchpoint("card")).state, LayerState::Stale);
    assert!(headline(&layers, touchpoint("card")).net.is_some(), "stale, but inside the window");
    assert_eq!(headline(&layers, touchpoint("cash")).state, LayerState::Ok);
    let support = headline(&layers, touchpoint("support"));
    assert_eq!((support.state, support.net), (LayerState::Stale, None));
}

#[test]
fn a_worsening_shows_against_the_window_before() {
    let layers = layers(&[row("card", 40, 20, 180), row("card", 5, 180, 20), row("cash", 5, 50, 50)]);
    let change = headline(&layers, touchpoint("card")).change.unwrap();
    assert!(change.net < -1.4 && change.high < -1.0, "{change:?}");
    assert!(change.low <= change.net && change.net <= change.high);
    assert_eq!(headline(&layers, touchpoint("cash")).change, None, "nothing before to compare with");
}

#[test]
fn weeks_give_the_curve_over_time_without_the_silent_ones() {
    let layers = layers(&[row("card", 0, 1, 9), row("card", 8, 9, 1), row("card", 90, 5, 5)]);
    let weeks: Vec<(String, u64)> = layers
        .iter()
        .filter(|layer| layer.period == Period::Week && layer.node == LayerNode::Map)
        .map(|layer| (layer.window.from.to_string(), layer.counts.n()))
        .collect();
    assert_eq!(weeks, [("2026-03-09".to_owned(), 10), ("2026-03-16".to_owned(), 10)]);
    let mut of_weeks = layers.iter().filter(|layer| layer.period == Period::Week);
    let this_week = of_weeks.rfind(|layer| layer.node == LayerNode::Map).unwrap();
    assert!(this_week.change.unwrap().net > 0.5);
}

#[test]
fn personas_that_spoke_have_layers_of_their_own() {
    let student: PersonaId = "student".parse().unwrap();
    let of_student = RollupRow { persona: Some(student.clone()), ..row("card", 3, 40, 0) };
    let stranger = RollupRow { persona: Some("gone".parse().unwrap()), ..row("card", 3, 0, 10) };
    let layers = layers(&[of_student, stranger, row("card", 3, 0, 50)]);
    assert_eq!(headline(&layers, touchpoint("card")).counts.n(), 100, "everyone includes every persona");
    let own: Vec<&Layer> = layers.iter().filter(|layer| layer.persona.is_some()).collect();
    assert!(own.iter().all(|layer| layer.persona.as_ref() == Some(&student) && layer.period == Period::Window));
    assert_eq!(own.len(), 6);
    assert_eq!(own[2].counts.negative, 40);
}

#[test]
fn counts_of_other_days_touchpoints_and_the_unassigned_bucket_stay_out() {
    let unassigned = RollupRow { touchpoint: None, ..row("card", 3, 9, 9) };
    let layers = layers(&[unassigned, row("closed-desk", 3, 9, 9), row("card", 28, 1, 0), row("card", 27, 0, 1)]);
    assert_eq!(headline(&layers, |node| *node == LayerNode::Map).counts.n(), 1);
}

#[test]
fn the_days_needed_cover_both_windows_and_all_weeks_and_months() {
    let needed = days_needed(&LayersConfig::default(), today());
    assert_eq!((needed.from.to_string(), needed.to), ("2025-03-01".to_owned(), today()), "twelve months and one");
    let weeks = LayersConfig { months: 0, ..LayersConfig::default() };
    assert_eq!(days_needed(&weeks, today()).from.to_string(), "2025-12-15");
    let needed = days_needed(&LayersConfig { weeks: 0, ..weeks }, today());
    assert_eq!(needed.days(), 56);
}

#[test]
fn months_give_the_curve_over_a_longer_time() {
    let layers = layers(&[row("card", 0, 1, 9), row("card", 30, 9, 1), row("card", 340, 5, 5)]);
    let months: Vec<(String, String, u64)> = layers
        .iter()
        .filter(|layer| layer.period == Period::Month && layer.node == LayerNode::Map)
        .map(|layer| (layer.window.from.to_string(), layer.window.to.to_string(), layer.counts.n()))
        .collect();
    let month = |from: &str, to: &str| (from.to_owned(), to.to_owned(), 10);
    assert_eq!(
        months,
        [month("2025-04-01", "2025-04-30"), month("2026-02-01", "2026-02-28"), month("2026-03-01", "2026-03-31")]
    );
    let this = layers.iter().rfind(|layer| layer.period == Period::Month && layer.node == LayerNode::Map).unwrap();
    assert!(this.change.unwrap().net > 0.5, "against the month before");
}

#[test]
fn what_is_older_weighs_less_in_the_headline_and_not_in_weeks() {
    let measured = layers(&[row("card", 27, 100, 0), row("card", 0, 0, 100)]);
    let card = headline(&measured, touchpoint("card"));
    assert!(card.net.unwrap() > 0.25, "the last day weighs nearly twice as much as the first: {card:?}");
    assert!(card.n_effective < 190.0 && card.n_effective > 150.0, "{card:?}");
    assert_eq!(card.counts.n(), 200);
    let flat = LayersConfig { half_life_days: 0, ..LayersConfig::default() };
    let rollups = [row("card", 27, 100, 0), row("card", 0, 0, 100)];
    let evidence = Evidence { rollups: &rollups, ..Evidence::default() };
    let flat = compute(&map(), &evidence, &flat, today()).layers;
    assert!(headline(&flat, touchpoint("card")).net.unwrap().abs() < 1e-9);
    let week = layers(&[row("card", 1, 50, 0), row("card", 0, 0, 50)]);
    let week = week.iter().rfind(|layer| layer.period == Period::Week && touchpoint("card")(&layer.node)).unwrap();
    assert!((week.n_effective - 100.0).abs() < 1e-6 && week.net.unwrap().abs() < 1e-9, "{week:?}");
}

fn voice(voice: i64, mention: i64, at: &str, days_ago: u64, label: SentimentLabel) -> VoiceRow {
    VoiceRow {
        voice,
        mention: MentionId(mention),
        touchpoint: at.parse().unwrap(),
        persona: None,
        day: ago(days_ago),
        source: "reviews".parse().unwrap(),
        language: "en".into(),
        label,
    }
}

#[test]
fn one_author_counts_once_however_often_they_complain() {
    let rollups = [row("card", 1, 30, 10)];
    let loud: Vec<VoiceRow> = (0..30).map(|n| voice(7, n, "card", 1, SentimentLabel::Negative)).collect();
    let quiet = layers(&rollups);
    let heard = computed(&rollups, &loud).layers;
    let (quiet, card) = (headline(&quiet, touchpoint("card")), headline(&heard, touchpoint("card")));
    assert_eq!(card.counts, quiet.counts, "every mention is counted");
    assert!((card.n_effective - 11.0).abs() < 1e-6, "ten others and one author: {card:?}");
    assert!(quiet.net.unwrap() < -0.3 && card.net.unwrap() > 0.3, "{card:?}");
    assert!(card.high.unwrap() - card.low.unwrap() > quiet.high.unwrap() - quiet.low.unwrap());
}

#[test]
fn a_mention_at_two_touchpoints_is_one_mention_of_the_map() {
    let rollups = [row("card", 1, 5, 0), row("cash", 1, 5, 0), row("support", 1, 5, 0)];
    let twice: Vec<VoiceRow> =
        (0..5).flat_map(|n| ["card", "cash"].map(|at| voice(-n, n, at, 1, SentimentLabel::Negative))).collect();
    let computed = computed(&rollups, &twice);
    assert_eq!(computed.mentions, 10);
    let effective = |node: &dyn Fn(&LayerNode) -> bool| headline(&computed.layers, node).n_effective.round() as u64;
    assert_eq!(effective(&|node| *node == LayerNode::Map), 10);
    assert_eq!(effective(&|node| *node == LayerNode::Stage("buy".parse().unwrap())), 5);
    assert_eq!(effective(&touchpoint("card")), 5);
    assert_eq!(headline(&computed.layers, |node| *node == LayerNode::Map).counts.n(), 15, "once per touchpoint");
}

#[test]
fn emotions_and_counts_come_by_source_and_language() {
    let shop = RollupRow { source: "shop".parse().unwrap(), language: "zh-Hans".into(), ..row("card", 2, 0, 8) };
    let old = RollupRow { source: "gone".parse().unwrap(), ..row("card", 40, 3, 3) };
    let computed = computed(&[row("card", 2, 6, 0), row("support", 2, 1, 0), shop, old], &[]);
    let whole = headline(&computed.layers, |node| *node == LayerNode::Map);
    assert_eq!((whole.emotions.anger, whole.emotions.joy, whole.emotions.total()), (7, 8, whole.counts.n()));
    let part = |segment: &Segment| {
        let own = computed.segments.iter().filter(|part| part.segment == *segment);
        own.map(|part| (part.layer.node.clone(), part.layer.counts.n(), part.layer.emotions.joy)).collect::<Vec<_>>()
    };
    let shop = part(&Segment::Source("shop".parse().unwrap()));
    assert_eq!(shop.iter().map(|(_, n, joy)| (*n, *joy)).collect::<Vec<_>>(), [(8, 8); 3], "map, stage, touchpoint");
    assert_eq!(part(&Segment::Language("en".into())).first().map(|(_, n, _)| *n), Some(7));
    assert_eq!(part(&Segment::Source("gone".parse().unwrap())), [], "nothing within the window");
}

#[test]
fn stages_and_the_map_are_corrected_by_what_the_model_gets_wrong() {
    // One complaint in three is taken for something neutral.
    let known = SaidOf { counts: [[200.0, 100.0, 0.0, 0.0], [5.0, 290.0, 5.0, 0.0], [0.0, 10.0, 290.0, 0.0]] };
    let mut some = row("card", 1, 200, 300);
    some.counts.neutral = 100;
    let evidence = Evidence { rollups: &[some], known: Some(&known), ..Evidence::default() };
    let layers = compute(&map(), &evidence, &LayersConfig::default(), today()).layers;
    let whole = headline(&layers, |node| *node == LayerNode::Map);
    let corrected = whole.corrected.unwrap();
    assert!(corrected.negative > 0.44 && corrected.net() < whole.net.unwrap() - 0.08, "{corrected:?} {whole:?}");
    assert!(corrected.low < corrected.net() && corrected.net() < corrected.high && corrected.labels == 900);
    let card = headline(&layers, touchpoint("card"));
    assert_eq!(card.corrected, None, "a touchpoint has too few to correct");
    let empty = layers.iter().find(|layer| layer.node == LayerNode::Stage("use".parse().unwrap())).unwrap();
    assert_eq!(empty.corrected, None);
}

fn rollups() -> impl Strategy<Value = Vec<RollupRow>> {
    let one = (0..TOUCHPOINTS.len(), 0..110_u64, [0..30_u64, 0..30, 0..30, 0..30, 0..30]);
    let one = one.prop_map(|(place, days_ago, [positive, neutral, negative, mixed, unsure])| RollupRow {
        counts: Counts { positive, neutral, negative, mixed, unsure },
        ..row(TOUCHPOINTS[place], days_ago, 0, 0)
    });
    proptest::collection::vec(one, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stage_is_the_sum_of_its_touchpoints(rollups in rollups()) {
        let layers = layers(&rollups);
        for whole in &layers {
            let parts = layers.iter().filter(|part| {
                let inside = match (&whole.node, &part.node) {
                    (LayerNode::Map, LayerNode::Touchpoint(..)) => true,
                    (LayerNode::Stage(stage), LayerNode::Touchpoint(of, _)) => stage == of,
                    _ => false,
                };
                inside && (part.period, part.window, &part.persona) == (whole.period, whole.window, &whole.persona)
            });
            if !matches!(whole.node, LayerNode::Touchpoint(..)) {
                let mut sum = Counts::default();
                parts.for_each(|part| sum += part.counts);
                // Weeks without anything judged have no layer, so what was unsure there is missing from the parts.
                if whole.period == Period::Window { prop_assert_eq!(sum, whole.counts); }
                prop_assert_eq!(sum.n(), whole.counts.n());
            }
        }
    }

    #[test]
    fn every_number_lies_in_its_interval_on_the_scale(rollups in rollups()) {
        for layer in layers(&rollups) {
            prop_assert_eq!(layer.net.is_some(), layer.counts.n() > 0);
            if let (Some(net), Some(low), Some(high)) = (layer.net, layer.low, layer.high) {
                prop_assert!(-1.0 <= low && low <= net && net <= high && high <= 1.0, "{:?}", layer);
            }
            if let Some(change) = layer.change {
                prop_assert!(change.low <= change.net && change.net <= change.high);
            }
            let readable = layer.state == LayerState::Ok;
            prop_assert!(!readable || layer.high.unwrap() - layer.low.unwrap() <= LayersConfig::default().max_interval_width);
        }
    }

    #[test]
    fn more_of_the_same_narrows_the_interval(negative in 1..20_u64, positive in 1..20_u64) {
        let width = |times: u64| {
            let layers = layers(&[row("card", 3, negative * times, positive * times)]);
            let card = headline(&layers, touchpoint("card"));
            card.high.unwrap() - card.low.unwrap()
        };
        prop_assert!(width(20) < width(1));
    }
}
