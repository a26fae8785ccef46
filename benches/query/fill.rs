//! Rows by the million, written by the database itself.

use std::{fmt::Write as _, time::Instant};

use moodline_store::words_of;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

/// The script of both dialects.
const SCRIPT: &str = include_str!("fill.sql");

/// What mentions say, word by word: subjects × complaints make the phrases.
const SUBJECTS: [&str; 12] = [
    "the parcel",
    "my refund",
    "customer service",
    "the app",
    "the return label",
    "checkout",
    "退款",
    "快递",
    "客服",
    "送金",
    "アプリ",
    "the courier",
];
const COMPLAINTS: [&str; 12] = [
    "took three weeks and nobody answered",
    "never arrived",
    "is slow and confusing",
    "was rude to me on the phone",
    "works fine now",
    "失败了三次，没有人回复",
    "太慢了",
    "很好，推荐",
    "が遅い、最悪です",
    "は便利です",
    "crashed again after the update",
    "lost my money",
];

/// What the dialects write differently.
struct Dialect {
    series: fn(&str) -> String,
    day: fn(&str) -> String,
    nine: fn(&str) -> String,
    ids: &'static str,
    greatest: &'static str,
    cross: &'static str,
    words: &'static str,
}

const SQLITE: Dialect = Dialect {
    series: |to| {
        format!("(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {to}) SELECT i FROM n)")
    },
    day: |ms| format!("date(({ms}) / 1000, 'unixepoch')"),
    nine: |i| format!("printf('%09d', {i})"),
    ids: "",
    greatest: "max",
    cross: "CROSS",
    words: "INSERT INTO mention_words (rowid, words) SELECT i, a.words || ' ' || b.words || ' no ' || i \
            FROM {series {mentions}} AS n JOIN bench_phrases a ON a.number = i % {phrases} \
            JOIN bench_phrases b ON b.number = i * 31 % {phrases};",
};

const POSTGRES: Dialect = Dialect {
    series: |to| format!("(SELECT i FROM generate_series(1::BIGINT, {to}) AS n (i))"),
    day: |ms| format!("(TIMESTAMP 'epoch' + ({ms}) * INTERVAL '1 millisecond')::DATE"),
    nine: |i| format!("lpad({i}::TEXT, 9, '0')"),
    ids: "OVERRIDING SYSTEM VALUE",
    greatest: "greatest",
    cross: "",
    words: "INSERT INTO mention_words (mention_id, words) SELECT i, a.vector::TSVECTOR || b.vector::TSVECTOR \
            || ('no:1 ' || i || ':2')::TSVECTOR \
            FROM {series {mentions}} AS n JOIN bench_phrases a ON a.number = i % {phrases} \
            JOIN bench_phrases b ON b.number = i * 31 % {phrases};",
};

/// Tables whose indexes are made after their rows.
const LARGE: [&str; 7] = ["mentions", "opinions", "assignments", "tallies", "flags", "rollups", "mention_words"];

/// Fills an empty, migrated database.
pub(crate) async fn fill(url: &str, opinions: u64) {
    let began = Instant::now();
    match url.strip_prefix("sqlite:") {
        Some(_) => sqlite(url, opinions).await,
        None => postgres(url, opinions).await,
    }
    say(&format!("filled with {opinions} opinions in {:.0} s", began.elapsed().as_secs_f64()));
}

async fn sqlite(url: &str, opinions: u64) {
    let mut db = SqliteConnection::connect(url).await.expect("the file opens");
    let begin = "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
                 PRAGMA cache_size = -1000000; PRAGMA temp_store = FILE;";
    sqlx::raw_sql(begin).execute(&mut db).await.expect("the connection takes its settings");
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL \
               AND tbl_name IN (SELECT value FROM json_each($1))";
    let indexes: Vec<(String, String)> =
        sqlx::query_as(sql).bind(serde_json::json!(LARGE).to_string()).fetch_all(&mut db).await.expect("the schema");
    for (name, _) in &indexes {
        in_sqlite(&mut db, format!("DROP INDEX {name}")).await;
    }
    for statement in script(&SQLITE, opinions) {
        in_sqlite(&mut db, statement).await;
    }
    for (_, index) in indexes {
        in_sqlite(&mut db, index).await;
    }
    db.close().await.expect("the file closes");
}

