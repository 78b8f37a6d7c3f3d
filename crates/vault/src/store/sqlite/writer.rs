//! The one thread that writes: it drains the queue into groups, each one transaction and one wait
//! for the disk.
//!
//! No timer forms a group: what arrives while the disk is busy with one makes up the next. Waiters
//! are told after the group is durable. Where its outcome is unknown, they and everyone after are
//! told so: nothing is written any more until the store is opened anew.

use super::apply::Group;
use super::checkpoint::Checkpoints;
use super::readers::Readers;
use super::trouble::{again, failure, stopped};
use crate::store::{Commit, Failure, ItemKey, Outcome, Word, WordKind, Write};
use rusqlite::{Connection, ErrorCode};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tracing::Span;

/// Commits in a group, more or less: the last job may go beyond.
pub const GROUP_COMMITS_MAX: usize = 1024;
/// Bytes in a group, more or less.
pub const GROUP_BYTES_MAX: usize = 8 << 20;

/// What the writer is asked to do.
pub enum Task {
    Commits(Vec<Commit>),
    /// Changes of records without an entry.
    Book(Vec<Write>),
    Intern(WordKind, String),
    ClearItems(Vec<ItemKey>),
    ClearLeftovers(u64),
    /// Move entries below an index to the trail, at most so many.
    MoveToTrail(u64, u64),
    /// Move everything from the log to the file, and empty the log.
    Truncate,
}

/// What became of it.
pub enum Answer {
    Outcomes(Vec<Outcome>),
    Word(Word),
    Cleared(u64, bool),
    /// Whether some are left.
    Moved(bool),
    Done,
}

/// A task, who waits for it, and what it weighs in a group.
pub struct Job {
    pub task: Task,
    pub commits: usize,
    pub bytes: usize,
    /// The span it is waited for in, if anybody traces.
    pub span: Span,
    pub reply: oneshot::Sender<Result<Answer, Failure>>,
}

/// Works until the queue is closed; then empties the log.
pub fn work(
    connection: Connection,
    mut queue: mpsc::Receiver<Job>,
    readers: Arc<Readers>,
    mut checkpoints: Checkpoints,
    first_epoch: u64,
) {
    match Group::new(&connection, first_epoch) {
        Ok(group) => {
            let mut writer = Writer {
                group,
                readers: &readers,
                is_stopped: false,
            };
            while let Some(first) = queue.blocking_recv() {
                let (jobs, truncations) = gather(first, &mut queue);
                let bytes = jobs.iter().map(|job| job.bytes).sum();
                writer.settle(jobs);
                if truncations.is_empty() {
                    checkpoints.after_group(&connection, &readers, bytes);
                }
                for reply in truncations {
                    let result = checkpoints.truncate(&connection, &readers);
                    let _ = reply.send(result.map(|()| Answer::Done));
                }
            }
        }
        Err(error) => {
            let failure = failure(error);
            while let Some(job) = queue.blocking_recv() {
                let _ = job.reply.send(Err(again(&failure)));
            }
        }
    }
    checkpoints.close(&connection, &readers);
}

type Reply = oneshot::Sender<Result<Answer, Failure>>;

/// The jobs of one group, and who waits for the log to be emptied after it.
fn gather(first: Job, queue: &mut mpsc::Receiver<Job>) -> (Vec<Job>, Vec<Reply>) {
    let mut jobs = Vec::new();
    let mut truncations = Vec::new();
    let (mut commits, mut bytes) = (0, 0);
    let mut next = Some(first);
    while let Some(job) = next {
        commits += job.commits;
        bytes += job.bytes;
        match job.task {
            Task::Truncate => truncations.push(job.reply),
            _ => jobs.push(job),
        }
        let is_full = commits >= GROUP_COMMITS_MAX || bytes >= GROUP_BYTES_MAX;
        if is_full || !truncations.is_empty() {
            break;
        }
        next = queue.try_recv().ok();
    }
    (jobs, truncations)
}

struct Writer<'c> {
    group: Group<'c>,
    readers: &'c Readers,
    /// Whether the outcome of a group is unknown.
    is_stopped: bool,
}

