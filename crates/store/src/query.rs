//! The query: "what do people dislike at this touchpoint? Show me the mentions."

use async_trait::async_trait;
use moodline_types::{MentionOrder, MentionPage, MentionQuery, RowCount};

use crate::{Result, Search, StoreError};

/// Opinions with their mentions and places, by any condition.
#[async_trait]
pub trait QueryStore: Send + Sync {
    /// One page of what fits, in the order asked for.
    ///
    /// Pages are cut at the place of their last row, not by number: rows that arrive between two pages show on neither
    /// if they belong before the cut, and nothing that was there is listed twice or left out.
    ///
    /// # Errors
    /// `Query` where it cannot be answered, with the part that is wrong: see [`checked`].
    async fn find_mentions(&self, query: &MentionQuery) -> Result<MentionPage>;

    /// How many rows the query has on all its pages, counted up to [`RowCount::BOUND`].
    ///
    /// # Errors
    /// As [`QueryStore::find_mentions`].
    async fn count_mentions(&self, query: &MentionQuery) -> Result<RowCount>;
}

/// Refuses a query that cannot be answered, rather than finding nothing; its words to look for, read.
///
/// # Errors
/// `Query` with the field that is wrong and what to do.
pub fn checked(query: &MentionQuery) -> Result<Option<Search>> {
    let refuse = |parameter, reason: String| Err(StoreError::Query { parameter, reason });
    if query.map.is_none()
        && let Some(parameter) = needs_map(query)
    {
        return refuse(parameter, "needs a map: places and flags belong to one".to_owned());
    }
    if let Some(p) = query.min_confidence.filter(|p| !(0.0..=1.0).contains(p)) {
        return refuse("min_confidence", format!("is a probability from 0 to 1, not {p}"));
    }
    if let Some(stars) =
        query.stars.filter(|stars| !(1.0 <= stars.least && stars.least <= stars.most && stars.most <= 5.0))
    {
        let (least, most) = (stars.least, stars.most);
        return refuse("rating", format!("goes from 1 to 5 stars, the lower number first, not from {least} to {most}"));
    }
    if let (Some(since), Some(until)) = (query.since, query.until)
        && until <= since
    {
        return refuse("until", format!("lies at or before `since`: nothing is posted from {since} to {until}"));
    }
    if query.after.is_some_and(|cursor| !cursor.is_of(query.fingerprint())) {
        let reason = "belongs to another query: ask with the conditions and order of the page before, or begin anew";
        return refuse("cursor", reason.to_owned());
    }
    query.text.as_deref().map(Search::parse).transpose()
}

fn needs_map(query: &MentionQuery) -> Option<&'static str> {
    let parts = [
        ("stage", query.stage.is_some()),
        ("touchpoint", query.touchpoint.is_some()),
        ("persona", query.persona.is_some()),
        ("status", !query.statuses.is_empty()),
        ("assignee", query.assignee.is_some()),
        ("flagged", query.flagged),
        ("order", query.order == MentionOrder::Representative),
    ];
    parts.into_iter().find_map(|(name, set)| set.then_some(name))
}
