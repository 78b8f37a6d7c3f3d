//! Reading times as people and servers write them. Times without an offset are taken as UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Reads RFC 3339 and ISO 8601 times, or a date alone (its midnight).
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil = match text.parse::<DateTime>() {
        Ok(civil) => civil,
        Err(_) => text
            .parse::<Date>()
            .ok()?
            .to_datetime(jiff::civil::Time::midnight()),
    };
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// Reads `10/Oct/2000:13:55:36 -0700`, the time of the Common Log Format (26 bytes).
pub(crate) fn parse_log(text: &[u8]) -> Option<Timestamp> {
    let text: &[u8; 26] = text.try_into().ok()?;
    let &[
        d1,
        d0,
        b'/',
        m0,
        m1,
        m2,
        b'/',
        y3,
        y2,
        y1,
        y0,
        b':',
        rest @ ..,
    ] = text
    else {
        return None;
    };
    let &[
        h1,
        h0,
        b':',
        n1,
        n0,
        b':',
        s1,
        s0,
        b' ',
        sign,
        oh1,
        oh0,
        om1,
        om0,
    ] = &rest
    else {
        return None;
    };
    let month = month(&[m0, m1, m2])?;
    let year = pair(y3, y2)? * 100 + pair(y1, y0)?;
    let day = pair(d1, d0)?;
    let (hour, minute, second) = (pair(h1, h0)?, pair(n1, n0)?, pair(s1, s0)?);
    let (offset_hours, offset_minutes) = (pair(oh1, oh0)?, pair(om1, om0)?);
    // A leap second is written as 60 and counts as the second after 59.
    if day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if offset_hours > 25 || offset_minutes > 59 {
        return None;
    }
    let offset = offset_hours * 3600 + offset_minutes * 60;
    let offset = match sign {
        b'+' => offset,
        b'-' => -offset,
        _ => return None,
    };
    let days = days_from_civil(year, month, day);
    Timestamp::from_second(days * 86_400 + hour * 3600 + minute * 60 + second - offset).ok()
}

/// The number of a month by its English name in three letters.
fn month(name: &[u8; 3]) -> Option<i64> {
    Some(match name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

fn pair(tens: u8, ones: u8) -> Option<i64> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    } else {
        None
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counting years from March so that
/// the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let before_year = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    before_year + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_times_agree_with_the_calendar() {
        let mut day = jiff::civil::date(1999, 12, 30);
        for _ in 0..20_000 {
            let expected = TimeZone::UTC.to_timestamp(day.at(23, 59, 58, 0)).unwrap();
            let text = day
                .at(23, 59, 58, 0)
                .strftime("%d/%b/%Y:%H:%M:%S +0000")
                .to_string();
            assert_eq!(parse_log(text.as_bytes()), Some(expected), "{text}");
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn times_as_people_write_them() {
        for (text, expected) in [
            ("2026-03-01", Some("2026-03-01T00:00:00Z")),
            (" 2026-03-01T09:30:00Z ", Some("2026-03-01T09:30:00Z")),
            ("2026-03-01 09:30:00", Some("2026-03-01T09:30:00Z")),
            ("2026-03-01T09:30:00-05:00", Some("2026-03-01T14:30:00Z")),
            ("2026-03-01T09:30:00+0100", Some("2026-03-01T08:30:00Z")),
            ("01/03/2026", None),
            ("yesterday", None),
            ("", None),
        ] {
            let found = parse(text).map(|at| at.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn log_times_that_are_none() {
        for text in [
            "10/Oct/2000:13:55:36 -070",
            "31/Feb/2026:00:00:00 +0000",
            "10/Okt/2000:13:55:36 +0000",
            "10/Oct/2000:24:55:36 +0000",
            "10/Oct/2000 13:55:36 +0000",
            "",
        ] {
            assert_eq!(parse_log(text.as_bytes()), None, "{text}");
        }
        let west = parse_log(b"10/Oct/2000:13:55:36 -0700").unwrap();
        assert_eq!(west.to_string(), "2000-10-10T20:55:36Z");
    }
}
