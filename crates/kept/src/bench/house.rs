//! A house of its own for measuring: a temporary data folder under the benchmark's policy.

use super::{Trouble, load};
use crate::ambient::{MachineClock, MachineRandomness, Stopwatch};
use kept_policy::{Policy, Source, compile};
use kept_processing::{
    Caller, Collect, Command, Door, Effect, Folder, Given, Performed, StoreAddress, StoreOptions,
    Subject, Use,
};
use kept_terms::{ActorKind, Clock, Day, PersonId, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The policy of the benchmark.
const POLICY: &str = include_str!("policy.md");

/// How many notes come in with one act.
const NOTES_AT_ONCE: usize = 500;

fn a_note(number: usize) -> (String, Given) {
    let text = format!("note {number} of the benchmark");
    ("note".to_owned(), Given::Text(text))
}

/// More messages than ever wait in the benchmark.
pub const MUCH: usize = 100;

/// A clock that can be moved ahead by days.
#[derive(Debug, Default)]
pub struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        let ahead = self.0.load(Ordering::Relaxed) * 86_400;
        let now = MachineClock.now();
        Timestamp::from_second(now.as_second() + ahead).unwrap_or(now)
    }
}

impl Ahead {
    /// Moves the clock ahead.
    pub fn by_days(&self, days: i64) {
        self.0.fetch_add(days, Ordering::Relaxed);
    }
}

/// A door on a temporary folder.
pub struct House {
    folder: tempfile::TempDir,
    /// The door.
    pub door: Arc<Door>,
    /// Its clock.
    pub clock: Arc<Ahead>,
}

/// The policy, with the period for notes set to so many days.
pub fn policy(note_days: u32) -> Result<(Arc<Policy>, String), Trouble> {
    // Another text is another version, and a version is dated.
    let day = kept_terms::Day(20_454 + i32::try_from(note_days)?);
    let text = POLICY
        .replace("P90D", &format!("P{note_days}D"))
        .replace("revised    = 2026-01-01", &format!("revised    = {day}"));
    let (policy, _) = compile(&[Source::new("bench.md", text.clone())]);
    Ok((
        Arc::new(policy.ok_or("the policy of the benchmark does not compile")?),
        text,
    ))
}

impl House {
    /// Opens a new one.
    pub async fn new() -> Result<House, Trouble> {
        let folder = tempfile::tempdir()?;
        let clock = Arc::new(Ahead::default());
        let randomness = Arc::new(MachineRandomness::new());
        let (policy, _) = policy(90)?;
        let door = Folder::new(folder.path())
            .open(policy, clock.clone(), randomness)
            .await?;
        Ok(House {
            folder,
            door: Arc::new(door),
            clock,
        })
    }

    /// Opens a new one with its rows in a database.
    pub async fn in_database(
        address: StoreAddress,
        options: StoreOptions,
    ) -> Result<House, Trouble> {
        let folder = tempfile::tempdir()?;
        let clock = Arc::new(Ahead::default());
        let randomness = Arc::new(MachineRandomness::new());
        let (policy, _) = policy(90)?;
        let door = Folder::new(folder.path())
            .with_database(address, options)
            .open(policy, clock.clone(), randomness)
            .await?;
        Ok(House {
            folder,
            door: Arc::new(door),
            clock,
        })
    }

    /// Closes it and opens it again.
    pub async fn reopened(self) -> Result<House, Trouble> {
        self.reopened_after().await.map(|(_, house)| house)
    }

    /// Closes it and opens it again; the answer says how long the opening took.
    pub async fn reopened_after(self) -> Result<(Duration, House), Trouble> {
        let House {
            folder,
            door,
            clock,
        } = self;
        drop(door);
        let randomness = Arc::new(MachineRandomness::new());
        let (policy, _) = policy(90)?;
        let watch = Stopwatch::start();
        let door = Folder::new(folder.path())
            .open(policy, clock.clone(), randomness)
            .await?;
        let taken = watch.elapsed();
        let house = House {
            folder,
            door: Arc::new(door),
            clock,
        };
        Ok((taken, house))
    }

