//! What people said against the machine; it survives re-scoring and re-assignment.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{Embedding, MapId, MentionId, ModelId, OpinionId, SentimentLabel, StageId, TouchpointId};

use crate::{NewAct, Result};

/// A correction of one opinion. It holds for the evidence, not for the row: the same words of the same mention keep
/// it when a new model judges them again, also where that model cuts the mention elsewhere ([`opinions_meant`]).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewOverride {
    /// The sentiment it really has; never `Unsure`.
    pub sentiment: Option<SentimentLabel>,
    /// The map and where on it the opinion belongs (`None` inside: nowhere).
    pub place: Option<(MapId, Option<(StageId, TouchpointId)>)>,
    /// `false`: not a customer's opinion at all, count it nowhere.
    pub relevant: Option<bool>,
    /// Who said so.
    pub actor: String,
}

impl NewOverride {
    /// The correction as the audit log has it.
    pub fn act(&self, opinion: OpinionId) -> NewAct {
        let sentiment = self.sentiment.map(|sentiment| format!("sentiment {sentiment}"));
        let place = self.place.as_ref().map(|(map, place)| match place {
            Some((stage, touchpoint)) => format!("at {touchpoint} in {stage} of map {map}"),
            None => format!("nowhere on map {map}"),
        });
        let relevant = self.relevant.map(|relevant| if relevant { "relevant" } else { "irrelevant" }.to_owned());
        NewAct {
            actor: self.actor.clone(),
            action: "relabel".to_owned(),
            subject: format!("opinion {opinion}"),
            detail: [sentiment, place, relevant].into_iter().flatten().collect::<Vec<_>>().join(", "),
        }
    }
}

/// A stored correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The mention.
    pub mention: MentionId,
    /// The words it holds for.
    pub evidence: String,
    /// The sentiment it really has.
    pub sentiment: Option<SentimentLabel>,
    /// Where it belongs on one map.
    pub place: Option<(MapId, Option<(StageId, TouchpointId)>)>,
    /// Whether it is an opinion to count.
    pub relevant: Option<bool>,
    /// Who said so.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// An opinion that a person placed on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedOpinion {
    /// The opinion.
    pub opinion: OpinionId,
    /// Where the person put it.
    pub touchpoint: TouchpointId,
    /// Its words.
    pub evidence: String,
    /// Where it lies.
    pub embedding: Embedding,
}

/// The override table.
#[async_trait]
pub trait OverrideStore: Send + Sync {
    /// Records a correction of opinions, of all or none, and queues their mentions for every map. Of several for the same
    /// words the latest wins, field by field.
    async fn add_overrides(&self, opinions: &[OpinionId], new: &NewOverride, now: DateTime<Utc>) -> Result<()>;

    /// The same of one opinion.
    async fn add_override(&self, opinion: OpinionId, new: &NewOverride, now: DateTime<Utc>) -> Result<()> {
        self.add_overrides(&[opinion], new, now).await
    }

    /// All corrections of these mentions, oldest first.
    async fn overrides(&self, mentions: &[MentionId]) -> Result<Vec<Override>>;

    /// Opinions of a model, cut just as a person's correction has them, that lie where a person put them on a map: by the
    /// latest word on each, the latest first, at most `limit`.
    async fn placed_opinions(&self, map: &MapId, model: &ModelId, limit: u32) -> Result<Vec<PlacedOpinion>>;

    /// Mentions with a correction, by id: the first `limit` after `after`.
    async fn corrected_mentions(&self, after: Option<MentionId>, limit: u32) -> Result<Vec<MentionId>>;
}

/// Which opinions one model has of `text` a correction of the words `evidence` holds for, as indices into `opinions`
/// (first character, one past the last, evidence).
///
/// Those with just these words; where the model cut the text elsewhere, those of which at least half lies in the words;
/// where there is none, the one that holds most of them. None if the text does not hold the words any more.
pub fn opinions_meant(text: &str, evidence: &str, opinions: &[(u32, u32, &str)]) -> Vec<usize> {
    let those = |is: &dyn Fn(usize) -> bool| (0..opinions.len()).filter(|at| is(*at)).collect::<Vec<usize>>();
    let exact = those(&|at| opinions[at].2 == evidence);
    if !exact.is_empty() || evidence.is_empty() {
        return exact;
    }
    let length = evidence.chars().count();
    let corrected: Vec<(usize, usize)> = text
        .match_indices(evidence)
        .map(|(byte, _)| text[..byte].chars().count())
        .map(|start| (start, start + length))
        .collect();
    let overlap = |at: usize| -> usize {
        let (start, end) = (opinions[at].0 as usize, opinions[at].1 as usize);
        corrected.iter().map(|(from, to)| end.min(*to).saturating_sub(start.max(*from))).sum()
    };
    let mostly = those(&|at| {
        let length = opinions[at].1.saturating_sub(opinions[at].0) as usize;
        overlap(at) > 0 && overlap(at) * 2 >= length
    });
    if !mostly.is_empty() {
        return mostly;
    }
    // The first of equals.
    (0..opinions.len()).rev().max_by_key(|at| overlap(*at)).filter(|at| overlap(*at) > 0).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "包装很好，味道太差，再也不买了";

    fn meant(evidence: &str, parts: &[&str]) -> Vec<usize> {
        let place = |part: &&'static str| {
            let start = TEXT[..TEXT.find(part).unwrap()].chars().count() as u32;
            (start, start + part.chars().count() as u32, *part)
        };
        let parts: Vec<&'static str> =
            parts.iter().map(|part| &TEXT[TEXT.find(part).unwrap()..][..part.len()]).collect();
        opinions_meant(TEXT, evidence, &parts.iter().map(place).collect::<Vec<_>>())
    }

    #[test]
    fn the_same_words_are_meant_wherever_the_rest_was_cut() {
        assert_eq!(meant("味道太差", &["包装很好", "味道太差", "再也不买了"]), [1]);
    }

    #[test]
    fn words_cut_finer_are_meant_each() {
        assert_eq!(meant("包装很好，味道太差", &["包装很好", "味道太差", "再也不买了"]), [0, 1]);
    }

    #[test]
    fn words_inside_a_longer_opinion_mean_it() {
        assert_eq!(meant("味道太差", &["包装很好，味道太差，再也不买了"]), [0]);
        assert_eq!(meant("味道太差", &["包装很好", "味道太差，再也不买了"]), [1]);
    }

    #[test]
    fn words_that_are_gone_mean_nothing() {
        assert_eq!(meant("退款很慢", &["包装很好", "味道太差"]), Vec::<usize>::new());
    }
}
