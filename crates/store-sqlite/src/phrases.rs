//! The phrases that opinions were judged with.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{NewAct, PhraseStore, Result};
use moodline_types::{MentionId, PhraseRule, full_text};

use crate::{
    SqliteStore, acts,
    failure::Attempt,
    rows::{Row, column},
    work,
};

/// Mentions queued by one statement.
const AT_ONCE: usize = 1000;

const KNOWN: &str = "SELECT * FROM phrase_rules ORDER BY phrase";

fn rule(row: &Row) -> Attempt<PhraseRule> {
    Ok(PhraseRule { phrase: column(row, "phrase")?, read_as: column(row, "read_as")? })
}

async fn rules(store: &SqliteStore) -> Attempt<Vec<PhraseRule>> {
    sqlx::query(KNOWN).fetch_all(store.read()).await?.iter().map(rule).collect()
}

async fn texts(store: &SqliteStore, after: Option<MentionId>, limit: u32) -> Attempt<Vec<(MentionId, String)>> {
    let sql = "SELECT id, title, text FROM mentions WHERE id > $1 AND hidden_ms IS NULL AND copy_of IS NULL \
               AND text_dropped_ms IS NULL ORDER BY id LIMIT $2";
    let query = sqlx::query(sql).bind(after.map_or(i64::MIN, |id| id.0)).bind(i64::from(limit));
    let text = |row: &Row| {
        let title: Option<String> = column(row, "title")?;
        let text: String = column(row, "text")?;
        Ok((MentionId(column(row, "id")?), full_text(title.as_deref(), &text)))
    };
    query.fetch_all(store.read()).await?.iter().map(text).collect()
}

async fn change(
    store: &SqliteStore,
    known: &[PhraseRule],
    rules: &[PhraseRule],
    touched: &[MentionId],
    now: DateTime<Utc>,
) -> Attempt<bool> {
    let mut tx = store.write().await?;
    let stored = sqlx::query(KNOWN).fetch_all(&mut *tx).await?;
    let mut stored = stored.iter().map(rule).collect::<Attempt<Vec<_>>>()?;
    let mut known = known.to_vec();
    stored.sort();
    known.sort();
    if stored != known {
        return Ok(false);
    }
    sqlx::query("DELETE FROM phrase_rules").execute(&mut *tx).await?;
    for PhraseRule { phrase, read_as } in rules {
        let sql = "INSERT INTO phrase_rules (phrase, read_as) VALUES ($1, $2)";
        sqlx::query(sql).bind(phrase).bind(read_as).execute(&mut *tx).await?;
    }
    for some in touched.chunks(AT_ONCE) {
        let some: Vec<i64> = some.iter().map(|mention| mention.0).collect();
        work::queue_for_models(&mut tx, &some, now).await?;
    }
    let act = NewAct {
        actor: "settings".to_owned(),
        action: "phrases".to_owned(),
        subject: "opinions".to_owned(),
        detail: format!("{} phrases are read otherwise; {} mentions are judged anew", rules.len(), touched.len()),
    };
    acts::record(&mut tx, &act, now).await?;
    tx.commit().await?;
    Ok(true)
}

#[async_trait]
impl PhraseStore for SqliteStore {
    async fn phrase_rules(&self) -> Result<Vec<PhraseRule>> {
        self.told("read the phrases that opinions were judged with", rules(self).await)
    }

    async fn judged_texts(&self, after: Option<MentionId>, limit: u32) -> Result<Vec<(MentionId, String)>> {
        self.told("read the texts of mentions", texts(self, after, limit).await)
    }

    async fn change_phrase_rules(
        &self,
        known: &[PhraseRule],
        rules: &[PhraseRule],
        touched: &[MentionId],
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.told("change the phrases that opinions are judged with", change(self, known, rules, touched, now).await)
    }
}
