//! What a keyring needs of the place where its wrapped keys stand: the contract that a file and a
//! database keep alike, and that one suite tests on both.
//! A shelf sees wrapped bytes, places and numbers; it opens no key and knows no root key.
//!
//! A change is done whole or not at all. One that fails may be durable all the same, as when a
//! connection breaks, so whoever made it looks again, or makes it once more: every change may be
//! made twice. Changes of several processes follow one after the other.

use crate::store::Failure;
use kept_terms::PersonId;
use std::path::Path;

/// A place with its wrapped key.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// The first and last of a range of places.
pub(super) type Range = [Vec<u8>; 2];

/// A wrapping key, wrapped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct WrappingRow {
    pub version: u32,
    /// The moment it was made, in milliseconds since 1970.
    pub created: i64,
    /// The name of the root key.
    pub root: Vec<u8>,
    pub wrapped: Vec<u8>,
}

/// One thing that a change consists of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Change {
    /// Makes the tables, of a shelf that has none.
    Make,
    /// Puts a key where there is none; where there is one, it stays.
    Put {
        place: Vec<u8>,
        wrapped: Vec<u8>,
        /// Only where there is a key in this place.
        beside: Option<Vec<u8>>,
        /// Who is noted as created, if the key is put.
        created: Option<PersonId>,
    },
    /// Puts another wrapping in the place of a key, where there is one.
    Replace { place: Vec<u8>, wrapped: Vec<u8> },
    /// Destroys the keys in a range.
    Destroy(Range),
    /// Counts a destruction.
    CountDestruction,
    /// Notes what is pending for a person, in place of what was.
    Note(PersonId, u8),
    /// Strikes that off, if it is what is noted.
    Settle(PersonId, u8),
    /// Writes a setting, or takes it out.
    Set(&'static str, Option<Vec<u8>>),
    /// Puts a wrapping key, in place of the one of its version.
    PutWrapping(WrappingRow),
    /// Destroys the wrapping keys of versions below one.
    DropWrapping(u32),
}

/// What a change did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Changed {
    /// Of each [`Change::Put`], in order, whether the key was put.
    pub put: Vec<bool>,
    /// The places of the keys that were destroyed, in order of place.
    pub destroyed: Vec<Vec<u8>>,
}

/// A part of all that a shelf holds.
pub(super) enum Part {
    /// All but the keys; it comes first.
    Head(Head),
    /// Some keys, in order of place.
    Keys(Vec<Row>),
}

/// What a shelf holds beside keys.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Head {
    pub wrapping: Vec<WrappingRow>,
    pub pending: Vec<(PersonId, u8)>,
    /// How a passphrase is stretched, where there is one.
    pub stretching: Option<Vec<u8>>,
    pub destructions: u64,
}

/// Takes the parts of a shelf, one after the other.
pub(super) type Taking<'t> = &'t mut dyn FnMut(Part) -> Result<(), Failure>;

/// Where wrapped keys stand.
pub(super) trait Shelf: Send + Sync {
    /// Whether there are no tables yet.
    fn is_new(&self) -> Result<bool, Failure>;

    /// The wrapped key of one place.
    fn wrapped(&self, place: &[u8]) -> Result<Option<Vec<u8>>, Failure>;

    /// The wrapped keys in a range, in order of place, at most so many.
    fn between(&self, range: &Range, limit: u32) -> Result<Vec<Row>, Failure>;

    /// How many keys there are in a range.
    fn count(&self, range: &Range) -> Result<u64, Failure>;

    /// Whether there was never a key but the first so many.
    fn is_unused(&self, keys: usize) -> Result<bool, Failure>;

    /// The wrapping keys, oldest first.
    fn wrapping(&self) -> Result<Vec<WrappingRow>, Failure>;

    /// A setting.
    fn setting(&self, name: &'static str) -> Result<Option<Vec<u8>>, Failure>;

    /// How often a destruction was counted.
    fn destructions(&self) -> Result<u64, Failure>;

    /// What is pending, in order of person.
    fn pending(&self) -> Result<Vec<(PersonId, u8)>, Failure>;

    /// Makes a change durable, or leaves everything as it was.
    fn change(&self, changes: &[Change]) -> Result<Changed, Failure>;

    /// Binds what is destroyed from now on to a member of those that share the keyring.
    fn act_as(&self, _member: u64) {}

    /// Has members destroy nothing any more, or all that were before one. Where nobody shares the
    /// keyring from another machine there are none.
    fn shut_out(&self, _members: &[u64], _before: Option<u64>) -> Result<(), Failure> {
        Ok(())
    }

    /// Leaves of what was destroyed as little as can be. It may fail and be called again.
    fn clear(&self) -> Result<(), Failure>;

    /// Whether what is stored is whole, as far as can be told without opening a key.
    fn check(&self) -> Result<(), Failure>;

    /// All that it holds, as of one moment.
    fn contents(&self, take: Taking<'_>) -> Result<(), Failure>;

    /// Takes in all that another holds, in one step; it holds nothing yet.
    fn fill(&self, from: &dyn Shelf) -> Result<(), Failure>;

    /// Writes all that it holds into a file that holds nothing yet, as a keyring of its own.
    fn copy_to(&self, part: &Path) -> Result<(), Failure>;
}

/// The setting that says how a passphrase is stretched.
pub(super) const STRETCHING: &str = "stretching";

/// The range of all places.
pub(super) fn everywhere() -> Range {
    [Vec::new(), vec![u8::MAX]]
}

/// The range of all places from one on.
pub(super) fn from_on(place: Vec<u8>) -> Range {
    [place, vec![u8::MAX]]
}
