//! `[[sources.files]]`.

use std::path::Path;

use chrono_tz::Tz;
use moodline_types::SourceId;

use super::{Columns, FileSource, Preset};
use crate::{BuildContext, Source, SourceConfig, instant::TimeReading, source_config};

source_config! {
    /// A file, or a folder whose files are read as they come.
    pub struct FilesConfig {
        /// The file or folder; relative paths start at the folder of the settings.
        pub path: String,
        /// Whose columns these are: names, scale and zone of a known export.
        #[serde(default)]
        pub preset: Preset,
        /// Columns by name, where the preset's are not the right ones.
        #[serde(default)]
        pub columns: Columns,
        /// Worst and best rating, e.g. `[1, 5]`; the worst may be the larger number.
        #[serde(default)]
        pub rating_scale: Option<[f32; 2]>,
        /// Zone of times that name none, e.g. `Asia/Shanghai`; otherwise the preset's, or UTC.
        #[serde(default)]
        pub time_zone: Option<String>,
        /// `strftime` pattern of the times, e.g. `%d/%m/%Y %H:%M`; otherwise the usual ones are tried.
        #[serde(default)]
        pub time_format: Option<String>,
    }
}

impl FilesConfig {
    /// A file or folder whose columns are guessed.
    pub fn new(id: SourceId, path: &Path) -> Self {
        Self {
            id,
            path: path.to_string_lossy().into_owned(),
            schedule: None,
            language: None,
            enabled: true,
            rules: crate::Rules::default(),
            preset: Preset::default(),
            columns: Columns::default(),
            rating_scale: None,
            time_zone: None,
            time_format: None,
        }
    }

    pub(crate) fn time_reading(&self) -> TimeReading {
        let zone = self.time_zone.as_deref().and_then(|zone| zone.parse().ok());
        TimeReading { zone: zone.or(self.preset.zone()), format: self.time_format.clone() }
    }
}

impl SourceConfig for FilesConfig {
    fn origin(&self) -> String {
        self.path.clone()
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if let Some(zone) = &self.time_zone
            && zone.parse::<Tz>().is_err()
        {
            findings.push(format!("source `{}`: time_zone `{zone}` is not a zone name like Asia/Shanghai", self.id));
        }
        if let Some([worst, best]) = self.rating_scale
            && !(worst.is_finite() && best.is_finite() && (worst - best).abs() > f32::EPSILON)
        {
            findings.push(format!("source `{}`: rating_scale needs two different numbers, worst and best", self.id));
        }
        if let Some(format) = &self.time_format
            && chrono::format::StrftimeItems::new(format).any(|item| matches!(item, chrono::format::Item::Error))
        {
            findings.push(format!("source `{}`: time_format `{format}` is not a strftime pattern", self.id));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        Ok(Box::new(FileSource::new(self, context.base_dir)))
    }
}
