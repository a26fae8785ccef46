//! From a row to a mention.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use moodline_types::{Rating, RawMention};

use super::{
    FilesConfig,
    columns::{Field, Mapping},
};
use crate::{identity::derived_id, instant::TimeReading};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Text, trimmed and not empty.
    Text(String),
    /// A date of a spreadsheet, without a zone.
    Local(NaiveDateTime),
    /// A number with more digits than a spreadsheet keeps: the last ones are made up.
    Rounded(f64),
}

impl Cell {
    pub(super) fn text(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self::Text(text.to_owned()))
    }

    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Local(time) => time.format("%Y-%m-%dT%H:%M:%S").to_string(),
            Self::Rounded(number) => number.to_string(),
        }
    }
}

/// The cells of one row, in the order of [`Field::ALL`].
pub(super) type Cells = [Option<Cell>; 8];

/// Makes mentions of the rows of one file.
///
/// Identity is the mapped id. Without one it is a hash of author, time, text, and how often that same triple has
/// come before in the file: identical reviews stay apart, and the same file read again gives the same identities.
#[derive(Debug)]
pub(super) struct RowReading {
    mapping: Mapping,
    time: TimeReading,
    scale: [f32; 2],
    /// Whether a rating that cannot be read is a mistake rather than a wrong guess at the column.
    rating_is_certain: bool,
    language: Option<String>,
    occurrences: HashMap<String, u32>,
}

impl RowReading {
    pub(super) fn new(config: &FilesConfig) -> Self {
        let mapping = Mapping::new(config.columns.clone(), config.preset);
        Self {
            time: config.time_reading(),
            scale: config.rating_scale.unwrap_or(config.preset.scale()),
            rating_is_certain: config.rating_scale.is_some() || mapping.rating_is_certain(),
            language: config.language.clone(),
            occurrences: HashMap::new(),
            mapping,
        }
    }

    pub(super) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The mention of a row, or what is wrong with it. Must be called for every row in order, for the count of
    /// identical rows.
    pub(super) fn mention(&mut self, cells: Cells) -> Result<RawMention, String> {
        let [text, id, time, rating, author, url, title, language] = cells;
        let title = title.map(Cell::into_text);
        let (title, text) = match (title, text.map(Cell::into_text)) {
            (title, Some(text)) => (title, text),
            (Some(title), None) => (None, title),
            (None, None) => return Err(self.missing_text()),
        };
        let author = author.map(Cell::into_text);
        let written_time = time.clone().map(Cell::into_text).unwrap_or_default();
        let external_id = match id {
            Some(Cell::Rounded(number)) => {
                return Err(format!(
                    "the id {number:e} was rounded by the spreadsheet: format its column as text before filling it"
                ));
            }
            Some(cell) => cell.into_text(),
            None => self.derived(author.as_deref().unwrap_or_default(), &written_time, &text),
        };
        Ok(RawMention {
            external_id,
            url: url.map(Cell::into_text),
            author,
            title,
            text,
            language: language.map(|cell| language_tag(&cell.into_text())).or_else(|| self.language.clone()),
            posted_at: time.map(|time| self.instant(time)).transpose()?,
            rating: self.rating(rating)?,
            ..RawMention::default()
        })
    }

    fn missing_text(&self) -> String {
        match self.mapping.configured(Field::Text) {
            Some(name) => format!("no text in `{name}`"),
            None => "no text; if another column holds it, name that with `columns.text`".to_owned(),
        }
    }

