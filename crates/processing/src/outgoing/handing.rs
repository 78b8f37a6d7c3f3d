//! Handing over: a message that is due is decided through the door, marked as leaving, and given
//! out with what it takes to write it; what became of it is booked afterwards.
//! It sends nothing itself.
//!
//! The mark is durable before anything is given out. So after a crash a message that may have left
//! is known: what a person may choose not to get is then left as doubtful and never sent twice,
//! what they must get is sent again, under the same token.

use super::*;
use crate::door::Asking;
use crate::sign_in::{CODE_TEMPLATE, code_is_late};
use crate::{Caller, Command, Effect, Released, Use};
use kept_policy::{Body, Choice, Document, FieldId, Policy, PurposeId, Request};
use kept_terms::{Act, FieldKind, Set};
use kept_vault::store::{Commit, Expected, Wanted};
use kept_vault::{Seen, Shown};
use zeroize::Zeroizing;

/// How long it waits after the first attempt that failed, in seconds; after each further one twice
/// as long.
const RETRY_FIRST_SECONDS: i64 = 60;
/// The longest that it waits between attempts.
const RETRY_MOST_SECONDS: i64 = 4 * 3_600;
/// After so many attempts, some three days, it is given up.
const ATTEMPTS_MAX: u32 = 24;

/// A text that is wiped when it is dropped.
pub(super) type Secret = Zeroizing<String>;

/// The template of a message whose text is an item stored with the person.
const CORRESPONDENCE: &str = "correspondence";

/// What it takes to write one message. It holds values, and must go no further than the message.
pub struct Parcel {
    /// The message, as it is booked.
    pub message: Outgoing,
    /// The address.
    pub address: Secret,
    /// The person's name, where it may be used for this.
    pub name: Option<Secret>,
    /// The text of a message that is stored with the person.
    pub text: Option<Secret>,
    /// What somebody who is not known is answered; it stands before the text.
    pub answer: Option<Secret>,
    /// The code by which they sign in, where the message carries one.
    pub code: Option<Secret>,
    /// The document that holds for the person.
    pub document: String,
    /// Stands for the message outside.
    pub token: String,
    /// Stands for the person's choice to get no more of these, where they have one.
    pub opt_out: Option<String>,
    /// What is filled in, by name, where the text has a place for it; it tells of nobody.
    pub with: Vec<(&'static str, String)>,
}

/// What came of a message that was due.
pub enum Handing {
    /// It is leaving: send it, and book how that ended.
    Leave(Box<Parcel>),
    /// It is not sent.
    Dropped(Dropped),
}

/// Why a message was not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dropped {
    /// The policy refuses it now; the ledger has the refusal.
    Refused,
    /// The person is gone.
    Erased,
    /// It was for an address that nobody has.
    Nobody,
    /// The same message was sent before.
    Again,
    /// It cannot arrive.
    Undeliverable(Undelivered),
}

/// How handing a message to a server ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The server took it.
    Taken,
    /// It certainly did not take it; it may later.
    Later,
    /// It refused it for good; `address` says whether that is the address's fault.
    Rejected {
        /// Whether no message will ever reach this address.
        address: bool,
    },
    /// The connection broke when everything had been said: nobody knows.
    Unknown,
    /// Nothing says what it should say.
    NoTemplate,
}

impl Ended {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Ended::Taken => "taken",
            Ended::Later => "later",
            Ended::Rejected { .. } => "rejected",
            Ended::Unknown => "unknown",
            Ended::NoTemplate => "no-template",
        }
    }
}

impl<S: Store> Processing<S> {
    /// Messages that are due, the longest due first, at most so many.
    pub async fn due_post(&self, limit: usize) -> Result<Vec<Outgoing>, Failure> {
        let now = self.clock.now().as_second();
        let mut due = self.outgoing(None, limit).await?;
        due.retain(|message| message.not_before <= now);
        Ok(due)
    }

    /// Settles what a crash left half handed over; the answer is how many messages are doubtful
    /// now, and how many wait again. Called once, before anything is handed over.
    pub async fn recover_post(&self) -> Result<(u64, u64), Failure> {
        let (mut doubtful, mut again) = (0, 0);
        loop {
            let leaving = self.lane(LEAVING, None, STEP).await?;
            if leaving.is_empty() {
                return Ok((doubtful, again));
            }
            for message in leaving {
                match self.end(&message, Ended::Unknown, 0).await? {
                    Some(Sending::Doubtful { .. }) => doubtful += 1,
                    Some(_) | None => again += 1,
                }
            }
        }
    }

