//! The rows of a file one after the other, and a new file made of rows: for moving to another
//! engine and back. Nobody else has the file open meanwhile, and nothing of it is opened.

use super::apply::{signed, unsigned};
use super::schema::{self, PEOPLE, SEQUENCED};
use super::trouble::failure;
use super::{check, queries};
use crate::store::lock::Lock;
use crate::store::rows::{End, Kind, Row, Sum, TABLES, Table, Value, decode, encode};
use crate::store::{Failure, moving::Place};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};
use std::path::Path;

/// KiB of pages that the connection keeps in memory.
const CACHE_KIB: u32 = 64 << 10;

/// Remembers how far a file has come that is not yet whole.
const MOVING: &str = "CREATE TABLE IF NOT EXISTS moving (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    token TEXT NOT NULL,
    step INTEGER NOT NULL,
    after BLOB
) STRICT";

/// The rows of one file.
pub struct Rows {
    connection: Connection,
    _lock: Option<Lock>,
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Nothing => ValueRef::Null,
            Value::Number(number) => ValueRef::Integer(*number),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// The columns by which a table is read, in this engine's order, and each as a term of a row's key.
fn order(table: &Table) -> (String, String) {
    if table.name == "trail" {
        let bits = schema::BUCKET_BITS;
        return (
            "bucket, person, seq".to_owned(),
            format!("?2 >> {bits}, ?1, ?2"),
        );
    }
    let names: Vec<&str> = table.key().iter().map(|(name, _)| *name).collect();
    let places: Vec<String> = (1..=table.keys).map(|at| format!("?{at}")).collect();
    (names.join(", "), places.join(", "))
}

/// How a row is stored; what this engine adds follows from the rest.
fn insertion(table: &Table) -> String {
    let mut names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let mut places: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
    match table.name {
        "trail" => {
            names.push("bucket");
            places.push(format!("?2 >> {}", schema::BUCKET_BITS));
        }
        "leftover" => {
            names.push("bucket");
            places.push("0".to_owned());
        }
        _ => {}
    }
    let (names, places) = (names.join(", "), places.join(", "));
    format!("INSERT INTO {} ({names}) VALUES ({places})", table.name)
}

fn read(row: &rusqlite::Row<'_>, table: &Table) -> rusqlite::Result<Row> {
    let read = |(at, (_, kind)): (usize, &(&str, Kind))| {
        Ok(match kind {
            Kind::Number => row.get::<_, Option<i64>>(at)?.map(Value::Number),
            Kind::Bytes | Kind::Whom => row.get::<_, Option<Vec<u8>>>(at)?.map(Value::Bytes),
            Kind::Text => row.get::<_, Option<String>>(at)?.map(Value::Text),
        }
        .unwrap_or(Value::Nothing))
    };
    table.columns.iter().enumerate().map(read).collect()
}

impl Rows {
    /// The rows of a file that is in use, and which nobody else opens meanwhile.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where somebody has it open.
    pub fn of(path: &Path) -> Result<Rows, Failure> {
        let lock = Lock::take(&path.with_file_name("vault.lock"))?;
        let rows = Rows {
            connection: schema::open_writer(path, CACHE_KIB, None)?,
            _lock: Some(lock),
        };
        // What waits in the log goes to the file, so that the file alone is everything.
        rows.empty_log()?;
        Ok(rows)
    }

    /// A file that is made of rows, or goes on being made.
    pub fn to(path: &Path) -> Result<Rows, Failure> {
        let connection = schema::open_writer(path, CACHE_KIB, None)?;
        let rows = Rows {
            connection,
            _lock: None,
        };
        Ok(rows)
    }

    fn empty_log(&self) -> Result<(), Failure> {
        let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = self
            .connection
            .query_row(truncate, [], |row| row.get(0))
            .map_err(failure)?;
        match busy {
            0 => Ok(()),
            _ => Err(Failure::Unavailable(
                "another program holds the file `vault.db`; stop it".to_owned(),
            )),
        }
    }

    /// How many rows a table has.
    pub fn count(&self, table: &Table) -> Result<u64, Failure> {
        let count = format!("SELECT count(*) FROM {}", table.name);
        let count = self.connection.query_row(&count, [], |row| row.get(0));
        count.map(unsigned).map_err(failure)
    }

    /// Rows of a table after one with a key, at most so many.
    pub fn page(
        &self,
        table: &Table,
        after: Option<&[Value]>,
        limit: usize,
    ) -> Result<Vec<Row>, Failure> {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let (names, (by, key)) = (names.join(", "), order(table));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let only = match after {
            Some(_) => format!("WHERE ({by}) > ({key})"),
            None => String::new(),
        };
        let sql = format!(
            "SELECT {names} FROM {} {only} ORDER BY {by} LIMIT {limit}",
            table.name
        );
        let page = || -> rusqlite::Result<Vec<Row>> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            let values = params_from_iter(after.unwrap_or_default());
            statement
                .query_map(values, |row| read(row, table))?
                .collect()
        };
        page().map_err(failure)
    }

