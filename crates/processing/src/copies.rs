//! Links to the copy of what is held of somebody. A link opens nothing by itself: it says where the
//! copy is, to whoever is signed in as the person it was made for, until its day.
//! A link is known by the hash of a secret, under its person; it holds no value and names nobody,
//! so whoever finds one learns nothing from it, not even whether it is good.

use crate::sign_in::hashed;
use crate::{Failure, Processing};
use kept_terms::PersonId;
use kept_vault::store::{Record, RecordKind, Store, Write};

/// For how long a link is good, in seconds: seven days.
pub(crate) const LASTS_SECONDS: i64 = 7 * 86_400;
/// How many somebody may have at once.
pub(crate) const LINKS_MAX: usize = 5;
/// How a link's key begins.
const LINK: &str = "c/";
/// How many records one step looks at.
const STEP: usize = 1_000;

/// What is done about links to one's copy.
#[derive(Clone)]
pub enum CopyLink {
    /// One is made.
    Make {
        /// For whom.
        person: PersonId,
        /// Its secret; see [`Processing::draw_secret`].
        secret: String,
    },
    /// One is good no longer.
    Revoke {
        /// Whose.
        person: PersonId,
        /// Which; see [`CopyLinkHeld`].
        link: String,
    },
}

impl CopyLink {
    /// Whose link it is about.
    pub(crate) fn person(&self) -> PersonId {
        match self {
            CopyLink::Make { person, .. } | CopyLink::Revoke { person, .. } => *person,
        }
    }
}

/// A link that is good, as its person sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CopyLinkHeld {
    /// Tells it from others of the same person; it opens nothing.
    pub id: String,
    /// The second since 1970 until which it is good.
    pub until: i64,
}

impl<S: Store> Processing<S> {
    /// The links of a person that are good, the oldest first.
    pub async fn copy_links(&self, person: PersonId) -> Result<Vec<CopyLinkHeld>, Failure> {
        let now = self.clock.now().as_second();
        let records = self.link_records(&format!("{LINK}{person}/")).await?;
        let good = records.iter().filter(|record| until(record) > now);
        let mut held: Vec<CopyLinkHeld> = good
            .map(|record| CopyLinkHeld {
                id: id(record),
                until: until(record),
            })
            .collect();
        held.sort_by_key(|link| link.until);
        Ok(held)
    }

    /// Whether a secret is of a link that is good, and this person's.
    pub async fn is_copy_link(&self, person: PersonId, secret: &str) -> Result<bool, Failure> {
        let now = self.clock.now().as_second();
        let key = format!("{LINK}{person}/{}", hashed(secret));
        let store = self.vault.store();
        let found = store.record(RecordKind::Session, key.as_bytes()).await?;
        Ok(found.is_some_and(|value| second(&value) > now))
    }

    /// The change that makes a link.
    pub(crate) fn link_made(person: PersonId, secret: &str, now: i64) -> Write {
        Write::PutRecord(Record {
            kind: RecordKind::Session,
            key: format!("{LINK}{person}/{}", hashed(secret)).into_bytes(),
            value: (now + LASTS_SECONDS).to_be_bytes().to_vec(),
        })
    }

    /// The changes that end a link of a person; none where there is none.
    pub(crate) async fn link_over(
        &self,
        person: PersonId,
        link: &str,
    ) -> Result<Vec<Write>, Failure> {
        let records = self.link_records(&format!("{LINK}{person}/")).await?;
        let ended = records.into_iter().filter(|record| id(record) == link);
        let gone = ended.map(|record| Write::DeleteRecord(RecordKind::Session, record.key));
        Ok(gone.collect())
    }

    /// Forgets links whose day is past; the answer is how many.
    pub(crate) async fn tidy_copy_links(&self) -> Result<u64, Failure> {
        let now = self.clock.now().as_second();
        let records = self.link_records(LINK).await?;
        let old = records.into_iter().filter(|record| until(record) <= now);
        let gone = old.map(|record| Write::DeleteRecord(RecordKind::Session, record.key));
        let gone: Vec<Write> = gone.collect();
        let count = gone.len() as u64;
        for some in gone.chunks(STEP) {
            self.vault.store().book(some.to_vec()).await?;
        }
        Ok(count)
    }

    async fn link_records(&self, begins: &str) -> Result<Vec<Record>, Failure> {
        let (mut found, mut after) = (Vec::new(), None::<Vec<u8>>);
        loop {
            let store = self.vault.store();
            let begins = begins.as_bytes();
            let page = store.records_page(RecordKind::Session, begins, after.as_deref(), STEP);
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = Some(last.key.clone());
            found.extend(page);
        }
    }
}

fn second(value: &[u8]) -> i64 {
    value.try_into().map_or(0, i64::from_be_bytes)
}

fn until(record: &Record) -> i64 {
    second(&record.value)
}

/// By what a link is told from others: the beginning of its hash.
fn id(record: &Record) -> String {
    let text = String::from_utf8_lossy(&record.key);
    let hash = text.rsplit('/').next().unwrap_or_default();
    hash.get(..16).unwrap_or_default().to_owned()
}
