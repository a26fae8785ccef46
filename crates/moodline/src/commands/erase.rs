//! `moodline erase`: somebody's words go, everywhere and for good.

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail};
use moodline_ingest::Protection;
use moodline_store::{Erased, Erasure, NewAct, Unwanted};
use moodline_types::{Clock, MentionId, SourceId, counted};
use serde_json::json;

use super::Context;
use crate::{
    cli::{EraseArgs, EraseWhat, ShowFormat},
    output::Output,
    wire::App,
};

pub(super) async fn run(args: EraseArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let protection = app.protection()?;
    let meant = Meant::of(&app, &protection, &args).await?;
    let mentions = app.store.unwanted(&meant.unwanted).await?;
    let mut out = Output::new();
    if args.dry_run {
        let answers = app.store.answers_of(&meant.respondents).await?;
        match args.format {
            ShowFormat::Json => {
                out.json(&json!({ "would_erase": { "mentions": mentions.len(), "answers": answers } }))?;
            }
            ShowFormat::Table => {
                let mentions = counted(mentions.len(), "mention");
                out.line(format!("{mentions}{} would be erased", and_answers(answers)))?;
            }
        }
        return Ok(out.flush()?);
    }
    let names = first_names(&app).await?;
    let mut marks = meant.marks;
    for ids in mentions.chunks(1000) {
        for mention in app.store.mentions(ids).await? {
            // An author is marked only when it is the author who is to go, an address likewise.
            marks.push(protection.mark_of_identity(keyed_as(&names, &mention.source), &mention.external_id));
        }
    }
    let act = NewAct {
        actor: args.actor,
        action: "erase".to_owned(),
        subject: meant.subject.to_owned(),
        detail: counted(mentions.len(), "mention"),
    };
    let (respondents, rejected_with) = (meant.respondents, meant.rejected_with);
    let erasure = Erasure { mentions, marks, respondents, rejected_with, act };
    let Erased { mentions, rejected, answers } = app.store.erase(&erasure, app.clock.now()).await?;
    if args.format == ShowFormat::Json {
        out.json(&json!({ "erased": { "mentions": mentions, "rejected": rejected, "answers": answers } }))?;
        return Ok(out.flush()?);
    }
    let (said, rows) = (counted(mentions, "mention"), counted(rejected, "unreadable row"));
    out.line(format!("erased {said}{} and {rows}; they will not come back", and_answers(answers)))?;
    if mentions > 0 {
        out.line("`moodline layers` draws the curves without them; the next refresh does it anyway")?;
    }
    Ok(out.flush()?)
}

fn and_answers(answers: u64) -> String {
    if answers == 0 { String::new() } else { format!(", {}", counted(answers, "survey answer")) }
}

/// What the arguments mean.
struct Meant {
    unwanted: Unwanted,
    marks: Vec<String>,
    respondents: Vec<String>,
    rejected_with: Option<String>,
    /// For the audit log, which must not name what is erased.
    subject: &'static str,
}

impl Meant {
    async fn of(app: &App, protection: &Protection, args: &EraseArgs) -> Result<Self> {
        let names = first_names(app).await?;
        let EraseWhat { author, url, id, text } = &args.what;
        if let Some(author) = author.as_deref().filter(|author| !author.trim().is_empty()) {
            let sources = match &args.source {
                Some(source) => vec![source.clone()],
                None => every_source(app).await?,
            };
            let hashes: Vec<String> =
                sources.iter().map(|source| protection.author(keyed_as(&names, source), author)).collect();
            let marks = hashes.iter().map(|hash| protection.mark_of_author(hash)).collect();
            // Surveys belong to no source.
            let respondents = if args.source.is_none() { vec![protection.respondent(author)] } else { Vec::new() };
            let rejected_with = Some(author.trim().to_owned());
            let unwanted = Unwanted::Authors(hashes);
            return Ok(Self { unwanted, marks, respondents, rejected_with, subject: "an author" });
        }
        if let Some(url) = url.as_deref().filter(|url| !url.trim().is_empty()) {
            let marks = vec![protection.mark_of_address(url)];
            let rejected_with = Some(url.to_owned());
            let (unwanted, respondents) = (Unwanted::Url(url.to_owned()), Vec::new());
            return Ok(Self { unwanted, marks, respondents, rejected_with, subject: "an address" });
        }
        if let Some(id) = id {
            let (unwanted, marks) = if let Some((source, external)) = id.split_once('/') {
                let source: SourceId = source.parse().with_context(|| format!("--id {id}"))?;
                let mark = protection.mark_of_identity(keyed_as(&names, &source), external);
                (Unwanted::External(source, external.to_owned()), vec![mark])
            } else {
                let number = id.parse().with_context(|| format!("--id {id}: expected a number or SOURCE/ID"))?;
                (Unwanted::Mention(MentionId(number)), Vec::new())
            };
            return Ok(Self { unwanted, marks, respondents: Vec::new(), rejected_with: None, subject: "one mention" });
        }
        // A word or two would take half the database along.
        match text.as_deref().map(str::trim).filter(|text| text.chars().count() >= 2) {
            Some(text) => Ok(Self {
                unwanted: Unwanted::Text(text.to_owned()),
                marks: Vec::new(),
                respondents: Vec::new(),
                rejected_with: Some(text.to_owned()),
                subject: "words",
            }),
            None => bail!("what is to be erased must be at least two characters long"),
        }
    }
}

/// Every source that is configured or was ever read.
async fn every_source(app: &App) -> Result<Vec<SourceId>> {
    let stored = app.store.source_states().await?.into_iter().map(|state| state.source);
    let configured = app.loaded.settings.sources.entries().map(|entry| entry.id().clone());
    let mut sources: Vec<SourceId> = stored.chain(configured).collect();
    sources.sort_unstable();
    sources.dedup();
    Ok(sources)
}

/// The first names of the sources that were read: authors and tombstones are keyed by these.
async fn first_names(app: &App) -> Result<HashMap<SourceId, SourceId>> {
    Ok(app.store.source_states().await?.into_iter().map(|state| (state.source, state.first_name)).collect())
}

fn keyed_as<'a>(names: &'a HashMap<SourceId, SourceId>, source: &'a SourceId) -> &'a SourceId {
    names.get(source).unwrap_or(source)
}
