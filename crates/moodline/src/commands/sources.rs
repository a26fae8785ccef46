//! `moodline sources`: how each source stands, and what of it could not be read.

use anyhow::Result;
use serde_json::json;

use super::{Context, steps::count};
use crate::{
    cli::{ShowFormat, SourcesArgs},
    output::{Output, number, shorten},
};

/// Rejected rows shown at most.
const ROWS: u32 = 200;

pub(super) async fn run(args: SourcesArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let mut out = Output::new();
    if args.rejected {
        let rows = app.store.rejected_rows(args.source.as_ref(), ROWS).await?;
        if args.format == ShowFormat::Json {
            let rows: Vec<_> = rows
                .iter()
                .map(|(source, row)| {
                    json!({"source": source, "origin": row.origin, "line": row.line, "reason": row.reason,
                           "excerpt": row.excerpt})
                })
                .collect();
            serde_json::to_writer_pretty(&mut out, &rows)?;
            out.gap()?;
            return Ok(out.flush()?);
        }
        for (source, row) in &rows {
            let line = row.line.map(|line| format!(":{line}")).unwrap_or_default();
            out.line(format!("{source}  {}{line}: {}", row.origin, row.reason))?;
            out.line(format!("    {}", shorten(&row.excerpt, 100)))?;
        }
        if rows.is_empty() {
            out.line("every row could be read")?;
        }
        return Ok(out.flush()?);
    }
    let states = app.store.source_states().await?;
    let states: Vec<_> = states.iter().filter(|s| args.source.as_ref().is_none_or(|id| *id == s.source)).collect();
    if args.format == ShowFormat::Json {
        let states: Vec<_> = states
            .iter()
            .map(|state| {
                json!({"source": state.source, "mentions": state.mentions, "last_success_at": state.last_success_at,
                       "last_failure_at": state.last_failure_at, "last_error": state.last_error,
                       "failures": state.failures})
            })
            .collect();
        serde_json::to_writer_pretty(&mut out, &states)?;
        out.gap()?;
        return Ok(out.flush()?);
    }
    let mut table = out.new_table(&["Source", "Mentions", "Read last", "Failures", "Last error"]);
    for state in states {
        table.add_row([
            comfy_table::Cell::new(&state.source),
            number(state.mentions),
            comfy_table::Cell::new(
                state.last_success_at.map_or_else(|| "never".to_owned(), |t| t.format("%Y-%m-%d %H:%M").to_string()),
            ),
            count(u64::from(state.failures)),
            comfy_table::Cell::new(state.last_error.as_deref().filter(|_| state.failures > 0).unwrap_or_default()),
        ]);
    }
    for entry in app.loaded.settings.sources.entries() {
        if !app.store.source_states().await?.iter().any(|state| state.source == *entry.id()) {
            table.add_row([entry.id().as_str(), "", "never", "", ""]);
        }
    }
    out.table(&table)?;
    Ok(out.flush()?)
}
