//! Passkeys: what a device is asked, by what it knows a person, and what is remembered of its keys.
//! A challenge is drawn from a key and the attempt each time it is needed, and stored nowhere. What
//! is remembered of a passkey is its public half, sealed with the person.

use super::{For, hashed};
use crate::{Failure, Processing};
use kept_passkeys::{Made, Site};
use kept_terms::PersonId;
use kept_vault::store::{Store, Wanted};
use kept_vault::{PersonState, Seen};

/// How many passkeys somebody may have.
pub(crate) const PASSKEYS_MAX: usize = 10;
/// The longest name of one, in characters.
const NAME_MAX: usize = 60;
/// What the handle of a person is sealed for.
const HANDLE: &[u8] = b"passkey-handle";

/// A change to somebody's passkeys.
#[derive(Clone)]
pub enum PasskeyChange {
    /// One is about to be made.
    Ask {
        /// The secret of the browser that asks; see [`Processing::passkey_challenge`].
        attempt: String,
    },
    /// One was made.
    Add {
        /// The secret of the browser that asked.
        attempt: String,
        /// For which site it has to be.
        site: Site,
        /// What the person calls it.
        name: String,
        /// What the device made.
        made: Box<Made>,
    },
    /// One is removed. The person's other sessions end.
    Remove {
        /// Which; see [`PasskeyHeld`].
        ///
        /// [`PasskeyHeld`]: crate::PasskeyHeld
        passkey: String,
    },
}

/// A passkey as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// Tells it from others of the same person; it opens nothing.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// The second since 1970 at which it was added.
    pub added: i64,
    /// The second since 1970 at which it was last used; nothing where it never was.
    pub used: Option<i64>,
    /// By what the device knows it.
    pub device_id: Vec<u8>,
}

impl<S: Store> Processing<S> {
    /// The challenge that a browser with this secret has to have answered; nothing where it asked
    /// for none, too long ago, or something was shown for it.
    pub async fn passkey_challenge(&self, attempt: &str) -> Result<Option<[u8; 32]>, Failure> {
        let now = self.clock.now().as_second();
        let found = self.any_attempt(attempt, now).await?;
        let found = found.filter(|found| found.what != For::Code);
        Ok(found.map(|found| self.challenge(&found.number)))
    }

    /// The challenge of an attempt.
    pub(crate) fn challenge(&self, number: &str) -> [u8; 32] {
        self.vault.index("kept/passkey-challenge", number)
    }

    /// A person's passkeys, and by what devices know the person, once they may make one.
    pub async fn passkeys(
        &self,
        person: PersonId,
    ) -> Result<(Vec<Held>, Option<Vec<u8>>), Failure> {
        let seen = self.vault.look(person, Wanted::Nothing).await?;
        Ok(seen.map_or_else(Default::default, |seen| {
            let handle = seen.state.credentials.handle.clone();
            (held(&seen.state), handle)
        }))
    }

    /// By what devices are to know a person.
    pub(crate) fn new_handle(&self, person: PersonId) -> Result<Vec<u8>, Failure> {
        let key = self.vault.keyring().outgoing();
        Ok(key.seal(HANDLE, &person.0, &*self.randomness)?)
    }

    /// Who is known to devices by a handle. Where it is nobody, somebody is looked at all the same,
    /// and not used.
    pub(crate) async fn handled(&self, handle: &[u8]) -> Result<Option<Seen>, Failure> {
        let opened = self.vault.keyring().outgoing().open(HANDLE, handle).ok();
        let person = opened.and_then(|it| Some(PersonId(it.as_slice().try_into().ok()?)));
        let store = self.vault.store();
        let decoy = store.people(None, 1).await?.first().copied();
        let seen = match person.or(decoy) {
            Some(person) => self.vault.look(person, Wanted::Nothing).await?,
            None => None,
        };
        Ok(seen.filter(|seen| {
            let known = seen.state.credentials.handle.as_deref();
            person.is_some() && known == Some(handle)
        }))
    }
}

/// The passkeys of a person.
pub(crate) fn held(state: &PersonState) -> Vec<Held> {
    let passkeys = state.credentials.passkeys.iter();
    let held = passkeys.map(|passkey| Held {
        id: told_apart(&passkey.id),
        name: passkey.name.clone(),
        added: passkey.added,
        used: (passkey.used > 0).then_some(passkey.used),
        device_id: passkey.id.clone(),
    });
    held.collect()
}

/// By what a passkey is told from others of the same person.
pub(crate) fn told_apart(id: &[u8]) -> String {
    let text = data_encoding::HEXLOWER.encode(id);
    hashed(&text).get(..16).unwrap_or_default().to_owned()
}

/// The name that somebody gives a passkey.
pub(crate) fn named(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    let problem = match name.chars().count() {
        0 => "is missing; call it by the device, such as `my laptop`",
        1..=NAME_MAX if name.chars().any(char::is_control) => "has a sign that cannot be shown",
        1..=NAME_MAX => return Ok(name.to_owned()),
        _ => "is longer than 60 characters",
    };
    Err(Failure::invalid("name", problem))
}
