//! When: a millisecond in UTC, spelled as RFC 3339 spells it.
//!
//! Owns the spelling of a time in an entry. It never asks what time it is.

use std::fmt;

use crate::fault::Malformed;

const MILLISECONDS_PER_DAY: i64 = 86_400_000;
/// The days of 400 years: the Gregorian calendar repeats after them.
const DAYS_PER_ERA: i64 = 146_097;
/// The days from 1 March of the year 0 to 1 January 1970.
const DAYS_TO_1970: i64 = 719_468;
/// 0000-01-01T00:00:00.000Z.
const FIRST: i64 = -62_167_219_200_000;
/// 9999-12-31T23:59:59.999Z.
const LAST: i64 = 253_402_300_799_999;
const SHAPE: &str = "0000-00-00T00:00:00.000Z";

/// A moment, in milliseconds since 1970 began in UTC, within the years 0000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(i64);

impl At {
    /// The moment so many milliseconds after 1970 began in UTC.
    ///
    /// # Errors
    /// [`Malformed`] outside the years that four digits can name.
    pub fn from_unix_milliseconds(milliseconds: i64) -> Result<Self, Malformed> {
        if (FIRST..=LAST).contains(&milliseconds) {
            Ok(Self(milliseconds))
        } else {
            Err(malformed("it is outside the years 0000 to 9999"))
        }
    }

    /// The milliseconds since 1970 began in UTC.
    pub fn unix_milliseconds(self) -> i64 {
        self.0
    }

    /// Reads a moment with exactly three decimals and a `Z`.
    ///
    /// # Errors
    /// [`Malformed`] for anything else, and for days and hours that there are not.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let refused = malformed("expected a UTC time with three decimals");
        let has_shape = text.len() == SHAPE.len()
            && text
                .bytes()
                .zip(SHAPE.bytes())
                .all(|(byte, shape)| match shape {
                    b'0' => byte.is_ascii_digit(),
                    _ => byte == shape,
                });
        let mut numbers = text
            .split(|letter: char| !letter.is_ascii_digit())
            .map_while(|digits| digits.parse::<i64>().ok());
        let mut next = || numbers.next().filter(|_| has_shape);
        let (Some(year), Some(month), Some(day)) = (next(), next(), next()) else {
            return Err(refused);
        };
        let (Some(hour), Some(minute), Some(second), Some(milli)) =
            (next(), next(), next(), next())
        else {
            return Err(refused);
        };
        let seconds = (hour * 60 + minute) * 60 + second;
        let at = Self(days(year, month, day) * MILLISECONDS_PER_DAY + seconds * 1000 + milli);
        // A 30th of February or a 25th hour would be printed as another moment.
        if at.to_string() == text {
            Ok(at)
        } else {
            Err(malformed("there is no such time"))
        }
    }

    /// Adds the 24 letters of the moment to a text.
    pub(crate) fn write(self, text: &mut String) {
        let (year, month, day) = date(self.0.div_euclid(MILLISECONDS_PER_DAY));
        let milliseconds = self.0.rem_euclid(MILLISECONDS_PER_DAY);
        let (seconds, milli) = (milliseconds / 1000, milliseconds % 1000);
        let (minutes, second) = (seconds / 60, seconds % 60);
        digits::<4>(text, year, '-');
        digits::<2>(text, month, '-');
        digits::<2>(text, day, 'T');
        digits::<2>(text, minutes / 60, ':');
        digits::<2>(text, minutes % 60, ':');
        digits::<2>(text, second, '.');
        digits::<3>(text, milli, 'Z');
    }
}

impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(SHAPE.len());
        self.write(&mut text);
        formatter.write_str(&text)
    }
}

fn malformed(reason: &'static str) -> Malformed {
    Malformed::new("time in the ledger", reason)
}

/// Adds a number with so many digits, and what follows it.
fn digits<const N: u32>(text: &mut String, number: i64, after: char) {
    for place in (0..N).rev() {
        let digit = u8::try_from(number / 10i64.pow(place) % 10).unwrap_or(0);
        text.push(char::from(b'0' + digit));
    }
    text.push(after);
}

/// The days from 1 January 1970 to a day. The year is taken to begin in March, so that the leap
/// day is its last, and the lengths of the months follow the line (153 m + 2) / 5.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * DAYS_PER_ERA + year * 365 + year / 4 - year / 100 + day_of_year - DAYS_TO_1970
}

/// The year, month and day of so many days after 1 January 1970: the inverse of [`days`].
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let (era, day) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    // Take out the leap days before this one: every 4 years, not every 100, yet every 400.
    let year = (day - day / 1460 + day / 36_524 - day / (DAYS_PER_ERA - 1)) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 {
        (year, month + 3)
    } else {
        (year + 1, month - 9)
    };
    (era * 400 + year, month, day)
}
