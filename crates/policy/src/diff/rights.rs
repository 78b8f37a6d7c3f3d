//! What people may ask, and what is never taken, compared.

use super::side::{Pair, Side, blocks_of_two, list};
use super::{Direction, Kind, Value};
use crate::model::*;
use kept_terms::{Right, Set, SpecialCategory};
use std::collections::BTreeMap;

/// Places that are looked through, by the words of the key.
const PLACES: [&str; 3] = ["fields", "free-text", "attachments"];

fn screens(screened: &Screened, place: &str) -> bool {
    match place {
        "fields" => screened.fields,
        "free-text" => screened.free_text,
        _ => screened.attachments,
    }
}

impl Side<'_> {
    fn granted(&self, right: Right) -> Option<&Grant> {
        let rules = &self.document?.rules;
        rules.grant_of(right).map(|(_, grant)| grant)
    }

    /// What is done with a special category in a place.
    fn remedies(&self) -> BTreeMap<(SpecialCategory, &'static str), Remedy> {
        let Some(document) = self.document else {
            return BTreeMap::new();
        };
        let mut remedies = BTreeMap::new();
        for category in SpecialCategory::ALL {
            for place in PLACES {
                let found = document.rules.remedy(*category, |it| screens(it, place));
                if let Some((_, remedy)) = found {
                    remedies.insert((*category, place), remedy);
                }
            }
        }
        remedies
    }
}

