//! Appending: entries in, files to write out.
//!
//! Owns the state of a growing log: its right edge and nothing else. It never writes a file and
//! never signs. The same entries in the same order always give the same files, so whatever was
//! interrupted is simply done again.
//!
//! # The order of writing
//!
//! 1. Make every [`File`] that [`Log::append`] returned durable, in any order.
//! 2. Then sign [`Log::checkpoint`] and replace the file `checkpoint` in one step.
//! 3. Only then let go of the entries wherever they waited, and hand out receipts for them.
//! 4. If wanted, delete the outgrown folders that [`crate::tile::completed`] names.
//!
//! What a crash leaves, and what to do:
//!
//! - Within 1: the last checkpoint, and files beyond it, some of them cut short. Resume from that
//!   checkpoint and append the same entries again: every one of those files is written again.
//! - Between 1 and 2: the same with all files complete. Do the same; where the batches are the
//!   same, identical bytes replace identical bytes.
//! - Within 2: the last checkpoint or the new one. Resume from whichever is there.
//! - Before 3: entries that wait although the log has them. Those below the checkpoint's size are
//!   done; go on with the one at that index.
//! - Within 4: folders that nobody reads. Delete them, or do nothing.
//!
//! No step changes a file that a published checkpoint covers: full tiles do not change, and a
//! partial tile has its width in its name. A resumed log checks what it stands on against the
//! checkpoint's root before it grows.

use crate::checkpoint::Checkpoint;
use crate::fault::{Fault, Malformed, Wrong};
use crate::hash::{Frontier, HASH_BYTES, Hash, leaf};
use crate::proof::complete_root;
use crate::reader::{TileReader, fetch, fetch_hashes};
use crate::tile::{
    ENTRY_BYTES_MAX, Kind, LEVELS, TILE_WIDTH, Tile, TooLong, push_entry, right_edge, split_bundle,
};

const TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;
const TILE_LEVELS: u8 = 8;

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where, inside the log.
    pub path: String,
    /// What.
    pub bytes: Vec<u8>,
}

impl File {
    fn new(tile: Tile, bytes: Vec<u8>) -> Self {
        Self {
            path: tile.path(),
            bytes,
        }
    }
}

/// A log that can grow: the right edge of its tree and the entries of its last bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    frontier: Frontier,
    /// The bytes of the partial tile of each level, lowest first; empty where there is none.
    edges: [Vec<u8>; LEVELS as usize],
    /// The bytes of the partial bundle; empty where there is none.
    bundle: Vec<u8>,
}

impl Log {
    /// A log without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up the log that a checkpoint covers, reading only its partial files.
    ///
    /// Files that go beyond the checkpoint are not looked at; appending writes them again.
    ///
    /// # Errors
    /// [`Fault`] if a file is missing or damaged, or if they do not lead to the checkpoint's root.
    pub fn resume(checkpoint: &Checkpoint, reader: &impl TileReader) -> Result<Self, Fault> {
        let size = checkpoint.size();
        let mut log = Self::default();
        for tile in right_edge(size) {
            if let Kind::Hashes { level } = tile.kind()
                && let Some(edge) = log.edges.get_mut(usize::from(level))
            {
                *edge = fetch_hashes(reader, tile)?.bytes;
            }
        }
        log.frontier = peaks(size, &log.edges).ok_or_else(|| root_fault(checkpoint))?;
        if log.root() != *checkpoint.root() {
            return Err(root_fault(checkpoint));
        }
        if let Some(tile) = right_edge(size).find(|tile| tile.kind() == Kind::Entries) {
            log.resume_bundle(tile, reader)?;
        }
        Ok(log)
    }

