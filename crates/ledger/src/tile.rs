//! The files a tree consists of: their names, their contents, which of them there are.
//!
//! Owns the layout of C2SP tlog-tiles: 256 hashes to a tile, entry bundles beside the lowest level,
//! names that a file system takes. It never computes a hash and never decides what to write.

use std::fmt;

use crate::fault::{Malformed, Wrong};
use crate::hash::HASH_BYTES;

/// The hashes in a full tile and the entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// The longest entry a bundle can hold, in bytes: what its length prefix can say.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;
/// The levels of tiles that a tree of up to 2⁶⁴ − 1 entries has.
pub const LEVELS: u8 = 8;

const FORMAT: &str = "tile path";
const WIDTH: u64 = TILE_WIDTH as u64;
/// The bits of an index that one level of tiles takes.
const LEVEL_BITS: u32 = 8;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The entries themselves, length-prefixed.
    Entries,
    /// Hashes of complete subtrees of 256^level entries.
    Hashes {
        /// 0 for the hashes of the entries, then upwards, at most 63.
        level: u8,
    },
}

/// One file of the log: which, and how much of it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    kind: Kind,
    index: u64,
    width: u16,
}

impl Tile {
    /// The tile of this kind and index in a tree of `size` entries, or `None` if that tree has
    /// none there.
    pub fn in_tree(kind: Kind, index: u64, size: u64) -> Option<Self> {
        let before = index.checked_mul(WIDTH)?;
        let left = hashes_at(kind, size).checked_sub(before)?;
        let width = u16::try_from(left.min(WIDTH))
            .ok()
            .filter(|width| *width > 0)?;
        Some(Self { kind, index, width })
    }

    /// What the tile holds.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The place of the tile among those of its kind, from zero.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hashes or entries in it, from 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it is still to grow.
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// The same tile with all of its 256 places filled.
    pub fn full(self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..self
        }
    }

    /// The folder that holds this tile's partial versions. Once the full tile is durable and a
    /// checkpoint covers it, nobody needs that folder any more (tlog-tiles, partial tiles).
    pub fn partial_folder(&self) -> String {
        format!("{}.p", self.full())
    }

    /// The index of the first entry under the hash or entry at `position`.
    pub fn entry_at(&self, position: u64) -> u64 {
        let shift = match self.kind {
            Kind::Entries => 0,
            Kind::Hashes { level } => LEVEL_BITS * u32::from(level),
        };
        let place = self.index.saturating_mul(WIDTH).saturating_add(position);
        place.checked_shl(shift).unwrap_or(u64::MAX)
    }

    /// Reads the path of a tile. Only the one spelling that [`Tile::path`] gives is accepted.
    ///
    /// # Errors
    /// [`Malformed`] for anything else.
    pub fn parse(path: &str) -> Result<Self, Malformed> {
        let malformed = Malformed::new(FORMAT, "expected `tile/<level>/<index>[.p/<width>]`");
        let rest = path
            .strip_prefix("tile/")
            .ok_or_else(|| malformed.clone())?;
        let (kind, rest) = rest.split_once('/').ok_or_else(|| malformed.clone())?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok()),
            None => (rest, Some(TILE_WIDTH)),
        };
        let kind = match kind {
            "entries" => Some(Kind::Entries),
            level => level.parse().ok().map(|level| Kind::Hashes { level }),
        };
        let digits = index.replace("/x", "").replace('/', "");
        let index = digits.trim_start_matches('x').parse().ok();
        let (Some(kind), Some(index), Some(width)) = (kind, index, width) else {
            return Err(malformed);
        };
        let in_range = (1..=TILE_WIDTH).contains(&width)
            && !matches!(kind, Kind::Hashes { level } if level > 63);
        let tile = Self { kind, index, width };
        // Whatever the reading above let through, printing it again would not give it back.
        if in_range && tile.path() == path {
            Ok(tile)
        } else {
            Err(malformed)
        }
    }

    /// The path of the file inside the log, such as `tile/0/x001/x234/067` or
    /// `tile/entries/273.p/112`.
    pub fn path(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Entries => write!(formatter, "tile/entries/")?,
            Kind::Hashes { level } => write!(formatter, "tile/{level}/")?,
        }
        // The largest power of a thousand that is not above the index leads.
        let mut power = 1u64;
        while self.index / power >= 1000 {
            power *= 1000;
        }
        while power > 1 {
            write!(formatter, "x{:03}/", self.index / power % 1000)?;
            power /= 1000;
        }
        write!(formatter, "{:03}", self.index % 1000)?;
        if self.is_partial() {
            write!(formatter, ".p/{}", self.width)
        } else {
            Ok(())
        }
    }
}

