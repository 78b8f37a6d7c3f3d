//! What can be wrong, in the words of whoever has to act on it.
//!
//! Owns the crate's error types. They never quote what they were given beyond names of files,
//! keys and logs: text that failed to parse may be anything.

use crate::reader::Unavailable;

/// Bytes or text that do not follow the format they were read as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {format}: {reason}")]
pub struct Malformed {
    /// What the bytes were read as, such as `checkpoint`.
    pub format: &'static str,
    /// Which rule of the format is broken.
    pub reason: &'static str,
}

impl Malformed {
    pub(crate) const fn new(format: &'static str, reason: &'static str) -> Self {
        Self { format, reason }
    }
}

/// Why a note, a checkpoint, a proof or a receipt is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It does not follow its format.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// None of its signatures is by a key we were told to trust.
    #[error("no signature is by a known key; was the log's verifier key given?")]
    Unsigned,
    /// A key we know is named, and its signature is not that key's signature of this text.
    #[error("the signature by `{name}` is wrong: the text was changed after it was signed")]
    Signature {
        /// The name of the key.
        name: String,
    },
    /// It is signed, but not by the log it says it comes from.
    #[error("the checkpoint of `{origin}` is not signed by a key of that name")]
    Origin {
        /// The origin line of the checkpoint.
        origin: String,
    },
    /// The index is not in the tree, or the sizes are in the wrong order.
    #[error("index or size {asked} is outside the tree of size {size}")]
    Range {
        /// The index or the smaller size asked about.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root: the entry, the proof or the root was changed")]
    Proof,
}

/// The first thing found wrong with a log: where, and what.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {wrong}", entry_suffix(*.index))]
pub struct Fault {
    /// The path of the file inside the log, such as `tile/0/x001/234`.
    pub file: String,
    /// The first entry concerned, where it can be told.
    pub index: Option<u64>,
    /// What is wrong with it.
    pub wrong: Wrong,
}

impl Fault {
    pub(crate) fn new(file: impl Into<String>, index: Option<u64>, wrong: Wrong) -> Self {
        Self {
            file: file.into(),
            index,
            wrong,
        }
    }
}

fn entry_suffix(index: Option<u64>) -> String {
    index.map_or_else(String::new, |index| format!(", entry {index}"))
}

/// What is wrong with a file of a log.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The reader could not answer; nothing is known about the log. Try again.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The file is not there, though the checkpoint commits to it.
    #[error("the file is missing")]
    Missing,
    /// The file ends too early.
    #[error("the file is too short: {found} bytes end before what the checkpoint commits to")]
    Truncated {
        /// The bytes there are.
        found: usize,
    },
    /// The file goes on after its end.
    #[error("the file is too long: it should end after {expected} bytes and has {found}")]
    Extended {
        /// The bytes there should be.
        expected: usize,
        /// The bytes there are.
        found: usize,
    },
    /// The hash in this file is not the hash of what it stands for.
    #[error("the hash does not match `{below}`: one of the two files was changed")]
    Hash {
        /// The file whose contents were hashed.
        below: String,
    },
    /// All files agree with each other and not with the signed root.
    #[error("the root of the {size} entries is not the signed one: the log was rewritten")]
    Root {
        /// The size of the tree whose root differs.
        size: u64,
    },
    /// The checkpoint is smaller than one seen before: the log was cut back.
    #[error("the log has {size} entries but had {earlier} before: its end was cut off")]
    CutBack {
        /// The size in the checkpoint under audit.
        size: u64,
        /// The size in the checkpoint that was kept.
        earlier: u64,
    },
    /// A checkpoint that was kept from before is another log's.
    #[error("the checkpoint kept from before is that of another log, `{origin}`")]
    OtherLog {
        /// The origin line of the checkpoint that was kept.
        origin: String,
    },
    /// The checkpoint is not to be believed.
    #[error(transparent)]
    Checkpoint(#[from] Rejected),
    /// The caller found the entry itself wrong.
    #[error("the entry is wrong: {0}")]
    Entry(String),
}
