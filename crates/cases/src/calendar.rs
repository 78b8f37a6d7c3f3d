//! Working days: which days an office works, from dated tables with their sources.
//!
//! A day off that is in no table counts as worked. What is counted in working days then ends
//! earlier than it would have to, never later, and so does what a day off at the end would move on.

use jiff::civil::{Date, Weekday};
use kept_terms::{Day, Territory};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("law/holidays.toml");

/// The longest that is looked for a working day, in days.
const SEARCH_DAYS_MAX: i32 = 60;

static HOLIDAYS: LazyLock<HashMap<String, Vec<Rule>>> =
    LazyLock::new(|| read(TABLE).unwrap_or_default());

/// The working days of one country.
#[derive(Clone, Copy, Debug)]
pub struct Calendar(&'static [Rule]);

/// When a day off is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum When {
    /// On the same day of the year.
    Fixed(i8, i8),
    /// So many days after Easter Sunday of the western churches.
    Easter(i16),
    /// On the so-manieth of a weekday in a month; counted from the end where it is negative.
    Nth(i8, Weekday, i8),
    /// On the last of a weekday before a day of the year.
    Before(Weekday, i8, i8),
    /// On one date.
    Once(Date),
}

/// What is done with a day off that falls on a weekend.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Moves {
    No,
    /// To the next day that is worked.
    Next,
    /// From a Saturday to the Friday before, from a Sunday to the Monday after.
    Nearest,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Rule {
    when: When,
    moves: Moves,
    since: Option<Date>,
    until: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    r#in: Vec<String>,
    days: Vec<String>,
    #[serde(default)]
    moves: Option<String>,
    since: Option<toml::value::Datetime>,
    until: Option<toml::value::Datetime>,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    holidays: Vec<Written>,
}

fn read(text: &str) -> Result<HashMap<String, Vec<Rule>>, String> {
    let table: Table = toml::from_str(text).map_err(|problem| problem.to_string())?;
    let mut countries: HashMap<String, Vec<Rule>> = HashMap::new();
    for written in table.holidays {
        if written.source.len() < 10 {
            return Err("a row says where it is written".to_owned());
        }
        let moves = match written.moves.as_deref() {
            None => Moves::No,
            Some("next") => Moves::Next,
            Some("nearest") => Moves::Nearest,
            Some(other) => return Err(format!("a day off does not move to `{other}`")),
        };
        let date = |it: &toml::value::Datetime| {
            let text = it.to_string();
            text.parse::<Date>()
                .map_err(|_| format!("`{text}` is no date"))
        };
        let since = written.since.as_ref().map(date).transpose()?;
        let until = written.until.as_ref().map(date).transpose()?;
        for day in &written.days {
            let when = when(day).ok_or_else(|| format!("`{day}` says no day"))?;
            for country in &written.r#in {
                countries.entry(country.clone()).or_default().push(Rule {
                    when,
                    moves,
                    since,
                    until,
                });
            }
        }
    }
    Ok(countries)
}

