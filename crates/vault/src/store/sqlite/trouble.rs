//! What SQLite's errors mean to the caller. No message carries a value, a statement or a row.

use crate::store::{Failure, STOPPED};
use rusqlite::{Error, ErrorCode};

/// The failure that an error of SQLite amounts to.
pub fn failure(error: Error) -> Failure {
    match error {
        Error::SqliteFailure(inner, _) | Error::SqlInputError { error: inner, .. } => {
            of_code(inner.code, inner.extended_code)
        }
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..) => {
            Failure::Corrupt("a stored value has the wrong type".to_owned())
        }
        // What remains are slips of ours, such as a wrong number of parameters.
        _ => Failure::Unavailable("a statement did not run".to_owned()),
    }
}

fn of_code(code: ErrorCode, extended: i32) -> Failure {
    let text = match code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            return Failure::Corrupt(
                "the file `vault.db` is not as it was written; restore it from a backup".to_owned(),
            );
        }
        ErrorCode::TooBig => return Failure::Invalid("a value is too large"),
        ErrorCode::DiskFull => "the disk, or the share of it set aside, is full; make room",
        ErrorCode::ReadOnly => "the file `vault.db` or its folder is read-only; allow writing",
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            "the file `vault.db` cannot be opened; look at its folder and its permissions"
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            "another program holds the file `vault.db`; stop it"
        }
        ErrorCode::SystemIoFailure => "the disk does not read or write; look at the machine",
        ErrorCode::OutOfMemory => "memory has run out",
        _ => "the statement failed",
    };
    Failure::Unavailable(format!("{text} (SQLite {extended})"))
}

/// The same failure once more, for the next who waits.
pub fn again(failure: &Failure) -> Failure {
    match failure {
        Failure::Invalid(text) => Failure::Invalid(text),
        Failure::Unavailable(text) => Failure::Unavailable(text.clone()),
        Failure::Corrupt(text) => Failure::Corrupt(text.clone()),
    }
}

/// What everyone is told whose commit may or may not have become durable, and everyone after.
pub fn stopped() -> Failure {
    Failure::Unavailable(format!("{STOPPED}; look at the disk and restart"))
}
