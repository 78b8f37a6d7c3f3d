//! A change of a keyring in a database, within its transaction: what is alike goes in one
//! statement.
//! It begins and ends no transaction.

use super::statements::{
    COUNT_DESTRUCTION, DESTROY, DROP_WRAPPING, NOTE, PUT, PUT_BESIDE, PUT_WRAPPING, REPLACE, SET,
    SETTLE, TABLES, UNSET,
};
use crate::keyring::shelf::{Change, Changed, Head, Row, STRETCHING, WrappingRow};
use kept_terms::PersonId;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::{Client, Error};

/// What is pending of a person who was created.
const CREATED: u8 = 1;

/// Makes the schema and its tables.
pub(super) async fn make(client: &Client, schema: &str) -> Result<(), Error> {
    let made = format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"; {TABLES}");
    client.batch_execute(&made).await
}

/// Does everything of a change, in order.
pub(super) async fn apply(
    client: &Client,
    schema: &str,
    changes: &[Change],
) -> Result<Changed, Error> {
    let mut changed = Changed::default();
    let alike =
        |one: &Change, other: &Change| std::mem::discriminant(one) == std::mem::discriminant(other);
    for run in changes.chunk_by(alike) {
        match run.first() {
            None => {}
            Some(Change::Make) => make(client, schema).await?,
            Some(Change::Put { .. }) => put(client, run, &mut changed.put).await?,
            Some(Change::Replace { .. }) => replace(client, run).await?,
            Some(Change::Destroy(_)) => destroy(client, run, &mut changed.destroyed).await?,
            Some(Change::CountDestruction) => {
                let count = i64::try_from(run.len()).unwrap_or(1);
                client.execute(COUNT_DESTRUCTION, &[&count]).await?;
            }
            Some(Change::Note(..)) => {
                let noted = run.iter().filter_map(|change| match change {
                    Change::Note(person, what) => Some((*person, *what)),
                    _ => None,
                });
                note(client, noted).await?;
            }
            Some(Change::Settle(..)) => settle(client, run).await?,
            Some(Change::Set(..) | Change::PutWrapping(_) | Change::DropWrapping(_)) => {
                for change in run {
                    apply_one(client, change).await?;
                }
            }
        }
    }
    changed.destroyed.sort();
    Ok(changed)
}

async fn apply_one(client: &Client, change: &Change) -> Result<(), Error> {
    match change {
        Change::Set(name, Some(value)) => client.execute(SET, &[name, value]).await?,
        Change::Set(name, None) => client.execute(UNSET, &[name]).await?,
        Change::PutWrapping(row) => put_wrapping(client, row).await?,
        Change::DropWrapping(below) => client.execute(DROP_WRAPPING, &[&i64::from(*below)]).await?,
        Change::Make
        | Change::Put { .. }
        | Change::Replace { .. }
        | Change::Destroy(_)
        | Change::CountDestruction
        | Change::Note(..)
        | Change::Settle(..) => 0,
    };
    Ok(())
}

async fn put_wrapping(client: &Client, row: &WrappingRow) -> Result<u64, Error> {
    let version = i64::from(row.version);
    client
        .execute(
            PUT_WRAPPING,
            &[&version, &row.created, &row.root, &row.wrapped],
        )
        .await
}

/// Puts keys: first those that stand alone, since others stand beside them.
async fn put(client: &Client, run: &[Change], done: &mut Vec<bool>) -> Result<(), Error> {
    let (mut alone, mut beside) = ([vec![], vec![]], [vec![], vec![], vec![]]);
    for change in run {
        let Change::Put {
            place,
            wrapped,
            beside: other,
            ..
        } = change
        else {
            continue;
        };
        match other {
            None => {
                let [places, keys] = &mut alone;
                places.push(place.as_slice());
                keys.push(wrapped.as_slice());
            }
            Some(other) => {
                let [places, keys, others] = &mut beside;
                places.push(place.as_slice());
                keys.push(wrapped.as_slice());
                others.push(other.as_slice());
            }
        }
    }
    let mut put = BTreeSet::new();
    let [places, keys] = &alone;
    if !places.is_empty() {
        for row in client.query(PUT, &[places, keys]).await? {
            put.insert(row.try_get::<_, Vec<u8>>(0)?);
        }
    }
    let [places, keys, others] = &beside;
    if !places.is_empty() {
        for row in client.query(PUT_BESIDE, &[places, keys, others]).await? {
            put.insert(row.try_get::<_, Vec<u8>>(0)?);
        }
    }
    let mut created = Vec::new();
    for change in run {
        if let Change::Put {
            place, created: by, ..
        } = change
        {
            let is_put = put.remove(place);
            created.extend(by.filter(|_| is_put).map(|person| (person, CREATED)));
            done.push(is_put);
        }
    }
    note(client, created.into_iter()).await
}

async fn replace(client: &Client, run: &[Change]) -> Result<(), Error> {
    let (mut places, mut keys) = (vec![], vec![]);
    for change in run {
        if let Change::Replace { place, wrapped } = change {
            places.push(place.as_slice());
            keys.push(wrapped.as_slice());
        }
    }
    client.execute(REPLACE, &[&places, &keys]).await.map(|_| ())
}

async fn destroy(
    client: &Client,
    run: &[Change],
    destroyed: &mut Vec<Vec<u8>>,
) -> Result<(), Error> {
    let (mut firsts, mut lasts) = (vec![], vec![]);
    for change in run {
        if let Change::Destroy([first, last]) = change {
            firsts.push(first.as_slice());
            lasts.push(last.as_slice());
        }
    }
    for row in client.query(DESTROY, &[&firsts, &lasts]).await? {
        destroyed.push(row.try_get(0)?);
    }
    Ok(())
}

/// Notes what is pending; of one person the last counts.
async fn note(client: &Client, noted: impl Iterator<Item = (PersonId, u8)>) -> Result<(), Error> {
    let last: BTreeMap<PersonId, u8> = noted.collect();
    if last.is_empty() {
        return Ok(());
    }
    let people: Vec<&[u8]> = last.keys().map(|person| person.0.as_slice()).collect();
    let what: Vec<i16> = last.values().map(|what| i16::from(*what)).collect();
    client.execute(NOTE, &[&people, &what]).await.map(|_| ())
}

async fn settle(client: &Client, run: &[Change]) -> Result<(), Error> {
    let (mut people, mut whats) = (vec![], vec![]);
    for change in run {
        if let Change::Settle(person, what) = change {
            people.push(person.0.as_slice());
            whats.push(i16::from(*what));
        }
    }
    client.execute(SETTLE, &[&people, &whats]).await.map(|_| ())
}

/// Writes all but the keys into tables that were just made.
pub(super) async fn put_head(client: &Client, head: &Head) -> Result<(), Error> {
    for row in &head.wrapping {
        put_wrapping(client, row).await?;
    }
    if let Some(stretching) = &head.stretching {
        client.execute(SET, &[&STRETCHING, stretching]).await?;
    }
    let count = i64::try_from(head.destructions).unwrap_or(i64::MAX);
    client.execute(COUNT_DESTRUCTION, &[&count]).await?;
    note(client, head.pending.iter().copied()).await
}

/// Writes keys into tables that were just made.
pub(super) async fn put_keys(client: &Client, rows: &[Row]) -> Result<(), Error> {
    let places: Vec<&[u8]> = rows.iter().map(|(place, _)| place.as_slice()).collect();
    let keys: Vec<&[u8]> = rows.iter().map(|(_, wrapped)| wrapped.as_slice()).collect();
    client.execute(PUT, &[&places, &keys]).await.map(|_| ())
}
