//! The sources of the settings, one table for each kind: `[[sources.files]]`, `[[sources.feeds]]`, …

use std::{collections::BTreeMap, path::Path};

use moodline_http::HttpClient;
use moodline_types::{Secret, SecretText, SourceId, error_chain};
use serde::{Deserialize, Serialize};

use crate::{
    BlueskyConfig, BlueskySearchConfig, DiscourseConfig, FeedConfig, FilesConfig, GithubConfig, HackerNewsConfig,
    HttpApiConfig, LemmyConfig, MastodonConfig, PushConfig, Source, StackExchangeConfig, SteamConfig,
    app_store::AppStoreConfig,
    app_store_connect::AppStoreConnectConfig,
    google_play::GooglePlayConfig,
    google_play_web::GooglePlayWebConfig,
    reddit::{RedditConfig, RedditFeedConfig},
    rules::{Ruled, Rules},
    trustpilot::TrustpilotConfig,
    typeform::TypeformConfig,
    x::XConfig,
    youtube::YoutubeConfig,
    zendesk::ZendeskConfig,
};

/// The settings of one source of some kind. Declared with [`source_config!`](crate::source_config), which brings
/// the fields that all kinds share.
pub trait SourceConfig: Common {
    /// Where it reads from, for a person: an address, or a path as written.
    fn origin(&self) -> String;

    /// Mistakes that the form alone does not show, one sentence each.
    fn findings(&self) -> Vec<String> {
        Vec::new()
    }

    /// The source itself.
    ///
    /// # Errors
    /// A sentence that says what is missing, such as a secret.
    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String>;
}

/// What every kind of source has in its settings.
pub trait Common {
    /// Its name.
    fn id(&self) -> &SourceId;
    /// When to fetch it, as a cron expression; `None` takes the common schedule.
    fn schedule(&self) -> Option<&str>;
    /// The language assumed where an item does not say (BCP 47).
    fn language(&self) -> Option<&str>;
    /// Whether it is fetched at all.
    fn enabled(&self) -> bool;
    /// Which items are kept.
    fn rules(&self) -> &Rules;
}

/// Declares the settings of a kind of source: the struct with its own fields, to which the shared ones are added
/// (`id`, `schedule`, `language`, `enabled`, `rules`).
#[macro_export]
macro_rules! source_config {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Name of the source.
            pub id: moodline_types::SourceId,
            $($(#[$field_meta])* pub $field: $type,)*
            /// When to fetch it, as a cron expression; `None` takes the common schedule.
            #[serde(default)]
            pub schedule: Option<String>,
            /// Language of the items that do not say (BCP 47).
            #[serde(default)]
            pub language: Option<String>,
            /// Whether it is fetched.
            #[serde(default = "enabled_by_default")]
            pub enabled: bool,
            /// Which items are kept.
            #[serde(default, skip_serializing_if = "rules_are_empty")]
            pub rules: $crate::Rules,
        }

        impl $crate::registry::Common for $name {
            fn id(&self) -> &moodline_types::SourceId {
                &self.id
            }

            fn schedule(&self) -> Option<&str> {
                self.schedule.as_deref()
            }

            fn language(&self) -> Option<&str> {
                self.language.as_deref()
            }

            fn enabled(&self) -> bool {
                self.enabled
            }

            fn rules(&self) -> &$crate::Rules {
                &self.rules
            }
        }

        const fn enabled_by_default() -> bool {
            true
        }

        fn rules_are_empty(rules: &$crate::Rules) -> bool {
            rules.is_empty()
        }
    };
}

/// What a source is built with.
#[derive(Debug, Clone, Copy)]
pub struct BuildContext<'a> {
    /// The one client: it keeps the distance between requests to a host.
    pub http: &'a HttpClient,
    /// Where relative paths start: the folder of the settings.
    pub base_dir: &'a Path,
}

impl BuildContext<'_> {
    /// A secret of the settings.
    ///
    /// # Errors
    /// A finding that names the source, the key and the variable or file.
    pub fn secret(&self, id: &SourceId, key: &str, secret: &Secret) -> Result<SecretText, String> {
        secret.resolve(self.base_dir).map_err(|error| format!("source `{id}`: {key}: {}", error_chain(&error)))
    }
}

/// One source of the settings, whatever its kind.
#[derive(Clone, Copy)]
pub struct SourceEntry<'a> {
    /// The table it stands in, e.g. `feeds`.
    pub kind: &'static str,
    /// Its settings.
    pub config: &'a dyn SourceConfig,
}

impl<'a> SourceEntry<'a> {
    /// Its name.
    pub fn id(&self) -> &'a SourceId {
        self.config.id()
    }
}

/// Everything that is wrong across the sources' settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", findings.join("; "))]
pub struct RegistryError {
    /// One sentence for each mistake.
    pub findings: Vec<String>,
}

