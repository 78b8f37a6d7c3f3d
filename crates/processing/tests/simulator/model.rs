//! What the door should answer, worked out from plain lists in memory. It stores nothing and seals
//! nothing, so whatever it says is easy to check by reading it.

use kept_processing::Failure;
use kept_terms::PersonId;

/// Days after which a sweep asks whether the clock is right.
const GAP: i32 = 31;

/// What is done, in few words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Contact details come in, matched by address.
    Contact {
        email: usize,
        name: u64,
        phone: Option<u64>,
    },
    /// A message comes in, matched by address.
    Message {
        email: usize,
        text: u64,
    },
    /// A message comes in about somebody known.
    Known {
        person: PersonId,
        text: u64,
    },
    Answer(PersonId),
    Advertise(PersonId),
    Other(PersonId),
    GetInTouch(PersonId),
    Find {
        email: usize,
    },
    Verify {
        person: PersonId,
        name: u64,
    },
    Rename {
        person: PersonId,
        name: u64,
    },
    Move {
        person: PersonId,
        email: usize,
    },
    Object {
        person: PersonId,
        objects: bool,
    },
    Consent {
        person: PersonId,
        given: bool,
    },
    Restrict {
        person: PersonId,
        paused: bool,
    },
    Erase(PersonId),
}

/// What the door answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Stored { person: PersonId, new: bool },
    Values(Vec<String>),
    Found(Option<PersonId>),
    Matched(bool),
    Done,
    Refused,
    Failed(Failure),
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Item {
    field: &'static str,
    value: String,
    /// The day it came in, where its period counts from that.
    day: Option<i32>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Person {
    id: PersonId,
    email: Option<usize>,
    items: Vec<Item>,
    contact: i32,
    objects: bool,
    consent: Option<i32>,
    paused: bool,
    failures: u32,
}

/// What can be seen of a person from outside.
pub type View = (Vec<String>, bool, bool, bool);

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    people: Vec<Person>,
    pub today: i32,
    pub last_sweep: i32,
    /// Days that contact details and correspondence are kept.
    pub periods: (i32, i32),
}

impl Model {
    pub fn new(today: i32) -> Model {
        Model {
            people: Vec::new(),
            today,
            last_sweep: today,
            periods: (40, 25),
        }
    }

    pub fn ids(&self) -> Vec<PersonId> {
        self.people.iter().map(|person| person.id).collect()
    }

    pub fn clock_is_trusted(&self) -> bool {
        self.today - self.last_sweep <= GAP
    }

    fn is_live(&self, person: &Person, item: &Item) -> bool {
        let due = match item.day {
            None => person.contact + self.periods.0,
            Some(day) => day + self.periods.1,
        };
        due > self.today
    }

    fn values(&self, person: &Person, fields: &[&str]) -> Vec<String> {
        let live = person
            .items
            .iter()
            .filter(|item| self.is_live(person, item));
        let wanted = live.filter(|item| fields.contains(&item.field));
        let mut told: Vec<_> = wanted.map(|i| format!("{}={}", i.field, i.value)).collect();
        told.sort();
        told
    }

    fn at(&self, id: PersonId) -> Option<usize> {
        self.people.iter().position(|person| person.id == id)
    }

    fn owner(&self, email: usize) -> Option<usize> {
        self.people
            .iter()
            .position(|person| person.email == Some(email))
    }

    /// Whether contact details of anybody are past their day and not yet destroyed.
    pub fn anybody_past(&self) -> bool {
        self.people.iter().any(|person| self.is_past(person))
    }

    fn is_past(&self, person: &Person) -> bool {
        let moving = person.items.iter().any(|item| item.day.is_none());
        moving && person.contact + self.periods.0 <= self.today
    }

