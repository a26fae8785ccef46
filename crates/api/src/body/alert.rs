//! Alerts, and what teams did at their touchpoints.

use chrono::{DateTime, NaiveDate, Utc};
use moodline_types::{self as types, AlertStatus, MapId, TouchpointId};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::words;
use crate::extract::{Words, given};

/// Something out of the ordinary, with what people did about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Alert(pub types::Alert);

impl PartialSchema for Alert {
    fn schema() -> RefOr<Schema> {
        form::Alert::schema()
    }
}

impl ToSchema for Alert {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        form::Alert::schemas(schemas);
    }
}

/// The form of that JSON; a test compares the two.
mod form {
    #![expect(dead_code, reason = "read by the derive alone")]

    use chrono::{DateTime, NaiveDate, Utc};
    use utoipa::ToSchema;

    use super::words;

    /// Something out of the ordinary at a touchpoint or a source, with what people did about it.
    #[derive(ToSchema)]
    pub(super) struct Alert {
        /// Its id.
        id: i64,
        /// The map; missing where it is about a source, like the two below.
        #[schema(value_type = words::MapId, required = false)]
        map: String,
        /// The stage.
        #[schema(value_type = words::StageId, required = false)]
        stage: String,
        /// The touchpoint.
        #[schema(value_type = words::TouchpointId, required = false)]
        touchpoint: String,
        /// The source; missing where it is about a touchpoint.
        #[schema(value_type = words::SourceId, required = false)]
        source: String,
        /// What is out of the ordinary.
        #[schema(value_type = words::AlertKind)]
        kind: String,
        /// How loud it is.
        #[schema(value_type = words::AlertTier)]
        tier: String,
        /// The day it began.
        from_day: NaiveDate,
        /// The last day that was out of the ordinary.
        last_day: NaiveDate,
        /// The day it was found to be over; null while it goes on.
        ended_day: Option<NaiveDate>,
        /// The figures behind it; null for a source.
        figures: Option<AlertFigures>,
        /// What happened, in a sentence.
        detail: String,
        /// The mentions that moved it, the most severe first.
        mentions: Vec<i64>,
        /// What people did about it.
        #[schema(value_type = words::AlertStatus)]
        status: String,
        /// When it was first seen.
        opened_at: DateTime<Utc>,
        /// When it became an alert; null for a watch.
        alerted_at: Option<DateTime<Utc>>,
        /// When it was last changed.
        updated_at: DateTime<Utc>,
        /// Who said last what they did.
        actor: Option<String>,
        /// What they said.
        note: Option<String>,
    }

    /// The figures behind an alert at a touchpoint: shares of negative mentions, or for a volume numbers of mentions.
    #[derive(ToSchema)]
    struct AlertFigures {
        /// Negative mentions; for a volume all of them.
        observed: u64,
        /// Mentions they are among.
        n: u64,
        /// What history lets expect.
        expected: f64,
        /// Lower end of its 95 % interval.
        expected_low: f64,
        /// Upper end.
        expected_high: f64,
        /// Observed minus expected.
        change: f64,
        /// Lower end of its 95 % interval.
        change_low: f64,
        /// Upper end.
        change_high: f64,
        /// The probability of as much or more by chance.
        probability: f64,
        /// The same, adjusted for all touchpoints of the night.
        adjusted: f64,
        /// Mentions that history lets expect in a day.
        usual_n: f64,
        /// What would have been found with the probability `power`.
        power_to: f64,
        /// That probability.
        power: f64,
    }
}

/// An alert with what its mentions speak of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlertShown {
    /// The alert.
    pub alert: Alert,
    /// The themes of its mentions, the most frequent first.
    pub themes: Vec<AlertTheme>,
    /// Their words, in the order of the alert's `mentions`.
    pub quotes: Vec<AlertQuote>,
}

/// A theme that mentions of an alert speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertTheme {
    /// Its terms, with commas.
    pub terms: String,
    /// How many of the mentions.
    pub mentions: usize,
}

/// A mention that moved an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertQuote {
    /// The mention.
    pub mention: i64,
    /// Where a person can read it.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its text.
    pub text: String,
}

