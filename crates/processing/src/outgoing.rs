//! The queue of messages: to whom, by which template, for what, and how each stands.
//! It holds no value: the address and what a message says are asked of the door when it is sent,
//! so what was objected to or erased meanwhile is not sent.
//!
//! A record stands in one of three lanes, named by how its key begins: `w/` waits, in order of the
//! time at which it is due; `l/` is leaving; `d/` is done with. Beside them `t/` finds a message by
//! its token, and `b/` remembers addresses that do not work, as keyed digests.

mod bounce;
mod campaign;
mod case;
mod handing;
mod mailbox;
mod nobody;
mod optout;

pub use bounce::Bounced;
pub use campaign::Campaign;
pub use handing::{Dropped, Ended, Handing, Parcel};
pub(crate) use handing::{address_field, address_fields};
pub(crate) use mailbox::TEAM;
pub(crate) use nobody::OF_NOBODY;
pub use optout::OptOut;

use crate::sign_in::CODE_TEMPLATE;
use crate::{Failure, Processing};
use kept_terms::{Name, PersonId};
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};

/// The lane of messages that wait.
const WAITING: &str = "w/";
/// The lane of messages that are being handed over.
const LEAVING: &str = "l/";
/// The lanes of messages that have not left.
pub(crate) const UNSENT: [&str; 2] = [WAITING, LEAVING];
/// The lane of messages that are done with.
const DONE: &str = "d/";
/// Messages by their token.
const TOKEN: &str = "t/";
/// Addresses that do not work.
const BOUNCED: &str = "b/";

/// For how long what became of a message is remembered, so that a bounce finds it: in seconds.
const REMEMBERED_SECONDS: i64 = 30 * 86_400;

/// In the place of a person, where a message goes to the address that stands in a case.
pub(crate) const OF_A_CASE: PersonId = PersonId([0; 16]);

/// In the place of a person, where a message goes to a mailbox of a team or of a client.
pub(crate) const OF_A_MAILBOX: PersonId =
    PersonId([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

/// How many records one step looks at.
const STEP: usize = 1_000;

/// The longest that says what a message is about, in bytes.
const ABOUT_MAX: usize = 200;

/// A message, under a key that says what it is about: the same key is the same message, so it is
/// sent once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outgoing {
    /// To whom.
    pub person: PersonId,
    /// By which template, such as `policy-change`.
    pub template: String,
    /// For which purpose the person is contacted.
    pub purpose: String,
    /// What it is about: a version, a survey, an item; nothing that tells of a person.
    pub about: String,
    /// The second since 1970 before which it is not sent.
    pub not_before: i64,
    /// How it stands.
    pub state: Sending,
    /// A keyed digest of the address it went to, by which a bounce is held against that address
    /// and no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// How a message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sending {
    /// It waits, after so many attempts that failed.
    Waiting {
        /// How many.
        attempts: u32,
    },
    /// It is being handed over. Found so after a crash, it may have left or not.
    Leaving {
        /// How many attempts failed before.
        attempts: u32,
        /// Whether the person may choose not to get such messages; then it is never sent twice.
        marketing: bool,
    },
    /// A server took it.
    Gone {
        /// The second since 1970.
        second: i64,
    },
    /// It will not arrive.
    Undeliverable {
        /// The second since 1970.
        second: i64,
        /// Why.
        why: Undelivered,
    },
    /// It may have left or not, and is not sent again.
    Doubtful {
        /// The second since 1970.
        second: i64,
    },
}

/// Why a message will not arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undelivered {
    /// No address is held for its purpose.
    NoAddress,
    /// The address did not work before, and the message is one that the person may choose not to
    /// get.
    AddressBounced,
    /// A server refused it for good.
    Rejected,
    /// A server took it and sent it back.
    Bounced,
    /// It was tried for days.
    GivenUp,
    /// Nothing says what it should say.
    NoTemplate,
    /// What it says no longer holds.
    Late,
}

impl Undelivered {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Undelivered::NoAddress => "no-address",
            Undelivered::AddressBounced => "address-bounced",
            Undelivered::Rejected => "rejected",
            Undelivered::Bounced => "bounced",
            Undelivered::GivenUp => "given-up",
            Undelivered::NoTemplate => "no-template",
            Undelivered::Late => "late",
        }
    }
}

