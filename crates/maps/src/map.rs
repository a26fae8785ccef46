//! What a journey map is.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use moodline_types::{Emotion, MapId, PersonaId, SourceId, StageId, ThemeId, TouchpointId};
use serde::{Deserialize, Serialize};

use crate::{KeywordIndex, Lane, LocalText, Rule, RuleIndex, Zone, version};

/// What a map depicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MapKind {
    /// What customers go through today.
    CurrentState,
    /// What they shall go through.
    FutureState,
    /// Everything a customer does in a day, with or without the company.
    DayInTheLife,
    /// The current state with the work behind the scenes.
    ServiceBlueprint,
}

impl MapKind {
    /// The word used in map files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CurrentState => "current-state",
            Self::FutureState => "future-state",
            Self::DayInTheLife => "day-in-the-life",
            Self::ServiceBlueprint => "service-blueprint",
        }
    }
}

impl fmt::Display for MapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How readily the nights of a touchpoint are found out of the ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// Never: it is not judged.
    Off,
    /// Only where it is five times less probable.
    Low,
    /// As the settings say.
    #[default]
    Normal,
    /// Where it is twice as probable.
    High,
}

/// A customer journey map as its author wrote it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyMap {
    /// Its name in settings, tables and addresses.
    pub id: MapId,
    /// What it depicts; the key is `type`.
    #[serde(rename = "type")]
    pub kind: MapKind,
    /// Its name for people.
    pub name: LocalText,
    /// What the team wants to learn or improve.
    #[serde(default)]
    pub goal: Option<LocalText>,
    /// Which customers and products, from where to where.
    #[serde(default)]
    pub scope: Option<LocalText>,
    /// On a future-state map, the map of the journey as it is today: its measured curve is held against the targets here.
    #[serde(default)]
    pub future_of: Option<MapId>,
    /// Sources whose mentions are about this map's brand; empty for all.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// Where its customers live, for maps of a day: the zone that hours are told in; unset is UTC.
    #[serde(default)]
    pub time_zone: Option<Zone>,
    /// The same for single sources.
    #[serde(default)]
    pub time_zones: BTreeMap<SourceId, Zone>,
    /// Sources by the channel they belong to, for rules.
    #[serde(default)]
    pub channels: BTreeMap<String, Vec<SourceId>>,
    /// When an opinion on this map asks for attention; without it the settings' `[assign] flag_from` decides alone.
    #[serde(default)]
    pub flag: Option<FlagRule>,
    /// How readily alerts are raised on this map.
    #[serde(default)]
    pub alerts: Sensitivity,
    /// Kinds of customers.
    #[serde(default)]
    pub personas: Vec<Persona>,
    /// Phases in the order they are lived.
    #[serde(default)]
    pub stages: Vec<Stage>,
}

/// When an opinion on a map asks for attention. Every condition narrows.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FlagRule {
    /// Probability of negative from which an opinion is flagged, 0 to 1; `None` leaves it to the settings.
    pub from: Option<f32>,
    /// Only at these touchpoints; empty for all.
    pub touchpoints: Vec<TouchpointId>,
    /// Only opinions in which one of these emotions shows most; empty for any.
    pub emotions: Vec<Emotion>,
}

/// A kind of customer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Unique among the map's personas.
    pub id: PersonaId,
    /// Name for people.
    pub name: LocalText,
    /// Who this is.
    #[serde(default)]
    pub description: Option<LocalText>,
    /// Words in a mention that point to this persona.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Sources whose authors are of this kind.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// Languages that this kind writes, BCP 47: `zh` stands for `zh-Hans` too.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Cosine to the description, −1 to 1, from which a mention that no rule speaks for is of this kind; unset is never.
    /// Seldom right: see `docs/assignment.md`.
    #[serde(default)]
    pub similar_from: Option<f32>,
}

