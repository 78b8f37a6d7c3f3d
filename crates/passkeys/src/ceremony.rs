//! The two ceremonies: a key is made, and a key is used. Each is checked whole; the first thing
//! that is wrong is the one named.

use crate::client::{self, Ceremony};
use crate::device::{DeviceData, within};
use crate::{Key, SENT_MAX, Site, Wrong};
use aws_lc_rs::digest::{SHA256, digest};

/// What was asked of a device.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// For which site.
    pub site: &'a Site,
    /// The challenge.
    pub challenge: &'a [u8],
    /// Whether the device has to see who it is. Where a passkey alone signs somebody in, it does.
    pub verified: bool,
}

/// What came back where a key was to be made.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Made {
    /// What the browser says, as it was hashed: `clientDataJSON`.
    pub client: Vec<u8>,
    /// What the device says: `attestationObject`.
    pub attestation: Vec<u8>,
}

/// A key that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewKey {
    /// By what the device knows it.
    pub id: Vec<u8>,
    /// Its public half.
    pub key: Key,
    /// The count that it begins with.
    pub count: u32,
    /// Whether it may be copied to other devices of its owner's.
    pub copyable: bool,
}

/// What came back where a key was to be used.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Shown {
    /// By what the device knows the key.
    pub id: Vec<u8>,
    /// By what the device knows its owner: `userHandle`.
    pub owner: Vec<u8>,
    /// What the browser says, as it was hashed: `clientDataJSON`.
    pub client: Vec<u8>,
    /// What the device says: `authenticatorData`.
    pub device: Vec<u8>,
    /// The signature over both.
    pub signature: Vec<u8>,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its public half.
    pub key: &'a Key,
    /// The count that was seen last.
    pub count: u32,
    /// Whether it may be copied, as was said when it was made.
    pub copyable: bool,
}

/// What came of using a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Used {
    /// The count to remember.
    pub count: u32,
}

/// Checks a key that was made (section 7.1).
///
/// # Errors
/// The first thing that is wrong.
pub fn add(asked: &Asked<'_>, made: &Made) -> Result<NewKey, Wrong> {
    client::check(&made.client, Ceremony::Create, asked.challenge, asked.site)?;
    let device = DeviceData::parse(within(&made.attestation)?)?;
    device.check(asked.site, asked.verified)?;
    let (count, copyable) = (device.count, device.is_copyable());
    let (id, key) = device.made.ok_or(Wrong::Unreadable("the key"))?;
    Ok(NewKey {
        id: id.to_vec(),
        key,
        count,
        copyable,
    })
}

/// Checks a key that was used (section 7.2). Whose it is, and that the device means the same, is
/// for whoever keeps the keys.
///
/// # Errors
/// The first thing that is wrong. [`Wrong::CountBack`] is told only of a signature that is right.
pub fn prove(asked: &Asked<'_>, known: &Known<'_>, shown: &Shown) -> Result<Used, Wrong> {
    client::check(&shown.client, Ceremony::Get, asked.challenge, asked.site)?;
    let device = DeviceData::parse(&shown.device)?;
    if device.made.is_some() {
        return Err(Wrong::Unreadable("what the device says"));
    }
    device.check(asked.site, asked.verified)?;
    if device.is_copyable() != known.copyable {
        return Err(Wrong::Copies);
    }
    let hash = digest(&SHA256, &shown.client);
    let text = [&shown.device[..], hash.as_ref()].concat();
    if shown.signature.len() > SENT_MAX || !known.key.signed(&text, &shown.signature) {
        return Err(Wrong::Unsigned);
    }
    let counts = device.count != 0 || known.count != 0;
    match counts && device.count <= known.count {
        true => Err(Wrong::CountBack),
        false => Ok(Used {
            count: device.count,
        }),
    }
}
