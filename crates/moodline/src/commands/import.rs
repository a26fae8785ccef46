//! `moodline import FILE`: one file into the database.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use moodline_ingest::read_source;
use moodline_sources::{
    SourceConfig as _,
    files::{Columns, FileSource, FilesConfig},
};
use moodline_types::{RejectedRow, SourceId};
use serde::{Deserialize, de::IntoDeserializer};

use super::Context;
use crate::{cli::ImportArgs, output::Output};

/// Unreadable rows named on the spot; `moodline sources --rejected` lists more.
const NAMED: u32 = 20;

pub(super) async fn run(args: ImportArgs, context: &Context) -> Result<()> {
    let file = std::fs::canonicalize(&args.file).with_context(|| format!("could not open {}", args.file.display()))?;
    let id = match &args.source {
        Some(id) => id.clone(),
        None => source_of(&file)?,
    };
    let mut config = FilesConfig::new(id.clone(), &file);
    config.columns = columns(&args.columns)?;
    config.language = args.language;
    config.time_zone = args.time_zone;
    if let Some(preset) = &args.preset {
        let name: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = preset.as_str().into_deserializer();
        config.preset = Deserialize::deserialize(name).with_context(|| format!("--preset {preset}"))?;
    }
    config.rating_scale = args.rating_scale;
    let findings = config.findings();
    if !findings.is_empty() {
        bail!("{}", findings.join("; "));
    }
    let app = context.app().await?;
    let mut source = FileSource::new(&config, Path::new(""));
    let protection = app.protection()?;
    let bar = app.progress.counter("import");
    let outcome = read_source(&mut source, app.store.as_ref(), &protection, &app.clock, &mut |so_far| {
        let changes = so_far.changes;
        bar.set_position(changes.added + changes.revised + changes.unchanged);
        !app.drain.is_stopping()
    })
    .await;
    bar.finish_and_clear();
    let detail = match &outcome {
        Ok(outcome) => outcome.to_string(),
        Err(_) => "cut off by an error; what was read before it is in".to_owned(),
    };
    app.record(args.actor, "import", &format!("source {id}"), detail).await?;
    let outcome = outcome?;

    let mut out = Output::new();
    out.line(format!("{id}: {outcome}"))?;
    let changes = outcome.changes;
    if outcome.unread > 0 {
        let mut rows = app.store.rejected_rows(Some(&id), NAMED).await?;
        rows.reverse();
        for (_, row) in &rows {
            out.line(format!("  {}", place_and_reason(row)))?;
        }
        if outcome.unread > u64::from(NAMED) {
            out.line(format!("  … the newest {NAMED}; `moodline sources --rejected --source {id}` lists more"))?;
        }
    }
    if outcome.stopped {
        out.line("stopped; the same command goes on from here")?;
    } else if changes.added + changes.revised > 0 {
        out.line("`moodline refresh` judges them and draws the curve")?;
    }
    out.flush()?;
    if outcome.unread > 0 && changes.added + changes.revised + changes.unchanged == 0 {
        bail!("nothing in {} could be read", args.file.display());
    }
    Ok(())
}

fn place_and_reason(row: &RejectedRow) -> String {
    let line = row.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{}{line}: {}", row.origin, row.reason)
}

/// A source id from a file's name: `App Reviews 2026.csv.gz` is `app-reviews-2026`.
fn source_of(file: &Path) -> Result<SourceId> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let slug: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    slug.trim_matches('-').parse().with_context(|| format!("`{name}` gives no source id; name one with --source"))
}

/// Reads `text=Comment` and the like.
fn columns(given: &[String]) -> Result<Columns> {
    let mut columns = Columns::default();
    for pair in given {
        let Some((field, name)) = pair.split_once('=') else {
            bail!("--column {pair}: expected FIELD=NAME, e.g. text=Comment");
        };
        let place = match field.trim() {
            "text" => &mut columns.text,
            "title" => &mut columns.title,
            "id" => &mut columns.id,
            "time" => &mut columns.time,
            "rating" => &mut columns.rating,
            "author" => &mut columns.author,
            "url" => &mut columns.url,
            "language" => &mut columns.language,
            other => bail!(
                "--column {pair}: there is no field `{other}`; there are text, title, id, time, rating, author, url and language"
            ),
        };
        *place = Some(name.trim().to_owned());
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_gives_the_source_its_id() {
        assert_eq!(source_of(Path::new("/x/App Reviews 2026.csv.gz")).unwrap().as_str(), "app-reviews-2026");
        assert!(source_of(Path::new("/x/评论.csv")).unwrap_err().to_string().contains("--source"));
    }
}
