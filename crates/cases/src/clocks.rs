//! What the law of a country adds to the time that a clause sets: whether the clock stands still
//! while the person is waited for, whether a day off at the end moves it, and how soon it is to be
//! said that a request has come.
//! It adds; the time itself is the clause's.

use crate::{Calendar, Kind};
use jiff::civil::Date;
use kept_terms::{Day, Territory};
use serde::Deserialize;
use std::sync::LazyLock;

const TABLE: &str = include_str!("law/clocks.toml");

static CLOCKS: LazyLock<Vec<Row>> = LazyLock::new(|| read(TABLE).unwrap_or_default());

/// How soon it is to be said that a request has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acknowledgement {
    /// Within so many working days.
    WorkingDays(u32),
    /// Within so many days.
    Days(u32),
}

/// How the time of a case runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Clock {
    /// Whether it stands still while it has not been shown who asks, or the person is waited for.
    pub stops: bool,
    /// Whether a day off at the end moves it on to the next day that is worked.
    pub rolls: bool,
    /// How soon it is to be said that it has come.
    pub acknowledge: Option<Acknowledgement>,
    /// Within how many hours the authority is to hear of a breach.
    pub breach_hours: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    r#in: Vec<String>,
    kinds: Vec<Kind>,
    #[serde(default)]
    stops: bool,
    #[serde(default)]
    rolls: bool,
    acknowledge: Option<Acknowledgement>,
    breach_hours: Option<u32>,
    since: toml::value::Datetime,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    clock: Vec<Row>,
}

impl Row {
    fn since(&self) -> Option<Day> {
        let date: Date = self.since.to_string().parse().ok()?;
        Some(Day::from_date(date))
    }
}

fn read(text: &str) -> Result<Vec<Row>, String> {
    let table: Table = toml::from_str(text).map_err(|problem| problem.to_string())?;
    let bad = table
        .clock
        .iter()
        .find(|row| row.since().is_none() || row.source.len() < 10);
    match bad {
        Some(row) => Err(format!("{row:?} has no day or no source")),
        None => Ok(table.clock),
    }
}

impl Clock {
    /// How the time of a case of a kind runs in a place, by the law of the country and of the part
    /// as it is on a day.
    pub fn of(place: Option<Territory>, kind: Kind, today: Day) -> Clock {
        let mut clock = Clock::default();
        let Some(place) = place else {
            return clock;
        };
        let holds = |row: &&Row| {
            let is_here = |code: &String| *code == place.code() || *code == place.country().code();
            let here = row.r#in.iter().any(is_here);
            let begun = row.since().is_some_and(|since| since <= today);
            here && begun && row.kinds.contains(&kind)
        };
        for row in CLOCKS.iter().filter(holds) {
            clock.stops |= row.stops;
            clock.rolls |= row.rolls;
            clock.acknowledge = row.acknowledge.or(clock.acknowledge);
            clock.breach_hours = row.breach_hours.or(clock.breach_hours);
        }
        clock
    }

    /// The last day on which it is to be said that something has come that came on a day.
    pub fn acknowledge_by(&self, place: Option<Territory>, came: Day) -> Option<Day> {
        Some(match self.acknowledge? {
            Acknowledgement::WorkingDays(count) => {
                Calendar::of(place).working_days_after(came, count)
            }
            Acknowledgement::Days(count) => Day(came
                .0
                .saturating_add(i32::try_from(count).unwrap_or(i32::MAX))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(country: &str, kind: Kind) -> Clock {
        let today = Day::from_date("2026-11-28".parse().unwrap());
        Clock::of(Some(country.parse().unwrap()), kind, today)
    }

    #[test]
    fn the_table_is_read() {
        assert_eq!(read(TABLE).unwrap().len(), CLOCKS.len());
    }

    #[test]
    fn the_law_of_each_country_is_its_own() {
        assert!(clock("GB", Kind::Access).stops);
        assert!(!clock("US", Kind::Access).stops);
        assert!(clock("FR", Kind::Access).rolls);
        let ten = Acknowledgement::WorkingDays(10);
        assert_eq!(clock("US", Kind::Access).acknowledge, Some(ten));
        let thirty = Acknowledgement::Days(30);
        assert_eq!(clock("GB", Kind::Complaint).acknowledge, Some(thirty));
        assert_eq!(clock("DE", Kind::Breach).breach_hours, Some(72));
        let before = Day::from_date("2026-06-18".parse().unwrap());
        let then = Clock::of(Some("GB".parse().unwrap()), Kind::Complaint, before);
        assert_eq!(then.acknowledge, None);
    }
}
