//! The keyring in a database of its own, apart from the rows: PostgreSQL 15 and later; it is one
//! [`Shelf`].
//! It opens no key. It cannot overwrite what it destroys where that stands: what PostgreSQL keeps
//! of a deleted row, in its files and logs, is wrapped, and for the operator to bound.
//!
//! Whoever has the keyring holds a lock of the connection that writes, alone or together with
//! those that share it: a lost connection loses the lock, and nothing is written without one.

mod changing;
mod members;
mod statements;

use self::statements::{
    BETWEEN, COUNT, DESTRUCTIONS, IS_NEW, IS_ROWS, LOCK, LOCK_SHARED, PENDING, SETTING, STRAY,
    TURN, WRAPPED, WRAPPING,
};
use super::file::KeyringFile;
use super::place::WRAPPED_LENGTH;
use super::shelf::{
    Change, Changed, Head, Part, Range, Row, STRETCHING, Shelf, Taking, WrappingRow, everywhere,
    from_on,
};
use crate::store::Failure;
use crate::store::postgres::{Address, Kind, Maker, failure, kind};
use crate::waiting::wait;
use kept_terms::PersonId;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row as Found};

/// The schema of the tables.
pub(super) const SCHEMA: &str = "kept_keyring";
/// The format of the tables.
const FORMAT: i32 = 1;
/// Connections that read.
const READERS: usize = 4;
/// How often a lock is asked for: whoever was killed a moment ago may still seem to have it.
const LOCK_TRIES: u32 = 50;
/// How long to wait between two times.
const LOCK_PAUSE: Duration = Duration::from_millis(100);
/// How long to wait before trying to connect again.
const PAUSES_MS: [u64; 8] = [20, 50, 100, 200, 400, 800, 1000, 1500];
/// How often a change is made anew that stood in the way of another, or that had not begun when
/// its connection was found to be gone.
const TRIES: u32 = 8;
/// How many keys are handed over at once.
const PAGE: u32 = 2_000;

/// A keyring in a database.
pub(super) struct Database {
    inner: Arc<Inner>,
    /// Nothing once it is being dropped.
    threads: Option<Runtime>,
}

struct Inner {
    maker: Maker,
    shared: bool,
    /// As which member of those that share it this server destroys keys; nought for none.
    member: AtomicU64,
    writer: Mutex<Option<Arc<Client>>>,
    readers: [Mutex<Option<Arc<Client>>>; READERS],
    turn: AtomicUsize,
}

impl Drop for Database {
    fn drop(&mut self) {
        // The lock goes with its connection.
        if let Some(runtime) = self.threads.take() {
            runtime.shutdown_background();
        }
    }
}

impl Inner {
    /// A connection. Whoever waits for a key is told soon that it cannot be had.
    async fn connect(&self) -> Result<Client, Failure> {
        let mut pauses = PAUSES_MS.iter();
        loop {
            let error = match self.maker.bare().await {
                Ok(client) => return Ok(client),
                Err(error) => error,
            };
            match (kind(&error), pauses.next()) {
                (Kind::Gone | Kind::Again, Some(pause)) => {
                    tokio::time::sleep(Duration::from_millis(*pause)).await;
                }
                _ => return Err(said(error)),
            }
        }
    }

