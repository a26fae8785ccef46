//! Numbers with their uncertainty: the shrunk net-sentiment index, shares and differences, what a night was expected to
//! bring, what a change did, all as pure functions.
//!
//! Counts come in, figures with 95 % intervals go out. Nothing here knows of maps, days or databases; every function
//! names the source of its formula, and the tests simulate what each interval promises.

mod beta_binomial;
mod communities;
mod contribution;
mod correction;
mod dice;
mod dirichlet;
mod drift;
mod effect;
mod false_discovery;
mod index;
mod logistic;
mod negative_binomial;
mod overdispersion;
mod share;
mod strength;
mod survey;
mod weights;

pub use beta_binomial::{BetaBinomial, detection_probability};
pub use communities::communities;
pub use contribution::{Contribution, contribution};
pub use correction::{CorrectedShares, SaidOf, corrected_shares};
pub use dice::seed_of;
pub use dirichlet::{Outcomes, Posterior, Prior, Shares, posterior};
pub use drift::{SeriesDay, cusum, drift_power, drift_probability};
pub use effect::{Effect, EffectDay, Scores, detectable_change, effect, effect_ratio, standardised_change};
pub use false_discovery::benjamini_hochberg;
pub use index::{Difference, Index, index_difference};
pub use logistic::{Gain, Logistic, Trial};
pub use negative_binomial::{count_critical, count_upper_tail};
pub use overdispersion::{count_dispersion, day_correlation};
pub use share::{ShareInterval, newcombe_difference, wilson};
pub use strength::{DEFAULT_STRENGTH, STRENGTH_RANGE, estimate_prior_strength};
pub use survey::{Surveyed, csat, effort, nps};
pub use weights::{Weighted, effective_n};

/// The standard normal quantile of a two-sided 95 % interval.
pub(crate) const Z95: f64 = 1.959_963_984_540_054;
