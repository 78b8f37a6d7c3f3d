//! The storage contract: what an engine must do, in few declarative methods.
//! An engine stores sealed bytes and small numbers; it never sees a value, a key or a policy.

mod changes;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod engine;
#[cfg(any(test, feature = "conformance"))]
pub mod failing;
mod limits;
pub mod lock;
pub mod moving;
pub mod postgres;
pub mod rows;
pub mod sqlite;
pub mod together;

use kept_terms::{Day, ItemNumber, PersonId};
use std::future::Future;
use std::path::Path;

/// Why storage could not do what it was asked; named by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The request cannot be stored as it stands (too large, out of range): mend it.
    #[error("storage cannot take this: {0}")]
    Invalid(&'static str),
    /// Storage is not to be reached, full or read-only: try again later, or mend the machine.
    #[error("storage is unavailable: {0}")]
    Unavailable(String),
    /// What is stored is not what was stored: stop and restore.
    #[error("storage is damaged: {0}")]
    Corrupt(String),
}

/// What a failure says after which nothing can be made durable until the store is opened again.
pub const STOPPED: &str = "writing stopped after an error whose outcome is unknown";

/// What a failure says where a disk has no room left. It can be done once there is some.
pub const FULL: &str = "is full; make room";

/// A word of the policy as storage numbers it: the same word has the same number in every policy
/// version.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Word(pub u32);

/// What a stored word names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum WordKind {
    /// A field, by name.
    Field = 1,
    /// A retention class, by the full name of its clause.
    Class = 2,
    /// A purpose, by name.
    Purpose = 3,
    /// An event, by name.
    Event = 4,
    /// A recipient, by name.
    Recipient = 5,
    /// Where items came from: policy version, clause, channel and purposes, as one text (see
    /// `origin`).
    Origin = 6,
    /// A field that holds files, or held them under an earlier policy, by name.
    Files = 7,
}

/// An item without its value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ItemKey {
    /// Whose it is.
    pub person: PersonId,
    /// Its field.
    pub field: Word,
    /// Its number within the person.
    pub number: ItemNumber,
}

/// An item as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredItem {
    /// Its field.
    pub field: Word,
    /// Its number within the person.
    pub number: ItemNumber,
    /// Where it came from.
    pub origin: Word,
    /// Its retention class.
    pub class: Word,
    /// The day its period counts from; nothing where that is an event of the person.
    pub anchor: Option<Day>,
    /// The sealed value, or the sealed description of a blob.
    pub sealed: Vec<u8>,
}

/// A person as stored, with the items that were asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonRecord {
    /// Goes up by one with every change of the person or of an item.
    pub version: u64,
    /// The sealed state.
    pub state: Vec<u8>,
    /// The items, in order of field and number.
    pub items: Vec<StoredItem>,
    /// Up to which change of the store this snapshot looks; handed back with the commit.
    pub epoch: u64,
}

/// Which items of a person are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted<'a> {
    /// None: the state alone.
    Nothing,
    /// Those of some fields.
    Fields(&'a [Word]),
    /// One item.
    One(Word, ItemNumber),
    /// A page of all items: those after a place, at most so many.
    Page {
        /// The last item of the page before.
        after: Option<(Word, ItemNumber)>,
        /// At most so many.
        limit: usize,
    },
}

/// A keyed hash of an identifier.
pub type BlindIndex = [u8; 32];

/// One change to what is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Write {
    /// Replaces the person's state; a new person's first.
    PutState(Vec<u8>),
    /// Adds or replaces an item.
    PutItem(StoredItem),
    /// Deletes an item's row.
    DeleteItem(Word, ItemNumber),
    /// Claims an identifier for the person. Claimed by another, the commit is refused as
    /// [`Outcome::Taken`].
    Claim(BlindIndex),
    /// Gives an identifier up.
    Unclaim(BlindIndex),
    /// Says from which day the person's items of a class count, where that may move; replaces the
    /// day before.
    PutAnchor {
        /// The class.
        class: Word,
        /// The day before, if there was one.
        old: Option<Day>,
        /// The new day; nothing where no such item is left.
        new: Option<Day>,
    },
    /// Deletes the person's row and leaves everything else of theirs to be cleared (see
    /// [`Store::leftovers`]).
    DeletePerson,
    /// Replaces the state of another person, gives up identifiers of theirs and takes them off the
    /// lists of days, provided that they are still at a version; otherwise the commit is refused
    /// as [`Outcome::Moved`]. It needs a change of the commit's own person beside it.
    SetAside {
        /// Who.
        person: PersonId,
        /// At which version.
        version: u64,
        /// Their state from now on.
        state: Vec<u8>,
        /// What they give up.
        unclaimed: Vec<BlindIndex>,
    },
    /// Writes a record that is not about a person: a token, an idempotency key, evidence, a
    /// setting.
    PutRecord(Record),
    /// Deletes such a record.
    DeleteRecord(RecordKind, Vec<u8>),
}

