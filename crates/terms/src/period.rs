//! Days and periods: how long something may stay, and when it falls due.
//! Arithmetic only; nothing here knows what day it is.

use crate::Timestamp;
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// A day of the proleptic Gregorian calendar in UTC, counted from 1 January 1970.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Day(pub i32);

const SECONDS_PER_DAY: i64 = 86_400;

impl Day {
    /// The last day that can be told; what is due then is never due.
    pub const NEVER: Day = Day(i32::MAX);

    /// The day on which a moment falls.
    pub fn of(moment: Timestamp) -> Day {
        let days = moment.as_second().div_euclid(SECONDS_PER_DAY);
        Day(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// The day of a calendar date.
    pub fn from_date(date: Date) -> Day {
        let since = date.duration_since(Date::constant(1970, 1, 1));
        Day(i32::try_from(since.as_secs().div_euclid(SECONDS_PER_DAY)).unwrap_or(i32::MAX))
    }

    /// The calendar date, or nothing beyond the year 9999.
    pub fn date(self) -> Option<Date> {
        let span = jiff::Span::new().try_days(self.0).ok()?;
        Date::constant(1970, 1, 1).checked_add(span).ok()
    }

    /// How many whole years old somebody born on a day is today. Whoever is born on 29 February
    /// turns a year older on 1 March where there is none; somebody still to be born is nought.
    pub fn age(self, today: Day) -> Option<u8> {
        let (born, today) = (self.date()?, today.date()?);
        let is_to_come = (today.month(), today.day()) < (born.month(), born.day());
        let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(is_to_come);
        Some(u8::try_from(years.max(0)).unwrap_or(u8::MAX))
    }

    /// The first moment of the day, or nothing beyond the year 9999.
    pub fn start(self) -> Option<Timestamp> {
        Timestamp::from_second(i64::from(self.0) * SECONDS_PER_DAY).ok()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => date.fmt(f),
            None => f.write_str("never"),
        }
    }
}

/// A length of time in whole calendar units, written as in ISO 8601: `P90D`, `P3Y`, `P1Y6M`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Period {
    /// Whole months; a year is twelve.
    pub months: u32,
    /// Whole days; a week is seven.
    pub days: u32,
}

/// Why a text is not a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a period is written as in ISO 8601 in years, months, weeks, days and hours that make whole days, such as `P90D`, `P1Y6M` or `PT72H`"
)]
pub struct PeriodError;

impl Period {
    /// A period of whole days.
    pub const fn days(days: u32) -> Period {
        Period { months: 0, days }
    }

    /// The day that lies this period after another. A month counts to the same day of a later
    /// month, or to its last day where that month is shorter.
    pub fn after(self, day: Day) -> Day {
        let Some(date) = day.date() else {
            return Day::NEVER;
        };
        let span = jiff::Span::new()
            .try_months(i64::from(self.months))
            .and_then(|span| span.try_days(i64::from(self.days)));
        match span.and_then(|span| date.checked_add(span)) {
            Ok(date) => Day::from_date(date),
            Err(_) => Day::NEVER,
        }
    }

    /// The latest day whose period, counted from it, has ended by `today`: whatever is anchored on
    /// it or earlier is due. An approximation from below is corrected upwards, so the answer is
    /// exact.
    pub fn anchored_by(self, today: Day) -> Day {
        let about = i64::from(today.0) - i64::from(self.months) * 31 - i64::from(self.days) - 1;
        let mut day = Day(i32::try_from(about).unwrap_or(i32::MIN / 2));
        while self.after(Day(day.0 + 1)) <= today {
            day.0 += 1;
        }
        day
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Period, PeriodError> {
        let rest = text.strip_prefix('P').ok_or(PeriodError)?;
        let mut period = Period::default();
        let mut number = None::<u32>;
        let (mut last_unit, mut in_day) = (0, false);
        for c in rest.chars() {
            if let Some(digit) = c.to_digit(10) {
                let so_far = number.unwrap_or(0).checked_mul(10).ok_or(PeriodError)?;
                number = Some(so_far.checked_add(digit).ok_or(PeriodError)?);
                continue;
            }
            if (c, number, in_day) == ('T', None, false) {
                in_day = true;
                continue;
            }
            let count = number.take().ok_or(PeriodError)?;
            let (unit, months, days) = match (c, in_day) {
                ('Y', false) => (1, 12, 0),
                ('M', false) => (2, 1, 0),
                ('W', false) => (3, 0, 7),
                ('D', false) => (4, 0, 1),
                // Days are the smallest that counts.
                ('H', true) if count.is_multiple_of(24) => (5, 0, 0),
                _ => return Err(PeriodError),
            };
            if unit <= last_unit || count > 120_000 {
                return Err(PeriodError);
            }
            last_unit = unit;
            period.months += count * months;
            period.days += if in_day { count / 24 } else { count * days };
        }
        if last_unit == 0 || number.is_some() || in_day != (last_unit == 5) {
            return Err(PeriodError);
        }
        Ok(period)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        let (years, months) = (self.months / 12, self.months % 12);
        if years > 0 {
            write!(f, "{years}Y")?;
        }
        if months > 0 {
            write!(f, "{months}M")?;
        }
        if self.days > 0 || self.months == 0 {
            write!(f, "{}D", self.days)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::from_date(text.parse().unwrap())
    }

    #[test]
    fn an_age_is_counted_in_whole_years() {
        for (born, today, age) in [
            ("2010-11-24", "2026-11-23", 15),
            ("2010-11-23", "2026-11-23", 16),
            ("2012-02-29", "2025-02-28", 12),
            ("2012-02-29", "2025-03-01", 13),
            ("2030-01-01", "2026-11-23", 0),
            ("1500-01-01", "2026-11-23", u8::MAX),
        ] {
            assert_eq!(day(born).age(day(today)), Some(age), "{born} on {today}");
        }
    }

    #[test]
    fn periods_are_read_and_printed() {
        for (text, printed) in [
            ("P90D", "P90D"),
            ("P3Y", "P3Y"),
            ("P1Y6M", "P1Y6M"),
            ("P2W", "P14D"),
            ("P18M", "P1Y6M"),
            ("PT72H", "P3D"),
            ("P1DT24H", "P2D"),
        ] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), printed);
        }
        for bad in [
            "",
            "P",
            "90D",
            "P1",
            "PD",
            "P1D1Y",
            "P-1D",
            "PT1H",
            "PT",
            "P1DT",
            "PT24D",
            "P24H",
            "PTT24H",
            "PT24HT24H",
            "P1.5Y",
            "P99999999999D",
        ] {
            assert_eq!(bad.parse::<Period>(), Err(PeriodError), "{bad}");
        }
    }

    #[test]
    fn months_end_where_the_calendar_ends() {
        let month: Period = "P1M".parse().unwrap();
        assert_eq!(month.after(day("2023-01-31")), day("2023-02-28"));
        assert_eq!(Day::of("1969-12-31T23:59:59Z".parse().unwrap()), Day(-1));
        assert_eq!(day("2026-11-23").to_string(), "2026-11-23");
    }

    proptest! {
        #[test]
        fn anchored_by_is_the_exact_inverse(
            months in 0u32..80,
            days in 0u32..400,
            today in 0i32..40_000,
        ) {
            let period = Period { months, days };
            let anchor = period.anchored_by(Day(today));
            prop_assert!(period.after(anchor) <= Day(today));
            prop_assert!(period.after(Day(anchor.0 + 1)) > Day(today));
        }
    }
}
