//! Where opinions end up and why, said of one small map.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use moodline_assign::{AssignConfig, Calibration, Clause, Placer};
use moodline_maps::{JourneyMap, parse_map};
use moodline_store::{JudgedMention, MentionAssignments, Override};
use moodline_types::{
    AssignmentReason, Embedding, Emotions, JudgedOpinion, MapId, Mention, MentionId, Opinion, OpinionId, Sentiment,
    SentimentLabel, StageId, TouchpointId,
};

const MAP: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"

[[personas]]
id = "student"
name = "Student"
keywords = ["campus", "宿舍"]

[[personas]]
id = "parent"
name = "Parent"
keywords = ["my kids", "宝宝"]

[[stages]]
id = "buy"
name = "Buy"

[[stages.touchpoints]]
id = "card"
name = "Card"
description = { en = "the card", zh-Hans = "卡" }
keywords = ["信用卡", "card"]

[[stages.touchpoints]]
id = "repayment"
name = "Repayment"
description = "paying back"
keywords = ["信用卡还款", "还款"]

[[stages]]
id = "use"
name = "Use"

[[stages.touchpoints]]
id = "support"
name = "Support"
description = "asking for help"
keywords = ["客服", "support"]
examples = ["nobody picks up the phone"]

[[stages.touchpoints]]
id = "returns"
name = "Returns"
examples = ["sending things back"]
"#;

/// The texts of the map, each an axis of its own.
const AXES: [&str; 6] =
    ["the card", "卡", "paying back", "asking for help", "nobody picks up the phone", "sending things back"];

fn map() -> JourneyMap {
    parse_map("shop.toml", MAP).unwrap().map
}

/// A vector whose cosine to each named axis is about the weight given, as long as the squares sum to at most 1.
fn near(weights: &[(&str, f32)]) -> Embedding {
    let mut values = [0.0_f32; AXES.len() + 1];
    for (text, weight) in weights {
        values[AXES.iter().position(|axis| axis == text).unwrap()] = *weight;
    }
    values[AXES.len()] = (1.0 - weights.iter().map(|(_, weight)| weight * weight).sum::<f32>()).max(0.0).sqrt();
    Embedding::from_f32(&values)
}

fn nowhere() -> Embedding {
    near(&[])
}

fn placer() -> Placer {
    let vectors: HashMap<String, Embedding> =
        AXES.iter().map(|text| ((*text).to_owned(), near(&[(text, 1.0)]))).collect();
    let calibration = Calibration { unassigned_below: 0.3, similarity_temperature: 0.05 };
    Placer::new(&map(), &vectors, calibration, &AssignConfig::default())
}

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

// ---- whole mentions

fn mention() -> Mention {
    Mention {
        id: MentionId(7),
        source: "reviews".parse().unwrap(),
        external_id: "a".into(),
        revision: 1,
        url: None,
        author_hash: None,
        title: None,
        text: "…".into(),
        language: None,
        posted_at: "2026-03-04T23:30:00Z".parse::<DateTime<Utc>>().unwrap(),
        posted_at_is_approximate: false,
        rating: None,
        hidden_at: None,
        copy_of: None,
    }
}

fn opinion(id: i64, evidence: &str, label: SentimentLabel, negative: f32) -> Opinion {
    Opinion {
        id: OpinionId(id),
        mention: MentionId(7),
        model: "m".parse().unwrap(),
        revision: 1,
        judged: JudgedOpinion {
            start: 0,
            end: 1,
            evidence: evidence.into(),
            sentiment: Sentiment { negative, neutral: 0.0, positive: 1.0 - negative },
            label,
            emotions: Emotions { anger: negative, joy: 1.0 - negative, ..Emotions::default() },
            embedding: nowhere(),
        },
    }
}

fn bad(id: i64, evidence: &str) -> Opinion {
    opinion(id, evidence, SentimentLabel::Negative, 0.9)
}

