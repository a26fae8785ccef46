//! End to end: the real binary with the real model, against local servers and both databases.
//!
//! Each file is one promise of the README, read as a user would notice it kept or broken.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod alerts;
mod api;
mod auditing;
mod classify;
mod crash;
mod demo;
mod evaluation;
mod explaining;
mod faults;
mod feeds;
mod importing;
mod maps;
mod metrics;
mod models;
mod operating;
mod phrases;
mod privacy;
mod pushing;
mod queries;
mod seams;
mod service;
mod settings;
mod sharing;
mod sites;
#[cfg(feature = "otel")]
mod spans;
mod subscribing;
mod suggesting;
mod support;
