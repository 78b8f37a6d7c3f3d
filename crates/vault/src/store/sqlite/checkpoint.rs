//! Moving what was written from the log (`vault.db-wal`) to the file, without making the writer
//! wait.
//!
//! A second connection copies while writing goes on. Copying cannot shorten the log, only writing
//! from its start can, and that only while nobody reads from it: so now and then, when nearly all
//! is copied, the writer copies the little that is left while readers stand aside for a moment. The
//! log keeps its length on disk: overwriting is cheaper than appending.

use super::readers::Readers;
use super::schema::open_checkpointer;
use super::trouble::failure;
use crate::store::Failure;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Groups between two looks at the log.
const GROUPS_BETWEEN: u32 = 16;
/// Bytes between two looks at the log.
const BYTES_BETWEEN: usize = 4 << 20;
/// Pages that wait to be copied before copying begins: 16 MiB.
const PAGES_WAITING: i64 = 4 << 10;
/// Pages in the log before it is begun anew: 64 MiB.
const PAGES_IN_LOG: i64 = 16 << 10;
/// Pages the writer may copy itself: 4 MiB.
const PAGES_LEFT: i64 = 1 << 10;
/// How often copying runs after a long log before the writer copies what is left, however much.
const CHASES_MAX: u32 = 4;
/// Pages in the log at which the writer waits for the copying: 192 MiB.
const PAGES_IN_LOG_MAX: i64 = 48 << 10;

/// The thread that copies, and when it is called upon.
pub struct Checkpoints {
    call: Option<SyncSender<()>>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
    /// Whether it has been called and is not done.
    is_copying: bool,
    chases: u32,
    groups: u32,
    bytes: usize,
}

/// The log as a checkpoint left it.
struct Log {
    is_busy: bool,
    pages: i64,
    copied: i64,
}

fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<Log> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    connection.prepare_cached(&sql)?.query_row([], |row| {
        Ok(Log {
            is_busy: row.get(0)?,
            pages: row.get(1)?,
            copied: row.get(2)?,
        })
    })
}

impl Checkpoints {
    /// Starts the thread that copies.
    pub fn start(path: &Path, readers: Arc<Readers>) -> Result<Checkpoints, Failure> {
        let connection = open_checkpointer(path)?;
        let (call, calls) = sync_channel(1);
        let (tell, done) = sync_channel(1);
        let copy = move || {
            while calls.recv().is_ok() {
                // What an old snapshot still reads cannot be copied past.
                readers.release();
                report(checkpoint(&connection, "PASSIVE").map(drop));
                if tell.send(()).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("vault-copy".to_owned())
            .spawn(copy);
        let thread = thread.map_err(|error| Failure::Unavailable(error.to_string()))?;
        Ok(Checkpoints {
            call: Some(call),
            done,
            thread: Some(thread),
            is_copying: false,
            chases: 0,
            groups: 0,
            bytes: 0,
        })
    }

    /// Looks at the log now and then; called by the writer after each group.
    pub fn after_group(&mut self, connection: &Connection, readers: &Readers, bytes: usize) {
        self.groups += 1;
        self.bytes += bytes;
        let has_copied = self.is_copying && self.done.try_recv().is_ok();
        let is_time = self.groups >= GROUPS_BETWEEN || self.bytes >= BYTES_BETWEEN;
        if !has_copied && !is_time {
            return;
        }
        self.is_copying &= !has_copied;
        (self.groups, self.bytes) = (0, 0);
        let Ok(log) = checkpoint(connection, "NOOP") else {
            return;
        };
        let is_too_long = log.pages >= PAGES_IN_LOG_MAX;
        if is_too_long && self.is_copying {
            self.wait_for_copying();
        }
        if self.is_copying {
            return;
        }
        let is_long = log.pages >= PAGES_IN_LOG;
        let waiting = log.pages - log.copied;
        let is_chased = waiting <= PAGES_LEFT || self.chases >= CHASES_MAX;
        if is_too_long || (is_long && is_chased) {
            self.chases = 0;
            // Where somebody is still reading from the log, it grows on until they are done.
            report(readers.while_quiet(|| checkpoint(connection, "RESTART").map(drop)));
        } else if is_long || waiting >= PAGES_WAITING {
            self.chases += u32::from(is_long);
            let called = self.call.as_ref().map(|call| call.try_send(()));
            self.is_copying = matches!(called, Some(Ok(())));
        }
    }

    fn wait_for_copying(&mut self) {
        // A thread that has ended does not copy either.
        let _ = self.is_copying.then(|| self.done.recv());
        self.is_copying = false;
    }

    /// Copies everything and empties the log, so that what was deleted is not left there either.
    pub fn truncate(&mut self, connection: &Connection, readers: &Readers) -> Result<(), Failure> {
        self.wait_for_copying();
        let log = readers
            .while_quiet(|| checkpoint(connection, "TRUNCATE"))
            .map_err(failure)?;
        if log.is_busy {
            let text = "the log is being read; try again in a moment";
            return Err(Failure::Unavailable(text.to_owned()));
        }
        Ok(())
    }

    /// Ends the thread and empties the log.
    pub fn close(&mut self, connection: &Connection, readers: &Readers) {
        self.call = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        report(readers.while_quiet(|| checkpoint(connection, "TRUNCATE").map(drop)));
    }
}

/// What was not copied is still in the log: nothing is lost, but somebody should look.
fn report(result: rusqlite::Result<()>) {
    if let Err(error) = result {
        let failure = failure(error);
        tracing::error!(%failure, "the log was not moved to the file");
    }
}