fn good(id: i64, evidence: &str) -> Opinion {
    opinion(id, evidence, SentimentLabel::Positive, 0.05)
}

fn said(evidence: &str) -> Override {
    Override {
        mention: MentionId(7),
        evidence: evidence.into(),
        sentiment: None,
        place: None,
        relevant: None,
        actor: "ann".into(),
        at: "2026-03-05T00:00:00Z".parse().unwrap(),
    }
}

fn at(touchpoint: &str) -> (MapId, Option<(StageId, TouchpointId)>) {
    ("shop".parse().unwrap(), Some(("buy".parse().unwrap(), touchpoint.parse().unwrap())))
}

fn judged(mention: Mention, opinions: Vec<Opinion>) -> JudgedMention {
    JudgedMention { mention, opinions, also_from: Vec::new() }
}

fn place(opinions: Vec<Opinion>, overrides: &[Override]) -> MentionAssignments {
    placer().place(&judged(mention(), opinions), overrides)
}

fn tallied(placed: &MentionAssignments) -> Vec<(Option<&str>, SentimentLabel)> {
    placed.tallies.iter().map(|tally| (tally.touchpoint.as_ref().map(TouchpointId::as_str), tally.label)).collect()
}

#[test]
fn a_mention_counts_once_per_touchpoint() {
    let placed = place(vec![bad(1, "客服慢"), bad(2, "客服凶"), good(3, "信用卡好看")], &[]);
    assert_eq!(
        tallied(&placed),
        [(Some("card"), SentimentLabel::Positive), (Some("support"), SentimentLabel::Negative)]
    );
    assert_eq!(placed.assignments.len(), 3);
    let tally = &placed.tallies[0];
    assert_eq!((tally.language.as_str(), tally.day.to_string().as_str()), ("und", "2026-03-04"));
}

#[test]
fn opinions_that_disagree_at_one_touchpoint_are_mixed_and_flagged_for_the_worst() {
    let placed =
        place(vec![good(1, "客服热情"), bad(2, "客服慢"), opinion(3, "客服乱", SentimentLabel::Negative, 0.95)], &[]);
    assert_eq!(tallied(&placed), [(Some("support"), SentimentLabel::Mixed)]);
    assert_eq!(placed.flags.len(), 1);
    assert_eq!((placed.flags[0].opinion, placed.flags[0].touchpoint.as_str()), (OpinionId(3), "support"));
    assert!((placed.flags[0].severity - 0.95).abs() < 1e-6);
}

#[test]
fn only_clearly_negative_opinions_at_a_touchpoint_are_flagged() {
    assert!(place(vec![opinion(1, "客服慢", SentimentLabel::Negative, 0.7)], &[]).flags.is_empty());
    assert!(place(vec![bad(1, "什么玩意儿")], &[]).flags.is_empty(), "unassigned opinions raise nothing");
}

#[test]
fn the_unassigned_bucket_counts_mentions_that_fit_nowhere() {
    assert_eq!(tallied(&place(vec![bad(1, "下雨了")], &[])), [(None, SentimentLabel::Negative)]);
    let long = "the sky over the harbour was grey and nobody I met there wanted to dance ".repeat(3);
    let placed = place(vec![good(1, "客服热情"), bad(2, &long)], &[]);
    assert_eq!(tallied(&placed), [(Some("support"), SentimentLabel::Positive)]);
}

#[test]
fn a_mention_that_was_not_judged_or_is_hidden_counts_nowhere() {
    let placed = place(vec![], &[]);
    assert!(placed.assignments.is_empty() && placed.tallies.is_empty() && placed.flags.is_empty());
    let hidden = Mention { hidden_at: Some(Utc::now()), ..mention() };
    let placed = placer().place(&judged(hidden, vec![bad(1, "客服慢")]), &[]);
    assert_eq!(placed.assignments.len(), 1);
    assert!(placed.tallies.is_empty() && placed.flags.is_empty());
}

