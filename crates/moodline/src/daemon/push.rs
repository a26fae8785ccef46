//! Stores what others send.

use std::sync::Arc;

use anyhow::Result;
use async_trait::async_trait;
use moodline_api::{Delivery, Receipt, Receiver, Refusal, Rejected};
use moodline_http::HttpClient;
use moodline_ingest::{Protection, store_page};
use moodline_sources::{
    BuildContext,
    push::{PushEndpoint, Signed},
};
use moodline_store::Store;
use moodline_types::{Clock, SystemClock, error_chain};
use tracing::{error, info, warn};

use crate::{settings::BadSettings, wire::App};

/// The endpoints of the settings.
pub(super) struct AppReceiver {
    store: Arc<dyn Store>,
    clock: SystemClock,
    endpoints: Vec<PushEndpoint>,
    protection: Protection,
}

impl AppReceiver {
    /// `None` where the settings have no `[[sources.push]]` that is enabled.
    pub(super) fn new(app: &App) -> Result<Option<Self>> {
        let settings = &app.loaded.settings;
        let http = HttpClient::new(&settings.http)?;
        let context = BuildContext { http: &http, base_dir: &app.loaded.base };
        let enabled = settings.sources.push.iter().filter(|config| config.enabled);
        let endpoints = enabled.map(|config| PushEndpoint::new(config, &context)).collect::<Result<Vec<_>, String>>();
        let endpoints = endpoints.map_err(|error| BadSettings(format!("{}: {error}", app.loaded.file.display())))?;
        if endpoints.is_empty() {
            return Ok(None);
        }
        let (store, clock) = (Arc::clone(&app.store), app.clock);
        Ok(Some(Self { store, clock, endpoints, protection: app.protection()? }))
    }
}

#[async_trait]
impl Receiver for AppReceiver {
    async fn receive(&self, delivery: Delivery) -> Result<Receipt, Refusal> {
        let endpoint = self.endpoints.iter().find(|endpoint| endpoint.id().as_str() == delivery.source);
        let endpoint = endpoint.ok_or(Refusal::Unknown)?;
        let id = endpoint.id();
        let Delivery { id: delivery_id, timestamp, signature, body, .. } = &delivery;
        let signed = Signed { id: delivery_id, timestamp, signature };
        let page = endpoint.read(signed, body, self.clock.now()).map_err(|error| {
            let reason = error_chain(&error);
            warn!(source.id = %id, "refused a delivery to {id}: {reason}");
            if error.is_unauthorised() { Refusal::Unauthorised(reason) } else { Refusal::Unreadable(reason) }
        })?;
        let stored = store_page(self.store.as_ref(), id, page, &self.protection, &self.clock).await;
        let (changes, rejected) = stored.map_err(|error| {
            error!(source.id = %id, "could not store a delivery to {id}: {}", error_chain(&error));
            Refusal::Unavailable
        })?;
        info!(source.id = %id, mention.added = changes.added, "{id} was sent {} new mentions", changes.added);
        let rejected: Vec<Rejected> = rejected
            .into_iter()
            .map(|row| Rejected { item: row.line.unwrap_or_default(), reason: row.reason })
            .collect();
        let read = changes.added + changes.revised + changes.unchanged + changes.dropped;
        if let (0, Some(first)) = (read, rejected.first()) {
            return Err(Refusal::Unreadable(format!("item {}: {}", first.item, first.reason)));
        }
        Ok(Receipt { added: changes.added, revised: changes.revised, unchanged: changes.unchanged, rejected })
    }
}
