//! What is measured against what people set: the team's own guess, and the level wanted.

use moodline_types::{Layer, LayerState};

use crate::{
    MapView, Stage, Touchpoint,
    view::{perceived, target},
};

/// The measured index of a touchpoint less a level that was set by people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// The level: the guess or the target, −1 to 1.
    pub level: f64,
    /// Measured less the level, −2 to 2: below zero where customers are less happy.
    pub net: f64,
    /// Lower end of its 95 % interval; the level itself is known exactly.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Gap {
    /// The gap between a layer and a level; `None` where the layer has no number.
    pub fn of(layer: &Layer, level: f64) -> Option<Self> {
        let (net, low, high) = (layer.net?, layer.low?, layer.high?);
        Some(Self { level, net: net - level, low: low - level, high: high - level })
    }

    /// How large the gap is at least: the end of its interval that is nearer to zero; 0 where zero lies inside.
    pub fn certain(&self) -> f64 {
        if self.low > 0.0 {
            self.low
        } else if self.high < 0.0 {
            -self.high
        } else {
            0.0
        }
    }
}

/// The gaps of all touchpoints that have one and can be read, the largest that is certain first: measured against the
/// team's guess, or against the target.
pub fn ranked_gaps<'m>(view: &MapView<'m>, to_target: bool) -> Vec<(&'m Stage, &'m Touchpoint, Gap)> {
    let level = |layer, touchpoint| if to_target { target(layer, touchpoint) } else { perceived(layer, touchpoint) };
    let mut gaps: Vec<_> = view
        .map
        .touchpoints()
        .filter_map(|(stage, touchpoint)| {
            let layer = view.touchpoint(stage, touchpoint).filter(|layer| layer.state == LayerState::Ok)?;
            let gap = Gap::of(layer, level(Some(layer), Some(touchpoint))?)?;
            Some((stage, touchpoint, gap))
        })
        .collect();
    gaps.sort_by(|(_, _, a), (_, _, b)| b.certain().total_cmp(&a.certain()).then(b.net.abs().total_cmp(&a.net.abs())));
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(low: f64, net: f64, high: f64) -> f64 {
        Gap { level: 0.0, net, low, high }.certain()
    }

    #[test]
    fn a_gap_is_as_large_as_it_is_at_least() {
        assert!((gap(-0.7, -0.5, -0.3) - 0.3).abs() < 1e-12);
        assert!((gap(0.1, 0.4, 0.7) - 0.1).abs() < 1e-12);
        assert!(gap(-0.2, 0.4, 1.0).abs() < 1e-12);
    }
}
