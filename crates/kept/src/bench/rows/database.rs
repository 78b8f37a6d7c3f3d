//! Reading and collecting through the door with the rows in PostgreSQL, beside bare PostgreSQL
//! taking the same bytes in the same groups.

use super::super::bare::Job;
use super::super::database::{Database, SCHEMAS, clear};
use super::super::house::{
    House, clerk, person as person_command, reading as read_command, stored,
};
use super::super::{Part, Row, Size, Trouble, load};
use super::rates;
use super::store::{LINE, index_of, insert};
use crate::ambient::{MachineClock, MachineRandomness};
use kept_processing::{Effect, StoreAddress, StoreOptions};
use kept_terms::{Clock as _, PersonId, Randomness as _};
use std::sync::Arc;

const BAR: &str = "at least half of bare PostgreSQL";

/// Audited reads and collecting at 16, 64 and 256 in flight. Whatever stands in the two schemas of
/// the benchmark is dropped, before and after.
pub async fn database(
    size: Size,
    address: &StoreAddress,
    parts: &[Part],
) -> Result<Vec<Row>, Trouble> {
    clear(address).await?;
    let rows = measured(size, address, parts).await;
    clear(address).await?;
    rows
}

async fn measured(size: Size, address: &StoreAddress, parts: &[Part]) -> Result<Vec<Row>, Trouble> {
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
        for part in parts {
            let mut turns = Vec::new();
            let count = size.acts / 5;
            for turn in 0..size.turns {
                turns.push(match part {
                    Part::Collecting => {
                        let name = format!("new{in_flight}x{turn}");
                        let kept = collect(&house, name, in_flight, count).await?;
                        (kept, collect_bare(&bare, in_flight, count).await?)
                    }
                    _ => {
                        let kept = read(&house, &people, in_flight, count).await?;
                        (kept, read_bare(&bare, &people, in_flight, count).await?)
                    }
                });
            }
            let what = match part {
                Part::Collecting => "collect a new person",
                _ => "audited read",
            };
            let work = format!("{what} in PostgreSQL, {in_flight} in flight");
            let median = load::median(turns);
            rows.extend(
                median.map(|(kept, bare)| rates(work, kept, bare, "bare PostgreSQL", BAR, 0.5)),
            );
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

/// As whoever takes an address in has to, it looks first whether that is somebody's.
async fn collect_bare(
    bare: &Arc<Database>,
    in_flight: usize,
    count: usize,
) -> Result<load::Load, Trouble> {
    let (bare, randomness) = (bare.clone(), Arc::new(MachineRandomness::new()));
    load::run(in_flight, count, move |_| {
        let mut chance = [0; 10];
        randomness.fill(&mut chance);
        let person = PersonId::new(MachineClock.now(), chance);
        let bare = bare.clone();
        async move {
            let index = index_of(person);
            match bare.is_known(&index).await? {
                true => Err("somebody has the address".into()),
                false => bare.write(insert(person)).await,
            }
        }
    })
    .await
}
