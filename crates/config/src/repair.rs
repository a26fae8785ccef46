//! Finds every mistake of a document that serde would stop at one by one.
//!
//! serde ends at the first error. So the error is noted, its cause taken out of the document (an unknown key, a
//! refused value) or a stand-in put in (a missing field), and the rest is read again until nothing is left to say.

use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeFloat, DeInteger, DeString, DeTable, DeValue},
};

use crate::{
    Finding,
    source::Source,
    suggestion::{expected_words, with_suggestion},
    tree::{Content, Entry, Label, Node},
};

/// Mistakes looked for before giving up: more help nobody, and each costs one more reading.
const MAX_ROUNDS: usize = 1000;

/// What a document gave.
pub(crate) struct Outcome<T> {
    /// The value, if one could be made; with mistakes it is what is left after mending.
    pub(crate) value: Option<T>,
    /// Every mistake found.
    pub(crate) findings: Vec<Finding>,
    /// Whether all mistakes were keys that do not belong: the value is then complete without them.
    pub(crate) complete: bool,
}

/// Reads a document, mending it for as long as that reveals more mistakes.
pub(crate) fn read_all<T: DeserializeOwned>(table: &Spanned<DeTable<'_>>, source: &Source) -> Outcome<T> {
    let mut tree = Node::from_table(table);
    let mut outcome = Outcome { value: None, findings: Vec::new(), complete: true };
    for _ in 0..MAX_ROUNDS {
        let (document, labels) = tree.labelled();
        let error = match T::deserialize(toml::de::Deserializer::from(document)) {
            Ok(value) => {
                outcome.value = Some(value);
                return outcome;
            }
            Err(error) => error,
        };
        let root = Label { path: Vec::new(), is_key: false };
        let label = error.span().and_then(|span| labels.get(span.start)).unwrap_or(&root);
        if !mend(&mut tree, label, error.message(), source, &mut outcome) {
            return outcome;
        }
    }
    outcome
}

/// Notes one error and takes its cause away. `false` when nothing can be done and reading again would be in vain.
fn mend<T>(tree: &mut Node<'_>, label: &Label, message: &str, source: &Source, outcome: &mut Outcome<T>) -> bool {
    if let Some(depth) = stand_in_above(tree, &label.path) {
        return next_stand_in(tree, &label.path[..depth], message);
    }
    if label.is_key {
        let Some((number, parent)) = label.path.split_last() else { return false };
        let Content::Table(entries) = &mut tree.at_mut(parent).content else { return false };
        let entry = entries.remove(*number);
        outcome.findings.push(source.finding(entry.key_span, with_suggestion(message)));
        return true;
    }
    outcome.complete = false;
    let node = tree.at_mut(&label.path);
    if let (Some(field), Content::Table(entries)) = (missing_field(message), &mut node.content) {
        if !node.reported.contains(&field) {
            node.reported.push(field.clone());
            outcome.findings.push(source.finding(node.span.clone(), message));
        }
        if entries.iter().all(|entry| entry.key != field) {
            let mut stand_in = Node::new(node.span.clone(), stand_in(0, ""));
            stand_in.stand_in = Some(0);
            entries.push(Entry { key: field, key_span: node.span.clone(), node: stand_in });
            return true;
        }
    } else {
        outcome.findings.push(source.finding(node.span.clone(), with_suggestion(message)));
    }
    remove(tree, &label.path)
}

/// Takes a node out of its parent, which will not be told again that it is missing.
fn remove(tree: &mut Node<'_>, path: &[usize]) -> bool {
    let Some((number, parent)) = path.split_last() else { return false };
    let parent = tree.at_mut(parent);
    match &mut parent.content {
        Content::Leaf(_) => return false,
        Content::Array(items) => {
            items.remove(*number);
        }
        Content::Table(entries) => {
            let entry = entries.remove(*number);
            parent.reported.push(entry.key);
        }
    }
    true
}

/// How long the path to the outermost stand-in on the way is.
fn stand_in_above(tree: &Node<'_>, path: &[usize]) -> Option<usize> {
    let mut node = tree;
    for (depth, number) in path.iter().enumerate() {
        node = node.child(*number)?;
        if node.stand_in.is_some() {
            return Some(depth + 1);
        }
    }
    None
}

/// A stand-in was refused: try the next kind, or take out the table that cannot be completed.
fn next_stand_in(tree: &mut Node<'_>, path: &[usize], message: &str) -> bool {
    let node = tree.at_mut(path);
    let attempt = node.stand_in.unwrap_or(0) + 1;
    if attempt < STAND_INS {
        let word = expected_words(message).first().copied().unwrap_or("x").to_owned();
        // An enumeration names its words: the first of them is a better guess than a value of another kind.
        node.content = if word == "x" { stand_in(attempt, "x") } else { stand_in(0, &word) };
        node.stand_in = Some(attempt);
        return true;
    }
    let table = &path[..path.len().saturating_sub(1)];
    remove(tree, table)
}

/// How many kinds of stand-ins there are.
const STAND_INS: usize = 6;

fn stand_in<'i>(attempt: usize, word: &str) -> Content<'i> {
    match attempt {
        0 => Content::Leaf(DeValue::String(DeString::Owned(if word.is_empty() { "x" } else { word }.to_owned()))),
        1 => Content::Leaf(DeValue::Integer(DeInteger::default())),
        2 => Content::Leaf(DeValue::Float(DeFloat::default())),
        3 => Content::Leaf(DeValue::Boolean(false)),
        4 => Content::Array(Vec::new()),
        _ => Content::Table(Vec::new()),
    }
}

fn missing_field(message: &str) -> Option<String> {
    let field = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    Some(field.to_owned())
}