impl Persona {
    /// Whether a mention points to this persona by where it comes from or how it is written, whatever it says.
    pub fn writes(&self, source: &SourceId, language: Option<&str>) -> bool {
        let speaks = |wanted: &String| {
            language
                .and_then(|language| language.strip_prefix(wanted.as_str()))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        self.sources.contains(source) || self.languages.iter().any(speaks)
    }
}

/// A phase of the journey.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Unique among the map's stages.
    pub id: StageId,
    /// Name for people.
    pub name: LocalText,
    /// What happens here.
    #[serde(default)]
    pub description: Option<LocalText>,
    /// Places of contact, in order.
    #[serde(default)]
    pub touchpoints: Vec<Touchpoint>,
}

/// A place of contact inside a stage.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Touchpoint {
    /// Unique in the whole map.
    pub id: TouchpointId,
    /// Name for people.
    pub name: LocalText,
    /// Where the contact happens, a free word: `web`, `app`, `store`, …
    #[serde(default)]
    pub channel: Option<String>,
    /// The department that answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// Its lane on a service blueprint; unset is frontstage.
    #[serde(default)]
    pub lane: Option<Lane>,
    /// What customers talk about here, in their words; every language variant gets a vector.
    #[serde(default)]
    pub description: Option<LocalText>,
    /// Words that place an opinion here whatever its vector says.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Rules beyond keywords: patterns in the opinion, and where its mention comes from.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Sentences as customers write them; each gets a vector.
    #[serde(default)]
    pub examples: Vec<String>,
    /// On a map that is the `future_of` another, the touchpoint there that this one takes the place of; unset is that of the
    /// same id.
    #[serde(default)]
    pub replaces: Option<TouchpointId>,
    /// Wanted net sentiment, −1 to 1.
    #[serde(default)]
    pub target: Option<f64>,
    /// The team's own guess of the net sentiment, −1 to 1.
    #[serde(default)]
    pub perceived: Option<f64>,
    /// What it would take to better it, by the team's own estimate: 1 (little) to 5.
    #[serde(default)]
    pub effort: Option<u8>,
    /// The same for single themes, by their ids.
    #[serde(default)]
    pub theme_efforts: BTreeMap<String, u8>,
    /// How readily alerts are raised here; unset: as on the whole map.
    #[serde(default)]
    pub alerts: Option<Sensitivity>,
}

impl Touchpoint {
    /// The touchpoint of today's journey that this one of a future journey takes the place of, if that journey has it.
    pub fn today(&self) -> &TouchpointId {
        self.replaces.as_ref().unwrap_or(&self.id)
    }

    /// The effort named for one theme.
    pub fn theme_effort(&self, theme: ThemeId) -> Option<u8> {
        self.theme_efforts.get(&theme.to_string()).copied()
    }
}

/// Where a text with a vector comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// A variant of the touchpoint's description.
    Description,
    /// One of its example sentences.
    Example,
}

/// A text that needs a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapText<'a> {
    /// Whose text it is.
    pub touchpoint: &'a TouchpointId,
    /// Description or example.
    pub kind: TextKind,
    /// The text.
    pub text: &'a str,
}

impl JourneyMap {
    /// Every touchpoint with its stage, in the order of the journey.
    pub fn touchpoints(&self) -> impl Iterator<Item = (&Stage, &Touchpoint)> {
        self.stages.iter().flat_map(|stage| stage.touchpoints.iter().map(move |touchpoint| (stage, touchpoint)))
    }

    /// Whether mentions of a source belong on this map.
    pub fn takes(&self, source: &SourceId) -> bool {
        self.sources.is_empty() || self.sources.contains(source)
    }

    /// Whether the mood at a touchpoint is measured: everywhere, but on a service blueprint only in the support lane,
    /// for the others are drawn to show the work behind it.
    pub fn measures(&self, touchpoint: &Touchpoint) -> bool {
        self.kind != MapKind::ServiceBlueprint || touchpoint.lane == Some(Lane::Support)
    }