    fn derived(&mut self, author: &str, time: &str, text: &str) -> String {
        let triple = derived_id(&[author, time, text]);
        let count = self.occurrences.entry(triple.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { triple } else { derived_id(&[&triple, &count.to_string()]) }
    }

    fn instant(&self, cell: Cell) -> Result<DateTime<Utc>, String> {
        let read = match &cell {
            Cell::Local(local) => self.time.at(*local),
            Cell::Text(text) => self.time.parse(text),
            Cell::Rounded(_) => None,
        };
        read.ok_or_else(|| {
            let text = cell.into_text();
            format!("`{text}` is not a time that can be read for certain: say how with `time_format`")
        })
    }

    fn rating(&self, cell: Option<Cell>) -> Result<Option<Rating>, String> {
        let Some(text) = cell.map(Cell::into_text) else { return Ok(None) };
        let [worst, best] = self.scale;
        // `4/10` brings its own scale.
        let best = written_best(&text).filter(|written| *written > worst).unwrap_or(best);
        let rating = rating_value(&text).and_then(|value| Rating::new(value, worst, best));
        match rating {
            None if self.rating_is_certain => {
                Err(format!("`{text}` is not a rating from {worst} to {best}: see `rating_scale`"))
            }
            rating => Ok(rating),
        }
    }
}

/// `4`, `4.5`, `4,5`, `4/5`, `4 stars`, `4星`, `★★★★☆`, `FOUR`, `true`.
fn rating_value(text: &str) -> Option<f32> {
    let text = text.trim();
    let stars = text.chars().filter(|c| matches!(c, '★' | '⭐' | '🌟')).count();
    if stars > 0 {
        return Some(stars as f32);
    }
    match text.to_lowercase().as_str() {
        "false" | "no" => return Some(0.0),
        "true" | "yes" | "one" => return Some(1.0),
        "two" => return Some(2.0),
        "three" => return Some(3.0),
        "four" => return Some(4.0),
        "five" => return Some(5.0),
        _ => {}
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim().to_lowercase();
    let known = unit.is_empty() || unit.starts_with('/') || unit.starts_with("star") || unit.starts_with(['星', '分']);
    known.then(|| number.replace(',', ".").parse().ok()).flatten()
}

/// The 10 of `4/10`.
fn written_best(text: &str) -> Option<f32> {
    text.split_once('/')?.1.trim().parse().ok()
}

/// Names of languages that Steam uses, as tags; tags are left as they are.
fn language_tag(text: &str) -> String {
    let tag = match text.to_lowercase().as_str() {
        "schinese" => "zh-Hans",
        "tchinese" => "zh-Hant",
        "english" => "en",
        "japanese" => "ja",
        "koreana" | "korean" => "ko",
        "spanish" | "latam" => "es",
        "french" => "fr",
        "german" => "de",
        "italian" => "it",
        "portuguese" => "pt",
        "brazilian" => "pt-BR",
        "russian" => "ru",
        "polish" => "pl",
        "turkish" => "tr",
        "thai" => "th",
        "vietnamese" => "vi",
        "dutch" => "nl",
        "ukrainian" => "uk",
        _ => return text.to_owned(),
    };
    tag.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> RowReading {
        RowReading::new(&FilesConfig::new("shop".parse().unwrap(), std::path::Path::new("x.csv")))
    }

    fn cells(text: &str, time: &str, author: &str) -> Cells {
        let mut cells: Cells = Default::default();
        (cells[0], cells[2], cells[4]) = (Cell::text(text), Cell::text(time), Cell::text(author));
        cells
    }

    #[test]
    fn identical_rows_stay_apart_and_are_the_same_when_read_again() {
        let read = || {
            let mut reading = reading();
            let rows = [("good", "a"), ("good", "a"), ("good", "b"), ("good", "a")];
            rows.map(|(text, author)| reading.mention(cells(text, "2024-05-01", author)).unwrap().external_id)
        };
        let ids = read();
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), 4);
        assert_eq!(ids, read());
    }

    #[test]
    fn a_time_that_cannot_be_told_is_reported() {
        let reason = reading().mention(cells("good", "05/06/2024", "")).unwrap_err();
        assert!(reason.contains("05/06/2024") && reason.contains("time_format"), "{reason}");
    }

    #[test]
    fn a_rounded_id_is_refused() {
        let mut cells = cells("good", "", "");
        cells[1] = Some(Cell::Rounded(1.2345e18));
        assert!(reading().mention(cells).unwrap_err().contains("rounded"));
    }

    #[test]
    fn a_rating_off_the_scale_counts_only_where_the_column_is_certain() {
        let with_rating = |text: &str| {
            let mut cells = cells("good", "", "");
            cells[3] = Cell::text(text);
            cells
        };
        assert_eq!(reading().mention(with_rating("9")).unwrap().rating, None);
        let mut config = FilesConfig::new("shop".parse().unwrap(), std::path::Path::new("x.csv"));
        config.rating_scale = Some([1.0, 5.0]);
        assert!(RowReading::new(&config).mention(with_rating("9")).unwrap_err().contains("from 1 to 5"));
    }

    #[test]
    fn a_rating_written_with_its_scale_is_on_that_scale() {
        let rated = |text: &str| {
            let mut cells = cells("good", "", "");
            cells[3] = Cell::text(text);
            reading().mention(cells).unwrap().rating
        };
        assert_eq!(rated("4/10"), Rating::new(4.0, 1.0, 10.0));
        assert_eq!(rated("4/5"), Rating::new(4.0, 1.0, 5.0));
        assert_eq!(rated("12/10"), None);
    }

    #[test]
    fn ratings_are_read_however_they_are_written() {
        for (text, value) in [
            ("4", 4.0),
            ("4.5", 4.5),
            ("4,5", 4.5),
            ("4/5", 4.0),
            ("4 stars", 4.0),
            ("4星", 4.0),
            ("★★★★☆", 4.0),
            ("FOUR", 4.0),
            ("True", 1.0),
        ] {
            assert_eq!(rating_value(text), Some(value), "{text}");
        }
        for text in ["", "good", "4 apples", "."] {
            assert_eq!(rating_value(text), None, "{text}");
        }
    }
}
