//! The ledger: an append-only Merkle log whose every claim can be checked by a stranger.
//!
//! Bytes in, bytes out. This crate owns the encoding of an entry, the tree over the entries, the
//! files that make up a log, signed checkpoints, receipts and the audit that derives all of them
//! again. It never touches a disk, a network, a clock or a source of randomness, and it never
//! holds personal information: an entry has no place to put any.
//!
//! From the inside out:
//!
//! | module | owns |
//! |---|---|
//! | [`hash`] | the tree's hash function and its right edge |
//! | [`tile`] | the names and the contents of the files a tree consists of |
//! | [`reader`] | how this crate asks for a file |
//! | [`note`] | signed text: keys, signing, opening |
//! | [`checkpoint`] | the text that is signed: origin, size, root |
//! | [`proof`] | inclusion and consistency |
//! | [`receipt`] | a proof of inclusion as a file a person keeps |
//! | [`entry`] | what one act leaves behind, and the commitment to whom it concerned |
//! | [`log`] | appending: entries in, files to write out |
//! | [`audit`] | checking: files in, the first fault out |
//!
//! The formats are RFC 6962 and the C2SP specifications signed-note, tlog-checkpoint, tlog-tiles
//! and tlog-proof; `docs/formats/ledger.md` is normative for what is ours.

#![deny(missing_docs)]

pub mod audit;
pub mod checkpoint;
pub mod entry;
pub mod fault;
pub mod hash;
pub mod log;
pub mod note;
pub mod proof;
pub mod reader;
pub mod receipt;
pub mod tile;

pub use audit::{Report, verify_log};
pub use checkpoint::Checkpoint;
pub use entry::{Entry, commitment};
pub use fault::{Fault, Malformed, Rejected, Wrong};
pub use hash::{Frontier, Hash};
pub use log::{File, Log};
pub use note::{SigningKey, Verifier};
pub use reader::{MemoryReader, TileReader, Unavailable};
pub use receipt::Receipt;
pub use tile::Tile;
