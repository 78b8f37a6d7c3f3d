//! What holds for a person once, whatever is stored about them: country, choices, events,
//! identifiers.
//! It is sealed under the person's own key; it never holds a value of a field.

use crate::store::{BlindIndex, Failure, Word};
use kept_terms::{Day, Home, ItemNumber, Territory};
use serde::{Deserialize, Serialize};

/// The day of a class of [`PersonState::moving`] that storage has not been told of yet.
pub const UNLISTED: i32 = i32::MIN;

/// What holds for a person once.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PersonState {
    /// Their country, as two letters, where it is known.
    pub country: Option<[u8; 2]>,
    /// Whether processing is paused.
    pub restricted: bool,
    /// Whether they are reported to be under age.
    pub child: bool,
    /// Whether their erasure is recorded and under way.
    pub erasing: bool,
    /// The number that the next item gets.
    pub next_item: ItemNumber,
    /// Purposes objected to or opted out of.
    pub objections: Vec<u32>,
    /// Consents, withdrawn ones included.
    pub consents: Vec<ConsentRecord>,
    /// Recipients agreed to.
    pub agreed_recipients: Vec<u32>,
    /// The day of each event of theirs.
    pub events: Vec<(u32, i32)>,
    /// Classes that count from an event of theirs, with the day under which storage lists them.
    pub moving: Vec<(u32, i32)>,
    /// The identifiers claimed for them: the field and the blind index.
    pub identifiers: Vec<(u32, BlindIndex)>,
    /// Legal holds on what is stored, in the order in which they were placed.
    pub holds: Vec<LegalHold>,
    /// Items that are held, each with where it stood before.
    pub held: Vec<HeldItem>,
    /// Failed attempts at an identity check: how many, and the second since 1970 of the last.
    pub failures: (u32, i64),
    /// For whom they are held in which system, where that is a client: fixed when the first of
    /// them comes in, and never changed.
    pub home: Option<Home>,
    /// The clients whose people they are, by identifier in the register.
    pub clients: Vec<String>,
    /// The day on which each field was last given, put right or confirmed.
    pub confirmed: Vec<(u32, i32)>,
    /// The day on which they were last asked whether what is held is still right.
    pub asked: Option<i32>,
    /// Who received something about them.
    pub received: Vec<Received>,
    /// By what they show who they are.
    pub credentials: Credentials,
    /// The day on which they were first reported to be under age, while they are.
    pub reported: Option<i32>,
    /// Whether they are what is left of somebody who was erased: what a legal hold or a law keeps.
    pub remnant: bool,
    /// What recipients were told to stop: who, and what purpose. It ends with the next time that
    /// they receive something for it.
    pub stopped: Vec<(u32, u32)>,
    /// The agreement of a parent by which they are held although they are under age.
    pub parent: Option<ParentRecord>,
    /// The part of the country, as ISO 3166-2 has it after the hyphen, where it is known.
    pub part: Option<String>,
}

/// A parent's agreement, as ISO/IEC TS 27560 has a consent that somebody gives for another. Who the
/// parent is stands in the papers that the reference leads to, and not here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ParentRecord {
    /// How it was checked that they are one: a word of [`kept_terms::ParentWay`].
    pub way: String,
    /// Where the papers of it are, such as `form-2026-17`.
    pub reference: String,
    /// The second since 1970 at which it was put on record.
    pub given_second: i64,
    /// The channel through which it was given.
    pub through: String,
    /// The document version under which it was given.
    pub version: String,
}

/// By what a person shows who they are. It opens nothing but their own session, and goes with them.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Credentials {
    /// What a password is told from: its salt and what it was stretched to.
    pub password: Option<Vec<u8>>,
    /// Their passkeys.
    pub passkeys: Vec<Passkey>,
    /// By what devices know this person: the person, sealed, so that only we can tell who it is.
    pub handle: Option<Vec<u8>>,
    /// The second since 1970 at which they last signed in, or changed how they do.
    pub last: i64,
}

/// The public half of a key that a device of the person's holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// What the person calls it.
    pub name: String,
    /// The second since 1970 at which it was added.
    pub added: i64,
    /// The second since 1970 at which it was last used; 0 where it never was.
    pub used: i64,
    /// By what the device knows it.
    pub id: Vec<u8>,
    /// Its public half, as devices write it (COSE_Key).
    pub key: Vec<u8>,
    /// The count that the device told last; 0 where it does not count.
    pub count: u32,
    /// Whether the device may copy it to others of the person's.
    pub copyable: bool,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

/// What a recipient received about a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Received {
    /// Who.
    pub recipient: u32,
    /// The day of the first time.
    pub first: i32,
    /// The day of the last time.
    pub last: i32,
    /// Which fields.
    pub fields: Vec<u32>,
    /// For which purposes.
    pub purposes: Vec<u32>,
    /// Feed by feed, what stood in it the last time, as marks that tell nothing but sameness.
    pub feeds: Vec<(u64, u64)>,
}

