//! Codes by e-mail: what a browser that asked for one is remembered by, and what the code is.
//! The code is drawn from a key, the person and the number of the attempt each time it is needed,
//! and stored nowhere. Attempts with passkeys are remembered in the same way.

use super::{hashed, is_within, unwritten};
use crate::{Failure, Processing};
use data_encoding::HEXLOWER;
use kept_terms::PersonId;
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How long a code holds, in seconds.
pub(crate) const CODE_LASTS_SECONDS: i64 = 600;
/// How long what a browser asked a device holds, in seconds.
pub(crate) const ATTEMPT_LASTS_SECONDS: i64 = CODE_LASTS_SECONDS;
/// The template of the message that carries a code.
pub(crate) const CODE_TEMPLATE: &str = "sign-in-code";

/// How an attempt's key begins.
const ATTEMPT: &str = "a/";
/// What an attempt is sealed for.
const SEALED_FOR: &[u8] = b"sign-in-attempt";
/// Stands where nobody is meant, so that an attempt for nobody looks like any other.
const NOBODY: [u8; 16] = [0; 16];

/// What an attempt is for. One is never good for another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum For {
    /// Signing in by a code.
    Code,
    /// Signing in by a passkey.
    Passkey,
    /// Adding a passkey, in one session.
    NewPasskey(String),
}

/// One browser's attempt.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// What it is for.
    pub what: For,
    person: [u8; 16],
    /// Random, with the second at which the code was asked for.
    pub number: String,
    /// That second.
    asked: i64,
}

impl Attempt {
    /// An attempt of somebody, or of nobody.
    pub fn new(what: For, person: Option<PersonId>, number: String, asked: i64) -> Attempt {
        let person = person.map_or(NOBODY, |person| person.0);
        Attempt {
            what,
            person,
            number,
            asked,
        }
    }

    /// Whom it is for; nothing where no code was sent.
    pub fn person(&self) -> Option<PersonId> {
        (self.person != NOBODY).then_some(PersonId(self.person))
    }

    fn holds(&self, now: i64) -> bool {
        is_within(now - self.asked, CODE_LASTS_SECONDS)
    }
}

/// Whether the code of a message, known by what the message is about, no longer holds.
pub(crate) fn code_is_late(number: &str, now: i64) -> bool {
    let asked = number.split_once('.');
    let asked = asked.and_then(|(_, asked)| asked.parse::<i64>().ok());
    asked.is_none_or(|asked| !is_within(now - asked, CODE_LASTS_SECONDS))
}

impl<S: Store> Processing<S> {
    /// Draws the number of an attempt.
    pub(crate) fn draw_number(&self, now: i64) -> String {
        let mut bytes = [0; 16];
        self.randomness.fill(&mut bytes);
        format!("{}.{now}", HEXLOWER.encode(&bytes))
    }

    /// The code of an attempt: eight digits.
    pub(crate) fn code(&self, person: PersonId, number: &str) -> Zeroizing<String> {
        let drawn = self
            .vault
            .index("kept/sign-in-code", &format!("{person} {number}"));
        let drawn = drawn.first_chunk().map_or(0, |it| u64::from_be_bytes(*it));
        Zeroizing::new(format!("{:08}", drawn % 100_000_000))
    }

    /// The change that remembers an attempt under its browser's secret.
    pub(crate) fn attempted(&self, secret: &str, attempt: &Attempt) -> Result<Write, Failure> {
        let hash = hashed(secret);
        let id = [SEALED_FOR, hash.as_bytes()].concat();
        let told = serde_json::to_vec(attempt).map_err(unwritten)?;
        let key = self.vault.keyring().outgoing();
        Ok(Write::PutRecord(Record {
            kind: RecordKind::Attempt,
            key: format!("{ATTEMPT}{hash}").into_bytes(),
            value: key.seal(&id, &told, &*self.randomness)?,
        }))
    }

    /// The attempt of a browser; nothing where it asked for nothing of the kind, or too long ago.
    pub(crate) async fn attempt(
        &self,
        secret: &str,
        what: &For,
        now: i64,
    ) -> Result<Option<Attempt>, Failure> {
        let attempt = self.any_attempt(secret, now).await?;
        Ok(attempt.filter(|attempt| attempt.what == *what))
    }

    /// The attempt of a browser, whatever it is for.
    pub(super) async fn any_attempt(
        &self,
        secret: &str,
        now: i64,
    ) -> Result<Option<Attempt>, Failure> {
        let hash = hashed(secret);
        let place = format!("{ATTEMPT}{hash}");
        let store = self.vault.store();
        let found = store.record(RecordKind::Attempt, place.as_bytes()).await?;
        let attempt = found.map(|sealed| self.open_attempt(&hash, &sealed));
        let attempt = attempt.transpose()?;
        Ok(attempt.filter(|attempt| attempt.holds(now)))
    }

    fn open_attempt(&self, hash: &str, sealed: &[u8]) -> Result<Attempt, Failure> {
        let id = [SEALED_FOR, hash.as_bytes()].concat();
        let told = self.vault.keyring().outgoing().open(&id, sealed)?;
        serde_json::from_slice(&told)
            .map_err(|_| Failure::Corrupt("an attempt to sign in cannot be read".to_owned()))
    }

    /// The change that forgets an attempt: its code was used.
    pub(crate) fn attempt_over(&self, secret: &str) -> Write {
        let key = format!("{ATTEMPT}{}", hashed(secret));
        Write::DeleteRecord(RecordKind::Attempt, key.into_bytes())
    }

    /// Whether a record is an attempt whose time is over.
    pub(super) fn attempt_is_over(&self, record: &Record, now: i64) -> Result<bool, Failure> {
        let text = std::str::from_utf8(&record.key).ok();
        let Some(hash) = text.and_then(|key| key.strip_prefix(ATTEMPT)) else {
            return Ok(false);
        };
        Ok(!self.open_attempt(hash, &record.value)?.holds(now))
    }
}
