//! The engine for more than one machine: PostgreSQL 15 and later. It keeps the contract of
//! [`Store`] in tables that are spread by person; it seals nothing and decides nothing.
//!
//! Acts queue for one task that commits many in one transaction. Readers have connections of their
//! own. One server at a time holds a database, or several that share it; see `lease` and `session`.

mod address;
mod calls;
mod check;
mod connect;
mod finder;
mod found;
mod group;
mod lease;
mod ledger;
mod queries;
mod rows;
mod schema;
mod session;
mod statements;
mod sweep;
mod trouble;
mod writer;

#[cfg(test)]
mod tests;

pub use self::address::Address;
pub use self::lease::Opening;
pub use self::ledger::LedgerTables;
pub use self::rows::Rows;
pub use self::session::Session;

pub(crate) use self::connect::Maker;
pub(crate) use self::session::{Begun, Held};
pub(crate) use self::trouble::{Kind, failure, kind};

use self::connect::Pool;
use self::finder::Finder;
use self::lease::Lease;
use self::statements::Sql;
use self::writer::{Answer, Job, Task, Writer};
use super::limits;
use super::{
    BlindIndex, Commit, Failure, Figures, Form, ItemKey, Outcome, PersonRecord, Record, RecordKind,
    StagedEntry, Store, Wanted, Word, WordKind, Write,
};
use kept_terms::{Day, PersonId};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{mpsc, oneshot};

/// Jobs that wait for the writer before those who bring more wait themselves.
const QUEUE_JOBS_MAX: usize = 8192;
/// Commits of one call that go into one job.
const JOB_COMMITS_MAX: usize = 512;
/// Bytes of one call that go into one job.
const JOB_BYTES_MAX: usize = 4 << 20;
/// Rows cleared in one job, so that acts never wait long behind one.
const JOB_ROWS_MAX: usize = 1000;
/// Entries moved to the trail in one job; acts wait meanwhile.
const JOB_ENTRIES_MAX: u64 = 512;
/// How long dropping the store waits for what is queued.
const CLOSE_SECONDS: u64 = 10;

/// The epoch of a store that is being opened: above all that went before in this process, so
/// that no snapshot of a store now closed is taken for one of the store now open.
fn first_epoch() -> u64 {
    static OPENED: AtomicU64 = AtomicU64::new(1);
    OPENED.fetch_add(1, Ordering::Relaxed) << 40
}

/// How much of the database the engine may use.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections that read.
    pub readers: usize,
    /// The schema that holds the tables; letters a to z, digits and `_`.
    pub schema: String,
    /// How long after a server died another may take its place.
    pub lease: Duration,
    /// An opening whose servers have all ended, as the folder's lock says: its place need not be
    /// waited for.
    pub ended: Option<Opening>,
    /// An opening that this server joins, as the folder's lock lets it.
    pub join: Option<Opening>,
    /// Whether others may join this one; then its place is not given up when it is closed.
    pub shared: bool,
    /// Whether they may do so from other machines: their locks are in the database.
    pub together: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            readers: 8,
            schema: "kept".to_owned(),
            lease: Duration::from_secs(8),
            ended: None,
            join: None,
            shared: false,
            together: false,
        }
    }
}

/// A store in a database. Dropping it waits for what is queued and gives the database up.
pub struct Postgres {
    /// Nothing once the store is being dropped.
    queue: Option<mpsc::Sender<Job>>,
    pool: Arc<Pool>,
    finder: Finder,
    maker: Arc<Maker>,
    epoch: Arc<AtomicU64>,
    words: RwLock<HashMap<(WordKind, String), Word>>,
    ended: Mutex<std::sync::mpsc::Receiver<()>>,
    opening: Opening,
    session: Option<Arc<Session>>,
    is_first: bool,
    _threads: Threads,
}

/// The engine's own threads, which end without waiting.
struct Threads(Option<Runtime>);

