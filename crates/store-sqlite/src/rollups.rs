//! Tallies and the daily counts that are their sums.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use moodline_store::{MentionAssignments, RollupDifference, RollupRow};
use moodline_types::{DayWindow, MapId, PersonaId, SentimentLabel, Tally, TouchpointId};
use sqlx::QueryBuilder;

use crate::{
    SqliteStore,
    connect::Tx,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, Row, column, counts, list, word, word_or_none},
};

/// The key of a rollup inside its map: touchpoint, persona, day, source, language.
type Key = (String, String, NaiveDate, String, String);

/// By how much each label changes, in the order of [`LABELS`].
type Move = [i64; 5];

/// The order of the count columns.
const LABELS: [SentimentLabel; 5] = [
    SentimentLabel::Positive,
    SentimentLabel::Neutral,
    SentimentLabel::Negative,
    SentimentLabel::Mixed,
    SentimentLabel::Unsure,
];

fn key(tally: &Tally) -> Key {
    (
        tally.touchpoint.as_ref().map_or("", TouchpointId::as_str).to_owned(),
        tally.persona.as_ref().map_or("", PersonaId::as_str).to_owned(),
        tally.day,
        tally.source.as_str().to_owned(),
        tally.language.clone(),
    )
}

/// What rollups have to change by. Ordered, so that everyone locks rows in the same order.
#[derive(Default)]
struct Moves(BTreeMap<Key, Move>);

impl Moves {
    fn add(&mut self, tally: &Tally, by: i64) {
        let change = self.0.entry(key(tally)).or_default();
        for (count, label) in change.iter_mut().zip(LABELS) {
            *count += if label == tally.label { by } else { 0 };
        }
    }

    fn into_rows(self) -> Vec<(Key, Move)> {
        self.0.into_iter().filter(|(_, change)| change.iter().any(|count| *count != 0)).collect()
    }
}

/// Replaces the tallies of mentions and moves the rollups from the old sums to the new ones.
pub(crate) async fn replace_tallies(
    tx: &mut Tx,
    map: &MapId,
    held: &[i64],
    kept: &[&MentionAssignments],
) -> Attempt<()> {
    let mut old = stored(tx, map, held).await?;
    let mut moves = Moves::default();
    let mut stale: Vec<i64> = Vec::new();
    let mut fresh: Vec<(i64, &Tally)> = Vec::new();
    for mention in kept {
        let before = old.remove(&mention.mention.0).unwrap_or_default();
        let after: HashSet<&Tally> = mention.tallies.iter().collect();
        if before.len() == mention.tallies.len() && before.iter().all(|tally| after.contains(tally)) {
            continue;
        }
        stale.push(mention.mention.0);
        for tally in &before {
            moves.add(tally, -1);
        }
        for tally in &mention.tallies {
            moves.add(tally, 1);
        }
        fresh.extend(mention.tallies.iter().map(|tally| (mention.mention.0, tally)));
    }
    let sql = "DELETE FROM tallies WHERE map = $1 AND mention_id IN (SELECT value FROM json_each($2))";
    sqlx::query(sql).bind(map.as_str()).bind(list(&stale)).execute(&mut **tx).await?;
    for chunk in fresh.chunks(ROWS_PER_INSERT) {
        insert(tx, map, chunk).await?;
    }
    for chunk in moves.into_rows().chunks(ROWS_PER_INSERT) {
        apply(tx, map, chunk).await?;
    }
    Ok(())
}

async fn stored(tx: &mut Tx, map: &MapId, held: &[i64]) -> Attempt<HashMap<i64, Vec<Tally>>> {
    let sql = "SELECT * FROM tallies WHERE map = $1 AND mention_id IN (SELECT value FROM json_each($2))";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(list(held)).fetch_all(&mut **tx).await?;
    let mut tallies: HashMap<i64, Vec<Tally>> = HashMap::new();
    for row in &rows {
        tallies.entry(column(row, "mention_id")?).or_default().push(tally(row)?);
    }
    Ok(tallies)
}

fn tally(row: &Row) -> Attempt<Tally> {
    Ok(Tally {
        touchpoint: word_or_none(row, "tallies", "touchpoint")?,
        persona: word_or_none(row, "tallies", "persona")?,
        day: column(row, "day")?,
        source: word(row, "tallies", "source")?,
        language: column(row, "language")?,
        label: word(row, "tallies", "label")?,
        emotion: word(row, "tallies", "emotion")?,
    })
}

async fn insert(tx: &mut Tx, map: &MapId, tallies: &[(i64, &Tally)]) -> Attempt<()> {
    let mut sql = QueryBuilder::<Db>::new(
        "INSERT INTO tallies (map, mention_id, touchpoint, persona, day, source, language, label, emotion) ",
    );
    sql.push_values(tallies, |mut row, (mention, tally)| {
        row.push_bind(map.as_str())
            .push_bind(*mention)
            .push_bind(tally.touchpoint.as_ref().map_or("", TouchpointId::as_str))
            .push_bind(tally.persona.as_ref().map_or("", PersonaId::as_str))
            .push_bind(tally.day)
            .push_bind(tally.source.as_str())
            .push_bind(tally.language.as_str())
            .push_bind(tally.label.as_str())
            .push_bind(tally.emotion.as_str());
    });
    sql.build().execute(&mut **tx).await?;
    Ok(())
}

