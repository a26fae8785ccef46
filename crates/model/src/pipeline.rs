//! Texts to verdicts: tokenise, window, batch, encode, pool, read.

use std::ops::Range;

use moodline_types::{Embedding, Emotions, JudgedOpinion, Sentiment, SentimentLabel};

use crate::{
    ModelError, Text, Verdict,
    batch::batches,
    clause::{Clause, split_clauses},
    embeddings::WordEmbeddings,
    encoder::{EmbeddedBatch, Encoder, Hidden},
    heads::Heads,
    identify_language,
    manifest::WindowSize,
    opinion::{Part, Reader, TokenSum, opinions},
    spread::spread,
    tokens::{PrefixTokenizer, Tokens},
    window::{Window, windows},
};

/// Probability from which an opinion is taken to contradict another of the same text. Stricter than abstaining: a
/// text is called mixed only where both sides are plain.
const CONTRADICTS_FROM: f32 = 0.7;

/// The parts of a model, joined.
pub(crate) struct Pipeline {
    pub(crate) tokenizer: PrefixTokenizer,
    pub(crate) embeddings: WordEmbeddings,
    pub(crate) encoder: Box<dyn Encoder>,
    pub(crate) heads: Heads,
    pub(crate) width: usize,
    pub(crate) window: WindowSize,
    pub(crate) batch_tokens: usize,
    pub(crate) unsure_below: f32,
    pub(crate) emphasis: f32,
    /// Threads that read texts and form verdicts; 1 or more.
    pub(crate) threads: usize,
}

/// A text before its verdict.
struct Draft {
    language: Option<String>,
    chars: Vec<char>,
    clauses: Vec<Clause>,
}

/// What forms verdicts from sums of tokens.
#[derive(Clone, Copy)]
struct Judge<'a> {
    heads: &'a Heads,
    unsure_below: f32,
    emphasis: f32,
}

/// A text on its way through: its tokens, its spans of interest and what has been summed for each so far.
struct Journey {
    tokens: Tokens,
    /// Tokens of each span, `tokens.ids` being all.
    spans: Vec<Range<usize>>,
    /// One sum per span.
    sums: Vec<TokenSum>,
}

/// A window of one text.
struct Row {
    text: usize,
    window: Window,
}

impl Pipeline {
    /// One verdict per text, in order.
    pub(crate) fn classify(&mut self, texts: &[Text<'_>]) -> Result<Vec<Verdict>, ModelError> {
        let (tokenizer, width) = (&self.tokenizer, self.width);
        let read = |text: Text<'_>| {
            let chars: Vec<char> = text.text.chars().collect();
            let clauses = split_clauses(&chars);
            let tokens = tokenizer.encode(text.text)?;
            let of_clauses = clauses.iter().map(|clause| tokens_in(&tokens.spans, clause.start, clause.end));
            let spans = std::iter::once(0..tokens.ids.len()).chain(of_clauses).collect();
            let language = identify_language(text.text, text.language_hint);
            Ok((Draft { language, chars, clauses }, Journey::new(tokens, spans, width)))
        };
        let read = spread(texts.to_vec(), self.threads, read).into_iter().collect::<Result<Vec<_>, ModelError>>()?;
        let (drafts, mut journeys): (Vec<Draft>, Vec<Journey>) = read.into_iter().unzip();
        self.run(&mut journeys)?;
        let judge = Judge { heads: &self.heads, unsure_below: self.unsure_below, emphasis: self.emphasis };
        let drafts = drafts.into_iter().zip(journeys).collect();
        Ok(spread(drafts, self.threads, |(draft, journey)| judge.verdict(draft, journey.sums)))
    }

    /// One vector per text, in order, of all its tokens.
    pub(crate) fn embed(&mut self, texts: &[&str]) -> Result<Vec<Embedding>, ModelError> {
        let mut journeys = Vec::with_capacity(texts.len());
        for text in texts {
            let tokens = self.tokenizer.encode(text)?;
            let all = 0..tokens.ids.len();
            journeys.push(Journey::new(tokens, vec![all], self.width));
        }
        self.run(&mut journeys)?;
        let place = |sum: &TokenSum| Embedding::from_f32(&self.heads.place(&sum.mean()));
        let nowhere = || Embedding::from_f32(&vec![0.0; self.heads.dimensions()]);
        Ok(journeys.iter().map(|j| if j.sums[0].is_empty() { nowhere() } else { place(&j.sums[0]) }).collect())
    }

    /// Encodes every window of every text and sums its tokens.
    fn run(&mut self, journeys: &mut [Journey]) -> Result<(), ModelError> {
        let mut rows = Vec::new();
        let mut lengths = Vec::new();
        for (text, journey) in journeys.iter().enumerate().filter(|(_, journey)| !journey.tokens.ids.is_empty()) {
            let marks = journey.tokens.lead.len() + journey.tokens.tail.len();
            let capacity = self.window.max_tokens.saturating_sub(marks).max(self.window.overlap_tokens + 1);
            for window in windows(journey.tokens.ids.len(), capacity, self.window.overlap_tokens) {
                lengths.push(window.tokens.len() + marks);
                rows.push(Row { text, window });
            }
        }
        for group in batches(&lengths, self.batch_tokens) {
            let batch = self.embedded(journeys, &rows, &group, &lengths);
            let hidden = self.encoder.encode(&batch)?;
            for (at, &row) in group.iter().enumerate() {
                let row = &rows[row];
                journeys[row.text].take(&row.window, &hidden, at);
            }
        }
        Ok(())
    }

