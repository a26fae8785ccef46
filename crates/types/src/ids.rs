//! Names people write in settings and maps, and row ids the database hands out.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a name cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not a valid {kind}: 1–{max} characters of {alphabet}, beginning with a letter or digit")]
pub struct IdError {
    kind: &'static str,
    max: usize,
    alphabet: &'static str,
    value: String,
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, max $max:literal, extra $extra:literal, alphabet $alphabet:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(value: &str) -> Result<Self, IdError> {
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
                let fits = (1..=$max).contains(&value.len())
                    && value.starts_with(plain)
                    && value.chars().all(|c| plain(c) || $extra.contains(c));
                if fits {
                    Ok(Self(value.to_owned()))
                } else {
                    Err(IdError { kind: $kind, max: $max, alphabet: $alphabet, value: value.to_owned() })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(value: String) -> Result<Self, IdError> {
                value.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name_id!(
    /// Name of a configured source, e.g. `hn-front`: 1–40 of `a–z`, `0–9`, `-`.
    SourceId, "source id", max 40, extra "-", alphabet "a–z, 0–9 and -"
);
name_id!(
    /// Name of a journey map, e.g. `online-bank`: 1–40 of `a–z`, `0–9`, `-`.
    MapId, "map id", max 40, extra "-", alphabet "a–z, 0–9 and -"
);
name_id!(
    /// Name of a stage inside its map: 1–40 of `a–z`, `0–9`, `-`.
    StageId, "stage id", max 40, extra "-", alphabet "a–z, 0–9 and -"
);
name_id!(
    /// Name of a touchpoint, unique in its whole map: 1–60 of `a–z`, `0–9`, `-`.
    TouchpointId, "touchpoint id", max 60, extra "-", alphabet "a–z, 0–9 and -"
);
name_id!(
    /// Name of a persona inside its map: 1–40 of `a–z`, `0–9`, `-`.
    PersonaId, "persona id", max 40, extra "-", alphabet "a–z, 0–9 and -"
);
name_id!(
    /// Name of a set of weights, e.g. `moodline-e5-small-2`: 1–80 of `a–z`, `0–9`, `-`, `.`, `_`.
    ModelId, "model id", max 80, extra "-._", alphabet "a–z, 0–9, -, . and _"
);

name_id!(
    /// Name of a token of the HTTP API, e.g. `dashboard`: 1–40 of `a–z`, `0–9`, `-`.
    TokenName, "token name", max 40, extra "-", alphabet "a–z, 0–9 and -"
);

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

row_id!(
    /// Row id of a mention.
    MentionId
);
row_id!(
    /// Row id of an opinion; the compiler keeps it apart from a [`MentionId`].
    OpinionId
);
row_id!(
    /// Row id of a run; grows with time.
    RunId
);
row_id!(
    /// Row id of a flag.
    FlagId
);
row_id!(
    /// Row id of an alert.
    AlertId
);
row_id!(
    /// Row id of a change that a team made at a touchpoint.
    ChangeId
);
row_id!(
    /// Row id of a theme; stays the same from night to night.
    ThemeId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_slugs() {
        assert!("hn-front".parse::<SourceId>().is_ok());
        for bad in ["", "-x", "Große", "a b", "a_b", &"x".repeat(41)] {
            assert!(bad.parse::<SourceId>().is_err(), "{bad:?} must be refused");
        }
        assert!("e5-small_q4.1".parse::<ModelId>().is_ok());
    }

    #[test]
    fn the_error_names_the_value_and_the_rule() {
        let error = "A B".parse::<TouchpointId>().unwrap_err().to_string();
        assert_eq!(
            error,
            "`A B` is not a valid touchpoint id: 1–60 characters of a–z, 0–9 and -, beginning with a letter or digit"
        );
    }

    #[test]
    fn ids_are_checked_when_deserialised() {
        assert!(serde_json::from_str::<MapId>("\"online-bank\"").is_ok());
        assert!(serde_json::from_str::<MapId>("\"Online Bank\"").is_err());
    }
}
