//! Where one clause ends up.

use std::collections::HashMap;

use moodline_assign::{AssignConfig, Calibration, Clause, Placer};
use moodline_types::{AssignmentReason, Embedding};

use super::{AXES, map, near, nowhere, placer};

fn place_one(evidence: &str, embedding: &Embedding) -> (Option<String>, AssignmentReason, f32, Option<String>) {
    let placed = placer().place_clauses(None, &[Clause { evidence, embedding }]).remove(0);
    (placed.place.map(|(_, touchpoint)| touchpoint.to_string()), placed.reason, placed.score, placed.detail)
}

#[test]
fn a_keyword_in_the_evidence_beats_every_likeness() {
    let (place, reason, score, detail) = place_one("客服不理人", &near(&[("the card", 0.99)]));
    assert_eq!((place.as_deref(), reason), (Some("support"), AssignmentReason::Rule));
    assert_eq!((score, detail.as_deref()), (1.0, Some("客服")));
}

#[test]
fn a_keyword_inside_a_longer_one_does_not_count() {
    let (place, _, _, detail) = place_one("信用卡还款总失败", &nowhere());
    assert_eq!((place.as_deref(), detail.as_deref()), (Some("repayment"), Some("信用卡还款")));
}

#[test]
fn of_several_touchpoints_named_the_most_named_wins_then_the_longest_then_the_nearest() {
    assert_eq!(place_one("card, support and support again", &nowhere()).0.as_deref(), Some("support"));
    assert_eq!(place_one("客服说信用卡没事", &nowhere()).0.as_deref(), Some("card"));
    assert_eq!(place_one("还款找客服", &near(&[("asking for help", 0.6)])).0.as_deref(), Some("support"));
    assert_eq!(place_one("还款找客服", &near(&[("paying back", 0.6)])).0.as_deref(), Some("repayment"));
}

#[test]
fn an_example_that_says_the_same_beats_a_description() {
    let embedding = near(&[("nobody picks up the phone", 0.92), ("paying back", 0.35)]);
    let (place, reason, score, detail) = place_one("they never answer my calls", &embedding);
    assert_eq!((place.as_deref(), reason), (Some("support"), AssignmentReason::Example));
    assert!((score - 0.92).abs() < 0.01);
    assert_eq!(detail.as_deref(), Some("nobody picks up the phone"));
}

#[test]
fn what_the_descriptions_of_all_languages_share_takes_the_rest() {
    let both = |card: f32, other: f32| near(&[("the card", card), ("卡", card), ("paying back", other)]);
    let (place, reason, score, detail) = place_one("plastic feels cheap", &both(0.4243, 0.3));
    assert_eq!(
        (place.as_deref(), reason, detail.as_deref()),
        (Some("card"), AssignmentReason::Similarity, Some("cosine 0.60"))
    );
    assert!(score > 0.9 && score <= 1.0, "{score}");
    let (place, _, close, _) = place_one("plastic feels cheap", &both(0.4243, 0.59));
    assert_eq!(place.as_deref(), Some("card"));
    assert!((0.5..0.6).contains(&close), "two touchpoints alike: {close}");
    let (_, _, one_language, _) = place_one("plastic feels cheap", &near(&[("卡", 0.6), ("paying back", 0.4)]));
    assert!(one_language < score, "near one wording only is less near: {one_language}");
}

#[test]
fn what_is_as_near_to_several_touchpoints_as_to_one_stays_unassigned() {
    let torn = near(&[("the card", 0.34), ("卡", 0.34), ("paying back", 0.48), ("asking for help", 0.48)]);
    let config = AssignConfig { similarity_from: 0.4, ..AssignConfig::default() };
    let vectors: HashMap<String, Embedding> =
        AXES.iter().map(|text| ((*text).to_owned(), near(&[(text, 1.0)]))).collect();
    let calibration = Calibration { unassigned_below: 0.3, similarity_temperature: 0.05 };
    let place = |config: &AssignConfig| {
        let clauses = [Clause { evidence: "so many things at once went wrong here", embedding: &torn }];
        Placer::new(&map(), &vectors, calibration, config).place_clauses(None, &clauses).remove(0)
    };
    let found = place(&config);
    assert_eq!((found.place, found.reason), (None, AssignmentReason::Unassigned));
    assert!(found.detail.unwrap().contains("share 0.3"));
    assert!(place(&AssignConfig { similarity_from: 0.2, ..config }).place.is_some());
}

#[test]
fn a_touchpoint_without_a_description_is_described_by_its_examples() {
    let (place, reason, ..) = place_one("had to post the shoes again", &near(&[("sending things back", 0.5)]));
    assert_eq!((place.as_deref(), reason), (Some("returns"), AssignmentReason::Similarity));
}

#[test]
fn what_is_near_nothing_is_unassigned_and_says_what_was_nearest() {
    let (place, reason, score, detail) = place_one("lovely weather", &near(&[("the card", 0.1768), ("卡", 0.1768)]));
    assert_eq!((place, reason, score), (None, AssignmentReason::Unassigned, 0.0));
    assert_eq!(detail.as_deref(), Some("nearest is card, cosine 0.25, share 0.98"));
}

#[test]
fn an_embedding_of_another_model_is_like_nothing() {
    let (place, reason, ..) = place_one("lovely weather", &Embedding::from_f32(&[1.0, 0.0]));
    assert_eq!((place, reason), (None, AssignmentReason::Unassigned));
}

#[test]
fn a_short_clause_after_a_keyword_belongs_to_it() {
    let vector = nowhere();
    let clauses = ["客服等了半小时", "太差了"].map(|evidence| Clause { evidence, embedding: &vector });
    let placed = placer().place_clauses(None, &clauses);
    let second = &placed[1];
    assert_eq!(second.place.as_ref().unwrap().1.as_str(), "support");
    assert_eq!(second.reason, AssignmentReason::Rule);
    assert!(second.score < 1.0);
    assert_eq!(second.detail.as_deref(), Some("客服 (elsewhere in the mention)"));
}

#[test]
fn the_title_names_what_a_short_text_is_about() {
    let vector = nowhere();
    let placed =
        placer().place_clauses(Some("About your support"), &[Clause { evidence: "terrible", embedding: &vector }]);
    assert_eq!(placed[0].place.as_ref().unwrap().1.as_str(), "support");
}
