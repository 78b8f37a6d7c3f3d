//! Roughly where an address is: country and region, from a database in the MaxMind DB format that
//! the operator has.
//! It tells nothing finer, whatever the database knows, and asks nobody over the network.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{MaxMindDbError, PathElement, Reader};

use crate::trouble::{Failure, Problem};

/// A database of places.
pub struct Places {
    reader: Reader<Vec<u8>>,
}

impl Places {
    /// Reads a database file into memory.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when it cannot be read, [`Failure::Invalid`] when it is no such
    /// database.
    pub fn open(path: &Path) -> Result<Places, Failure> {
        let input = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Failure::Unavailable {
            input: input.clone(),
            offset: 0,
            kind: error.kind(),
        })?;
        Places::read(bytes).map_err(|_| Failure::Invalid {
            input,
            problem: Problem::NotPlaces,
        })
    }

    fn read(bytes: Vec<u8>) -> Result<Places, MaxMindDbError> {
        Ok(Places {
            reader: Reader::from_source(bytes)?,
        })
    }

    /// Where an address is, as a country and a region by the codes of ISO 3166, such as `US-NY`, or
    /// as a country alone; nothing where the database does not know.
    pub fn find(&self, ip: IpAddr) -> Option<String> {
        let found = self.reader.lookup(ip).ok()?;
        let text = |path: &[PathElement<'_>]| {
            let code: Option<&str> = found.decode_path(path).ok()?;
            code.filter(|code| code.len() <= 3 && code.bytes().all(|b| b.is_ascii_alphanumeric()))
        };
        let code = PathElement::Key("iso_code");
        let country = text(&[PathElement::Key("country"), code.clone()])?;
        let subdivisions = PathElement::Key("subdivisions");
        let region = text(&[subdivisions, PathElement::Index(0), code]);
        Some(match region {
            Some(region) => format!("{country}-{region}"),
            None => country.to_owned(),
        })
    }
}

#[cfg(test)]
pub(crate) mod sample;

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let known = [
            ("192.0.2.0", 24, "US", Some("NY")),
            ("198.51.100.128", 25, "CA", None),
            ("2001:db8::", 32, "MX", Some("CMX")),
        ];
        Places::read(sample::database(&known)).unwrap()
    }

    #[test]
    fn an_address_is_in_a_country_and_a_region_and_no_finer() {
        let places = places();
        for (ip, expected) in [
            ("192.0.2.77", Some("US-NY")),
            ("198.51.100.200", Some("CA")),
            ("198.51.100.1", None),
            ("2001:db8::5", Some("MX-CMX")),
            ("203.0.113.9", None),
        ] {
            let found = places.find(ip.parse().unwrap());
            assert_eq!(found.as_deref(), expected, "{ip}");
        }
    }

    #[test]
    fn what_is_no_database_is_refused_and_a_damaged_one_says_nothing_or_less() {
        assert!(Places::read(b"no database".to_vec()).is_err());
        let whole = sample::database(&[("192.0.2.0", 24, "US", Some("NY"))]);
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x55;
            if let Ok(places) = Places::read(bytes) {
                let found = places.find("192.0.2.77".parse().unwrap());
                assert!(found.is_none_or(|found| found.len() <= 7));
            }
        }
    }
}
