//! What the house administers and acts refer to: clients, courses, surveys, feeds.
//! It is not evidence, it is about nobody, and it permits nothing by itself.

use crate::Failure;
use crate::register::day;
use kept_ledger::entry::Name as LedgerName;
use kept_policy::Policy;
use kept_terms::{Act, Name};
use kept_vault::store::{Record, RecordKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something administered, by kind and identifier.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Registered {
    /// A client company.
    Client {
        /// Its identifier, such as `acme`.
        id: String,
        /// What it is called.
        name: String,
        /// The last day of its contract, as `2027-03-31`; nothing while it has no end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contract_ends: Option<String>,
    },
    /// What a client has told us to do with what we hold for it in a system.
    Instruction {
        /// Its identifier, such as `acme-prisma`.
        id: String,
        /// The client.
        client: Name,
        /// The system.
        system: Name,
        /// Which acts.
        acts: Vec<Act>,
        /// For which purposes; any where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purposes: Option<Vec<String>>,
        /// With which fields; any where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Vec<String>>,
        /// The first day, as `2026-01-31`.
        from: String,
        /// The last day; left out where it has none but the end of the contract.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
        /// Where it is written down, such as `contract 12, annex 2`, or the request it answers.
        reference: String,
    },
    /// A message as it is written to people, for one purpose.
    Template {
        /// Its identifier, such as `spring-news`.
        id: String,
        /// The purpose that it may be sent for, and no other.
        purpose: String,
        /// What it says, by language, such as `en`.
        texts: BTreeMap<String, Wording>,
    },
}

/// A message in one language. It says nothing about anybody.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wording {
    /// Its subject, one line.
    pub subject: String,
    /// Its text: paragraphs with empty lines between.
    pub body: String,
}

impl Registered {
    /// The kinds there are, as they are written.
    pub const KINDS: &'static [&'static str] = &["client", "instruction", "template"];

    /// Its kind, as it is written.
    pub fn kind(&self) -> &'static str {
        match self {
            Registered::Client { .. } => "client",
            Registered::Instruction { .. } => "instruction",
            Registered::Template { .. } => "template",
        }
    }

    /// Its identifier, unique within its kind.
    pub fn id(&self) -> &str {
        match self {
            Registered::Client { id, .. }
            | Registered::Instruction { id, .. }
            | Registered::Template { id, .. } => id,
        }
    }

    /// Under which key it stands: what is registered later under the same takes its place.
    pub fn key(&self) -> String {
        key(self.kind(), self.id())
    }

    /// Checks that it can stand: its identifier is a name, its dates are dates, and what it refers
    /// to is declared by the policy.
    pub fn check(&self, policy: &Policy) -> Result<(), Failure> {
        if LedgerName::new(self.id()).is_err() {
            let problem = "is not a short name of small letters, digits and hyphens";
            return Err(Failure::invalid("id", problem));
        }
        match self {
            Registered::Client {
                name,
                contract_ends,
                ..
            } => {
                titled(name, "name")?;
                dated(contract_ends.as_deref(), "contract-ends")
            }
            Registered::Instruction { .. } => self.check_instruction(policy),
            Registered::Template { purpose, texts, .. } => {
                if policy.words.purposes.id(purpose).is_none() {
                    let problem = "is not declared by the policy in force";
                    return Err(Failure::invalid("purpose", problem));
                }
                if texts.is_empty() {
                    return Err(Failure::invalid("texts", "must have one language at least"));
                }
                texts.values().try_for_each(worded)
            }
        }
    }

    pub(crate) fn record(&self) -> Result<Record, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the register", "cannot be written down"))?;
        Ok(Record {
            kind: RecordKind::Register,
            key: self.key().into_bytes(),
            value,
        })
    }

    pub(crate) fn read(record: &Record) -> Result<Registered, Failure> {
        serde_json::from_slice(&record.value)
            .map_err(|_| Failure::Corrupt("a registered record cannot be read".to_owned()))
    }
}

/// The key of what has an identifier within a kind.
pub(crate) fn key(kind: &str, id: &str) -> String {
    format!("{kind}/{id}")
}

/// The bytes the text of a message may have.
const BODY_BYTES_MAX: usize = 64 << 10;

fn worded(wording: &Wording) -> Result<(), Failure> {
    titled(&wording.subject, "subject")?;
    if wording.subject.chars().any(char::is_control) {
        return Err(Failure::invalid("subject", "must be one line"));
    }
    match wording.body.trim().is_empty() || wording.body.len() > BODY_BYTES_MAX {
        false => Ok(()),
        true => Err(Failure::invalid("body", "must have 1 to 65,536 bytes")),
    }
}

/// The bytes a title or a name may have.
const TITLE_BYTES_MAX: usize = 200;

pub(crate) fn titled(text: &str, place: &str) -> Result<(), Failure> {
    match text.trim().is_empty() || text.len() > TITLE_BYTES_MAX {
        false => Ok(()),
        true => Err(Failure::invalid(place, "must have 1 to 200 bytes")),
    }
}

fn dated(text: Option<&str>, place: &str) -> Result<(), Failure> {
    match text.is_none_or(|text| day(text).is_some()) {
        true => Ok(()),
        false => Err(Failure::invalid(
            place,
            "is not a date; write it as `2027-03-31`",
        )),
    }
}
