//! The way of a text, with an encoder that gives every token its own embedding back.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use proptest::prelude::*;
use tokenizers::{
    AddedToken, Tokenizer,
    models::unigram::Unigram,
    pre_tokenizers::metaspace::{Metaspace, PrependScheme},
    processors::template::TemplateProcessing,
};

use super::*;
use crate::manifest::EmbeddingLayout;

const WIDTH: usize = 32;
const WORDS: [&str; 12] = ["<s>", "<pad>", "</s>", "<unk>", "▁", "q", ":", "a", "b", "c", "d", "."];

/// Rows and longest row of each batch, in the order they ran.
type Shapes = Arc<Mutex<Vec<(usize, usize)>>>;

/// Gives embeddings back and notes the shape of every batch.
struct EchoEncoder {
    shapes: Shapes,
}

impl Encoder for EchoEncoder {
    fn encode(&mut self, batch: &EmbeddedBatch) -> Result<Hidden, ModelError> {
        self.shapes.lock().unwrap().push((batch.lengths.len(), batch.lengths.iter().copied().max().unwrap_or(0)));
        Ok(Hidden::new(batch, batch.embeddings.clone()))
    }
}

fn tokenizer() -> PrefixTokenizer {
    let vocabulary = WORDS.iter().map(|word| ((*word).to_owned(), -1.0)).collect();
    let mut tokenizer = Tokenizer::new(Unigram::from(vocabulary, Some(3), false).unwrap());
    tokenizer.with_pre_tokenizer(Some(Metaspace::new('▁', PrependScheme::Always, true)));
    tokenizer.add_special_tokens(&[AddedToken::from("<s>", true), AddedToken::from("</s>", true)]);
    let marks = TemplateProcessing::builder();
    let marks = { marks }.try_single("<s> $A </s>").unwrap().special_tokens(vec![("<s>", 0), ("</s>", 2)]).build();
    tokenizer.with_post_processor(Some(marks.unwrap()));
    PrefixTokenizer::new(tokenizer, "q: ").unwrap()
}

/// Row `id`: a scale of one, and weights that differ from row to row.
fn embeddings() -> WordEmbeddings {
    let row = |id: usize| {
        let mut bytes = vec![0x00, 0x3c];
        bytes.extend((0..16).map(|j| ((id * 7 + j * 5) % 251) as u8));
        bytes
    };
    let bytes: Vec<u8> = (0..WORDS.len()).flat_map(row).collect();
    let layout = EmbeddingLayout {
        file: String::new(),
        rows: WORDS.len(),
        width: WIDTH,
        block: 32,
        encoding: "q4_0".to_owned(),
    };
    WordEmbeddings::new(bytes.into(), &layout, Path::new("rows")).unwrap()
}

fn pipeline(batch_tokens: usize) -> (Pipeline, Shapes) {
    let shapes = Arc::new(Mutex::new(Vec::new()));
    let pipeline = Pipeline {
        tokenizer: tokenizer(),
        embeddings: embeddings(),
        encoder: Box::new(EchoEncoder { shapes: Arc::clone(&shapes) }),
        heads: Heads::plain(WIDTH, 8),
        width: WIDTH,
        window: WindowSize { max_tokens: 16, overlap_tokens: 4 },
        batch_tokens,
        unsure_below: 0.5,
        emphasis: 1.0,
        threads: 3,
    };
    (pipeline, shapes)
}

/// The probability of negative that the mean of the text's own tokens has.
fn negative_of(text: &str) -> f32 {
    let (tokens, rows) = (tokenizer().encode(text).unwrap(), embeddings());
    let mut sum = TokenSum::new(WIDTH);
    let mut row = [0.0; WIDTH];
    for id in &tokens.ids {
        rows.read_row(*id, &mut row);
        sum.add(&row);
    }
    Heads::plain(WIDTH, 8).read(&sum.mean()).sentiment.negative
}

#[test]
fn the_prefix_and_the_marks_are_no_tokens_of_the_text() {
    let tokens = tokenizer().encode("ab é").unwrap();
    assert_eq!(tokens.lead.first(), Some(&0));
    assert_eq!(tokens.tail, [2]);
    assert_eq!(tokens.spans.last(), Some(&(3, 4)), "offsets count characters of the text");
    let typed = tokenizer().encode("a</s>").unwrap();
    assert_eq!((typed.tail.len(), typed.spans.last()), (1, Some(&(1, 5))), "a mark that is typed is text");
}

#[test]
fn a_text_of_spaces_runs_no_batch() {
    let (mut pipeline, shapes) = pipeline(64);
    let verdict = pipeline.classify(&["".into(), " \n ".into()]).unwrap().remove(1);
    assert_eq!(verdict.opinions[0].evidence, " \n ");
    assert_eq!(verdict.label, SentimentLabel::Unsure);
    assert!(shapes.lock().unwrap().len() <= 1);
}

#[test]
fn a_text_is_mixed_when_plain_opinions_disagree() {
    let opinion = |negative: f32, positive: f32| JudgedOpinion {
        start: 0,
        end: 1,
        evidence: "a".to_owned(),
        sentiment: Sentiment { negative, neutral: 1.0 - negative - positive, positive },
        label: Sentiment { negative, neutral: 1.0 - negative - positive, positive }.label(0.5),
        emotions: Emotions::default(),
        embedding: Embedding::from_f32(&[1.0]),
    };
    assert!(is_mixed(&[opinion(0.9, 0.0), opinion(0.1, 0.8)], 0.5));
    assert!(!is_mixed(&[opinion(0.9, 0.0), opinion(0.1, 0.65)], 0.5), "a doubtful opinion contradicts nothing");
    assert!(!is_mixed(&[opinion(0.9, 0.0), opinion(0.8, 0.1)], 0.5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_token_counts_once_whatever_the_length_the_order_and_the_batch(
        texts in prop::collection::vec("[abcd]{1,3}[abcd .]{0,60}", 1..12), batch_tokens in 1..200_usize,
    ) {
        let (mut pipeline, shapes) = pipeline(batch_tokens);
        let asked: Vec<Text<'_>> = texts.iter().map(|text| text.as_str().into()).collect();
        let verdicts = pipeline.classify(&asked).unwrap();
        prop_assert_eq!(verdicts.len(), texts.len());
        for (text, verdict) in texts.iter().zip(&verdicts) {
            prop_assert!((verdict.sentiment.negative - negative_of(text)).abs() < 1e-4, "{}", text);
            prop_assert!(!verdict.opinions.is_empty() && verdict.opinions.len() <= 12);
        }
        for &(rows, length) in shapes.lock().unwrap().iter() {
            prop_assert!(length <= 16 && (rows == 1 || rows * length <= batch_tokens));
        }
    }

    #[test]
    fn no_text_breaks_the_pipeline(text in "\\PC{0,80}") {
        let (mut pipeline, _) = pipeline(64);
        let verdict = pipeline.classify(&[text.as_str().into()]).unwrap().remove(0);
        let length = text.chars().count() as u32;
        let mut at = 0;
        prop_assert!(!verdict.opinions.is_empty());
        for opinion in &verdict.opinions {
            prop_assert!(at <= opinion.start && opinion.start <= opinion.end && opinion.end <= length);
            at = opinion.end;
        }
    }
}
