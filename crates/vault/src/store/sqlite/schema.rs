//! The file `vault.db`: its tables, its version, how connections to it are set up. It moves no
//! data.
//!
//! Tables are clustered by person, so that what belongs to one person stands together. Nothing
//! derived is stored but `figure`, which counts, and which the check holds to the rows.

use super::trouble::failure;
use crate::store::Failure;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// `Kept` in ASCII: what the file says it is.
const APPLICATION: i64 = 0x4b65_7074;
/// Bytes of a page, for the life of a file.
const PAGE_BYTES: u64 = 4096;

/// Step `n` brings a file of format `n` to format `n + 1`; an empty file is of format 0.
const STEPS: &[&str] = &["
    CREATE TABLE person (
        person BLOB NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        state BLOB NOT NULL
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE item (
        person BLOB NOT NULL,
        field INTEGER NOT NULL,
        number INTEGER NOT NULL,
        origin INTEGER NOT NULL,
        class INTEGER NOT NULL,
        anchor INTEGER,
        sealed BLOB NOT NULL,
        PRIMARY KEY (person, field, number)
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX item_due ON item (class, anchor) WHERE anchor IS NOT NULL;
    CREATE TABLE identifier (
        hash BLOB NOT NULL PRIMARY KEY,
        person BLOB NOT NULL
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX identifier_person ON identifier (person);
    CREATE TABLE anchor (
        person BLOB NOT NULL,
        class INTEGER NOT NULL,
        day INTEGER NOT NULL,
        PRIMARY KEY (person, class)
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX anchor_due ON anchor (class, day);
    CREATE TABLE staged (
        seq INTEGER PRIMARY KEY,
        person BLOB,
        entry BLOB NOT NULL
    ) STRICT;
    CREATE TABLE trail (
        bucket INTEGER NOT NULL,
        person BLOB NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (bucket, person, seq)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE leftover (
        person BLOB NOT NULL PRIMARY KEY,
        bucket INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE word (
        kind INTEGER NOT NULL,
        text TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (kind, text)
    ) WITHOUT ROWID, STRICT;
    CREATE UNIQUE INDEX word_number ON word (number);
    CREATE TABLE record (
        kind INTEGER NOT NULL,
        key BLOB NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (kind, key)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE figure (
        name INTEGER NOT NULL PRIMARY KEY,
        number INTEGER NOT NULL
    ) STRICT;
"];

/// The figure that counts people; classes go by their own numbers, which are not negative.
pub const PEOPLE: i64 = -1;
/// The figure that says which entry is the first not yet sequenced.
pub const SEQUENCED: i64 = -2;
/// Entries of 65,536 successive indexes share a bucket of the trail: what is inserted stays in one
/// warm region, and a person's trail costs one look-up a bucket.
pub const BUCKET_BITS: u32 = 16;

/// Opens the connection that writes, and makes or brings forward the tables.
pub fn open_writer(
    path: &Path,
    cache_kib: u32,
    bytes_max: Option<u64>,
) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failure)?;
    let set_up = || -> rusqlite::Result<()> {
        connection.pragma_update(None, "page_size", PAGE_BYTES as i64)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        set_up_any(&connection, cache_kib)?;
        if let Some(bytes) = bytes_max {
            let pages = i64::try_from(bytes / PAGE_BYTES).unwrap_or(i64::MAX);
            connection.pragma_update(None, "max_page_count", pages)?;
        }
        Ok(())
    };
    set_up().map_err(failure)?;
    bring_forward(&connection)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub fn open_reader(path: &Path, cache_kib: u32) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failure)?;
    set_up_any(&connection, cache_kib).map_err(failure)?;
    Ok(connection)
}

/// Opens a connection that moves what was written from the log to the file.
pub fn open_checkpointer(path: &Path) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failure)?;
    set_up_any(&connection, 1024).map_err(failure)?;
    let full = connection.pragma_update(None, "synchronous", "FULL");
    full.map_err(failure)?;
    Ok(connection)
}

fn set_up_any(connection: &Connection, cache_kib: u32) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    // Checkpoints are the checkpointer's, so that no act waits for one.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // Without this, a statement is compiled again with every new value that the partial index makes
    // the planner look at, which costs as much as running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.busy_timeout(Duration::ZERO)
}

fn bring_forward(connection: &Connection) -> Result<(), Failure> {
    let number = |pragma: &str| -> Result<i64, Failure> {
        let value = connection.pragma_query_value(None, pragma, |row| row.get(0));
        value.map_err(failure)
    };
    let application = number("application_id")?;
    let format = number("user_version")?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(failure)?;
    let is_new = application == 0 && format == 0 && tables == 0;
    if application != APPLICATION && !is_new {
        return Err(Failure::Unavailable(
            "the file `vault.db` was written by another program; move it away".to_owned(),
        ));
    }
    let known = STEPS.len();
    let done = usize::try_from(format).unwrap_or(usize::MAX);
    let Some(steps) = STEPS.get(done..) else {
        return Err(Failure::Unavailable(format!(
            "the file `vault.db` has format {format}, this program knows formats up to {known}; \
             use the version that wrote it, or a newer one"
        )));
    };
    if steps.is_empty() {
        return Ok(());
    }
    let steps = steps.concat();
    let script = format!(
        "BEGIN IMMEDIATE; {steps} PRAGMA application_id = {APPLICATION}; \
         PRAGMA user_version = {known}; COMMIT;"
    );
    connection.execute_batch(&script).map_err(failure)
}