    /// Decides a message that is due, through the door, and marks it as leaving.
    pub async fn hand_out(&self, message: &Outgoing) -> Result<Handing, Failure> {
        if self.is_known(message).await? {
            self.vault.store().book(vec![message.taken_out()]).await?;
            return Ok(Handing::Dropped(Dropped::Again));
        }
        if message.person == OF_A_CASE {
            return self.hand_out_of_case(message).await;
        }
        if message.person == OF_A_MAILBOX {
            return self.hand_out_to_mailbox(message).await;
        }
        if message.person == OF_NOBODY {
            return self.hand_out_to_nobody(message).await;
        }
        let Some(seen) = self.vault.look(message.person, Wanted::Nothing).await? else {
            self.vault.store().book(vec![message.taken_out()]).await?;
            return Ok(Handing::Dropped(Dropped::Erased));
        };
        let carries_code = message.template == CODE_TEMPLATE;
        if carries_code && code_is_late(&message.about, self.clock.now().as_second()) {
            return self.drop_for(message, Undelivered::Late).await;
        }
        let Some(plan) = self.plan(&seen, message) else {
            return self.drop_for(message, Undelivered::NoAddress).await;
        };
        if plan.marketing && self.address_bounced(&seen).await? {
            return self.drop_for(message, Undelivered::AddressBounced).await;
        }
        let contact = Command::Contact(Use {
            person: message.person,
            purpose: message.purpose.clone(),
            fields: plan.fields.clone(),
        });
        let performed = match self.perform(&Caller::system("outbox"), &contact).await {
            Ok(performed) => performed,
            Err(Failure::NotFound(_)) => {
                self.vault.store().book(vec![message.taken_out()]).await?;
                return Ok(Handing::Dropped(Dropped::Erased));
            }
            // The policy in force no longer has its purpose: nothing says that it may be sent.
            Err(Failure::Invalid { .. }) => {
                return self.drop_for(message, Undelivered::NoTemplate).await;
            }
            Err(failure) => return Err(failure),
        };
        let values = match performed.outcome {
            Ok(Effect::Values(values)) => values,
            Ok(_) | Err(_) => {
                self.vault.store().book(vec![message.taken_out()]).await?;
                return Ok(Handing::Dropped(Dropped::Refused));
            }
        };
        self.leave(message, plan, values).await
    }

    async fn leave(
        &self,
        message: &Outgoing,
        plan: Plan,
        values: Vec<Released>,
    ) -> Result<Handing, Failure> {
        let mut shown = Values::of(&plan, values);
        let Some(address) = shown.address.take() else {
            return self.drop_for(message, Undelivered::NoAddress).await;
        };
        if plan.item.is_some() && shown.text.is_none() {
            return self.drop_for(message, Undelivered::NoTemplate).await;
        }
        let (attempts, marketing) = (message.attempts(), plan.marketing);
        let leaving = Outgoing {
            state: Sending::Leaving {
                attempts,
                marketing,
            },
            address: Some(self.address_digest(&plan.address, &address)),
            ..message.clone()
        };
        let token = self.message_token(message);
        let mut writes = message.moved_to(&leaving)?;
        writes.push(put(&format!("{TOKEN}{token}"), leaving.id().into_bytes()));
        self.vault.store().book(writes).await?;
        let opt_out = match marketing {
            true => Some(self.opt_out_token(message.person, &message.purpose)?),
            false => None,
        };
        let code =
            (message.template == CODE_TEMPLATE).then(|| self.code(message.person, &message.about));
        Ok(Handing::Leave(Box::new(Parcel {
            message: leaving,
            address,
            code,
            name: shown.name,
            text: shown.text,
            answer: None,
            document: plan.document,
            token,
            opt_out,
            with: Vec::new(),
        })))
    }

    /// Books how handing a message over ended; the answer is how it stands now.
    pub async fn settle(&self, message: &Outgoing, ended: Ended) -> Result<Sending, Failure> {
        let pause = wait_seconds(message.attempts() + 1);
        let stands = self.end(message, ended, pause).await?;
        // Of somebody erased meanwhile nothing is remembered, and nothing is left to be done.
        let second = self.clock.now().as_second();
        Ok(stands.unwrap_or(Sending::Gone { second }))
    }

