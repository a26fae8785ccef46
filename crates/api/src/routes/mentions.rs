//! The query.

use axum::{Json, extract::State};
use moodline_types::{
    Emotion, FlagStatus, MapId, MentionId, MentionOrder, MentionQuery, OpinionId, PageCursor, PersonaId,
    SentimentLabel, SourceId, StageId, TouchpointFilter, TouchpointId,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    AskError,
    api::Api,
    ask::{
        corrections,
        mentions::{self, posted, stars},
    },
    body::{CorrectedMany, Explanation, ManyCorrections, MentionList, MentionRow, RowCount, words},
    extract::{Commas, Params, PathOf, Sent, Words},
    guard::Triager,
};

/// Rows on a page where nothing else is asked for.
const PAGE: u32 = 50;
/// Most opinions of one mention that are shown with it.
const OF_ONE: u32 = 10_000;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_mentions))
        .routes(routes!(count_mentions))
        .routes(routes!(show_mention))
        .routes(routes!(explain_mention))
        .routes(routes!(show_opinion))
        .routes(routes!(correct_many))
}

/// What both the list and the count can be narrowed by.
macro_rules! filters {
    ($(#[$about:meta])* $name:ident { $($(#[$more_about:meta])* $more:ident: $kind:ty),* $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        struct $name {
            /// The map whose places and flags are shown; needed by stage, touchpoint, unassigned, persona, flagged, status,
            /// assignee and the order `representative`.
            #[param(value_type = Option<words::MapId>, nullable = false)]
            map: Option<MapId>,
            /// Only this stage.
            #[param(value_type = Option<words::StageId>, nullable = false)]
            stage: Option<StageId>,
            /// Only this touchpoint.
            #[param(value_type = Option<words::TouchpointId>, nullable = false)]
            touchpoint: Option<TouchpointId>,
            /// Only opinions that fit no touchpoint.
            #[serde(default)]
            #[param(required = false)]
            unassigned: bool,
            /// Only this persona.
            #[param(value_type = Option<words::PersonaId>, nullable = false)]
            persona: Option<PersonaId>,
            /// Only this verdict; `mixed` finds mentions whose opinions at one touchpoint disagree.
            #[param(value_type = Option<words::SentimentLabel>, nullable = false)]
            sentiment: Option<SentimentLabel>,
            /// Only flagged opinions.
            #[serde(default)]
            #[param(required = false)]
            flagged: bool,
            /// Only flags in one of these states; several with commas.
            #[serde(default)]
            #[param(value_type = Vec<words::FlagStatus>, style = Form, explode = false, required = false, min_items = 1)]
            status: Commas<FlagStatus>,
            /// Only flags that somebody of this name looks after.
            #[param(value_type = Option<words::Words>, nullable = false)]
            assignee: Option<Words>,
            /// Posted at or after: a date (2026-05-01), an instant, or an age (36h, 14d, 8w).
            #[param(value_type = Option<words::Words>, nullable = false)]
            since: Option<Words>,
            /// Posted before: a date, an instant or an age.
            #[param(value_type = Option<words::Words>, nullable = false)]
            until: Option<Words>,
            /// Only mentions that came from one of these sources, or have a duplicate from one; several with commas.
            #[serde(default)]
            #[param(value_type = Vec<words::SourceId>, style = Form, explode = false, required = false, min_items = 1)]
            source: Commas<SourceId>,
            /// Only this language; `zh` also finds zh-Hans and zh-Hant.
            #[param(value_type = Option<words::Words>, nullable = false)]
            lang: Option<Words>,
            /// Only opinions in which this emotion shows most.
            #[param(value_type = Option<words::Emotion>, nullable = false)]
            emotion: Option<Emotion>,
            /// Only judgements at least this probable.
            #[param(nullable = false, minimum = 0, maximum = 1)]
            min_confidence: Option<f32>,
            /// Only mentions with this many stars: `2`, or `1..2`; other scales are stretched to 1 to 5.
            #[param(value_type = Option<words::Words>, nullable = false)]
            rating: Option<Words>,
            /// Only mentions with these words in title or text: all of them, `"a phrase"`, `begin*`, `-without`.
            #[param(value_type = Option<words::Words>, nullable = false)]
            text: Option<Words>,
            /// Only mentions of this author, by the hash that rows show as `author`.
            #[param(value_type = Option<words::Words>, nullable = false)]
            author: Option<Words>,
            /// Only these mentions; several with commas.
            #[serde(default)]
            #[param(value_type = Vec<i64>, style = Form, explode = false, required = false, min_items = 1)]
            mention: Commas<i64>,
            /// Only these opinions; several with commas.
            #[serde(default)]
            #[param(value_type = Vec<i64>, style = Form, explode = false, required = false, min_items = 1)]
            opinion: Commas<i64>,
            /// Only opinions that contradict the stars given.
            #[serde(default)]
            #[param(required = false)]
            mismatch: bool,
            $($(#[$more_about])* $more: $kind,)*
        }

        impl $name {
            /// The conditions as the store takes them.
            fn query(self, api: &Api, cursor: Option<PageCursor>) -> Result<MentionQuery, AskError> {
                let text = |words: Option<Words>| words.map(|words| words.0);
                let (since, until) = (text(self.since), text(self.until));
                let posted = posted(since.as_deref(), until.as_deref(), cursor, api.now())?;
                let place = match (self.touchpoint, self.unassigned) {
                    (Some(_), true) => {
                        return Err(AskError::field("unassigned", "stands beside a touchpoint: say one or the other"));
                    }
                    (None, true) if self.stage.is_some() => {
                        return Err(AskError::field("unassigned", "stands beside a stage: say one or the other"));
                    }
                    (Some(touchpoint), false) => Some(TouchpointFilter::Is(touchpoint)),
                    (None, true) => Some(TouchpointFilter::Unassigned),
                    (None, false) => None,
                };
                let stars = self.rating.map(|words| stars(&words.0)).transpose();
                Ok(MentionQuery {
                    map: self.map,
                    stage: self.stage,
                    touchpoint: place,
                    persona: self.persona,
                    sentiment: self.sentiment,
                    flagged: self.flagged,
                    statuses: self.status.0,
                    assignee: text(self.assignee),
                    since: posted.since,
                    until: posted.until,
                    sources: self.source.0,
                    language: text(self.lang),
                    emotion: self.emotion,
                    min_confidence: self.min_confidence,
                    stars: stars.map_err(|reason| AskError::Field { field: "rating", reason })?,
                    text: text(self.text),
                    mismatch: self.mismatch,
                    author: text(self.author),
                    mentions: some(self.mention.0.into_iter().map(MentionId)),
                    opinions: some(self.opinion.0.into_iter().map(OpinionId)),
                    after: cursor,
                    asked_at: posted.asked_at,
                    ..MentionQuery::default()
                })
            }
        }
    };
}

filters! {
    ListParams {
        /// `time` (newest first), `severity` (most negative first) or `representative` (says most clearly what its
        /// touchpoint is about).
        #[param(value_type = Option<words::MentionOrder>, nullable = false)]
        sort: Option<MentionOrder>,
        /// Most rows on the page, 50 where it is not said.
        #[param(nullable = false, minimum = 1, maximum = 500)]
        limit: Option<u32>,
        /// The `next` of the page before; everything else as there.
        #[param(value_type = Option<words::PageCursor>, nullable = false)]
        cursor: Option<PageCursor>,
    }
}
filters! { CountParams {} }

fn some<T>(values: impl Iterator<Item = T>) -> Option<Vec<T>> {
    let values: Vec<T> = values.collect();
    (!values.is_empty()).then_some(values)
}

/// Opinions with their mentions, by any condition
///
/// Like `moodline mentions --format json`. Pages stay right while rows arrive: nothing is listed twice or left out.
#[utoipa::path(get, path = "/v1/mentions", tag = "mentions", params(ListParams),
    responses((status = 200, body = MentionList)))]
