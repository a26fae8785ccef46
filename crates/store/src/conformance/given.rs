//! What a test starts from: mentions, judgements, maps and places with every detail filled in.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use moodline_types::{
    Assignment, AssignmentReason, Cursor, Embedding, Emotion, Emotions, JudgedOpinion, MapId, MentionId, ModelId,
    NewFlag, OpinionId, Sentiment, SentimentLabel, SourceId, StageId, Tally, TouchpointId,
};

use crate::{
    IngestPage, JudgedMention, Judgement, Lease, MapRecord, MentionAssignments, ModelRecord, NewMention, Result, Store,
    WorkKind,
};

/// Noon of Monday, 1 June 2026, and `minutes` more.
pub fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_780_315_200_000).unwrap_or_default() + TimeDelta::minutes(minutes)
}

/// The day of [`at`]`(0)`, and `days` more.
pub fn day(days: i64) -> NaiveDate {
    at(0).date_naive() + TimeDelta::days(days)
}

/// An id of any kind that is written as text.
///
/// # Panics
/// Where `text` is none.
pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("tests use valid ids")
}

/// The source `shop`.
pub fn shop() -> SourceId {
    id("shop")
}

/// A plain mention, posted at [`at`]`(0)`; its content hash follows its text.
pub fn mention(external_id: &str, text: &str) -> NewMention {
    NewMention {
        external_id: external_id.to_owned(),
        canonical_id: None,
        thread: None,
        url: Some(format!("https://example.org/{external_id}")),
        author_hash: None,
        title: None,
        text: text.to_owned(),
        language: Some("en".to_owned()),
        posted_at: at(0),
        posted_at_is_approximate: false,
        rating: None,
        content_hash: format!("hash of {text}"),
        marks: Vec::new(),
        redacted: std::collections::BTreeMap::new(),
    }
}

/// A page of these mentions with a cursor.
pub fn page(mentions: Vec<NewMention>, cursor: &str) -> IngestPage {
    IngestPage { mentions, cursor: Some(Cursor(cursor.to_owned())), ..IngestPage::default() }
}

/// Numbers that only look random, so that a failure can be repeated (the constants of Knuth's MMIX).
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// The model `first`, with four dimensions.
pub fn model() -> ModelRecord {
    ModelRecord { id: id("first"), dimensions: 4, unassigned_below: 0.5, similarity_temperature: 0.1 }
}

/// A map with version `1` and two texts.
pub fn map(name: &str) -> MapRecord {
    MapRecord {
        id: id(name),
        version: "1".to_owned(),
        definition: format!("id = \"{name}\""),
        texts: vec!["fast delivery".to_owned(), "配送很快".to_owned()],
    }
}

/// An opinion over the first characters of a text: certain of its label, its emotion joy or anger to match.
pub fn opinion(evidence: &str, label: SentimentLabel) -> JudgedOpinion {
    let (negative, neutral, positive) = match label {
        SentimentLabel::Negative => (0.9, 0.08, 0.02),
        SentimentLabel::Positive => (0.02, 0.08, 0.9),
        SentimentLabel::Neutral => (0.05, 0.9, 0.05),
        SentimentLabel::Mixed | SentimentLabel::Unsure => (0.35, 0.3, 0.35),
    };
    let emotions = match label {
        SentimentLabel::Negative => Emotions { anger: 0.8, ..Emotions::default() },
        SentimentLabel::Positive => Emotions { joy: 0.8, ..Emotions::default() },
        _ => Emotions { neutral: 0.8, ..Emotions::default() },
    };
    JudgedOpinion {
        start: 0,
        end: u32::try_from(evidence.chars().count()).unwrap_or(0),
        evidence: evidence.to_owned(),
        sentiment: Sentiment { negative, neutral, positive },
        label,
        emotions,
        embedding: Embedding::from_f32(&[0.5, -0.5, 0.25, 1.0]),
    }
}

/// A judgement of revision 1.
pub fn judgement(mention: MentionId, opinions: Vec<JudgedOpinion>) -> Judgement {
    Judgement { mention, revision: 1, language: Some("en".to_owned()), opinions }
}

/// A lease from `now` for ten minutes.
pub fn lease(holder: &str, now: DateTime<Utc>) -> Lease {
    Lease { holder: holder.to_owned(), until: now + TimeDelta::minutes(10) }
}

/// The stage `buy` with a touchpoint.
pub fn place(touchpoint: &str) -> (StageId, TouchpointId) {
    (id("buy"), id(touchpoint))
}

/// An opinion at a touchpoint of stage `buy` by likeness, or unassigned.
pub fn assignment(opinion: OpinionId, touchpoint: Option<&str>) -> Assignment {
    Assignment {
        opinion,
        place: touchpoint.map(place),
        score: 0.75,
        reason: if touchpoint.is_some() { AssignmentReason::Similarity } else { AssignmentReason::Unassigned },
        detail: touchpoint.map(str::to_owned),
    }
}

