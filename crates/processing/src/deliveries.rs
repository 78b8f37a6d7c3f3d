//! What recipients have to be told of people they received: to forget, to stop, to correct, until
//! they confirm it (GDPR Art. 19).
//! It is written with the change that causes it, and holds no value: what is right is asked of the
//! door when it is sent.

use crate::door::{Asking, Prepared, Then, nobody, unchanging};
use crate::mapping::InForce;
use crate::subjects::{names, recipient_name};
use crate::{Effect, Failure, Processing};
use kept_policy::*;
use kept_terms::{Act, ActorKind, Day, PersonId, Timestamp};
use kept_vault::store::{Record, RecordKind, Store, Word, Write};
use kept_vault::{PersonState, Received, Seen};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How the key of something begins that was not told yet.
const OPEN: &str = "o/";

/// How the key of something begins that was told and waits to be confirmed.
const TOLD: &str = "t/";

/// How many records one step reads.
const STEP: usize = 1_000;

/// Something that a recipient has to be told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Delivery {
    /// Its identifier, by which it is confirmed.
    pub id: String,
    /// The identifier of the message, the same for every attempt to send it.
    pub message: String,
    /// The reference by which the recipient knows the person.
    pub subject: String,
    /// What it is to do.
    pub what: What,
    /// The second since 1970 at which it arose.
    pub since: i64,
    /// How often it was tried to send it.
    pub attempts: u32,
    /// The second since 1970 before which it is not sent.
    pub not_before: i64,
    recipient: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
}

/// What a recipient is to do. Fields and purposes are the store's numbers for them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum What {
    /// To take up what a feed carries of the person.
    Share {
        /// Which feed.
        feed: String,
    },
    /// To put fields right that it received.
    Correct {
        /// Which.
        fields: Vec<u32>,
    },
    /// To stop using what it received for purposes.
    Stop {
        /// Which.
        purposes: Vec<u32>,
    },
    /// To pause everything with what it received.
    Pause,
    /// To go on again.
    Resume,
    /// To erase what it received.
    Forget,
}

impl What {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            What::Share { .. } => "share",
            What::Correct { .. } => "correct",
            What::Stop { .. } => "stop",
            What::Pause => "pause",
            What::Resume => "resume",
            What::Forget => "forget",
        }
    }
}

/// Something a recipient has to be told, by the names of the policy in force.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Due {
    /// Its identifier, by which it is confirmed.
    pub id: String,
    /// Who is to be told.
    pub recipient: String,
    /// The reference by which it knows the person.
    pub subject: String,
    /// What it is to do: `forget`, `stop`, `correct`, `pause` or `resume`.
    pub what: String,
    /// Which fields are to be corrected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Which purposes are to stop.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<String>,
    /// The day on which it arose.
    pub since: String,
    /// The last day on which it is to be confirmed, where a clause sets one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Whether that day is past.
    pub late: bool,
    /// Whether its webhook has taken it.
    pub told: bool,
}

impl<S: Store> Processing<S> {
    /// The changes that tell recipients what follows from a change of a person they received. What
    /// stood in feeds is forgotten where it has to be sent again later.
    pub(crate) fn tell(
        &self,
        seen: &Seen,
        after: &mut PersonState,
        writes: &[Write],
    ) -> Result<Vec<Write>, Failure> {
        let before = &seen.state;
        let replaced = replaced(before, after, writes);
        let mut told = Vec::new();
        for received in &before.received {
            let whats = consequences(before, after, received, &replaced);
            let again = |what: &What| matches!(what, What::Stop { .. } | What::Pause);
            if whats.iter().any(again) {
                let same = |known: &&mut Received| known.recipient == received.recipient;
                if let Some(known) = after.received.iter_mut().find(same) {
                    known.feeds.clear();
                }
            }
            for what in whats {
                if let What::Stop { purposes } = &what {
                    let stopped = purposes
                        .iter()
                        .map(|purpose| (received.recipient, *purpose));
                    let known = &mut after.stopped;
                    known.extend(stopped);
                    known.sort_unstable();
                    known.dedup();
                }
                told.push(
                    self.delivery(seen, Word(received.recipient), what)?
                        .open()?,
                );
            }
        }
        Ok(told)
    }

    fn delivery(&self, seen: &Seen, recipient: Word, what: What) -> Result<Delivery, Failure> {
        let now = self.clock.now();
        let mut chance = [0; 16];
        self.randomness.fill(&mut chance);
        let chance = data_encoding::HEXLOWER.encode(&chance);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        // In order of time, and of one person always in order of what happened.
        let shows = matches!(what, What::Share { .. } | What::Correct { .. });
        let (version, short) = (seen.version, chance.get(..8).unwrap_or_default());
        Ok(Delivery {
            id: format!("{:08x}{millis:012x}{version:08x}{short}", recipient.0),
            message: format!("msg_{chance}"),
            subject: self.subject_for(recipient, seen.id),
            person: shows.then_some(seen.id),
            what,
            since: now.as_second(),
            attempts: 0,
            not_before: 0,
            recipient: recipient.0,
        })
    }

