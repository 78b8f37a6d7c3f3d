//! Moving all rows from one engine to another: copied in steps that a crash does not lose, counted
//! and digested on both sides, and looked through before anybody relies on them.
//! It opens nothing, and changes nothing where the rows come from.

use super::Failure;
use super::postgres::Rows as PostgresRows;
use super::rows::file::Reading;
use super::rows::{End, Pages, Row, Sum, TABLES, Table};
use super::sqlite::Rows as SqliteRows;

/// How far rows have come.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The table, by its place in [`TABLES`].
    pub table: usize,
    /// The key of the last row of it that is stored.
    pub after: Option<Row>,
}

/// How a target stands.
pub enum Begun {
    /// Rows go on from here.
    At(Place),
    /// They are whole, and servers may have opened them since.
    Done,
}

/// What is being done, for whoever watches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Rows are copied.
    Copying,
    /// Rows are digested on both sides.
    Comparing,
    /// What is left behind is told so.
    Leaving,
    /// What was moved is told that it is whole.
    Finishing,
    /// The house is opened where its rows are now.
    Opening,
}

/// Is told how many rows of a step are done, and how many there are.
pub type Watch<'w> = &'w (dyn Fn(Step, u64, u64) + Sync);

/// Where rows come from.
pub enum Source {
    /// A file of the embedded engine.
    Sqlite(SqliteRows),
    /// A database.
    Postgres(PostgresRows),
    /// A backup's file of rows.
    File(Reading),
}

impl Source {
    async fn count(&mut self) -> Result<u64, Failure> {
        let mut count = 0;
        for table in TABLES {
            count += match self {
                Source::Sqlite(rows) => rows.count(table)?,
                Source::Postgres(rows) => rows.count(table).await?,
                Source::File(reading) => {
                    let rows = reading.told()?.rows();
                    reading.rewind()?;
                    return Ok(rows);
                }
            };
        }
        Ok(count)
    }

    async fn page(&mut self, at: usize, table: &Table, pages: &Pages) -> Result<Vec<Row>, Failure> {
        let (after, limit) = (pages.after(), pages.limit());
        match self {
            Source::Sqlite(rows) => rows.page(table, after, limit),
            Source::Postgres(rows) => rows.page(table, after, limit).await,
            Source::File(reading) => reading.page(at, after, limit),
        }
    }

    async fn end(&mut self) -> Result<End, Failure> {
        match self {
            Source::Sqlite(rows) => rows.end(),
            Source::Postgres(rows) => rows.end().await,
            Source::File(reading) => Ok(reading.told()?.end),
        }
    }

    async fn sum(&mut self, tell: &mut (dyn FnMut(u64) + Send)) -> Result<Sum, Failure> {
        let reading = match self {
            Source::Sqlite(rows) => return rows.sum(tell),
            Source::Postgres(rows) => return rows.sum(tell).await,
            Source::File(reading) => reading,
        };
        reading.rewind()?;
        let mut sum = Sum::new();
        for (at, table) in TABLES.iter().enumerate() {
            let mut pages = Pages::default();
            loop {
                let rows = reading.page(at, pages.after(), pages.limit())?;
                if rows.is_empty() {
                    break;
                }
                rows.iter().for_each(|row| sum.add(at, row));
                tell(rows.len() as u64);
                pages.took(table, &rows);
            }
        }
        let told = reading.told()?;
        sum.end = told.end;
        told.must_equal(&sum)?;
        Ok(sum)
    }
}

/// Where rows go.
pub enum Target {
    /// A file of the embedded engine.
    Sqlite(SqliteRows),
    /// A database.
    Postgres(PostgresRows),
}

impl Target {
    /// How far rows have come: nowhere in a target that is empty, somewhere in one that was begun
    /// by the same name for the same house.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it holds anything else.
    pub async fn begin(&mut self, token: &str, house: &str) -> Result<Begun, Failure> {
        match self {
            Target::Sqlite(rows) => rows.begin(token).map(Begun::At),
            Target::Postgres(rows) => rows.begin(token, house).await,
        }
    }

    async fn put(&mut self, at: usize, table: &Table, page: &[Row]) -> Result<(), Failure> {
        match self {
            Target::Sqlite(rows) => rows.put(at, table, page),
            Target::Postgres(rows) => rows.put(at, table, page).await,
        }
    }

    async fn settle(&mut self, end: End) -> Result<(), Failure> {
        match self {
            Target::Sqlite(rows) => rows.settle(end),
            Target::Postgres(rows) => rows.settle(end).await,
        }
    }

    /// What all rows come to; `tell` is told of each page how many rows it has.
    pub async fn sum(&mut self, tell: &mut (dyn FnMut(u64) + Send)) -> Result<Sum, Failure> {
        match self {
            Target::Sqlite(rows) => rows.sum(tell),
            Target::Postgres(rows) => rows.sum(tell).await,
        }
    }

    async fn check(&mut self) -> Result<(), Failure> {
        match self {
            Target::Sqlite(rows) => rows.check(),
            Target::Postgres(rows) => rows.check().await,
        }
    }

    /// Says that the rows are whole. The source has said before that it was left.
    pub async fn finish(self, token: &str) -> Result<(), Failure> {
        match self {
            Target::Sqlite(rows) => rows.finish(),
            Target::Postgres(rows) => rows.finish(token).await,
        }
    }
}

/// Copies all rows from a place on, and sees that both sides come to the same; the answer is what
/// that is. Until [`Target::finish`], nobody opens the target.
///
/// # Errors
/// [`Failure::Unavailable`] where either side does not answer: the same call goes on;
/// [`Failure::Corrupt`], naming the table, where the two differ.
pub async fn carry(
    source: &mut Source,
    target: &mut Target,
    place: Place,
    watch: Watch<'_>,
) -> Result<Sum, Failure> {
    let all = source.count().await?;
    let mut done = 0;
    let Place {
        table: first,
        after,
    } = place;
    let mut pages = Pages::from(after);
    for (at, table) in TABLES.iter().enumerate().skip(first) {
        loop {
            watch(Step::Copying, done, all);
            let rows = source.page(at, table, &pages).await?;
            if rows.is_empty() {
                break;
            }
            target.put(at, table, &rows).await?;
            done += rows.len() as u64;
            pages.took(table, &rows);
        }
        pages = Pages::default();
    }
    let end = source.end().await?;
    target.settle(end).await?;
    let mut compared = 0;
    let mut tell = |rows| {
        compared += rows;
        watch(Step::Comparing, compared, 2 * all);
    };
    let was = source.sum(&mut tell).await?;
    let is = target.sum(&mut tell).await?;
    was.must_equal(&is)?;
    target.check().await?;
    Ok(is)
}
