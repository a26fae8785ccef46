//! The settings file: one TOML, each section owned by the crate it concerns.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use moodline_alerts::AlertsConfig;
use moodline_api::ApiConfig;
use moodline_assign::AssignConfig;
use moodline_config::{Document, Finding, PathStep};
use moodline_enrich::{EnrichConfig, phrase_faults};
use moodline_http::HttpConfig;
use moodline_layers::LayersConfig;
use moodline_model::ModelOptions;
use moodline_privacy::{Kind, Redactor};
use moodline_schedule::Plan;
use moodline_sources::SourcesConfig;
use moodline_telemetry::{LogConfig, TelemetryConfig};
use moodline_themes::ThemesConfig;
use moodline_types::{Interval, MapId, Metric, SourceId, StageId, TouchpointId, error_chain};
use serde::Deserialize;
use url::Url;

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
    /// How themes are found.
    pub(crate) themes: ThemesConfig,
    /// When a night is out of the ordinary.
    pub(crate) alerts: AlertsConfig,
    /// Which sources' ratings answer survey questions.
    pub(crate) metrics: MetricsConfig,
    /// How sources are asked.
    pub(crate) http: HttpConfig,
    /// How people are protected.
    pub(crate) privacy: PrivacyConfig,
    /// Where the service answers over HTTP.
    pub(crate) api: ApiConfig,
    /// What is logged.
    pub(crate) log: LogConfig,
    /// Where traces are sent.
    pub(crate) telemetry: TelemetryConfig,
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

/// `[metrics]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MetricsConfig {
    /// Sources whose ratings answer a survey question.
    pub(crate) sources: BTreeMap<SourceId, MetricSource>,
}

/// What the ratings of a source mean.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricSource {
    /// The question they answer.
    pub(crate) metric: Metric,
    /// The map it was asked for; unset: every map that takes the source.
    #[serde(default)]
    pub(crate) map: Option<MapId>,
    /// The stage it was asked at.
    #[serde(default)]
    pub(crate) stage: Option<StageId>,
    /// The touchpoint it was asked at; unset without a stage as well: what each mention speaks of.
    #[serde(default)]
    pub(crate) touchpoint: Option<TouchpointId>,
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
    /// Maps that are refreshed at other times.
    pub(crate) maps: BTreeMap<MapId, String>,
    /// Longest random delay of whatever is due, so that not everybody asks at the same second.
    pub(crate) jitter: Interval,
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            fetch: "15 * * * *".to_owned(),
            refresh: "0 3 * * *".to_owned(),
            maps: BTreeMap::new(),
            jitter: Interval::from_secs(60),
        }
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
    /// Kinds of personal data that are replaced in texts before they are stored.
    pub(crate) redact: Vec<Kind>,
    /// Regular expressions of one's own by the name that takes the place of what they match.
    pub(crate) patterns: BTreeMap<String, String>,
    /// How long texts are kept; unset keeps them for good.
    pub(crate) keep_text: Option<Interval>,
    /// The same for single sources.
    pub(crate) keep_text_of: BTreeMap<SourceId, Interval>,
}

impl Default for PrivacyConfig {
    fn default() -> Self {
        Self {
            author_key_file: PathBuf::from("author.key"),
            redact: Kind::ALL.to_vec(),
            patterns: BTreeMap::new(),
            keep_text: None,
            keep_text_of: BTreeMap::new(),
        }
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
    let document =
        moodline_config::read_checked::<Settings>(file, across).map_err(|error| BadSettings(error_chain(&error)))?;
    Ok(document.value)
}

/// What every database address is like.
pub(crate) const DATABASE_ADDRESS: &str = "a database address begins with `sqlite:` or `postgres:`";

/// Whether a text begins like the address of a database we know.
pub(crate) fn is_database_address(url: &str) -> bool {
    ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme))
}