async fn list_mentions(State(api): State<Api>, Params(mut asked): Params<ListParams>) -> Answer<MentionList> {
    let limit = Api::page(asked.limit.take(), PAGE)?;
    let (order, cursor) = (asked.sort.take().unwrap_or(MentionOrder::Time), asked.cursor.take());
    let query = MentionQuery { order, limit, ..asked.query(&api, cursor)? };
    Ok(Json(mentions::page(api.store(), &query).await?))
}

/// How many there are, counted up to 10,000
///
/// Like `moodline mentions --count --format json`.
#[utoipa::path(get, path = "/v1/mentions/count", tag = "mentions", params(CountParams),
    responses((status = 200, body = RowCount)))]
async fn count_mentions(State(api): State<Api>, Params(asked): Params<CountParams>) -> Answer<RowCount> {
    Ok(Json(mentions::count(api.store(), &asked.query(&api, None)?).await?))
}

/// Corrects every opinion that the conditions find
///
/// Needs the scope `triage`. Like `moodline relabel` with conditions: without `count` it only says how many there are; with
/// it they are corrected, all of them or, where they are not as many, none.
#[utoipa::path(post, path = "/v1/mentions/corrections", tag = "corrections", params(CountParams),
    request_body = ManyCorrections, responses((status = 200, body = CorrectedMany)))]
