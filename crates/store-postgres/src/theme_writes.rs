//! Writing what a run found.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use moodline_store::{NewTheme, TouchpointThemes};
use moodline_types::{DayWindow, MapId, RunId, RunStatus, ThemedTouchpoint, TouchpointId};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, list},
    runs, themes,
};

/// Writes the themes of a run and closes it.
pub(crate) async fn write(
    store: &PostgresStore,
    run: RunId,
    map: &MapId,
    window: DayWindow,
    touchpoints: &[TouchpointThemes],
    summary: &str,
    now: DateTime<Utc>,
) -> Attempt<()> {
    let mut tx = store.write().await?;
    runs::close(&mut tx, run, RunStatus::Done, summary, now).await?;
    let mut ordinal = 0;
    for (place, touchpoint) in (0_i32..).zip(touchpoints) {
        write_touchpoint(&mut tx, run, map, window, place, &touchpoint.touchpoint).await?;
        let mut ids = Vec::with_capacity(touchpoint.themes.len());
        for theme in &touchpoint.themes {
            ids.push(remember(&mut tx, map, &touchpoint.touchpoint.place.1, theme, now).await?);
        }
        for (id, theme) in ids.iter().zip(&touchpoint.themes) {
            write_version(&mut tx, run, map, ordinal, *id, touchpoint, theme).await?;
            ordinal += 1;
        }
        write_voices(&mut tx, map, touchpoint, &ids).await?;
    }
    forget_others(&mut tx, map, touchpoints).await?;
    Ok(tx.commit().await?)
}

