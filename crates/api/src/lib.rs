//! The service's HTTP face: is it alive, is it ready, how is it doing.
//!
//! `/healthz` answers as long as the process does, `/readyz` names every part that is not as it should be, `/metrics`
//! speaks the [Prometheus text format](https://prometheus.io/docs/instrumenting/exposition_formats/). What they say
//! comes through [`Probe`], so that this crate knows neither database nor model; other routes are merged into the
//! [`Router`] that [`Server::start`] is given.

mod config;
mod error;
mod probe;
mod push;
mod server;

/// Routes, to be merged with those of others.
pub use axum::Router;
pub use config::ApiConfig;
pub use error::ApiError;
pub use probe::{Check, Probe, routes};
pub use push::{Delivery, Receipt, Receiver, Refusal, Rejected, push_routes};
pub use server::Server;
