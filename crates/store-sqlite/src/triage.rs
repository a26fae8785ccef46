//! Triage: what people do with flags. How flags come and go is in `flags`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{FlagStore, Result, StoreError, storable, triage_act};
use moodline_types::{FlagEvent, FlagId, FlagQuery, FlagRow, FlagStatus, MentionId, Triage};
use sqlx::QueryBuilder;

use crate::{
    SqliteStore, acts,
    failure::Attempt,
    rows::{self, Db, Row, column, instant, instant_or_none, list, word},
};

/// The conditions of a query, after ` WHERE `; the tables are `flags f` and `mentions m`.
fn conditions(sql: &mut QueryBuilder<Db>, query: &FlagQuery) {
    sql.push(" WHERE m.hidden_ms IS NULL");
    if !query.ids.is_empty() {
        let ids: Vec<i64> = query.ids.iter().map(|id| id.0).collect();
        sql.push(" AND f.id IN (SELECT value FROM json_each(").push_bind(list(&ids)).push("))");
    }
    if let Some(map) = &query.map {
        sql.push(" AND f.map = ").push_bind(map.as_str());
    }
    if let Some(touchpoint) = &query.touchpoint {
        sql.push(" AND f.touchpoint = ").push_bind(touchpoint.as_str());
    }
    if !query.statuses.is_empty() {
        let mut words = sql.push(" AND f.status IN (").separated(", ");
        for status in &query.statuses {
            words.push_bind(status.as_str());
        }
        sql.push(")");
    }
    if let Some(assignee) = &query.assignee {
        sql.push(" AND f.assignee = ").push_bind(assignee.as_str());
    }
    if let Some(before) = query.due_before {
        sql.push(" AND f.due_ms < ").push_bind(before.timestamp_millis());
    }
}

/// Flags with their mentions and words, up to the conditions.
const ROWS: &str = "SELECT f.*, m.source, m.url, m.posted_ms, coalesce(o.evidence, m.text) AS evidence \
                    FROM flags f JOIN mentions m ON m.id = f.mention_id LEFT JOIN opinions o ON o.id = f.opinion_id";

async fn find(store: &SqliteStore, query: &FlagQuery) -> Attempt<Vec<FlagRow>> {
    let mut sql = QueryBuilder::<Db>::new(ROWS);
    conditions(&mut sql, query);
    if let Some((severity, id)) = query.after {
        sql.push(" AND (f.severity < ").push_bind(severity).push(" OR (f.severity = ").push_bind(severity);
        sql.push(" AND f.id > ").push_bind(id.0).push("))");
    }
    sql.push(" ORDER BY f.severity DESC, f.id LIMIT ").push_bind(i64::from(query.limit));
    sql.build().fetch_all(store.read()).await?.iter().map(found).collect()
}

async fn raised_after(store: &SqliteStore, flag: FlagId, limit: u32) -> Attempt<Vec<FlagRow>> {
    let mut sql = QueryBuilder::<Db>::new(ROWS);
    sql.push(" WHERE m.hidden_ms IS NULL AND f.id > ").push_bind(flag.0);
    sql.push(" ORDER BY f.id LIMIT ").push_bind(i64::from(limit));
    sql.build().fetch_all(store.read()).await?.iter().map(found).collect()
}

async fn newest(store: &SqliteStore) -> Attempt<Option<FlagId>> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM flags").fetch_one(store.read()).await?;
    Ok(newest.map(FlagId))
}

fn found(row: &Row) -> Attempt<FlagRow> {
    Ok(FlagRow {
        id: FlagId(column(row, "id")?),
        map: word(row, "flags", "map")?,
        stage: word(row, "flags", "stage")?,
        touchpoint: word(row, "flags", "touchpoint")?,
        status: word(row, "flags", "status")?,
        severity: column(row, "severity")?,
        assignee: column(row, "assignee")?,
        due_at: instant_or_none(row, "flags", "due_ms")?,
        raised_at: instant(row, "flags", "raised_ms")?,
        updated_at: instant(row, "flags", "updated_ms")?,
        mention: MentionId(column(row, "mention_id")?),
        source: word(row, "mentions", "source")?,
        url: column(row, "url")?,
        posted_at: instant(row, "mentions", "posted_ms")?,
        evidence: column(row, "evidence")?,
    })
}

