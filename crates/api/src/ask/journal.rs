//! What ran, who did what, who may.

use chrono::{DateTime, Utc};
use moodline_store::Store;
use moodline_types::{RunKind, SourceId};

use crate::{
    AskError,
    body::{Act, Dropped, DroppedList, Rejected, Run, Token},
};

/// The newest runs first, of one kind or of all.
///
/// # Errors
/// Where the database does not answer.
pub async fn runs(store: &dyn Store, kind: Option<RunKind>, limit: u32) -> Result<Vec<Run>, AskError> {
    Ok(store.runs(kind, limit).await?.into_iter().map(Run::from).collect())
}

/// The newest acts first, of one action or of all.
///
/// # Errors
/// Where the database does not answer.
pub async fn acts(store: &dyn Store, action: Option<&str>, limit: u32) -> Result<Vec<Act>, AskError> {
    Ok(store.acts(action, limit).await?.into_iter().map(Act::from).collect())
}

/// All tokens, as they stand at `now`.
///
/// # Errors
/// Where the database does not answer.
pub async fn tokens(store: &dyn Store, now: DateTime<Utc>) -> Result<Vec<Token>, AskError> {
    Ok(store.tokens().await?.into_iter().map(|token| Token::at(token, now)).collect())
}

/// Rows that could not be read, newest first.
///
/// # Errors
/// Where the database does not answer.
pub async fn rejected(store: &dyn Store, source: Option<&SourceId>, limit: u32) -> Result<Vec<Rejected>, AskError> {
    Ok(store.rejected_rows(source, limit).await?.into_iter().map(Rejected::from).collect())
}

/// What the rules of a source keep out, the newest first.
///
/// # Errors
/// Where the database does not answer.
pub async fn dropped(store: &dyn Store, source: &SourceId, limit: u32) -> Result<DroppedList, AskError> {
    let (items, total) = store.dropped_items(source, limit).await?;
    Ok(DroppedList { items: items.into_iter().map(Dropped::from).collect(), total })
}
