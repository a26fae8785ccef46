//! "What do people dislike at this touchpoint? Show me the mentions."

use async_trait::async_trait;
use moodline_store::{QueryStore, Result, Search, checked};
use moodline_types::{
    Flag, FlagId, MapId, MentionId, MentionOrder, MentionPage, MentionQuery, MentionRow, ModelId, OpinionId,
    PageCursor, RowCount, SentimentLabel,
};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    conditions::conditions,
    copies,
    failure::Attempt,
    lead::Lead,
    opinions,
    rows::{
        self, Db, Row, characters, column, emotions, instant, instant_or_none, rating, sentiment, word, word_or_none,
    },
    words,
};

/// A query with everything that decides how it is asked.
pub(crate) struct Asked<'q> {
    pub(crate) query: &'q MentionQuery,
    pub(crate) model: &'q ModelId,
    /// The words looked for.
    pub(crate) words: Option<Search>,
    /// Whether they stand in few mentions, which then lead.
    pub(crate) few: bool,
    pub(crate) lead: Lead,
}

impl<'q> Asked<'q> {
    /// `rows` of the answer are wanted.
    pub(crate) async fn new(
        store: &PostgresStore,
        query: &'q MentionQuery,
        model: &'q ModelId,
        rows: u64,
    ) -> Attempt<Self> {
        let words = checked(query)?;
        let few = match &words {
            Some(search) => words::are_few(store, search, rows).await?,
            None => false,
        };
        Ok(Self { query, model, words, few, lead: Lead::of(query, few) })
    }

    /// The page; `before` stands before its `SELECT`.
    pub(crate) fn page(&self, before: &'static str) -> QueryBuilder<Db> {
        let mut sql = QueryBuilder::<Db>::new(before);
        sql.push(
            "SELECT m.id AS mention, m.source, m.external_id, m.url, m.author_hash, m.posted_ms, m.language, m.title, \
             m.text, m.rating_value, m.rating_worst, m.rating_best, o.id AS opinion, o.start_char, o.end_char, \
             o.evidence, o.negative, o.neutral, o.positive, o.verdict, o.joy, o.anger, o.sadness, o.fear, o.surprise, \
             o.disgust, o.calm",
        );
        if self.query.map.is_some() {
            sql.push(
                ", a.stage, a.touchpoint, a.score, a.reason, a.detail, a.representative, f.id AS flag, \
                 f.status AS flag_status, f.raised_ms AS flag_raised_ms, f.assignee AS flag_assignee, \
                 f.due_ms AS flag_due_ms",
            );
        }
        let (key, id) = self.lead.order(self.query.order);
        sql.push(", ").push(key).push(" AS sort_key");
        self.lead.from(&mut sql, self, true);
        conditions(&mut sql, self);
        if let Some(after) = &self.query.after {
            self.follow(&mut sql, after);
        }
        sql.push(" ORDER BY ").push(key).push(" DESC, ").push(id).push(" DESC LIMIT ");
        // Written out, so that the planner sees how few rows are wanted.
        sql.push(i64::from(self.query.limit) + 1).push(" OFFSET ").push(self.query.offset);
        sql
    }

    /// Only what comes after a place in the order. The key alone is bounded as well, for an index that has no ids.
    fn follow(&self, sql: &mut QueryBuilder<Db>, after: &PageCursor) {
        let (key, id) = self.lead.order(self.query.order);
        let bind = |sql: &mut QueryBuilder<Db>| {
            match self.query.order {
                MentionOrder::Time => sql.push_bind(after.key() as i64),
                MentionOrder::Severity | MentionOrder::Representative => sql.push_bind(after.key() as f32),
            };
        };
        if !self.lead.has_ids() {
            sql.push(" AND ").push(key).push(" <= ");
            bind(sql);
        }
        sql.push(" AND (").push(key).push(", ").push(id).push(") < (");
        bind(sql);
        sql.push(", ").push_bind(after.id()).push(")");
    }

    /// The number of rows, counted to the bound.
    fn number(&self) -> QueryBuilder<Db> {
        let mut sql = QueryBuilder::<Db>::new("SELECT count(*) AS found FROM (SELECT 1");
        self.lead.from(&mut sql, self, self.query.assignee.is_some());
        conditions(&mut sql, self);
        sql.push(" LIMIT ").push(RowCount::BOUND + 1).push(") AS counted");
        sql
    }
}

