//! Everything that runs under one reading of settings and maps.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use moodline_enrich::SharedModel;
use moodline_schedule::Plan;
use moodline_types::{MapId, SourceId};
use tokio::task::{JoinError, JoinSet};
use tracing::{info, warn};

use super::{drawing, fetching, working};
use crate::{
    cli::{Role, RunArgs},
    settings::Settings,
    wire::App,
};

/// The loops of one reading of the settings.
pub(super) struct Generation {
    pub(super) app: Arc<App>,
    pub(super) model: Option<SharedModel>,
    jobs: JoinSet<()>,
}

impl Generation {
    /// Starts a loop for every source, map and step that the roles name.
    pub(super) async fn start(app: App, args: &RunArgs, model: Option<SharedModel>) -> Result<Self> {
        let app = Arc::new(app);
        let does = |role: Role| args.does(role);
        // Maps are registered where they are used; a machine that only fetches or judges needs no map files.
        let maps = if does(Role::Assign) || does(Role::Layers) { app.register_maps().await? } else { Vec::new() };
        let mut jobs: JoinSet<()> = JoinSet::new();
        // Held by every source that has not been read once since the start; refreshes wait until all have let go.
        let unread = Arc::new(());
        let first_reads = Arc::downgrade(&unread);
        let settings = &app.loaded.settings;
        if does(Role::Fetch) {
            let protection = Arc::new(app.protection()?);
            for source in app.sources(&[])? {
                if !source.is_fetched() {
                    info!(source.id = %source.id(), "source {} is sent its mentions", source.id());
                    app.store.record_source_due(source.id(), None).await?;
                    continue;
                }
                let plan = source_plan(settings, source.id())?;
                info!(source.id = %source.id(), "source {} is read at {plan}", source.id());
                let (app, protection) = (Arc::clone(&app), Arc::clone(&protection));
                jobs.spawn(fetching::fetch_loop(app, source, plan, protection, Arc::clone(&unread)));
            }
        }
        drop(unread);
        if let Some(model) = model.clone() {
            jobs.spawn(working::enrich_loop(Arc::clone(&app), model));
        }
        if does(Role::Assign) {
            jobs.spawn(working::assign_loop(Arc::clone(&app)));
        }
        if does(Role::Layers) {
            for loaded in &maps {
                let plan = map_plan(settings, &loaded.map.id)?;
                info!(map.id = %loaded.map.id, "map {} is refreshed at {plan}", loaded.map.id);
                let map = loaded.map.id.clone();
                jobs.spawn(drawing::layers_loop(Arc::clone(&app), map, plan, first_reads.clone()));
            }
        }
        // A process that only answers does no other work, and has nothing to keep in order.
        if args.role != [Role::Api] {
            jobs.spawn(working::house_loop(Arc::clone(&app)));
        }
        Ok(Self { app, model, jobs })
    }

    /// Resolves when a loop ends although nobody told it to: it has panicked.
    pub(super) async fn lost(&mut self) -> Option<JoinError> {
        if self.jobs.is_empty() {
            return std::future::pending().await;
        }
        self.jobs.join_next().await.and_then(Result::err)
    }

    /// Lets every loop finish what it holds, for as long as `limit`.
    pub(super) async fn stop(mut self, limit: Duration) {
        self.app.drain.stop();
        let ended = async { while self.jobs.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, ended).await.is_err() {
            warn!("work under way did not finish in {limit:?}; its lease gives it back");
        }
        self.jobs.abort_all();
        self.app.pulse.forget_all();
    }
}

/// When a source is read.
pub(crate) fn source_plan(settings: &Settings, source: &SourceId) -> Result<Plan> {
    let own = settings.sources.entries().find(|entry| entry.id() == source).and_then(|entry| entry.config.schedule());
    Ok(Plan::new(own.unwrap_or(&settings.schedule.fetch), &settings.schedule.time_zone)?)
}

/// When a map is drawn.
pub(crate) fn map_plan(settings: &Settings, map: &MapId) -> Result<Plan> {
    let schedule = &settings.schedule;
    let cron = schedule.maps.get(map).unwrap_or(&schedule.refresh);
    Ok(Plan::new(cron, &schedule.time_zone)?)
}