async fn apply(tx: &mut Tx, map: &MapId, moves: &[(Key, Move)]) -> Attempt<()> {
    let mut sql = QueryBuilder::<Db>::new(
        "INSERT INTO rollups (map, touchpoint, persona, day, source, language, positive, neutral, negative, mixed, \
         unsure) ",
    );
    sql.push_values(moves, |mut row, ((touchpoint, persona, day, source, language), change)| {
        row.push_bind(map.as_str())
            .push_bind(touchpoint.as_str())
            .push_bind(persona.as_str())
            .push_bind(*day)
            .push_bind(source.as_str())
            .push_bind(language.as_str());
        for count in change {
            row.push_bind(*count);
        }
    });
    sql.push(
        " ON CONFLICT (map, touchpoint, persona, day, source, language) DO UPDATE SET \
         positive = rollups.positive + excluded.positive, neutral = rollups.neutral + excluded.neutral, \
         negative = rollups.negative + excluded.negative, mixed = rollups.mixed + excluded.mixed, \
         unsure = rollups.unsure + excluded.unsure",
    );
    sql.build().execute(&mut **tx).await?;

    // Only a row that lost something can have come down to zeros. One by one: SQLite looks a list of keys up by
    // their first column alone.
    let sql = "DELETE FROM rollups WHERE map = $1 AND touchpoint = $2 AND persona = $3 AND day = $4 AND source = $5 \
               AND language = $6 AND positive = 0 AND neutral = 0 AND negative = 0 AND mixed = 0 AND unsure = 0";
    for ((touchpoint, persona, day, source, language), change) in moves {
        if change.iter().all(|count| *count >= 0) {
            continue;
        }
        let query = sqlx::query(sql)
            .bind(map.as_str())
            .bind(touchpoint.as_str())
            .bind(persona.as_str())
            .bind(*day)
            .bind(source.as_str())
            .bind(language.as_str());
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// The rollups of a map whose days lie in `window`.
pub(crate) async fn within(store: &SqliteStore, map: &MapId, window: DayWindow) -> Attempt<Vec<RollupRow>> {
    let sql = "SELECT * FROM rollups WHERE map = $1 AND day BETWEEN $2 AND $3 \
               ORDER BY day, touchpoint, persona, source, language";
    let query = sqlx::query(sql).bind(map.as_str()).bind(window.from).bind(window.to);
    query.fetch_all(store.read()).await?.iter().map(rollup).collect()
}

fn rollup(row: &Row) -> Attempt<RollupRow> {
    Ok(RollupRow {
        touchpoint: word_or_none(row, "rollups", "touchpoint")?,
        persona: word_or_none(row, "rollups", "persona")?,
        day: column(row, "day")?,
        source: word(row, "rollups", "source")?,
        language: column(row, "language")?,
        counts: counts(row)?,
    })
}

/// The last day of every touchpoint of a map.
pub(crate) async fn last_days(store: &SqliteStore, map: &MapId) -> Attempt<Vec<(TouchpointId, NaiveDate)>> {
    let sql = "SELECT touchpoint, max(day) AS day FROM rollups WHERE map = $1 AND touchpoint <> '' \
               GROUP BY touchpoint";
    let rows = sqlx::query(sql).bind(map.as_str()).fetch_all(store.read()).await?;
    let days = rows.iter().map(|row| Ok((word(row, "rollups", "touchpoint")?, column(row, "day")?)));
    let mut days = days.collect::<Attempt<Vec<_>>>()?;
    days.sort_unstable();
    Ok(days)
}

/// Every rollup that is not the sum of its tallies, both read in one snapshot.
pub(crate) async fn recount(store: &SqliteStore, map: &MapId) -> Attempt<Vec<RollupDifference>> {
    let sql = "SELECT touchpoint, persona, day, source, language, \
               positive, neutral, negative, mixed, unsure, 0 AS counted FROM rollups WHERE map = $1 \
               UNION ALL SELECT touchpoint, persona, day, source, language, \
               count(*) FILTER (WHERE label = 'positive'), count(*) FILTER (WHERE label = 'neutral'), \
               count(*) FILTER (WHERE label = 'negative'), count(*) FILTER (WHERE label = 'mixed'), \
               count(*) FILTER (WHERE label = 'unsure'), 1 FROM tallies WHERE map = $1 \
               GROUP BY touchpoint, persona, day, source, language";
    let mut sums: BTreeMap<Key, [Move; 2]> = BTreeMap::new();
    for row in &sqlx::query(sql).bind(map.as_str()).fetch_all(store.read()).await? {
        let key = (
            column(row, "touchpoint")?,
            column(row, "persona")?,
            column(row, "day")?,
            column(row, "source")?,
            column(row, "language")?,
        );
        let side = usize::from(column::<i32>(row, "counted")? == 1);
        let counts: Move = [
            column(row, "positive")?,
            column(row, "neutral")?,
            column(row, "negative")?,
            column(row, "mixed")?,
            column(row, "unsure")?,
        ];
        sums.entry(key).or_default()[side] = counts;
    }
    Ok(sums.iter().flat_map(|(key, [rollup, tallies])| differences(key, *rollup, *tallies)).collect())
}

fn differences(key: &Key, rollup: Move, tallies: Move) -> Vec<RollupDifference> {
    let (touchpoint, persona, day, source, language) = key;
    let or_none = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let (touchpoint, persona) = (or_none(touchpoint), or_none(persona));
    let pairs = LABELS.into_iter().zip(rollup.into_iter().zip(tallies));
    pairs
        .filter(|(_, (rollup, tallies))| rollup != tallies)
        .map(|(label, (rollup, tallies))| RollupDifference {
            key: format!("{touchpoint} {persona} {day} {source} {language} {label}"),
            rollup,
            tallies,
        })
        .collect()
}
