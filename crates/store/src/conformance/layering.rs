//! Runs and the layers that belong to them.

use moodline_types::{
    Change, Corrected, Counts, DayWindow, EmotionCounts, Layer, LayerNode, LayerState, Period, Run, RunId, RunKind,
    RunStatus, Segment,
};

use super::given::{at, day, id, map, place};
use crate::{LayerSet, Result, SegmentLayer, Store, StoreError};

fn layer(node: LayerNode) -> Layer {
    Layer {
        node,
        persona: None,
        period: Period::Window,
        window: DayWindow { from: day(-89), to: day(0) },
        counts: Counts::default(),
        n_effective: 0.0,
        emotions: EmotionCounts::default(),
        net: None,
        low: None,
        high: None,
        state: LayerState::NoData,
        change: None,
        corrected: None,
        perceived: None,
        target: None,
    }
}

/// A reader sees all layers of a run or none, and none before the run is done.
pub async fn layers_appear_whole_and_only_when_done(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    assert_eq!(store.layers(&id("m"), None).await?, None);
    let run = store.start_run(RunKind::Layers, "m", at(1)).await?;
    assert_eq!(store.layers(&id("m"), None).await?, None);
    assert_eq!(store.layers(&id("m"), Some(run)).await?, None);
    let layers = vec![layer(LayerNode::Map), layer(LayerNode::Stage(id("buy")))];
    store.write_layers(run, &id("m"), &layers, &[], "2 layers", at(2)).await?;
    // Repeated after a crash that hid the answer.
    store.write_layers(run, &id("m"), &layers, &[], "2 layers", at(2)).await?;
    let run = Run {
        id: run,
        kind: RunKind::Layers,
        subject: "m".to_owned(),
        status: RunStatus::Done,
        started_at: at(1),
        finished_at: Some(at(2)),
        summary: Some("2 layers".to_owned()),
        as_of: None,
    };
    let expected = Some(LayerSet { run, layers });
    assert_eq!(store.layers(&id("m"), None).await?, expected);
    assert_eq!(store.layers(&id("other"), None).await?, None);
    store.retire_map(&id("m"), at(3)).await?;
    assert_eq!(store.layers(&id("m"), None).await?, expected, "a retired map keeps its layers");
    let nowhere = store.write_layers(RunId(99_999), &id("m"), &[], &[], "", at(3)).await;
    assert!(matches!(nowhere, Err(StoreError::Missing { what: "run", .. })), "{nowhere:?}");
    Ok(())
}

/// Every run is a version that can still be read when newer ones exist; one that failed is none.
pub async fn every_run_is_a_version(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let mut runs = Vec::new();
    for net in [0.25, 0.5] {
        let run = store.start_run(RunKind::Layers, "m", at(1)).await?;
        let layers = [Layer { net: Some(net), ..layer(LayerNode::Map) }];
        store.write_layers(run, &id("m"), &layers, &[], "ok", at(2)).await?;
        runs.push(run);
    }
    let failed = store.start_run(RunKind::Layers, "m", at(3)).await?;
    store.finish_run(failed, Err("boom"), at(4)).await?;
    let net = |set: Option<LayerSet>| set.and_then(|set| set.layers[0].net);
    assert_eq!(net(store.layers(&id("m"), None).await?), Some(0.5));
    assert_eq!(net(store.layers(&id("m"), Some(runs[0])).await?), Some(0.25));
    assert_eq!(net(store.layers(&id("m"), Some(failed)).await?), None);
    Ok(())
}

/// Looking back at an earlier day adds a version and changes nothing of how things stand.
pub async fn looking_back_is_not_the_newest(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let draw = async |until: i64, net: f64| {
        let run = store.start_run(RunKind::Layers, "m", at(1)).await?;
        let window = DayWindow { from: day(until - 27), to: day(until) };
        let layers = [Layer { net: Some(net), window, ..layer(LayerNode::Map) }];
        store.write_layers(run, &id("m"), &layers, &[], "ok", at(2)).await?;
        Result::Ok(run)
    };
    let newest = async || Result::Ok(store.layers(&id("m"), None).await?.and_then(|set| set.layers[0].net));
    draw(-9, 0.1).await?;
    assert_eq!(newest().await?, Some(0.1), "all there is");
    let today = draw(0, 0.2).await?;
    let back = draw(-1, 0.3).await?;
    assert_eq!(newest().await?, Some(0.2));
    let runs = store.runs(Some(RunKind::Layers), 2).await?;
    assert_eq!((runs[0].id, runs[0].as_of), (back, Some(day(-1))));
    assert_eq!((runs[1].id, runs[1].as_of), (today, None));
    Ok(())
}

