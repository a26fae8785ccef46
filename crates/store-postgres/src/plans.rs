//! No question reads a large table from end to end.

use moodline_store::Store as _;
use moodline_testkit::postgres_url;
use moodline_types::{
    FlagStatus, MentionId, MentionOrder, MentionQuery, OpinionId, PageCursor, SentimentLabel, TouchpointFilter,
};

use crate::{PostgresStore, lead::Lead, query::Asked};

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

/// Rows that the planner can learn from: 20,000 mentions of one opinion each, over 40 touchpoints.
const ROWS: &str = "
INSERT INTO models VALUES ('model', 4, 0, 1, 0, 0);
INSERT INTO maps (id, version, definition, registered_ms) VALUES ('m', '1', '', 0);
INSERT INTO mentions (source, external_id, text, posted_ms, posted_approximate, content_hash, first_seen_ms, changed_ms,
    fingerprinted, searchable, author_hash)
    SELECT 'a', i::TEXT, '', i * 7919 % 20000, FALSE, '', 0, 0, TRUE, TRUE, 'h' || i FROM generate_series(1, 20000) AS n (i);
INSERT INTO opinions (mention_id, model, revision, ordinal, start_char, end_char, evidence, negative, neutral, positive,
    label, verdict, joy, anger, sadness, fear, surprise, disgust, calm, emotion)
    SELECT id, 'model', 1, 0, 0, 1, '', id * 31 % 1000 / 1000.0, 0, 0, 'negative', 'negative', 0, 0, 0, 0, 0, 0, 0, 'anger'
    FROM mentions;
INSERT INTO assignments (opinion_id, map, mention_id, stage, touchpoint, score, reason, verdict, negative, posted_ms,
    representative, flag_status)
    SELECT o.id, 'm', o.mention_id, CASE o.id % 8 WHEN 0 THEN 's' ELSE 's' || o.id % 8 END,
        CASE o.id % 40 WHEN 0 THEN 't' WHEN 1 THEN NULL ELSE 't' || o.id % 40 END, 1, 'rule', o.verdict, o.negative,
        m.posted_ms, o.negative, CASE WHEN o.id % 20 < 2 THEN 'open' END
    FROM opinions o JOIN mentions m ON m.id = o.mention_id;
INSERT INTO flags (map, mention_id, stage, touchpoint, opinion_id, severity, status, raised_ms, updated_ms, assignee)
    SELECT map, mention_id, stage, touchpoint, opinion_id, negative, flag_status, 0, 0, CASE WHEN opinion_id % 200 = 0 THEN 'ops' END
    FROM assignments WHERE flag_status IS NOT NULL AND touchpoint IS NOT NULL;
INSERT INTO mention_words SELECT id, ('till:1 the:2 slow:3 w' || id || ':4')::TSVECTOR FROM mentions;
ANALYZE;
";

#[tokio::test]
async fn every_question_is_led_by_an_index() {
    let Some(database) = postgres_url().await else { return };
    let store = PostgresStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    sqlx::raw_sql(ROWS).execute(store.read()).await.unwrap();
    let model = "model".parse().unwrap();
    for query in questions() {
        let asked = Asked::new(&store, &query, &model, 51).await.unwrap();
        let mut sql = asked.page("EXPLAIN ");
        let plan: Vec<String> = sql.build_query_scalar().persistent(false).fetch_all(store.read()).await.unwrap();
        let told = format!("{query:?}\n{}", plan.join("\n"));
        // What is joined by its key may be hashed whole at this size; at a thousand times of it the planner does not.
        let scanned = plan.iter().any(|step| step.contains("Seq Scan on assignments "));
        assert!(!scanned, "reads all of assignments: {told}");
        if asked.lead == Lead::Assignments {
            let leads =
                |step: &String| step.contains("using assignments_") || step.contains("Index Scan on assignments_");
            assert!(plan.iter().any(leads), "an index leads: {told}");
        }
    }
    store.close().await;
}

#[tokio::test]
async fn rare_words_are_gathered_and_common_ones_asked_of_each_row_in_its_order() {
    let Some(database) = postgres_url().await else { return };
    let store = PostgresStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    sqlx::raw_sql(ROWS).execute(store.read()).await.unwrap();
    let model = "model".parse().unwrap();
    let there = MentionQuery {
        map: Some("m".parse().unwrap()),
        touchpoint: Some(TouchpointFilter::Is("t".parse().unwrap())),
        ..MentionQuery::default()
    };
    for (text, few) in [
        ("slow", false),
        ("\"till the\" -fast", false),
        ("w17", true),
        ("slow w17", true),
        ("\"slow w17\"", true),
        ("fast", true),
    ] {
        for order in [MentionOrder::Time, MentionOrder::Severity, MentionOrder::Representative] {
            let query = MentionQuery { text: Some(text.to_owned()), order, ..there.clone() };
            let asked = Asked::new(&store, &query, &model, 51).await.unwrap();
            assert_eq!((asked.few, asked.lead == Lead::Mentions), (few, few), "{text}");
            let mut sql = asked.page("EXPLAIN ");
            let plan: Vec<String> = sql.build_query_scalar().persistent(false).fetch_all(store.read()).await.unwrap();
            // A table of this size may be read whole for the few; what matters is that the many are not.
            let of_each = plan.iter().any(|step| step.contains("mention_words_pkey"));
            let of_all = plan.iter().any(|step| step.contains("mentions_by_time"));
            assert_eq!((of_each, of_all), (!few, false), "{text}: {}", plan.join("\n"));
        }
    }
    store.close().await;
}
