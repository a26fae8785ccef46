//! Tokens of the HTTP API.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{NewAct, NewToken, Result, StoreError, TokenStore, storable};
use moodline_types::{Scope, Token, TokenName};

use crate::{
    SqliteStore, acts,
    failure::Attempt,
    rows::{Row, instant, instant_or_none, word},
};

/// How often the last use of a token is written, in milliseconds.
const USE_EVERY_MS: i64 = 60_000;

fn act(name: &TokenName, actor: &str, detail: String) -> NewAct {
    NewAct { actor: actor.to_owned(), action: "token".to_owned(), subject: format!("token {name}"), detail }
}

async fn add(store: &SqliteStore, new: &NewToken, actor: &str, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "INSERT INTO tokens (name, hash, scope, created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT DO NOTHING";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql)
        .bind(new.name.as_str())
        .bind(storable(&new.hash))
        .bind(new.scope.as_str())
        .bind(now.timestamp_millis())
        .bind(new.expires_at.map(|at| at.timestamp_millis()));
    if query.execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(StoreError::Taken { what: "token", id: new.name.to_string() }.into());
    }
    let until = new.expires_at.map(|at| format!(" until {}", at.date_naive())).unwrap_or_default();
    acts::record(&mut tx, &act(&new.name, actor, format!("made, to {}{until}", new.scope)), now).await?;
    Ok(tx.commit().await?)
}

async fn all(store: &SqliteStore) -> Attempt<Vec<Token>> {
    let sql = "SELECT * FROM tokens ORDER BY name, id";
    sqlx::query(sql).fetch_all(store.read()).await?.iter().map(stored).collect()
}

async fn with_hash(store: &SqliteStore, hash: &str) -> Attempt<Option<Token>> {
    let query = sqlx::query("SELECT * FROM tokens WHERE hash = $1").bind(hash);
    query.fetch_optional(store.read()).await?.as_ref().map(stored).transpose()
}

async fn note(store: &SqliteStore, hash: &str, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "UPDATE tokens SET used_ms = $2 WHERE hash = $1 AND (used_ms IS NULL OR used_ms <= $3)";
    let now = now.timestamp_millis();
    let mut tx = store.write().await?;
    sqlx::query(sql).bind(hash).bind(now).bind(now - USE_EVERY_MS).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

async fn revoke(store: &SqliteStore, name: &TokenName, actor: &str, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "UPDATE tokens SET revoked_ms = $2 WHERE name = $1 AND revoked_ms IS NULL";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(name.as_str()).bind(now.timestamp_millis());
    if query.execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(StoreError::Missing { what: "token", id: name.to_string() }.into());
    }
    acts::record(&mut tx, &act(name, actor, "revoked".to_owned()), now).await?;
    Ok(tx.commit().await?)
}

fn stored(row: &Row) -> Attempt<Token> {
    Ok(Token {
        name: word(row, "tokens", "name")?,
        scope: word::<Scope>(row, "tokens", "scope")?,
        created_at: instant(row, "tokens", "created_ms")?,
        expires_at: instant_or_none(row, "tokens", "expires_ms")?,
        used_at: instant_or_none(row, "tokens", "used_ms")?,
        revoked_at: instant_or_none(row, "tokens", "revoked_ms")?,
    })
}

#[async_trait]
impl TokenStore for SqliteStore {
    async fn add_token(&self, token: &NewToken, actor: &str, now: DateTime<Utc>) -> Result<()> {
        self.told("make a token", add(self, token, actor, now).await)
    }

    async fn tokens(&self) -> Result<Vec<Token>> {
        self.told("list tokens", all(self).await)
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        self.told("look up a token", with_hash(self, hash).await)
    }

    async fn note_use(&self, hash: &str, now: DateTime<Utc>) -> Result<()> {
        self.told("note the use of a token", note(self, hash, now).await)
    }

    async fn revoke_token(&self, name: &TokenName, actor: &str, now: DateTime<Utc>) -> Result<()> {
        self.told("revoke a token", revoke(self, name, actor, now).await)
    }
}
