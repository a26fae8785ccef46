//! `moodline work`: what could not be done, and doing it again.

use anyhow::Result;
use moodline_store::WorkKind;

use super::Context;
use crate::{
    cli::WorkCommand,
    output::{Output, shorten},
    wire::App,
};

pub(super) async fn run(command: WorkCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let mut out = Output::new();
    match command {
        WorkCommand::List { limit } => list(&app, limit, &mut out).await?,
        WorkCommand::Retry { actor } => {
            let mut again = 0;
            for (kind, target) in queues(&app).await? {
                again += app.store.retry_set_aside(kind, &target).await?;
            }
            app.record(actor, "retry", "work set aside", format!("{again} mentions")).await?;
            out.line(format!("{again} mentions that had been set aside are tried again"))?;
        }
    }
    Ok(out.flush()?)
}

async fn list(app: &App, limit: u32, out: &mut Output) -> Result<()> {
    let mut table = out.new_table(&["Step", "For", "Mention", "Source", "Error"]);
    let mut rows = 0;
    for (kind, target) in queues(app).await? {
        let aside = app.store.set_aside(kind, &target, limit).await?;
        let ids: Vec<_> = aside.iter().map(|(id, _)| *id).collect();
        let mentions = app.store.mentions(&ids).await?;
        for (id, error) in aside {
            let from = mentions.iter().find(|mention| mention.id == id);
            let from = from.map(|mention| format!("{}/{}", mention.source, shorten(&mention.external_id, 30)));
            table.add_row([
                kind.as_str().to_owned(),
                target.clone(),
                id.to_string(),
                from.unwrap_or_default(),
                shorten(&error, 80),
            ]);
            rows += 1;
        }
    }
    if rows == 0 {
        out.line("nothing was set aside")?;
        return Ok(());
    }
    out.table(&table)?;
    out.line("`moodline work retry` puts all of it back into the queues")?;
    Ok(())
}

/// Every queue there is: one per model, one per map in use.
pub(crate) async fn queues(app: &App) -> Result<Vec<(WorkKind, String)>> {
    let models = app.store.models().await?.into_iter().map(|model| (WorkKind::Enrich, model.record.id.to_string()));
    let maps = app.store.maps().await?.into_iter().map(|map| (WorkKind::Assign, map.id.to_string()));
    Ok(models.chain(maps).collect())
}
