//! The conditions that opinions are found by.

use clap::Args;
use moodline_types::{Emotion, FlagStatus, MentionId, OpinionId, PersonaId, SourceId, StageId, StarRange};

/// Which opinions, beside map, touchpoint and sentiment.
#[derive(Debug, Args)]
pub(crate) struct MentionFilter {
    /// Only this stage
    #[arg(long, value_name = "STAGE", requires = "map")]
    pub(crate) stage: Option<StageId>,
    /// Only opinions that fit no touchpoint
    #[arg(long, requires = "map", conflicts_with_all = ["stage", "touchpoint"])]
    pub(crate) unassigned: bool,
    /// Only this persona
    #[arg(long, value_name = "PERSONA", requires = "map")]
    pub(crate) persona: Option<PersonaId>,
    /// Only opinions that ask for attention
    #[arg(long, requires = "map")]
    pub(crate) flagged: bool,
    /// Only flags that are open, acknowledged, resolved or `false_positive`; may be given several times
    #[arg(long, value_name = "STATUS", requires = "map")]
    pub(crate) status: Vec<FlagStatus>,
    /// Only flags that somebody of this name looks after
    #[arg(long, value_name = "NAME", requires = "map")]
    pub(crate) assignee: Option<String>,
    /// Posted at or after: a date (2026-05-01), an instant, or an age (36h, 14d, 8w)
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Posted before: a date, an instant or an age
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
    /// Only mentions that came from this source, or have a duplicate from it; may be given several times
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Vec<SourceId>,
    /// Only this language; `zh` also finds zh-Hans and zh-Hant
    #[arg(long, value_name = "LANG")]
    pub(crate) lang: Option<String>,
    /// joy, anger, sadness, fear, surprise, disgust or neutral
    #[arg(long, value_name = "EMOTION")]
    pub(crate) emotion: Option<Emotion>,
    /// Only judgements at least this probable, 0 to 1
    #[arg(long, value_name = "P")]
    pub(crate) min_confidence: Option<f32>,
    /// Only mentions with these words in title or text: all of them, `"a phrase"`, `begin*`, -without
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub(crate) text: Option<String>,
    /// Only mentions with this many stars, 1 to 5: `2`, or `1..2`; other scales are stretched to it
    #[arg(long, value_name = "STARS", value_parser = moodline_api::ask::mentions::stars)]
    pub(crate) rating: Option<StarRange>,
    /// Only mentions of this author, by the hash that the JSON shows as `author`
    #[arg(long, value_name = "HASH")]
    pub(crate) author: Option<String>,
    /// Only this mention, by its id; may be given several times
    #[arg(long, value_name = "ID", value_parser = mention_id)]
    pub(crate) mention: Vec<MentionId>,
    /// Only this opinion, by its id; may be given several times
    #[arg(long, value_name = "ID", value_parser = |id: &str| id.parse().map(OpinionId))]
    pub(crate) opinion: Vec<OpinionId>,
    /// Only opinions that contradict the stars given: complaints under many stars, praise under few
    #[arg(long)]
    pub(crate) mismatch: bool,
}

fn mention_id(text: &str) -> Result<MentionId, String> {
    text.parse().map(MentionId).map_err(|_| format!("`{text}` is not the id of a mention, a number"))
}
