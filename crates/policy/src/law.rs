//! The law as tables: what each country asks of a document, since when, and where that is written.
//! It reads the tables beside it; it holds no rule of its own and judges nothing.

use jiff::civil::Date;
use kept_terms::{Basis, Period, Right, Territories, Territory};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::LazyLock;

const PLACES: &str = include_str!("law/places.toml");
const TABLES: [&str; 4] = [
    include_str!("law/ages.toml"),
    include_str!("law/rights.toml"),
    include_str!("law/marketing.toml"),
    include_str!("law/further.toml"),
];

/// Every row there is. A table that could not be read would leave them empty; a test reads them.
static LAW: LazyLock<Law> = LazyLock::new(|| read(PLACES, &TABLES).unwrap_or_default());

/// The law as it is known.
#[derive(Debug, Default)]
pub(crate) struct Law {
    /// The terms of the Data Privacy Vocabulary for marketing.
    pub marketing_purposes: Vec<String>,
    pub rows: Vec<Row>,
}

/// What one law says, for whom and since when.
#[derive(Debug)]
pub(crate) struct Row {
    pub territories: Territories,
    /// Whether the law of a part of a country binds a document for the whole country, too.
    pub whole: bool,
    pub since: Date,
    pub until: Option<Date>,
    /// The statute and its article.
    pub source: String,
    pub says: Says,
}

/// What a law says.
#[derive(Debug)]
pub(crate) enum Says {
    /// Nobody younger can agree alone.
    Age {
        under: u8,
        /// Only where it comes in by a way at which no member of staff sits.
        online: bool,
        /// Only where it is taken for a use that rests on consent.
        consent: bool,
    },
    Right {
        right: Right,
        within: Option<Period>,
        extend: Extend,
        fee: Option<Fee>,
        owed: bool,
    },
    Marketing(Marketing),
    /// Grounds that are none there.
    Lacks(Vec<Basis>),
    /// Grounds that the laws of other countries do not know.
    Knows(Vec<Basis>),
    /// Grounds on which alone a program may decide about people; nothing where it says nothing.
    Automated(Vec<Basis>),
    /// A call is recorded with consent only.
    Recording,
    Breach {
        within: Period,
        owed: bool,
    },
    Complaint(Period),
}

/// By how much an answer may be delayed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extend {
    Never,
    By(Period),
    AsNeeded,
}

/// What may be charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fee {
    None,
    Abuse,
    Moderate,
}

/// Who may be written to about products.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Marketing {
    Consent,
    Relationship,
    OptOut,
}

impl Law {
    /// The law that Kept knows.
    pub(crate) fn known() -> &'static Law {
        &LAW
    }

    /// The rows that hold in one of these places on a day; on every day where none is given.
    pub(crate) fn for_people_in(
        &self,
        territories: Territories,
        today: Option<Date>,
    ) -> impl Iterator<Item = &Row> {
        let holds = move |row: &&Row| {
            let begun = today.is_none_or(|today| row.since <= today);
            let ended = row
                .until
                .is_some_and(|end| today.is_none_or(|today| end < today));
            begun && !ended && row.territories.intersects(territories)
        };
        self.rows.iter().filter(holds)
    }
}