/// A legal hold on what is stored of a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LegalHold {
    /// The class under which held items stand meanwhile; its name tells the matter.
    pub class: u32,
    /// Which fields it keeps.
    pub fields: Vec<u32>,
    /// The day it was placed.
    pub placed: i32,
}

/// Where an item stood before it was held.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeldItem {
    /// Its field.
    pub field: u32,
    /// Its number.
    pub number: ItemNumber,
    /// Its retention class.
    pub class: u32,
    /// The day its period counts from; nothing where that is an event of the person.
    pub anchor: Option<i32>,
}

/// A consent, as ISO/IEC TS 27560 has it: to what, when, how, under which version, and until when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsentRecord {
    /// The purpose agreed to.
    pub purpose: u32,
    /// The day it was given.
    pub given: i32,
    /// The second since 1970 at which it was given.
    pub given_second: i64,
    /// The second since 1970 at which it was withdrawn.
    pub withdrawn_second: Option<i64>,
    /// The channel through which it was given.
    pub through: String,
    /// The document version under which it was given.
    pub version: String,
}

impl PersonState {
    /// The state of somebody new, in the home they come into.
    pub fn of(home: Option<&Home>) -> PersonState {
        PersonState {
            home: home.cloned(),
            ..PersonState::default()
        }
    }

    /// Notes that a parent agreed, under a version: they are under age, and no report waits to be
    /// decided any more.
    pub fn take_for_a_parent(&mut self, record: ParentRecord, version: &str) {
        self.child = true;
        self.reported = None;
        self.parent = Some(ParentRecord {
            version: version.to_owned(),
            ..record
        });
    }

    /// Where they live: the part of a country, or the country alone, where it is known.
    pub fn territory(&self) -> Option<Territory> {
        let code = self.country?;
        let country = std::str::from_utf8(&code).ok()?;
        let part = self.part.as_ref();
        let part = part.and_then(|part| format!("{country}-{part}").parse().ok());
        part.or_else(|| country.parse().ok())
    }

    /// Sets where they live. Where only the country is said, the part of it that is known stays.
    pub fn set_territory(&mut self, said: Territory) {
        let place = said.refined(self.territory());
        if let [a, b] = place.country().code().as_bytes() {
            self.country = Some([*a, *b]);
        }
        let part = place.code().split_once('-');
        self.part = part.map(|(_, part)| part.to_owned());
    }

    /// Notes that there are items of a class that counts from an event of theirs.
    pub fn list_class(&mut self, class: Word) {
        if !self.moving.iter().any(|(listed, _)| *listed == class.0) {
            self.moving.push((class.0, UNLISTED));
        }
    }

    /// The day of an event, where it has happened.
    pub fn event(&self, event: Word) -> Option<Day> {
        self.events
            .iter()
            .find(|(word, _)| *word == event.0)
            .map(|(_, day)| Day(*day))
    }

    /// Sets the day of an event; an event never moves back.
    pub fn move_event(&mut self, event: Word, day: Day) {
        match self.events.iter_mut().find(|(word, _)| *word == event.0) {
            Some((_, known)) => *known = (*known).max(day.0),
            None => self.events.push((event.0, day.0)),
        }
    }

    /// Sets the day of an event to what a register says, or takes the event away while it says no
    /// day. What this makes later must not be past its day already.
    pub fn set_event(&mut self, event: Word, day: Option<Day>) {
        self.events.retain(|(word, _)| *word != event.0);
        self.events.extend(day.map(|day| (event.0, day.0)));
    }

    /// The day on which a field was last given, put right or confirmed.
    pub fn confirmed(&self, field: Word) -> Option<Day> {
        let found = self.confirmed.iter().find(|(word, _)| *word == field.0);
        found.map(|(_, day)| Day(*day))
    }

    /// Notes that a field was given, put right or confirmed; the day never moves back.
    pub fn confirm(&mut self, field: Word, day: Day) {
        match self.confirmed.iter_mut().find(|(word, _)| *word == field.0) {
            Some((_, known)) => *known = (*known).max(day.0),
            None => self.confirmed.push((field.0, day.0)),
        }
    }

    /// The first hold that keeps a field, if there is one.
    pub fn holding(&self, field: Word) -> Option<&LegalHold> {
        self.holds
            .iter()
            .find(|hold| hold.fields.contains(&field.0))
    }

    /// Where an item stood before it was held; nothing where it is not.
    pub fn before_held(&self, field: Word, number: ItemNumber) -> Option<&HeldItem> {
        let is_it = |held: &&HeldItem| held.field == field.0 && held.number == number;
        self.held.iter().find(is_it)
    }

    /// Takes the number for a new item.
    pub fn number_item(&mut self) -> Result<ItemNumber, Failure> {
        let next = self.next_item.checked_add(1);
        self.next_item = next.ok_or(Failure::Invalid("the person has too many items"))?;
        Ok(self.next_item)
    }

