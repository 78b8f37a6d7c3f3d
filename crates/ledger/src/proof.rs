//! Inclusion and consistency: that an entry is in a tree, and that a tree is the start of another.
//!
//! Owns the proofs of RFC 6962 section 2.1 and their checking as RFC 9162 sections 2.1.3 and 2.1.4
//! describe it. It never says whose tree it is: a root is believed because a note was.

use std::collections::BTreeMap;

use crate::fault::{Fault, Rejected, Wrong};
use crate::hash::{HASH_BYTES, Hash, empty_root, node};
use crate::reader::{Fetched, TileReader, fetch_hashes};
use crate::tile::{Kind, Tile};

/// The levels of the binary tree that one level of tiles spans.
const TILE_LEVELS: u8 = 8;

/// A source of the hashes of complete subtrees.
pub trait HashReader {
    /// The root of the subtree over the entries from `index` · 2^`level` on, 2^`level` of them.
    ///
    /// # Errors
    /// [`Fault`] naming the file that is wrong or cannot be read.
    fn hash(&mut self, level: u8, index: u64) -> Result<Hash, Fault>;
}

/// The hashes of a tree as its tiles hold them. A tile is read once.
///
/// Nothing read is believed: a proof made of wrong hashes does not lead to the signed root.
pub struct TileHashes<R> {
    reader: R,
    size: u64,
    tiles: BTreeMap<Tile, Fetched>,
}

impl<R: TileReader> TileHashes<R> {
    /// Reads the tree of `size` entries.
    pub fn new(reader: R, size: u64) -> Self {
        Self {
            reader,
            size,
            tiles: BTreeMap::new(),
        }
    }

    fn tile(&mut self, tile: Tile) -> Result<&Fetched, Fault> {
        if !self.tiles.contains_key(&tile) {
            let fetched = fetch_hashes(&self.reader, tile)?;
            self.tiles.insert(tile, fetched);
        }
        self.tiles
            .get(&tile)
            .ok_or_else(|| Fault::new(tile.path(), None, Wrong::Missing))
    }
}

impl<R: TileReader> HashReader for TileHashes<R> {
    fn hash(&mut self, level: u8, index: u64) -> Result<Hash, Fault> {
        let above = level % TILE_LEVELS;
        let level = level / TILE_LEVELS;
        // The subtree stands on 2^above consecutive hashes of one tile.
        let tile_index = index >> (TILE_LEVELS - above);
        let tile = Tile::in_tree(Kind::Hashes { level }, tile_index, self.size)
            .ok_or_else(|| out_of_range(index, self.size))?;
        let count = 1usize << above;
        // Its first place in the tile is what the tile's own index leaves over.
        let [.., first] = (index << above).to_be_bytes();
        let first = usize::from(first);
        let fetched = self.tile(tile)?;
        fetched
            .bytes
            .get(first * HASH_BYTES..(first + count) * HASH_BYTES)
            .and_then(complete_root)
            .ok_or_else(|| Fault::new(fetched.path.clone(), None, Wrong::Missing))
    }
}

/// The root over a power of two of hashes, given as their bytes.
pub(crate) fn complete_root(bytes: &[u8]) -> Option<Hash> {
    let mut hashes: Vec<Hash> = bytes
        .chunks_exact(HASH_BYTES)
        .filter_map(Hash::from_slice)
        .collect();
    while hashes.len() > 1 {
        hashes = hashes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[left, right]| node(left, right))
            .collect();
    }
    hashes.pop()
}

fn out_of_range(asked: u64, size: u64) -> Fault {
    let wrong = Rejected::Range { asked, size };
    Fault::new("checkpoint", Some(asked), Wrong::Checkpoint(wrong))
}

/// The largest power of two below `count`, where RFC 6962 splits a tree of so many leaves.
fn split_point(count: u64) -> u64 {
    count
        .saturating_sub(1)
        .checked_ilog2()
        .map_or(0, |bit| 1 << bit)
}

/// The root over the entries from `start` to before `end`, where `start` is one of the places at
/// which RFC 6962 splits: a multiple of a power of two that is not less than their number.
fn range_root(hashes: &mut impl HashReader, start: u64, end: u64) -> Result<Hash, Fault> {
    let mut complete = Vec::new();
    let mut from = start;
    while let Some(bit) = (end - from).checked_ilog2() {
        let level = u8::try_from(bit).unwrap_or(u8::MAX);
        complete.push(hashes.hash(level, from >> bit)?);
        from += 1 << bit;
    }
    let root = complete
        .into_iter()
        .rev()
        .reduce(|right, left| node(&left, &right));
    Ok(root.unwrap_or_else(empty_root))
}

