//! A pair of documents being compared, and what is read off either side by name.
//! Numbers of one version mean nothing in another, so everything here goes by name.

use super::{Change, Direction, Kind, People, Value};
use crate::model::*;
use kept_terms::{Index, Set, Territories};
use std::collections::{BTreeMap, BTreeSet};

/// One side of a comparison.
#[derive(Clone, Copy)]
pub(super) struct Side<'p> {
    pub policy: &'p Policy,
    pub document: Option<&'p Document>,
}

/// Two documents that the same people are under, before and after.
pub(super) struct Pair<'p> {
    pub old: Side<'p>,
    pub new: Side<'p>,
    pub people: People,
    pub changes: Vec<Change>,
    pub reworded: Vec<String>,
}

/// Names in order.
pub(super) type Names = BTreeSet<String>;

/// The names of a set.
pub(super) fn names<I: Index, T: Named>(words: &Vocabulary<I, T>, set: Set<I>) -> Names {
    words.names(set).into_iter().map(str::to_owned).collect()
}

/// Names as a list.
pub(super) fn list(names: &Names) -> Vec<String> {
    names.iter().cloned().collect()
}

impl<'p> Side<'p> {
    pub fn clauses(&self) -> &'p [Clause] {
        self.document.map_or(&[], |document| &document.clauses)
    }

    /// The full names of the clauses that something holds for.
    pub fn citing(&self, holds: impl Fn(&Body) -> bool) -> Vec<String> {
        let clauses = self.clauses().iter();
        let found = clauses.filter(|clause| holds(&clause.body));
        found.map(|clause| clause.full_name.to_string()).collect()
    }

    pub fn words(&self) -> &'p Words {
        &self.policy.words
    }

    pub fn fields(&self, set: Set<FieldId>) -> Names {
        names(&self.words().fields, set)
    }

    pub fn purposes(&self, set: Set<PurposeId>) -> Names {
        names(&self.words().purposes, set)
    }

    pub fn roles(&self, set: Set<RoleId>) -> Names {
        names(&self.words().roles, set)
    }

    /// Whether a set of fields has one of these names.
    pub fn has_field(&self, set: Set<FieldId>, wanted: &[String]) -> bool {
        wanted.is_empty() || self.fields(set).iter().any(|name| wanted.contains(name))
    }

    /// Whether a set of purposes has one of these names.
    pub fn has_purpose(&self, set: Set<PurposeId>, wanted: &[String]) -> bool {
        wanted.is_empty() || self.purposes(set).iter().any(|name| wanted.contains(name))
    }

    /// The use of a purpose in this document, by name.
    pub fn use_of(&self, purpose: &str) -> Option<&'p Use> {
        let id = self.words().purposes.id(purpose)?;
        let rules = &self.document?.rules;
        rules.use_of(id).map(|(_, r#use)| r#use)
    }

    /// Whether a purpose needs the person's agreement here.
    pub fn needs_consent(&self, purpose: &str) -> bool {
        self.use_of(purpose)
            .is_some_and(crate::decide::needs_consent)
    }
}

impl Pair<'_> {
    /// A change of these people, of which nothing more is said yet. What favours nobody's
    /// information or harms none is not material.
    pub fn change(&self, kind: Kind, direction: Direction) -> Change {
        Change {
            kind,
            direction,
            material: kind.is_material(direction),
            people: self.people.clone(),
            data: Vec::new(),
            purposes: Vec::new(),
            channels: Vec::new(),
            about: Value::Nothing,
            was: Value::Nothing,
            now: Value::Nothing,
            old: Vec::new(),
            new: Vec::new(),
            ask: Vec::new(),
        }
    }

    /// Adds a change with the clauses of both sides that something holds for.
    pub fn add(&mut self, mut change: Change, holds: impl Fn(&Side<'_>, &Body) -> bool) {
        change.old = self.old.citing(|body| holds(&self.old, body));
        change.new = self.new.citing(|body| holds(&self.new, body));
        self.changes.push(change);
    }

    /// Of some purposes, those that people must be asked for under the new version.
    pub fn to_ask(&self, purposes: &[String]) -> Vec<String> {
        let asked = purposes.iter();
        let asked = asked.filter(|purpose| self.new.needs_consent(purpose));
        asked.cloned().collect()
    }

    /// The places, by code, for a value.
    pub fn countries(codes: &Names) -> Territories {
        codes.iter().filter_map(|code| code.parse().ok()).collect()
    }
}

/// Puts grains together to blocks: what has the same seconds and thirds is told at once.
pub(super) fn blocks(
    grains: impl IntoIterator<Item = (String, String, String)>,
) -> Vec<(Vec<String>, Vec<String>, Vec<String>)> {
    let mut by_two: BTreeMap<(String, String), Names> = BTreeMap::new();
    for (first, second, third) in grains {
        by_two.entry((first, second)).or_default().insert(third);
    }
    let mut by_first: BTreeMap<String, BTreeMap<Names, Names>> = BTreeMap::new();
    for ((first, second), thirds) in by_two {
        let of_first = by_first.entry(first).or_default();
        of_first.entry(thirds).or_default().insert(second);
    }
    let mut blocks: BTreeMap<(Names, Names), Names> = BTreeMap::new();
    for (first, of_first) in by_first {
        for (thirds, seconds) in of_first {
            let block = blocks.entry((seconds, thirds)).or_default();
            block.insert(first.clone());
        }
    }
    let block = |((seconds, thirds), firsts): ((Names, Names), Names)| {
        (list(&firsts), list(&seconds), list(&thirds))
    };
    blocks.into_iter().map(block).collect()
}

/// The same for two.
pub(super) fn blocks_of_two(
    grains: impl IntoIterator<Item = (String, String)>,
) -> Vec<(Vec<String>, Vec<String>)> {
    let three = grains.into_iter().map(|(a, b)| (a, b, String::new()));
    let told = blocks(three).into_iter();
    told.map(|(firsts, seconds, _)| (firsts, seconds)).collect()
}
