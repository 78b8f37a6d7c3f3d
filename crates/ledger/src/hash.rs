//! The tree's hash function and its right edge.
//!
//! Owns RFC 6962 section 2.1: how a leaf and a node are hashed, and the root of a growing tree in
//! constant space. It never knows what an entry means or where a hash is stored.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256, digest};
use data_encoding::{BASE64, HEXLOWER};

/// The bytes in a hash.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 value: a leaf, a node, a root or a commitment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; HASH_BYTES]);

impl Hash {
    /// Reads the hash from exactly 32 bytes, or answers `None`.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        <[u8; HASH_BYTES]>::try_from(bytes).ok().map(Self)
    }

    /// Reads a hash from canonical padded base64, or answers `None`.
    pub fn from_base64(text: &str) -> Option<Self> {
        Self::from_slice(&BASE64.decode(text.as_bytes()).ok()?)
    }

    /// The hash in padded base64, as checkpoints and proofs write it.
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.0)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hash({})", HEXLOWER.encode(&self.0))
    }
}

/// The hash of an entry: SHA-256 of a zero byte and the entry (RFC 6962 section 2.1).
pub fn leaf(entry: &[u8]) -> Hash {
    // An entry is mostly some hundred bytes: copying it next to its prefix on the stack is cheaper
    // than a streaming context.
    const ON_STACK: usize = 1024;
    let mut buffer = [0u8; ON_STACK];
    if let Some(message) = buffer.get_mut(..=entry.len())
        && let Some((_, rest)) = message.split_first_mut()
    {
        rest.copy_from_slice(entry);
        return sha256(message);
    }
    let mut context = Context::new(&SHA256);
    context.update(&[0]);
    context.update(entry);
    to_hash(context.finish().as_ref())
}

/// The hash of an inner node: SHA-256 of a one byte and both children (RFC 6962 section 2.1).
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut message = [1u8; 1 + 2 * HASH_BYTES];
    let (_, children) = message.split_at_mut(1);
    let (first, second) = children.split_at_mut(HASH_BYTES);
    first.copy_from_slice(&left.0);
    second.copy_from_slice(&right.0);
    sha256(&message)
}

/// The root of the tree without entries: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// Plain SHA-256.
pub(crate) fn sha256(message: &[u8]) -> Hash {
    to_hash(digest(&SHA256, message).as_ref())
}

fn to_hash(bytes: &[u8]) -> Hash {
    let mut hash = [0u8; HASH_BYTES];
    // SHA-256 always has 32 bytes, so the lengths agree.
    hash.copy_from_slice(bytes);
    Hash(hash)
}

/// The right edge of a tree: the roots of its complete subtrees, largest first.
///
/// It is all that appending needs to know of the past: one hash for every bit set in the size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a tree of `size` entries from the roots of its complete subtrees, largest
    /// first; `None` unless there is exactly one for each bit set in `size`.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (usize::try_from(size.count_ones()).ok()? == peaks.len()).then_some(Self { size, peaks })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf's hash on the right.
    pub fn push(&mut self, leaf: Hash) {
        self.push_each(leaf, |_, _| {});
    }

    /// Adds a leaf's hash and tells of each subtree that it completes, as (level, root), from the
    /// leaf itself (level 0) upwards.
    pub(crate) fn push_each(&mut self, leaf: Hash, mut completed: impl FnMut(u8, Hash)) {
        let mut root = leaf;
        let mut level = 0u8;
        completed(level, root);
        // Each trailing one bit of the size is a complete subtree waiting for its right sibling.
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            root = node(&left, &root);
            level += 1;
            completed(level, root);
        }
        self.peaks.push(root);
        self.size += 1;
    }

    /// The root of the tree as it stands.
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node(&left, &right))
            .unwrap_or_else(empty_root)
    }
}
