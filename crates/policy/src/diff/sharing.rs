//! Who else sees it and across which borders, compared.
//! One grain is one field for one purpose to one recipient, or one border.

use super::side::{Names, Pair, Side, blocks, blocks_of_two};
use super::value::{Condition, Route};
use super::{Direction, Kind, Value};
use crate::model::*;
use std::collections::{BTreeMap, BTreeSet};

/// To whom, whether the law must compel it, which field, for which purpose.
type Grain = (String, bool, String, String);
type Conditions = BTreeSet<Condition>;
type Routes = BTreeSet<Route>;

impl Side<'_> {
    pub(super) fn condition(&self, disclose: &Disclose) -> Condition {
        let (all, assurances) = match &disclose.assurance {
            Assured::Nothing => (false, Vec::new()),
            Assured::Any(set) => (false, self.words().assurances.names(*set)),
            Assured::All(set) => (true, self.words().assurances.names(*set)),
        };
        let mut assurances: Vec<String> = assurances.into_iter().map(str::to_owned).collect();
        assurances.sort();
        Condition {
            consent: disclose.consent,
            protection: disclose.protection.map(Protection::word),
            all,
            assurances,
        }
    }

    /// The name of an instrument. One that nobody declared has its number for a name.
    pub(super) fn instrument(&self, id: InstrumentId) -> String {
        let found = self.words().instruments.get(id);
        found.map_or_else(|| format!("instrument {}", id.0), |it| it.name.to_string())
    }

    fn shared(&self) -> BTreeMap<Grain, Conditions> {
        let mut shared: BTreeMap<Grain, Conditions> = BTreeMap::new();
        for clause in self.clauses() {
            let Body::Disclose(disclose) = &clause.body else {
                continue;
            };
            let recipient = self.words().recipients.name(disclose.to);
            for field in self.fields(disclose.data) {
                for purpose in self.purposes(disclose.purposes) {
                    let grain = (
                        recipient.to_owned(),
                        disclose.compelled,
                        field.clone(),
                        purpose,
                    );
                    let conditions = shared.entry(grain).or_default();
                    conditions.insert(self.condition(disclose));
                }
            }
        }
        shared
    }

    fn route(&self, transfer: &Transfer) -> Route {
        let kinds = transfer.kinds.as_ref().map(|kinds| {
            let mut words: Vec<&'static str> = kinds.iter().map(|kind| kind.word()).collect();
            words.sort_unstable();
            words
        });
        Route {
            instrument: self.instrument(transfer.instrument),
            until: transfer.valid_until,
            kinds,
        }
    }

    fn crossed(&self) -> BTreeMap<(String, String), Routes> {
        let mut crossed: BTreeMap<(String, String), Routes> = BTreeMap::new();
        for clause in self.clauses() {
            let Body::Transfer(transfer) = &clause.body else {
                continue;
            };
            let route = self.route(transfer);
            for from in transfer.from.iter() {
                for to in transfer.to.iter() {
                    let border = (from.code().to_owned(), to.code().to_owned());
                    crossed.entry(border).or_default().insert(route.clone());
                }
            }
        }
        crossed
    }
}

