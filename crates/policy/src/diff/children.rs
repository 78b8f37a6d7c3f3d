//! What changes for people under an age: the age, and how a report about one is decided.
//! It compares country by country, since each country has one rule; what people are taken for is
//! told elsewhere.

use super::keeping::longer_is_against;
use super::side::{Pair, Side, list};
use super::{Direction, Kind, Value};
use crate::model::*;
use crate::rules::ChildRule;
use kept_terms::{Period, Territory};
use std::collections::BTreeSet;

/// What changes in one of its parts.
type Told = (Kind, Direction, Value, Value);

impl Pair<'_> {
    pub(super) fn children(&mut self) {
        let sides = [&self.old, &self.new];
        let documents = sides.iter().filter_map(|side| side.document);
        let countries = documents.flat_map(|document| document.territories.iter().map(Some));
        let countries: Vec<Option<Territory>> = countries.chain([None]).collect();
        let mut told: Vec<Told> = Vec::new();
        let mut seen = BTreeSet::new();
        for country in countries {
            let (was, now) = (rule(&self.old, country), rule(&self.new, country));
            if was.map(|it| it.under) != now.map(|it| it.under) {
                let under = (was.map(|it| it.under), now.map(|it| it.under));
                told.extend(seen.insert((0, format!("{under:?}"))).then(|| age(under)));
            }
            let (Some(was), Some(now)) = (was, now) else {
                continue;
            };
            if was.parents != now.parents {
                let said = format!("{:?} {:?}", was.parents, now.parents);
                let change = parents(was.parents, now.parents);
                told.extend(seen.insert((4, said)).then_some(change));
            }
            for (at, change) in self.reports(&was.reports, &now.reports) {
                let said = format!("{:?} {:?}", change.2, change.3);
                told.extend(seen.insert((at, said)).then_some(change));
            }
        }
        for (kind, direction, was, now) in told {
            let mut change = self.change(kind, direction);
            (change.was, change.now) = (was, now);
            self.add(change, |_, body| {
                matches!(body, Body::Refuse(Refuse::Children { .. }))
            });
        }
    }

    /// How reports are decided otherwise.
    fn reports(&self, was: &Reports, now: &Reports) -> Vec<(u8, Told)> {
        let mut told = Vec::new();
        if was.within != now.within {
            let direction = match (was.within, now.within) {
                (Some(was), Some(now)) => longer_is_against(was, now),
                (None, _) => Direction::Favour,
                (_, None) => Direction::Against,
            };
            let value = |it: Option<Period>| it.map_or(Value::Nothing, Value::Period);
            let change = (
                Kind::ReportWithin,
                direction,
                value(was.within),
                value(now.within),
            );
            told.push((1, change));
        }
        let by = |side: &Side<'_>, it: &Reports| Value::Deciders(list(&side.roles(it.by)));
        let (before, after) = (by(&self.old, was), by(&self.new, now));
        if before != after {
            told.push((2, (Kind::ReportBy, Direction::Neutral, before, after)));
        }
        if was.undecided != now.undecided {
            let direction = match now.undecided {
                Undecided::Erase => Direction::Favour,
                Undecided::StayApart => Direction::Against,
            };
            let value = Value::Undecided;
            let change = (
                Kind::ReportUndecided,
                direction,
                value(was.undecided),
                value(now.undecided),
            );
            told.push((3, change));
        }
        told
    }
}

fn rule<'p>(side: &Side<'p>, country: Option<Territory>) -> Option<&'p ChildRule> {
    side.document?.rules.children(country)
}

fn age((was, now): (Option<u8>, Option<u8>)) -> Told {
    let direction = match now > was {
        true => Direction::Favour,
        false => Direction::Against,
    };
    let value = |age: Option<u8>| age.map_or(Value::Nothing, |it| Value::Number(it.into()));
    (Kind::Age, direction, value(was), value(now))
}

/// A parent's agreement lets more people in, or fewer.
fn parents(was: ParentWays, now: ParentWays) -> Told {
    let fewer = now.iter().all(|way| was.contains(way));
    let more = was.iter().all(|way| now.contains(way));
    let direction = match (fewer, more) {
        (true, false) => Direction::Favour,
        (false, true) => Direction::Against,
        (true, true) | (false, false) => Direction::Neutral,
    };
    let value = |ways: ParentWays| match ways.is_empty() {
        true => Value::Nothing,
        false => Value::ParentWays(ways.iter().collect()),
    };
    (Kind::ParentAgrees, direction, value(was), value(now))
}
