//! Weeks and months whose voices were joined, and what tells whether they still hold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use moodline_store::{JoinedNode, JoinedPeriod};
use moodline_types::{DayWindow, LayerNode, MapId, StageId, TouchpointId};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    layers,
    rows::{Db, ROWS_PER_INSERT, Row, column, corrupt, count, word, word_or_none},
};

/// Notes that what is counted on these days has changed.
pub(crate) async fn note_changes(tx: &mut Tx, map: &MapId, days: &BTreeSet<NaiveDate>) -> Attempt<()> {
    let days: Vec<NaiveDate> = days.iter().copied().collect();
    for chunk in days.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new("INSERT INTO tally_days (map, day, changes) ");
        sql.push_values(chunk, |mut row, day| {
            row.push_bind(map.as_str()).push_bind(*day).push_bind(1_i64);
        });
        sql.push(" ON CONFLICT (map, day) DO UPDATE SET changes = tally_days.changes + 1");
        sql.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// The same for whatever is counted of these mentions.
pub(crate) async fn note_changes_of(tx: &mut Tx, mentions: &[i64]) -> Attempt<()> {
    let sql = "INSERT INTO tally_days (map, day, changes) SELECT DISTINCT map, day, 1::BIGINT FROM tallies \
               WHERE mention_id = ANY($1) ORDER BY map, day \
               ON CONFLICT (map, day) DO UPDATE SET changes = tally_days.changes + 1";
    sqlx::query(sql).bind(mentions).execute(&mut **tx).await?;
    Ok(())
}

/// How often each day in `window` has changed.
pub(crate) async fn changes(store: &PostgresStore, map: &MapId, window: DayWindow) -> Attempt<Vec<(NaiveDate, u64)>> {
    let sql = "SELECT day, changes FROM tally_days WHERE map = $1 AND day BETWEEN $2 AND $3 ORDER BY day";
    let query = sqlx::query(sql).bind(map.as_str()).bind(window.from).bind(window.to);
    let rows = query.fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((column(row, "day")?, count(row, "changes")?))).collect()
}

/// The weeks and months kept for a map of this shape, by their first day.
pub(crate) async fn periods(store: &PostgresStore, map: &MapId, shape: &str) -> Attempt<Vec<JoinedPeriod>> {
    let sql = "SELECT * FROM joined_periods WHERE map = $1 AND shape = $2 ORDER BY period, from_day, stage, touchpoint";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(shape).fetch_all(store.read()).await?;
    let mut periods: BTreeMap<(String, NaiveDate), JoinedPeriod> = BTreeMap::new();
    for row in &rows {
        let (name, from) = (column(row, "period")?, column(row, "from_day")?);
        let known = JoinedPeriod {
            period: word(row, "joined_periods", "period")?,
            from,
            changes: count(row, "changes")?,
            nodes: Vec::new(),
        };
        periods.entry((name, from)).or_insert(known).nodes.push(node(row)?);
    }
    Ok(periods.into_values().collect())
}

fn node(row: &Row) -> Attempt<JoinedNode> {
    let stage: Option<StageId> = word_or_none(row, "joined_periods", "stage")?;
    let touchpoint: Option<TouchpointId> = word_or_none(row, "joined_periods", "touchpoint")?;
    let node = match (stage, touchpoint) {
        (None, None) => LayerNode::Map,
        (Some(stage), None) => LayerNode::Stage(stage),
        (Some(stage), Some(touchpoint)) => LayerNode::Touchpoint(stage, touchpoint),
        (None, Some(_)) => return Err(corrupt("joined_periods", "stage", "a touchpoint without its stage")),
    };
    Ok(JoinedNode {
        node,
        negative: column(row, "negative")?,
        neutral: column(row, "neutral")?,
        positive: column(row, "positive")?,
        squares: column(row, "squares")?,
    })
}

/// Writes weeks and months in place of those of the same days; forgets other shapes and what begins before `since`.
pub(crate) async fn keep(
    store: &PostgresStore,
    map: &MapId,
    shape: &str,
    since: NaiveDate,
    periods: &[JoinedPeriod],
) -> Attempt<()> {
    let mut tx = store.write().await?;
    let sql = "DELETE FROM joined_periods WHERE map = $1 AND (shape <> $2 OR from_day < $3)";
    sqlx::query(sql).bind(map.as_str()).bind(shape).bind(since).execute(&mut *tx).await?;
    for period in periods {
        let sql = "DELETE FROM joined_periods WHERE map = $1 AND period = $2 AND from_day = $3";
        let query = sqlx::query(sql).bind(map.as_str()).bind(period.period.as_str()).bind(period.from);
        query.execute(&mut *tx).await?;
        for chunk in period.nodes.chunks(ROWS_PER_INSERT) {
            let mut sql = QueryBuilder::<Db>::new(
                "INSERT INTO joined_periods (map, period, from_day, stage, touchpoint, shape, changes, negative, \
                 neutral, positive, squares) ",
            );
            sql.push_values(chunk, |mut row, joined| {
                let (_, stage, touchpoint) = layers::parts(&joined.node);
                row.push_bind(map.as_str())
                    .push_bind(period.period.as_str())
                    .push_bind(period.from)
                    .push_bind(stage.unwrap_or_default())
                    .push_bind(touchpoint.unwrap_or_default())
                    .push_bind(shape)
                    .push_bind(period.changes as i64)
                    .push_bind(joined.negative)
                    .push_bind(joined.neutral)
                    .push_bind(joined.positive)
                    .push_bind(joined.squares);
            });
            sql.build().execute(&mut *tx).await?;
        }
    }
    Ok(tx.commit().await?)
}
