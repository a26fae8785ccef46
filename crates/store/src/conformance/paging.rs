//! Pages that join, whatever arrives between them, and counts that end.

use std::collections::HashSet;

use moodline_types::{
    FlagQuery, FlagStatus, MentionOrder, MentionQuery, OpinionId, Rating, SentimentLabel, StarRange, TouchpointFilter,
    Triage,
};

use super::{
    given::{assigned, at, id, judged, judgement, map, mention, model, one_judged, opinion, placed, stored},
    querying::{found, four, on_map},
};
use crate::{NewMention, Result, Store, StoreError};

use SentimentLabel::{Negative, Positive};

/// Mentions numbered so, posted in minute number / 3, each negative at `till` with one of four probabilities and an
/// evidence as long as its number, on map `m`.
async fn complaints(store: &impl Store, numbers: std::ops::Range<i64>) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let mentions: Vec<NewMention> = numbers
        .clone()
        .map(|n| NewMention { posted_at: at(n / 3), ..mention(&format!("{n}"), &format!("complaint {n}")) })
        .collect();
    let ids = stored(store, &mentions).await?;
    let judgements: Vec<_> = ids
        .iter()
        .zip(numbers)
        .map(|(mention, n)| {
            let mut said = opinion(&"x".repeat(n as usize % 40 + 1), Negative);
            said.sentiment.negative = 0.8 + 0.05 * (n % 4) as f32;
            judgement(*mention, vec![said])
        })
        .collect();
    let judged = judged(store, &model().id, &judgements).await?;
    let all: Vec<_> = judged.iter().map(|judged| placed(judged, &[Some("till")])).collect();
    assigned(store, &id("m"), &all).await
}

/// What the pages of a query list; `between` runs after the first.
async fn all_pages(
    store: &impl Store,
    query: &MentionQuery,
    between: impl AsyncFnOnce() -> Result<()>,
) -> Result<Vec<OpinionId>> {
    let mut page = store.find_mentions(query).await?;
    between().await?;
    let mut listed: Vec<OpinionId> = Vec::new();
    loop {
        assert!(page.rows.len() <= query.limit as usize);
        listed.extend(page.rows.iter().map(|row| row.opinion));
        let Some(next) = page.next else { return Ok(listed) };
        // As it comes back from whoever asks for the next page.
        let after = next.to_string().parse().expect("a cursor survives being text");
        page = store.find_mentions(&MentionQuery { after: Some(after), ..query.clone() }).await?;
    }
}

/// Every way of leading a query: by time, by severity, by touchpoint, stage and flag, by words and by author.
fn ways() -> Vec<MentionQuery> {
    let till = Some(TouchpointFilter::Is(id("till")));
    let words = MentionQuery { text: Some("complaint".to_owned()), ..MentionQuery::default() };
    let mut ways = vec![
        on_map(),
        MentionQuery { stage: Some(id("buy")), ..on_map() },
        MentionQuery { touchpoint: till.clone(), ..on_map() },
        MentionQuery { flagged: true, ..on_map() },
        MentionQuery { flagged: true, touchpoint: till.clone(), ..on_map() },
        MentionQuery { statuses: vec![FlagStatus::Open, FlagStatus::Resolved], touchpoint: till, ..on_map() },
        MentionQuery { map: Some(id("m")), ..words.clone() },
    ];
    let representative = ways.iter().map(|way| MentionQuery { order: MentionOrder::Representative, ..way.clone() });
    ways.extend(representative.collect::<Vec<_>>());
    ways.extend([MentionQuery::default(), words]);
    let severe = ways.iter().filter(|way| way.order == MentionOrder::Time);
    let severe = severe.map(|way| MentionQuery { order: MentionOrder::Severity, ..way.clone() });
    ways.extend(severe.collect::<Vec<_>>());
    ways
}

/// Pages of any size hold the rows of the whole list in its order, for every way of asking.
pub async fn pages_join_without_gap_or_repeat(store: &impl Store) -> Result<()> {
    complaints(store, 0..23).await?;
    for way in ways() {
        let whole: Vec<OpinionId> = store.find_mentions(&way).await?.rows.into_iter().map(|row| row.opinion).collect();
        assert_eq!(whole.len(), 23, "{way:?}");
        for limit in [1, 4, 22, 23] {
            let query = MentionQuery { limit, ..way.clone() };
            assert_eq!(all_pages(store, &query, async || Ok(())).await?, whole, "{limit} rows a page of {way:?}");
        }
    }
    Ok(())
}

