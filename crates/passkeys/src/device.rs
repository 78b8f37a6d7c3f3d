//! What a device says (section 6.1, *authenticator data*, and 6.5.4, *attestation object*): for
//! which site, whether somebody was there, a count, and the new key where it made one.
//! It is read to the last byte, or not at all.

use crate::{ID_MAX, Key, SENT_MAX, Site, Wrong};
use aws_lc_rs::digest::{SHA256, digest};
use minicbor::Decoder;

const WHAT: Wrong = Wrong::Unreadable("what the device says");

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const COPYABLE: u8 = 0x08;
const COPIED: u8 = 0x10;
const NEW_KEY: u8 = 0x40;
const EXTENDED: u8 = 0x80;

/// What a device says.
#[derive(Debug)]
pub(crate) struct DeviceData<'b> {
    site: [u8; 32],
    flags: u8,
    /// How often the key, or the device, was used; 0 where it does not count.
    pub count: u32,
    /// The identifier of a new key, and the key.
    pub made: Option<(&'b [u8], Key)>,
}

impl<'b> DeviceData<'b> {
    pub fn parse(bytes: &'b [u8]) -> Result<DeviceData<'b>, Wrong> {
        if bytes.len() > SENT_MAX {
            return Err(WHAT);
        }
        let (site, rest) = bytes.split_first_chunk::<32>().ok_or(WHAT)?;
        let (flags, rest) = rest.split_first().ok_or(WHAT)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(WHAT)?;
        let mut made = None;
        if flags & NEW_KEY != 0 {
            // Sixteen bytes name the make of the device, which nobody here asks about.
            let (_, after) = rest.split_first_chunk::<16>().ok_or(WHAT)?;
            let (length, after) = after.split_first_chunk::<2>().ok_or(WHAT)?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length == 0 || length > ID_MAX {
                return Err(WHAT);
            }
            let (id, after) = after.split_at_checked(length).ok_or(WHAT)?;
            let (key, length) = Key::read(after)?;
            made = Some((id, key));
            rest = after.get(length..).ok_or(WHAT)?;
        }
        if flags & EXTENDED != 0 {
            let mut decoder = Decoder::new(rest);
            let is_map = matches!(decoder.datatype(), Ok(minicbor::data::Type::Map));
            if !is_map || decoder.skip().is_err() {
                return Err(WHAT);
            }
            rest = rest.get(decoder.position()..).ok_or(WHAT)?;
        }
        let data = DeviceData {
            site: *site,
            flags: *flags,
            count: u32::from_be_bytes(*count),
            made,
        };
        match rest.is_empty() && (!data.is_copied() || data.is_copyable()) {
            true => Ok(data),
            false if rest.is_empty() => Err(Wrong::Copies),
            false => Err(WHAT),
        }
    }

    /// Whether the key may be copied to other devices of its owner's.
    pub fn is_copyable(&self) -> bool {
        self.flags & COPYABLE != 0
    }

    /// Whether it is.
    pub fn is_copied(&self) -> bool {
        self.flags & COPIED != 0
    }

    /// Checks that it is for this site and that somebody was there, whom the device saw to be its
    /// owner where that was asked.
    pub fn check(&self, site: &Site, verified: bool) -> Result<(), Wrong> {
        if digest(&SHA256, site.id.as_bytes()).as_ref() != self.site {
            return Err(Wrong::OtherSite);
        }
        if self.flags & PRESENT == 0 {
            return Err(Wrong::Absent);
        }
        match verified && self.flags & VERIFIED == 0 {
            true => Err(Wrong::Unverified),
            false => Ok(()),
        }
    }
}

/// What the device says within an attestation object. What it says of its make is passed over: it
/// has to be a map and to end where it should, and no more.
pub(crate) fn within(object: &[u8]) -> Result<&[u8], Wrong> {
    const WHAT: Wrong = Wrong::Unreadable("the attestation");
    let odd = |_: minicbor::decode::Error| WHAT;
    if object.len() > SENT_MAX {
        return Err(WHAT);
    }
    let mut decoder = Decoder::new(object);
    if decoder.map().map_err(odd)? != Some(3) {
        return Err(WHAT);
    }
    let (mut format, mut statement, mut data) = (false, false, None);
    for _ in 0..3 {
        match decoder.str().map_err(odd)? {
            "fmt" if !format => {
                decoder.str().map_err(odd)?;
                format = true;
            }
            "attStmt" if !statement => {
                let kind = decoder.datatype().map_err(odd)?;
                if kind != minicbor::data::Type::Map {
                    return Err(WHAT);
                }
                decoder.skip().map_err(odd)?;
                statement = true;
            }
            "authData" if data.is_none() => data = Some(decoder.bytes().map_err(odd)?),
            _ => return Err(WHAT),
        }
    }
    match decoder.position() == object.len() {
        true => data.ok_or(WHAT),
        false => Err(WHAT),
    }
}
