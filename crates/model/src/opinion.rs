//! Clauses to opinions; of too many, like neighbours become one.

use moodline_types::{Embedding, JudgedOpinion, SentimentLabel};

use crate::heads::{Heads, Reading};

/// Most opinions of one text; a longer text has neighbours joined, like to like.
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

/// How opinions are read.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) heads: &'a Heads,
    /// Probability under which the model abstains.
    pub(crate) unsure_below: f32,
    /// How far a clause's place is read from the text's mean token: 1 is the clause, more than 1 what sets the clause
    /// apart from the text. Every token has seen the whole text, so that all clauses lean to its main subject.
    pub(crate) emphasis: f32,
}

impl Reader<'_> {
    /// Reads one clause of a text whose mean token is `text`.
    fn read(&self, clause: &TokenSum, text: &[f32]) -> Reading {
        let own = clause.mean();
        let apart: Vec<f32> = own.iter().zip(text).map(|(own, text)| text + self.emphasis * (own - text)).collect();
        Reading { place: self.heads.place(&apart), ..self.heads.read(&own) }
    }
}

/// The opinions of a text `chars`, from its clauses in order. Empty where no clause has a token.
pub(crate) fn opinions(chars: &[char], parts: Vec<Part>, reader: Reader<'_>) -> Vec<JudgedOpinion> {
    let Some(width) = parts.first().map(|part| part.tokens.sum.len()) else { return Vec::new() };
    let mut text = TokenSum::new(width);
    for part in &parts {
        text.join(&part.tokens);
    }
    let text = text.mean();
    let judge = |part: Part| {
        let reading = reader.read(&part.tokens, &text);
        let label = reading.sentiment.label(reader.unsure_below);
        let place = Embedding::from_f32(&reading.place);
        Judged { part, reading, label, place }
    };
    let mut judged: Vec<Judged> = group(parts).into_iter().map(judge).collect();
    let tokens: u32 = judged.iter().map(|one| one.part.tokens.count).sum();
    while judged.len() > MOST_OPINIONS {
        let fit = |at: usize| fit(&judged[at - 1], &judged[at], tokens);
        let Some(at) = (1..judged.len()).max_by(|&a, &b| fit(a).total_cmp(&fit(b))) else { break };
        let next = judged.remove(at);
        let mut part = judged.remove(at - 1).part;
        part.join(&next.part);
        judged.insert(at - 1, judge(part));
    }
    judged.into_iter().map(|judged| opinion(chars, judged)).collect()
}

/// How well two neighbours of a text of `tokens` join: by direction and label, less for parts that grow long, so that
/// no opinion swallows half the text.
fn fit(before: &Judged, next: &Judged, tokens: u32) -> f32 {
    let same_label = if before.label == next.label { 1.0 } else { 0.0 };
    let share = (before.part.tokens.count + next.part.tokens.count) as f32 / tokens.max(1) as f32;
    before.place.cosine(&next.place) + same_label - share * MOST_OPINIONS as f32 / 2.0
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

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 10;

    /// A clause of one character whose only token has `negative` and `positive` as logits and lies towards `topic`.
    fn part(at: usize, negative: f32, positive: f32, topic: usize) -> Part {
        let mut token = [0.0; WIDTH];
        (token[0], token[2]) = (negative, positive);
        token[topic] = 20.0;
        let mut tokens = TokenSum::new(WIDTH);
        tokens.add(&token);
        Part { start: at, end: at + 1, tokens }
    }

    fn spans(parts: Vec<Part>) -> Vec<(u32, u32)> {
        let chars: Vec<char> = parts.iter().map(|_| 'x').collect();
        let heads = Heads::plain(WIDTH, WIDTH);
        let found = opinions(&chars, parts, Reader { heads: &heads, unsure_below: 0.5, emphasis: 1.0 });
        found.iter().map(|opinion| (opinion.start, opinion.end)).collect()
    }

    #[test]
    fn emphasis_sets_the_place_of_a_clause_apart_from_its_text() {
        let chars = ['x', 'x'];
        let heads = Heads::plain(WIDTH, WIDTH);
        let found = |parts: &[Part], emphasis| {
            opinions(&chars, parts.to_vec(), Reader { heads: &heads, unsure_below: 0.5, emphasis })
        };
        let two = [part(0, 3.0, 0.0, 4), part(1, 0.0, 3.0, 5)];
        let likeness = |emphasis| {
            let found = found(&two, emphasis);
            found[0].embedding.cosine(&found[1].embedding)
        };
        assert!(likeness(1.5) < likeness(1.0));
        assert_eq!(found(&two, 1.5)[0].sentiment, found(&two, 1.0)[0].sentiment, "the mood is that of the clause");
        assert_eq!(found(&two[..1], 1.5), found(&two[..1], 1.0), "a text of one clause is nothing but that clause");
    }

    #[test]
    fn every_clause_is_an_opinion() {
        let parts = vec![part(0, 5.0, 0.0, 4), part(1, 0.0, 5.0, 4), part(2, 0.0, 5.0, 4)];
        assert_eq!(spans(parts), [(0, 1), (1, 2), (2, 3)]);
    }

    #[test]
    fn a_clause_without_tokens_goes_to_its_neighbour() {
        let silent = |at| Part { start: at, end: at + 1, tokens: TokenSum::new(WIDTH) };
        assert_eq!(spans(vec![silent(0), part(1, 5.0, 0.0, 4), silent(2)]), [(0, 3)]);
        assert!(spans(vec![silent(0)]).is_empty());
    }

    #[test]
    fn a_long_text_has_its_likest_neighbours_joined() {
        let parts = (0..1000).map(|at| part(at, 5.0, 0.0, 3 + at % 5)).collect();
        let found = spans(parts);
        assert!(found.len() <= MOST_OPINIONS && found.len() > 1);
        assert_eq!((found[0].0, found[found.len() - 1].1), (0, 1000));
        assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0));
    }
}
