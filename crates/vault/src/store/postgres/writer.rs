//! The one task that writes: it drains the queue into groups, each one transaction and one wait for
//! the database's disk.
//!
//! Most groups are guessed at, in one round trip (see `guess`). Any other locks the end of the
//! ledger, looks at what it needs, is worked out in memory, and goes out with its commit: two round
//! trips for however many acts. Where the connection breaks while a group is being made durable,
//! whether it was is found out from the number that it leaves beside this server's name.

mod guess;

use self::guess::Trust;
use super::calls::{self, Call, signed};
use super::connect::{Link, Maker};
use super::found::{found, unsigned};
use super::group::{Draft, Part, Wants};
use super::lease::Lease;
use super::session::{self, Session};
use super::statements::Sql;
use super::trouble::{self, Kind, again};
use crate::store::changes::Changes;
use crate::store::{Commit, Failure, ItemKey, Outcome, Word, WordKind, Write};
use futures::future::join_all;
use kept_terms::PersonId;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::Error;
use tracing::{Instrument as _, Span};

/// Commits in a group, more or less: the last job may go beyond.
const GROUP_COMMITS_MAX: usize = 1024;
/// Bytes in a group, more or less.
const GROUP_BYTES_MAX: usize = 8 << 20;
/// How often a group is tried again that stood in another's way, or lost its connection.
const TRIES_MAX: u32 = 10;

/// What the writer is asked to do.
pub enum Task {
    /// Commits, and the generation that they hold under, where that counts.
    Commits(Vec<Commit>, Option<u64>),
    /// Changes of records without an entry.
    Book(Vec<Write>),
    Intern(WordKind, String),
    ClearItems(Vec<ItemKey>),
    ClearLeftovers(u64),
    /// Move entries below an index to the trail, at most so many.
    MoveToTrail(u64, u64),
}

/// What became of it.
pub enum Answer {
    Outcomes(Vec<Outcome>),
    Word(Word),
    Cleared(u64, bool),
    /// Whether some are left, and where the ledger ends.
    Moved {
        left: bool,
        next: u64,
    },
    Done,
}

impl Answer {
    fn count_from(&mut self, first: u64) {
        if let Answer::Outcomes(outcomes) = self {
            for outcome in outcomes {
                if let Outcome::Done(index) = outcome {
                    *index = index.saturating_add(first);
                }
            }
        }
    }
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

/// Why something was not made durable.
enum Trouble {
    /// It was not, and doing it again may help.
    Again,
    /// The connection went away; what it would have come to if it was made durable all the same.
    Lost(Option<Done>),
    /// It was not.
    Failed(Failure),
    /// Another server has taken this one's place.
    Replaced,
    /// Other servers gave its locks to others.
    ShutOut,
}

impl Trouble {
    /// What an error means before anything could have become durable.
    fn of(error: &Error) -> Trouble {
        match trouble::kind(error) {
            Kind::Gone => Trouble::Lost(None),
            Kind::Again => Trouble::Again,
            Kind::Replaced => Trouble::Replaced,
            Kind::ShutOut => Trouble::ShutOut,
            Kind::Other => Trouble::Failed(trouble::failure(error)),
        }
    }
}

/// What a group came to.
struct Done {
    /// How many entries it has, where it is not known yet at which index they begin; the answers
    /// count from nought then.
    adrift: Option<u64>,
    answers: Vec<Answer>,
    changed: Vec<PersonId>,
    next: u64,
    serial: u64,
    generation: u64,
    /// As which member it was sent.
    member: u64,
}

impl Done {
    /// The same, where its entries begin at an index.
    fn landed_at(mut self, first: u64) -> Done {
        if let Some(entries) = self.adrift.take() {
            self.next = first.saturating_add(entries);
            for answer in &mut self.answers {
                answer.count_from(first);
            }
        }
        self
    }
}

/// What the task that writes knows.
pub struct Writer {
    pub maker: Arc<Maker>,
    /// Up to which change readers look.
    pub epoch: Arc<AtomicU64>,
    /// Set once another server has taken this one's place.
    pub is_replaced: Arc<AtomicBool>,
    /// The number of this opening of the database; there is no other with the same.
    pub fence: u64,
    /// The number of this server among those that share the opening, where that stays.
    member: u64,
    /// What says under which number it writes, where others may find it gone.
    session: Option<Arc<Session>>,
    /// Whether others write as well.
    shared: bool,
    /// The end of the ledger as the last group left it; nothing where it has to be asked.
    next: Option<u64>,
    /// The number of the last group.
    serial: u64,
    /// What all servers remember was of this generation then.
    generation: u64,
    changes: Changes,
    /// How far guesses are to be trusted.
    trust: Trust,
    link: Option<Link>,
}

impl Writer {
    /// A writer of an opening.
    pub fn new(
        maker: Arc<Maker>,
        epoch: Arc<AtomicU64>,
        is_replaced: Arc<AtomicBool>,
        lease: &Lease,
    ) -> Writer {
        let changes = Changes::since(epoch.load(Ordering::Acquire));
        Writer {
            maker,
            epoch,
            is_replaced,
            fence: lease.opening.fence,
            member: lease.member,
            session: lease.session.clone(),
            shared: lease.shared,
            next: None,
            serial: 0,
            generation: 0,
            changes,
            trust: Trust::default(),
            link: None,
        }
    }

