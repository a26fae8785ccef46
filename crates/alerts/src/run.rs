//! From counts in the database to alerts in it.

use std::fmt;

use chrono::{Days, NaiveDate};
use moodline_maps::{JourneyMap, Sensitivity, parse_map};
use moodline_store::{AlertStore, AlertWrite, LayerStore, MapStore, QueryStore, StoreError};
use moodline_types::{
    Alert, AlertEpisode, AlertKind, AlertQuery, AlertSubject, AlertTier, Clock, DayWindow, MapId, MentionId,
    MentionOrder, MentionQuery, SentimentLabel, TouchpointFilter, TouchpointId, counted,
};
use tracing::{info, warn};

use crate::{AlertsConfig, AlertsError, Episode, Series, episodes, story::told};

/// Mentions named with an alert.
const NAMED: u32 = 10;
/// Alerts read of one map; more go on nowhere.
const MOST: u32 = 100_000;

/// What judging the nights of a map, or the sources, has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AlertsOutcome {
    /// Alerts that began, or grew out of a watch.
    pub alerts: usize,
    /// Watches that began.
    pub watches: usize,
    /// Alerts and watches that are over.
    pub ended: usize,
    /// Alerts that go on.
    pub going_on: usize,
}

impl fmt::Display for AlertsOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { alerts, watches, ended, going_on } = self;
        let (alerts, watches) = (counted(*alerts, "new alert"), if *watches == 1 { "watch" } else { "watches" });
        let going_on = if *going_on == 1 { "1 alert goes on".to_owned() } else { format!("{going_on} alerts go on") };
        write!(f, "{alerts}, {} new {watches}, {ended} over; {going_on}", self.watches)
    }
}

/// The first day that is judged and the last, given the last day that is complete; and the days needed for that.
///
/// Every night judges anew as many nights as an alert can last and a week, each against its history, so that what came
/// late counts and nothing hangs on which nights were judged before.
fn spans(config: &AlertsConfig, last: NaiveDate) -> (DayWindow, usize) {
    let history = 2 * config.history_days;
    let judged = config.longest_days + 7;
    (DayWindow::ending(last, history + judged), history as usize)
}

/// Every episode at the touchpoints of a map as the night after the day `last` sees them, whatever is stored.
///
/// # Errors
/// `Store` where the database fails, `UnknownMap` and `Definition` where the map cannot be read.
pub async fn map_episodes<S>(
    store: &S,
    map: &MapId,
    config: &AlertsConfig,
    last: NaiveDate,
) -> Result<Vec<AlertEpisode>, AlertsError>
where
    S: MapStore + LayerStore + ?Sized,
{
    let failed = |source: StoreError| AlertsError::Store { map: map.clone(), source };
    let records = store.maps().await.map_err(failed)?;
    let record =
        records.into_iter().find(|record| record.id == *map).ok_or_else(|| AlertsError::UnknownMap(map.clone()))?;
    let map = parse_map(map.as_str(), &record.definition)
        .map_err(|source| AlertsError::Definition { map: map.clone(), source: source.into() })?
        .map;
    let (window, first) = spans(config, last);
    let rollups = store.rollups(&map.id, window).await.map_err(failed)?;
    let touchpoints: Vec<&TouchpointId> = map.touchpoints().map(|(_, touchpoint)| &touchpoint.id).collect();
    let sensitivity: Vec<Sensitivity> = map.touchpoints().map(|(_, touchpoint)| map.sensitivity(touchpoint)).collect();
    let series = Series::of_rollups(&touchpoints, window, &rollups);
    let found = episodes(&series, first, config, &sensitivity);
    Ok(found.iter().map(|episode| dated(&map, &series, episode)).collect())
}

