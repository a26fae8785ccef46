//! `moodline classify`: JSON Lines in, JSON Lines out, no database; for pipes and batch engines.

use std::{
    collections::HashMap,
    io::{BufRead, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use moodline_api::body;
use moodline_assign::{Calibration, Clause, Placement, Placer};
use moodline_enrich::{Phrases, SharedModel};
use moodline_maps::read_map;
use moodline_model::Verdict;
use moodline_types::error_chain;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Context;
use crate::{
    cli::ClassifyArgs,
    output::Output,
    settings::{BadSettings, Settings, load},
    wire::load_model,
};

/// One line to judge.
#[derive(Debug, Deserialize)]
struct Request {
    text: String,
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    lang: Option<String>,
}

/// A line as read: something to judge, or why not.
type Line = std::result::Result<Request, (Option<Value>, String)>;

pub(super) async fn run(args: ClassifyArgs, context: &Context) -> Result<()> {
    let (settings, base) = settings_if_any(context)?;
    context.log(&settings.log, false, None)?;
    let model = load_model(&settings.model, &base).await?.with_phrases(Phrases::of(&settings.enrich));
    let placer = match &args.map {
        Some(path) => Some(placer(path, &model, &settings).await?),
        None => None,
    };
    let mut out = Output::new();
    let (mut read, mut refused) = (0_u64, 0_u64);
    let mut input = std::io::stdin().lock();
    loop {
        let batch = next_batch(&mut input, args.batch as usize, &mut read)?;
        if batch.is_empty() {
            break;
        }
        let texts = batch.iter().filter_map(|(_, line)| line.as_ref().ok());
        let texts = texts.map(|request| (request.text.clone(), request.lang.clone())).collect();
        let mut verdicts = model.classify(texts).await?.into_iter();
        for (number, line) in batch {
            let answer = match line {
                Ok(request) => {
                    let Some(verdict) = verdicts.next() else { bail!("the model gave too few answers") };
                    answer(&request, &verdict, &model, placer.as_ref())
                }
                Err((id, error)) => {
                    refused += 1;
                    json!({"id": id, "error": error, "line": number})
                }
            };
            serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
    }
    if refused > 0 {
        bail!("{refused} of {read} lines could not be read; each was answered with an `error` in its place");
    }
    Ok(())
}

/// The settings, if there are any: `classify` and `eval` work without.
pub(super) fn settings_if_any(context: &Context) -> Result<(Settings, PathBuf)> {
    if context.cli.config.is_none() && !Path::new("moodline.toml").exists() {
        return Ok((Settings::default(), PathBuf::from(".")));
    }
    let loaded = load(context.cli.config.as_deref())?;
    Ok((loaded.settings, loaded.base))
}

/// Up to `most` lines with something on them, numbered from 1; empty only at the end of the input.
fn next_batch(input: &mut impl BufRead, most: usize, read: &mut u64) -> Result<Vec<(u64, Line)>> {
    let mut batch = Vec::new();
    let mut line = Vec::new();
    while batch.len() < most {
        line.clear();
        if input.read_until(b'\n', &mut line).context("could not read standard input")? == 0 {
            break;
        }
        *read += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        batch.push((
            *read,
            match str::from_utf8(&line) {
                Ok(text) => parse(text),
                Err(error) => Err((None, format!("not UTF-8: {error}"))),
            },
        ));
    }
    Ok(batch)
}

fn parse(line: &str) -> Line {
    match serde_json::from_str::<Request>(line) {
        Ok(request) => Ok(request),
        Err(error) => {
            // The id helps to find the line even when its text is missing.
            let id = serde_json::from_str::<Value>(line).ok().and_then(|value| value.get("id").cloned());
            Err((id, format!("expected an object with `text`: {error}")))
        }
    }
}

/// What places opinions on the map of a file.
pub(super) async fn placer(path: &Path, model: &SharedModel, settings: &Settings) -> Result<Placer> {
    let loaded = read_map(path).map_err(|error| BadSettings(error_chain(&error)))?;
    let vectors: HashMap<_, _> = model.embed(loaded.map.distinct_texts()).await?.into_iter().collect();
    let profile = model.profile();
    let calibration = Calibration {
        unassigned_below: profile.unassigned_below,
        similarity_temperature: profile.similarity_temperature,
    };
    Ok(Placer::new(&loaded.map, &vectors, calibration, &settings.assign))
}

fn answer(request: &Request, verdict: &Verdict, model: &SharedModel, placer: Option<&Placer>) -> Value {
    let found = placer.map(|placer| {
        let clauses = verdict.opinions.iter();
        let clauses = clauses.map(|opinion| Clause { evidence: &opinion.evidence, embedding: &opinion.embedding });
        placer.place_clauses(None, &clauses.collect::<Vec<_>>())
    });
    let opinions: Vec<Value> = verdict
        .opinions
        .iter()
        .enumerate()
        .map(|(index, opinion)| {
            let mut object = Map::new();
            object.insert("start".to_owned(), json!(opinion.start));
            object.insert("end".to_owned(), json!(opinion.end));
            object.insert("text".to_owned(), json!(opinion.evidence));
            object.insert("sentiment".to_owned(), json!(body::Verdict::new(opinion.label, opinion.sentiment)));
            object.insert("emotion".to_owned(), json!(body::Emotions::from(opinion.emotions)));
            if let Some(found) = &found {
                object.insert("assignment".to_owned(), found.get(index).map_or(Value::Null, assignment_json));
            }
            Value::Object(object)
        })
        .collect();
    json!({
        "id": request.id,
        "lang": verdict.language,
        "model": model.profile().id,
        "sentiment": body::Verdict::new(verdict.label, verdict.sentiment),
        "emotion": body::Emotions::from(verdict.emotions),
        "opinions": opinions,
    })
}

/// A place on a map in the shape all JSON of moodline has.
fn assignment_json(assignment: &Placement) -> Value {
    let (stage, touchpoint) = match &assignment.place {
        Some((stage, touchpoint)) => (Some(stage), Some(touchpoint)),
        None => (None, None),
    };
    json!({
        "stage": stage, "touchpoint": touchpoint, "score": body::rounded(assignment.score), "reason": assignment.reason,
        "detail": assignment.detail,
    })
}
