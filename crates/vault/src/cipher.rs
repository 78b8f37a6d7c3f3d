//! The two primitives under everything sealed: AES-256-GCM and HMAC-SHA-256, from AWS-LC.
//! It draws no nonces and knows no layout but the common one; what is bound is the caller's
//! business.

use crate::secret::KEY_LENGTH;
use crate::store::Failure;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use kept_terms::Randomness;
use zeroize::Zeroizing;

/// The byte that leads everything sealed: AES-256-GCM under a key derived with HMAC-SHA-256.
pub(crate) const ALGORITHM: u8 = 1;
/// The length of a nonce, in bytes.
pub(crate) const NONCE_LENGTH: usize = 12;
/// The length of an authentication tag, in bytes.
pub(crate) const TAG_LENGTH: usize = 16;
/// How much longer a sealed text is than what was sealed: algorithm, nonce and tag.
pub(crate) const OVERHEAD: usize = 1 + NONCE_LENGTH + TAG_LENGTH;

/// HMAC-SHA-256 of the parts, one after the other (RFC 2104).
///
/// Every use has a label of its own as its first part; parts of varying length carry their length.
pub(crate) fn derive(key: &[u8; KEY_LENGTH], parts: &[&[u8]]) -> Zeroizing<[u8; KEY_LENGTH]> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(part);
    }
    let mut derived = Zeroizing::new([0; KEY_LENGTH]);
    // HMAC-SHA-256 gives exactly as many bytes as a key has.
    for (to, from) in derived.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    derived
}

/// AES-256-GCM under one key (NIST SP 800-38D).
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    /// Makes the cipher of a key.
    pub(crate) fn new(key: &[u8; KEY_LENGTH]) -> Result<Cipher, Failure> {
        match UnboundKey::new(&AES_256_GCM, key) {
            Ok(key) => Ok(Cipher(LessSafeKey::new(key))),
            Err(_) => Err(Failure::Unavailable("the cipher cannot be set up".into())),
        }
    }

    /// Seals a buffer in place and returns its tag. A nonce must never be used twice under one key.
    pub(crate) fn seal_in_place(
        &self,
        nonce: [u8; NONCE_LENGTH],
        bound: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LENGTH], Failure> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(bound), buffer)
            .ok()
            .and_then(|tag| tag.as_ref().try_into().ok());
        tag.ok_or(Failure::Invalid("a value is too long to be sealed at once"))
    }

    /// Opens what was sealed with the same nonce and binding; nothing if it was not.
    pub(crate) fn open(
        &self,
        nonce: [u8; NONCE_LENGTH],
        bound: &[u8],
        sealed: &[u8],
        tag: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut opened = Zeroizing::new(vec![0; sealed.len()]);
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0
            .open_separate_gather(nonce, Aad::from(bound), sealed, tag, &mut opened)
            .ok()?;
        Some(opened)
    }

    /// Seals a text: algorithm, random nonce, sealed text, tag. `prefix` stands between algorithm
    /// and nonce, unsealed; the caller binds it.
    pub(crate) fn seal(
        &self,
        prefix: &[u8],
        bound: &[u8],
        mut text: Zeroizing<Vec<u8>>,
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure> {
        let mut nonce = [0; NONCE_LENGTH];
        randomness.fill(&mut nonce);
        let tag = self.seal_in_place(nonce, bound, &mut text)?;
        let mut sealed = Vec::with_capacity(prefix.len() + text.len() + OVERHEAD);
        sealed.push(ALGORITHM);
        sealed.extend_from_slice(prefix);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens what [`Cipher::seal`] made, without its algorithm byte and prefix; nothing if it does
    /// not open.
    pub(crate) fn unseal(&self, bound: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_first_chunk()?;
        let (text, tag) = rest.split_last_chunk::<TAG_LENGTH>()?;
        self.open(*nonce, bound, text, tag)
    }
}

/// Splits the algorithm byte off; nothing where it is not the one known.
pub(crate) fn known_algorithm(sealed: &[u8]) -> Option<&[u8]> {
    match sealed.split_first() {
        Some((&ALGORITHM, rest)) => Some(rest),
        Some(_) | None => None,
    }
}
