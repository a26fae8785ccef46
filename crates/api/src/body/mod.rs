//! The bodies of requests and answers: the stable JSON, the same from `--format json` and over HTTP.
//!
//! Fields keep their names; others may join them. Instants are RFC 3339 in UTC, days `YYYY-MM-DD`, probabilities 0 to 1.

mod act;
mod addition;
mod alert;
mod correction;
mod effect;
mod explanation;
mod flag;
mod head;
mod layer;
mod map;
mod mention;
mod metrics;
mod run;
mod sentiment;
mod service;
mod source;
mod theme;
mod token;
mod version;
pub mod words;

pub use act::Act;
pub use addition::{Addition, AdditionKind, QuotedOpinion, SuggestedAdditions, SuggestedKeyword};
pub use alert::{
    Alert, AlertQuote, AlertShown, AlertTheme, AlertTriage, Department, DigestEntry, NewTouchpointChange,
    TouchpointChange,
};
pub use correction::{CorrectedMany, Correction, ManyCorrections, NewCorrection};
pub use effect::{ChangeEffect, Effect, SourceSides, TouchpointSide};
pub use explanation::{
    Counted, ExplainedOpinion, ExplainedPlace, Explanation, Near, NearExample, ReadOtherwise, Said, ShownFlag,
};
pub use flag::{Flag, FlagEvent, FlagHistory, FlagList, FlagSelection, FlagTriage, TriageOutcome, Waiting};
pub use head::{Fit, Head};
pub use layer::{AgainstTarget, Change, Corrected, EmotionCounts, LayerPoint, LayerSeries, Level, PeriodKind, four};
pub use map::{MapShown, MapSummary, Persona, StageSummary, TouchpointSummary};
pub use mention::{MentionFlag, MentionList, MentionRow, Origin, Placement, Rating, RowCount};
pub use metrics::{Conversion, Metrics, Survey, WentOn};
pub use run::Run;
pub use sentiment::{Emotions, Verdict, rounded};
pub use service::{Job, Queue, Replaced, RunningJob, ScheduledJob, Status};
pub use source::{Dropped, DroppedList, Rejected, Source};
pub use theme::{Days, Measured, Quote, Sample, Theme, ThemeChoice, ThemeList, ThemedTouchpoint};
pub use token::Token;
pub use version::{DiffSide, Difference, MapDiff, MapVersion, NodeChange, NodeFigures};
