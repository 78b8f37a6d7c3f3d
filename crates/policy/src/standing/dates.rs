//! Dates as people write them, in each language of the figures and the page.
//! It formats; which dates are said is decided elsewhere.

use super::Tongue;
use jiff::civil::Date;
use kept_terms::Day;

const MONTHS: [[&str; 12]; 3] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
];

/// A date as people write it.
pub(crate) fn date(tongue: Tongue, date: Date) -> String {
    let (day, year) = (date.day(), date.year());
    let [english, french, german] = MONTHS.map(|names| {
        let at = usize::from(date.month().unsigned_abs()).saturating_sub(1);
        names.get(at).copied().unwrap_or_default()
    });
    match tongue {
        Tongue::English => format!("{day} {english} {year}"),
        Tongue::French if day == 1 => format!("1er {french} {year}"),
        Tongue::French => format!("{day} {french} {year}"),
        Tongue::German => format!("{day}. {german} {year}"),
        Tongue::Chinese => format!("{year}年{}月{day}日", date.month()),
    }
}

/// A day as people write it in a language; the empty text beyond what calendars hold.
pub fn day_in(language: &str, day: Day) -> String {
    let date_of = |it| date(Tongue::of(language), it);
    day.date().map_or_else(String::new, date_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_people_write_them() {
        let day = Date::constant(2018, 5, 1);
        assert_eq!(date(Tongue::English, day), "1 May 2018");
        assert_eq!(date(Tongue::French, day), "1er mai 2018");
        assert_eq!(date(Tongue::German, day), "1. Mai 2018");
        assert_eq!(date(Tongue::Chinese, day), "2018年5月1日");
    }
}
