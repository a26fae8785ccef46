//! What the service answers over HTTP.

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use chrono::NaiveDate;
use moodline_api::{AdditionQuery, Api, ApiConfig, AskError, Host, Router, body, v1_routes};
use moodline_types::{ChangeId, Clock, MapId, MentionId, SourceId};
use tracing::warn;

use crate::{
    commands::{additions, change_effect_of, explanation, metrics, schedule, sources, status},
    wire::App,
};

/// The settings as they stand, for the questions that only they answer.
#[derive(Clone)]
pub(super) struct AppHost(Arc<RwLock<Arc<App>>>);

impl AppHost {
    pub(super) fn new(app: App) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(app))))
    }

    /// Goes by these settings from now on.
    pub(super) fn now(&self, app: App) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(app);
    }

    fn app(&self) -> Arc<App> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Host for AppHost {
    async fn sources(&self, only: Option<&SourceId>) -> Result<Vec<body::Source>, AskError> {
        let known = sources::known_sources(&self.app(), only).await.map_err(failed)?;
        Ok(known.into_iter().map(sources::Known::body).collect())
    }

    async fn status(&self) -> Result<body::Status, AskError> {
        status::look(&self.app()).await.map_err(failed)
    }

    async fn schedule(&self, times: u32) -> Result<Vec<body::ScheduledJob>, AskError> {
        let app = self.app();
        let jobs = schedule::jobs(&app).map_err(failed)?;
        Ok(schedule::bodies(&jobs, app.clock.now(), times))
    }

    async fn explanation(&self, mention: MentionId, maps: &[MapId]) -> Result<body::Explanation, AskError> {
        explanation(&self.app(), mention, maps).await
    }

    async fn metrics(
        &self,
        map: &MapId,
        until: Option<NaiveDate>,
        days: Option<u32>,
    ) -> Result<body::Metrics, AskError> {
        metrics(&self.app(), map, until, days).await
    }

    async fn effect(&self, change: ChangeId, days: u32) -> Result<body::ChangeEffect, AskError> {
        change_effect_of(&self.app(), change, days).await
    }

    async fn additions(&self, map: &MapId, asked: &AdditionQuery) -> Result<body::SuggestedAdditions, AskError> {
        additions(&self.app(), map, asked).await
    }
}

fn failed(error: anyhow::Error) -> AskError {
    AskError::Failed(error.into())
}

/// The routes under `/v1`.
pub(super) async fn routes(app: &App, host: &AppHost) -> Result<Router> {
    let config = app.loaded.settings.api.clone();
    warned(app, &config).await?;
    let api = Api::new(Arc::clone(&app.store), Arc::new(host.clone()), Arc::new(app.clock), config);
    Ok(v1_routes(&api))
}

/// Says what nobody can open.
async fn warned(app: &App, config: &ApiConfig) -> Result<()> {
    if config.needs_token() {
        let now = app.clock.now();
        let tokens = app.store.tokens().await.context("could not read the tokens")?;
        if !tokens.iter().any(|token| token.is_valid(now)) {
            warn!("the API needs a token and there is none that is valid: `moodline token create NAME` makes one");
        }
    }
    Ok(())
}