fn dated(map: &JourneyMap, series: &Series, episode: &Episode) -> AlertEpisode {
    let place = map.touchpoints().nth(episode.place);
    let (stage, touchpoint) = place.expect("series are made of the touchpoints of the map, in their order");
    let last_day = series.date(episode.last);
    AlertEpisode {
        subject: AlertSubject::Touchpoint {
            map: map.id.clone(),
            stage: stage.id.clone(),
            touchpoint: touchpoint.id.clone(),
        },
        kind: episode.kind,
        tier: episode.tier,
        from_day: series.date(episode.from),
        last_day,
        ended_day: episode.ended.map(|day| series.date(day)),
        figures: Some(episode.figures),
        detail: told(episode.kind, last_day, &episode.figures),
        mentions: Vec::new(),
    }
}

/// Judges the nights of `map` up to the complete UTC day `last` and brings its alerts up to date.
///
/// Judging the same night again changes nothing; nor does it matter whether the nights before were judged. An episode
/// that is found for the first time when it has been over for longer than mentions may come late is history and makes no
/// alert. One that late mentions take back is ended.
///
/// # Errors
/// `Store` where the database fails (nothing is written then), `UnknownMap` and `Definition` where the map cannot be
/// read.
pub async fn watch_map<S>(
    store: &S,
    map: &MapId,
    config: &AlertsConfig,
    last: NaiveDate,
    clock: &dyn Clock,
) -> Result<AlertsOutcome, AlertsError>
where
    S: MapStore + LayerStore + QueryStore + AlertStore + ?Sized,
{
    let failed = |source: StoreError| AlertsError::Store { map: map.clone(), source };
    let found = map_episodes(store, map, config, last).await?;
    let known = stored(store, map, config, last).await.map_err(failed)?;
    let news = last.checked_sub_days(Days::new(u64::from(config.late_days))).unwrap_or(last);
    let mut writes = merged(found, &known, config, last, news);
    for write in &mut writes {
        // What lies further back was named when it was news.
        if write.episode.last_day >= news || write.known.is_none() {
            write.episode.mentions = moved_by(store, &write.episode).await.map_err(failed)?;
        }
    }
    store.write_alerts(&writes, clock.now()).await.map_err(failed)?;
    let outcome = outcome(&writes, &known);
    tell(&writes, &known);
    Ok(outcome)
}

/// The alerts of a map that may concern the nights judged.
async fn stored<S>(store: &S, map: &MapId, config: &AlertsConfig, last: NaiveDate) -> Result<Vec<Alert>, StoreError>
where
    S: AlertStore + ?Sized,
{
    let (window, first) = spans(config, last);
    let first = window.from.checked_add_days(Days::new(first as u64)).unwrap_or(window.from);
    let query = AlertQuery { map: Some(map.clone()), limit: MOST, ..AlertQuery::default() };
    let alerts = store.alerts(&query).await?;
    Ok(alerts.into_iter().filter(|alert| alert.episode.is_going_on() || alert.episode.last_day >= first).collect())
}

/// What is to be stored: found episodes as those they continue, new ones, and the end of those that were not found.
fn merged(
    found: Vec<AlertEpisode>,
    known: &[Alert],
    config: &AlertsConfig,
    last: NaiveDate,
    news: NaiveDate,
) -> Vec<AlertWrite> {
    let mut writes: Vec<AlertWrite> = Vec::new();
    for episode in found {
        let continued = known.iter().filter(|alert| continues(&alert.episode, &episode, config));
        let Some(alert) = continued.max_by_key(|alert| alert.episode.last_day) else {
            if episode.is_going_on() || episode.last_day >= news {
                writes.push(AlertWrite { known: None, episode });
            }
            continue;
        };
        // Two stretches that late mentions have parted are one alert still: the later is how it stands.
        writes.retain(|write| write.known != Some(alert.id));
        let before = &alert.episode;
        let (from_day, tier) = (before.from_day, before.tier.max(episode.tier));
        let mentions = before.mentions.clone();
        writes
            .push(AlertWrite { known: Some(alert.id), episode: AlertEpisode { from_day, tier, mentions, ..episode } });
    }
    let gone = known
        .iter()
        .filter(|alert| alert.episode.is_going_on() && writes.iter().all(|write| write.known != Some(alert.id)));
    let gone: Vec<AlertWrite> = gone
        .map(|alert| {
            let detail =
                format!("{}; not found any more: mentions came late, or the map changed", alert.episode.detail);
            let episode = AlertEpisode { ended_day: Some(last), detail, ..alert.episode.clone() };
            AlertWrite { known: Some(alert.id), episode }
        })
        .collect();
    writes.extend(gone);
    writes
}

