//! What is on record to be destroyed, so that a crash between the record and the deed is made good.
//! It names keys and never touches one.

use crate::store::Word;
use kept_terms::{Day, PersonId};

/// Keys that are to be destroyed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doomed {
    /// All keys of a person.
    Person(PersonId),
    /// The key of a person's items of a class.
    Class(PersonId, Word),
    /// The keys of a class for all days up to one.
    Days(Word, Day),
}

impl Doomed {
    /// The key and the value of the record.
    pub fn record(&self) -> (Vec<u8>, Vec<u8>) {
        match self {
            Doomed::Person(person) => ([&b"p"[..], &person.0].concat(), Vec::new()),
            Doomed::Class(person, class) => (
                [&b"c"[..], &person.0, &class.0.to_be_bytes()].concat(),
                Vec::new(),
            ),
            Doomed::Days(class, upto) => (
                [&b"d"[..], &class.0.to_be_bytes()].concat(),
                upto.0.to_be_bytes().to_vec(),
            ),
        }
    }

    /// Reads a record; nothing if it is not one.
    pub fn from_record(key: &[u8], value: &[u8]) -> Option<Doomed> {
        let (kind, rest) = key.split_first()?;
        let word = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes).map(Word);
        match kind {
            b'p' => Some(Doomed::Person(PersonId(rest.try_into().ok()?))),
            b'c' => {
                let (person, class) = rest.split_first_chunk::<16>()?;
                Some(Doomed::Class(PersonId(*person), word(class)?))
            }
            b'd' => {
                let day = i32::from_be_bytes(value.try_into().ok()?);
                Some(Doomed::Days(word(rest)?, Day(day)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_what_is_doomed() {
        let person = PersonId([7; 16]);
        for doomed in [
            Doomed::Person(person),
            Doomed::Class(person, Word(9)),
            Doomed::Days(Word(3), Day(-4)),
        ] {
            let (key, value) = doomed.record();
            assert_eq!(Doomed::from_record(&key, &value), Some(doomed));
        }
        assert_eq!(Doomed::from_record(b"x", b""), None);
    }
}
