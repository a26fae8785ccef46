//! Mentions by the hour they were posted in, for maps that tell the time of day.

use moodline_store::HourRow;
use moodline_types::{DayWindow, MapId};

use crate::{
    SqliteStore,
    failure::Attempt,
    rows::{column, corrupt, counts, emotion_counts, word},
};

/// The mentions at touchpoints on days in `window` by their hour.
pub(crate) async fn within(store: &SqliteStore, map: &MapId, window: DayWindow) -> Attempt<Vec<HourRow>> {
    let sql = "SELECT touchpoint, day, hour, source, \
               count(*) FILTER (WHERE label = 'positive') AS positive, count(*) FILTER (WHERE label = 'neutral') AS neutral, \
               count(*) FILTER (WHERE label = 'negative') AS negative, count(*) FILTER (WHERE label = 'mixed') AS mixed, \
               count(*) FILTER (WHERE label = 'unsure') AS unsure, \
               count(*) FILTER (WHERE label <> 'unsure' AND emotion = 'joy') AS joy, \
               count(*) FILTER (WHERE label <> 'unsure' AND emotion = 'anger') AS anger, \
               count(*) FILTER (WHERE label <> 'unsure' AND emotion = 'sadness') AS sadness, \
               count(*) FILTER (WHERE label <> 'unsure' AND emotion = 'fear') AS fear, \
               count(*) FILTER (WHERE label <> 'unsure' AND emotion = 'surprise') AS surprise, \
               count(*) FILTER (WHERE label <> 'unsure' AND emotion = 'disgust') AS disgust, \
               count(*) FILTER (WHERE label <> 'unsure' AND emotion = 'neutral') AS calm \
               FROM tallies WHERE map = $1 AND day BETWEEN $2 AND $3 AND hour IS NOT NULL AND touchpoint <> '' \
               GROUP BY touchpoint, day, hour, source ORDER BY day, hour, touchpoint, source";
    let query = sqlx::query(sql).bind(map.as_str()).bind(window.from).bind(window.to);
    let rows = query.fetch_all(store.read()).await?;
    let row = |row| {
        let hour: i32 = column(row, "hour")?;
        Ok(HourRow {
            touchpoint: word(row, "tallies", "touchpoint")?,
            day: column(row, "day")?,
            hour: u8::try_from(hour)
                .ok()
                .filter(|hour| *hour < 24)
                .ok_or_else(|| corrupt("tallies", "hour", format!("{hour} is no hour of a day")))?,
            source: word(row, "tallies", "source")?,
            counts: counts(row)?,
            emotions: emotion_counts(row)?,
        })
    };
    rows.iter().map(row).collect()
}
