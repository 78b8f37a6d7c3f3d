//! Letters: what holds the parts of one message together, and the messages of one conversation.
//! It is sealed as an item beside them, so nothing in the open tells who wrote to whom, or when.

use crate::{Failure, Released, Shown};
use kept_terms::{ItemNumber, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Which way a letter went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The person wrote.
    In,
    /// The person was written to.
    Out,
}

/// What a message says of itself on its way in.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which way it went.
    pub direction: Direction,
    /// When it was written.
    pub at: Option<Timestamp>,
    /// By what others refer to it, such as its Message-ID (RFC 5322, section 3.6.4).
    pub id: Option<String>,
    /// What it refers to, the direct one first.
    pub answers: Vec<String>,
}

/// A letter as it is stored. What it refers to is there as keyed digests.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    direction: Direction,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    answers: Vec<String>,
    /// The items that belong to it: their field and number.
    parts: Vec<(String, ItemNumber)>,
}

impl Stored {
    /// A letter with its parts, its references put through a keyed digest.
    pub(crate) fn new(
        letter: &Letter,
        parts: Vec<(String, ItemNumber)>,
        digest: impl Fn(&str) -> String,
    ) -> Stored {
        Stored {
            direction: letter.direction,
            at: letter.at,
            id: letter.id.as_deref().map(&digest),
            answers: letter.answers.iter().map(|text| digest(text)).collect(),
            parts,
        }
    }

    /// The text that is sealed.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        serde_json::to_string(self)
            .map_err(|_| Failure::invalid("the letter", "cannot be written down"))
    }
}

/// A letter that was read, with what of it the reader may see.
pub struct ReadLetter {
    /// The number of the item that holds it together.
    pub number: ItemNumber,
    /// Which conversation it belongs to: the same for all its letters, and for no others of the
    /// person.
    pub thread: String,
    /// Which way it went.
    pub direction: Direction,
    /// When it was written, if it said.
    pub at: Option<Timestamp>,
    /// Its subject, text and attachments, in this order as they were collected.
    pub parts: Vec<Released>,
}

/// Puts what was read of a person together as letters, in order of time. `field` is the field that
/// holds letters together; what belongs to none is left out.
pub fn letters(values: Vec<Released>, field: &str) -> Result<Vec<ReadLetter>, Failure> {
    let (held, others): (Vec<_>, Vec<_>) =
        values.into_iter().partition(|value| value.field == field);
    let mut parts: HashMap<(String, ItemNumber), Released> = others
        .into_iter()
        .map(|value| ((value.field.clone(), value.number), value))
        .collect();
    let mut stored = Vec::with_capacity(held.len());
    for value in held {
        if let Shown::Clear(text) = &value.value {
            let read: Stored = serde_json::from_str(text)
                .map_err(|_| Failure::Corrupt("a stored letter cannot be read".to_owned()))?;
            stored.push((value.number, read));
        }
    }
    stored.sort_by_key(|(number, letter)| (letter.at, *number));
    let threads = threads(&stored);
    let read = stored.into_iter().zip(threads);
    let read = read.map(|((number, letter), thread)| ReadLetter {
        number,
        thread,
        direction: letter.direction,
        at: letter.at,
        parts: letter
            .parts
            .into_iter()
            .filter_map(|place| parts.remove(&place))
            .collect(),
    });
    Ok(read.collect())
}

/// The conversation of each letter. Whatever refers to the same belongs together, since many
/// programs cut off the beginning of a long chain of references.
fn threads(letters: &[(ItemNumber, Stored)]) -> Vec<String> {
    let mut group: Vec<usize> = (0..letters.len()).collect();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (at, (_, letter)) in letters.iter().enumerate() {
        for name in letter.id.iter().chain(&letter.answers) {
            let known = *first.entry(name).or_insert(at);
            let (from, to) = (root(&group, at), root(&group, known));
            let (low, high) = (from.min(to), from.max(to));
            if let Some(slot) = group.get_mut(high) {
                *slot = low;
            }
        }
    }
    let name = |at: usize| {
        letters.get(root(&group, at)).map(|(number, letter)| {
            let begun = letter.answers.last().or(letter.id.as_ref());
            begun.cloned().unwrap_or_else(|| format!("letter-{number}"))
        })
    };
    (0..letters.len())
        .map(|at| name(at).unwrap_or_default())
        .collect()
}

fn root(group: &[usize], mut at: usize) -> usize {
    while let Some(above) = group.get(at).filter(|above| **above != at) {
        at = *above;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(id: &str, answers: &[&str]) -> Stored {
        let letter = Letter {
            direction: Direction::In,
            at: None,
            id: Some(id.to_owned()),
            answers: answers.iter().map(|text| (*text).to_owned()).collect(),
        };
        Stored::new(&letter, Vec::new(), str::to_owned)
    }

    #[test]
    fn whatever_refers_to_the_same_is_one_conversation() {
        let letters = [
            (1, letter("a", &[])),
            (2, letter("b", &["a"])),
            (3, letter("x", &[])),
            // The beginning was cut off on the way.
            (4, letter("d", &["c"])),
            (5, letter("e", &["d", "b"])),
            (6, letter("y", &["x", "w"])),
        ];
        let threads = threads(&letters);
        assert_eq!(threads, ["a", "a", "x", "a", "a", "x"]);
    }
}
