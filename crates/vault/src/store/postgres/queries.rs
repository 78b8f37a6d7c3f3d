//! What is read. Every question is one statement, so that its answer is one snapshot. Rows of
//! people who were deleted are passed over until they are cleared.

use super::calls::signed;
use super::connect::Pool;
use super::found::{person as person_in, small, unsigned};
use super::statements::Sql;
use super::trouble;
use crate::store::{
    Failure, ItemKey, PersonRecord, Record, RecordKind, StagedEntry, StoredItem, Wanted, Word,
    WordKind,
};
use kept_terms::{Day, PersonId};
use tokio_postgres::types::FromSql;
use tokio_postgres::{Error, Row};

/// See [`crate::store::Store::person`].
pub async fn person(
    pool: &Pool,
    epoch: u64,
    person: PersonId,
    wanted: Wanted<'_>,
) -> Result<Option<PersonRecord>, Failure> {
    let id = &person.0[..];
    let rows = match wanted {
        Wanted::Nothing => pool.rows(Sql::PersonAlone, &[&id]).await?,
        Wanted::Fields(fields) => {
            let fields: Vec<i64> = fields.iter().map(|it| i64::from(it.0)).collect();
            pool.rows(Sql::PersonFields, &[&id, &fields]).await?
        }
        Wanted::One(field, number) => {
            let (field, number) = (i64::from(field.0), i64::from(number));
            pool.rows(Sql::PersonOne, &[&id, &field, &number]).await?
        }
        Wanted::Page { after, limit } => {
            let (field, number) = match after {
                Some((field, number)) => (i64::from(field.0), i64::from(number)),
                None => (-1, -1),
            };
            let limit = at_most(limit);
            pool.rows(Sql::PersonPage, &[&id, &field, &number, &limit])
                .await?
        }
    };
    read(record(&rows, epoch))
}

/// A person and their items among rows that may come in any order; items without their person are
/// left over.
fn record(rows: &[Row], epoch: u64) -> Result<Option<PersonRecord>, Error> {
    let mut found = None;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let number: i64 = row.try_get(1)?;
        let Some(field) = row.try_get::<_, Option<i64>>(0)? else {
            found = Some((unsigned(number), row.try_get(5)?));
            continue;
        };
        items.push(StoredItem {
            field: Word(small(field)),
            number: small(number),
            origin: Word(small(row.try_get(2)?)),
            class: Word(small(row.try_get(3)?)),
            anchor: row.try_get::<_, Option<i32>>(4)?.map(Day),
            sealed: row.try_get(5)?,
        });
    }
    items.sort_unstable_by_key(|item| (item.field, item.number));
    Ok(found.map(|(version, state)| PersonRecord {
        version,
        state,
        items,
        epoch,
    }))
}

/// See [`crate::store::Store::words`].
pub async fn words(pool: &Pool) -> Result<Vec<(WordKind, String, Word)>, Failure> {
    let rows = pool.rows(Sql::Words, &[]).await?;
    let mut words = Vec::with_capacity(rows.len());
    for row in &rows {
        let kind = word_kind(cell(row, 0)?);
        let kind = kind.ok_or_else(|| Failure::Corrupt("a word has no kind".to_owned()))?;
        words.push((kind, cell(row, 1)?, Word(small(cell(row, 2)?))));
    }
    Ok(words)
}

fn word_kind(number: i16) -> Option<WordKind> {
    use WordKind::{Class, Event, Field, Files, Origin, Purpose, Recipient};
    let all = [Field, Class, Purpose, Event, Recipient, Origin, Files];
    all.into_iter().find(|kind| *kind as i16 == number)
}

/// See [`crate::store::Store::record`].
pub async fn value(pool: &Pool, kind: RecordKind, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let rows = pool.rows(Sql::Record, &[&(kind as i16), &key]).await?;
    rows.first().map(|row| cell(row, 0)).transpose()
}

/// See [`crate::store::Store::records`].
pub async fn records(pool: &Pool, kind: RecordKind) -> Result<Vec<Record>, Failure> {
    let rows = pool.rows(Sql::Records, &[&(kind as i16)]).await?;
    rows.iter().map(|row| one_record(row, kind)).collect()
}

