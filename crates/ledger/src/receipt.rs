//! A receipt: the proof that an entry is in the ledger, as a file a person keeps.
//!
//! Owns the text of C2SP tlog-proof. It never needs the log again: the file, the entry and the
//! log's verifier key are all it takes to check it.

use std::fmt;

use data_encoding::BASE64;

use crate::checkpoint::{Checkpoint, parse_decimal};
use crate::fault::{Fault, Malformed, Rejected, Wrong};
use crate::hash::{Hash, leaf};
use crate::note::{NOTE_BYTES_MAX, Verifier};
use crate::proof::{TileHashes, inclusion, verify_inclusion};
use crate::reader::TileReader;

const FORMAT: &str = "receipt";
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// No tree of up to 2⁶⁴ − 1 entries needs more hashes to prove inclusion.
const PROOF_HASHES_MAX: usize = 64;

/// A proof of inclusion with everything but the log's key. Its file name ends in `.tlog-proof`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The place of the entry in the log, from zero.
    pub index: u64,
    /// The hashes beside the way from the leaf up to the root.
    pub proof: Vec<Hash>,
    /// The signed checkpoint, word for word.
    pub checkpoint: String,
    /// What else the file carries: in receipts that this crate issues, the bytes of the entry.
    /// They are not signed as such; hashing them up to the root is what proves them.
    pub extra: Option<Vec<u8>>,
}

impl Receipt {
    /// Makes the receipt for the entry at `index` against a signed checkpoint, and checks it
    /// before handing it out.
    ///
    /// # Errors
    /// [`Fault`] if the checkpoint is not by one of the logs or does not cover the index, if a
    /// file of the log cannot be used, or if the files do not lead from this entry to the root.
    pub fn issue(
        reader: impl TileReader,
        checkpoint: &str,
        logs: &[Verifier],
        index: u64,
        entry: &[u8],
    ) -> Result<Self, Fault> {
        let rejected = |why: Rejected| Fault::new("checkpoint", Some(index), why.into());
        let opened = Checkpoint::open(checkpoint, logs).map_err(rejected)?;
        let size = opened.size();
        let proof = inclusion(&mut TileHashes::new(reader, size), index, size)?;
        verify_inclusion(&leaf(entry), index, size, &proof, opened.root())
            .map_err(|_| Fault::new("checkpoint", Some(index), Wrong::Root { size }))?;
        let (checkpoint, extra) = (checkpoint.to_owned(), Some(entry.to_vec()));
        Ok(Self {
            index,
            proof,
            checkpoint,
            extra,
        })
    }

    /// Reads a receipt. Only the spelling that printing gives is accepted.
    ///
    /// # Errors
    /// [`Malformed`], naming the line that breaks the rules. The checkpoint is read when the
    /// receipt is checked.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = |reason| Malformed::new(FORMAT, reason);
        let (head, checkpoint) = text.split_once("\n\n").ok_or(malformed("no blank line"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(malformed("the first line is not `c2sp.org/tlog-proof@v1`"));
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => {
                let encoded = line.trim_start_matches("extra ").as_bytes();
                let decoded = BASE64.decode(encoded);
                Some(decoded.map_err(|_| malformed("the extra data is not base64"))?)
            }
            None => None,
        };
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(parse_decimal)
            .ok_or(malformed("expected `index` and a plain decimal"))?;
        let proof: Vec<Hash> = lines
            .map(|line| Hash::from_base64(line).ok_or(malformed("a hash is not base64")))
            .collect::<Result<_, _>>()?;
        if proof.len() > PROOF_HASHES_MAX {
            return Err(malformed("it has more hashes than any tree needs"));
        }
        if checkpoint.len() > NOTE_BYTES_MAX {
            return Err(malformed("the checkpoint is longer than a mebibyte"));
        }
        let receipt = Self {
            index,
            proof,
            checkpoint: checkpoint.to_owned(),
            extra,
        };
        if receipt.to_string() == text {
            Ok(receipt)
        } else {
            Err(malformed("spelled otherwise"))
        }
    }

    /// Checks that exactly this entry is at the receipt's index in a log whose key is among
    /// `logs`. Gives the checkpoint that proves it.
    ///
    /// Signatures by witnesses are read by [`crate::note::open`] on [`Receipt::checkpoint`].
    ///
    /// # Errors
    /// [`Rejected`], with the first reason.
    pub fn verify(&self, entry: &[u8], logs: &[Verifier]) -> Result<Checkpoint, Rejected> {
        let checkpoint = Checkpoint::open(&self.checkpoint, logs)?;
        let (size, root) = (checkpoint.size(), checkpoint.root());
        verify_inclusion(&leaf(entry), self.index, size, &self.proof, root)?;
        Ok(checkpoint)
    }

    /// Checks a receipt that carries its entry, and gives both the checkpoint and the entry.
    ///
    /// # Errors
    /// [`Rejected`], with the first reason; also where no entry is carried.
    pub fn open(&self, logs: &[Verifier]) -> Result<(Checkpoint, &[u8]), Rejected> {
        let entry = self.extra.as_deref();
        let entry = entry.ok_or(Malformed::new(FORMAT, "it does not carry its entry"))?;
        Ok((self.verify(entry, logs)?, entry))
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(formatter, "extra {}", BASE64.encode(extra))?;
        }
        writeln!(formatter, "index {}", self.index)?;
        for hash in &self.proof {
            writeln!(formatter, "{}", hash.to_base64())?;
        }
        write!(formatter, "\n{}", self.checkpoint)
    }
}
