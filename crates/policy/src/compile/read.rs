//! Reads a TOML table by its shape: unknown keys, missing keys and values of the wrong type are
//! all reported.
//! It resolves no names; that needs the whole folder.

use super::Report;
use super::given::{Entry, Given, Value};
use crate::diagnostic::{Code, closest};
use crate::shape::{Key, Kind, listed};
use jiff::civil::Date;
use kept_terms::{Period, Territory, TerritoryError};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads the tables of one piece of TOML within a document.
pub(crate) struct Reader<'r, 's> {
    pub report: &'r mut Report<'s>,
    /// The file's place among the sources.
    pub file: usize,
    /// Where the TOML begins in the file, in bytes.
    pub base: usize,
    /// Whether the TOML has errors: then what is missing or unknown may be what was not
    /// understood, and is not reported;
    /// nor are values, which may be halves of what was meant.
    pub lenient: bool,
}

impl Reader<'_, '_> {
    /// A span of the TOML as a span of the file.
    pub(crate) fn at(&self, span: Range<usize>) -> Range<usize> {
        self.base + span.start..self.base + span.end
    }

    /// Reads a table. `what` names it in messages, such as `[collect.contact]`.
    pub(crate) fn table(
        &mut self,
        table: &DeTable<'_>,
        span: Range<usize>,
        keys: &'static [Key],
        what: &str,
    ) -> Given {
        let mut given = Given {
            span: span.clone(),
            entries: Vec::new(),
            broken: false,
        };
        // Keys that are not there because their name is written wrongly; that is said once.
        let mut meant: Vec<&'static str> = Vec::new();
        for (name, value) in in_order(table) {
            match keys.iter().find(|key| key.name == name.get_ref()) {
                Some(key) => match self.value(value, key, what) {
                    Some((read, broken)) => {
                        given.broken |= broken;
                        given.entries.push(Entry {
                            key: key.name,
                            key_span: self.at(name.span()),
                            value: read,
                            span: self.at(value.span()),
                        });
                    }
                    None => given.broken = true,
                },
                None => {
                    given.broken = true;
                    if self.lenient {
                        continue;
                    }
                    let absent = keys
                        .iter()
                        .filter(|key| !table.keys().any(|there| there.get_ref() == key.name));
                    let absent: Vec<&'static str> = absent.map(|key| key.name).collect();
                    let key = meant_key(name.get_ref(), &absent);
                    meant.extend(key);
                    self.unknown_key(name.get_ref(), key, self.at(name.span()), keys, what);
                }
            }
        }
        let missing = |key: &&Key| key.required && !meant.contains(&key.name);
        for key in keys.iter().filter(missing) {
            if !table.keys().any(|name| name.get_ref() == key.name) {
                given.broken = true;
                if !self.lenient {
                    self.missing_key(key, span.clone(), what);
                }
            }
        }
        given
    }

