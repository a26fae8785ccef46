//! No question reads a large table from end to end, and none that an index has the order of is sorted.

use moodline_store::Store as _;
use moodline_types::{
    FlagStatus, MentionId, MentionOrder, MentionQuery, OpinionId, PageCursor, SentimentLabel, TouchpointFilter,
};

use crate::{SqliteStore, assignments, lead::Lead, overrides, query::Asked};

/// Every documented way of asking: at a touchpoint, on a map, in a stage; all, flagged or with words; in every order.
fn questions() -> Vec<MentionQuery> {
    let on_map = MentionQuery { map: Some("m".parse().unwrap()), ..MentionQuery::default() };
    let there = MentionQuery { touchpoint: Some(TouchpointFilter::Is("t".parse().unwrap())), ..on_map.clone() };
    let mut questions = vec![
        MentionQuery { touchpoint: Some(TouchpointFilter::Unassigned), ..on_map.clone() },
        MentionQuery { stage: Some("s".parse().unwrap()), ..on_map.clone() },
        MentionQuery { sentiment: Some(SentimentLabel::Negative), ..there.clone() },
        MentionQuery { persona: Some("p".parse().unwrap()), sources: vec!["a".parse().unwrap()], ..there.clone() },
        on_map.clone(),
        there.clone(),
    ];
    for place in [on_map, there] {
        questions.extend([
            MentionQuery { flagged: true, ..place.clone() },
            MentionQuery { statuses: vec![FlagStatus::Open, FlagStatus::Acknowledged], ..place.clone() },
            MentionQuery { assignee: Some("ops".to_owned()), ..place.clone() },
            MentionQuery { author: Some("h".to_owned()), ..place.clone() },
            MentionQuery { mentions: Some(vec![MentionId(1)]), ..place.clone() },
            MentionQuery { opinions: Some(vec![OpinionId(1)]), ..place.clone() },
            MentionQuery { text: Some("slow \"the till\" -fast".to_owned()), ..place },
        ]);
    }
    let by_likeness = questions.clone().into_iter();
    let by_likeness = by_likeness.map(|query| MentionQuery { order: MentionOrder::Representative, ..query });
    let by_likeness: Vec<MentionQuery> = by_likeness.collect();
    questions.push(MentionQuery::default());
    questions.push(MentionQuery { text: Some("slow".to_owned()), ..MentionQuery::default() });
    let severe: Vec<MentionQuery> = questions.clone();
    questions.extend(severe.into_iter().map(|query| MentionQuery { order: MentionOrder::Severity, ..query }));
    questions.extend(by_likeness);
    let deep = questions.clone().into_iter().map(|query| {
        let after = PageCursor::new(0.5, 17, query.fingerprint(), query.asked_at);
        MentionQuery { after: Some(after), ..query }
    });
    let deep: Vec<MentionQuery> = deep.collect();
    questions.extend(deep);
    questions
}

#[tokio::test]
async fn every_question_is_led_by_an_index() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    let model = "model".parse().unwrap();
    for query in questions() {
        let mut asked = Asked::new(&store, &query, &model, 51).await.unwrap();
        for few in [true, false] {
            if asked.words.is_none() && few {
                continue;
            }
            (asked.few, asked.lead) = (few, Lead::of(&query, few));
            let mut sql = asked.page("EXPLAIN QUERY PLAN ");
            let rows: Vec<(i64, i64, i64, String)> = sql.build_query_as().fetch_all(store.read()).await.unwrap();
            let plan: Vec<String> = rows.into_iter().map(|(.., step)| step).collect();
            let told = format!("{query:?}\n{plan:#?}");
            // Virtual tables are scanned by their own index; so are `m`entions and `o`pinions where they lead by an index.
            let scanned = plan.iter().filter(|step| step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE"));
            for step in scanned {
                let led = step.contains("USING INDEX mentions_by_time") || step.starts_with("SCAN n");
                assert!(led, "reads all of a table: {told}");
            }
            if asked.lead != Lead::Mentions {
                let sorted = plan.iter().any(|step| step == "USE TEMP B-TREE FOR ORDER BY");
                assert!(!sorted, "sorts what an index has in order: {told}");
            }
        }
    }
}

#[tokio::test]
async fn a_deep_page_begins_where_the_page_before_ended() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    let model = "model".parse().unwrap();
    for query in questions().into_iter().filter(|query| query.after.is_some()) {
        let asked = Asked::new(&store, &query, &model, 51).await.unwrap();
        let mut sql = asked.page("EXPLAIN QUERY PLAN ");
        let rows: Vec<(i64, i64, i64, String)> = sql.build_query_as().fetch_all(store.read()).await.unwrap();
        if asked.lead == Lead::Mentions {
            continue;
        }
        let first = rows.first().map(|row| row.3.clone()).unwrap_or_default();
        assert!(first.contains('<'), "the index is entered at the cursor: {query:?}\n{first}");
    }
}

#[tokio::test]
async fn placing_reads_what_it_places_and_not_all_that_lies_on_the_map() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    for (sql, led_by) in [
        (assignments::STORED, "SEARCH o USING COVERING INDEX sqlite_autoindex_opinions_1 (mention_id=?)"),
        (overrides::PLACED, "SCAN v"),
    ] {
        let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(store.read()).await.unwrap();
        let plan: Vec<String> = rows.into_iter().map(|(.., step)| step).collect();
        assert_eq!(plan.first().map(String::as_str), Some(led_by), "{plan:#?}");
        let scanned = plan.iter().skip(1).filter(|step| step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE"));
        assert_eq!(scanned.count(), 0, "{plan:#?}");
    }
}

/// 2,000 mentions that all say `slow`, each with a word of its own.
const WORDS: &str = "
INSERT INTO mentions (source, external_id, text, posted_ms, posted_approximate, content_hash, first_seen_ms, changed_ms,
    fingerprinted, searchable)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    SELECT 'a', i, '', i, FALSE, '', 0, 0, TRUE, TRUE FROM n;
INSERT INTO mention_words (rowid, words) SELECT id, 'the till is slow w' || id FROM mentions;
";

#[tokio::test]
async fn rare_words_are_gathered_and_common_ones_asked_of_each_row_in_its_order() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    sqlx::raw_sql(WORDS).execute(store.read()).await.unwrap();
    let model = "model".parse().unwrap();
    let there = MentionQuery {
        map: Some("m".parse().unwrap()),
        touchpoint: Some(TouchpointFilter::Is("t".parse().unwrap())),
        ..MentionQuery::default()
    };
    for (text, few) in [
        ("slow", false),
        ("\"till is\" -fast", false),
        ("w1*", false),
        ("w17", true),
        ("slow w17", true),
        ("fast", true),
    ] {
        for order in [MentionOrder::Time, MentionOrder::Severity, MentionOrder::Representative] {
            let query = MentionQuery { text: Some(text.to_owned()), order, ..there.clone() };
            let asked = Asked::new(&store, &query, &model, 51).await.unwrap();
            assert_eq!((asked.few, asked.lead == Lead::Mentions), (few, few), "{text}");
            let mut sql = asked.page("EXPLAIN QUERY PLAN ");
            let rows: Vec<(i64, i64, i64, String)> = sql.build_query_as().fetch_all(store.read()).await.unwrap();
            let plan: Vec<String> = rows.into_iter().map(|(.., step)| step).collect();
            // `0:=` is the row of an id, `0:M…` the index of all words.
            let by_id = plan.iter().any(|step| step.contains("VIRTUAL TABLE INDEX 0:="));
            assert_eq!(by_id, !few, "{text}: {plan:#?}");
        }
    }
}
