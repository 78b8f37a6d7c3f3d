//! Which people changed lately, so that a reading's condition is checked without touching a row.
//! It knows when, never what.

use kept_terms::PersonId;
use std::collections::HashMap;

/// People remembered before the older half is forgotten.
const PEOPLE_MAX: usize = 1 << 16;

/// The epochs at which people last changed; every change after `floor` is known.
#[derive(Debug)]
pub struct Changes {
    floor: u64,
    old: HashMap<PersonId, u64>,
    young: HashMap<PersonId, u64>,
    /// The epoch after which every change stands in `young`.
    young_since: u64,
}

impl Changes {
    /// Nothing has changed since an epoch.
    pub fn since(epoch: u64) -> Changes {
        Changes {
            floor: epoch,
            old: HashMap::new(),
            young: HashMap::new(),
            young_since: epoch,
        }
    }

    /// A person changes at an epoch, which is not before any marked so far.
    pub fn mark(&mut self, person: PersonId, epoch: u64) {
        if self.young.len() >= PEOPLE_MAX {
            self.old = std::mem::take(&mut self.young);
            self.floor = self.young_since;
            // Some changes of this very epoch stand in `old` by now.
            self.young_since = epoch;
        }
        self.young.insert(person, epoch);
    }

    /// Whether a person is known not to have changed after an epoch. A no is no answer: look at the
    /// row.
    pub fn is_unchanged_since(&self, person: PersonId, epoch: u64) -> bool {
        let changed = self.young.get(&person).or_else(|| self.old.get(&person));
        epoch >= self.floor && changed.is_none_or(|at| *at <= epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: usize) -> PersonId {
        PersonId((number as u128).to_be_bytes())
    }

    #[test]
    fn what_is_forgotten_is_not_called_unchanged() {
        let mut changes = Changes::since(1);
        assert!(changes.is_unchanged_since(person(0), 1));
        assert!(!changes.is_unchanged_since(person(0), 0), "before its time");
        for number in 0..3 * PEOPLE_MAX {
            let epoch = 2 + number as u64 / 100;
            changes.mark(person(number), epoch);
            assert!(!changes.is_unchanged_since(person(number), epoch - 1));
            assert!(changes.is_unchanged_since(person(number), epoch));
            let early = number / 2;
            let before = 1 + early as u64 / 100;
            assert!(!changes.is_unchanged_since(person(early), before));
        }
        let held = changes.young.len() + changes.old.len();
        assert!(held <= 2 * PEOPLE_MAX, "{held}");
    }
}
