//! A map with its curve, in the formats people ask for. Everything from a map or a mention is escaped for its format.

mod csv;
mod json;
mod mermaid;
mod svg;

use std::str::FromStr;

pub use csv::to_csv;
pub use json::{layer_json, to_json};
pub use mermaid::{chart_diagram, journey_diagram, to_mermaid};
pub use svg::to_svg;

use crate::{MapError, MapView};

/// A format to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// The stable JSON of `map show`.
    Json,
    /// A row per touchpoint and period.
    Csv,
    /// Markdown with two Mermaid diagrams.
    Mermaid,
    /// A picture.
    Svg,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Json, Self::Csv, Self::Mermaid, Self::Svg];

    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Mermaid => "mermaid",
            Self::Svg => "svg",
        }
    }

    /// The usual ending of a file in this format.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Mermaid => "md",
            Self::Svg => "svg",
        }
    }
}

impl FromStr for ExportFormat {
    type Err = MapError;

    fn from_str(name: &str) -> Result<Self, MapError> {
        let mut all = Self::ALL.iter().copied();
        all.find(|format| format.as_str() == name).ok_or_else(|| MapError::UnknownFormat { name: name.to_owned() })
    }
}

/// Writes a map in `format`, with a line break at the end.
pub fn export(view: &MapView<'_>, format: ExportFormat) -> String {
    match format {
        ExportFormat::Json => format!("{:#}\n", to_json(view)),
        ExportFormat::Csv => to_csv(view),
        ExportFormat::Mermaid => to_mermaid(view),
        ExportFormat::Svg => to_svg(view),
    }
}

/// Net sentiment as a person reads it: from −100 to +100, with a true minus sign.
fn points(net: f64) -> String {
    let rounded = (net * 100.0).round();
    match rounded {
        r if r > 0.0 => format!("+{r}"),
        r if r < 0.0 => format!("\u{2212}{}", -r),
        _ => "0".to_owned(),
    }
}
