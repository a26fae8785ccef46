//! A figure with its interval.

use moodline_statistics::{ShareInterval, wilson};
use serde::Serialize;

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// As measured.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Estimate {
    /// The share `hits / n` with Wilson's interval; `None` of nothing.
    pub fn share(hits: usize, n: usize) -> Option<Self> {
        let ShareInterval { share, low, high } = wilson(hits as f64, n as f64);
        (n > 0).then_some(Self { value: share, low, high })
    }
}