    /// Queues what a feed carries of a person for its webhook, unless that waits already.
    pub(crate) async fn queue_share(
        &self,
        seen: &Seen,
        recipient: Word,
        feed: &str,
    ) -> Result<bool, Failure> {
        let feed = feed.to_owned();
        let mut share = self.delivery(seen, recipient, What::Share { feed: feed.clone() })?;
        let of = self
            .vault
            .index("kept/feed-share", &format!("{feed}/{}", share.subject));
        let of = data_encoding::HEXLOWER.encode(of.get(..14).unwrap_or_default());
        share.id = format!("{:08x}{of}", recipient.0);
        let key = format!("{OPEN}{}", share.id).into_bytes();
        let store = self.vault.store();
        if store.record(RecordKind::Delivery, &key).await?.is_some() {
            return Ok(false);
        }
        store.book(vec![share.open()?]).await?;
        Ok(true)
    }

    /// What a recipient, or every one, has to be told and has not confirmed, in order, after one,
    /// at most so many. What a feed has yet to send is not among it.
    pub async fn due_deliveries(
        &self,
        recipient: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Due>, Failure> {
        let moment = self.moment();
        let word = match recipient {
            Some(name) => Some(self.recipient_word(&moment.in_force, name)?),
            None => None,
        };
        let mut found = Vec::new();
        for (state, begins) in [(TOLD, prefix(TOLD, word)), (OPEN, prefix(OPEN, word))] {
            let mut last = match after {
                // Whoever goes on after one that was not told yet has seen all that were.
                Some(after) if state == OPEN && !after.starts_with(OPEN) => None,
                Some(after) if state == TOLD && after.starts_with(OPEN) => continue,
                after => after.map(|key| key.as_bytes().to_vec()),
            };
            loop {
                let page = self
                    .deliveries_after(&begins, last.as_deref(), STEP)
                    .await?;
                let Some((key, _)) = page.last() else { break };
                last = Some(key.clone());
                for (_, delivery) in page {
                    if matches!(delivery.what, What::Share { .. }) {
                        continue;
                    }
                    if found.len() >= limit {
                        return Ok(found);
                    }
                    found.push(due(
                        &moment.in_force,
                        &delivery,
                        state == TOLD,
                        moment.today,
                    ));
                }
            }
        }
        Ok(found)
    }

    /// A delivery by the names of the policy in force.
    pub fn due(&self, delivery: &Delivery) -> Due {
        let moment = self.moment();
        due(&moment.in_force, delivery, false, moment.today)
    }

    /// What waits to be sent to a recipient, in order.
    pub async fn waiting_deliveries(&self, recipient: &str) -> Result<Vec<Delivery>, Failure> {
        let word = self.recipient_word(&self.moment().in_force, recipient)?;
        let begins = prefix(OPEN, Some(word));
        let page = self.deliveries_after(&begins, None, STEP).await?;
        Ok(page.into_iter().map(|(_, delivery)| delivery).collect())
    }

    async fn deliveries_after(
        &self,
        begins: &str,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Delivery)>, Failure> {
        let store = self.vault.store();
        let records = store.records_page(RecordKind::Delivery, begins.as_bytes(), after, limit);
        let read = |record: Record| Ok((record.key, read(&record.value)?));
        records.await?.into_iter().map(read).collect()
    }

    fn recipient_word(&self, in_force: &InForce, name: &str) -> Result<Word, Failure> {
        let id = in_force.policy.words.recipients.id(name);
        in_force.recipient_word(id.ok_or(Failure::NotFound("recipient"))?)
    }

    /// A delivery by its identifier, and whether it was told.
    async fn find_delivery(&self, id: &str) -> Result<(Delivery, bool), Failure> {
        for state in [TOLD, OPEN] {
            let key = format!("{state}{id}").into_bytes();
            let stored = self
                .vault
                .store()
                .record(RecordKind::Delivery, &key)
                .await?;
            if let Some(value) = stored {
                return Ok((read(&value)?, state == TOLD));
            }
        }
        Err(Failure::NotFound("delivery"))
    }

    /// An attempt to send a delivery failed: it is tried again at a second since 1970.
    pub async fn delivery_failed(&self, delivery: &Delivery, again: i64) -> Result<(), Failure> {
        let later = Delivery {
            attempts: delivery.attempts.saturating_add(1),
            not_before: again,
            ..delivery.clone()
        };
        Ok(self.vault.store().book(vec![later.open()?]).await?)
    }

    /// A delivery was taken by the recipient's webhook: it waits to be confirmed.
    pub async fn delivery_told(&self, delivery: &Delivery) -> Result<(), Failure> {
        let writes = vec![delivery.struck(OPEN), delivery.put(TOLD)?];
        Ok(self.vault.store().book(writes).await?)
    }

    /// A delivery has nothing to say any more: what it would share is shared, or may not be.
    pub async fn delivery_dropped(&self, delivery: &Delivery) -> Result<(), Failure> {
        Ok(self.vault.store().book(vec![delivery.struck(OPEN)]).await?)
    }

    /// A recipient confirms that it has done what it was told. Whoever acts for the recipient may
    /// say so, and whoever records evidence.
    pub(crate) async fn confirm_delivery(
        &self,
        asking: &Asking<'_>,
        id: &str,
    ) -> Result<Prepared, Failure> {
        let (delivery, _) = self.find_delivery(id).await?;
        let in_force = &asking.moment.in_force;
        let recipient = in_force.recipient(Word(delivery.recipient));
        let name = recipient_name(in_force, Word(delivery.recipient));
        let own = asking.caller.recipient() == Some(name);
        let request = Request {
            recipient: recipient.filter(|_| own || asking.actor.kind == ActorKind::System),
            ..Request::new(Act::Attest, asking.actor)
        };
        let nobody = nobody(asking.policy());
        let facts = Facts {
            person: &nobody,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, &request, None, refusal),
            Decision::Permitted(permit) => {
                let told = Request {
                    recipient,
                    ..request
                };
                let mut telling = asking.telling(&told);
                telling.reference = Some(format!("delivery:{id}"));
                let mut commit = unchanging(None, telling.permitted(&permit)?);
                commit.writes = vec![delivery.struck(OPEN), delivery.struck(TOLD)];
                let then = Then::Give(Effect::Done);
                Ok(Prepared { commit, then })
            }
        }
    }

