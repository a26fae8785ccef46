//! The emotion layer of a map, one version per run.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use moodline_store::{LayerSet, LayerStore, Result, RollupRow};
use moodline_types::{Change, DayWindow, Layer, LayerNode, MapId, PersonaId, RunId, RunStatus, StageId, TouchpointId};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    failure::Attempt,
    rollups,
    rows::{Db, ROWS_PER_INSERT, Row, column, corrupt, counts, word, word_or_none},
    runs,
};

/// How a node is written: level, stage, touchpoint.
fn parts(node: &LayerNode) -> (&'static str, Option<&str>, Option<&str>) {
    match node {
        LayerNode::Map => ("map", None, None),
        LayerNode::Stage(stage) => ("stage", Some(stage.as_str()), None),
        LayerNode::Touchpoint(stage, touchpoint) => ("touchpoint", Some(stage.as_str()), Some(touchpoint.as_str())),
    }
}

async fn write(
    store: &PostgresStore,
    run: RunId,
    map: &MapId,
    layers: &[Layer],
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
    let numbered: Vec<(i32, &Layer)> = (0..).zip(layers).collect();
    for chunk in numbered.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new(
            "INSERT INTO layers (map, run_id, ordinal, level, stage, touchpoint, persona, period, from_day, to_day, \
             positive, neutral, negative, mixed, unsure, n_effective, net, low, high, state, change_net, change_low, \
             change_high, perceived, target) ",
        );
        sql.push_values(chunk, |mut row, (ordinal, layer)| {
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
                .push_bind(layer.target);
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
    let sql = "SELECT * FROM layers WHERE map = $1 AND run_id = $2 ORDER BY ordinal";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(run.id.0).fetch_all(store.read()).await?;
    let layers = rows.iter().map(stored).collect::<Attempt<Vec<_>>>()?;
    Ok(Some(LayerSet { run, layers }))
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
        net: column(row, "net")?,
        low: column(row, "low")?,
        high: column(row, "high")?,
        state: word(row, "layers", "state")?,
        change: match change {
            (Some(net), Some(low), Some(high)) => Some(Change { net, low, high }),
            _ => None,
        },
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

    async fn write_layers(
        &self,
        run: RunId,
        map: &MapId,
        layers: &[Layer],
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.told("store layers", write(self, run, map, layers, summary, now).await)
    }

    async fn layers(&self, map: &MapId, run: Option<RunId>) -> Result<Option<LayerSet>> {
        self.told("read layers", read(self, map, run).await)
    }
}