async fn correct_many(
    State(api): State<Api>,
    Triager(actor): Triager,
    Params(asked): Params<CountParams>,
    Sent(new): Sent<ManyCorrections>,
) -> Answer<CorrectedMany> {
    let query = asked.query(&api, None)?;
    Ok(Json(corrections::correct_matching(api.store(), &query, &new, &actor, api.now()).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OneParams {
    /// The map whose places and flags are shown.
    #[param(value_type = Option<words::MapId>, nullable = false)]
    map: Option<MapId>,
}

/// One mention with all its opinions
///
/// Like `moodline mentions --mention MENTION --format json`.
#[utoipa::path(get, path = "/v1/mentions/{mention}", tag = "mentions", params(("mention" = i64, Path), OneParams),
    responses((status = 200, body = MentionList)))]
async fn show_mention(
    State(api): State<Api>,
    PathOf(mention): PathOf<MentionId>,
    Params(asked): Params<OneParams>,
) -> Answer<MentionList> {
    let query =
        MentionQuery { map: asked.map, mentions: Some(vec![mention]), limit: OF_ONE, ..MentionQuery::default() };
    let list = mentions::page(api.store(), &query).await?;
    if list.mentions.is_empty() {
        return Err(unseen("mention", mention.to_string()).into());
    }
    Ok(Json(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExplainParams {
    /// Only these maps; several with commas.
    #[serde(default)]
    #[param(value_type = Vec<words::MapId>, style = Form, explode = false, required = false, min_items = 1)]
    map: Commas<MapId>,
}

/// Why the opinions of a mention lie where they do, and what else was near
///
/// Like `moodline explain MENTION --format json`.
#[utoipa::path(get, path = "/v1/mentions/{mention}/explanation", tag = "mentions",
    params(("mention" = i64, Path), ExplainParams), responses((status = 200, body = Explanation)))]
async fn explain_mention(
    State(api): State<Api>,
    PathOf(mention): PathOf<MentionId>,
    Params(asked): Params<ExplainParams>,
) -> Answer<Explanation> {
    Ok(Json(api.host().explanation(mention, &asked.map.0).await?))
}

/// One opinion with its mention
///
/// Like the one of `moodline mentions --opinion OPINION --format json`.
#[utoipa::path(get, path = "/v1/opinions/{opinion}", tag = "mentions", params(("opinion" = i64, Path), OneParams),
    responses((status = 200, body = MentionRow)))]
async fn show_opinion(
    State(api): State<Api>,
    PathOf(opinion): PathOf<OpinionId>,
    Params(asked): Params<OneParams>,
) -> Answer<MentionRow> {
    let query = MentionQuery { map: asked.map, opinions: Some(vec![opinion]), ..MentionQuery::default() };
    let found = mentions::page(api.store(), &query).await?.mentions.pop();
    Ok(Json(found.ok_or_else(|| unseen("opinion", opinion.to_string()))?))
}

fn unseen(what: &'static str, id: String) -> AskError {
    let hint = ", or none that is judged, visible and on this map".to_owned();
    AskError::Missing { what, id, hint }
}
