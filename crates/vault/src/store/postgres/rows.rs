//! The rows of a database one after the other, and a new database made of rows: for moving to
//! another engine and back, and for backing up. It opens nothing of them.
//!
//! A database that is on its way, or that was left, says so in a table of its own, `moving`; no
//! server opens it then.

use super::calls::signed;
use super::connect::Maker;
use super::found::unsigned;
use super::lease::{self, Lease};
use super::statements::Sql;
use super::trouble::{self, failure};
use super::{
    Address, CLOSE_SECONDS, LedgerTables, Options, Postgres, Threads, check, hold, schema,
};
use crate::store::Failure;
use crate::store::moving::{Begun, Place};
use crate::store::rows::{End, Kind, Pages, Row, Sum, TABLES, Table, Value, decode, encode, file};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};

/// Long readings are not cut off.
const PATIENT: &str = "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0;";

const MAKE: &str = "CREATE TABLE IF NOT EXISTS moving (
    one smallint PRIMARY KEY CHECK (one = 1),
    token text NOT NULL,
    state text NOT NULL,
    step bigint NOT NULL,
    after bytea
)";
const IS_THERE: &str = "SELECT to_regclass('moving') IS NOT NULL";
const LOOK: &str = "SELECT token, state, step, after FROM moving WHERE one = 1";
const SET: &str = "INSERT INTO moving (one, token, state, step) VALUES (1, $1, $2, 0)
    ON CONFLICT (one) DO UPDATE SET token = $1, state = $2, step = 0, after = NULL";
const REACH: &str = "UPDATE moving SET step = $1, after = $2 WHERE one = 1";

/// A database that is being filled, that is filled, and that was left for another place.
const COMING: &str = "coming";
const DONE: &str = "done";
const LEFT: &str = "left";

/// A database held for moving, with no server before it.
pub struct Rows {
    client: Client,
    held: Option<Held>,
}

struct Held {
    maker: Arc<Maker>,
    lease: Lease,
    keeper: JoinHandle<()>,
    threads: Threads,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.keeper.abort();
        let Ok(handle) = self.threads.handle() else {
            return;
        };
        let (maker, lease) = (Arc::clone(&self.maker), self.lease.clone());
        let (end, ended) = std::sync::mpsc::channel();
        handle.spawn(async move {
            lease::give_up(&maker, &lease).await;
            let _ = end.send(());
        });
        // Where the database does not answer, the lease runs out by itself.
        let _ = ended.recv_timeout(Duration::from_secs(CLOSE_SECONDS));
    }
}

/// How a database says it stands.
struct State {
    token: String,
    state: String,
    place: Place,
}

async fn state(client: &Client) -> Result<Option<State>, Error> {
    let is_there: bool = client.query_one(IS_THERE, &[]).await?.try_get(0)?;
    if !is_there {
        return Ok(None);
    }
    let Some(row) = client.query_opt(LOOK, &[]).await? else {
        return Ok(None);
    };
    let after: Option<Vec<u8>> = row.try_get(3)?;
    let step: i64 = row.try_get(2)?;
    Ok(Some(State {
        token: row.try_get(0)?,
        state: row.try_get(1)?,
        place: Place {
            table: usize::try_from(step).unwrap_or(0),
            after: after.and_then(|bytes| decode(&bytes)),
        },
    }))
}

/// Refuses a database whose rows are on their way, or were left for another place.
pub async fn must_be_settled(client: &Client) -> Result<(), Failure> {
    let state = state(client).await.map_err(|error| failure(&error))?;
    let text = match state.as_ref().map(|it| it.state.as_str()) {
        None | Some(DONE) => return Ok(()),
        Some(COMING) => {
            "the rows in the database are not whole: a move or a restore into it is not done; run \
             it again, which goes on with it"
        }
        Some(_) => {
            "the rows in the database were moved to a data folder, and live there now: name no \
             database, or drop its schema if nobody needs these rows any more"
        }
    };
    Err(Failure::Unavailable(text.to_owned()))
}

/// One column of some rows, as PostgreSQL takes it.
fn column(rows: &[Row], at: usize, kind: Kind) -> Box<dyn ToSql + Sync + Send + '_> {
    let values = rows.iter().map(move |row| row.get(at));
    match kind {
        Kind::Number => Box::new(
            values
                .map(|value| match value {
                    Some(Value::Number(number)) => Some(*number),
                    _ => None,
                })
                .collect::<Vec<Option<i64>>>(),
        ),
        Kind::Bytes | Kind::Whom => Box::new(
            values
                .map(|value| match value {
                    Some(Value::Bytes(bytes)) => Some(bytes.as_slice()),
                    _ => (kind == Kind::Whom).then_some(&[][..]),
                })
                .collect::<Vec<Option<&[u8]>>>(),
        ),
        Kind::Text => Box::new(
            values
                .map(|value| match value {
                    Some(Value::Text(text)) => Some(text.as_str()),
                    _ => None,
                })
                .collect::<Vec<Option<&str>>>(),
        ),
    }
}

