//! Reading opinions and writing themes, as one run.

use std::{collections::HashMap, fmt, sync::Arc};

use moodline_maps::parse_map;
use moodline_statistics::Outcomes;
use moodline_store::{
    Clustering, KnownTheme, LayerStore, MapStore, NewTheme, NewVoice, OpinionStore, RollupRow, RunStore, StoreError,
    ThemeMark, ThemeStore, ThemeVoice, TouchpointThemes,
};
use moodline_types::{
    Clock, Counts, DayWindow, MapId, ModelId, OpinionId, RunId, RunKind, StageId, Theme, ThemeId, ThemedTouchpoint,
    TouchpointId, counted,
};
use tracing::{info, warn};

use crate::{
    ThemesConfig, ThemesError,
    find::{Belonging, FoundTheme, Past, find},
    mark::Mark,
    measure::{Voice, Whole, figures, impact, outcomes},
    words::Cutter,
};

/// Nights that a theme without mentions is remembered for: when it is back by then, it is the same.
const REMEMBERED_DAYS: i64 = 180;

/// What a refresh found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemesOutcome {
    /// The run that the themes belong to.
    pub run: RunId,
    /// Themes written.
    pub themes: usize,
    /// Those never seen before.
    pub new: usize,
    /// Touchpoints of the map.
    pub touchpoints: usize,
    /// Touchpoints at which something changed, which were grouped again.
    pub grouped: usize,
}

impl fmt::Display for ThemesOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { themes, new, touchpoints, grouped, .. } = self;
        let themes = counted(*themes, "theme");
        write!(f, "{themes}, {new} of them new, {grouped} of {touchpoints} touchpoints grouped anew")
    }
}

/// Finds and writes the themes of `map` in `window`, compared with the window before it.
///
/// The window has to end with the present: what is found is what themes are known by from then on.
///
/// # Errors
/// The store's, and [`ThemesError::UnknownMap`]. The themes of the last run stay the newest.
pub async fn refresh_themes<S>(
    store: &S,
    map: &MapId,
    window: DayWindow,
    config: &ThemesConfig,
    clock: &dyn Clock,
) -> Result<ThemesOutcome, ThemesError>
where
    S: MapStore + OpinionStore + LayerStore + ThemeStore + RunStore + ?Sized,
{
    let failed = |source: StoreError| ThemesError::Store { map: map.clone(), source };
    let run = store.start_run(RunKind::Themes, map.as_str(), clock.now()).await.map_err(failed)?;
    let refresh = Refresh { store, map, window, config, clock };
    match refresh.write(run).await {
        Ok(outcome) => {
            info!(map.id = %map, run.id = %run, theme.count = outcome.themes, "themes of map {map}: {outcome}");
            Ok(outcome)
        }
        Err(error) => {
            if let Err(second) = store.finish_run(run, Err(&error.to_string()), clock.now()).await {
                warn!(map.id = %map, run.id = %run, error = %second, "could not close the run that failed");
            }
            Err(error)
        }
    }
}

struct Refresh<'a, S: ?Sized> {
    store: &'a S,
    map: &'a MapId,
    window: DayWindow,
    config: &'a ThemesConfig,
    clock: &'a dyn Clock,
}

/// Everything about the map that its touchpoints are measured with.
struct Around {
    model: Option<ModelId>,
    marks: Vec<ThemeMark>,
    kept: HashMap<TouchpointId, String>,
    counts: HashMap<TouchpointId, Counts>,
    whole: Outcomes,
    /// Quotes of the themes as the last run listed them.
    shown: HashMap<ThemeId, Vec<OpinionId>>,
    /// The window and the one before it.
    both: DayWindow,
}