macro_rules! kinds {
    ($($kind:ident: $config:ty, $doc:literal;)*) => {
        /// All configured sources, by kind.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct SourcesConfig {
            $(#[doc = $doc] #[serde(skip_serializing_if = "Vec::is_empty")] pub $kind: Vec<$config>,)*
        }

        impl SourcesConfig {
            /// Every source: the kinds in the order of the list, each in the order of the settings.
            pub fn entries(&self) -> impl Iterator<Item = SourceEntry<'_>> {
                let entries: Vec<SourceEntry<'_>> = Vec::new();
                let entries = entries.into_iter();
                $(let entries = entries.chain(
                    self.$kind.iter().map(|config| SourceEntry { kind: stringify!($kind), config }),
                );)*
                entries
            }
        }
    };
}

// A new kind of source is one line here.
kinds! {
    files: FilesConfig, "Files and folders.";
    feeds: FeedConfig, "RSS, Atom, RDF and JSON feeds.";
    http: HttpApiConfig, "Any JSON API, described in the settings.";
    hackernews: HackerNewsConfig, "Hacker News.";
    steam: SteamConfig, "Reviews on Steam.";
    mastodon: MastodonConfig, "Hashtags on Mastodon.";
    bluesky: BlueskyConfig, "Keywords in the stream of all posts on Bluesky.";
    bluesky_search: BlueskySearchConfig, "The search of Bluesky.";
    discourse: DiscourseConfig, "Discourse forums.";
    lemmy: LemmyConfig, "Lemmy.";
    stackexchange: StackExchangeConfig, "Sites of Stack Exchange.";
    github: GithubConfig, "Issues, comments and discussions on GitHub.";
    push: PushConfig, "Places that others send mentions to.";
    app_store: AppStoreConfig, "Public App Store reviews, per storefront.";
    app_store_connect: AppStoreConnectConfig, "Reviews of one's own apps, from App Store Connect.";
    google_play: GooglePlayConfig, "Reviews of one's own apps, from the Google Play Developer API.";
    google_play_web: GooglePlayWebConfig, "Reviews of any app, from Google Play's web pages (unofficial).";
    youtube: YoutubeConfig, "Comments under videos on `YouTube`.";
    reddit: RedditConfig, "Posts and comments on Reddit, with approved credentials.";
    reddit_feed: RedditFeedConfig, "Feeds of Reddit, with a person's own feed token.";
    x: XConfig, "Posts on X that a search finds.";
    trustpilot: TrustpilotConfig, "Reviews on Trustpilot.";
    zendesk: ZendeskConfig, "Tickets and satisfaction ratings on Zendesk.";
    typeform: TypeformConfig, "Responses to forms on Typeform.";
}

impl SourcesConfig {
    /// Whatever is wrong with the settings beyond their form: clashing ids, bad scales and zones.
    pub fn findings(&self) -> Vec<String> {
        let mut places: BTreeMap<&SourceId, Vec<String>> = BTreeMap::new();
        for entry in self.entries() {
            places.entry(entry.id()).or_default().push(format!("sources.{} ({})", entry.kind, entry.config.origin()));
        }
        let clashes = places
            .into_iter()
            .filter(|(_, places)| places.len() > 1)
            .map(|(id, places)| format!("source id `{id}` is used {} times: {}", places.len(), places.join(", ")));
        let own = self.entries().flat_map(|entry| {
            let rules = entry.config.rules().findings(entry.id());
            rules.into_iter().chain(entry.config.findings())
        });
        clashes.chain(own).collect()
    }

    /// Builds every enabled source, or of those the ones in `only`; relative paths start at `base_dir`.
    ///
    /// # Errors
    /// All [`SourcesConfig::findings`], and every secret that the sources to build lack, at once.
    pub fn build(
        &self,
        http: &HttpClient,
        base_dir: &Path,
        only: &[SourceId],
    ) -> Result<Vec<Box<dyn Source>>, RegistryError> {
        let context = BuildContext { http, base_dir };
        let mut findings = self.findings();
        let mut sources = Vec::new();
        let wanted = |id: &SourceId| only.is_empty() || only.contains(id);
        for entry in self.entries().filter(|entry| entry.config.enabled() && wanted(entry.id())) {
            match entry.config.build(&context) {
                Ok(source) if entry.config.rules().is_empty() => sources.push(source),
                Ok(source) => sources.push(Box::new(Ruled { source, rules: entry.config.rules().clone() })),
                Err(finding) => findings.push(finding),
            }
        }
        if findings.is_empty() { Ok(sources) } else { Err(RegistryError { findings }) }
    }
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
        config.build(&HttpClient::new(&HttpConfig::default()).unwrap(), Path::new("/etc/moodline"), &[])
    }

    #[test]
    fn every_enabled_source_is_built() {
        let config: SourcesConfig = toml::from_str(SETTINGS).unwrap();
        let sources = build(&config).unwrap();
        let ids: Vec<_> = sources.iter().map(|source| source.id().as_str()).collect();
        assert_eq!(ids, ["survey", "forum"]);
        let entries: Vec<_> = config.entries().map(|entry| (entry.kind, entry.config.enabled())).collect();
        assert_eq!(entries, [("files", true), ("feeds", true), ("feeds", false)]);
        assert_eq!(config.entries().next().unwrap().config.schedule(), Some("0 2 * * *"));
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
