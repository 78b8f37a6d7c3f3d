//! A table as it was given: its keys and values checked against a shape, its names not yet
//! resolved.
//! It holds; reading is in `read`, resolving in `build`.

use jiff::civil::Date;
use kept_terms::Period;
use std::ops::Range;

/// A value that fits its key.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A text, a word, a name or a country.
    Text(String),
    /// A list of any of those, each with its place.
    List(Vec<(String, Range<usize>)>),
    /// `"all"`.
    All,
    Flag(bool),
    Count(i64),
    Date(Date),
    Period(Period),
    Table(Given),
    Tables(Vec<Given>),
}

/// One key of a table with its value and where both stand.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: &'static str,
    pub key_span: Range<usize>,
    pub value: Value,
    pub span: Range<usize>,
}

/// A table whose keys are known and whose values are of their types.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// Where the table stands, or at least begins.
    pub span: Range<usize>,
    pub entries: Vec<Entry>,
    /// Whether something in it was reported and left out.
    pub broken: bool,
}

impl Given {
    /// A key's entry.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Whether a key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Where a key's value stands, or the table where the key is not there.
    pub(crate) fn span_of(&self, key: &str) -> Range<usize> {
        self.entry(key)
            .map_or_else(|| self.span.clone(), |entry| entry.span.clone())
    }

    /// A text, a word, a name or a country.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match &self.entry(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A list of those; empty where it is not there.
    pub(crate) fn list(&self, key: &str) -> &[(String, Range<usize>)] {
        match self.entry(key).map(|entry| &entry.value) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, key: &str) -> Vec<String> {
        self.list(key)
            .iter()
            .map(|(text, _)| text.clone())
            .collect()
    }

    /// Whether the value is `"all"`.
    pub(crate) fn all(&self, key: &str) -> bool {
        matches!(self.entry(key).map(|entry| &entry.value), Some(Value::All))
    }

    /// A flag; false where it is not there.
    pub(crate) fn flag(&self, key: &str) -> bool {
        matches!(
            self.entry(key).map(|entry| &entry.value),
            Some(Value::Flag(true))
        )
    }

    /// A whole number.
    pub(crate) fn count(&self, key: &str) -> Option<i64> {
        match &self.entry(key)?.value {
            Value::Count(count) => Some(*count),
            _ => None,
        }
    }

    /// A date.
    pub(crate) fn date(&self, key: &str) -> Option<Date> {
        match &self.entry(key)?.value {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// A period.
    pub(crate) fn period(&self, key: &str) -> Option<Period> {
        match &self.entry(key)?.value {
            Value::Period(period) => Some(*period),
            _ => None,
        }
    }

    /// A table.
    pub(crate) fn table(&self, key: &str) -> Option<&Given> {
        match &self.entry(key)?.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// A list of tables; empty where it is not there.
    pub(crate) fn tables(&self, key: &str) -> &[Given] {
        match self.entry(key).map(|entry| &entry.value) {
            Some(Value::Tables(tables)) => tables,
            _ => &[],
        }
    }
}
