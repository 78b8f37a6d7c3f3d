//! A group of acts, worked out in memory: what has to be looked at, which acts hold, and what is
//! changed in the end. It asks no database; what it says of rows holds while the end of the ledger
//! is locked.

use crate::store::changes::Changes;
use crate::store::limits::is_about_person;
use crate::store::{BlindIndex, Commit, Expected, Outcome, RecordKind, StoredItem, Word, Write};
use kept_terms::{Day, PersonId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::schema::PEOPLE;

/// Whether every server remembers what a change is of.
fn is_remembered(write: &Write) -> bool {
    let kind = match write {
        Write::PutRecord(record) => record.kind,
        Write::DeleteRecord(kind, _) => *kind,
        _ => return false,
    };
    match kind {
        RecordKind::Policy | RecordKind::Setting | RecordKind::Evidence | RecordKind::Register => {
            true
        }
        RecordKind::Token
        | RecordKind::Idempotency
        | RecordKind::Outgoing
        | RecordKind::Progress
        | RecordKind::Doomed
        | RecordKind::Approval
        | RecordKind::Delivery
        | RecordKind::Case
        | RecordKind::Attempt
        | RecordKind::Session
        | RecordKind::Hosted => false,
    }
}

/// Whether a change does the same whatever was there before, or is an error where what it puts was
/// there.
fn can_be_guessed(write: &Write) -> bool {
    match write {
        Write::PutState(_) | Write::PutItem(_) | Write::Claim(_) => true,
        Write::PutAnchor { new, .. } => new.is_some(),
        Write::PutRecord(_) => !is_remembered(write),
        Write::DeleteRecord(..)
        | Write::DeleteItem(..)
        | Write::Unclaim(_)
        | Write::SetAside { .. }
        | Write::DeletePerson => false,
    }
}

/// Whose item it is, its field and its number.
pub type Place = (PersonId, u32, u32);
/// The kind of a record and its key.
pub type Key<'a> = (u8, &'a [u8]);

/// What a group does first to last.
pub enum Part<'a> {
    /// Commits, each with an outcome, and the generation they hold under, where that counts.
    Commits(&'a [Commit], Option<u64>),
    /// Changes of records without an entry.
    Book(&'a [Write]),
}

/// What has to be looked at before a group is worked out.
#[derive(Default)]
pub struct Wants<'a> {
    /// People whose version counts, or who may be made.
    pub people: BTreeSet<PersonId>,
    /// Identifiers whose owner counts.
    pub hashes: BTreeSet<BlindIndex>,
    /// Items that may be replaced or deleted.
    pub items: BTreeSet<Place>,
    /// Records that may not be there.
    pub records: BTreeSet<Key<'a>>,
}