/// The hashes (or entries) of a kind that a tree of `size` entries has.
fn hashes_at(kind: Kind, size: u64) -> u64 {
    match kind {
        Kind::Entries => size,
        Kind::Hashes { level } => size.checked_shr(LEVEL_BITS * u32::from(level)).unwrap_or(0),
    }
}

/// Every file of a tree of `size` entries: the bundles, then the tiles from the lowest level up.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    kinds().flat_map(move |kind| {
        let count = hashes_at(kind, size).div_ceil(WIDTH);
        (0..count).filter_map(move |index| Tile::in_tree(kind, index, size))
    })
}

/// The last, partial file of each kind in a tree of `size` entries: what growing changes.
pub fn right_edge(size: u64) -> impl Iterator<Item = Tile> {
    kinds().filter_map(move |kind| {
        Tile::in_tree(kind, hashes_at(kind, size) / WIDTH, size).filter(Tile::is_partial)
    })
}

/// The tiles that became full while the tree grew from `earlier` to `later` entries; their partial
/// folders may be deleted once a checkpoint of `later` is durable.
pub fn completed(earlier: u64, later: u64) -> impl Iterator<Item = Tile> {
    kinds().flat_map(move |kind| {
        let full = hashes_at(kind, earlier) / WIDTH..hashes_at(kind, later) / WIDTH;
        full.filter_map(move |index| Tile::in_tree(kind, index, later))
    })
}

fn kinds() -> impl Iterator<Item = Kind> {
    std::iter::once(Kind::Entries).chain((0..LEVELS).map(|level| Kind::Hashes { level }))
}

/// An entry is longer than a bundle can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the entry has {bytes} bytes; an entry has at most {ENTRY_BYTES_MAX}")]
pub struct TooLong {
    /// The length of the entry.
    pub bytes: usize,
}

/// Adds an entry to the bytes of a bundle: its length in two bytes, big end first, and itself.
///
/// # Errors
/// [`TooLong`], and the bundle is as it was.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), TooLong> {
    let length = u16::try_from(entry.len()).map_err(|_| TooLong { bytes: entry.len() })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// Takes the first entry off the bytes of a bundle: (entry, what follows it).
///
/// `None` at the end, and where the bytes end within an entry.
pub fn split_entry(bundle: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bundle.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Takes a bundle apart into exactly `width` entries.
///
/// # Errors
/// The position that is wrong and [`Wrong::Truncated`] or [`Wrong::Extended`].
pub fn split_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, (u64, Wrong)> {
    let mut rest = bytes;
    let mut entries = Vec::with_capacity(usize::from(width));
    for position in 0..u64::from(width) {
        let (entry, after) =
            split_entry(rest).ok_or((position, Wrong::Truncated { found: bytes.len() }))?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() {
        return Ok(entries);
    }
    let expected = bytes.len() - rest.len();
    Err((
        u64::from(width),
        Wrong::Extended {
            expected,
            found: bytes.len(),
        },
    ))
}

/// Checks that a tile of hashes has exactly `width` of them.
///
/// # Errors
/// The position that is wrong and [`Wrong::Truncated`] or [`Wrong::Extended`].
pub fn check_hashes(bytes: &[u8], width: u16) -> Result<(), (u64, Wrong)> {
    let (expected, found) = (usize::from(width) * HASH_BYTES, bytes.len());
    if found < expected {
        let whole = u64::try_from(found / HASH_BYTES).unwrap_or(u64::MAX);
        return Err((whole, Wrong::Truncated { found }));
    }
    if found > expected {
        return Err((u64::from(width), Wrong::Extended { expected, found }));
    }
    Ok(())
}
