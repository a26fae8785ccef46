//! People's corrections as labelled rows: what they set right is what a model should know.

use std::collections::HashMap;

use anyhow::Result;
use moodline_evaluation::{GoldAspect, LabelledRow};
use moodline_types::MentionId;

use crate::wire::App;

/// Mentions read together.
const BATCH: u32 = 500;

/// One row per corrected piece of text: its words, the sentiment a person gave it and, as an aspect, the touchpoint. Of
/// several corrections of the same words the latest wins, field by field; words that are no customer's opinion are left
/// out. A touchpoint is a category of its own name, so a map file that has it places it.
pub(super) async fn corrections(app: &App) -> Result<Vec<LabelledRow>> {
    let (mut rows, mut last) = (Vec::new(), None);
    loop {
        let ids = app.store.corrected_mentions(last, BATCH).await?;
        let Some(newest) = ids.last() else { return Ok(rows) };
        last = Some(*newest);
        let mentions: HashMap<MentionId, _> =
            app.store.mentions(&ids).await?.into_iter().map(|mention| (mention.id, mention)).collect();
        let mut of_words: Vec<((MentionId, String), Said)> = Vec::new();
        for correction in app.store.overrides(&ids).await? {
            let key = (correction.mention, correction.evidence);
            let at = of_words.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                of_words.push((key, Said::default()));
                of_words.len() - 1
            });
            let said = &mut of_words[at].1;
            said.sentiment = correction.sentiment.or(said.sentiment);
            said.relevant = correction.relevant.or(said.relevant);
            if let Some((map, place)) = correction.place {
                said.places.insert(map, place.map(|(_, touchpoint)| touchpoint));
            }
        }
        for ((mention, text), said) in of_words {
            let Some(mention) = mentions.get(&mention).filter(|_| said.relevant != Some(false)) else { continue };
            let mut aspects: Vec<GoldAspect> = said
                .places
                .into_values()
                .flatten()
                .map(|touchpoint| GoldAspect { category: touchpoint.to_string(), polarity: said.sentiment })
                .collect();
            aspects.sort_by(|a, b| a.category.cmp(&b.category));
            aspects.dedup();
            rows.push(LabelledRow {
                text,
                language: mention.language.clone(),
                source: Some(mention.source.to_string()),
                sentiment: said.sentiment,
                emotions: None,
                aspects,
            });
        }
    }
}

/// The latest word on each matter.
#[derive(Debug, Default)]
struct Said {
    sentiment: Option<moodline_types::SentimentLabel>,
    relevant: Option<bool>,
    /// By map.
    places: HashMap<moodline_types::MapId, Option<moodline_types::TouchpointId>>,
}
