//! What the routes answer with.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use moodline_store::Store;
use moodline_types::{ChangeId, Clock, MapId, MentionId, SourceId};
use tokio::sync::Semaphore;

use crate::{ApiConfig, AskError, body, guard::Rates};

/// Most rows of a page; the document says so too.
const MOST_ROWS: u32 = 500;

/// What only the program around the API knows: its settings, what they make due, and what the steps make of the tables.
#[async_trait]
pub trait Host: Send + Sync {
    /// How every source stands, or one of them.
    async fn sources(&self, only: Option<&SourceId>) -> Result<Vec<body::Source>, AskError>;

    /// What runs, what is due, what is stuck.
    async fn status(&self) -> Result<body::Status, AskError>;

    /// When everything is due next, `times` times each.
    async fn schedule(&self, times: u32) -> Result<Vec<body::ScheduledJob>, AskError>;

    /// Why the opinions of a mention lie where they do, on these maps or, where none is named, on all.
    async fn explanation(&self, mention: MentionId, maps: &[MapId]) -> Result<body::Explanation, AskError>;

    /// What surveys and counters say of a map in `days` days up to `until`; where it is not said, those of its curve.
    async fn metrics(
        &self,
        map: &MapId,
        until: Option<NaiveDate>,
        days: Option<u32>,
    ) -> Result<body::Metrics, AskError>;

    /// What a change did: up to `days` days after it held against as many before.
    async fn effect(&self, change: ChangeId, days: u32) -> Result<body::ChangeEffect, AskError>;

    /// What could be added to a map.
    async fn additions(&self, map: &MapId, asked: &AdditionQuery) -> Result<body::SuggestedAdditions, AskError>;
}

/// Which of what could be added to a map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdditionQuery {
    /// Posted at or after, as `mentions` takes it; the window of the curve where it is not said.
    pub since: Option<String>,
    /// Posted before; now where it is not said.
    pub until: Option<String>,
    /// Mentions that make a group, 2 to 1000; 8 where it is not said.
    pub least: Option<u32>,
    /// Most groups, 1 to 100; 10 where it is not said.
    pub top: Option<u32>,
}

/// Everything behind the routes.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

struct Parts {
    store: Arc<dyn Store>,
    host: Arc<dyn Host>,
    clock: Arc<dyn Clock>,
    config: ApiConfig,
    rates: Rates,
    streams: Arc<Semaphore>,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Api {
    /// An API over one database.
    pub fn new(store: Arc<dyn Store>, host: Arc<dyn Host>, clock: Arc<dyn Clock>, config: ApiConfig) -> Self {
        let (rates, streams) = (Rates::new(&config), Arc::new(Semaphore::new(config.max_streams)));
        Self(Arc::new(Parts { store, host, clock, config, rates, streams }))
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.0.store.as_ref()
    }

    pub(crate) fn host(&self) -> &dyn Host {
        self.0.host.as_ref()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    pub(crate) fn config(&self) -> &ApiConfig {
        &self.0.config
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    pub(crate) fn streams(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.streams)
    }

    /// The page size asked for, within bounds.
    pub(crate) fn page(asked: Option<u32>, usual: u32) -> Result<u32, AskError> {
        match asked {
            None => Ok(usual),
            Some(limit) if (1..=MOST_ROWS).contains(&limit) => Ok(limit),
            Some(limit) => Err(AskError::field("limit", format!("{limit} is not from 1 to {MOST_ROWS}"))),
        }
    }
}