fn insertion(table: &Table) -> String {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let place = |(at, (_, kind)): (usize, &(&str, Kind))| {
        let kind = match kind {
            Kind::Number => "bigint",
            Kind::Bytes | Kind::Whom => "bytea",
            Kind::Text => "text",
        };
        format!("${}::{kind}[]", at + 1)
    };
    let places: Vec<String> = table.columns.iter().enumerate().map(place).collect();
    format!(
        "INSERT INTO {} ({}) SELECT * FROM unnest({})",
        table.name,
        names.join(", "),
        places.join(", ")
    )
}

fn selection(table: &Table, is_first: bool) -> String {
    let shown = |(name, kind): &(&str, Kind)| match kind {
        Kind::Number => format!("{name}::bigint"),
        Kind::Bytes | Kind::Whom | Kind::Text => (*name).to_owned(),
    };
    let shown: Vec<String> = table.columns.iter().map(shown).collect();
    let by: Vec<&str> = table.key().iter().map(|(name, _)| *name).collect();
    let by = by.join(", ");
    let only = match is_first {
        true => String::new(),
        false => {
            let place = |(at, (_, kind)): (usize, &(&str, Kind))| match kind {
                Kind::Number => format!("${}::bigint", at + 2),
                Kind::Bytes | Kind::Whom | Kind::Text => format!("${}", at + 2),
            };
            let places: Vec<String> = table.key().iter().enumerate().map(place).collect();
            format!("WHERE ({by}) > ({})", places.join(", "))
        }
    };
    let shown = shown.join(", ");
    format!(
        "SELECT {shown} FROM {} {only} ORDER BY {by} LIMIT $1",
        table.name
    )
}

fn read(row: &tokio_postgres::Row, table: &Table) -> Result<Row, Error> {
    let read = |(at, (_, kind)): (usize, &(&str, Kind))| {
        Ok(match kind {
            Kind::Number => row.try_get::<_, Option<i64>>(at)?.map(Value::Number),
            Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Bytes),
            Kind::Whom => row
                .try_get::<_, Option<Vec<u8>>>(at)?
                .filter(|bytes| !bytes.is_empty())
                .map(Value::Bytes),
            Kind::Text => row.try_get::<_, Option<String>>(at)?.map(Value::Text),
        }
        .unwrap_or(Value::Nothing))
    };
    table.columns.iter().enumerate().map(read).collect()
}

impl Rows {
    /// Holds a database against every server, and looks at its rows as of one moment.
    ///
    /// # Errors
    /// As [`Postgres::open`].
    pub async fn hold(address: &Address, options: &Options) -> Result<Rows, Failure> {
        let (threads, maker, lease) = hold(address, options, false).await?;
        let keeper = lease::keep(
            Arc::clone(&maker),
            lease.clone(),
            Arc::new(AtomicBool::new(false)),
        );
        let keeper = threads.handle()?.spawn(keeper);
        let client = maker.bare_patiently().await?;
        let held = Some(Held {
            maker,
            lease,
            keeper,
            threads,
        });
        let rows = Rows { client, held };
        rows.say(PATIENT).await?;
        Ok(rows)
    }

    /// The ledger that stands beside the rows, be there one or not; nothing of rows that are only
    /// looked at.
    pub fn ledger(&self) -> Option<LedgerTables> {
        let held = self.held.as_ref()?;
        Some(LedgerTables::new(Arc::clone(&held.maker)))
    }

    async fn say(&self, sql: &str) -> Result<(), Failure> {
        let said = self.client.batch_execute(sql).await;
        said.map_err(|error| failure(&error))
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &Table) -> Result<u64, Failure> {
        let count = format!("SELECT count(*) FROM {}", table.name);
        let count = self.client.query_one(&count, &[]).await;
        let count: Result<i64, Error> = count.and_then(|row| row.try_get(0));
        count.map(unsigned).map_err(|error| failure(&error))
    }