impl Pair<'_> {
    pub(super) fn disclose(&mut self) {
        let (old, new) = (self.old.shared(), self.new.shared());
        let grains: BTreeSet<&Grain> = old.keys().chain(new.keys()).collect();
        // What changes alike for a recipient is told together.
        type Alike = (String, bool, Option<Conditions>, Option<Conditions>);
        let mut alike: BTreeMap<Alike, Vec<(String, String)>> = BTreeMap::new();
        for grain in grains {
            let (was, now) = (old.get(grain), new.get(grain));
            if was != now {
                let (to, compelled, field, purpose) = grain.clone();
                let key = (to, compelled, was.cloned(), now.cloned());
                alike.entry(key).or_default().push((field, purpose));
            }
        }
        for ((to, compelled, was, now), grains) in alike {
            for (data, purposes) in blocks_of_two(grains) {
                self.shared(&to, compelled, (was.as_ref(), now.as_ref()), data, purposes);
            }
        }
    }

    fn shared(
        &mut self,
        to: &str,
        compelled: bool,
        (was, now): (Option<&Conditions>, Option<&Conditions>),
        data: Vec<String>,
        purposes: Vec<String>,
    ) {
        let (kind, direction) = match (was, now, compelled) {
            (None, _, false) => (Kind::Shared, Direction::Against),
            (None, _, true) => (Kind::Compelled, Direction::Against),
            (_, None, false) => (Kind::NotShared, Direction::Favour),
            (_, None, true) => (Kind::NotCompelled, Direction::Favour),
            (Some(was), Some(now), _) => (Kind::Conditions, stricter(was, now)),
        };
        let value = |conditions: Option<&Conditions>| match conditions {
            Some(conditions) => Value::Conditions(conditions.iter().cloned().collect()),
            None => Value::Nothing,
        };
        let mut change = self.change(kind, direction);
        if kind == Kind::Shared {
            change.ask = self.to_ask(&purposes);
        }
        change.about = Value::Word("recipient", to.to_owned());
        (change.was, change.now) = (value(was), value(now));
        change.data.clone_from(&data);
        change.purposes.clone_from(&purposes);
        self.add(change, |side, body| {
            matches!(body, Body::Disclose(it)
                if side.words().recipients.name(it.to) == to
                    && it.compelled == compelled
                    && side.has_field(it.data, &data)
                    && side.has_purpose(it.purposes, &purposes))
        });
    }

    pub(super) fn transfer(&mut self) {
        let (old, new) = (self.old.crossed(), self.new.crossed());
        let borders: BTreeSet<&(String, String)> = old.keys().chain(new.keys()).collect();
        let mut alike: BTreeMap<(Option<&Routes>, Option<&Routes>), Vec<_>> = BTreeMap::new();
        for border in borders {
            let (was, now) = (old.get(border), new.get(border));
            if was != now {
                alike.entry((was, now)).or_default().push(border.clone());
            }
        }
        for ((was, now), borders) in alike {
            let (kind, direction) = match (was, now) {
                (None, _) => (Kind::RouteOpen, Direction::Against),
                (_, None) => (Kind::RouteShut, Direction::Favour),
                (Some(_), Some(_)) => (Kind::RouteOther, Direction::Neutral),
            };
            for (from, to, _) in blocks(borders.into_iter().map(|(a, b)| (a, b, String::new()))) {
                let mut change = self.change(kind, direction);
                let of = |codes: &[String]| codes.iter().cloned().collect::<Names>();
                change.was = Value::Countries(Self::countries(&of(&from)));
                change.now = Value::Countries(Self::countries(&of(&to)));
                let routes = now.or(was).into_iter().flatten().cloned();
                change.about = Value::Routes(routes.collect());
                self.add(change, |_, body| match body {
                    Body::Transfer(it) => {
                        let has = |set: kept_terms::Territories, codes: &[String]| {
                            set.iter()
                                .any(|it| codes.iter().any(|code| code == it.code()))
                        };
                        has(it.from, &from) && has(it.to, &to)
                    }
                    _ => false,
                });
            }
        }
    }
}

/// Whether conditions became stricter, which favours people, or looser.
fn stricter(was: &Conditions, now: &Conditions) -> Direction {
    let any = |conditions: &Conditions, holds: fn(&Condition) -> bool| conditions.iter().any(holds);
    let tests: [fn(&Condition) -> bool; 3] = [
        |it| it.consent,
        |it| !it.assurances.is_empty(),
        |it| it.protection != Some(Protection::Law.word()),
    ];
    let turned = |from: &Conditions, to: &Conditions| {
        tests.iter().any(|test| any(from, *test) && !any(to, *test))
    };
    match (turned(was, now), turned(now, was)) {
        (true, _) => Direction::Against,
        (false, true) => Direction::Favour,
        (false, false) => Direction::Neutral,
    }
}