impl Sending {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Sending::Waiting { .. } => "waiting",
            Sending::Leaving { .. } => "leaving",
            Sending::Gone { .. } => "gone",
            Sending::Undeliverable { .. } => "undeliverable",
            Sending::Doubtful { .. } => "doubtful",
        }
    }
}

/// How many messages stand how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "one count for each state")]
pub struct Post {
    pub waiting: u64,
    pub leaving: u64,
    pub gone: u64,
    pub undeliverable: u64,
    pub doubtful: u64,
}

impl Outgoing {
    /// A message that waits to be sent at once.
    pub fn new(person: PersonId, template: &str, purpose: &str, about: &str) -> Outgoing {
        Outgoing {
            person,
            template: template.to_owned(),
            purpose: purpose.to_owned(),
            about: about.to_owned(),
            not_before: 0,
            state: Sending::Waiting { attempts: 0 },
            address: None,
        }
    }

    /// What makes it this message and no other, however it stands.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}/{}", self.person, self.template, self.about)
    }

    /// The key under which it stands in the queue.
    pub fn key(&self) -> String {
        let id = self.id();
        match self.state {
            Sending::Waiting { attempts } => {
                let due = u64::try_from(self.not_before).unwrap_or(0);
                // Somebody waits for a code; nothing else comes before it.
                let first = match self.template == CODE_TEMPLATE && attempts == 0 {
                    true => "!",
                    false => "",
                };
                format!("{WAITING}{first}{due:016x}/{id}")
            }
            Sending::Leaving { .. } => format!("{LEAVING}{id}"),
            Sending::Gone { .. } | Sending::Undeliverable { .. } | Sending::Doubtful { .. } => {
                format!("{DONE}{id}")
            }
        }
    }

    /// The change that queues it, to be made with the act that causes it.
    pub fn queued(&self) -> Result<Write, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the message", "cannot be written down"))?;
        Ok(put(&self.key(), value))
    }

    /// How many attempts failed.
    fn attempts(&self) -> u32 {
        match self.state {
            Sending::Waiting { attempts } | Sending::Leaving { attempts, .. } => attempts,
            Sending::Gone { .. } | Sending::Undeliverable { .. } | Sending::Doubtful { .. } => 0,
        }
    }

    /// Whether it was found to be marketing when it was handed over; what was not handed over
    /// counts as such.
    fn is_marketing(&self) -> bool {
        match self.state {
            Sending::Leaving { marketing, .. } => marketing,
            Sending::Waiting { .. }
            | Sending::Gone { .. }
            | Sending::Undeliverable { .. }
            | Sending::Doubtful { .. } => true,
        }
    }

    /// The change that takes it out of where it stands.
    fn taken_out(&self) -> Write {
        Write::DeleteRecord(RecordKind::Outgoing, self.key().into_bytes())
    }

    /// The changes that make it stand otherwise.
    fn moved_to(&self, to: &Outgoing) -> Result<Vec<Write>, Failure> {
        Ok(vec![self.taken_out(), to.queued()?])
    }

    fn read(record: &Record) -> Result<Outgoing, Failure> {
        serde_json::from_slice(&record.value)
            .map_err(|_| Failure::Corrupt("a message in the queue cannot be read".to_owned()))
    }

    /// Checks that its template and what it is about can stand in a key.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if Name::new(&self.template).is_err() {
            let problem = "is not a short name of small letters, digits and hyphens";
            return Err(Failure::invalid("template", problem));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '@' | '/' | ':');
        if self.about.is_empty() || self.about.len() > ABOUT_MAX || !self.about.chars().all(plain) {
            let problem = "is not a short reference of letters, digits and `-.@/:`";
            return Err(Failure::invalid("about", problem));
        }
        Ok(())
    }
}

fn put(key: &str, value: Vec<u8>) -> Write {
    Write::PutRecord(Record {
        kind: RecordKind::Outgoing,
        key: key.as_bytes().to_vec(),
        value,
    })
}

