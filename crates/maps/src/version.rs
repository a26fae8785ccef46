//! When two maps place and flag every opinion alike.

use std::collections::BTreeSet;

use moodline_types::{SourceId, TouchpointId};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{JourneyMap, LocalText, Rule};

/// First bytes of the SHA-256 that are kept: 16 hexadecimal digits.
const KEPT_BYTES: usize = 8;

/// See [`JourneyMap::version`].
pub(crate) fn of(map: &JourneyMap) -> String {
    let personas = map.personas.iter().map(|persona| {
        let keywords = sorted(&persona.keywords);
        // Maps without such rules keep the version they have had.
        let mut parts = vec![json!(persona.id), json!(keywords)];
        if !(persona.sources.is_empty() && persona.languages.is_empty()) {
            let sources: BTreeSet<&str> = persona.sources.iter().map(SourceId::as_str).collect();
            parts.extend([json!(sources), json!(sorted(&persona.languages))]);
        }
        if let Some(from) = persona.similar_from {
            let described: BTreeSet<&str> =
                persona.description.iter().flat_map(LocalText::variants).map(|(_, text)| text).collect();
            parts.push(json!({ "similar_from": from, "to": described }));
        }
        serde_json::Value::Array(parts)
    });
    let stages = map.stages.iter().map(|stage| {
        let touchpoints = stage.touchpoints.iter().map(|touchpoint| {
            let descriptions: BTreeSet<&str> =
                touchpoint.description.iter().flat_map(LocalText::variants).map(|(_, text)| text).collect();
            let mut parts = vec![
                json!(touchpoint.id),
                json!(sorted(&touchpoint.keywords)),
                json!(sorted(&touchpoint.examples)),
                json!(descriptions),
            ];
            if !touchpoint.rules.is_empty() {
                let rule = |rule: &Rule| {
                    let of_channel = rule.channel.as_ref().and_then(|channel| map.channels.get(channel));
                    json!([rule.regex, rule.sources, rule.languages, rule.channel, of_channel])
                };
                parts.push(touchpoint.rules.iter().map(rule).collect());
            }
            serde_json::Value::Array(parts)
        });
        json!([stage.id, touchpoints.collect::<Vec<_>>()])
    });
    let sources: BTreeSet<&str> = map.sources.iter().map(SourceId::as_str).collect();
    let mut canonical = vec![json!(map.id), json!(sources), personas.collect(), stages.collect()];
    if map.tells_hours() {
        canonical.push(json!("hours"));
    }
    if let Some(rule) = &map.flag {
        let touchpoints: BTreeSet<&str> = rule.touchpoints.iter().map(TouchpointId::as_str).collect();
        let emotions: BTreeSet<&str> = rule.emotions.iter().map(|emotion| emotion.as_str()).collect();
        canonical.push(json!(["flag", rule.from, touchpoints, emotions]));
    }
    let canonical = serde_json::Value::Array(canonical);
    let digest = Sha256::digest(canonical.to_string().as_bytes());
    hex::encode(&digest[..KEPT_BYTES])
}

fn sorted(texts: &[String]) -> BTreeSet<&str> {
    texts.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use crate::parse_map;

    const MAP: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"
[[personas]]
id = "student"
name = "Student"
keywords = ["campus"]
[[stages]]
id = "buy"
name = "Buy"
[[stages.touchpoints]]
id = "pay"
name = "Paying"
description = { en = "Paying at the till" }
keywords = ["card", "cash"]
examples = ["the card was refused"]
target = 0.5
[[stages]]
id = "use"
name = "Use"
[[stages.touchpoints]]
id = "wear"
name = "Wearing"
keywords = ["wear"]
"#;

    fn version(text: &str) -> String {
        parse_map("shop.toml", text).unwrap().version
    }

    #[test]
    fn wording_for_people_leaves_the_version_alone() {
        let same = MAP
            .replace("name = \"Paying\"", "name = { en = \"Payment\", ja = \"支払い\" }")
            .replace("target = 0.5", "target = 0.6\nperceived = 0.1\nowner = \"sales\"")
            .replace("[\"card\", \"cash\"]", "[\"cash\", \"card\"] # sorted")
            .replace("type = \"current-state\"", "type = \"future-state\"\ngoal = \"Less queueing\"");
        assert_eq!(version(&same), version(MAP));
        assert_eq!(version(MAP).len(), 16);
    }

    #[test]
    fn whatever_decides_assignments_changes_it() {
        for (from, to) in [
            ("id = \"pay\"", "id = \"paying\""),
            ("\"cash\"", "\"coins\""),
            ("refused", "taken"),
            ("at the till", "at the desk"),
            ("campus", "school"),
            ("\"cash\"]", "\"cash\"]\nrules = [{ regex = \"paid\" }]"),
            ("id = \"shop\"", "id = \"shop-2\""),
            ("type = \"current-state\"", "type = \"current-state\"\nsources = [\"shop-reviews\"]"),
            ("[[personas]]", "[flag]\nfrom = 0.9\n[[personas]]"),
            ("[[personas]]", "[flag]\ntouchpoints = [\"pay\"]\n[[personas]]"),
            ("[[personas]]", "[flag]\nemotions = [\"anger\"]\n[[personas]]"),
            ("type = \"current-state\"", "type = \"day-in-the-life\""),
            ("keywords = [\"campus\"]", "keywords = [\"campus\"]\nlanguages = [\"en\"]"),
            ("keywords = [\"campus\"]", "keywords = [\"campus\"]\nsources = [\"campus-forum\"]"),
            ("keywords = [\"campus\"]", "description = \"In class\"\nsimilar_from = 0.7"),
        ] {
            assert_ne!(version(&MAP.replace(from, to)), version(MAP), "{from} → {to}");
        }
    }
}