    fn unknown_key(
        &mut self,
        name: &str,
        meant: Option<&str>,
        span: Range<usize>,
        keys: &[Key],
        what: &str,
    ) {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("it may have {}", listed(&names)),
        };
        let message = format!("{what} has no key `{}`", shown(name));
        self.report
            .say(Code::UnknownKey, self.file, span, message)
            .help(help);
    }

    fn missing_key(&mut self, key: &Key, span: Range<usize>, what: &str) {
        let help = match key.name {
            "answer-within" => "add `answer-within = \"P30D\"`, with the true time".to_owned(),
            name => format!("add `{name} = {}`", key.kind.example()),
        };
        let (code, message) = match key.name {
            "basis" => (Code::NoBasis, format!("{what} has no lawful basis")),
            "answer-within" => (
                Code::NoDeadline,
                format!("{what} says no time within which it is answered"),
            ),
            name => (
                Code::MissingKey,
                format!("{what} lacks `{name}`: {}", key.doc),
            ),
        };
        self.report.say(code, self.file, span, message).help(help);
    }

    fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, key: &Key, what: &str) -> Option<Value> {
        if self.lenient {
            return None;
        }
        let message = format!(
            "`{}` of {what} is {}, not {}",
            key.name,
            key.kind.described(),
            article(value.get_ref().type_str())
        );
        let help = match (key.kind, value.get_ref()) {
            (kind, DeValue::String(text)) if kind.is_list() => {
                format!("write it as a list: `{} = [{:?}]`", key.name, shown(text))
            }
            _ => format!("write it as in `{} = {}`", key.name, key.kind.example()),
        };
        let span = self.at(value.span());
        self.report
            .say(Code::WrongType, self.file, span, message)
            .help(help);
        None
    }

    fn wrong_value(&mut self, span: Range<usize>, message: String, help: String) {
        if self.lenient {
            return;
        }
        self.report
            .say(Code::WrongValue, self.file, span, message)
            .help(help);
    }

    /// Reads a value, and tells whether something within it was reported.
    fn value(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        key: &Key,
        what: &str,
    ) -> Option<(Value, bool)> {
        let whole = |value: Option<Value>| value.map(|value| (value, false));
        match (key.kind, value.get_ref()) {
            (Kind::Text, DeValue::String(text)) => whole(self.line(text, value.span(), key, what)),
            (Kind::Name(_), DeValue::String(text)) => Some((Value::Text(text.to_string()), false)),
            (Kind::Flag, DeValue::Boolean(flag)) => Some((Value::Flag(*flag), false)),
            (Kind::Count(least, most), DeValue::Integer(number)) => {
                let read = i64::from_str_radix(number.as_str(), number.radix()).ok();
                match read.filter(|count| (least..=most).contains(count)) {
                    Some(count) => Some((Value::Count(count), false)),
                    None => {
                        let message =
                            format!("`{}` of {what} is {}", key.name, key.kind.described());
                        self.wrong_value(
                            self.at(value.span()),
                            message,
                            "choose another".to_owned(),
                        );
                        None
                    }
                }
            }
            (Kind::Date, _) => whole(self.date(value, key, what)),
            (Kind::Period, DeValue::String(text)) => whole(self.period(text, value.span(), key)),
            (Kind::Word(words) | Kind::WordOrTable(words, _), DeValue::String(text)) => {
                let known = self.word(text, self.at(value.span()), words, key, what);
                known.then(|| (Value::Text(text.to_string()), false))
            }
            (Kind::Country, DeValue::String(text)) => {
                let known = self.country(text, self.at(value.span()));
                known.then(|| (Value::Text(text.to_string()), false))
            }
            (Kind::AllOrWords(_) | Kind::AllOrNames(_) | Kind::Places, DeValue::String(text))
                if text == "all" =>
            {
                Some((Value::All, false))
            }
            (kind, DeValue::Array(list)) if kind.is_list() => {
                Some(self.some(list, value.span(), key, what))
            }
            (Kind::Table(keys) | Kind::WordOrTable(_, keys), DeValue::Table(table)) => {
                let what = format!("`{}` of {what}", key.name);
                let given = self.table(table, self.at(value.span()), keys, &what);
                let broken = given.broken;
                Some((Value::Table(given), broken))
            }
            (Kind::Tables(keys), DeValue::Array(list)) => Some(self.tables(list, keys, key, what)),
            _ => whole(self.wrong_type(value, key, what)),
        }
    }

    /// A list that is not empty.
    fn some(
        &mut self,
        list: &toml::de::DeArray<'_>,
        span: Range<usize>,
        key: &Key,
        what: &str,
    ) -> (Value, bool) {
        let (read, broken) = self.list(list, key, what);
        if list.is_empty() {
            let message = format!("`{}` of {what} is an empty list", key.name);
            let help = format!(
                "leave the key out, or write `{} = {}`",
                key.name,
                key.kind.example()
            );
            self.wrong_value(self.at(span), message, help);
        }
        (Value::List(read), broken || list.is_empty())
    }

    fn tables(
        &mut self,
        list: &toml::de::DeArray<'_>,
        keys: &'static [Key],
        key: &Key,
        what: &str,
    ) -> (Value, bool) {
        let inner = format!("`{}` of {what}", key.name);
        let (mut tables, mut broken) = (Vec::new(), list.is_empty());
        for value in list {
            match value.get_ref() {
                DeValue::Table(table) => {
                    let given = self.table(table, self.at(value.span()), keys, &inner);
                    broken |= given.broken;
                    tables.push(given);
                }
                _ => {
                    broken = true;
                    self.wrong_type(value, key, what);
                }
            }
        }
        if list.is_empty() {
            let message = format!("{inner} is an empty list");
            let help = format!("write it as in `{} = {}`", key.name, key.kind.example());
            let span = self.at(0..0);
            self.wrong_value(span, message, help);
        }
        (Value::Tables(tables), broken)
    }

    fn list(
        &mut self,
        list: &toml::de::DeArray<'_>,
        key: &Key,
        what: &str,
    ) -> (Vec<(String, Range<usize>)>, bool) {
        let (mut read, mut broken) = (Vec::<(String, Range<usize>)>::new(), false);
        for value in list {
            let span = self.at(value.span());
            let DeValue::String(text) = value.get_ref() else {
                broken = true;
                let stands = article(value.get_ref().type_str());
                let message = format!("`{}` of {what} lists texts, and this is {stands}", key.name);
                let help = format!("write it as in `{} = {}`", key.name, key.kind.example());
                if !self.lenient {
                    self.report
                        .say(Code::WrongType, self.file, span, message)
                        .help(help);
                }
                continue;
            };
            let fine = match key.kind {
                Kind::Words(words) | Kind::AllOrWords(words) => {
                    self.word(text, span.clone(), words, key, what)
                }
                Kind::Countries => self.country(text, span.clone()),
                Kind::Lines => self.line(text, value.span(), key, what).is_some(),
                _ => true,
            };
            if read.iter().any(|(known, _)| known == text.as_ref())
                && !matches!(key.kind, Kind::Lines)
            {
                let message = format!("`{}` stands twice in `{}` of {what}", shown(text), key.name);
                self.wrong_value(span, message, "strike one out".to_owned());
                broken = true;
            } else if fine {
                read.push((text.to_string(), span));
            } else {
                broken = true;
            }
        }
        (read, broken)
    }

    fn line(&mut self, text: &str, span: Range<usize>, key: &Key, what: &str) -> Option<Value> {
        if !text.trim().is_empty() && !text.chars().any(char::is_control) && text.len() <= 1_000 {
            return Some(Value::Text(text.to_owned()));
        }
        let message = format!(
            "`{}` of {what} is empty, very long, or more than one line",
            key.name
        );
        let help = "write one line of plain text, at most a thousand bytes long".to_owned();
        self.wrong_value(self.at(span), message, help);
        None
    }

    fn date(&mut self, value: &Spanned<DeValue<'_>>, key: &Key, what: &str) -> Option<Value> {
        let date: Option<Date> = match value.get_ref() {
            DeValue::Datetime(moment) if moment.time.is_none() && moment.offset.is_none() => {
                moment.date.and_then(|date| date.to_string().parse().ok())
            }
            // A date and nothing after it: `jiff` would read the date of a moment too.
            DeValue::String(text) if text.len() == 10 => text.parse().ok(),
            _ => None,
        };
        match date {
            Some(date) => Some(Value::Date(date)),
            None => self.wrong_type(value, key, what),
        }
    }

    fn period(&mut self, text: &str, span: Range<usize>, key: &Key) -> Option<Value> {
        match text.parse::<Period>() {
            Ok(period) => Some(Value::Period(period)),
            Err(error) => {
                let message = format!("`{}` is not a period: {error}", key.name);
                self.wrong_value(self.at(span), message, period_help(text));
                None
            }
        }
    }

    fn word(
        &mut self,
        text: &str,
        span: Range<usize>,
        words: &[&str],
        key: &Key,
        what: &str,
    ) -> bool {
        if words.contains(&text) {
            return true;
        }
        let help = match closest(text, words.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => match words {
                _ if matches!(key.kind, Kind::WordOrTable(..)) => format!(
                    "write {}, or a table as in `{} = {}`",
                    listed(words),
                    key.name,
                    key.kind.table_example()
                ),
                [only] => format!("write `{only}`, or leave the key out"),
                words => format!("it is one of {}", listed(words)),
            },
        };
        let message = format!(
            "`{}` is not a word that `{}` of {what} knows",
            shown(text),
            key.name
        );
        self.wrong_value(span, message, help);
        false
    }

    fn country(&mut self, text: &str, span: Range<usize>) -> bool {
        if country(text).is_some() {
            return true;
        }
        let message = format!(
            "`{}` is neither a country of ISO 3166-1 nor a part of one of ISO 3166-2",
            shown(text)
        );
        let help = part_help(text).unwrap_or_else(|| country_help(text));
        self.wrong_value(span, message, help);
        false
    }
}

