//! What happened at touchpoints, to be shown at the curve: alerts that go on, and changes.

use moodline_types::{Alert, AlertStatus, AlertSubject, AlertTier, TouchpointChange, TouchpointId};

/// The marks of one map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    alerts: Vec<Alert>,
    changes: Vec<TouchpointChange>,
}

impl Marks {
    /// Alerts and changes of one map; alerts that are over or closed are left out.
    pub fn new(alerts: Vec<Alert>, changes: Vec<TouchpointChange>) -> Self {
        let shown = |alert: &Alert| alert.episode.is_going_on() && alert.status != AlertStatus::Closed;
        Self { alerts: alerts.into_iter().filter(shown).collect(), changes }
    }

    /// The alerts and watches that go on at a touchpoint, alerts first.
    pub fn alerts(&self, touchpoint: &TouchpointId) -> Vec<&Alert> {
        let here = |alert: &&Alert| matches!(&alert.episode.subject, AlertSubject::Touchpoint { touchpoint: at, .. } if at == touchpoint);
        let mut alerts: Vec<&Alert> = self.alerts.iter().filter(here).collect();
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.episode.tier));
        alerts
    }

    /// The loudest that goes on at a touchpoint.
    pub fn tier(&self, touchpoint: &TouchpointId) -> Option<AlertTier> {
        self.alerts(touchpoint).first().map(|alert| alert.episode.tier)
    }

    /// What was changed at a touchpoint, the oldest first.
    pub fn changes(&self, touchpoint: &TouchpointId) -> Vec<&TouchpointChange> {
        let mut changes: Vec<&TouchpointChange> =
            self.changes.iter().filter(|change| change.touchpoint == *touchpoint).collect();
        changes.sort_by_key(|change| (change.day, change.id));
        changes
    }

    /// Every change of the map, the oldest first.
    pub fn all_changes(&self) -> Vec<&TouchpointChange> {
        let mut changes: Vec<&TouchpointChange> = self.changes.iter().collect();
        changes.sort_by_key(|change| (change.day, change.id));
        changes
    }
}
