//! The public half of a passkey, as devices write it (COSE_Key, RFC 9052 and 9053; section
//! 6.5.1.1), and what it signed.
//! A key has one spelling. Another spelling of the same key is not read.

use crate::Wrong;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use minicbor::{Decoder, Encoder};

/// How a key signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// EdDSA over Curve25519.
    EdDsa,
    /// RSA (PKCS #1 version 1.5) with SHA-256.
    Rs256,
}

impl Algorithm {
    /// Those there are, the one that is liked best first.
    pub const ALL: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

    /// Its number in the register (IANA, *COSE Algorithms*).
    pub fn number(self) -> i64 {
        match self {
            Algorithm::Es256 => -7,
            Algorithm::EdDsa => -8,
            Algorithm::Rs256 => -257,
        }
    }
}

/// The public half of a passkey.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    /// A point on P-256: its two coordinates.
    Es256([u8; 32], [u8; 32]),
    /// A point on Curve25519, as RFC 8032 writes it.
    EdDsa([u8; 32]),
    /// A modulus and an exponent, without leading zeros.
    Rs256(Vec<u8>, Vec<u8>),
}

/// The longest modulus, in bytes, and the shortest.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1_024;
/// The longest exponent, in bytes.
const EXPONENT_MAX: usize = 8;

const WHAT: Wrong = Wrong::Unreadable("the key");

impl Key {
    /// Reads a key at the beginning of some bytes; the answer is the key and how long it was.
    ///
    /// # Errors
    /// [`Wrong::OtherKind`] for a key of another algorithm, [`Wrong::Unreadable`] for anything
    /// else.
    pub fn read(bytes: &[u8]) -> Result<(Key, usize), Wrong> {
        let mut decoder = Decoder::new(bytes);
        let key = parse(&mut decoder)?;
        let length = decoder.position();
        // Devices have to write the one canonical spelling; whatever else reads alike is refused.
        match bytes.get(..length) == Some(key.written()?.as_slice()) {
            true => Ok((key, length)),
            false => Err(WHAT),
        }
    }

    /// Reads a key that takes up all the bytes.
    ///
    /// # Errors
    /// As [`Key::read`].
    pub fn parse(bytes: &[u8]) -> Result<Key, Wrong> {
        match Key::read(bytes)? {
            (key, length) if length == bytes.len() => Ok(key),
            _ => Err(WHAT),
        }
    }

    /// The key in its one spelling.
    ///
    /// # Errors
    /// None that happen: there is room for what is written.
    pub fn written(&self) -> Result<Vec<u8>, Wrong> {
        let mut encoder = Encoder::new(Vec::new());
        let all = match self {
            Key::Es256(x, y) => encoder
                .map(5)
                .and_then(|it| {
                    it.u8(1)?
                        .u8(2)?
                        .u8(3)?
                        .i8(-7)?
                        .i8(-1)?
                        .u8(1)?
                        .i8(-2)?
                        .bytes(x)
                })
                .and_then(|it| it.i8(-3)?.bytes(y)),
            Key::EdDsa(x) => encoder.map(4).and_then(|it| {
                it.u8(1)?
                    .u8(1)?
                    .u8(3)?
                    .i8(-8)?
                    .i8(-1)?
                    .u8(6)?
                    .i8(-2)?
                    .bytes(x)
            }),
            Key::Rs256(n, e) => encoder
                .map(4)
                .and_then(|it| it.u8(1)?.u8(3)?.u8(3)?.i16(-257)?.i8(-1)?.bytes(n))
                .and_then(|it| it.i8(-2)?.bytes(e)),
        };
        match all {
            Ok(_) => Ok(encoder.into_writer()),
            Err(_) => Err(WHAT),
        }
    }

    /// Whether this key signed a text.
    pub fn signed(&self, text: &[u8], signature: &[u8]) -> bool {
        match self {
            Key::Es256(x, y) => {
                let point = [&[4], &x[..], &y[..]].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
                key.verify(text, signature).is_ok()
            }
            Key::EdDsa(x) => {
                let key = UnparsedPublicKey::new(&ED25519, x);
                key.verify(text, signature).is_ok()
            }
            Key::Rs256(n, e) => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature)
                    .is_ok()
            }
        }
    }
}

/// Reads the members in the order in which the canonical spelling has them.
fn parse(decoder: &mut Decoder<'_>) -> Result<Key, Wrong> {
    let odd = |_: minicbor::decode::Error| WHAT;
    let members = decoder.map().map_err(odd)?;
    let mut number = || -> Result<i64, Wrong> { decoder.i64().map_err(odd) };
    let (kind, algorithm) = match (number()?, number()?, number()?, number()?) {
        (1, kind, 3, algorithm) => (kind, algorithm),
        _ => return Err(WHAT),
    };
    match (kind, algorithm, members) {
        (2, -7, Some(5)) => {
            let x = curve(decoder, 1)?;
            let y = labelled(decoder, -3)?;
            Ok(Key::Es256(x, y.try_into().map_err(|_| WHAT)?))
        }
        (1, -8, Some(4)) => Ok(Key::EdDsa(curve(decoder, 6)?)),
        (3, -257, Some(4)) => {
            let modulus = labelled(decoder, -1)?;
            let exponent = labelled(decoder, -2)?;
            let is_whole = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
            let fits = is_whole(modulus)
                && is_whole(exponent)
                && MODULUS.contains(&modulus.len())
                && exponent.len() <= EXPONENT_MAX;
            match fits {
                true => Ok(Key::Rs256(modulus.to_vec(), exponent.to_vec())),
                false => Err(WHAT),
            }
        }
        (_, -7 | -8 | -257, _) => Err(WHAT),
        _ => Err(Wrong::OtherKind),
    }
}

/// The curve, and the coordinate that follows it.
fn curve(decoder: &mut Decoder<'_>, curve: i64) -> Result<[u8; 32], Wrong> {
    let odd = |_: minicbor::decode::Error| WHAT;
    let label = decoder.i64().map_err(odd)?;
    let told = decoder.i64().map_err(odd)?;
    match (label, told == curve) {
        (-1, true) => labelled(decoder, -2)?.try_into().map_err(|_| WHAT),
        _ => Err(WHAT),
    }
}

fn labelled<'b>(decoder: &mut Decoder<'b>, label: i64) -> Result<&'b [u8], Wrong> {
    let odd = |_: minicbor::decode::Error| WHAT;
    match decoder.i64().map_err(odd)? == label {
        true => decoder.bytes().map_err(odd),
        false => Err(WHAT),
    }
}
