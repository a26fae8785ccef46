//! Places of opinions and the flags they raise.

use moodline_types::{FlagStatus, MentionQuery, MentionRow, SentimentLabel};

use super::given::{
    assigned, at, id, judged, judgement, lease, map, mention, model, one_judged, opinion, page, placed, shop,
};
use crate::{MentionAssignments, Result, Store, WorkKind};

use SentimentLabel::{Negative, Positive};

/// Every opinion that was placed on map `m`.
/// In the order of the text.
async fn listed(store: &impl Store) -> Result<Vec<MentionRow>> {
    let mut rows = store.find_mentions(&MentionQuery { map: Some(id("m")), ..MentionQuery::default() }).await?.rows;
    rows.reverse();
    Ok(rows)
}

async fn queue_again(store: &impl Store, version: &str) -> Result<()> {
    let map = crate::MapRecord { version: version.to_owned(), ..super::given::map("m") };
    store.register_map(&map, at(5)).await?;
    Ok(())
}

/// Without the lease nothing is written; with it the work is done.
pub async fn assignments_need_the_lease(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", Positive)]).await?;
    let result = [placed(&judged, &[Some("till")])];
    assert_eq!(store.write_assignments(&id("m"), "x", &result, at(3)).await?.lost, 1);
    store.claim(WorkKind::Assign, "m", 9, &lease("x", at(3)), at(3)).await?;
    assert_eq!(store.write_assignments(&id("m"), "y", &result, at(3)).await?.lost, 1);
    assert_eq!(listed(store).await?, [], "a map shows what was placed on it");
    assert_eq!(store.write_assignments(&id("m"), "x", &result, at(3)).await?.written, 1);
    assert_eq!(store.write_assignments(&id("m"), "x", &result, at(3)).await?.lost, 1, "once is enough");
    assert_eq!(store.recount(&id("m")).await?, []);
    Ok(())
}

/// Placing a mention again replaces all of its places.
pub async fn placing_again_replaces(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", Positive), ("slow", Negative)]).await?;
    assigned(store, &id("m"), &[placed(&judged, &[Some("till"), Some("web")])]).await?;
    queue_again(store, "2").await?;
    assigned(store, &id("m"), &[placed(&judged, &[None, Some("till")])]).await?;
    let rows = listed(store).await?;
    let places: Vec<_> = rows.iter().map(|row| row.place.clone()).collect();
    assert_eq!(places, [None, Some(super::given::place("till"))]);
    let assignment = rows[1].assignment.clone();
    assert_eq!(assignment, Some((0.75, moodline_types::AssignmentReason::Similarity, Some("till".to_owned()))));
    Ok(())
}

/// A flag is raised as open once, and goes when it is no longer warranted and nobody has touched it.
pub async fn flags_follow_their_opinions(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("slow", Negative)]).await?;
    assigned(store, &id("m"), &[placed(&judged, &[Some("till")])]).await?;
    let first = listed(store).await?[0].flag.clone().expect("a flag was raised");
    assert_eq!((first.status, first.raised_at), (FlagStatus::Open, at(4)));

    queue_again(store, "2").await?;
    store.claim(WorkKind::Assign, "m", 9, &lease("x", at(6)), at(6)).await?;
    store.write_assignments(&id("m"), "x", &[placed(&judged, &[Some("till")])], at(7)).await?;
    assert_eq!(listed(store).await?[0].flag, Some(first), "the same flag is not raised twice");

    queue_again(store, "3").await?;
    assigned(store, &id("m"), &[placed(&judged, &[Some("web")])]).await?;
    let flagged = MentionQuery { map: Some(id("m")), flagged: true, ..MentionQuery::default() };
    let rows = store.find_mentions(&flagged).await?.rows;
    assert_eq!(rows.iter().map(|row| row.place.clone()).collect::<Vec<_>>(), [Some(super::given::place("web"))]);

    queue_again(store, "4").await?;
    let calm = MentionAssignments { flags: Vec::new(), ..placed(&judged, &[Some("web")]) };
    assigned(store, &id("m"), &[calm]).await?;
    assert_eq!(store.find_mentions(&flagged).await?.rows, []);
    Ok(())
}