    /// How much each recipient has not confirmed, and how much of it late.
    pub async fn unconfirmed(&self) -> Result<BTreeMap<String, (u64, u64)>, Failure> {
        let moment = self.moment();
        let mut counted: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for state in [OPEN, TOLD] {
            let mut after = None;
            loop {
                let page = self.deliveries_after(state, after.as_deref(), STEP).await?;
                let Some((key, _)) = page.last() else { break };
                after = Some(key.clone());
                for (_, delivery) in page {
                    if matches!(delivery.what, What::Share { .. }) {
                        continue;
                    }
                    let due = due(&moment.in_force, &delivery, state == TOLD, moment.today);
                    let (all, late) = counted.entry(due.recipient).or_default();
                    *all += 1;
                    *late += u64::from(due.late);
                }
            }
        }
        Ok(counted)
    }

    pub(crate) async fn measure_deliveries(
        &self,
        measured: &mut kept_policy::Evidence,
    ) -> Result<(), Failure> {
        for (recipient, (all, late)) in self.unconfirmed().await? {
            let known = measured.recipients.entry(recipient).or_default();
            (known.unconfirmed, known.unconfirmed_late) = (all, late);
        }
        Ok(())
    }
}

impl Delivery {
    /// Whose values it is to carry, where it carries any.
    pub fn person(&self) -> Option<PersonId> {
        self.person
    }

    fn open(&self) -> Result<Write, Failure> {
        self.put(OPEN)
    }

    fn put(&self, state: &str) -> Result<Write, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the delivery", "cannot be written down"))?;
        Ok(Write::PutRecord(Record {
            kind: RecordKind::Delivery,
            key: format!("{state}{}", self.id).into_bytes(),
            value,
        }))
    }

    fn struck(&self, state: &str) -> Write {
        let key = format!("{state}{}", self.id).into_bytes();
        Write::DeleteRecord(RecordKind::Delivery, key)
    }
}

/// The fields of which something was replaced or destroyed. What a legal hold moves stays the same.
fn replaced(before: &PersonState, after: &PersonState, writes: &[Write]) -> Vec<u32> {
    if before.holds != after.holds {
        return Vec::new();
    }
    let field = |write: &Write| match write {
        Write::DeleteItem(field, _) => Some(field.0),
        Write::PutState(_)
        | Write::PutItem(_)
        | Write::Claim(_)
        | Write::Unclaim(_)
        | Write::PutAnchor { .. }
        | Write::DeletePerson
        | Write::SetAside { .. }
        | Write::PutRecord(_)
        | Write::DeleteRecord(..) => None,
    };
    writes.iter().filter_map(field).collect()
}