    /// Rows of a table after one with a key, at most so many.
    pub async fn page(
        &self,
        table: &Table,
        after: Option<&[Value]>,
        limit: usize,
    ) -> Result<Vec<Row>, Failure> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let key = [after.unwrap_or_default().to_vec()];
        let owned: Vec<Box<dyn ToSql + Sync + Send>> = table
            .key()
            .iter()
            .zip(key.concat())
            .map(|(_, value)| -> Box<dyn ToSql + Sync + Send> {
                match value {
                    Value::Nothing => Box::new(None::<i64>),
                    Value::Number(number) => Box::new(number),
                    Value::Bytes(bytes) => Box::new(bytes),
                    Value::Text(text) => Box::new(text),
                }
            })
            .collect();
        let mut values: Vec<&(dyn ToSql + Sync)> = vec![&limit];
        values.extend(owned.iter().map(|it| &**it as &(dyn ToSql + Sync)));
        let sql = selection(table, after.is_none());
        let rows = self.client.query(&sql, &values).await;
        let rows = rows.and_then(|rows| rows.iter().map(|row| read(row, table)).collect());
        rows.map_err(|error| failure(&error))
    }

    /// Where the numbering of entries stands.
    pub async fn end(&self) -> Result<End, Failure> {
        let sql = "SELECT next, sequenced FROM ledger_end WHERE one = 1";
        let ask = async || {
            let row = self.client.query_one(sql, &[]).await?;
            Ok(End {
                next: unsigned(row.try_get(0)?),
                sequenced: unsigned(row.try_get(1)?),
            })
        };
        ask().await.map_err(|error| failure(&error))
    }

    /// How far the database has come; it has to be empty, or to be on its way by the same name to
    /// the same house.
    pub async fn begin(&self, token: &str, house: &str) -> Result<Begun, Failure> {
        let state = state(&self.client).await.map_err(|error| failure(&error))?;
        if let Some(State {
            token: of,
            state,
            place,
        }) = state
        {
            match state.as_str() {
                COMING if of == token => return Ok(Begun::At(place)),
                DONE if of == token => return Ok(Begun::Done),
                DONE => {}
                _ => {
                    return Err(Failure::Unavailable(
                        "the database holds what another move or restore has left: go on with \
                         that one, name another database, or drop its schema if nobody needs it"
                            .to_owned(),
                    ));
                }
            }
        }
        self.must_be_empty().await?;
        let claimed = self.client.execute(schema::MOVE_IN, &[&house]).await;
        claimed.map_err(|error| failure(&error))?;
        self.must_be_of(house).await?;
        self.say(MAKE).await?;
        self.set(token, COMING).await?;
        Ok(Begun::At(Place::default()))
    }

    /// Refuses the database of another house.
    pub async fn must_be_of(&self, house: &str) -> Result<(), Failure> {
        let found = self.client.query_one(schema::HOUSE, &[]).await;
        let found: Result<Option<String>, Error> = found.and_then(|row| row.try_get(0));
        match found.map_err(|error| failure(&error))?.as_deref() == Some(house) {
            true => Ok(()),
            false => Err(Failure::Unavailable(
                "the database belongs to another house: name the right one".to_owned(),
            )),
        }
    }

    /// Refuses a database that holds something.
    pub async fn must_be_empty(&self) -> Result<(), Failure> {
        for table in TABLES {
            if self.count(table).await? > 0 {
                return Err(Failure::Unavailable(format!(
                    "the database is not empty: it has rows of `{}`; name another database, or \
                     drop its schema if nobody needs them",
                    table.name
                )));
            }
        }
        match self.end().await? == End::default() {
            true => Ok(()),
            false => Err(Failure::Unavailable(
                "the database has numbered entries of a ledger: name another database".to_owned(),
            )),
        }
    }

    /// Refuses a database that holds something, or has a ledger.
    pub async fn must_be_unused(&self) -> Result<(), Failure> {
        self.must_be_empty().await?;
        let found = self.client.query("SELECT 1 FROM ledger_file LIMIT 1", &[]);
        match found.await {
            Ok(rows) if rows.is_empty() => Ok(()),
            Ok(_) => Err(Failure::Unavailable(
                "the database has files of a ledger: name another database, or drop its schema if \
                 nobody needs them"
                    .to_owned(),
            )),
            Err(error) => Err(failure(&error)),
        }
    }

    async fn set(&self, token: &str, state: &str) -> Result<(), Failure> {
        let set = self.client.execute(SET, &[&token, &state]).await;
        set.map(drop).map_err(|error| failure(&error))
    }

    /// Stores rows of a table and remembers that they are, in one step, while nobody has taken the
    /// database over.
    pub async fn put(&self, at: usize, table: &Table, rows: &[Row]) -> Result<(), Failure> {
        let values: Vec<_> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, (_, kind))| column(rows, at, *kind))
            .collect();
        let values: Vec<&(dyn ToSql + Sync)> = values
            .iter()
            .map(|it| &**it as &(dyn ToSql + Sync))
            .collect();
        let after = rows.last().map(|row| {
            let mut bytes = Vec::new();
            encode(table.key_of(row), &mut bytes);
            bytes
        });
        let put = async || {
            self.client.batch_execute("BEGIN").await?;
            self.guard().await?;
            self.client.execute(&insertion(table), &values).await?;
            let step = signed(at as u64);
            self.client.execute(REACH, &[&step, &after]).await?;
            self.client.batch_execute("COMMIT").await
        };
        self.told(put().await).await
    }

    async fn guard(&self) -> Result<(), Error> {
        let Some(held) = &self.held else {
            return Ok(());
        };
        let fence = signed(held.lease.opening.fence);
        self.client
            .query(Sql::Fence.text(), &[&fence])
            .await
            .map(drop)
    }

    /// Takes a transaction back that came to nothing.
    async fn told(&self, done: Result<(), Error>) -> Result<(), Failure> {
        let Err(error) = done else {
            return Ok(());
        };
        let _ = self.client.batch_execute("ROLLBACK").await;
        Err(match trouble::kind(&error) {
            trouble::Kind::Replaced => trouble::replaced(),
            _ => failure(&error),
        })
    }

    /// Counts what was put, and says where the numbering of entries goes on.
    pub async fn settle(&self, end: End) -> Result<(), Failure> {
        let settle = async || {
            self.client.batch_execute("BEGIN").await?;
            self.guard().await?;
            self.client
                .batch_execute(
                    "DELETE FROM figure;
                    INSERT INTO figure (name, number) SELECT -1, count(*) FROM person;
                    INSERT INTO figure (name, number)
                    SELECT class, count(*) FROM item GROUP BY class;",
                )
                .await?;
            let set = "UPDATE ledger_end SET next = $1, sequenced = $2 WHERE one = 1";
            let (next, sequenced) = (signed(end.next), signed(end.sequenced));
            self.client.execute(set, &[&next, &sequenced]).await?;
            self.client.batch_execute("COMMIT").await
        };
        self.told(settle().await).await
    }

    /// Sees that the rows hang together.
    pub async fn check(&self) -> Result<(), Failure> {
        let checked = check::check(&self.client).await;
        self.say("SET enable_seqscan TO off").await?;
        checked
    }

    /// Says that the rows are whole; servers may open the database.
    pub async fn finish(&self, token: &str) -> Result<(), Failure> {
        self.set(token, DONE).await
    }

    /// Says that the rows were left for another place; no server opens the database any more.
    pub async fn leave(&self, token: &str) -> Result<(), Failure> {
        self.say(MAKE).await?;
        self.set(token, LEFT).await
    }

    /// Whether the rows were left for another place by a move of this name.
    pub async fn was_left(&self, token: &str) -> Result<bool, Failure> {
        let state = state(&self.client).await.map_err(|error| failure(&error))?;
        Ok(state.is_some_and(|it| it.state == LEFT && it.token == token))
    }

    /// The next page of a table; nothing at its end.
    async fn next(&self, table: &Table, pages: &mut Pages) -> Result<Option<Vec<Row>>, Failure> {
        let rows = self.page(table, pages.after(), pages.limit()).await?;
        pages.took(table, &rows);
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }

    /// What all rows come to; `tell` is told of each page how many rows it has.
    pub async fn sum(&self, tell: &mut (dyn FnMut(u64) + Send)) -> Result<Sum, Failure> {
        let mut sum = Sum::new();
        for (at, table) in TABLES.iter().enumerate() {
            let mut pages = Pages::default();
            while let Some(rows) = self.next(table, &mut pages).await? {
                rows.iter().for_each(|row| sum.add(at, row));
                tell(rows.len() as u64);
            }
        }
        sum.end = self.end().await?;
        Ok(sum)
    }
}

impl Postgres {
    /// Writes all rows as of one moment to a file of rows, while everything goes on.
    pub(super) async fn copy_to(
        &self,
        to: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), Failure> {
        let client = self.maker.bare_patiently().await?;
        check::check(&client).await?;
        let rows = Rows { client, held: None };
        rows.say(PATIENT).await?;
        rows.say("SET enable_seqscan TO off; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let (mut done, mut all) = (0, 0);
        for table in TABLES {
            all += rows.count(table).await?;
        }
        let mut writing = file::Writing::begin(to)?;
        for (at, table) in TABLES.iter().enumerate() {
            let mut pages = Pages::default();
            while let Some(page) = rows.next(table, &mut pages).await? {
                writing.rows(at, &page)?;
                done += page.len() as u64;
                progress(done, all);
            }
        }
        writing.finish(rows.end().await?)?;
        rows.say("COMMIT").await
    }
}
