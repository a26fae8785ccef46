//! Which column says what.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Preset;

/// Column names, or keys of JSON objects (`author.name` reaches into an inner object). Empty ones are guessed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// What the customer wrote.
    pub text: Option<String>,
    /// The row's own id.
    pub id: Option<String>,
    /// When it was written.
    pub time: Option<String>,
    /// Stars or score.
    pub rating: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where to read it.
    pub url: Option<String>,
    /// Its title or subject.
    pub title: Option<String>,
    /// Its language.
    pub language: Option<String>,
}

/// What a column can be good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Text,
    Id,
    Time,
    Rating,
    Author,
    Url,
    Title,
    Language,
}

impl Field {
    pub(super) const ALL: [Self; 8] =
        [Self::Text, Self::Id, Self::Time, Self::Rating, Self::Author, Self::Url, Self::Title, Self::Language];

    /// The key under `columns` in the settings.
    fn key(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Id => "id",
            Self::Time => "time",
            Self::Rating => "rating",
            Self::Author => "author",
            Self::Url => "url",
            Self::Title => "title",
            Self::Language => "language",
        }
    }
}

/// A name to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// As it may be written.
    pub(super) written: String,
    /// Without case, spaces and strokes.
    pub(super) folded: String,
}

/// Names to look for, field by field. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    columns: Columns,
    preset: Preset,
    names: Arc<[Vec<Name>; 8]>,
}

impl Mapping {
    pub(super) fn new(columns: Columns, preset: Preset) -> Self {
        let mut mapping = Self { columns, preset, names: Arc::default() };
        mapping.names = Arc::new(Field::ALL.map(|field| mapping.names_of(field)));
        mapping
    }

    /// The configured name alone, or those of the preset and then the usual ones that no other field is given.
    fn names_of(&self, field: Field) -> Vec<Name> {
        let name = |written: &str| Name { written: written.to_owned(), folded: fold(written) };
        if let Some(configured) = self.configured(field) {
            return vec![name(configured)];
        }
        let elsewhere: Vec<String> =
            Field::ALL.into_iter().filter_map(|field| self.configured(field)).map(fold).collect();
        let names = self.preset.names(field).iter().chain(Preset::Generic.names(field));
        names.map(|written| name(written)).filter(|name| !elsewhere.contains(&name.folded)).collect()
    }

    /// The name given in the settings.
    pub(super) fn configured(&self, field: Field) -> Option<&str> {
        let name = match field {
            Field::Text => &self.columns.text,
            Field::Id => &self.columns.id,
            Field::Time => &self.columns.time,
            Field::Rating => &self.columns.rating,
            Field::Author => &self.columns.author,
            Field::Url => &self.columns.url,
            Field::Title => &self.columns.title,
            Field::Language => &self.columns.language,
        };
        name.as_deref().map(str::trim).filter(|name| !name.is_empty())
    }

    /// Whether the settings themselves name the rating's column or whose export it is.
    pub(super) fn rating_is_certain(&self) -> bool {
        self.configured(Field::Rating).is_some() || self.preset != Preset::Generic
    }

    /// Names to try in turn.
    pub(super) fn candidates(&self, field: Field) -> &[Name] {
        &self.names[field as usize]
    }

    /// Where each field stands among `header`; a column serves one field, the first that wants it.
    pub(super) fn positions(&self, header: &[String]) -> [Option<usize>; 8] {
        let folded: Vec<String> = header.iter().map(|name| fold(name)).collect();
        let mut taken = vec![false; header.len()];
        let mut positions = [None; 8];
        for (slot, field) in positions.iter_mut().zip(Field::ALL) {
            let found = self
                .candidates(field)
                .iter()
                .find_map(|name| (0..folded.len()).find(|column| folded[*column] == name.folded && !taken[*column]));
            if let Some(column) = found {
                taken[column] = true;
                *slot = Some(column);
            }
        }
        positions
    }

    /// Columns that the settings name and a header does not have, as a person would say it; `None` if all are there.
    pub(super) fn missing(&self, positions: &[Option<usize>; 8]) -> Option<String> {
        let missing: Vec<String> = Field::ALL
            .iter()
            .zip(positions)
            .filter(|(_, position)| position.is_none())
            .filter_map(|(field, _)| Some(format!("`{}` (columns.{})", self.configured(*field)?, field.key())))
            .collect();
        (!missing.is_empty()).then(|| format!("there is no column {}", missing.join(", ")))
    }
}

/// `Review_Text`, `review-text` and ` Review Text ` are one name.
pub(super) fn fold(name: &str) -> String {
    let name = name.trim().trim_matches('\u{feff}');
    name.chars()
        .filter(|c| !matches!(c, ' ' | '_' | '-' | '\u{a0}' | '\u{3000}'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(columns: Columns, header: &[&str]) -> [Option<usize>; 8] {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        Mapping::new(columns, Preset::Generic).positions(&header)
    }

    #[test]
    fn usual_names_are_found_in_english_and_chinese() {
        let english = positions(Columns::default(), &["ID", "Review Text", "stars", "Created_At", "user"]);
        assert_eq!(english[..5], [Some(1), Some(0), Some(3), Some(2), Some(4)]);
        let chinese = positions(Columns::default(), &["评论时间", "评论内容", "评分", "用户名"]);
        assert_eq!(chinese[..5], [Some(1), None, Some(0), Some(2), Some(3)]);
    }

    #[test]
    fn a_configured_column_is_taken_and_no_other() {
        let columns = Columns { text: Some("notes".to_owned()), ..Columns::default() };
        assert_eq!(positions(columns.clone(), &["text", "Notes"])[0], Some(1));
        assert_eq!(positions(columns, &["text"])[0], None);
    }

    #[test]
    fn a_column_serves_one_field() {
        let columns = Columns { title: Some("content".to_owned()), ..Columns::default() };
        let positions = positions(columns, &["content", "body"]);
        assert_eq!((positions[0], positions[6]), (Some(1), Some(0)));
    }
}
