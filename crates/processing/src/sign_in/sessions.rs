//! Sessions: who is signed in, since when, how they showed it, and when that ends.
//! A session is known by the hash of its secret. It is a key to nothing: whoever has one asks the
//! door as the person, and is decided on each time.

use super::places::is_over;
use super::{is_within, unwritten};
use crate::{Failure, Processing, tries};
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use kept_terms::{PersonId, Timestamp, Way};
use kept_vault::store::{Record, RecordKind, Store, Wanted, Write};
use serde::{Deserialize, Serialize};

/// A session that nobody used for so long has ended, in seconds.
const IDLE_SECONDS: i64 = 30 * 60;
/// However it is used, it has ended after so long, in seconds.
const LASTS_SECONDS: i64 = 12 * 3_600;
/// How exactly it is noted when a session was last used, in seconds.
const SEEN_SECONDS: i64 = 60;

/// Sessions by the hash of their secret, sealed.
const BY_SECRET: &str = "s/";
/// When each was last used.
const SEEN: &str = "t/";
/// The hashes of a person's sessions.
const BY_PERSON: &str = "p/";
/// What a session is sealed for.
const SEALED_FOR: &[u8] = b"sign-in-session";
/// How many records one step looks at.
const STEP: usize = 1_000;

/// A session of somebody who signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Tells it from others of the same person; it opens nothing.
    pub id: String,
    /// Who.
    pub person: PersonId,
    /// How they showed it: by a passkey surely, by a password or a code as surely as those are
    /// kept.
    pub way: Way,
    /// When it began.
    pub began: Timestamp,
    /// When they last showed who they are.
    pub proved: Timestamp,
    /// When it was last used, to a minute.
    pub seen: Timestamp,
    hash: String,
}

/// A session as it is sealed.
#[derive(Serialize, Deserialize)]
struct Told {
    person: [u8; 16],
    way: Way,
    began: i64,
    proved: i64,
}

impl Session {
    /// One that begins now, under a secret.
    pub(crate) fn begin(secret: &str, person: PersonId, way: Way, now: Timestamp) -> Session {
        let hash = hashed(secret);
        Session {
            id: hash.get(..16).unwrap_or_default().to_owned(),
            person,
            way,
            began: now,
            proved: now,
            seen: now,
            hash,
        }
    }

    /// Whether the person showed who they are just now.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        let age = now.as_second() - self.proved.as_second();
        is_within(age, super::RECENT_SECONDS)
    }

    fn holds(&self, now: Timestamp) -> bool {
        let since = |then: Timestamp| now.as_second() - then.as_second();
        is_within(since(self.began), LASTS_SECONDS) && is_within(since(self.seen), IDLE_SECONDS)
    }

    fn place_of_person(&self) -> String {
        format!("{BY_PERSON}{}/{}", self.person, self.hash)
    }
}

/// What a secret is known by.
pub(crate) fn hashed(secret: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, secret.as_bytes()).as_ref())
}

impl<S: Store> Processing<S> {
    /// The session that a secret opens; nothing where it has ended, or the person is gone.
    pub async fn session(&self, secret: &str) -> Result<Option<Session>, Failure> {
        let now = self.clock.now();
        let session = self.session_by(&hashed(secret)).await?;
        let Some(session) = session.filter(|session| session.holds(now)) else {
            return Ok(None);
        };
        let is_there = self.vault.look(session.person, Wanted::Nothing).await?;
        if is_there.is_none() {
            return Ok(None);
        }
        if now.as_second() - session.seen.as_second() >= SEEN_SECONDS {
            self.vault
                .store()
                .book(vec![seen(&session.hash, now)])
                .await?;
        }
        Ok(Some(session))
    }

    /// What stands in the forms of a session, so that nobody else's page can send them.
    pub fn form_token(&self, session: &Session) -> String {
        let token = self.vault.index("kept/form", &session.hash);
        HEXLOWER.encode(token.get(..16).unwrap_or(&token))
    }