/// A flag that is raised again for new opinions keeps its identity.
pub async fn touched_flags_stay(store: &impl Store) -> Result<()> {
    let before = one_judged(store, &[("slow", Negative)]).await?;
    assigned(store, &id("m"), &[placed(&before, &[Some("till")])]).await?;
    let flag = listed(store).await?[0].flag.clone();
    store.commit_page(&shop(), &page(vec![mention("1", "still slow")], "c"), at(5)).await?;
    let mut anew = judgement(before.mention.id, vec![opinion("still slow", Negative)]);
    anew.revision = 2;
    let after = judged(store, &model().id, &[anew]).await?.remove(0);
    assert_eq!(listed(store).await?, [], "until it is placed again it is nowhere");
    assigned(store, &id("m"), &[placed(&after, &[Some("till")])]).await?;
    let rows = listed(store).await?;
    assert_eq!((rows[0].evidence.as_str(), &rows[0].flag), ("still slow", &flag));
    Ok(())
}

/// New opinions take away the lease of whoever is placing the old ones, and the old places go.
pub async fn new_opinions_take_placing_back(store: &impl Store) -> Result<()> {
    let before = one_judged(store, &[("slow", Negative)]).await?;
    store.claim(WorkKind::Assign, "m", 9, &lease("x", at(3)), at(3)).await?;
    store.commit_page(&shop(), &page(vec![mention("1", "fast")], "c"), at(4)).await?;
    judged(store, &model().id, &[judgement(before.mention.id, vec![opinion("fast", Positive)])]).await?;
    let late = store.write_assignments(&id("m"), "x", &[placed(&before, &[Some("till")])], at(5)).await?;
    assert_eq!(late.lost, 1);
    assert_eq!(listed(store).await?, []);
    let rows = store.find_mentions(&MentionQuery::default()).await?.rows;
    assert_eq!(rows.iter().map(|row| (row.evidence.as_str(), &row.place)).collect::<Vec<_>>(), [("fast", &None)]);
    Ok(())
}

/// Placing again tells which opinions left where for where; what is new moved nowhere, and what stays is not told.
pub async fn what_moved_is_told(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("slow", Negative), ("rude", Negative), ("cold", Negative)]).await?;
    let mention = judged.mention.id;
    let again = async |version: &'static str, places: [Option<&'static str>; 3]| {
        let version = version.to_owned();
        store.register_map(&crate::MapRecord { version, ..map("m") }, at(5)).await?;
        store.claim(WorkKind::Assign, "m", 10, &lease("x", at(6)), at(6)).await?;
        let written = store.write_assignments(&id("m"), "x", &[placed(&judged, &places)], at(7)).await?;
        assert_eq!((written.written, written.lost), (1, 0), "{mention}");
        Result::Ok(written.moved)
    };
    assert_eq!(again("2", [Some("till"), Some("till"), None]).await?, []);
    let moved = again("3", [Some("desk"), Some("till"), Some("desk")]).await?;
    let from_to: Vec<_> = moved
        .iter()
        .map(|moved| (moved.from.as_ref().map(ToString::to_string), moved.to.as_ref().map(ToString::to_string)))
        .collect();
    let desk = Some("desk".to_owned());
    assert_eq!(from_to, [(None, desk.clone()), (Some("till".to_owned()), desk)]);
    assert!(moved.iter().all(|moved| moved.opinions == 1));
    assert_eq!(again("4", [Some("desk"), Some("till"), Some("desk")]).await?, [], "nothing changed");
    assert_eq!(store.recount(&id("m")).await?, []);
    Ok(())
}
