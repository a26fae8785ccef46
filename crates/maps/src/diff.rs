//! What differs between two definitions of a map, in words.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
};

use crate::{JourneyMap, Persona, Stage, Touchpoint};

/// What `new` says that `old` did not, and the other way round: a line each, from the map down to its touchpoints. Empty
/// where only comments and the order of keywords differ.
pub fn differences(old: &JourneyMap, new: &JourneyMap) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |line: String| lines.push(line);
    if old.id != new.id {
        say(format!("the map is called {}, and was {}", new.id, old.id));
    }
    if old.kind != new.kind {
        say(format!("the type is {}, and was {}", new.kind, old.kind));
    }
    for (what, changed) in [
        ("name", old.name != new.name),
        ("goal", old.goal != new.goal),
        ("scope", old.scope != new.scope),
        ("time zones", (old.time_zone, &old.time_zones) != (new.time_zone, &new.time_zones)),
    ] {
        if changed {
            say(format!("the {what} changed"));
        }
    }
    lists("sources", &words(&old.sources), &words(&new.sources), &mut say);
    come_and_gone("persona", &old.personas, &new.personas, |persona| &persona.id, &mut say);
    for (before, persona) in both(&old.personas, &new.personas, |persona| &persona.id) {
        personas(before, persona, &mut say);
    }
    come_and_gone("stage", &old.stages, &new.stages, |stage| &stage.id, &mut say);
    for (before, stage) in both(&old.stages, &new.stages, |stage| &stage.id) {
        if (&before.name, &before.description) != (&stage.name, &stage.description) {
            say(format!("stage {}: name or description changed", stage.id));
        }
    }
    if order(&old.stages, &new.stages) {
        say("the stages stand in another order".to_owned());
    }
    let (before, after): (Vec<_>, Vec<_>) = (old.touchpoints().collect(), new.touchpoints().collect());
    come_and_gone("touchpoint", &before, &after, |(_, touchpoint)| &touchpoint.id, &mut say);
    for ((old_stage, before), (stage, touchpoint)) in both(&before, &after, |(_, touchpoint)| &touchpoint.id) {
        if old_stage.id != stage.id {
            say(format!("touchpoint {} lies in stage {}, and lay in {}", touchpoint.id, stage.id, old_stage.id));
        }
        touchpoints(before, touchpoint, &mut say);
    }
    lines
}

fn personas(old: &Persona, new: &Persona, say: &mut impl FnMut(String)) {
    if (&old.name, &old.description) != (&new.name, &new.description) {
        say(format!("persona {}: name or description changed", new.id));
    }
    let of = |what: &str| format!("persona {}: {what}", new.id);
    lists(&of("keywords"), &words(&old.keywords), &words(&new.keywords), say);
    lists(&of("sources"), &words(&old.sources), &words(&new.sources), say);
    lists(&of("languages"), &words(&old.languages), &words(&new.languages), say);
}

fn touchpoints(old: &Touchpoint, new: &Touchpoint, say: &mut impl FnMut(String)) {
    let of = |what: &str| format!("touchpoint {}: {what}", new.id);
    if old.name != new.name {
        say(of("the name changed"));
    }
    if old.description != new.description {
        say(of("the description changed"));
    }
    lists(&of("keywords"), &words(&old.keywords), &words(&new.keywords), say);
    lists(&of("examples"), &words(&old.examples), &words(&new.examples), say);
    let number = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:+.2}"));
    let word = |value: Option<&str>| value.unwrap_or("none").to_owned();
    for (what, before, after) in [
        ("target", number(old.target), number(new.target)),
        ("perceived", number(old.perceived), number(new.perceived)),
        ("owner", word(old.owner.as_deref()), word(new.owner.as_deref())),
        ("channel", word(old.channel.as_deref()), word(new.channel.as_deref())),
        ("lane", word(old.lane.map(crate::Lane::as_str)), word(new.lane.map(crate::Lane::as_str))),
    ] {
        if before != after {
            say(of(&format!("{what} is {after}, and was {before}")));
        }
    }
    // Keys without words of their own above must not differ unseen.
    let rest = Touchpoint {
        name: new.name.clone(),
        description: new.description.clone(),
        keywords: new.keywords.clone(),
        examples: new.examples.clone(),
        target: new.target,
        perceived: new.perceived,
        owner: new.owner.clone(),
        channel: new.channel.clone(),
        lane: new.lane,
        ..old.clone()
    };
    if rest != *new {
        say(of("other keys changed"));
    }
}