    /// The sessions of a person that have not ended, the oldest first.
    pub async fn sessions(&self, person: PersonId) -> Result<Vec<Session>, Failure> {
        let now = self.clock.now();
        let mut found = Vec::new();
        for hash in self.hashes(person).await? {
            found.extend(self.session_by(&hash).await?);
        }
        found.retain(|session| session.holds(now));
        found.sort_by_key(|session| session.began);
        Ok(found)
    }

    async fn hashes(&self, person: PersonId) -> Result<Vec<String>, Failure> {
        let begins = format!("{BY_PERSON}{person}/");
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let store = self.vault.store();
            let page = store.records_page(
                RecordKind::Session,
                begins.as_bytes(),
                after.as_deref(),
                STEP,
            );
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = Some(last.key.clone());
            let texts = page
                .iter()
                .filter_map(|it| std::str::from_utf8(&it.key).ok());
            found.extend(texts.filter_map(|key| Some(key.rsplit_once('/')?.1.to_owned())));
        }
    }

    async fn session_by(&self, hash: &str) -> Result<Option<Session>, Failure> {
        let place = format!("{BY_SECRET}{hash}");
        let store = self.vault.store();
        let Some(sealed) = store.record(RecordKind::Session, place.as_bytes()).await? else {
            return Ok(None);
        };
        let place = format!("{SEEN}{hash}");
        let seen = store.record(RecordKind::Session, place.as_bytes()).await?;
        self.open_session(hash, &sealed, seen.as_deref()).map(Some)
    }

    fn open_session(
        &self,
        hash: &str,
        sealed: &[u8],
        seen: Option<&[u8]>,
    ) -> Result<Session, Failure> {
        let damaged = || Failure::Corrupt("a session cannot be read".to_owned());
        let id = [SEALED_FOR, hash.as_bytes()].concat();
        let told = self.vault.keyring().outgoing().open(&id, sealed)?;
        let told: Told = serde_json::from_slice(&told).map_err(|_| damaged())?;
        let at = |second| Timestamp::from_second(second).map_err(|_| damaged());
        let seen = seen.and_then(|bytes| bytes.try_into().ok());
        let seen = seen.map_or(told.began, i64::from_be_bytes);
        Ok(Session {
            id: hash.get(..16).unwrap_or_default().to_owned(),
            person: PersonId(told.person),
            way: told.way,
            began: at(told.began)?,
            proved: at(told.proved)?,
            seen: at(seen.max(told.began))?,
            hash: hash.to_owned(),
        })
    }

    /// The changes that begin a session.
    pub(crate) fn session_begun(&self, session: &Session) -> Result<Vec<Write>, Failure> {
        let id = [SEALED_FOR, session.hash.as_bytes()].concat();
        let told = Told {
            person: session.person.0,
            way: session.way,
            began: session.began.as_second(),
            proved: session.proved.as_second(),
        };
        let told = serde_json::to_vec(&told).map_err(unwritten)?;
        let key = self.vault.keyring().outgoing();
        let sealed = key.seal(&id, &told, &*self.randomness)?;
        Ok(vec![
            put(format!("{BY_SECRET}{}", session.hash), sealed),
            put(session.place_of_person(), Vec::new()),
            seen(&session.hash, session.began),
        ])
    }

    /// The changes that end sessions of a person, but for one where one is named.
    pub(crate) async fn sessions_over(
        &self,
        person: PersonId,
        which: &super::Which,
    ) -> Result<Vec<Write>, Failure> {
        use super::Which;
        let mut writes = Vec::new();
        for hash in self.hashes(person).await? {
            let id = hash.get(..16).unwrap_or_default();
            let ends = match which {
                Which::One(one) => one == id,
                Which::Others(one) => one != id,
                Which::All => true,
            };
            if ends {
                writes.extend(gone_with(person, &hash));
            }
        }
        Ok(writes)
    }

    /// How many sessions have not ended.
    pub async fn count_sessions(&self) -> Result<u64, Failure> {
        let now = self.clock.now();
        let (mut count, mut after) = (0, None);
        loop {
            let page = self
                .page(RecordKind::Session, BY_SECRET, &mut after)
                .await?;
            if page.is_empty() {
                return Ok(count);
            }
            for record in page {
                let session = self.session_of(&record).await?;
                count += u64::from(session.is_some_and(|session| session.holds(now)));
            }
        }
    }

    async fn session_of(&self, record: &Record) -> Result<Option<Session>, Failure> {
        let hash = std::str::from_utf8(&record.key).ok();
        match hash.and_then(|key| key.strip_prefix(BY_SECRET)) {
            Some(hash) => self.session_by(hash).await,
            None => Ok(None),
        }
    }

    /// The next page of records; none where there are no more.
    async fn page(
        &self,
        kind: RecordKind,
        begins: &str,
        after: &mut Option<Vec<u8>>,
    ) -> Result<Vec<Record>, Failure> {
        let store = self.vault.store();
        let page = store.records_page(kind, begins.as_bytes(), after.as_deref(), STEP);
        let page = page.await?;
        *after = page.last().map(|last| last.key.clone());
        Ok(page)
    }

    /// Forgets sessions that have ended, and attempts of all kinds whose time is over; the answer
    /// is how many. Once a day is enough: neither holds any longer for being remembered.
    pub async fn tidy_sign_in(&self) -> Result<u64, Failure> {
        let now = self.clock.now();
        let (mut count, mut after) = (self.tidy_copy_links().await?, None);
        loop {
            let page = self.page(RecordKind::Attempt, "", &mut after).await?;
            if page.is_empty() {
                break;
            }
            let mut gone = Vec::new();
            for record in page {
                let second = now.as_second();
                if is_over(&record, second) || self.attempt_is_over(&record, second)? {
                    gone.push(Write::DeleteRecord(RecordKind::Attempt, record.key));
                }
            }
            count += self.forget(gone).await?;
        }
        loop {
            let page = self
                .page(RecordKind::Progress, tries::PLACE, &mut after)
                .await?;
            if page.is_empty() {
                break;
            }
            let old = page.into_iter();
            let old = old.filter(|record| tries::is_forgotten(&record.value, now));
            let gone = old.map(|record| Write::DeleteRecord(RecordKind::Progress, record.key));
            count += self.forget(gone.collect()).await?;
        }
        loop {
            let page = self
                .page(RecordKind::Session, BY_SECRET, &mut after)
                .await?;
            if page.is_empty() {
                return Ok(count);
            }
            let mut gone = Vec::new();
            for record in page {
                let session = self.session_of(&record).await?;
                if let Some(session) = session.filter(|session| !session.holds(now)) {
                    gone.extend(gone_with(session.person, &session.hash));
                }
            }
            count += self.forget(gone).await?;
        }
    }

    async fn forget(&self, gone: Vec<Write>) -> Result<u64, Failure> {
        let count = gone.len() as u64;
        if count > 0 {
            self.vault.store().book(gone).await?;
        }
        Ok(count)
    }
}

/// The changes that leave nothing of a session.
fn gone_with(person: PersonId, hash: &str) -> [Write; 3] {
    let places = [
        format!("{BY_SECRET}{hash}"),
        format!("{SEEN}{hash}"),
        format!("{BY_PERSON}{person}/{hash}"),
    ];
    places.map(|key| Write::DeleteRecord(RecordKind::Session, key.into_bytes()))
}

fn put(key: String, value: Vec<u8>) -> Write {
    Write::PutRecord(Record {
        kind: RecordKind::Session,
        key: key.into_bytes(),
        value,
    })
}

fn seen(hash: &str, now: Timestamp) -> Write {
    put(
        format!("{SEEN}{hash}"),
        now.as_second().to_be_bytes().to_vec(),
    )
}