    /// Works until the queue is closed.
    pub async fn work(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut waiting = None;
        loop {
            let first = match waiting.take() {
                Some(job) => Some(job),
                None => queue.recv().await,
            };
            let Some(first) = first else { return };
            match first.task {
                Task::Commits(..) | Task::Book(_) => {
                    let (jobs, other) = gather(first, &mut queue);
                    waiting = other;
                    self.settle(jobs).await;
                }
                _ => {
                    let Job { task, reply, .. } = first;
                    let told = self.beside(&task).await;
                    // A waiter who has gone away does not need to be told.
                    let _ = reply.send(told);
                }
            }
        }
    }

    async fn settle(&mut self, jobs: Vec<Job>) {
        let first = jobs.iter().find_map(|job| job.span.id());
        let commits: usize = jobs.iter().map(|job| job.commits).sum();
        let group = tracing::info_span!(
            target: "kept::spans",
            parent: first,
            "group",
            kept.commits = commits,
        );
        let result = self.make_durable(&jobs).instrument(group).await;
        match result {
            Ok(answers) => {
                for (job, answer) in jobs.into_iter().zip(answers) {
                    let _ = job.reply.send(Ok(answer));
                }
            }
            Err(failure) => {
                tracing::error!(%failure, "a group of commits was not written");
                for job in jobs {
                    let _ = job.reply.send(Err(again(&failure)));
                }
            }
        }
    }

    async fn make_durable(&mut self, jobs: &[Job]) -> Result<Vec<Answer>, Failure> {
        let parts: Vec<Part<'_>> = jobs.iter().filter_map(part).collect();
        let mut tries = 0;
        loop {
            self.must_not_be_replaced()?;
            tries += 1;
            let trouble = match self.attempt(&parts).await {
                Ok(done) => return Ok(self.take_note(done)),
                Err(trouble) => trouble,
            };
            match trouble {
                Trouble::Failed(failure) => return Err(failure),
                Trouble::Replaced => return Err(self.give_way()),
                Trouble::Lost(Some(done)) => {
                    self.link = None;
                    if let Some(first) = self.became_durable(done.member, done.serial).await? {
                        // Others may have written before it, or since.
                        self.forget();
                        return Ok(self.take_note(done.landed_at(first)));
                    }
                }
                Trouble::Lost(None) => self.link = None,
                Trouble::ShutOut => return Err(self.shut_out()),
                Trouble::Again => {
                    tokio::time::sleep(Duration::from_millis(u64::from(tries) * 5)).await;
                }
            }
            if tries >= TRIES_MAX {
                return Err(trouble::unreachable());
            }
        }
    }

    fn must_not_be_replaced(&self) -> Result<(), Failure> {
        if self.is_replaced.load(Ordering::Acquire) {
            return Err(trouble::replaced());
        }
        Ok(())
    }

    fn give_way(&self) -> Failure {
        self.is_replaced.store(true, Ordering::Release);
        trouble::replaced()
    }

    /// Under which number this server writes now.
    fn member(&self) -> Result<u64, Trouble> {
        match &self.session {
            Some(session) => session.member().map_err(Trouble::Failed),
            None => Ok(self.member),
        }
    }

    /// What was begun under the locks that this server has lost comes to nothing; it comes back.
    fn shut_out(&mut self) -> Failure {
        self.forget();
        if let Some(session) = &self.session {
            session.is_shut_out();
        }
        session::lost()
    }

    /// Remembers what a durable group has changed.
    fn take_note(&mut self, done: Done) -> Vec<Answer> {
        self.next = Some(done.next);
        self.serial = done.serial;
        self.generation = done.generation;
        if !done.changed.is_empty() {
            let epoch = self.epoch.load(Ordering::Acquire).saturating_add(1);
            for person in done.changed {
                self.changes.mark(person, epoch);
            }
            self.epoch.store(epoch, Ordering::Release);
        }
        done.answers
    }

