//! The service's HTTP face: is it alive, is it ready, how is it doing, and everything a person asks.
//!
//! `/healthz` answers as long as the process does, `/readyz` names every part that is not as it should be, `/metrics`
//! speaks the [Prometheus text format](https://prometheus.io/docs/instrumenting/exposition_formats/). What they say
//! comes through [`Probe`], so that these know neither database nor model.
//!
//! `/v1` is the query surface. A question is a function of [`ask`] over the storage traits, its answer a type of [`body`];
//! the routes and the command line share both, so that `--format json` equals what comes over HTTP. What only the binary
//! knows (its settings) comes through [`Host`]. [`openapi`] is generated from the routes.
//!
//! A [`Router`] is put together by whoever starts the [`Server`], which wraps it in what every request meets: an id, a
//! bound, an end, and errors that read alike.

mod api;
pub mod ask;
pub mod body;
mod config;
mod docs;
mod error;
mod extract;
mod guard;
mod probe;
mod problem;
mod push;
mod routes;
mod server;

pub use api::{AdditionQuery, Api, Host};
/// Routes, to be merged with those of others.
pub use axum::Router;
pub use config::{Access, ApiConfig};
pub use docs::openapi;
pub use error::{ApiError, AskError};
pub use extract::Words;
pub use guard::{new_secret, token_hash};
pub use probe::{Check, Probe, routes};
pub use problem::{FieldError, Problem};
pub use push::{Delivery, Receipt, Receiver, Refusal, Rejected, push_routes};
pub use server::{Server, v1_routes};
