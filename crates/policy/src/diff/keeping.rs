//! How long what is kept, compared.
//! One grain is one field held for one purpose.

use super::side::{Pair, Side, blocks_of_two};
use super::{Direction, Kind, Value};
use crate::model::*;
use kept_terms::{Day, Period};
use std::collections::{BTreeMap, BTreeSet};

/// A period as it is compared, the event it counts from, and whether the end is destruction.
type Kept = BTreeSet<(u32, u32, String, bool)>;

impl Side<'_> {
    fn kept(&self) -> BTreeMap<(String, String), Kept> {
        let mut kept: BTreeMap<(String, String), Kept> = BTreeMap::new();
        for clause in self.clauses() {
            let Body::Keep(keep) = &clause.body else {
                continue;
            };
            let event = self.words().events.name(keep.after);
            for field in self.fields(keep.data) {
                for purpose in self.purposes(keep.purposes) {
                    kept.entry((field.clone(), purpose)).or_default().insert((
                        keep.period.months,
                        keep.period.days,
                        event.to_owned(),
                        keep.then == Ending::Destroy,
                    ));
                }
            }
        }
        kept
    }
}

impl Side<'_> {
    /// The fields and the roles that may keep them beyond their day.
    fn holds(&self) -> BTreeSet<(String, String)> {
        let mut holds = BTreeSet::new();
        for clause in self.clauses() {
            if let Body::Hold(hold) = &clause.body {
                for field in self.fields(hold.data) {
                    let roles = self.roles(hold.roles).into_iter();
                    holds.extend(roles.map(|role| (field.clone(), role)));
                }
            }
        }
        holds
    }
}

impl Side<'_> {
    /// The laws by which something stays although the person is erased, each with a field.
    fn obliged(&self) -> BTreeSet<(String, String)> {
        let mut obliged = BTreeSet::new();
        for clause in self.clauses() {
            if let Body::Keep(keep) = &clause.body
                && let Some(law) = &keep.obliged_by
            {
                let fields = self.fields(keep.data).into_iter();
                obliged.extend(fields.map(|field| (law.clone(), field)));
            }
        }
        obliged
    }
}

/// How long a period is, for comparing: its end, counted from the beginning of 1970.
fn length(period: Period) -> Day {
    period.after(Day(0))
}

/// Longer goes against people, shorter favours them.
pub(super) fn longer_is_against(was: Period, now: Period) -> Direction {
    match length(now).cmp(&length(was)) {
        std::cmp::Ordering::Greater => Direction::Against,
        std::cmp::Ordering::Less => Direction::Favour,
        std::cmp::Ordering::Equal => Direction::Neutral,
    }
}

fn periods(kept: &Kept) -> Vec<(Period, String)> {
    let one = |(months, days, event, _): &(u32, u32, String, bool)| {
        let (months, days) = (*months, *days);
        (Period { months, days }, event.clone())
    };
    let mut periods: Vec<_> = kept.iter().map(one).collect();
    periods.dedup();
    periods
}

fn endings(kept: &Kept) -> BTreeSet<bool> {
    kept.iter().map(|(_, _, _, destroyed)| *destroyed).collect()
}

fn ending(endings: &BTreeSet<bool>) -> Value {
    match endings.contains(&false) {
        true => Value::Ending(Ending::Anonymise),
        false => Value::Ending(Ending::Destroy),
    }
}

/// In which way what is kept changes, and for whose good.
fn judged(was: &Kept, now: &Kept) -> (Kind, Direction) {
    let (was, now) = (periods(was), periods(now));
    let events = |kept: &[(Period, String)]| -> BTreeSet<String> {
        kept.iter().map(|(_, event)| event.clone()).collect()
    };
    let longest = |kept: &[(Period, String)]| {
        kept.iter()
            .map(|(period, _)| *period)
            .max_by_key(|it| length(*it))
    };
    let (Some(before), Some(after)) = (longest(&was), longest(&now)) else {
        return (Kind::KeptElse, Direction::Neutral);
    };
    match longer_is_against(before, after) {
        _ if events(&was) != events(&now) => (Kind::KeptElse, Direction::Neutral),
        Direction::Against => (Kind::KeptLonger, Direction::Against),
        Direction::Favour => (Kind::KeptShorter, Direction::Favour),
        Direction::Neutral => (Kind::KeptElse, Direction::Neutral),
    }
}

