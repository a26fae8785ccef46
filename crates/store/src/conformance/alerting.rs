//! Alerts and changes: what the machine finds, what people say.

use chrono::NaiveDate;
use moodline_types::{
    AlertEpisode, AlertFigures, AlertId, AlertKind, AlertQuery, AlertStatus, AlertSubject, AlertTier, ChangeId,
    MentionId,
};

use super::given::{at, day, id, map, mention, shop, stored};
use crate::{AlertTriage, AlertWrite, NewTouchpointChange, Result, Store, StoreError};

fn episode(touchpoint: &str, from: NaiveDate) -> AlertEpisode {
    AlertEpisode {
        subject: AlertSubject::Touchpoint { map: id("m"), stage: id("buy"), touchpoint: id(touchpoint) },
        kind: AlertKind::Negative,
        tier: AlertTier::Watch,
        from_day: from,
        last_day: from,
        ended_day: None,
        figures: Some(AlertFigures {
            observed: 7,
            n: 9,
            expected: 0.3125,
            expected_low: 0.0,
            expected_high: 0.625,
            change: 0.4653,
            change_low: 0.125,
            change_high: 0.75,
            probability: 0.004,
            adjusted: 0.08,
            usual_n: 8.5,
            power_to: 0.8125,
            power: 0.75,
        }),
        detail: "7 of 9 were negative".to_owned(),
        mentions: Vec::new(),
    }
}

fn silent(source: &str) -> AlertEpisode {
    AlertEpisode {
        subject: AlertSubject::Source { source: id(source) },
        kind: AlertKind::Source,
        tier: AlertTier::Alert,
        figures: None,
        ..episode("card", day(0))
    }
}

fn new(episode: AlertEpisode) -> AlertWrite {
    AlertWrite { known: None, episode }
}

fn triage(status: AlertStatus) -> AlertTriage {
    AlertTriage { status, note: Some("on it".to_owned()), actor: "mei".to_owned() }
}

/// Whoever has seen an alert is told of those raised since, in the order they were raised, whatever the clock said.
pub async fn new_alerts_come_after_the_last_seen(store: &impl Store) -> Result<()> {
    assert_eq!(store.newest_alert().await?, None);
    let raised = |touchpoint: &str| new(AlertEpisode { tier: AlertTier::Alert, ..episode(touchpoint, day(0)) });
    let mut ids = store.write_alerts(&[raised("card"), raised("till")], at(60)).await?;
    store.write_alerts(&[new(episode("web", day(0)))], at(61)).await?;
    ids.extend(store.write_alerts(&[raised("app")], at(30)).await?);
    let all = store.alerts_after(at(0), 10).await?;
    assert_eq!(all.iter().map(|alert| alert.id).collect::<Vec<_>>(), ids, "a watch is no news");
    let times: Vec<_> = all.iter().filter_map(|alert| alert.alerted_at).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "each bears a time of its own: {times:?}");
    assert_eq!(store.newest_alert().await?, times.last().copied());
    assert_eq!(store.alerts_after(at(0), 2).await?, all[..2]);
    assert_eq!(store.alerts_after(times[0], 10).await?, all[1..]);
    assert_eq!(store.alerts_after(times[2], 10).await?, []);
    store.write_alerts(&[AlertWrite { known: Some(ids[0]), episode: raised("card").episode }], at(90)).await?;
    assert_eq!(store.alerts_after(times[2], 10).await?, [], "an alert that goes on is raised once");
    Ok(())
}

/// An episode is read back as it was written, with its mentions in their order; one that is gone is left out.
pub async fn alerts_round_trip(store: &impl Store) -> Result<()> {
    let mentions = stored(store, &[mention("1", "a"), mention("2", "b")]).await?;
    let told = AlertEpisode {
        tier: AlertTier::Alert,
        mentions: vec![mentions[1], MentionId(99_999), mentions[0]],
        ..episode("card", day(0))
    };
    let ids = store.write_alerts(&[new(told.clone()), new(silent("shop"))], at(5)).await?;
    let found = store.alerts(&AlertQuery { ids: ids[..1].to_vec(), ..AlertQuery::default() }).await?;
    assert_eq!(found[0].episode, AlertEpisode { mentions: vec![mentions[1], mentions[0]], ..told });
    assert_eq!((found[0].status, found[0].opened_at, found[0].alerted_at), (AlertStatus::Open, at(5), Some(at(5))));
    let source = store.alerts(&AlertQuery { source: Some(shop()), ..AlertQuery::default() }).await?;
    assert_eq!((source[0].id, &source[0].episode), (ids[1], &silent("shop")));
    Ok(())
}

