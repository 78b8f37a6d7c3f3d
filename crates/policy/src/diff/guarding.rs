//! How it is guarded, how complaints are answered and what people are told, compared.
//! What a role sees is compared field by field; the other promises as wholes.

use super::side::{Pair, Side, blocks_of_two};
use super::{Direction, Kind, Value};
use crate::model::*;
use crate::plain::excerpt;
use kept_terms::Period;
use std::collections::{BTreeMap, BTreeSet};

/// A role, a field and a purpose; and whether it is seen in clear.
type Seen = BTreeMap<(String, String, String), bool>;

impl Side<'_> {
    fn seen(&self) -> Seen {
        let mut seen = Seen::new();
        for clause in self.clauses() {
            let Body::Secure(Secure::View {
                role,
                clear,
                masked,
                purposes,
            }) = &clause.body
            else {
                continue;
            };
            let role = self.words().roles.name(*role);
            for purpose in self.purposes(*purposes) {
                for (fields, is_clear) in [(clear, true), (masked, false)] {
                    for field in self.fields(*fields) {
                        let grain = (role.to_owned(), field, purpose.clone());
                        *seen.entry(grain).or_default() |= is_clear;
                    }
                }
            }
        }
        seen
    }

    /// The promises of a verb that are compared as wholes, by name within the document.
    fn promises(&self, verb: Verb) -> BTreeMap<String, &Clause> {
        let clauses = self.clauses().iter().filter(|clause| {
            clause.body.verb() == verb && !matches!(clause.body, Body::Secure(Secure::View { .. }))
        });
        let path = |clause: &Clause| {
            let name = clause.full_name.split_once('#');
            name.map_or_else(String::new, |(_, path)| path.to_owned())
        };
        clauses.map(|clause| (path(clause), clause)).collect()
    }

    /// What a clause says to people, cut short; its name where it says nothing.
    fn said(&self, clause: &Clause) -> Value {
        let text = self.document.map_or("", |document| &document.text);
        let prose = text.get(clause.prose.clone()).unwrap_or_default();
        let said = excerpt(prose);
        Value::Text(match said.is_empty() {
            true => clause.full_name.to_string(),
            false => said,
        })
    }
}

/// Periods of a promise of which less is better for people, and those of which more is.
fn spans(body: &Body) -> (Vec<Period>, Vec<Period>) {
    match body {
        Body::Secure(
            Secure::Certification { every, .. }
            | Secure::Report { every, .. }
            | Secure::Measure { every, .. },
        ) => (vec![*every], vec![]),
        Body::Secure(Secure::BreakGlass {
            approvals, lasts, ..
        }) => (vec![*lasts], vec![Period::days(u32::from(*approvals))]),
        Body::Answer(Answer::Stages(stages)) => {
            (stages.iter().map(|stage| stage.within).collect(), vec![])
        }
        Body::Answer(Answer::Authorities { within, .. }) => (vec![*within], vec![]),
        Body::Notify(notify) => (
            notify.within.into_iter().collect(),
            notify.before.into_iter().collect(),
        ),
        Body::Requests(requests) => (vec![requests.period], vec![]),
        Body::Secure(_)
        | Body::Answer(_)
        | Body::Collect(_)
        | Body::Use(_)
        | Body::Disclose(_)
        | Body::Transfer(_)
        | Body::Keep(_)
        | Body::Hold(_)
        | Body::Grant(_)
        | Body::Refuse(_)
        | Body::Define { .. } => (vec![], vec![]),
    }
}

/// Whether a promise became better or worse for people; neither where both, or nobody can tell.
fn judged(was: &Body, now: &Body) -> Direction {
    let ((less_was, more_was), (less_now, more_now)) = (spans(was), spans(now));
    if less_was.len() != less_now.len() || more_was.len() != more_now.len() {
        return Direction::Neutral;
    }
    let less = less_was.into_iter().zip(less_now);
    let more = more_now.into_iter().zip(more_was);
    let turns: BTreeSet<Direction> = less
        .chain(more)
        .map(|(was, now)| super::keeping::longer_is_against(was, now))
        .filter(|turn| *turn != Direction::Neutral)
        .collect();
    match (turns.len(), turns.first()) {
        (1, Some(turn)) => *turn,
        (_, _) => Direction::Neutral,
    }
}

impl Pair<'_> {
    pub(super) fn secure(&mut self) {
        self.views();
        self.promises(Verb::Secure);
    }

    fn views(&mut self) {
        let (old, new) = (self.old.seen(), self.new.seen());
        let grains: BTreeSet<&(String, String, String)> = old.keys().chain(new.keys()).collect();
        type Alike = (String, Option<bool>, Option<bool>);
        let mut alike: BTreeMap<Alike, Vec<(String, String)>> = BTreeMap::new();
        for grain in grains {
            let (was, now) = (old.get(grain).copied(), new.get(grain).copied());
            if was != now {
                let (role, field, purpose) = grain.clone();
                alike
                    .entry((role, was, now))
                    .or_default()
                    .push((field, purpose));
            }
        }
        let value = |clear: Option<bool>| clear.map_or(Value::Nothing, Value::Clear);
        for ((role, was, now), grains) in alike {
            let (kind, direction) = match now > was {
                true => (Kind::SeesMore, Direction::Against),
                false => (Kind::SeesLess, Direction::Favour),
            };
            for (data, purposes) in blocks_of_two(grains) {
                let mut change = self.change(kind, direction);
                change.about = Value::Word("role", role.clone());
                (change.was, change.now) = (value(was), value(now));
                change.data.clone_from(&data);
                change.purposes.clone_from(&purposes);
                self.add(change, |side, body| {
                    matches!(body, Body::Secure(Secure::View { role: it, purposes: of, .. })
                        if side.words().roles.name(*it) == role && side.has_purpose(*of, &purposes))
                });
            }
        }
    }

    pub(super) fn promises(&mut self, verb: Verb) {
        let (old, new) = (self.old, self.new);
        let (before, after) = (old.promises(verb), new.promises(verb));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let meanings = |side: &Side<'_>, promises: &BTreeMap<String, &Clause>| {
            let all = promises.values().map(|clause| side.meaning(&clause.body));
            all.collect::<BTreeSet<_>>()
        };
        let (was, now) = (meanings(&old, &before), meanings(&new, &after));
        for name in names {
            let told = match (before.get(name), after.get(name)) {
                // One that only has another name is told of as renamed.
                (None, Some(one)) if was.contains(&new.meaning(&one.body)) => continue,
                (Some(one), None) if now.contains(&old.meaning(&one.body)) => continue,
                (None, Some(one)) => (Kind::PromiseNew, Direction::Favour, new.said(one)),
                (Some(one), None) => (Kind::PromiseGone, Direction::Against, old.said(one)),
                (Some(one), Some(other)) => {
                    if old.meaning(&one.body) == new.meaning(&other.body) {
                        continue;
                    }
                    let direction = judged(&one.body, &other.body);
                    (Kind::PromiseElse, direction, new.said(other))
                }
                (None, None) => continue,
            };
            let (kind, direction, about) = told;
            let mut change = self.change(kind, direction);
            change.about = about;
            let named = |clause: &&Clause| clause.full_name.to_string();
            change.old = before.get(name).map(named).into_iter().collect();
            change.new = after.get(name).map(named).into_iter().collect();
            self.changes.push(change);
        }
    }
}
