//! Lines as the systemd journal reads them from standard error: each begins with its priority in angle brackets
//! (`sd-daemon(3)`), and time and unit are the journal's own.

use std::io::{self, Write};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// Whether standard error is a stream of the journal: `JOURNAL_STREAM` names its device and inode
/// (`systemd.exec(5)`), and it is inherited by programs whose standard error goes elsewhere.
#[cfg(unix)]
pub(crate) fn is_read_by_the_journal() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(named) = std::env::var("JOURNAL_STREAM") else { return false };
    std::fs::metadata("/dev/stderr").is_ok_and(|stream| named == format!("{}:{}", stream.dev(), stream.ino()))
}

#[cfg(not(unix))]
pub(crate) fn is_read_by_the_journal() -> bool {
    false
}

/// Standard error with a priority before every line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journal;

/// The lines of one event.
#[derive(Debug)]
pub(crate) struct Lines {
    priority: &'static str,
}

impl<'a> MakeWriter<'a> for Journal {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        Lines { priority: "<6>" }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Lines {
        Lines { priority: priority(*event.level()) }
    }
}

/// Priorities of `syslog(3)`.
fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        _ => "<7>",
    }
}

impl Write for Lines {
    /// Takes a whole event at once, as the formatter writes it.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        io::stderr().lock().write_all(&marked(self.priority, event))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Every line of `event` behind `priority`: the journal makes a record of each.
fn marked(priority: &str, event: &[u8]) -> Vec<u8> {
    let mut marked = Vec::with_capacity(event.len() + 8);
    for line in event.split_inclusive(|byte| *byte == b'\n') {
        marked.extend_from_slice(priority.as_bytes());
        marked.extend_from_slice(line);
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_an_event_has_its_priority() {
        let marked = marked(priority(Level::ERROR), "settings are wrong\n  line 2\n".as_bytes());
        assert_eq!(String::from_utf8(marked).unwrap(), "<3>settings are wrong\n<3>  line 2\n");
    }
}