/// A night that is run twice, or whose first run was not told of, writes one alert.
pub async fn the_same_episode_is_one_alert(store: &impl Store) -> Result<()> {
    let first = store.write_alerts(&[new(episode("card", day(0)))], at(1)).await?;
    let again = store.write_alerts(&[new(episode("card", day(0)))], at(2)).await?;
    assert_eq!(first, again);
    let later = AlertEpisode { last_day: day(1), tier: AlertTier::Alert, ..episode("card", day(0)) };
    store.write_alerts(&[AlertWrite { known: Some(first[0]), episode: later.clone() }], at(3)).await?;
    let other = AlertEpisode { kind: AlertKind::Volume, ..episode("card", day(0)) };
    store.write_alerts(&[new(other), new(episode("card", day(9))), new(episode("web", day(0)))], at(4)).await?;
    assert_eq!(store.count_alerts(&AlertQuery::default()).await?, 4);
    let known = store.alerts(&AlertQuery { ids: first, ..AlertQuery::default() }).await?;
    assert_eq!(known[0].episode, later);
    assert_eq!((known[0].opened_at, known[0].alerted_at, known[0].updated_at), (at(1), Some(at(3)), at(3)));
    let unknown = AlertWrite { known: Some(AlertId(99_999)), episode: episode("card", day(0)) };
    let refused = store.write_alerts(&[new(episode("till", day(0))), unknown], at(5)).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "alert", .. })), "{refused:?}");
    assert_eq!(store.count_alerts(&AlertQuery::default()).await?, 4, "all of a write or nothing");
    Ok(())
}

/// What people did stays when the machine writes the episode again, is on record, and is all or nothing.
pub async fn what_people_did_about_an_alert_stays(store: &impl Store) -> Result<()> {
    let ids = store.write_alerts(&[new(episode("card", day(0)))], at(1)).await?;
    let refused = store.triage_alerts(&[ids[0], AlertId(99_999)], &triage(AlertStatus::Closed), at(2)).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "alert", .. })), "{refused:?}");
    store.triage_alerts(&ids, &triage(AlertStatus::Acknowledged), at(3)).await?;
    let later = AlertEpisode { ended_day: Some(day(2)), ..episode("card", day(0)) };
    store.write_alerts(&[AlertWrite { known: Some(ids[0]), episode: later }], at(4)).await?;
    let alert = store.alerts(&AlertQuery::default()).await?.remove(0);
    assert_eq!((alert.status, alert.note.as_deref()), (AlertStatus::Acknowledged, Some("on it")));
    assert_eq!((alert.actor.as_deref(), alert.episode.ended_day), (Some("mei"), Some(day(2))));
    let acts = store.acts(Some("alert"), 9).await?;
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0].act.subject, format!("alert {}", ids[0]));
    assert_eq!(acts[0].act.detail, "acknowledged: on it");
    Ok(())
}

