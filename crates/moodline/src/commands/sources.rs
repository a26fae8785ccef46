//! `moodline sources`: how each source stands, and what of it could not be read.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{DateTime, Utc};
use moodline_api::{ask::journal, body::Source};
use moodline_ingest::{Health, health, rate_per_day};
use moodline_store::SourceState;
use moodline_types::{Clock, SourceId, counted};

use super::{Context, feeds, source_test, steps::count};
use crate::{
    cli::{ShowFormat, SourcesAction, SourcesArgs},
    output::{Output, number, shorten},
    wire::App,
};

/// Rejected rows shown at most.
const ROWS: u32 = 200;

pub(super) async fn run(args: SourcesArgs, context: &Context) -> Result<()> {
    if let Some(SourcesAction::Import { file }) = &args.action {
        return feeds::import(file, &context.settings(false)?);
    }
    let app = context.app().await?;
    match &args.action {
        Some(SourcesAction::Test(args)) => return source_test::run(&args.source, &app).await,
        Some(SourcesAction::Discover { address }) => return feeds::find(address, &app.http()?).await,
        Some(SourcesAction::Dropped { source, format }) => return dropped(source, *format, &app).await,
        Some(SourcesAction::Rename { old, new, actor }) => return rename(old, new, actor, &app).await,
        Some(SourcesAction::Import { .. }) | None => {}
    }
    let mut out = Output::new();
    if args.rejected {
        let rows = journal::rejected(app.store.as_ref(), args.source.as_ref(), ROWS).await?;
        if args.format == ShowFormat::Json {
            out.json(&rows)?;
            return Ok(out.flush()?);
        }
        for row in &rows {
            let line = row.line.map(|line| format!(":{line}")).unwrap_or_default();
            out.line(format!("{}  {}{line}: {}", row.source, row.origin, row.reason))?;
            out.line(format!("    {}", shorten(&row.excerpt, 100)))?;
        }
        if rows.is_empty() {
            out.line("every row could be read")?;
        }
        return Ok(out.flush()?);
    }
    let sources = known_sources(&app, args.source.as_ref()).await?;
    if args.format == ShowFormat::Json {
        out.json(&sources.into_iter().map(Known::body).collect::<Vec<_>>())?;
        return Ok(out.flush()?);
    }
    let mut table =
        out.new_table(&["Source", "Kind", "Health", "Mentions", "A day", "Read last", "Next", "Failures", "Says"]);
    for source in &sources {
        table.add_row(source.row());
    }
    out.table(&table)?;
    Ok(out.flush()?)
}

/// What rules kept out, newest first.
async fn dropped(source: &SourceId, format: ShowFormat, app: &App) -> Result<()> {
    let list = journal::dropped(app.store.as_ref(), source, ROWS).await?;
    let mut out = Output::new();
    if format == ShowFormat::Json {
        out.json(&list)?;
        return Ok(out.flush()?);
    }
    for item in &list.items {
        out.line(format!("{}  {}", item.external_id, item.reason))?;
        out.line(format!("    {}", shorten(&item.excerpt, 100)))?;
    }
    out.line(format!("{} of {} items that the rules of {source} keep out", list.items.len(), list.total))?;
    Ok(out.flush()?)
}

async fn rename(old: &SourceId, new: &SourceId, actor: &str, app: &App) -> Result<()> {
    let mentions = app.store.rename_source(old, new, actor, app.clock.now()).await?;
    let mut out = Output::new();
    out.line(format!("{} of `{old}` now under `{new}`", counted(mentions, "mention")))?;
    if app.loaded.settings.sources.entries().any(|entry| entry.id() == old) {
        let file = app.loaded.file.display();
        out.line(format!(
            "now change `id = \"{old}\"` to `id = \"{new}\"` in {file}: it would count everything again"
        ))?;
    }
    Ok(out.flush()?)
}

/// A source of the settings, of the database, or of both.
pub(crate) struct Known {
    id: SourceId,
    kind: Option<&'static str>,
    state: Option<SourceState>,
    health: &'static str,
}

pub(crate) async fn known_sources(app: &App, only: Option<&SourceId>) -> Result<Vec<Known>> {
    let now = app.clock.now();
    let mut states: BTreeMap<SourceId, SourceState> =
        app.store.source_states().await?.into_iter().map(|state| (state.source.clone(), state)).collect();
    let mut sources = Vec::new();
    for entry in app.loaded.settings.sources.entries() {
        let state = states.remove(entry.id());
        let health = match &state {
            _ if !entry.config.enabled() => "off",
            Some(state) => health(state, now).as_str(),
            None => Health::New.as_str(),
        };
        sources.push(Known { id: entry.id().clone(), kind: Some(entry.kind), state, health });
    }
    // What was imported by hand, or is no longer in the settings.
    let left = states.into_iter().map(|(id, state)| Known { id, kind: None, health: "off", state: Some(state) });
    sources.extend(left);
    sources.retain(|source| only.is_none_or(|id| *id == source.id));
    Ok(sources)
}

impl Known {
    pub(crate) fn body(self) -> Source {
        let Self { id, kind, state, health } = self;
        let per_day = state.as_ref().and_then(rate_per_day);
        let source = Source {
            source: id,
            kind: kind.map(str::to_owned),
            health: health.to_owned(),
            mentions: 0,
            per_day,
            newest_at: None,
            last_success_at: None,
            last_failure_at: None,
            last_error: None,
            failures: 0,
            next_due_at: None,
            thin_since: None,
            note: None,
        };
        let Some(state) = state else { return source };
        Source {
            mentions: state.mentions,
            newest_at: state.newest_at,
            last_success_at: state.last_success_at,
            last_failure_at: state.last_failure_at,
            last_error: state.last_error,
            failures: state.failures,
            next_due_at: state.next_due_at,
            thin_since: state.thin_since,
            note: state.note,
            ..source
        }
    }

    fn row(&self) -> Vec<comfy_table::Cell> {
        let text = |text: Option<String>| comfy_table::Cell::new(text.unwrap_or_default());
        let minute = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
        let state = self.state.as_ref();
        let says = state.and_then(|state| match (&state.last_error, &state.note) {
            (Some(error), _) if state.failures > 0 => Some(shorten(error, 100)),
            (_, note) => note.as_deref().map(|note| shorten(note, 100)),
        });
        vec![
            comfy_table::Cell::new(&self.id),
            text(self.kind.map(str::to_owned)),
            comfy_table::Cell::new(self.health),
            number(state.map_or(0, |state| state.mentions)),
            text(state.and_then(rate_per_day).map(|rate| format!("{rate:.1}"))),
            comfy_table::Cell::new(state.and_then(|state| state.last_success_at).map_or("never".to_owned(), minute)),
            text(state.and_then(|state| state.next_due_at).map(minute)),
            count(state.map_or(0, |state| u64::from(state.failures))),
            text(says),
        ]
    }
}
