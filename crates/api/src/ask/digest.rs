//! What is out of the ordinary, with what it is about: one alert, or those of every department.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, Utc};
use moodline_maps::JourneyMap;
use moodline_store::Store;
use moodline_types::{
    self as types, AlertEpisode, AlertId, AlertKind, AlertQuery, AlertStatus, AlertSubject, AlertTier, MapId, Mention,
    ThemeId,
};

use super::{alerts, maps, mentions::moment};
use crate::{
    AskError,
    body::{Alert, AlertQuote, AlertShown, AlertTheme, Department, DigestEntry},
};

/// Alerts that one digest reads.
const MOST: u32 = 100_000;
/// Quotes told with each alert.
const QUOTES: usize = 3;
/// Characters of a quote.
const QUOTE_LENGTH: usize = 120;

/// One alert with what its mentions speak of, and their words.
///
/// # Errors
/// `Missing` where there is no such alert.
pub async fn shown(store: &dyn Store, alert: AlertId) -> Result<AlertShown, AskError> {
    let Alert(alert) = alerts::show(store, alert).await?;
    let themes = themes_of(store, &alert).await?;
    let quote = |mention: Mention| AlertQuote {
        mention: mention.id.0,
        url: mention.url,
        title: mention.title,
        text: mention.text,
    };
    let quotes = moved_by(store, &alert).await?.into_iter().map(quote).collect();
    Ok(AlertShown { alert: Alert(alert), themes, quotes })
}

/// For each department what goes on at the touchpoints it owns, and what ended since `since` (a date, an instant or an
/// age); without a department those of nobody, and the sources.
///
/// # Errors
/// `Missing` for a map, `Field` for an owner that does not exist or a time that cannot be read.
pub async fn digest(
    store: &dyn Store,
    only: Option<&MapId>,
    owner: Option<&str>,
    since: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Department>, AskError> {
    let since = moment(since, now).map_err(|reason| AskError::field("since", reason))?;
    let mut known = BTreeMap::new();
    let ids = match only {
        Some(map) => vec![map.clone()],
        None => store.maps().await?.into_iter().map(|record| record.id).collect(),
    };
    for id in ids {
        let loaded = maps::loaded(store, &id).await?;
        known.insert(id, loaded);
    }
    let maps: BTreeMap<&MapId, &JourneyMap> = known.iter().map(|(id, loaded)| (id, &loaded.map)).collect();
    of_owner(&maps, owner)?;
    let query = AlertQuery { map: only.cloned(), limit: MOST, ..AlertQuery::default() };
    let mut departments: BTreeMap<Option<String>, Vec<DigestEntry>> = BTreeMap::new();
    for alert in store.alerts(&query).await? {
        let told = alert.episode.is_going_on() || alert.updated_at >= since;
        // A watch that is over was chance, most likely.
        let is_news = alert.episode.tier == AlertTier::Alert || alert.episode.is_going_on();
        if !(told && is_news && concerns(&alert.episode, &maps)) || alert.status == AlertStatus::Closed {
            continue;
        }
        let (of, name) = place(&alert.episode, &maps);
        if owner.is_some() && owner != of.as_deref() {
            continue;
        }
        let quotes = moved_by(store, &alert).await?.iter().take(QUOTES).map(|mention| short(&mention.text)).collect();
        let themes = told_themes(&themes_of(store, &alert).await?, alert.episode.mentions.len());
        departments.entry(of).or_default().push(DigestEntry { alert: Alert(alert), name, themes, quotes });
    }
    Ok(departments.into_iter().map(|(owner, entries)| Department { owner, entries }).collect())
}

/// Refuses an owner that no touchpoint has: an empty digest would say that all is well.
fn of_owner(maps: &BTreeMap<&MapId, &JourneyMap>, owner: Option<&str>) -> Result<(), AskError> {
    let Some(owner) = owner else { return Ok(()) };
    let touchpoints = maps.values().flat_map(|map| map.touchpoints());
    let mut owners: Vec<&str> = touchpoints.filter_map(|(_, touchpoint)| touchpoint.owner.as_deref()).collect();
    owners.sort_unstable();
    owners.dedup();
    if owners.contains(&owner) {
        return Ok(());
    }
    Err(AskError::field("owner", format!("no touchpoint is owned by `{owner}`; owners are {}", owners.join(", "))))
}

/// Whether it is of one of these maps, or of a source.
fn concerns(episode: &AlertEpisode, maps: &BTreeMap<&MapId, &JourneyMap>) -> bool {
    match &episode.subject {
        AlertSubject::Touchpoint { map, .. } => maps.contains_key(map),
        AlertSubject::Source { .. } => episode.kind == AlertKind::Source,
    }
}

/// Who owns it, and what it is called.
fn place(episode: &AlertEpisode, maps: &BTreeMap<&MapId, &JourneyMap>) -> (Option<String>, String) {
    match &episode.subject {
        AlertSubject::Source { source } => (None, format!("source {source}")),
        AlertSubject::Touchpoint { map: id, touchpoint, .. } => {
            let known = maps.get(id).and_then(|map| map.touchpoint(touchpoint).map(|(_, known)| (map, known)));
            known.map_or_else(
                || (None, format!("{touchpoint} ({id})")),
                |(map, known)| {
                    let name = format!("{} ({})", known.name.in_language("en"), map.name.in_language("en"));
                    (known.owner.clone(), name)
                },
            )
        }
    }
}

/// The mentions of an alert in its own order.
async fn moved_by(store: &dyn Store, alert: &types::Alert) -> Result<Vec<Mention>, AskError> {
    let ids = &alert.episode.mentions;
    let mut mentions = store.mentions(ids).await?;
    mentions.retain(|mention| mention.hidden_at.is_none());
    mentions.sort_by_key(|mention| ids.iter().position(|id| *id == mention.id));
    Ok(mentions)
}

/// The themes that the mentions of an alert speak of, as its touchpoint was last clustered.
async fn themes_of(store: &dyn Store, alert: &types::Alert) -> Result<Vec<AlertTheme>, AskError> {
    let AlertSubject::Touchpoint { map, touchpoint, .. } = &alert.episode.subject else { return Ok(Vec::new()) };
    let Some(set) = store.themes(map, None).await? else { return Ok(Vec::new()) };
    let here: Vec<_> = set.themes.into_iter().filter(|theme| theme.place.1 == *touchpoint).collect();
    let ids: Vec<ThemeId> = here.iter().map(|theme| theme.id).collect();
    let voices = store.theme_mentions(&ids).await?;
    let counted = here.into_iter().map(|theme| {
        let of_theme = voices.get(&theme.id).map_or(&[][..], Vec::as_slice);
        let mentions = alert.episode.mentions.iter().filter(|mention| of_theme.contains(mention)).count();
        AlertTheme { terms: theme.terms.join(", "), mentions }
    });
    let mut counted: Vec<AlertTheme> = counted.filter(|theme| theme.mentions > 0).collect();
    counted.sort_by_key(|theme| Reverse(theme.mentions));
    Ok(counted)
}

/// Themes in a line, e.g. `login, code (7 of 10); queue (2 of 10)`.
pub fn told_themes(themes: &[AlertTheme], of: usize) -> String {
    let told: Vec<String> =
        themes.iter().map(|AlertTheme { terms, mentions }| format!("{terms} ({mentions} of {of})")).collect();
    told.join("; ")
}

/// The beginning of a text, in one line.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(QUOTE_LENGTH) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}
