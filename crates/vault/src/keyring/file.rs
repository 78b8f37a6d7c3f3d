//! The keyring's file: its connections, and how its failures are named; it is one [`Shelf`].
//! It stores wrapped keys and never opens one.
//!
//! Wrapped keys stand in slots of one length that are overwritten where they are and never deleted.
//! A tree of rows moves them between pages and can leave copies behind in the gaps, where no later
//! deletion reaches them; slots do not move, so overwriting one destroys the only copy.

mod tables;

use self::tables::{
    Slots, apply, check_structure, count_between, destructions, make_tables, put_head,
    read_pending, setting, wrapped, wrapped_between, wrapping_rows,
};
use super::shelf::{
    Change, Changed, Head, Part, Range, Row, STRETCHING, Shelf, Taking, WrappingRow, from_on,
};
use crate::store::{FULL, Failure};
use kept_terms::PersonId;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions};
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
/// How many keys are handed over at once.
const PAGE: u32 = 1_000;

/// Names a failure of the database by what can be done about it.
fn failed(error: rusqlite::Error) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Failure::Corrupt(format!(
            "the keyring's file is damaged ({error}): restore its backup"
        )),
        Some(ErrorCode::DiskFull) => Failure::Unavailable(format!("the keyring's disk {FULL}")),
        Some(_) => Failure::Unavailable(format!("the keyring cannot be used: {error}")),
        None => Failure::Corrupt(format!("the keyring holds something unexpected: {error}")),
    }
}

/// Opens the connection that writes.
fn open_writer(path: &Path) -> Result<Connection, Failure> {
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
    Ok(connection)
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

fn no_turn(error: &std::io::Error) -> Failure {
    Failure::Unavailable(format!(
        "the lock of those that share the keyring cannot be had: {error}"
    ))
}

/// Connections that read, each used by one lookup at a time.
struct Readers {
    connections: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Readers {
    fn open(path: &Path) -> Result<Readers, Failure> {
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
    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, Failure> {
        let Some(connection) = self.any() else {
            return Err(Failure::Unavailable("the keyring has no connection".into()));
        };
        read(&connection).map_err(failed)
    }
}

/// The keyring's file, opened: one connection that writes, and some that read.
pub(super) struct KeyringFile {
    /// Closed first: whoever writes closes last, and leaves no log beside the file.
    readers: Readers,
    writer: Mutex<Connection>,
    /// Where servers share the file, a lock that they wait for in turn: whoever finds the file
    /// itself taken asks again and again, and may be passed over for seconds.
    turn: Option<File>,
}

/// A turn, given up when dropped.
struct Turn<'f>(&'f File);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // It ends with the process at the latest, and what is written is guarded by the file's own.
        let _ = self.0.unlock();
    }
}

impl KeyringFile {
    /// Opens the file, or makes one that has no tables yet.
    pub(super) fn open(path: &Path) -> Result<KeyringFile, Failure> {
        let writer = open_writer(path)?;
        Ok(KeyringFile {
            readers: Readers::open(path)?,
            writer: Mutex::new(writer),
            turn: None,
        })
    }

    /// The same file for servers that share it, who take turns by a file beside it.
    pub(super) fn shared(self, path: &Path) -> Result<KeyringFile, Failure> {
        let mut name = path.as_os_str().to_owned();
        name.push(".turn");
        let path = Path::new(&name);
        make_private(path)?;
        let turn = OpenOptions::new().write(true).open(path);
        let turn = turn.map_err(|error| no_turn(&error))?;
        Ok(KeyringFile {
            turn: Some(turn),
            ..self
        })
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for this server's turn, where others write as well.
    fn turn(&self) -> Result<Option<Turn<'_>>, Failure> {
        let Some(file) = &self.turn else {
            return Ok(None);
        };
        file.lock().map_err(|error| no_turn(&error))?;
        Ok(Some(Turn(file)))
    }

    /// Does something in one transaction of the connection that writes.
    fn transact<T>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let connection = self.writer();
        let _turn = self.turn()?;
        connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(failed)?;
        let changed = change(&connection).and_then(|done| {
            connection
                .execute_batch("COMMIT")
                .map_err(failed)
                .map(|()| done)
        });
        if changed.is_err() {
            // The failure that matters is the first; without a transaction there is nothing to
            // take back.
            let _ = connection.execute_batch("ROLLBACK");
        }
        changed
    }
}