    /// The connection that writes, and that holds the keyring.
    async fn writer<'g>(
        &self,
        place: &'g mut MutexGuard<'_, Option<Arc<Client>>>,
    ) -> Result<&'g Arc<Client>, Failure> {
        let is_good = place.as_ref().is_some_and(|client| !client.is_closed());
        if !is_good {
            let client = self.connect().await?;
            self.take(&client).await?;
            **place = Some(Arc::new(client));
        }
        place.as_ref().ok_or_else(gone)
    }

    /// Takes the keyring with a connection.
    async fn take(&self, client: &Client) -> Result<(), Failure> {
        let lock = if self.shared { LOCK_SHARED } else { LOCK };
        for _ in 0..LOCK_TRIES {
            let row = client.query_one(lock, &[]).await.map_err(said)?;
            if row.try_get(0).map_err(said)? {
                return Ok(());
            }
            tokio::time::sleep(LOCK_PAUSE).await;
        }
        Err(Failure::Unavailable(
            "another server has the keyring's database: stop that one first, or start both with \
             `--shared`"
                .to_owned(),
        ))
    }

    /// Rows of a statement that changes nothing, asked again where the connection went away.
    async fn rows(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Found>, Failure> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % READERS;
        let place = self.readers.get(turn).ok_or_else(gone)?;
        let mut tries = 0;
        loop {
            let client = {
                let mut place = place.lock().await;
                match place.as_ref().filter(|client| !client.is_closed()) {
                    Some(client) => Arc::clone(client),
                    None => {
                        let client = self.connect().await?;
                        Arc::clone(place.insert(Arc::new(client)))
                    }
                }
            };
            match client.query(sql, values).await {
                Ok(rows) => return Ok(rows),
                Err(error) => {
                    tries += 1;
                    if kind(&error) == Kind::Other || tries > TRIES {
                        return Err(said(error));
                    }
                }
            }
        }
    }

    /// Makes a change in one transaction.
    async fn change(&self, changes: &[Change]) -> Result<Changed, Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut place = self.writer.lock().await;
            let client = Arc::clone(self.writer(&mut place).await?);
            let is_new = matches!(changes.first(), Some(Change::Make));
            // Nothing is lost yet where this does not come through.
            let begin = if is_new {
                "BEGIN".to_owned()
            } else {
                format!("BEGIN; {TURN}")
            };
            if let Err(error) = client.batch_execute(&begin).await {
                *place = None;
                match kind(&error) {
                    Kind::Gone | Kind::Again if tries < TRIES => continue,
                    _ => return Err(said(error)),
                }
            }
            let made = async || {
                if !self.may_make(&client, changes).await? {
                    return Ok(None);
                }
                let changed = changing::apply(&client, self.maker.schema(), changes).await?;
                client.batch_execute("COMMIT").await?;
                Ok::<_, Error>(Some(changed))
            };
            let made = made().await;
            let error = match made {
                Ok(Some(changed)) => return Ok(changed),
                Ok(None) => {
                    *place = None;
                    return Err(members::shut_out());
                }
                Err(error) => error,
            };
            // Where nothing can be taken back any more, the connection is of no use.
            if client.batch_execute("ROLLBACK").await.is_err() {
                *place = None;
            }
            if kind(&error) != Kind::Again || tries >= TRIES {
                return Err(said(error));
            }
        }
    }
}

impl Database {
    /// Takes hold of a keyring in a database, alone or together with others that share it.
    pub(super) fn open(address: &Address, schema: &str, shared: bool) -> Result<Database, Failure> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let builder = builder.worker_threads(2).thread_name("keyring");
        let runtime = builder.enable_all().build().map_err(|error| {
            Failure::Unavailable(format!("no threads for the keyring are to be had: {error}"))
        })?;
        let maker = Maker::new(address, schema, runtime.handle().clone()).map_err(of_keyring)?;
        let inner = Arc::new(Inner {
            maker,
            shared,
            member: AtomicU64::new(0),
            writer: Mutex::default(),
            readers: Default::default(),
            turn: AtomicUsize::new(0),
        });
        let database = Database {
            inner,
            threads: Some(runtime),
        };
        database.ask(|inner| async move {
            let mut place = inner.writer.lock().await;
            inner.writer(&mut place).await.map(|_| ())
        })?;
        database.must_be_ours()?;
        Ok(database)
    }

    /// Whether the database holds a keyring of a known format, or nothing, and no rows.
    fn must_be_ours(&self) -> Result<(), Failure> {
        if self.one(IS_ROWS, |row| row.try_get(0))? {
            return Err(Failure::Unavailable(
                "the keyring's database is that of the rows: whoever has a copy of it would have \
                 both; name a database of its own, best on a server of its own"
                    .to_owned(),
            ));
        }
        if self.is_new()? {
            return Ok(());
        }
        match self.one(statements::FORMAT, |row| row.try_get::<_, i32>(0))? {
            FORMAT => Ok(()),
            other => Err(Failure::Unavailable(format!(
                "the keyring in the database has format {other}, and this program knows {FORMAT}: \
                 use the program that made it, or a newer one"
            ))),
        }
    }

    /// Does something on the keyring's own threads, and lets others go on meanwhile on those of
    /// whoever asks.
    fn ask<T, F>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let runtime = self.threads.as_ref().ok_or_else(gone)?;
        let (tell, told) = mpsc::channel();
        let work = work(Arc::clone(&self.inner));
        runtime.spawn(async move {
            // Whoever asked waits until it is told.
            let _ = tell.send(work.await);
        });
        wait(&told).unwrap_or_else(|| Err(gone()))
    }

    /// Reads rows.
    fn rows<T: Send + 'static>(
        &self,
        sql: &'static str,
        values: Vec<Box<dyn ToSql + Sync + Send>>,
        read: fn(&Found) -> Result<T, Error>,
    ) -> Result<Vec<T>, Failure> {
        self.ask(move |inner| async move {
            let values: Vec<&(dyn ToSql + Sync)> = values
                .iter()
                .map(|it| &**it as &(dyn ToSql + Sync))
                .collect();
            let rows = inner.rows(sql, &values).await?;
            rows.iter()
                .map(read)
                .collect::<Result<_, _>>()
                .map_err(said)
        })
    }

    /// Reads the one row that there is.
    fn one<T: Send + 'static>(
        &self,
        sql: &'static str,
        read: fn(&Found) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        self.rows(sql, Vec::new(), read)?.pop().ok_or_else(|| {
            Failure::Corrupt(
                "the keyring in the database has lost a row: restore its backup".into(),
            )
        })
    }

    /// A connection of its own, within a transaction that sees one moment.
    fn moment(&self) -> Result<Arc<Client>, Failure> {
        self.ask(|inner| async move {
            let client = inner.connect().await?;
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            client.batch_execute(begin).await.map_err(said)?;
            Ok(Arc::new(client))
        })
    }

    fn head(&self, client: &Arc<Client>) -> Result<Head, Failure> {
        let client = Arc::clone(client);
        self.ask(move |_| async move { read_head(&client).await.map_err(said) })
    }

    fn page(&self, client: &Arc<Client>, range: Range) -> Result<Vec<Row>, Failure> {
        let client = Arc::clone(client);
        self.ask(move |_| async move {
            let [first, last] = &range;
            let values: [&(dyn ToSql + Sync); 3] = [first, last, &i64::from(PAGE)];
            let rows = client.query(BETWEEN, &values).await.map_err(said)?;
            rows.iter().map(key).collect::<Result<_, _>>().map_err(said)
        })
    }

    /// Takes in a part, within the transaction that was begun.
    fn put_part(&self, client: &Arc<Client>, part: Part) -> Result<(), Failure> {
        let client = Arc::clone(client);
        self.ask(move |_| async move {
            let put = match part {
                Part::Head(head) => changing::put_head(&client, &head).await,
                Part::Keys(keys) => changing::put_keys(&client, &keys).await,
            };
            put.map_err(said)
        })
    }

    fn say(&self, client: &Arc<Client>, text: &'static str) -> Result<(), Failure> {
        let client = Arc::clone(client);
        self.ask(move |_| async move { client.batch_execute(text).await.map_err(said) })
    }
}

