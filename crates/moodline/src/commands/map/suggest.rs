//! `moodline map suggest`: what to add to a map, from what fits nowhere on it.

use std::{collections::HashSet, sync::Arc};

use anyhow::Result;
use chrono::TimeDelta;
use comfy_table::Cell;
use moodline_api::{
    AdditionQuery, AskError,
    ask::{maps, mentions::posted},
    body::{Addition, AdditionKind, Near, QuotedOpinion, SuggestedAdditions, SuggestedKeyword},
};
use moodline_assign::{Explainer, Nearness};
use moodline_maps::JourneyMap;
use moodline_themes::{KeywordUse, UnplacedTheme, unplaced_themes};
use moodline_types::{Clock, DayWindow, MapId, MentionId, TouchpointId, error_chain};

use super::Context;
use crate::{
    cli::{MapSuggestArgs, SuggestFormat},
    output::{Output, number, shorten},
    wire::App,
};

/// Mentions that make a group where nothing else is said.
const LEAST: u32 = 8;
/// Groups shown where nothing else is said.
const TOP: u32 = 10;
/// Cosine of a group's middle to a touchpoint's description from which the group belongs there. Of groups of thirty opinions
/// that keywords placed at a touchpoint of a food-delivery and a hotel map, 95 % lay above .81 and .76; what belongs nowhere
/// on these maps, such as breakfast or luggage, at .56 to .74. A single opinion says less: the model's threshold is lower.
const NEAR_FROM: f32 = 0.75;
/// Columns of a quote in the table.
const QUOTE_WIDTH: usize = 70;
/// Mention ids in a comment of the map's file.
const LISTED: usize = 12;

pub(super) async fn run(args: MapSuggestArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let MapSuggestArgs { map, since, until, least, top, format, toml } = args;
    let asked = AdditionQuery { since, until, least: Some(least), top: Some(top) };
    let found = additions(&app, &map, &asked).await?;
    let mut out = Output::new();
    match format {
        _ if toml => {
            for addition in &found.additions {
                out.line(&addition.toml)?;
            }
        }
        SuggestFormat::Json => out.json(&found)?,
        SuggestFormat::Text => text(&found, &mut out)?,
    }
    Ok(out.flush()?)
}

/// What could be added to a map.
pub(crate) async fn additions(app: &App, map: &MapId, asked: &AdditionQuery) -> Result<SuggestedAdditions, AskError> {
    let store = app.store.as_ref();
    let loaded = maps::loaded(store, map).await?;
    let least = within("least", asked.least.unwrap_or(LEAST), 2, 1000)?;
    let top = within("top", asked.top.unwrap_or(TOP), 1, 100)?;
    let window = window(app, asked)?;
    let settings = &app.loaded.settings;
    let explainer = Explainer::new(store, map, &settings.assign).await;
    let explainer = Arc::new(explainer.map_err(|error| AskError::Field { field: "map", reason: error_chain(&error) })?);
    let by_likeness = Arc::clone(&explainer);
    let near = move |centre: &_| {
        let nearest = by_likeness.nearest(centre).into_iter().next();
        nearest.filter(|near| near.cosine >= NEAR_FROM).map(|near| near.touchpoint)
    };
    let themes = unplaced_themes(store, map, window, least, &settings.themes, near).await;
    let mut themes = themes.map_err(|error| AskError::Failed(Box::new(error)))?;
    themes.themes.truncate(top as usize);
    let mut ids: HashSet<TouchpointId> = loaded.map.touchpoints().map(|(_, known)| known.id.clone()).collect();
    let mentions = themes.mentions;
    let addition =
        |theme| addition(theme, mentions, &loaded.map, |centre| explainer.nearest(centre).into_iter().next(), &mut ids);
    Ok(SuggestedAdditions {
        map: map.clone(),
        from: window.from,
        to: window.to,
        placed: themes.placed,
        unassigned: themes.opinions,
        sampled: themes.sampled,
        general: themes.general,
        additions: themes.themes.into_iter().map(addition).collect(),
    })
}

fn within(field: &'static str, value: u32, least: u32, most: u32) -> Result<u32, AskError> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(AskError::Field { field, reason: format!("{value} is not from {least} to {most}") })
}

/// The whole days asked for; those of the curve where nothing is said.
fn window(app: &App, asked: &AdditionQuery) -> Result<DayWindow, AskError> {
    let now = app.clock.now();
    let posted = posted(asked.since.as_deref(), asked.until.as_deref(), None, now)?;
    let to = posted.until.map_or(now, |until| until - TimeDelta::milliseconds(1)).date_naive();
    let window = DayWindow::ending(to, app.loaded.settings.layers.window_days);
    let from = posted.since.map_or(window.from, |since| since.date_naive());
    if from > to {
        return Err(AskError::Field { field: "since", reason: format!("{from} is after the end, {to}") });
    }
    Ok(DayWindow { from, to })
}