async fn postgres(url: &str, opinions: u64) {
    let mut db = PgConnection::connect(url).await.expect("the server answers");
    let begin = "SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB'; \
                 SET maintenance_work_mem = '1GB'; SET max_parallel_workers_per_gather = 0;";
    sqlx::raw_sql(begin).execute(&mut db).await.expect("the connection takes its settings, as a superuser's");
    let sql = "SELECT i.indexname::TEXT, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() \
               AND i.tablename = ANY($1) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)";
    let tables: Vec<&str> = LARGE.to_vec();
    let indexes: Vec<(String, String)> = sqlx::query_as(sql).bind(tables).fetch_all(&mut db).await.expect("the schema");
    for (name, _) in &indexes {
        in_postgres(&mut db, format!("DROP INDEX {name}")).await;
    }
    for statement in script(&POSTGRES, opinions) {
        in_postgres(&mut db, statement).await;
    }
    for (_, index) in indexes {
        in_postgres(&mut db, index).await;
    }
    in_postgres(&mut db, "VACUUM ANALYZE".to_owned()).await;
    db.close().await.expect("the connection closes");
}

async fn in_sqlite(db: &mut SqliteConnection, sql: String) {
    let began = Instant::now();
    sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(db).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    told(&sql, began);
}

async fn in_postgres(db: &mut PgConnection, sql: String) {
    let began = Instant::now();
    sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(db).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    told(&sql, began);
}

fn told(sql: &str, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    if seconds > 1.0 {
        let first = sql.lines().find(|line| !line.starts_with("--") && !line.is_empty()).unwrap_or_default();
        say(&format!("{seconds:7.1} s  {}", first.chars().take(90).collect::<String>()));
    }
}

/// The phrases, and the statements of the script in one dialect.
fn script(dialect: &Dialect, opinions: u64) -> Vec<String> {
    let mut phrases = String::from(
        "CREATE TABLE bench_phrases (number BIGINT PRIMARY KEY, text TEXT, words TEXT, vector TEXT, telling REAL);",
    );
    let said = SUBJECTS.iter().flat_map(|subject| COMPLAINTS.iter().map(move |said| format!("{subject} {said}")));
    let mut number = 0;
    for text in said {
        let words = words_of(None, &text);
        let vector: Vec<String> = (1..).zip(words.split(' ')).map(|(place, word)| format!("{word}:{place}")).collect();
        let telling = (text.len() as f64 / moodline_types::TELLING_BYTES as f64).min(1.0);
        write!(
            phrases,
            "INSERT INTO bench_phrases VALUES ({number}, '{text}', '{words}', '{}', {telling});",
            vector.join(" ")
        )
        .expect("a text takes whatever is written");
        number += 1;
    }
    let numbers = [("{mentions}", opinions / 2), ("{opinions}", opinions / 2 * 2), ("{phrases}", number)]
        .map(|(n, v)| (n, v.to_string()));
    let mut text = SCRIPT.replace("{words}", dialect.words).replace("{definition}", &definition());
    for (name, value) in &numbers {
        text = text.replace(name, value);
    }
    text = text.replace("{ids}", dialect.ids).replace("{greatest}", dialect.greatest).replace("{cross}", dialect.cross);
    for (name, write) in [("{series ", dialect.series), ("{day ", dialect.day), ("{nine ", dialect.nine)] {
        while let Some(start) = text.find(name) {
            let end = start + text[start..].find('}').expect("what is opened is closed");
            let argument = text[start + name.len()..end].to_owned();
            text.replace_range(start..=end, &write(&argument));
        }
    }
    let statements = text.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned);
    std::iter::once(phrases).chain(statements).collect()
}

/// The map that everything lies on: 8 stages of 5 touchpoints, so that the service can show it as well.
fn definition() -> String {
    let mut map = String::from("id = \"bench\"\ntype = \"current-state\"\nname = \"Bench\"\n");
    for stage in 0..8 {
        write!(map, "\n[[stages]]\nid = \"s{stage}\"\nname = \"Stage {stage}\"\n")
            .expect("a text takes whatever is written");
        for touchpoint in stage * 5..stage * 5 + 5 {
            let (id, name) = (format!("t{touchpoint}"), format!("Touchpoint {touchpoint}"));
            write!(
                map,
                "\n[[stages.touchpoints]]\nid = \"{id}\"\nname = \"{name}\"\ndescription = \"What {name} is about\"\n"
            )
            .expect("a text takes whatever is written");
        }
    }
    map
}

#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}
