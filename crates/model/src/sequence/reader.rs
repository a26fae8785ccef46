//! Texts to verdicts, every clause a text of its own.

use std::path::Path;

use moodline_types::{Embedding, Emotions, JudgedOpinion, Sentiment, SentimentLabel};

use super::{TOKENIZER, layout::Layout, manifest::ClassifierManifest, network::Network};
use crate::{
    ModelError, ModelOptions, ModelProfile, Text, Verdict,
    batch::batches,
    clause::split_clauses,
    identify_language,
    manifest::{Head, SelfTest, WindowSize},
    pipeline::is_mixed,
    tokens::PrefixTokenizer,
    window::windows,
};

/// Most opinions of one text: of more clauses, neighbours are judged together.
const MOST_OPINIONS: usize = 12;

/// A sequence classifier, ready to judge.
pub(crate) struct SequenceReader {
    tokenizer: PrefixTokenizer,
    network: Network,
    /// Which side each class is on: negative, neutral, positive.
    sides: Vec<Option<usize>>,
    width: usize,
    window: WindowSize,
    batch_tokens: usize,
    temperature: f32,
    unsure_below: f32,
}

/// A classifier's own answers, by which it is tried.
pub(crate) struct Expected {
    pub(crate) tests: Vec<SelfTest>,
    pub(crate) tolerance: f32,
}

/// What is judged at once: a text or a clause.
struct Piece {
    lead: Vec<u32>,
    ids: Vec<u32>,
    tail: Vec<u32>,
    /// Of its windows, each weighed by its tokens.
    sides: [f32; 3],
    vector: Vec<f32>,
    tokens: f32,
}

impl SequenceReader {
    /// Loads the classifier of `folder`, whose manifest has the head `head`.
    pub(crate) fn load(
        folder: &Path,
        head: &Head,
        options: &ModelOptions,
    ) -> Result<(Self, ModelProfile, Expected), ModelError> {
        let layout = Layout::read(folder)?;
        let manifest = ClassifierManifest::read(folder, &layout)?;
        if options.threads > 0 {
            tch::set_num_threads(i32::try_from(options.threads).unwrap_or(i32::MAX));
        }
        let bytes = head.read_file(folder, TOKENIZER)?;
        let reader = Self {
            tokenizer: PrefixTokenizer::read(&bytes, "", usize::MAX, &folder.join(TOKENIZER))?,
            network: Network::load(folder, &layout, manifest.precision)?,
            sides: manifest.classes.sides(&layout),
            width: layout.width,
            window: manifest.window,
            batch_tokens: options.batch_tokens,
            temperature: manifest.sentiment.temperature,
            unsure_below: manifest.sentiment.unsure_below,
        };
        let profile = manifest.profile(&layout, folder);
        Ok((reader, profile, Expected { tests: manifest.self_test, tolerance: manifest.self_test_tolerance }))
    }

