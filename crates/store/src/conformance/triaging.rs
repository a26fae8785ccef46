//! What people do with flags.

use moodline_types::{FlagId, FlagQuery, FlagRow, FlagStatus, SentimentLabel, Triage};

use super::given::{assigned, at, id, map, one_judged, placed, shop};
use crate::{MapRecord, MentionAssignments, Result, Store};

use SentimentLabel::Negative;

/// Flags at `till` and `web`, raised by one mention.
async fn two_flags(store: &impl Store) -> Result<Vec<FlagRow>> {
    let judged = one_judged(store, &[("slow", Negative), ("lost", Negative)]).await?;
    assigned(store, &id("m"), &[placed(&judged, &[Some("till"), Some("web")])]).await?;
    store.flags(&FlagQuery::default()).await
}

fn by(actor: &str) -> Triage {
    Triage { actor: actor.to_owned(), ..Triage::default() }
}

/// A change touches what it names, leaves the rest, and every one is in the history.
pub async fn triage_changes_what_it_names(store: &impl Store) -> Result<()> {
    let flags = two_flags(store).await?;
    assert_eq!(flags.len(), 2);
    let first = flags[0].id;
    let taken = Triage {
        status: Some(FlagStatus::Acknowledged),
        assignee: Some(Some("ops".to_owned())),
        due_at: Some(Some(at(600))),
        note: Some("asked the carrier".to_owned()),
        ..by("lin")
    };
    store.triage(&[first], &taken, at(10)).await?;
    store.triage(&[first], &Triage { due_at: Some(None), ..by("ada") }, at(20)).await?;

    let row = store.flags(&FlagQuery { ids: vec![first], ..FlagQuery::default() }).await?.remove(0);
    assert_eq!((row.status, row.assignee.as_deref(), row.due_at), (FlagStatus::Acknowledged, Some("ops"), None));
    assert_eq!((row.raised_at, row.updated_at), (flags[0].raised_at, at(20)));
    let history = store.flag_history(first).await?;
    let told: Vec<_> = history.iter().map(|e| (e.actor.as_str(), e.at, e.due_at, e.note.as_deref())).collect();
    assert_eq!(told, [("lin", at(10), Some(at(600)), Some("asked the carrier")), ("ada", at(20), None, None)]);
    assert_eq!(store.flag_history(flags[1].id).await?, []);
    Ok(())
}

/// Every change of a flag is in the audit log with who did it, but not what the note says; one that failed is not.
pub async fn triage_is_on_record(store: &impl Store) -> Result<()> {
    let flags = two_flags(store).await?;
    let taken = Triage {
        status: Some(FlagStatus::Acknowledged),
        assignee: Some(Some("ops".to_owned())),
        note: Some("called Ms Chan".to_owned()),
        ..by("lin")
    };
    store.triage(&[flags[0].id, flags[1].id], &taken, at(10)).await?;
    store.triage(&[FlagId(99_999)], &taken, at(11)).await.expect_err("it does not exist");
    let acts = store.acts(Some("triage"), 9).await?;
    assert_eq!(acts.len(), 1, "one act of a person is one act on record");
    assert_eq!((acts[0].at, acts[0].act.actor.as_str()), (at(10), "lin"));
    assert_eq!(acts[0].act.subject, "2 flags");
    assert_eq!(acts[0].act.detail, "acknowledged, for ops, with a note");
    for flag in &flags {
        assert_eq!(store.flag_history(flag.id).await?[0].actor, "lin", "which they were is in the history of each");
    }
    store.triage(&[flags[0].id], &by("mei"), at(12)).await?;
    assert_eq!(store.acts(Some("triage"), 1).await?[0].act.subject, format!("flag {}", flags[0].id));
    Ok(())
}

/// Several flags change together or, where one does not exist, not at all.
pub async fn triage_is_all_or_nothing(store: &impl Store) -> Result<()> {
    let flags = two_flags(store).await?;
    let done = Triage { status: Some(FlagStatus::Resolved), ..by("lin") };
    let error =
        store.triage(&[flags[0].id, FlagId(99_999)], &done, at(10)).await.expect_err("one of them does not exist");
    assert!(error.to_string().contains("99999"), "{error}");
    let open = FlagQuery { statuses: vec![FlagStatus::Open], ..FlagQuery::default() };
    assert_eq!(store.count_flags(&open).await?, 2);
    assert_eq!(store.flag_history(flags[0].id).await?, []);
    store.triage(&[flags[0].id, flags[1].id], &done, at(11)).await?;
    assert_eq!(store.count_flags(&open).await?, 0);
    Ok(())
}

