//! The words that rules rest on, compared: recipients, instruments, regions, roles, events, fields.
//! A word is told of under each document that uses it, or once where none does.

use super::side::{Pair, Side};
use super::{Change, Direction, Kind, People, Value};
use crate::model::*;
use kept_terms::{Set, Territories};

/// A word that both versions declare, and in which way it differs.
struct Altered {
    kind: Kind,
    direction: Direction,
    about: Value,
    was: Value,
    now: Value,
}

fn altered(kind: Kind, direction: Direction, about: Value, was: Value, now: Value) -> Altered {
    Altered {
        kind,
        direction,
        about,
        was,
        now,
    }
}

/// Everything in which the words of two versions differ.
fn words(old: &Words, new: &Words) -> Vec<Altered> {
    let mut found = Vec::new();
    recipients(old, new, &mut found);
    instruments(old, new, &mut found);
    regions(old, new, &mut found);
    for (_, was) in old.roles.iter() {
        let now = new.roles.id(&was.name).and_then(|id| new.roles.get(id));
        if now.is_some_and(|now| now.administers != was.administers) {
            let about = Value::Word("role", was.name.to_string());
            found.push(altered(
                Kind::Administers,
                Direction::Neutral,
                about,
                Value::Nothing,
                Value::Nothing,
            ));
        }
    }
    for (_, was) in old.events.iter() {
        let now = new.events.id(&was.name).and_then(|id| new.events.get(id));
        let same = |now: &Event| (now.of_person, &now.moved_by) == (was.of_person, &was.moved_by);
        if now.is_some_and(|now| !same(now)) {
            found.push(word("event", &was.name));
        }
    }
    for (_, was) in old.fields.iter() {
        let now = new.fields.id(&was.name).and_then(|id| new.fields.get(id));
        let of = |it: &Field| {
            let choices = it.choices.clone();
            (it.kind, it.identifier, it.many, it.length_max, choices)
        };
        if now.is_some_and(|now| of(now) != of(was)) {
            found.push(word("field", &was.name));
        }
    }
    for (_, was) in old.channels.iter() {
        let now = new
            .channels
            .id(&was.name)
            .and_then(|id| new.channels.get(id));
        if now.is_some_and(|now| (now.region, now.staffed) != (was.region, was.staffed)) {
            found.push(word("channel", &was.name));
        }
    }
    for (_, was) in old.stores.iter() {
        let now = new.stores.id(&was.name).and_then(|id| new.stores.get(id));
        if now.is_some_and(|now| now.country != was.country) {
            found.push(word("store", &was.name));
        }
    }
    found
}

fn word(kind: &'static str, name: &str) -> Altered {
    let about = Value::Word(kind, name.to_owned());
    altered(
        Kind::Word,
        Direction::Neutral,
        about,
        Value::Nothing,
        Value::Nothing,
    )
}

fn recipients(old: &Words, new: &Words, found: &mut Vec<Altered>) {
    for (_, was) in old.recipients.iter() {
        let id = new.recipients.id(&was.name);
        let Some(now) = id.and_then(|id| new.recipients.get(id)) else {
            continue;
        };
        let about = || Value::Word("recipient", was.name.to_string());
        if was.country != now.country {
            let countries = |country| Value::Countries(Territories::of(country));
            let (was, now) = (countries(was.country), countries(now.country));
            found.push(altered(
                Kind::RecipientMoved,
                Direction::Neutral,
                about(),
                was,
                now,
            ));
        }
        if was.kind != now.kind {
            let (was, now) = (Value::Recipient(was.kind), Value::Recipient(now.kind));
            found.push(altered(
                Kind::RecipientKind,
                Direction::Neutral,
                about(),
                was,
                now,
            ));
        }
    }
}

fn instruments(old: &Words, new: &Words, found: &mut Vec<Altered>) {
    // Declared on one side only it still opens or shuts routes that name it.
    let names = old.instruments.iter().chain(new.instruments.iter());
    let mut names: Vec<&str> = names.map(|(_, it)| it.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let of = |words: &Words| {
            let found = words.instruments.id(name);
            let found = found.and_then(|id| words.instruments.get(id));
            found.map(|it| (it.kind.clone(), it.valid_until))
        };
        let (was, now) = (of(old), of(new));
        if was == now {
            continue;
        }
        let value = |told: &Option<(String, Option<_>)>| match told {
            Some((_, Some(date))) => Value::Date(*date),
            Some((kind, None)) => Value::Text(kind.clone()),
            None => Value::Nothing,
        };
        let about = Value::Word("instrument", name.to_owned());
        found.push(altered(
            Kind::Instrument,
            Direction::Neutral,
            about,
            value(&was),
            value(&now),
        ));
    }
}