#[test]
fn the_latest_word_of_a_person_wins_on_each_matter() {
    let overrides = [
        Override { sentiment: Some(SentimentLabel::Positive), place: Some(at("card")), ..said("客服慢") },
        Override { place: Some(at("repayment")), ..said("客服慢") },
        Override { place: Some(at("returns")), ..said("other words") },
        Override { place: Some(("other-map".parse().unwrap(), None)), ..said("客服慢") },
    ];
    let placed = place(vec![bad(1, "客服慢")], &overrides);
    assert_eq!(tallied(&placed), [(Some("repayment"), SentimentLabel::Positive)]);
    let assignment = &placed.assignments[0];
    assert_eq!((assignment.reason, assignment.score), (AssignmentReason::Override, 1.0));
    assert_eq!(assignment.detail.as_deref(), Some("placed by ann"));
    assert!(placed.flags.is_empty(), "a person called it positive");
}

#[test]
fn a_person_may_say_that_an_opinion_fits_nowhere() {
    let placed =
        place(vec![bad(1, "客服慢")], &[Override { place: Some(("shop".parse().unwrap(), None)), ..said("客服慢") }]);
    assert_eq!((placed.assignments[0].place.clone(), placed.assignments[0].reason), (None, AssignmentReason::Override));
    assert_eq!(tallied(&placed), [(None, SentimentLabel::Negative)]);
}

#[test]
fn a_correction_to_a_touchpoint_that_is_gone_is_as_good_as_none() {
    let placed = place(vec![bad(1, "客服慢")], &[Override { place: Some(at("closed-desk")), ..said("客服慢") }]);
    assert_eq!(placed.assignments[0].reason, AssignmentReason::Rule);
}

#[test]
fn what_is_no_opinion_counts_nowhere_not_even_as_unassigned() {
    let placed = place(vec![bad(1, "客服慢")], &[Override { relevant: Some(false), ..said("客服慢") }]);
    assert!(placed.tallies.is_empty() && placed.flags.is_empty());
    assert_eq!(placed.assignments[0].place, None);
}

#[test]
fn a_person_calling_it_negative_raises_a_flag() {
    let placed =
        place(vec![good(1, "客服慢")], &[Override { sentiment: Some(SentimentLabel::Negative), ..said("客服慢") }]);
    assert_eq!(placed.flags.len(), 1);
    assert!((placed.flags[0].severity - 1.0).abs() < f32::EPSILON);
}

#[test]
fn a_mention_points_to_the_first_persona_it_names() {
    for (text, persona) in [("宝宝在宿舍里哭", Some("student")), ("my kids love it", Some("parent")), ("fine", None)]
    {
        let mention = Mention { text: text.into(), ..mention() };
        let placed = placer().place(&judged(mention, vec![good(1, "客服热情")]), &[]);
        assert_eq!(placed.tallies[0].persona.as_ref().map(moodline_types::PersonaId::as_str), persona, "{text}");
    }
}

