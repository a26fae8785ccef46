//! The words of mentions, for the text search.

use moodline_store::{Phrase, Search, most_gathered, storable, words_of};
use sqlx::QueryBuilder;

use crate::{
    SqliteStore,
    connect::Tx,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, column, list},
};

/// Mentions whose words are put in together after an upgrade.
const BATCH: i64 = 2000;

/// Puts the words of mentions as they are now in the place of what was there.
pub(crate) async fn index(tx: &mut Tx, mentions: &[i64]) -> Attempt<()> {
    for chunk in mentions.chunks(ROWS_PER_INSERT) {
        forget(tx, chunk).await?;
        let sql = "SELECT id, title, text FROM mentions WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id";
        let rows = sqlx::query(sql).bind(list(chunk)).fetch_all(&mut **tx).await?;
        let mut said: Vec<(i64, String)> = Vec::with_capacity(rows.len());
        for row in &rows {
            let words = words_of(column(row, "title")?, column(row, "text")?);
            if !words.is_empty() {
                said.push((column(row, "id")?, words));
            }
        }
        if !said.is_empty() {
            let mut sql = QueryBuilder::<Db>::new("INSERT INTO mention_words (rowid, words) ");
            sql.push_values(&said, |mut row, (id, words)| {
                row.push_bind(*id).push_bind(storable(words));
            });
            sql.build().execute(&mut **tx).await?;
        }
        let sql = "UPDATE mentions SET searchable = TRUE WHERE NOT searchable \
                   AND id IN (SELECT value FROM json_each($1))";
        sqlx::query(sql).bind(list(chunk)).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Takes the words of mentions out of the index.
pub(crate) async fn forget(tx: &mut Tx, mentions: &[i64]) -> Attempt<()> {
    let sql = "DELETE FROM mention_words WHERE rowid IN (SELECT value FROM json_each($1))";
    sqlx::query(sql).bind(list(mentions)).execute(&mut **tx).await?;
    Ok(())
}

/// Indexes mentions stored by a version that did not, a batch in a transaction: cut off, it goes on where it was.
pub(crate) async fn index_the_rest(store: &SqliteStore) -> Attempt<()> {
    let sql = "SELECT id FROM mentions WHERE NOT searchable ORDER BY id LIMIT $1";
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

/// What is looked for, as `MATCH` wants it (<https://www.sqlite.org/fts5.html#full_text_query_syntax>). Every word is
/// quoted, so that none is syntax.
pub(crate) fn matching(search: &Search) -> String {
    let joined = |phrases: &[Phrase], by: &str| phrases.iter().map(quoted).collect::<Vec<_>>().join(by);
    let all = joined(&search.all, " AND ");
    if search.none.is_empty() { all } else { format!("({all}) NOT ({})", joined(&search.none, " OR ")) }
}

/// Whether the mentions with these words are so few that they are gathered, for an answer of `rows` rows.
pub(crate) async fn are_few(store: &SqliteStore, search: &Search, rows: u64) -> Attempt<bool> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM mentions").fetch_one(store.read()).await?;
    let most = most_gathered(rows, newest.unwrap_or(0).unsigned_abs()) as i64;
    let sql = "SELECT count(*) FROM (SELECT 1 FROM mention_words WHERE mention_words MATCH $1 LIMIT $2)";
    let found = sqlx::query_scalar::<_, i64>(sql).bind(matching(search)).bind(most + 1);
    Ok(found.fetch_one(store.read()).await? <= most)
}

/// Whether the mention of a row has these words, asked of its own words alone: looking them up in the index of all words
/// would begin anew for every row. `mention` is the column of its id.
pub(crate) fn stand_in(sql: &mut QueryBuilder<Db>, search: &Search, mention: &'static str) {
    sql.push("EXISTS (SELECT 1 FROM mention_words w WHERE w.rowid = ").push(mention);
    for (phrases, found) in [(&search.all, " > 0"), (&search.none, " = 0")] {
        for phrase in phrases {
            let end = if phrase.open { "" } else { " " };
            sql.push(" AND instr(' ' || w.words || ' ', ").push_bind(format!(" {}{end}", phrase.words.join(" ")));
            sql.push(")").push(found);
        }
    }
    sql.push(")");
}

fn quoted(phrase: &Phrase) -> String {
    format!("\"{}\"{}", phrase.words.join(" "), if phrase.open { "*" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_quoted_word_by_word() {
        let said = |text: &str| matching(&Search::parse(text).unwrap());
        assert_eq!(said("slow NEAR till*"), r#""slow" AND "near" AND "till"*"#);
        assert_eq!(said("\"slow till\" -退款慢 -or"), r#"("slow till") NOT ("退款 款慢" OR "or")"#);
    }
}
