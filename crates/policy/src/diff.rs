//! Two versions of a policy compared by what they mean: what is newly permitted or refused, kept
//! longer or shorter, shared with others, and who has to be told.
//! It compares compiled rules and never texts; where it finds nothing, both decide alike.

mod affected;
mod canonical;
mod children;
mod guarding;
mod keeping;
mod kind;
mod kinds;
mod page;
mod pairs;
mod rights;
mod say;
mod sharing;
mod side;
mod taking;
mod value;

pub use affected::{Holding, Whom, affects};
pub use kind::Kind;
pub use page::{
    Compared, Listed, announcement, days_of, of_document, versions_label, versions_page,
};
pub use say::{Told, language_of};
pub use value::Value;

use crate::model::*;
use kept_terms::Territories;
use pairs::pairs;
use side::Pair;

/// For whom a change is: better, worse or neither.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// It favours the person.
    Favour,
    /// It goes against the person.
    Against,
    /// It does neither, or both.
    Neutral,
}

/// Whose a change is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct People {
    /// The document they are under from now on, or were, where none is left; nothing for a word
    /// that no document uses.
    pub document: Option<String>,
    /// The document they were under, where that was another.
    pub formerly: Option<String>,
    /// Where they live.
    pub countries: Territories,
    /// Whether people whose country is not known are among them.
    pub unknown: bool,
}

/// One change, with the words it is about. What does not matter to its kind is empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// What changes.
    pub kind: Kind,
    /// For better or worse.
    pub direction: Direction,
    /// Whether it changes what happens to information about people, so that they are to be told.
    pub material: bool,
    /// Whose.
    pub people: People,
    /// The fields.
    pub data: Vec<String>,
    /// The purposes.
    pub purposes: Vec<String>,
    /// The channels.
    pub channels: Vec<String>,
    /// Who or what it is about: a recipient, a role, a right, a service, a promise.
    pub about: Value,
    /// How it was.
    pub was: Value,
    /// How it will be.
    pub now: Value,
    /// The clauses of the old version, by full name.
    pub old: Vec<String>,
    /// The clauses of the new version.
    pub new: Vec<String>,
    /// The purposes for which people's agreement has to be asked, first or again.
    pub ask: Vec<String>,
}

/// What differs between two versions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diff {
    /// The changes, those against people first.
    pub changes: Vec<Change>,
    /// Clauses whose prose was worded anew while their rule stayed the same.
    pub reworded: Vec<String>,
}

impl Diff {
    /// Whether both versions decide alike.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes of which people are to be told.
    pub fn material(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.material)
    }

    /// The documents of the new version in which anything changes, in order of name.
    pub fn documents(&self) -> Vec<&str> {
        let named = self
            .changes
            .iter()
            .filter_map(|change| change.people.document.as_deref());
        let mut documents: Vec<&str> = named.collect();
        documents.sort_unstable();
        documents.dedup();
        documents
    }
}

/// Compares two versions of a policy.
///
/// Whatever [`crate::decide`] answers differently under the new version, some change tells of it:
/// each verb of each document is compared in full where its parts show nothing.
pub fn diff(old: &Policy, new: &Policy) -> Diff {
    let mut found = Diff::default();
    for mut pair in pairs(old, new) {
        pair.compare();
        found.changes.append(&mut pair.changes);
        found.reworded.append(&mut pair.reworded);
    }
    found
        .changes
        .append(&mut kinds::unused(old, new, &found.changes));
    let order = |direction| match direction {
        Direction::Against => 0,
        Direction::Favour => 1,
        Direction::Neutral => 2,
    };
    found.changes.sort_by_key(|change| order(change.direction));
    found.reworded.sort_unstable();
    found.reworded.dedup();
    found
}

impl Pair<'_> {
    /// Compares the two documents of a pair, verb by verb.
    fn compare(&mut self) {
        self.belonging();
        if self.old.document.is_none() || self.new.document.is_none() {
            return;
        }
        self.controller();
        self.words();
        for verb in Verb::ALL {
            let before = self.changes.len();
            match verb {
                Verb::Collect => self.collect(),
                Verb::Use => self.uses(),
                Verb::Disclose => self.disclose(),
                Verb::Transfer => self.transfer(),
                Verb::Keep => self.keep(),
                Verb::Grant => self.grant(),
                Verb::Refuse => self.refuse(),
                Verb::Secure => self.secure(),
                Verb::Answer | Verb::Notify => self.promises(verb),
                // Words are compared by what rests on them.
                Verb::Define => continue,
            }
            // What the parts do not show, the whole does.
            self.whole(verb, self.changes.len() > before);
        }
        self.wording();
    }
}

#[cfg(test)]
mod tests;
