//! The sources of the settings: `[[sources.files]]` and `[[sources.feeds]]`.

use std::{collections::BTreeMap, path::Path};

use moodline_http::HttpClient;
use moodline_types::SourceId;
use serde::{Deserialize, Serialize};

use crate::{
    Source,
    feeds::{FeedConfig, FeedSource},
    files::{FileSource, FilesConfig},
};

/// All configured sources, by kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourcesConfig {
    /// Files and folders.
    pub files: Vec<FilesConfig>,
    /// RSS, Atom, RDF and JSON feeds.
    pub feeds: Vec<FeedConfig>,
}

/// What every kind of source has in its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceEntry<'a> {
    /// Its name.
    pub id: &'a SourceId,
    /// The table it stands in, e.g. `feeds`.
    pub kind: &'static str,
    /// Where it reads from: an address, or a path as written.
    pub origin: &'a str,
    /// When to fetch it, as a cron expression; `None` takes the common schedule.
    pub schedule: Option<&'a str>,
    /// The language assumed where an item does not say.
    pub language: Option<&'a str>,
    /// Whether it is fetched at all.
    pub enabled: bool,
}

/// Everything that is wrong across the sources' settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", findings.join("; "))]
pub struct RegistryError {
    /// One sentence for each mistake.
    pub findings: Vec<String>,
}

impl SourcesConfig {
    /// Every source, files first, each kind in the order of the settings.
    pub fn entries(&self) -> impl Iterator<Item = SourceEntry<'_>> {
        let files = self.files.iter().map(FilesConfig::entry);
        files.chain(self.feeds.iter().map(FeedConfig::entry))
    }

    /// Whatever is wrong with the settings beyond their form: clashing ids, bad scales and zones.
    pub fn findings(&self) -> Vec<String> {
        let mut places: BTreeMap<&SourceId, Vec<String>> = BTreeMap::new();
        for entry in self.entries() {
            places.entry(entry.id).or_default().push(format!("sources.{} ({})", entry.kind, entry.origin));
        }
        let clashes = places
            .into_iter()
            .filter(|(_, places)| places.len() > 1)
            .map(|(id, places)| format!("source id `{id}` is used {} times: {}", places.len(), places.join(", ")));
        clashes.chain(self.files.iter().flat_map(FilesConfig::findings)).collect()
    }

    /// Builds every enabled source; relative paths start at `base_dir`.
    ///
    /// # Errors
    /// All [`SourcesConfig::findings`] at once.
    pub fn build(&self, http: &HttpClient, base_dir: &Path) -> Result<Vec<Box<dyn Source>>, RegistryError> {
        let findings = self.findings();
        if !findings.is_empty() {
            return Err(RegistryError { findings });
        }
        let mut sources: Vec<Box<dyn Source>> = Vec::new();
        for config in self.files.iter().filter(|config| config.enabled) {
            sources.push(Box::new(FileSource::new(config, base_dir)));
        }
        for config in self.feeds.iter().filter(|config| config.enabled) {
            sources.push(Box::new(FeedSource::new(config.clone(), http.clone())));
        }
        Ok(sources)
    }
}

/// Sources are fetched unless switched off.
pub(crate) const fn enabled() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use moodline_http::HttpConfig;

    use super::*;

    const SETTINGS: &str = r#"
        [[files]]
        id = "survey"
        path = "inbox"
        schedule = "0 2 * * *"
        preset = "typeform"
        rating_scale = [0, 10]
        time_zone = "Asia/Shanghai"
        [files.columns]
        text = "What could be better?"

        [[feeds]]
        id = "forum"
        url = "https://forum.example/feed"
        language = "en"

        [[feeds]]
        id = "old"
        url = "https://old.example/feed"
        enabled = false
    "#;

    fn build(config: &SourcesConfig) -> Result<Vec<Box<dyn Source>>, RegistryError> {
        config.build(&HttpClient::new(&HttpConfig::default()).unwrap(), Path::new("/etc/moodline"))
    }

    #[test]
    fn every_enabled_source_is_built() {
        let config: SourcesConfig = toml::from_str(SETTINGS).unwrap();
        let sources = build(&config).unwrap();
        let ids: Vec<_> = sources.iter().map(|source| source.id().as_str()).collect();
        assert_eq!(ids, ["survey", "forum"]);
        let entries: Vec<_> = config.entries().map(|entry| (entry.kind, entry.enabled)).collect();
        assert_eq!(entries, [("files", true), ("feeds", true), ("feeds", false)]);
        assert_eq!(config.entries().next().unwrap().schedule, Some("0 2 * * *"));
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let mut config: SourcesConfig = toml::from_str(SETTINGS).unwrap();
        config.feeds[0].id = "survey".parse().unwrap();
        config.files[0].time_zone = Some("Peking".to_owned());
        config.files[0].rating_scale = Some([5.0, 5.0]);
        config.files[0].time_format = Some("%!".to_owned());
        let Err(error) = build(&config) else { panic!("mistakes must be found") };
        assert_eq!(error.findings.len(), 4, "{error}");
        assert_eq!(
            error.findings[0],
            "source id `survey` is used 2 times: sources.files (inbox), sources.feeds (https://forum.example/feed)"
        );
    }

    #[test]
    fn a_misspelt_key_is_refused_by_name() {
        let error = toml::from_str::<SourcesConfig>("[[feeds]]\nid = \"a\"\nurll = \"https://a.example\"").unwrap_err();
        assert!(error.to_string().contains("unknown field `urll`"), "{error}");
    }

    #[test]
    fn settings_come_back_as_they_were_written() {
        let config: SourcesConfig = toml::from_str(SETTINGS).unwrap();
        let written = toml::to_string(&config).unwrap();
        assert_eq!(toml::from_str::<SourcesConfig>(&written).unwrap(), config);
    }
}