/// A country, or a part of one, by its code, in capitals.
pub(crate) fn country(text: &str) -> Option<Territory> {
    text.parse()
        .ok()
        .filter(|country: &Territory| country.code() == text)
}

/// What to write instead of a text that begins as a part of a country does and is none.
pub(crate) fn part_help(text: &str) -> Option<String> {
    let written = text.trim();
    match written.parse::<Territory>() {
        Ok(place) => place.part().map(|_| format!("write `{place}`")),
        Err(TerritoryError::NoCountry) => None,
        Err(problem) => Some(format!("this {problem}")),
    }
}

/// What to write instead of a text that is not a country.
pub(crate) fn country_help(text: &str) -> String {
    match text.to_ascii_uppercase().as_str() {
        "UK" => "write `GB`".to_owned(),
        "EL" => "write `GR`".to_owned(),
        name @ ("EU" | "UE" | "EEA" | "EEE" | "EWR") => format!(
            "write `[define.region.{}]` with `label = \"{name}\"` and `countries = [{}]`",
            name.to_ascii_lowercase(),
            members(name)
        ),
        upper if country(upper).is_some() => format!("write `{upper}`"),
        _ => "countries are two capital letters, such as `US`, and parts of them follow with a hyphen, such as `US-CA`".to_owned(),
    }
}