/// Each condition of a query narrows it; what goes on comes first, alerts before watches, the newest first.
pub async fn alert_queries_narrow(store: &impl Store) -> Result<()> {
    let over = AlertEpisode { ended_day: Some(day(1)), tier: AlertTier::Alert, ..episode("card", day(0)) };
    let drift = AlertEpisode { kind: AlertKind::Drift, ..episode("web", day(0)) };
    let first = store.write_alerts(&[new(over), new(drift)], at(1)).await?;
    let second = store.write_alerts(&[new(silent("forum")), new(episode("till", day(0)))], at(2)).await?;
    store.triage_alerts(&second[..1], &triage(AlertStatus::Closed), at(3)).await?;
    let all = [second[0], second[1], first[1], first[0]];
    let any = AlertQuery::default();
    for (query, wanted) in [
        (any.clone(), &all[..]),
        (AlertQuery { limit: 2, ..any.clone() }, &all[..2]),
        (AlertQuery { map: Some(id("m")), ..any.clone() }, &all[1..]),
        (AlertQuery { map: Some(id("m")), touchpoint: Some(id("web")), ..any.clone() }, &first[1..]),
        (AlertQuery { source: Some(id("forum")), ..any.clone() }, &second[..1]),
        (AlertQuery { kinds: vec![AlertKind::Drift, AlertKind::Source], ..any.clone() }, &[second[0], first[1]]),
        (AlertQuery { tier: Some(AlertTier::Watch), ..any.clone() }, &all[1..3]),
        (AlertQuery { statuses: vec![AlertStatus::Closed], ..any.clone() }, &second[..1]),
        (AlertQuery { going_on: Some(true), ..any.clone() }, &all[..3]),
        (AlertQuery { going_on: Some(false), ..any.clone() }, &first[..1]),
        (AlertQuery { since: Some(at(2)), ..any.clone() }, &all[..2]),
    ] {
        let found: Vec<AlertId> = store.alerts(&query).await?.iter().map(|alert| alert.id).collect();
        assert_eq!(found, wanted, "{query:?}");
        let counted = store.count_alerts(&AlertQuery { limit: 1, ..query.clone() }).await?;
        assert!(counted as usize >= wanted.len(), "{query:?}: {counted}");
    }
    Ok(())
}

/// What is erased is gone from alerts too, and a renamed source keeps its own.
pub async fn alerts_follow_mentions_and_sources(store: &impl Store) -> Result<()> {
    let mentions = stored(store, &[mention("1", "a"), mention("2", "b")]).await?;
    let told = AlertEpisode { mentions: mentions.clone(), ..episode("card", day(0)) };
    store.write_alerts(&[new(told), new(silent("shop"))], at(5)).await?;
    let erasure = crate::Erasure {
        mentions: vec![mentions[0]],
        marks: Vec::new(),
        respondents: Vec::new(),
        rejected_with: None,
        act: crate::NewAct {
            actor: "mei".to_owned(),
            action: "erase".to_owned(),
            subject: "mention 1".to_owned(),
            detail: String::new(),
        },
    };
    store.erase(&erasure, at(6)).await?;
    store.rename_source(&shop(), &id("store"), "lin", at(7)).await?;
    let card = store.alerts(&AlertQuery { map: Some(id("m")), ..AlertQuery::default() }).await?;
    assert_eq!(card[0].episode.mentions, [mentions[1]]);
    assert_eq!(store.count_alerts(&AlertQuery { source: Some(id("store")), ..AlertQuery::default() }).await?, 1);
    Ok(())
}

/// A change is stored once, listed by day, forgotten when told to; each is an act.
pub async fn changes_are_listed_by_day(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    store.register_map(&map("other"), at(0)).await?;
    let change = |map: &str, days: i64| NewTouchpointChange {
        map: id(map),
        touchpoint: id("card"),
        day: day(days),
        what: "new form".to_owned(),
        actor: "mei".to_owned(),
    };
    let first = store.add_change(&change("m", 0), at(1)).await?;
    let second = store.add_change(&change("m", 7), at(2)).await?;
    let other = store.add_change(&change("other", 3), at(3)).await?;
    assert_eq!(store.add_change(&change("m", 0), at(4)).await?, first, "the same again is the same change");
    let listed: Vec<ChangeId> = store.changes(None).await?.iter().map(|change| change.id).collect();
    assert_eq!(listed, [second, other, first]);
    store.remove_change(second, "ada", at(5)).await?;
    let left = store.changes(Some(&id("m"))).await?;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].day, left[0].what.as_str()), (first, day(0), "new form"));
    assert_eq!((left[0].actor.as_str(), left[0].added_at), ("mei", at(1)));
    let again = store.remove_change(second, "ada", at(6)).await;
    assert!(matches!(again, Err(StoreError::Missing { what: "change", .. })), "{again:?}");
    let acts = store.acts(Some("change"), 9).await?;
    assert_eq!(acts.len(), 4);
    assert!(acts[0].act.detail.starts_with("removed: from 2026-06-08"), "{:?}", acts[0]);
    Ok(())
}