/// A tally on [`day`]`(0)` without a persona.
pub fn tally(touchpoint: Option<&str>, label: SentimentLabel) -> Tally {
    Tally {
        touchpoint: touchpoint.map(id),
        persona: None,
        day: day(0),
        source: shop(),
        language: "en".to_owned(),
        label,
        emotion: Emotion::Neutral,
        hour: None,
    }
}

/// A flag in stage `buy`.
pub fn flag(opinion: OpinionId, touchpoint: &str) -> NewFlag {
    let (stage, touchpoint) = place(touchpoint);
    NewFlag { stage, touchpoint, opinion, severity: 0.9 }
}

/// Everything a mention adds: each opinion at its touchpoint, a tally per touchpoint with the first label found
/// there, and a flag for each negative opinion that is somewhere.
pub fn placed(judged: &JudgedMention, touchpoints: &[Option<&str>]) -> MentionAssignments {
    let mut result = MentionAssignments {
        mention: judged.mention.id,
        assignments: Vec::new(),
        tallies: Vec::new(),
        flags: Vec::new(),
    };
    for (opinion, touchpoint) in judged.opinions.iter().zip(touchpoints) {
        result.assignments.push(assignment(opinion.id, *touchpoint));
        let new = tally(*touchpoint, opinion.judged.label);
        match result.tallies.iter_mut().find(|known| known.touchpoint == new.touchpoint) {
            None => result.tallies.push(new),
            Some(known) if known.label != new.label => known.label = SentimentLabel::Mixed,
            Some(_) => {}
        }
        if let (SentimentLabel::Negative, Some(touchpoint)) = (opinion.judged.label, touchpoint)
            && result.flags.iter().all(|flag| flag.touchpoint.as_str() != *touchpoint)
        {
            result.flags.push(flag(opinion.id, touchpoint));
        }
    }
    result
}

/// Stores mentions of `shop`; their ids in the order given.
///
/// # Panics
/// Where one of them cannot be found afterwards.
pub async fn stored(store: &impl Store, mentions: &[NewMention]) -> Result<Vec<MentionId>> {
    store.commit_page(&shop(), &page(mentions.to_vec(), "c"), at(0)).await?;
    let all: Vec<MentionId> = (1..=10_000).map(MentionId).collect();
    let known = store.mentions(&all).await?;
    let id_of = |wanted: &NewMention| {
        known.iter().find(|mention| mention.external_id == wanted.external_id).map(|mention| mention.id)
    };
    Ok(mentions.iter().map(|wanted| id_of(wanted).expect("a stored mention is found")).collect())
}

/// Judges mentions under a lease of their own.
///
/// # Panics
/// Where one of them was not queued for the model.
pub async fn judged(store: &impl Store, model: &ModelId, judgements: &[Judgement]) -> Result<Vec<JudgedMention>> {
    let holder = format!("judge {:?}", judgements.first().map(|judgement| judgement.mention));
    store.claim(WorkKind::Enrich, model.as_str(), 10_000, &lease(&holder, at(1)), at(1)).await?;
    let outcome = store.write_judgements(model, &holder, judgements, at(2)).await?;
    assert_eq!(outcome.lost, 0, "every judged mention was claimed");
    let mentions: Vec<MentionId> = judgements.iter().map(|judgement| judgement.mention).collect();
    store.judged_mentions(model, &mentions).await
}

/// Places mentions on a map under a lease of their own.
///
/// # Panics
/// Where one of them was not queued for the map.
pub async fn assigned(store: &impl Store, map: &MapId, mentions: &[MentionAssignments]) -> Result<()> {
    store.claim(WorkKind::Assign, map.as_str(), 10_000, &lease("placer", at(3)), at(3)).await?;
    let outcome = store.write_assignments(map, "placer", mentions, at(4)).await?;
    assert_eq!(outcome.lost, 0, "every placed mention was claimed");
    Ok(())
}

/// One mention with these opinions, judged by the model `first`, with the map `m` registered.
///
/// # Panics
/// Where the store does not give back what it was given.
pub async fn one_judged(store: &impl Store, opinions: &[(&str, SentimentLabel)]) -> Result<JudgedMention> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let text = opinions.iter().map(|(evidence, _)| *evidence).collect::<Vec<_>>().join(" ");
    let ids = stored(store, &[mention("1", &text)]).await?;
    let opinions = opinions.iter().map(|(evidence, label)| opinion(evidence, *label)).collect();
    let mut judged = judged(store, &model().id, &[judgement(ids[0], opinions)]).await?;
    Ok(judged.pop().expect("the judged mention is read back"))
}
