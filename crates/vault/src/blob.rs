//! Blobs: values too large for a row, sealed in chunks and kept outside the database.
//! It holds a chunk or two at a time, never a whole blob, and nothing about whose or what a blob
//! is.
//!
//! The layout follows STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, 2015): each chunk is sealed
//! under the blob's own key with its position and whether it is the last as nonce.
//! `docs/formats/vault.md` specifies it.

mod bucket;
mod folder;

pub use bucket::{Address as BucketAddress, Bucket};
pub use folder::FolderBlobs;

use crate::cipher::{ALGORITHM, Cipher, NONCE_LENGTH, TAG_LENGTH};
use crate::seal::{ItemKey, Opened};
use crate::secret::KEY_LENGTH;
use crate::store::Failure;
use data_encoding::HEXLOWER;
use kept_terms::{Randomness, Timestamp};
use std::fmt;
use zeroize::Zeroizing;

/// How much of a blob one chunk holds, in bytes.
pub const CHUNK_LENGTH: usize = 64 * 1024;
/// How much a chunk takes when sealed.
const SEALED_CHUNK_LENGTH: usize = CHUNK_LENGTH + TAG_LENGTH;
/// The algorithm byte before the first chunk.
const HEADER_LENGTH: u64 = 1;

/// Names a blob. It is random and says nothing about the blob.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub [u8; 16]);

impl BlobId {
    /// Draws a new name.
    pub fn random(randomness: &dyn Randomness) -> BlobId {
        let mut id = [0; 16];
        randomness.fill(&mut id);
        BlobId(id)
    }

    /// Reads a name as it is displayed.
    pub fn parse(text: &str) -> Option<BlobId> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(BlobId)
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an item holds in place of a value when the value is a blob; it is sealed as the item's
/// value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlobDescription {
    /// Its name.
    pub id: BlobId,
    /// Its length before sealing, in bytes.
    pub length: u64,
}

impl BlobDescription {
    /// The description as 24 bytes: name, length (big-endian).
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        let length = self.length.to_be_bytes();
        for (to, from) in bytes.iter_mut().zip(self.id.0.iter().chain(&length)) {
            *to = *from;
        }
        bytes
    }

    /// Reads what [`BlobDescription::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<BlobDescription> {
        let (id, length) = bytes.split_first_chunk()?;
        Some(BlobDescription {
            id: BlobId(*id),
            length: u64::from_be_bytes(length.try_into().ok()?),
        })
    }
}

/// Where sealed blobs are kept. A store sees sealed bytes and random names.
pub trait BlobStore: Send + Sync + 'static {
    /// Begins a new blob. It is not there until it is finished.
    fn create(&self, id: BlobId) -> Result<Box<dyn BlobSink>, Failure>;

    /// Opens a blob; nothing if it is not there.
    fn open(&self, id: BlobId) -> Result<Option<Box<dyn BlobSource>>, Failure>;

    /// Deletes a blob; one that is not there is deleted already.
    fn delete(&self, id: BlobId) -> Result<(), Failure>;

    /// Blobs in order of name with the moment they were finished, after one, at most so many.
    ///
    /// A blob is finished before its item is stored: a sweep for orphans leaves recent ones alone.
    fn list(
        &self,
        after: Option<BlobId>,
        limit: usize,
    ) -> Result<Vec<(BlobId, Timestamp)>, Failure>;
}

/// A blob being written. Dropped unfinished, it leaves nothing.
pub trait BlobSink: Send {
    /// Appends sealed bytes.
    fn append(&mut self, sealed: &[u8]) -> Result<(), Failure>;

    /// Makes the blob durable under its name.
    fn finish(self: Box<Self>) -> Result<(), Failure>;
}

/// A blob being read.
pub trait BlobSource: Send {
    /// Its sealed length, in bytes.
    fn length(&self) -> Result<u64, Failure>;

    /// Reads sealed bytes from a place on and fills the buffer; fewer bytes than that are a
    /// failure.
    fn read_at(&mut self, from: u64, buffer: &mut [u8]) -> Result<(), Failure>;
}

/// Seals a blob as it comes.
pub struct BlobWriter {
    id: BlobId,
    cipher: Cipher,
    sink: Box<dyn BlobSink>,
    /// What is not sealed yet: at most one chunk. Whether a chunk is the last shows only when no
    /// more comes.
    buffer: Zeroizing<Vec<u8>>,
    chunks: u64,
    length: u64,
}

impl BlobWriter {
    /// Begins a blob of an item, under a new random name.
    pub fn create(
        key: &ItemKey,
        store: &dyn BlobStore,
        randomness: &dyn Randomness,
    ) -> Result<BlobWriter, Failure> {
        let id = BlobId::random(randomness);
        BlobWriter::under(&key.blob_key(&id.0), id, store)
    }

    /// Begins a blob under a key that seals this blob only.
    pub(crate) fn under(
        key: &[u8; KEY_LENGTH],
        id: BlobId,
        store: &dyn BlobStore,
    ) -> Result<BlobWriter, Failure> {
        let mut sink = store.create(id)?;
        sink.append(&[ALGORITHM])?;
        Ok(BlobWriter {
            id,
            cipher: Cipher::new(key)?,
            sink,
            buffer: Zeroizing::new(Vec::with_capacity(SEALED_CHUNK_LENGTH)),
            chunks: 0,
            length: 0,
        })
    }

