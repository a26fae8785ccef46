//! Figures in a sentence. Never words of a mention: those can be erased.

use chrono::NaiveDate;
use moodline_types::{AlertFigures, AlertKind};

/// What happened on `day`, for a person.
pub(crate) fn told(kind: AlertKind, day: NaiveDate, f: &AlertFigures) -> String {
    let AlertFigures { observed, n, expected, change, change_low, change_high, .. } = f;
    match kind {
        AlertKind::Volume => format!(
            "{observed} mentions on {day}, where {expected:.1} were expected ({:.0} to {:.0}); p = {}; {}",
            f.expected_low,
            f.expected_high,
            probability(f.probability),
            volume_power(f)
        ),
        AlertKind::Drift => format!(
            "{observed} of the last {n} mentions up to {day} are negative ({}), of those before {}: {} ({} to {}); p = {}; {}",
            share(*observed as f64 / (*n).max(1) as f64),
            share(*expected),
            points(*change),
            points(*change_low),
            points(*change_high),
            probability(f.probability),
            power(f, "a rise to", "over two weeks")
        ),
        AlertKind::Negative | AlertKind::Source => format!(
            "{observed} of {n} mentions on {day} are negative ({}), where {} were expected ({} to {}): {} ({} to {}); p = {}, {} among all of the night; {}",
            share(*observed as f64 / (*n).max(1) as f64),
            share(*expected),
            share(f.expected_low),
            share(f.expected_high),
            points(*change),
            points(*change_low),
            points(*change_high),
            probability(f.probability),
            probability(f.adjusted),
            power(f, "a rise to", "on one day")
        ),
    }
}

fn power(f: &AlertFigures, what: &str, when: &str) -> String {
    let (usual, to, power) = (number(f.usual_n), share(f.power_to), f.power);
    format!("at {usual} a day, {what} {to} {when} is found with probability {power:.2}")
}

fn volume_power(f: &AlertFigures) -> String {
    format!("twice as many as expected are found with probability {:.2}", f.power)
}

fn number(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

fn share(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A difference of shares in points of a hundred.
fn points(change: f64) -> String {
    format!("{:+.0} points", change * 100.0).replace('-', "−")
}

fn probability(p: f64) -> String {
    if p < 0.001 { "below .001".to_owned() } else { format!("{p:.3}").trim_start_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_says_how_far_how_sure_and_how_likely_it_is_to_be_found() {
        let figures = AlertFigures {
            observed: 7,
            n: 9,
            expected: 0.31,
            expected_low: 0.0,
            expected_high: 0.66,
            change: 0.468,
            change_low: 0.14,
            change_high: 0.63,
            probability: 0.0041,
            adjusted: 0.08,
            usual_n: 8.2,
            power_to: 0.81,
            power: 0.69,
        };
        let day = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        assert_eq!(
            told(AlertKind::Negative, day, &figures),
            "7 of 9 mentions on 2026-06-01 are negative (78 %), where 31 % were expected (0 % to 66 %): +47 points (+14 \
             points to +63 points); p = .004, .080 among all of the night; at 8.2 a day, a rise to 81 % on one day is \
             found with probability 0.69"
        );
        let flood = AlertFigures { observed: 130, n: 130, expected: 12.3, probability: 1e-9, ..figures };
        assert!(told(AlertKind::Volume, day, &flood).contains("130 mentions on 2026-06-01, where 12.3 were expected"));
        assert!(told(AlertKind::Volume, day, &flood).contains("p = below .001"));
    }
}
