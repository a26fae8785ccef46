//! The main claims of docs/alerts.md about changes, simulated with few repetitions and wide tolerances.

#[path = "../examples/effects/scenario.rs"]
mod scenario;

use scenario::{QUIET, World, effects};

#[test]
fn a_planted_fix_is_found_and_its_size_told() {
    let found = effects(&World { effect: 0.5, shock: -0.3, ..QUIET }, 30, 1);
    assert!(found.found > 0.8 && found.held > 0.8, "{found:?}");
    assert!((found.mean - 0.5).abs() < 0.08, "{found:?}");
}

#[test]
fn without_a_fix_nothing_is_found_even_where_all_touchpoints_fall() {
    let found = effects(&World { shock: -0.4, days_vary: 0.2, ..QUIET }, 40, 1);
    assert!(found.found < 0.16 && found.held > 0.84, "{found:?}");
    assert!(found.mean.abs() < 0.06, "{found:?}");
}
