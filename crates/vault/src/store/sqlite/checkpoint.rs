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
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Groups between two looks at the log.
const GROUPS_BETWEEN: u32 = 16;
/// Pages that wait to be copied before copying begins: 16 MiB.
const PAGES_WAITING: i64 = 4 << 10;
/// Pages in the log before it is begun anew: 64 MiB.
const PAGES_IN_LOG: i64 = 16 << 10;
/// Pages the writer may copy itself: 4 MiB.
const PAGES_LEFT: i64 = 1 << 10;
/// Pages in the log at which the writer copies whatever is left: 512 MiB.
const PAGES_IN_LOG_MAX: i64 = 128 << 10;

/// The thread that copies, and when it is called upon.
pub struct Checkpoints {
    call: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    groups: u32,
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
        let copy = move || {
            while calls.recv().is_ok() {
                // What an old snapshot still reads cannot be copied past.
                readers.release();
                report(checkpoint(&connection, "PASSIVE").map(drop));
            }
        };
        let thread = std::thread::Builder::new()
            .name("vault-copy".to_owned())
            .spawn(copy);
        let thread = thread.map_err(|error| Failure::Unavailable(error.to_string()))?;
        Ok(Checkpoints {
            call: Some(call),
            thread: Some(thread),
            groups: 0,
        })
    }

    /// Looks at the log now and then; called by the writer after each group.
    pub fn after_group(&mut self, connection: &Connection, readers: &Readers) {
        self.groups += 1;
        if self.groups < GROUPS_BETWEEN {
            return;
        }
        self.groups = 0;
        let Ok(log) = checkpoint(connection, "NOOP") else {
            return;
        };
        let waiting = log.pages - log.copied;
        let is_copied = log.pages >= PAGES_IN_LOG && waiting <= PAGES_LEFT;
        if is_copied || log.pages >= PAGES_IN_LOG_MAX {
            // Where somebody is still reading from the log, the next look tries again.
            report(readers.while_quiet(|| checkpoint(connection, "RESTART").map(drop)));
        } else if waiting >= PAGES_WAITING
            && let Some(call) = &self.call
        {
            // One call is enough for all that wait.
            let _ = call.try_send(());
        }
    }

    /// Copies everything and empties the log, so that what was deleted is not left there either.
    pub fn truncate(&mut self, connection: &Connection, readers: &Readers) -> Result<(), Failure> {
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