async fn number(store: &SqliteStore, query: &FlagQuery) -> Attempt<u64> {
    let mut sql =
        QueryBuilder::<Db>::new("SELECT count(*) AS found FROM flags f JOIN mentions m ON m.id = f.mention_id");
    conditions(&mut sql, query);
    rows::count(&sql.build().fetch_one(store.read()).await?, "found")
}

async fn change(store: &SqliteStore, flags: &[FlagId], new: &Triage, now: DateTime<Utc>) -> Attempt<()> {
    let mut tx = store.write().await?;
    for flag in flags {
        let sql = "UPDATE flags SET status = coalesce($2, status), \
                   assignee = CASE WHEN $3 THEN $4 ELSE assignee END, \
                   due_ms = CASE WHEN $5 THEN $6 ELSE due_ms END, updated_ms = $7 WHERE id = $1";
        let query = sqlx::query(sql)
            .bind(flag.0)
            .bind(new.status.map(FlagStatus::as_str))
            .bind(new.assignee.is_some())
            .bind(new.assignee.as_ref().and_then(Option::as_deref).map(storable))
            .bind(new.due_at.is_some())
            .bind(new.due_at.flatten().map(|at| at.timestamp_millis()))
            .bind(now.timestamp_millis());
        if query.execute(&mut *tx).await?.rows_affected() == 0 {
            return Err(StoreError::Missing { what: "flag", id: flag.to_string() }.into());
        }
        let sql = "UPDATE assignments SET flag_status = f.status FROM flags f WHERE f.id = $1 \
                   AND assignments.map = f.map AND assignments.touchpoint = f.touchpoint \
                   AND assignments.flag_status IS NOT NULL \
                   AND assignments.opinion_id IN (SELECT o.id FROM opinions o WHERE o.mention_id = f.mention_id)";
        sqlx::query(sql).bind(flag.0).execute(&mut *tx).await?;
        let sql = "INSERT INTO flag_events (flag_id, at_ms, actor, status, assignee, due_ms, note) \
                   SELECT id, $2, $3, status, assignee, due_ms, $4 FROM flags WHERE id = $1";
        let query = sqlx::query(sql)
            .bind(flag.0)
            .bind(now.timestamp_millis())
            .bind(storable(&new.actor))
            .bind(new.note.as_deref().map(storable));
        query.execute(&mut *tx).await?;
    }
    acts::record(&mut tx, &triage_act(flags, new), now).await?;
    Ok(tx.commit().await?)
}

async fn history(store: &SqliteStore, flag: FlagId) -> Attempt<Vec<FlagEvent>> {
    let sql = "SELECT * FROM flag_events WHERE flag_id = $1 ORDER BY id";
    let event = |row: &Row| {
        Ok(FlagEvent {
            at: instant(row, "flag_events", "at_ms")?,
            actor: column(row, "actor")?,
            status: word(row, "flag_events", "status")?,
            assignee: column(row, "assignee")?,
            due_at: instant_or_none(row, "flag_events", "due_ms")?,
            note: column(row, "note")?,
        })
    };
    sqlx::query(sql).bind(flag.0).fetch_all(store.read()).await?.iter().map(event).collect()
}

#[async_trait]
impl FlagStore for SqliteStore {
    async fn flags(&self, query: &FlagQuery) -> Result<Vec<FlagRow>> {
        self.told("list flags", find(self, query).await)
    }

    async fn flags_after(&self, flag: FlagId, limit: u32) -> Result<Vec<FlagRow>> {
        self.told("list new flags", raised_after(self, flag, limit).await)
    }

    async fn newest_flag(&self) -> Result<Option<FlagId>> {
        self.told("find the newest flag", newest(self).await)
    }

    async fn count_flags(&self, query: &FlagQuery) -> Result<u64> {
        self.told("count flags", number(self, query).await)
    }

    async fn triage(&self, flags: &[FlagId], new: &Triage, now: DateTime<Utc>) -> Result<()> {
        self.told("change flags", change(self, flags, new, now).await)
    }

    async fn flag_history(&self, flag: FlagId) -> Result<Vec<FlagEvent>> {
        self.told("read the history of a flag", history(self, flag).await)
    }
}