fn words<T: ToString>(list: &[T]) -> BTreeSet<String> {
    list.iter().map(T::to_string).collect()
}

/// What two lists do not share.
fn lists(what: &str, old: &BTreeSet<String>, new: &BTreeSet<String>, say: &mut impl FnMut(String)) {
    let quoted = |words: Vec<&String>| words.iter().map(|word| format!("“{word}”")).collect::<Vec<_>>().join(", ");
    let (come, gone): (Vec<_>, Vec<_>) = (new.difference(old).collect(), old.difference(new).collect());
    let come = (!come.is_empty()).then(|| format!("added {}", quoted(come)));
    let gone = (!gone.is_empty()).then(|| format!("removed {}", quoted(gone)));
    let both: Vec<String> = come.into_iter().chain(gone).collect();
    if !both.is_empty() {
        say(format!("{what}: {}", both.join("; ")));
    }
}

fn come_and_gone<T, I: Eq + Hash + ToString>(
    what: &str,
    old: &[T],
    new: &[T],
    id: impl Fn(&T) -> &I,
    say: &mut impl FnMut(String),
) {
    for item in new.iter().filter(|item| !old.iter().any(|known| id(known) == id(item))) {
        say(format!("{what} {} is new", id(item).to_string()));
    }
    for item in old.iter().filter(|item| !new.iter().any(|known| id(known) == id(item))) {
        say(format!("{what} {} is gone", id(item).to_string()));
    }
}

/// What stands in both, in the new order.
fn both<'t, T, I: Eq + Hash + 't>(old: &'t [T], new: &'t [T], id: impl Fn(&'t T) -> &'t I) -> Vec<(&'t T, &'t T)> {
    let known: HashMap<&I, &T> = old.iter().map(|item| (id(item), item)).collect();
    new.iter().filter_map(|item| Some((*known.get(id(item))?, item))).collect()
}

/// Whether the stages that stand in both changed their order.
fn order(old: &[Stage], new: &[Stage]) -> bool {
    let kept = |of: &[Stage], other: &[Stage]| -> Vec<String> {
        let both = of.iter().filter(|stage| other.iter().any(|known| known.id == stage.id));
        both.map(|stage| stage.id.to_string()).collect()
    };
    kept(old, new) != kept(new, old)
}

#[cfg(test)]
mod tests {
    use super::*;
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
keywords = ["card", "cash"]
target = 0.5
[[stages]]
id = "use"
name = "Use"
[[stages.touchpoints]]
id = "wear"
name = "Wearing"
keywords = ["wear"]
"#;

    fn told(old: &str, new: &str) -> Vec<String> {
        differences(&parse_map("a", old).unwrap().map, &parse_map("b", new).unwrap().map)
    }

    #[test]
    fn comments_and_order_of_keywords_are_no_difference() {
        assert_eq!(told(MAP, &MAP.replace("[\"card\", \"cash\"]", "[\"cash\", \"card\"] # sorted")), [""; 0]);
    }

    #[test]
    fn every_difference_is_said_once() {
        let new = MAP
            .replace("\"cash\"", "\"coins\"")
            .replace("target = 0.5", "target = 0.6\nowner = \"sales\"")
            .replace("id = \"wear\"\nname = \"Wearing\"", "id = \"wash\"\nname = \"Washing\"")
            .replace("campus", "school");
        assert_eq!(
            told(MAP, &new),
            [
                "persona student: keywords: added “school”; removed “campus”",
                "touchpoint wash is new",
                "touchpoint wear is gone",
                "touchpoint pay: keywords: added “coins”; removed “cash”",
                "touchpoint pay: target is +0.60, and was +0.50",
                "touchpoint pay: owner is sales, and was none",
            ]
        );
    }

    #[test]
    fn moved_touchpoints_and_turned_stages_are_told() {
        let (buy, rest) = MAP.split_at(MAP.find("[[stages]]").unwrap());
        let stages: Vec<&str> = rest.split("[[stages]]").skip(1).collect();
        let turned = format!("{buy}[[stages]]{}[[stages]]{}", stages[1], stages[0]);
        assert_eq!(told(MAP, &turned), ["the stages stand in another order"]);
        let swapped = MAP.replace("\"buy\"", "\"x\"").replace("\"use\"", "\"buy\"").replace("\"x\"", "\"use\"");
        assert!(
            told(MAP, &swapped).contains(&"touchpoint pay lies in stage use, and lay in buy".to_owned()),
            "{:?}",
            told(MAP, &swapped)
        );
    }
}