/// A million opinions against a map of 14 touchpoints must be placed within a minute beside the writes; this is a
/// hundredth of it, unoptimised.
#[test]
fn opinions_are_placed_quickly() {
    let touchpoint = |n: usize| {
        let languages = ["en", "ja", "es", "de", "fr", "ko", "th", "zh-Hans"];
        let description = languages.map(|tag| format!("{tag} = \"{n} {tag}\"")).join(", ");
        let keywords = format!("\"word{n}\", \"词{n}号\"");
        format!(
            "[[stages.touchpoints]]\nid = \"t{n}\"\nname = \"T\"\ndescription = {{ {description} }}\nkeywords = [{keywords}]\n"
        )
    };
    let touchpoints = (0..14).map(touchpoint).collect::<Vec<_>>().concat();
    let definition = format!(
        "id = \"m\"\ntype = \"current-state\"\nname = \"M\"\n[[stages]]\nid = \"s\"\nname = \"S\"\n{touchpoints}"
    );
    let map = parse_map("m.toml", &definition).unwrap().map;
    let vector = |seed: usize| {
        let values: Vec<f32> = (0..128).map(|i| ((i * 37 + seed * 101) % 200) as f32 - 100.0).collect();
        Embedding::from_f32(&values)
    };
    let vectors: HashMap<String, Embedding> =
        map.distinct_texts().into_iter().enumerate().map(|(seed, text)| (text, vector(seed))).collect();
    assert_eq!(vectors.len(), 14 * 8);
    let calibration = Calibration { unassigned_below: 0.3, similarity_temperature: 0.05 };
    let placer = Placer::new(&map, &vectors, calibration, &AssignConfig::default());
    let embedding = vector(5000);
    let evidence = "昨天下单以后一直没有发货，客服说系统升级，让我再等三天，太失望了。Never again!";
    let begin = std::time::Instant::now();
    for _ in 0..10_000 {
        assert_eq!(placer.place_clauses(None, &[Clause { evidence, embedding: &embedding }]).len(), 1);
    }
    assert!(begin.elapsed() < std::time::Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn a_map_that_names_its_sources_takes_no_others() {
    let own = MAP.replacen("name = \"Shop\"", "name = \"Shop\"\nsources = [\"shop-reviews\"]", 1);
    let map = parse_map("shop.toml", &own).unwrap().map;
    let calibration = Calibration { unassigned_below: 0.3, similarity_temperature: 0.05 };
    let placer = Placer::new(&map, &HashMap::new(), calibration, &AssignConfig::default());
    let mut judged = judged(mention(), vec![bad(1, "客服太差")]);
    judged.mention.source = "shop-reviews".parse().unwrap();
    assert_eq!(placer.place(&judged, &[]).tallies.len(), 1);
    judged.mention.source = "another-brand".parse().unwrap();
    let nothing = placer.place(&judged, &[]);
    assert!(nothing.assignments.is_empty() && nothing.tallies.is_empty() && nothing.flags.is_empty());
}

/// The flags that the map raises for opinions under a rule of its own.
fn flagged_under(rule: &str, opinions: Vec<Opinion>) -> Vec<(i64, String)> {
    let text = MAP.replacen("[[personas]]", &format!("[flag]\n{rule}\n\n[[personas]]"), 1);
    let map = parse_map("shop.toml", &text).unwrap().map;
    let calibration = Calibration { unassigned_below: 0.5, similarity_temperature: 0.1 };
    let placer = Placer::new(&map, &HashMap::new(), calibration, &AssignConfig::default());
    let flags = placer.place(&judged(mention(), opinions), &[]).flags;
    flags.into_iter().map(|flag| (flag.opinion.0, flag.touchpoint.to_string())).collect()
}

#[test]
fn a_map_says_itself_what_it_flags() {
    let said = || vec![bad(1, "客服慢"), opinion(2, "信用卡贵", SentimentLabel::Negative, 0.7)];
    let support = || (1, "support".to_owned());
    assert_eq!(flagged_under("", said()), [support()], "as the settings say");
    assert_eq!(flagged_under("from = 0.6", said()), [(2, "card".to_owned()), support()]);
    assert_eq!(flagged_under("from = 0.95", said()), []);
    assert_eq!(flagged_under("touchpoints = [\"card\"]\nfrom = 0.6", said()), [(2, "card".to_owned())]);
    assert_eq!(flagged_under("emotions = [\"anger\", \"fear\"]", said()), [support()]);
    assert_eq!(flagged_under("emotions = [\"fear\"]", said()), []);
    let mut afraid = bad(3, "客服吓人");
    afraid.judged.emotions = Emotions { fear: 0.9, ..Emotions::default() };
    let both = vec![opinion(1, "客服慢", SentimentLabel::Negative, 0.99), afraid];
    assert_eq!(
        flagged_under("emotions = [\"fear\"]", both),
        [(3, "support".to_owned())],
        "the worst of those that fit"
    );
}
