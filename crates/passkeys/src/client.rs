//! What the browser says of a ceremony (section 5.8.1, *client data*): what it was for, which
//! challenge it answers and on whose page it was.
//! What a browser adds beside that is let be, as the standard asks.

use crate::{SENT_MAX, Site, Wrong};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

/// What a ceremony is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ceremony {
    /// A key is made.
    Create,
    /// A key is used.
    Get,
}

impl Ceremony {
    fn word(self) -> &'static str {
        match self {
            Ceremony::Create => "webauthn.create",
            Ceremony::Get => "webauthn.get",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
}

/// Checks that the browser speaks of this ceremony, this challenge and this site.
pub(crate) fn check(
    bytes: &[u8],
    ceremony: Ceremony,
    challenge: &[u8],
    site: &Site,
) -> Result<(), Wrong> {
    const WHAT: &str = "what the browser says";
    if bytes.len() > SENT_MAX {
        return Err(Wrong::Unreadable(WHAT));
    }
    let read = serde_json::from_slice::<ClientData>(bytes);
    let data = read.map_err(|_| Wrong::Unreadable(WHAT))?;
    if data.kind != ceremony.word() {
        return Err(Wrong::OtherType);
    }
    let told = BASE64URL_NOPAD.decode(data.challenge.as_bytes());
    if !told.is_ok_and(|told| told == challenge) {
        return Err(Wrong::OtherChallenge);
    }
    if data.origin != site.origin {
        return Err(Wrong::OtherOrigin);
    }
    match data.cross_origin || data.top_origin.is_some() {
        true => Err(Wrong::Framed),
        false => Ok(()),
    }
}
