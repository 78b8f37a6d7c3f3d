//! The embedded engine: SQLite in one file, one thread that writes, many connections that read. It
//! keeps the contract of [`Store`] for one process on one machine; it seals nothing and decides
//! nothing.

mod apply;
mod check;
mod checkpoint;
mod copy;
mod queries;
mod readers;
mod rows;
mod schema;
mod sweep;
mod trouble;
mod writer;

#[cfg(test)]
mod tests;

pub use self::rows::Rows;

use self::readers::Readers;
use self::writer::{Answer, Job, Task};
use super::limits;
use super::lock::Lock;
use super::{
    BlindIndex, Commit, Failure, Figures, Form, ItemKey, Outcome, PersonRecord, Record, RecordKind,
    StagedEntry, Store, Wanted, Word, WordKind, Write,
};
use kept_terms::{Day, PersonId};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Jobs that wait for the writer before those who bring more wait themselves.
const QUEUE_JOBS_MAX: usize = 8192;
/// Commits of one call that go into one job.
const JOB_COMMITS_MAX: usize = 512;
/// Bytes of one call that go into one job.
const JOB_BYTES_MAX: usize = 4 << 20;
/// Rows cleared in one job, so that acts never wait long behind one.
const JOB_ROWS_MAX: usize = 1000;
/// Bytes that a job of rows cleared or entries moved is taken to write.
const JOB_BYTES: usize = 1 << 20;
/// Entries moved to the trail in one job.
const JOB_ENTRIES_MAX: u64 = 2048;

/// The epoch of a store that is being opened: above all that went before in this process, so
/// that no snapshot of a store now closed is taken for one of the store now open.
fn first_epoch() -> u64 {
    static OPENED: AtomicU64 = AtomicU64::new(1);
    OPENED.fetch_add(1, Ordering::Relaxed) << 40
}

/// How much of the machine the engine may use.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections that read.
    pub readers: usize,
    /// KiB of pages that each connection keeps in memory; the one that writes keeps four times as
    /// much.
    pub cache_kib: u32,
    /// Bytes the file may grow to; nothing for as much as the disk holds.
    pub bytes_max: Option<u64>,
}

impl Default for Options {
    fn default() -> Options {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Options {
            readers: cores + 2,
            cache_kib: 32 << 10,
            bytes_max: None,
        }
    }
}

/// A store in a folder. Dropping it waits for what is queued and empties the log into the file.
pub struct Sqlite {
    /// Nothing once the store is being dropped.
    queue: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    readers: Arc<Readers>,
    words: RwLock<HashMap<(WordKind, String), Word>>,
    path: PathBuf,
    _lock: Lock,
}

impl Sqlite {
    /// Opens the store in a folder that is there, and makes its file where it is missing.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where another process has it open, the folder cannot be written to,
    /// or the file has a format this program does not know; [`Failure::Corrupt`] where it is no
    /// longer readable.
    pub fn open(folder: &Path, options: &Options) -> Result<Sqlite, Failure> {
        let lock = Lock::take(&folder.join("vault.lock"))?;
        let path = folder.join("vault.db");
        let writer_cache = options.cache_kib.saturating_mul(4);
        let connection = schema::open_writer(&path, writer_cache, options.bytes_max)?;
        let epoch = first_epoch();
        let readers = Readers::open(&path, options.readers, options.cache_kib, epoch)?;
        let readers = Arc::new(readers);
        let words = readers.read(|connection, _| queries::words(connection))?;
        let words = words
            .into_iter()
            .map(|(kind, text, word)| ((kind, text), word));
        let checkpoints = checkpoint::Checkpoints::start(&path, Arc::clone(&readers))?;
        let (queue, jobs) = mpsc::channel(QUEUE_JOBS_MAX);
        let work = {
            let readers = Arc::clone(&readers);
            move || writer::work(connection, jobs, readers, checkpoints, epoch + 1)
        };
        let writer = std::thread::Builder::new()
            .name("vault-write".to_owned())
            .spawn(work);
        let writer = writer.map_err(|error| Failure::Unavailable(error.to_string()))?;
        Ok(Sqlite {
            queue: Some(queue),
            writer: Some(writer),
            readers,
            words: RwLock::new(words.collect()),
            path,
            _lock: lock,
        })
    }

