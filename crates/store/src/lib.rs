//! What the pipeline needs from a database, one trait per noun; no SQL here.
//!
//! A stage takes the traits it touches and nothing more. `moodline-store-sqlite` and `moodline-store-postgres`
//! implement all of them and both pass the one suite in [`conformance`].
//!
//! Two promises hold for every method that writes: it happens whole or not at all, in one transaction, and it may be
//! repeated after a crash without loss or double count.

mod acts;
mod alerts;
mod changes;
pub mod conformance;
mod copies;
mod erasure;
mod error;
mod flags;
mod heads;
mod heartbeat;
mod jobs;
mod labels;
mod layers;
mod maps;
mod mentions;
mod models;
mod opinions;
mod overrides;
mod phrases;
mod query;
mod runs;
mod search;
mod surveys;
mod text;
mod themes;
mod tokens;
mod voices;
mod work;

use std::path::Path;

use async_trait::async_trait;

pub use acts::{Act, ActStore, NewAct};
pub use alerts::{AlertStore, AlertTriage, AlertWrite};
pub use changes::{ChangeStore, NewTouchpointChange};
pub use copies::{Fingerprint, Originals};
pub use erasure::{Erased, Erasure, PrivacyStore, Unwanted};
pub use error::StoreError;
pub use flags::{FlagStore, triage_act};
pub use heads::{HeadFit, HeadStore, MapHead};
pub use heartbeat::Heartbeat;
pub use jobs::{JobGuard, JobStore, workers_among};
pub use labels::{LabelStore, SaidCount};
pub use layers::{HourRow, JoinedNode, JoinedPeriod, LayerSet, LayerStore, RollupRow, SegmentLayer, VoiceRow};
pub use maps::{
    AssignmentStore, MapChange, MapRecord, MapStore, MapVersion, MentionAssignments, Moved, Replaced, RollupDifference,
    VectorStore,
};
pub use mentions::{IngestPage, MentionStore, NewMention, PageOutcome, SourceReading, SourceState};
pub use models::{Adoption, Forgetting, ModelState, ModelStore};
pub use opinions::{JudgedMention, Judgement, ModelRecord, OpinionStore, WriteOutcome};
pub use overrides::{NewOverride, Override, OverrideStore, PlacedOpinion, opinions_meant};
pub use phrases::PhraseStore;
pub use query::{QueryStore, checked};
pub use runs::RunStore;
pub use search::{Phrase, Search, most_gathered, words_of};
pub use surveys::{AnswerCount, RatingCount, SurveyChange, SurveyStore};
pub use text::{containing, storable};
pub use themes::{
    Clustering, KnownTheme, NewTheme, NewVoice, ThemeMark, ThemeOpinion, ThemeSet, ThemeStore, ThemeVoice,
    TouchpointThemes, Unplaced,
};
pub use tokens::{NewToken, TokenStore};
pub use voices::voice;
pub use work::{Backlog, Lease, WorkItem, WorkKind, WorkStore};

/// What every store returns.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A whole database.
#[async_trait]
pub trait Store:
    MentionStore
    + WorkStore
    + OpinionStore
    + ModelStore
    + VectorStore
    + MapStore
    + AssignmentStore
    + OverrideStore
    + HeadStore
    + FlagStore
    + LayerStore
    + QueryStore
    + RunStore
    + ActStore
    + AlertStore
    + ChangeStore
    + JobStore
    + PhraseStore
    + PrivacyStore
    + ThemeStore
    + TokenStore
    + SurveyStore
    + LabelStore
    + Send
    + Sync
{
    /// Brings the schema up to date; safe to call from several processes at once.
    async fn migrate(&self) -> Result<()>;

    /// Answers if the database can be reached and its schema is the one this binary was built for.
    async fn check(&self) -> Result<()>;

    /// Writes a consistent copy of a database file that is in use to a new file.
    ///
    /// # Errors
    /// `Elsewhere` for a database server, which has its own tools for that.
    async fn backup(&self, file: &Path) -> Result<()>;

    /// Waits for running statements and closes the connections.
    async fn close(&self);
}
