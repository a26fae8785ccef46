//! What people said against the machine.

use chrono::{DateTime, Utc};
use moodline_store::{NewOverride, Store};
use moodline_types::{MentionId, MentionOrder, MentionQuery, MentionRow, OpinionId, SentimentLabel};

use super::{maps, mentions};
use crate::{
    AskError,
    body::{CorrectedMany, Correction, ManyCorrections, NewCorrection},
};

/// Most opinions that one act corrects.
const MOST: usize = 100_000;
/// Opinions read together.
const PAGE: u32 = 1000;

/// Corrections of mentions with an id above `after`, those of a mention together and oldest first: at most those of
/// `limit` mentions.
///
/// # Errors
/// Where the database does not answer.
pub async fn list(store: &dyn Store, after: Option<MentionId>, limit: u32) -> Result<Vec<Correction>, AskError> {
    let mentions = store.corrected_mentions(after, limit).await?;
    let mut corrections: Vec<Correction> =
        store.overrides(&mentions).await?.into_iter().map(Correction::from).collect();
    corrections.sort_by_key(|correction| correction.mention);
    Ok(corrections)
}

/// Corrects an opinion in the name of `actor`. It counts once its mention is placed again.
///
/// # Errors
/// `Missing` for an opinion or map, `Field` for what cannot be said of it.
pub async fn correct(store: &dyn Store, new: &NewCorrection, actor: &str, now: DateTime<Utc>) -> Result<(), AskError> {
    let correction = meant(store, new, actor).await?;
    Ok(store.add_override(OpinionId(new.opinion), &correction, now).await?)
}

/// What a correction says, whichever opinion it is of.
///
/// # Errors
/// `Missing` for a map, `Field` for what cannot be said.
pub async fn meant(store: &dyn Store, new: &NewCorrection, actor: &str) -> Result<NewOverride, AskError> {
    if new.sentiment == Some(SentimentLabel::Unsure) {
        let reason = "`unsure` is the model's word; a person says negative, neutral, positive or mixed";
        return Err(AskError::field("sentiment", reason));
    }
    let place = match (&new.map, &new.touchpoint, new.nowhere) {
        (_, Some(_), true) => return Err(AskError::field("nowhere", "a touchpoint is named too: leave one out")),
        (None, Some(_), _) => return Err(AskError::field("map", "is missing: say on which map the touchpoint is")),
        (None, None, true) => return Err(AskError::field("map", "is missing: say on which map it is nowhere")),
        (Some(_), None, false) => {
            return Err(AskError::field("touchpoint", "is missing: say where on the map, or that it is nowhere"));
        }
        (None, None, false) => None,
        (Some(map), None, true) => {
            maps::loaded(store, map).await?;
            Some((map.clone(), None))
        }
        (Some(map), Some(touchpoint), false) => {
            let loaded = maps::loaded(store, map).await?;
            maps::of_place(&loaded, None, Some(touchpoint))?;
            let place = loaded.map.touchpoint(touchpoint);
            Some((map.clone(), place.map(|(stage, touchpoint)| (stage.id.clone(), touchpoint.id.clone()))))
        }
    };
    if new.sentiment.is_none() && place.is_none() && new.relevant.is_none() {
        let reason =
            "say what is wrong: the sentiment, the map with a touchpoint or nowhere, or whether it is relevant";
        return Err(AskError::field("sentiment", reason));
    }
    Ok(NewOverride { sentiment: new.sentiment, place, relevant: new.relevant, actor: actor.to_owned() })
}

/// All opinions that a query finds, the newest first.
///
/// # Errors
/// `Missing` for a map, `Field` for what does not exist on it, for a query that has no condition but a map, and where
/// more than 100,000 fit.
pub async fn matching(store: &dyn Store, query: &MentionQuery) -> Result<Vec<MentionRow>, AskError> {
    let everything = MentionQuery { map: query.map.clone(), order: query.order, ..MentionQuery::default() };
    if query.fingerprint() == everything.fingerprint() {
        return Err(AskError::field("text", "is missing, and so is every other condition: say which opinions"));
    }
    mentions::exists(store, query).await?;
    let mut query = MentionQuery { order: MentionOrder::Time, limit: PAGE, offset: 0, after: None, ..query.clone() };
    let mut rows = Vec::new();
    loop {
        let page = store.find_mentions(&query).await?;
        rows.extend(page.rows);
        if rows.len() > MOST {
            return Err(AskError::field("text", format!("more than {MOST} opinions fit: narrow the conditions")));
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(rows),
        }
    }
}

/// Corrects every opinion that a query finds in the name of `actor`, if they are as many as was expected.
///
/// # Errors
/// Those of [`matching`] and [`meant`]; `Field` where the number is another.
pub async fn correct_matching(
    store: &dyn Store,
    query: &MentionQuery,
    new: &ManyCorrections,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<CorrectedMany, AskError> {
    let correction = meant(store, &new.each(), actor).await?;
    let rows = matching(store, query).await?;
    let count = rows.len() as u64;
    match new.count {
        None => return Ok(CorrectedMany { count, corrected: Vec::new() }),
        Some(expected) if expected != count => {
            return Err(AskError::field("count", format!("is {expected}, but {count} opinions fit: look again")));
        }
        Some(_) => {}
    }
    let opinions: Vec<OpinionId> = rows.into_iter().map(|row| row.opinion).collect();
    store.add_overrides(&opinions, &correction, now).await?;
    Ok(CorrectedMany { count, corrected: opinions.into_iter().map(|opinion| opinion.0).collect() })
}
