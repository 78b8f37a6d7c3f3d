//! Looking words up: which sets have a member that starts at a given word. It folds entries, and
//! never the words it is asked for.

use super::SetId;
use crate::fold::{fold, is_ideograph};
use crate::token::is_part_of_word;
use std::collections::HashMap;

/// A member of a set, found in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Hit {
    /// The set.
    pub(crate) set: SetId,
    /// How many words long it is.
    pub(crate) length: usize,
}

/// The members of all sets of a language.
#[derive(Default, Debug)]
pub(crate) struct Words {
    exact: HashMap<String, Vec<Entry>>,
    starts: HashMap<String, Vec<SetId>>,
    ends: HashMap<String, Vec<SetId>>,
    inner: Vec<(String, SetId)>,
}

#[derive(Debug)]
struct Entry {
    rest: Vec<String>,
    is_open: bool,
    set: SetId,
}

impl Words {
    /// Adds one entry to a set. A star at an end stands for any letters there.
    pub(crate) fn add(&mut self, entry: &str, set: SetId) {
        let (open_before, mut words, is_open) = pieces(entry);
        if words.is_empty() {
            return;
        }
        let rest = words.split_off(1);
        let Some(first) = words.pop() else { return };
        let is_single = rest.is_empty();
        match (open_before && is_single, is_open && is_single) {
            (true, true) => self.inner.push((first, set)),
            (true, false) => self.ends.entry(first).or_default().push(set),
            (false, true) => self.starts.entry(first).or_default().push(set),
            (false, false) => {
                self.exact
                    .entry(first)
                    .or_default()
                    .push(Entry { rest, is_open, set })
            }
        }
    }

    /// Every member that starts with the first of `words`.
    pub(crate) fn at<'a>(&self, mut words: impl Iterator<Item = &'a str> + Clone) -> Vec<Hit> {
        let mut hits = Vec::new();
        let Some(first) = words.next() else {
            return hits;
        };
        for entry in self.exact.get(first).into_iter().flatten() {
            if entry.continues(words.clone()) {
                hits.push(Hit {
                    set: entry.set,
                    length: 1 + entry.rest.len(),
                });
            }
        }
        let single = |set: &SetId| Hit {
            set: *set,
            length: 1,
        };
        for (at, _) in first.char_indices().skip(1).chain([(first.len(), ' ')]) {
            let start = first.get(..at).and_then(|it| self.starts.get(it));
            hits.extend(start.into_iter().flatten().map(single));
        }
        for (at, _) in first.char_indices() {
            let end = first.get(at..).and_then(|it| self.ends.get(it));
            hits.extend(end.into_iter().flatten().map(single));
        }
        let inner = self
            .inner
            .iter()
            .filter(|(stem, _)| first.contains(stem.as_str()));
        hits.extend(inner.map(|(_, set)| single(set)));
        hits
    }
}

impl Entry {
    fn continues<'a>(&self, mut words: impl Iterator<Item = &'a str>) -> bool {
        let last = self.rest.len().wrapping_sub(1);
        self.rest.iter().enumerate().all(|(at, expected)| {
            words.next().is_some_and(|word| {
                word == expected
                    || (self.is_open && at == last && word.starts_with(expected.as_str()))
            })
        })
    }
}

/// An entry's folded words, and whether letters may come before and after them.
pub(super) fn pieces(entry: &str) -> (bool, Vec<String>, bool) {
    let mut folded = String::new();
    fold(entry.trim(), &mut folded);
    let mut words: Vec<String> = Vec::new();
    let mut is_inside = false;
    for character in folded.chars() {
        if !is_part_of_word(character) {
            is_inside = false;
        } else if is_ideograph(character) || !is_inside {
            words.push(character.to_string());
            is_inside = !is_ideograph(character);
        } else if let Some(word) = words.last_mut() {
            word.push(character);
        }
    }
    (folded.starts_with('*'), words, folded.ends_with('*'))
}
