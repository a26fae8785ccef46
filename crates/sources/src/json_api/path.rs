//! A `JSONPath` of the settings.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json_path::JsonPath;

/// A checked path (RFC 9535), e.g. `$.data.reviews[*]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path {
    text: String,
    path: JsonPath,
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match JsonPath::parse(&text) {
            Ok(path) => Ok(Self { text, path }),
            Err(error) => Err(format!(
                "`{text}` is not a JSONPath (RFC 9535), which begins with $ as in `$.data.items[*]`: {error}"
            )),
        }
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.text
    }
}

impl Path {
    /// As written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Everything it leads to, in order.
    pub(super) fn all<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        self.path.query(value).all()
    }

    /// The first thing it leads to that is not null.
    pub(super) fn first<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.path.query(value).all().into_iter().find(|found| !found.is_null())
    }

    /// The text or number it leads to, as text; several pieces of text become paragraphs.
    pub(super) fn text(&self, value: &Value) -> Option<String> {
        let pieces: Vec<String> = self.all(value).into_iter().filter_map(plain).collect();
        let joined = pieces.join("\n\n");
        (!joined.trim().is_empty()).then_some(joined)
    }

    /// The list that `$.a.b[*]` takes its items from: `$.a.b`.
    pub(super) fn list(&self) -> Option<Self> {
        Self::try_from(self.text.trim_end().strip_suffix("[*]")?.to_owned()).ok()
    }
}

/// A text or number as text.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
