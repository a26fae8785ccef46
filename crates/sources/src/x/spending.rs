//! What has been spent this month.

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};

/// Posts read in a calendar month (UTC), counted as if each of them were paid for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Spending {
    /// E.g. `[2026, 11]`.
    month: Option<(i32, u32)>,
    posts: u64,
}

impl Spending {
    /// Posts that may still be read.
    pub(super) fn left(&mut self, limit: u64, now: DateTime<Utc>) -> u64 {
        let month = Some((now.year(), now.month()));
        if self.month != month {
            *self = Self { month, posts: 0 };
        }
        limit.saturating_sub(self.posts)
    }

    /// Adds what an answer cost.
    pub(super) fn add(&mut self, posts: usize) {
        self.posts = self.posts.saturating_add(posts as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_month_begins_with_the_whole_budget() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let mut spending = Spending::default();
        assert_eq!(spending.left(100, at("2026-11-30T23:59:59Z")), 100);
        spending.add(130);
        assert_eq!(spending.left(100, at("2026-11-30T23:59:59Z")), 0);
        assert_eq!(spending.left(100, at("2026-12-01T00:00:00Z")), 100);
    }
}
