//! The tables of the keyring's file, statement by statement.
//! It holds no connection and decides nothing.

use super::{APPLICATION_ID, FORMAT_VERSION, failed};
use crate::keyring::place::WRAPPED_LENGTH;
use crate::keyring::shelf::{Change, Changed, Head, Row, STRETCHING, WrappingRow};
use crate::store::Failure;
use kept_terms::PersonId;
use rusqlite::{Connection, OptionalExtension, params};

const SCHEMA: &str = "
    CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE wrapping (
        version INTEGER PRIMARY KEY, created INTEGER NOT NULL, root BLOB NOT NULL, wrapped BLOB NOT NULL
    );
    CREATE TABLE slot (number INTEGER PRIMARY KEY, wrapped BLOB NOT NULL);
    CREATE TABLE free (number INTEGER PRIMARY KEY);
    CREATE TABLE key (place BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE pending (person BLOB PRIMARY KEY, what INTEGER NOT NULL) WITHOUT ROWID;
";

/// What stands in a slot that holds no key.
pub(super) const EMPTY_SLOT: [u8; WRAPPED_LENGTH] = [0; WRAPPED_LENGTH];

/// The setting that counts how often keys were destroyed.
const DESTRUCTIONS: &str = "destructions";

/// Makes the tables, within the transaction that fills them.
pub(super) fn make_tables(connection: &Connection) -> Result<(), Failure> {
    connection.execute_batch(SCHEMA).map_err(failed)?;
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(failed)?;
    connection
        .pragma_update(None, "user_version", FORMAT_VERSION)
        .map_err(failed)
}

/// Does one thing of a change, within its transaction.
pub(super) fn apply<'c>(
    connection: &'c Connection,
    slots: &mut Option<Slots<'c>>,
    change: &Change,
    changed: &mut Changed,
) -> Result<(), Failure> {
    match change {
        Change::Make => make_tables(connection),
        Change::Put {
            place,
            wrapped,
            beside,
            created,
        } => {
            let slots = match slots {
                Some(slots) => slots,
                None => slots.insert(Slots::of(connection).map_err(failed)?),
            };
            let may = match beside {
                Some(beside) => self::wrapped(connection, beside).map_err(failed)?.is_some(),
                None => true,
            };
            let put = may && slots.put(place, wrapped).map_err(failed)?;
            if let (true, Some(person)) = (put, created) {
                // The first of what may be pending.
                note(connection, *person, 1).map_err(failed)?;
            }
            changed.put.push(put);
            Ok(())
        }
        Change::Replace { place, wrapped } => replace(connection, place, wrapped).map_err(failed),
        Change::Destroy(range) => {
            let destroyed = destroy(connection, range).map_err(failed)?;
            // A slot may have come free.
            *slots = None;
            changed.destroyed.extend(destroyed);
            Ok(())
        }
        Change::CountDestruction => {
            let count = destructions(connection)?.saturating_add(1).to_be_bytes();
            set(connection, DESTRUCTIONS, Some(&count)).map_err(failed)
        }
        Change::Note(person, what) => note(connection, *person, *what).map_err(failed),
        Change::Settle(person, what) => settle(connection, *person, *what).map_err(failed),
        Change::Set(name, value) => set(connection, name, value.as_deref()).map_err(failed),
        Change::PutWrapping(row) => put_wrapping(connection, row).map_err(failed),
        Change::DropWrapping(below) => drop_wrapping(connection, *below).map_err(failed),
    }
}

/// Writes all but the keys.
pub(super) fn put_head(connection: &Connection, head: &Head) -> Result<(), rusqlite::Error> {
    for row in &head.wrapping {
        put_wrapping(connection, row)?;
    }
    for (person, what) in &head.pending {
        note(connection, *person, *what)?;
    }
    set(connection, STRETCHING, head.stretching.as_deref())?;
    let count = head.destructions.to_be_bytes();
    set(connection, DESTRUCTIONS, Some(&count))
}

/// How often keys were destroyed.
pub(super) fn destructions(connection: &Connection) -> Result<u64, Failure> {
    let bytes = setting(connection, DESTRUCTIONS).map_err(failed)?;
    match bytes.as_deref().map(<[u8; 8]>::try_from) {
        None => Ok(0),
        Some(Ok(bytes)) => Ok(u64::from_be_bytes(bytes)),
        Some(Err(_)) => Err(Failure::Corrupt(
            "the keyring's count of destructions is damaged: restore the keyring's backup".into(),
        )),
    }
}

