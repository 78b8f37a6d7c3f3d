//! Bare PostgreSQL beside which Kept is measured: the same rows of the same bytes in the same
//! tables with the same indexes, groups of the same size sent in one go, and nothing else. It makes
//! no keys, asks no policy, checks no version, and encrypts and hashes nothing.

use super::Trouble;
use super::bare::Job;
use futures::future::try_join_all;
use kept_processing::StoreAddress;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

/// The schema of the bare tables, and that of Kept's while it is measured. Both are dropped.
pub const SCHEMAS: [&str; 2] = ["kept_bench_bare", "kept_bench"];

/// How many jobs one commit takes at most.
const BATCH: usize = 1_024;
/// How many jobs may wait.
const QUEUE: usize = 8_192;
/// Connections that read.
const READERS: usize = 8;

const TABLES: &str = "
    CREATE TABLE person (person bytea PRIMARY KEY, version bigint, state bytea);
    CREATE TABLE item (person bytea, field bigint, number bigint, origin bigint, class bigint,
        anchor integer, sealed bytea, PRIMARY KEY (person, field, number));
    CREATE INDEX item_due ON item (class, anchor, person, field, number)
        WHERE anchor IS NOT NULL;
    CREATE TABLE anchor (person bytea, class bigint, day integer, PRIMARY KEY (person, class));
    CREATE INDEX anchor_due ON anchor (class, day, person);
    CREATE TABLE identifier (hash bytea PRIMARY KEY, person bytea);
    CREATE INDEX identifier_person ON identifier (person);
    CREATE TABLE log (seq bigserial PRIMARY KEY, line bytea);";

const READ: &str = "
    SELECT NULL::bigint, version, NULL::bigint, NULL::bigint, NULL::integer, state
    FROM person WHERE person = $1
    UNION ALL SELECT field, number, origin, class, anchor, sealed
    FROM item WHERE person = $1 AND field = ANY ($2::bigint[])";

const FIND: &str = "SELECT person FROM identifier WHERE hash = $1";

/// What a group puts, one statement for each table.
const PUT: [&str; 5] = [
    "INSERT INTO person (person, version, state)
     SELECT it.person, 1, it.state FROM unnest($1::bytea[], $2::bytea[]) AS it (person, state)
     ON CONFLICT (person) DO UPDATE SET version = person.version + 1, state = excluded.state",
    "INSERT INTO item (person, field, number, origin, class, anchor, sealed)
     SELECT it.person, 1, it.number, 1, 1, CASE WHEN it.number > 1 THEN 20000 END, it.sealed
     FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS it (person, number, sealed)
     ON CONFLICT (person, field, number) DO UPDATE SET sealed = excluded.sealed",
    "INSERT INTO identifier (hash, person) SELECT * FROM unnest($1::bytea[], $2::bytea[])
     ON CONFLICT (hash) DO UPDATE SET person = excluded.person",
    "INSERT INTO anchor (person, class, day) SELECT it.person, 1, 20000
     FROM unnest($1::bytea[]) AS it (person) ON CONFLICT (person, class) DO NOTHING",
    "INSERT INTO log (line) SELECT * FROM unnest($1::bytea[])",
];

type Waiting = (Job, oneshot::Sender<()>);

/// Bare tables with a task that writes.
pub struct Database {
    queue: mpsc::Sender<Waiting>,
    /// Connections, with the statement that reads and the one that finds.
    readers: Vec<(Client, [Statement; 2])>,
    turn: AtomicUsize,
}

/// A connection that uses one of the schemas. It speaks no TLS: what is measured is no network.
async fn connect(address: &StoreAddress, schema: &str) -> Result<Client, Trouble> {
    let (client, connection) = address.config()?.connect(NoTls).await?;
    tokio::spawn(connection);
    client
        .batch_execute(&format!("SET search_path TO {schema}"))
        .await?;
    Ok(client)
}

/// Drops what measuring leaves behind.
pub async fn clear(address: &StoreAddress) -> Result<(), Trouble> {
    let client = connect(address, "public").await?;
    for schema in SCHEMAS {
        let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
        client.batch_execute(&drop).await?;
    }
    Ok(())
}

