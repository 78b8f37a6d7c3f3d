//! Signed text: keys, signing and opening.
//!
//! Owns C2SP signed-note with Ed25519 keys (type 1) and the reading of Ed25519 cosignatures
//! (type 4) by witnesses. It never makes a key of its own: the seed is an argument. A signing key
//! cannot be printed, copied or compared, and the seed is borrowed, so that this crate holds no
//! copy that would have to be wiped; aws-lc wipes the expanded key when it is dropped.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use data_encoding::{BASE64, HEXLOWER};

use crate::fault::{Malformed, Rejected};
use crate::hash::sha256;

/// The longest note that is read, in bytes.
pub const NOTE_BYTES_MAX: usize = 1 << 20;
/// The most signatures a note may carry; the specification asks for at least 16.
pub const SIGNATURES_MAX: usize = 128;
/// The bytes in an Ed25519 seed and in an Ed25519 public key.
pub const KEY_BYTES: usize = 32;

const FORMAT: &str = "signed note";
const VERIFIER_FORMAT: &str = "verifier key";
const DASH: &str = "\u{2014} ";
const ID_BYTES: usize = 4;
const TIMESTAMP_BYTES: usize = 8;

/// What a key signs, and so how its signature is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 over the note's text: type 1.
    Ed25519,
    /// Ed25519 over the text with the time a witness saw it: type 4 (C2SP tlog-cosignature).
    Cosignature,
}

impl Algorithm {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::Cosignature]
            .into_iter()
            .find(|known| known.byte() == byte)
    }
}

/// The first four bytes of SHA-256 over name, newline, type and public key: which key signed.
fn key_id(name: &str, algorithm: Algorithm, public_key: &[u8; KEY_BYTES]) -> [u8; ID_BYTES] {
    let message = [name.as_bytes(), b"\n", &[algorithm.byte()], public_key].concat();
    let [first, second, third, fourth, ..] = sha256(&message).0;
    [first, second, third, fourth]
}

/// Refuses names that are empty or have spaces, plus signs or control characters.
pub(crate) fn check_name(name: &str) -> Result<(), Malformed> {
    let forbidden = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '+';
    if name.is_empty() || name.contains(forbidden) {
        return Err(Malformed::new(
            "key name",
            "it is empty or has a space or a plus",
        ));
    }
    Ok(())
}

/// A private key under a name. It can sign, and nothing else.
pub struct SigningKey {
    verifier: Verifier,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// Makes the key that the seed determines (RFC 8032). The caller keeps the seed, and wipes it.
    ///
    /// # Errors
    /// [`Malformed`] if the name cannot be a key's name.
    pub fn from_seed(name: &str, seed: &[u8; KEY_BYTES]) -> Result<Self, Malformed> {
        let refused = Malformed::new("signing key", "the seed is not one of Ed25519");
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| refused.clone())?;
        let public_key = pair.public_key().as_ref().try_into().map_err(|_| refused)?;
        Ok(Self {
            verifier: Verifier::new(name, Algorithm::Ed25519, public_key)?,
            pair,
        })
    }

    /// The public half, to hand out.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.verifier.name
    }

    fn sign_line(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        let signed = [self.verifier.id.as_slice(), signature.as_ref()].concat();
        format!("{DASH}{} {}\n", self.verifier.name, BASE64.encode(&signed))
    }
}

/// A public key under a name: whose signatures are believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    algorithm: Algorithm,
    public_key: [u8; KEY_BYTES],
    id: [u8; ID_BYTES],
}

impl Verifier {
    /// A verifier from its parts.
    ///
    /// # Errors
    /// [`Malformed`] if the name cannot be a key's name.
    pub fn new(
        name: &str,
        algorithm: Algorithm,
        public_key: [u8; KEY_BYTES],
    ) -> Result<Self, Malformed> {
        check_name(name)?;
        let id = key_id(name, algorithm, &public_key);
        Ok(Self {
            name: name.to_owned(),
            algorithm,
            public_key,
            id,
        })
    }

    /// Reads `name+id+key`, the way [`Verifier`] prints.
    ///
    /// # Errors
    /// [`Malformed`] if a part is, or the id is not that of the key.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = |reason| Malformed::new(VERIFIER_FORMAT, reason);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed("expected `name+id+key`"));
        };
        let key = BASE64
            .decode(key.as_bytes())
            .map_err(|_| malformed("the key is not base64"))?;
        let (type_byte, key) = key.split_first().ok_or(malformed("the key is empty"))?;
        let algorithm = Algorithm::from_byte(*type_byte).ok_or(malformed(
            "the key's type is neither Ed25519 nor an Ed25519 cosignature",
        ))?;
        let key = key
            .try_into()
            .map_err(|_| malformed("the key does not have 32 bytes"))?;
        let verifier = Self::new(name, algorithm, key)?;
        if HEXLOWER.encode(&verifier.id) != id {
            return Err(malformed("the id is not that of the name and the key"));
        }
        Ok(verifier)
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its id: the first four bytes of the hash over name, type and key.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// Checks a signature without its id; gives the time a cosignature states.
    fn verify(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        let key = UnparsedPublicKey::new(&ED25519, &self.public_key);
        match self.algorithm {
            Algorithm::Ed25519 => key.verify(text.as_bytes(), signature).ok().map(|()| None),
            Algorithm::Cosignature => {
                let (timestamp, signature) = signature.split_first_chunk::<TIMESTAMP_BYTES>()?;
                let seconds = u64::from_be_bytes(*timestamp);
                let message = format!("cosignature/v1\ntime {seconds}\n{text}");
                key.verify(message.as_bytes(), signature)
                    .ok()
                    .map(|()| Some(seconds))
            }
        }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.algorithm.byte()], self.public_key.as_slice()].concat();
        write!(
            formatter,
            "{}+{}+{}",
            self.name,
            HEXLOWER.encode(&self.id),
            BASE64.encode(&key)
        )
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Verifier({self})")
    }
}