fn addition(
    theme: UnplacedTheme,
    mentions: u64,
    map: &JourneyMap,
    nearest: impl Fn(&moodline_types::Embedding) -> Option<Nearness>,
    ids: &mut HashSet<TouchpointId>,
) -> Addition {
    let nearest = nearest(&theme.centre);
    let place = nearest.as_ref().and_then(|near| map.touchpoint(&near.touchpoint));
    let (kind, touchpoint) = match &theme.near {
        Some(near) => (AdditionKind::Keywords, near.clone()),
        None => (AdditionKind::Touchpoint, new_id(&theme.keywords, ids)),
    };
    let keyword = |used: KeywordUse| {
        let KeywordUse { keyword, inside, unplaced, elsewhere } = used;
        SuggestedKeyword { keyword, inside, unassigned: unplaced, elsewhere }
    };
    let near = |near: Nearness| Near {
        touchpoint: near.touchpoint,
        cosine: rounded(f64::from(near.cosine)),
        share: rounded(f64::from(near.share)),
    };
    let quote = |quote: moodline_types::ThemeQuote| QuotedOpinion {
        mention: quote.mention.0,
        opinion: quote.opinion.0,
        text: quote.text.trim().to_owned(),
    };
    let mut addition = Addition {
        kind,
        touchpoint,
        stage: place.map(|(stage, _)| stage.id.clone()),
        terms: theme.terms,
        keywords: theme.keywords.into_iter().map(keyword).collect(),
        n: theme.mentions.len() as u64,
        opinions: theme.opinions,
        share: rounded(theme.mentions.len() as f64 / mentions.max(1) as f64),
        negative: rounded(theme.negative),
        nearest: nearest.map(near),
        quotes: theme.quotes.into_iter().map(quote).collect(),
        mention_ids: theme.mentions.into_iter().map(|MentionId(id)| id).collect(),
        toml: String::new(),
    };
    addition.toml = toml(&addition, map);
    addition
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// An id that the map does not have: the first keyword of Latin letters, else `new`, with a number where it is taken.
fn new_id(keywords: &[KeywordUse], ids: &mut HashSet<TouchpointId>) -> TouchpointId {
    let slug = |text: &str| {
        let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
        parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
    };
    let spoken = keywords.iter().filter(|used| used.keyword.is_ascii()).map(|used| slug(&used.keyword));
    let base = spoken.into_iter().find(|slug| (3..=30).contains(&slug.len())).unwrap_or_else(|| "new".to_owned());
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    std::iter::once(base.clone())
        .chain(numbered)
        .filter_map(|id| id.parse::<TouchpointId>().ok())
        .find(|id| ids.insert(id.clone()))
        .expect("there are more numbers than touchpoints")
}

/// What to put into the map's file. Quotes stay out of it: what is erased must be gone, and files are not looked at then.
fn toml(addition: &Addition, map: &JourneyMap) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let listed = |words: Vec<&str>| words.into_iter().map(quoted).collect::<Vec<_>>().join(", ");
    let new: Vec<&str> = addition.keywords.iter().map(|used| used.keyword.as_str()).collect();
    let ids: Vec<String> = addition.mention_ids.iter().take(LISTED).map(ToString::to_string).collect();
    let more = if addition.mention_ids.len() > LISTED { ", …" } else { "" };
    let figures = format!(
        "# {} opinions of {} mentions, {:.0} % negative; e.g. mentions {}{more}",
        addition.opinions,
        addition.n,
        addition.negative * 100.0,
        ids.join(", ")
    );
    match addition.kind {
        AdditionKind::Touchpoint => {
            let beside = match (&addition.stage, &addition.nearest) {
                (Some(stage), Some(near)) => format!("\n# perhaps in stage {stage}, near {}", near.touchpoint),
                _ => String::new(),
            };
            let name = addition.terms.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(" / ");
            format!(
                "{figures}{beside}\n[[stages.touchpoints]]\nid = {}\nname = {}\nkeywords = [{}]\n",
                quoted(addition.touchpoint.as_str()),
                quoted(&name),
                listed(new)
            )
        }
        AdditionKind::Keywords => {
            let known = map.touchpoint(&addition.touchpoint).into_iter().flat_map(|(_, known)| &known.keywords);
            let all: Vec<&str> = known.map(String::as_str).chain(new).collect();
            format!("{figures}\n# touchpoint {}: keywords = [{}]\n", addition.touchpoint, listed(all))
        }
    }
}

