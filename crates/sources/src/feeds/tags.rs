//! The opening tags of a document that is markup, however broken: for links in web pages and outlines in OPML.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
    },
};

/// All opening tags in order, their names and those of their attributes in lower case. Nothing inside scripts and
/// styles counts.
pub(super) fn opening_tags(text: &str) -> Vec<Tag> {
    let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// An attribute's value without white space at its ends; `None` where it is missing or empty.
pub(super) fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(found.value.trim()).filter(|value| !value.is_empty())
}

#[derive(Default)]
struct Tags(RefCell<Vec<Tag>>);

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        let raw = match &*tag.name {
            "script" => Some(RawKind::ScriptData),
            "style" | "noembed" => Some(RawKind::Rawtext),
            "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        let closed = tag.self_closing;
        self.0.borrow_mut().push(tag);
        raw.filter(|_| !closed).map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }
}
