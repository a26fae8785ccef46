//! Words that go, at somebody's wish or with age, and numbers that stay true.

use std::collections::BTreeMap;

use moodline_types::{DayWindow, MentionId, RejectedRow, SentimentLabel};

use super::given::{assigned, at, day, id, mention, model, one_judged, page, placed, shop, stored};
use crate::{Erasure, IngestPage, NewAct, NewMention, PageOutcome, Result, Store, Unwanted, WorkKind};

fn erasure(mentions: Vec<MentionId>, marks: &[&str]) -> Erasure {
    Erasure {
        mentions,
        marks: marks.iter().map(|mark| (*mark).to_owned()).collect(),
        respondents: Vec::new(),
        rejected_with: None,
        act: NewAct {
            actor: "mei".to_owned(),
            action: "erase".to_owned(),
            subject: "an author".to_owned(),
            detail: "1 mention".to_owned(),
        },
    }
}

fn marked(external_id: &str, marks: &[&str]) -> NewMention {
    NewMention {
        marks: marks.iter().map(|mark| (*mark).to_owned()).collect(),
        ..mention(external_id, &format!("text {external_id}"))
    }
}

/// By author, address, either id, or words, hidden ones too.
pub async fn what_is_meant_is_found(store: &impl Store) -> Result<()> {
    let by_mei = NewMention { author_hash: Some("h".to_owned()), ..mention("1", "Too SLOW, 50% off") };
    let ids = stored(store, &[by_mei, mention("2", "太慢了")]).await?;
    store.hide_mention(&shop(), "1", at(1)).await?;
    for (unwanted, expected) in [
        (Unwanted::Authors(vec!["h".to_owned(), "other".to_owned()]), vec![ids[0]]),
        (Unwanted::Url("https://example.org/2".to_owned()), vec![ids[1]]),
        (Unwanted::Mention(ids[1]), vec![ids[1]]),
        (Unwanted::External(shop(), "1".to_owned()), vec![ids[0]]),
        (Unwanted::External(id("elsewhere"), "1".to_owned()), vec![]),
        (Unwanted::Text("too slow".to_owned()), vec![ids[0]]),
        (Unwanted::Text("慢".to_owned()), vec![ids[1]]),
        (Unwanted::Text("50_ off".to_owned()), vec![]),
    ] {
        assert_eq!(store.unwanted(&unwanted).await?, expected, "{unwanted:?}");
    }
    Ok(())
}

/// No table knows an erased mention, and every rollup is what it would be had it never been read.
pub async fn what_is_erased_is_gone_from_every_count(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("slow", SentimentLabel::Negative)]).await?;
    assigned(store, &id("m"), &[placed(&judged, &[Some("delivery")])]).await?;
    let mention = judged.mention.id;
    let erased = store.erase(&erasure(vec![mention], &[]), at(9)).await?;
    assert_eq!(erased.mentions, 1);
    assert_eq!(store.mentions(&[mention]).await?, vec![]);
    assert_eq!(store.mention_count().await?, 0);
    assert_eq!(store.opinion_count(&model().id).await?, 0);
    assert_eq!(store.rollups(&id("m"), DayWindow { from: day(-9), to: day(9) }).await?, vec![]);
    assert_eq!(store.recount(&id("m")).await?, vec![]);
    assert_eq!(store.oldest_waiting(WorkKind::Assign, "m").await?, None);
    assert_eq!(store.source_states().await?[0].mentions, 0);
    assert_eq!(store.acts(Some("erase"), 9).await?.len(), 1, "on record");
    assert_eq!(store.erase(&erasure(vec![mention], &[]), at(9)).await?.mentions, 0, "nothing is left to erase");
    Ok(())
}

/// A source that still shows what was erased brings nothing back, whichever mark it carries.
pub async fn what_is_erased_does_not_come_back(store: &impl Store) -> Result<()> {
    let ids = stored(store, &[marked("1", &["identity of 1", "mei"]), marked("2", &["identity of 2"])]).await?;
    store.erase(&erasure(vec![ids[0]], &["identity of 1", "mei"]), at(1)).await?;
    let again =
        vec![marked("1", &["identity of 1"]), marked("2", &["identity of 2"]), marked("3", &["identity of 3", "mei"])];
    let outcome = store.commit_page(&shop(), &page(again, "c"), at(2)).await?;
    assert_eq!(outcome, PageOutcome { unchanged: 1, erased: 2, ..PageOutcome::default() });
    assert_eq!(store.mention_count().await?, 1);
    Ok(())
}