impl Pair<'_> {
    pub(super) fn grant(&mut self) {
        for right in Right::ALL {
            let (was, now) = (self.old.granted(*right), self.new.granted(*right));
            match (was.cloned(), now.cloned()) {
                (None, None) => {}
                (None, Some(now)) => self.told_of(
                    *right,
                    (Kind::RightNew, Direction::Favour),
                    (Value::Nothing, Value::Period(now.answer_within)),
                ),
                (Some(was), None) => self.told_of(
                    *right,
                    (Kind::RightGone, Direction::Against),
                    (Value::Period(was.answer_within), Value::Nothing),
                ),
                (Some(was), Some(now)) => self.granted(*right, &was, &now),
            }
        }
    }

    fn told_of(&mut self, right: Right, what: (Kind, Direction), between: (Value, Value)) {
        self.told_with(right, what, between, Vec::new());
    }

    fn told_with(
        &mut self,
        right: Right,
        (kind, direction): (Kind, Direction),
        (was, now): (Value, Value),
        purposes: Vec<String>,
    ) {
        let mut change = self.change(kind, direction);
        change.about = Value::Right(right);
        (change.was, change.now, change.purposes) = (was, now, purposes);
        self.add(
            change,
            |_, body| matches!(body, Body::Grant(it) if it.right == right),
        );
    }

    fn granted(&mut self, right: Right, was: &Grant, now: &Grant) {
        let within = |grant: &Grant| Value::Period(grant.answer_within);
        let between = (within(was), within(now));
        if was.answer_within != now.answer_within {
            let what = match super::keeping::longer_is_against(was.answer_within, now.answer_within)
            {
                Direction::Favour => (Kind::AnsweredSooner, Direction::Favour),
                Direction::Against => (Kind::AnsweredLater, Direction::Against),
                Direction::Neutral => (Kind::AnsweredLater, Direction::Neutral),
            };
            self.told_of(right, what, between);
        }
        if was.extend_by != now.extend_by {
            let direction = match (was.extend_by, now.extend_by) {
                (None, _) => Direction::Against,
                (_, None) => Direction::Favour,
                (Some(was), Some(now)) => super::keeping::longer_is_against(was, now),
            };
            let by = |by: Option<_>| by.map_or(Value::Nothing, Value::Period);
            let between = (by(was.extend_by), by(now.extend_by));
            self.told_of(right, (Kind::Extension, direction), between);
        }
        if was.fee != now.fee {
            let direction = match (&was.fee, &now.fee) {
                (None, _) => Direction::Against,
                (_, None) => Direction::Favour,
                (Some(_), Some(_)) => Direction::Neutral,
            };
            let fee = |fee: &Option<String>| fee.clone().map_or(Value::Nothing, Value::Text);
            self.told_of(
                right,
                (Kind::Fee, direction),
                (fee(&was.fee), fee(&now.fee)),
            );
        }
        if was.identity != now.identity {
            let between = (Value::Identity(was.identity), Value::Identity(now.identity));
            self.told_of(right, (Kind::Identity, Direction::Neutral), between);
        }
        let (before, after) = (
            self.old.purposes(was.purposes),
            self.new.purposes(now.purposes),
        );
        let gained = list(&after.difference(&before).cloned().collect());
        let lost = list(&before.difference(&after).cloned().collect());
        let none = || (Value::Nothing, Value::Nothing);
        if !gained.is_empty() {
            let what = (Kind::CoversMore, Direction::Favour);
            self.told_with(right, what, none(), gained);
        }
        if !lost.is_empty() {
            self.told_with(right, (Kind::CoversLess, Direction::Against), none(), lost);
        }
        if was.at_once != now.at_once {
            let what = match now.at_once {
                true => (Kind::AtOnce, Direction::Favour),
                false => (Kind::NotAtOnce, Direction::Against),
            };
            self.told_of(right, what, none());
        }
    }

    pub(super) fn refuse(&mut self) {
        self.special();
        self.children();
    }

    /// What is done with files in which nothing can be looked for.
    fn unlooked(&mut self) {
        let strictest = |side: &Side<'_>| {
            let rules = side.document.map(|document| &document.rules);
            let all = rules.map(|rules| rules.unlooked.iter().map(|(_, rule)| *rule).max());
            all.flatten().unwrap_or_default()
        };
        let (was, now) = (strictest(&self.old), strictest(&self.new));
        if was != now {
            let direction = match now > was {
                true => Direction::Favour,
                false => Direction::Against,
            };
            let mut change = self.change(Kind::Unread, direction);
            (change.was, change.now) = (Value::Unread(was), Value::Unread(now));
            self.add(change, |_, body| {
                matches!(body, Body::Refuse(Refuse::Special { .. }))
            });
        }
    }

    /// Fields of special categories that are taken all the same.
    fn excepted(&mut self) {
        let fields = |side: &Side<'_>| {
            let clauses = side.document.map_or(&[][..], |document| &document.clauses);
            let all = clauses.iter().filter_map(|clause| match &clause.body {
                Body::Refuse(Refuse::Special { except, .. }) => Some(*except),
                _ => None,
            });
            side.fields(all.fold(Set::EMPTY, Set::union))
        };
        let (was, now) = (fields(&self.old), fields(&self.new));
        let turned = [
            (&now, &was, Kind::ExceptedMore, Direction::Against),
            (&was, &now, Kind::ExceptedFewer, Direction::Favour),
        ];
        for (these, those, kind, direction) in turned {
            let data: Vec<String> = these.difference(those).cloned().collect();
            if !data.is_empty() {
                let mut change = self.change(kind, direction);
                change.data = data;
                self.add(change, |_, body| {
                    matches!(body, Body::Refuse(Refuse::Special { .. }))
                });
            }
        }
    }

    fn special(&mut self) {
        self.unlooked();
        self.excepted();
        let (old, new) = (self.old.remedies(), self.new.remedies());
        type Alike = (Option<bool>, Option<bool>);
        let mut alike: BTreeMap<Alike, Vec<(String, String)>> = BTreeMap::new();
        let refuses = |remedy: Option<&Remedy>| remedy.map(|it| *it == Remedy::Refuse);
        for category in SpecialCategory::ALL {
            for place in PLACES {
                let key = (*category, place);
                let (was, now) = (refuses(old.get(&key)), refuses(new.get(&key)));
                if was != now {
                    let grain = (category.word().to_owned(), place.to_owned());
                    alike.entry((was, now)).or_default().push(grain);
                }
            }
        }
        let remedy = |refuses: Option<bool>| match refuses {
            None => Value::Nothing,
            Some(true) => Value::Remedy(Remedy::Refuse),
            Some(false) => Value::Remedy(Remedy::Redact),
        };
        for ((was, now), grains) in alike {
            let (kind, direction) = match (was, now) {
                (None, _) => (Kind::SensitiveRefused, Direction::Favour),
                (_, None) => (Kind::SensitiveTaken, Direction::Against),
                (Some(_), Some(_)) => (Kind::SensitiveElse, Direction::Neutral),
            };
            for (categories, places) in blocks_of_two(grains) {
                let mut change = self.change(kind, direction);
                let known = categories.iter();
                let known = known.filter_map(|word| SpecialCategory::from_word(word));
                change.about = Value::Categories(known.collect());
                change.channels = places;
                (change.was, change.now) = (remedy(was), remedy(now));
                self.add(change, |_, body| {
                    matches!(body, Body::Refuse(Refuse::Special { .. }))
                });
            }
        }
    }
}
