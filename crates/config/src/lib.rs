//! Reads TOML settings and reports every mistake at once, each with file, line, column and the line itself.
//!
//! [`read`] and [`parse`] turn text into a typed value inside a [`Document`]. The document remembers where every key
//! stood, so that checks across fields point at the very place as well:
//!
//! ```
//! # #[derive(serde::Deserialize)]
//! # #[serde(deny_unknown_fields)]
//! # struct Window { from: u32, to: u32 }
//! let document = moodline_config::parse::<Window>("window.toml", "from = 9\nto = 3\n")?;
//! let finding = document.finding(&["to".into()], "`to` lies before `from`");
//! assert_eq!(finding.to_string(), "window.toml:2:6: `to` lies before `from`\n2 | to = 3\n  |      ^");
//! # Ok::<(), moodline_config::Findings>(())
//! ```

mod document;
mod error;
mod finding;
mod repair;
mod source;
mod suggestion;
mod tree;

pub use document::{Document, PathStep, parse, parse_checked, read, read_checked};
pub use error::ConfigError;
pub use finding::{Finding, Findings};
