//! Texts that are too old to keep.

use anyhow::Result;
use chrono::TimeDelta;
use moodline_types::Clock;

use crate::wire::App;

/// Mentions whose texts are dropped in one transaction.
const RETAIN_BATCH: u32 = 1000;

/// Drops the texts that are older than the settings want to keep them; how many mentions that were.
pub(crate) async fn retain(app: &App) -> Result<u64> {
    let privacy = &app.loaded.settings.privacy;
    if privacy.keep_text.is_none() && privacy.keep_text_of.is_empty() {
        return Ok(0);
    }
    let Some(_turn) = app.store.take_job("retain").await? else { return Ok(0) };
    let mut dropped = 0;
    for state in app.store.source_states().await? {
        let Some(kept) = privacy.keep_text_of.get(&state.source).copied().or(privacy.keep_text) else { continue };
        let Some(before) =
            TimeDelta::from_std(kept.duration()).ok().and_then(|age| app.clock.now().checked_sub_signed(age))
        else {
            continue;
        };
        loop {
            let batch = app.store.drop_texts(&state.source, before, RETAIN_BATCH, app.clock.now()).await?;
            dropped += batch;
            if batch < u64::from(RETAIN_BATCH) || app.drain.is_stopping() {
                break;
            }
        }
    }
    Ok(dropped)
}
