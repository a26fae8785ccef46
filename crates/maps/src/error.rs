//! What can go wrong with templates and formats; mistakes in a map file are [`moodline_config::Findings`].

/// Why a template or format could not be used.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// No template or example has this id.
    #[error("there is no template `{id}`; there are {known}")]
    UnknownTemplate {
        /// What was asked for.
        id: String,
        /// What there is, joined by commas.
        known: String,
    },
    /// The text to start from is not TOML.
    #[error("the template cannot be read as TOML")]
    Template(#[source] Box<toml_edit::TomlError>),
    /// No format has this name.
    #[error("unknown export format `{name}`, expected one of json, csv, mermaid, svg")]
    UnknownFormat {
        /// What was asked for.
        name: String,
    },
}
