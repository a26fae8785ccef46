//! Tallies and the daily counts that are their sums.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use moodline_store::{MentionAssignments, RollupDifference, RollupRow};
use moodline_types::{DayWindow, Emotion, MapId, PersonaId, SentimentLabel, Tally, TouchpointId};
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::{
    SqliteStore,
    connect::Tx,
    failure::Attempt,
    joined,
    rows::{Db, ROWS_PER_INSERT, Row, column, counts, emotion_counts, list, word, word_or_none},
    voices,
};

/// The key of a rollup inside its map: touchpoint, persona, day, source, language.
type Key = (String, String, NaiveDate, String, String);

/// By how much each count changes, in the order of [`COLUMNS`].
type Move = [i64; COLUMNS.len()];

/// The count columns: labels in the order of [`LABELS`], then emotions in the order of [`Emotion::ALL`].
const COLUMNS: [&str; 12] = [
    "positive", "neutral", "negative", "mixed", "unsure", "joy", "anger", "sadness", "fear", "surprise", "disgust",
    "calm",
];

/// The order of the columns of labels.
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
        let (labels, emotions) = change.split_at_mut(LABELS.len());
        for (count, label) in labels.iter_mut().zip(LABELS) {
            *count += if label == tally.label { by } else { 0 };
        }
        if tally.label != SentimentLabel::Unsure {
            for (count, emotion) in emotions.iter_mut().zip(Emotion::ALL) {
                *count += if *emotion == tally.emotion { by } else { 0 };
            }
        }
    }

    fn into_rows(self) -> Vec<(Key, Move)> {
        self.0.into_iter().filter(|(_, change)| change.iter().any(|count| *count != 0)).collect()
    }
}

/// A tally to be written, and who speaks in it.
struct Fresh<'a> {
    mention: i64,
    voice: i64,
    repeated: bool,
    tally: &'a Tally,
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
    let mut days: BTreeSet<NaiveDate> = BTreeSet::new();
    let mut fresh: Vec<Fresh<'_>> = Vec::new();
    let mut written: Vec<&MentionAssignments> = Vec::new();
    for mention in kept {
        let before = old.remove(&mention.mention.0).unwrap_or_default();
        let after: HashSet<&Tally> = mention.tallies.iter().collect();
        if before.len() == mention.tallies.len() && before.iter().all(|tally| after.contains(tally)) {
            continue;
        }
        stale.push(mention.mention.0);
        days.extend(before.iter().chain(&mention.tallies).map(|tally| tally.day));
        for tally in &before {
            moves.add(tally, -1);
        }
        for tally in &mention.tallies {
            moves.add(tally, 1);
        }
        written.push(mention);
    }
    let speaking: Vec<i64> = written.iter().filter(|m| !m.tallies.is_empty()).map(|m| m.mention.0).collect();
    let voices = voices::of(tx, &speaking).await?;
    for mention in written {
        let Some(voice) = voices.get(&mention.mention.0) else { continue };
        let repeated = voice.shared || mention.tallies.len() > 1;
        let row = |tally| Fresh { mention: mention.mention.0, voice: voice.number, repeated, tally };
        fresh.extend(mention.tallies.iter().map(row));
    }
    let sql = "DELETE FROM tallies WHERE map = $1 AND mention_id IN (SELECT value FROM json_each($2))";
    sqlx::query(sql).bind(map.as_str()).bind(list(&stale)).execute(&mut **tx).await?;
    for chunk in fresh.chunks(ROWS_PER_INSERT) {
        insert(tx, map, chunk).await?;
    }
    voices::mark_repeated(tx, map, &voices).await?;
    for chunk in moves.into_rows().chunks(ROWS_PER_INSERT) {
        apply(tx, map, chunk).await?;
    }
    joined::note_changes(tx, map, &days).await
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
        hour: column::<Option<i32>>(row, "hour")?.and_then(|hour| u8::try_from(hour).ok()),
    })
}

