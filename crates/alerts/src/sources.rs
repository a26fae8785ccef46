//! Sources that fail, fall silent, or are to be doubted.

use chrono::NaiveDate;
use moodline_store::{AlertStore, AlertWrite, StoreError};
use moodline_types::{Alert, AlertEpisode, AlertKind, AlertQuery, AlertSubject, AlertTier, Clock, SourceId};

use crate::{
    AlertsConfig, AlertsError, AlertsOutcome,
    run::{outcome, tell},
};

/// Alerts of sources that are read.
const MOST: u32 = 100_000;

/// What is wrong with a source.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceTrouble {
    /// It has failed so often in a row, the last time with this error.
    Failing {
        /// How often.
        failures: u32,
        /// The error.
        error: String,
    },
    /// It answers and brings nothing new for much longer than its rate of arrival lets expect.
    Silent {
        /// The day of its newest mention.
        since: NaiveDate,
        /// Mentions a day that it used to bring.
        per_day: f64,
    },
    /// Its answers are to be doubted since then: empty where there used to be items, or going round.
    Thin {
        /// Since when.
        since: NaiveDate,
    },
}

impl SourceTrouble {
    /// What is wrong, for a person; `None` where it is too early to say.
    fn told(&self, config: &AlertsConfig) -> Option<String> {
        match self {
            Self::Failing { failures, .. } if *failures < config.source_failures => None,
            Self::Failing { failures, error } => Some(format!("failed {failures} times in a row, last with: {error}")),
            Self::Silent { since, per_day } => {
                Some(format!("silent since {since}, where {per_day:.1} mentions a day were expected"))
            }
            Self::Thin { since } => Some(format!(
                "its answers since {since} are to be doubted: empty where there used to be items, or repeating"
            )),
        }
    }
}

/// How each source in use is doing.
pub type SourceSigns = Vec<(SourceId, Option<SourceTrouble>)>;

/// Brings the alerts of sources up to date with how they are doing on the day `today`. One that is not among `signs` is
/// no longer in use: its alert ends.
///
/// The same signs again change nothing. A source that is in trouble again within the cooldown has the same alert.
///
/// # Errors
/// `Sources` where the database fails; nothing is written then.
pub async fn watch_sources<S>(
    store: &S,
    signs: &SourceSigns,
    config: &AlertsConfig,
    today: NaiveDate,
    clock: &dyn Clock,
) -> Result<AlertsOutcome, AlertsError>
where
    S: AlertStore + ?Sized,
{
    let failed = |source: StoreError| AlertsError::Sources { source };
    let query = AlertQuery { kinds: vec![AlertKind::Source], limit: MOST, ..AlertQuery::default() };
    let known = store.alerts(&query).await.map_err(failed)?;
    let writes = compared(signs, &known, config, today);
    store.write_alerts(&writes, clock.now()).await.map_err(failed)?;
    tell(&writes, &known);
    Ok(outcome(&writes, &known))
}

fn compared(signs: &SourceSigns, known: &[Alert], config: &AlertsConfig, today: NaiveDate) -> Vec<AlertWrite> {
    let mut writes = Vec::new();
    for (source, trouble) in signs {
        let subject = AlertSubject::Source { source: source.clone() };
        let latest = known.iter().filter(|alert| alert.episode.subject == subject);
        let latest = latest.max_by_key(|alert| alert.episode.last_day);
        match (trouble.as_ref().and_then(|trouble| trouble.told(config)), latest) {
            (Some(detail), latest) => {
                let continued = latest.filter(|alert| {
                    let ended = alert.episode.ended_day;
                    ended.is_none_or(|day| (today - day).num_days() <= i64::from(config.cooldown_days))
                });
                let from_day = continued.map_or(today, |alert| alert.episode.from_day);
                let episode = AlertEpisode {
                    subject,
                    kind: AlertKind::Source,
                    tier: AlertTier::Alert,
                    from_day,
                    last_day: today,
                    ended_day: None,
                    figures: None,
                    detail,
                    mentions: Vec::new(),
                };
                writes.push(AlertWrite { known: continued.map(|alert| alert.id), episode });
            }
            (None, Some(alert)) if alert.episode.is_going_on() => writes.push(ended(alert, today)),
            (None, _) => {}
        }
    }
    let unused = known.iter().filter(|alert| {
        let in_use = |source| signs.iter().any(|(used, _)| used == source);
        alert.episode.is_going_on()
            && !matches!(&alert.episode.subject, AlertSubject::Source { source } if in_use(source))
    });
    writes.extend(unused.map(|alert| ended(alert, today)));
    writes
}

fn ended(alert: &Alert, today: NaiveDate) -> AlertWrite {
    AlertWrite { known: Some(alert.id), episode: AlertEpisode { ended_day: Some(today), ..alert.episode.clone() } }
}
