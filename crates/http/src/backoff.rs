//! How long to wait after failures in a row.

use std::time::Duration;

/// Delays that double with every failure up to a cap, each shortened by a random part so that clients which failed
/// together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Longest delay after the first failure.
    pub first: Duration,
    /// Longest delay after any number of failures.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(30), cap: Duration::from_hours(6) }
    }
}

impl Backoff {
    /// The delay after `failures` failures in a row (1 or more), drawn anew at each call.
    pub fn delay(&self, failures: u32) -> Duration {
        self.delay_drawn(failures, rand::random::<f64>())
    }

    /// The delay for a number drawn from 0 to 1: between half and all of `first · 2^(failures − 1)`, capped.
    pub fn delay_drawn(&self, failures: u32, drawn: f64) -> Duration {
        let factor = 1_u32 << failures.saturating_sub(1).min(31);
        let longest = self.first.saturating_mul(factor).min(self.cap);
        longest.mul_f64(0.5 + 0.5 * drawn.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_cap() {
        let backoff = Backoff { first: Duration::from_secs(10), cap: Duration::from_mins(1) };
        let longest: Vec<u64> = (1..=6).map(|failures| backoff.delay_drawn(failures, 1.0).as_secs()).collect();
        assert_eq!(longest, [10, 20, 40, 60, 60, 60]);
    }

    #[test]
    fn no_number_of_failures_overflows() {
        let backoff = Backoff::default();
        for failures in [0, 32, 33, 64, u32::MAX] {
            assert!(backoff.delay_drawn(failures, 1.0) <= backoff.cap);
        }
    }

    #[test]
    fn the_random_part_takes_away_at_most_half() {
        let backoff = Backoff::default();
        assert_eq!(backoff.delay_drawn(1, 0.0), Duration::from_secs(15));
        for _ in 0..100 {
            let delay = backoff.delay(1);
            assert!((Duration::from_secs(15)..=Duration::from_secs(30)).contains(&delay));
        }
    }
}
