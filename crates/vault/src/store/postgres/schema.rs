//! The tables: how they are made, brought forward and handed to Citus. It moves no data.
//!
//! Whatever belongs to a person has the person first in its primary key. What belongs to nobody is
//! kept apart by its own key, or is small enough to stand on every node.

use super::trouble::failure;
use crate::store::Failure;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

/// Step `n` brings tables of format `n` to format `n + 1`; an empty schema is of format 0.
pub const STEPS: &[&str] = &[
    "
    CREATE TABLE person (
        person bytea NOT NULL,
        version bigint NOT NULL,
        state bytea NOT NULL,
        PRIMARY KEY (person)
    );
    CREATE TABLE item (
        person bytea NOT NULL,
        field bigint NOT NULL,
        number bigint NOT NULL,
        origin bigint NOT NULL,
        class bigint NOT NULL,
        anchor integer,
        sealed bytea NOT NULL,
        PRIMARY KEY (person, field, number)
    );
    CREATE INDEX item_due ON item (class, anchor, person, field, number) WHERE anchor IS NOT NULL;
    CREATE TABLE identifier (
        hash bytea NOT NULL,
        person bytea NOT NULL,
        PRIMARY KEY (hash)
    );
    CREATE INDEX identifier_person ON identifier (person);
    CREATE TABLE anchor (
        person bytea NOT NULL,
        class bigint NOT NULL,
        day integer NOT NULL,
        PRIMARY KEY (person, class)
    );
    CREATE INDEX anchor_due ON anchor (class, day, person);
    CREATE TABLE staged (
        person bytea NOT NULL,
        seq bigint NOT NULL,
        entry bytea NOT NULL,
        PRIMARY KEY (person, seq)
    );
    CREATE INDEX staged_seq ON staged (seq);
    CREATE TABLE trail (
        person bytea NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (person, seq)
    );
    CREATE TABLE leftover (
        person bytea NOT NULL,
        PRIMARY KEY (person)
    );
    CREATE TABLE record (
        kind smallint NOT NULL,
        key bytea NOT NULL,
        value bytea NOT NULL,
        PRIMARY KEY (kind, key)
    );
    CREATE TABLE word (
        kind smallint NOT NULL,
        text text NOT NULL,
        number bigint NOT NULL,
        PRIMARY KEY (kind, text)
    );
    CREATE UNIQUE INDEX word_number ON word (number);
    CREATE TABLE figure (
        name bigint NOT NULL,
        number bigint NOT NULL,
        PRIMARY KEY (name)
    );
    CREATE TABLE ledger_end (
        one smallint NOT NULL CHECK (one = 1),
        next bigint NOT NULL,
        sequenced bigint NOT NULL,
        fence bigint NOT NULL,
        serial bigint NOT NULL,
        house text,
        PRIMARY KEY (one)
    );
    INSERT INTO ledger_end (one, next, sequenced, fence, serial) VALUES (1, 0, 0, 0, 0);
    CREATE TABLE lease (
        name text NOT NULL,
        holder text,
        until timestamptz,
        PRIMARY KEY (name)
    );
    INSERT INTO lease (name) VALUES ('server');
",
    "
    -- Columns with a value of their own: a server that knows the former format goes on beside this.
    ALTER TABLE ledger_end
        ADD COLUMN IF NOT EXISTS members bigint NOT NULL DEFAULT 0,
        ADD COLUMN IF NOT EXISTS generation bigint NOT NULL DEFAULT 0;
    CREATE TABLE member (
        id bigint NOT NULL,
        serial bigint NOT NULL,
        PRIMARY KEY (id)
    );
",
    "
    CREATE TABLE ledger_file (
        path text COLLATE pg_catalog.\"C\" NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (path)
    );
",
    "
    -- A column with a value of its own: a server that knows the former format goes on beside this.
    ALTER TABLE member ADD COLUMN IF NOT EXISTS gone boolean NOT NULL DEFAULT false;
    CREATE TABLE turn (
        name text NOT NULL,
        member bigint NOT NULL,
        hold bigint NOT NULL,
        alone boolean NOT NULL,
        PRIMARY KEY (name, member, hold)
    );
",
    "
    ALTER TABLE member ADD COLUMN IF NOT EXISTS first bigint NOT NULL DEFAULT 0;
",
];

/// The figure that counts people; classes go by their own numbers, which are not negative.
pub const PEOPLE: i64 = -1;

/// The house that a database belongs to: the name of its ledger.
pub const HOUSE: &str = "SELECT house FROM ledger_end WHERE one = 1";
/// Says which house a database belongs to, where none is said yet.
pub const MOVE_IN: &str = "UPDATE ledger_end SET house = $1 WHERE one = 1 AND house IS NULL";

