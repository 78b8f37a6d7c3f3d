//! Countries, as ISO 3166-1 lists them.
//! Which countries form a region is said in policy documents, never here.

use std::fmt;
use std::str::FromStr;

/// The officially assigned two-letter codes of ISO 3166-1.
const CODES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO \
    BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ \
    DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP \
    GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG \
    KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
    MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE \
    PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL \
    SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM \
    US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Each code and the space after it.
const STRIDE: usize = 3;

/// A country or territory: a two-letter code of ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(u8);

impl Country {
    /// Every country, in alphabetical order of code.
    pub fn all() -> impl Iterator<Item = Country> {
        (0..=u8::MAX)
            .take(CODES.len().div_ceil(STRIDE))
            .map(Country)
    }

    /// The two-letter code.
    pub fn code(self) -> &'static str {
        let at = usize::from(self.0) * STRIDE;
        CODES.get(at..at + 2).unwrap_or("ZZ")
    }
}

impl crate::Index for Country {
    fn from_number(number: u16) -> Self {
        Country(u8::try_from(number).unwrap_or(u8::MAX))
    }
    fn number(self) -> u16 {
        u16::from(self.0)
    }
}

/// Why a text is not a country.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a country is a two-letter code of ISO 3166-1, such as `US`")]
pub struct CountryError;

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Country, CountryError> {
        let code = text.trim().to_ascii_uppercase();
        Country::all()
            .find(|country| country.code() == code)
            .ok_or(CountryError)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_iso_codes() {
        assert_eq!(Country::all().count(), 249);
        assert_eq!("us".parse::<Country>().unwrap().code(), "US");
        for bad in ["", "U", "USA", "ZZ", "EU", "UK", "U "] {
            assert!(bad.parse::<Country>().is_err(), "{bad}");
        }
    }
}
