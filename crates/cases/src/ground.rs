//! The grounds on which a request may be turned down, as data with their sources.
//! A refusal without one of them cannot be written down.

use crate::Kind;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

const TABLE: &str = include_str!("law/grounds.toml");

static GROUNDS: LazyLock<Vec<Row>> = LazyLock::new(|| read(TABLE).unwrap_or_default());

/// A ground on which something asked for is not done; one of the table's.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ground(&'static Row);

#[derive(PartialEq, Eq, Hash, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    kinds: Vec<Kind>,
    source: String,
    en: String,
    fr: String,
    de: String,
    zh: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    ground: Vec<Row>,
}

fn read(text: &str) -> Result<Vec<Row>, String> {
    let table: Table = toml::from_str(text).map_err(|problem| problem.to_string())?;
    Ok(table.ground)
}

impl Ground {
    /// The ground of a name.
    pub fn named(name: &str) -> Option<Ground> {
        GROUNDS.iter().find(|row| row.name == name).map(Ground)
    }

    /// The grounds on which a case of a kind may be turned down.
    pub fn of(kind: Kind) -> impl Iterator<Item = Ground> {
        let fits = move |row: &&Row| row.kinds.contains(&kind);
        GROUNDS.iter().filter(fits).map(Ground)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        &self.0.name
    }

    /// Whether it may be cited for a kind of case.
    pub fn fits(&self, kind: Kind) -> bool {
        self.0.kinds.contains(&kind)
    }

    /// Where it is written.
    pub fn source(&self) -> &'static str {
        &self.0.source
    }

    /// How people read it, in a language: `en`, `fr`, `de` or `zh`; in English otherwise.
    pub fn label(&self, language: &str) -> &'static str {
        match language {
            "fr" => &self.0.fr,
            "de" => &self.0.de,
            "zh" => &self.0.zh,
            _ => &self.0.en,
        }
    }
}

impl Serialize for Ground {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Ground {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom("this is not one of the grounds");
        Ground::named(&name).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ground_says_where_it_is_written_and_reads_in_every_language() {
        let rows = read(TABLE).unwrap();
        assert_eq!(rows.len(), GROUNDS.len());
        for row in &rows {
            assert!(row.source.len() > 8 && !row.kinds.is_empty(), "{row:?}");
            for text in [&row.en, &row.fr, &row.de, &row.zh] {
                assert!(!text.is_empty(), "{row:?}");
            }
        }
        for kind in Kind::ALL.into_iter().filter(|kind| kind.right().is_some()) {
            assert!(Ground::of(kind).next().is_some(), "{kind:?}");
        }
    }
}