async fn find(store: &PostgresStore, query: &MentionQuery) -> Attempt<MentionPage> {
    checked(query)?;
    let Some(model) = opinions::adopted(store).await? else { return Ok(MentionPage::default()) };
    let rows = u64::from(query.limit) + 1 + u64::from(query.offset);
    let asked = Asked::new(store, query, &model.id, rows).await?;
    let found_rows = asked.page("").build().persistent(false).fetch_all(store.read()).await?;
    let limit = query.limit as usize;
    let mut rows = Vec::with_capacity(found_rows.len().min(limit));
    for row in found_rows.iter().take(limit) {
        rows.push(found(row, query.map.as_ref())?);
    }
    let next = match found_rows.get(limit.wrapping_sub(1)) {
        Some(last) if found_rows.len() > limit => Some(cursor(last, query)?),
        _ => None,
    };
    let mentions: Vec<MentionId> = rows.iter().map(|row| row.mention).collect();
    let copies = copies::origins(store, &mentions).await?;
    for row in &mut rows {
        row.copies = copies.get(&row.mention).cloned().unwrap_or_default();
    }
    Ok(MentionPage { rows, next })
}

fn cursor(row: &Row, query: &MentionQuery) -> Attempt<PageCursor> {
    let key = match query.order {
        MentionOrder::Time => column::<i64>(row, "sort_key")? as f64,
        MentionOrder::Severity | MentionOrder::Representative => f64::from(column::<f32>(row, "sort_key")?),
    };
    Ok(PageCursor::new(key, column(row, "opinion")?, query.fingerprint(), query.asked_at))
}

async fn count(store: &PostgresStore, query: &MentionQuery) -> Attempt<RowCount> {
    checked(query)?;
    let Some(model) = opinions::adopted(store).await? else { return Ok(RowCount::of(0)) };
    let asked = Asked::new(store, query, &model.id, RowCount::BOUND + 1).await?;
    Ok(RowCount::of(rows::count(&asked.number().build().persistent(false).fetch_one(store.read()).await?, "found")?))
}

fn found(row: &Row, map: Option<&MapId>) -> Attempt<MentionRow> {
    let (mut place, mut assignment, mut flag, mut representative) = (None, None, None, None);
    if map.is_some() {
        place = word_or_none(row, "assignments", "stage")?.zip(word_or_none(row, "assignments", "touchpoint")?);
        assignment = Some((column(row, "score")?, word(row, "assignments", "reason")?, column(row, "detail")?));
        representative = column(row, "representative")?;
        if let Some(id) = column::<Option<i64>>(row, "flag")? {
            flag = Some(Flag {
                id: FlagId(id),
                status: word(row, "flags", "flag_status")?,
                raised_at: instant(row, "flags", "flag_raised_ms")?,
                assignee: column(row, "flag_assignee")?,
                due_at: instant_or_none(row, "flags", "flag_due_ms")?,
            });
        }
    }
    let label: SentimentLabel = word(row, "opinions", "verdict")?;
    Ok(MentionRow {
        mention: MentionId(column(row, "mention")?),
        opinion: OpinionId(column(row, "opinion")?),
        source: word(row, "mentions", "source")?,
        external_id: column(row, "external_id")?,
        url: column(row, "url")?,
        posted_at: instant(row, "mentions", "posted_ms")?,
        language: column(row, "language")?,
        title: column(row, "title")?,
        text: column(row, "text")?,
        start: characters(row, "start_char")?,
        end: characters(row, "end_char")?,
        evidence: column(row, "evidence")?,
        map: map.cloned(),
        place,
        assignment,
        label,
        sentiment: sentiment(row)?,
        emotions: emotions(row)?,
        rating: rating(row)?,
        author: column(row, "author_hash")?,
        representative,
        flag,
        copies: Vec::new(),
    })
}

#[async_trait]
impl QueryStore for PostgresStore {
    async fn find_mentions(&self, query: &MentionQuery) -> Result<MentionPage> {
        self.told("find mentions", find(self, query).await)
    }

    async fn count_mentions(&self, query: &MentionQuery) -> Result<RowCount> {
        self.told("count mentions", count(self, query).await)
    }
}
