//! What the service says of itself over HTTP.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use metrics::{gauge, histogram};
use moodline_api::{Check, Probe};
use moodline_schedule::Drain;
use moodline_store::{Backlog, Store, StoreError, WorkKind};
use moodline_telemetry::Metrics;
use moodline_types::{AlertKind, AlertQuery, AlertStatus, AlertTier, Clock, SystemClock, error_chain};

use super::STALL;
use crate::pulse::Pulse;

/// Looks at the database whenever somebody asks.
pub(super) struct AppProbe {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: SystemClock,
    pub(super) drain: Drain,
    pub(super) pulse: Pulse,
    pub(super) metrics: Metrics,
}

#[async_trait]
impl Probe for AppProbe {
    async fn readiness(&self) -> Vec<Check> {
        // The model was loaded and tested before anything listened.
        let database = self.store.check().await.err().map(|error| error_chain(&error));
        let stopping = self.drain.is_stopping().then(|| "stopping".to_owned());
        let stalled =
            self.pulse.stalled(STALL).map(|(job, silent)| format!("`{job}` has not moved for {} s", silent.as_secs()));
        vec![Check { name: "database", problem: database }, Check { name: "service", problem: stopping.or(stalled) }]
    }

    async fn metrics(&self) -> Result<String, String> {
        self.observe().await.map_err(|error| error_chain(&error))?;
        Ok(self.metrics.text())
    }
}

impl AppProbe {
    async fn observe(&self) -> Result<(), StoreError> {
        let (store, now) = (&self.store, self.clock.now());
        gauge!("moodline_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        let began = Instant::now();
        gauge!("moodline_mentions").set(store.mention_count().await? as f64);
        histogram!("moodline_database_seconds").record(began.elapsed().as_secs_f64());
        for state in store.source_states().await? {
            let source = state.source.to_string();
            gauge!("moodline_source_mentions", "source" => source.clone()).set(state.mentions as f64);
            gauge!("moodline_source_failures", "source" => source.clone()).set(f64::from(state.failures));
            if let Some(at) = state.last_success_at {
                gauge!("moodline_source_age_seconds", "source" => source).set(age(at, now));
            }
        }
        if let Some(model) = store.adopted_model().await? {
            let backlog = store.backlog(WorkKind::Enrich, model.id.as_str(), now).await?;
            queue(WorkKind::Enrich, model.id.as_str(), backlog);
        }
        for map in store.maps().await? {
            queue(WorkKind::Assign, map.id.as_str(), store.backlog(WorkKind::Assign, map.id.as_str(), now).await?);
            if let Some(drawn) = store.layers(&map.id, None).await?.and_then(|set| set.run.finished_at) {
                gauge!("moodline_layer_age_seconds", "map" => map.id.to_string()).set(age(drawn, now));
            }
        }
        self.alerts().await
    }

    /// Alerts and watches that go on, by map or source.
    async fn alerts(&self) -> Result<(), StoreError> {
        let maps = self.store.maps().await?;
        for map in &maps {
            for tier in AlertTier::ALL {
                let going_on = AlertQuery {
                    map: Some(map.id.clone()),
                    tier: Some(*tier),
                    statuses: vec![AlertStatus::Open, AlertStatus::Acknowledged],
                    going_on: Some(true),
                    ..AlertQuery::default()
                };
                let count = self.store.count_alerts(&going_on).await?;
                gauge!("moodline_alerts", "map" => map.id.to_string(), "tier" => tier.as_str()).set(count as f64);
            }
        }
        let sources = AlertQuery {
            kinds: vec![AlertKind::Source],
            statuses: vec![AlertStatus::Open, AlertStatus::Acknowledged],
            going_on: Some(true),
            ..AlertQuery::default()
        };
        gauge!("moodline_source_alerts").set(self.store.count_alerts(&sources).await? as f64);
        Ok(())
    }
}

fn queue(kind: WorkKind, target: &str, backlog: Backlog) {
    for (state, mentions) in [("ready", backlog.ready), ("leased", backlog.leased), ("set_aside", backlog.set_aside)] {
        gauge!("moodline_work", "step" => kind.as_str(), "target" => target.to_owned(), "state" => state)
            .set(mentions as f64);
    }
}

fn age(at: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    (now - at).num_milliseconds().max(0) as f64 / 1000.0
}
