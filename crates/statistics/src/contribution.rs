//! What a part adds to the whole.

use crate::{Outcomes, dice::Dice};

/// Draws per interval: the ends of a 95 % interval then rest on the 25th draw from each side.
const DRAWS: usize = 1000;

/// Every interval of the same counts is the same in every run.
const SEED: u64 = 0x7468_656d_6573;

/// Counts from which a Poisson draw is that of the normal distribution, rounded: its skew is then below 0.1.
const NORMAL_FROM: f64 = 100.0;

/// By how much a part moves the net sentiment of all, with the 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// Net of all minus net of all without the part, −2 to 2.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Net of `all` minus net of `all` without `part`, which is counted in `all`; `None` where nothing is in the part, or
/// nothing outside.
///
/// The interval holds the middle 95 % of draws in which every count is drawn anew around itself, a Poisson number each
/// (J. Hanley, B. `MacGibbon`, *Computer Methods and Programs in Biomedicine* 83, 2006: the bootstrap without fixing n).
pub fn contribution(all: Outcomes, part: Outcomes) -> Option<Contribution> {
    let rest = all - part;
    let value = moved(part, rest)?;
    let mut dice = Draws(Dice::new(SEED));
    let mut draws: Vec<f64> = (0..DRAWS)
        .filter_map(|_| {
            let mut drawn = |counts: Outcomes| Outcomes {
                negative: dice.poisson(counts.negative),
                neutral: dice.poisson(counts.neutral),
                positive: dice.poisson(counts.positive),
            };
            let (part, rest) = (drawn(part), drawn(rest));
            // A draw in which the part is empty moves nothing; one without a rest says nothing.
            if part.negative + part.neutral + part.positive > 0.0 { moved(part, rest) } else { Some(0.0) }
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    let at = |share: f64| draws.get(((draws.len().max(1) - 1) as f64 * share).round() as usize).copied();
    let (low, high) = (at(0.025).unwrap_or(value), at(0.975).unwrap_or(value));
    Some(Contribution { value, low: low.min(value), high: high.max(value) })
}

fn moved(part: Outcomes, rest: Outcomes) -> Option<f64> {
    let net = |counts: Outcomes| {
        let n = counts.negative + counts.neutral + counts.positive;
        (n > 0.0).then(|| (counts.positive - counts.negative) / n)
    };
    net(part)?;
    Some(net(part + rest)? - net(rest)?)
}

/// Poisson numbers.
struct Draws(Dice);

impl Draws {
    /// By the product of uniform numbers (D. Knuth, *The Art of Computer Programming* 2, 3.4.1); from [`NORMAL_FROM`] on
    /// by the normal distribution (G. Box, M. Muller, 1958).
    fn poisson(&mut self, mean: f64) -> f64 {
        if mean >= NORMAL_FROM {
            let (radius, angle) = ((-2.0 * self.0.unit().ln()).sqrt(), std::f64::consts::TAU * self.0.unit());
            return (mean + mean.sqrt() * radius * angle.cos()).round().max(0.0);
        }
        let (limit, mut product, mut count) = ((-mean).exp(), self.0.unit(), 0.0);
        while product > limit {
            product *= self.0.unit();
            count += 1.0;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(negative: f64, neutral: f64, positive: f64) -> Outcomes {
        Outcomes { negative, neutral, positive }
    }

    #[test]
    fn complaints_pull_down_and_praise_pulls_up() {
        let all = counts(60.0, 20.0, 120.0);
        let bad = contribution(all, counts(40.0, 0.0, 0.0)).unwrap();
        // 60 / 200 against 100 / 160.
        assert!((bad.value - (0.3 - 0.625)).abs() < 1e-12, "{bad:?}");
        assert!(bad.high < 0.0 && bad.low < bad.value, "{bad:?}");
        let good = contribution(all, counts(0.0, 0.0, 40.0)).unwrap();
        assert!(good.low > 0.0, "{good:?}");
    }

    #[test]
    fn a_part_like_the_rest_moves_nothing() {
        let same = contribution(counts(30.0, 30.0, 60.0), counts(10.0, 10.0, 20.0)).unwrap();
        assert!(same.value.abs() < 1e-12 && same.low < 0.0 && same.high > 0.0, "{same:?}");
    }

    #[test]
    fn a_whole_or_nothing_has_no_contribution() {
        assert_eq!(contribution(counts(3.0, 0.0, 2.0), counts(3.0, 0.0, 2.0)), None);
        assert_eq!(contribution(counts(3.0, 0.0, 2.0), counts(0.0, 0.0, 0.0)), None);
    }

    /// The textbook's standard error of a difference of means, with the part's share of the whole as factor.
    #[test]
    fn the_interval_of_large_counts_is_that_of_the_normal_approximation() {
        let (part, rest) = (counts(300.0, 50.0, 150.0), counts(400.0, 200.0, 900.0));
        let found = contribution(part + rest, part).unwrap();
        let moments = |c: Outcomes| {
            let n = c.negative + c.neutral + c.positive;
            let mean = (c.positive - c.negative) / n;
            (n, ((c.positive + c.negative) / n - mean * mean) / n, mean)
        };
        let ((n, var, mean), (m, rest_var, rest_mean)) = (moments(part), moments(rest));
        let share = n / (n + m);
        // The part's share is drawn as well.
        let share_var = share * (1.0 - share) / (n + m);
        let se = (share * share * (var + rest_var) + share_var * (mean - rest_mean).powi(2)).sqrt();
        let width = (found.high - found.low) / (2.0 * 1.96 * se);
        assert!((0.85..1.15).contains(&width), "{found:?} against ±{}", 1.96 * se);
    }

    #[test]
    fn poisson_draws_have_their_mean_and_variance() {
        for mean in [0.0, 0.7, 12.0, 90.0, 400.0] {
            let mut dice = Draws(Dice::new(7));
            let draws: Vec<f64> = (0..4000).map(|_| dice.poisson(mean)).collect();
            let average = draws.iter().sum::<f64>() / 4000.0;
            let variance = draws.iter().map(|d| (d - average).powi(2)).sum::<f64>() / 4000.0;
            assert!((average - mean).abs() <= 4.0 * (mean / 4000.0).sqrt() + 1e-9, "{average} for {mean}");
            assert!((variance - mean).abs() <= 0.12 * mean + 1e-9, "{variance} for {mean}");
        }
    }
}