impl<S> Refresh<'_, S>
where
    S: MapStore + OpinionStore + LayerStore + ThemeStore + ?Sized,
{
    async fn write(&self, run: RunId) -> Result<ThemesOutcome, ThemesError> {
        let journey = self.journey().await?;
        let around = self.around(&journey).await?;
        let mut cutter = Cutter::default();
        let mut found = Vec::with_capacity(journey.len());
        for place in journey {
            let themes;
            (themes, cutter) = self.touchpoint(place, &around, cutter).await?;
            found.push(themes);
        }
        let outcome = ThemesOutcome {
            run,
            themes: found.iter().map(|touchpoint| touchpoint.themes.len()).sum(),
            new: found.iter().flat_map(|touchpoint| &touchpoint.themes).filter(|theme| theme.id.is_none()).count(),
            touchpoints: found.len(),
            grouped: found.iter().filter(|touchpoint| touchpoint.clustering.is_some()).count(),
        };
        let now = self.clock.now();
        let written = self.store.write_themes(run, self.map, self.window, &found, &outcome.to_string(), now).await;
        written.map_err(|source| self.failed(source))?;
        Ok(outcome)
    }

    /// The touchpoints of the map in order.
    async fn journey(&self) -> Result<Vec<(StageId, TouchpointId)>, ThemesError> {
        let records = self.store.maps().await.map_err(|source| self.failed(source))?;
        let record = records.into_iter().find(|record| record.id == *self.map);
        let record = record.ok_or_else(|| ThemesError::UnknownMap(self.map.clone()))?;
        let map = parse_map(self.map.as_str(), &record.definition)
            .map_err(|source| ThemesError::Definition { map: self.map.clone(), source: source.into() })?
            .map;
        Ok(map.touchpoints().map(|(stage, touchpoint)| (stage.id.clone(), touchpoint.id.clone())).collect())
    }

    async fn around(&self, journey: &[(StageId, TouchpointId)]) -> Result<Around, ThemesError> {
        let failed = |source| self.failed(source);
        let both = DayWindow { from: self.window.previous().from, to: self.window.to };
        let model = self.store.adopted_model().await.map_err(failed)?.map(|model| model.id);
        let marks = self.store.theme_marks(self.map, both).await.map_err(failed)?;
        let kept = self.store.theme_marks_kept(self.map).await.map_err(failed)?;
        let rollups = self.store.rollups(self.map, self.window).await.map_err(failed)?;
        let counts = counts(&rollups);
        let known = journey.iter().filter_map(|(_, touchpoint)| counts.get(touchpoint));
        let whole = known.fold(Counts::default(), |mut sum, counts| {
            sum += *counts;
            sum
        });
        let last = self.store.themes(self.map, None).await.map_err(failed)?;
        let quotes = |theme: Theme| (theme.id, theme.quotes.into_iter().map(|quote| quote.opinion).collect());
        let shown = last.into_iter().flat_map(|set| set.themes).map(quotes).collect();
        Ok(Around { model, marks, kept, whole: outcomes(&whole), counts, shown, both })
    }

    async fn touchpoint(
        &self,
        place: (StageId, TouchpointId),
        around: &Around,
        cutter: Cutter,
    ) -> Result<(TouchpointThemes, Cutter), ThemesError> {
        let failed = |source| self.failed(source);
        let touchpoint = &place.1;
        let mark = Mark::new(&around.marks, touchpoint, around.model.as_ref(), self.config);
        let voices = self.store.theme_voices(self.map, touchpoint, around.both).await.map_err(failed)?;
        let since = self.clock.now() - chrono::TimeDelta::days(REMEMBERED_DAYS);
        let themes = self.store.known_themes(self.map, touchpoint, since).await.map_err(failed)?;
        let past = Past { themes, voices };
        let counts = around.counts.get(touchpoint).copied().unwrap_or_default();
        let total = mark.opinions();
        let sampled = total.min(u64::from(self.config.max_opinions));
        let whole = Whole {
            window: self.window,
            map: around.whole,
            touchpoint: outcomes(&counts),
            scale: if sampled > 0 { total as f64 / sampled as f64 } else { 1.0 },
        };
        let described = ThemedTouchpoint {
            mentions: counts.n(),
            impact: impact(around.whole, outcomes(&counts)),
            opinions: total,
            sampled,
            place: place.clone(),
        };
        if mark.is_as(around.kept.get(touchpoint), around.both) {
            let themes = carried(&past, &around.shown, &whole);
            return Ok((TouchpointThemes { touchpoint: described, themes, clustering: None }, cutter));
        }
        let limit = self.config.max_opinions;
        let opinions = self.store.theme_opinions(self.map, touchpoint, around.both, limit).await.map_err(failed)?;
        let opinions = Arc::new(opinions);
        let (config, shared) = (self.config.clone(), Arc::clone(&opinions));
        let mut cutter = cutter;
        let found = tokio::task::spawn_blocking(move || {
            let (themes, belongings) = find(&shared, &past, &mut cutter, &config);
            (themes, belongings, cutter)
        })
        .await;
        let (themes, belongings, cutter) =
            found.map_err(|error| ThemesError::Thread { map: self.map.clone(), reason: error.to_string() })?;
        let voice = |(place, kind, theme): &Belonging| {
            let opinion = &opinions[*place];
            Voice {
                mention: opinion.mention,
                kind: *kind,
                theme: theme.map(|(theme, _)| theme),
                emotions: opinion.emotions,
                day: opinion.day,
                counted: opinion.counted,
            }
        };
        let voices: Vec<Voice> = belongings.iter().map(voice).collect();
        let kept = belongings.iter().map(|(place, kind, theme)| NewVoice {
            opinion: opinions[*place].opinion,
            mention: opinions[*place].mention,
            kind: *kind,
            theme: theme.map(|(theme, _)| theme),
            centrality: theme.map_or(0.0, |(_, like)| like),
        });
        let clustering = Some(Clustering { mark: mark.to_text(), voices: kept.collect() });
        Ok((TouchpointThemes { touchpoint: described, themes: measured(themes, &voices, &whole), clustering }, cutter))
    }

    fn failed(&self, source: StoreError) -> ThemesError {
        ThemesError::Store { map: self.map.clone(), source }
    }
}

