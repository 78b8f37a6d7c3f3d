//! Reading and collecting through the door with the rows in PostgreSQL, beside bare PostgreSQL
//! taking the same bytes in the same groups.

use super::super::bare::Job;
use super::super::database::{Database, SCHEMAS, clear};
use super::super::house::{
    House, clerk, person as person_command, reading as read_command, stored,
};
use super::super::{Row, Size, Trouble, load};
use super::rates;
use super::store::{LINE, insert};
use kept_processing::{Effect, StoreAddress, StoreOptions};
use kept_terms::PersonId;
use std::sync::Arc;

const BAR: &str = "at least half of bare PostgreSQL";

/// Audited reads and collecting at 16, 64 and 256 in flight. Whatever stands in the two schemas of
/// the benchmark is dropped, before and after.
pub async fn database(size: Size, address: &StoreAddress) -> Result<Vec<Row>, Trouble> {
    clear(address).await?;
    let rows = measured(size, address).await;
    clear(address).await?;
    rows
}

async fn measured(size: Size, address: &StoreAddress) -> Result<Vec<Row>, Trouble> {
    let [_, schema] = SCHEMAS;
    let options = StoreOptions {
        schema: schema.to_owned(),
        ..StoreOptions::default()
    };
    let house = House::in_database(address.clone(), options).await?;
    let bare = Arc::new(Database::open(address).await?);
    let people = house.fill(size.people).await?;
    let (filled, inserted) = (bare.clone(), people.clone());
    load::run(512, people.len(), move |number| {
        let (bare, person) = (filled.clone(), inserted.get(number).copied());
        async move { bare.write(insert(person.ok_or("nobody")?)).await }
    })
    .await?;
    let mut rows = Vec::new();
    for in_flight in [16, 64, 256] {
        let count = size.acts / 5;
        let mut turns = Vec::new();
        for _ in 0..size.turns {
            let kept = read(&house, &people, in_flight, count).await?;
            let beside = read_bare(&bare, &people, in_flight, count).await?;
            turns.push((kept, beside));
        }
        if let Some((kept, beside)) = load::median(turns) {
            let work = format!("audited read in PostgreSQL, {in_flight} in flight");
            rows.push(rates(work, kept, beside, "bare PostgreSQL", BAR, 0.5));
        }
        let count = size.acts / 20;
        let mut turns = Vec::new();
        for turn in 0..size.turns {
            let name = format!("new{in_flight}x{turn}");
            let kept = collect(&house, name, in_flight, count).await?;
            let beside = collect_bare(&bare, in_flight, turn, count).await?;
            turns.push((kept, beside));
        }
        if let Some((kept, beside)) = load::median(turns) {
            let work = format!("collect a new person in PostgreSQL, {in_flight} in flight");
            rows.push(rates(work, kept, beside, "bare PostgreSQL", BAR, 0.5));
        }
    }
    Ok(rows)
}

type People = Arc<Vec<PersonId>>;

async fn read(
    house: &House,
    people: &People,
    in_flight: usize,
    count: usize,
) -> Result<load::Load, Trouble> {
    let (door, known) = (house.door.clone(), people.clone());
    let load = load::run(in_flight, count, move |number| {
        let (door, known) = (door.clone(), known.clone());
        async move {
            let command = read_command(&known, number)?;
            match door.perform(&clerk(), &command).await?.outcome {
                Ok(Effect::Values(values)) if values.len() == 1 => Ok(()),
                Ok(_) | Err(_) => Err("the reading gave something else".into()),
            }
        }
    })
    .await?;
    house.door.sequence().await?;
    Ok(load)
}

async fn read_bare(
    bare: &Arc<Database>,
    people: &People,
    in_flight: usize,
    count: usize,
) -> Result<load::Load, Trouble> {
    let (bare, known) = (bare.clone(), people.clone());
    load::run(in_flight, count, move |number| {
        let (bare, known) = (bare.clone(), known.clone());
        async move {
            let at = load::scattered(number, known.len());
            let person = known.get(at).ok_or("nobody is stored")?;
            bare.read(&person.0).await?;
            bare.write(Job::Log(vec![7; LINE])).await
        }
    })
    .await
}

async fn collect(
    house: &House,
    name: String,
    in_flight: usize,
    count: usize,
) -> Result<load::Load, Trouble> {
    let door = house.door.clone();
    let load = load::run(in_flight, count, move |number| {
        let (door, command) = (door.clone(), person_command(number, &name));
        async move { stored(door.perform(&clerk(), &command).await?).map(drop) }
    })
    .await?;
    house.door.sequence().await?;
    Ok(load)
}

async fn collect_bare(
    bare: &Arc<Database>,
    in_flight: usize,
    turn: usize,
    count: usize,
) -> Result<load::Load, Trouble> {
    let bare = bare.clone();
    load::run(in_flight, count, move |number| {
        let bare = bare.clone();
        let name = (in_flight as u128) << 96 | (turn as u128) << 64 | number as u128;
        async move { bare.write(insert(PersonId(name.to_be_bytes()))).await }
    })
    .await
}
