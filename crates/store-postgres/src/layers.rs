//! The emotion layer of a map, one version per run.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use moodline_store::{HourRow, JoinedPeriod, LayerSet, LayerStore, Result, RollupRow, SegmentLayer, VoiceRow};
use moodline_types::{
    Change, Corrected, DayWindow, Layer, LayerNode, MapId, PersonaId, RunId, RunStatus, Segment, SourceId, StageId,
    TouchpointId,
};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    failure::Attempt,
    hours, joined, rollups,
    rows::{Db, ROWS_PER_INSERT, Row, column, corrupt, counts, emotion_counts, word, word_or_none},
    runs, voices,
};

/// How a node is written: level, stage, touchpoint.
pub(crate) fn parts(node: &LayerNode) -> (&'static str, Option<&str>, Option<&str>) {
    match node {
        LayerNode::Map => ("map", None, None),
        LayerNode::Stage(stage) => ("stage", Some(stage.as_str()), None),
        LayerNode::Touchpoint(stage, touchpoint) => ("touchpoint", Some(stage.as_str()), Some(touchpoint.as_str())),
    }
}

/// A layer with how its part of the mentions is written.
type Part<'a> = (&'a Layer, Option<(&'static str, String)>);

/// How a part of the mentions is written: kind, value.
fn segment_parts(segment: &Segment) -> (&'static str, String) {
    match segment {
        Segment::Persona(persona) => ("persona", persona.to_string()),
        Segment::Source(source) => ("source", source.to_string()),
        Segment::Language(language) => ("language", language.clone()),
        Segment::Hour(hour) => ("hour", hour.to_string()),
    }
}

async fn write(
    store: &PostgresStore,
    run: RunId,
    map: &MapId,
    layers: &[Layer],
    segments: &[SegmentLayer],
    summary: &str,
    now: DateTime<Utc>,
) -> Attempt<()> {
    let mut tx = store.write().await?;
    runs::close(&mut tx, run, RunStatus::Done, summary, now).await?;
    if let Some(layer) = layers.first() {
        runs::look_back(&mut tx, run, layer.window.to).await?;
    }
    let query = sqlx::query("DELETE FROM layers WHERE map = $1 AND run_id = $2").bind(map.as_str()).bind(run.0);
    query.execute(&mut *tx).await?;
    let all = layers.iter().map(|layer| (layer, None));
    let parts_of = segments.iter().map(|part| (&part.layer, Some(segment_parts(&part.segment))));
    let numbered: Vec<(i32, Part<'_>)> = (0..).zip(all.chain(parts_of)).collect();
    for chunk in numbered.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new(
            "INSERT INTO layers (map, run_id, ordinal, level, stage, touchpoint, persona, period, from_day, to_day, \
             positive, neutral, negative, mixed, unsure, n_effective, net, low, high, state, change_net, change_low, \
             change_high, perceived, target, segment_kind, segment, joy, anger, sadness, fear, surprise, disgust, calm, \
             corrected_negative, corrected_neutral, corrected_positive, corrected_low, corrected_high, \
             corrected_labels) ",
        );
        sql.push_values(chunk, |mut row, (ordinal, (layer, segment))| {
            let (level, stage, touchpoint) = parts(&layer.node);
            row.push_bind(map.as_str())
                .push_bind(run.0)
                .push_bind(*ordinal)
                .push_bind(level)
                .push_bind(stage)
                .push_bind(touchpoint)
                .push_bind(layer.persona.as_ref().map(PersonaId::as_str))
                .push_bind(layer.period.as_str())
                .push_bind(layer.window.from)
                .push_bind(layer.window.to)
                .push_bind(layer.counts.positive as i64)
                .push_bind(layer.counts.neutral as i64)
                .push_bind(layer.counts.negative as i64)
                .push_bind(layer.counts.mixed as i64)
                .push_bind(layer.counts.unsure as i64)
                .push_bind(layer.n_effective)
                .push_bind(layer.net)
                .push_bind(layer.low)
                .push_bind(layer.high)
                .push_bind(layer.state.as_str())
                .push_bind(layer.change.map(|change| change.net))
                .push_bind(layer.change.map(|change| change.low))
                .push_bind(layer.change.map(|change| change.high))
                .push_bind(layer.perceived)
                .push_bind(layer.target)
                .push_bind(segment.as_ref().map(|(kind, _)| *kind))
                .push_bind(segment.as_ref().map(|(_, value)| value.as_str()));
            for emotion in layer.emotions.to_array() {
                row.push_bind(emotion as i64);
            }
            row.push_bind(layer.corrected.map(|corrected| corrected.negative))
                .push_bind(layer.corrected.map(|corrected| corrected.neutral))
                .push_bind(layer.corrected.map(|corrected| corrected.positive))
                .push_bind(layer.corrected.map(|corrected| corrected.low))
                .push_bind(layer.corrected.map(|corrected| corrected.high))
                .push_bind(layer.corrected.map(|corrected| corrected.labels as i64));
        });
        sql.build().execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn read(store: &PostgresStore, map: &MapId, run: Option<RunId>) -> Attempt<Option<LayerSet>> {
    let query = match run {
        // Runs are numbered in time, so the newest is the highest that is done, and those that looked back come last;
        // `layers` is keyed by (map, run).
        None => sqlx::query(
            "SELECT runs.* FROM runs WHERE runs.status = 'done' AND runs.kind = 'layers' \
             AND EXISTS (SELECT 1 FROM layers l WHERE l.map = $1 AND l.run_id = runs.id) \
             ORDER BY runs.as_of IS NOT NULL, runs.as_of DESC, runs.id DESC LIMIT 1",
        )
        .bind(map.as_str()),
        Some(run) => sqlx::query(
            "SELECT runs.* FROM runs WHERE runs.status = 'done' AND runs.id = $2 \
             AND EXISTS (SELECT 1 FROM layers l WHERE l.map = $1 AND l.run_id = runs.id)",
        )
        .bind(map.as_str())
        .bind(run.0),
    };
    let Some(row) = query.fetch_optional(store.read()).await? else { return Ok(None) };
    let run = runs::stored(&row)?;
    let sql = "SELECT * FROM layers WHERE map = $1 AND run_id = $2 AND segment_kind IS NULL ORDER BY ordinal";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(run.id.0).fetch_all(store.read()).await?;
    let layers = rows.iter().map(stored).collect::<Attempt<Vec<_>>>()?;
    Ok(Some(LayerSet { run, layers }))
}

async fn read_segments(store: &PostgresStore, map: &MapId, run: RunId) -> Attempt<Vec<SegmentLayer>> {
    let sql = "SELECT layers.* FROM layers JOIN runs ON runs.id = layers.run_id WHERE layers.map = $1 \
               AND layers.run_id = $2 AND layers.segment_kind IS NOT NULL AND runs.status = 'done' ORDER BY ordinal";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(run.0).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok(SegmentLayer { segment: segment(row)?, layer: stored(row)? })).collect()
}

fn segment(row: &Row) -> Attempt<Segment> {
    let value: &str = column(row, "segment")?;
    let bad = |error: String| corrupt("layers", "segment", error);
    match column::<&str>(row, "segment_kind")? {
        "persona" => {
            value.parse().map(Segment::Persona).map_err(|error: moodline_types::IdError| bad(error.to_string()))
        }
        "source" => Ok(Segment::Source(word::<SourceId>(row, "layers", "segment")?)),
        "language" => Ok(Segment::Language(value.to_owned())),
        "hour" => value.parse().map(Segment::Hour).map_err(|_| bad(format!("`{value}` is no hour"))),
        kind => Err(corrupt("layers", "segment_kind", format!("`{kind}` is no part of mentions"))),
    }
}

/// The newest finished run that drew the map as of `day` or before. A run's first layer is that of the whole map.
async fn run_as_of(store: &PostgresStore, map: &MapId, day: NaiveDate) -> Attempt<Option<RunId>> {
    let sql = "SELECT l.run_id FROM layers l JOIN runs ON runs.id = l.run_id WHERE l.map = $1 AND l.ordinal = 0 \
               AND l.to_day <= $2 AND runs.status = 'done' ORDER BY l.to_day DESC, l.run_id DESC LIMIT 1";
    let query = sqlx::query_scalar(sql).bind(map.as_str()).bind(day);
    Ok(query.fetch_optional(store.read()).await?.map(RunId))
}

fn corrected(row: &Row) -> Attempt<Option<Corrected>> {
    let Some(labels) = column::<Option<i64>>(row, "corrected_labels")? else { return Ok(None) };
    Ok(Some(Corrected {
        negative: column(row, "corrected_negative")?,
        neutral: column(row, "corrected_neutral")?,
        positive: column(row, "corrected_positive")?,
        low: column(row, "corrected_low")?,
        high: column(row, "corrected_high")?,
        labels: u64::try_from(labels).unwrap_or(0),
    }))
}

fn stored(row: &Row) -> Attempt<Layer> {
    let change: (Option<f64>, Option<f64>, Option<f64>) =
        (column(row, "change_net")?, column(row, "change_low")?, column(row, "change_high")?);
    Ok(Layer {
        node: node(row)?,
        persona: word_or_none(row, "layers", "persona")?,
        period: word(row, "layers", "period")?,
        window: DayWindow { from: column(row, "from_day")?, to: column(row, "to_day")? },
        counts: counts(row)?,
        n_effective: column(row, "n_effective")?,
        emotions: emotion_counts(row)?,
        net: column(row, "net")?,
        low: column(row, "low")?,
        high: column(row, "high")?,
        state: word(row, "layers", "state")?,
        change: match change {
            (Some(net), Some(low), Some(high)) => Some(Change { net, low, high }),
            _ => None,
        },
        corrected: corrected(row)?,
        perceived: column(row, "perceived")?,
        target: column(row, "target")?,
    })
}

fn node(row: &Row) -> Attempt<LayerNode> {
    let stage: Option<StageId> = word_or_none(row, "layers", "stage")?;
    let touchpoint: Option<TouchpointId> = word_or_none(row, "layers", "touchpoint")?;
    let level: String = column(row, "level")?;
    match (level.as_str(), stage, touchpoint) {
        ("map", _, _) => Ok(LayerNode::Map),
        ("stage", Some(stage), _) => Ok(LayerNode::Stage(stage)),
        ("touchpoint", Some(stage), Some(touchpoint)) => Ok(LayerNode::Touchpoint(stage, touchpoint)),
        _ => Err(corrupt("layers", "level", format!("a `{level}` without its place"))),
    }
}

#[async_trait]
impl LayerStore for PostgresStore {
    async fn rollups(&self, map: &MapId, window: DayWindow) -> Result<Vec<RollupRow>> {
        self.told("read rollups", rollups::within(self, map, window).await)
    }

    async fn last_days(&self, map: &MapId) -> Result<Vec<(TouchpointId, NaiveDate)>> {
        self.told("read the last days of touchpoints", rollups::last_days(self, map).await)
    }

    async fn voices(&self, map: &MapId, window: DayWindow) -> Result<Vec<VoiceRow>> {
        self.told("read who spoke more than once", voices::within(self, map, window).await)
    }

    async fn tally_changes(&self, map: &MapId, window: DayWindow) -> Result<Vec<(NaiveDate, u64)>> {
        self.told("read which days have changed", joined::changes(self, map, window).await)
    }

    async fn joined_periods(&self, map: &MapId, shape: &str) -> Result<Vec<JoinedPeriod>> {
        self.told("read joined weeks and months", joined::periods(self, map, shape).await)
    }

    async fn keep_joined_periods(
        &self,
        map: &MapId,
        shape: &str,
        since: NaiveDate,
        periods: &[JoinedPeriod],
    ) -> Result<()> {
        self.told("keep joined weeks and months", joined::keep(self, map, shape, since, periods).await)
    }

    async fn hours(&self, map: &MapId, window: DayWindow) -> Result<Vec<HourRow>> {
        self.told("count mentions by hour", hours::within(self, map, window).await)
    }

    async fn write_layers(
        &self,
        run: RunId,
        map: &MapId,
        layers: &[Layer],
        segments: &[SegmentLayer],
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.told("store layers", write(self, run, map, layers, segments, summary, now).await)
    }

    async fn layers(&self, map: &MapId, run: Option<RunId>) -> Result<Option<LayerSet>> {
        self.told("read layers", read(self, map, run).await)
    }

    async fn segments(&self, map: &MapId, run: RunId) -> Result<Vec<SegmentLayer>> {
        self.told("read layers of parts", read_segments(self, map, run).await)
    }

    async fn run_as_of(&self, map: &MapId, day: NaiveDate) -> Result<Option<RunId>> {
        self.told("find the run of a day", run_as_of(self, map, day).await)
    }
}
