//! `moodline audit`: who did what.

use anyhow::Result;
use moodline_api::{ask::journal, body::Act};

use super::Context;
use crate::{
    cli::{AuditArgs, ShowFormat},
    output::Output,
};

pub(super) async fn run(args: AuditArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let acts = journal::acts(app.store.as_ref(), args.action.as_deref(), args.limit).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        out.json(&acts)?;
        return Ok(out.flush()?);
    }
    let mut table = out.new_table(&["When (UTC)", "Who", "Did", "To", "How"]);
    for Act { at, actor, action, subject, detail, .. } in acts {
        table.add_row([at.format("%Y-%m-%d %H:%M:%S").to_string(), actor, action, subject, detail]);
    }
    out.table(&table)?;
    Ok(out.flush()?)
}