    /// Moves everything from the log to the file and empties the log, so that deleted rows are
    /// nowhere left.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the log is being read by a check or another program.
    pub async fn truncate_log(&self) -> Result<(), Failure> {
        self.ask(Task::Truncate, 1, 0).await.map(drop)
    }

    /// Queues a task, waiting while the queue is full, and waits until it is durable.
    async fn ask(&self, task: Task, commits: usize, bytes: usize) -> Result<Answer, Failure> {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            task,
            commits,
            bytes,
            span: tracing::Span::current(),
            reply,
        };
        let queue = self.queue.as_ref().ok_or_else(trouble::stopped)?;
        queue.send(job).await.map_err(|_| trouble::stopped())?;
        answer.await.map_err(|_| trouble::stopped())?
    }

    async fn ask_to_commit(
        &self,
        commits: Vec<Commit>,
        bytes: usize,
    ) -> Result<Vec<Outcome>, Failure> {
        let count = commits.len();
        match self.ask(Task::Commits(commits), count, bytes).await? {
            Answer::Outcomes(outcomes) => Ok(outcomes),
            other => Err(mistaken(&other)),
        }
    }

    /// Runs a long reading on a connection and a thread of its own.
    async fn aside<T: Send + 'static>(
        &self,
        query: impl FnOnce(&rusqlite::Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        let path = self.path.clone();
        let read = move || {
            let result = schema::open_reader(&path, 32 << 10).and_then(|it| query(&it));
            let _ = reply.send(result);
        };
        let thread = std::thread::Builder::new()
            .name("vault-look".to_owned())
            .spawn(read);
        thread.map_err(|error| Failure::Unavailable(error.to_string()))?;
        let unanswered = |_| Failure::Unavailable("a reading ended early".to_owned());
        answer.await.map_err(unanswered)?
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// The writer answers each kind of task in kind; this stands where a match has to be complete.
fn mistaken(_: &Answer) -> Failure {
    Failure::Unavailable("the writer answered another question".to_owned())
}

impl Store for Sqlite {
    async fn person(
        &self,
        person: PersonId,
        wanted: Wanted<'_>,
    ) -> Result<Option<PersonRecord>, Failure> {
        let read = |connection: &_, epoch| queries::person(connection, epoch, person, wanted);
        self.readers.read(read)
    }

    async fn find(&self, index: BlindIndex) -> Result<Option<PersonId>, Failure> {
        self.readers
            .read(|connection, _| queries::find(connection, index))
    }

    async fn commit(&self, commits: Vec<Commit>) -> Result<Vec<Outcome>, Failure> {
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        commits.iter().try_for_each(limits::admit)?;
        let bytes = commits.iter().map(limits::weight).sum();
        if commits.len() <= JOB_COMMITS_MAX && bytes <= JOB_BYTES_MAX {
            return self.ask_to_commit(commits, bytes).await;
        }
        let mut outcomes = Vec::with_capacity(commits.len());
        let (mut part, mut part_bytes) = (Vec::new(), 0);
        for commit in commits {
            let weight = limits::weight(&commit);
            if part.len() >= JOB_COMMITS_MAX || part_bytes + weight > JOB_BYTES_MAX {
                outcomes.extend(
                    self.ask_to_commit(std::mem::take(&mut part), part_bytes)
                        .await?,
                );
                part_bytes = 0;
            }
            part_bytes += weight;
            part.push(commit);
        }
        outcomes.extend(self.ask_to_commit(part, part_bytes).await?);
        Ok(outcomes)
    }

    async fn book(&self, writes: Vec<Write>) -> Result<(), Failure> {
        limits::admit_bookkeeping(&writes)?;
        let bytes = writes.iter().map(limits::weight_of_write).sum();
        self.ask(Task::Book(writes), 1, bytes).await.map(drop)
    }

    async fn words(&self) -> Result<Vec<(WordKind, String, Word)>, Failure> {
        self.readers
            .read(|connection, _| queries::words(connection))
    }

    async fn intern(&self, kind: WordKind, word: &str) -> Result<Word, Failure> {
        let key = (kind, word.to_owned());
        let known = self
            .words
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .copied();
        if let Some(known) = known {
            return Ok(known);
        }
        limits::admit_word(word)?;
        match self
            .ask(Task::Intern(kind, word.to_owned()), 1, word.len())
            .await?
        {
            Answer::Word(number) => {
                let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
                words.insert(key, number);
                Ok(number)
            }
            other => Err(mistaken(&other)),
        }
    }

    async fn record(&self, kind: RecordKind, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        self.readers
            .read(|connection, _| queries::record(connection, kind, key))
    }

    async fn records(&self, kind: RecordKind) -> Result<Vec<Record>, Failure> {
        self.readers
            .read(|connection, _| queries::records(connection, kind))
    }

    async fn records_page(
        &self,
        kind: RecordKind,
        begins: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Record>, Failure> {
        self.readers
            .read(|connection, _| queries::records_page(connection, kind, begins, after, limit))
    }

    async fn people(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, Failure> {
        self.readers
            .read(|connection, _| queries::people(connection, after, limit))
    }

    async fn due_items(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, ItemKey)>, Failure> {
        self.readers
            .read(|connection, _| queries::due_items(connection, class, upto, limit))
    }

    async fn due_people(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, PersonId)>, Failure> {
        self.readers
            .read(|connection, _| queries::due_people(connection, class, upto, limit))
    }

    async fn count_due(&self, class: Word, upto: Day) -> Result<Vec<(Day, u64)>, Failure> {
        let count = move |connection: &_| queries::count_due(connection, class, upto);
        self.aside(move |connection| count(connection).map_err(trouble::failure))
            .await
    }

    async fn clear_items(&self, items: &[ItemKey]) -> Result<(), Failure> {
        for part in items.chunks(JOB_ROWS_MAX) {
            self.ask(Task::ClearItems(part.to_vec()), part.len(), JOB_BYTES)
                .await?;
        }
        Ok(())
    }

    async fn leftovers(&self, limit: usize) -> Result<(u64, bool), Failure> {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let mut done = 0;
        loop {
            let rows = limit.saturating_sub(done).min(JOB_ROWS_MAX as u64);
            match self
                .ask(Task::ClearLeftovers(rows), JOB_ROWS_MAX, 0)
                .await?
            {
                Answer::Cleared(cleared, left) => {
                    done += cleared;
                    if !left || done >= limit {
                        return Ok((done, left));
                    }
                }
                other => return Err(mistaken(&other)),
            }
        }
    }

    async fn staged(&self, from: u64, limit: usize) -> Result<Vec<StagedEntry>, Failure> {
        self.readers
            .read_afresh(|connection| queries::staged(connection, from, limit))
    }

    async fn sequenced(&self, below: u64) -> Result<(), Failure> {
        loop {
            let task = Task::MoveToTrail(below, JOB_ENTRIES_MAX);
            match self.ask(task, JOB_ROWS_MAX, JOB_BYTES).await? {
                Answer::Moved(true) => {}
                Answer::Moved(false) => return Ok(()),
                other => return Err(mistaken(&other)),
            }
        }
    }

    async fn next_entry(&self) -> Result<u64, Failure> {
        self.readers.read_afresh(queries::next_entry)
    }

    async fn copy_rows(
        &self,
        to: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Form, Failure> {
        copy::copy(&self.path, to, progress).map(|()| Form::File)
    }

    async fn trail(
        &self,
        person: PersonId,
        below: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, Failure> {
        self.readers
            .read_afresh(|connection| queries::trail(connection, person, below, limit))
    }

    async fn figures(&self) -> Result<Figures, Failure> {
        let mut figures = Figures::default();
        for (name, number) in self
            .readers
            .read(|connection, _| queries::figures(connection))?
        {
            if name == schema::PEOPLE {
                figures.people = number;
            } else if let Ok(class) = u32::try_from(name)
                && number > 0
            {
                figures.items_by_class.push((Word(class), number));
            }
        }
        for suffix in ["", "-wal"] {
            let mut path = self.path.clone().into_os_string();
            path.push(suffix);
            figures.bytes += std::fs::metadata(path).map_or(0, |file| file.len());
        }
        Ok(figures)
    }

    async fn check(&self) -> Result<(), Failure> {
        self.aside(check::check).await
    }
}