impl Shelf for Database {
    fn is_new(&self) -> Result<bool, Failure> {
        self.one(IS_NEW, |row| row.try_get(0))
    }

    fn wrapped(&self, place: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let found = self.rows(WRAPPED, vec![Box::new(place.to_vec())], |row| {
            row.try_get(0)
        });
        Ok(found?.pop())
    }

    fn between(&self, [first, last]: &Range, limit: u32) -> Result<Vec<Row>, Failure> {
        let limit = i64::from(limit);
        let values: Vec<Box<dyn ToSql + Sync + Send>> = vec![
            Box::new(first.clone()),
            Box::new(last.clone()),
            Box::new(limit),
        ];
        self.rows(BETWEEN, values, key)
    }

    fn count(&self, [first, last]: &Range) -> Result<u64, Failure> {
        let values: Vec<Box<dyn ToSql + Sync + Send>> =
            vec![Box::new(first.clone()), Box::new(last.clone())];
        let count = self.rows(COUNT, values, |row| row.try_get::<_, i64>(0))?;
        Ok(count
            .first()
            .and_then(|it| u64::try_from(*it).ok())
            .unwrap_or(0))
    }

    fn is_unused(&self, keys: usize) -> Result<bool, Failure> {
        let count = self.count(&everywhere())?;
        Ok(usize::try_from(count).is_ok_and(|it| it <= keys) && self.destructions()? == 0)
    }

    fn wrapping(&self) -> Result<Vec<WrappingRow>, Failure> {
        self.rows(WRAPPING, Vec::new(), wrapping)
    }

