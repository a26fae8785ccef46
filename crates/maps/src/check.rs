//! What TOML and types cannot say about a map.

use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
    hash::Hash,
};

use moodline_config::{Document, Finding, PathStep};
use moodline_keywords::fold_keyword;

use crate::{FlagRule, JourneyMap, LocalText, MapKind, Touchpoint, text::is_language_tag};

/// Everything wrong with a map that could be read.
pub(crate) fn findings(document: &Document<JourneyMap>) -> Vec<Finding> {
    let mut check = Check { document, findings: Vec::new() };
    check.map(&document.value);
    check.findings
}

type Path<'a> = Vec<PathStep<'a>>;

struct Check<'a> {
    document: &'a Document<JourneyMap>,
    findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    fn map(&mut self, map: &'a JourneyMap) {
        self.text(&map.name, &["name".into()]);
        self.optional_text(map.goal.as_ref(), &["goal".into()]);
        self.optional_text(map.scope.as_ref(), &["scope".into()]);
        if map.stages.is_empty() {
            self.say(&["id".into()], format!("map `{}` has no stages; add a [[stages]] table", map.id));
        }
        self.future(map);
        self.unique(
            "persona",
            map.personas.iter().enumerate().map(|(i, persona)| (vec!["personas".into(), i.into()], &persona.id)),
        );
        for (i, persona) in map.personas.iter().enumerate() {
            let at: Path<'_> = vec!["personas".into(), i.into()];
            self.text(&persona.name, &join(&at, ["name".into()]));
            self.optional_text(persona.description.as_ref(), &join(&at, ["description".into()]));
            self.keywords(&persona.keywords, &at);
            match persona.similar_from {
                Some(from) if !(-1.0..=1.0).contains(&from) => {
                    let message = format!("`similar_from` is {from}, but a cosine lies from -1 to 1");
                    self.say(&join(&at, ["similar_from".into()]), message);
                }
                Some(_) if persona.description.is_none() => {
                    let message = "similar to what? give the persona a description";
                    self.say(&join(&at, ["similar_from".into()]), message);
                }
                _ => {}
            }
            for (j, tag) in persona.languages.iter().enumerate().filter(|(_, tag)| !is_language_tag(tag)) {
                let message = format!("`{tag}` is not a language tag such as `en`, `ja` or `zh-Hans` (BCP 47)");
                self.say(&join(&at, ["languages".into(), j.into()]), message);
            }
        }
        if !map.tells_hours() && (map.time_zone.is_some() || !map.time_zones.is_empty()) {
            let key = if map.time_zone.is_some() { "time_zone" } else { "time_zones" };
            self.say(&[key.into()], "only maps of type `day-in-the-life` tell hours; leave the time zone out");
        }
        if !map.stages.is_empty() && !map.touchpoints().any(|(_, touchpoint)| map.measures(touchpoint)) {
            let message = "nothing on this blueprint can be measured: give touchpoints where customers are helped \
                           `lane = \"support\"`";
            self.say(&["type".into()], message);
        }
        let sources = map.sources.iter().enumerate();
        self.unique("source", sources.map(|(i, source)| (vec!["sources".into(), i.into()], source)));
        self.unique("stage", map.stages.iter().enumerate().map(|(i, s)| (vec!["stages".into(), i.into()], &s.id)));
        self.unique("touchpoint", places(map).map(|(at, touchpoint)| (at, &touchpoint.id)));
        for (i, stage) in map.stages.iter().enumerate() {
            let at: Path<'_> = vec!["stages".into(), i.into()];
            self.text(&stage.name, &join(&at, ["name".into()]));
            self.optional_text(stage.description.as_ref(), &join(&at, ["description".into()]));
            if stage.touchpoints.is_empty() {
                self.say(&at, format!("stage `{}` has no touchpoints; add a [[stages.touchpoints]] table", stage.id));
            }
        }
        for (at, touchpoint) in places(map) {
            self.touchpoint(touchpoint, &at);
        }
        self.shared_keywords(map);
        if let Some(rule) = &map.flag {
            self.flag_rule(map, rule);
        }
    }

    fn future(&mut self, map: &JourneyMap) {
        match &map.future_of {
            Some(today) if *today == map.id => self.say(&["future_of".into()], "a map is not the future of itself"),
            Some(_) if map.kind != MapKind::FutureState => {
                let message =
                    "only maps of type `future-state` are the future of another; set the type or leave it out";
                self.say(&["future_of".into()], message);
            }
            Some(_) => {}
            None => {
                for (at, _) in places(map).filter(|(_, touchpoint)| touchpoint.replaces.is_some()) {
                    let message = "replaces what? name the map of today: `future_of = \"MAP\"`";
                    self.say(&join(&at, ["replaces".into()]), message);
                }
            }
        }
    }

    fn flag_rule(&mut self, map: &JourneyMap, rule: &FlagRule) {
        if let Some(from) = rule.from.filter(|from| !(0.0..=1.0).contains(from)) {
            self.say(&["flag".into(), "from".into()], format!("`from` is {from}, but a probability lies from 0 to 1"));
        }
        for (i, id) in rule.touchpoints.iter().enumerate().filter(|(_, id)| map.touchpoint(id).is_none()) {
            let known: Vec<&str> = map.touchpoints().map(|(_, touchpoint)| touchpoint.id.as_str()).collect();
            let message = format!("this map has no touchpoint `{id}`; it has {}", known.join(", "));
            self.say(&["flag".into(), "touchpoints".into(), i.into()], message);
        }
    }

    fn touchpoint(&mut self, touchpoint: &Touchpoint, at: &[PathStep<'_>]) {
        self.text(&touchpoint.name, &join(at, ["name".into()]));
        self.optional_text(touchpoint.description.as_ref(), &join(at, ["description".into()]));
        self.keywords(&touchpoint.keywords, at);
        for (i, rule) in touchpoint.rules.iter().enumerate() {
            if let Some((key, message)) = rule.fault(&self.document.value.channels) {
                self.say(&join(at, ["rules".into(), i.into(), key.into()]), message);
            }
        }
        self.examples(&touchpoint.examples, at);
        for (key, score) in [("target", touchpoint.target), ("perceived", touchpoint.perceived)] {
            if let Some(score) = score.filter(|score| !(-1.0..=1.0).contains(score)) {
                self.say(&join(at, [key.into()]), format!("`{key}` is {score}, but net sentiment lies from -1 to 1"));
            }
        }
        if let Some(effort) = touchpoint.effort.filter(|effort| !(1..=5).contains(effort)) {
            self.say(&join(at, ["effort".into()]), format!("`effort` is {effort}, but lies from 1 (little) to 5"));
        }
        for (theme, effort) in &touchpoint.theme_efforts {
            let at = join(at, ["theme_efforts".into(), theme.as_str().into()]);
            if !(1..=5).contains(effort) {
                self.say(&at, format!("the effort of theme {theme} is {effort}, but lies from 1 (little) to 5"));
            }
            if theme.parse::<i64>().is_err() {
                let message = format!("`{theme}` is no theme; `moodline painpoints` shows their ids");
                self.findings.push(self.document.key_finding(&at, message));
            }
        }
        for (key, word) in [("channel", &touchpoint.channel), ("owner", &touchpoint.owner)] {
            if word.as_ref().is_some_and(|word| word.trim().is_empty()) {
                self.say(&join(at, [key.into()]), format!("`{key}` is empty; leave the key out instead"));
            }
        }
        if touchpoint.description.is_none()
            && touchpoint.keywords.is_empty()
            && touchpoint.examples.is_empty()
            && touchpoint.rules.is_empty()
        {
            let message = format!(
                "nothing can be assigned to touchpoint `{}`: it needs a description, keywords, rules or examples",
                touchpoint.id
            );
            self.say(at, message);
        }
    }

    fn optional_text(&mut self, text: Option<&LocalText>, at: &[PathStep<'_>]) {
        if let Some(text) = text {
            self.text(text, at);
        }
    }

    fn text(&mut self, text: &LocalText, at: &[PathStep<'_>]) {
        for (tag, text) in text.variants() {
            let at = join(at, tag.map(PathStep::from));
            if let Some(tag) = tag.filter(|tag| !is_language_tag(tag)) {
                let message = format!("`{tag}` is not a language tag such as `en`, `ja` or `zh-Hans` (BCP 47)");
                self.findings.push(self.document.key_finding(&at, message));
            }
            if text.trim().is_empty() {
                self.say(&at, "this text is empty");
            }
        }
    }

    fn keywords(&mut self, keywords: &[String], at: &[PathStep<'_>]) {
        let mut seen = HashSet::new();
        for (i, keyword) in keywords.iter().enumerate() {
            let at = join(at, ["keywords".into(), i.into()]);
            let folded = fold_keyword(keyword);
            if folded.is_empty() {
                self.say(&at, "this keyword is empty");
            } else if !seen.insert(folded) {
                self.say(&at, format!("keyword `{keyword}` is listed twice (case and width do not matter)"));
            }
        }
    }

    fn examples(&mut self, examples: &[String], at: &[PathStep<'_>]) {
        let mut seen = HashSet::new();
        for (i, example) in examples.iter().enumerate() {
            let at = join(at, ["examples".into(), i.into()]);
            if example.trim().is_empty() {
                self.say(&at, "this example is empty");
            } else if !seen.insert(example.trim()) {
                self.say(&at, "this example is listed twice");
            }
        }
    }

    /// A keyword, and likewise an example, must lead to one touchpoint.
    fn shared_keywords(&mut self, map: &JourneyMap) {
        let mut keywords = HashMap::new();
        let mut examples = HashMap::new();
        for (at, touchpoint) in places(map) {
            for (i, keyword) in touchpoint.keywords.iter().enumerate() {
                let folded = fold_keyword(keyword);
                let owner = keywords.entry(folded.clone()).or_insert(&touchpoint.id);
                if *owner != &touchpoint.id && !folded.is_empty() {
                    let message = format!("keyword `{keyword}` already belongs to touchpoint `{owner}`");
                    self.say(&join(&at, ["keywords".into(), i.into()]), message);
                }
            }
            for (i, example) in touchpoint.examples.iter().enumerate() {
                let owner = examples.entry(example.trim()).or_insert(&touchpoint.id);
                if *owner != &touchpoint.id && !example.trim().is_empty() {
                    let message = format!("this example already belongs to touchpoint `{owner}`");
                    self.say(&join(&at, ["examples".into(), i.into()]), message);
                }
            }
        }
    }

    fn unique<I: Display + Eq + Hash + 'a>(&mut self, what: &str, ids: impl Iterator<Item = (Path<'a>, &'a I)>) {
        let mut seen = HashSet::new();
        for (at, id) in ids {
            if !seen.insert(id) {
                self.say(&join(&at, ["id".into()]), format!("{what} `{id}` is defined twice in this map"));
            }
        }
    }

    fn say(&mut self, at: &[PathStep<'_>], message: impl Into<String>) {
        self.findings.push(self.document.finding(at, message));
    }
}

/// What is wrong between a future-state map and the maps it is read with.
pub(crate) fn future_findings(document: &Document<JourneyMap>, all: &[Document<JourneyMap>]) -> Vec<Finding> {
    let map = &document.value;
    let Some(today) = &map.future_of else { return Vec::new() };
    let Some(today) = all.iter().map(|other| &other.value).find(|other| other.id == *today) else {
        let known: Vec<&str> =
            all.iter().map(|other| other.value.id.as_str()).filter(|id| *id != map.id.as_str()).collect();
        let message = format!("there is no map `{today}`; beside this one there are {}", known.join(", "));
        return vec![document.finding(&["future_of".into()], message)];
    };
    if today.kind == MapKind::FutureState {
        let message = format!("map `{}` shows a future state too: nothing of it is measured as it is today", today.id);
        return vec![document.finding(&["future_of".into()], message)];
    }
    let unknown = |(at, touchpoint): (Path<'static>, &Touchpoint)| {
        let replaced = touchpoint.replaces.as_ref().filter(|replaced| today.touchpoint(replaced).is_none())?;
        let known: Vec<&str> = today.touchpoints().map(|(_, touchpoint)| touchpoint.id.as_str()).collect();
        let message = format!("map `{}` has no touchpoint `{replaced}`; it has {}", today.id, known.join(", "));
        Some(document.finding(&join(&at, ["replaces".into()]), message))
    };
    places(map).filter_map(unknown).collect()
}

/// Every touchpoint with the way to it.
fn places(map: &JourneyMap) -> impl Iterator<Item = (Path<'static>, &Touchpoint)> {
    map.stages.iter().enumerate().flat_map(|(i, stage)| {
        stage
            .touchpoints
            .iter()
            .enumerate()
            .map(move |(j, touchpoint)| (vec!["stages".into(), i.into(), "touchpoints".into(), j.into()], touchpoint))
    })
}

fn join<'p>(at: &[PathStep<'p>], more: impl IntoIterator<Item = PathStep<'p>>) -> Path<'p> {
    at.iter().copied().chain(more).collect()
}
