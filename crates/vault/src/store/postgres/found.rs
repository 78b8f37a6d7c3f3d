//! What a group found, read from the rows that answered it. It asks nothing.

use super::group::{Draft, Wants};
use crate::store::Word;
use kept_terms::PersonId;
use tokio_postgres::{Error, Row};

/// A draft of nothing yet, the number of the last group and the fence.
pub type Found<'a> = (Draft<'a>, u64, u64);

/// What was found, in the order in which it was asked for.
pub fn found<'a>(rows: &[Vec<Row>], wants: &Wants<'_>) -> Result<Found<'a>, Error> {
    let mut rows = rows.iter();
    let mut draft = Draft::default();
    let (mut serial, mut fence) = (0, 0);
    for row in rows.next().into_iter().flatten() {
        draft.first = unsigned(row.try_get(0)?);
        fence = unsigned(row.try_get(1)?);
        serial = unsigned(row.try_get(2)?);
        draft.generation = unsigned(row.try_get(3)?);
    }
    if !wants.people.is_empty() {
        for row in rows.next().into_iter().flatten() {
            draft
                .versions
                .insert(person(row, 0)?, unsigned(row.try_get(1)?));
        }
        for row in rows.next().into_iter().flatten() {
            draft.leftovers.insert(person(row, 0)?);
        }
    }
    if !wants.hashes.is_empty() {
        for row in rows.next().into_iter().flatten() {
            let owner = person(row, 1)?;
            let hash = <[u8; 32]>::try_from(row.try_get::<_, &[u8]>(0)?).unwrap_or_default();
            draft.owners.insert(hash, owner);
            if row.try_get(2)? {
                draft.leftovers.insert(owner);
            }
        }
    }
    if !wants.items.is_empty() {
        for row in rows.next().into_iter().flatten() {
            let place = (
                person(row, 0)?,
                small(row.try_get(1)?),
                small(row.try_get(2)?),
            );
            draft.classes.insert(place, Word(small(row.try_get(3)?)));
        }
    }
    if !wants.records.is_empty() {
        for row in rows.next().into_iter().flatten() {
            let kind = u8::try_from(row.try_get::<_, i16>(0)?).unwrap_or_default();
            draft.present.insert((kind, row.try_get(1)?));
        }
    }
    Ok((draft, serial, fence))
}

/// A person named in a row.
pub fn person(row: &Row, at: usize) -> Result<PersonId, Error> {
    let bytes: &[u8] = row.try_get(at)?;
    // The check names a person whose name has another length.
    Ok(PersonId(<[u8; 16]>::try_from(bytes).unwrap_or_default()))
}

/// As we count. Nothing negative is stored; the check would name it.
pub fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A small number. None above is stored; the check would name it.
pub fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
