//! One figure for all rows, one per language, one per source.

use std::collections::BTreeMap;

use serde::Serialize;

/// Which groups a case belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tags {
    /// BCP 47, or `unknown`.
    pub language: String,
    /// The row's own source, else its file.
    pub source: String,
}

/// The same figure over all rows, per language and per source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grouped<T> {
    /// Of all rows.
    pub overall: T,
    /// By language, in alphabetical order.
    pub languages: BTreeMap<String, T>,
    /// By source, in alphabetical order.
    pub sources: BTreeMap<String, T>,
}

impl<T> Grouped<T> {
    /// Computes `figure` for all `cases` and for each group of them, each in the order given; `None` without cases.
    pub fn new<C: Clone>(cases: &[(Tags, C)], figure: impl Fn(&[C]) -> T) -> Option<Self> {
        if cases.is_empty() {
            return None;
        }
        let by = |key: fn(&Tags) -> &String| {
            let mut groups: BTreeMap<&str, Vec<C>> = BTreeMap::new();
            for (tags, case) in cases {
                groups.entry(key(tags)).or_default().push(case.clone());
            }
            groups.into_iter().map(|(name, cases)| (name.to_owned(), figure(&cases))).collect()
        };
        let all: Vec<C> = cases.iter().map(|(_, case)| case.clone()).collect();
        Some(Self { overall: figure(&all), languages: by(|tags| &tags.language), sources: by(|tags| &tags.source) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_counts_once_in_each_way_of_grouping() {
        let tags = |l: &str, s: &str| Tags { language: l.to_owned(), source: s.to_owned() };
        let cases = [(tags("en", "a"), 1), (tags("zh-Hans", "a"), 2), (tags("en", "b"), 4)];
        let sums = Grouped::new(&cases, |cases| cases.iter().sum::<i32>()).unwrap();
        assert_eq!(sums.overall, 7);
        assert_eq!(sums.languages, BTreeMap::from([("en".to_owned(), 5), ("zh-Hans".to_owned(), 2)]));
        assert_eq!(sums.sources, BTreeMap::from([("a".to_owned(), 3), ("b".to_owned(), 4)]));
        assert!(Grouped::new(&[] as &[(Tags, i32)], <[i32]>::len).is_none());
    }
}