/// Says that something is pending for a person; the later replaces the earlier.
fn note(connection: &Connection, person: PersonId, what: u8) -> Result<(), rusqlite::Error> {
    let insert = "INSERT OR REPLACE INTO pending (person, what) VALUES (?1, ?2)";
    let mut statement = connection.prepare_cached(insert)?;
    statement.execute(params![person.0, what]).map(|_| ())
}

fn settle(connection: &Connection, person: PersonId, what: u8) -> Result<(), rusqlite::Error> {
    let delete = "DELETE FROM pending WHERE person = ?1 AND what = ?2";
    let mut statement = connection.prepare_cached(delete)?;
    statement.execute(params![person.0, what]).map(|_| ())
}

/// Everybody who is pending, in order.
pub(super) fn read_pending(
    connection: &Connection,
) -> Result<Vec<(PersonId, u8)>, rusqlite::Error> {
    let query = "SELECT person, what FROM pending ORDER BY person";
    let mut statement = connection.prepare_cached(query)?;
    let rows = statement.query_map([], |row| Ok((PersonId(row.get(0)?), row.get(1)?)))?;
    rows.collect()
}

/// The wrapping keys, oldest first.
pub(super) fn wrapping_rows(connection: &Connection) -> Result<Vec<WrappingRow>, rusqlite::Error> {
    let query = "SELECT version, created, root, wrapped FROM wrapping ORDER BY version";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| {
        Ok(WrappingRow {
            version: row.get(0)?,
            created: row.get(1)?,
            root: row.get(2)?,
            wrapped: row.get(3)?,
        })
    })?;
    rows.collect()
}

fn put_wrapping(connection: &Connection, row: &WrappingRow) -> Result<(), rusqlite::Error> {
    let insert = "INSERT INTO wrapping (version, created, root, wrapped) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (version) DO UPDATE SET root = excluded.root, wrapped = excluded.wrapped";
    let values = params![row.version, row.created, row.root, row.wrapped];
    connection.execute(insert, values).map(|_| ())
}

fn drop_wrapping(connection: &Connection, below: u32) -> Result<(), rusqlite::Error> {
    // Overwritten first, so that the page keeps nothing even in its gaps.
    let old = "UPDATE wrapping SET wrapped = zeroblob(length(wrapped)) WHERE version < ?1";
    connection.execute(old, [below])?;
    connection.execute("DELETE FROM wrapping WHERE version < ?1", [below])?;
    Ok(())
}

/// Names what is wrong with the file as a file, and with its slots.
pub(super) fn check_structure(connection: &Connection) -> Result<(), Failure> {
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(failed)?;
    if found != "ok" {
        return Err(Failure::Corrupt(format!(
            "the keyring's file is damaged ({found}): restore its backup"
        )));
    }
    // Every slot is a key's or free, and what is free is empty.
    let count = "SELECT
        (SELECT count(*) FROM slot) - (SELECT count(*) FROM key) - (SELECT count(*) FROM free),
        (SELECT count(*) FROM free JOIN slot USING (number) WHERE wrapped != ?1),
        (SELECT count(*) FROM key) - (SELECT count(DISTINCT slot) FROM key)";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let (stray, full, shared): (i64, i64, i64) = connection
        .query_row(count, [EMPTY_SLOT], row)
        .map_err(failed)?;
    if (stray, full, shared) != (0, 0, 0) {
        return Err(Failure::Corrupt(format!(
            "the keyring's slots do not tally ({stray} stray, {full} not empty, {shared} shared): \
             restore its backup"
        )));
    }
    Ok(())
}

/// The wrapped key of one place.
pub(super) fn wrapped(
    connection: &Connection,
    place: &[u8],
) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    let query = "SELECT wrapped FROM key JOIN slot ON slot.number = key.slot WHERE place = ?1";
    let mut statement = connection.prepare_cached(query)?;
    statement.query_row([place], |row| row.get(0)).optional()
}

/// The wrapped keys from one place to another, at most so many.
pub(super) fn wrapped_between(
    connection: &Connection,
    [first, last]: &[Vec<u8>; 2],
    limit: u32,
) -> Result<Vec<Row>, rusqlite::Error> {
    let query = "SELECT place, wrapped FROM key LEFT JOIN slot ON slot.number = key.slot
        WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT ?3";
    let mut statement = connection.prepare_cached(query)?;
    let row = |row: &rusqlite::Row<'_>| {
        Ok((
            row.get(0)?,
            row.get::<_, Option<Vec<u8>>>(1)?.unwrap_or_default(),
        ))
    };
    statement
        .query_map(params![first, last, limit], row)?
        .collect()
}