impl Database {
    /// Makes the tables.
    pub async fn open(address: &StoreAddress) -> Result<Database, Trouble> {
        let [schema, _] = SCHEMAS;
        let writer = connect(address, schema).await?;
        let make = format!("CREATE SCHEMA {schema};{TABLES}");
        writer.batch_execute(&make).await?;
        let mut put = Vec::new();
        for sql in PUT {
            put.push(writer.prepare(sql).await?);
        }
        let mut readers = Vec::new();
        for _ in 0..READERS {
            let reader = connect(address, schema).await?;
            let statements = [reader.prepare(READ).await?, reader.prepare(FIND).await?];
            readers.push((reader, statements));
        }
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(work(writer, put, jobs));
        Ok(Database {
            queue,
            readers,
            turn: AtomicUsize::new(0),
        })
    }

    fn reader(&self) -> Result<&(Client, [Statement; 2]), Trouble> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % READERS;
        Ok(self.readers.get(turn).ok_or("no connection")?)
    }

    /// Reads a person with the items of one field, and answers with how many rows there are.
    pub async fn read(&self, person: &[u8; 16]) -> Result<usize, Trouble> {
        let (client, [read, _]) = self.reader()?;
        let rows = client.query(read, &[&&person[..], &vec![1_i64]]).await?;
        Ok(rows.len())
    }

    /// Whether an identifier is somebody's.
    pub async fn is_known(&self, index: &[u8; 32]) -> Result<bool, Trouble> {
        let (client, [_, find]) = self.reader()?;
        let found = client.query_opt(find, &[&&index[..]]).await?;
        Ok(found.is_some())
    }

    /// Does a job, durably.
    pub async fn write(&self, job: Job) -> Result<(), Trouble> {
        let (done, outcome) = oneshot::channel();
        let sent = self.queue.send((job, done)).await;
        sent.map_err(|_| "the writer has ended")?;
        Ok(outcome.await?)
    }
}

async fn work(client: Client, put: Vec<Statement>, mut jobs: mpsc::Receiver<Waiting>) {
    while let Some(first) = jobs.recv().await {
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(next) = jobs.try_recv()
        {
            batch.push(next);
        }
        // A writer that fails drops its waiters, who then say so.
        if commit(&client, &put, &batch).await.is_err() {
            return;
        }
        for (_, done) in batch {
            let _ = done.send(());
        }
    }
}

async fn commit(client: &Client, put: &[Statement], batch: &[Waiting]) -> Result<(), Trouble> {
    let mut people: std::collections::BTreeMap<&[u8], &[u8]> = Default::default();
    let (mut of, mut numbers, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (mut hashes, mut owners, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for (job, _) in batch {
        let (person, state, number, value, line) = match job {
            Job::Log(line) => {
                lines.push(&line[..]);
                continue;
            }
            Job::Add {
                person,
                number,
                state,
                value,
                line,
            } => (person, state, *number, value, line),
            Job::Insert {
                person,
                state,
                value,
                index,
                line,
            } => {
                hashes.push(&index[..]);
                owners.push(&person[..]);
                (person, state, 1, value, line)
            }
        };
        people.insert(&person[..], &state[..]);
        of.push(&person[..]);
        numbers.push(number);
        values.push(&value[..]);
        lines.push(&line[..]);
    }
    let (people, states): (Vec<&[u8]>, Vec<&[u8]>) = people.into_iter().unzip();
    let given: [Vec<&(dyn ToSql + Sync)>; 5] = [
        vec![&people, &states],
        vec![&of, &numbers, &values],
        vec![&hashes, &owners],
        vec![&owners],
        vec![&lines],
    ];
    let (changed, new) = (people.is_empty(), hashes.is_empty());
    let is_empty = [changed, of.is_empty(), new, new, false];
    let sent = put.iter().zip(&given).zip(is_empty);
    let sent = sent.filter(|(_, is_empty)| !is_empty);
    let sent = try_join_all(sent.map(|((statement, given), _)| client.execute(statement, given)));
    let (begun, put, committed) = futures::join!(
        client.batch_execute("BEGIN"),
        sent,
        client.batch_execute("COMMIT")
    );
    begun?;
    put?;
    Ok(committed?)
}
