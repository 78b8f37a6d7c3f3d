//! What is read, on a snapshot. Rows of people who were deleted are passed over until they are
//! cleared.

use super::apply::{signed, unsigned};
use super::schema::BUCKET_BITS;
use crate::store::{
    BlindIndex, ItemKey, PersonRecord, Record, RecordKind, StagedEntry, StoredItem, Wanted, Word,
    WordKind,
};
use kept_terms::{Day, PersonId};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

/// See [`crate::store::Store::person`].
pub fn person(
    connection: &Connection,
    epoch: u64,
    person: PersonId,
    wanted: Wanted<'_>,
) -> rusqlite::Result<Option<PersonRecord>> {
    let sql = "SELECT version, state FROM person WHERE person = ?1";
    let found = connection
        .prepare_cached(sql)?
        .query_row([person.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((version, state)) = found else {
        return Ok(None);
    };
    let version = unsigned(version);
    let items = items(connection, person, wanted)?;
    Ok(Some(PersonRecord {
        version,
        state,
        items,
        epoch,
    }))
}

fn items(
    connection: &Connection,
    person: PersonId,
    wanted: Wanted<'_>,
) -> rusqlite::Result<Vec<StoredItem>> {
    let id = person.0;
    match wanted {
        Wanted::Nothing => Ok(Vec::new()),
        Wanted::Fields(fields) => {
            let mut fields = fields.to_vec();
            fields.sort_unstable();
            fields.dedup();
            let mut items = Vec::new();
            let sql = "SELECT field, number, origin, class, anchor, sealed FROM item
                WHERE person = ?1 AND field = ?2 ORDER BY number";
            let mut statement = connection.prepare_cached(sql)?;
            for field in fields {
                for item in statement.query_map((id, field.0), item)? {
                    items.push(item?);
                }
            }
            Ok(items)
        }
        Wanted::One(field, number) => {
            let sql = "SELECT field, number, origin, class, anchor, sealed FROM item
                WHERE person = ?1 AND field = ?2 AND number = ?3";
            list(connection, sql, (id, field.0, number), item)
        }
        Wanted::Page { after, limit } => {
            let (field, number) = match after {
                Some((field, number)) => (i64::from(field.0), i64::from(number)),
                None => (-1, -1),
            };
            let sql = "SELECT field, number, origin, class, anchor, sealed FROM item
                WHERE person = ?1 AND (field, number) > (?2, ?3) ORDER BY field, number LIMIT ?4";
            list(connection, sql, (id, field, number, at_most(limit)), item)
        }
    }
}

fn item(row: &Row<'_>) -> rusqlite::Result<StoredItem> {
    Ok(StoredItem {
        field: Word(row.get(0)?),
        number: row.get(1)?,
        origin: Word(row.get(2)?),
        class: Word(row.get(3)?),
        anchor: row.get::<_, Option<i32>>(4)?.map(Day),
        sealed: row.get(5)?,
    })
}

/// See [`crate::store::Store::find`].
pub fn find(connection: &Connection, index: BlindIndex) -> rusqlite::Result<Option<PersonId>> {
    let sql = "SELECT person FROM identifier WHERE hash = ?1
        AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = identifier.person)";
    let mut statement = connection.prepare_cached(sql)?;
    statement
        .query_row([index], |row| row.get(0).map(PersonId))
        .optional()
}

/// See [`crate::store::Store::words`].
pub fn words(connection: &Connection) -> rusqlite::Result<Vec<(WordKind, String, Word)>> {
    let sql = "SELECT kind, text, number FROM word ORDER BY number";
    list(connection, sql, [], |row| {
        let kind = row.get(0)?;
        let out_of_range = || rusqlite::Error::IntegralValueOutOfRange(0, kind);
        let kind = word_kind(kind).ok_or_else(out_of_range)?;
        Ok((kind, row.get(1)?, Word(row.get(2)?)))
    })
}

fn word_kind(number: i64) -> Option<WordKind> {
    use WordKind::{Class, Event, Field, Files, Origin, Purpose, Recipient};
    let all = [Field, Class, Purpose, Event, Recipient, Origin, Files];
    all.into_iter().find(|kind| *kind as i64 == number)
}

/// See [`crate::store::Store::record`].
pub fn record(
    connection: &Connection,
    kind: RecordKind,
    key: &[u8],
) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT value FROM record WHERE kind = ?1 AND key = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    statement
        .query_row((kind as u8, key), |row| row.get(0))
        .optional()
}

/// See [`crate::store::Store::records`].
pub fn records(connection: &Connection, kind: RecordKind) -> rusqlite::Result<Vec<Record>> {
    let sql = "SELECT key, value FROM record WHERE kind = ?1 ORDER BY key";
    list(connection, sql, [kind as u8], |row| {
        Ok(Record {
            kind,
            key: row.get(0)?,
            value: row.get(1)?,
        })
    })
}

