//! Reference numbers: how people and staff name a case. They are drawn, tell nothing, and can be
//! read out over the telephone.

use kept_terms::Randomness;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Digits and letters that are not taken for one another. Thirty-two, so that five random bits make
/// one.
const SIGNS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// How many signs there are, in two halves.
const LENGTH: usize = 8;

/// A reference number, such as `K7QF-2M9X`: forty random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference([u8; LENGTH]);

/// A text that is no reference number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a reference number is eight letters and digits, such as `K7QF-2M9X`")]
pub struct ReferenceError;

impl Reference {
    /// Draws one.
    pub fn draw(randomness: &dyn Randomness) -> Reference {
        let mut drawn = [0; LENGTH];
        randomness.fill(&mut drawn);
        Reference(drawn.map(|byte| sign(byte & 31)))
    }

    /// As it is written where small letters alone may stand, such as in the ledger.
    pub fn in_small(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }

    /// Its signs without the hyphen, for keys.
    pub fn signs(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

/// The sign of five bits; of more, that of the lowest five.
fn sign(bits: u8) -> u8 {
    let at = usize::from(bits) % SIGNS.len();
    SIGNS.get(at).copied().unwrap_or(b'2')
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, sign) in self.0.iter().enumerate() {
            if at == LENGTH / 2 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*sign))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    /// Reads one as people write it: in small letters or with spaces.
    fn from_str(text: &str) -> Result<Reference, ReferenceError> {
        let mut read = [0; LENGTH];
        let mut signs = text
            .bytes()
            .filter(|byte| !matches!(byte, b' ' | b'-'))
            .map(|byte| byte.to_ascii_uppercase());
        for slot in &mut read {
            let byte = signs.next().ok_or(ReferenceError)?;
            if !SIGNS.contains(&byte) {
                return Err(ReferenceError);
            }
            *slot = byte;
        }
        match signs.next() {
            None => Ok(Reference(read)),
            Some(_) => Err(ReferenceError),
        }
    }
}

impl Serialize for Reference {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Randomness for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (byte, value) in bytes.iter_mut().zip(30..) {
                *byte = value;
            }
        }
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let drawn = Reference::draw(&Counting);
        assert_eq!(drawn.to_string(), "YZ23-4567");
        for text in ["YZ23-4567", "yz234567", " yz23 4567"] {
            assert_eq!(text.parse(), Ok(drawn), "{text}");
        }
        for bad in ["", "YZ23-456", "YZ23-45678", "YZ23-4560", "IZ23-4567", "é"] {
            assert!(bad.parse::<Reference>().is_err(), "{bad}");
        }
    }
}
