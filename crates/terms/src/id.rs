//! Identifiers: people, items, and the names that policies give to things.
//! An identifier never contains or reveals anything about a person.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Whom stored information is about. A UUID of version 7: it reveals when it was made, no more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub [u8; 16]);

impl PersonId {
    /// Makes an identifier from a moment and ten unpredictable bytes (RFC 9562 section 5.7).
    pub fn new(now: Timestamp, chance: [u8; 10]) -> PersonId {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        PersonId(
            *uuid::Builder::from_unix_timestamp_millis(millis, &chance)
                .as_uuid()
                .as_bytes(),
        )
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PersonId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<PersonId, NameError> {
        match uuid::Uuid::try_parse(text) {
            Ok(uuid) => Ok(PersonId(*uuid.as_bytes())),
            Err(_) => Err(NameError::NotAPerson),
        }
    }
}

impl serde::Serialize for PersonId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for PersonId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The number of an item within its person; counted from 1 and never used again.
pub type ItemNumber = u32;

/// A name that a policy gives to a thing: lower-case words joined by hyphens, at most 40 bytes and
/// 8 digits, beginning with a letter.
///
/// Names are all that the ledger may hold, so they cannot carry free text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<str>);

/// For whom a person is held, and in which hosted system: the two together are a home. What is held
/// in one home has nothing to do with what is held in another, or by the firm itself.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    /// The client, as the register of clients names it.
    pub client: Name,
    /// The system, as the policy names it.
    pub system: Name,
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.system, self.client)
    }
}

impl FromStr for Home {
    type Err = NameError;

    /// Reads `system/client`.
    fn from_str(text: &str) -> Result<Home, NameError> {
        let (system, client) = text.split_once('/').ok_or(NameError::NotAHome)?;
        Ok(Home {
            client: Name::new(client)?,
            system: Name::new(system)?,
        })
    }
}

/// Why a text is not a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NameError {
    /// Not lower-case words joined by hyphens.
    #[error(
        "a name begins with a letter and is lower-case letters and digits (at most 8) joined by hyphens, such as `answer-you`"
    )]
    NotAName,
    /// Longer than 40 bytes.
    #[error("a name has at most 40 characters")]
    TooLong,
    /// Not a hosted system and a client.
    #[error("a home is a hosted system and a client, such as `prisma/acme`")]
    NotAHome,
    /// Not a person's identifier.
    #[error("a person's identifier is a UUID, such as `0190a5e0-0000-7000-8000-000000000000`")]
    NotAPerson,
}

impl Name {
    /// The length of the longest name, in bytes.
    pub const LENGTH_MAX: usize = 40;

    /// Checks a text and makes it a name.
    pub fn new(text: &str) -> Result<Name, NameError> {
        if text.len() > Name::LENGTH_MAX {
            return Err(NameError::TooLong);
        }
        let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let edges = text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('-');
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if !edges || digits > 8 || !text.bytes().all(fine) || text.contains("--") {
            return Err(NameError::NotAName);
        }
        Ok(Name(Arc::from(text)))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Name, NameError> {
        Name::new(text)
    }
}

impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Name::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hyphenated_lower_case_words() {
        for good in ["a", "answer-you", "soc-2"] {
            assert!(Name::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "A",
            "a b",
            "é",
            "a_b",
            &"a".repeat(41),
        ] {
            assert!(Name::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_person_survives_printing() {
        let person = PersonId::new(Timestamp::UNIX_EPOCH, [7; 10]);
        assert_eq!(person.to_string().parse(), Ok(person));
    }
}
