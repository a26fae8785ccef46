//! Rules of assignment beyond keywords: patterns, and where a mention comes from.

use std::collections::BTreeMap;

use moodline_types::SourceId;
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use serde::Deserialize;

use crate::JourneyMap;

/// Bytes that a pattern may take once compiled: far more than anything a person writes.
const MOST_BYTES: usize = 16 << 20;

/// One rule of a touchpoint: an opinion belongs there if all of its conditions hold. An empty condition holds always.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A regular expression that matches somewhere in the opinion, whatever the case of its letters.
    #[serde(default)]
    pub regex: Option<String>,
    /// Sources that the mention may come from.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// Channel that the mention may come from: a key of the map's `channels`.
    #[serde(default)]
    pub channel: Option<String>,
    /// Languages that the mention may be in, BCP 47: `zh` stands for `zh-Hans` too.
    #[serde(default)]
    pub languages: Vec<String>,
}

impl Rule {
    /// Why the rule cannot be used, and the key that is to blame.
    pub(crate) fn fault(&self, channels: &BTreeMap<String, Vec<SourceId>>) -> Option<(&'static str, String)> {
        if let Some(pattern) = &self.regex {
            if pattern.is_empty() {
                return Some(("regex", "this pattern is empty and would match everything".to_owned()));
            }
            if let Err(error) = compiled(pattern) {
                let reason = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
                return Some(("regex", format!("this is no regular expression: {reason}")));
            }
        }
        if let Some(channel) = self.channel.as_ref().filter(|channel| !channels.contains_key(*channel)) {
            let known: Vec<&str> = channels.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "no table `channels`".to_owned() } else { known.join(", ") };
            return Some(("channel", format!("the map has no channel `{channel}`; it has {known}")));
        }
        let empty =
            self.regex.is_none() && self.sources.is_empty() && self.channel.is_none() && self.languages.is_empty();
        empty.then(|| ("regex", "this rule has no condition and would take everything".to_owned()))
    }
}

fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(MOST_BYTES).build()
}

/// A rule that holds: whose it is, and what of it decided, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMatch {
    /// Number of the touchpoint in the order of the journey.
    pub touchpoint: usize,
    /// The pattern, or the conditions.
    pub because: String,
}

/// The rules of a map, ready to be asked.
#[derive(Debug, Clone)]
pub struct RuleIndex {
    patterns: RegexSet,
    /// In the order of `patterns`.
    with_pattern: Vec<Conditions>,
    without: Vec<Conditions>,
}

#[derive(Debug, Clone)]
struct Conditions {
    touchpoint: usize,
    because: String,
    /// `None` for any.
    sources: Option<Vec<SourceId>>,
    languages: Vec<String>,
}

impl Conditions {
    fn hold(&self, source: Option<&SourceId>, language: Option<&str>) -> bool {
        let from = self.sources.as_ref().is_none_or(|sources| source.is_some_and(|source| sources.contains(source)));
        let spoken = |wanted: &String| {
            language
                .and_then(|language| language.strip_prefix(wanted.as_str()))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        from && (self.languages.is_empty() || self.languages.iter().any(spoken))
    }
}

impl RuleIndex {
    /// The rules of all touchpoints. Rules that a check of the map would refuse are left out.
    pub(crate) fn new(map: &JourneyMap) -> Self {
        let mut patterns = Vec::new();
        let (mut with_pattern, mut without) = (Vec::new(), Vec::new());
        for (touchpoint, (_, place)) in map.touchpoints().enumerate() {
            for rule in place.rules.iter().filter(|rule| rule.fault(&map.channels).is_none()) {
                let conditions = conditions(touchpoint, rule, &map.channels);
                match &rule.regex {
                    Some(pattern) => {
                        patterns.push(pattern.as_str());
                        with_pattern.push(conditions);
                    }
                    None => without.push(conditions),
                }
            }
        }
        // Each takes less than that, so that all together have room.
        let room = MOST_BYTES.saturating_mul(patterns.len() + 1);
        let patterns = RegexSetBuilder::new(&patterns).case_insensitive(true).size_limit(room).build();
        let patterns = patterns.expect("patterns that compile one by one compile together");
        Self { patterns, with_pattern, without }
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.with_pattern.is_empty() && self.without.is_empty()
    }

    /// The first rule in the order of the journey whose pattern stands in `text` and whose other conditions hold.
    pub fn find(&self, text: &str, source: Option<&SourceId>, language: Option<&str>) -> Option<RuleMatch> {
        if self.with_pattern.is_empty() {
            return None;
        }
        let found = self.patterns.matches(text);
        found
            .iter()
            .filter_map(|place| self.with_pattern.get(place))
            .find(|rule| rule.hold(source, language))
            .map(matched)
    }

