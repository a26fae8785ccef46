//! `moodline explain`: why a mention's opinions lie where they do.

use anyhow::{Result, bail};
use moodline_api::body::{Emotions, Verdict, rounded};
use moodline_assign::{Explainer, Explanation};
use moodline_store::{JudgedMention, Override};
use moodline_types::{MapId, MentionQuery, MentionRow, Opinion, SourceId};
use serde_json::{Value, json};

use super::Context;
use crate::{
    cli::{ExplainArgs, ShowFormat},
    output::Output,
    wire::App,
};

/// One map's account of the mention.
struct Account {
    explainer: Explainer,
    explanations: Vec<Explanation>,
    /// The opinions as stored, with flags.
    rows: Vec<MentionRow>,
}

pub(super) async fn run(args: ExplainArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let Some(model) = app.store.adopted_model().await? else {
        bail!("no model has judged anything yet: run `moodline refresh` first")
    };
    let judged = app.store.judged_mentions(&model.id, &[args.mention]).await?;
    let Some(judged) = judged.into_iter().next() else {
        bail!("there is no mention {}; `moodline mentions --format jsonl` shows their ids", args.mention)
    };
    let overrides = app.store.overrides(&[args.mention]).await?;
    let mut accounts = Vec::new();
    for map in app.map_ids(&args.map).await? {
        accounts.push(account(&app, &map, &judged, &overrides).await?);
    }
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.line(serde_json::to_string_pretty(&to_json(&judged, &overrides, &accounts))?)?,
        ShowFormat::Table => text(&judged, &overrides, &accounts, model.id.as_str(), &mut out)?,
    }
    Ok(out.flush()?)
}

async fn account(app: &App, map: &MapId, judged: &JudgedMention, overrides: &[Override]) -> Result<Account> {
    let explainer = Explainer::new(app.store.as_ref(), map, &app.loaded.settings.assign).await?;
    let explanations = explainer.explain(judged, overrides);
    let query = MentionQuery {
        map: Some(map.clone()),
        mentions: Some(vec![judged.mention.id]),
        limit: 1000,
        ..MentionQuery::default()
    };
    Ok(Account { explainer, explanations, rows: app.store.find_mentions(&query).await?.rows })
}

impl Account {
    fn row(&self, opinion: &Opinion) -> Option<&MentionRow> {
        self.rows.iter().find(|row| row.opinion == opinion.id)
    }
}

fn text(
    judged: &JudgedMention,
    overrides: &[Override],
    accounts: &[Account],
    model: &str,
    out: &mut Output,
) -> Result<()> {
    let mention = &judged.mention;
    let language = mention.language.as_deref().unwrap_or("und");
    out.heading(&format!(
        "mention {} — {} {}, {}, {language}",
        mention.id,
        mention.source,
        mention.external_id,
        mention.posted_at.format("%Y-%m-%d %H:%M")
    ))?;
    if let Some(original) = mention.copy_of {
        out.line(format!("a copy of mention {original}: neither judged nor counted"))?;
    }
    if mention.hidden_at.is_some() {
        out.line("hidden: it counts nowhere")?;
    }
    if !judged.also_from.is_empty() {
        let also: Vec<&str> = judged.also_from.iter().map(SourceId::as_str).collect();
        out.line(format!("said again in {}; the copies count no second time", also.join(", ")))?;
    }
    for said in overrides {
        out.line(format!("corrected by {} on {}: {}", said.actor, said.at.format("%Y-%m-%d"), correction(said)))?;
    }
    if judged.opinions.is_empty() {
        out.line("not judged yet: `moodline enrich` does that")?;
    }
    for (number, opinion) in judged.opinions.iter().enumerate() {
        out.gap()?;
        let part = &opinion.judged;
        out.heading(&format!(
            "opinion {} (characters {}–{}): {}",
            opinion.id,
            part.start,
            part.end,
            part.evidence.trim()
        ))?;
        let sentiment = part.sentiment;
        out.line(format!(
            "  {} by {model}: negative {:.2}, neutral {:.2}, positive {:.2}; {}",
            part.label,
            sentiment.negative,
            sentiment.neutral,
            sentiment.positive,
            part.emotions.top()
        ))?;
        for account in accounts {
            on_map(account, number, opinion, out)?;
        }
    }
    for account in accounts.iter().filter(|account| account.explanations.is_empty() && !judged.opinions.is_empty()) {
        out.line(format!("{}: takes no mentions of source {}", account.explainer.record.id, mention.source))?;
    }
    Ok(())
}

