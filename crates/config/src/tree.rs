//! A parsed document that can be mended: every node knows where it stood.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeArray, DeString, DeTable, DeValue},
};

/// A value and where it stood in the text.
#[derive(Debug, Clone)]
pub(crate) struct Node<'i> {
    pub(crate) span: Range<usize>,
    pub(crate) content: Content<'i>,
    /// How many stand-ins were tried here, where the text has no value of its own.
    pub(crate) stand_in: Option<usize>,
    /// Keys of this table whose value was refused or missing, and said so.
    pub(crate) reported: Vec<String>,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(crate) enum Content<'i> {
    Leaf(DeValue<'i>),
    Array(Vec<Node<'i>>),
    Table(Vec<Entry<'i>>),
}

/// One key of a table with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'i> {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) node: Node<'i>,
}

/// What an error of the labelled document points at: child numbers from the root.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) path: Vec<usize>,
    pub(crate) is_key: bool,
}

impl<'i> Node<'i> {
    pub(crate) fn new(span: Range<usize>, content: Content<'i>) -> Self {
        Self { span, content, stand_in: None, reported: Vec::new() }
    }

    pub(crate) fn from_table(table: &Spanned<DeTable<'i>>) -> Self {
        Self::new(table.span(), Content::of_table(table.get_ref()))
    }

    fn from_value(value: &Spanned<DeValue<'i>>) -> Self {
        let content = match value.get_ref() {
            DeValue::Array(items) => Content::Array(items.iter().map(Self::from_value).collect()),
            DeValue::Table(table) => Content::of_table(table),
            leaf => Content::Leaf(leaf.clone()),
        };
        Self::new(value.span(), content)
    }

    /// The child with this number.
    pub(crate) fn child(&self, number: usize) -> Option<&Self> {
        match &self.content {
            Content::Leaf(_) => None,
            Content::Array(items) => items.get(number),
            Content::Table(entries) => entries.get(number).map(|entry| &entry.node),
        }
    }

    /// The node at `path`, or the nearest one above it.
    pub(crate) fn at_mut(&mut self, path: &[usize]) -> &mut Self {
        let mut node = self;
        for number in path {
            if node.child(*number).is_none() {
                break;
            }
            node = match &mut node.content {
                Content::Leaf(_) => unreachable!("a leaf has no children"),
                Content::Array(items) => &mut items[*number],
                Content::Table(entries) => &mut entries[*number].node,
            };
        }
        node
    }

    /// The same document for serde, in which every span is the number of a label: an error's span then names its
    /// node without doubt, where spans of the text would be shared (`[[a]]`, dotted keys).
    pub(crate) fn labelled(&self) -> (Spanned<DeTable<'i>>, Vec<Label>) {
        let mut labels = Vec::new();
        let root = self.label(&mut Vec::new(), &mut labels);
        let span = root.span();
        let table = match root.into_inner() {
            DeValue::Table(table) => table,
            _ => DeTable::new(),
        };
        (Spanned::new(span, table), labels)
    }

    fn label(&self, path: &mut Vec<usize>, labels: &mut Vec<Label>) -> Spanned<DeValue<'i>> {
        let span = next_label(labels, path, false);
        let value = match &self.content {
            Content::Leaf(leaf) => leaf.clone(),
            Content::Array(items) => {
                let mut array = DeArray::default();
                for (number, item) in items.iter().enumerate() {
                    path.push(number);
                    array.push(item.label(path, labels));
                    path.pop();
                }
                DeValue::Array(array)
            }
            Content::Table(entries) => {
                let mut table = DeTable::new();
                for (number, entry) in entries.iter().enumerate() {
                    path.push(number);
                    let key = Spanned::new(next_label(labels, path, true), DeString::Owned(entry.key.clone()));
                    table.insert(key, entry.node.label(path, labels));
                    path.pop();
                }
                DeValue::Table(table)
            }
        };
        Spanned::new(span, value)
    }
}

impl<'i> Content<'i> {
    fn of_table(table: &DeTable<'i>) -> Self {
        let entry = |(key, value): (&Spanned<DeString<'i>>, &Spanned<DeValue<'i>>)| Entry {
            key: key.get_ref().to_string(),
            key_span: key.span(),
            node: Node::from_value(value),
        };
        let mut entries: Vec<Entry<'_>> = table.iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        Self::Table(entries)
    }
}

fn next_label(labels: &mut Vec<Label>, path: &[usize], is_key: bool) -> Range<usize> {
    labels.push(Label { path: path.to_vec(), is_key });
    labels.len() - 1..labels.len()
}
