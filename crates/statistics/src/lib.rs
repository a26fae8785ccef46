//! Numbers with their uncertainty: the shrunk net-sentiment index, shares and differences, all as pure functions.
//!
//! Counts come in, figures with 95 % intervals go out. Nothing here knows of maps, days or databases; every function
//! names the source of its formula, and the tests simulate what each interval promises.

mod dirichlet;
mod index;
mod share;
mod strength;
mod weights;

pub use dirichlet::{Outcomes, Posterior, Prior, Shares, posterior};
pub use index::{Difference, Index, index_difference};
pub use share::{ShareInterval, newcombe_difference, wilson};
pub use strength::{DEFAULT_STRENGTH, STRENGTH_RANGE, estimate_prior_strength};
pub use weights::effective_n;

/// The standard normal quantile of a two-sided 95 % interval.
pub(crate) const Z95: f64 = 1.959_963_984_540_054;