/// A row that could not be read may name a person as well.
pub async fn rows_that_could_not_be_read_go_too(store: &impl Store) -> Result<()> {
    let row = |excerpt: &str| RejectedRow {
        origin: "a.csv".to_owned(),
        line: Some(excerpt.len() as u64),
        reason: "no text".to_owned(),
        excerpt: excerpt.to_owned(),
    };
    let rows = IngestPage { rejected: vec![row("Mei,,5"), row("Li,,4")], ..IngestPage::default() };
    store.commit_page(&shop(), &rows, at(0)).await?;
    let erasure = Erasure { rejected_with: Some("mei".to_owned()), ..erasure(Vec::new(), &[]) };
    assert_eq!(store.erase(&erasure, at(1)).await?.rejected, 1);
    assert_eq!(store.rejected_rows(None, 9).await?[0].1.excerpt, "Li,,4");
    Ok(())
}

/// What is too old to keep loses its words; its place in the counts stays, and no map or model touches it again.
pub async fn old_texts_go_and_their_counts_stay(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("slow", SentimentLabel::Negative)]).await?;
    assigned(store, &id("m"), &[placed(&judged, &[Some("delivery")])]).await?;
    let window = DayWindow { from: day(-9), to: day(9) };
    let counted = store.rollups(&id("m"), window).await?;
    assert_eq!(store.drop_texts(&shop(), at(0), 10, at(9)).await?, 0, "not older than that");
    assert_eq!(store.drop_texts(&id("elsewhere"), at(5), 10, at(9)).await?, 0, "another source");
    assert_eq!(store.drop_texts(&shop(), at(5), 10, at(9)).await?, 1);
    assert_eq!(store.drop_texts(&shop(), at(5), 10, at(9)).await?, 0, "once");
    let acts = store.acts(Some("retain"), 9).await?;
    assert_eq!(acts.len(), 1, "on record where there was anything to drop");
    assert_eq!(acts[0].act, NewAct::retained(&shop(), at(5), 1));
    let left = store.mentions(&[judged.mention.id]).await?.remove(0);
    assert_eq!((left.text.as_str(), left.title, left.url, left.author_hash), ("", None, None, None));
    assert_eq!(store.rollups(&id("m"), window).await?, counted);
    assert_eq!(store.recount(&id("m")).await?, vec![]);
    let edited = crate::MapRecord { version: "2".to_owned(), ..super::given::map("m") };
    store.register_map(&edited, at(10)).await?;
    assert_eq!(store.oldest_waiting(WorkKind::Assign, "m").await?, None, "an edited map finds no words to place");
    let second = crate::ModelRecord { id: id("second"), ..model() };
    store.register_model(&second, at(10)).await?;
    assert_eq!(store.oldest_waiting(WorkKind::Enrich, "second").await?, None, "a new model finds no words to judge");
    let outcome = store.commit_page(&shop(), &page(vec![mention("1", "slow")], "c"), at(11)).await?;
    assert_eq!(outcome.unchanged, 1, "seen again it stays without its text");
    Ok(())
}

/// What was replaced counts when it is stored, not whenever it is seen.
pub async fn redactions_are_counted_once(store: &impl Store) -> Result<()> {
    let mention = NewMention {
        redacted: BTreeMap::from([("phone".to_owned(), 2), ("e-mail".to_owned(), 1)]),
        ..mention("1", "call [phone] or [phone], [e-mail]")
    };
    let outcome = store.commit_page(&shop(), &page(vec![mention.clone()], "c"), at(0)).await?;
    assert_eq!(outcome.redacted, 3);
    let outcome = store.commit_page(&shop(), &page(vec![mention], "c"), at(1)).await?;
    assert_eq!(outcome.redacted, 0);
    let counted = store.redactions().await?;
    assert_eq!(counted, [(shop(), "e-mail".to_owned(), 1), (shop(), "phone".to_owned(), 2)]);
    Ok(())
}