/// A layer comes back with everything it was given, in the order written.
pub async fn layers_round_trip(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let (stage, touchpoint) = place("till");
    let full = Layer {
        persona: Some(id("runner")),
        period: Period::Week,
        counts: Counts { positive: 5, neutral: 4, negative: 3, mixed: 2, unsure: 1 },
        n_effective: 13.7,
        emotions: EmotionCounts::from_array([1, 2, 3, 4, 5, 6, 7]),
        net: Some(0.1),
        low: Some(-0.3),
        high: Some(0.7),
        state: LayerState::TooFew,
        change: Some(Change { net: -0.1, low: -0.2, high: 1.0 / 3.0 }),
        corrected: Some(Corrected { negative: 0.25, neutral: 0.25, positive: 0.5, low: -0.1, high: 0.4, labels: 812 }),
        perceived: Some(0.9),
        target: Some(-0.9),
        ..layer(LayerNode::Touchpoint(stage, touchpoint))
    };
    let layers: Vec<Layer> = (0..700).map(|n| Layer { n_effective: f64::from(n), ..full.clone() }).collect();
    let run = store.start_run(RunKind::Layers, "m", at(1)).await?;
    let part = |segment| SegmentLayer { segment, layer: Layer { persona: None, ..full.clone() } };
    let parts = [Segment::Source(id("shop")), Segment::Language("zh-Hans".to_owned()), Segment::Hour(23)].map(part);
    store.write_layers(run, &id("m"), &layers, &parts, "ok", at(2)).await?;
    assert_eq!(store.layers(&id("m"), None).await?.map(|set| set.layers), Some(layers), "of all mentions only");
    assert_eq!(store.segments(&id("m"), run).await?, parts);
    assert_eq!(store.segments(&id("other"), run).await?, []);
    Ok(())
}

/// A day leads to the run that drew the map as of it, or as of the last day before it that was drawn.
pub async fn a_day_leads_to_its_run(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let draw = async |until: i64| {
        let run = store.start_run(RunKind::Layers, "m", at(1)).await?;
        let window = DayWindow { from: day(until - 27), to: day(until) };
        let layers = [Layer { window, ..layer(LayerNode::Map) }, layer(LayerNode::Stage(id("buy")))];
        store.write_layers(run, &id("m"), &layers, &[], "ok", at(2)).await?;
        Result::Ok(run)
    };
    let (early, late) = (draw(-9).await?, draw(-2).await?);
    let again = draw(-9).await?;
    store.start_run(RunKind::Layers, "m", at(3)).await?;
    for (until, expected) in [(-10, None), (-9, Some(again)), (-3, Some(again)), (-2, Some(late)), (0, Some(late))] {
        assert_eq!(store.run_as_of(&id("m"), day(until)).await?, expected, "as of day {until}");
    }
    assert!(early < late);
    Ok(())
}

/// The journal lists the newest runs first.
pub async fn runs_are_journalled(store: &impl Store) -> Result<()> {
    let fetch = store.start_run(RunKind::Fetch, "shop", at(0)).await?;
    let enrich = store.start_run(RunKind::Enrich, "first", at(1)).await?;
    let third = store.start_run(RunKind::Fetch, "forum", at(2)).await?;
    store.finish_run(fetch, Ok("3 mentions"), at(3)).await?;
    store.finish_run(enrich, Err("no model"), at(4)).await?;
    let listed = store.runs(None, 9).await?;
    assert_eq!(listed.iter().map(|run| run.id).collect::<Vec<_>>(), [third, enrich, fetch]);
    let states: Vec<_> = listed.iter().map(|run| (run.status, run.summary.as_deref(), run.finished_at)).collect();
    assert_eq!(
        states,
        [
            (RunStatus::Running, None, None),
            (RunStatus::Failed, Some("no model"), Some(at(4))),
            (RunStatus::Done, Some("3 mentions"), Some(at(3))),
        ]
    );
    let fetches = store.runs(Some(RunKind::Fetch), 1).await?;
    assert_eq!(fetches.iter().map(|run| run.subject.as_str()).collect::<Vec<_>>(), ["forum"]);
    let unknown = store.finish_run(RunId(99_999), Ok(""), at(5)).await;
    assert!(matches!(unknown, Err(StoreError::Missing { what: "run", .. })), "{unknown:?}");
    Ok(())
}
