//! The keyring's file: its tables, its connections, and how its failures are named.
//! It stores wrapped keys and never opens one.
//!
//! Wrapped keys stand in slots of one length that are overwritten where they are and never deleted.
//! A tree of rows moves them between pages and can leave copies behind in the gaps, where no later
//! deletion reaches them; slots do not move, so overwriting one destroys the only copy.

use super::place::WRAPPED_LENGTH;
use crate::store::{FULL, Failure};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// "Kept" in the file's header, by which it is told from other databases.
const APPLICATION_ID: i32 = 0x4b65_7074;
/// The version of the tables.
const FORMAT_VERSION: i32 = 1;
/// How many lookups that miss the cache can read at once.
const READERS: usize = 4;
/// How long to wait for another process that looks at the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE wrapping (
        version INTEGER PRIMARY KEY, created INTEGER NOT NULL, root BLOB NOT NULL, wrapped BLOB NOT NULL
    );
    CREATE TABLE slot (number INTEGER PRIMARY KEY, wrapped BLOB NOT NULL);
    CREATE TABLE free (number INTEGER PRIMARY KEY);
    CREATE TABLE key (place BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE pending (person BLOB PRIMARY KEY, what INTEGER NOT NULL) WITHOUT ROWID;
";

/// What stands in a slot that holds no key.
pub(super) const EMPTY_SLOT: [u8; WRAPPED_LENGTH] = [0; WRAPPED_LENGTH];

/// Names a failure of the database by what can be done about it.
pub(super) fn failed(error: rusqlite::Error) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Failure::Corrupt(format!(
            "the keyring's file is damaged ({error}): restore its backup"
        )),
        Some(ErrorCode::DiskFull) => Failure::Unavailable(format!("the keyring's disk {FULL}")),
        Some(_) => Failure::Unavailable(format!("the keyring cannot be used: {error}")),
        None => Failure::Corrupt(format!("the keyring holds something unexpected: {error}")),
    }
}

/// Opens the connection that writes. The answer says whether there are tables yet.
pub(super) fn open_writer(path: &Path) -> Result<(Connection, bool), Failure> {
    make_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let header = |name: &str| -> Result<i32, Failure> {
        connection
            .pragma_query_value(None, name, |row| row.get(0))
            .map_err(failed)
    };
    let (application, version) = (header("application_id")?, header("user_version")?);
    let count = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = connection
        .query_row(count, [], |row| row.get(0))
        .map_err(failed)?;
    let is_new = application == 0 && version == 0 && tables == 0;
    let shown = path.display();
    if !is_new && application != APPLICATION_ID {
        return Err(Failure::Corrupt(format!(
            "{shown} is not a keyring: restore the keyring's backup"
        )));
    }
    if !is_new && version != FORMAT_VERSION {
        return Err(Failure::Unavailable(format!(
            "the keyring {shown} has format {version}, and this program knows {FORMAT_VERSION}: \
             use the program that made it, or a newer one"
        )));
    }
    let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
        PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
    connection.execute_batch(pragmas).map_err(failed)?;
    Ok((connection, is_new))
}

/// Makes the file if it is not there, so that only its owner reads it; its log takes on the same
/// rights.
pub(super) fn make_private(path: &Path) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options
        .open(path)
        .and_then(|_| crate::root::sync_folder(path));
    made.map_err(|error| {
        Failure::Unavailable(format!(
            "the keyring {} cannot be opened: {error}",
            path.display()
        ))
    })
}

/// Makes the tables, within the transaction that fills them.
pub(super) fn make_tables(connection: &Connection) -> Result<(), Failure> {
    connection.execute_batch(SCHEMA).map_err(failed)?;
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(failed)?;
    connection
        .pragma_update(None, "user_version", FORMAT_VERSION)
        .map_err(failed)
}

/// Connections that read, each used by one lookup at a time.
pub(super) struct Readers {
    connections: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Readers, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connections = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
            connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
            connections.push(Mutex::new(connection));
        }
        Ok(Readers {
            connections,
            next: AtomicUsize::new(0),
        })
    }

    /// A connection that nobody uses, or the next in turn when it comes free.
    fn any(&self) -> Option<MutexGuard<'_, Connection>> {
        let free = self.connections.iter().find_map(|it| it.try_lock().ok());
        free.or_else(|| {
            let next = self.next.fetch_add(1, Ordering::Relaxed) % READERS;
            let connection = self.connections.get(next)?;
            Some(connection.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }

    /// Reads with one of the connections.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, Failure> {
        let Some(connection) = self.any() else {
            return Err(Failure::Unavailable("the keyring has no connection".into()));
        };
        read(&connection).map_err(failed)
    }
}

/// A place with its wrapped key.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// The wrapped key of one place.
pub(super) fn wrapped(
    connection: &Connection,
    place: &[u8],
) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    let query = "SELECT wrapped FROM key JOIN slot ON slot.number = key.slot WHERE place = ?1";
    let mut statement = connection.prepare_cached(query)?;
    statement.query_row([place], |row| row.get(0)).optional()
}

/// The wrapped keys from one place to another, at most so many.
pub(super) fn wrapped_between(
    connection: &Connection,
    [first, last]: &[Vec<u8>; 2],
    limit: u32,
) -> Result<Vec<Row>, rusqlite::Error> {
    let query = "SELECT place, wrapped FROM key LEFT JOIN slot ON slot.number = key.slot
        WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT ?3";
    let mut statement = connection.prepare_cached(query)?;
    let row = |row: &rusqlite::Row<'_>| {
        Ok((
            row.get(0)?,
            row.get::<_, Option<Vec<u8>>>(1)?.unwrap_or_default(),
        ))
    };
    statement
        .query_map(params![first, last, limit], row)?
        .collect()
}

