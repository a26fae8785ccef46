//! The `[themes]` section of the settings.

use serde::Deserialize;

/// How themes are found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThemesConfig {
    /// Opinions looked at per touchpoint, 100 to 50,000; of more a sample is. Time grows with the square.
    pub max_opinions: u32,
    /// Opinions that make a theme, 2 to 1000.
    pub min_opinions: u32,
    /// Themes kept of each kind at a touchpoint, those with the most opinions, 1 to 100.
    pub max_themes: u32,
    /// Quotes kept of each theme, 1 to 20.
    pub quotes: u32,
}

impl Default for ThemesConfig {
    fn default() -> Self {
        Self { max_opinions: 4000, min_opinions: 4, max_themes: 12, quotes: 3 }
    }
}
