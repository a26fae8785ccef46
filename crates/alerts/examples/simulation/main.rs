//! What the shipped thresholds raise where nothing happens, and find where something does: the tables of docs/alerts.md.
//!
//! `cargo run -p moodline-alerts --example simulation`; a number after it multiplies the repetitions.

#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

mod scenario;

use moodline_types::AlertKind::{Drift, Negative, Volume};

use self::scenario::{World, detected, false_alarms};

fn main() {
    let times: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let eight = World::quiet(8.0);
    let clustered = World { rho: 0.05, ..eight.clone() };
    let weekends = World { weekend_share: 0.2, weekend_volume: 0.5, ..eight.clone() };
    let varied = World { volumes: vec![1.0, 2.0, 4.0, 8.0, 20.0, 60.0], dispersion: 0.2, ..eight.clone() };
    let all = World { rho: 0.05, weekend_share: 0.1, weekend_volume: 0.6, ..varied.clone() };
    let worlds = [
        ("8 a day", &eight),
        ("20 a day", &World::quiet(20.0)),
        ("8 a day, days vary (ρ = .05)", &clustered),
        ("8 a day, weekends worse by .2 and half as busy", &weekends),
        ("1 to 60 a day, busy and idle days (φ = .2)", &varied),
        ("all of that (ρ = .05, weekends worse by .1)", &all),
    ];
    println!("False alarms a night, 40 quiet touchpoints, 30 % negative\n");
    println!("| touchpoints | usual rule | watch | alert | drift | volume |\n|---|---|---|---|---|---|");
    for (name, world) in worlds {
        let found = false_alarms(world, 4 * times, 250, 1);
        println!(
            "| {name} | {:.2} | {:.2} | {:.3} | {:.3} | {:.3} |",
            found.usual_rule, found.watched, found.negative, found.drift, found.volume
        );
    }
    println!("\nFound, at one touchpoint of 40\n");
    println!("| what happens | usual rule, first night | watch, first night | alert, first night | alert in time |");
    println!("|---|---|---|---|---|");
    let show = |name: &str, found: scenario::Detected| {
        let scenario::Detected { usual_rule, watched, at_once, in_time } = found;
        println!("| {name} | {usual_rule:.2} | {watched:.2} | {at_once:.2} | {in_time:.2} |");
    };
    let jump = |_| (0.5, 1.0);
    let exact = World { fixed: true, ..eight.clone() };
    for (name, world) in [
        ("30 → 80 %, just 8 a day, three nights", &exact),
        ("30 → 80 %, about 8 a day, three nights", &eight),
        ("30 → 80 %, about 20 a day, three nights", &World::quiet(20.0)),
        ("the same at 8, days vary (ρ = .05)", &clustered),
        ("the same at 8, weekends worse by .2", &weekends),
    ] {
        show(name, detected(world, &[Negative], 3, jump, 300 * times, 7));
    }
    let rises = |night: usize| (0.3 * (night as f64 / 21.0).min(1.0), 1.0);
    for (name, world) in [
        ("30 → 60 % over three weeks, 8 a day, four weeks", &eight),
        ("the same, days vary (ρ = .05)", &clustered),
        ("the same at 20 a day", &World::quiet(20.0)),
    ] {
        show(&format!("{name}: by the nights"), detected(world, &[Negative], 28, rises, 40 * times, 7));
        show(&format!("{name}: as a drift"), detected(world, &[Drift], 28, rises, 40 * times, 7));
    }
    for (name, factor) in [("twice", 2.0), ("three times", 3.0), ("five times", 5.0)] {
        let busy = |_| (0.0, factor);
        show(
            &format!("{name} as many mentions, 8 a day, three nights"),
            detected(&eight, &[Volume], 3, busy, 150 * times, 7),
        );
        let varied = World { volumes: vec![8.0], ..varied.clone() };
        show("the same, busy and idle days (φ = .2)", detected(&varied, &[Volume], 3, busy, 150 * times, 7));
    }
}
