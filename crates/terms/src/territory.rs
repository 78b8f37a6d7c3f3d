//! Places: countries, as ISO 3166-1 lists them, and parts of countries, as ISO 3166-2 does.
//! Which places form a region is said in policy documents, never here.

mod parts;

use crate::{Index, Set};
use parts::PARTS;
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

/// How many countries there are.
const COUNTRIES: usize = CODES.len().div_ceil(STRIDE);

/// The number of the country of each part.
const COUNTRY_OF: [u16; PARTS.len()] = countries_of_parts();

/// Of each country, the number of its first part and that after its last.
const PARTS_OF: [(u16, u16); COUNTRIES] = parts_of_countries();

/// A place where people live: a country or territory of ISO 3166-1, such as `US`, or a part of one
/// of ISO 3166-2, such as `US-CA`.
///
/// Of a person, a country says that the part is not known, or that the country has none here.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Territory(u16);

/// A set of places. A country that is in it stands for those whose part is not known; its parts
/// are in it or not, each by itself.
pub type Territories = Set<Territory, { (COUNTRIES + PARTS.len()).div_ceil(64) }>;

impl Territory {
    /// Every country, in order of code.
    pub fn countries() -> impl Iterator<Item = Territory> {
        numbered(0..COUNTRIES)
    }

    /// Every country and every part of one.
    pub fn all() -> impl Iterator<Item = Territory> {
        numbered(0..COUNTRIES + PARTS.len())
    }

    /// The place of a code, in capitals.
    fn of_code(code: &str) -> Option<Territory> {
        let (mut first, mut end) = match code.len() {
            2 => (0, COUNTRIES),
            _ => (COUNTRIES, COUNTRIES + PARTS.len()),
        };
        // Both lists stand in order of code.
        while first < end {
            let middle = first.midpoint(end);
            let place = Territory(u16::try_from(middle).ok()?);
            match place.code().cmp(code) {
                std::cmp::Ordering::Equal => return Some(place),
                std::cmp::Ordering::Less => first = middle + 1,
                std::cmp::Ordering::Greater => end = middle,
            }
        }
        None
    }

    /// The code: two letters for a country, and for a part its country's with what follows.
    pub fn code(self) -> &'static str {
        let number = usize::from(self.0);
        match number.checked_sub(COUNTRIES) {
            None => CODES.get(number * STRIDE..number * STRIDE + 2),
            Some(part) => PARTS.get(part).map(|(code, _)| *code),
        }
        .unwrap_or("ZZ")
    }

    /// The country: this one, or the one that this is a part of.
    pub fn country(self) -> Territory {
        let part = usize::from(self.0).checked_sub(COUNTRIES);
        let country = part.and_then(|part| COUNTRY_OF.get(part));
        country.map_or(self, |number| Territory(*number))
    }

    /// What a part of a country is called in English; nothing for a country.
    pub fn part(self) -> Option<&'static str> {
        let part = usize::from(self.0).checked_sub(COUNTRIES)?;
        PARTS.get(part).map(|(_, name)| *name)
    }

    /// The parts of a country; none of a part.
    pub fn parts(self) -> impl Iterator<Item = Territory> {
        let found = PARTS_OF.get(usize::from(self.0));
        let (first, end) = found.copied().unwrap_or_default();
        (first..end).map(Territory)
    }

    /// This place and, of a country, its parts.
    pub fn covered(self) -> impl Iterator<Item = Territory> {
        std::iter::once(self).chain(self.parts())
    }

    /// What is known after this was said: the part that was known before, where it lies in the
    /// country that was said.
    pub fn refined(self, known: Option<Territory>) -> Territory {
        known
            .filter(|known| known.country() == self)
            .unwrap_or(self)
    }
}

fn numbered(numbers: std::ops::Range<usize>) -> impl Iterator<Item = Territory> {
    numbers.filter_map(|number| u16::try_from(number).ok().map(Territory))
}