    /// Destroys what is past of one person.
    fn expire(&mut self, at: usize) {
        let person = &self.people[at];
        let live = person
            .items
            .iter()
            .filter(|item| self.is_live(person, item));
        let live: Vec<Item> = live.cloned().collect();
        if live.is_empty() {
            self.people.remove(at);
            return;
        }
        let person = &mut self.people[at];
        if !live.iter().any(|item| item.field == "email") {
            person.email = None;
        }
        person.items = live;
    }

    pub fn sweep(&mut self) {
        for at in (0..self.people.len()).rev() {
            self.expire(at);
        }
        self.last_sweep = self.last_sweep.max(self.today);
    }

    /// Before the day of the last contact moves.
    fn expire_if_past(&mut self, id: PersonId) {
        if let Some(at) = self.at(id)
            && self.is_past(&self.people[at])
            && self.clock_is_trusted()
        {
            self.expire(at);
        }
    }

    /// Everybody, as seen from outside.
    pub fn views(&self) -> Vec<View> {
        let all = ["name", "email", "phone", "message"];
        let view = |person: &Person| {
            let values = self.values(person, &all);
            (
                values,
                person.objects,
                person.consent.is_some(),
                person.paused,
            )
        };
        let mut views: Vec<View> = self.people.iter().map(view).collect();
        views.sort();
        views
    }

    /// What a deed answers, and what it leaves. `fresh` is who a new person is.
    pub fn apply(&mut self, deed: &Deed, fresh: PersonId) -> Answer {
        let gone = || Answer::Failed(Failure::NotFound("person"));
        match *deed {
            Deed::Contact { email, name, phone } => {
                let mut values = vec![("name", format!("Name {name}"))];
                values.extend(phone.map(|phone| ("phone", format!("+1 212 555 01{phone:02}"))));
                self.collect(email, values, None, fresh)
            }
            Deed::Message { email, text } => {
                self.collect(email, Vec::new(), Some(format!("Text {text}")), fresh)
            }
            Deed::Known { person, text } => {
                self.expire_if_past(person);
                let Some(at) = self.at(person) else {
                    return gone();
                };
                self.take(at, Vec::new(), Some(format!("Text {text}")));
                Answer::Stored { person, new: false }
            }
            Deed::Find { email } => {
                let owner = self.owner(email).map(|at| &self.people[at]);
                let is_live = |p: &&Person| p.items.iter().any(|item| self.is_live(p, item));
                Answer::Found(owner.filter(is_live).map(|person| person.id))
            }
            Deed::Answer(id) => self.read(id, |p| !p.paused, &["name", "phone", "message"]),
            Deed::Advertise(id) => self.read(id, |p| !p.paused && !p.objects, &["name"]),
            Deed::Other(id) => {
                let today = self.today;
                let agreed = |p: &Person| p.consent.is_some_and(|day| day + 365 > today);
                self.read(id, |p| !p.paused && agreed(p), &["name"])
            }
            Deed::GetInTouch(id) => {
                let Some(at) = self.at(id) else { return gone() };
                if self.people[at].paused {
                    return Answer::Refused;
                }
                if self.people[at].contact < self.today {
                    self.expire_if_past(id);
                }
                let Some(at) = self.at(id) else { return gone() };
                let contact = &mut self.people[at].contact;
                *contact = self.today.max(*contact);
                self.read(id, |_| true, &["name", "phone"])
            }
            Deed::Verify { .. }
            | Deed::Rename { .. }
            | Deed::Move { .. }
            | Deed::Object { .. }
            | Deed::Consent { .. }
            | Deed::Restrict { .. }
            | Deed::Erase(_) => self.change(deed),
        }
    }

