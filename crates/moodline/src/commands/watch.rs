//! The step after layers: what is out of the ordinary at touchpoints and sources.

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use moodline_alerts::{SourceSigns, SourceTrouble, watch_map};
use moodline_ingest::{Health, health, rate_per_day};
use moodline_store::SourceState;
use moodline_telemetry::traced;
use moodline_types::{Clock, MapId};
use tracing::warn;

use crate::{traces, wire::App};

/// The last UTC day that is complete; judging one under way would hold part of a day against whole ones.
pub(crate) fn last_complete_day(app: &App) -> NaiveDate {
    let today = app.clock.now().date_naive();
    today.pred_opt().unwrap_or(today)
}

/// Judges the nights of a map; what that changed. `None` where alerts are switched off, or for a refresh that looks back:
/// what was out of the ordinary then is no news.
pub(crate) async fn watch_nights(app: &App, map: &MapId, as_of: Option<NaiveDate>) -> Result<Option<String>> {
    let config = &app.loaded.settings.alerts;
    if !config.enabled || as_of.is_some_and(|day| day < app.clock.now().date_naive()) {
        return Ok(None);
    }
    let watching = watch_map(app.store.as_ref(), map, config, last_complete_day(app), &app.clock);
    let outcome = traced(traces::of_map("alerts", map), watching)
        .await
        .with_context(|| format!("could not judge the nights of map {map}"))?;
    Ok(Some(outcome.to_string()))
}

/// Judges how the sources of the settings are doing; what that changed. `None` where alerts are switched off, or where
/// another process does so at this moment.
pub(crate) async fn watch_sources(app: &App) -> Result<Option<String>> {
    let config = &app.loaded.settings.alerts;
    if !config.enabled {
        return Ok(None);
    }
    let Some(_turn) = app.store.take_job("alerts/sources").await? else { return Ok(None) };
    let states = app.store.source_states().await?;
    let entries = app.loaded.settings.sources.entries().filter(|entry| entry.config.enabled());
    let signs: SourceSigns = entries
        .filter_map(|entry| states.iter().find(|state| state.source == *entry.id()))
        .map(|state| (state.source.clone(), trouble(state, app)))
        .collect();
    let today = app.clock.now().date_naive();
    let outcome = moodline_alerts::watch_sources(app.store.as_ref(), &signs, config, today, &app.clock)
        .await
        .context("could not judge how the sources are doing")?;
    Ok(Some(outcome.to_string()))
}

fn trouble(state: &SourceState, app: &App) -> Option<SourceTrouble> {
    let now = app.clock.now();
    match health(state, now) {
        Health::Ok | Health::New => None,
        Health::Failing => Some(SourceTrouble::Failing {
            failures: state.failures,
            error: state.last_error.clone().unwrap_or_default(),
        }),
        Health::Thin => Some(SourceTrouble::Thin { since: state.thin_since.unwrap_or(now).date_naive() }),
        Health::Silent => Some(SourceTrouble::Silent {
            since: state.newest_at.unwrap_or(now).date_naive(),
            per_day: rate_per_day(state).unwrap_or_default(),
        }),
    }
}

/// The same for the service, which goes on whatever comes of it.
pub(crate) async fn watch_sources_or_warn(app: &App) {
    if let Err(error) = watch_sources(app).await {
        warn!("{error:#}");
    }
}
