//! Reading and collecting through the door, beside bare SQLite.

use super::super::bare::{Bare, Job};
use super::super::house::{self, House, clerk, reading as read_command, stored};
use super::super::{Row, Size, Trouble, load};
use super::{rates, thousands};
use kept_processing::Effect;
use kept_terms::PersonId;
use std::sync::Arc;

/// As many bytes as an entry of the ledger has, a person's state and a sealed address.
pub(super) const LINE: usize = 300;
const STATE: usize = 96;
const SEALED: usize = 61;

/// A durable, audited, decrypted read through the door, beside a bare point read and a line in a
/// log.
pub async fn reading(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let people = house.fill(size.people).await?;
    let folder = tempfile::tempdir()?;
    let bare = Arc::new(Bare::open(folder.path(), 8)?);
    let inserted = people.clone();
    let filled = bare.clone();
    load::run(512, people.len(), move |number| {
        let (bare, person) = (filled.clone(), inserted.get(number).copied());
        async move { bare.write(insert(person.ok_or("nobody")?)).await }
    })
    .await?;
    let mut rows = Vec::new();
    for in_flight in [64, 256] {
        let mut turns = Vec::new();
        for _ in 0..size.turns {
            let (door, known) = (house.door.clone(), people.clone());
            let kept = load::run(in_flight, size.acts, move |number| {
                let (door, known) = (door.clone(), known.clone());
                async move {
                    let performed = door
                        .perform(&clerk(), &read_command(&known, number)?)
                        .await?;
                    match performed.outcome {
                        Ok(Effect::Values(values)) if values.len() == 1 => Ok(()),
                        Ok(_) | Err(_) => Err("the reading gave something else".into()),
                    }
                }
            })
            .await?;
            house.door.sequence().await?;
            let (it, known) = (bare.clone(), people.clone());
            let beside = load::run(in_flight, size.acts, move |number| {
                let (bare, known) = (it.clone(), known.clone());
                async move {
                    let at = load::scattered(number, known.len());
                    let person = known.get(at).ok_or("nobody is stored")?;
                    bare.read(&person.0)?;
                    bare.write(Job::Log(vec![7; LINE])).await
                }
            })
            .await?;
            turns.push((kept, beside));
        }
        if let Some((kept, beside)) = load::median(turns) {
            let work = format!("audited read, {in_flight} in flight");
            rows.push(rates(
                work,
                kept,
                beside,
                "bare SQLite",
                "at least half of bare SQLite",
                0.5,
            ));
        }
    }
    Ok(rows)
}

/// What stands for somebody's address.
pub(super) fn index_of(person: PersonId) -> [u8; 32] {
    let mut index = [0; 32];
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &person.0);
    index.copy_from_slice(hash.as_ref());
    index
}

pub(super) fn insert(person: PersonId) -> Job {
    let index = index_of(person);
    let (state, value, line) = (vec![7; STATE], vec![7; SEALED], vec![7; LINE]);
    Job::Insert {
        person: person.0,
        state,
        value,
        index,
        line,
    }
}

/// Collecting one item, of a known and of a new person, many in flight, beside bare inserts of the
/// same bytes.
pub async fn collecting(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let people = house.fill(size.people).await?;
    let folder = tempfile::tempdir()?;
    let bare = Arc::new(Bare::open(folder.path(), 1)?);
    let inserted = people.clone();
    let filled = bare.clone();
    load::run(512, people.len(), move |number| {
        let (bare, person) = (filled.clone(), inserted.get(number).copied());
        async move { bare.write(insert(person.ok_or("nobody")?)).await }
    })
    .await?;
    let count = size.acts / 5;
    let mut rows = Vec::new();
    let (mut known, mut new) = (Vec::new(), Vec::new());
    for turn in 0..size.turns {
        known.push(collect_known(&house, &bare, &people, turn, count).await?);
        new.push(collect_new(&house, &bare, turn, count).await?);
    }
    let bar = "at least half of bare SQLite";
    if let Some((kept, beside)) = load::median(known) {
        let work = "collect an item of a known person, 256 in flight".to_owned();
        rows.push(rates(work, kept, beside, "bare SQLite", bar, 0.5));
    }
    if let Some((kept, beside)) = load::median(new) {
        let work = "collect an item of a new person, 256 in flight".to_owned();
        rows.push(rates(work, kept, beside, "bare SQLite", bar, 0.5));
    }
    drop(people);
    rows.push(bytes(house.reopened().await?).await?);
    Ok(rows)
}

/// A note more for somebody who is known; beside it a row more, the person's row again and a line.
async fn collect_known(
    house: &House,
    bare: &Arc<Bare>,
    people: &Arc<Vec<PersonId>>,
    turn: usize,
    count: usize,
) -> Result<(load::Load, load::Load), Trouble> {
    let (door, known) = (house.door.clone(), people.clone());
    let kept = load::run(256, count, move |number| {
        let (door, known) = (door.clone(), known.clone());
        async move {
            let at = load::scattered(number, known.len());
            let person = known.get(at).ok_or("nobody is stored")?;
            stored(
                door.perform(&clerk(), &house::note(*person, number))
                    .await?,
            )
            .map(drop)
        }
    })
    .await?;
    house.door.sequence().await?;
    let (it, known) = (bare.clone(), people.clone());
    let beside = load::run(256, count, move |number| {
        let (bare, known) = (it.clone(), known.clone());
        async move {
            let at = load::scattered(number, known.len());
            let person = known.get(at).ok_or("nobody is stored")?.0;
            let number = i64::try_from(2 + turn * count + number)?;
            let (state, value, line) = (vec![7; STATE], vec![7; SEALED], vec![7; LINE]);
            bare.write(Job::Add {
                person,
                number,
                state,
                value,
                line,
            })
            .await
        }
    })
    .await?;
    Ok((kept, beside))
}

/// Somebody new with an address; beside it their rows and a line.
async fn collect_new(
    house: &House,
    bare: &Arc<Bare>,
    turn: usize,
    count: usize,
) -> Result<(load::Load, load::Load), Trouble> {
    let door = house.door.clone();
    let kept = load::run(256, count, move |number| {
        let (door, number) = (door.clone(), turn * count + number);
        async move {
            stored(
                door.perform(&clerk(), &house::person(number, "new"))
                    .await?,
            )
            .map(drop)
        }
    })
    .await?;
    house.door.sequence().await?;
    let (it, now) = (bare.clone(), house.door.now());
    let beside = load::run(256, count, move |number| {
        let bare = it.clone();
        let mut chance = [0; 10];
        if let Some(chance) = chance.last_chunk_mut() {
            *chance = (turn * count + number).to_be_bytes();
        }
        let person = PersonId::new(now, chance);
        async move { bare.write(insert(person)).await }
    })
    .await?;
    Ok((kept, beside))
}

/// How many bytes stand on disk for each item, beside how many were put in.
async fn bytes(house: House) -> Result<Row, Trouble> {
    let figures = house.door.figures().await?;
    let items: u64 = figures.items_by_class.iter().map(|(_, count)| count).sum();
    let put_in = "new.10000@example.com".len();
    let each = figures.bytes as f64 / items.max(1) as f64;
    Ok(Row {
        work: "bytes in the store for each item, ledger entry included".to_owned(),
        kept: format!("{} bytes", thousands(each)),
        beside: format!("put in {put_in} bytes"),
        ratio: None,
        latency_micros: None,
        bar: "none",
        reached: None,
    })
}