/// Whether two are stretches of one episode.
fn continues(before: &AlertEpisode, now: &AlertEpisode, config: &AlertsConfig) -> bool {
    let pause = i64::from(config.cooldown_days + config.calm_days);
    let touches =
        (now.from_day - before.last_day).num_days() <= pause && (before.from_day - now.last_day).num_days() <= pause;
    let same = match (&before.subject, &now.subject) {
        (
            AlertSubject::Touchpoint { map, touchpoint, .. },
            AlertSubject::Touchpoint { map: same, touchpoint: here, .. },
        ) => map == same && touchpoint == here,
        (AlertSubject::Source { source }, AlertSubject::Source { source: same }) => source == same,
        _ => false,
    };
    same && before.kind == now.kind && touches
}

/// The mentions of an episode's last day, or of a drift's days, that moved it: the most negative first.
async fn moved_by<S>(store: &S, episode: &AlertEpisode) -> Result<Vec<MentionId>, StoreError>
where
    S: QueryStore + ?Sized,
{
    let AlertSubject::Touchpoint { map, touchpoint, .. } = &episode.subject else { return Ok(Vec::new()) };
    let first = if episode.kind == AlertKind::Drift { episode.from_day } else { episode.last_day };
    let start = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    let query = MentionQuery {
        map: Some(map.clone()),
        touchpoint: Some(TouchpointFilter::Is(touchpoint.clone())),
        sentiment: (episode.kind != AlertKind::Volume).then_some(SentimentLabel::Negative),
        since: Some(start(first)),
        until: episode.last_day.succ_opt().map(start),
        order: MentionOrder::Severity,
        // A mention may have several opinions there.
        limit: 4 * NAMED,
        ..MentionQuery::default()
    };
    let mut mentions: Vec<MentionId> = Vec::new();
    for row in store.find_mentions(&query).await?.rows {
        if !mentions.contains(&row.mention) && mentions.len() < NAMED as usize {
            mentions.push(row.mention);
        }
    }
    Ok(mentions)
}

/// How the writes change what was known.
pub(crate) fn outcome(writes: &[AlertWrite], known: &[Alert]) -> AlertsOutcome {
    let mut outcome = AlertsOutcome::default();
    for AlertWrite { known: id, episode } in writes {
        let before = known.iter().find(|alert| Some(alert.id) == *id).map(|alert| &alert.episode);
        let is_alert = episode.tier == AlertTier::Alert;
        let was_alert = before.is_some_and(|before| before.tier == AlertTier::Alert);
        outcome.alerts += usize::from(is_alert && !was_alert);
        outcome.watches += usize::from(!is_alert && before.is_none());
        outcome.ended += usize::from(!episode.is_going_on() && before.is_some_and(AlertEpisode::is_going_on));
        outcome.going_on += usize::from(is_alert && episode.is_going_on());
    }
    outcome
}

/// Logs what became an alert.
pub(crate) fn tell(writes: &[AlertWrite], known: &[Alert]) {
    for AlertWrite { known: id, episode } in writes {
        let was_alert = known.iter().any(|alert| Some(alert.id) == *id && alert.episode.tier == AlertTier::Alert);
        if episode.tier != AlertTier::Alert || was_alert {
            continue;
        }
        match &episode.subject {
            AlertSubject::Touchpoint { map, touchpoint, .. } => {
                warn!(map.id = %map, touchpoint.id = %touchpoint, "{touchpoint} of map {map}: {}", episode.detail);
            }
            AlertSubject::Source { source } => warn!(source.id = %source, "source {source}: {}", episode.detail),
        }
    }
    if !writes.is_empty() {
        info!(alert.count = writes.len(), "judged the night: {}", outcome(writes, known));
    }
}