/// Kinds of record that are not about a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum RecordKind {
    /// An access token, by the hash of its secret.
    Token = 1,
    /// The outcome of a request, by its idempotency key.
    Idempotency = 2,
    /// Evidence: a certification, report, undertaking, instrument or review.
    Evidence = 3,
    /// A published version of the policy, by its digest.
    Policy = 4,
    /// A setting of the store itself.
    Setting = 5,
    /// A message waiting to be sent: to whom and by which template, never its words.
    Outgoing = 6,
    /// How far a long task has come, by its name.
    Progress = 7,
    /// Keys whose destruction is recorded and may not be finished: a person, a class of theirs,
    /// days of a class.
    Doomed = 8,
    /// Something administered that is not evidence: a course, a survey, a client, a feed.
    Register = 9,
    /// Something that people answer for: what waits for others' approval, a complaint, a review.
    Approval = 10,
    /// What a recipient has to be told, until it confirms.
    Delivery = 11,
    /// A case, sealed.
    Case = 12,
    /// An attempt to sign in, or a place taken among the few that there are; sealed.
    Attempt = 13,
    /// A session of somebody who signed in, by the hash of its secret; sealed.
    Session = 14,
    /// Somebody who is held for a client, by a keyed digest of the home and the person.
    Hosted = 32,
}

/// A record that is not about a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// What it is.
    pub kind: RecordKind,
    /// Its key, unique within its kind.
    pub key: Vec<u8>,
    /// What it says.
    pub value: Vec<u8>,
}

/// What must hold for a commit to take effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// Nothing about a person.
    Nothing,
    /// The person is not there yet.
    New,
    /// The person is still at this version; `epoch` is that of the snapshot decided on.
    Unchanged {
        /// The version decided on.
        version: u64,
        /// The epoch of the snapshot.
        epoch: u64,
    },
}

/// One act's effect: its changes and its ledger entry, durable together or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// Whom it is about.
    pub person: Option<PersonId>,
    /// On which condition.
    pub expected: Expected,
    /// Records that must not be there yet (an idempotency key, a place among a few); otherwise
    /// [`Outcome::Repeated`].
    pub absent: Vec<(RecordKind, Vec<u8>)>,
    /// The changes; none for a reading or a refusal.
    pub writes: Vec<Write>,
    /// The ledger entry.
    pub entry: Vec<u8>,
}

/// What became of a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Durable; the entry's index in the ledger.
    Done(u64),
    /// The person changed meanwhile; decide again.
    Moved,
    /// An identifier belongs to another person.
    Taken,
    /// A record that had to be absent is there.
    Repeated,
}

/// An entry that waits to be sequenced into the ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StagedEntry {
    /// Its index in the ledger.
    pub index: u64,
    /// Whom it is about.
    pub person: Option<PersonId>,
    /// The entry.
    pub entry: Vec<u8>,
}

/// How much of what is stored; for standing and metrics.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// People.
    pub people: u64,
    /// Items by class.
    pub items_by_class: Vec<(Word, u64)>,
    /// Bytes on disk.
    pub bytes: u64,
}

/// What a copy of all rows is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The file of the embedded engine, page by page.
    File,
    /// A file of rows, which either engine takes; see [`rows::file`].
    Rows,
}

impl Form {
    /// As a backup names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::File => "sqlite",
            Form::Rows => "rows",
        }
    }

    /// Reads what [`Form::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Form> {
        [Form::File, Form::Rows]
            .into_iter()
            .find(|form| form.as_str() == text)
    }
}