    /// Stores people with an address each.
    pub async fn fill(&self, people: usize) -> Result<Arc<Vec<PersonId>>, Trouble> {
        self.fill_more("fill", people).await
    }

    /// Stores more people, whose addresses begin with another name.
    pub async fn fill_more(
        &self,
        name: &str,
        people: usize,
    ) -> Result<Arc<Vec<PersonId>>, Trouble> {
        let mut all = Vec::with_capacity(people);
        for from in (0..people).step_by(1_000) {
            let commands: Vec<Command> = (from..people.min(from + 1_000))
                .map(|number| person(number, name))
                .collect();
            for performed in self.door.perform_many(&clerk(), &commands).await {
                all.push(stored(performed?)?);
            }
        }
        self.door.sequence().await?;
        Ok(Arc::new(all))
    }

    /// Stores one person with so many notes.
    pub async fn person_with(&self, name: &str, items: usize) -> Result<PersonId, Trouble> {
        let performed = self.door.perform(&clerk(), &person(0, name)).await?;
        let id = stored(performed)?;
        for from in (0..items).step_by(NOTES_AT_ONCE) {
            let collect = Collect {
                subject: Subject::Known(id),
                values: (from..items.min(from + NOTES_AT_ONCE))
                    .map(a_note)
                    .collect(),
                ..Collect::through("form")
            };
            stored(
                self.door
                    .perform(&clerk(), &Command::Collect(collect))
                    .await?,
            )?;
        }
        Ok(id)
    }

    /// Stores so many people with notes, so many in all.
    pub async fn people_with(
        &self,
        name: &str,
        people: usize,
        items: usize,
    ) -> Result<(), Trouble> {
        let ids = self.fill_more(name, people).await?;
        let each = items.div_ceil(people.max(1));
        for from in (0..each).step_by(NOTES_AT_ONCE) {
            let upto = each.min(from + NOTES_AT_ONCE);
            let notes = |id: &PersonId| {
                let collect = Collect {
                    subject: Subject::Known(*id),
                    values: (from..upto).map(a_note).collect(),
                    ..Collect::through("form")
                };
                Command::Collect(collect)
            };
            let commands: Vec<Command> = ids.iter().map(notes).collect();
            for performed in self.door.perform_many(&clerk(), &commands).await {
                stored(performed?)?;
            }
        }
        Ok(())
    }

    /// The present day by its clock.
    pub fn today(&self) -> Day {
        Day::of(self.door.now())
    }
}

/// Who reads and writes in the benchmark.
pub fn clerk() -> Caller {
    Caller {
        id: "token:bench".to_owned(),
        kind: ActorKind::Machine,
        role: Some("clerk".to_owned()),
        purposes: None,
        home: None,
        holder: None,
    }
}

/// A new person with an address.
pub fn person(number: usize, name: &str) -> Command {
    let email = format!("{name}.{number}@example.com");
    Command::Collect(Collect {
        values: vec![("email".to_owned(), Given::Text(email))],
        country: "US".parse().ok(),
        ..Collect::through("form")
    })
}

/// One more note about a person.
pub fn note(person: PersonId, number: usize) -> Command {
    Command::Collect(Collect {
        subject: Subject::Known(person),
        values: vec![(
            "note".to_owned(),
            Given::Text(format!("a note, number {number}")),
        )],
        ..Collect::through("form")
    })
}

/// A reading of a scattered person's address.
pub fn reading(people: &[PersonId], number: usize) -> Result<Command, Trouble> {
    let person = people
        .get(load::scattered(number, people.len()))
        .ok_or("nobody is stored")?;
    let fields = vec!["email".to_owned()];
    Ok(Command::Use(Use {
        person: *person,
        purpose: "answer-you".to_owned(),
        fields,
    }))
}

/// The person of an act that stored something.
pub fn stored(performed: Performed) -> Result<PersonId, Trouble> {
    match performed.outcome {
        Ok(Effect::Stored { person, .. }) => Ok(person),
        Ok(_) => Err("nothing was stored".into()),
        Err(refusal) => Err(format!("refused: {:?}", refusal.grounds).into()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_policy_of_the_benchmark_compiles() {
        assert!(super::policy(90).is_ok() && super::policy(60).is_ok());
    }
}