impl Pair<'_> {
    pub(super) fn keep(&mut self) {
        let (old, new) = (self.old.kept(), self.new.kept());
        let grains: BTreeSet<&(String, String)> = old.keys().chain(new.keys()).collect();
        let mut alike: BTreeMap<(Option<&Kept>, Option<&Kept>), Vec<_>> = BTreeMap::new();
        for grain in grains {
            let (was, now) = (old.get(grain), new.get(grain));
            if was != now {
                alike.entry((was, now)).or_default().push(grain.clone());
            }
        }
        for ((was, now), grains) in alike {
            for (data, purposes) in blocks_of_two(grains) {
                self.kept((was, now), data, purposes);
            }
        }
        self.holds();
        self.obliged();
    }

    /// What stays although the person is erased, and by which law.
    fn obliged(&mut self) {
        let (old, new) = (self.old.obliged(), self.new.obliged());
        let sides = [
            (Kind::StaysErased, Direction::Against, new.difference(&old)),
            (Kind::GoesErased, Direction::Favour, old.difference(&new)),
        ];
        for (kind, direction, grains) in sides {
            let mut by_law: BTreeMap<&String, Vec<String>> = BTreeMap::new();
            for (law, field) in grains {
                by_law.entry(law).or_default().push(field.clone());
            }
            for (law, data) in by_law {
                let mut change = self.change(kind, direction);
                let told = match kind {
                    Kind::GoesErased => &mut change.was,
                    _ => &mut change.now,
                };
                *told = Value::Text(law.clone());
                change.data.clone_from(&data);
                self.add(
                    change,
                    |side, body| matches!(body, Body::Keep(it) if side.has_field(it.data, &data)),
                );
            }
        }
    }

    /// Who may keep what beyond its day.
    fn holds(&mut self) {
        let (old, new) = (self.old.holds(), self.new.holds());
        let sides = [
            (Kind::HoldMore, Direction::Against, new.difference(&old)),
            (Kind::HoldLess, Direction::Favour, old.difference(&new)),
        ];
        for (kind, direction, grains) in sides {
            for (data, roles) in blocks_of_two(grains.cloned()) {
                let mut change = self.change(kind, direction);
                change.about = Value::Words("role", roles);
                change.data.clone_from(&data);
                self.add(
                    change,
                    |side, body| matches!(body, Body::Hold(it) if side.has_field(it.data, &data)),
                );
            }
        }
    }

    fn kept(
        &mut self,
        (was, now): (Option<&Kept>, Option<&Kept>),
        data: Vec<String>,
        purposes: Vec<String>,
    ) {
        let mut told: Vec<(Kind, Direction, Value, Value)> = Vec::new();
        let value =
            |kept: Option<&Kept>| kept.map_or(Value::Nothing, |it| Value::Keeping(periods(it)));
        match (was, now) {
            (None, _) => told.push((Kind::KeptNew, Direction::Against, value(was), value(now))),
            (_, None) => told.push((Kind::KeptNot, Direction::Favour, value(was), value(now))),
            (Some(before), Some(after)) => {
                if periods(before) != periods(after) {
                    let (kind, direction) = judged(before, after);
                    told.push((kind, direction, value(was), value(now)));
                }
                let (before, after) = (endings(before), endings(after));
                if before != after {
                    let direction = match after.contains(&false) && !before.contains(&false) {
                        true => Direction::Against,
                        false => Direction::Favour,
                    };
                    told.push((Kind::AtTheEnd, direction, ending(&before), ending(&after)));
                }
            }
        }
        for (kind, direction, was, now) in told {
            let mut change = self.change(kind, direction);
            change.data.clone_from(&data);
            change.purposes.clone_from(&purposes);
            (change.was, change.now) = (was, now);
            self.add(change, |side, body| {
                matches!(body, Body::Keep(it)
                    if side.has_field(it.data, &data) && side.has_purpose(it.purposes, &purposes))
            });
        }
    }
}