    /// Appends to the blob.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            if self.buffer.len() == CHUNK_LENGTH {
                self.seal_chunk(false)?;
            }
            let room = CHUNK_LENGTH - self.buffer.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            self.length += now.len() as u64;
            bytes = later;
        }
        Ok(())
    }

    /// Makes the blob durable. Store its description with the item, sealed; until then the blob is
    /// an orphan.
    pub fn finish(mut self) -> Result<BlobDescription, Failure> {
        self.seal_chunk(true)?;
        self.sink.finish()?;
        Ok(BlobDescription {
            id: self.id,
            length: self.length,
        })
    }

    fn seal_chunk(&mut self, is_last: bool) -> Result<(), Failure> {
        let nonce = chunk_nonce(self.chunks, is_last);
        let tag = self
            .cipher
            .seal_in_place(nonce, CHUNK_BOUND, &mut self.buffer)?;
        self.buffer.extend_from_slice(&tag);
        self.sink.append(&self.buffer)?;
        self.buffer.clear();
        self.chunks += 1;
        Ok(())
    }
}

/// What every chunk is bound to, besides what its nonce and key say.
const CHUNK_BOUND: &[u8] = b"kept/v1/chunk";

/// The chunk's position, counted from 0, and whether it is the last. A key seals one blob once, so
/// no nonce repeats.
fn chunk_nonce(position: u64, is_last: bool) -> [u8; NONCE_LENGTH] {
    let [a, b, c, d, e, f, g, h] = position.to_be_bytes();
    [0, 0, 0, a, b, c, d, e, f, g, h, u8::from(is_last)]
}

/// Opens a blob, from any place on.
pub struct BlobReader {
    description: BlobDescription,
    cipher: Cipher,
    source: Box<dyn BlobSource>,
    /// A sealed chunk; kept, so that reading on does not allocate.
    sealed: Vec<u8>,
}

impl BlobReader {
    /// Opens the blob of an item; nothing if it is not in the store.
    ///
    /// A blob that was cut off, extended or put in another's place is [`Failure::Corrupt`], here or
    /// when its chunk is read; no byte of a chunk is given out before the chunk is authenticated.
    pub fn open(
        key: &ItemKey,
        description: BlobDescription,
        store: &dyn BlobStore,
    ) -> Result<Option<BlobReader>, Failure> {
        BlobReader::under(&key.blob_key(&description.id.0), description, store)
    }

    /// As [`BlobReader::open`], of a blob that has a key of its own.
    pub(crate) fn under(
        key: &[u8; KEY_LENGTH],
        description: BlobDescription,
        store: &dyn BlobStore,
    ) -> Result<Option<BlobReader>, Failure> {
        let Some(mut source) = store.open(description.id)? else {
            return Ok(None);
        };
        let expected = sealed_length(description.length);
        if expected.is_none() || expected != Some(source.length()?) {
            return Err(damaged(description.id, "is not as long as it was"));
        }
        let mut header = [0];
        source.read_at(0, &mut header)?;
        if header != [ALGORITHM] {
            return Err(damaged(
                description.id,
                "is sealed in a way that is not known",
            ));
        }
        Ok(Some(BlobReader {
            description,
            cipher: Cipher::new(key)?,
            source,
            sealed: Vec::new(),
        }))
    }

    /// How long the blob is, in bytes.
    pub fn length(&self) -> u64 {
        self.description.length
    }

    /// How many chunks the blob has: at least one, which may be empty.
    pub fn chunks(&self) -> u64 {
        chunk_count(self.description.length)
    }

    /// Opens one chunk, counted from 0, without the former ones; nothing beyond the last.
    pub fn chunk(&mut self, position: u64) -> Result<Option<Opened>, Failure> {
        let chunks = self.chunks();
        if position >= chunks {
            return Ok(None);
        }
        let is_last = position + 1 == chunks;
        let length = match is_last {
            true => self.description.length - position * CHUNK_LENGTH as u64,
            false => CHUNK_LENGTH as u64,
        };
        let id = self.description.id;
        // A chunk's length is at most CHUNK_LENGTH, which fits.
        let length = usize::try_from(length)
            .unwrap_or(CHUNK_LENGTH)
            .min(CHUNK_LENGTH);
        self.sealed.resize(length + TAG_LENGTH, 0);
        let from = HEADER_LENGTH + position * SEALED_CHUNK_LENGTH as u64;
        self.source.read_at(from, &mut self.sealed)?;
        let opened = self
            .sealed
            .split_last_chunk::<TAG_LENGTH>()
            .and_then(|(text, tag)| {
                self.cipher
                    .open(chunk_nonce(position, is_last), CHUNK_BOUND, text, tag)
            });
        opened.map(Some).ok_or_else(|| damaged(id, "does not open"))
    }

    /// Opens what the chunk that holds a place has from that place on; empty at the end of the
    /// blob.
    pub fn read_from(&mut self, from: u64) -> Result<Opened, Failure> {
        if from >= self.description.length {
            return Ok(Opened::default());
        }
        let chunk = self.chunk(from / CHUNK_LENGTH as u64)?.unwrap_or_default();
        let within = usize::try_from(from % CHUNK_LENGTH as u64).unwrap_or(0);
        match chunk.get(within..) {
            Some(rest) if within > 0 => Ok(Zeroizing::new(rest.to_vec())),
            Some(_) | None => Ok(chunk),
        }
    }
}

fn chunk_count(length: u64) -> u64 {
    length.div_ceil(CHUNK_LENGTH as u64).max(1)
}

/// How long a blob is when sealed; nothing where that is no number.
fn sealed_length(length: u64) -> Option<u64> {
    let tags = chunk_count(length).checked_mul(TAG_LENGTH as u64)?;
    length.checked_add(tags)?.checked_add(HEADER_LENGTH)
}

fn damaged(id: BlobId, what: &str) -> Failure {
    Failure::Corrupt(format!("blob {id} {what}: restore it from a backup"))
}

#[cfg(test)]
mod tests;
