//! `moodline explain`: why a mention's opinions lie where they do.

use std::collections::BTreeSet;

use anyhow::Result;
use moodline_api::{
    AskError,
    ask::maps,
    body::{
        Counted, Emotions, ExplainedOpinion, ExplainedPlace, Explanation, Near, NearExample, ReadOtherwise, Said,
        ShownFlag, Verdict, rounded,
    },
};
use moodline_assign::{Explainer, Explanation as Found, Nearness};
use moodline_enrich::Phrases;
use moodline_store::{JudgedMention, Override, Store};
use moodline_types::{MapId, Mention, MentionId, MentionQuery, MentionRow, ModelId, Opinion, PhraseRule, SourceId};

use super::Context;
use crate::{
    cli::{ExplainArgs, ShowFormat},
    output::Output,
    wire::App,
};

/// One map's account of the mention.
struct Account {
    explainer: Explainer,
    explanations: Vec<Found>,
    /// The opinions as stored, with flags.
    rows: Vec<MentionRow>,
}

/// A mention with what every map makes of it.
struct Case {
    model: ModelId,
    judged: JudgedMention,
    overrides: Vec<Override>,
    accounts: Vec<Account>,
    /// What the model did not read as it stands.
    phrases: Phrases,
}

impl Case {
    async fn new(app: &App, mention: MentionId, maps: &[MapId]) -> Result<Self, AskError> {
        let missing = |what, id: String, hint: &str| AskError::Missing { what, id, hint: hint.to_owned() };
        let store = app.store.as_ref();
        let Some(model) = store.adopted_model().await? else {
            let hint = ": no model has judged anything yet; run `moodline refresh` first";
            return Err(missing("judged mention", mention.to_string(), hint));
        };
        let judged = store.judged_mentions(&model.id, &[mention]).await?.pop();
        let hint = "; `moodline mentions --format jsonl` shows their ids";
        let judged = judged.ok_or_else(|| missing("mention", mention.to_string(), hint))?;
        let overrides = store.overrides(&[mention]).await?;
        let mut accounts = Vec::new();
        for map in asked_maps(store, maps).await? {
            accounts.push(account(app, &map, &judged, &overrides).await?);
        }
        let phrases = Phrases::new(store.phrase_rules().await?);
        Ok(Self { model: model.id, judged, overrides, accounts, phrases })
    }
}

/// The maps named, or all in use.
async fn asked_maps(store: &dyn Store, only: &[MapId]) -> Result<Vec<MapId>, AskError> {
    for map in only {
        maps::loaded(store, map).await?;
    }
    let known = store.maps().await?.into_iter().map(|record| record.id);
    Ok(if only.is_empty() { known.collect() } else { only.to_vec() })
}

/// Why the opinions of a mention lie where they do, on the maps named or on all.
pub(crate) async fn explanation(app: &App, mention: MentionId, maps: &[MapId]) -> Result<Explanation, AskError> {
    Ok(body(&Case::new(app, mention, maps).await?))
}

pub(super) async fn run(args: ExplainArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.json(&explanation(&app, args.mention, &args.map).await?)?,
        ShowFormat::Table => {
            text(&Case::new(&app, args.mention, &args.map).await?, &mut out)?;
        }
    }
    Ok(out.flush()?)
}

async fn account(app: &App, map: &MapId, judged: &JudgedMention, overrides: &[Override]) -> Result<Account, AskError> {
    let explainer = Explainer::new(app.store.as_ref(), map, &app.loaded.settings.assign).await;
    let explainer = explainer.map_err(|error| AskError::Failed(Box::new(error)))?;
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

    /// The place of the opinion `number` on this map; `None` where the map does not take its source.
    fn place(&self, number: usize, opinion: &Opinion) -> Option<ExplainedPlace> {
        let explanation = self.explanations.get(number)?;
        let (record, row, found) = (&self.explainer.record, self.row(opinion), &explanation.assignment);
        let near = |near: &Nearness| Near {
            touchpoint: near.touchpoint.clone(),
            cosine: rounded(near.cosine),
            share: rounded(near.share),
        };
        let example = explanation.example.as_ref().map(|(touchpoint, text, cosine)| NearExample {
            touchpoint: touchpoint.clone(),
            text: text.clone(),
            cosine: rounded(*cosine),
        });
        let (stage, touchpoint) = found.place.clone().unzip();
        Some(ExplainedPlace {
            map: record.id.clone(),
            version: record.version.clone(),
            stage,
            touchpoint,
            reason: found.reason,
            score: rounded(found.score),
            detail: found.detail.clone(),
            runner_up: explanation.runner_up().map(near),
            nearest: explanation.nearest.iter().map(near).collect(),
            example,
            unassigned_below: rounded(self.explainer.model.unassigned_below),
            counted: row.map(|row| Counted {
                touchpoint: row.place.as_ref().map(|(_, touchpoint)| touchpoint.clone()),
                label: row.label,
            }),
            flag: row.and_then(|row| row.flag.as_ref()).map(|flag| ShownFlag { id: flag.id.0, status: flag.status }),
        })
    }
}

fn text(case: &Case, out: &mut Output) -> Result<()> {
    let Case { model, judged, overrides, accounts, phrases } = case;
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
        for rule in read_otherwise(phrases, mention, opinion) {
            out.line(format!("  “{}” was read as “{}”, as the settings say", rule.phrase, rule.read_as))?;
        }
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

/// The phrases of an opinion that the model did not see as they were written, each once.
fn read_otherwise<'p>(phrases: &'p Phrases, mention: &Mention, opinion: &Opinion) -> BTreeSet<&'p PhraseRule> {
    let (from, to) = (opinion.judged.start as usize, opinion.judged.end as usize);
    let found = phrases.found(&mention.full_text()).into_iter();
    found.filter(|(_, start, end)| *start < to && from < *end).map(|(rule, ..)| rule).collect()
}

fn body(case: &Case) -> Explanation {
    let Case { judged, overrides, accounts, phrases, .. } = case;
    let mention = &judged.mention;
    let opinions = judged.opinions.iter().enumerate().map(|(number, opinion)| {
        let part = &opinion.judged;
        ExplainedOpinion {
            opinion: opinion.id.0,
            start: part.start,
            end: part.end,
            text: part.evidence.clone(),
            model: opinion.model.clone(),
            sentiment: Verdict::new(part.label, part.sentiment),
            emotion: Emotions::from(part.emotions),
            read_otherwise: read_otherwise(phrases, mention, opinion).into_iter().map(ReadOtherwise::from).collect(),
            maps: accounts.iter().filter_map(|account| account.place(number, opinion)).collect(),
        }
    });
    let said = |said: &Override| Said {
        text: said.evidence.clone(),
        sentiment: said.sentiment,
        relevant: said.relevant,
        by: said.actor.clone(),
        at: said.at,
        map: said.place.as_ref().map(|(map, _)| map.clone()),
        touchpoint: said.place.as_ref().and_then(|(_, place)| place.as_ref()).map(|(_, touchpoint)| touchpoint.clone()),
    };
    Explanation {
        mention: mention.id.0,
        source: mention.source.clone(),
        external_id: mention.external_id.clone(),
        lang: mention.language.clone(),
        posted_at: mention.posted_at,
        copy_of: mention.copy_of.map(|original| original.0),
        hidden: mention.hidden_at.is_some(),
        also_from: judged.also_from.clone(),
        overrides: overrides.iter().map(said).collect(),
        opinions: opinions.collect(),
    }
}