/// What there is for one department.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Department {
    /// Its name in the maps; null: nobody owns these touchpoints, and sources are the operator's.
    pub owner: Option<String>,
    /// Its alerts.
    pub entries: Vec<DigestEntry>,
}

/// An alert as a digest tells it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DigestEntry {
    /// The alert.
    #[serde(flatten)]
    pub alert: Alert,
    /// Touchpoint and map, or the source, for people.
    pub name: String,
    /// What its mentions speak of, e.g. `login, code (7 of 10); queue (2 of 10)`.
    pub themes: String,
    /// Beginnings of some of them.
    pub quotes: Vec<String>,
}

/// What somebody did about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertTriage {
    /// The new state.
    #[schema(value_type = words::AlertStatus)]
    pub status: AlertStatus,
    /// Why, or what was done.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::Words>, nullable = false)]
    pub note: Option<Words>,
}

/// What a team did at a touchpoint: a fix, a release, a new price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TouchpointChange {
    /// Its id.
    pub id: i64,
    /// The map.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// The touchpoint.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// The first day it was in effect.
    pub day: NaiveDate,
    /// What was done.
    pub what: String,
    /// Who said so.
    pub actor: String,
    /// When.
    pub added_at: DateTime<Utc>,
}

impl From<types::TouchpointChange> for TouchpointChange {
    fn from(change: types::TouchpointChange) -> Self {
        let types::TouchpointChange { id, map, touchpoint, day, what, actor, added_at } = change;
        Self { id: id.0, map, touchpoint, day, what, actor, added_at }
    }
}

/// A change to put on record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTouchpointChange {
    /// The map.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// The touchpoint.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// The first day it was in effect, from 1970 to 9999.
    pub day: NaiveDate,
    /// What was done.
    #[schema(value_type = words::Words)]
    pub what: Words,
}

#[cfg(test)]
mod tests {
    use moodline_types::{AlertEpisode, AlertFigures, AlertId, AlertKind, AlertSubject, AlertTier};

    use super::*;

    #[test]
    fn the_document_names_every_field_of_an_alert() {
        let figures = AlertFigures {
            observed: 3,
            n: 4,
            expected: 0.1,
            expected_low: 0.0,
            expected_high: 0.2,
            change: 0.6,
            change_low: 0.2,
            change_high: 0.8,
            probability: 0.001,
            adjusted: 0.01,
            usual_n: 5.0,
            power_to: 0.4,
            power: 0.8,
        };
        let (map, stage, touchpoint) = ("m".parse().unwrap(), "s".parse().unwrap(), "t".parse().unwrap());
        let episode = AlertEpisode {
            subject: AlertSubject::Touchpoint { map, stage, touchpoint },
            kind: AlertKind::Negative,
            tier: AlertTier::Alert,
            from_day: NaiveDate::default(),
            last_day: NaiveDate::default(),
            ended_day: None,
            figures: Some(figures),
            detail: String::new(),
            mentions: Vec::new(),
        };
        let now = DateTime::UNIX_EPOCH;
        let alert = types::Alert {
            id: AlertId(1),
            episode,
            status: AlertStatus::Open,
            opened_at: now,
            alerted_at: None,
            updated_at: now,
            actor: None,
            note: None,
        };
        let shown = serde_json::to_value(Alert(alert)).unwrap();
        let mut schemas = vec![("Alert".to_owned(), Alert::schema())];
        Alert::schemas(&mut schemas);
        let documented = |name: &str| {
            let (_, schema) = schemas.iter().find(|(known, _)| known == name).unwrap();
            let RefOr::T(Schema::Object(object)) = schema else { panic!("{name} is an object") };
            object.properties.keys().cloned().collect::<std::collections::BTreeSet<_>>()
        };
        let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect();
        let mut own: std::collections::BTreeSet<String> = names(&shown);
        own.insert("source".to_owned());
        assert_eq!(own, documented("Alert"));
        assert_eq!(names(&shown["figures"]), documented("AlertFigures"));
    }
}
