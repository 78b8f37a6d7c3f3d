//! Agents of the Data Rights Protocol 1.0: whose key signed a message, for whom it is, when it
//! holds, and whether it was used before (section 3.07).
//! It finds out whether a message is genuine; what is done with it goes through the door.

use crate::{Failure, Once, Processing, Registered};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use kept_terms::Timestamp;
use kept_vault::store::{Record, RecordKind, Store};
use serde_json::Value;

/// How many bytes a signature has.
const SIGNATURE_BYTES: usize = 64;
/// The longest that a message may hold, in seconds: within it a second use is recognised.
const HOLDS_SECONDS_MAX: i64 = 3_600;

/// Why a message is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mistrust {
    /// It is not base64, or too short to hold a signature, or no JSON.
    Unreadable,
    /// No agent of this name is registered, or the token is nobody's.
    UnknownAgent,
    /// The signature is not that of the agent's key.
    BadSignature,
    /// It names another agent than the one that sends it.
    OtherAgent,
    /// It is for another business.
    OtherBusiness,
    /// It was made in the future.
    NotYet,
    /// It holds no longer, or for longer than a message may.
    Expired,
    /// It was used before.
    Replayed,
    /// It is about what another agent asked.
    NotOwner,
}

impl Mistrust {
    /// The code in the ledger.
    pub const fn code(self) -> &'static str {
        match self {
            Mistrust::Unreadable => "unreadable",
            Mistrust::UnknownAgent => "unknown-agent",
            Mistrust::BadSignature => "bad-signature",
            Mistrust::OtherAgent => "other-agent",
            Mistrust::OtherBusiness => "other-business",
            Mistrust::NotYet => "not-yet",
            Mistrust::Expired => "expired",
            Mistrust::Replayed => "replayed",
            Mistrust::NotOwner => "not-owner",
        }
    }
}

/// An agent that is registered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownAgent {
    /// As it is registered.
    pub id: String,
    /// By what it goes in the protocol.
    pub agent_id: String,
    key: Vec<u8>,
}

/// A message whose signature is right.
#[derive(Clone, PartialEq)]
pub struct Genuine {
    said: Value,
    digest: [u8; 32],
}

impl KnownAgent {
    /// Opens a message of this agent: base64, then the signature, then JSON.
    ///
    /// Errors say why it is not to be trusted.
    pub fn open(&self, body: &[u8]) -> Result<Genuine, Mistrust> {
        let plain = body.iter().copied();
        let plain: Vec<u8> = plain.filter(|it| !it.is_ascii_whitespace()).collect();
        let bytes = data_encoding::BASE64.decode(&plain);
        let bytes = bytes.map_err(|_| Mistrust::Unreadable)?;
        let split = bytes.split_at_checked(SIGNATURE_BYTES);
        let (signature, text) = split.ok_or(Mistrust::Unreadable)?;
        UnparsedPublicKey::new(&ED25519, &self.key)
            .verify(text, signature)
            .map_err(|_| Mistrust::BadSignature)?;
        let said = serde_json::from_slice(text).map_err(|_| Mistrust::Unreadable)?;
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &bytes).as_ref());
        Ok(Genuine { said, digest: hash })
    }
}

impl Genuine {
    /// A text that the message says.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.said.get(name).and_then(Value::as_str)
    }

    /// Anything that it says, as text; nothing where it says nothing of it.
    pub fn claim(&self, name: &str) -> Option<String> {
        match self.said.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// Its digest: the same message has the same.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Checks, in the order of the protocol, from whom it is, for whom, and when it holds.
    ///
    /// Errors say why it is not to be trusted.
    pub fn check(
        &self,
        agent: &KnownAgent,
        business: &str,
        now: Timestamp,
    ) -> Result<(), Mistrust> {
        if self.text("agent-id") != Some(&agent.agent_id) {
            return Err(Mistrust::OtherAgent);
        }
        if self.text("business-id") != Some(business) {
            return Err(Mistrust::OtherBusiness);
        }
        let time = |name: &str| {
            let text = self.text(name).ok_or(Mistrust::Unreadable)?;
            let read: Result<Timestamp, _> = text.parse();
            read.map(|it| it.as_second())
                .map_err(|_| Mistrust::Unreadable)
        };
        let (issued, expires) = (time("issued-at")?, time("expires-at")?);
        let now = now.as_second();
        if issued > now {
            return Err(Mistrust::NotYet);
        }
        match now < expires && expires - issued <= HOLDS_SECONDS_MAX {
            true => Ok(()),
            false => Err(Mistrust::Expired),
        }
    }
}

impl<S: Store> Processing<S> {
    /// The agent of a name of the protocol.
    pub fn agent_named(&self, agent_id: &str) -> Option<KnownAgent> {
        let agents = self.agents();
        agents.into_iter().find(|agent| agent.agent_id == agent_id)
    }

    /// The agents that are registered.
    pub fn agents(&self) -> Vec<KnownAgent> {
        let moment = self.moment();
        let all = moment.register.registered().iter();
        let agents = all.filter_map(|it| match it {
            Registered::Agent {
                id,
                agent_id,
                verify_key,
                ..
            } => Some(KnownAgent {
                id: id.clone(),
                agent_id: agent_id.clone(),
                key: data_encoding::BASE64.decode(verify_key.as_bytes()).ok()?,
            }),
            Registered::Client { .. }
            | Registered::Course { .. }
            | Registered::Survey { .. }
            | Registered::Instruction { .. }
            | Registered::Template { .. }
            | Registered::Hook(_)
            | Registered::Mailbox { .. }
            | Registered::Feed(_) => None,
        });
        agents.collect()
    }

    /// The agent that a token was given to, while it is registered.
    pub async fn agent_of(&self, secret: &str) -> Result<Option<KnownAgent>, Failure> {
        let hash = hashed(secret);
        for agent in self.agents() {
            let key = token_key(&agent.id);
            let own = self.vault.store().record(RecordKind::Setting, &key).await?;
            if own.is_some_and(|own| kept_vault::same(&own, &hash)) {
                return Ok(Some(agent));
            }
        }
        Ok(None)
    }

    /// Whether a message was used before, as far as it could still hold.
    pub async fn is_replayed(&self, message: &Genuine) -> Result<bool, Failure> {
        let key = mark_key(&message.digest);
        let store = self.vault.store();
        Ok(store.record(RecordKind::Idempotency, &key).await?.is_some())
    }
}

impl Genuine {
    /// What marks it as used, to be given along with what it causes.
    pub fn once(&self) -> Once {
        Once {
            key: mark_key(&self.digest),
            request: self.digest,
        }
    }
}

/// Where the hash of an agent's token stands.
pub(crate) fn token_key(agent: &str) -> Vec<u8> {
    format!("agent-token:{agent}").into_bytes()
}

/// The hash of a token's secret.
pub(crate) fn hashed(secret: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}

fn mark_key(message: &[u8; 32]) -> Vec<u8> {
    [b"data-rights/", &message[..]].concat()
}

/// What marks a message as used that gives nothing that could be told again. It is forgotten with
/// the marks of requests, a day later, when the message holds no more.
pub(crate) fn mark(message: &[u8; 32], now: Timestamp) -> Record {
    Record {
        kind: RecordKind::Idempotency,
        key: mark_key(message),
        value: crate::door::used(message, now),
    }
}
