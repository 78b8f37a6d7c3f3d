//! What is asked of the table of turns. Each question is one message, and so one transaction and
//! one round trip, and they follow one after the other by a lock of the transaction.

use crate::store::Failure;
use crate::store::postgres::trouble::failure;
use tokio_postgres::{Client, Error, SimpleQueryMessage, SimpleQueryRow};

/// The numbers that stand for a schema's locks. The first of each pair is the schema's; the second
/// is a member's, which is one or more, or one of those below.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Names {
    pub space: i32,
}

/// Held while the table of turns is looked at and changed.
const TURNS: i32 = 0;
/// Held by whoever opens the database, until it is open.
const OPENING: i32 = -1;

/// Members whose connection has ended. An advisory lock of two numbers has `objsubid` 2.
fn gone(names: &Names) -> String {
    let space = names.space.cast_unsigned();
    format!(
        "member.gone = false AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks
            WHERE locktype = 'advisory' AND objsubid = 2 AND granted
                AND classid = {space}::oid AND objid = member.id::oid
                AND database = (SELECT oid FROM pg_catalog.pg_database
                    WHERE datname = pg_catalog.current_database()))"
    )
}

impl Names {
    /// Takes the lock that says that a member is there.
    pub fn lock(&self, member: u64) -> String {
        format!(
            "SELECT pg_catalog.pg_advisory_lock({}, {member})",
            self.space
        )
    }

    /// Waits a moment for a turn at opening the database; whether it came.
    pub async fn open(&self, client: &Client) -> Result<bool, Error> {
        let space = self.space;
        let sql = format!("SELECT pg_catalog.pg_try_advisory_lock({space}, {OPENING})");
        let row = client.query_one(&sql, &[]).await?;
        row.try_get(0)
    }

    /// Gives that turn up.
    pub async fn opened(&self, client: &Client) -> Result<(), Error> {
        let space = self.space;
        let sql = format!("SELECT pg_catalog.pg_advisory_unlock({space}, {OPENING})");
        client.query_one(&sql, &[]).await.map(drop)
    }

    /// How many members are there.
    pub async fn present(&self, client: &Client) -> Result<i64, Error> {
        let gone = gone(self);
        let sql = format!("SELECT count(*) FROM member WHERE gone = false AND NOT ({gone})");
        client.query_one(&sql, &[]).await?.try_get(0)
    }
}

/// What a lock is called, and which hold of it is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    pub name: String,
    /// Nought is the one that is alone; others pass together, several of one server as well.
    pub hold: u64,
}

impl Turn {
    pub fn is_alone(&self) -> bool {
        self.hold == 0
    }
}

/// A question.
pub struct Asked(String);

/// What came of asking for a lock.
pub struct Answered {
    /// Members to be shut out first; nothing was taken then.
    pub gone: Vec<u64>,
    /// Whether it was taken.
    pub taken: bool,
    /// Whether nobody else has it, in whichever way.
    pub is_alone: bool,
    /// Whether whoever asks was not shut out.
    pub is_member: bool,
}

impl Asked {
    fn about(names: &Names, sql: &str) -> Asked {
        let space = names.space;
        Asked(format!(
            "SELECT pg_catalog.pg_advisory_xact_lock({space}, {TURNS}); {sql}"
        ))
    }

    /// Asks for a lock, which nobody may have alone; alone, whoever passes is waited for after.
    pub fn taking(names: &Names, turn: &Turn, member: u64) -> Asked {
        let (gone, Turn { name, hold }) = (gone(names), turn);
        let alone = turn.is_alone();
        let sql = format!(
            "WITH gone AS (SELECT id FROM member WHERE {gone}),
            taken AS (INSERT INTO turn (name, member, hold, alone)
                SELECT '{name}', {member}, {hold}, {alone}
                WHERE NOT EXISTS (SELECT FROM gone)
                    AND EXISTS (SELECT FROM member WHERE id = {member} AND gone = false)
                    AND NOT EXISTS (SELECT FROM turn
                        WHERE name = '{name}' AND member <> {member} AND turn.alone)
                ON CONFLICT (name, member, hold) DO UPDATE SET alone = excluded.alone
                RETURNING 1)
            SELECT (SELECT pg_catalog.string_agg(id::text, ' ') FROM gone),
                EXISTS (SELECT FROM taken),
                NOT EXISTS (SELECT FROM turn WHERE name = '{name}' AND member <> {member}),
                EXISTS (SELECT FROM member WHERE id = {member} AND gone = false)"
        );
        Asked::about(names, &sql)
    }

    /// Gives a lock up.
    pub fn giving_up(names: &Names, turn: &Turn, member: u64) -> Asked {
        let Turn { name, hold } = turn;
        let sql = format!(
            "DELETE FROM turn WHERE name = '{name}' AND member = {member} AND hold = {hold}"
        );
        Asked::about(names, &sql)
    }

    /// Has members write nothing any more, and frees what they had.
    pub fn shutting_out(names: &Names, members: &[u64]) -> Asked {
        let members: Vec<String> = members.iter().map(u64::to_string).collect();
        let members = members.join(", ");
        let sql = format!(
            "SELECT pg_catalog.set_config('synchronous_commit', 'on', true);
            UPDATE member SET gone = true WHERE id IN ({members});
            DELETE FROM turn WHERE member IN ({members})"
        );
        Asked::about(names, &sql)
    }

    /// Asks.
    pub async fn of(&self, client: &Client) -> Result<Vec<SimpleQueryRow>, Error> {
        let told = client.simple_query(&self.0).await?;
        let rows = told.into_iter().filter_map(|it| match it {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// Asks for a lock.
    pub async fn answered(&self, client: &Client) -> Result<Answered, Failure> {
        let rows = self.of(client).await.map_err(|error| failure(&error))?;
        let row = rows.last();
        let column = |at| row.and_then(|row| row.get(at));
        let gone = column(0).unwrap_or_default().split(' ');
        Ok(Answered {
            gone: gone.filter_map(|id| id.parse().ok()).collect(),
            taken: column(1) == Some("t"),
            is_alone: column(2) == Some("t"),
            is_member: column(3) == Some("t"),
        })
    }
}
