//! What a statement can fail with, on its way to a [`StoreError`].

use moodline_store::StoreError;
use sqlx::error::DatabaseError;

/// The result of the steps inside one operation.
pub(crate) type Attempt<T> = Result<T, Failure>;

/// A failed step, before it is known which operation it belongs to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The driver's error.
    Driver(sqlx::Error),
    /// An error that already says what and where.
    Told(StoreError),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Driver(error.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl Failure {
    /// The error of the operation that does `action` on the database at `location`.
    pub(crate) fn told(self, action: &'static str, location: &str) -> StoreError {
        let error = match self {
            Self::Told(error) => return error,
            Self::Driver(error) => error,
        };
        match cause(&error) {
            Cause::Busy => StoreError::Unavailable { location: location.to_owned(), source: Box::new(error) },
            Cause::Full => StoreError::Full { location: location.to_owned(), source: Box::new(error) },
            Cause::ReadOnly => StoreError::ReadOnly { location: location.to_owned(), source: Box::new(error) },
            Cause::Other => StoreError::Refused { action, source: Box::new(error) },
        }
    }
}

enum Cause {
    Busy,
    Full,
    ReadOnly,
    Other,
}

fn cause(error: &sqlx::Error) -> Cause {
    match error {
        sqlx::Error::Io(source) if source.kind() == std::io::ErrorKind::StorageFull => Cause::Full,
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => Cause::Busy,
        sqlx::Error::Database(source) => of_code(source.as_ref()),
        _ => Cause::Other,
    }
}

/// Whether another connection holds what the statement needs.
pub(crate) fn is_locked(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(primary_code).is_some_and(|code| matches!(code, BUSY | LOCKED))
}

const BUSY: u32 = 5;
const LOCKED: u32 = 6;

/// Primary result codes of <https://www.sqlite.org/rescode.html>: the low byte of the extended code.
fn primary_code(error: &dyn DatabaseError) -> Option<u32> {
    error.code()?.parse::<u32>().ok().map(|code| code & 0xff)
}

fn of_code(error: &dyn DatabaseError) -> Cause {
    const READONLY: u32 = 8;
    const IOERR: u32 = 10;
    const FULL: u32 = 13;
    const CANTOPEN: u32 = 14;
    match primary_code(error) {
        Some(BUSY | LOCKED | IOERR | CANTOPEN) => Cause::Busy,
        Some(FULL) => Cause::Full,
        Some(READONLY) => Cause::ReadOnly,
        _ => Cause::Other,
    }
}
