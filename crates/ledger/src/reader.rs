//! How this crate asks for a file of a log.
//!
//! Owns the one question and a reader over a map. It never opens a file: the caller decides
//! whether a path leads to a folder, an object store or somebody else's server.

use std::collections::BTreeMap;
use std::error::Error;

use crate::fault::{Fault, Wrong};
use crate::hash::HASH_BYTES;
use crate::tile::{Tile, check_hashes};

/// A source of a log's files by their path, such as `tile/0/x001/234` or `checkpoint`.
pub trait TileReader {
    /// The bytes of the file at `path`; `None` when there is no such file.
    ///
    /// # Errors
    /// [`Unavailable`] when it cannot be told whether there is one, or it cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable>;
}

impl<R: TileReader + ?Sized> TileReader for &R {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        (**self).read(path)
    }
}

/// The store of the log did not answer. Nothing is known about the file; asking again may help.
#[derive(Debug, thiserror::Error)]
#[error("the file could not be read")]
pub struct Unavailable {
    #[source]
    cause: Box<dyn Error + Send + Sync>,
}

impl Unavailable {
    /// Wraps whatever kept the store from answering.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            cause: cause.into(),
        }
    }
}

/// A log held in memory: for tests, for tools that have downloaded everything, for demonstration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryReader {
    /// The files by path.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl MemoryReader {
    /// Writes files as a store would: a later one replaces an earlier one of the same path.
    pub fn write(&mut self, files: impl IntoIterator<Item = crate::log::File>) {
        self.files
            .extend(files.into_iter().map(|file| (file.path, file.bytes)));
    }
}

impl TileReader for MemoryReader {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        Ok(self.files.get(path).cloned())
    }
}

/// A file as it was found.
pub(crate) struct Fetched {
    /// Where it was found: the tile's own path, or that of the full tile it has become part of.
    pub(crate) path: String,
    /// The tile as found, which is full when the full one stood in.
    pub(crate) found: Tile,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// Reads the file of a tile. Where a partial tile is gone, the full one stands in for it: a log
/// may delete partial tiles that were outgrown (tlog-tiles, partial tiles).
pub(crate) fn fetch(reader: &impl TileReader, tile: Tile) -> Result<Fetched, Fault> {
    let first = tile.entry_at(0);
    let read = |tile: Tile| {
        let path = tile.path();
        match reader.read(&path) {
            Ok(Some(bytes)) => Ok(Some(Fetched {
                path,
                found: tile,
                bytes,
            })),
            Ok(None) => Ok(None),
            Err(unavailable) => Err(Fault::new(path, Some(first), unavailable.into())),
        }
    };
    if let Some(fetched) = read(tile)? {
        return Ok(fetched);
    }
    if tile.is_partial()
        && let Some(fetched) = read(tile.full())?
    {
        return Ok(fetched);
    }
    Err(Fault::new(tile.path(), Some(first), Wrong::Missing))
}

/// Reads the hashes of a tile, exactly as many as the tree commits to.
pub(crate) fn fetch_hashes(reader: &impl TileReader, tile: Tile) -> Result<Fetched, Fault> {
    let mut fetched = fetch(reader, tile)?;
    check_hashes(&fetched.bytes, fetched.found.width()).map_err(|(position, wrong)| {
        Fault::new(fetched.path.clone(), Some(tile.entry_at(position)), wrong)
    })?;
    fetched
        .bytes
        .truncate(usize::from(tile.width()) * HASH_BYTES);
    Ok(fetched)
}
