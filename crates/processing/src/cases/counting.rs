//! Cases counted for the standing: open, due soon, late, answered in time, and kept past their day.
//! It counts; whether a promise is kept is worked out from the counts alone.

use super::{COUNTED, OPEN, STEP};
use crate::{Failure, Processing};
use kept_cases::{About, Case};
use kept_policy::{Counts, Evidence};
use kept_terms::Day;
use kept_vault::store::{RecordKind, Store};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many days before its last one a case counts as due soon.
const SOON_DAYS: i32 = 7;

/// For how many days a late answer counts.
const LATE_DAYS: i32 = 90;

/// For so many days back nothing is remembered, so that a case that another server ended by a clock
/// of its own is still read.
const FRESH_DAYS: i32 = 2;

/// How a case ended, in a line that tells of nobody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clause: Option<String>,
    in_time: bool,
    /// Of a breach: how many people were to be told, and how many were; whether in time is told by
    /// the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notices: Option<(u64, u64, Option<i32>)>,
}

/// By day, lines and how many of each.
type Days = BTreeMap<Day, BTreeMap<Line, u64>>;

/// How cases ended, as far as it was read.
#[derive(Default)]
pub(crate) struct Remembered {
    /// Everything before this day was read.
    until: Option<Day>,
    days: Days,
}

impl Remembered {
    /// Up to which day everything is remembered that may be.
    fn upto(&self, fresh: Day) -> Option<Day> {
        self.until.filter(|until| *until <= fresh)
    }

    /// Takes up what was read from a day on, and tells everything; nothing where it no longer goes
    /// on from there.
    fn take_up(
        &mut self,
        from: Option<Day>,
        fresh: Day,
        mut read: Days,
    ) -> Option<Vec<(Day, Line, u64)>> {
        if self.upto(fresh) != from {
            return None;
        }
        if from.is_none() {
            self.days.clear();
        }
        let late = read.split_off(&fresh);
        self.days.extend(read);
        self.until = Some(fresh);
        let all = self.days.iter().chain(&late);
        let lines = all.flat_map(|(day, lines)| {
            let lines = lines.iter();
            lines.map(|(line, many)| (*day, line.clone(), *many))
        });
        Some(lines.collect())
    }
}

/// Where the line of a case stands.
pub(super) fn key(day: Day, signs: &str) -> Vec<u8> {
    [&begins(day)[..], signs.as_bytes()].concat()
}

/// How the keys of a day begin: days before 1970 stand before those after.
fn begins(day: Day) -> Vec<u8> {
    let ordered = i64::from(day.0) - i64::from(i32::MIN);
    let day = format!("{ordered:08x}/");
    [COUNTED, day.as_bytes()].concat()
}

fn day_of(key: &[u8]) -> Option<Day> {
    let text = std::str::from_utf8(key.strip_prefix(COUNTED)?).ok()?;
    let ordered = i64::from_str_radix(text.split('/').next()?, 16).ok()?;
    i32::try_from(ordered + i64::from(i32::MIN)).ok().map(Day)
}

/// The line of a case that ended, with its key.
pub(super) fn line(case: &Case) -> Option<(Vec<u8>, Vec<u8>)> {
    let ending = case.ending()?;
    let notices = match &case.about {
        About::Breach(breach) => Some((
            u64::try_from(breach.people.len()).unwrap_or(u64::MAX),
            u64::try_from(breach.noticed.len()).unwrap_or(u64::MAX),
            case.due.map(|due| due.0.0),
        )),
        About::Person { .. }
        | About::Authority { .. }
        | About::Disclosure { .. }
        | About::Staff { .. }
        | About::Client { .. } => None,
    };
    let line = Line {
        document: case.document.clone(),
        clause: case.clause.clone(),
        in_time: ending.in_time,
        notices,
    };
    let signs = String::from_utf8_lossy(case.reference.signs()).into_owned();
    let value = serde_json::to_vec(&line).unwrap_or_default();
    Some((key(ending.on.0, &signs), value))
}

