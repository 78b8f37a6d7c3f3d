//! Where a reading stands, in a form that survives a restart. It never holds content.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The bytes at the start of an input that its fingerprint covers.
pub const FINGERPRINT_BYTES: u16 = 4096;

/// Where a reading stands: between two records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Records given out so far.
    pub records: u64,
    /// Records rejected so far.
    pub rejected: u64,
    /// The number of the line that comes next, from 1.
    pub line: u64,
    /// Bytes of the decompressed input read so far.
    pub offset: u64,
    /// The fingerprint of what the input begins with.
    pub fingerprint: Fingerprint,
    /// In a folder of messages: the name of the last message read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// In a log that says what its columns are: what it said last, with the day if it said one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
}

/// A fingerprint of what an input begins with: FNV-1a of 128 bits over at most the first 4 KiB of
/// what has been read. It tells inputs apart that got mixed up; it is no protection against
/// somebody who makes two inputs collide on purpose.
///
/// It depends neither on the length of the input nor on its dates, so that a log that has grown
/// is still itself.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint {
    bytes: u16,
    digest: u128,
}

impl Fingerprint {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    /// Takes in the next bytes of the input, as far as they are among the first 4 KiB.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        let room = usize::from(FINGERPRINT_BYTES.saturating_sub(self.bytes));
        for byte in bytes.iter().take(room) {
            self.digest = (self.digest ^ u128::from(*byte)).wrapping_mul(Self::PRIME);
            self.bytes = self.bytes.saturating_add(1);
        }
    }

    /// Whether further bytes would change nothing.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= FINGERPRINT_BYTES
    }
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self {
            bytes: 0,
            digest: Self::BASIS,
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:032x}", self.bytes, self.digest)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Fingerprint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let problem = "a fingerprint is a number up to 4096, a hyphen and 32 hexadecimal digits";
        let (bytes, digest) = text.split_once('-').ok_or(problem)?;
        let bytes: u16 = bytes.parse().map_err(|_| problem)?;
        if bytes > FINGERPRINT_BYTES || digest.len() != 32 {
            return Err(problem);
        }
        let digest = u128::from_str_radix(digest, 16).map_err(|_| problem)?;
        Ok(Self { bytes, digest })
    }
}
