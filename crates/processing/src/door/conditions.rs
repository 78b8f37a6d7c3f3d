//! On which condition a commit takes effect: that its person is as they were decided on.
//! It commits nothing.

use super::*;

/// A commit that changes nothing: a reading, or a refusal.
pub(crate) fn unchanging(seen: Option<&Seen>, entry: Vec<u8>) -> Commit {
    Commit {
        person: seen.filter(|seen| seen.version > 0).map(|seen| seen.id),
        expected: seen
            .filter(|seen| seen.version > 0)
            .map_or(Expected::Nothing, expected),
        absent: Vec::new(),
        writes: Vec::new(),
        entry,
    }
}

/// The condition that a person is as they were seen.
pub(crate) fn expected(seen: &Seen) -> Expected {
    match seen.version {
        0 => Expected::New,
        version => Expected::Unchanged {
            version,
            epoch: seen.epoch,
        },
    }
}