/// What arrives between two pages moves nothing: no row comes twice, none that was there is left out, and newer ones
/// wait for the next look.
pub async fn rows_that_arrive_shift_no_page(store: &impl Store) -> Result<()> {
    complaints(store, 0..12).await?;
    let mut known = 12;
    for way in ways() {
        let before: HashSet<OpinionId> = store
            .find_mentions(&MentionQuery { limit: 1000, ..way.clone() })
            .await?
            .rows
            .iter()
            .map(|r| r.opinion)
            .collect();
        let query = MentionQuery { limit: 5, ..way.clone() };
        let listed = all_pages(store, &query, async || complaints(store, known..known + 3).await).await?;
        known += 3;
        let distinct: HashSet<OpinionId> = listed.iter().copied().collect();
        assert_eq!(distinct.len(), listed.len(), "nothing twice: {way:?}");
        assert!(before.is_subset(&distinct), "nothing lost: {way:?}");
        if way.order == MentionOrder::Time {
            assert_eq!(distinct, before, "what is newer than the first page is not on the later ones: {way:?}");
        }
    }
    Ok(())
}

/// A cursor belongs to its conditions and order, whatever the size of the page.
pub async fn a_cursor_of_another_query_is_refused(store: &impl Store) -> Result<()> {
    complaints(store, 0..6).await?;
    let query = MentionQuery { limit: 2, asked_at: at(77), ..on_map() };
    let next = store.find_mentions(&query).await?.next.expect("there are more");
    assert_eq!(next.asked_at(), at(77));
    let more = MentionQuery { limit: 9, after: Some(next), ..on_map() };
    assert_eq!(store.find_mentions(&more).await?.rows.len(), 4);
    assert_eq!(store.count_mentions(&more).await?.rows, 6, "the count is that of all pages");
    for other in [
        MentionQuery { order: MentionOrder::Severity, ..more.clone() },
        MentionQuery { sentiment: Some(Negative), ..more.clone() },
        MentionQuery { map: None, ..more.clone() },
    ] {
        let refused = store.find_mentions(&other).await;
        assert!(matches!(refused, Err(StoreError::Query { parameter: "cursor", .. })), "{refused:?}");
    }
    Ok(())
}

/// Counting is exact up to its bound and stops there.
pub async fn counts_are_exact_up_to_their_bound(store: &impl Store) -> Result<()> {
    let mut opinions = vec![("good", Positive); 9_999];
    opinions.push(("bad", Negative));
    let judged = one_judged(store, &opinions).await?;
    let all = store.count_mentions(&MentionQuery::default()).await?;
    assert_eq!((all.rows, all.exact), (10_000, true));
    let good = store.count_mentions(&MentionQuery { sentiment: Some(Positive), ..MentionQuery::default() }).await?;
    assert_eq!((good.rows, good.exact), (9_999, true));
    drop(judged);
    let ids = stored(store, &[mention("2", "one more")]).await?;
    super::given::judged(store, &model().id, &[judgement(ids[0], vec![opinion("one more", Positive)])]).await?;
    let all = store.count_mentions(&MentionQuery::default()).await?;
    assert_eq!((all.rows, all.exact, all.to_string().as_str()), (10_000, false, "more than 10000"));
    Ok(())
}

/// Clear, certain and long enough stands before the rest.
pub async fn the_most_representative_come_first(store: &impl Store) -> Result<()> {
    let telling = "the parcel arrived three weeks late and nobody could say why it did";
    let judged = one_judged(
        store,
        &[("late", Negative), (telling, Negative), ("三周才到货，客服也说不清原因在哪里啊", Negative)],
    )
    .await?;
    assigned(store, &id("m"), &[placed(&judged, &[Some("till"), Some("till"), Some("till")])]).await?;
    let query = MentionQuery { order: MentionOrder::Representative, ..on_map() };
    let rows = store.find_mentions(&query).await?.rows;
    let listed: Vec<(usize, f32)> =
        rows.iter().map(|row| (row.evidence.len(), row.representative.unwrap_or_default())).collect();
    // 0.9 probable × 0.75 sure of its place × how much of 60 bytes.
    assert_eq!(listed.iter().map(|(length, _)| *length).collect::<Vec<_>>(), [telling.len(), 54, 4]);
    for ((_, share), expected) in listed.iter().zip([0.675, 0.6075, 0.045]) {
        assert!((share - expected).abs() < 1e-5, "{listed:?}");
    }
    Ok(())
}