fn regions(old: &Words, new: &Words, found: &mut Vec<Altered>) {
    let names = old.regions.iter().chain(new.regions.iter());
    let mut names: Vec<&str> = names.map(|(_, it)| it.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let free = |words: &Words| {
            let id = words.regions.id(name);
            let region = id.and_then(|id| words.regions.get(id)).filter(|it| it.free);
            region.map_or(Set::EMPTY, |it| it.countries)
        };
        let (was, now): (Territories, Territories) = (free(old), free(new));
        if was != now {
            let direction = match (was.is_subset(now), now.is_subset(was)) {
                (true, _) => Direction::Against,
                (false, true) => Direction::Favour,
                (false, false) => Direction::Neutral,
            };
            let about = Value::Word("region", name.to_owned());
            found.push(altered(
                Kind::Free,
                direction,
                about,
                Value::Countries(was),
                Value::Countries(now),
            ));
        }
    }
}

impl Side<'_> {
    /// Whether a clause rests on a word.
    fn rests_on(&self, body: &Body, word: &Value) -> bool {
        let Value::Word(kind, name) = word else {
            return false;
        };
        let words = self.words();
        match (*kind, body) {
            ("recipient", Body::Disclose(it)) => words.recipients.name(it.to) == name,
            ("instrument", Body::Transfer(it)) => self.instrument(it.instrument) == *name,
            ("region", Body::Transfer(_) | Body::Disclose(_)) => true,
            ("role", Body::Use(it)) => self.roles(it.roles).contains(name),
            ("role", Body::Secure(Secure::View { role, .. })) => words.roles.name(*role) == name,
            ("event", Body::Keep(it)) => words.events.name(it.after) == name,
            ("field", Body::Collect(it)) => self.fields(it.data).contains(name),
            ("channel", Body::Collect(it)) => {
                words.channels.names(it.through).contains(&name.as_str())
            }
            ("store", Body::Secure(Secure::StoredIn { stores })) => {
                words.stores.names(*stores).contains(&name.as_str())
            }
            (_, _) => false,
        }
    }
}

impl Pair<'_> {
    /// The words that the rules of this pair rest on and that differ.
    pub(super) fn words(&mut self) {
        for one in words(self.old.words(), self.new.words()) {
            let mut change = self.change(one.kind, one.direction);
            (change.was, change.now) = (one.was, one.now);
            change.about = one.about;
            // What an event or a store is matters to people as the clause that rests on it does.
            change.material |= matches!(change.about, Value::Word("event" | "store", _));
            let about = change.about.clone();
            change.data = self.data_resting_on(&about);
            self.add(change, |side, body| side.rests_on(body, &about));
            let rests = |it: &Change| !it.old.is_empty() || !it.new.is_empty();
            if !self.changes.last().is_some_and(rests) {
                self.changes.pop();
            }
        }
    }

    /// The fields that a recipient gets or an event has kept.
    fn data_resting_on(&self, word: &Value) -> Vec<String> {
        let mut data = super::side::Names::new();
        for side in [&self.old, &self.new] {
            for clause in side.clauses() {
                match &clause.body {
                    Body::Disclose(it) if side.rests_on(&clause.body, word) => {
                        data.extend(side.fields(it.data));
                    }
                    Body::Keep(it) if side.rests_on(&clause.body, word) => {
                        data.extend(side.fields(it.data));
                    }
                    _ => {}
                }
            }
        }
        super::side::list(&data)
    }
}

/// The words that differ and that no document uses.
pub(super) fn unused(old: &Policy, new: &Policy, told: &[Change]) -> Vec<Change> {
    let untold = words(&old.words, &new.words).into_iter().filter(|one| {
        let same = |change: &&Change| change.kind == one.kind && change.about == one.about;
        told.iter().find(same).is_none()
    });
    let change = |one: Altered| Change {
        kind: one.kind,
        direction: Direction::Neutral,
        material: false,
        people: People::default(),
        data: Vec::new(),
        purposes: Vec::new(),
        channels: Vec::new(),
        about: one.about,
        was: one.was,
        now: one.now,
        old: Vec::new(),
        new: Vec::new(),
        ask: Vec::new(),
    };
    untold.map(change).collect()
}
