//! The main claims of docs/alerts.md, simulated with few repetitions and wide tolerances.

#[path = "../examples/simulation/scenario.rs"]
mod scenario;

use moodline_types::AlertKind::Negative;
use scenario::{World, detected, false_alarms};

#[test]
fn forty_quiet_touchpoints_raise_hardly_an_alert_and_a_watch_every_other_night() {
    let found = false_alarms(&World::quiet(8.0), 1, 60, 1);
    assert!((0.1..0.9).contains(&found.watched), "{found:?}");
    assert!(found.negative < 0.15 && found.drift < 0.15 && found.volume < 0.15, "{found:?}");
    assert!(found.usual_rule > 3.0 * found.watched, "the usual rule cries far oftener: {found:?}");
}

#[test]
fn days_and_weekends_that_vary_raise_little_more() {
    let world = World { rho: 0.05, weekend_share: 0.2, weekend_volume: 0.5, ..World::quiet(8.0) };
    let found = false_alarms(&world, 1, 40, 3);
    assert!(found.watched < 1.2 && found.negative < 0.25, "{found:?}");
}

#[test]
fn a_rise_to_eighty_in_a_hundred_is_found() {
    let risen = |_| (0.5, 1.0);
    let twenty = detected(&World::quiet(20.0), &[Negative], 2, risen, 20, 7);
    assert!(twenty.watched > 0.85 && twenty.in_time > 0.85, "{twenty:?}");
    let eight = detected(&World { fixed: true, ..World::quiet(8.0) }, &[Negative], 2, risen, 40, 7);
    assert!((0.5..0.95).contains(&eight.watched), "{eight:?}");
}