    /// Where the numbering of entries stands.
    pub fn end(&self) -> Result<End, Failure> {
        let end = || -> rusqlite::Result<End> {
            let figure = "SELECT number FROM figure WHERE name = ?1";
            let sequenced: Option<i64> = self
                .connection
                .query_row(figure, [SEQUENCED], |row| row.get(0))
                .optional()?;
            Ok(End {
                next: queries::next_entry(&self.connection)?,
                sequenced: unsigned(sequenced.unwrap_or(0)),
            })
        };
        end().map_err(failure)
    }

    /// How far a file has come; it has to be empty, or to be on its way by the same name.
    pub fn begin(&self, token: &str) -> Result<Place, Failure> {
        self.connection.execute_batch(MOVING).map_err(failure)?;
        let found: Option<(String, u32, Option<Vec<u8>>)> = self
            .connection
            .query_row("SELECT token, step, after FROM moving", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()
            .map_err(failure)?;
        if let Some((name, table, after)) = found {
            if name != token {
                return Err(Failure::Unavailable(
                    "the new file of rows is another move's, which was not done: move it away"
                        .to_owned(),
                ));
            }
            return Ok(Place {
                table: usize::try_from(table).unwrap_or(0),
                after: after.and_then(|bytes| decode(&bytes)),
            });
        }
        for table in TABLES {
            if self.count(table)? > 0 {
                return Err(Failure::Unavailable(
                    "the new file of rows is not empty: move it away".to_owned(),
                ));
            }
        }
        let begin = "INSERT INTO moving (one, token, step) VALUES (1, ?1, 0)";
        self.connection.execute(begin, [token]).map_err(failure)?;
        Ok(Place::default())
    }

    /// Stores rows of a table and remembers that they are, in one step.
    pub fn put(&mut self, at: usize, table: &Table, rows: &[Row]) -> Result<(), Failure> {
        let mut put = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction()?;
            {
                let mut statement = transaction.prepare_cached(&insertion(table))?;
                for row in rows {
                    statement.execute(params_from_iter(row))?;
                }
            }
            let after = rows.last().map(|row| {
                let mut bytes = Vec::new();
                encode(table.key_of(row), &mut bytes);
                bytes
            });
            let remember = "UPDATE moving SET step = ?1, after = ?2";
            transaction.execute(remember, (signed(at as u64), after))?;
            transaction.commit()
        };
        put().map_err(failure)
    }

    /// Counts what was put, and says where the numbering of entries goes on.
    pub fn settle(&mut self, end: End) -> Result<(), Failure> {
        let mut settle = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction()?;
            transaction.execute_batch("DELETE FROM figure")?;
            let people = "INSERT INTO figure (name, number) SELECT ?1, count(*) FROM person";
            transaction.execute(people, [PEOPLE])?;
            let items = "INSERT INTO figure (name, number)
                SELECT class, count(*) FROM item GROUP BY class";
            transaction.execute(items, [])?;
            let sequenced = "INSERT INTO figure (name, number) VALUES (?1, ?2)";
            transaction.execute(sequenced, (SEQUENCED, signed(end.sequenced)))?;
            transaction.commit()
        };
        settle().map_err(failure)
    }

    /// Sees that the file hangs together.
    pub fn check(&self) -> Result<(), Failure> {
        check::check(&self.connection)
    }

    /// What all rows come to; `tell` is told of each page how many rows it has.
    pub fn sum(&self, tell: &mut dyn FnMut(u64)) -> Result<Sum, Failure> {
        let mut sum = Sum::new();
        for (at, table) in TABLES.iter().enumerate() {
            let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            let sql = format!("SELECT {} FROM {}", names.join(", "), table.name);
            let mut each = || -> rusqlite::Result<()> {
                let mut statement = self.connection.prepare(&sql)?;
                let mut rows = statement.query([])?;
                let mut told = 0;
                while let Some(row) = rows.next()? {
                    sum.add(at, &read(row, table)?);
                    told += 1;
                    if told % 1_000 == 0 {
                        tell(1_000);
                    }
                }
                tell(told % 1_000);
                Ok(())
            };
            each().map_err(failure)?;
        }
        sum.end = self.end()?;
        Ok(sum)
    }

    /// Says that the file is whole, and closes it: nothing is left beside it.
    pub fn finish(self) -> Result<(), Failure> {
        self.connection
            .execute_batch("DROP TABLE IF EXISTS moving")
            .map_err(failure)?;
        self.empty_log()?;
        self.connection.close().map_err(|(_, error)| failure(error))
    }
}
