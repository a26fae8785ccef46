//! `[[sources.push]]`.

use std::{collections::BTreeMap, path::Path as FilePath};

use async_trait::async_trait;
use moodline_types::{Cursor, Secret, SourceId};

use super::PushEndpoint;
use crate::{
    BuildContext, Page, Source, SourceConfig, SourceError,
    files::{Columns, FilesConfig, Preset},
    json_api::{Fields, Path, Reading, TextFormat},
    source_config,
};

source_config! {
    /// A place that others send mentions to: `POST /v1/push/ID`.
    pub struct PushConfig {
        /// Where the secrets are, `whsec_…` each; several while one replaces another.
        pub secrets: Vec<Secret>,
        /// Whose fields these are: names, scale and zone of a known export.
        #[serde(default)]
        pub preset: Preset,
        /// Fields by name, where the preset's are not the right ones; `review.text` reaches into an inner object.
        #[serde(default)]
        pub columns: Columns,
        /// The items of a delivery as `JSONPath`, e.g. `$.event.reviews[*]`; together with `fields`.
        #[serde(default)]
        pub items: Option<Path>,
        /// Where an item keeps what as `JSONPath`, in place of `preset` and `columns`.
        #[serde(default)]
        pub fields: Option<Fields>,
        /// What the texts that `fields` leads to are written in.
        #[serde(default)]
        pub text_format: TextFormat,
        /// Ratings in words where `fields` leads to some, e.g. `{ good = 1, bad = 0 }`.
        #[serde(default)]
        pub rating_words: BTreeMap<String, f32>,
        /// Worst and best rating, e.g. `[1, 5]`; the worst may be the larger number.
        #[serde(default)]
        pub rating_scale: Option<[f32; 2]>,
        /// Zone of times that name none, e.g. `Asia/Shanghai`; otherwise the preset's, or UTC.
        #[serde(default)]
        pub time_zone: Option<String>,
        /// `strftime` pattern of the times, e.g. `%d/%m/%Y %H:%M`; otherwise the usual ones are tried.
        #[serde(default)]
        pub time_format: Option<String>,
    }
}

impl PushConfig {
    /// How items are read: the same as the rows of a file.
    pub(super) fn mapping(&self) -> FilesConfig {
        FilesConfig {
            language: self.language.clone(),
            preset: self.preset,
            columns: self.columns.clone(),
            rating_scale: self.rating_scale,
            time_zone: self.time_zone.clone(),
            time_format: self.time_format.clone(),
            ..FilesConfig::new(self.id.clone(), FilePath::new(""))
        }
    }

    /// How items are read where the settings say so by paths.
    pub(super) fn reading(&self) -> Option<Reading> {
        let (items, fields) = self.items.clone().zip(self.fields.clone())?;
        Some(Reading {
            items,
            fields,
            sorted: false,
            text_format: self.text_format,
            time: self.mapping().time_reading(),
            rating_scale: self.rating_scale,
            rating_words: Reading::words(&self.rating_words),
        })
    }
}

impl SourceConfig for PushConfig {
    fn origin(&self) -> String {
        format!("POST /v1/push/{}", self.id)
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = self.mapping().findings();
        if self.secrets.is_empty() {
            findings.push(format!("source `{}`: secrets needs at least one, or anybody could send", self.id));
        }
        if self.items.is_some() != self.fields.is_some() {
            findings.push(format!("source `{}`: items and fields need each other", self.id));
        }
        let mapped = self.preset != Preset::default() || self.columns != Columns::default();
        if self.fields.is_some() && mapped {
            findings.push(format!("source `{}`: write fields, or preset and columns", self.id));
        }
        if self.fields.as_ref().is_some_and(|fields| fields.rating.is_some()) && self.rating_scale.is_none() {
            findings.push(format!("source `{}`: fields.rating needs rating_scale", self.id));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        // A secret that is missing shows here already, and not with the first delivery.
        PushEndpoint::new(self, context)?;
        Ok(Box::new(Waiting { id: self.id.clone() }))
    }
}

/// What is left to fetch of a source that is pushed: nothing.
struct Waiting {
    id: SourceId,
}

#[async_trait]
impl Source for Waiting {
    fn id(&self) -> &SourceId {
        &self.id
    }

    async fn fetch(&mut self, _cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        Ok(Page { note: Some("is sent its mentions; there is nothing to fetch".to_owned()), ..Page::default() })
    }

    fn is_fetched(&self) -> bool {
        false
    }
}
