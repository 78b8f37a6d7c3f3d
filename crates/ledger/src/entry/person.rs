//! Whom an entry concerns, told to nobody but the holder of the key.
//!
//! Owns the commitment. Every entry has its own salt, so that two entries about one person have
//! nothing in common for anybody who does not hold that person's key; and once the key is
//! destroyed, for anybody at all. It never draws a salt: randomness is an argument.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};

use crate::hash::{HASH_BYTES, Hash};

/// The bytes in a salt.
pub const SALT_BYTES: usize = 16;

/// The person an entry concerns: a salt, and what the person's key makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// HMAC-SHA256 of the salt under the person's commitment key.
    pub commitment: Hash,
    /// Sixteen random bytes, never used twice.
    pub salt: [u8; SALT_BYTES],
}

impl Person {
    /// Commits to the holder of the key with a fresh salt.
    pub fn new(key: &[u8; 32], salt: [u8; SALT_BYTES]) -> Self {
        Self {
            commitment: commitment(key, &salt),
            salt,
        }
    }

    /// Whether this is the person who holds the key. Takes the same time either way.
    pub fn is_of(&self, key: &[u8; 32]) -> bool {
        verify(
            &Key::new(HMAC_SHA256, key),
            &self.salt,
            self.commitment.as_bytes(),
        )
        .is_ok()
    }
}

/// The commitment to the holder of a key: HMAC-SHA256 of the salt under the key (RFC 2104).
///
/// The key is the person's commitment key and is used for nothing else.
pub fn commitment(key: &[u8; 32], salt: &[u8; SALT_BYTES]) -> Hash {
    let tag = sign(&Key::new(HMAC_SHA256, key), salt);
    let mut bytes = [0u8; HASH_BYTES];
    // HMAC-SHA256 always has 32 bytes, so the lengths agree.
    bytes.copy_from_slice(tag.as_ref());
    Hash(bytes)
}