/// See [`crate::store::Store::records_page`].
pub async fn records_page(
    pool: &Pool,
    kind: RecordKind,
    begins: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> Result<Vec<Record>, Failure> {
    let from = after.unwrap_or(begins).max(begins);
    let end = end_of_prefix(begins);
    let limit = at_most(limit);
    let rows = pool
        .rows(
            Sql::RecordsPage,
            &[&(kind as i16), &from, &after, &end, &limit],
        )
        .await?;
    rows.iter().map(|row| one_record(row, kind)).collect()
}

fn one_record(row: &Row, kind: RecordKind) -> Result<Record, Failure> {
    let (key, value) = (cell(row, 0)?, cell(row, 1)?);
    Ok(Record { kind, key, value })
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
pub async fn people(
    pool: &Pool,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<PersonId>, Failure> {
    let after: &[u8] = after.as_ref().map_or(&[], |person| &person.0);
    let rows = pool.rows(Sql::People, &[&after, &at_most(limit)]).await?;
    read(rows.iter().map(|row| person_in(row, 0)).collect())
}

/// See [`crate::store::Store::due_items`].
pub async fn due_items(
    pool: &Pool,
    class: Word,
    upto: Day,
    limit: usize,
) -> Result<Vec<(Day, ItemKey)>, Failure> {
    let class = i64::from(class.0);
    let rows = pool
        .rows(Sql::DueItems, &[&class, &upto.0, &at_most(limit)])
        .await?;
    let due = |row: &Row| {
        let key = ItemKey {
            person: person_in(row, 1)?,
            field: Word(small(row.try_get(2)?)),
            number: small(row.try_get(3)?),
        };
        Ok((Day(row.try_get(0)?), key))
    };
    read(rows.iter().map(due).collect())
}

/// See [`crate::store::Store::due_people`].
pub async fn due_people(
    pool: &Pool,
    class: Word,
    upto: Day,
    limit: usize,
) -> Result<Vec<(Day, PersonId)>, Failure> {
    let class = i64::from(class.0);
    let rows = pool
        .rows(Sql::DuePeople, &[&class, &upto.0, &at_most(limit)])
        .await?;
    let due = |row: &Row| Ok((Day(row.try_get(0)?), person_in(row, 1)?));
    read(rows.iter().map(due).collect())
}

/// See [`crate::store::Store::count_due`].
pub async fn count_due(pool: &Pool, class: Word, upto: Day) -> Result<Vec<(Day, u64)>, Failure> {
    let rows = pool
        .rows(Sql::CountDue, &[&i64::from(class.0), &upto.0])
        .await?;
    let count = |row: &Row| Ok((Day(cell(row, 0)?), unsigned(cell(row, 1)?)));
    rows.iter().map(count).collect()
}

/// See [`crate::store::Store::staged`].
pub async fn staged(pool: &Pool, from: u64, limit: usize) -> Result<Vec<StagedEntry>, Failure> {
    let rows = pool
        .rows(Sql::Staged, &[&signed(from), &at_most(limit)])
        .await?;
    let staged = |row: &Row| {
        let about: &[u8] = row.try_get(1)?;
        Ok(StagedEntry {
            index: unsigned(row.try_get(0)?),
            person: <[u8; 16]>::try_from(about).ok().map(PersonId),
            entry: row.try_get(2)?,
        })
    };
    read(rows.iter().map(staged).collect())
}

/// See [`crate::store::Store::trail`].
pub async fn trail(
    pool: &Pool,
    person: PersonId,
    below: Option<u64>,
    limit: usize,
) -> Result<Vec<u64>, Failure> {
    let below = below.map_or(i64::MAX, signed);
    let limit = at_most(limit);
    let rows = pool
        .rows(Sql::Trail, &[&&person.0[..], &below, &limit])
        .await?;
    rows.iter().map(|row| cell(row, 0).map(unsigned)).collect()
}

/// See [`crate::store::Store::next_entry`].
pub async fn next_entry(pool: &Pool) -> Result<u64, Failure> {
    let rows = pool.rows(Sql::NextEntry, &[]).await?;
    rows.first().map_or(Ok(0), |row| cell(row, 0).map(unsigned))
}

/// See [`crate::store::Store::generation`].
pub async fn generation(pool: &Pool) -> Result<u64, Failure> {
    let rows = pool.rows(Sql::Generation, &[]).await?;
    rows.first().map_or(Ok(0), |row| cell(row, 0).map(unsigned))
}

/// All figures by name.
pub async fn figures(pool: &Pool) -> Result<Vec<(i64, u64)>, Failure> {
    let rows = pool.rows(Sql::Figures, &[]).await?;
    let figure = |row: &Row| Ok((cell(row, 0)?, unsigned(cell(row, 1)?)));
    rows.iter().map(figure).collect()
}

/// Bytes of the whole database.
pub async fn bytes(pool: &Pool) -> Result<u64, Failure> {
    let rows = pool.rows(Sql::Bytes, &[]).await?;
    rows.first().map_or(Ok(0), |row| cell(row, 0).map(unsigned))
}

fn cell<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, Failure> {
    read(row.try_get(at))
}

fn read<T>(result: Result<T, Error>) -> Result<T, Failure> {
    result.map_err(|error| trouble::failure(&error))
}

fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
