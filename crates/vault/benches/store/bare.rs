//! Bare SQLite: a point read without a snapshot held, and group commits of inserts, nothing else.
//! No condition, no version, no count, no order of anything.

use super::Tried;
use kept_vault::store::StoredItem;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Mutex;
use tokio::sync::{mpsc, oneshot};

pub enum Job {
    Log(Vec<u8>),
    Collect {
        person: [u8; 16],
        state: Vec<u8>,
        item: StoredItem,
        entry: Vec<u8>,
    },
}

pub struct Bare {
    queue: mpsc::Sender<(Job, oneshot::Sender<()>)>,
    readers: Vec<Mutex<Connection>>,
}

impl Bare {
    pub fn open(path: &Path) -> Tried<Bare> {
        let writer = connect(path)?;
        writer.pragma_update(None, "cache_size", -(128 << 10))?;
        writer.execute_batch(
            "CREATE TABLE person (person BLOB PRIMARY KEY, state BLOB) WITHOUT ROWID;
            CREATE TABLE item (person BLOB, field INTEGER, number INTEGER, origin INTEGER,
                class INTEGER, anchor INTEGER, sealed BLOB, PRIMARY KEY (person, field, number))
                WITHOUT ROWID;
            CREATE INDEX item_due ON item (class, anchor) WHERE anchor IS NOT NULL;
            CREATE TABLE log (seq INTEGER PRIMARY KEY, entry BLOB);",
        )?;
        let (queue, mut jobs) = mpsc::channel(8192);
        std::thread::spawn(move || work(&writer, &mut jobs).map_err(|error| error.to_string()));
        let readers = (0..4)
            .map(|_| connect(path).map(Mutex::new))
            .collect::<Tried<_>>()?;
        Ok(Bare { queue, readers })
    }

    pub fn read(&self, person: &[u8; 16]) -> Tried<(Vec<u8>, Vec<u8>)> {
        let free = self.readers.iter().find_map(|it| it.try_lock().ok());
        let reader = free.ok_or("no reader is free")?;
        let sql = "SELECT person.state, item.sealed FROM person JOIN item USING (person)
            WHERE person.person = ?1 AND item.field = 1 AND item.number = 1";
        let mut statement = reader.prepare_cached(sql)?;
        Ok(statement.query_row([person], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    pub async fn write(&self, job: Job) -> Tried<()> {
        Ok(self.send(job).await?.await?)
    }

    pub async fn send(&self, job: Job) -> Tried<oneshot::Receiver<()>> {
        let (reply, done) = oneshot::channel();
        self.queue
            .send((job, reply))
            .await
            .map_err(|_| "the writer has ended")?;
        Ok(done)
    }
}

fn connect(path: &Path) -> Tried<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -(32 << 10))?;
    Ok(connection)
}

type Queue = mpsc::Receiver<(Job, oneshot::Sender<()>)>;

fn work(connection: &Connection, queue: &mut Queue) -> Tried<()> {
    let mut log = connection.prepare("INSERT INTO log (entry) VALUES (?1)")?;
    let mut person = connection.prepare("INSERT OR REPLACE INTO person VALUES (?1, ?2)")?;
    let mut insert = connection.prepare("INSERT INTO item VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    while let Some(first) = queue.blocking_recv() {
        let mut waiting = Vec::new();
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut next = Some(first);
        while let Some((job, reply)) = next {
            match job {
                Job::Log(entry) => log.execute([entry])?,
                Job::Collect {
                    person: id,
                    state,
                    item,
                    entry,
                } => {
                    person.execute((id, state))?;
                    let anchor = item.anchor.map(|day| day.0);
                    let (field, origin, class) = (item.field.0, item.origin.0, item.class.0);
                    insert.execute((id, field, item.number, origin, class, anchor, item.sealed))?;
                    log.execute([entry])?
                }
            };
            waiting.push(reply);
            next = if waiting.len() < 1024 {
                queue.try_recv().ok()
            } else {
                None
            };
        }
        connection.execute_batch("COMMIT")?;
        for reply in waiting {
            // Whoever filled the table did not wait.
            let _ = reply.send(());
        }
    }
    Ok(())
}
