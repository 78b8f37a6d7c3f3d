//! The tally: how many entries of the ledger relied on each clause, and how many refused by it.
//! It is a shorthand for reading the ledger, which alone is believed; lost, it is counted again.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// Counts over the first entries of the ledger.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// How many entries were counted.
    pub size: u64,
    /// The day of the first entry, as it is written.
    pub since: Option<String>,
    /// By clause: how many entries relied on it, and how many refused by it.
    pub clauses: HashMap<String, (u64, u64)>,
    /// How many attempts to sign in were in vain.
    #[serde(default)]
    pub failed_sign_ins: u64,
}

impl Tally {
    /// Reads a tally that was set aside; an empty one where it is missing or cannot be read.
    pub fn load(path: &Path) -> Tally {
        let bytes = std::fs::read(path).ok();
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Sets the tally aside. Failing to costs a recount and nothing else.
    pub fn save(&self, path: &Path) {
        if let Ok(bytes) = serde_json::to_vec(self) {
            let fresh = path.with_extension("new");
            let _ = std::fs::write(&fresh, bytes).and_then(|()| std::fs::rename(&fresh, path));
        }
    }

    /// Counts the next entry. Entries have one spelling (`docs/formats/ledger.md`), so looking for
    /// its parts is enough; whether they are right is the audit's business.
    pub fn count(&mut self, index: u64, entry: &[u8]) {
        if index != self.size {
            return;
        }
        self.size += 1;
        let Ok(text) = std::str::from_utf8(entry) else {
            return;
        };
        if self.since.is_none() {
            let at = text
                .split_once(r#""at":""#)
                .and_then(|(_, rest)| rest.get(..10));
            self.since = at.map(str::to_owned);
        }
        let refused = text.contains(r#""outcome":"refused""#);
        let act = text.contains(r#""act":"sign-in""#);
        if act && (refused || text.contains(r#""sign-in:failed""#)) {
            self.failed_sign_ins += 1;
        }
        let Some((_, rest)) = text.split_once(r#""clauses":["#) else {
            return;
        };
        let Some((list, _)) = rest.split_once(']') else {
            return;
        };
        for clause in list.split(',').map(|quoted| quoted.trim_matches('"')) {
            if !self.clauses.contains_key(clause) {
                self.clauses.insert(clause.to_owned(), (0, 0));
            }
            if let Some(counts) = self.clauses.get_mut(clause) {
                match refused {
                    true => counts.1 += 1,
                    false => counts.0 += 1,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_counted_by_outcome_once_each() {
        let mut tally = Tally::default();
        let done = br#"{"v":1,"at":"2026-11-23T12:00:00.000Z","act":"use","outcome":"permitted","clauses":["d#use.a","d#secure.b"]}"#;
        let refused = br#"{"v":1,"at":"2026-11-24T12:00:00.000Z","act":"use","outcome":"refused","clauses":["d#use.a"]}"#;
        tally.count(0, done);
        tally.count(1, refused);
        tally.count(1, refused);
        assert_eq!(tally.size, 2);
        assert_eq!(tally.since.as_deref(), Some("2026-11-23"));
        assert_eq!(tally.clauses.get("d#use.a"), Some(&(1, 1)));
        assert_eq!(tally.clauses.get("d#secure.b"), Some(&(1, 0)));
    }
}
