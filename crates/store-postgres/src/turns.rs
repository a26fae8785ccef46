//! Flags and alerts are numbered in the order in which they can be read: whoever reads on from the last one misses none.

use std::time::Duration;

use chrono::{DateTime, Utc};
use moodline_store::{AlertStore as _, AlertWrite, FlagStore as _, MentionAssignments, Store as _};
use moodline_testkit::postgres_url;
use moodline_types::{AlertEpisode, AlertKind, AlertSubject, AlertTier, FlagId, MapId, MentionId, NewFlag, OpinionId};

use crate::{
    PostgresStore,
    connect::{Tx, events_in_turn},
    flags,
};

/// Two mentions of an opinion each.
const ROWS: &str = "
INSERT INTO models VALUES ('model', 4, 0, 1, 0, 0);
INSERT INTO maps (id, version, definition, registered_ms) VALUES ('m', '1', '', 0);
INSERT INTO mentions (source, external_id, text, posted_ms, posted_approximate, content_hash, first_seen_ms, changed_ms,
    fingerprinted, searchable) SELECT 'a', i::TEXT, '', 0, FALSE, '', 0, 0, TRUE, TRUE FROM generate_series(1, 2) AS n (i);
INSERT INTO opinions (mention_id, model, revision, ordinal, start_char, end_char, evidence, negative, neutral, positive,
    label, verdict, joy, anger, sadness, fear, surprise, disgust, calm, emotion)
    SELECT id, 'model', 1, 0, 0, 1, '', 1, 0, 0, 'negative', 'negative', 0, 0, 0, 0, 0, 0, 0, 'anger' FROM mentions;
";

/// Raises a flag of the mention `number` in a transaction that stays open.
async fn raise(store: &PostgresStore, number: i64) -> Tx {
    let map: MapId = "m".parse().unwrap();
    let (stage, touchpoint) = ("s".parse().unwrap(), "t".parse().unwrap());
    let flag = NewFlag { stage, touchpoint, opinion: OpinionId(number), severity: 0.5 };
    let placed = MentionAssignments {
        mention: MentionId(number),
        assignments: Vec::new(),
        tallies: Vec::new(),
        flags: vec![flag],
    };
    let mut tx = store.write().await.map_err(|_| "begin").unwrap();
    let fresh = flags::follow(&mut tx, &map, &[number], &[&placed]).await.map_err(|_| "follow").unwrap();
    flags::raise(&mut tx, &map, &fresh, DateTime::UNIX_EPOCH).await.map_err(|_| "raise").unwrap();
    tx
}

/// Waits until somebody waits for an advisory lock of this database.
async fn somebody_waits(store: &PostgresStore) {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
               AND objid::BIGINT = hashtext(current_schema())::BIGINT & 4294967295)";
    while !sqlx::query_scalar::<_, bool>(sql).fetch_one(store.read()).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flag_that_is_committed_late_is_not_missed() {
    let Some(database) = postgres_url().await else { return };
    let store = PostgresStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    sqlx::raw_sql(ROWS).execute(store.read()).await.unwrap();
    let seen = async |after: FlagId| -> Vec<MentionId> {
        store.flags_after(after, 10).await.unwrap().iter().map(|row| row.mention).collect()
    };

    let slow = raise(&store, 2).await;
    let other = store.clone();
    let quick = tokio::spawn(async move { raise(&other, 1).await.commit().await.unwrap() });
    somebody_waits(&store).await;
    assert!(!quick.is_finished() && seen(FlagId(0)).await.is_empty(), "whoever came second cannot be read first");
    slow.commit().await.unwrap();
    quick.await.unwrap();
    assert_eq!(seen(FlagId(0)).await, [MentionId(2), MentionId(1)], "in the order in which they could be read");
    let first = store.flags_after(FlagId(0), 1).await.unwrap()[0].id;
    assert_eq!(seen(first).await, [MentionId(1)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_that_is_committed_late_is_not_missed() {
    let Some(database) = postgres_url().await else { return };
    let store = PostgresStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    let at = |ms: i64| DateTime::<Utc>::from_timestamp_millis(ms).unwrap();
    let day = DateTime::UNIX_EPOCH.date_naive();
    let episode = AlertEpisode {
        subject: AlertSubject::Source { source: "a".parse().unwrap() },
        kind: AlertKind::Source,
        tier: AlertTier::Alert,
        from_day: day,
        last_day: day,
        ended_day: None,
        figures: None,
        detail: String::new(),
        mentions: Vec::new(),
    };

    // Somebody who began at 1000 and is not through yet.
    let mut slow = store.write().await.map_err(|_| "begin").unwrap();
    events_in_turn(&mut slow).await.map_err(|_| "lock").unwrap();
    sqlx::query(
        "INSERT INTO alerts (kind, map, stage, touchpoint, source, tier, status, from_day, last_day, detail, opened_ms, \
         updated_ms, alerted_ms) VALUES ('source', '', '', '', 'b', 'alert', 'open', '1970-01-01', '1970-01-01', '', 1000, \
         1000, 1000)",
    )
    .execute(&mut *slow)
    .await
    .unwrap();
    let other = store.clone();
    let quick = tokio::spawn(async move {
        other.write_alerts(&[AlertWrite { known: None, episode }], at(900)).await.unwrap();
    });
    somebody_waits(&store).await;
    assert_eq!(store.alerts_after(at(0), 10).await.unwrap(), []);
    slow.commit().await.unwrap();
    quick.await.unwrap();
    let raised = store.alerts_after(at(0), 10).await.unwrap();
    let times: Vec<i64> = raised.iter().filter_map(|alert| alert.alerted_at).map(|at| at.timestamp_millis()).collect();
    assert_eq!(times, [1000, 1001], "whoever can be read later was raised later, whatever its clock says");
}