fn text(found: &SuggestedAdditions, out: &mut Output) -> Result<()> {
    let SuggestedAdditions { map, from, to, placed, unassigned, sampled, general, additions } = found;
    let all = placed + unassigned;
    let share = if all == 0 { 0.0 } else { *unassigned as f64 / all as f64 * 100.0 };
    out.heading(&format!(
        "Suggestions for {map} — {from} to {to}: {unassigned} of {all} opinions ({share:.0} %) fit nowhere"
    ))?;
    if sampled < unassigned {
        out.line(format!("looked at a sample of {sampled}"))?;
    }
    if additions.is_empty() {
        out.line("nothing to suggest: nothing was said often enough alike in words of its own")?;
    } else {
        let mut table = out.new_table(&["Add", "What people say", "Keywords", "n", "Share", "Negative", "Nearest"]);
        for addition in additions {
            let add = match addition.kind {
                AdditionKind::Touchpoint => format!("touchpoint\n{}", addition.touchpoint),
                AdditionKind::Keywords => format!("keywords to\n{}", addition.touchpoint),
            };
            let mut said = addition.terms.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
            for quote in &addition.quotes {
                said.extend(["\n“", shorten(&quote.text, QUOTE_WIDTH).trim_end(), "”"]);
            }
            let keyword = |used: &SuggestedKeyword| {
                format!("{} ({} of {})", used.keyword, used.inside, used.unassigned + used.elsewhere)
            };
            let near = addition.nearest.as_ref();
            table.add_row([
                Cell::new(add),
                Cell::new(said),
                Cell::new(addition.keywords.iter().map(keyword).collect::<Vec<_>>().join("\n")),
                number(addition.n),
                number(format!("{:.0} %", addition.share * 100.0)),
                number(format!("{:.0} %", addition.negative * 100.0)),
                Cell::new(near.map_or_else(String::new, |near| format!("{}\n{:.2}", near.touchpoint, near.cosine))),
            ]);
        }
        out.table(&table)?;
        out.line("keyword (a of b): b opinions use it, a of them are in the group; `--toml` prints what to paste")?;
    }
    if *general > 0 {
        out.line(format!(
            "{general} opinions more say something of anything, such as “great”: no keyword tells them apart"
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(keyword: &str) -> KeywordUse {
        KeywordUse { keyword: keyword.to_owned(), inside: 9, unplaced: 10, elsewhere: 1 }
    }

    #[test]
    fn an_id_is_a_word_that_nobody_has() {
        let mut ids = HashSet::from(["parking".parse().unwrap()]);
        let mut id = |keywords: &[&str]| {
            let keywords: Vec<KeywordUse> = keywords.iter().map(|keyword| used(keyword)).collect();
            new_id(&keywords, &mut ids).to_string()
        };
        assert_eq!(id(&["parking", "garage"]), "parking-2");
        assert_eq!(id(&["车位", "wi-fi code"]), "wi-fi-code");
        assert_eq!(id(&["车位"]), "new");
        assert_eq!(id(&["停车"]), "new-2");
    }

    #[test]
    fn what_is_printed_is_a_touchpoint_that_can_be_pasted() {
        let map = "id = \"shop\"\ntype = \"current-state\"\nname = \"Shop\"\n[[stages]]\nid = \"buy\"\nname = \"Buy\"\n\
                   [[stages.touchpoints]]\nid = \"pay\"\nname = \"Paying\"\nkeywords = [\"card\"]\n";
        let loaded = moodline_maps::parse_map("shop.toml", map).unwrap();
        let theme = UnplacedTheme {
            terms: vec!["停车".to_owned(), "parking \"lot\"".to_owned()],
            keywords: vec![used("停车"), used("parking")],
            near: None,
            centre: moodline_types::Embedding::from_f32(&[1.0]),
            quotes: Vec::new(),
            mentions: vec![MentionId(4), MentionId(7)],
            opinions: 3,
            negative: 0.5,
        };
        let near = UnplacedTheme { near: Some("pay".parse().unwrap()), ..theme.clone() };
        let mut ids = HashSet::new();
        let new = addition(theme, 10, &loaded.map, |_| None, &mut ids);
        let pasted = moodline_maps::parse_map("shop.toml", &format!("{map}{}", new.toml)).unwrap();
        let (stage, touchpoint) = pasted.map.touchpoint(&"parking".parse().unwrap()).unwrap();
        assert_eq!((stage.id.as_str(), touchpoint.keywords.len()), ("buy", 2));

        let more = addition(near, 10, &loaded.map, |_| None, &mut ids);
        assert_eq!((more.kind, more.touchpoint.as_str()), (AdditionKind::Keywords, "pay"));
        assert!(more.toml.contains("# touchpoint pay: keywords = [\"card\", \"停车\", \"parking\"]"), "{}", more.toml);
    }
}