impl<S: Store> Processing<S> {
    /// Counts all cases under the clauses that speak of them.
    pub(crate) async fn measure_cases(&self, measured: &mut Evidence) -> Result<(), Failure> {
        let moment = self.moment();
        measured.cases = true;
        let mut after: Option<Vec<u8>> = None;
        loop {
            let (page, last) = self.cases_page(OPEN, after.as_deref()).await?;
            for case in &page {
                count(case, moment.today, &mut measured.clauses);
            }
            after = last;
            if after.is_none() {
                break;
            }
        }
        let keeps = |line: &Line| {
            let document = moment.policy().document_named(&line.document);
            document.and_then(|it| it.rules.requests.as_ref()).copied()
        };
        let is_past = |(day, line, _): &(Day, Line, u64)| {
            keeps(line).is_some_and(|(_, period)| period.after(*day) <= moment.today)
        };
        let mut lines = self.ended_lines(moment.today).await?;
        // What is past its day may be gone by another server's hand.
        if lines.iter().any(is_past) {
            self.forget_counted();
            lines = self.ended_lines(moment.today).await?;
        }
        for (day, line, many) in lines {
            count_ended(&line, day, many, moment.today, &mut measured.clauses);
            let keeps = keeps(&line);
            let clause = keeps.and_then(|(id, _)| moment.policy().clause(id));
            if let (Some((_, period)), Some(clause)) = (keeps, clause) {
                let name = clause.full_name.to_string();
                let counts = measured.clauses.entry(name).or_default();
                counts.cases_answered += many;
                if period.after(day) <= moment.today {
                    counts.cases_overdue += many;
                }
            }
        }
        Ok(())
    }

    /// How cases ended, by day, and how many like that. What was read before is not read again, but
    /// for the last days.
    async fn ended_lines(&self, today: Day) -> Result<Vec<(Day, Line, u64)>, Failure> {
        let fresh = Day(today.0.saturating_sub(FRESH_DAYS));
        loop {
            let from = self.remembered().upto(fresh);
            let read = self.lines_from(from).await?;
            // Somebody else may have forgotten everything meanwhile; then it is read again.
            if let Some(lines) = self.remembered().take_up(from, fresh, read) {
                return Ok(lines);
            }
        }
    }

    /// The lines of a day and of all after it.
    async fn lines_from(&self, from: Option<Day>) -> Result<Days, Failure> {
        let mut read = Days::new();
        let mut after = from.map(begins);
        loop {
            let store = self.vault.store();
            let page = store.records_page(RecordKind::Case, COUNTED, after.as_deref(), STEP);
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(read);
            };
            after = Some(last.key.clone());
            for record in &page {
                let line = serde_json::from_slice::<Line>(&record.value);
                let (Some(day), Ok(line)) = (day_of(&record.key), line) else {
                    return Err(Failure::Corrupt(
                        "how a case ended cannot be read".to_owned(),
                    ));
                };
                *read.entry(day).or_default().entry(line).or_default() += 1;
            }
        }
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.counted
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Forgets what was read of how cases ended: some of it is gone.
    pub(super) fn forget_counted(&self) {
        *self.remembered() = Remembered::default();
    }
}

/// Counts cases that ended alike on a day.
fn count_ended(
    line: &Line,
    day: Day,
    many: u64,
    today: Day,
    clauses: &mut BTreeMap<String, Counts>,
) {
    let Some(clause) = &line.clause else {
        return;
    };
    let counts = clauses.entry(clause.clone()).or_default();
    counts.cases_answered += many;
    if !line.in_time && today.0.saturating_sub(day.0) <= LATE_DAYS {
        counts.cases_late += many;
    }
    if let Some((all, sent, due)) = line.notices {
        counts.notices_due += all * many;
        counts.notices_sent += sent * many;
        if due.is_some_and(|due| due < today.0) {
            counts.notices_late += all.saturating_sub(sent) * many;
        }
    }
}

/// Counts a case that is open.
fn count(case: &Case, today: Day, clauses: &mut BTreeMap<String, Counts>) {
    let Some(clause) = &case.clause else {
        return;
    };
    let counts = clauses.entry(clause.clone()).or_default();
    counts.cases_open += 1;
    counts.cases_overdue += u64::from(case.is_overdue(today));
    let left = case.days_left(today);
    let soon = left.is_some_and(|left| (0..=SOON_DAYS).contains(&left));
    counts.cases_due_soon += u64::from(soon && case.stopped().is_none());
    if let About::Breach(breach) = &case.about {
        let all = u64::try_from(breach.people.len()).unwrap_or(u64::MAX);
        let sent = u64::try_from(breach.noticed.len()).unwrap_or(u64::MAX);
        counts.notices_due += all;
        counts.notices_sent += sent;
        if case.due.is_some_and(|due| due.0 < today) {
            counts.notices_late += all.saturating_sub(sent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_stand_in_their_order_and_are_read_back() {
        let days = [i32::MIN, -1, 0, 1, 20_000, i32::MAX].map(Day);
        let keys = days.map(|day| key(day, "K7QF2M9X"));
        assert!(keys.is_sorted());
        for (day, key) in days.iter().zip(&keys) {
            assert_eq!(day_of(key), Some(*day));
            assert!(key.starts_with(&begins(*day)) && *key > begins(*day));
        }
    }
}