    /// Reads the partial bundle and checks it against the lowest tile, which is known to be good.
    fn resume_bundle(&mut self, tile: Tile, reader: &impl TileReader) -> Result<(), Fault> {
        let fetched = fetch(reader, tile)?;
        let fault = |(position, wrong)| {
            Fault::new(fetched.path.clone(), Some(tile.entry_at(position)), wrong)
        };
        let entries = split_bundle(&fetched.bytes, fetched.found.width()).map_err(fault)?;
        let [hashes, ..] = &self.edges;
        let mut bundle = Vec::with_capacity(fetched.bytes.len());
        for ((entry, hash), position) in entries.iter().zip(hashes.chunks(HASH_BYTES)).zip(0..) {
            if leaf(entry).as_bytes() != hash {
                let level = Kind::Hashes { level: 0 };
                let below = Tile::in_tree(level, tile.index(), self.size());
                let below = below.map(|tile| tile.path()).unwrap_or_default();
                return Err(fault((position, Wrong::Hash { below })));
            }
            push_entry(&mut bundle, entry).map_err(|_| {
                fault((
                    position,
                    Wrong::Truncated {
                        found: fetched.bytes.len(),
                    },
                ))
            })?;
        }
        self.bundle = bundle;
        Ok(())
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over them.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// What is to be signed once the files are durable.
    ///
    /// # Errors
    /// [`Malformed`] if the origin cannot be one.
    pub fn checkpoint(&self, origin: &str) -> Result<Checkpoint, Malformed> {
        Checkpoint::new(origin, self.size(), self.root())
    }

    /// Appends entries and gives the files to write: each tile and bundle that became full, and
    /// each last one that grew, once per call. Nothing is returned for no entries.
    ///
    /// # Errors
    /// [`TooLong`] if any of the entries is; then none is appended.
    pub fn append<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> Result<Vec<File>, TooLong> {
        let mut lengths = entries.iter().map(|entry| entry.as_ref().len());
        if let Some(bytes) = lengths.find(|length| *length > ENTRY_BYTES_MAX) {
            return Err(TooLong { bytes });
        }
        let before = self.size();
        let mut files = Vec::new();
        for entry in entries {
            self.push(entry.as_ref(), &mut files)?;
        }
        let grown = right_edge(self.size()).filter(|tile| {
            // The last place of the tile was not there before.
            Tile::in_tree(tile.kind(), tile.index(), before) != Some(*tile)
        });
        for tile in grown {
            let bytes = match tile.kind() {
                Kind::Entries => Some(&self.bundle),
                Kind::Hashes { level } => self.edges.get(usize::from(level)),
            };
            files.extend(bytes.map(|bytes| File::new(tile, bytes.clone())));
        }
        Ok(files)
    }

    /// Appends one entry and moves what became full into `files`.
    fn push(&mut self, entry: &[u8], files: &mut Vec<File>) -> Result<(), TooLong> {
        push_entry(&mut self.bundle, entry)?;
        let size = self.size() + 1;
        let last = |kind, index| Tile::in_tree(kind, index, size);
        let edges = &mut self.edges;
        self.frontier.push_each(leaf(entry), |level, hash| {
            // Only every eighth level of the binary tree is a level of tiles.
            let (tile_level, between) = (level / TILE_LEVELS, level % TILE_LEVELS);
            let Some(edge) = edges
                .get_mut(usize::from(tile_level))
                .filter(|_| between == 0)
            else {
                return;
            };
            edge.extend_from_slice(hash.as_bytes());
            if edge.len() == TILE_BYTES {
                let index = ((size - 1) >> level) / u64::from(TILE_WIDTH);
                let full = std::mem::replace(edge, Vec::with_capacity(TILE_BYTES));
                let tile = last(Kind::Hashes { level: tile_level }, index);
                files.extend(tile.map(|tile| File::new(tile, full)));
            }
        });
        if size.is_multiple_of(u64::from(TILE_WIDTH)) {
            let tile = last(Kind::Entries, (size - 1) / u64::from(TILE_WIDTH));
            let full = std::mem::take(&mut self.bundle);
            files.extend(tile.map(|tile| File::new(tile, full)));
        }
        Ok(())
    }
}

/// The right edge of the binary tree, from the partial tile of each level.
fn peaks(size: u64, edges: &[Vec<u8>]) -> Option<Frontier> {
    let mut peaks = Vec::new();
    for edge in edges.iter().rev() {
        let mut rest = edge.as_slice();
        // A tile of 13 hashes stands for subtrees over 8, 4 and 1 of them.
        while let Some(bit) = (rest.len() / HASH_BYTES).checked_ilog2() {
            let (complete, after) = rest.split_at_checked(HASH_BYTES << bit)?;
            peaks.push(complete_root(complete)?);
            rest = after;
        }
    }
    Frontier::from_peaks(size, peaks)
}

fn root_fault(checkpoint: &Checkpoint) -> Fault {
    let size = checkpoint.size();
    Fault::new("checkpoint", None, Wrong::Root { size })
}
