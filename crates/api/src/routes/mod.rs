//! `/v1`: the routes, each a question of [`crate::ask`] and its body.
//!
//! A new resource is a file here with its handlers, a line in [`all`], and a name in [`TAGS`].

mod alerts;
mod corrections;
mod events;
mod flags;
mod journal;
mod maps;
mod mentions;
mod service;
mod themes;
mod versions;

use axum::Json;
use utoipa_axum::router::OpenApiRouter;

use crate::{api::Api, problem::Refusal};

/// What a handler gives.
type Answer<T> = Result<Json<T>, Refusal>;

/// The parts of the document with what they are about, in the order they are shown.
pub(crate) const TAGS: [(&str, &str); 8] = [
    ("maps", "Journey maps with their stages, touchpoints, measured curves, pain points and survey figures"),
    ("mentions", "What people said, opinion by opinion: the query"),
    ("flags", "Negative opinions that ask for attention, and their triage"),
    ("alerts", "What worsened, and what teams did at their touchpoints"),
    ("corrections", "What people said against the machine"),
    ("service", "Sources, runs, schedule and state of the service"),
    ("events", "New flags and alerts as they come"),
    ("administration", "Who did what, and who may"),
];

/// Every route with its part of the document.
pub(crate) fn all() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(maps::routes())
        .merge(themes::routes())
        .merge(versions::routes())
        .merge(mentions::routes())
        .merge(flags::routes())
        .merge(alerts::routes())
        .merge(corrections::routes())
        .merge(service::routes())
        .merge(events::routes())
        .merge(journal::routes())
}