/// Every condition of a flag query narrows.
pub async fn flag_queries_narrow(store: &impl Store) -> Result<()> {
    let flags = two_flags(store).await?;
    let taken = Triage { assignee: Some(Some("ops".to_owned())), due_at: Some(Some(at(60))), ..by("lin") };
    store.triage(&[flags[1].id], &taken, at(10)).await?;
    let found = async |query: FlagQuery| -> Result<Vec<FlagId>> {
        Ok(store.flags(&query).await?.iter().map(|row| row.id).collect())
    };
    let any = FlagQuery::default;
    assert_eq!(found(FlagQuery { assignee: Some("ops".to_owned()), ..any() }).await?, [flags[1].id]);
    assert_eq!(found(FlagQuery { due_before: Some(at(61)), ..any() }).await?, [flags[1].id]);
    assert_eq!(found(FlagQuery { due_before: Some(at(60)), ..any() }).await?, []);
    assert_eq!(found(FlagQuery { touchpoint: Some(flags[0].touchpoint.clone()), ..any() }).await?, [flags[0].id]);
    assert_eq!(found(FlagQuery { map: Some(id("other")), ..any() }).await?, []);
    assert_eq!(found(FlagQuery { limit: 1, ..any() }).await?.len(), 1);
    let both = vec![FlagStatus::Open, FlagStatus::Resolved];
    assert_eq!(store.count_flags(&FlagQuery { statuses: both, limit: 1, ..any() }).await?, 2);
    store.hide_mention(&shop(), "1", at(30)).await?;
    assert_eq!(found(any()).await?, [], "a hidden mention asks for nothing");
    Ok(())
}

/// A flag that somebody has handled stays when its opinion no longer warrants one.
pub async fn handled_flags_are_not_taken_away(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("slow", Negative), ("lost", Negative)]).await?;
    let both = placed(&judged, &[Some("till"), Some("web")]);
    assigned(store, &id("m"), std::slice::from_ref(&both)).await?;
    let flags = store.flags(&FlagQuery::default()).await?;
    let noted = Triage { note: Some("looking into it".to_owned()), ..by("lin") };
    store.triage(&[flags[0].id], &noted, at(10)).await?;
    store.register_map(&MapRecord { version: "2".to_owned(), ..map("m") }, at(15)).await?;
    assigned(store, &id("m"), &[MentionAssignments { flags: Vec::new(), ..both }]).await?;
    let left: Vec<FlagId> = store.flags(&FlagQuery::default()).await?.iter().map(|row| row.id).collect();
    assert_eq!(left, [flags[0].id]);
    Ok(())
}

/// A list that is read page by page is the list, also where flags are equally severe.
pub async fn pages_of_flags_join(store: &impl Store) -> Result<()> {
    let flags = two_flags(store).await?;
    let mut paged: Vec<FlagRow> = Vec::new();
    loop {
        let after = paged.last().map(|row| (row.severity, row.id));
        let page = store.flags(&FlagQuery { after, limit: 1, ..FlagQuery::default() }).await?;
        let Some(row) = page.into_iter().next() else { break };
        paged.push(row);
    }
    assert_eq!(paged, flags);
    let after = Some((flags[0].severity, flags[0].id));
    assert_eq!(
        store.count_flags(&FlagQuery { after, ..FlagQuery::default() }).await?,
        2,
        "a count is of the whole list"
    );
    Ok(())
}

/// Whoever has seen a flag is told of those raised since, oldest first.
pub async fn new_flags_come_after_the_last_seen(store: &impl Store) -> Result<()> {
    assert_eq!(store.newest_flag().await?, None);
    let mut ids: Vec<FlagId> = two_flags(store).await?.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    let after = async |flag: FlagId, limit| -> Result<Vec<FlagId>> {
        Ok(store.flags_after(flag, limit).await?.iter().map(|row| row.id).collect())
    };
    assert_eq!(after(FlagId(0), 10).await?, ids);
    assert_eq!(after(FlagId(0), 1).await?, ids[..1]);
    assert_eq!(after(ids[0], 10).await?, ids[1..]);
    assert_eq!(after(ids[1], 10).await?, []);
    assert_eq!(store.newest_flag().await?, Some(ids[1]));
    Ok(())
}