async fn write_touchpoint(
    tx: &mut Tx,
    run: RunId,
    map: &MapId,
    window: DayWindow,
    ordinal: i32,
    touchpoint: &ThemedTouchpoint,
) -> Attempt<()> {
    let sql = "INSERT INTO theme_touchpoints (map, run_id, ordinal, stage, touchpoint, from_day, to_day, mentions, impact, \
               impact_low, impact_high, opinions, sampled) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let query = sqlx::query(sql)
        .bind(map.as_str())
        .bind(run.0)
        .bind(ordinal)
        .bind(touchpoint.place.0.as_str())
        .bind(touchpoint.place.1.as_str())
        .bind(window.from)
        .bind(window.to)
        .bind(touchpoint.mentions as i64)
        .bind(touchpoint.impact.map(|impact| impact.value))
        .bind(touchpoint.impact.map(|impact| impact.low))
        .bind(touchpoint.impact.map(|impact| impact.high))
        .bind(touchpoint.opinions as i64)
        .bind(touchpoint.sampled as i64);
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Makes a theme known, or notes how it looks now.
async fn remember(
    tx: &mut Tx,
    map: &MapId,
    touchpoint: &TouchpointId,
    theme: &NewTheme,
    now: DateTime<Utc>,
) -> Attempt<i64> {
    if let Some(id) = theme.id {
        let sql = "UPDATE themes SET terms = $2, centre = $3, last_seen_ms = $4 WHERE id = $1";
        let query = sqlx::query(sql).bind(id.0).bind(themes::json(&theme.terms)).bind(theme.centre.to_bytes());
        query.bind(now.timestamp_millis()).execute(&mut **tx).await?;
        return Ok(id.0);
    }
    let sql = "INSERT INTO themes (map, touchpoint, kind, terms, centre, first_seen_ms, last_seen_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id";
    let query = sqlx::query_scalar(sql)
        .bind(map.as_str())
        .bind(touchpoint.as_str())
        .bind(theme.kind.as_str())
        .bind(themes::json(&theme.terms))
        .bind(theme.centre.to_bytes())
        .bind(now.timestamp_millis());
    Ok(query.fetch_one(&mut **tx).await?)
}

async fn write_version(
    tx: &mut Tx,
    run: RunId,
    map: &MapId,
    ordinal: i32,
    id: i64,
    touchpoint: &TouchpointThemes,
    theme: &NewTheme,
) -> Attempt<()> {
    let sql = "INSERT INTO theme_versions (map, run_id, ordinal, theme_id, stage, touchpoint, kind, terms, quotes, mentions, \
               mentions_before, share, change_share, change_low, change_high, emotion, impact, impact_low, impact_high) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
    let (stage, name) = &touchpoint.touchpoint.place;
    let quotes: Vec<i64> = theme.quotes.iter().map(|quote| quote.0).collect();
    let query = sqlx::query(sql)
        .bind(map.as_str())
        .bind(run.0)
        .bind(ordinal)
        .bind(id)
        .bind(stage.as_str())
        .bind(name.as_str())
        .bind(theme.kind.as_str())
        .bind(themes::json(&theme.terms))
        .bind(themes::json(&quotes))
        .bind(theme.mentions as i64)
        .bind(theme.mentions_before as i64)
        .bind(theme.share)
        .bind(theme.share_change.map(|change| change.value))
        .bind(theme.share_change.map(|change| change.low))
        .bind(theme.share_change.map(|change| change.high))
        .bind(theme.emotion.as_str())
        .bind(theme.impact.map(|impact| impact.value))
        .bind(theme.impact.map(|impact| impact.low))
        .bind(theme.impact.map(|impact| impact.high));
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Replaces the voices of a touchpoint and its mark, where it was clustered anew.
async fn write_voices(tx: &mut Tx, map: &MapId, touchpoint: &TouchpointThemes, themes: &[i64]) -> Attempt<()> {
    let Some(clustering) = &touchpoint.clustering else { return Ok(()) };
    let name = touchpoint.touchpoint.place.1.as_str();
    let sql = "DELETE FROM theme_mentions WHERE map = $1 AND touchpoint = $2";
    sqlx::query(sql).bind(map.as_str()).bind(name).execute(&mut **tx).await?;
    // What was judged anew meanwhile is gone; the next run sees it under its new id.
    let ids: Vec<i64> = clustering.voices.iter().map(|voice| voice.opinion.0).collect();
    let sql = "SELECT id FROM opinions WHERE id = ANY($1)";
    let there: Vec<i64> = sqlx::query_scalar(sql).bind(list(&ids)).fetch_all(&mut **tx).await?;
    let there: HashSet<i64> = there.into_iter().collect();
    let voices: Vec<_> = clustering.voices.iter().filter(|voice| there.contains(&voice.opinion.0)).collect();
    for chunk in voices.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new(
            "INSERT INTO theme_mentions (map, opinion_id, mention_id, touchpoint, kind, theme_id, centrality) ",
        );
        sql.push_values(chunk, |mut row, voice| {
            row.push_bind(map.as_str())
                .push_bind(voice.opinion.0)
                .push_bind(voice.mention.0)
                .push_bind(name)
                .push_bind(voice.kind.as_str())
                .push_bind(voice.theme.and_then(|place| themes.get(place)).copied())
                .push_bind(voice.centrality);
        });
        // An opinion that moved here is still known at the touchpoint it left, if that comes later.
        sql.push(
            " ON CONFLICT (map, opinion_id) DO UPDATE SET touchpoint = excluded.touchpoint, kind = excluded.kind, \
             theme_id = excluded.theme_id, centrality = excluded.centrality",
        );
        sql.build().execute(&mut **tx).await?;
    }
    let sql = "INSERT INTO theme_marks (map, touchpoint, mark) VALUES ($1, $2, $3) \
               ON CONFLICT (map, touchpoint) DO UPDATE SET mark = excluded.mark";
    sqlx::query(sql).bind(map.as_str()).bind(name).bind(&clustering.mark).execute(&mut **tx).await?;
    Ok(())
}

/// Voices and marks of touchpoints that the map no longer has.
async fn forget_others(tx: &mut Tx, map: &MapId, touchpoints: &[TouchpointThemes]) -> Attempt<()> {
    let names: Vec<String> = touchpoints.iter().map(|themes| themes.touchpoint.place.1.to_string()).collect();
    for sql in [
        "DELETE FROM theme_mentions WHERE map = $1 AND touchpoint <> ALL($2)",
        "DELETE FROM theme_marks WHERE map = $1 AND touchpoint <> ALL($2)",
    ] {
        sqlx::query(sql).bind(map.as_str()).bind(&names).execute(&mut **tx).await?;
    }
    Ok(())
}
