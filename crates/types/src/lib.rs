//! The words of moodline as plain data: what a mention, an opinion, an assignment and a layer are.
//!
//! Nothing here reads or writes anything. Every other crate speaks in these types, so a value that exists is a
//! value that was checked: ids are parsed at the edge, probabilities stay in range, days and instants are UTC.

mod alert;
mod assignment;
mod clock;
mod counted;
mod cursor;
mod day;
mod embedding;
mod error;
mod flag;
mod ids;
mod interval;
mod layer;
mod mention;
mod mix;
mod opinion;
mod page;
mod phrase;
mod query;
mod run;
mod secret;
mod sentiment;
mod spans;
mod survey;
mod theme;
mod token;
mod touchpoint_change;

pub use alert::{Alert, AlertEpisode, AlertFigures, AlertKind, AlertQuery, AlertStatus, AlertSubject, AlertTier};
pub use assignment::{Assignment, AssignmentReason, Tally};
pub use clock::{Clock, SystemClock};
pub use counted::counted;
pub use cursor::Cursor;
pub use day::{DayWindow, Month, Week};
pub use embedding::Embedding;
pub use error::error_chain;
pub use flag::{Flag, FlagEvent, FlagQuery, FlagRow, FlagStatus, NewFlag, Triage};
pub use ids::{
    AlertId, ChangeId, FlagId, IdError, MapId, MentionId, ModelId, OpinionId, PersonaId, RunId, SourceId, StageId,
    ThemeId, TokenName, TouchpointId,
};
pub use interval::{Interval, IntervalError};
pub use layer::{Change, Corrected, Counts, Layer, LayerNode, LayerState, Period};
pub use mention::{DroppedItem, Mention, Origin, Rating, RawMention, RejectedRow, full_text};
pub use mix::{EmotionCounts, Segment};
pub use opinion::{JudgedOpinion, Opinion};
pub use page::{CursorError, PageCursor};
pub use phrase::PhraseRule;
pub use query::{
    MentionOrder, MentionPage, MentionQuery, MentionRow, RowCount, StarRange, TELLING_BYTES, TouchpointFilter,
    representative, telling,
};
pub use run::{Run, RunKind, RunStatus};
pub use secret::{Secret, SecretError, SecretText};
pub use sentiment::{Emotion, Emotions, Sentiment, SentimentLabel, UnknownName};
pub use spans::SPANS;
pub use survey::{Metric, SurveyAnswer, SurveyPlace};
pub use theme::{Measured, Theme, ThemeKind, ThemeQuote, ThemedTouchpoint};
pub use token::{Scope, Token};
pub use touchpoint_change::TouchpointChange;