    /// Books how a handing over ended; what is tried again waits for so many seconds first. Nothing
    /// where the person is gone, and the message with them.
    async fn end(
        &self,
        message: &Outgoing,
        ended: Ended,
        pause: i64,
    ) -> Result<Option<Sending>, Failure> {
        if !self.is_stored(message.person).await? {
            let writes = vec![message.taken_out(), self.token_gone(message)];
            self.vault.store().book(writes).await?;
            return Ok(None);
        }
        let second = self.clock.now().as_second();
        let attempts = message.attempts();
        let marketing = message.is_marketing();
        let given_up = attempts + 1 >= ATTEMPTS_MAX;
        let undeliverable = |why| Sending::Undeliverable { second, why };
        let state = match ended {
            Ended::Taken => Sending::Gone { second },
            Ended::Rejected { .. } => undeliverable(Undelivered::Rejected),
            Ended::NoTemplate => undeliverable(Undelivered::NoTemplate),
            Ended::Unknown if marketing => Sending::Doubtful { second },
            Ended::Later | Ended::Unknown if given_up => undeliverable(Undelivered::GivenUp),
            Ended::Later | Ended::Unknown => Sending::Waiting {
                attempts: attempts + 1,
            },
        };
        let mut settled = Outgoing {
            state,
            ..message.clone()
        };
        if let Sending::Waiting { .. } = state {
            settled.not_before = second + pause;
        }
        let mut writes = message.moved_to(&settled)?;
        if ended == (Ended::Rejected { address: true }) {
            writes.extend(self.flagged(&settled).await?);
        }
        self.book_end(&settled, writes).await?;
        Ok(Some(state))
    }

    pub(super) async fn drop_for(
        &self,
        message: &Outgoing,
        why: Undelivered,
    ) -> Result<Handing, Failure> {
        let second = self.clock.now().as_second();
        let state = Sending::Undeliverable { second, why };
        let dropped = Outgoing {
            state,
            ..message.clone()
        };
        let writes = message.moved_to(&dropped)?;
        self.book_end(&dropped, writes).await?;
        Ok(Handing::Dropped(Dropped::Undeliverable(why)))
    }

    /// Books how a message stands. Where that is its end, an entry says so in the same commit, in a
    /// word: what it said, and to which address, is no part of it.
    pub(super) async fn book_end(
        &self,
        message: &Outgoing,
        writes: Vec<Write>,
    ) -> Result<(), Failure> {
        let end = match message.state {
            Sending::Gone { .. } => "gone",
            Sending::Doubtful { .. } => "doubtful",
            Sending::Undeliverable { why, .. } => why.word(),
            Sending::Waiting { .. } | Sending::Leaving { .. } => {
                return Ok(self.vault.store().book(writes).await?);
            }
        };
        let Some(seen) = self.vault.look(message.person, Wanted::Nothing).await? else {
            return Ok(self.vault.store().book(writes).await?);
        };
        let moment = self.moment();
        let caller = Caller::system("outbox");
        let asking = Asking::by_itself(&caller, &moment)?;
        let request = Request {
            purpose: moment.policy().words.purposes.id(&message.purpose),
            ..Request::new(Act::Contact, asking.actor)
        };
        let known = moment.person(&seen.state);
        let document = moment.policy().document_of(&known);
        let uses = document.zip(request.purpose);
        let declared = uses.and_then(|(document, purpose)| document.rules.use_of(purpose));
        let clause = declared.and_then(|(clause, _)| moment.policy().clause(*clause));
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = Some(format!("message:{end}"));
        let commit = Commit {
            person: Some(message.person),
            expected: Expected::Nothing,
            absent: Vec::new(),
            writes,
            entry: telling.ended(clause)?,
        };
        self.vault.commit(vec![commit]).await?;
        Ok(())
    }

    /// A message that is done with, as long as that is remembered.
    pub(crate) async fn ended(&self, message: &Outgoing) -> Result<Option<Outgoing>, Failure> {
        let (kind, key) = (RecordKind::Outgoing, format!("{DONE}{}", message.id()));
        let key = key.into_bytes();
        let found = self.vault.store().record(kind, &key).await?;
        found
            .map(|value| Outgoing::read(&Record { kind, key, value }))
            .transpose()
    }