/// Why a group did not become durable.
enum Trouble {
    /// It was taken back as a whole.
    TakenBack(Failure),
    /// Whether it is durable is unknown.
    Unknown,
}

impl Writer<'_> {
    fn settle(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let result = if self.is_stopped {
            Err(Trouble::Unknown)
        } else {
            self.make_durable(&jobs)
        };
        match result {
            Ok(answers) => {
                if std::mem::take(&mut self.group.has_changed) {
                    self.readers.advance(self.group.epoch);
                    self.group.epoch += 1;
                }
                for (job, answer) in jobs.into_iter().zip(answers) {
                    // A waiter who has gone away does not need to be told.
                    let _ = job.reply.send(Ok(answer));
                }
            }
            Err(trouble) => {
                let failure = match trouble {
                    Trouble::TakenBack(failure) => failure,
                    Trouble::Unknown => {
                        self.is_stopped = true;
                        stopped()
                    }
                };
                for job in jobs {
                    let _ = job.reply.send(Err(again(&failure)));
                }
            }
        }
    }

    fn make_durable(&mut self, jobs: &[Job]) -> Result<Vec<Answer>, Trouble> {
        // It stands in the trace of the first who wait for it.
        let first = jobs.iter().find_map(|job| job.span.id());
        let commits: usize = jobs.iter().map(|job| job.commits).sum();
        let _group = tracing::info_span!(
            target: "kept::spans",
            parent: first,
            "group",
            kept.commits = commits,
        )
        .entered();
        let connection = self.group.connection;
        let next_index = self.group.next_index;
        let execute = |sql| connection.prepare_cached(sql)?.execute([]);
        if let Err(error) = execute("BEGIN IMMEDIATE") {
            return Err(Trouble::TakenBack(logged(error)));
        }
        let applied = jobs.iter().map(|job| self.group.run(&job.task));
        let answers: rusqlite::Result<Vec<Answer>> = applied.collect();
        let answers = answers.and_then(|answers| self.group.write_figures().map(|()| answers));
        let error = match answers {
            Ok(answers) => {
                let disk = tracing::info_span!(target: "kept::spans", "disk");
                match disk.in_scope(|| execute("COMMIT")) {
                    Ok(_) => return Ok(answers),
                    Err(error) => error,
                }
            }
            Err(error) => {
                self.take_back(next_index)?;
                return Err(Trouble::TakenBack(logged(error)));
            }
        };
        // Without room or leave to write, nothing of the group has reached the log whole.
        let is_known = matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::DatabaseBusy)
        );
        let failure = logged(error);
        if !is_known {
            return Err(Trouble::Unknown);
        }
        self.take_back(next_index)?;
        Err(Trouble::TakenBack(failure))
    }

    fn take_back(&mut self, next_index: u64) -> Result<(), Trouble> {
        self.group.forget(next_index);
        let connection = self.group.connection;
        // Some errors end the transaction by themselves.
        if !connection.is_autocommit() && connection.execute_batch("ROLLBACK").is_err() {
            return Err(Trouble::Unknown);
        }
        Ok(())
    }
}

fn logged(error: rusqlite::Error) -> Failure {
    let failure = failure(error);
    tracing::error!(%failure, "a group of commits was not written");
    failure
}

impl Group<'_> {
    fn run(&mut self, task: &Task) -> rusqlite::Result<Answer> {
        match task {
            Task::Commits(commits) => {
                let outcomes = commits.iter().map(|commit| self.apply(commit));
                outcomes
                    .collect::<rusqlite::Result<_>>()
                    .map(Answer::Outcomes)
            }
            Task::Book(writes) => self.book(writes).map(|()| Answer::Done),
            Task::Intern(kind, word) => self.intern(*kind, word).map(Answer::Word),
            Task::ClearItems(items) => self.clear_items(items).map(|()| Answer::Done),
            Task::ClearLeftovers(limit) => {
                let (done, left) = self.clear_leftovers(*limit)?;
                Ok(Answer::Cleared(done, left))
            }
            Task::MoveToTrail(below, limit) => {
                self.move_to_trail(*below, *limit).map(Answer::Moved)
            }
            Task::Truncate => Ok(Answer::Done),
        }
    }
}