/// Signs a text with each of the keys, in their order.
///
/// # Errors
/// [`Malformed`] if the text is not a note's text: it ends with a newline and has no other control
/// characters.
pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<String, Malformed> {
    check_text(text)?;
    if !text.ends_with('\n') {
        return Err(Malformed::new(
            FORMAT,
            "the text does not end with a newline",
        ));
    }
    let mut note = format!("{text}\n");
    note.extend(keys.iter().map(|key| key.sign_line(text)));
    Ok(note)
}

/// A signature that was checked and found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// What it signed.
    pub algorithm: Algorithm,
    /// The time a witness states it saw the text, in seconds since 1970; `None` otherwise.
    pub timestamp: Option<u64>,
}

/// A note whose signatures by known keys are all good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<'note> {
    /// The text that is signed, with its last newline.
    pub text: &'note str,
    /// The signatures by known keys, in the note's order; at least one.
    pub signatures: Vec<Signature>,
}

/// Opens a note: signatures by unknown keys are ignored, one by a known key that is wrong rejects
/// the note, and without any by a known key it is rejected.
///
/// # Errors
/// [`Rejected`], with the first reason.
pub fn open<'note>(note: &'note str, known: &[Verifier]) -> Result<Opened<'note>, Rejected> {
    let (text, lines) = split(note)?;
    let mut signatures = Vec::new();
    for line in lines {
        let (name, id, signature) = parse_line(line)?;
        let Some(verifier) = known.iter().find(|key| key.name == name && key.id == id) else {
            continue;
        };
        let timestamp = verifier
            .verify(text, &signature)
            .ok_or_else(|| Rejected::Signature {
                name: name.to_owned(),
            })?;
        let (name, algorithm) = (name.to_owned(), verifier.algorithm);
        signatures.push(Signature {
            name,
            algorithm,
            timestamp,
        });
    }
    if signatures.is_empty() {
        Err(Rejected::Unsigned)
    } else {
        Ok(Opened { text, signatures })
    }
}

/// Splits a note into its text and its signature lines.
fn split(note: &str) -> Result<(&str, Vec<&str>), Malformed> {
    let malformed = |reason| Malformed::new(FORMAT, reason);
    if note.len() > NOTE_BYTES_MAX {
        return Err(malformed("it is longer than a mebibyte"));
    }
    check_text(note)?;
    // The text keeps its own newline; the blank line after it separates.
    let blank = note
        .rfind("\n\n")
        .ok_or(malformed("no blank line before the signatures"))?;
    let (text, rest) = note.split_at(blank + 1);
    let lines = rest
        .strip_prefix('\n')
        .and_then(|rest| rest.strip_suffix('\n'));
    let lines: Vec<_> = lines
        .ok_or(malformed("there are no signatures"))?
        .split('\n')
        .collect();
    if lines.len() > SIGNATURES_MAX {
        return Err(malformed("it has more than 128 signatures"));
    }
    Ok((text, lines))
}

/// Takes a signature line apart: name, id, signature.
fn parse_line(line: &str) -> Result<(&str, [u8; ID_BYTES], Vec<u8>), Malformed> {
    let malformed = |reason| Malformed::new(FORMAT, reason);
    let rest = line
        .strip_prefix(DASH)
        .ok_or(malformed("a signature line lacks its dash"))?;
    let (name, encoded) = rest
        .split_once(' ')
        .ok_or(malformed("a signature line lacks its signature"))?;
    check_name(name)?;
    let bytes = BASE64
        .decode(encoded.as_bytes())
        .map_err(|_| malformed("a signature is not canonical base64"))?;
    let (id, signature) = bytes
        .split_first_chunk()
        .ok_or(malformed("a signature lacks its key id"))?;
    if signature.is_empty() {
        return Err(malformed("a signature is empty"));
    }
    Ok((name, *id, signature.to_vec()))
}

fn check_text(text: &str) -> Result<(), Malformed> {
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(Malformed::new(FORMAT, "it has a control character"));
    }
    Ok(())
}
