//! The last step: what many opinions at one touchpoint say alike.
//!
//! [`refresh_themes`] reads the opinions that lie at each touchpoint with their stored vectors, separates complaints,
//! praise, suggestions and questions, groups each kind by vectors and words, and writes the groups as themes: known by
//! their most distinctive terms and most central quotes, with share, trend, emotion and what they do to the map's net
//! sentiment. A theme keeps its id from night to night. Only touchpoints at which something changed are grouped again;
//! elsewhere the figures are counted anew, because the window moves on.
//!
//! [`unplaced_themes`] groups what lies at no touchpoint in the same way, on demand, and finds the words that would place it.
//!
//! Themes of a refresh belong to one run and become visible together, like layers.

mod config;
mod error;
mod find;
mod grouping;
mod identity;
mod keywords;
mod kind;
mod mark;
mod measure;
mod quotes;
mod refresh;
mod terms;
mod unplaced;
mod words;

pub use config::ThemesConfig;
pub use error::ThemesError;
pub use keywords::KeywordUse;
pub use refresh::{ThemesOutcome, refresh_themes};
pub use unplaced::{UnplacedTheme, UnplacedThemes, unplaced_themes};
