//! What whole mentions count for, and what people said of them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use moodline_assign::{AssignConfig, Calibration, Placer};
use moodline_maps::parse_map;
use moodline_store::{JudgedMention, MentionAssignments, Override};
use moodline_types::{
    AssignmentReason, Emotions, JudgedOpinion, MapId, Mention, MentionId, Opinion, OpinionId, Sentiment,
    SentimentLabel, StageId, TouchpointId,
};

use super::{MAP, near, nowhere, placer};

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

#[test]
fn where_a_persona_says_so_likeness_speaks_where_no_rule_does() {
    let alike = "keywords = [\"my kids\", \"宝宝\"]\ndescription = \"asking for help\"\nsimilar_from = 0.7";
    let text = MAP.replacen("keywords = [\"my kids\", \"宝宝\"]", alike, 1);
    let map = parse_map("shop.toml", &text).unwrap().map;
    assert!(map.distinct_texts().contains(&"asking for help".to_owned()));
    let vectors = map.distinct_texts().into_iter().map(|text| (text.clone(), near(&[(text.as_str(), 1.0)]))).collect();
    let calibration = Calibration { unassigned_below: 0.3, similarity_temperature: 0.05 };
    let placer = Placer::new(&map, &vectors, calibration, &AssignConfig::default());
    for (text, cosine, persona) in [
        ("is anybody there?", 0.8, Some("parent")),
        ("is anybody there?", 0.6, None),
        ("who helps on campus?", 0.8, Some("student")),
    ] {
        let mention = Mention { text: text.into(), ..mention() };
        let mut said = good(1, text);
        said.judged.embedding = near(&[("asking for help", cosine)]);
        let found = placer.place(&judged(mention, vec![said]), &[]);
        assert_eq!(
            found.tallies[0].persona.as_ref().map(moodline_types::PersonaId::as_str),
            persona,
            "{text} {cosine}"
        );
    }
    let plain = parse_map("shop.toml", MAP).unwrap().map;
    assert_eq!(plain.distinct_texts().len(), map.distinct_texts().len(), "a text of two is embedded once");
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