impl<'a> Wants<'a> {
    /// What a group's parts have to look at.
    pub fn of(parts: &[Part<'a>]) -> Wants<'a> {
        let mut wants = Wants::default();
        for part in parts {
            if let Part::Commits(commits, _) = part {
                commits.iter().for_each(|commit| wants.add(commit));
            }
        }
        wants
    }

    fn add(&mut self, commit: &'a Commit) {
        for (kind, key) in &commit.absent {
            self.records.insert((*kind as u8, key));
        }
        let Some(person) = commit.person else {
            return;
        };
        let is_touching = commit.writes.iter().any(is_about_person);
        if is_touching || commit.expected != Expected::Nothing {
            self.people.insert(person);
        }
        // Whoever is new has no items; whoever is not gets none by this commit.
        let is_new = commit.expected == Expected::New;
        for write in &commit.writes {
            match write {
                Write::Claim(hash) | Write::Unclaim(hash) => {
                    self.hashes.insert(*hash);
                }
                Write::PutItem(item) if !is_new => {
                    self.items.insert((person, item.field.0, item.number));
                }
                Write::DeleteItem(field, number) => {
                    self.items.insert((person, field.0, *number));
                }
                Write::SetAside {
                    person, unclaimed, ..
                } => {
                    self.people.insert(*person);
                    self.hashes.extend(unclaimed.iter().copied());
                }
                Write::PutItem(_)
                | Write::PutState(_)
                | Write::PutAnchor { .. }
                | Write::DeletePerson
                | Write::PutRecord(_)
                | Write::DeleteRecord(..) => {}
            }
        }
    }
}

/// What was found, and what the group makes of it. Borrowed from the commits.
#[derive(Default)]
pub struct Draft<'a> {
    /// The versions of people who are there.
    pub versions: HashMap<PersonId, u64>,
    /// People who were deleted and have rows left.
    pub leftovers: HashSet<PersonId>,
    /// Owners of identifiers.
    pub owners: HashMap<BlindIndex, PersonId>,
    /// Classes of items that are there.
    pub classes: HashMap<Place, Word>,
    /// Records that are there.
    pub present: HashSet<(u8, Vec<u8>)>,
    /// People whose row changes, with their new state where that does.
    pub people: BTreeMap<PersonId, Option<&'a [u8]>>,
    /// People who are deleted.
    pub deleted: BTreeSet<PersonId>,
    /// Identifiers whose owner changes.
    pub claims: BTreeMap<BlindIndex, Option<PersonId>>,
    /// Items put, or deleted.
    pub items: BTreeMap<Place, Option<&'a StoredItem>>,
    /// Days that moving classes count from.
    pub anchors: BTreeMap<(PersonId, u32), Option<Day>>,
    /// Records put, or deleted.
    pub records: BTreeMap<Key<'a>, Option<&'a [u8]>>,
    /// Entries, in order of their index.
    pub entries: Vec<(Option<PersonId>, &'a [u8])>,
    /// By how much figures move.
    pub tally: BTreeMap<i64, i64>,
    /// The index of the first entry.
    pub first: u64,
    /// How often what every server remembers was changed.
    pub generation: u64,
    /// People who must be at a version still.
    pub seen: BTreeMap<PersonId, u64>,
    /// Records that are put and must not have been there.
    pub fresh: BTreeSet<Key<'a>>,
}

impl<'a> Draft<'a> {
    /// A draft of nothing yet that stands on what this server knows and on what is likely: that
    /// people are as they were read, and that whatever is put is new. Nothing where a part needs
    /// more than that, or would be another thing if it were not so. `changes` is what is known of
    /// who changed, where nobody else writes.
    pub fn guessed(
        parts: &[Part<'a>],
        changes: Option<&Changes>,
        first: u64,
        generation: u64,
    ) -> Option<Draft<'a>> {
        let mut draft = Draft {
            first,
            generation,
            ..Draft::default()
        };
        for part in parts {
            let done = match part {
                Part::Commits(commits, under) => {
                    under.is_none_or(|under| under == generation)
                        && commits.iter().all(|commit| draft.guess(commit, changes))
                }
                Part::Book(writes) => writes.iter().all(can_be_guessed),
            };
            if !done {
                return None;
            }
        }
        Some(draft)
    }

    fn guess(&mut self, commit: &'a Commit, changes: Option<&Changes>) -> bool {
        let mut absent = commit.absent.iter();
        let is_put = |(kind, key): &(RecordKind, Vec<u8>)| {
            commit.writes.iter().any(|write| match write {
                Write::PutRecord(record) => record.kind == *kind && record.key == *key,
                _ => false,
            })
        };
        if !absent.all(is_put) || !commit.writes.iter().all(can_be_guessed) {
            return false;
        }
        let absent = commit.absent.iter();
        self.fresh
            .extend(absent.map(|(kind, key)| (*kind as u8, &key[..])));
        match (commit.person, commit.expected) {
            (_, Expected::Nothing) => !commit.writes.iter().any(is_about_person),
            (Some(person), Expected::Unchanged { version, epoch }) => {
                let version = *self.versions.entry(person).or_insert(version);
                match changes {
                    Some(changes) => changes.is_unchanged_since(person, epoch),
                    None => {
                        self.seen.insert(person, version);
                        true
                    }
                }
            }
            // Whether somebody is new is found out by making them.
            (_, Expected::New | Expected::Unchanged { .. }) => {
                let mut writes = commit.writes.iter();
                writes.any(|write| matches!(write, Write::PutState(_)))
            }
        }
    }

    /// Works out one commit after those before it: changes nothing unless it holds, and that only
    /// under a generation, where one is given.
    pub fn apply(&mut self, commit: &'a Commit, under: Option<u64>) -> Outcome {
        if under.is_some_and(|under| under != self.generation) {
            return Outcome::Moved;
        }
        let mut absent = commit.absent.iter();
        if absent.any(|(kind, key)| self.has_record((*kind as u8, key))) {
            return Outcome::Repeated;
        }
        if let Some(person) = commit.person {
            let version = self.versions.get(&person).copied();
            let holds = match commit.expected {
                Expected::Nothing => true,
                Expected::New => version.is_none(),
                Expected::Unchanged {
                    version: expected, ..
                } => version == Some(expected),
            };
            if !holds {
                return Outcome::Moved;
            }
            if commit.writes.iter().any(is_about_person) {
                if version.is_none() && !self.can_create(person, &commit.writes) {
                    return Outcome::Moved;
                }
                if let Some(refused) = self.refuses(person, &commit.writes) {
                    return refused;
                }
                self.change_person(person, version, &commit.writes);
            }
        }
        self.book(&commit.writes);
        let index = self.first.saturating_add(self.entries.len() as u64);
        self.entries.push((commit.person, &commit.entry));
        Outcome::Done(index)
    }

    /// Changes records.
    pub fn book(&mut self, writes: &'a [Write]) {
        self.generation += u64::from(writes.iter().any(is_remembered));
        for write in writes {
            match write {
                Write::PutRecord(record) => {
                    let key = (record.kind as u8, &record.key[..]);
                    self.records.insert(key, Some(&record.value));
                }
                Write::DeleteRecord(kind, key) => {
                    self.records.insert((*kind as u8, key), None);
                }
                Write::PutState(_)
                | Write::PutItem(_)
                | Write::DeleteItem(..)
                | Write::Claim(_)
                | Write::Unclaim(_)
                | Write::PutAnchor { .. }
                | Write::SetAside { .. }
                | Write::DeletePerson => {}
            }
        }
    }

    fn has_record(&self, key: Key<'_>) -> bool {
        match self.records.get(&key) {
            Some(changed) => changed.is_some(),
            None => self.present.contains(&(key.0, key.1.to_vec())),
        }
    }

    /// A person is made by their state, and never again once deleted while rows of theirs are left.
    fn can_create(&self, person: PersonId, writes: &[Write]) -> bool {
        let has_state = writes
            .iter()
            .any(|write| matches!(write, Write::PutState(_)));
        has_state && !self.leftovers.contains(&person)
    }

    fn refuses(&self, person: PersonId, writes: &[Write]) -> Option<Outcome> {
        for write in writes {
            if let Write::Claim(hash) = write
                && let Some(owner) = self.owners.get(hash)
                && *owner != person
                && !self.leftovers.contains(owner)
            {
                return Some(Outcome::Taken);
            }
            if let Write::SetAside {
                person: other,
                version,
                ..
            } = write
                && (*other == person || self.versions.get(other) != Some(version))
            {
                return Some(Outcome::Moved);
            }
        }
        None
    }

    fn change_person(&mut self, person: PersonId, version: Option<u64>, writes: &'a [Write]) {
        let mut state = None;
        let mut is_deleted = false;
        for write in writes {
            match write {
                Write::PutState(new) => state = Some(&new[..]),
                Write::PutItem(item) => self.put_item(person, item),
                Write::DeleteItem(field, number) => self.delete_item((person, field.0, *number)),
                Write::Claim(hash) => {
                    self.owners.insert(*hash, person);
                    self.claims.insert(*hash, Some(person));
                }
                Write::Unclaim(hash) => self.unclaim(person, hash),
                Write::PutAnchor { class, new, old: _ } => {
                    self.anchors.insert((person, class.0), *new);
                }
                Write::SetAside {
                    person: other,
                    version,
                    state,
                    unclaimed,
                } => {
                    unclaimed.iter().for_each(|hash| self.unclaim(*other, hash));
                    self.versions.insert(*other, version.saturating_add(1));
                    self.people.insert(*other, Some(state));
                }
                Write::DeletePerson => is_deleted = true,
                Write::PutRecord(_) | Write::DeleteRecord(..) => {}
            }
        }
        if is_deleted {
            if self.versions.remove(&person).is_some() {
                *self.tally.entry(PEOPLE).or_default() -= 1;
            }
            self.people.remove(&person);
            self.deleted.insert(person);
            self.leftovers.insert(person);
            return;
        }
        if version.is_none() {
            *self.tally.entry(PEOPLE).or_default() += 1;
        }
        let next = version.unwrap_or(0).saturating_add(1);
        self.versions.insert(person, next);
        let row = self.people.entry(person).or_default();
        *row = state.or(*row);
    }

    fn unclaim(&mut self, person: PersonId, hash: &BlindIndex) {
        if self.owners.get(hash) == Some(&person) {
            self.owners.remove(hash);
            self.claims.insert(*hash, None);
        }
    }

    fn put_item(&mut self, person: PersonId, item: &'a StoredItem) {
        let place = (person, item.field.0, item.number);
        if let Some(class) = self.classes.insert(place, item.class) {
            *self.tally.entry(i64::from(class.0)).or_default() -= 1;
        }
        *self.tally.entry(i64::from(item.class.0)).or_default() += 1;
        self.items.insert(place, Some(item));
    }

    fn delete_item(&mut self, place: Place) {
        if let Some(class) = self.classes.remove(&place) {
            *self.tally.entry(i64::from(class.0)).or_default() -= 1;
            self.items.insert(place, None);
        }
    }

    /// Whether nothing changes but the ledger.
    pub fn is_reading(&self) -> bool {
        let is_quiet = self.people.is_empty() && self.claims.is_empty() && self.records.is_empty();
        is_quiet && self.items.is_empty() && self.anchors.is_empty() && self.deleted.is_empty()
    }

    /// People who changed.
    pub fn changed(&self) -> Vec<PersonId> {
        self.people.keys().chain(&self.deleted).copied().collect()
    }
}