    /// Somebody else has written: nothing is known of who changed before now.
    fn forget(&mut self) {
        let epoch = self.epoch.load(Ordering::Acquire).saturating_add(1);
        self.changes = Changes::since(epoch);
        self.epoch.store(epoch, Ordering::Release);
        self.next = None;
    }

    async fn link(&mut self) -> Result<&Link, Failure> {
        if self.link.as_ref().is_none_or(Link::is_gone) {
            self.link = Some(self.maker.patiently(false).await?);
        }
        self.link.as_ref().ok_or_else(trouble::unreachable)
    }

    async fn attempt(&mut self, parts: &[Part<'_>]) -> Result<Done, Trouble> {
        if let Some(done) = self.guess(parts).await? {
            return Ok(done);
        }
        let wants = Wants::of(parts);
        let fence = self.fence;
        let (known, member) = (self.next, self.member()?);
        let link = self.link().await.map_err(Trouble::Failed)?;
        let (mut draft, serial) = look(link, &wants, fence).await?;
        let answers = work_out(&mut draft, parts);
        let serial = serial.saturating_add(1);
        let next = draft.first.saturating_add(draft.entries.len() as u64);
        let generation = draft.generation;
        let calls = calls::changes(&draft, serial, member);
        let database = tracing::info_span!(target: "kept::spans", "database");
        let told = send(link, &calls).instrument(database).await;
        let changed = draft.changed();
        let done = Done {
            adrift: None,
            answers,
            changed,
            next,
            serial,
            generation,
            member,
        };
        // Where others write as well, an end that was not known may be one that they moved.
        let is_known = known.map_or(!self.shared, |known| known == draft.first);
        match told {
            Ok(()) => {
                if !is_known {
                    self.forget();
                }
                Ok(done)
            }
            Err(error) => match Trouble::of(&error) {
                Trouble::Lost(_) => Err(Trouble::Lost(Some(done))),
                other => Err(other),
            },
        }
    }

    /// Finds out whether a group became durable whose connection broke, and at which index it then
    /// begins, if it was guessed at. Whoever asks waits for the lock on the end of the ledger, so
    /// the group is over by then, one way or the other; and the number is used up, so that nothing
    /// of it still arrives.
    async fn became_durable(&mut self, member: u64, serial: u64) -> Result<Option<u64>, Failure> {
        for _ in 0..TRIES_MAX {
            let fence = self.fence;
            let link = self.link().await.map_err(|_| trouble::unknown())?;
            match find_out(link, fence, member, serial).await {
                Ok((at, first)) => {
                    (self.next, self.serial) = (None, at);
                    tracing::warn!(is_there = first.is_some(), "a lost commit was looked for");
                    return Ok(first);
                }
                Err(Trouble::Replaced) => return Err(self.give_way()),
                Err(_) => self.link = None,
            }
        }
        Err(trouble::unknown())
    }

    async fn beside(&mut self, task: &Task) -> Result<Answer, Failure> {
        let mut tries = 0;
        loop {
            self.must_not_be_replaced()?;
            tries += 1;
            let fence = self.fence;
            let told = match self.link().await {
                Ok(link) => super::sweep::run(link, fence, task).await,
                Err(failure) => return Err(failure),
            };
            let error = match told {
                Ok(answer) => {
                    // The end of the ledger may have moved, and then is asked for.
                    if let Answer::Moved { next, .. } = answer {
                        self.next = self.next.filter(|known| *known == next);
                    }
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // Each of these does the same when it is done twice.
            match Trouble::of(&error) {
                Trouble::Replaced => return Err(self.give_way()),
                Trouble::ShutOut => return Err(self.shut_out()),
                Trouble::Failed(failure) => {
                    self.link = None;
                    return Err(failure);
                }
                Trouble::Again | Trouble::Lost(_) => self.link = None,
            }
            if tries >= TRIES_MAX {
                return Err(trouble::failure(&error));
            }
            tokio::time::sleep(Duration::from_millis(tries.into())).await;
        }
    }
}

/// The jobs of one group, and the first that is none of it.
fn gather(first: Job, queue: &mut mpsc::Receiver<Job>) -> (Vec<Job>, Option<Job>) {
    let mut jobs = Vec::new();
    let (mut commits, mut bytes) = (0, 0);
    let mut next = Some(first);
    while let Some(job) = next {
        if !matches!(job.task, Task::Commits(..) | Task::Book(_)) {
            return (jobs, Some(job));
        }
        commits += job.commits;
        bytes += job.bytes;
        jobs.push(job);
        if commits >= GROUP_COMMITS_MAX || bytes >= GROUP_BYTES_MAX {
            break;
        }
        next = queue.try_recv().ok();
    }
    (jobs, None)
}

fn part(job: &Job) -> Option<Part<'_>> {
    match &job.task {
        Task::Commits(commits, under) => Some(Part::Commits(commits, *under)),
        Task::Book(writes) => Some(Part::Book(writes)),
        Task::Intern(..)
        | Task::ClearItems(_)
        | Task::ClearLeftovers(_)
        | Task::MoveToTrail(..) => None,
    }
}

fn work_out<'a>(draft: &mut Draft<'a>, parts: &[Part<'a>]) -> Vec<Answer> {
    let answer = |part: &Part<'a>| match part {
        Part::Commits(commits, under) => {
            let outcomes = commits.iter().map(|it| draft.apply(it, *under));
            Answer::Outcomes(outcomes.collect())
        }
        Part::Book(writes) => {
            draft.book(writes);
            Answer::Done
        }
    };
    parts.iter().map(answer).collect()
}

/// Begins a transaction, locks the end of the ledger and looks at what is wanted, in one round
/// trip; the answer is a draft of nothing yet, and the number of the last group.
async fn look<'a>(link: &Link, wants: &Wants<'_>, fence: u64) -> Result<(Draft<'a>, u64), Trouble> {
    let queue = Call::new(Sql::Queue);
    let mut asked = vec![Call::new(Sql::LockEnd)];
    asked.extend(calls::looks(wants));
    let begin = link.client().batch_execute("BEGIN");
    let rows = join_all(asked.iter().map(|call| call.on(link)));
    let (begun, queued, rows) = futures::join!(begin, queue.changed(link), rows);
    let told = begun
        .and(queued)
        .map(drop)
        .and_then(|()| rows.into_iter().collect::<Result<Vec<_>, _>>());
    let found = match told {
        Ok(rows) => found(&rows, wants),
        Err(error) => Err(error),
    };
    let is_ours = match &found {
        Ok((_, _, at)) => *at == fence,
        Err(_) => true,
    };
    match found {
        Ok((draft, serial, _)) if is_ours => Ok((draft, serial)),
        other => {
            let _ = link.client().batch_execute("ROLLBACK").await;
            Err(other
                .err()
                .map_or(Trouble::Replaced, |error| Trouble::of(&error)))
        }
    }
}

/// Sends what a group changes, with its commit, in one round trip.
async fn send(link: &Link, calls: &[Call<'_>]) -> Result<(), Error> {
    let changes = join_all(calls.iter().map(|call| call.on(link)));
    let (told, committed) = futures::join!(changes, link.client().batch_execute("COMMIT"));
    // Where a statement failed, the commit has taken everything back.
    for rows in told {
        rows?;
    }
    committed
}

/// The number of this server's last group by now, and where the one begins that is looked for, if
/// it is there.
async fn find_out(
    link: &Link,
    fence: u64,
    member: u64,
    serial: u64,
) -> Result<(u64, Option<u64>), Trouble> {
    let queue = Call::new(Sql::Queue);
    let lock = Call::new(Sql::LockEnd);
    // Asked second: it is looked at as it is once the lock is had.
    let mine = Call::new(Sql::Mine).with(signed(member));
    let begin = link.client().batch_execute("BEGIN");
    let (begun, queued, rows, own) =
        futures::join!(begin, queue.changed(link), lock.on(link), mine.on(link));
    let of = |error: Error| Trouble::of(&error);
    begun.and(queued.map(drop)).map_err(of)?;
    let (rows, own) = (rows.map_err(of)?, own.map_err(of)?);
    let own = own.first();
    let own = own.map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    let own: Option<(i64, i64)> = own.transpose().map_err(of)?;
    let (_, at, is) = found(&[rows], &Wants::default()).map_err(of)?;
    if is != fence {
        return Err(Trouble::Replaced);
    }
    let first = own.filter(|(own, _)| *own == signed(serial));
    let first = first.map(|(_, first)| unsigned(first));
    // A number after it says for ever that this one was not used.
    let after = match first {
        Some(_) => serial,
        None => at.max(serial).saturating_add(1),
    };
    let burn = Call::new(Sql::Burn)
        .with(signed(after))
        .with(signed(fence))
        .with(signed(member));
    send(link, &[burn]).await.map_err(of)?;
    Ok((after, first))
}
