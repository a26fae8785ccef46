//! Themes: what many opinions at one touchpoint say alike.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use moodline_types::{
    DayWindow, Embedding, Emotion, Emotions, MapId, Measured, MentionId, OpinionId, Run, RunId, Sentiment,
    SentimentLabel, Theme, ThemeId, ThemeKind, ThemedTouchpoint, TouchpointId,
};

use crate::Result;

/// What lies at a touchpoint, said on one day: differs as soon as an opinion comes, goes or gets another verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeMark {
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// UTC day of posting.
    pub day: NaiveDate,
    /// Opinions that count.
    pub opinions: u64,
    /// A sum over their ids and verdicts.
    pub sum: i64,
}

/// An opinion as clustering sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeOpinion {
    /// The opinion.
    pub opinion: OpinionId,
    /// Its mention.
    pub mention: MentionId,
    /// Its words.
    pub evidence: String,
    /// Where it lies.
    pub embedding: Embedding,
    /// The model's probabilities.
    pub sentiment: Sentiment,
    /// Its label, people's corrections applied.
    pub verdict: SentimentLabel,
    /// Its emotions.
    pub emotions: Emotions,
    /// Language of the mention, BCP 47.
    pub language: Option<String>,
    /// UTC day of posting.
    pub day: NaiveDate,
    /// As what the mention counts at this touchpoint.
    pub counted: SentimentLabel,
}

/// What fits no touchpoint of a map, other than what a person put nowhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Unplaced {
    /// Opinions in all.
    pub total: u64,
    /// Those asked for, by id.
    pub opinions: Vec<ThemeOpinion>,
}

/// An opinion with the theme it was found in.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeVoice {
    /// The opinion.
    pub opinion: OpinionId,
    /// Its mention.
    pub mention: MentionId,
    /// What kind of theme it can belong to.
    pub kind: ThemeKind,
    /// The theme it is in, if any.
    pub theme: Option<ThemeId>,
    /// Likeness to the rest of the theme, 0 to 1.
    pub centrality: f32,
    /// Its emotions.
    pub emotions: Emotions,
    /// UTC day of posting.
    pub day: NaiveDate,
    /// As what the mention counts at this touchpoint.
    pub counted: SentimentLabel,
}

/// A theme as it was last found.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownTheme {
    /// The theme.
    pub id: ThemeId,
    /// Its kind.
    pub kind: ThemeKind,
    /// Its terms.
    pub terms: Vec<String>,
    /// Mean of its opinions' vectors.
    pub centre: Embedding,
}

/// A theme as a run writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTheme {
    /// The theme it is; `None` for one never seen before.
    pub id: Option<ThemeId>,
    /// Its kind.
    pub kind: ThemeKind,
    /// See [`Theme::terms`].
    pub terms: Vec<String>,
    /// Mean of its opinions' vectors.
    pub centre: Embedding,
    /// The opinions that stand for it.
    pub quotes: Vec<OpinionId>,
    /// See [`Theme::mentions`].
    pub mentions: u64,
    /// See [`Theme::mentions_before`].
    pub mentions_before: u64,
    /// See [`Theme::share`].
    pub share: f64,
    /// See [`Theme::share_change`].
    pub share_change: Option<Measured>,
    /// See [`Theme::emotion`].
    pub emotion: Emotion,
    /// See [`Theme::impact`].
    pub impact: Option<Measured>,
}

/// An opinion that was looked at, with where it was found to belong.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVoice {
    /// The opinion.
    pub opinion: OpinionId,
    /// Its mention.
    pub mention: MentionId,
    /// What kind of theme it can belong to.
    pub kind: ThemeKind,
    /// The theme it is in, by its place among [`TouchpointThemes::themes`].
    pub theme: Option<usize>,
    /// Likeness to the rest of the theme, 0 to 1.
    pub centrality: f32,
}

/// What clustering a touchpoint anew found.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering {
    /// What lay there, in words of the step's own; given back by [`ThemeStore::theme_marks_kept`].
    pub mark: String,
    /// Every opinion that was looked at and is of some kind.
    pub voices: Vec<NewVoice>,
}

/// Everything a run has to say of one touchpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct TouchpointThemes {
    /// The touchpoint.
    pub touchpoint: ThemedTouchpoint,
    /// Its themes, in the order they are to be listed in.
    pub themes: Vec<NewTheme>,
    /// What replaces the voices kept; `None` where they stay.
    pub clustering: Option<Clustering>,
}

/// The themes of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeSet {
    /// The run that measured them.
    pub run: Run,
    /// The window it looked at; counts "before" are of the one before.
    pub window: DayWindow,
    /// Every touchpoint of the map as it was, in the order of the journey.
    pub touchpoints: Vec<ThemedTouchpoint>,
    /// In the order written: by touchpoint, then as the run ranked them.
    pub themes: Vec<Theme>,
}

/// The theme tables.
#[async_trait]
pub trait ThemeStore: Send + Sync {
    /// What lies at each touchpoint of a map on each day of a window, hidden mentions and copies left out, by touchpoint
    /// and day.
    async fn theme_marks(&self, map: &MapId, window: DayWindow) -> Result<Vec<ThemeMark>>;

    /// The marks written when each touchpoint was clustered last.
    async fn theme_marks_kept(&self, map: &MapId) -> Result<HashMap<TouchpointId, String>>;

    /// Opinions of the adopted model at a touchpoint of a map, posted in a window, with words, hidden mentions and copies
    /// left out, by id. Where there are more than `limit`, a sample that depends on nothing but their ids, so that
    /// tomorrow's is nearly the same.
    async fn theme_opinions(
        &self,
        map: &MapId,
        touchpoint: &TouchpointId,
        window: DayWindow,
        limit: u32,
    ) -> Result<Vec<ThemeOpinion>>;

    /// Opinions of the adopted model that lie at no touchpoint of a map, with the same sample where there are more than
    /// `limit`; each counts as its own verdict. What a person put nowhere, or called no opinion, is left out.
    async fn unplaced_opinions(&self, map: &MapId, window: DayWindow, limit: u32) -> Result<Unplaced>;

    /// The opinions looked at when a touchpoint was clustered last, as far as they still lie there in the window, by id.
    async fn theme_voices(&self, map: &MapId, touchpoint: &TouchpointId, window: DayWindow) -> Result<Vec<ThemeVoice>>;

    /// The themes a touchpoint ever had that were seen at or after `since`, by id.
    async fn known_themes(
        &self,
        map: &MapId,
        touchpoint: &TouchpointId,
        since: DateTime<Utc>,
    ) -> Result<Vec<KnownTheme>>;

    /// Writes the themes of a run and marks the run as done with `summary`, in one transaction. Voices and marks of
    /// touchpoints that are not among `touchpoints` go.
    async fn write_themes(
        &self,
        run: RunId,
        map: &MapId,
        window: DayWindow,
        touchpoints: &[TouchpointThemes],
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<()>;

    /// The themes of the newest finished run of a map, or of run `run`; `None` if there is none.
    async fn themes(&self, map: &MapId, run: Option<RunId>) -> Result<Option<ThemeSet>>;

    /// The mentions with an opinion in each of these themes as last clustered, each once, the most central first.
    /// Mentions hidden since are left out.
    async fn theme_mentions(&self, themes: &[ThemeId]) -> Result<HashMap<ThemeId, Vec<MentionId>>>;
}
