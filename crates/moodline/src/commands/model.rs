//! `moodline model`: which models have judged mentions, whose opinions count, and letting go of one.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use moodline_model::{ClassNames, ModelProfile, describe_classifier};
use moodline_store::{Adoption, Forgetting, ModelState, WorkKind};
use moodline_types::{Clock, ModelId, counted};
use serde_json::json;

use super::{Context, draw, place, steps::judge_beside};
use crate::{
    cli::{AddArgs, AdoptArgs, ForgetArgs, ModelCommand, ModelListArgs, ShowFormat},
    output::{Output, number},
    wire::App,
};

pub(super) async fn run(command: ModelCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    match command {
        ModelCommand::List(args) => list(&args, &app).await,
        ModelCommand::Add(args) => add(args, &app).await,
        ModelCommand::Adopt(args) => adopt(&args, &app).await,
        ModelCommand::Forget(args) => forget(&args, &app).await,
    }
}

async fn list(args: &ModelListArgs, app: &App) -> Result<()> {
    let mut rows = Vec::new();
    for state in app.store.models().await? {
        let backlog = app.store.backlog(WorkKind::Enrich, state.record.id.as_str(), app.clock.now()).await?;
        rows.push((state, backlog));
    }
    let settings = app.settings_model().map(|folder| folder.display().to_string());
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        let models: Vec<_> = rows
            .iter()
            .map(|(state, backlog)| {
                json!({"model": state.record.id, "engine": state.engine, "counts": state.is_adopted,
                       "adopted_at": state.adopted_at, "registered_at": state.registered_at,
                       "mentions": state.mentions, "opinions": state.opinions,
                       "waiting": backlog.ready + backlog.leased, "set_aside": backlog.set_aside,
                       "folder": state.folder})
            })
            .collect();
        serde_json::to_writer_pretty(&mut out, &json!({"models": models, "settings_folder": settings.ok()}))?;
        out.gap()?;
        return Ok(out.flush()?);
    }
    let headings = ["Model", "Counts", "Adopted", "Mentions", "Opinions", "Waiting", "Set aside", "Engine", "Folder"];
    let mut table = out.new_table(&headings);
    for (state, backlog) in &rows {
        let adopted = state.adopted_at.map(|at| at.format("%Y-%m-%d %H:%M").to_string());
        table.add_row([
            comfy_table::Cell::new(&state.record.id),
            comfy_table::Cell::new(if state.is_adopted { "yes" } else { "" }),
            comfy_table::Cell::new(adopted.unwrap_or_default()),
            number(state.mentions),
            number(state.opinions),
            number(backlog.ready + backlog.leased),
            number(backlog.set_aside),
            comfy_table::Cell::new(state.engine.as_deref().unwrap_or("")),
            comfy_table::Cell::new(state.folder.as_deref().unwrap_or("")),
        ]);
    }
    if rows.is_empty() {
        out.line("no model has judged anything yet; `moodline enrich` does")?;
    } else {
        out.table(&table)?;
    }
    out.line(match settings {
        Ok(folder) => format!("the settings' model: {folder}"),
        Err(error) => format!("the settings' model: {error}"),
    })?;
    Ok(out.flush()?)
}

/// Checks a folder, tries its model and makes it known. Where its classifier has no manifest, one is written.
async fn add(args: AddArgs, app: &App) -> Result<()> {
    let AddArgs { folder, id, negative, neutral, positive, actor } = args;
    let folder = std::fs::canonicalize(&folder).with_context(|| format!("could not find {}", folder.display()))?;
    let classes = ClassNames { negative, neutral, positive };
    let mut out = Output::new();
    if folder.join("manifest.json").is_file() {
        if id.is_some() || classes != ClassNames::default() {
            bail!("{} has a manifest.json, which says its id and classes", folder.display());
        }
    } else {
        let id = id.map_or_else(|| id_of_folder(&folder), Ok)?;
        let place = folder.clone();
        tokio::task::spawn_blocking(move || describe_classifier(&place, &id, &classes))
            .await
            .context("the thread that tries the model ended unexpectedly")?
            .context("the model cannot be used")?;
        out.line(format!("wrote {}", folder.join("manifest.json").display()))?;
    }
    let model = app.model_tried(folder).await?;
    let ModelProfile { id, engine, folder, .. } = model.profile();
    app.store.register_model(&model.record(), app.clock.now()).await?;
    app.store.locate_model(id, engine, &folder.display().to_string()).await?;
    app.record(actor, "add-model", &format!("model {id}"), format!("from {}", folder.display())).await?;
    let waiting = app.store.backlog(WorkKind::Enrich, id.as_str(), app.clock.now()).await?.ready;
    out.line(format!(
        "{id} is known: engine {engine}, its files and its self-test are sound, {} waiting",
        counted(waiting, "mention")
    ))?;
    let counts = app.store.adopted_model().await?.is_some_and(|adopted| adopted.id == *id);
    out.line(if counts {
        "its opinions are those that count; `moodline refresh` judges and draws".to_owned()
    } else {
        format!("`moodline enrich --model {id}` judges with it, `moodline model adopt {id}` makes its opinions count")
    })?;
    Ok(out.flush()?)
}