/// See [`crate::store::Store::records_page`].
pub fn records_page(
    connection: &Connection,
    kind: RecordKind,
    begins: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> rusqlite::Result<Vec<Record>> {
    let sql = "SELECT key, value FROM record
        WHERE kind = ?1 AND key >= ?2 AND (?3 IS NULL OR key > ?3) AND (?4 IS NULL OR key < ?4)
        ORDER BY key LIMIT ?5";
    let from = after.unwrap_or(begins).max(begins);
    let end = end_of_prefix(begins);
    let given = (kind as u8, from, after, end, at_most(limit));
    list(connection, sql, given, |row| {
        Ok(Record {
            kind,
            key: row.get(0)?,
            value: row.get(1)?,
        })
    })
}

/// The first key after all that begin so; nothing where there is none.
fn end_of_prefix(begins: &[u8]) -> Option<Vec<u8>> {
    let last = begins.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut end = begins.get(..=last)?.to_vec();
    if let Some(byte) = end.last_mut() {
        *byte += 1;
    }
    Some(end)
}

/// See [`crate::store::Store::people`].
pub fn people(
    connection: &Connection,
    after: Option<PersonId>,
    limit: usize,
) -> rusqlite::Result<Vec<PersonId>> {
    let sql = "SELECT person FROM person WHERE person > ?1 ORDER BY person LIMIT ?2";
    let after: &[u8] = after.as_ref().map_or(&[], |person| &person.0);
    list(connection, sql, (after, at_most(limit)), |row| {
        row.get(0).map(PersonId)
    })
}

/// See [`crate::store::Store::due_items`].
pub fn due_items(
    connection: &Connection,
    class: Word,
    upto: Day,
    limit: usize,
) -> rusqlite::Result<Vec<(Day, ItemKey)>> {
    let sql = "SELECT anchor, person, field, number FROM item
        WHERE class = ?1 AND anchor IS NOT NULL AND anchor <= ?2
            AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = item.person)
        ORDER BY anchor, person, field, number LIMIT ?3";
    list(connection, sql, (class.0, upto.0, at_most(limit)), |row| {
        let person = PersonId(row.get(1)?);
        let (field, number) = (Word(row.get(2)?), row.get(3)?);
        Ok((
            Day(row.get(0)?),
            ItemKey {
                person,
                field,
                number,
            },
        ))
    })
}

/// See [`crate::store::Store::due_people`].
pub fn due_people(
    connection: &Connection,
    class: Word,
    upto: Day,
    limit: usize,
) -> rusqlite::Result<Vec<(Day, PersonId)>> {
    let sql = "SELECT day, person FROM anchor WHERE class = ?1 AND day <= ?2
            AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = anchor.person)
        ORDER BY day, person LIMIT ?3";
    list(connection, sql, (class.0, upto.0, at_most(limit)), |row| {
        Ok((Day(row.get(0)?), PersonId(row.get(1)?)))
    })
}

/// See [`crate::store::Store::count_due`].
pub fn count_due(
    connection: &Connection,
    class: Word,
    upto: Day,
) -> rusqlite::Result<Vec<(Day, u64)>> {
    let sql = "SELECT anchor, count(*) FROM item
        WHERE class = ?1 AND anchor IS NOT NULL AND anchor <= ?2
            AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = item.person)
        GROUP BY anchor ORDER BY anchor";
    list(connection, sql, (class.0, upto.0), |row| {
        Ok((Day(row.get(0)?), unsigned(row.get(1)?)))
    })
}

/// See [`crate::store::Store::staged`].
pub fn staged(
    connection: &Connection,
    from: u64,
    limit: usize,
) -> rusqlite::Result<Vec<StagedEntry>> {
    let sql = "SELECT seq, person, entry FROM staged WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
    list(connection, sql, (signed(from), at_most(limit)), |row| {
        Ok(StagedEntry {
            index: unsigned(row.get(0)?),
            person: row.get::<_, Option<[u8; 16]>>(1)?.map(PersonId),
            entry: row.get(2)?,
        })
    })
}

/// See [`crate::store::Store::next_entry`].
pub fn next_entry(connection: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT coalesce((SELECT max(seq) + 1 FROM staged),
        (SELECT number FROM figure WHERE name = ?1), 0)";
    let mut statement = connection.prepare_cached(sql)?;
    let next = statement.query_row([super::schema::SEQUENCED], |row| row.get(0))?;
    Ok(unsigned(next))
}

/// See [`crate::store::Store::trail`].
pub fn trail(
    connection: &Connection,
    person: PersonId,
    below: Option<u64>,
    limit: usize,
) -> rusqlite::Result<Vec<u64>> {
    let is_there = "SELECT 1 FROM person WHERE person = ?1";
    if !connection.prepare_cached(is_there)?.exists([person.0])? {
        return Ok(Vec::new());
    }
    let below = below.map_or(i64::MAX, signed);
    let sql = "SELECT seq FROM staged WHERE person = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
    let index = |row: &Row<'_>| row.get(0).map(unsigned);
    let mut trail = list(connection, sql, (person.0, below, at_most(limit)), index)?;
    let mut before =
        connection.prepare_cached("SELECT max(bucket) FROM trail WHERE bucket < ?1")?;
    let mut bucket = (below >> BUCKET_BITS).saturating_add(1);
    while trail.len() < limit {
        let Some(found) = before.query_row([bucket], |row| row.get::<_, Option<i64>>(0))? else {
            break;
        };
        bucket = found;
        let sql = "SELECT seq FROM trail WHERE bucket = ?1 AND person = ?2 AND seq < ?3
            ORDER BY seq DESC LIMIT ?4";
        let left = at_most(limit.saturating_sub(trail.len()));
        trail.extend(list(
            connection,
            sql,
            params![bucket, person.0, below, left],
            index,
        )?);
    }
    Ok(trail)
}

/// All figures by name.
pub fn figures(connection: &Connection) -> rusqlite::Result<Vec<(i64, u64)>> {
    let sql = "SELECT name, number FROM figure ORDER BY name";
    list(connection, sql, [], |row| {
        Ok((row.get(0)?, unsigned(row.get(1)?)))
    })
}

fn list<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection
        .prepare_cached(sql)?
        .query_map(params, read)?
        .collect()
}

fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