async fn insert(tx: &mut Tx, map: &MapId, tallies: &[Fresh<'_>]) -> Attempt<()> {
    let mut sql = QueryBuilder::<Db>::new(
        "INSERT INTO tallies (map, mention_id, touchpoint, persona, day, source, language, label, emotion, hour, \
         voice, repeated) ",
    );
    sql.push_values(tallies, |mut row, Fresh { mention, voice, repeated, tally }| {
        row.push_bind(map.as_str())
            .push_bind(*mention)
            .push_bind(tally.touchpoint.as_ref().map_or("", TouchpointId::as_str))
            .push_bind(tally.persona.as_ref().map_or("", PersonaId::as_str))
            .push_bind(tally.day)
            .push_bind(tally.source.as_str())
            .push_bind(tally.language.as_str())
            .push_bind(tally.label.as_str())
            .push_bind(tally.emotion.as_str())
            .push_bind(tally.hour.map(i32::from))
            .push_bind(*voice)
            .push_bind(*repeated);
    });
    sql.build().execute(&mut **tx).await?;
    Ok(())
}

async fn apply(tx: &mut Tx, map: &MapId, moves: &[(Key, Move)]) -> Attempt<()> {
    let mut sql = QueryBuilder::<Db>::new("INSERT INTO rollups (map, touchpoint, persona, day, source, language, ");
    sql.push(COLUMNS.join(", ")).push(") ");
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
    sql.push(" ON CONFLICT (map, touchpoint, persona, day, source, language) DO UPDATE SET ");
    let sums = COLUMNS.map(|column| format!("{column} = rollups.{column} + excluded.{column}"));
    sql.push(sums.join(", "));
    sql.build().execute(&mut **tx).await?;

    // Only a row that lost something can have come down to zeros; the index holds nothing else.
    if moves.iter().any(|(_, change)| change.iter().any(|count| *count < 0)) {
        let sql = "DELETE FROM rollups INDEXED BY rollups_of_zeros WHERE map = $1 AND positive = 0 AND neutral = 0 \
                   AND negative = 0 AND mixed = 0 AND unsure = 0";
        sqlx::query(sql).bind(map.as_str()).execute(&mut **tx).await?;
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
        emotions: emotion_counts(row)?,
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
    let sql = format!(
        "SELECT touchpoint, persona, day, source, language, {}, 0 AS counted FROM rollups WHERE map = $1 \
         UNION ALL SELECT touchpoint, persona, day, source, language, {}, 1 FROM tallies WHERE map = $1 \
         GROUP BY touchpoint, persona, day, source, language",
        COLUMNS.join(", "),
        counted_again()
    );
    let mut sums: BTreeMap<Key, [Move; 2]> = BTreeMap::new();
    for row in &sqlx::query(AssertSqlSafe(sql)).bind(map.as_str()).fetch_all(store.read()).await? {
        let key = (
            column(row, "touchpoint")?,
            column(row, "persona")?,
            column(row, "day")?,
            column(row, "source")?,
            column(row, "language")?,
        );
        let side = usize::from(column::<i32>(row, "counted")? == 1);
        let mut counts = Move::default();
        for (count, name) in counts.iter_mut().zip(COLUMNS) {
            *count = column(row, name)?;
        }
        sums.entry(key).or_default()[side] = counts;
    }
    Ok(sums.iter().flat_map(|(key, [rollup, tallies])| differences(key, *rollup, *tallies)).collect())
}

/// The count columns as a count of tallies.
fn counted_again() -> String {
    let labels = LABELS.map(|label| format!("count(*) FILTER (WHERE label = '{label}')"));
    let emotions = Emotion::ALL
        .iter()
        .map(|emotion| format!("count(*) FILTER (WHERE label <> 'unsure' AND emotion = '{emotion}')"));
    labels.into_iter().chain(emotions).collect::<Vec<_>>().join(", ")
}

fn differences(key: &Key, rollup: Move, tallies: Move) -> Vec<RollupDifference> {
    let (touchpoint, persona, day, source, language) = key;
    let or_none = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let (touchpoint, persona) = (or_none(touchpoint), or_none(persona));
    let pairs = COLUMNS.into_iter().zip(rollup.into_iter().zip(tallies));
    pairs
        .filter(|(_, (rollup, tallies))| rollup != tallies)
        .map(|(what, (rollup, tallies))| RollupDifference {
            key: format!("{touchpoint} {persona} {day} {source} {language} {what}"),
            rollup,
            tallies,
        })
        .collect()
}
