//! Reads files a page at a time.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use moodline_types::{Cursor, RejectedRow, SourceId};

use super::{
    Columns, FilesConfig,
    columns::Field,
    folder::{self, Found},
    progress::{FileProgress, Next, Progress, fingerprint_of},
    row::RowReading,
    table::{self, BadRow, Row, Rows},
};
use crate::{Page, Source, SourceError, identity::derived_id};

/// Rows read in one step.
pub const ROWS_PER_PAGE: usize = 500;

/// A file or folder to be read as it grows.
pub struct FileSource {
    id: SourceId,
    /// `None` only while a page is being read, or after reading one failed by a fault of this program.
    reader: Option<Box<Reader>>,
    config: FilesConfig,
    path: PathBuf,
}

impl FileSource {
    /// A source for one entry of the settings; a relative path starts at `base_dir`.
    pub fn new(config: &FilesConfig, base_dir: &Path) -> Self {
        Self { id: config.id.clone(), reader: None, path: base_dir.join(&config.path), config: config.clone() }
    }

    /// A source for one file, whose columns are guessed where `columns` does not name them. For scale, zone and
    /// preset fill in a [`FilesConfig`] and use [`FileSource::new`].
    pub fn single(id: SourceId, path: &Path, columns: Columns) -> Self {
        let config = FilesConfig { columns, ..FilesConfig::new(id, path) };
        Self::new(&config, Path::new(""))
    }
}

#[async_trait]
impl Source for FileSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let cursor = cursor.cloned();
        let mut reader =
            self.reader.take().unwrap_or_else(|| Box::new(Reader::new(self.config.clone(), self.path.clone())));
        let reading = tokio::task::spawn_blocking(move || {
            let page = reader.page(cursor);
            (reader, page)
        });
        let Ok((reader, page)) = reading.await else {
            return Err(SourceError::Interrupted { what: self.path.display().to_string() });
        };
        self.reader = Some(reader);
        page
    }
}

/// What stays open between pages, so that a long file is read once and not once per page.
struct Reader {
    config: FilesConfig,
    path: PathBuf,
    open: Option<OpenFile>,
    /// The cursor of the last page; with any other, the open file is at the wrong place.
    last: Option<Cursor>,
    /// Files looked at since the last complete pass.
    visited: HashSet<String>,
}

struct OpenFile {
    /// As it was when opened; what is added later is left to the next pass.
    file: Found,
    /// Of its bytes then: were it replaced meanwhile, the next pass would tell.
    fingerprint: String,
    rows: Box<dyn Rows>,
    reading: RowReading,
    rows_done: u64,
    /// The identity made for the last row, where it has none of its own.
    last_id: Option<String>,
    /// The identity that the row before the next one had when it may have been half written.
    half: Option<String>,
    /// Whether it was read before and is now read from its start again.
    afresh: bool,
}

/// A hash of every setting that decides what a row says.
fn reading_rules(config: &FilesConfig) -> String {
    let rules = (
        (&config.columns, config.preset, config.rating_scale),
        (&config.time_zone, &config.time_format, &config.language),
    );
    derived_id(&[&serde_json::to_string(&rules).expect("names and numbers are always JSON")])
}

impl Reader {
    fn new(config: FilesConfig, path: PathBuf) -> Self {
        Self { config, path, open: None, last: None, visited: HashSet::new() }
    }

    fn page(&mut self, cursor: Option<Cursor>) -> Result<Page, SourceError> {
        let before: Progress = match &cursor {
            None => Progress::default(),
            Some(Cursor(text)) => serde_json::from_str(text)
                .map_err(|source| SourceError::Cursor { id: self.config.id.to_string(), source })?,
        };
        if self.last.is_none() || self.last != cursor {
            self.open = None;
            self.visited.clear();
        }
        let files = folder::list(&self.path).map_err(|source| SourceError::Path { path: self.path.clone(), source })?;
        let mut progress = before.clone();
        let rules = reading_rules(&self.config);
        if progress.rules != rules {
            // Other columns, another scale or zone: what was read, or could not be, may now read differently.
            progress = Progress { rules, ..Progress::default() };
        }
        progress.files.retain(|name, _| files.iter().any(|file| file.name == *name));
        let mut page = Page::default();
        for file in &files {
            if self.visited.contains(&file.name) {
                continue;
            }
            self.read(file, &mut progress, &mut page);
            if self.open.is_some() {
                page.more = true;
                break;
            }
            self.visited.insert(file.name.clone());
            if page.mentions.len() + page.rejected.len() >= ROWS_PER_PAGE {
                page.more = files.iter().any(|file| !self.visited.contains(&file.name));
                break;
            }
        }
        if !page.more {
            self.visited.clear();
        }
        if progress != before {
            let text = serde_json::to_string(&progress).expect("names and numbers are always JSON");
            page.cursor = Some(Cursor(text));
        }
        self.last = page.cursor.clone().or(cursor);
        Ok(page)
    }