/// Reads `12-25`, `easter+1`, `3 monday 01`, `-1 monday 05`, `monday before 05-25` or `2027-02-06`.
fn when(text: &str) -> Option<When> {
    if let Some(offset) = text.strip_prefix("easter") {
        return Some(When::Easter(offset.parse().ok()?));
    }
    if let Ok(date) = text.parse::<Date>() {
        return Some(When::Once(date));
    }
    let month_day = |text: &str| {
        let (month, day) = text.split_once('-')?;
        Some((month.parse::<i8>().ok()?, day.parse::<i8>().ok()?))
    };
    if let Some((month, day)) = month_day(text).filter(|(month, _)| *month > 0) {
        return Some(When::Fixed(month, day));
    }
    let mut words = text.split(' ');
    let (first, second, third) = (words.next()?, words.next()?, words.next()?);
    if second == "before" {
        let (month, day) = month_day(third)?;
        return Some(When::Before(weekday(first)?, month, day));
    }
    Some(When::Nth(
        first.parse().ok()?,
        weekday(second)?,
        third.parse().ok()?,
    ))
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

/// Easter Sunday of the western churches (the anonymous Gregorian computus).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

impl Rule {
    /// The day off of a year, before it is moved.
    fn of(&self, year: i16) -> Option<Date> {
        let date = match self.when {
            When::Fixed(month, day) => Date::new(year, month, day).ok()?,
            When::Easter(offset) => {
                let days = jiff::Span::new().try_days(offset).ok()?;
                easter(year)?.checked_add(days).ok()?
            }
            When::Nth(nth, weekday, month) => Date::new(year, month, 1)
                .ok()?
                .nth_weekday_of_month(nth, weekday)
                .ok()?,
            When::Before(weekday, month, day) => Date::new(year, month, day)
                .ok()?
                .nth_weekday(-1, weekday)
                .ok()?,
            When::Once(date) => date,
        };
        let begun = self.since.is_none_or(|since| since <= date);
        let ended = self.until.is_some_and(|until| until < date);
        (date.year() == year && begun && !ended).then_some(date)
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

impl Calendar {
    /// The working days of a country, in all of its parts: of an office there, or of whoever it is
    /// that asks. Where nothing is known of the country, every day from Monday to Friday is worked.
    pub fn of(place: Option<Territory>) -> Calendar {
        let rules = place.and_then(|place| HOLIDAYS.get(place.country().code()));
        Calendar(rules.map_or(&[], Vec::as_slice))
    }

    /// Whether a day is worked.
    pub fn is_worked(self, day: Day) -> bool {
        let Some(date) = day.date() else {
            return true;
        };
        !is_weekend(date) && !self.is_off(date)
    }

    fn is_off(self, date: Date) -> bool {
        // Near the turn of the year a day off may have moved over it.
        let years = [date.year() - 1, date.year(), date.year() + 1];
        self.0.iter().any(|rule| {
            let days = years.iter().filter_map(|year| rule.of(*year));
            let mut moved = days.filter_map(|day| self.moved(day, rule.moves));
            moved.any(|day| day == date)
        })
    }

    /// Where a day off goes that falls on a weekend.
    fn moved(self, day: Date, moves: Moves) -> Option<Date> {
        match (moves, day.weekday()) {
            (Moves::Nearest, Weekday::Saturday) => day.yesterday().ok(),
            (Moves::Nearest, Weekday::Sunday) => day.tomorrow().ok(),
            (Moves::Next, Weekday::Saturday | Weekday::Sunday) => {
                let mut next = day;
                while is_weekend(next) || self.is_off_unmoved(next) {
                    next = next.tomorrow().ok()?;
                }
                // Two days off of one weekend move to two days: the later one goes further.
                let earlier = day.yesterday().ok()?;
                let after_another = is_weekend(earlier) && self.is_off_unmoved(earlier);
                match after_another {
                    true => next.tomorrow().ok(),
                    false => Some(next),
                }
            }
            (Moves::No | Moves::Next | Moves::Nearest, _) => Some(day),
        }
    }

    fn is_off_unmoved(self, date: Date) -> bool {
        self.0.iter().any(|rule| rule.of(date.year()) == Some(date))
    }

    /// The day, or the first after it that is worked.
    pub fn on_or_after(self, day: Day) -> Day {
        let days = (0..SEARCH_DAYS_MAX).map(|more| Day(day.0.saturating_add(more)));
        let mut worked = days.filter(|day| self.is_worked(*day));
        worked.next().unwrap_or(day)
    }

    /// So many working days after a day: the day itself is not counted.
    pub fn working_days_after(self, day: Day, count: u32) -> Day {
        let mut last = day;
        for _ in 0..count {
            last = self.on_or_after(Day(last.0.saturating_add(1)));
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::from_date(text.parse().unwrap())
    }

    fn calendar(country: &str) -> Calendar {
        Calendar::of(Some(country.parse().unwrap()))
    }

    #[test]
    fn the_table_is_read() {
        let countries = read(TABLE).unwrap();
        assert_eq!(countries.len(), HOLIDAYS.len());
        for country in [
            "US", "CA", "MX", "GB", "IE", "FR", "DE", "AU", "NZ", "CN", "IN",
        ] {
            assert!(countries[country].len() > 2, "{country}");
        }
    }

    #[test]
    fn days_off_are_where_they_are() {
        for (country, date, worked) in [
            ("US", "2026-11-26", false),
            ("US", "2026-11-27", true),
            // The fourth of July 2026 is a Saturday.
            ("US", "2026-07-03", false),
            ("GB", "2026-04-03", false),
            ("GB", "2026-04-06", false),
            // Christmas Day 2027 is a Saturday, Boxing Day a Sunday: Monday and Tuesday.
            ("GB", "2027-12-27", false),
            ("GB", "2027-12-28", false),
            ("GB", "2027-12-29", true),
            ("CA", "2026-05-18", false),
            ("FR", "2026-05-14", false),
            ("DE", "2026-10-03", false),
            ("DE", "2026-07-14", true),
            ("NZ", "2026-07-10", false),
            ("CN", "2026-02-17", false),
            ("AU", "2026-01-26", false),
            ("IE", "2026-02-02", false),
        ] {
            assert_eq!(
                calendar(country).is_worked(day(date)),
                worked,
                "{country} {date}"
            );
        }
        assert!(Calendar::of(None).is_worked(day("2026-12-25")));
    }

    #[test]
    fn working_days_leave_out_what_is_not_worked() {
        let us = calendar("US");
        // Thanksgiving and two weekends lie between.
        assert_eq!(
            us.working_days_after(day("2026-11-23"), 10),
            day("2026-12-08")
        );
        assert_eq!(us.on_or_after(day("2026-11-28")), day("2026-11-30"));
    }

    proptest! {
        #[test]
        fn what_is_counted_in_working_days_ends_on_one_and_never_before(
            from in 20_000i32..30_000, count in 1u32..40, at in 0usize..11,
        ) {
            let country = ["US", "CA", "MX", "GB", "IE", "FR", "DE", "AU", "NZ", "CN", "IN"][at];
            let calendar = calendar(country);
            let end = calendar.working_days_after(Day(from), count);
            prop_assert!(calendar.is_worked(end));
            let between = (from + 1..=end.0).filter(|it| calendar.is_worked(Day(*it)));
            prop_assert_eq!(between.count(), usize::try_from(count).unwrap());
        }
    }
}