/// What a recipient has to be told because a person changed.
fn consequences(
    before: &PersonState,
    after: &PersonState,
    received: &Received,
    replaced: &[u32],
) -> Vec<What> {
    let is_gone = |state: &PersonState| state.erasing || state.remnant;
    if is_gone(after) {
        return match is_gone(before) {
            true => Vec::new(),
            false => vec![What::Forget],
        };
    }
    let mut whats = Vec::new();
    let stopped = stopped(before, after, received);
    if !stopped.is_empty() {
        whats.push(What::Stop { purposes: stopped });
    }
    let apart = |state: &PersonState| state.child && state.parent.is_none();
    let paused = |state: &PersonState| state.restricted || apart(state);
    match (paused(before), paused(after)) {
        (false, true) => whats.push(What::Pause),
        (true, false) => whats.push(What::Resume),
        (true, true) | (false, false) => {}
    }
    let kept = after.received.iter();
    let kept = kept.filter(|known| known.recipient == received.recipient);
    let kept: BTreeSet<u32> = kept
        .flat_map(|known| known.fields.iter().copied())
        .collect();
    let is_touched = |field: &u32| replaced.contains(field) || !kept.contains(field);
    let fields: Vec<u32> = received.fields.iter().copied().filter(is_touched).collect();
    if !fields.is_empty() {
        whats.push(What::Correct { fields });
    }
    whats
}

/// The purposes of a recipient's that end: objected to, no longer agreed to, closed by time or by
/// another version, or all of them where the person takes back what they agreed to about the
/// recipient.
fn stopped(before: &PersonState, after: &PersonState, received: &Received) -> Vec<u32> {
    let agrees = |state: &PersonState| state.agreed_recipients.contains(&received.recipient);
    if agrees(before) && !agrees(after) {
        return received.purposes.clone();
    }
    let consents = |state: &PersonState, purpose: u32| {
        let mut all = state.consents.iter();
        all.any(|consent| consent.purpose == purpose && consent.withdrawn_second.is_none())
    };
    let is_stopped = |purpose: &u32| {
        let objected = after.objections.contains(purpose) && !before.objections.contains(purpose);
        let way = (received.recipient, *purpose);
        let closed = after.stopped.contains(&way) && !before.stopped.contains(&way);
        objected || closed || (consents(before, *purpose) && !consents(after, *purpose))
    };
    received
        .purposes
        .iter()
        .copied()
        .filter(is_stopped)
        .collect()
}

/// A delivery by the names of the policy in force, which says when it is due.
fn due(in_force: &InForce, delivery: &Delivery, told: bool, today: Day) -> Due {
    let words = &in_force.policy.words;
    let since = Timestamp::from_second(delivery.since).map_or(Day::NEVER, Day::of);
    let recipient = in_force.recipient(Word(delivery.recipient));
    let last = recipient.and_then(|to| confirms_by(&in_force.policy, to, since));
    let fields = |word| Some(words.fields.name(in_force.field(word)?));
    let purposes = |word| Some(words.purposes.name(in_force.purpose(word)?));
    Due {
        id: delivery.id.clone(),
        recipient: recipient_name(in_force, Word(delivery.recipient)).to_owned(),
        subject: delivery.subject.clone(),
        what: delivery.what.word().to_owned(),
        fields: match &delivery.what {
            What::Correct { fields: all } => names(all, fields),
            What::Share { .. } | What::Stop { .. } | What::Pause | What::Resume | What::Forget => {
                Vec::new()
            }
        },
        purposes: match &delivery.what {
            What::Stop { purposes: all } => names(all, purposes),
            What::Share { .. }
            | What::Correct { .. }
            | What::Pause
            | What::Resume
            | What::Forget => Vec::new(),
        },
        since: since.to_string(),
        due: last.map(|day| day.to_string()),
        late: last.is_some_and(|day| day < today),
        told,
    }
}

/// The last day on which a recipient is to confirm, by the strictest of its clauses.
fn confirms_by(policy: &Policy, to: RecipientId, since: Day) -> Option<Day> {
    let clauses = policy.clauses().filter_map(|clause| {
        let Body::Disclose(disclose) = &clause.body else {
            return None;
        };
        disclose.confirms_within.filter(|_| disclose.to == to)
    });
    clauses.map(|period| period.after(since)).min()
}

fn prefix(state: &str, recipient: Option<Word>) -> String {
    match recipient {
        Some(word) => format!("{state}{:08x}", word.0),
        None => state.to_owned(),
    }
}

fn read(value: &[u8]) -> Result<Delivery, Failure> {
    serde_json::from_slice(value)
        .map_err(|_| Failure::Corrupt("a delivery cannot be read".to_owned()))
}