    /// Reads rows of one file until the page is full or the file ends; it stays open in the first case.
    fn read(&mut self, file: &Found, progress: &mut Progress, page: &mut Page) {
        let continues = self
            .open
            .as_ref()
            .is_some_and(|open| open.file == *file || (open.file.name == file.name && open.file.size < file.size));
        if !continues {
            self.open = None;
            match self.begin(file, progress) {
                Ok(Some(open)) => self.open = Some(open),
                // Touched without a change: remember its new looks.
                Ok(None) => {
                    if let Some(known) = progress.files.get_mut(&file.name) {
                        (known.size, known.modified) = (file.size, file.modified);
                    }
                    return;
                }
                Err(Unreadable::AsItIs(reason)) => return Self::give_up(file, reason, progress, page),
                // It may be readable the next time without having changed: nothing is remembered.
                Err(Unreadable::Now(reason)) => return page.rejected.push(whole(file, reason)),
            }
        }
        let Some(mut open) = self.open.take() else { return };
        if std::mem::take(&mut open.afresh) {
            page.afresh.push(file.name.clone());
        }
        while page.mentions.len() + page.rejected.len() < ROWS_PER_PAGE {
            let Some(row) = open.rows.next_row() else {
                progress.files.insert(file.name.clone(), open.progress(true));
                return;
            };
            open.rows_done += 1;
            open.take(row, page);
        }
        progress.files.insert(file.name.clone(), open.progress(false));
        self.open = Some(open);
    }

    /// Opens a file and goes to where reading stopped; `None` where there is nothing new in it.
    fn begin(&self, file: &Found, progress: &Progress) -> Result<Option<OpenFile>, Unreadable> {
        let unreadable = |error: std::io::Error| Unreadable::Now(format!("the file cannot be read: {error}"));
        let Next::ReadAfter(done) = progress.next(file).map_err(unreadable)? else { return Ok(None) };
        let reading = RowReading::new(&self.config);
        readable(file).map_err(unreadable)?;
        let fingerprint = fingerprint_of(file, file.size).map_err(unreadable)?;
        let rows = table::open(&file.path, reading.mapping()).map_err(|error| Unreadable::AsItIs(error.to_string()))?;
        let known = progress.files.get(&file.name);
        // Read again because it may have been half written: what it was taken for then is no mention.
        let half = known.filter(|known| done > 0 && done < known.rows_done).and_then(|known| known.last_id.clone());
        let afresh = known.is_some() && done == 0;
        let mut open =
            OpenFile { file: file.clone(), fingerprint, rows, reading, rows_done: 0, last_id: None, half, afresh };
        while open.rows_done < done {
            // Rows passed over count all the same among the identical ones.
            match open.rows.next_row() {
                Some(Ok(row)) => drop(open.reading.mention(row.cells)),
                Some(Err(_)) => {}
                None => break,
            }
            open.rows_done += 1;
        }
        Ok(Some(open))
    }

    /// A file that cannot be read at all: reported once, and again when it has changed.
    fn give_up(file: &Found, reason: String, progress: &mut Progress, page: &mut Page) {
        page.rejected.push(whole(file, reason));
        let failed = FileProgress { size: file.size, modified: file.modified, done: true, ..FileProgress::default() };
        page.afresh.push(file.name.clone());
        progress.files.insert(file.name.clone(), failed);
    }
}

/// Why a file gives no rows.
enum Unreadable {
    /// The system does not let us read it now.
    Now(String),
    /// What is in it is no table: reading it again would change nothing.
    AsItIs(String),
}

/// A file set aside as a whole.
fn whole(file: &Found, reason: String) -> RejectedRow {
    RejectedRow { origin: file.name.clone(), line: None, reason, excerpt: String::new() }
}

impl OpenFile {
    fn progress(&self, done: bool) -> FileProgress {
        FileProgress {
            size: self.file.size,
            modified: self.file.modified,
            fingerprint: Some(self.fingerprint.clone()),
            rows_done: self.rows_done,
            last_id: self.last_id.clone(),
            done,
        }
    }

    fn take(&mut self, row: Result<Row, BadRow>, page: &mut Page) {
        let rejected = |line, reason, excerpt| RejectedRow { origin: self.file.name.clone(), line, reason, excerpt };
        let half = self.half.take();
        self.last_id = None;
        match row {
            Err(BadRow { line, reason, excerpt }) => page.rejected.push(rejected(line, reason, excerpt)),
            Ok(Row { line, cells, excerpt }) => {
                let has_own_id = cells[Field::Id as usize].is_some();
                match self.reading.mention(cells) {
                    Ok(mention) => {
                        self.last_id = (!has_own_id).then(|| mention.external_id.clone());
                        page.mentions.push(mention);
                    }
                    Err(reason) => page.rejected.push(rejected(Some(line), reason, excerpt)),
                }
            }
        }
        page.removed.extend(half.filter(|half| self.last_id.as_ref() != Some(half)));
    }
}

/// Whether the system lets us read it at all.
fn readable(file: &Found) -> std::io::Result<()> {
    std::io::Read::read(&mut std::fs::File::open(&file.path)?, &mut [0]).map(drop)
}
