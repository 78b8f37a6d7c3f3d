//! What a commit may hold. Checked before anything is queued, so that nothing in a group fails for
//! its shape.

use crate::store::{Commit, Expected, Failure, Write};

/// Bytes of a sealed value or state; larger things are blobs.
pub const SEALED_BYTES_MAX: usize = 1 << 20;
/// Bytes of a ledger entry.
pub const ENTRY_BYTES_MAX: usize = 64 << 10;
/// Bytes of a record's value; a policy is the largest.
pub const RECORD_BYTES_MAX: usize = 16 << 20;
/// Bytes of a record's key.
pub const KEY_BYTES_MAX: usize = 1 << 10;
/// Bytes of a word; origins are the longest.
pub const WORD_BYTES_MAX: usize = 16 << 10;
/// Changes in one commit.
pub const WRITES_MAX: usize = 20_000;

/// Refuses a commit that could not be stored whatever is stored already.
pub fn admit(commit: &Commit) -> Result<(), Failure> {
    let writes = &commit.writes;
    require(
        commit.entry.len() <= ENTRY_BYTES_MAX,
        "an entry is longer than 64 KiB",
    )?;
    require(
        writes.len() <= WRITES_MAX,
        "a commit has more than 20,000 changes",
    )?;
    for (_, key) in &commit.absent {
        require(
            key.len() <= KEY_BYTES_MAX,
            "a record's key is longer than 1 KiB",
        )?;
    }
    let is_conditional = commit.expected != Expected::Nothing;
    let is_touching = writes.iter().any(is_about_person);
    require(
        commit.person.is_some() || !(is_conditional || is_touching),
        "a commit about a person names no person",
    )?;
    let creates = |write: &Write| matches!(write, Write::PutState(_));
    require(
        commit.expected != Expected::New || !is_touching || writes.iter().any(creates),
        "a new person has no state",
    )?;
    let deletes = |write: &&Write| matches!(write, Write::DeletePerson);
    let mut after = writes.iter().skip_while(|write| !deletes(write)).skip(1);
    require(!after.any(is_about_person), "a deleted person is changed")?;
    writes.iter().try_for_each(admit_write)
}

fn admit_write(write: &Write) -> Result<(), Failure> {
    match write {
        Write::PutState(state) | Write::SetAside { state, .. } => require(
            state.len() <= SEALED_BYTES_MAX,
            "a person's state is longer than 1 MiB",
        ),
        Write::PutItem(item) => require(
            item.sealed.len() <= SEALED_BYTES_MAX,
            "an item is longer than 1 MiB",
        ),
        Write::PutRecord(record) => {
            let key = record.key.len();
            require(key <= KEY_BYTES_MAX, "a record's key is longer than 1 KiB")?;
            let value = record.value.len();
            require(value <= RECORD_BYTES_MAX, "a record is longer than 16 MiB")
        }
        Write::DeleteItem(..)
        | Write::Claim(_)
        | Write::Unclaim(_)
        | Write::PutAnchor { .. }
        | Write::DeletePerson
        | Write::DeleteRecord(..) => Ok(()),
    }
}

/// Whether a change is one of a person, so that the person's version goes up.
pub fn is_about_person(write: &Write) -> bool {
    match write {
        Write::PutState(_)
        | Write::PutItem(_)
        | Write::DeleteItem(..)
        | Write::Claim(_)
        | Write::Unclaim(_)
        | Write::PutAnchor { .. }
        | Write::SetAside { .. }
        | Write::DeletePerson => true,
        Write::PutRecord(_) | Write::DeleteRecord(..) => false,
    }
}

/// Refuses a word that not every engine could store.
pub fn admit_word(word: &str) -> Result<(), Failure> {
    let is_short = word.len() <= WORD_BYTES_MAX;
    require(is_short, "a word is longer than 16 KiB")?;
    require(!word.contains('\0'), "a word has a byte of nought in it")
}

/// Refuses bookkeeping that changes more than records.
pub fn admit_bookkeeping(writes: &[Write]) -> Result<(), Failure> {
    require(
        writes.len() <= WRITES_MAX,
        "bookkeeping has more than 20,000 changes",
    )?;
    require(
        !writes.iter().any(is_about_person),
        "a person is changed without an entry",
    )?;
    writes.iter().try_for_each(admit_write)
}

/// Roughly how many bytes a commit takes; groups are bounded by it.
pub fn weight(commit: &Commit) -> usize {
    let writes = commit.writes.iter().map(weight_of_write);
    commit.entry.len() + 32 + writes.sum::<usize>()
}

/// Roughly how many bytes a change takes.
pub fn weight_of_write(write: &Write) -> usize {
    match write {
        Write::PutState(state) => state.len() + 64,
        Write::SetAside {
            state, unclaimed, ..
        } => state.len() + 64 * unclaimed.len() + 64,
        Write::PutItem(item) => item.sealed.len() + 64,
        Write::PutRecord(record) => record.key.len() + record.value.len() + 64,
        Write::DeleteItem(..)
        | Write::Claim(_)
        | Write::Unclaim(_)
        | Write::PutAnchor { .. }
        | Write::DeletePerson
        | Write::DeleteRecord(..) => 128,
    }
}

/// The failure of a thing that cannot be stored as it stands, unless a condition holds.
pub fn require(holds: bool, otherwise: &'static str) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::Invalid(otherwise))
    }
}
