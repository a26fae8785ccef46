//! One batch: from claimed mentions to judgements, whatever goes wrong inside.

use std::collections::HashMap;

use moodline_model::Verdict;
use moodline_store::{Judgement, WorkItem};
use moodline_types::{Mention, MentionId, error_chain};

use crate::{EnrichError, run::SharedModel};

/// Mentions claimed together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Who holds the lease.
    pub(crate) holder: String,
    /// What was claimed.
    pub(crate) items: Vec<WorkItem>,
    /// Their texts; a mention erased meanwhile is missing.
    pub(crate) mentions: Vec<Mention>,
}

/// A batch after the model has read it.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) holder: String,
    pub(crate) judgements: Vec<Judgement>,
    /// Mentions the model failed on, with the error.
    pub(crate) failures: Vec<(MentionId, String)>,
}

/// The texts to judge: each different (text, hint) once, however many mentions share it.
struct Distinct {
    texts: Vec<(String, Option<String>)>,
    of_mention: Vec<usize>,
}

impl Distinct {
    fn of(mentions: &[Mention]) -> Self {
        let mut seen = HashMap::new();
        let mut texts = Vec::new();
        let of_mention = mentions
            .iter()
            .map(|mention| {
                let key = (mention.full_text(), mention.language.clone());
                *seen.entry(key.clone()).or_insert_with(|| {
                    texts.push(key);
                    texts.len() - 1
                })
            })
            .collect();
        Self { texts, of_mention }
    }
}

/// Judges a batch. A mention whose earlier claims ended without any result (the process died) is judged alone, so
/// that it cannot take others down with it, and one that used up its tries is not judged at all.
pub(crate) async fn judge(batch: Batch, model: &SharedModel, max_tries: u32) -> Result<Judged, EnrichError> {
    let tries: HashMap<MentionId, u32> = batch.items.iter().map(|i| (i.mention, i.earlier_tries)).collect();
    let tries_of = |mention: &Mention| tries.get(&mention.id).copied().unwrap_or(0);
    let mut judged = Judged { holder: batch.holder, ..Judged::default() };
    let (mut together, mut alone) = (Vec::new(), Vec::new());
    for mention in batch.mentions {
        match tries_of(&mention) {
            0 => together.push(mention),
            spent if spent >= max_tries => {
                judged.failures.push((mention.id, format!("{spent} tries ended without an answer")));
            }
            _ => alone.push(mention),
        }
    }
    let found: std::collections::HashSet<MentionId> =
        together.iter().chain(&alone).map(|m| m.id).chain(judged.failures.iter().map(|f| f.0)).collect();
    for item in &batch.items {
        if !found.contains(&item.mention) {
            judged.failures.push((item.mention, "the mention no longer exists".to_owned()));
        }
    }
    let distinct = Distinct::of(&together);
    match model.classify_or_recall(distinct.texts).await {
        Ok(verdicts) => {
            for (mention, index) in together.iter().zip(&distinct.of_mention) {
                judged.judgements.push(judgement(mention, &verdicts[*index]));
            }
        }
        // Something in the batch is bad: find out what, one by one.
        Err(EnrichError::Store(error)) => return Err(EnrichError::Store(error)),
        Err(_) => alone.extend(together),
    }
    let (mut successes, mut last_error) = (judged.judgements.len(), None);
    for mention in &alone {
        match model.classify(vec![(mention.full_text(), mention.language.clone())]).await {
            Ok(verdicts) if !verdicts.is_empty() => {
                successes += 1;
                judged.judgements.push(judgement(mention, &verdicts[0]));
            }
            Ok(_) => judged.failures.push((mention.id, "the model gave no answer".to_owned())),
            Err(error) => {
                judged.failures.push((mention.id, error_chain(&error)));
                last_error = Some(error);
            }
        }
    }
    match last_error {
        // Several mentions and not one success: it is the model, not the mentions.
        Some(error) if successes == 0 && alone.len() > 2 => Err(error),
        _ => Ok(judged),
    }
}

fn judgement(mention: &Mention, verdict: &Verdict) -> Judgement {
    Judgement {
        mention: mention.id,
        revision: mention.revision,
        language: verdict.language.clone(),
        opinions: verdict.opinions.clone(),
    }
}