/// The themes of a touchpoint at which nothing changed, counted anew: the window has moved on.
fn carried(past: &Past, shown: &HashMap<ThemeId, Vec<OpinionId>>, whole: &Whole) -> Vec<NewTheme> {
    let said = |theme: &&KnownTheme| past.voices.iter().any(|voice| voice.theme == Some(theme.id));
    let alive: Vec<&KnownTheme> = past.themes.iter().filter(said).collect();
    let place_of: HashMap<ThemeId, usize> = alive.iter().enumerate().map(|(place, theme)| (theme.id, place)).collect();
    let voice = |voice: &ThemeVoice| Voice {
        mention: voice.mention,
        kind: voice.kind,
        theme: voice.theme.and_then(|theme| place_of.get(&theme)).copied(),
        emotions: voice.emotions,
        day: voice.day,
        counted: voice.counted,
    };
    let voices: Vec<Voice> = past.voices.iter().map(voice).collect();
    let theme = |theme: &&KnownTheme| FoundTheme {
        id: Some(theme.id),
        kind: theme.kind,
        terms: theme.terms.clone(),
        centre: theme.centre.clone(),
        quotes: shown.get(&theme.id).cloned().unwrap_or_else(|| most_central(&past.voices, theme.id)),
    };
    measured(alive.iter().map(theme).collect(), &voices, whole)
}

/// Quotes of a theme that the last run did not list, which a run of an earlier version may have left out.
fn most_central(voices: &[ThemeVoice], theme: ThemeId) -> Vec<OpinionId> {
    let own = voices.iter().filter(|voice| voice.theme == Some(theme));
    let best = own.max_by(|a, b| a.centrality.total_cmp(&b.centrality));
    best.map(|voice| voice.opinion).into_iter().collect()
}

fn counts(rollups: &[RollupRow]) -> HashMap<TouchpointId, Counts> {
    let mut counts: HashMap<TouchpointId, Counts> = HashMap::new();
    for row in rollups {
        if let Some(touchpoint) = &row.touchpoint {
            *counts.entry(touchpoint.clone()).or_default() += row.counts;
        }
    }
    counts
}

/// Themes with their figures, in the order they came in, which is that of the voices' places.
fn measured(themes: Vec<FoundTheme>, voices: &[Voice], whole: &Whole) -> Vec<NewTheme> {
    let theme = |(place, theme): (usize, FoundTheme)| {
        let figures = figures(voices, place, theme.kind, whole);
        NewTheme {
            id: theme.id,
            kind: theme.kind,
            terms: theme.terms,
            centre: theme.centre,
            quotes: theme.quotes,
            mentions: figures.mentions,
            mentions_before: figures.mentions_before,
            share: figures.share,
            share_change: figures.share_change,
            emotion: figures.emotion,
            impact: figures.impact,
        }
    };
    themes.into_iter().enumerate().map(theme).collect()
}