/// How many keys there are from one place to another.
pub(super) fn count_between(
    connection: &Connection,
    [first, last]: &[Vec<u8>; 2],
) -> Result<i64, rusqlite::Error> {
    let query = "SELECT count(*) FROM key WHERE place BETWEEN ?1 AND ?2";
    let mut statement = connection.prepare_cached(query)?;
    statement.query_row(params![first, last], |row| row.get(0))
}

/// Gives out slots within one transaction. It looks for the end of the slots once, and no longer
/// for a free one once there was none.
pub(super) struct Slots<'c> {
    connection: &'c Connection,
    may_be_free: bool,
    /// The number after the last slot.
    next: i64,
}

impl<'c> Slots<'c> {
    /// The slots as they are in the transaction that has begun.
    pub(super) fn of(connection: &'c Connection) -> Result<Slots<'c>, rusqlite::Error> {
        let last = "SELECT coalesce(max(number), 0) + 1 FROM slot";
        let next = connection
            .prepare_cached(last)?
            .query_row([], |row| row.get(0))?;
        Ok(Slots {
            connection,
            may_be_free: true,
            next,
        })
    }

    /// Writes a wrapped key for a place, into a free slot or a new one; where the place has a key
    /// already it stays as it is, and the answer is no.
    pub(super) fn put(&mut self, place: &[u8], wrapped: &[u8]) -> Result<bool, rusqlite::Error> {
        let free = self.free()?;
        let slot = free.unwrap_or(self.next);
        let key = "INSERT INTO key (place, slot) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let mut key = self.connection.prepare_cached(key)?;
        if key.execute(params![place, slot])? == 0 {
            return Ok(false);
        }
        if free.is_some() {
            self.connection
                .prepare_cached("DELETE FROM free WHERE number = ?1")?
                .execute([slot])?;
            overwrite(self.connection, slot, wrapped)?;
        } else {
            self.connection
                .prepare_cached("INSERT INTO slot (number, wrapped) VALUES (?1, ?2)")?
                .execute(params![slot, wrapped])?;
            self.next += 1;
        }
        Ok(true)
    }

    fn free(&mut self) -> Result<Option<i64>, rusqlite::Error> {
        if !self.may_be_free {
            return Ok(None);
        }
        let free = self
            .connection
            .prepare_cached("SELECT number FROM free LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        self.may_be_free = free.is_some();
        Ok(free)
    }
}

/// Overwrites a slot where it stands.
fn overwrite(connection: &Connection, slot: i64, wrapped: &[u8]) -> Result<(), rusqlite::Error> {
    let update = "UPDATE slot SET wrapped = ?2 WHERE number = ?1";
    connection
        .prepare_cached(update)?
        .execute(params![slot, wrapped])?;
    Ok(())
}

/// Overwrites the wrapped key of a place with another.
fn replace(connection: &Connection, place: &[u8], wrapped: &[u8]) -> Result<(), rusqlite::Error> {
    let update = "UPDATE slot SET wrapped = ?2
        WHERE number = (SELECT slot FROM key WHERE place = ?1)";
    connection
        .prepare_cached(update)?
        .execute(params![place, wrapped])?;
    Ok(())
}

/// Empties the slots of all keys from one place to another; the answer is their places.
fn destroy(
    connection: &Connection,
    [first, last]: &[Vec<u8>; 2],
) -> Result<Vec<Vec<u8>>, rusqlite::Error> {
    let query = "SELECT place, slot FROM key WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
    let found: Vec<(Vec<u8>, i64)> = connection
        .prepare_cached(query)?
        .query_map(params![first, last], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut places = Vec::with_capacity(found.len());
    for (place, slot) in found {
        overwrite(connection, slot, &EMPTY_SLOT)?;
        connection
            .prepare_cached("INSERT INTO free (number) VALUES (?1)")?
            .execute([slot])?;
        connection
            .prepare_cached("DELETE FROM key WHERE place = ?1")?
            .execute([&place])?;
        places.push(place);
    }
    Ok(places)
}

/// A setting of the keyring.
pub(super) fn setting(
    connection: &Connection,
    name: &str,
) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    let query = "SELECT value FROM setting WHERE name = ?1";
    connection
        .query_row(query, [name], |row| row.get(0))
        .optional()
}

/// Writes a setting, or takes it out.
fn set(connection: &Connection, name: &str, value: Option<&[u8]>) -> Result<(), rusqlite::Error> {
    connection.execute("DELETE FROM setting WHERE name = ?1", [name])?;
    if let Some(value) = value {
        let insert = "INSERT INTO setting (name, value) VALUES (?1, ?2)";
        connection.execute(insert, params![name, value])?;
    }
    Ok(())
}
