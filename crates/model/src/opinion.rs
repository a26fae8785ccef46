//! Clauses to opinions: like neighbours become one.

use moodline_types::{Embedding, JudgedOpinion, SentimentLabel};

use crate::heads::{Heads, Reading};

/// Cosine above which two neighbouring clauses of one sentence and one sentiment are taken to speak of one thing.
/// Descriptions of different touchpoints lie below 0.6 of each other, paraphrases of one above 0.8.
const SAME_THING: f32 = 0.8;
/// Most opinions of one text; a longer text has its likest neighbours joined.
const MOST_OPINIONS: usize = 12;
/// Most clauses looked at one by one; a text of more has them joined in equal groups first.
const MOST_CLAUSES: usize = 256;

/// Sum of the vectors of some tokens.
#[derive(Debug, Clone)]
pub(crate) struct TokenSum {
    sum: Vec<f32>,
    count: u32,
}

impl TokenSum {
    /// Of no tokens.
    pub(crate) fn new(width: usize) -> Self {
        Self { sum: vec![0.0; width], count: 0 }
    }

    /// Takes one more token in.
    pub(crate) fn add(&mut self, token: &[f32]) {
        for (sum, value) in self.sum.iter_mut().zip(token) {
            *sum += value;
        }
        self.count += 1;
    }

    fn join(&mut self, other: &Self) {
        for (sum, value) in self.sum.iter_mut().zip(&other.sum) {
            *sum += value;
        }
        self.count += other.count;
    }

    /// Whether nothing was taken in.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The mean token; zeros of none.
    pub(crate) fn mean(&self) -> Vec<f32> {
        let count = self.count.max(1) as f32;
        self.sum.iter().map(|sum| sum / count).collect()
    }
}

/// A clause and the tokens in it.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) opens_sentence: bool,
    pub(crate) tokens: TokenSum,
}

impl Part {
    fn join(&mut self, next: &Self) {
        self.end = next.end;
        self.tokens.join(&next.tokens);
    }
}

/// A part and what the heads say of it.
struct Judged {
    part: Part,
    reading: Reading,
    label: SentimentLabel,
    place: Embedding,
}

/// The opinions of a text `chars`, from its clauses in order. Empty where no clause has a token.
pub(crate) fn opinions(chars: &[char], parts: Vec<Part>, heads: &Heads, unsure_below: f32) -> Vec<JudgedOpinion> {
    let judge = |part: Part| {
        let reading = heads.read(&part.tokens.mean());
        let label = reading.sentiment.label(unsure_below);
        let place = Embedding::from_f32(&reading.place);
        Judged { part, reading, label, place }
    };
    let mut judged: Vec<Judged> = Vec::new();
    for part in group(parts) {
        let mut next = judge(part);
        while let Some(before) = judged.pop_if(|before| speaks_of_the_same(before, &next)) {
            let mut part = before.part;
            part.join(&next.part);
            next = judge(part);
        }
        judged.push(next);
    }
    while judged.len() > MOST_OPINIONS {
        let likeness = |at: usize| judged[at - 1].place.cosine(&judged[at].place) + same_label(&judged, at);
        let Some(at) = (1..judged.len()).max_by(|&a, &b| likeness(a).total_cmp(&likeness(b))) else { break };
        let next = judged.remove(at);
        let mut part = judged.remove(at - 1).part;
        part.join(&next.part);
        judged.insert(at - 1, judge(part));
    }
    judged.into_iter().map(|judged| opinion(chars, judged)).collect()
}

fn speaks_of_the_same(before: &Judged, next: &Judged) -> bool {
    !next.part.opens_sentence && before.label == next.label && before.place.cosine(&next.place) > SAME_THING
}

/// Puts neighbours of one label before all others.
fn same_label(judged: &[Judged], at: usize) -> f32 {
    if judged[at - 1].label == judged[at].label { 2.0 } else { 0.0 }
}

/// Parts without a token go to a neighbour, and too many parts into equal groups.
fn group(parts: Vec<Part>) -> Vec<Part> {
    let size = parts.len().div_ceil(MOST_CLAUSES).max(1);
    let mut groups: Vec<Part> = Vec::with_capacity(parts.len());
    for (at, part) in parts.into_iter().enumerate() {
        match groups.last_mut() {
            Some(before) if part.tokens.is_empty() || before.tokens.is_empty() || at % size != 0 => before.join(&part),
            _ => groups.push(part),
        }
    }
    groups.retain(|part| !part.tokens.is_empty());
    groups
}

fn opinion(chars: &[char], Judged { part, reading, label, place }: Judged) -> JudgedOpinion {
    JudgedOpinion {
        start: part.start as u32,
        end: part.end as u32,
        evidence: chars[part.start..part.end].iter().collect(),
        sentiment: reading.sentiment,
        label,
        emotions: reading.emotions,
        embedding: place,
    }
}
