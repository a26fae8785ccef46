//! Whose mentions tallies are, so that one author can count once.

use std::collections::HashMap;

use moodline_store::{VoiceRow, voice};
use moodline_types::{DayWindow, MapId, MentionId};

use crate::{
    SqliteStore,
    connect::Tx,
    failure::Attempt,
    rows::{column, list, word, word_or_none},
};

/// The voice of one mention.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Voice {
    pub(crate) number: i64,
    /// Whether other mentions may have the same.
    pub(crate) shared: bool,
    /// Whether the author has other mentions.
    written_more: bool,
}

/// The voices of these mentions.
pub(crate) async fn of(tx: &mut Tx, mentions: &[i64]) -> Attempt<HashMap<i64, Voice>> {
    let sql = "SELECT m.id, m.source, m.author_hash, m.thread, m.author_hash IS NOT NULL AND EXISTS (SELECT 1 \
               FROM mentions o WHERE o.author_hash = m.author_hash AND o.id <> m.id) AS written_more \
               FROM mentions m WHERE m.id IN (SELECT value FROM json_each($1))";
    let rows = sqlx::query(sql).bind(list(mentions)).fetch_all(&mut **tx).await?;
    let mut voices = HashMap::with_capacity(rows.len());
    for row in &rows {
        let id: i64 = column(row, "id")?;
        let author: Option<&str> = column(row, "author_hash")?;
        let thread: Option<&str> = column(row, "thread")?;
        let written_more: bool = column(row, "written_more")?;
        let source: &str = column(row, "source")?;
        let number = voice(MentionId(id), author, thread.map(|thread| (source, thread)));
        let shared = written_more || (author.is_none() && thread.is_some());
        voices.insert(id, Voice { number, shared, written_more });
    }
    Ok(voices)
}

/// Marks what the authors of these mentions have said before as said by a voice that is heard more than once.
pub(crate) async fn mark_repeated(tx: &mut Tx, map: &MapId, voices: &HashMap<i64, Voice>) -> Attempt<()> {
    let mentions: Vec<i64> = voices.iter().filter(|(_, voice)| voice.written_more).map(|(id, _)| *id).collect();
    if mentions.is_empty() {
        return Ok(());
    }
    let sql = "UPDATE tallies SET repeated = TRUE WHERE map = $1 AND NOT repeated AND mention_id IN (SELECT o.id \
               FROM mentions m JOIN mentions o ON o.author_hash = m.author_hash \
               WHERE m.id IN (SELECT value FROM json_each($2)))";
    sqlx::query(sql).bind(map.as_str()).bind(list(&mentions)).execute(&mut **tx).await?;
    Ok(())
}

/// What voices heard more than once on days in `window` have said there.
pub(crate) async fn within(store: &SqliteStore, map: &MapId, window: DayWindow) -> Attempt<Vec<VoiceRow>> {
    let sql = "SELECT voice, mention_id, touchpoint, persona, day, source, language, label FROM tallies \
               WHERE map = $1 AND day BETWEEN $2 AND $3 AND repeated AND touchpoint <> '' AND label <> 'unsure' \
               AND voice IN (SELECT voice FROM tallies WHERE map = $1 AND day BETWEEN $2 AND $3 AND repeated \
               AND touchpoint <> '' AND label <> 'unsure' GROUP BY voice HAVING count(*) > 1)";
    let query = sqlx::query(sql).bind(map.as_str()).bind(window.from).bind(window.to);
    let rows = query.fetch_all(store.read()).await?;
    let rows = rows.iter().map(|row| {
        Ok(VoiceRow {
            voice: column(row, "voice")?,
            mention: MentionId(column(row, "mention_id")?),
            touchpoint: word(row, "tallies", "touchpoint")?,
            persona: word_or_none(row, "tallies", "persona")?,
            day: column(row, "day")?,
            source: word(row, "tallies", "source")?,
            language: column(row, "language")?,
            label: word(row, "tallies", "label")?,
        })
    });
    let mut rows = rows.collect::<Attempt<Vec<_>>>()?;
    rows.sort_unstable_by(|a, b| (a.voice, a.mention, &a.touchpoint).cmp(&(b.voice, b.mention, &b.touchpoint)));
    Ok(rows)
}