/// A table as Citus is told of it.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The table.
    pub table: &'static str,
    /// The column that says where a row stands; nothing where every node holds the whole table.
    pub by: Option<&'static str>,
    /// The table whose rows stand beside those of the same key.
    pub beside: Option<&'static str>,
}

const fn spread(
    table: &'static str,
    by: Option<&'static str>,
    beside: Option<&'static str>,
) -> Spread {
    Spread { table, by, beside }
}

/// How every table is spread over the nodes of a distributed engine.
pub const SPREAD: &[Spread] = &[
    spread("person", Some("person"), None),
    spread("item", Some("person"), Some("person")),
    spread("anchor", Some("person"), Some("person")),
    spread("staged", Some("person"), Some("person")),
    spread("trail", Some("person"), Some("person")),
    spread("leftover", Some("person"), Some("person")),
    spread("identifier", Some("hash"), None),
    spread("record", Some("key"), None),
    spread("ledger_file", Some("path"), None),
    spread("word", None, None),
    spread("figure", None, None),
    spread("ledger_end", None, None),
    spread("lease", None, None),
    spread("member", None, None),
    spread("turn", None, None),
];

/// The statements that hand the tables to Citus, to be run once, while no server is.
pub fn citus(schema: &str) -> Vec<String> {
    let statement = |it: &Spread| {
        let table = format!("{schema}.{}", it.table);
        match (it.by, it.beside) {
            (Some(by), Some(beside)) => format!(
                "SELECT create_distributed_table('{table}', '{by}', \
                 colocate_with => '{schema}.{beside}');"
            ),
            (Some(by), None) => format!(
                "SELECT create_distributed_table('{table}', '{by}', colocate_with => 'none');"
            ),
            (None, _) => format!("SELECT create_reference_table('{table}');"),
        }
    };
    SPREAD.iter().map(statement).collect()
}

/// How often making the tables is tried again where others are making them too.
const TRIES: u32 = 20;

/// Makes the tables or brings them forward. Several may try at once; one does it.
pub async fn bring_forward(client: &Client, schema: &str) -> Result<(), Failure> {
    let mut tries = 0;
    loop {
        match try_to_bring_forward(client, schema).await {
            Ok(told) => return told,
            Err(error) => {
                // A transaction that an error ended is still open until it is closed.
                let _ = client.batch_execute("ROLLBACK").await;
                tries += 1;
                let is_race = error.code().is_some_and(|code| {
                    [
                        SqlState::UNIQUE_VIOLATION,
                        SqlState::DUPLICATE_TABLE,
                        SqlState::DUPLICATE_SCHEMA,
                        SqlState::T_R_SERIALIZATION_FAILURE,
                        SqlState::T_R_DEADLOCK_DETECTED,
                    ]
                    .contains(code)
                });
                if !is_race || tries > TRIES {
                    return Err(failure(&error));
                }
            }
        }
    }
}

async fn try_to_bring_forward(
    client: &Client,
    schema: &str,
) -> Result<Result<(), Failure>, tokio_postgres::Error> {
    let found = client
        .query(
            "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'format'",
            &[&schema],
        )
        .await?;
    if found.is_empty() {
        let make = format!(
            "BEGIN; CREATE SCHEMA IF NOT EXISTS \"{schema}\";
             CREATE TABLE \"{schema}\".format (one smallint PRIMARY KEY, format integer NOT NULL);
             INSERT INTO \"{schema}\".format VALUES (1, 0); COMMIT;"
        );
        client.batch_execute(&make).await?;
    }
    client.batch_execute("BEGIN").await?;
    // The row is the lock: whoever comes second waits here, and finds the work done.
    let sql = format!("SELECT format FROM \"{schema}\".format FOR UPDATE");
    let format: i32 = client.query_one(&sql, &[]).await?.try_get(0)?;
    let known = STEPS.len();
    let done = usize::try_from(format).unwrap_or(usize::MAX);
    let Some(steps) = STEPS.get(done..) else {
        client.batch_execute("ROLLBACK").await?;
        return Ok(Err(Failure::Unavailable(format!(
            "the tables in the database have format {format}, this program knows formats up to \
             {known}; use the version that wrote them, or a newer one"
        ))));
    };
    let steps = steps.concat();
    let script = format!("{steps} UPDATE \"{schema}\".format SET format = {known}; COMMIT;");
    client.batch_execute(&script).await?;
    Ok(Ok(()))
}
