//! The journey map as data: reading and checking it, starting one from a template, matching its keywords, and writing
//! it with its emotion curve in the formats people ask for.
//!
//! A map comes from a TOML file ([`read_map`], [`read_maps`]) or a [`template()`]. Its [`JourneyMap::texts`] are what the
//! model turns into vectors, its [`KeywordIndex`] is what rules match with. With layers from the database it becomes a
//! [`MapView`], which [`export`] writes as JSON, CSV, Mermaid or SVG.

mod check;
mod diff;
mod error;
mod formats;
mod gap;
mod lane;
mod map;
mod marks;
mod read;
mod rule;
mod template;
mod text;
mod today;
mod version;
mod view;

pub use diff::differences;
pub use error::MapError;
pub use formats::{
    ExportFormat, chart_diagram, export, journey_diagram, layer_json, to_csv, to_json, to_mermaid, to_svg,
};
pub use gap::{Gap, ranked_gaps};
pub use lane::{Lane, Zone};
pub use map::{FlagRule, JourneyMap, MapKind, MapText, Persona, Sensitivity, Stage, TextKind, Touchpoint};
pub use marks::Marks;
pub use moodline_keywords::{KeywordIndex, KeywordMatch};
pub use read::{LoadedMap, parse_map, read_map, read_maps};
pub use rule::{Rule, RuleIndex, RuleMatch};
pub use template::{Template, examples, instantiate, template, templates};
pub use text::LocalText;
pub use today::{AgainstTarget, Today};
pub use view::MapView;