impl Shelf for KeyringFile {
    fn is_new(&self) -> Result<bool, Failure> {
        let count = "SELECT count(*) FROM sqlite_schema";
        let tables = |it: &Connection| it.query_row(count, [], |row| row.get::<_, i64>(0));
        Ok(self.readers.read(tables)? == 0)
    }

    fn wrapped(&self, place: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        self.readers.read(|it| wrapped(it, place))
    }

    fn between(&self, range: &Range, limit: u32) -> Result<Vec<Row>, Failure> {
        self.readers.read(|it| wrapped_between(it, range, limit))
    }

    fn count(&self, range: &Range) -> Result<u64, Failure> {
        let count = self.readers.read(|it| count_between(it, range))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn is_unused(&self, keys: usize) -> Result<bool, Failure> {
        // A slot stays when its key goes.
        let count = "SELECT count(*) FROM slot";
        let slots = |it: &Connection| it.query_row(count, [], |row| row.get::<_, i64>(0));
        let slots = self.readers.read(slots)?;
        Ok(usize::try_from(slots).is_ok_and(|slots| slots <= keys))
    }

    fn wrapping(&self) -> Result<Vec<WrappingRow>, Failure> {
        self.readers.read(wrapping_rows)
    }

    fn setting(&self, name: &'static str) -> Result<Option<Vec<u8>>, Failure> {
        self.readers.read(|it| setting(it, name))
    }

    fn destructions(&self) -> Result<u64, Failure> {
        destructions(&self.writer())
    }

    fn pending(&self) -> Result<Vec<(PersonId, u8)>, Failure> {
        read_pending(&self.writer()).map_err(failed)
    }

    fn change(&self, changes: &[Change]) -> Result<Changed, Failure> {
        self.transact(|connection| {
            let mut changed = Changed::default();
            let mut slots = None;
            for change in changes {
                apply(connection, &mut slots, change, &mut changed)?;
            }
            changed.destroyed.sort();
            Ok(changed)
        })
    }

    /// Empties the log. Another program that is reading keeps it from that.
    fn clear(&self) -> Result<(), Failure> {
        let connection = self.writer();
        // Between the turns of others there is no gap.
        let _turn = self.turn()?;
        empty_log(&connection)
    }

    fn check(&self) -> Result<(), Failure> {
        // A destruction meanwhile waits for this, rather than find that it cannot empty the log.
        let _writer = self.writer();
        self.readers.read(|it| Ok(check_structure(it)))?
    }

    fn contents(&self, take: Taking<'_>) -> Result<(), Failure> {
        let connection = self.writer();
        take(Part::Head(Head {
            wrapping: wrapping_rows(&connection).map_err(failed)?,
            pending: read_pending(&connection).map_err(failed)?,
            stretching: setting(&connection, STRETCHING).map_err(failed)?,
            destructions: destructions(&connection)?,
        }))?;
        let mut from = Vec::new();
        loop {
            let keys = wrapped_between(&connection, &from_on(from), PAGE).map_err(failed)?;
            let Some((last, _)) = keys.last() else {
                return Ok(());
            };
            from = last.clone();
            from.push(0);
            take(Part::Keys(keys))?;
        }
    }

    fn fill(&self, from: &dyn Shelf) -> Result<(), Failure> {
        self.transact(|connection| {
            make_tables(connection)?;
            let mut slots = Slots::of(connection).map_err(failed)?;
            from.contents(&mut |part| match part {
                Part::Head(head) => put_head(connection, &head).map_err(failed),
                Part::Keys(keys) => keys.iter().try_for_each(|(place, wrapped)| {
                    slots.put(place, wrapped).map_err(failed).map(|_| ())
                }),
            })
        })?;
        self.clear()
    }

    /// Without free slots or gaps.
    fn copy_to(&self, part: &Path) -> Result<(), Failure> {
        let Some(name) = part.to_str() else {
            return Err(Failure::Invalid("a copy's path must be text"));
        };
        // With the writer, so that a destruction waits rather than find that it cannot empty the
        // log.
        let copied = self.writer().execute("VACUUM INTO ?1", [name]);
        copied.map_err(failed).map(|_| ())
    }
}

/// Moves everything into the file and empties the log, so that no page of before is left beside it.
///
/// It fails when another process is reading, and can be called again.
fn empty_log(connection: &Connection) -> Result<(), Failure> {
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
