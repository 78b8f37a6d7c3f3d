//! What comes in and what it is used for, compared.
//! One grain is one field through one channel for one purpose.

use super::side::{Names, Pair, Side, blocks, blocks_of_two, list};
use super::{Change, Direction, Kind, Value};
use crate::model::*;
use std::collections::{BTreeMap, BTreeSet};

type Grain = (String, String, String);

impl Side<'_> {
    fn collects(&self) -> impl Iterator<Item = &Collect> {
        self.clauses()
            .iter()
            .filter_map(|clause| match &clause.body {
                Body::Collect(collect) => Some(collect),
                _ => None,
            })
    }

    /// Every field, channel and purpose, with whether people are told first.
    fn taken(&self) -> BTreeMap<Grain, bool> {
        let mut taken = BTreeMap::new();
        for collect in self.collects() {
            for field in self.fields(collect.data) {
                for channel in self.words().channels.names(collect.through) {
                    for purpose in self.purposes(collect.purposes) {
                        let grain = (field.clone(), channel.to_owned(), purpose);
                        *taken.entry(grain).or_default() |= collect.notice_before;
                    }
                }
            }
        }
        taken
    }

    /// What each service needs.
    fn required(&self) -> BTreeSet<(String, String)> {
        let mut required = BTreeSet::new();
        for collect in self.collects() {
            for service in self.words().services.names(collect.required_for) {
                let fields = self.fields(collect.data).into_iter();
                required.extend(fields.map(|field| (field, service.to_owned())));
            }
        }
        required
    }

    fn uses(&self) -> BTreeMap<String, &Use> {
        let rules = self.document.map(|document| &document.rules);
        let uses = rules
            .into_iter()
            .flat_map(|rules| rules.uses.iter().flatten());
        let named = |r#use| self.words().purposes.name(r#use).to_owned();
        uses.map(|(_, it)| (named(it.purpose), it)).collect()
    }
}