#[expect(
    clippy::indexing_slicing,
    reason = "computed while compiling, or not at all"
)]
const fn countries_of_parts() -> [u16; PARTS.len()] {
    let codes = CODES.as_bytes();
    let mut of = [0; PARTS.len()];
    let mut part = 0;
    while part < PARTS.len() {
        let code = PARTS[part].0.as_bytes();
        let mut at = 0;
        while codes[at * STRIDE] != code[0] || codes[at * STRIDE + 1] != code[1] {
            at += 1;
        }
        of[part] = at as u16;
        part += 1;
    }
    of
}

#[expect(
    clippy::indexing_slicing,
    reason = "computed while compiling, or not at all"
)]
const fn parts_of_countries() -> [(u16, u16); COUNTRIES] {
    let mut of = [(0, 0); COUNTRIES];
    let mut part = 0;
    while part < PARTS.len() {
        let number = (COUNTRIES + part) as u16;
        let (first, end) = &mut of[COUNTRY_OF[part] as usize];
        if *end == 0 {
            *first = number;
        }
        *end = number + 1;
        part += 1;
    }
    of
}

impl Territories {
    /// Adds a place and, with a country, all its parts.
    pub fn cover(&mut self, place: Territory) {
        for place in place.covered() {
            self.insert(place);
        }
    }

    /// These places and all their parts.
    pub fn covering(places: impl IntoIterator<Item = Territory>) -> Territories {
        let mut covered = Territories::EMPTY;
        for place in places {
            covered.cover(place);
        }
        covered
    }

    /// The places by as few as say them: a part is left out where its country is there.
    pub fn outermost(&self) -> impl Iterator<Item = Territory> + use<> {
        let all = *self;
        all.iter()
            .filter(move |place| place.part().is_none() || !all.contains(place.country()))
    }

    /// Whether somebody of whom this is known may live in one of these: in a place itself, or,
    /// where only the country is known, in a part of it.
    pub fn may_hold(&self, known: Territory) -> bool {
        known.covered().any(|place| self.contains(place))
    }
}

impl Index for Territory {
    fn from_number(number: u16) -> Self {
        Territory(number)
    }
    fn number(self) -> u16 {
        self.0
    }
}

