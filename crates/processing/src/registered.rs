//! What the house administers and acts refer to: clients, courses, surveys, feeds.
//! It is not evidence, it is about nobody, and it permits nothing by itself.

use crate::Failure;
use crate::register::day;
use kept_ledger::entry::Name;
use kept_policy::Policy;
use kept_vault::store::{Record, RecordKind};
use serde::{Deserialize, Serialize};

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
    /// What goes to a recipient regularly.
    Feed(crate::Feed),
}

impl Registered {
    /// The kinds there are, as they are written.
    pub const KINDS: &'static [&'static str] = &["client", "feed"];

    /// Its kind, as it is written.
    pub fn kind(&self) -> &'static str {
        match self {
            Registered::Client { .. } => "client",
            Registered::Feed(_) => "feed",
        }
    }

    /// Its identifier, unique within its kind.
    pub fn id(&self) -> &str {
        match self {
            Registered::Client { id, .. } => id,
            Registered::Feed(feed) => &feed.id,
        }
    }

    /// The feed that it is, if it is one.
    pub(crate) fn feed(&self) -> Option<&crate::Feed> {
        let Registered::Feed(feed) = self else {
            return None;
        };
        Some(feed)
    }

    /// Under which key it stands: what is registered later under the same takes its place.
    pub fn key(&self) -> String {
        key(self.kind(), self.id())
    }

    /// Checks that it can stand: its identifier is a name, its dates are dates, and what it refers
    /// to is declared by the policy.
    pub fn check(&self, policy: &Policy) -> Result<(), Failure> {
        if Name::new(self.id()).is_err() {
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
            Registered::Feed(feed) => feed.check(policy),
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

/// The bytes a title or a name may have.
const TITLE_BYTES_MAX: usize = 200;

fn titled(text: &str, place: &str) -> Result<(), Failure> {
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
