//! Checking a log: files in, the first fault out.
//!
//! Owns the derivation of everything from the entries up: leaf hashes, every tile of every level,
//! the root. It trusts the keys it was given and nothing it reads, needs constant memory whatever
//! the log's size, and never repairs anything.

use std::cell::Cell;

use crate::checkpoint::Checkpoint;
use crate::fault::{Fault, Rejected, Wrong};
use crate::hash::{Frontier, HASH_BYTES, Hash, leaf};
use crate::note::Verifier;
use crate::reader::{TileReader, Unavailable, fetch, fetch_hashes};
use crate::tile::{Kind, LEVELS, TILE_WIDTH, Tile, split_bundle};

const CHECKPOINT: &str = "checkpoint";
const TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;
const TILE_LEVELS: u8 = 8;

/// What a log without fault was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The checkpoint that everything was derived again for.
    pub checkpoint: Checkpoint,
    /// The files that were read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Derives the log again from its entries and compares every file and the signed root.
///
/// `earlier` are checkpoints that were seen before: the log must still begin with each of them,
/// which is how a rewritten, shortened or forked log is told from one that grew. `visit` is given
/// each index and entry once the entry is known to match the tree's lowest tile, and stops the
/// audit by answering with what is wrong with the entry. What it saw is proven only when the
/// audit ends without a fault.
///
/// # Errors
/// The first [`Fault`], in the order of the entries and upwards from the lowest tile.
pub fn verify_log(
    reader: &impl TileReader,
    checkpoint: &str,
    logs: &[Verifier],
    earlier: &[Checkpoint],
    mut visit: impl FnMut(u64, &[u8]) -> Result<(), String>,
) -> Result<Report, Fault> {
    let rejected = |why: Rejected| Fault::new(CHECKPOINT, None, why.into());
    let checkpoint = Checkpoint::open(checkpoint, logs).map_err(rejected)?;
    let size = checkpoint.size();
    let mut roots = expected_roots(&checkpoint, earlier)?;
    let counted = Counted {
        reader,
        files: Cell::new(0),
        bytes: Cell::new(0),
    };
    let mut derived = Derived::default();
    roots.check(&derived.frontier)?;
    for index in 0..size.div_ceil(u64::from(TILE_WIDTH)) {
        let Some(tile) = Tile::in_tree(Kind::Entries, index, size) else {
            break;
        };
        let fetched = fetch(&counted, tile)?;
        let fault = |(position, wrong)| {
            Fault::new(fetched.path.clone(), Some(tile.entry_at(position)), wrong)
        };
        let mut entries = split_bundle(&fetched.bytes, fetched.found.width()).map_err(fault)?;
        entries.truncate(usize::from(tile.width()));
        let mut forked = Ok(());
        for entry in &entries {
            derived.push(leaf(entry), &counted, size)?;
            forked = forked.and_then(|()| roots.check(&derived.frontier));
        }
        if derived.frontier.size() == size {
            derived.check_right_edge(&counted)?;
        }
        for (entry, position) in entries.iter().zip(0..) {
            visit(tile.entry_at(position), entry)
                .map_err(|what| fault((position, Wrong::Entry(what))))?;
        }
        // A wrong file explains a wrong root; without one the whole log was rewritten.
        forked?;
    }
    Ok(Report {
        checkpoint,
        files: counted.files.get(),
        bytes: counted.bytes.get(),
    })
}

/// The roots that must be met on the way, smallest tree first.
struct Roots {
    ascending: std::iter::Peekable<std::vec::IntoIter<(u64, Hash)>>,
}

fn expected_roots(checkpoint: &Checkpoint, earlier: &[Checkpoint]) -> Result<Roots, Fault> {
    let size = checkpoint.size();
    if let Some(cut) = earlier.iter().find(|seen| seen.size() > size) {
        let wrong = Wrong::CutBack {
            size,
            earlier: cut.size(),
        };
        return Err(Fault::new(CHECKPOINT, Some(size), wrong));
    }
    if let Some(other) = earlier
        .iter()
        .find(|seen| seen.origin() != checkpoint.origin())
    {
        let origin = other.origin().to_owned();
        return Err(Fault::new(CHECKPOINT, None, Wrong::OtherLog { origin }));
    }
    let all = earlier.iter().chain([checkpoint]);
    let mut roots: Vec<_> = all.map(|seen| (seen.size(), *seen.root())).collect();
    roots.sort_unstable();
    Ok(Roots {
        ascending: roots.into_iter().peekable(),
    })
}

