//! `moodline audit`: who did what.

use anyhow::Result;
use serde_json::json;

use super::Context;
use crate::{
    cli::{AuditArgs, ShowFormat},
    output::Output,
};

pub(super) async fn run(args: AuditArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let acts = app.store.acts(args.action.as_deref(), args.limit).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        let rows = acts.iter().map(|act| {
            let moodline_store::NewAct { actor, action, subject, detail } = &act.act;
            json!({"id": act.id, "at": act.at, "actor": actor, "action": action, "subject": subject, "detail": detail})
        });
        out.line(serde_json::to_string_pretty(&rows.collect::<Vec<_>>())?)?;
        return Ok(out.flush()?);
    }
    let mut table = out.new_table(&["When (UTC)", "Who", "Did", "To", "How"]);
    for act in acts {
        let moodline_store::NewAct { actor, action, subject, detail } = act.act;
        table.add_row([act.at.format("%Y-%m-%d %H:%M:%S").to_string(), actor, action, subject, detail]);
    }
    out.table(&table)?;
    Ok(out.flush()?)
}