    fn change(&mut self, deed: &Deed) -> Answer {
        let Some(at) = whom(deed).and_then(|id| self.at(id)) else {
            return Answer::Failed(Failure::NotFound("person"));
        };
        let live = |field| {
            let person = &self.people[at];
            let of_field = person.items.iter().filter(|item| item.field == field);
            of_field.filter(|item| self.is_live(person, item)).count() > 0
        };
        let missing = Answer::Failed(Failure::NotFound("item"));
        match *deed {
            Deed::Verify { name, .. } => {
                if self.people[at].failures >= 5 {
                    return Answer::Refused;
                }
                let said = vec![format!("name=Name {name}")];
                let matched = self.values(&self.people[at], &["name"]) == said;
                let failures = &mut self.people[at].failures;
                *failures = if matched { 0 } else { *failures + 1 };
                return Answer::Matched(matched);
            }
            Deed::Rename { name, .. } => {
                if !live("name") {
                    return missing;
                }
                put(&mut self.people[at], "name", format!("Name {name}"));
            }
            Deed::Move { email, .. } => {
                if self.owner(email).is_some_and(|owner| owner != at) {
                    return Answer::Refused;
                }
                if !live("email") {
                    return missing;
                }
                put(&mut self.people[at], "email", address(email));
                self.people[at].email = Some(email);
            }
            Deed::Object { objects, .. } => self.people[at].objects = objects,
            Deed::Consent { given, .. } => {
                self.people[at].consent = given.then_some(self.today);
            }
            Deed::Restrict { paused, .. } => self.people[at].paused = paused,
            Deed::Erase(_) => {
                self.people.remove(at);
            }
            _ => panic!("not a change: {deed:?}"),
        }
        Answer::Done
    }

    fn read(&self, id: PersonId, may: impl Fn(&Person) -> bool, fields: &[&str]) -> Answer {
        match self.at(id).map(|at| &self.people[at]) {
            None => Answer::Failed(Failure::NotFound("person")),
            Some(person) if !may(person) => Answer::Refused,
            Some(person) => Answer::Values(self.values(person, fields)),
        }
    }

    fn collect(
        &mut self,
        email: usize,
        mut values: Vec<(&'static str, String)>,
        message: Option<String>,
        fresh: PersonId,
    ) -> Answer {
        if let Some(at) = self.owner(email) {
            self.expire_if_past(self.people[at].id);
        }
        let owner = self.owner(email);
        let new = owner.is_none();
        let at = owner.unwrap_or_else(|| {
            self.people.push(Person {
                id: fresh,
                email: Some(email),
                items: Vec::new(),
                contact: i32::MIN / 2,
                objects: false,
                consent: None,
                paused: false,
                failures: 0,
            });
            self.people.len() - 1
        });
        values.push(("email", address(email)));
        self.take(at, values, message);
        let person = self.people[at].id;
        Answer::Stored { person, new }
    }

    fn take(&mut self, at: usize, values: Vec<(&'static str, String)>, message: Option<String>) {
        let person = &mut self.people[at];
        person.contact = person.contact.max(self.today);
        for (field, value) in values {
            put(person, field, value);
        }
        if let Some(value) = message {
            let (field, day) = ("message", Some(self.today));
            person.items.push(Item { field, value, day });
        }
    }
}

fn put(person: &mut Person, field: &'static str, value: String) {
    person.items.retain(|item| item.field != field);
    let day = None;
    person.items.push(Item { field, value, day });
}

pub fn address(number: usize) -> String {
    format!("sim{number}@example.com")
}

/// Whom a deed is about, where that is said.
pub fn whom(deed: &Deed) -> Option<PersonId> {
    match *deed {
        Deed::Contact { .. } | Deed::Message { .. } | Deed::Find { .. } => None,
        Deed::Known { person, .. }
        | Deed::Answer(person)
        | Deed::Advertise(person)
        | Deed::Other(person)
        | Deed::GetInTouch(person)
        | Deed::Verify { person, .. }
        | Deed::Rename { person, .. }
        | Deed::Move { person, .. }
        | Deed::Object { person, .. }
        | Deed::Consent { person, .. }
        | Deed::Restrict { person, .. }
        | Deed::Erase(person) => Some(person),
    }
}
