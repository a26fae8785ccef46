//! Copies of a database file: made while it is in use, and put back while it is not.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use moodline_store::StoreError;
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};

use crate::{
    SqliteStore,
    connect::{MIGRATOR, file_path},
    failure::{Attempt, Failure},
};

/// Writes a consistent copy to a file that does not exist yet. Readers and the writer go on meanwhile.
pub(crate) async fn write(store: &SqliteStore, to: &Path) -> Attempt<()> {
    new_private_file(to).map_err(|source| refused(&to.display().to_string(), "be written", source))?;
    let copied = async {
        let mut connection =
            store.read().connect_options().as_ref().clone().pragma("query_only", "OFF").connect().await?;
        let path = to.to_string_lossy().into_owned();
        sqlx::query("VACUUM INTO $1").bind(path).execute(&mut connection).await?;
        connection.close().await?;
        File::open(to)?.sync_all()?;
        checked(to).await
    };
    let outcome: Attempt<()> = copied.await;
    if outcome.is_err() {
        // Half a copy is worse than none.
        let _ = fs::remove_file(to);
    }
    outcome
}

/// Puts the copy `from` in the place of the database at `url`. An existing database is replaced only if `overwrite`,
/// and never while a process uses it. The schema of an older version is brought up to date at the next start.
///
/// # Errors
/// `Refused` with what is in the way, before anything was changed; `Schema` for a copy of a newer version.
pub async fn restore(from: &Path, url: &str, overwrite: bool) -> Result<(), StoreError> {
    let place = file_path(url)?;
    let told = |failure: Failure| failure.told("restore a backup", &from.display().to_string());
    if !from.is_file() {
        let missing = io::Error::new(io::ErrorKind::NotFound, "there is no such file");
        return Err(told(refused(&from.display().to_string(), "be read", missing)));
    }
    checked(from).await.map_err(told)?;
    let in_the_way =
        |why: &str| told(refused(&place.display().to_string(), "be replaced", io::Error::other(why.to_owned())));
    if place.exists() && !overwrite {
        return Err(in_the_way("it exists already; say --overwrite to lose what is in it"));
    }
    if in_use(&place) {
        return Err(in_the_way("a moodline process uses it; stop the service first"));
    }
    put(from, &place).map_err(|source| told(refused(&place.display().to_string(), "be replaced", source)))
}

/// Whether the file is a sound database of ours that this version understands.
async fn checked(file: &Path) -> Attempt<()> {
    let mut connection = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
    let newest: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    let location = file.display().to_string();
    if sound != "ok" {
        return Err(refused(&location, "be used", io::Error::other(format!("it is damaged: {sound}"))));
    }
    if MIGRATOR.iter().all(|migration| migration.version != newest) {
        let source = format!("migration {newest} comes from a newer version").into();
        return Err(StoreError::Schema { location, source }.into());
    }
    Ok(())
}

/// Whether any process has announced itself beside the file.
fn in_use(place: &Path) -> bool {
    let Ok(locks) = fs::read_dir(locks_of(place)) else { return false };
    locks.flatten().any(|entry| {
        let locked = File::options().write(true).open(entry.path());
        locked.is_ok_and(|file| file.try_lock().is_err())
    })
}

/// The folder in which jobs on a database file are locked.
pub(crate) fn locks_of(place: &Path) -> PathBuf {
    with_suffix(place, ".locks")
}

fn with_suffix(place: &Path, suffix: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn put(from: &Path, place: &Path) -> io::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let beside = with_suffix(place, ".restoring");
    let _ = fs::remove_file(&beside);
    let mut copy = new_private_file(&beside)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()?;
    // The log of the old file would be played into the new one.
    for suffix in ["-wal", "-shm"] {
        match fs::remove_file(with_suffix(place, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(&beside, place)?;
    File::open(folder)?.sync_all()
}

/// A file that only this user may read: it holds what people wrote.
fn new_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn refused(file: &str, what: &str, source: io::Error) -> Failure {
    StoreError::File { file: file.to_owned(), what: what.to_owned(), source }.into()
}