/// Author, stars, lists of mentions and opinions, several sources.
pub async fn named_rows_narrow(store: &impl Store) -> Result<()> {
    four(store).await?;
    let mut third = mention("e", "by somebody");
    (third.author_hash, third.rating, third.posted_at) = (Some("h".to_owned()), Rating::new(9.0, 0.0, 10.0), at(5));
    let ids = stored(store, &[third]).await?;
    let more = judged(store, &model().id, &[judgement(ids[0], vec![opinion("by somebody", Positive)])]).await?;
    assigned(store, &id("m"), &[placed(&more[0], &[Some("web")])]).await?;
    for base in [MentionQuery::default(), on_map()] {
        let by = |author: &str| MentionQuery { author: Some(author.to_owned()), ..base.clone() };
        assert_eq!(found(store, by("h")).await?, ["by somebody"]);
        assert!(found(store, by("x")).await?.is_empty());
        let starred = |least, most| MentionQuery { stars: Some(StarRange { least, most }), ..base.clone() };
        assert_eq!(found(store, starred(4.6, 4.6)).await?, ["by somebody"], "9 of 10 are 4.6 of 5");
        assert_eq!(found(store, starred(2.0, 2.0)).await?, ["nice web", "slow till"]);
        assert_eq!(found(store, starred(1.0, 5.0)).await?.len(), 3, "those without stars are not asked for");
        let these = MentionQuery { mentions: Some(vec![ids[0], ids[0]]), ..base.clone() };
        assert_eq!(found(store, these).await?, ["by somebody"]);
        assert!(found(store, MentionQuery { mentions: Some(Vec::new()), ..base.clone() }).await?.is_empty());
        let one = MentionQuery { opinions: Some(vec![more[0].opinions[0].id]), ..base.clone() };
        assert_eq!(found(store, one).await?, ["by somebody"]);
        assert!(found(store, MentionQuery { opinions: Some(Vec::new()), ..base.clone() }).await?.is_empty());
        let either = MentionQuery { sources: vec![id("forum"), id("shop")], ..base.clone() };
        assert_eq!(found(store, either).await?.len(), 7);
        let both = MentionQuery { text: Some("somebody".to_owned()), author: Some("h".to_owned()), ..base.clone() };
        assert_eq!(found(store, both).await?, ["by somebody"]);
    }
    Ok(())
}

/// What people do with a flag shows in the query at once, whichever opinion shows the flag.
pub async fn flagged_rows_follow_their_flags(store: &impl Store) -> Result<()> {
    four(store).await?;
    let flags = store.flags(&FlagQuery::default()).await?;
    assert_eq!(flags.len(), 2);
    let taken = Triage {
        status: Some(FlagStatus::Acknowledged),
        assignee: Some(Some("ops".to_owned())),
        due_at: Some(Some(at(600))),
        actor: "lin".to_owned(),
        ..Triage::default()
    };
    store.triage(&[flags[0].id], &taken, at(10)).await?;
    let in_state = |statuses: &[FlagStatus]| MentionQuery { statuses: statuses.to_vec(), ..on_map() };
    assert_eq!(found(store, in_state(&[FlagStatus::Acknowledged])).await?, [flags[0].evidence.clone()]);
    assert_eq!(found(store, in_state(&[FlagStatus::Open])).await?, [flags[1].evidence.clone()]);
    assert_eq!(found(store, in_state(&[FlagStatus::Open, FlagStatus::Acknowledged])).await?.len(), 2);
    let of = |assignee: &str| MentionQuery { assignee: Some(assignee.to_owned()), ..on_map() };
    assert_eq!(found(store, of("ops")).await?, [flags[0].evidence.clone()]);
    assert!(found(store, of("nobody")).await?.is_empty());
    let row = store.find_mentions(&of("ops")).await?.rows.remove(0);
    let flag = row.flag.expect("a flagged row shows its flag");
    assert_eq!((flag.assignee.as_deref(), flag.due_at), (Some("ops"), Some(at(600))));
    Ok(())
}