/// A storage engine.
///
/// Every method sees what every acknowledged commit left. A commit is acknowledged when it would
/// survive a loss of power. Commits of one call are atomic each, not together, and take effect in
/// order.
pub trait Store: Send + Sync + 'static {
    /// A person with the items wanted, as one snapshot; nothing for a person who is not there.
    fn person(
        &self,
        person: PersonId,
        wanted: Wanted<'_>,
    ) -> impl Future<Output = Result<Option<PersonRecord>, Failure>> + Send;

    /// Whose an identifier is.
    fn find(
        &self,
        index: BlindIndex,
    ) -> impl Future<Output = Result<Option<PersonId>, Failure>> + Send;

    /// Makes commits durable, one outcome each in the same order.
    fn commit(
        &self,
        commits: Vec<Commit>,
    ) -> impl Future<Output = Result<Vec<Outcome>, Failure>> + Send;

    /// As [`Store::commit`], where what every server on this store remembers is still of a
    /// generation; otherwise each outcome is [`Outcome::Moved`]. Without one it is not looked at.
    /// An engine that one server has alone need not look.
    fn commit_under(
        &self,
        commits: Vec<Commit>,
        _generation: Option<u64>,
    ) -> impl Future<Output = Result<Vec<Outcome>, Failure>> + Send {
        self.commit(commits)
    }

    /// How often what every server remembers was changed: versions of the policy, settings,
    /// evidence, registers, and where items come from.
    fn generation(&self) -> impl Future<Output = Result<u64, Failure>> + Send {
        async { Ok(0) }
    }

    /// Makes changes of records durable, together or not at all, without an entry: the progress of
    /// something whose acts have entries of their own. Other changes are refused as
    /// [`Failure::Invalid`].
    fn book(&self, writes: Vec<Write>) -> impl Future<Output = Result<(), Failure>> + Send;

    /// All words with their numbers.
    fn words(&self) -> impl Future<Output = Result<Vec<(WordKind, String, Word)>, Failure>> + Send;

    /// Numbers a word, the same number for the same word for ever.
    fn intern(
        &self,
        kind: WordKind,
        word: &str,
    ) -> impl Future<Output = Result<Word, Failure>> + Send;

    /// A record, if it is there.
    fn record(
        &self,
        kind: RecordKind,
        key: &[u8],
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Failure>> + Send;

    /// All records of a kind, in order of key.
    fn records(
        &self,
        kind: RecordKind,
    ) -> impl Future<Output = Result<Vec<Record>, Failure>> + Send;

    /// Records of a kind whose keys begin alike, in order of key, after one, at most so many.
    fn records_page(
        &self,
        kind: RecordKind,
        begins: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Record>, Failure>> + Send;

    /// People in order of identifier, after one, at most so many.
    fn people(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<PersonId>, Failure>> + Send;

    /// Items of a class anchored on a day or earlier, oldest first, at most so many.
    fn due_items(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(Day, ItemKey)>, Failure>> + Send;

    /// People whose items of a moving class count from a day or earlier, oldest first, at most so
    /// many.
    fn due_people(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(Day, PersonId)>, Failure>> + Send;

    /// How many items of a class are anchored on each day up to one.
    fn count_due(
        &self,
        class: Word,
        upto: Day,
    ) -> impl Future<Output = Result<Vec<(Day, u64)>, Failure>> + Send;

    /// Deletes rows of items whose keys are gone. It needs no entry: their destruction has been
    /// recorded.
    fn clear_items(&self, items: &[ItemKey]) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Deletes at most so many rows of items of people who were deleted; the answer is how many are
    /// done, and whether some are left. Trail and rows go alike.
    fn leftovers(&self, limit: usize) -> impl Future<Output = Result<(u64, bool), Failure>> + Send;

    /// Entries from an index on that wait to be sequenced, in order, without gaps, at most so many.
    fn staged(
        &self,
        from: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StagedEntry>, Failure>> + Send;

    /// Says that all entries below an index stand in the ledger's files: they leave the staging
    /// area for the trail, and the next entry is numbered from there at least.
    fn sequenced(&self, below: u64) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The index that the next entry will have. A ledger that is longer has outlived rows: they
    /// were put back from a copy.
    fn next_entry(&self) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Writes all rows as of one moment to a file that is not there yet, while everything goes on;
    /// the file is sound and durable when this returns. `progress` is told how much is done, and
    /// how much there is. The answer is what the file is.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] from a store that is no engine and does not say otherwise.
    fn copy_rows(
        &self,
        _to: &Path,
        _progress: &(dyn Fn(u64, u64) + Sync),
    ) -> impl Future<Output = Result<Form, Failure>> + Send {
        async { Err(Failure::Unavailable("this store copies no rows".to_owned())) }
    }

    /// The indexes of the entries about a person, newest first, below one, at most so many.
    fn trail(
        &self,
        person: PersonId,
        below: Option<u64>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<u64>, Failure>> + Send;

    /// How much is stored.
    fn figures(&self) -> impl Future<Output = Result<Figures, Failure>> + Send;

    /// Checks the structure of what is stored and names the first thing that is wrong.
    fn check(&self) -> impl Future<Output = Result<(), Failure>> + Send;
}