    /// The first rule without a pattern whose conditions hold: for opinions that nothing else places.
    pub fn find_origin(&self, source: Option<&SourceId>, language: Option<&str>) -> Option<RuleMatch> {
        self.without.iter().find(|rule| rule.hold(source, language)).map(matched)
    }
}

fn matched(rule: &Conditions) -> RuleMatch {
    RuleMatch { touchpoint: rule.touchpoint, because: rule.because.clone() }
}

fn conditions(touchpoint: usize, rule: &Rule, channels: &BTreeMap<String, Vec<SourceId>>) -> Conditions {
    let of_channel = rule.channel.as_ref().and_then(|channel| channels.get(channel)).cloned().unwrap_or_default();
    let sources: Vec<SourceId> = match (&rule.channel, rule.sources.is_empty()) {
        (None, _) => rule.sources.clone(),
        (Some(_), true) => of_channel,
        (Some(_), false) => rule.sources.iter().filter(|source| of_channel.contains(source)).cloned().collect(),
    };
    let any = rule.channel.is_none() && rule.sources.is_empty();
    let listed =
        |name: &str, values: &[String]| (!values.is_empty()).then(|| format!("{name} {}", values.join(" or ")));
    let names: Vec<String> = rule.sources.iter().map(ToString::to_string).collect();
    let parts = [
        rule.regex.as_ref().map(|pattern| format!("/{pattern}/")),
        listed("source", &names),
        rule.channel.as_ref().map(|channel| format!("channel {channel}")),
        listed("language", &rule.languages),
    ];
    Conditions {
        touchpoint,
        because: parts.into_iter().flatten().collect::<Vec<_>>().join(", "),
        sources: (!any).then_some(sources),
        languages: rule.languages.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_map;

    fn index(rules: &str) -> RuleIndex {
        let text = format!(
            "id = \"shop\"\ntype = \"current-state\"\nname = \"Shop\"\nchannels = {{ app = [\"ios\", \"play\"] }}\n\
             [[stages]]\nid = \"buy\"\nname = \"Buy\"\n\
             [[stages.touchpoints]]\nid = \"till\"\nname = \"Till\"\nkeywords = [\"till\"]\n\
             [[stages.touchpoints]]\nid = \"refunds\"\nname = \"Refunds\"\nrules = [{rules}]\n"
        );
        parse_map("shop.toml", &text).unwrap().map.rules()
    }

    fn because(found: Option<RuleMatch>) -> Option<String> {
        found.map(|found| found.because)
    }

    #[test]
    fn all_conditions_have_to_hold() {
        let rules = index(r#"{ regex = "re-?fund(s|ed)?", sources = ["ios"], languages = ["en"] }"#);
        let (ios, play) = ("ios".parse().unwrap(), "play".parse().unwrap());
        let found = rules.find("My RE-FUNDED order", Some(&ios), Some("en-GB"));
        assert_eq!(found.as_ref().map(|found| found.touchpoint), Some(1));
        assert_eq!(because(found).unwrap(), "/re-?fund(s|ed)?/, source ios, language en");
        for (text, source, language) in
            [("my order", &ios, "en"), ("refund", &play, "en"), ("refund", &ios, "es"), ("refund", &ios, "eng")]
        {
            assert_eq!(rules.find(text, Some(source), Some(language)), None, "{text} {source} {language}");
        }
        assert_eq!(rules.find("refund", None, None), None, "nothing is known of where it comes from");
    }

    #[test]
    fn a_channel_is_the_sources_it_names() {
        let rules = index(r#"{ channel = "app" }"#);
        assert_eq!(because(rules.find_origin(Some(&"play".parse().unwrap()), None)).unwrap(), "channel app");
        assert_eq!(rules.find_origin(Some(&"forum".parse().unwrap()), None), None);
        assert_eq!(
            rules.find("anything", Some(&"play".parse().unwrap()), None),
            None,
            "only where nothing else places"
        );
    }

    #[test]
    fn chinese_is_matched_like_any_text() {
        let rules = index(r#"{ regex = "退(款|钱).{0,6}(慢|没到)" }"#);
        assert!(rules.find("退款好几天了还没到", None, Some("zh-Hans")).is_some());
        assert!(rules.find("退款很快", None, Some("zh-Hans")).is_none());
    }
}
