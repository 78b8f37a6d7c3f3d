//! Passwords: what one may be, and what it is told from.
//! A password is stretched with Argon2id (RFC 9106) under a salt of its own, a few at once, and is
//! stored nowhere; what it was stretched to is sealed with the person.

use crate::Failure;
use argon2::{Algorithm, Argon2, Params, Version};
use kept_terms::Randomness;
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// The shortest password, in characters (NIST SP 800-63B).
pub(crate) const SHORTEST: usize = 8;
/// The longest, in bytes: longer than anybody types, and short enough to be no burden.
pub(crate) const LONGEST_BYTES: usize = 1_024;
/// How much memory stretching takes, in KiB, and how often it goes over it (OWASP).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// How many are stretched at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 4;
/// How many wait for their turn before others are sent away.
const WAITING_MAX: usize = 64;

const SALT: usize = 16;
const LENGTH: usize = 32;

/// Words and patterns that many passwords are made of, one a line. The list was made for this
/// program; with what stands around and for letters it covers thousands.
const COMMON: &str = include_str!("common.txt");

/// Stretches passwords, a few at once.
pub(crate) struct Stretched {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Stretched {
    fn default() -> Stretched {
        Stretched {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(AT_ONCE + WAITING_MAX)),
        }
    }
}

impl Stretched {
    /// What a new password is told from.
    pub async fn new(
        &self,
        password: &Zeroizing<String>,
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure> {
        let mut salt = [0; SALT];
        randomness.fill(&mut salt);
        let stretched = self.stretch(password, salt).await?;
        Ok([&[FORMAT], &salt[..], &stretched[..]].concat())
    }

    /// Whether a password is the one that something stored tells of. Where nothing is stored it
    /// takes as long, and is not.
    pub async fn is(
        &self,
        password: &Zeroizing<String>,
        stored: Option<&[u8]>,
    ) -> Result<bool, Failure> {
        let read = stored.and_then(|stored| {
            let (format, rest) = stored.split_first()?;
            let (salt, told) = rest.split_first_chunk::<SALT>()?;
            (*format == FORMAT).then_some((*salt, told))
        });
        let (salt, told) = read.unwrap_or(([0; SALT], &[]));
        let stretched = self.stretch(password, salt).await?;
        Ok(kept_vault::same(&stretched[..], told))
    }

    async fn stretch(
        &self,
        password: &Zeroizing<String>,
        salt: [u8; SALT],
    ) -> Result<Zeroizing<[u8; LENGTH]>, Failure> {
        let busy = || Failure::Unavailable("too many people are signing in; try again".to_owned());
        let _waiting = self
            .waiting
            .clone()
            .try_acquire_owned()
            .map_err(|_| busy())?;
        let turn = self
            .turns
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| busy())?;
        let password = password.clone();
        let work = move || {
            let _turn = turn;
            let odd = |_| Failure::invalid("password", "cannot be stretched");
            let params = Params::new(MEMORY_KIB, PASSES, 1, Some(LENGTH)).map_err(odd)?;
            let mut stretched = Zeroizing::new([0; LENGTH]);
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(password.as_bytes(), &salt, stretched.as_mut_slice())
                .map_err(odd)?;
            Ok(stretched)
        };
        let stretched = tokio::task::spawn_blocking(work).await;
        stretched.map_err(|_| Failure::Unavailable("stretching a password broke off".to_owned()))?
    }
}

/// The format of what is stored: Argon2id with the memory and passes above.
const FORMAT: u8 = 1;

/// Checks what somebody wants as a password: long enough, not too long, not what everybody has.
/// Nothing is asked about which characters it has.
pub(crate) fn check(password: &str) -> Result<(), Failure> {
    let problem = match password.chars().count() {
        ..SHORTEST => "is shorter than 8 characters; 15 are better",
        _ if password.len() > LONGEST_BYTES => "is longer than 1,024 bytes",
        _ if is_common(password) => "is one that many people have; choose another",
        _ => return Ok(()),
    };
    Err(Failure::invalid("password", problem))
}

/// Whether many people have a password: it is listed, or a listed one with digits and signs around
/// it, or one character or a short piece over and over.
fn is_common(password: &str) -> bool {
    let small = password.to_lowercase();
    let plain: String = small.chars().map(unleeted).collect();
    let core = plain.trim_matches(|c: char| !c.is_alphabetic());
    let bare = small.trim_end_matches(|c: char| !c.is_alphanumeric());
    let listed = |text: &str| COMMON.lines().any(|line| line == text);
    let trimmed = small.trim_matches(|c: char| !c.is_alphabetic());
    listed(&small)
        || listed(bare)
        || [core, trimmed].iter().any(|it| it.len() >= 4 && listed(it))
        || is_repeated(&small)
        || is_run(&small)
}

/// A letter that a digit or sign often stands for.
fn unleeted(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether it is a piece of at most four characters over and over.
fn is_repeated(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (1..=4).any(|length| {
        let shifted = characters.iter().skip(length);
        characters
            .iter()
            .zip(shifted)
            .all(|(one, other)| one == other)
    })
}

/// Whether each character follows the one before, up or down, as in `12345678`.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    [1, -1].iter().any(|step| {
        let next = codes.iter().skip(1);
        codes
            .iter()
            .zip(next)
            .all(|(one, other)| other - one == *step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_people_have_is_refused_and_nothing_is_asked_about_characters() {
        for refused in [
            "short",
            "1234567",
            "password",
            "Password1!",
            "P@ssw0rd",
            "qwertyuiop",
            "12345678",
            "987654321",
            "aaaaaaaaaa",
            "abcabcabc",
            "letmein123",
            "iloveyou!!",
            "passw0rd2026",
        ] {
            assert!(check(refused).is_err(), "{refused}");
        }
        for taken in [
            "correct horse battery staple",
            "ein langer Satz ohne Ziffern",
            "kdhgqzmw",
            "一二三四五六七八九十甲乙",
            &"x1".repeat(32).replace("x1x1x1", "pqrstu"),
        ] {
            assert!(check(taken).is_ok(), "{taken}");
        }
        assert!(check(&"a1b2c3d4e5".repeat(200)).is_err());
    }
}
