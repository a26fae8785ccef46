//! The Dirichlet posterior over (negative, neutral or mixed, positive).

use std::ops::{Add, AddAssign, Sub};

/// Counted, or weighted, outcomes; each 0 or more.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Outcomes {
    /// Negative ones.
    pub negative: f64,
    /// Neutral and mixed ones.
    pub neutral: f64,
    /// Positive ones.
    pub positive: f64,
}

impl Outcomes {
    /// All of them together.
    pub fn total(&self) -> f64 {
        self.negative + self.neutral + self.positive
    }

    /// Each of them `factor` times.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self { negative: self.negative * factor, neutral: self.neutral * factor, positive: self.positive * factor }
    }

    /// In the order negative, neutral, positive.
    pub(crate) fn to_array(self) -> [f64; 3] {
        [self.negative, self.neutral, self.positive]
    }
}

impl Add for Outcomes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            negative: self.negative + other.negative,
            neutral: self.neutral + other.neutral,
            positive: self.positive + other.positive,
        }
    }
}

impl AddAssign for Outcomes {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// What is left when a part is taken away; never below zero.
impl Sub for Outcomes {
    type Output = Self;

    fn sub(self, part: Self) -> Self {
        Self {
            negative: (self.negative - part.negative).max(0.0),
            neutral: (self.neutral - part.neutral).max(0.0),
            positive: (self.positive - part.positive).max(0.0),
        }
    }
}

/// Expected shares of the three outcomes: each above 0, together 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Share of negative.
    pub negative: f64,
    /// Share of neutral and mixed.
    pub neutral: f64,
    /// Share of positive.
    pub positive: f64,
}

impl Shares {
    /// One third each.
    pub const EVEN: Self = Self { negative: 1.0 / 3.0, neutral: 1.0 / 3.0, positive: 1.0 / 3.0 };

    pub(crate) fn to_array(self) -> [f64; 3] {
        [self.negative, self.neutral, self.positive]
    }
}

/// What is believed before counting: a Dirichlet distribution that weighs as much as `strength` mentions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Sum of the Dirichlet parameters, above 0.
    pub strength: f64,
    /// Where it pulls to.
    pub shares: Shares,
}

impl Prior {
    /// Dirichlet(½, ½, ½), the reference prior where nothing else is known (H. Jeffreys, *Theory of Probability*,
    /// 1961, §3.23).
    pub const JEFFREYS: Self = Self { strength: 1.5, shares: Shares::EVEN };
}

/// A Dirichlet distribution over the shares of the three outcomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    negative: f64,
    neutral: f64,
    positive: f64,
}

/// Adds what was counted to what was believed: parameters are `strength · share + count` (A. Gelman et al.,
/// *Bayesian Data Analysis*, 3rd ed., §3.4).
pub fn posterior(outcomes: Outcomes, prior: &Prior) -> Posterior {
    let strength = prior.strength.max(f64::MIN_POSITIVE);
    Posterior {
        negative: strength * prior.shares.negative + outcomes.negative,
        neutral: strength * prior.shares.neutral + outcomes.neutral,
        positive: strength * prior.shares.positive + outcomes.positive,
    }
}

impl Posterior {
    /// Sum of the parameters.
    pub fn strength(&self) -> f64 {
        self.negative + self.neutral + self.positive
    }

    /// Expected shares.
    pub fn shares(&self) -> Shares {
        let strength = self.strength();
        Shares {
            negative: self.negative / strength,
            neutral: self.neutral / strength,
            positive: self.positive / strength,
        }
    }

    /// Expected net sentiment P(positive) − P(negative), −1 to 1: `(a₊ − a₋) / S`.
    pub fn mean(&self) -> f64 {
        (self.positive - self.negative) / self.strength()
    }

    /// Its variance: `[(a₊ + a₋) / S − mean²] / (S + 1)`, from the moments of the Dirichlet distribution.
    pub fn variance(&self) -> f64 {
        let strength = self.strength();
        (((self.positive + self.negative) / strength - self.mean().powi(2)) / (strength + 1.0)).max(0.0)
    }

    /// This posterior of a parent as the prior of one of its children, where children scatter around their parent
    /// like draws from a Dirichlet distribution of strength `k`.
    ///
    /// The parent is itself known only to the precision of its own data, so the prior is weaker than `k`: matching the
    /// variance of a share under both sources of doubt (law of total variance) gives
    /// `1/(strength + 1) = (1 − 1/(S + 1)) / (k + 1) + 1/(S + 1)` with `S` the parent's parameters' sum. A parent
    /// that knows much gives strength `k`, one that knows nothing gives little.
    pub fn as_prior(&self, k: f64) -> Prior {
        let doubt = 1.0 / (self.strength() + 1.0);
        let total = (1.0 - doubt) / (k + 1.0) + doubt;
        Prior { strength: 1.0 / total - 1.0, shares: self.shares() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(negative: f64, neutral: f64, positive: f64) -> Outcomes {
        Outcomes { negative, neutral, positive }
    }

    #[test]
    fn the_mean_and_variance_are_those_of_the_formulas() {
        let p = posterior(outcomes(2.5, 1.5, 5.5), &Prior::JEFFREYS);
        assert!((p.mean() - 3.0 / 11.0).abs() < 1e-12);
        assert!((p.variance() - (9.0 / 11.0 - 9.0 / 121.0) / 12.0).abs() < 1e-12);
    }

    #[test]
    fn without_data_the_prior_stays() {
        let p = posterior(Outcomes::default(), &Prior { strength: 8.0, shares: Shares::EVEN });
        assert!(p.mean().abs() < 1e-12);
        assert!((p.strength() - 8.0).abs() < 1e-12);
    }

    #[test]
    fn a_parent_pulls_as_hard_as_it_knows() {
        let certain = posterior(outcomes(3e6, 1e6, 6e6), &Prior::JEFFREYS).as_prior(10.0);
        assert!((certain.strength - 10.0).abs() < 0.001);
        let ignorant = posterior(Outcomes::default(), &Prior::JEFFREYS).as_prior(10.0);
        assert!(ignorant.strength < 1.5, "{}", ignorant.strength);
    }

    #[test]
    fn taking_a_part_away_never_goes_below_zero() {
        assert_eq!(outcomes(1.0, 2.0, 3.0) - outcomes(2.0, 1.0, 3.0), outcomes(0.0, 1.0, 0.0));
    }
}
