//! What PostgreSQL's errors mean to the caller. No message carries a value, a statement, an address
//! or what the server said, which may repeat any of them: only the code it gave.

use crate::store::{Failure, STOPPED};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// What is done about an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The connection is gone: make another.
    Gone,
    /// Two transactions stood in each other's way: do it again.
    Again,
    /// Another server has taken this one's place.
    Replaced,
    /// Other servers have found this one gone, and gave its locks to others.
    ShutOut,
    /// Doing it again would not help.
    Other,
}

/// What is to be done about an error.
pub fn kind(error: &Error) -> Kind {
    let Some(code) = error.code() else {
        return if is_ours(error) {
            Kind::Other
        } else {
            Kind::Gone
        };
    };
    match code.code() {
        "40001" | "40P01" => Kind::Again,
        // The fence divides by nought where it does not stand.
        "22012" => Kind::Replaced,
        // The end of the ledger does not move for a member that is gone.
        "2201F" => Kind::ShutOut,
        // Shutting down, crashed, starting up, cut by an administrator, idle or slow for too long,
        // read-only after a failover, too many connections for the moment.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25006" | "53300" => Kind::Gone,
        code if code.starts_with("08") => Kind::Gone,
        _ => Kind::Other,
    }
}

/// Whether an error is a slip of ours rather than the network's.
fn is_ours(error: &Error) -> bool {
    use std::error::Error as _;
    let is_of_conversion = error.source().is_some_and(|source| {
        !source.is::<std::io::Error>() && !source.is::<tokio_postgres::error::DbError>()
    });
    is_of_conversion && !error.is_closed()
}

/// The failure that an error amounts to.
pub fn failure(error: &Error) -> Failure {
    let Some(code) = error.code() else {
        if is_ours(error) {
            return Failure::Corrupt("a stored value has the wrong type".to_owned());
        }
        return unreachable();
    };
    let text = match code {
        code if *code == SqlState::DATA_CORRUPTED || *code == SqlState::INDEX_CORRUPTED => {
            let text = "the database says that its files are not as it wrote them; restore it";
            return Failure::Corrupt(text.to_owned());
        }
        code if *code == SqlState::DISK_FULL => "the database's disk is full; make room",
        code if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
            "the database takes no writes; name the primary in the address"
        }
        code if *code == SqlState::INVALID_PASSWORD
            || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION =>
        {
            "the database does not let this user in; look at the user and the password"
        }
        code if *code == SqlState::INVALID_CATALOG_NAME => {
            "there is no such database; make it, or name another"
        }
        code if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            "the user of the database may not do this; let it own the database"
        }
        code if *code == SqlState::QUERY_CANCELED => "the database took too long",
        code if *code == SqlState::OUT_OF_MEMORY => "the database has no memory left",
        _ => "the database refused a statement",
    };
    Failure::Unavailable(format!("{text} (PostgreSQL {})", code.code()))
}

/// The failure where no connection is to be had.
pub fn unreachable() -> Failure {
    let text = "the database cannot be reached; look at the server and the address";
    Failure::Unavailable(text.to_owned())
}

/// What those are told whose commits may or may not have become durable, where it could not be
/// found out.
pub fn unknown() -> Failure {
    let text = "the database went away while it made this durable, and has not come back to say \
                whether it did; look before asking again";
    Failure::Unavailable(text.to_owned())
}

/// What everyone is told once another server has taken this one's place.
pub fn replaced() -> Failure {
    Failure::Unavailable(format!(
        "{STOPPED}: another server has taken over this database; stop one of the two"
    ))
}

/// The same failure once more, for the next who waits.
pub fn again(failure: &Failure) -> Failure {
    match failure {
        Failure::Invalid(text) => Failure::Invalid(text),
        Failure::Unavailable(text) => Failure::Unavailable(text.clone()),
        Failure::Corrupt(text) => Failure::Corrupt(text.clone()),
    }
}
