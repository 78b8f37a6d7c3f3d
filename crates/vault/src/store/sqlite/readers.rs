//! Connections that read, each holding a snapshot until something has changed. They never write.
//!
//! A snapshot costs more than a look-up, so one is kept for as long as the epoch stands still. The
//! epoch is read before the snapshot begins: a snapshot may show more than its epoch says, never
//! less.

use super::schema::open_reader;
use super::trouble::failure;
use crate::store::Failure;
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The connections, and the epoch that every change of what they read moves on.
pub struct Readers {
    slots: Vec<Mutex<Reader>>,
    epoch: AtomicU64,
}

struct Reader {
    connection: Connection,
    /// The epoch of the snapshot held.
    held: Option<u64>,
}

impl Readers {
    /// Opens so many connections.
    pub fn open(path: &Path, count: usize, cache_kib: u32, epoch: u64) -> Result<Readers, Failure> {
        let open = |_| -> Result<Mutex<Reader>, Failure> {
            let connection = open_reader(path, cache_kib)?;
            Ok(Mutex::new(Reader {
                connection,
                held: None,
            }))
        };
        let slots = (0..count.max(1))
            .map(open)
            .collect::<Result<Vec<_>, Failure>>()?;
        let epoch = AtomicU64::new(epoch);
        Ok(Readers { slots, epoch })
    }

    /// Reads from a snapshot that shows every acknowledged change of people, items, words and
    /// records.
    pub fn read<T>(
        &self,
        query: impl FnOnce(&Connection, u64) -> rusqlite::Result<T>,
    ) -> Result<T, Failure> {
        self.lock().read(&self.epoch, query).map_err(failure)
    }

    /// Reads from a snapshot of this moment, which shows the entries of acts that changed nothing,
    /// too.
    pub fn read_afresh<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Failure> {
        let mut reader = self.lock();
        reader.release().map_err(failure)?;
        reader
            .read(&self.epoch, |connection, _| query(connection))
            .map_err(failure)
    }

    /// Says that what was changed up to an epoch is durable; every later reading sees it.
    pub fn advance(&self, epoch: u64) {
        self.epoch.store(epoch, Ordering::Release);
    }

    /// Gives up all snapshots, one after the other.
    pub fn release(&self) {
        for slot in &self.slots {
            give_up(&mut slot.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Does something while nobody reads and no snapshot is held.
    pub fn while_quiet<T>(&self, work: impl FnOnce() -> T) -> T {
        let lock = |slot| Mutex::lock(slot).unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<MutexGuard<'_, Reader>> = self.slots.iter().map(lock).collect();
        all.iter_mut().for_each(|reader| give_up(reader));
        work()
    }

    /// A connection nobody is using, or this thread's own one once it is free.
    fn lock(&self) -> MutexGuard<'_, Reader> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
        }
        let count = self.slots.len();
        let first = THREAD.with(|thread| thread % count);
        let from_first = || self.slots.iter().cycle().skip(first).take(count);
        loop {
            for slot in from_first() {
                if let Ok(reader) = slot.try_lock() {
                    return reader;
                }
            }
            if let Some(slot) = from_first().next() {
                return slot.lock().unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// A snapshot that cannot be given up is not one that can be read: the next reading says what is
/// wrong.
fn give_up(reader: &mut Reader) {
    let _ = reader.release();
}

impl Reader {
    fn read<T>(
        &mut self,
        epoch: &AtomicU64,
        query: impl FnOnce(&Connection, u64) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let now = epoch.load(Ordering::Acquire);
        let held = match self.held {
            Some(held) if held == now => held,
            _ => {
                self.release()?;
                self.connection.prepare_cached("BEGIN")?.execute([])?;
                self.held = Some(now);
                now
            }
        };
        let result = query(&self.connection, held);
        if result.is_err() {
            give_up(self);
        }
        result
    }

    fn release(&mut self) -> rusqlite::Result<()> {
        self.held = None;
        if !self.connection.is_autocommit() {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}
