//! `moodline runs`: the journal of what ran.

use anyhow::Result;
use moodline_api::ask::journal;

use super::Context;
use crate::{
    cli::{RunsArgs, ShowFormat},
    output::{Output, number, shorten},
};

pub(super) async fn run(args: &RunsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let runs = journal::runs(app.store.as_ref(), args.kind, args.limit).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        out.json(&runs)?;
        return Ok(out.flush()?);
    }
    let mut table = out.new_table(&["Run", "Step", "Of", "Status", "Began (UTC)", "Took", "What it did"]);
    for run in runs {
        let took = run.finished_at.map(|end| format!("{} s", (end - run.started_at).num_seconds()));
        table.add_row([
            number(run.id),
            comfy_table::Cell::new(run.kind),
            comfy_table::Cell::new(run.subject),
            comfy_table::Cell::new(run.status),
            comfy_table::Cell::new(run.started_at.format("%Y-%m-%d %H:%M:%S")),
            number(took.unwrap_or_default()),
            comfy_table::Cell::new(shorten(run.summary.as_deref().unwrap_or_default(), 80)),
        ]);
    }
    out.table(&table)?;
    Ok(out.flush()?)
}
