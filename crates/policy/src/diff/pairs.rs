//! Which documents are compared: those that the same people are under before and after.
//! A country that moves to another document compares the two; it does not hide what that changes.

use super::side::{Pair, Side};
use super::{Direction, Kind, People, Value};
use crate::model::*;
use kept_terms::Territories;
use std::collections::BTreeMap;

/// Whom a pair is for.
#[derive(Default)]
struct Whom {
    countries: Territories,
    unknown: bool,
}

/// The pairs of documents of two versions.
pub(super) fn pairs<'p>(old: &'p Policy, new: &'p Policy) -> Vec<Pair<'p>> {
    let mut whom: BTreeMap<(Option<&str>, Option<&str>), Whom> = BTreeMap::new();
    let name = |policy: &'p Policy, country| {
        let found: Option<&'p Document> = policy.document_for(country);
        found.map(|document| document.name.as_str())
    };
    // A document is compared with itself even where nobody is left under it: what was stored under
    // its clauses still follows them.
    for document in &old.documents {
        let mine: &'p str = document.name.as_str();
        let theirs = new.document_named(mine).map(|it| it.name.as_str());
        if theirs.is_some() || (document.territories.is_empty() && !document.default) {
            whom.entry((Some(mine), theirs)).or_default();
        }
    }
    for document in &new.documents {
        let mine: &'p str = document.name.as_str();
        let is_new = old.document_named(mine).is_none();
        if is_new && document.territories.is_empty() && !document.default {
            whom.entry((None, Some(mine))).or_default();
        }
    }
    let listed = |policy: &'p Policy| policy.by_territory.keys().copied();
    let countries: Territories = listed(old).chain(listed(new)).collect();
    for country in countries.iter() {
        let both = (name(old, Some(country)), name(new, Some(country)));
        whom.entry(both).or_default().countries.insert(country);
    }
    let both = (name(old, None), name(new, None));
    if both != (None, None) {
        whom.entry(both).or_default().unknown = true;
    }
    let pair = |((before, after), whom): ((Option<&str>, Option<&str>), Whom)| Pair {
        old: Side {
            policy: old,
            document: before.and_then(|name| old.document_named(name)),
        },
        new: Side {
            policy: new,
            document: after.and_then(|name| new.document_named(name)),
        },
        people: People {
            document: after.or(before).map(str::to_owned),
            formerly: before.filter(|_| before != after).map(str::to_owned),
            countries: whom.countries,
            unknown: whom.unknown,
        },
        changes: Vec::new(),
        reworded: Vec::new(),
    };
    whom.into_iter().map(pair).collect()
}

impl Pair<'_> {
    /// Whether these people are under another document, or under one at all.
    pub(super) fn belonging(&mut self) {
        let named = |side: &Side<'_>| side.document.map(|document| document.name.to_string());
        let (kind, direction, was, now) = match (named(&self.old), named(&self.new)) {
            (Some(old), Some(new)) if old == new => return,
            (Some(old), Some(new)) => (
                Kind::PeopleMoved,
                Direction::Neutral,
                Value::Document(old),
                Value::Document(new),
            ),
            (Some(old), None) => (
                Kind::DocumentGone,
                Direction::Against,
                Value::Document(old),
                Value::Nothing,
            ),
            (None, Some(new)) => (
                Kind::DocumentNew,
                Direction::Favour,
                Value::Nothing,
                Value::Document(new),
            ),
            (None, None) => return,
        };
        let mut change = self.change(kind, direction);
        change.about = Value::Countries(self.people.countries);
        (change.was, change.now) = (was, now);
        change.material &= self.people.unknown || !self.people.countries.is_empty();
        self.changes.push(change);
    }

    /// Who is responsible, and how they are reached.
    pub(super) fn controller(&mut self) {
        let told = |side: &Side<'_>| {
            let id = side.document.and_then(|document| document.controller);
            let entity = id.and_then(|id| side.words().entities.get(id));
            entity.map(|it| (it.name.to_string(), it.address.clone(), it.email.clone()))
        };
        let (old, new) = (told(&self.old), told(&self.new));
        if old == new {
            return;
        }
        let mut same = false;
        let mut value = |told: Option<(String, Vec<String>, String)>, plain: bool| match told {
            None => Value::Nothing,
            Some((name, _, _)) if plain => Value::Word("entity", name),
            Some((_, address, email)) => {
                same = true;
                Value::Text(format!("{}, {email}", address.join(", ")))
            }
        };
        let name = |told: &Option<(String, Vec<String>, String)>| {
            told.as_ref().map(|(name, _, _)| name.clone())
        };
        let plain = name(&old) != name(&new);
        let (was, now) = (value(old, plain), value(new, plain));
        let kind = match same {
            true => Kind::Reached,
            false => Kind::Controller,
        };
        let mut change = self.change(kind, Direction::Neutral);
        (change.was, change.now) = (was, now);
        self.changes.push(change);
    }
}