impl<S: Store> Processing<S> {
    /// Messages that wait, in the order in which they are due, after one's key, at most so many.
    pub async fn outgoing(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Outgoing>, Failure> {
        self.lane(WAITING, after, limit).await
    }

    /// Messages that wait, leave or are done with, after one's key, at most so many.
    pub async fn post(&self, after: Option<&str>, limit: usize) -> Result<Vec<Outgoing>, Failure> {
        let mut found = Vec::new();
        for lane in [DONE, LEAVING, WAITING] {
            let passed = after.is_some_and(|after| after >= lane && !after.starts_with(lane));
            if !passed && found.len() < limit {
                let within = after.filter(|after| after.starts_with(lane));
                found.extend(self.lane(lane, within, limit - found.len()).await?);
            }
        }
        Ok(found)
    }

    async fn lane(
        &self,
        lane: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Outgoing>, Failure> {
        let store = self.vault.store();
        let after = after.map(str::as_bytes);
        let records = store.records_page(RecordKind::Outgoing, lane.as_bytes(), after, limit);
        records.await?.iter().map(Outgoing::read).collect()
    }

    /// How many messages stand how.
    pub async fn post_figures(&self) -> Result<Post, Failure> {
        let mut post = Post::default();
        let mut after: Option<String> = None;
        loop {
            let page = self.post(after.as_deref(), STEP).await?;
            let Some(last) = page.last() else {
                return Ok(post);
            };
            after = Some(last.key());
            for message in page {
                match message.state {
                    Sending::Waiting { .. } => post.waiting += 1,
                    Sending::Leaving { .. } => post.leaving += 1,
                    Sending::Gone { .. } => post.gone += 1,
                    Sending::Undeliverable { .. } => post.undeliverable += 1,
                    Sending::Doubtful { .. } => post.doubtful += 1,
                }
            }
        }
    }

    /// Draws what a message is about that is about nothing but itself.
    pub fn draw_reference(&self) -> String {
        let mut bytes = [0; 10];
        self.randomness.fill(&mut bytes);
        data_encoding::HEXLOWER.encode(&bytes)
    }

    /// Stands for a message outside: in its Message-ID and where bounces are sent. It is the same
    /// however often the message is sent, and says nothing to anybody else.
    pub(crate) fn message_token(&self, message: &Outgoing) -> String {
        let digest = self.vault.index("kept/outgoing", &message.id());
        let short = digest.get(..15).unwrap_or(&digest);
        data_encoding::BASE32_NOPAD
            .encode(short)
            .to_ascii_lowercase()
    }

    /// The changes that forget every message to a person, and what is known of their addresses.
    /// What waits goes when it is due, or with the day.
    pub(crate) async fn forget_post(&self, person: PersonId) -> Result<Vec<Write>, Failure> {
        let mut writes = Vec::new();
        let store = self.vault.store();
        for lane in [LEAVING, DONE, BOUNCED] {
            let begins = format!("{lane}{person}/");
            let mut after: Option<Vec<u8>> = None;
            loop {
                let after_key = after.as_deref();
                let page = store
                    .records_page(RecordKind::Outgoing, begins.as_bytes(), after_key, STEP)
                    .await?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.clone());
                for record in page {
                    if lane != BOUNCED {
                        writes.push(self.token_gone(&Outgoing::read(&record)?));
                    }
                    writes.push(Write::DeleteRecord(RecordKind::Outgoing, record.key));
                }
            }
        }
        Ok(writes)
    }

    fn token_gone(&self, message: &Outgoing) -> Write {
        let key = format!("{TOKEN}{}", self.message_token(message));
        Write::DeleteRecord(RecordKind::Outgoing, key.into_bytes())
    }

    /// Forgets messages that were done with long ago, and those that wait for somebody who is gone;
    /// the answer is how many. Once a day is enough.
    pub async fn tidy_post(&self) -> Result<u64, Failure> {
        let before = self.clock.now().as_second() - REMEMBERED_SECONDS;
        let mut forgotten = 0;
        for lane in [DONE, WAITING] {
            let mut after: Option<String> = None;
            loop {
                let page = self.lane(lane, after.as_deref(), STEP).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.key());
                let mut writes = Vec::new();
                for message in page {
                    let is_old = match message.state {
                        Sending::Gone { second }
                        | Sending::Undeliverable { second, .. }
                        | Sending::Doubtful { second } => second < before,
                        Sending::Waiting { .. } | Sending::Leaving { .. } => false,
                    };
                    if is_old || !self.is_stored(message.person).await? {
                        writes.push(message.taken_out());
                        writes.push(self.token_gone(&message));
                        forgotten += 1;
                    }
                }
                if !writes.is_empty() {
                    self.vault.store().book(writes).await?;
                }
            }
        }
        Ok(forgotten)
    }
}
