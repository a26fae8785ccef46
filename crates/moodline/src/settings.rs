//! The settings file: one TOML, each section owned by the crate it concerns.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use moodline_assign::AssignConfig;
use moodline_config::{ConfigError, Document, Finding, PathStep};
use moodline_enrich::EnrichConfig;
use moodline_http::HttpConfig;
use moodline_layers::LayersConfig;
use moodline_model::ModelOptions;
use moodline_schedule::Plan;
use moodline_sources::SourcesConfig;
use moodline_telemetry::LogConfig;
use serde::Deserialize;

/// Everything that can be set, with its default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(crate) struct Settings {
    /// Where results are kept.
    pub(crate) database: DatabaseConfig,
    /// Which maps are kept.
    pub(crate) maps: MapsConfig,
    /// When things happen.
    pub(crate) schedule: ScheduleConfig,
    /// The model that judges.
    pub(crate) model: ModelConfig,
    /// How mentions are judged.
    pub(crate) enrich: EnrichConfig,
    /// How opinions find their touchpoint.
    pub(crate) assign: AssignConfig,
    /// How layers are computed.
    pub(crate) layers: LayersConfig,
    /// How sources are asked.
    pub(crate) http: HttpConfig,
    /// How people are protected.
    pub(crate) privacy: PrivacyConfig,
    /// What is logged.
    pub(crate) log: LogConfig,
    /// Where mentions come from.
    pub(crate) sources: SourcesConfig,
}

/// `[database]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DatabaseConfig {
    /// `sqlite:FILE` (relative to the settings file) or `postgres://user@host/name`.
    pub(crate) url: String,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: "sqlite:moodline.db".to_owned() }
    }
}

/// `[maps]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MapsConfig {
    /// Map files, or folders of them.
    pub(crate) paths: Vec<PathBuf>,
}

impl Default for MapsConfig {
    fn default() -> Self {
        Self { paths: vec![PathBuf::from("maps")] }
    }
}

/// `[schedule]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScheduleConfig {
    /// The IANA time zone all schedules are read in.
    pub(crate) time_zone: String,
    /// When a source without a schedule of its own is fetched.
    pub(crate) fetch: String,
    /// When the maps are refreshed.
    pub(crate) refresh: String,
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self { time_zone: "UTC".to_owned(), fetch: "15 * * * *".to_owned(), refresh: "0 3 * * *".to_owned() }
    }
}

/// `[model]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ModelConfig {
    /// The model's folder; unset takes the one that came with moodline.
    pub(crate) path: Option<PathBuf>,
    /// Threads; 0 takes one per core.
    pub(crate) threads: usize,
    /// Tokens judged together.
    pub(crate) batch_tokens: usize,
    /// Whether the model judges its own test sentences at start.
    pub(crate) self_test: bool,
}

impl Default for ModelConfig {
    fn default() -> Self {
        let ModelOptions { threads, batch_tokens, self_test } = ModelOptions::default();
        Self { path: None, threads, batch_tokens, self_test }
    }
}

impl ModelConfig {
    pub(crate) fn options(&self) -> ModelOptions {
        let Self { threads, batch_tokens, self_test, .. } = *self;
        ModelOptions { threads, batch_tokens, self_test }
    }
}

/// `[privacy]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PrivacyConfig {
    /// The file with the key that authors are hashed with; made at first use.
    pub(crate) author_key_file: PathBuf,
}

impl Default for PrivacyConfig {
    fn default() -> Self {
        Self { author_key_file: PathBuf::from("author.key") }
    }
}

/// Marks an error as one that somebody has to mend in a settings or map file; exit status 64.
#[derive(Debug)]
pub(crate) struct BadSettings(pub(crate) String);

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSettings {}

/// Settings with the place they came from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LoadedSettings {
    /// What they say.
    pub(crate) settings: Settings,
    /// The file.
    pub(crate) file: PathBuf,
    /// The folder relative paths start at.
    pub(crate) base: PathBuf,
}

/// The settings file to use: the one named, else `moodline.toml` here.
///
/// # Errors
/// `BadSettings` with every finding, or what to do when there is no file.
pub(crate) fn load(explicit: Option<&Path>) -> Result<LoadedSettings, BadSettings> {
    let file = explicit.unwrap_or(Path::new("moodline.toml"));
    if !file.exists() {
        return Err(BadSettings(format!(
            "there are no settings at {}: run `moodline init` to write some, name others with `--config FILE`, or try \
             `moodline demo` first",
            file.display()
        )));
    }
    let settings = read(file)?;
    let base = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(LoadedSettings { settings, file: file.to_owned(), base: base.to_owned() })
}

fn read(file: &Path) -> Result<Settings, BadSettings> {
    let document = moodline_config::read_checked::<Settings>(file, across).map_err(bad)?;
    Ok(document.value)
}

/// What only several keys together, or another crate's parser, can show to be wrong.
fn across(document: &Document<Settings>) -> Vec<Finding> {
    let settings = &document.value;
    let mut findings = Vec::new();
    let mut plan = |path: &[PathStep<'_>], cron: &str| {
        // The zone has its own finding; here it must not hide mistakes in the expression.
        if let Err(error) = Plan::new(cron, "UTC") {
            findings.push(document.finding(path, chain(&error)));
        }
    };
    plan(&["schedule".into(), "fetch".into()], &settings.schedule.fetch);
    plan(&["schedule".into(), "refresh".into()], &settings.schedule.refresh);
    let mut of_source = BTreeMap::new();
    for source in settings.sources.entries() {
        let index: &mut usize = of_source.entry(source.kind).or_default();
        if let Some(cron) = source.schedule {
            plan(&["sources".into(), source.kind.into(), (*index).into(), "schedule".into()], cron);
        }
        *index += 1;
    }
    if let Err(error) = Plan::new("0 3 * * *", &settings.schedule.time_zone) {
        findings.push(document.finding(&["schedule".into(), "time_zone".into()], error.to_string()));
    }
    if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| settings.database.url.starts_with(scheme)) {
        let message = "a database address begins with `sqlite:` or `postgres:`";
        findings.push(document.finding(&["database".into(), "url".into()], message));
    }
    for message in settings.sources.findings() {
        findings.push(document.finding(&["sources".into()], message));
    }
    findings
}

fn bad(error: ConfigError) -> BadSettings {
    BadSettings(chain(&error))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