impl Roots {
    /// Compares the root with every one that is known for this size.
    fn check(&mut self, frontier: &Frontier) -> Result<(), Fault> {
        let size = frontier.size();
        while let Some((_, root)) = self.ascending.next_if(|(known, _)| *known == size) {
            if frontier.root() != root {
                return Err(Fault::new(
                    CHECKPOINT,
                    size.checked_sub(1),
                    Wrong::Root { size },
                ));
            }
        }
        Ok(())
    }
}

/// What was derived so far: the right edge, and of each level the tile that is being filled.
#[derive(Default)]
struct Derived {
    frontier: Frontier,
    edges: [Vec<u8>; LEVELS as usize],
}

impl Derived {
    /// Adds a leaf; compares each tile that it fills with the file, lowest level first.
    fn push(&mut self, leaf: Hash, reader: &impl TileReader, size: u64) -> Result<(), Fault> {
        let before = self.frontier.size();
        let mut outcome = Ok(());
        let edges = &mut self.edges;
        self.frontier.push_each(leaf, |level, hash| {
            let (tile_level, between) = (level / TILE_LEVELS, level % TILE_LEVELS);
            let Some(edge) = edges
                .get_mut(usize::from(tile_level))
                .filter(|_| between == 0)
            else {
                return;
            };
            edge.extend_from_slice(hash.as_bytes());
            if edge.len() == TILE_BYTES && outcome.is_ok() {
                let index = (before >> level) / u64::from(TILE_WIDTH);
                let kind = Kind::Hashes { level: tile_level };
                if let Some(tile) = Tile::in_tree(kind, index, size) {
                    outcome = compare(tile, edge, reader);
                }
                edge.clear();
            }
        });
        outcome
    }

    /// Compares the partial tile of each level with the file, lowest level first.
    fn check_right_edge(&self, reader: &impl TileReader) -> Result<(), Fault> {
        for tile in crate::tile::right_edge(self.frontier.size()) {
            if let Kind::Hashes { level } = tile.kind()
                && let Some(edge) = self.edges.get(usize::from(level))
            {
                compare(tile, edge, reader)?;
            }
        }
        Ok(())
    }
}

/// Compares what was derived with what the file says, and names the first difference.
fn compare(tile: Tile, derived: &[u8], reader: &impl TileReader) -> Result<(), Fault> {
    let fetched = fetch_hashes(reader, tile)?;
    let pairs = derived
        .chunks(HASH_BYTES)
        .zip(fetched.bytes.chunks(HASH_BYTES));
    let Some((_, position)) = pairs.zip(0u64..).find(|((ours, theirs), _)| ours != theirs) else {
        return Ok(());
    };
    let below = match tile.kind() {
        Kind::Entries | Kind::Hashes { level: 0 } => below_lowest(tile),
        Kind::Hashes { level } => {
            let index = tile.index() * u64::from(TILE_WIDTH) + position;
            Tile::in_tree(Kind::Hashes { level: level - 1 }, index, u64::MAX)
        }
    };
    let below = below.map(|tile| tile.path()).unwrap_or_default();
    Err(Fault::new(
        fetched.path,
        Some(tile.entry_at(position)),
        Wrong::Hash { below },
    ))
}

/// The bundle whose entries a tile of the lowest level holds the hashes of.
fn below_lowest(tile: Tile) -> Option<Tile> {
    let size = tile.index() * u64::from(TILE_WIDTH) + u64::from(tile.width());
    Tile::in_tree(Kind::Entries, tile.index(), size)
}

/// Counts what is read.
struct Counted<'a, R> {
    reader: &'a R,
    files: Cell<u64>,
    bytes: Cell<u64>,
}

impl<R: TileReader> TileReader for Counted<'_, R> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        let read = self.reader.read(path)?;
        if let Some(bytes) = &read {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            self.files.set(self.files.get() + 1);
            self.bytes.set(self.bytes.get().saturating_add(length));
        }
        Ok(read)
    }
}