    /// The bytes that are sealed. The first byte tells the format.
    pub fn encode(&self) -> Result<Vec<u8>, Failure> {
        let start = vec![STATE_FORMAT];
        postcard::to_extend(self, start).map_err(|_| Failure::Invalid("a person's state"))
    }

    /// Reads what was sealed.
    pub fn decode(bytes: &[u8]) -> Result<PersonState, Failure> {
        let damaged = || Failure::Corrupt("a person's state cannot be read".to_owned());
        let newer = |problem: &str| {
            Failure::Unavailable(format!(
                "a person's state {problem}; use the version that wrote it, or a newer one"
            ))
        };
        match bytes.split_first() {
            // What was added at the end since is nothing in an older state, which zeros stand for.
            Some((&STATE_FORMAT, rest)) => {
                let padded = zeroize::Zeroizing::new([rest, &[0; ADDED_MAX]].concat());
                let read = postcard::take_from_bytes(&padded).map_err(|_| damaged());
                let (state, beyond): (PersonState, &[u8]) = read?;
                // Written again, it would lose what this program does not know.
                match beyond.iter().all(|byte| *byte == 0) {
                    true => Ok(state),
                    false => Err(newer("holds more than this program knows")),
                }
            }
            Some((format, _)) if *format > STATE_FORMAT => Err(newer(&format!(
                "has format {format}, and this program knows formats up to {STATE_FORMAT}"
            ))),
            Some(_) | None => Err(damaged()),
        }
    }
}

const STATE_FORMAT: u8 = 1;

/// How many bytes stand for what was added at the end of the state since the format began. A field
/// that is nothing is a zero for each part that it always has.
const ADDED_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_and_events_only_move_on() {
        let mut state = PersonState::default();
        state.move_event(Word(3), Day(10));
        state.move_event(Word(3), Day(7));
        assert_eq!(state.event(Word(3)), Some(Day(10)));
        assert_eq!(state.number_item().unwrap(), 1);
        state.set_territory("CA".parse().unwrap());
        let back = PersonState::decode(&state.encode().unwrap()).unwrap();
        assert_eq!(back, state);
        assert_eq!(back.territory().map(Territory::code), Some("CA"));
        assert!(PersonState::decode(&[9, 0]).is_err());
        let mut older = state.encode().unwrap();
        older.pop();
        assert_eq!(PersonState::decode(&older).unwrap(), state);
    }

    #[test]
    fn a_part_of_a_country_is_stored_and_stays_while_only_the_country_is_said() {
        let mut state = PersonState::default();
        for (said, known) in [
            ("US", "US"),
            ("US-CA", "US-CA"),
            ("US", "US-CA"),
            ("US-NY", "US-NY"),
            ("CA", "CA"),
            ("CA-QC", "CA-QC"),
        ] {
            state.set_territory(said.parse().unwrap());
            let back = PersonState::decode(&state.encode().unwrap()).unwrap();
            assert_eq!(back.territory().map(Territory::code), Some(known), "{said}");
        }
        // A part that this program does not know leaves the country.
        state.part = Some("XX".to_owned());
        assert_eq!(state.territory().map(Territory::code), Some("CA"));
    }

    /// A state as it was written when this format began, field by field. Fields are added at the
    /// end of the state, and nothing else of it ever changes; where that does not do, the format
    /// gets another number and this one is still read.
    const FIRST: &str = concat!(
        "01",
        "015553",
        "010000",
        "05",
        "0103",
        "01040280a4a7da06000377656203312e30",
        "0109",
        "0106c803",
        "0107d003"
    );

    #[test]
    fn a_state_of_before_opens_and_one_of_later_is_left_alone() {
        let bytes = data_encoding::HEXLOWER.decode(FIRST.as_bytes()).unwrap();
        let state = PersonState::decode(&bytes).unwrap();
        let expected = PersonState {
            country: Some(*b"US"),
            restricted: true,
            next_item: 5,
            objections: vec![3],
            consents: vec![ConsentRecord {
                purpose: 4,
                given: 1,
                given_second: 900_000_000,
                withdrawn_second: None,
                through: "web".to_owned(),
                version: "1.0".to_owned(),
            }],
            agreed_recipients: vec![9],
            events: vec![(6, 228)],
            moving: vec![(7, 232)],
            ..PersonState::default()
        };
        assert_eq!(state, expected);
        assert_eq!(state.territory().map(Territory::code), Some("US"));

        let mut later = expected.encode().unwrap();
        later.extend_from_slice(&[1, 7]);
        let told = PersonState::decode(&later).unwrap_err();
        assert!(matches!(told, Failure::Unavailable(_)), "{told}");
        later[0] = STATE_FORMAT + 1;
        let told = PersonState::decode(&later).unwrap_err();
        assert!(told.to_string().contains("format 2"), "{told}");
    }
}
