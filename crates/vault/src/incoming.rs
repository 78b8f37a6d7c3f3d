//! Files sealed as they come, before it is certain that they stay.
//! Each is sealed under a random key of its own, which is sealed with its item: until an item says
//! it, nobody has the key, and what is left of an intake that broke off opens for no one.

use crate::blob::{BlobDescription, BlobId, BlobStore, BlobWriter};
use crate::secret::KEY_LENGTH;
use crate::store::Failure;
use kept_terms::Randomness;
use zeroize::Zeroizing;

/// A file that is coming. Dropped before it is finished, it leaves nothing.
pub struct Incoming {
    key: Zeroizing<[u8; KEY_LENGTH]>,
    writer: BlobWriter,
}

/// A file that has come and stands in no item yet. It cannot be printed.
pub struct Arrived {
    pub(crate) key: Zeroizing<[u8; KEY_LENGTH]>,
    pub(crate) description: BlobDescription,
}

impl Incoming {
    /// Begins a file.
    pub(crate) fn begin(
        store: &dyn BlobStore,
        randomness: &dyn Randomness,
    ) -> Result<Incoming, Failure> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        randomness.fill(&mut key[..]);
        let writer = BlobWriter::under(&key, BlobId::random(randomness), store)?;
        Ok(Incoming { key, writer })
    }

    /// Seals what has come; a chunk is held until it is full.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.writer.write(bytes)
    }

    /// Makes the file durable.
    pub fn finish(self) -> Result<Arrived, Failure> {
        Ok(Arrived {
            key: self.key,
            description: self.writer.finish()?,
        })
    }
}

impl Arrived {
    /// Its name among the blobs.
    pub fn blob(&self) -> BlobId {
        self.description.id
    }

    /// Its length, in bytes.
    pub fn length(&self) -> u64 {
        self.description.length
    }
}
