//! Statistically supported worsenings, and sources that fail or fall silent.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{AlertId, MapId, MentionId, SourceId, StageId, TouchpointId, sentiment::named_enum};

named_enum!(
    /// What is out of the ordinary.
    AlertKind, "alert kind" {
        /// More of a day's mentions at a touchpoint are negative than its history lets expect.
        Negative = "negative",
        /// The share of negative ones has been rising for days, none of which stands out alone.
        Drift = "drift",
        /// Far more is said at a touchpoint than its history lets expect, whatever its mood.
        Volume = "volume",
        /// A source fails, has fallen silent, or brings answers that are to be doubted.
        Source = "source",
    }
);

named_enum!(
    /// How loud it is.
    AlertTier, "alert tier" {
        /// Unusual, and expected now and then by chance: drawn on the map, nobody is called.
        Watch = "watch",
        /// Unusual among all touchpoints of the night, or two nights running: somebody is told.
        Alert = "alert",
    }
);

named_enum!(
    /// What people have done about it.
    AlertStatus, "alert status" {
        /// Nobody has looked yet.
        Open = "open",
        /// Somebody is on it.
        Acknowledged = "acknowledged",
        /// Dealt with or dismissed: the episode stays silent however it goes on.
        Closed = "closed",
    }
);

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum AlertSubject {
    /// A touchpoint of a map, with its stage.
    Touchpoint {
        /// The map.
        map: MapId,
        /// The stage.
        stage: StageId,
        /// The touchpoint.
        touchpoint: TouchpointId,
    },
    /// A source.
    Source {
        /// The source.
        source: SourceId,
    },
}

/// The figures behind an alert at a touchpoint. In mentions for [`AlertKind::Volume`], in shares of them otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AlertFigures {
    /// Negative mentions; for a volume all of them.
    pub observed: u64,
    /// Mentions they are among; for a volume the same number.
    pub n: u64,
    /// What history lets expect: the share of negative ones, or the number of mentions.
    pub expected: f64,
    /// Lower end of the 95 % interval of the share, or the number, that history lets expect of one such day.
    pub expected_low: f64,
    /// Upper end.
    pub expected_high: f64,
    /// Observed minus expected.
    pub change: f64,
    /// Lower end of the 95 % interval of the change.
    pub change_low: f64,
    /// Upper end.
    pub change_high: f64,
    /// The probability of as much or more by chance.
    pub probability: f64,
    /// The same, adjusted for all touchpoints of the night (Benjamini–Hochberg).
    pub adjusted: f64,
    /// Mentions that history lets expect in a day.
    pub usual_n: f64,
    /// A share of negative ones (or a number of mentions) half the scale (or twice) above what is expected.
    pub power_to: f64,
    /// The probability that a day on which it rose to that is found.
    pub power: f64,
}

/// One stretch of days during which something was out of the ordinary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlertEpisode {
    /// What it is about.
    #[serde(flatten)]
    pub subject: AlertSubject,
    /// What is out of the ordinary.
    pub kind: AlertKind,
    /// The loudest it has been.
    pub tier: AlertTier,
    /// The day it began.
    pub from_day: NaiveDate,
    /// The last day that was out of the ordinary.
    pub last_day: NaiveDate,
    /// The day it was found to be over; `None` while it goes on.
    pub ended_day: Option<NaiveDate>,
    /// The figures of its last day, or since the drift began; `None` for a source.
    pub figures: Option<AlertFigures>,
    /// What happened, in a sentence.
    pub detail: String,
    /// The mentions that moved it, the most severe first.
    pub mentions: Vec<MentionId>,
}

impl AlertEpisode {
    /// Whether nothing has brought it back into the ordinary yet.
    pub fn is_going_on(&self) -> bool {
        self.ended_day.is_none()
    }
}

/// An alert as stored: an episode with what people did about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Row id.
    pub id: AlertId,
    /// The episode.
    #[serde(flatten)]
    pub episode: AlertEpisode,
    /// What people did about it.
    pub status: AlertStatus,
    /// When it was first seen.
    pub opened_at: DateTime<Utc>,
    /// When it became an alert; `None` for a watch.
    pub alerted_at: Option<DateTime<Utc>>,
    /// When the machine or a person last changed it.
    pub updated_at: DateTime<Utc>,
    /// Who said last what they did.
    pub actor: Option<String>,
    /// What they said.
    pub note: Option<String>,
}

/// Which alerts to list. Every condition narrows; an empty query finds all.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertQuery {
    /// Only these.
    pub ids: Vec<AlertId>,
    /// Only at touchpoints of this map.
    pub map: Option<MapId>,
    /// Only at this touchpoint.
    pub touchpoint: Option<TouchpointId>,
    /// Only about this source.
    pub source: Option<SourceId>,
    /// Only of these kinds; empty for any.
    pub kinds: Vec<AlertKind>,
    /// Only of this tier.
    pub tier: Option<AlertTier>,
    /// Only those that people left like this; empty for any.
    pub statuses: Vec<AlertStatus>,
    /// `true`: only those that go on; `false`: only those that are over.
    pub going_on: Option<bool>,
    /// Only those changed at or after.
    pub since: Option<DateTime<Utc>>,
    /// Most rows to return.
    pub limit: u32,
}

impl Default for AlertQuery {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            map: None,
            touchpoint: None,
            source: None,
            kinds: Vec::new(),
            tier: None,
            statuses: Vec::new(),
            going_on: None,
            since: None,
            limit: 100,
        }
    }
}