    fn setting(&self, name: &'static str) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self
            .rows(SETTING, vec![Box::new(name)], |row| row.try_get(0))?
            .pop())
    }

    fn destructions(&self) -> Result<u64, Failure> {
        let count = self.one(DESTRUCTIONS, |row| row.try_get::<_, i64>(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn pending(&self) -> Result<Vec<(PersonId, u8)>, Failure> {
        let found = self.rows(PENDING, Vec::new(), |row| {
            Ok((row.try_get::<_, Vec<u8>>(0)?, row.try_get::<_, i16>(1)?))
        })?;
        found.into_iter().map(pending).collect()
    }

    fn change(&self, changes: &[Change]) -> Result<Changed, Failure> {
        let changes = changes.to_vec();
        self.ask(move |inner| async move { inner.change(&changes).await })
    }

    fn act_as(&self, member: u64) {
        self.inner.member.store(member, Ordering::Release);
    }

    fn shut_out(&self, members: &[u64], before: Option<u64>) -> Result<(), Failure> {
        let members = members.to_vec();
        self.ask(move |inner| async move { inner.shut_out(&members, before).await })
    }

    /// Nothing: the database clears its files by itself.
    fn clear(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check(&self) -> Result<(), Failure> {
        let length = i32::try_from(WRAPPED_LENGTH).unwrap_or(0);
        let stray = self.rows(STRAY, vec![Box::new(length)], |row| {
            row.try_get::<_, i64>(0)
        })?;
        match stray.first() {
            Some(0) => Ok(()),
            _ => Err(Failure::Corrupt(
                "the keyring in the database has keys that are none: restore its backup".into(),
            )),
        }
    }

    fn contents(&self, take: Taking<'_>) -> Result<(), Failure> {
        let client = self.moment()?;
        take(Part::Head(self.head(&client)?))?;
        let mut from = Vec::new();
        loop {
            let keys = self.page(&client, from_on(from))?;
            let Some((last, _)) = keys.last() else {
                return self.say(&client, "COMMIT");
            };
            from = last.clone();
            from.push(0);
            take(Part::Keys(keys))?;
        }
    }

    fn fill(&self, from: &dyn Shelf) -> Result<(), Failure> {
        let client = self.ask(|inner| async move {
            let mut place = inner.writer.lock().await;
            let client = Arc::clone(inner.writer(&mut place).await?);
            client.batch_execute("BEGIN").await.map_err(said)?;
            let made = changing::make(&client, inner.maker.schema()).await;
            made.map_err(said).map(|()| client)
        });
        let client = client?;
        let filled = from
            .contents(&mut |part| self.put_part(&client, part))
            .and_then(|()| self.say(&client, "COMMIT"));
        if filled.is_err() {
            // Of a connection that is gone there is nothing to take back.
            let _ = self.say(&client, "ROLLBACK");
        }
        filled
    }

    fn copy_to(&self, part: &Path) -> Result<(), Failure> {
        KeyringFile::open(part)?.fill(self)
    }
}

fn key(row: &Found) -> Result<Row, Error> {
    Ok((row.try_get(0)?, row.try_get(1)?))
}

fn wrapping(row: &Found) -> Result<WrappingRow, Error> {
    Ok(WrappingRow {
        version: u32::try_from(row.try_get::<_, i64>(0)?).unwrap_or(u32::MAX),
        created: row.try_get(1)?,
        root: row.try_get(2)?,
        wrapped: row.try_get(3)?,
    })
}

fn pending((person, what): (Vec<u8>, i16)) -> Result<(PersonId, u8), Failure> {
    let person = person.try_into().ok().map(PersonId);
    person.zip(u8::try_from(what).ok()).ok_or_else(|| {
        Failure::Corrupt(
            "the keyring's journal in the database is damaged: restore its backup".into(),
        )
    })
}

async fn read_head(client: &Client) -> Result<Head, Error> {
    let rows = client.query(WRAPPING, &[]).await?;
    let noted = client.query(PENDING, &[]).await?;
    let noted = noted.iter().map(|row| {
        let person: Vec<u8> = row.try_get(0)?;
        let what: i16 = row.try_get(1)?;
        // What cannot be is nothing's place, and the copy's check says so.
        let person = person.try_into().unwrap_or_default();
        Ok((PersonId(person), u8::try_from(what).unwrap_or(0)))
    });
    let setting = client.query_opt(SETTING, &[&STRETCHING]).await?;
    let count = client.query_one(DESTRUCTIONS, &[]).await?;
    Ok(Head {
        wrapping: rows.iter().map(wrapping).collect::<Result<_, _>>()?,
        pending: noted.collect::<Result<_, Error>>()?,
        stretching: setting.map(|row| row.try_get(0)).transpose()?,
        destructions: u64::try_from(count.try_get::<_, i64>(0)?).unwrap_or(0),
    })
}

/// What an error of the keyring's database amounts to.
fn said(error: Error) -> Failure {
    of_keyring(failure(&error))
}

/// Says that a failure is the keyring's.
fn of_keyring(failure: Failure) -> Failure {
    match failure {
        Failure::Unavailable(text) => {
            Failure::Unavailable(format!("the keyring cannot be had: {text}"))
        }
        Failure::Corrupt(text) => Failure::Corrupt(format!("the keyring: {text}")),
        invalid @ Failure::Invalid(_) => invalid,
    }
}

fn gone() -> Failure {
    Failure::Unavailable("the keyring is being closed".to_owned())
}

#[cfg(test)]
mod tests;
