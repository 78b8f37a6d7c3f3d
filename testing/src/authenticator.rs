//! A device that makes passkeys and shows them, in software, as a browser would hand on what it
//! says (W3C Web Authentication, level 3, sections 6.3.2 and 6.3.3).
//! It writes its bytes by itself, so that it cannot share a mistake with what reads them. It obeys
//! whoever holds it, lies included, and is fit for tests alone.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use kept_passkeys::{Algorithm, Made, Shown, Site};

/// Somebody is there.
pub const PRESENT: u8 = 0x01;
/// The device saw who it is.
pub const VERIFIED: u8 = 0x04;
/// The key may be copied.
pub const COPYABLE: u8 = 0x08;
/// The key is copied.
pub const COPIED: u8 = 0x10;

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

/// A key on a device.
pub struct Passkey {
    pair: Pair,
    /// By what the device knows it.
    pub id: Vec<u8>,
    /// By what it knows its owner.
    pub owner: Vec<u8>,
    /// The name of the site that it is kept under.
    pub site: String,
    /// What the device says with it; see the constants.
    pub flags: u8,
    /// How often it was used.
    pub count: u32,
}

impl Passkey {
    /// A new key for somebody, for a site. Devices that copy keys do not count.
    pub fn new(signs: Algorithm, site: &str, owner: &[u8], number: u8) -> Passkey {
        let pair = match signs {
            Algorithm::Es256 => {
                Pair::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
            }
            Algorithm::EdDsa => Pair::EdDsa(Ed25519KeyPair::generate().unwrap()),
            Algorithm::Rs256 => {
                Pair::Rs256(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
            }
        };
        Passkey {
            pair,
            id: vec![number; 32],
            owner: owner.to_vec(),
            site: site.to_owned(),
            flags: PRESENT | VERIFIED,
            count: 0,
        }
    }

    /// What comes back where the key was made.
    pub fn made(&self, site: &Site, challenge: &[u8]) -> Made {
        Made {
            client: client("webauthn.create", &site.origin, challenge),
            attestation: attestation(&self.new_data()),
        }
    }

    /// What the device says where it made the key.
    pub fn new_data(&self) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let new = [&[0; 16][..], &length, &self.id, &self.public()].concat();
        [self.data(0x40), new].concat()
    }

    /// What comes back where the key is used; it counts.
    pub fn shown(&mut self, site: &Site, challenge: &[u8]) -> Shown {
        if self.count > 0 {
            self.count += 1;
        }
        self.signed(client("webauthn.get", &site.origin, challenge))
    }

    /// Signs anything that a browser might say.
    pub fn signed(&self, client: Vec<u8>) -> Shown {
        let device = self.data(0);
        let text = [&device[..], digest(&SHA256, &client).as_ref()].concat();
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, &text).unwrap().as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.sign(&text).as_ref().to_vec(),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, &text, &mut signature)
                    .unwrap();
                signature
            }
        };
        Shown {
            id: self.id.clone(),
            owner: self.owner.clone(),
            client,
            device,
            signature,
        }
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let site = digest(&SHA256, self.site.as_bytes());
        let count = self.count.to_be_bytes();
        [site.as_ref(), &[self.flags | more], &count].concat()
    }

    /// The public half, as devices write it.
    pub fn public(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                [
                    &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20],
                    &point[1..33],
                    &[0x22, 0x58, 0x20],
                    &point[33..],
                ]
                .concat()
            }
            Pair::EdDsa(pair) => [
                &[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20],
                pair.public_key().as_ref(),
            ]
            .concat(),
            Pair::Rs256(pair) => {
                let public = pair.public_key();
                let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
                let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
                let head = [
                    0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00,
                ];
                let length = 0x40 + u8::try_from(exponent.len()).unwrap();
                [&head[..], &modulus, &[0x21, length], &exponent].concat()
            }
        }
    }
}

/// What a browser says.
pub fn client(kind: &str, origin: &str, challenge: &[u8]) -> Vec<u8> {
    let challenge = data_encoding::BASE64URL_NOPAD.encode(challenge);
    format!(
        "{{\"type\":\"{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\",\
         \"crossOrigin\":false}}"
    )
    .into_bytes()
}

/// An attestation that attests nothing, around what a device says.
pub fn attestation(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [
        b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59",
        &length[..],
        data,
    ]
    .concat()
}