    fn embedded(&self, journeys: &[Journey], rows: &[Row], group: &[usize], lengths: &[usize]) -> EmbeddedBatch {
        let lengths: Vec<usize> = group.iter().map(|&row| lengths[row]).collect();
        let mut embeddings = vec![0.0; lengths.iter().sum::<usize>() * self.width];
        let ids = group.iter().flat_map(|&row| {
            let Row { text, window } = &rows[row];
            let tokens = &journeys[*text].tokens;
            tokens.lead.iter().chain(&tokens.ids[window.tokens.clone()]).chain(&tokens.tail)
        });
        for (id, out) in ids.zip(embeddings.chunks_exact_mut(self.width)) {
            self.embeddings.read_row(*id, out);
        }
        EmbeddedBatch { lengths, width: self.width, embeddings }
    }
}

impl Judge<'_> {
    fn verdict(&self, draft: Draft, mut sums: Vec<TokenSum>) -> Verdict {
        let Draft { language, chars, clauses } = draft;
        let chars = chars.as_slice();
        let rest = sums.split_off(1);
        let whole = &sums[0];
        if whole.is_empty() || chars.iter().all(|c| c.is_whitespace()) {
            return self.nothing_read(language, chars);
        }
        let parts: Vec<Part> = clauses
            .iter()
            .zip(rest)
            .map(|(clause, tokens)| Part { start: clause.start, end: clause.end, tokens })
            .collect();
        let reader = Reader { heads: self.heads, unsure_below: self.unsure_below, emphasis: self.emphasis };
        let mut found = opinions(chars, parts, reader);
        let reading = self.heads.read(&whole.mean());
        let label = reading.sentiment.label(self.unsure_below);
        if found.is_empty() {
            // Only marks between the clauses have tokens: the text as a whole is the opinion.
            found.push(JudgedOpinion {
                start: 0,
                end: chars.len() as u32,
                evidence: chars.iter().collect(),
                sentiment: reading.sentiment,
                label,
                emotions: reading.emotions,
                embedding: Embedding::from_f32(&reading.place),
            });
        }
        let label = if is_mixed(&found, self.unsure_below) { SentimentLabel::Mixed } else { label };
        Verdict { language, sentiment: reading.sentiment, label, emotions: reading.emotions, opinions: found }
    }

    /// The verdict on a text without anything to read.
    fn nothing_read(&self, language: Option<String>, chars: &[char]) -> Verdict {
        let third = 1.0 / 3.0;
        let opinion = JudgedOpinion {
            start: 0,
            end: chars.len() as u32,
            evidence: chars.iter().collect(),
            sentiment: Sentiment { negative: third, neutral: third, positive: third },
            label: SentimentLabel::Unsure,
            emotions: Emotions { neutral: 1.0, ..Emotions::default() },
            embedding: Embedding::from_f32(&vec![0.0; self.heads.dimensions()]),
        };
        Verdict {
            language,
            sentiment: opinion.sentiment,
            label: opinion.label,
            emotions: opinion.emotions,
            opinions: vec![opinion],
        }
    }
}

impl Journey {
    fn new(tokens: Tokens, spans: Vec<Range<usize>>, width: usize) -> Self {
        let sums = vec![TokenSum::new(width); spans.len()];
        Self { tokens, spans, sums }
    }

    /// Sums the tokens that `window` keeps, from row `row` of `hidden`.
    fn take(&mut self, window: &Window, hidden: &Hidden, row: usize) {
        let lead = self.tokens.lead.len();
        for (span, sum) in self.spans.iter().zip(&mut self.sums) {
            for token in span.start.max(window.keep.start)..span.end.min(window.keep.end) {
                sum.add(hidden.token(row, lead + token - window.tokens.start));
            }
        }
    }
}

/// The tokens that share a character with `start..end`: a run, as tokens are in the order of the text.
fn tokens_in(spans: &[(usize, usize)], start: usize, end: usize) -> Range<usize> {
    let first = spans.partition_point(|&(_, token_end)| token_end <= start);
    let last = spans.partition_point(|&(token_start, _)| token_start < end);
    first..last.max(first)
}

/// Whether a plainly positive and a plainly negative opinion stand side by side.
pub(crate) fn is_mixed(opinions: &[JudgedOpinion], unsure_below: f32) -> bool {
    let least = CONTRADICTS_FROM.max(unsure_below);
    let says = |label| opinions.iter().any(|opinion| opinion.label == label && opinion.sentiment.top().1 >= least);
    says(SentimentLabel::Positive) && says(SentimentLabel::Negative)
}

#[cfg(test)]
mod tests;