/// The member states of the European Union, or of the European Economic Area, as a list.
fn members(name: &str) -> String {
    const UNION: [&str; 27] = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    ];
    let area: &[&str] = match name {
        "EU" | "UE" => &[],
        _ => &["IS", "LI", "NO"],
    };
    let all = UNION.iter().chain(area).map(|code| format!("\"{code}\""));
    all.collect::<Vec<_>>().join(", ")
}

/// How a period that was written in another way is written: in words, or in parts of a day.
fn period_help(text: &str) -> String {
    let known = "ninety days are `P90D`, eighteen months `P1Y6M`";
    let mut words = text.split_whitespace();
    let (number, unit) = (words.next(), words.next().map(str::to_lowercase));
    let letter = unit.as_deref().map(|unit| unit.trim_end_matches('s'));
    let letter = letter.and_then(|unit| match unit {
        "year" => Some('Y'),
        "month" => Some('M'),
        "week" => Some('W'),
        "day" => Some('D'),
        "hour" => Some('H'),
        _ => None,
    });
    match (number.and_then(|it| it.parse::<u16>().ok()), letter) {
        (Some(number), Some('H')) if words.next().is_none() => {
            format!("write `P{}D`", number.div_ceil(24))
        }
        (Some(number), Some(letter)) if words.next().is_none() => {
            format!("write `P{number}{letter}`")
        }
        _ if text.contains('T') => {
            format!("days are the smallest that counts: four hours are `P1D`; {known}")
        }
        _ => known.to_owned(),
    }
}

/// The key that a wrong one stands for: one that is not there yet and is written nearly so, or
/// that others call so.
fn meant_key(name: &str, absent: &[&'static str]) -> Option<&'static str> {
    const OTHER_WORDS: &[(&str, &[&str])] = &[
        ("for", &["purpose", "purposes", "why"]),
        ("data", &["field", "fields", "categories"]),
        ("to", &["recipient", "recipients"]),
        ("basis", &["legal-basis", "lawful-basis"]),
        ("period", &["duration", "retention", "time", "how-long"]),
        ("through", &["channel", "channels", "via", "by"]),
        ("answer-within", &["deadline", "within", "answer-in"]),
        ("roles", &["role", "who"]),
        ("label", &["name", "title"]),
    ];
    let tidied = tidy(name);
    let there = |key: &str| absent.iter().copied().find(|name| *name == key);
    let other = OTHER_WORDS
        .iter()
        .filter(|(_, words)| words.contains(&tidied.as_str()))
        .find_map(|(key, _)| there(key));
    other.or_else(|| closest(name, absent.iter().copied()))
}

/// The entries of a table in the order in which they stand.
pub(crate) fn in_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(
    &'t Spanned<std::borrow::Cow<'i, str>>,
    &'t Spanned<DeValue<'i>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

/// A text of the author's, cut so that a message stays readable.
pub(crate) fn shown(text: &str) -> String {
    let mut cut: String = text.chars().take(64).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// A word as a name, as far as it can be one.
pub(crate) fn tidy(word: &str) -> String {
    let lower: String = shown(word).to_lowercase();
    let parts: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        "some-name".to_owned()
    } else {
        parts.join("-")
    }
}

fn article(word: &str) -> String {
    let an = word.starts_with(['a', 'i']);
    format!("{} {word}", if an { "an" } else { "a" })
}