    /// Whether the same message is leaving or done with.
    async fn is_known(&self, message: &Outgoing) -> Result<bool, Failure> {
        for lane in [LEAVING, DONE] {
            let key = format!("{lane}{}", message.id());
            let store = self.vault.store();
            let found = store.record(RecordKind::Outgoing, key.as_bytes()).await?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether somebody is stored and not being erased.
    pub(super) async fn is_stored(&self, person: PersonId) -> Result<bool, Failure> {
        if person == OF_A_CASE || person == OF_A_MAILBOX {
            return Ok(true);
        }
        Ok(self.vault.look(person, Wanted::Nothing).await?.is_some())
    }

    fn plan(&self, seen: &Seen, message: &Outgoing) -> Option<Plan> {
        let moment = self.moment();
        let policy = moment.policy();
        let known = moment.in_force.person(&seen.state);
        let document = policy.document_for(known.country)?;
        Plan::of(policy, document, message)
    }
}

/// How long a message waits after so many attempts that failed, in seconds.
fn wait_seconds(attempts: u32) -> i64 {
    let doublings = attempts.saturating_sub(1).min(16);
    (RETRY_FIRST_SECONDS << doublings).min(RETRY_MOST_SECONDS)
}

/// What a message asks of the door.
pub(super) struct Plan {
    pub marketing: bool,
    document: String,
    pub fields: Vec<String>,
    /// The field of the address.
    pub address: String,
    name: Option<String>,
    /// The field and the number of the item that is the message's text.
    item: Option<(String, u32)>,
}

impl Plan {
    /// Nothing where the policy has no field for an address.
    pub fn of(policy: &Policy, document: &Document, message: &Outgoing) -> Option<Plan> {
        let address = address_field(policy)?;
        let purpose = policy.words.purposes.id(&message.purpose);
        let name = purpose.and_then(|purpose| name_field(policy, document, purpose));
        let item = item_of(message);
        let text = item.as_ref().map(|(field, _)| field.clone());
        let fields = [Some(address.clone()), name.clone(), text];
        Some(Plan {
            marketing: purpose.is_some_and(|purpose| is_marketing(document, purpose)),
            document: document.name.to_string(),
            fields: fields.into_iter().flatten().collect(),
            address,
            name,
            item,
        })
    }
}

/// What a message to be sent for a purpose asks for before it is queued: the address alone.
pub(crate) fn address_fields(policy: &Policy) -> Set<FieldId> {
    let field = address_field(policy).and_then(|name| policy.words.fields.id(&name));
    field.map_or(Set::EMPTY, Set::of)
}

/// The field that holds e-mail addresses: one that names a person, where there is one.
pub(crate) fn address_field(policy: &Policy) -> Option<String> {
    let mut fields: Vec<_> = policy.words.fields.iter().map(|(_, field)| field).collect();
    fields.retain(|field| field.kind == FieldKind::Email);
    let first = fields.iter().find(|field| field.identifier);
    first.or(fields.first()).map(|field| field.name.to_string())
}

/// The field that holds names, if it may be used for a purpose: a message does without otherwise.
fn name_field(policy: &Policy, document: &Document, purpose: PurposeId) -> Option<String> {
    let (_, r#use) = document.rules.use_of(purpose)?;
    let accepted = r#use.compatible_with.union(Set::of(purpose));
    let mut names = policy.words.fields.iter();
    let (id, field) = names.find(|(_, field)| field.kind == FieldKind::PersonName)?;
    let may = document.clauses.iter().any(|clause| {
        let Body::Collect(collect) = &clause.body else {
            return false;
        };
        collect.data.contains(id) && collect.purposes.intersects(accepted)
    });
    may.then(|| field.name.to_string())
}

/// Whether people may choose not to be contacted for a purpose.
pub(super) fn is_marketing(document: &Document, purpose: PurposeId) -> bool {
    let declared = document.rules.use_of(purpose);
    declared.is_some_and(|(_, r#use)| r#use.choice != Choice::None)
}

/// The item that a message of correspondence is: `field/number`.
fn item_of(message: &Outgoing) -> Option<(String, u32)> {
    if message.template != CORRESPONDENCE {
        return None;
    }
    let (field, number) = message.about.split_once('/')?;
    Some((field.to_owned(), number.parse().ok()?))
}

#[derive(Default)]
struct Values {
    address: Option<Secret>,
    name: Option<Secret>,
    text: Option<Secret>,
}

impl Values {
    fn of(plan: &Plan, values: Vec<Released>) -> Values {
        let mut found = Values::default();
        for value in values {
            // Kept sees what it asks for in clear; anything else is not for a message.
            let Shown::Clear(text) = value.value else {
                continue;
            };
            let is_item = plan
                .item
                .as_ref()
                .is_some_and(|(field, number)| *field == value.field && *number == value.number);
            if is_item {
                found.text = Some(text);
            } else if value.field == plan.address {
                found.address.get_or_insert(text);
            } else if plan.name.as_ref() == Some(&value.field) {
                found.name.get_or_insert(text);
            }
        }
        found
    }
}
