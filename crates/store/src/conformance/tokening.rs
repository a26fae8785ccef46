//! Who may ask over HTTP.

use moodline_types::{Scope, Token, TokenName};

use super::given::{at, id};
use crate::{NewToken, Result, Store, StoreError};

fn dashboard() -> NewToken {
    NewToken { name: id("dashboard"), hash: "aa11".to_owned(), scope: Scope::Read, expires_at: Some(at(100)) }
}

fn name() -> TokenName {
    id("dashboard")
}

/// A token is found by the hash of its secret, with all that was said of it, and its making is on record.
pub async fn a_token_is_found_by_its_hash_alone(store: &impl Store) -> Result<()> {
    store.add_token(&dashboard(), "mei", at(0)).await?;
    let made = Token {
        name: name(),
        scope: Scope::Read,
        created_at: at(0),
        expires_at: Some(at(100)),
        used_at: None,
        revoked_at: None,
    };
    assert_eq!(store.token("aa11").await?, Some(made.clone()));
    assert_eq!(store.token("aa12").await?, None);
    assert_eq!(store.tokens().await?, std::slice::from_ref(&made));
    assert!(made.is_valid(at(99)) && !made.is_valid(at(100)), "its time ends");
    let act = &store.acts(Some("token"), 10).await?[0].act;
    assert_eq!((act.actor.as_str(), act.subject.as_str()), ("mei", "token dashboard"));
    assert!(!act.detail.contains("aa11"), "not even the hash is told: {}", act.detail);
    Ok(())
}

/// A revoked token opens nothing and stays in the list; revoking what is not there is an error.
pub async fn a_revoked_token_stays_on_record(store: &impl Store) -> Result<()> {
    store.add_token(&dashboard(), "mei", at(0)).await?;
    store.revoke_token(&name(), "lin", at(5)).await?;
    let known = store.tokens().await?;
    assert_eq!((known.len(), known[0].revoked_at), (1, Some(at(5))));
    assert!(!known[0].is_valid(at(6)));
    assert!(matches!(store.revoke_token(&name(), "lin", at(7)).await, Err(StoreError::Missing { .. })));
    assert_eq!(store.acts(Some("token"), 10).await?.len(), 2, "made and revoked");
    Ok(())
}

/// Of one name one token is valid at a time, so that what it did is told by its name; revoked, the name is free again.
pub async fn a_name_has_one_valid_token(store: &impl Store) -> Result<()> {
    store.add_token(&dashboard(), "mei", at(0)).await?;
    let second = NewToken { hash: "bb22".to_owned(), ..dashboard() };
    let refused = store.add_token(&second, "mei", at(1)).await;
    assert!(matches!(refused, Err(StoreError::Taken { .. })), "{refused:?}");
    store.revoke_token(&name(), "mei", at(2)).await?;
    store.add_token(&second, "mei", at(3)).await?;
    assert_eq!(store.token("bb22").await?.map(|token| token.created_at), Some(at(3)));
    assert_eq!(store.tokens().await?.len(), 2);
    Ok(())
}

/// When a token was last seen is known to the minute.
pub async fn use_is_noted_to_the_minute(store: &impl Store) -> Result<()> {
    store.add_token(&dashboard(), "mei", at(0)).await?;
    store.note_use("aa11", at(10)).await?;
    store.note_use("aa11", at(10) + chrono::TimeDelta::seconds(59)).await?;
    assert_eq!(store.token("aa11").await?.and_then(|token| token.used_at), Some(at(10)));
    store.note_use("aa11", at(11)).await?;
    assert_eq!(store.token("aa11").await?.and_then(|token| token.used_at), Some(at(11)));
    Ok(())
}
