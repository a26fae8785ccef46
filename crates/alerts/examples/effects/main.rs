//! How often `moodline change effect` finds what was planted, and what was not: the table of docs/alerts.md.
//!
//! `cargo run -p moodline-alerts --example effects`; a number after it multiplies the repetitions.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod scenario;

use self::scenario::{QUIET, World, effects};

fn main() {
    let times: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let varied = World { days_vary: 0.2, ..QUIET };
    let worlds = [
        ("nothing", QUIET),
        ("nothing, days vary by .2", varied),
        ("nothing, but all touchpoints fall by .4", World { shock: -0.4, ..varied }),
        ("nothing, days vary and half of it stays until the next", World { keeps: 0.5, ..varied }),
        ("nothing, but the touchpoint was rising by .05 a week", World { trend: 0.05, ..QUIET }),
        ("+.2", World { effect: 0.2, ..QUIET }),
        ("+.4", World { effect: 0.4, ..QUIET }),
        ("+.4, days vary by .2", World { effect: 0.4, ..varied }),
        ("+.4 while all others fall by .4", World { effect: 0.4, shock: -0.4, ..QUIET }),
        ("+.4 at 2 mentions a day", World { effect: 0.4, volume: 2.0, ..QUIET }),
        ("−.4 at 20 mentions a day", World { effect: -0.4, volume: 20.0, ..QUIET }),
    ];
    println!(
        "| what the change did, 6 mentions a day | found | interval holds it | mean estimate | least change seen |"
    );
    println!("|---|---|---|---|---|");
    for (name, world) in worlds {
        let found = effects(&world, 400 * times, 1);
        println!("| {name} | {:.2} | {:.2} | {:+.2} | {:.2} |", found.found, found.held, found.mean, found.detectable);
    }
}
