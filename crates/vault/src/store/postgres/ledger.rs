//! The ledger's files beside the rows. A step of the sequencer is one transaction that holds only
//! if the checkpoint still is the one it began from: sequencers that overlap, whatever became of
//! their locks, can neither fork the ledger nor leave a gap in it.
//! It signs nothing, and knows of entries only that they stand in files.

use super::connect::Maker;
use super::trouble::{Kind, failure, kind};
use super::{Address, Threads};
use crate::ledger::{CHECKPOINT, Step};
use crate::store::Failure;
use crate::waiting::wait;
use kept_ledger::tile::completed;
use kept_ledger::{TileReader, Unavailable};
use std::sync::{Arc, mpsc};
use tokio::sync::Mutex;
use tokio_postgres::{Client, Error};

/// How often something is asked again whose connection went away.
const TRIES: u32 = 4;
/// How many files one statement takes in.
const FILES_AT_ONCE: usize = 64;

const READ: &str = "SELECT bytes FROM ledger_file WHERE path = $1";
const BEGIN_AT_NOTHING: &str = "INSERT INTO ledger_file (path, bytes) VALUES ($1, $2)
    ON CONFLICT (path) DO NOTHING";
const GO_ON: &str = "UPDATE ledger_file SET bytes = $2 WHERE path = $1 AND bytes = $3";
const PUT: &str = "INSERT INTO ledger_file (path, bytes)
    SELECT * FROM unnest($1::text[], $2::bytea[])
    ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes
    WHERE ledger_file.bytes <> excluded.bytes";
const OUTGROWN: &str = "DELETE FROM ledger_file WHERE path >= $1 || '/' AND path < $1 || '0'";
const CLEAR: &str = "DELETE FROM ledger_file";

/// A ledger in a database.
#[derive(Clone)]
pub struct LedgerTables {
    maker: Arc<Maker>,
    client: Arc<Mutex<Option<Arc<Client>>>>,
    /// Its own threads, where no engine lends it some.
    _threads: Option<Arc<Threads>>,
}

impl LedgerTables {
    pub(super) fn new(maker: Arc<Maker>) -> LedgerTables {
        LedgerTables {
            maker,
            client: Arc::default(),
            _threads: None,
        }
    }

    /// The ledger in a database that is only looked at, whoever holds it meanwhile.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the address is none.
    pub fn look(address: &Address, schema: &str) -> Result<LedgerTables, Failure> {
        let threads = Threads::start(1)?;
        let maker = Arc::new(Maker::new(address, schema, threads.handle()?)?);
        Ok(LedgerTables {
            _threads: Some(Arc::new(threads)),
            ..LedgerTables::new(maker)
        })
    }

    async fn client(&self) -> Result<Arc<Client>, Failure> {
        let mut place = self.client.lock().await;
        match place.as_ref().filter(|client| !client.is_closed()) {
            Some(client) => Ok(Arc::clone(client)),
            None => {
                let client = Arc::new(self.maker.bare_patiently().await?);
                *place = Some(Arc::clone(&client));
                Ok(client)
            }
        }
    }

    /// Does something on the engine's threads, and waits for it.
    fn ask<T, F>(&self, work: impl FnOnce(LedgerTables) -> F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let (tell, told) = mpsc::channel();
        let work = work(self.clone());
        self.maker.spawn(async move {
            // Whoever asked waits until it is told.
            let _ = tell.send(work.await);
        });
        wait(&told).unwrap_or_else(|| {
            let text = "the ledger in the database is being closed";
            Err(Failure::Unavailable(text.to_owned()))
        })
    }

    async fn file(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let mut tries = 0;
        loop {
            let client = self.client().await?;
            let found = client.query_opt(READ, &[&path]).await;
            let found = found.and_then(|row| row.map(|row| row.try_get(0)).transpose());
            tries += 1;
            match found {
                Ok(bytes) => return Ok(bytes),
                Err(error) if kind(&error) == Kind::Gone && tries < TRIES => {}
                Err(error) => return Err(failure(&error)),
            }
        }
    }

    /// Adds what a step leads to; whether the ledger was still where it began. Where that stays
    /// unknown, whoever asked looks at the checkpoint before the next step.
    pub(crate) fn take(&self, step: &Step<'_>) -> Result<bool, Failure> {
        let owned = Owned {
            before: step.before.map(|note| note.as_bytes().to_vec()),
            after: step.after.as_bytes().to_vec(),
            paths: step.files.iter().map(|it| it.path.clone()).collect(),
            bytes: step.files.iter().map(|it| it.bytes.clone()).collect(),
            outgrown: {
                let [before, after] = step.sizes;
                completed(before, after)
                    .map(|it| it.partial_folder())
                    .collect()
            },
        };
        self.ask(|tables| async move {
            let client = tables.client().await?;
            let taken = owned.take(&client).await;
            if !matches!(taken, Ok(true)) {
                // Of a connection that is gone there is nothing to take back.
                let _ = client.batch_execute("ROLLBACK").await;
            }
            taken.map_err(|error| failure(&error))
        })
    }

    /// Stores one file as it is.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let (paths, bytes) = (vec![path.to_owned()], vec![bytes.to_vec()]);
        self.ask(|tables| async move {
            let client = tables.client().await?;
            let put = client.execute(PUT, &[&paths, &bytes]).await;
            put.map(drop).map_err(|error| failure(&error))
        })
    }

    /// Lets go of every file, once they are elsewhere.
    pub fn clear(&self) -> Result<(), Failure> {
        self.ask(|tables| async move {
            let client = tables.client().await?;
            let cleared = client.execute(CLEAR, &[]).await;
            cleared.map(drop).map_err(|error| failure(&error))
        })
    }
}

impl TileReader for LedgerTables {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        let path = path.to_owned();
        let read = self.ask(|tables| async move { tables.file(&path).await });
        read.map_err(|failure| Unavailable::new(failure.to_string()))
    }
}

/// A step, on its way to the engine's threads.
struct Owned {
    before: Option<Vec<u8>>,
    after: Vec<u8>,
    paths: Vec<String>,
    bytes: Vec<Vec<u8>>,
    /// Folders of partial tiles that full ones have outgrown.
    outgrown: Vec<String>,
}

impl Owned {
    async fn take(&self, client: &Client) -> Result<bool, Error> {
        client.batch_execute("BEGIN").await?;
        // The row of the checkpoint is the lock: whoever comes second waits here, and finds it
        // moved.
        let (path, after) = (CHECKPOINT, &self.after);
        let moved = match &self.before {
            None => client.execute(BEGIN_AT_NOTHING, &[&path, after]).await?,
            Some(before) => client.execute(GO_ON, &[&path, after, before]).await?,
        };
        if moved != 1 {
            return Ok(false);
        }
        let parts = self.paths.chunks(FILES_AT_ONCE);
        for (paths, bytes) in parts.zip(self.bytes.chunks(FILES_AT_ONCE)) {
            client.execute(PUT, &[&paths, &bytes]).await?;
        }
        for folder in &self.outgrown {
            client.execute(OUTGROWN, &[folder]).await?;
        }
        client.batch_execute("COMMIT").await?;
        Ok(true)
    }
}
