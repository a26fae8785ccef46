//! Changes whose effect is known: planted ones, and none at all.

use chrono::{Days, NaiveDate};
use moodline_alerts::{EffectReport, change_effect};
use moodline_maps::{JourneyMap, parse_map};
use moodline_store::RollupRow;
use moodline_types::{ChangeId, Counts, EmotionCounts, MapId, TouchpointChange, TouchpointId};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Days before the change, and after it.
const SIDE: u64 = 28;

/// What happens at a map of ten touchpoints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World {
    /// Mentions a day at each touchpoint.
    pub(crate) volume: f64,
    /// What the change does to net sentiment.
    pub(crate) effect: f64,
    /// What befalls every touchpoint from the day of the change on.
    pub(crate) shock: f64,
    /// How much the net sentiment of each day at each touchpoint varies (standard deviation).
    pub(crate) days_vary: f64,
    /// How much of a day's deviation the next day keeps.
    pub(crate) keeps: f64,
    /// What a week adds at the changed touchpoint, change or not.
    pub(crate) trend: f64,
}

/// Nothing but chance.
pub(crate) const QUIET: World = World { volume: 6.0, effect: 0.0, shock: 0.0, days_vary: 0.0, keeps: 0.0, trend: 0.0 };

/// Of changes, how often an effect was found, and how often its interval held the truth.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rates {
    /// Better or worse by the interval.
    pub(crate) found: f64,
    /// The interval holds the planted effect.
    pub(crate) held: f64,
    /// Mean of the estimates.
    pub(crate) mean: f64,
    /// Mean of the least detectable change.
    pub(crate) detectable: f64,
}

pub(crate) fn effects(world: &World, times: u64, seed: u64) -> Rates {
    let mut found = Rates::default();
    let one = 1.0 / times as f64;
    for time in 0..times {
        let report = measured(world, seed + time);
        let estimate = report.effect.expect("four weeks of mentions are enough");
        found.found += if estimate.low > 0.0 || estimate.high < 0.0 { one } else { 0.0 };
        found.held += if (estimate.low..=estimate.high).contains(&world.effect) { one } else { 0.0 };
        found.mean += estimate.difference * one;
        found.detectable += report.detectable * one;
    }
    found
}

fn measured(world: &World, seed: u64) -> EffectReport {
    let map = map();
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a day");
    let date = |day: u64| first.checked_add_days(Days::new(day)).expect("a day");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut rollups = Vec::new();
    for (place, (_, touchpoint)) in map.touchpoints().enumerate() {
        let mut deviation = 0.0;
        for day in 0..2 * SIDE {
            let fresh = world.days_vary * (1.0 - world.keeps * world.keeps).sqrt();
            deviation = world.keeps * deviation + fresh * normal(&mut rng);
            let after = f64::from(u8::from(day >= SIDE));
            let own = if place == 0 { world.effect * after + world.trend * day as f64 / 7.0 } else { 0.0 };
            let net = -0.2 + own + world.shock * after + deviation;
            rollups.push(RollupRow {
                touchpoint: Some(touchpoint.id.clone()),
                persona: None,
                day: date(day),
                source: "shop".parse().expect("an id"),
                language: "en".to_owned(),
                counts: counts(world.volume, net, &mut rng),
                emotions: EmotionCounts::default(),
            });
        }
    }
    let change = TouchpointChange {
        id: ChangeId(1),
        map: map.id.clone(),
        touchpoint: "t0".parse::<TouchpointId>().expect("an id"),
        day: date(SIDE),
        what: "a change".to_owned(),
        actor: "mei".to_owned(),
        added_at: first.and_time(chrono::NaiveTime::MIN).and_utc(),
    };
    change_effect(&map, &rollups, std::slice::from_ref(&change), &change, SIDE as u32, date(2 * SIDE - 1))
}

fn map() -> JourneyMap {
    let id: MapId = "m".parse().expect("an id");
    let mut text =
        format!("id = \"{id}\"\ntype = \"current-state\"\nname = \"M\"\n[[stages]]\nid = \"s\"\nname = \"S\"\n");
    let touchpoints =
        (0..10).map(|n| format!("[[stages.touchpoints]]\nid = \"t{n}\"\nname = \"T{n}\"\nkeywords = [\"k{n}\"]\n"));
    text.extend(touchpoints);
    parse_map("m.toml", &text).expect("a sound map").map
}

/// Two in ten neutral.
fn counts(volume: f64, net: f64, rng: &mut StdRng) -> Counts {
    let positive = f64::midpoint(net.clamp(-0.8, 0.8), 0.8);
    let mut counts = Counts::default();
    let (limit, mut product) = ((-volume).exp(), rng.random::<f64>());
    while product > limit {
        match rng.random::<f64>() {
            x if x < positive => counts.positive += 1,
            x if x < 0.8 => counts.negative += 1,
            _ => counts.neutral += 1,
        }
        product *= rng.random::<f64>();
    }
    counts
}

fn normal(rng: &mut StdRng) -> f64 {
    (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt() * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}
