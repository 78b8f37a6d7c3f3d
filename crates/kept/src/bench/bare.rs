//! Bare SQLite beside which Kept is measured: the same rows of the same bytes in the same tables
//! with the same indexes, in the same group commits, and nothing else. It makes no keys, asks no
//! policy, checks no version, and encrypts and hashes nothing.

use super::Trouble;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::Path;
use std::sync::Mutex;
use tokio::sync::{mpsc, oneshot};

/// What the bare writer is asked to do.
pub enum Job {
    /// Append a line to a log.
    Log(Vec<u8>),
    /// Insert one more item, write the person's row again, and append a line of the log.
    Add {
        person: [u8; 16],
        number: i64,
        state: Vec<u8>,
        value: Vec<u8>,
        line: Vec<u8>,
    },
    /// Insert a person with an item, an identifier, the day that the item's period counts from, and
    /// a line of the log.
    Insert {
        person: [u8; 16],
        state: Vec<u8>,
        value: Vec<u8>,
        index: [u8; 32],
        line: Vec<u8>,
    },
}

/// How many jobs one commit takes at most.
const BATCH: usize = 1_024;

/// How many jobs may wait.
const QUEUE: usize = 8_192;

type Waiting = (Job, oneshot::Sender<()>);

/// A bare SQLite file with a thread that writes.
pub struct Bare {
    queue: mpsc::Sender<Waiting>,
    readers: Vec<Mutex<Connection>>,
}

impl Bare {
    /// Makes the file in a folder.
    pub fn open(folder: &Path, readers: usize) -> Result<Bare, Trouble> {
        let path = folder.join("bare.db");
        let writer = connect(&path)?;
        writer.execute_batch(
            "CREATE TABLE person (person BLOB PRIMARY KEY, version INTEGER, state BLOB)
                 WITHOUT ROWID;
             CREATE TABLE item (person BLOB, field INTEGER, number INTEGER, origin INTEGER,
                 class INTEGER, anchor INTEGER, sealed BLOB,
                 PRIMARY KEY (person, field, number)) WITHOUT ROWID;
             CREATE INDEX item_due ON item (class, anchor) WHERE anchor IS NOT NULL;
             CREATE TABLE identifier (hash BLOB PRIMARY KEY, person BLOB) WITHOUT ROWID;
             CREATE INDEX identifier_person ON identifier (person);
             CREATE TABLE anchor (person BLOB, class INTEGER, day INTEGER,
                 PRIMARY KEY (person, class)) WITHOUT ROWID;
             CREATE INDEX anchor_due ON anchor (class, day);
             CREATE TABLE log (seq INTEGER PRIMARY KEY, line BLOB);",
        )?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("bare".to_owned())
            .spawn(move || work(&writer, jobs))?;
        let readers = (0..readers).map(|_| connect(&path).map(Mutex::new));
        Ok(Bare {
            queue,
            readers: readers.collect::<Result<_, _>>()?,
        })
    }

    /// Reads a person's item by its place, and answers with how long it is.
    pub fn read(&self, person: &[u8; 16]) -> Result<usize, Trouble> {
        let free = self
            .readers
            .iter()
            .find_map(|reader| reader.try_lock().ok());
        let reader = free.ok_or("no connection is free")?;
        let mut statement = reader.prepare_cached(
            "SELECT state, sealed FROM person JOIN item USING (person)
             WHERE person = ?1 AND field = 1 AND number = 1",
        )?;
        let row = statement.query_row([person], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        Ok(row.0.len() + row.1.len())
    }

    /// Does a job, durably.
    pub async fn write(&self, job: Job) -> Result<(), Trouble> {
        let (done, outcome) = oneshot::channel();
        self.queue
            .send((job, done))
            .await
            .map_err(|_| "the writer has ended")?;
        Ok(outcome.await?)
    }
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    // Statements are not planned anew for each value that a partial index makes them look at.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn work(connection: &Connection, mut jobs: mpsc::Receiver<Waiting>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(next) = jobs.try_recv()
        {
            batch.push(next);
        }
        // A writer that fails drops its waiters, who then say so.
        if commit(connection, &batch).is_err() {
            return;
        }
        for (_, done) in batch {
            let _ = done.send(());
        }
    }
}

fn commit(connection: &Connection, batch: &[Waiting]) -> Result<(), rusqlite::Error> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    {
        let mut log = connection.prepare_cached("INSERT INTO log (line) VALUES (?1)")?;
        let mut person =
            connection.prepare_cached("INSERT OR REPLACE INTO person VALUES (?1, 1, ?2)")?;
        let mut item =
            connection.prepare_cached("INSERT INTO item VALUES (?1, 1, ?2, 1, 1, ?3, ?4)")?;
        let mut identifier = connection.prepare_cached("INSERT INTO identifier VALUES (?1, ?2)")?;
        let mut anchor = connection.prepare_cached("INSERT INTO anchor VALUES (?1, 1, 20000)")?;
        for (job, _) in batch {
            match job {
                Job::Log(line) => {
                    log.execute([line])?;
                }
                Job::Add {
                    person: id,
                    number,
                    state,
                    value,
                    line,
                } => {
                    person.execute((id, state))?;
                    item.execute((id, number, 20_000, value))?;
                    log.execute([line])?;
                }
                Job::Insert {
                    person: id,
                    state,
                    value,
                    index,
                    line,
                } => {
                    person.execute((id, state))?;
                    item.execute((id, 1, None::<i64>, value))?;
                    identifier.execute((index, id))?;
                    anchor.execute([id])?;
                    log.execute([line])?;
                }
            }
        }
    }
    connection.execute_batch("COMMIT")
}
