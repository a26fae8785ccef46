//! Progress of long work: a bar on standard error where a person watches, nothing elsewhere.

use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// Draws progress bars, or does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    visible: bool,
}

impl Progress {
    /// Bars on a terminal, unless `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { visible: !quiet && std::io::stderr().is_terminal() }
    }

    /// A bar for `total` steps of something.
    pub(crate) fn bar(self, total: u64, what: &'static str) -> ProgressBar {
        let bar = if self.visible { ProgressBar::new(total) } else { ProgressBar::hidden() };
        bar.set_style(style("{msg:>9} {bar:32} {pos}/{len}  {per_sec}  {eta} left"));
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }

    /// A counter for work of unknown length.
    pub(crate) fn counter(self, what: &'static str) -> ProgressBar {
        let bar = if self.visible { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        bar.set_style(style("{msg:>9} {spinner} {pos}  {per_sec}  {elapsed}"));
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
