//! People signing in: what they show, the sessions that follow, and how often either may be tried.
//! Which ways there are is the policy's to say. Nothing here is stored but hashes, and what is
//! sealed; no code is stored at all.
//!
//! Whoever asks for a code is answered alike whether the address is known or not: the same is
//! looked up, decided and written, and what differs goes to the address alone.

mod codes;
mod passkeys;
mod passwords;
mod places;
mod sessions;

pub(crate) use codes::{
    ATTEMPT_LASTS_SECONDS, Attempt, CODE_LASTS_SECONDS, CODE_TEMPLATE, For, code_is_late,
};
pub use passkeys::{Held as PasskeyHeld, PasskeyChange};
pub(crate) use passkeys::{PASSKEYS_MAX, held, named, told_apart};
pub(crate) use passwords::{Stretched, check};
pub(crate) use places::Places;
pub use sessions::Session;
pub(crate) use sessions::hashed;

use crate::{Failure, Processing};
use kept_passkeys::{Shown, Site};
use kept_policy::{Choice, Document, Policy};
use kept_terms::{PersonId, Territory, Way};
use kept_vault::store::{Store, Wanted};
use zeroize::Zeroizing;

/// The ways that there are, where a clause lists them.
pub(crate) const WAYS: [Way; 3] = [Way::Password, Way::Passkey, Way::EmailCode];
/// How many codes are sent to one address in an hour; beyond that none is, and nobody is told.
pub(crate) const CODES_MAX: u32 = 5;
/// Over how long they are counted, in seconds.
pub(crate) const CODES_SECONDS: i64 = 3_600;
/// Over how long guesses at a password are counted, in seconds.
pub(crate) const GUESSES_SECONDS: i64 = 15 * 60;
/// For how long after showing who they are somebody may change how they do, in seconds.
pub(crate) const RECENT_SECONDS: i64 = 10 * 60;

/// How far the clocks of servers before one store may differ, in seconds.
pub(crate) const SKEW_SECONDS: i64 = 60;

/// Whether something that happened so many seconds ago is not so many seconds old yet.
pub(crate) fn is_within(age: i64, seconds: i64) -> bool {
    (-SKEW_SECONDS..seconds).contains(&age)
}

/// What is done about signing in.
#[derive(Clone)]
pub enum Signing {
    /// A code is to be sent to an address, if it is somebody's.
    AskCode {
        /// The address, as it was typed.
        address: String,
        /// The secret of the browser that asks; see [`Processing::draw_secret`].
        attempt: String,
        /// Where the one who asks is, as far as that is known: it says by which document the ways
        /// are listed.
        country: Option<Territory>,
    },
    /// The code that was sent.
    Code {
        /// The secret of the browser that asked for it.
        attempt: String,
        /// The code, as it was typed.
        code: Zeroizing<String>,
        /// Where it comes from, such as the network of the caller's address.
        from: String,
        /// The secret of the session that follows; see [`Processing::draw_secret`].
        session: String,
    },
    /// An address and a password.
    Password {
        /// The address, as it was typed.
        address: String,
        /// The password.
        password: Zeroizing<String>,
        /// As for a code.
        from: String,
        /// As for a code.
        session: String,
        /// As for asking for a code.
        country: Option<Territory>,
    },
    /// Somebody is about to show a passkey. Nobody says who; the device will.
    AskPasskey {
        /// The secret of the browser that asks; see [`Processing::passkey_challenge`].
        attempt: String,
        /// As for asking for a code.
        country: Option<Territory>,
    },
    /// What a device shows.
    Passkey {
        /// The secret of the browser that asked.
        attempt: String,
        /// For which site it has to be.
        site: Site,
        /// What it shows.
        shown: Box<Shown>,
        /// As for a code.
        from: String,
        /// As for a code.
        session: String,
    },
    /// Somebody who is signed in adds a passkey or removes one.
    ChangePasskeys {
        /// Who.
        person: PersonId,
        /// In which session.
        session: String,
        /// What they change.
        change: PasskeyChange,
    },
    /// Somebody who is signed in sets a password, in the place of the one before. Their other
    /// sessions end.
    SetPassword {
        /// Who.
        person: PersonId,
        /// In which session.
        session: String,
        /// The password.
        password: Zeroizing<String>,
    },
    /// Somebody who is signed in does without a password from now on. Their other sessions end.
    RemovePassword {
        /// Who.
        person: PersonId,
        /// In which session.
        session: String,
    },
}

/// Which sessions end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Which {
    /// One, by its identifier.
    One(String),
    /// All but one.
    Others(String),
    /// All.
    All,
}

/// What came of showing who one is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proved {
    /// It was right; this is the session.
    In(Box<Session>),
    /// It was not right.
    Wrong,
    /// There is nothing to show it for any more: too late, used, or never asked for.
    Over,
}

impl<S: Store> Processing<S> {
    /// Draws a secret for a browser: 256 random bits.
    pub fn draw_secret(&self) -> String {
        let mut secret = [0; 32];
        self.randomness.fill(&mut secret);
        data_encoding::BASE64URL_NOPAD.encode(&secret)
    }

    /// Whether a person has a password; what it is nobody can tell.
    pub async fn has_password(&self, person: PersonId) -> Result<bool, Failure> {
        let seen = self.vault.look(person, Wanted::Nothing).await?;
        Ok(seen.is_some_and(|seen| seen.state.credentials.password.is_some()))
    }
}

/// The purpose for which codes are sent: one that people act for themselves, and have no choice
/// about.
pub(crate) fn code_purpose(policy: &Policy, document: &Document) -> Option<String> {
    let mut purposes = policy.words.purposes.iter();
    let fitting = purposes.find(|(id, _)| {
        let r#use = document.rules.use_of(*id);
        r#use.is_some_and(|(_, r#use)| r#use.person && r#use.choice == Choice::None)
    });
    fitting.map(|(id, _)| policy.words.purposes.name(id).to_owned())
}

/// What cannot be written down.
pub(crate) fn unwritten<E>(_: E) -> Failure {
    Failure::invalid("the session", "cannot be written down")
}