/// The proof that the entry at `index` is in the tree of `size` entries: the sibling of the leaf
/// first, the child of the root last.
///
/// # Errors
/// [`Fault`] if the index is outside the tree or a file cannot be used.
pub fn inclusion(hashes: &mut impl HashReader, index: u64, size: u64) -> Result<Vec<Hash>, Fault> {
    if index >= size {
        return Err(out_of_range(index, size));
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split_point(end - start);
        if index < middle {
            proof.push(range_root(hashes, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(hashes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the first `earlier` entries of the tree of `later` are the tree of `earlier`.
/// It is empty for equal sizes and for an earlier tree without entries.
///
/// # Errors
/// [`Fault`] if `earlier` is larger than `later` or a file cannot be used.
pub fn consistency(
    hashes: &mut impl HashReader,
    earlier: u64,
    later: u64,
) -> Result<Vec<Hash>, Fault> {
    if earlier > later {
        return Err(out_of_range(earlier, later));
    }
    if earlier == 0 {
        return Ok(Vec::new());
    }
    let (mut start, mut end) = (0, later);
    let mut proof = Vec::new();
    while earlier != end {
        let middle = start + split_point(end - start);
        if earlier <= middle {
            proof.push(range_root(hashes, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(hashes, start, middle)?);
            start = middle;
        }
    }
    // The checker knows the earlier root already unless it is only a part of that tree.
    if start > 0 {
        proof.push(range_root(hashes, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Walks up from a node, as its place and the last node's place at the same level.
struct Climb {
    place: u64,
    last: u64,
}

impl Climb {
    fn up(&mut self) {
        self.place >>= 1;
        self.last >>= 1;
    }

    /// Whether the sibling is on the left; if so, goes on to where the parent has a sibling too.
    fn sibling_is_left(&mut self) -> bool {
        let left = self.place & 1 == 1 || self.place == self.last;
        if left {
            while self.place & 1 == 0 && self.place != 0 {
                self.up();
            }
        }
        left
    }
}

/// Checks that the entry with this leaf hash is at `index` in the tree with this size and root
/// (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// [`Rejected::Range`] or [`Rejected::Proof`].
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), Rejected> {
    if index >= size {
        return Err(Rejected::Range { asked: index, size });
    }
    let mut climb = Climb {
        place: index,
        last: size - 1,
    };
    let mut hash = *leaf;
    for sibling in proof {
        if climb.last == 0 {
            return Err(Rejected::Proof);
        }
        hash = if climb.sibling_is_left() {
            node(sibling, &hash)
        } else {
            node(&hash, sibling)
        };
        climb.up();
    }
    if climb.last == 0 && hash == *root {
        Ok(())
    } else {
        Err(Rejected::Proof)
    }
}

/// A tree as a checkpoint states it: its size and its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tree {
    /// The number of entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Checks that the earlier tree is the start of the later one (RFC 9162 section 2.1.4.2). Trees
/// of equal size need equal roots, and the tree without entries starts every tree.
///
/// # Errors
/// [`Rejected::Range`] or [`Rejected::Proof`].
pub fn verify_consistency(earlier: &Tree, later: &Tree, proof: &[Hash]) -> Result<(), Rejected> {
    if earlier.size > later.size {
        return Err(Rejected::Range {
            asked: earlier.size,
            size: later.size,
        });
    }
    if earlier.size == later.size || earlier.size == 0 {
        let roots = earlier.size == 0 || earlier.root == later.root;
        let empty = [earlier, later]
            .iter()
            .all(|tree| tree.size > 0 || tree.root == empty_root());
        return if roots && empty && proof.is_empty() {
            Ok(())
        } else {
            Err(Rejected::Proof)
        };
    }
    let mut climb = Climb {
        place: earlier.size - 1,
        last: later.size - 1,
    };
    while climb.place & 1 == 1 {
        climb.up();
    }
    // An earlier tree that is complete is itself the first node; a proof does not repeat it.
    let (first, rest) = if earlier.size.is_power_of_two() {
        (&earlier.root, proof)
    } else {
        proof.split_first().ok_or(Rejected::Proof)?
    };
    let (mut earlier_hash, mut later_hash) = (*first, *first);
    for sibling in rest {
        if climb.last == 0 {
            return Err(Rejected::Proof);
        }
        if climb.sibling_is_left() {
            earlier_hash = node(sibling, &earlier_hash);
            later_hash = node(sibling, &later_hash);
        } else {
            later_hash = node(&later_hash, sibling);
        }
        climb.up();
    }
    let both = earlier_hash == earlier.root && later_hash == later.root;
    if both && climb.last == 0 {
        Ok(())
    } else {
        Err(Rejected::Proof)
    }
}
