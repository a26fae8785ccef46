//! The words of mentions, for the text search.

use std::{collections::BTreeMap, fmt::Write as _};

use moodline_store::{Phrase, Search, most_gathered, storable, words_of};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, column},
};

/// Mentions whose words are put in together after an upgrade.
const BATCH: i64 = 2000;

/// Mentions whose words are looked at to tell how common a word is.
const SAMPLE: f64 = 2000.0;

/// Puts the words of mentions as they are now in the place of what was there.
pub(crate) async fn index(tx: &mut Tx, mentions: &[i64]) -> Attempt<()> {
    for chunk in mentions.chunks(ROWS_PER_INSERT) {
        forget(tx, chunk).await?;
        let sql = "SELECT id, title, text FROM mentions WHERE id = ANY($1) ORDER BY id";
        let rows = sqlx::query(sql).bind(chunk).fetch_all(&mut **tx).await?;
        let (mut ids, mut vectors) = (Vec::<i64>::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in &rows {
            let words = words_of(column(row, "title")?, column(row, "text")?);
            if !words.is_empty() {
                ids.push(column(row, "id")?);
                vectors.push(vector(&storable(&words)));
            }
        }
        let sql = "INSERT INTO mention_words (mention_id, words) \
                   SELECT id, words::TSVECTOR FROM unnest($1::BIGINT[], $2::TEXT[]) AS said (id, words)";
        sqlx::query(sql).bind(&ids).bind(&vectors).execute(&mut **tx).await?;
        let sql = "UPDATE mentions SET searchable = TRUE WHERE NOT searchable AND id = ANY($1)";
        sqlx::query(sql).bind(chunk).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Takes the words of mentions out of the index.
pub(crate) async fn forget(tx: &mut Tx, mentions: &[i64]) -> Attempt<()> {
    sqlx::query("DELETE FROM mention_words WHERE mention_id = ANY($1)").bind(mentions).execute(&mut **tx).await?;
    Ok(())
}

/// Indexes mentions stored by a version that did not, a batch in a transaction: cut off, it goes on where it was.
pub(crate) async fn index_the_rest(store: &PostgresStore) -> Attempt<()> {
    let sql = "SELECT id FROM mentions WHERE NOT searchable ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED";
    loop {
        let mut tx = store.write().await?;
        let ids: Vec<i64> = sqlx::query_scalar(sql).bind(BATCH).fetch_all(&mut *tx).await?;
        if ids.is_empty() {
            return Ok(());
        }
        index(&mut tx, &ids).await?;
        tx.commit().await?;
    }
}

/// Words with their places, as the text of a `tsvector`
/// (<https://www.postgresql.org/docs/current/datatype-textsearch.html>): our own cut, not that of a parser of the
/// server's, which differs with its locale. Of one word the first 255 places are kept.
fn vector(words: &str) -> String {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, word) in (1..).zip(words.split(' ')) {
        places.entry(word).or_default().push(place);
    }
    let mut vector = String::with_capacity(words.len() * 2);
    for (word, places) in places {
        for (number, place) in places.iter().take(255).enumerate() {
            let written = if number == 0 { write!(vector, " '{word}':{place}") } else { write!(vector, ",{place}") };
            written.expect("a text takes whatever is written");
        }
    }
    vector
}

/// What is looked for, as the text of a `tsquery`. Every word is quoted, so that none is syntax.
pub(crate) fn matching(search: &Search) -> String {
    let joined = |phrases: &[Phrase], by: &str| phrases.iter().map(quoted).collect::<Vec<_>>().join(by);
    let all = joined(&search.all, " & ");
    if search.none.is_empty() { all } else { format!("{all} & !({})", joined(&search.none, " | ")) }
}

/// Whether the mentions with these words are so few that they are gathered, for an answer of `rows` rows. Counting them
/// would read them; a sample of the table, the same one every time, tells enough.
pub(crate) async fn are_few(store: &PostgresStore, search: &Search, rows: u64) -> Attempt<bool> {
    let sql = "SELECT coalesce(max(mention_id), 0) FROM mention_words";
    let mentions = sqlx::query_scalar::<_, i64>(sql).fetch_one(store.read()).await?.unsigned_abs();
    let percent = (100.0 * SAMPLE / mentions as f64).min(100.0);
    let sql = "SELECT count(*), count(*) FILTER (WHERE words @@ $1::TSQUERY) \
               FROM mention_words TABLESAMPLE SYSTEM ($2) REPEATABLE (1)";
    let query = sqlx::query_as::<_, (i64, i64)>(sql).bind(matching(search)).bind(percent as f32);
    let (sampled, found) = query.fetch_one(store.read()).await?;
    let with_words = found as f64 / sampled.max(1) as f64 * mentions as f64;
    Ok(with_words <= most_gathered(rows, mentions) as f64)
}

/// Whether the mention of a row has these words, asked of its own words alone: a query in the place of a value, which the
/// planner does not turn into a join with all mentions that have them. `mention` is the column of its id.
pub(crate) fn stand_in(sql: &mut QueryBuilder<Db>, search: &Search, mention: &'static str) {
    sql.push("(SELECT w.words @@ ").push_bind(matching(search));
    sql.push("::TSQUERY FROM mention_words w WHERE w.mention_id = ").push(mention).push(")");
}

fn quoted(phrase: &Phrase) -> String {
    let last = phrase.words.len().saturating_sub(1);
    let word =
        |(number, word): (usize, &String)| format!("'{word}'{}", if phrase.open && number == last { ":*" } else { "" });
    format!("({})", phrase.words.iter().enumerate().map(word).collect::<Vec<_>>().join(" <-> "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_carry_their_places() {
        assert_eq!(vector("slow 慢 slow"), " 'slow':1,3 '慢':2");
    }

    #[test]
    fn what_is_looked_for_is_quoted_word_by_word() {
        let said = |text: &str| matching(&Search::parse(text).unwrap());
        assert_eq!(said("slow till*"), "('slow') & ('till':*)");
        assert_eq!(said("\"slow till\" -退款慢 -or"), "('slow' <-> 'till') & !(('退款' <-> '款慢') | ('or'))");
    }
}