    /// One verdict per text, in order.
    pub(crate) fn classify(&self, texts: &[Text<'_>]) -> Result<Vec<Verdict>, ModelError> {
        let (mut pieces, mut spans) = (Vec::new(), Vec::with_capacity(texts.len()));
        for text in texts {
            let chars: Vec<char> = text.text.chars().collect();
            let clauses = split_clauses(&chars);
            let together = clauses.len().div_ceil(MOST_OPINIONS).max(1);
            let own: Vec<(usize, usize)> =
                clauses.chunks(together).map(|some| (some[0].start, some[some.len() - 1].end)).collect();
            pieces.push(self.piece(text.text)?);
            // A text of one clause is that clause.
            if own.len() > 1 {
                for (start, end) in &own {
                    pieces.push(self.piece(&chars[*start..*end].iter().collect::<String>())?);
                }
            }
            spans.push((chars, own));
        }
        self.run(&mut pieces)?;
        let mut pieces = pieces.into_iter();
        let verdicts = texts.iter().zip(spans).filter_map(|(text, (chars, own))| {
            let whole = pieces.next()?;
            let parts: Vec<Piece> = if own.len() > 1 { pieces.by_ref().take(own.len()).collect() } else { Vec::new() };
            let parts = own.into_iter().zip(parts).filter(|(_, part)| part.tokens > 0.0);
            let mut opinions: Vec<JudgedOpinion> =
                parts.map(|(span, part)| self.opinion(&chars, span, &part)).collect();
            let all = self.opinion(&chars, (0, chars.len()), &whole);
            if opinions.is_empty() {
                opinions.push(all.clone());
            }
            let is_mixed = is_mixed(&opinions, self.unsure_below);
            Some(Verdict {
                language: identify_language(text.text, text.language_hint),
                sentiment: all.sentiment,
                label: if is_mixed { SentimentLabel::Mixed } else { all.label },
                emotions: all.emotions,
                opinions,
            })
        });
        Ok(verdicts.collect())
    }

    /// One vector per text, in order.
    pub(crate) fn embed(&self, texts: &[&str]) -> Result<Vec<Embedding>, ModelError> {
        let mut pieces = texts.iter().map(|text| self.piece(text)).collect::<Result<Vec<_>, _>>()?;
        self.run(&mut pieces)?;
        Ok(pieces.iter().map(|piece| Embedding::from_f32(&piece.vector)).collect())
    }

    fn piece(&self, text: &str) -> Result<Piece, ModelError> {
        let read = self.tokenizer.encode(text)?;
        let ids = if text.chars().all(char::is_whitespace) { Vec::new() } else { read.ids };
        Ok(Piece { lead: read.lead, ids, tail: read.tail, sides: [0.0; 3], vector: vec![0.0; self.width], tokens: 0.0 })
    }

    fn run(&self, pieces: &mut [Piece]) -> Result<(), ModelError> {
        let (mut rows, mut owners) = (Vec::new(), Vec::new());
        for (owner, piece) in pieces.iter().enumerate().filter(|(_, piece)| !piece.ids.is_empty()) {
            let marks = piece.lead.len() + piece.tail.len();
            let capacity = self.window.max_tokens.saturating_sub(marks).max(self.window.overlap_tokens + 1);
            for window in windows(piece.ids.len(), capacity, self.window.overlap_tokens) {
                let own = &piece.ids[window.tokens];
                rows.push([&piece.lead, own, &piece.tail].concat());
                owners.push(owner);
            }
        }
        let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
        for group in batches(&lengths, self.batch_tokens) {
            let batch: Vec<Vec<u32>> = group.iter().map(|row| std::mem::take(&mut rows[*row])).collect();
            for (row, answer) in group.into_iter().zip(self.network.run(&batch)?) {
                let piece = &mut pieces[owners[row]];
                let (first, count) = (piece.lead.len(), lengths[row] - piece.lead.len() - piece.tail.len());
                for (sum, side) in piece.sides.iter_mut().zip(self.shares(&answer.logits)) {
                    *sum += side * count as f32;
                }
                for vector in answer.vectors.chunks_exact(self.width).skip(first).take(count) {
                    for (sum, x) in piece.vector.iter_mut().zip(vector) {
                        *sum += x;
                    }
                }
                piece.tokens += count as f32;
            }
        }
        for piece in pieces.iter_mut().filter(|piece| piece.tokens > 0.0) {
            let tokens = piece.tokens;
            piece.sides.iter_mut().chain(&mut piece.vector).for_each(|sum| *sum /= tokens);
        }
        Ok(())
    }

    /// Softmax over the classes that are on a side, added up by side.
    fn shares(&self, logits: &[f32]) -> [f32; 3] {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut found = [0.0; 3];
        for (logit, side) in logits.iter().zip(&self.sides) {
            if let Some(side) = side {
                found[*side] += ((logit - largest) / self.temperature).exp();
            }
        }
        let sum: f32 = found.iter().sum();
        if sum > 0.0 { found.map(|share| share / sum) } else { [1.0 / 3.0; 3] }
    }

    /// What is said between two characters; unsure where there is nothing to read.
    fn opinion(&self, chars: &[char], (start, end): (usize, usize), piece: &Piece) -> JudgedOpinion {
        let [negative, neutral, positive] = if piece.tokens > 0.0 { piece.sides } else { [1.0 / 3.0; 3] };
        let sentiment = Sentiment { negative, neutral, positive };
        JudgedOpinion {
            start: start as u32,
            end: end as u32,
            evidence: chars[start..end].iter().collect(),
            sentiment,
            label: if piece.tokens > 0.0 { sentiment.label(self.unsure_below) } else { SentimentLabel::Unsure },
            emotions: Emotions::default(),
            embedding: Embedding::from_f32(&piece.vector),
        }
    }
}