/// What only several keys together, or another crate's parser, can show to be wrong.
fn across(document: &Document<Settings>) -> Vec<Finding> {
    let settings = &document.value;
    let mut findings = Vec::new();
    let mut plan = |path: &[PathStep<'_>], cron: &str| {
        // The zone has its own finding; here it must not hide mistakes in the expression.
        if let Err(error) = Plan::new(cron, "UTC") {
            findings.push(document.finding(path, error_chain(&error)));
        }
    };
    plan(&["schedule".into(), "fetch".into()], &settings.schedule.fetch);
    plan(&["schedule".into(), "refresh".into()], &settings.schedule.refresh);
    for (map, cron) in &settings.schedule.maps {
        plan(&["schedule".into(), "maps".into(), map.as_str().into()], cron);
    }
    let mut of_source = BTreeMap::new();
    for source in settings.sources.entries() {
        let index: &mut usize = of_source.entry(source.kind).or_default();
        if let Some(cron) = source.config.schedule() {
            plan(&["sources".into(), source.kind.into(), (*index).into(), "schedule".into()], cron);
        }
        *index += 1;
    }
    if let Err(error) = Plan::new("0 3 * * *", &settings.schedule.time_zone) {
        findings.push(document.finding(&["schedule".into(), "time_zone".into()], error.to_string()));
    }
    if !is_database_address(&settings.database.url) {
        findings.push(document.finding(&["database".into(), "url".into()], DATABASE_ADDRESS));
    }
    let mut within = |section: &str, key: &str, fits: bool, range: &str| {
        if !fits {
            findings.push(document.finding(&[section.into(), key.into()], format!("`{key}` must be {range}")));
        }
    };
    let Settings { enrich, assign, layers, themes, alerts, model, http, api, .. } = settings;
    within("enrich", "batch_mentions", (1..=10_000).contains(&enrich.batch_mentions), "from 1 to 10000");
    within("enrich", "max_tries", (1..=1000).contains(&enrich.max_tries), "from 1 to 1000");
    within("enrich", "lease", !enrich.lease.is_zero(), "longer than nothing");
    within("assign", "batch_mentions", (1..=10_000).contains(&assign.batch_mentions), "from 1 to 10000");
    within("assign", "lease", !assign.lease.is_zero(), "longer than nothing");
    within("assign", "flag_from", (0.0..=1.0).contains(&assign.flag_from), "a probability from 0 to 1");
    within("assign", "similarity_from", (0.0..=1.0).contains(&assign.similarity_from), "a share from 0 to 1");
    within("assign", "example_from", (-1.0..=1.0).contains(&assign.example_from), "a cosine from -1 to 1");
    within("layers", "window_days", (1..=366).contains(&layers.window_days), "from 1 to 366");
    within("layers", "half_life_days", layers.half_life_days <= 3660, "at most 3660");
    within("layers", "weeks", layers.weeks <= 520, "at most 520");
    within("layers", "months", layers.months <= 120, "at most 120");
    let width = layers.max_interval_width;
    within("layers", "max_interval_width", width > 0.0 && width <= 2.0, "above 0 and at most 2");
    within("themes", "max_opinions", (100..=50_000).contains(&themes.max_opinions), "from 100 to 50000");
    within("themes", "min_opinions", (2..=1000).contains(&themes.min_opinions), "from 2 to 1000");
    within("themes", "max_themes", (1..=100).contains(&themes.max_themes), "from 1 to 100");
    within("themes", "quotes", (1..=20).contains(&themes.quotes), "from 1 to 20");
    within("alerts", "history_days", (14..=84).contains(&alerts.history_days), "from 14 to 84");
    for (key, level) in [
        ("watch_below", alerts.watch_below),
        ("drift_below", alerts.drift_below),
        ("volume_below", alerts.volume_below),
    ] {
        within("alerts", key, level > 0.0 && level <= 0.2, "a probability above 0 and at most 0.2");
    }
    let share = alerts.false_discoveries;
    within("alerts", "false_discoveries", share > 0.0 && share <= 0.5, "a share above 0 and at most 0.5");
    within("alerts", "min_mentions", alerts.min_mentions > 0, "above 0");
    within("alerts", "min_history", alerts.min_history > 0, "above 0");
    within("alerts", "calm_days", (1..=14).contains(&alerts.calm_days), "from 1 to 14");
    within("alerts", "cooldown_days", alerts.cooldown_days <= 28, "at most 28");
    within("alerts", "longest_days", (7..=84).contains(&alerts.longest_days), "from 7 to 84");
    within("alerts", "late_days", alerts.late_days <= 14, "at most 14");
    within("alerts", "source_failures", alerts.source_failures > 0, "above 0");
    within("model", "threads", model.threads <= 1024, "at most 1024");
    within("model", "batch_tokens", (64..=1_000_000).contains(&model.batch_tokens), "from 64 to 1000000");
    within("http", "max_body_bytes", http.max_body_bytes > 0, "above 0");
    within("http", "max_per_host", (1..=100).contains(&http.max_per_host), "from 1 to 100");
    within("api", "requests_per_second", api.requests_per_second > 0, "above 0");
    within("api", "burst", api.burst > 0, "above 0");
    within("api", "max_concurrent", (1..=10_000).contains(&api.max_concurrent), "from 1 to 10000");
    within("api", "max_streams", api.max_streams <= 1000, "at most 1000");
    within("api", "max_body_bytes", (1024..=16 << 20).contains(&api.max_body_bytes), "from 1024 to 16777216");
    within("api", "timeout", !api.timeout.is_zero(), "longer than nothing");
    within("http", "timeout", !http.timeout.is_zero(), "longer than nothing");
    let TelemetryConfig { endpoint, service_name, sample_ratio, .. } = &settings.telemetry;
    let is_web = |url: &String| Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    within("telemetry", "endpoint", endpoint.as_ref().is_none_or(is_web), "an address such as http://127.0.0.1:4318");
    within("telemetry", "service_name", !service_name.trim().is_empty(), "a name");
    within("telemetry", "sample_ratio", (0.0..=1.0).contains(sample_ratio), "a share from 0 to 1");
    for (key, fault) in phrase_faults(&settings.enrich) {
        findings.push(document.finding(&["enrich".into(), key.into()], fault));
    }
    for (name, pattern) in &settings.privacy.patterns {
        if let Err(error) = Redactor::new(&[], &BTreeMap::from([(name.clone(), pattern.clone())])) {
            findings.push(document.finding(&["privacy".into(), "patterns".into()], error_chain(&error)));
        }
    }
    for message in settings.sources.findings() {
        findings.push(document.finding(&["sources".into()], message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::DEFAULT_SETTINGS;

    #[test]
    fn the_settings_file_shows_the_defaults() {
        assert_eq!(toml::from_str::<Settings>(DEFAULT_SETTINGS).unwrap(), Settings::default());
    }

    #[test]
    fn the_settings_file_shows_every_key() {
        for section in expected_keys("zzz = 1\n") {
            assert!(
                DEFAULT_SETTINGS
                    .lines()
                    .any(|line| line == format!("[{section}]") || line.contains(&format!("[[{section}."))),
                "section {section} is missing"
            );
            if section == "sources" {
                continue;
            }
            let after = DEFAULT_SETTINGS.split(&format!("[{section}]\n")).nth(1).unwrap();
            let own = after.split("\n[").next().unwrap();
            for key in expected_keys(&format!("[{section}]\nzzz = 1\n")) {
                let shown = own.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = ")));
                assert!(shown, "{section}.{key} is missing");
            }
        }
    }

    /// The keys that serde names when it meets one that does not exist.
    fn expected_keys(text: &str) -> Vec<String> {
        let error = toml::from_str::<Settings>(text).unwrap_err().message().to_owned();
        let (_, expected) = error.split_once("expected").unwrap();
        expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }
}