/// An id from the name of a folder.
fn id_of_folder(folder: &Path) -> Result<ModelId> {
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    name.parse().with_context(|| format!("{name:?} cannot be a model's id; `--id` names one"))
}

/// Judges what the model has not judged, makes its opinions count, places them and draws. Killed at any point, it is
/// run again, or `moodline refresh` goes on from where it was.
async fn adopt(args: &AdoptArgs, app: &App) -> Result<()> {
    let id = &args.model;
    app.register_maps().await?;
    known(app, id).await?;
    let mut out = Output::new();
    if let Some(judged) = catch_up(app, args).await? {
        out.line(format!("enrich  {judged}"))?;
    }
    match app.store.adopt_model(id, &args.actor, app.clock.now()).await? {
        Adoption::Unchanged => out.line(format!("the opinions of {id} count already"))?,
        Adoption::Adopted { before } => {
            out.line(format!("the opinions of {id} count"))?;
            if let Some(before) = before {
                out.line(format!("`moodline model adopt {before}` undoes it"))?;
            }
        }
    }
    for map in app.map_ids(&[]).await? {
        out.line(format!("assign  {map}: {}", place(app, &map).await?))?;
        if app.drain.is_stopping() {
            out.flush()?;
            bail!("stopped before the layers of {map}; `moodline refresh` goes on");
        }
        out.line(format!("layers  {map}: {}", draw(app, &map, None).await?))?;
    }
    Ok(out.flush()?)
}

/// Judges what waits for the model and embeds the maps' texts, so that nothing stops counting by adopting it.
async fn catch_up(app: &App, args: &AdoptArgs) -> Result<Option<String>> {
    let id = &args.model;
    let left = async || -> Result<(u64, bool)> {
        let backlog = app.store.backlog(WorkKind::Enrich, id.as_str(), app.clock.now()).await?;
        Ok((backlog.ready + backlog.leased, !app.store.pending_texts(id, 1).await?.is_empty()))
    };
    let (waiting, texts) = left().await?;
    if waiting == 0 && !texts {
        return Ok(None);
    }
    let judged = match app.model_named(id.as_str()).await {
        Ok(model) => Some(judge_beside(app, &model).await?.to_string()),
        Err(_) if args.partial && !texts => None,
        Err(error) => {
            let context = if texts {
                format!("texts of the maps have no vectors of {id} yet, so nothing was adopted")
            } else {
                format!(
                    "{} without opinions of {id} would count nowhere, so nothing was adopted; `--partial` adopts it all \
                     the same",
                    counted(waiting, "mention")
                )
            };
            return Err(error).context(context);
        }
    };
    let (waiting, _) = left().await?;
    if waiting > 0 && !args.partial {
        bail!("{} without opinions of {id}: nothing was adopted, run it again to go on", counted(waiting, "mention"));
    }
    Ok(judged)
}

async fn forget(args: &ForgetArgs, app: &App) -> Result<()> {
    let id = &args.model;
    known(app, id).await?;
    match app.store.forget_model(id, &args.actor, app.clock.now()).await? {
        Forgetting::StillCounts => bail!("the opinions of {id} count: adopt another model first; nothing was deleted"),
        Forgetting::Gone { opinions } => {
            let mut out = Output::new();
            out.line(format!("{id} is forgotten, with its {}", counted(opinions, "opinion")))?;
            Ok(out.flush()?)
        }
    }
}

/// The state of a model of the database; an error that names those there are.
pub(super) async fn known(app: &App, id: &ModelId) -> Result<ModelState> {
    let mut models = app.store.models().await?;
    if let Some(at) = models.iter().position(|state| state.record.id == *id) {
        return Ok(models.swap_remove(at));
    }
    let names: Vec<&str> = models.iter().map(|state| state.record.id.as_str()).collect();
    let there = if names.is_empty() { "none yet".to_owned() } else { names.join(", ") };
    bail!("model {id} has judged nothing here; those that have: {there}. `moodline enrich --model {id}` judges with it")
}