fn on_map(account: &Account, number: usize, opinion: &Opinion, out: &mut Output) -> Result<()> {
    let Some(explanation) = account.explanations.get(number) else { return Ok(()) };
    let record = &account.explainer.record;
    let found = &explanation.assignment;
    let place = found.place.as_ref().map_or("nowhere", |(_, touchpoint)| touchpoint.as_str());
    let detail = found.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
    out.line(format!(
        "  {} (version {}) → {place} by {}{detail}, score {:.2}",
        record.id, record.version, found.reason, found.score
    ))?;
    if let Some(second) = explanation.runner_up() {
        out.line(format!(
            "      next by likeness: {}, cosine {:.2}, share {:.2}; nobody's below cosine {:.2}",
            second.touchpoint, second.cosine, second.share, account.explainer.model.unassigned_below
        ))?;
    }
    if let Some((touchpoint, text, cosine)) = &explanation.example {
        out.line(format!("      nearest example: “{text}” of {touchpoint}, cosine {cosine:.2}"))?;
    }
    match account.row(opinion) {
        Some(row) if row.place != found.place => {
            let stored = row.place.as_ref().map_or("nowhere", |(_, touchpoint)| touchpoint.as_str());
            out.line(format!("      counted at {stored} until `moodline assign` runs"))?;
        }
        Some(row) => {
            if row.label != opinion.judged.label {
                out.line(format!("      counts as {}, as a person said", row.label))?;
            }
            if let Some(flag) = &row.flag {
                out.line(format!("      flag {}: {}", flag.id, flag.status))?;
            }
        }
        None => {}
    }
    Ok(())
}

/// What a correction says, in words.
fn correction(said: &Override) -> String {
    let sentiment = said.sentiment.map(|sentiment| sentiment.to_string());
    let place = said.place.as_ref().map(|(map, place)| match place {
        Some((_, touchpoint)) => format!("at {touchpoint} of {map}"),
        None => format!("nowhere on {map}"),
    });
    let relevant = said.relevant.map(|relevant| if relevant { "relevant" } else { "irrelevant" }.to_owned());
    let what = [sentiment, place, relevant].into_iter().flatten().collect::<Vec<_>>().join(", ");
    format!("“{}” is {what}", said.evidence.trim())
}

fn to_json(judged: &JudgedMention, overrides: &[Override], accounts: &[Account]) -> Value {
    let mention = &judged.mention;
    let opinions = judged.opinions.iter().enumerate().map(|(number, opinion)| {
        let part = &opinion.judged;
        let maps = accounts.iter().filter_map(|account| {
            let explanation = account.explanations.get(number)?;
            let row = account.row(opinion);
            let found = &explanation.assignment;
            let near = |near: &moodline_assign::Nearness| {
                json!({"touchpoint": near.touchpoint, "cosine": rounded(near.cosine), "share": rounded(near.share)})
            };
            Some(json!({
                "map": account.explainer.record.id, "version": account.explainer.record.version,
                "stage": found.place.as_ref().map(|(stage, _)| stage),
                "touchpoint": found.place.as_ref().map(|(_, touchpoint)| touchpoint),
                "reason": found.reason, "score": rounded(found.score), "detail": found.detail,
                "runner_up": explanation.runner_up().map(near),
                "nearest": explanation.nearest.iter().map(near).collect::<Vec<_>>(),
                "example": explanation.example.as_ref().map(|(touchpoint, text, cosine)| {
                    json!({"touchpoint": touchpoint, "text": text, "cosine": rounded(*cosine)})
                }),
                "unassigned_below": rounded(account.explainer.model.unassigned_below),
                "counted": row.map(|row| json!({
                    "touchpoint": row.place.as_ref().map(|(_, touchpoint)| touchpoint), "label": row.label,
                })),
                "flag": row.and_then(|row| row.flag.as_ref()).map(|flag| json!({"id": flag.id, "status": flag.status})),
            }))
        });
        json!({
            "opinion": opinion.id, "start": part.start, "end": part.end, "text": part.evidence, "model": opinion.model,
            "sentiment": Verdict::new(part.label, part.sentiment), "emotion": Emotions::from(part.emotions),
            "maps": maps.collect::<Vec<_>>(),
        })
    });
    let overrides = overrides.iter().map(|said| {
        json!({"text": said.evidence, "sentiment": said.sentiment, "relevant": said.relevant, "by": said.actor, "at": said.at,
               "map": said.place.as_ref().map(|(map, _)| map),
               "touchpoint": said.place.as_ref().and_then(|(_, place)| place.as_ref()).map(|(_, touchpoint)| touchpoint)})
    });
    json!({
        "mention": mention.id, "source": mention.source, "external_id": mention.external_id, "lang": mention.language,
        "posted_at": mention.posted_at, "copy_of": mention.copy_of, "hidden": mention.hidden_at.is_some(),
        "also_from": judged.also_from, "overrides": overrides.collect::<Vec<_>>(),
        "opinions": opinions.collect::<Vec<_>>(),
    })
}