/// A country stands before its parts.
impl Ord for Territory {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Territory {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Why a text is not a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TerritoryError {
    /// It does not begin with a country.
    NoCountry,
    /// It is a part of a country none of whose parts are known.
    NoParts(Territory),
    /// It is no part of the country, with those that are near to it.
    NoPart(Territory, [Option<Territory>; 3]),
    /// As a part it is not written, since it has a code of its own in ISO 3166-1.
    OwnCode(Territory),
}

impl fmt::Display for TerritoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TerritoryError::NoCountry => f.write_str(
                "is not a country; write two letters of ISO 3166-1 such as `US`, or a part of one \
                 by ISO 3166-2 such as `US-CA`",
            ),
            TerritoryError::NoParts(country) => {
                write!(
                    f,
                    "is a part of a country whose parts are not known; write `{country}`"
                )
            }
            TerritoryError::OwnCode(place) => {
                write!(f, "has a code of its own in ISO 3166-1; write `{place}`")
            }
            TerritoryError::NoPart(country, near) => {
                write!(f, "is not a part of `{country}` by ISO 3166-2; near are ")?;
                for (at, place) in near.iter().flatten().enumerate() {
                    let between = if at == 0 { "" } else { ", " };
                    write!(
                        f,
                        "{between}`{place}` ({})",
                        place.part().unwrap_or_default()
                    )?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for TerritoryError {}

impl FromStr for Territory {
    type Err = TerritoryError;

    fn from_str(text: &str) -> Result<Territory, TerritoryError> {
        let code = text.trim().to_ascii_uppercase();
        if let Some(place) = Territory::of_code(&code) {
            return Ok(place);
        }
        let (country, part) = code
            .split_once(['-', '_'])
            .ok_or(TerritoryError::NoCountry)?;
        let country = Territory::of_code(country).ok_or(TerritoryError::NoCountry)?;
        if country.parts().next().is_none() {
            return Err(TerritoryError::NoParts(country));
        }
        let own = Territory::of_code(part);
        match own.filter(|_| OWN_CODES.contains(&code.as_str())) {
            Some(own) => Err(TerritoryError::OwnCode(own)),
            None => Err(TerritoryError::NoPart(country, near(country, part))),
        }
    }
}

/// Parts of the standard that have a code of their own, which is the one that is written.
const OWN_CODES: [&str; 9] = [
    "CN-HK", "CN-MO", "CN-TW", "US-AS", "US-GU", "US-MP", "US-PR", "US-UM", "US-VI",
];

/// The parts of a country that are nearest to what was written for one: by the name, or by the
/// letters of the code that stand in their place.
fn near(country: Territory, written: &str) -> [Option<Territory>; 3] {
    let distance = |place: &Territory| {
        let name = place.part().unwrap_or_default().to_uppercase();
        let code = place.code().split_once('-').map_or("", |(_, part)| part);
        let alike = code.chars().zip(written.chars()).filter(|(a, b)| a == b);
        (
            !(written.len() > 2 && name.starts_with(written)),
            code.len().abs_diff(written.len()) + code.len() - alike.count(),
        )
    };
    let mut parts: Vec<Territory> = country.parts().collect();
    parts.sort_by_key(distance);
    let mut nearest = parts.into_iter();
    std::array::from_fn(|_| nearest.next())
}

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Territory {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Territory {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(code: &str) -> Territory {
        code.parse().unwrap()
    }

    #[test]
    fn places_are_iso_codes() {
        assert_eq!(Territory::countries().count(), 249);
        assert_eq!(Territory::all().count(), 249 + PARTS.len());
        for all in Territory::all() {
            assert_eq!(place(all.code()), all);
            assert!(all.code().starts_with(all.country().code()), "{all}");
        }
        assert!(PARTS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(place("us-ca").part(), Some("California"));
        assert_eq!(place("US").parts().count(), 51);
        assert_eq!(place("US-CA").country(), place("US"));
        assert!(place("US") < place("US-CA") && place("US-CA") < place("UY"));
    }

    #[test]
    fn what_is_no_place_is_told_with_what_would_be() {
        for (bad, told) in [
            ("", "two letters"),
            ("USA", "two letters"),
            ("EU", "two letters"),
            ("ZZ-CA", "two letters"),
            ("FR-75", "write `FR`"),
            ("US-PR", "write `PR`"),
            ("US-CALI", "near are `US-CA` (California)"),
            ("CA-QU", "`CA-QC` (Québec)"),
            ("US_CA", "near are `US-CA` (California)"),
        ] {
            let error = bad.parse::<Territory>().unwrap_err().to_string();
            assert!(error.contains(told), "{bad}: {error}");
        }
    }

    #[test]
    fn a_country_covers_its_parts_and_a_known_part_stays() {
        let mut states = Territories::covering([place("US"), place("CA-QC")]);
        assert!(states.contains(place("US-CA")) && !states.contains(place("CA")));
        assert!(states.may_hold(place("CA")) && !states.may_hold(place("CA-ON")));
        let outermost: Vec<Territory> = states.outermost().collect();
        assert_eq!(outermost, [place("US"), place("CA-QC")]);
        states.remove(place("US"));
        assert!(states.outermost().any(|it| it == place("US-NY")));

        let california = Some(place("US-CA"));
        assert_eq!(place("US").refined(california), place("US-CA"));
        assert_eq!(place("US-NY").refined(california), place("US-NY"));
        assert_eq!(place("CA").refined(california), place("CA"));
        assert_eq!(place("CA").refined(None), place("CA"));
    }
}