/// A row as it is written: what all rows have, and what its own kind says.
#[derive(Deserialize)]
struct Written {
    r#in: Vec<String>,
    #[serde(default)]
    whole: bool,
    since: toml::value::Datetime,
    until: Option<toml::value::Datetime>,
    source: String,
    #[serde(flatten)]
    own: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Age {
    under: u8,
    #[serde(default)]
    online: bool,
    #[serde(default)]
    consent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    right: Vec<String>,
    within: Option<String>,
    extend: Option<String>,
    fee: Option<Fee>,
    #[serde(default)]
    owed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    rule: Marketing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grounds {
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    knows: Vec<String>,
    #[serde(default)]
    automated: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Needs {
    needs: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Within {
    within: String,
    #[serde(default)]
    owed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    purposes: Vec<String>,
    #[serde(default)]
    age: Vec<Written>,
    #[serde(default)]
    right: Vec<Written>,
    #[serde(default)]
    marketing: Vec<Written>,
    #[serde(default)]
    basis: Vec<Written>,
    #[serde(default)]
    recording: Vec<Written>,
    #[serde(default)]
    breach: Vec<Written>,
    #[serde(default)]
    complaint: Vec<Written>,
}

type Groups = HashMap<String, Vec<String>>;

/// Reads the tables, or says what is wrong with them.
fn read(places: &str, tables: &[&str]) -> Result<Law, String> {
    let places: Groups = toml::from_str(places).map_err(|problem| problem.to_string())?;
    let mut law = Law::default();
    for table in tables {
        let table: Table = toml::from_str(table).map_err(|problem| problem.to_string())?;
        law.marketing_purposes.extend(table.purposes);
        let mut add = |rows: Vec<Row>| law.rows.extend(rows);
        add(rows(table.age, &places, |own: Age| {
            let (under, online, consent) = (own.under, own.online, own.consent);
            Ok(vec![Says::Age {
                under,
                online,
                consent,
            }])
        })?);
        add(rows(table.right, &places, rights)?);
        add(rows(table.marketing, &places, |own: Rule| {
            Ok(vec![Says::Marketing(own.rule)])
        })?);
        add(rows(table.basis, &places, |own: Grounds| {
            let bases = |words: &[String]| {
                let bases = words.iter().map(|word| {
                    Basis::from_word(word).ok_or_else(|| format!("`{word}` is no lawful basis"))
                });
                bases.collect::<Result<Vec<Basis>, String>>()
            };
            Ok(vec![
                Says::Lacks(bases(&own.lacks)?),
                Says::Knows(bases(&own.knows)?),
                Says::Automated(bases(&own.automated)?),
            ])
        })?);
        add(rows(table.recording, &places, |own: Needs| {
            match own.needs.as_str() {
                "consent" => Ok(vec![Says::Recording]),
                other => Err(format!("a recording cannot need `{other}`")),
            }
        })?);
        add(rows(table.breach, &places, |own: Within| {
            let within = period(&own.within)?;
            let owed = own.owed;
            Ok(vec![Says::Breach { within, owed }])
        })?);
        add(rows(table.complaint, &places, |own: Within| {
            Ok(vec![Says::Complaint(period(&own.within)?)])
        })?);
    }
    Ok(law)
}

/// The rows of one kind.
fn rows<T: DeserializeOwned>(
    written: Vec<Written>,
    places: &Groups,
    says: impl Fn(T) -> Result<Vec<Says>, String>,
) -> Result<Vec<Row>, String> {
    let mut out = Vec::new();
    for row in written {
        let mut territories = Territories::EMPTY;
        for place in &row.r#in {
            let listed = places.get(place).cloned().unwrap_or(vec![place.clone()]);
            for code in listed {
                let territory = code.parse::<Territory>();
                territories.cover(territory.map_err(|_| format!("`{code}` is no country"))?);
            }
        }
        let date = |day: &toml::value::Datetime| {
            let text = day.to_string();
            text.parse::<Date>()
                .map_err(|_| format!("`{text}` is no date"))
        };
        let (since, until) = (date(&row.since)?, row.until.as_ref().map(date).transpose()?);
        let own: Result<T, _> = toml::Value::Table(row.own).try_into();
        let own = own.map_err(|problem| problem.to_string())?;
        out.extend(says(own)?.into_iter().map(|says| Row {
            territories,
            whole: row.whole,
            since,
            until,
            source: row.source.clone(),
            says,
        }));
    }
    Ok(out)
}

fn rights(own: Asked) -> Result<Vec<Says>, String> {
    let within = own.within.as_deref().map(period).transpose()?;
    let extend = match own.extend.as_deref() {
        None => Extend::Never,
        Some("as-needed") => Extend::AsNeeded,
        Some(by) => Extend::By(period(by)?),
    };
    let says = |word: &String| {
        let right = Right::from_word(word).ok_or_else(|| format!("`{word}` is no right"))?;
        Ok(Says::Right {
            right,
            within,
            extend,
            fee: own.fee,
            owed: own.owed,
        })
    };
    own.right.iter().map(says).collect()
}

fn period(text: &str) -> Result<Period, String> {
    text.parse().map_err(|_| format!("`{text}` is no period"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read_and_each_row_says_where_it_is_written() {
        let law = read(PLACES, &TABLES).unwrap();
        assert!(law.rows.len() > 60, "{}", law.rows.len());
        assert!(!law.marketing_purposes.is_empty());
        for row in &law.rows {
            assert!(
                !row.territories.is_empty() && row.source.len() > 10,
                "{row:?}"
            );
            assert!(row.until.is_none_or(|end| row.since <= end), "{row:?}");
        }
        assert_eq!(Law::known().rows.len(), law.rows.len());
    }

    #[test]
    fn a_row_holds_from_its_first_day_to_its_last() {
        let denmark = Territories::covering(["DK".parse().unwrap()]);
        let under = |today: &str| -> Vec<u8> {
            let rows = LAW.for_people_in(denmark, Some(today.parse().unwrap()));
            let ages = rows.filter_map(|row| match row.says {
                Says::Age { under, .. } => Some(under),
                _ => None,
            });
            ages.collect()
        };
        assert!(under("2018-05-24").is_empty());
        assert_eq!(under("2023-12-31"), [13]);
        assert_eq!(under("2024-01-01"), [15]);
    }

    #[test]
    fn a_slip_in_a_table_is_told() {
        let head = "since = 2020-01-01\nsource = \"An act\"\n";
        for (table, problem) in [
            ("[[age]]\nin = [\"Q1\"]\nunder = 13\n", "no country"),
            ("[[age]]\nin = [\"US\"]\nunder = 13\nolder = 1\n", "older"),
            ("[[breach]]\nin = [\"US\"]\nwithin = \"3\"\n", "no period"),
            ("[[right]]\nin = [\"US\"]\nright = [\"x\"]\n", "no right"),
            ("[[law]]\nin = [\"US\"]\n", "law"),
        ] {
            let told = read("", &[&format!("{table}{head}")]).unwrap_err();
            assert!(told.contains(problem), "{told}");
        }
    }
}
