//! Days as cases hold them: the day count of `terms`, written as a date.

use kept_terms::Day;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A day, written as `2027-03-31`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Date(pub Day);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let date: jiff::civil::Date = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Date(Day::from_date(date)))
    }
}
