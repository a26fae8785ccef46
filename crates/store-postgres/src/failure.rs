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
            Cause::Other => StoreError::Refused { action, source: Box::new(error) },
        }
    }
}

enum Cause {
    Busy,
    Full,
    Other,
}

fn cause(error: &sqlx::Error) -> Cause {
    match error {
        sqlx::Error::Database(source) => of_code(source.as_ref()),
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => Cause::Busy,
        _ => Cause::Other,
    }
}

/// SQLSTATE codes of <https://www.postgresql.org/docs/current/errcodes-appendix.html>: by class, and a few one by one.
fn of_code(error: &dyn DatabaseError) -> Cause {
    const DISK_FULL: &str = "53100";
    /// `serialization_failure`, `deadlock_detected`, `lock_not_available`, `query_canceled` (our own timeouts).
    const TRY_AGAIN: [&str; 4] = ["40001", "40P01", "55P03", "57014"];
    /// Connection, resources, operator intervention (shutdown, starting up), system errors.
    const CLASSES: [&str; 4] = ["08", "53", "57", "58"];
    let code = error.code().unwrap_or_default();
    match code.as_ref() {
        DISK_FULL => Cause::Full,
        code if TRY_AGAIN.contains(&code) => Cause::Busy,
        code if CLASSES.iter().any(|class| code.starts_with(class)) => Cause::Busy,
        _ => Cause::Other,
    }
}
