//! Passkeys: whether what a device made or shows is what was asked for (W3C Web Authentication,
//! level 3, sections 7.1 and 7.2). Bytes in, a verdict out.
//! It draws no challenge, remembers nothing, and trusts no maker of devices: what a device says of
//! itself (attestation) is read and believed about nothing.
#![deny(missing_docs)]

mod ceremony;
mod client;
mod cose;
mod device;
mod site;

pub use ceremony::{Asked, Known, Made, NewKey, Shown, Used, add, prove};
pub use cose::{Algorithm, Key};
pub use site::Site;

/// The longest identifier of a passkey, in bytes (section 4, *Credential ID*).
pub const ID_MAX: usize = 1_023;
/// The longest of what a browser or a device sends along, in bytes; real ones have a few hundred.
pub const SENT_MAX: usize = 16 << 10;

/// What is wrong with something that was shown. It is for the record and for tests: whoever shows
/// it is told no more than that it was wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Wrong {
    /// It does not read as what it should be.
    #[error("{0} cannot be read")]
    Unreadable(&'static str),
    /// It was made for something else: signing in with what adds a key, or the reverse.
    #[error("it was made for something else")]
    OtherType,
    /// It answers another question.
    #[error("it answers another challenge")]
    OtherChallenge,
    /// It was made on a page of somebody else.
    #[error("it was made on another site's page")]
    OtherOrigin,
    /// It was made within a frame of somebody else's page.
    #[error("it was made within another site's page")]
    Framed,
    /// The key is for another site.
    #[error("it is for another site")]
    OtherSite,
    /// Nobody touched the device.
    #[error("nobody was present")]
    Absent,
    /// The device did not see who it was: no finger, face or number was shown to it.
    #[error("the device did not see who it was")]
    Unverified,
    /// The key is of a kind that was not asked for.
    #[error("the key is of a kind that was not asked for")]
    OtherKind,
    /// What the device says of copies of the key does not fit together, or has changed.
    #[error("what it says of copies does not fit")]
    Copies,
    /// The signature is not of this key.
    #[error("the signature is not of this key")]
    Unsigned,
    /// The count went back: there may be two of this key.
    #[error("its count went back")]
    CountBack,
}