/// How many keys there are from one place to another.
pub(super) fn count_between(
    connection: &Connection,
    [first, last]: &[Vec<u8>; 2],
) -> Result<i64, rusqlite::Error> {
    let query = "SELECT count(*) FROM key WHERE place BETWEEN ?1 AND ?2";
    let mut statement = connection.prepare_cached(query)?;
    statement.query_row(params![first, last], |row| row.get(0))
}

/// Gives out slots within one transaction. It looks for the end of the slots once, and no longer
/// for a free one once there was none.
pub(super) struct Slots<'c> {
    connection: &'c Connection,
    may_be_free: bool,
    /// The number after the last slot.
    next: i64,
}

impl<'c> Slots<'c> {
    /// The slots as they are in the transaction that has begun.
    pub(super) fn of(connection: &'c Connection) -> Result<Slots<'c>, rusqlite::Error> {
        let last = "SELECT coalesce(max(number), 0) + 1 FROM slot";
        let next = connection
            .prepare_cached(last)?
            .query_row([], |row| row.get(0))?;
        Ok(Slots {
            connection,
            may_be_free: true,
            next,
        })
    }

    /// Writes a wrapped key for a place, into a free slot or a new one; where the place has a key
    /// already it stays as it is, and the answer is no.
    pub(super) fn put(&mut self, place: &[u8], wrapped: &[u8]) -> Result<bool, rusqlite::Error> {
        let free = self.free()?;
        let slot = free.unwrap_or(self.next);
        let key = "INSERT INTO key (place, slot) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let mut key = self.connection.prepare_cached(key)?;
        if key.execute(params![place, slot])? == 0 {
            return Ok(false);
        }
        if free.is_some() {
            self.connection
                .prepare_cached("DELETE FROM free WHERE number = ?1")?
                .execute([slot])?;
            overwrite(self.connection, slot, wrapped)?;
        } else {
            self.connection
                .prepare_cached("INSERT INTO slot (number, wrapped) VALUES (?1, ?2)")?
                .execute(params![slot, wrapped])?;
            self.next += 1;
        }
        Ok(true)
    }

    fn free(&mut self) -> Result<Option<i64>, rusqlite::Error> {
        if !self.may_be_free {
            return Ok(None);
        }
        let free = self
            .connection
            .prepare_cached("SELECT number FROM free LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        self.may_be_free = free.is_some();
        Ok(free)
    }
}

/// Overwrites a slot where it stands.
fn overwrite(connection: &Connection, slot: i64, wrapped: &[u8]) -> Result<(), rusqlite::Error> {
    let update = "UPDATE slot SET wrapped = ?2 WHERE number = ?1";
    connection
        .prepare_cached(update)?
        .execute(params![slot, wrapped])?;
    Ok(())
}

/// Overwrites the wrapped key of a place with another.
pub(super) fn replace(
    connection: &Connection,
    place: &[u8],
    wrapped: &[u8],
) -> Result<(), rusqlite::Error> {
    let update = "UPDATE slot SET wrapped = ?2
        WHERE number = (SELECT slot FROM key WHERE place = ?1)";
    connection
        .prepare_cached(update)?
        .execute(params![place, wrapped])?;
    Ok(())
}

/// Empties the slots of all keys from one place to another; the answer is their places.
pub(super) fn destroy(
    connection: &Connection,
    [first, last]: &[Vec<u8>; 2],
) -> Result<Vec<Vec<u8>>, rusqlite::Error> {
    let query = "SELECT place, slot FROM key WHERE place BETWEEN ?1 AND ?2";
    let found: Vec<(Vec<u8>, i64)> = connection
        .prepare_cached(query)?
        .query_map(params![first, last], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut places = Vec::with_capacity(found.len());
    for (place, slot) in found {
        overwrite(connection, slot, &EMPTY_SLOT)?;
        connection
            .prepare_cached("INSERT INTO free (number) VALUES (?1)")?
            .execute([slot])?;
        connection
            .prepare_cached("DELETE FROM key WHERE place = ?1")?
            .execute([&place])?;
        places.push(place);
    }
    Ok(places)
}

/// A setting of the keyring.
pub(super) fn setting(
    connection: &Connection,
    name: &str,
) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    let query = "SELECT value FROM setting WHERE name = ?1";
    connection
        .query_row(query, [name], |row| row.get(0))
        .optional()
}

/// Writes a setting, or takes it out.
pub(super) fn set(
    connection: &Connection,
    name: &str,
    value: Option<&[u8]>,
) -> Result<(), rusqlite::Error> {
    connection.execute("DELETE FROM setting WHERE name = ?1", [name])?;
    if let Some(value) = value {
        let insert = "INSERT INTO setting (name, value) VALUES (?1, ?2)";
        connection.execute(insert, params![name, value])?;
    }
    Ok(())
}

/// Moves everything into the file and empties the log, so that no page of before is left beside it.
///
/// It fails when another process is reading, and can be called again.
pub(super) fn empty_log(connection: &Connection) -> Result<(), Failure> {
    let busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(failed)?;
    if busy == 0 {
        return Ok(());
    }
    Err(Failure::Unavailable(
        "another program is reading the keyring, so destroyed keys are still in its log: \
         end that program and try again"
            .into(),
    ))
}
