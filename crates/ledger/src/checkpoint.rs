//! The text a log signs: who it is, how many entries it has, and their root.
//!
//! Owns C2SP tlog-checkpoint. It never signs and never judges who signed, beyond asking for a
//! signature by the log itself.

use crate::fault::{Malformed, Rejected};
use crate::hash::Hash;
use crate::note::{self, Algorithm, Verifier};

const FORMAT: &str = "checkpoint";

/// The state of a log that a signature vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// States that the log named `origin` has `size` entries with this root.
    ///
    /// # Errors
    /// [`Malformed`] if the origin is empty or has spaces, a plus sign or control characters: it
    /// is also the name of the log's key.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, Malformed> {
        note::check_name(origin)
            .map_err(|_| Malformed::new(FORMAT, "the origin is empty or has a space or a plus"))?;
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
        })
    }

    /// The log's identity, such as `ledger.example.org/kept`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree over them.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// The three lines that are signed.
    pub fn body(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            self.root.to_base64()
        )
    }

    /// Reads the three lines. Extension lines are refused: nobody could audit them.
    ///
    /// # Errors
    /// [`Malformed`], naming the line that breaks the rules.
    pub fn parse(body: &str) -> Result<Self, Malformed> {
        let malformed = |reason| Malformed::new(FORMAT, reason);
        let mut lines = body
            .strip_suffix('\n')
            .ok_or(malformed("the last line has no end"))?
            .split('\n');
        let origin = lines.next().ok_or(malformed("there is no origin"))?;
        let size = lines.next().ok_or(malformed("there is no size"))?;
        let size = parse_decimal(size).ok_or(malformed("the size is not a plain decimal"))?;
        let root = lines.next().ok_or(malformed("there is no root"))?;
        let root =
            Hash::from_base64(root).ok_or(malformed("the root is not base64 of 32 bytes"))?;
        if lines.next().is_some() {
            return Err(malformed("there are lines after the root"));
        }
        Self::new(origin, size, root)
    }

    /// Opens a signed checkpoint and asks for a signature by one of the given keys of logs, under
    /// the name in the checkpoint's own origin line.
    ///
    /// Witnesses' keys are ignored here: what they vouch for is read with [`note::open`].
    ///
    /// # Errors
    /// [`Rejected`], with the first reason.
    pub fn open(note: &str, logs: &[Verifier]) -> Result<Self, Rejected> {
        let opened = note::open(note, logs)?;
        let checkpoint = Self::parse(opened.text)?;
        let signed_by_the_log = opened.signatures.iter().any(|signature| {
            signature.name == checkpoint.origin && signature.algorithm == Algorithm::Ed25519
        });
        if signed_by_the_log {
            Ok(checkpoint)
        } else {
            Err(Rejected::Origin {
                origin: checkpoint.origin,
            })
        }
    }
}

/// Reads a decimal number as it would be printed: digits only, no leading zeros.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let canonical =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}
