//! Placing the opinions of one mention on one map: pure, no I/O.

use std::collections::HashMap;

use moodline_maps::{FlagRule, JourneyMap, KeywordIndex, KeywordMatch, RuleIndex, RuleMatch};
use moodline_store::{JudgedMention, MentionAssignments, ModelRecord, Override, PlacedOpinion, opinions_meant};
use moodline_types::{
    Assignment, AssignmentReason, Embedding, MapId, MentionId, OpinionId, SourceId, StageId, TouchpointId,
};

use crate::{
    AssignConfig, Nearness, context,
    correction::{Correction, Said},
    heads::{Head, Heads},
    likeness::{Likeness, TextVectors},
    persona::Personas,
    tally::{self, Counted},
};

/// What a model says of its own cosines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Cosine below which an opinion is nobody's, −1 to 1.
    pub unassigned_below: f32,
    /// Temperature that turns cosines into shares, above 0.
    pub similarity_temperature: f32,
}

impl From<&ModelRecord> for Calibration {
    fn from(model: &ModelRecord) -> Self {
        Self { unassigned_below: model.unassigned_below, similarity_temperature: model.similarity_temperature }
    }
}

/// One opinion as placing sees it.
#[derive(Debug, Clone, Copy)]
pub struct Clause<'a> {
    /// The words the judgement rests on.
    pub evidence: &'a str,
    /// Where they lie among the map's texts.
    pub embedding: &'a Embedding,
}

/// Where an opinion belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// Stage and touchpoint; `None` when unassigned.
    pub place: Option<(StageId, TouchpointId)>,
    /// Confidence from 0 to 1; see [`Assignment::score`].
    pub score: f32,
    /// Why it lies there.
    pub reason: AssignmentReason,
    /// The keyword, example or cosine that decided, for a person to read.
    pub detail: Option<String>,
}

/// Where the mention of a clause comes from.
#[derive(Debug, Clone, Copy)]
struct Origin<'a> {
    source: Option<&'a SourceId>,
    language: Option<&'a str>,
}

/// Confidence in a touchpoint that only the origin of a mention speaks for.
const ORIGIN_SCORE: f32 = 0.5;

/// A placement by the touchpoint's number in the journey.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub(crate) place: Option<usize>,
    pub(crate) score: f32,
    pub(crate) reason: AssignmentReason,
    pub(crate) detail: Option<String>,
}

/// One map, ready to place opinions of one model.
#[derive(Debug, Clone)]
pub struct Placer {
    map: MapId,
    /// Empty for all.
    sources: Vec<SourceId>,
    touchpoints: Vec<(StageId, TouchpointId)>,
    numbers: HashMap<TouchpointId, usize>,
    keywords: KeywordIndex<TouchpointId>,
    rules: RuleIndex,
    personas: Personas,
    tells_hours: bool,
    vectors: TextVectors,
    heads: Heads,
    calibration: Calibration,
    example_from: f32,
    similarity_from: f32,
    flag_from: f32,
    flag_rule: FlagRule,
}

impl Placer {
    /// Prepares `map`. `vectors` holds a vector for each of [`JourneyMap::distinct_texts`]; texts without one are
    /// never near anything.
    pub fn new(
        map: &JourneyMap,
        vectors: &HashMap<String, Embedding>,
        calibration: Calibration,
        config: &AssignConfig,
    ) -> Self {
        let touchpoints: Vec<(StageId, TouchpointId)> =
            map.touchpoints().map(|(stage, touchpoint)| (stage.id.clone(), touchpoint.id.clone())).collect();
        let numbers = touchpoints.iter().enumerate().map(|(number, (_, id))| (id.clone(), number)).collect();
        Self {
            map: map.id.clone(),
            sources: map.sources.clone(),
            touchpoints,
            numbers,
            keywords: map.touchpoint_keywords(),
            rules: map.rules(),
            personas: Personas::new(map, vectors),
            tells_hours: map.tells_hours(),
            vectors: TextVectors::new(map, vectors),
            heads: Heads::default(),
            calibration,
            example_from: config.example_from,
            similarity_from: config.similarity_from,
            flag_from: map.flag.as_ref().and_then(|rule| rule.from).unwrap_or(config.flag_from),
            flag_rule: map.flag.clone().unwrap_or_default(),
        }
    }