impl Pair<'_> {
    pub(super) fn collect(&mut self) {
        let (old, new) = (self.old.taken(), self.new.taken());
        let only = |here: &BTreeMap<Grain, bool>, there: &BTreeMap<Grain, bool>| {
            let alone = here.keys().filter(|grain| !there.contains_key(*grain));
            alone.cloned().collect::<Vec<_>>()
        };
        self.grains(Kind::Collected, Direction::Against, only(&new, &old));
        self.grains(Kind::NotCollected, Direction::Favour, only(&old, &new));
        let turned = |to: bool| {
            let both = new.iter().filter(|(grain, told)| {
                **told == to && old.get(*grain).is_some_and(|before| *before != to)
            });
            both.map(|(grain, _)| grain.clone()).collect::<Vec<_>>()
        };
        self.grains(Kind::NoticeFirst, Direction::Favour, turned(true));
        self.grains(Kind::NoticeDropped, Direction::Against, turned(false));
        let (old, new) = (self.old.required(), self.new.required());
        let sides = [
            (Kind::Required, Direction::Against, new.difference(&old)),
            (Kind::NotRequired, Direction::Favour, old.difference(&new)),
        ];
        for (kind, direction, grains) in sides {
            for (data, services) in blocks_of_two(grains.cloned()) {
                for service in services {
                    let mut change = self.change(kind, direction);
                    change.data.clone_from(&data);
                    change.about = Value::Word("service", service);
                    self.add(change, |side, body| {
                        matches!(body, Body::Collect(it)
                            if !it.required_for.is_empty() && side.has_field(it.data, &data))
                    });
                }
            }
        }
    }

    fn grains(&mut self, kind: Kind, direction: Direction, grains: Vec<Grain>) {
        for (data, channels, purposes) in blocks(grains) {
            let mut change = self.change(kind, direction);
            if kind == Kind::Collected {
                change.ask = self.to_ask(&purposes);
            }
            change.data.clone_from(&data);
            change.channels = channels;
            change.purposes.clone_from(&purposes);
            self.add(change, |side, body| {
                matches!(body, Body::Collect(it)
                    if side.has_field(it.data, &data) && side.has_purpose(it.purposes, &purposes))
            });
        }
    }

    pub(super) fn uses(&mut self) {
        let (old, new) = (self.old.uses(), self.new.uses());
        let purposes: Names = old.keys().chain(new.keys()).cloned().collect();
        let mut found = Vec::new();
        for purpose in purposes {
            match (old.get(&purpose), new.get(&purpose)) {
                (None, Some(now)) => {
                    let mut change =
                        self.of_purpose(&purpose, Kind::PurposeNew, Direction::Against);
                    change.now = Value::Basis(now.basis);
                    change.ask = self.to_ask(&change.purposes);
                    found.push(change);
                }
                (Some(was), None) => {
                    let mut change =
                        self.of_purpose(&purpose, Kind::PurposeGone, Direction::Favour);
                    change.was = Value::Basis(was.basis);
                    found.push(change);
                }
                (Some(was), Some(now)) => self.r#use(&purpose, was, now, &mut found),
                (None, None) => {}
            }
        }
        for change in found {
            let purposes = change.purposes.clone();
            self.add(change, |side, body| {
                matches!(body, Body::Use(it)
                    if purposes.iter().any(|name| name == side.words().purposes.name(it.purpose)))
            });
        }
    }

    fn of_purpose(&self, purpose: &str, kind: Kind, direction: Direction) -> Change {
        let mut change = self.change(kind, direction);
        change.purposes.push(purpose.to_owned());
        change
    }

    fn r#use(&self, purpose: &str, was: &Use, now: &Use, found: &mut Vec<Change>) {
        let between = |kind, direction, was, now| {
            let mut change = self.of_purpose(purpose, kind, direction);
            (change.was, change.now) = (was, now);
            change
        };
        let asks = crate::decide::needs_consent;
        if was.basis != now.basis {
            let direction = match (asks(was), asks(now)) {
                (false, true) => Direction::Favour,
                (true, false) => Direction::Against,
                (true, true) | (false, false) => Direction::Neutral,
            };
            let (before, after) = (Value::Basis(was.basis), Value::Basis(now.basis));
            let mut change = between(Kind::Basis, direction, before, after);
            change.ask = self.asked_first(purpose, was, now);
            found.push(change);
        }
        self.special_and_automated(purpose, was, now, found);
        if was.choice != now.choice {
            let weight = |choice| match choice {
                Choice::None => 0,
                Choice::OptOut => 1,
                Choice::OptIn => 2,
            };
            let direction = match weight(now.choice) > weight(was.choice) {
                true => Direction::Favour,
                false => Direction::Against,
            };
            let (before, after) = (Value::Choice(was.choice), Value::Choice(now.choice));
            let mut change = between(Kind::Say, direction, before, after);
            change.ask = self.asked_first(purpose, was, now);
            found.push(change);
        }
        self.more_or_fewer(
            (self.old.roles(was.roles), self.new.roles(now.roles)),
            "role",
            (Kind::RolesMore, Kind::RolesFewer),
            |kind, direction, was, now| found.push(between(kind, direction, was, now)),
        );
        let compatible = (
            self.old.purposes(was.compatible_with),
            self.new.purposes(now.compatible_with),
        );
        let kinds = (Kind::CompatibleMore, Kind::CompatibleFewer);
        self.more_or_fewer(compatible, "purpose", kinds, |kind, direction, was, now| {
            found.push(between(kind, direction, was, now));
        });
        self.lasting(purpose, was, now, found);
    }

    /// What permits special categories, and what a program does alone.
    fn special_and_automated(&self, purpose: &str, was: &Use, now: &Use, found: &mut Vec<Change>) {
        let between = |kind, direction, was, now| {
            let mut change = self.of_purpose(purpose, kind, direction);
            (change.was, change.now) = (was, now);
            change
        };
        if was.exception != now.exception {
            let known = |it: Option<_>| it.map_or(Value::Nothing, Value::Exception);
            let direction = match (was.exception, now.exception) {
                (None, _) => Direction::Against,
                (_, None) => Direction::Favour,
                (Some(_), Some(_)) => Direction::Neutral,
            };
            let (before, after) = (known(was.exception), known(now.exception));
            found.push(between(Kind::Exception, direction, before, after));
        }
        if was.automated != now.automated {
            let known = |it: Option<_>| it.map_or(Value::Nothing, Value::Automated);
            let weight = |it| match it {
                None => 0,
                Some(Automated::Profiling) => 1,
                Some(Automated::Decision) => 2,
            };
            let direction = match weight(now.automated) > weight(was.automated) {
                true => Direction::Against,
                false => Direction::Favour,
            };
            let (before, after) = (known(was.automated), known(now.automated));
            found.push(between(Kind::Automated, direction, before, after));
        }
    }

    /// How long a consent lasts, and whether a use is the person's and goes on in a pause.
    fn lasting(&self, purpose: &str, was: &Use, now: &Use, found: &mut Vec<Change>) {
        if was.consent_lasts != now.consent_lasts {
            let lasts = |lasts: Option<_>| lasts.map_or(Value::Nothing, Value::Period);
            let direction = match (was.consent_lasts, now.consent_lasts) {
                (_, None) => Direction::Against,
                (None, Some(_)) => Direction::Favour,
                (Some(was), Some(now)) => super::keeping::longer_is_against(was, now),
            };
            let (before, after) = (lasts(was.consent_lasts), lasts(now.consent_lasts));
            let mut change = self.of_purpose(purpose, Kind::ConsentLasts, direction);
            (change.was, change.now) = (before, after);
            if direction == Direction::Favour {
                change.ask = self.to_ask(&change.purposes);
            }
            found.push(change);
        }
        let turned = [
            (
                was.restricted_too,
                now.restricted_too,
                Kind::PausedToo,
                Kind::PausedStops,
                true,
            ),
            (
                was.person,
                now.person,
                Kind::SelfUse,
                Kind::NoSelfUse,
                false,
            ),
        ];
        for (before, after, on, off, harms) in turned {
            if before != after {
                let kind = if after { on } else { off };
                let direction = match after == harms {
                    true => Direction::Against,
                    false => Direction::Favour,
                };
                found.push(self.of_purpose(purpose, kind, direction));
            }
        }
    }

    /// The purpose, where people have to be asked for it who had not to be.
    fn asked_first(&self, purpose: &str, was: &Use, now: &Use) -> Vec<String> {
        let asks = crate::decide::needs_consent;
        match !asks(was) && asks(now) {
            true => vec![purpose.to_owned()],
            false => Vec::new(),
        }
    }

    fn more_or_fewer(
        &self,
        (was, now): (Names, Names),
        word: &'static str,
        (more, fewer): (Kind, Kind),
        mut tell: impl FnMut(Kind, Direction, Value, Value),
    ) {
        let gained: Names = now.difference(&was).cloned().collect();
        let lost: Names = was.difference(&now).cloned().collect();
        if !gained.is_empty() {
            let gained = Value::Words(word, list(&gained));
            tell(more, Direction::Against, Value::Nothing, gained);
        }
        if !lost.is_empty() {
            let lost = Value::Words(word, list(&lost));
            tell(fewer, Direction::Favour, lost, Value::Nothing);
        }
    }
}
