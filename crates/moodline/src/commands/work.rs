//! `moodline work`: what could not be done, and doing it again.

use anyhow::Result;
use moodline_store::WorkKind;
use moodline_types::{MentionId, SourceId, counted};
use serde::Serialize;
use serde_json::json;

use super::Context;
use crate::{
    cli::{ShowFormat, WorkCommand},
    output::{Output, shorten},
    wire::App,
};

pub(super) async fn run(command: WorkCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let mut out = Output::new();
    match command {
        WorkCommand::List { limit, format } => list(&app, limit, format, &mut out).await?,
        WorkCommand::Retry { actor, format } => {
            let mut again = 0;
            for (kind, target) in queues(&app).await? {
                again += app.store.retry_set_aside(kind, &target).await?;
            }
            let mentions = counted(again, "mention");
            app.record(actor, "retry", "work set aside", mentions.clone()).await?;
            match format {
                ShowFormat::Json => out.json(&json!({ "retried": again }))?,
                ShowFormat::Table => out.line(format!("{mentions} set aside before will be tried again"))?,
            }
        }
    }
    Ok(out.flush()?)
}

/// A mention that could not be judged or placed.
#[derive(Debug, Serialize)]
struct SetAside {
    /// `enrich` or `assign`.
    step: &'static str,
    /// The model or map.
    target: String,
    mention: MentionId,
    /// `None` where it is gone meanwhile, like the one below.
    source: Option<SourceId>,
    external_id: Option<String>,
    error: String,
}

async fn list(app: &App, limit: u32, format: ShowFormat, out: &mut Output) -> Result<()> {
    let mut rows = Vec::new();
    for (kind, target) in queues(app).await? {
        let aside = app.store.set_aside(kind, &target, limit).await?;
        let ids: Vec<_> = aside.iter().map(|(id, _)| *id).collect();
        let mentions = app.store.mentions(&ids).await?;
        for (mention, error) in aside {
            let from = mentions.iter().find(|known| known.id == mention);
            rows.push(SetAside {
                step: kind.as_str(),
                target: target.clone(),
                mention,
                source: from.map(|known| known.source.clone()),
                external_id: from.map(|known| known.external_id.clone()),
                error,
            });
        }
    }
    if format == ShowFormat::Json {
        return Ok(out.json(&rows)?);
    }
    if rows.is_empty() {
        out.line("nothing was set aside")?;
        return Ok(());
    }
    let mut table = out.new_table(&["Step", "For", "Mention", "Source", "Error"]);
    for SetAside { step, target, mention, source, external_id, error } in rows {
        let from = source.zip(external_id).map(|(source, id)| format!("{source}/{}", shorten(&id, 30)));
        table.add_row([step.to_owned(), target, mention.to_string(), from.unwrap_or_default(), shorten(&error, 80)]);
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