    /// Whether mentions are told apart by the hour they were posted in.
    pub fn tells_hours(&self) -> bool {
        self.kind == MapKind::DayInTheLife
    }

    /// The zone that the authors of a source live in, as far as the map tells.
    pub fn zone_of(&self, source: &SourceId) -> Zone {
        self.time_zones.get(source).copied().or(self.time_zone).unwrap_or(Zone::UTC)
    }

    /// How readily alerts are raised at a touchpoint; nowhere that is not measured.
    pub fn sensitivity(&self, touchpoint: &Touchpoint) -> Sensitivity {
        if self.measures(touchpoint) { touchpoint.alerts.unwrap_or(self.alerts) } else { Sensitivity::Off }
    }

    /// A touchpoint and its stage.
    pub fn touchpoint(&self, id: &TouchpointId) -> Option<(&Stage, &Touchpoint)> {
        self.touchpoints().find(|(_, touchpoint)| touchpoint.id == *id)
    }

    /// A stage.
    pub fn stage(&self, id: &StageId) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == *id)
    }

    /// A persona.
    pub fn persona(&self, id: &PersonaId) -> Option<&Persona> {
        self.personas.iter().find(|persona| persona.id == *id)
    }

    /// Every text that needs a vector: description variants, then examples, in the order of the journey; a text that
    /// a touchpoint has twice is given once.
    pub fn texts(&self) -> Vec<MapText<'_>> {
        let mut texts = Vec::new();
        for (_, touchpoint) in self.touchpoints() {
            let mut seen = HashSet::new();
            let descriptions = touchpoint.description.iter().flat_map(LocalText::variants);
            let descriptions = descriptions.map(|(_, text)| (TextKind::Description, text));
            let examples = touchpoint.examples.iter().map(|text| (TextKind::Example, text.as_str()));
            texts.extend(
                descriptions
                    .chain(examples)
                    .filter(|(_, text)| !text.trim().is_empty() && seen.insert(*text))
                    .map(|(kind, text)| MapText { touchpoint: &touchpoint.id, kind, text }),
            );
        }
        texts
    }

    /// The same texts, and descriptions of personas that are recognised by likeness, each once: what the map's record in the
    /// database lists.
    pub fn distinct_texts(&self) -> Vec<String> {
        let alike = self.personas.iter().filter(|persona| persona.similar_from.is_some());
        let personas = alike.flat_map(|persona| &persona.description).flat_map(LocalText::variants);
        let all = self.texts().into_iter().map(|text| text.text).chain(personas.map(|(_, text)| text));
        let mut seen = HashSet::new();
        all.filter(|text| seen.insert(*text)).map(str::to_owned).collect()
    }

    /// Finds touchpoints by the keywords in a text.
    pub fn touchpoint_keywords(&self) -> KeywordIndex<TouchpointId> {
        KeywordIndex::new(self.touchpoints().flat_map(|(_, touchpoint)| {
            touchpoint.keywords.iter().map(|keyword| (touchpoint.id.clone(), keyword.as_str()))
        }))
    }

    /// The rules of the touchpoints, ready to be asked.
    pub fn rules(&self) -> RuleIndex {
        RuleIndex::new(self)
    }

    /// Finds personas by the keywords in a text.
    pub fn persona_keywords(&self) -> KeywordIndex<PersonaId> {
        KeywordIndex::new(
            self.personas
                .iter()
                .flat_map(|persona| persona.keywords.iter().map(|keyword| (persona.id.clone(), keyword.as_str()))),
        )
    }

    /// A hash of everything that decides assignments and flags, 16 hexadecimal digits: ids, sources, order of stages, keywords,
    /// examples, descriptions, personas' rules, and whether hours are told. Names, goals, targets and the order of keywords do not enter.
    pub fn version(&self) -> String {
        version::of(self)
    }
}
