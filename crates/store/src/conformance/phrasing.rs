//! Phrases that a model reads otherwise.

use moodline_types::{MentionId, PhraseRule, SentimentLabel};

use super::given::{at, lease, mention, model, one_judged, shop, stored};
use crate::{NewMention, Result, Store, WorkKind};

fn rule(phrase: &str, read_as: &str) -> PhraseRule {
    PhraseRule { phrase: phrase.to_owned(), read_as: read_as.to_owned() }
}

/// Phrases are kept whole, and what they touch is queued for every model and taken from whoever is judging it.
pub async fn changed_phrases_queue_what_they_touch(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("War Zone is fun", SentimentLabel::Negative)]).await?;
    let other = stored(store, &[mention("2", "nothing of the kind")]).await?;
    assert_eq!(store.phrase_rules().await?, []);
    store.claim(WorkKind::Enrich, model().id.as_str(), 9, &lease("x", at(3)), at(3)).await?;

    let rules = [rule("War Zone", "it"), rule("战争", "这个")];
    assert!(store.change_phrase_rules(&[], &rules, &[judged.mention.id], at(4)).await?);
    let mut kept = store.phrase_rules().await?;
    kept.sort();
    assert_eq!(kept, rules);
    let waiting = store.claim(WorkKind::Enrich, model().id.as_str(), 9, &lease("y", at(4)), at(4)).await?;
    let waiting: Vec<MentionId> = waiting.iter().map(|item| item.mention).collect();
    assert_eq!(waiting, [judged.mention.id], "{other:?} is still with the first worker");
    assert_eq!(store.acts(Some("phrases"), 9).await?.len(), 1, "on record");
    Ok(())
}

/// Of two processes that see the same change, one makes it.
pub async fn phrases_change_once(store: &impl Store) -> Result<()> {
    let rules = [rule("sick", "great")];
    assert!(store.change_phrase_rules(&[], &rules, &[], at(1)).await?);
    assert!(!store.change_phrase_rules(&[], &rules, &[], at(2)).await?);
    assert!(store.change_phrase_rules(&rules, &[], &[], at(3)).await?);
    assert_eq!(store.phrase_rules().await?, []);
    Ok(())
}

/// Texts come as the model reads them, page by page; what is not judged does not come.
pub async fn texts_come_as_they_are_judged(store: &impl Store) -> Result<()> {
    let titled = NewMention { title: Some("Title".to_owned()), ..mention("1", "body") };
    let ids = stored(store, &[titled, mention("2", "second"), mention("3", "third")]).await?;
    store.hide_mention(&shop(), "2", at(1)).await?;
    let first = store.judged_texts(None, 1).await?;
    assert_eq!(first, [(ids[0], "Title\nbody".to_owned())]);
    assert_eq!(store.judged_texts(Some(ids[0]), 9).await?, [(ids[2], "third".to_owned())]);
    assert_eq!(store.judged_texts(Some(ids[2]), 9).await?, []);
    Ok(())
}
