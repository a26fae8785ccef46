//! How the service stands.

use chrono::{DateTime, Utc};
use moodline_types::RunKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// What runs, what is due, what is stuck.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Status {
    /// Whether a service runs; without one nothing happens on its own.
    pub running: bool,
    /// Visible mentions.
    pub mentions: u64,
    /// What is under way.
    pub under_way: Vec<RunningJob>,
    /// What waits, per model and map.
    pub queues: Vec<Queue>,
    /// Every source and map with how old it is and when it is due.
    pub jobs: Vec<Job>,
    /// Personal data that was replaced before it was stored.
    pub replaced: Vec<Replaced>,
    /// What does not go on without somebody, each as a sentence.
    pub stuck: Vec<String>,
}

/// A run under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunningJob {
    /// The step.
    #[schema(value_type = words::RunKind)]
    pub kind: RunKind,
    /// The source, model or map.
    pub subject: String,
    /// When it began.
    pub since: DateTime<Utc>,
}

/// What waits for one model or map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Queue {
    /// `enrich` or `assign`.
    pub step: String,
    /// The model or map.
    pub target: String,
    /// Mentions that are free to be taken.
    pub waiting: u64,
    /// Mentions that somebody works on.
    pub under_way: u64,
    /// Mentions given up after too many tries.
    pub set_aside: u64,
}

/// A source to read or a map to refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Job {
    /// `fetch` or `refresh`.
    pub job: String,
    /// The source or map.
    pub name: String,
    /// When it was done last.
    pub done_at: Option<DateTime<Utc>>,
    /// When it is due; in the past where it was missed.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether it has missed more than one of its times.
    pub overdue: bool,
    /// For a source: the mentions stored from it.
    pub mentions: Option<u64>,
    /// For a source: failures since the last success.
    pub failures: Option<u32>,
    /// Why it failed last, where it fails now.
    pub last_error: Option<String>,
}

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScheduledJob {
    /// `fetch` or `refresh`.
    pub job: String,
    /// The source or map.
    pub name: String,
    /// Its cron expression.
    pub schedule: String,
    /// The IANA time zone that is read in.
    pub zone: String,
    /// Its next times.
    pub next: Vec<DateTime<Utc>>,
}

/// Personal data that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Replaced {
    /// `e-mail`, `phone`, …, or the name of a pattern of the settings.
    pub kind: String,
    /// Pieces.
    pub items: u64,
}
