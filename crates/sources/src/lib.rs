//! Where mentions come from: the [`Source`] trait, and a folder for every kind of source.
//!
//! Settings come in as [`SourcesConfig`], which builds one [`Source`] for each entry; ingest asks them in turn for
//! a [`Page`] of what is new and stores it together with the page's cursor. Reading is kept apart from fetching:
//! the `parse` functions only look at bytes, so saved bodies test them.

mod answer;
mod encoding;
mod error;
mod fields;
mod identity;
mod instant;
mod jwt;
mod keywords;
mod oauth;
mod rules;
mod seam;
#[cfg(test)]
mod support;
mod text;

pub mod app_store;
pub mod app_store_connect;
pub mod bluesky;
pub mod discourse;
pub mod feeds;
pub mod files;
pub mod github;
pub mod google_play;
pub mod google_play_web;
pub mod hackernews;
pub mod json_api;
pub mod lemmy;
pub mod mastodon;
pub mod push;
pub mod reddit;
pub mod registry;
pub mod stackexchange;
pub mod steam;
pub mod trustpilot;
pub mod typeform;
pub mod walk;
pub mod x;
pub mod youtube;
pub mod zendesk;

pub use app_store::AppStoreConfig;
pub use app_store_connect::AppStoreConnectConfig;
pub use bluesky::{BlueskyConfig, BlueskySearchConfig};
pub use discourse::DiscourseConfig;
pub use error::{ParseError, SourceError};
pub use feeds::FeedConfig;
pub use files::{FileSource, FilesConfig};
pub use github::GithubConfig;
pub use google_play::GooglePlayConfig;
pub use google_play_web::GooglePlayWebConfig;
pub use hackernews::HackerNewsConfig;
pub use json_api::HttpApiConfig;
pub use lemmy::LemmyConfig;
pub use mastodon::MastodonConfig;
pub use push::PushConfig;
pub use reddit::{RedditConfig, RedditFeedConfig};
pub use registry::{BuildContext, Common, RegistryError, SourceConfig, SourceEntry, SourcesConfig};
pub use rules::Rules;
pub use seam::{Page, Source};
pub use stackexchange::StackExchangeConfig;
pub use steam::SteamConfig;
pub use text::{bbcode_to_text, html_own_words, html_to_text, markdown_to_text, without_quoted_lines};
pub use trustpilot::TrustpilotConfig;
pub use typeform::TypeformConfig;
pub use x::XConfig;
pub use youtube::YoutubeConfig;
pub use zendesk::ZendeskConfig;
