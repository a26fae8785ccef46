//! From a data set's categories to a map's touchpoints.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use moodline_types::TouchpointId;
use serde::Deserialize;

use crate::EvaluationError;

/// Which touchpoints each category of a data set means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Categories(BTreeMap<String, BTreeSet<TouchpointId>>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Target {
    One(TouchpointId),
    Several(BTreeSet<TouchpointId>),
}

impl Categories {
    /// Reads a JSON (`.json`) or TOML file that maps each category to a touchpoint id or a list of them.
    ///
    /// # Errors
    /// Where it cannot be read or maps to something else.
    pub fn read(path: &Path) -> Result<Self, EvaluationError> {
        let text =
            fs::read_to_string(path).map_err(|source| EvaluationError::Read { path: path.to_owned(), source })?;
        let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        Self::parse(&text, json).map_err(|reason| EvaluationError::Categories { path: path.to_owned(), reason })
    }

    fn parse(text: &str, json: bool) -> Result<Self, String> {
        let targets: BTreeMap<String, serde_json::Value> = if json {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            toml::from_str(text).map_err(|error| error.to_string())?
        };
        let mut categories = BTreeMap::new();
        for (category, target) in targets {
            let ids = match serde_json::from_value(target.clone()) {
                Ok(Target::One(id)) => BTreeSet::from([id]),
                Ok(Target::Several(ids)) => ids,
                Err(_) => return Err(format!("`{category}` is {target}")),
            };
            categories.insert(category, ids);
        }
        Ok(Self(categories))
    }

    /// Touchpoints of a category; `None` where the file does not name it.
    pub fn touchpoints(&self, category: &str) -> Option<&BTreeSet<TouchpointId>> {
        self.0.get(category)
    }

    /// Every touchpoint that some category means.
    pub fn all(&self) -> BTreeSet<&TouchpointId> {
        self.0.values().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_means_one_touchpoint_or_several() {
        let json =
            Categories::parse(r#"{"food#quality": "menu", "place": ["venue", "app"], "misc": []}"#, true).unwrap();
        let toml =
            Categories::parse("\"food#quality\" = \"menu\"\nplace = [\"venue\", \"app\"]\nmisc = []", false).unwrap();
        assert_eq!(json, toml);
        assert_eq!(json.touchpoints("place").unwrap().len(), 2);
        assert!(json.touchpoints("misc").unwrap().is_empty());
        assert_eq!(json.touchpoints("other"), None);
        assert_eq!(json.all().len(), 3);
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        let error = Categories::parse(r#"{"food": {"a": "b"}}"#, true).unwrap_err();
        assert_eq!(error, r#"`food` is {"a":"b"}"#);
        assert!(Categories::parse("[", true).is_err());
    }
}