impl Threads {
    fn start(count: usize) -> Result<Threads, Failure> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let builder = builder.worker_threads(count).thread_name("vault-postgres");
        let runtime = builder.enable_all().build();
        Ok(Threads(Some(runtime.map_err(|error| unready(&error))?)))
    }

    fn handle(&self) -> Result<Handle, Failure> {
        let runtime = self.0.as_ref().ok_or_else(trouble::unreachable)?;
        Ok(runtime.handle().clone())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

fn unready(error: &std::io::Error) -> Failure {
    Failure::Unavailable(format!(
        "no threads for the database are to be had: {error}"
    ))
}

/// Starts what writes and what keeps the lease; what is received once both have ended.
fn start(
    handle: &Handle,
    maker: &Arc<Maker>,
    epoch: &Arc<AtomicU64>,
    lease: Lease,
    jobs: mpsc::Receiver<Job>,
) -> std::sync::mpsc::Receiver<()> {
    let is_replaced = Arc::new(AtomicBool::new(false));
    let keeper = lease::keep(Arc::clone(maker), lease.clone(), Arc::clone(&is_replaced));
    let keeper = handle.spawn(keeper);
    let (maker, epoch) = (Arc::clone(maker), Arc::clone(epoch));
    let writer = Writer::new(Arc::clone(&maker), epoch, is_replaced, &lease);
    let (end, ended) = std::sync::mpsc::channel();
    handle.spawn(async move {
        writer.work(jobs).await;
        keeper.abort();
        lease::give_up(&maker, &lease).await;
        let _ = end.send(());
    });
    ended
}

/// Holds a database against every other server, and makes or brings forward its tables. One that
/// is to be opened must not be on its way from or to another place.
async fn hold(
    address: &Address,
    options: &Options,
    is_opening: bool,
) -> Result<(Threads, Arc<Maker>, Lease), Failure> {
    let threads = Threads::start(2)?;
    let handle = threads.handle()?;
    let maker = Arc::new(Maker::new(address, &options.schema, handle.clone())?);
    let taken = {
        let (maker, options) = (Arc::clone(&maker), options.clone());
        handle.spawn(async move {
            let client = maker.bare_patiently().await?;
            schema::bring_forward(&client, maker.schema()).await?;
            if is_opening {
                rows::must_be_settled(&client).await?;
            }
            match options.together {
                true => lease::take_together(&maker, &options).await,
                false => lease::take(&client, &options).await,
            }
        })
    };
    let lease = taken.await.map_err(|_| trouble::unreachable())??;
    Ok((threads, maker, lease))
}

impl Postgres {
    /// Opens the store in a database, and makes or brings forward its tables.
    ///
    /// # Errors [`Failure::Unavailable`] where the database is not to be reached, another server
    /// holds it, or its tables have a format this program does not know. No message repeats the
    /// address.
    pub async fn open(address: &Address, options: &Options) -> Result<Postgres, Failure> {
        let (threads, maker, lease) = hold(address, options, true).await?;
        let handle = threads.handle()?;
        let pool = Arc::new(Pool::new(Arc::clone(&maker), options.readers));
        let words = queries::words(&pool).await?;
        let words = words
            .into_iter()
            .map(|(kind, text, word)| ((kind, text), word));
        let epoch = Arc::new(AtomicU64::new(first_epoch()));
        let (queue, jobs) = mpsc::channel(QUEUE_JOBS_MAX);
        let opening = lease.opening.clone();
        let (session, is_first) = (lease.session.clone(), lease.is_first);
        if let Some(session) = &session {
            handle.spawn(session::keep(Arc::downgrade(session)));
        }
        let ended = start(&handle, &maker, &epoch, lease, jobs);
        Ok(Postgres {
            opening,
            session,
            is_first,
            queue: Some(queue),
            finder: Finder::start(&handle, &pool),
            pool,
            maker,
            epoch,
            words: RwLock::new(words.collect()),
            ended: Mutex::new(ended),
            _threads: threads,
        })
    }

    /// The opening that this server holds the database by, for those that share it.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// The locks of this server, where those that share the database have them in it.
    pub fn session(&self) -> Option<&Arc<Session>> {
        self.session.as_ref()
    }

    /// Whether this server is the first of its opening: whoever was before it writes nothing more.
    pub fn is_first(&self) -> bool {
        self.is_first
    }

    /// The ledger that stands beside the rows, be there one or not.
    pub fn ledger(&self) -> LedgerTables {
        LedgerTables::new(Arc::clone(&self.maker))
    }

    /// The house that the database belongs to, by the name of its ledger; nothing where it is new.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the database is not to be reached.
    pub async fn house(&self) -> Result<Option<String>, Failure> {
        let client = self.maker.bare_patiently().await?;
        let row = client.query_one(schema::HOUSE, &[]).await;
        let house = row.and_then(|row| row.try_get(0));
        house.map_err(|error| trouble::failure(&error))
    }

    /// Says to which house the database belongs, by the name of its ledger, which follows from its
    /// keys. Rows that another house's keys have sealed are no use to this one.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it belongs to another.
    pub async fn belong_to(&self, house: &str) -> Result<(), Failure> {
        let client = self.maker.bare_patiently().await?;
        let moved = client.execute(schema::MOVE_IN, &[&house]).await;
        moved.map_err(|error| trouble::failure(&error))?;
        if self.house().await?.as_deref() == Some(house) {
            return Ok(());
        }
        Err(Failure::Unavailable(
            "the database belongs to another keyring: name the database of this data folder, or \
             the data folder of this database"
                .to_owned(),
        ))
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
        let queue = self.queue.as_ref().ok_or_else(trouble::unreachable)?;
        queue.send(job).await.map_err(|_| trouble::unreachable())?;
        answer.await.map_err(|_| trouble::unreachable())?
    }

    async fn ask_to_commit(
        &self,
        commits: Vec<Commit>,
        generation: Option<u64>,
        bytes: usize,
    ) -> Result<Vec<Outcome>, Failure> {
        let count = commits.len();
        let task = Task::Commits(commits, generation);
        match self.ask(task, count, bytes).await? {
            Answer::Outcomes(outcomes) => Ok(outcomes),
            other => Err(mistaken(&other)),
        }
    }
}

/// What a distributed engine is told of the tables.
pub struct Plan {
    /// The statements that hand the tables over, in order.
    pub statements: Vec<String>,
    /// Statements that ask every node, and why; all others name the key they go by.
    pub fan_out: Vec<(String, &'static str)>,
}

/// How the tables in a schema are handed to Citus.
pub fn plan(schema: &str) -> Plan {
    let fans_out = |sql: &Sql| Some((format!("{sql:?}"), sql.why_it_fans_out()?));
    Plan {
        statements: schema::citus(schema),
        fan_out: statements::ALL.iter().filter_map(fans_out).collect(),
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.queue = None;
        // A database that does not answer is left as it is; the lease runs out by itself.
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv_timeout(Duration::from_secs(CLOSE_SECONDS));
    }
}

/// The writer answers each kind of task in kind; this stands where a match has to be complete.
fn mistaken(_: &Answer) -> Failure {
    Failure::Unavailable("the writer answered another question".to_owned())
}

impl Store for Postgres {
    async fn person(
        &self,
        person: PersonId,
        wanted: Wanted<'_>,
    ) -> Result<Option<PersonRecord>, Failure> {
        // Read before the question goes out: the answer sees at least as much.
        let epoch = self.epoch.load(Ordering::Acquire);
        queries::person(&self.pool, epoch, person, wanted).await
    }

    async fn find(&self, index: BlindIndex) -> Result<Option<PersonId>, Failure> {
        self.finder.find(index).await
    }

    async fn commit(&self, commits: Vec<Commit>) -> Result<Vec<Outcome>, Failure> {
        self.commit_under(commits, None).await
    }

    async fn commit_under(
        &self,
        commits: Vec<Commit>,
        generation: Option<u64>,
    ) -> Result<Vec<Outcome>, Failure> {
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        commits.iter().try_for_each(limits::admit)?;
        let mut outcomes = Vec::with_capacity(commits.len());
        let (mut part, mut part_bytes) = (Vec::new(), 0);
        for commit in commits {
            let weight = limits::weight(&commit);
            let is_full = part.len() >= JOB_COMMITS_MAX || part_bytes + weight > JOB_BYTES_MAX;
            if is_full && !part.is_empty() {
                let full = std::mem::take(&mut part);
                outcomes.extend(self.ask_to_commit(full, generation, part_bytes).await?);
                part_bytes = 0;
            }
            part_bytes += weight;
            part.push(commit);
        }
        outcomes.extend(self.ask_to_commit(part, generation, part_bytes).await?);
        Ok(outcomes)
    }

    async fn generation(&self) -> Result<u64, Failure> {
        queries::generation(&self.pool).await
    }

    async fn book(&self, writes: Vec<Write>) -> Result<(), Failure> {
        limits::admit_bookkeeping(&writes)?;
        let bytes = writes.iter().map(limits::weight_of_write).sum();
        self.ask(Task::Book(writes), 1, bytes).await.map(drop)
    }

    async fn words(&self) -> Result<Vec<(WordKind, String, Word)>, Failure> {
        queries::words(&self.pool).await
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
        let task = Task::Intern(kind, word.to_owned());
        match self.ask(task, 1, word.len()).await? {
            Answer::Word(number) => {
                let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
                words.insert(key, number);
                Ok(number)
            }
            other => Err(mistaken(&other)),
        }
    }

    async fn record(&self, kind: RecordKind, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        queries::value(&self.pool, kind, key).await
    }

    async fn records(&self, kind: RecordKind) -> Result<Vec<Record>, Failure> {
        queries::records(&self.pool, kind).await
    }

    async fn records_page(
        &self,
        kind: RecordKind,
        begins: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Record>, Failure> {
        queries::records_page(&self.pool, kind, begins, after, limit).await
    }

    async fn people(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, Failure> {
        queries::people(&self.pool, after, limit).await
    }

    async fn due_items(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, ItemKey)>, Failure> {
        queries::due_items(&self.pool, class, upto, limit).await
    }

    async fn due_people(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, PersonId)>, Failure> {
        queries::due_people(&self.pool, class, upto, limit).await
    }

    async fn count_due(&self, class: Word, upto: Day) -> Result<Vec<(Day, u64)>, Failure> {
        queries::count_due(&self.pool, class, upto).await
    }

    async fn clear_items(&self, items: &[ItemKey]) -> Result<(), Failure> {
        for part in items.chunks(JOB_ROWS_MAX) {
            self.ask(Task::ClearItems(part.to_vec()), part.len(), 0)
                .await?;
        }
        Ok(())
    }

    async fn leftovers(&self, limit: usize) -> Result<(u64, bool), Failure> {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let mut done = 0;
        loop {
            let rows = limit.saturating_sub(done).min(JOB_ROWS_MAX as u64);
            match self.ask(Task::ClearLeftovers(rows), 1, 0).await? {
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
        queries::staged(&self.pool, from, limit).await
    }

    async fn sequenced(&self, below: u64) -> Result<(), Failure> {
        loop {
            let task = Task::MoveToTrail(below, JOB_ENTRIES_MAX);
            match self.ask(task, 1, 0).await? {
                Answer::Moved { left: true, .. } => {}
                Answer::Moved { .. } => return Ok(()),
                other => return Err(mistaken(&other)),
            }
        }
    }

    async fn trail(
        &self,
        person: PersonId,
        below: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, Failure> {
        queries::trail(&self.pool, person, below, limit).await
    }

    async fn figures(&self) -> Result<Figures, Failure> {
        let mut figures = Figures::default();
        for (name, number) in queries::figures(&self.pool).await? {
            if name == schema::PEOPLE {
                figures.people = number;
            } else if let Ok(class) = u32::try_from(name)
                && number > 0
            {
                figures.items_by_class.push((Word(class), number));
            }
        }
        figures.bytes = queries::bytes(&self.pool).await?;
        Ok(figures)
    }

    async fn next_entry(&self) -> Result<u64, Failure> {
        queries::next_entry(&self.pool).await
    }

    async fn copy_rows(
        &self,
        to: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Form, Failure> {
        self.copy_to(to, progress).await.map(|()| Form::Rows)
    }

    async fn check(&self) -> Result<(), Failure> {
        let client = self.maker.bare_patiently().await?;
        check::check(&client).await
    }
}
