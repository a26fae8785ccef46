//! What a mention speaks of where a clause does not say: "客服等了半小时，太差了" complains about support twice.
//!
//! A clause is open when it is short and nothing places it, or only a likeness that most of the weight speaks against.
//! It takes the touchpoint that the clauses before it named; where nothing was named before it, the one touchpoint
//! that the rest of the mention names, if there is exactly one. A longer clause speaks for itself: where it fits
//! nothing it stays unassigned, and ends the topic.

use moodline_types::AssignmentReason;

use crate::placer::Spot;

/// Longest clause, in CJK characters or words of other scripts, that says too little to be placed by itself.
const SHORT_CLAUSE: usize = 40;

/// Share under which a likeness is weaker than the context: other touchpoints together are more likely.
const WEAK_SHARE: f32 = 0.6;

/// Confidence in a touchpoint taken from the context: better than a coin's toss, far from a keyword's.
const CONTEXT_SCORE: f32 = 0.6;

/// Places open clauses by their context. `title` is the touchpoint and keyword that the title names.
pub(crate) fn fill(title: Option<(usize, String)>, evidence: &[&str], spots: &mut [Spot]) {
    let mut topic = title;
    let mut leading = Vec::new();
    let mut anything_named = topic.is_some();
    for (i, spot) in spots.iter_mut().enumerate() {
        if is_open(spot, evidence[i]) {
            match &topic {
                Some((place, keyword)) => *spot = from_context(*place, keyword),
                None if !anything_named => leading.push(i),
                None => {}
            }
            continue;
        }
        topic = named(spot);
        anything_named |= topic.is_some();
    }
    let mut places: Vec<(usize, String)> = spots.iter().filter_map(named).collect();
    places.dedup_by_key(|(place, _)| *place);
    if let [(place, keyword)] = places.as_slice() {
        for i in leading {
            spots[i] = from_context(*place, keyword);
        }
    }
}

/// The touchpoint that a clause names beyond doubt, and how.
fn named(spot: &Spot) -> Option<(usize, String)> {
    match (spot.reason, spot.place) {
        (AssignmentReason::Rule | AssignmentReason::Override, Some(place)) => {
            Some((place, spot.detail.clone().unwrap_or_default()))
        }
        _ => None,
    }
}

fn is_open(spot: &Spot, evidence: &str) -> bool {
    let unsettled = match spot.reason {
        AssignmentReason::Unassigned => true,
        AssignmentReason::Similarity => spot.score < WEAK_SHARE,
        AssignmentReason::Override | AssignmentReason::Rule | AssignmentReason::Example => false,
    };
    unsettled && weight(evidence) <= SHORT_CLAUSE
}

fn from_context(place: usize, keyword: &str) -> Spot {
    Spot {
        place: Some(place),
        score: CONTEXT_SCORE,
        reason: AssignmentReason::Rule,
        detail: Some(format!("{keyword} (elsewhere in the mention)")),
    }
}

/// CJK characters and words of other scripts.
fn weight(text: &str) -> usize {
    let mut count = 0;
    let mut in_word = false;
    for c in text.chars() {
        let cjk = matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
            && c.is_alphanumeric();
        let letter = c.is_alphanumeric() && !cjk;
        count += usize::from(cjk || (letter && !in_word));
        // An apostrophe stays inside its word.
        in_word = letter || (in_word && matches!(c, '\'' | '’'));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(place: usize) -> Spot {
        Spot { place: Some(place), score: 1.0, reason: AssignmentReason::Rule, detail: Some(format!("word{place}")) }
    }

    fn like(place: usize, score: f32) -> Spot {
        Spot { place: Some(place), score, reason: AssignmentReason::Similarity, detail: None }
    }

    fn nowhere() -> Spot {
        Spot { place: None, score: 0.0, reason: AssignmentReason::Unassigned, detail: None }
    }

    fn places(title: Option<usize>, spots: Vec<Spot>) -> Vec<Option<usize>> {
        let mut spots = spots;
        let evidence = vec!["太差了"; spots.len()];
        fill(title.map(|place| (place, "word".into())), &evidence, &mut spots);
        spots.iter().map(|spot| spot.place).collect()
    }

    #[test]
    fn a_short_clause_follows_what_was_named_before() {
        assert_eq!(places(None, vec![rule(1), nowhere(), rule(2), nowhere(), nowhere()]), [1, 1, 2, 2, 2].map(Some));
        assert_eq!(places(None, vec![rule(1), like(3, 0.3)]), [1, 1].map(Some));
    }

    #[test]
    fn a_clear_likeness_stays_and_ends_the_topic() {
        assert_eq!(places(None, vec![rule(1), like(3, 0.9), nowhere()]), [Some(1), Some(3), None]);
    }

    #[test]
    fn a_clause_before_everything_takes_the_only_touchpoint_named() {
        assert_eq!(places(None, vec![nowhere(), rule(1), nowhere()]), [1, 1, 1].map(Some));
        assert_eq!(places(None, vec![nowhere(), rule(1), rule(2)]), [None, Some(1), Some(2)]);
    }

    #[test]
    fn the_title_names_the_topic_to_begin_with() {
        assert_eq!(places(Some(4), vec![nowhere(), rule(1), nowhere()]), [4, 1, 1].map(Some));
    }

    #[test]
    fn a_long_clause_speaks_for_itself() {
        let mut spots = vec![rule(1), nowhere(), nowhere()];
        let long = &"老板人特别好每次过去都会跟我聊聊天".repeat(3);
        fill(None, &["客服", long, "太差了"], &mut spots);
        assert_eq!(spots.iter().map(|spot| spot.place).collect::<Vec<_>>(), [Some(1), None, None]);
    }

    #[test]
    fn context_says_so_and_is_less_sure_than_a_keyword() {
        let mut spots = vec![rule(1), nowhere()];
        fill(None, &["a", "b"], &mut spots);
        assert_eq!(spots[1].detail.as_deref(), Some("word1 (elsewhere in the mention)"));
        assert!(spots[1].score < 1.0);
    }

    #[test]
    fn words_and_cjk_characters_weigh_alike() {
        assert_eq!(weight("It doesn't work, at all!"), 5);
        assert_eq!(weight("太差了，really！"), 4);
        assert_eq!(weight("……"), 0);
    }
}