    /// Places the opinions of one text, in order, without corrections: a keyword, an example, a description, the
    /// context.
    pub fn place_clauses(&self, title: Option<&str>, clauses: &[Clause<'_>]) -> Vec<Placement> {
        let nowhere = Origin { source: None, language: None };
        let mut spots: Vec<Spot> = clauses.iter().map(|clause| self.spot(*clause, nowhere)).collect();
        self.fill_context(title, clauses, &mut spots);
        spots.into_iter().map(|spot| self.named(spot)).collect()
    }

    /// Places the opinions of one mention and says what they add to the counts and which flags they raise.
    ///
    /// `overrides` are those of the mention, oldest first; the latest word on each matter wins. A correction that names
    /// a touchpoint the map no longer has is as good as none. An opinion that is not a customer's lies nowhere. Hidden
    /// mentions and copies count nowhere and raise nothing. Mentions of a source that the map does not take have no place on it.
    pub fn place(&self, judged: &JudgedMention, overrides: &[Override]) -> MentionAssignments {
        let JudgedMention { mention, opinions, also_from } = judged;
        if !std::iter::once(&mention.source).chain(also_from).any(|source| self.takes(source)) {
            return nowhere(mention.id);
        }
        let corrections = self.corrections(judged, overrides);
        let origin = Origin { source: Some(&mention.source), language: mention.language.as_deref() };
        let clauses: Vec<Clause<'_>> = opinions
            .iter()
            .map(|opinion| Clause { evidence: &opinion.judged.evidence, embedding: &opinion.judged.embedding })
            .collect();
        let mut spots: Vec<Spot> = clauses
            .iter()
            .zip(&corrections)
            .map(|(clause, correction)| correction.spot().unwrap_or_else(|| self.spot(*clause, origin)))
            .collect();
        self.fill_context(mention.title.as_deref(), &clauses, &mut spots);
        for spot in spots.iter_mut().filter(|spot| spot.reason == AssignmentReason::Unassigned) {
            if let Some(found) = self.rules.find_origin(origin.source, origin.language) {
                *spot = by_rule(found, ORIGIN_SCORE);
            }
        }

        let mut tallies = Vec::new();
        let mut flags = Vec::new();
        if mention.hidden_at.is_none() && mention.copy_of.is_none() && !opinions.is_empty() {
            let counted: Vec<Counted<'_>> = opinions
                .iter()
                .zip(&corrections)
                .zip(&spots)
                .filter(|((_, correction), _)| correction.relevant != Some(false))
                .map(|((opinion, correction), spot)| Counted::new(opinion, correction.sentiment, spot.place))
                .collect();
            let persona = self.personas.of(mention, clauses.iter().map(|clause| clause.embedding));
            tallies = tally::tallies(mention, &counted, &self.touchpoints, persona, self.tells_hours);
            flags = tally::flags(&counted, &self.touchpoints, &self.flag_rule, self.flag_from);
        }
        let assign = |(id, spot): (OpinionId, Spot)| {
            let Placement { place, score, reason, detail } = self.named(spot);
            Assignment { opinion: id, place, score, reason, detail }
        };
        let assignments = opinions.iter().map(|opinion| opinion.id).zip(spots).map(assign).collect();
        MentionAssignments { mention: mention.id, assignments, tallies, flags }
    }

    /// Whether mentions of a source belong on this map at all.
    fn takes(&self, source: &SourceId) -> bool {
        self.sources.is_empty() || self.sources.contains(source)
    }

    fn named(&self, spot: Spot) -> Placement {
        let Spot { place, score, reason, detail } = spot;
        Placement { place: place.map(|number| self.touchpoints[number].clone()), score, reason, detail }
    }

    fn fill_context(&self, title: Option<&str>, clauses: &[Clause<'_>], spots: &mut [Spot]) {
        let named = title.and_then(|title| self.rule(title, None));
        let evidence: Vec<&str> = clauses.iter().map(|clause| clause.evidence).collect();
        context::fill(named, &evidence, spots);
    }

    /// What one opinion says by itself.
    fn spot(&self, clause: Clause<'_>, origin: Origin<'_>) -> Spot {
        if let Some((place, keyword)) = self.rule(clause.evidence, Some(clause.embedding)) {
            return Spot { place: Some(place), score: 1.0, reason: AssignmentReason::Rule, detail: Some(keyword) };
        }
        if let Some(found) = self.rules.find(clause.evidence, origin.source, origin.language) {
            return by_rule(found, 1.0);
        }
        let likeness = self.vectors.compare(clause.embedding);
        if let Some((place, text, cosine)) = likeness.example
            && cosine >= self.example_from
        {
            let (score, detail) = (cosine.clamp(0.0, 1.0), Some(text.to_owned()));
            return Spot { place: Some(place), score, reason: AssignmentReason::Example, detail };
        }
        if let Some((head, probability)) = self.heads.find(clause.embedding) {
            let detail = Some(format!("{}, probability {probability:.2}", head.name));
            let reason = AssignmentReason::Example;
            return Spot { place: Some(head.place), score: probability as f32, reason, detail };
        }
        self.nearest(&likeness)
    }

    /// The touchpoint of a clause that stands alone, wherever it comes from.
    pub(crate) fn alone(&self, clause: Clause<'_>) -> Option<TouchpointId> {
        let nowhere = Origin { source: None, language: None };
        self.spot(clause, nowhere).place.map(|number| self.touchpoints[number].1.clone())
    }

    /// The number of a touchpoint in the journey; `None` where the map does not have it.
    pub(crate) fn number(&self, touchpoint: &TouchpointId) -> Option<usize> {
        self.numbers.get(touchpoint).copied()
    }

    /// Lets a head place what no rule and no example does.
    pub(crate) fn use_head(&mut self, head: Head) {
        self.heads.add(head);
    }

    /// The touchpoints nearest to a vector, the nearest first, at most three; and the nearest example.
    pub(crate) fn nearness(&self, embedding: &Embedding) -> (Vec<Nearness>, Option<(TouchpointId, String, f32)>) {
        let likeness = self.vectors.compare(embedding);
        let near = |(place, cosine): (usize, &Option<f32>)| {
            let share = likeness.share(place, self.calibration.similarity_temperature);
            Some(Nearness { touchpoint: self.touchpoints[place].1.clone(), cosine: (*cosine)?, share })
        };
        let mut nearest: Vec<Nearness> = likeness.cosines.iter().enumerate().filter_map(near).collect();
        nearest.sort_by(|a, b| b.cosine.total_cmp(&a.cosine));
        nearest.truncate(3);
        let example =
            likeness.example.map(|(place, text, cosine)| (self.touchpoints[place].1.clone(), text.to_owned(), cosine));
        (nearest, example)
    }

    /// Makes opinions that people placed examples of their touchpoints; of those that the map no longer has, none.
    pub(crate) fn learn(&mut self, placed: &[PlacedOpinion]) {
        for example in placed {
            if let Some(number) = self.numbers.get(&example.touchpoint) {
                // Their words stay theirs: whoever is like them must not hold a copy.
                let name = format!("opinion {}, which a person placed here", example.opinion);
                self.vectors.add_example(*number, &name, &example.embedding);
            }
        }
    }

    fn nearest(&self, likeness: &Likeness<'_>) -> Spot {
        let nobody = |detail| Spot { place: None, score: 0.0, reason: AssignmentReason::Unassigned, detail };
        let Some((place, cosine)) = likeness.nearest() else { return nobody(None) };
        let score = likeness.share(place, self.calibration.similarity_temperature);
        let detail = Some(format!("cosine {cosine:.2}"));
        if cosine < self.calibration.unassigned_below || score < self.similarity_from {
            let touchpoint = &self.touchpoints[place].1;
            return nobody(Some(format!("nearest is {touchpoint}, cosine {cosine:.2}, share {score:.2}")));
        }
        Spot { place: Some(place), score, reason: AssignmentReason::Similarity, detail }
    }

    /// The touchpoint whose keywords stand in `text`, with the longest of them: most matches, then most characters
    /// matched, then (given a vector) nearest, then first in the journey. A match inside a longer one does not count:
    /// `信用卡还款` is about repayment, not about the card.
    fn rule(&self, text: &str, embedding: Option<&Embedding>) -> Option<(usize, String)> {
        let found = self.keywords.find(text);
        if found.is_empty() {
            return None;
        }
        let length = |found: &KeywordMatch<'_, TouchpointId>| found.end - found.start;
        let inside = |inner: &KeywordMatch<'_, TouchpointId>| {
            found
                .iter()
                .any(|outer| outer.start <= inner.start && inner.end <= outer.end && length(outer) > length(inner))
        };
        // Longest first, so the first of a touchpoint is the one to show.
        let mut hits: Vec<(usize, usize, usize, &str)> = Vec::new();
        for found in found.iter().filter(|found| !inside(found)) {
            let number = self.numbers[found.owner];
            match hits.iter_mut().find(|hit| hit.0 == number) {
                Some(hit) => {
                    hit.1 += 1;
                    hit.2 += length(found);
                }
                None => hits.push((number, 1, length(found), found.keyword)),
            }
        }
        let most = hits.iter().map(|hit| (hit.1, hit.2)).max()?;
        hits.retain(|hit| (hit.1, hit.2) == most);
        hits.sort_by_key(|hit| hit.0);
        if let ([_, _, ..], Some(embedding)) = (hits.as_slice(), embedding) {
            let cosines = self.vectors.compare(embedding).cosines;
            let near = |number: usize| cosines[number].unwrap_or(-1.0);
            hits.sort_by(|a, b| near(b.0).total_cmp(&near(a.0)));
        }
        hits.first().map(|(number, _, _, keyword)| (*number, (*keyword).to_owned()))
    }

    /// What people said of each opinion.
    fn corrections<'a>(&self, judged: &JudgedMention, overrides: &'a [Override]) -> Vec<Correction<'a>> {
        let mut corrections = vec![Correction::default(); judged.opinions.len()];
        let mut own = overrides.iter().filter(|said| said.mention == judged.mention.id).peekable();
        if own.peek().is_none() {
            return corrections;
        }
        let text = judged.mention.full_text();
        let spans: Vec<(u32, u32, &str)> = judged
            .opinions
            .iter()
            .map(|opinion| (opinion.judged.start, opinion.judged.end, opinion.judged.evidence.as_str()))
            .collect();
        for said in own {
            for at in opinions_meant(&text, &said.evidence, &spans) {
                self.correct(&mut corrections[at], said);
            }
        }
        corrections
    }

    fn correct<'a>(&self, correction: &mut Correction<'a>, said: &'a Override) {
        correction.sentiment = said.sentiment.or(correction.sentiment);
        if let Some(relevant) = said.relevant {
            (correction.relevant, correction.judged_by) = (Some(relevant), &said.actor);
        }
        if let Some((map, place)) = &said.place
            && *map == self.map
        {
            correction.place = match place {
                None => Said::Nowhere,
                Some((_, touchpoint)) => self.numbers.get(touchpoint).map_or(Said::Nothing, |number| Said::At(*number)),
            };
            correction.placed_by = &said.actor;
        }
    }
}

fn by_rule(found: RuleMatch, score: f32) -> Spot {
    let RuleMatch { touchpoint, because } = found;
    Spot { place: Some(touchpoint), score, reason: AssignmentReason::Rule, detail: Some(because) }
}

/// What a mention that is none of the map's business adds to it.
fn nowhere(mention: MentionId) -> MentionAssignments {
    MentionAssignments { mention, assignments: Vec::new(), tallies: Vec::new(), flags: Vec::new() }
}
