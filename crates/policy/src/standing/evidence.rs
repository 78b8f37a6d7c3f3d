//! What the running system measures, as plain figures under the names of the policy.
//! It holds counts and days, never anything about one person.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything measured. The default is that nothing was.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Evidence {
    /// Since when acts, cases and notices are counted; nothing where they are not.
    pub since: Option<Date>,
    /// Whether cases are kept count of; where they are not, what rests on them is not measured.
    pub cases: bool,
    /// Whether notices of changes are kept count of; where they are not, what rests on them is not
    /// measured.
    pub notices: bool,
    /// Counts under the full name of a clause, such as `north-america#collect.contact`.
    pub clauses: BTreeMap<String, Counts>,
    /// What is held under the name of a retention class.
    pub classes: BTreeMap<String, ClassEvidence>,
    /// How many values of a field are held.
    pub fields: BTreeMap<String, u64>,
    /// How many people agree to a purpose.
    pub consents: BTreeMap<String, u64>,
    /// How many people object to a purpose.
    pub objections: BTreeMap<String, u64>,
    /// What is on record about a recipient.
    pub recipients: BTreeMap<String, RecipientEvidence>,
    /// Transfer instruments that were revoked.
    pub revoked: BTreeSet<String>,
    /// The firm's own certifications, under the name of the assurance.
    pub certifications: BTreeMap<String, Attested>,
    /// Reviews, under the name of the measure.
    pub measures: BTreeMap<String, Attested>,
    /// The stores in which information stands.
    pub stores: Option<Vec<String>>,
    /// The ways in which people can sign in.
    pub sign_in: Option<Vec<String>>,
    /// How many people are signed in now.
    pub sessions: u64,
    /// How often somebody tried to sign in in vain.
    pub sign_ins_failed: u64,
    /// Access in emergencies.
    pub emergencies: Option<Emergencies>,
    /// How many requests came unencrypted from beyond this machine.
    pub plain_connections: Option<u64>,
    /// How many people are held under a document.
    pub people: BTreeMap<String, u64>,
    /// How many entries the ledger has.
    pub ledger_entries: Option<u64>,
    /// What is held for clients; nothing where that is not counted.
    pub hosted: Option<HostedEvidence>,
}

/// What is counted under a clause.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Counts {
    /// Acts that relied on it.
    pub relied: u64,
    /// Attempts that were refused because of it.
    pub refused: u64,
    /// Cases that are not closed.
    pub cases_open: u64,
    /// Of those, how many will be past their time within a week.
    pub cases_due_soon: u64,
    /// Of those, how many are past their time.
    pub cases_overdue: u64,
    /// Cases that were answered, and are still on record.
    pub cases_answered: u64,
    /// Of those, how many were answered late within the last three months.
    pub cases_late: u64,
    /// Notices that were to be sent.
    pub notices_due: u64,
    /// Notices sent.
    pub notices_sent: u64,
    /// Notices that should have been sent and were not.
    pub notices_late: u64,
}

/// What is held under a retention class.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ClassEvidence {
    /// How many items.
    pub items: u64,
    /// How many of them are past their day and still there.
    pub past_due: u64,
    /// The earliest day that is past.
    pub oldest_due: Option<Date>,
}

/// Something that was done, certified or reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Attested {
    /// When it was last done.
    pub done: Option<Date>,
    /// The last day on which it holds.
    pub valid_until: Option<Date>,
}

impl Attested {
    /// The last day on which it holds, where it has one.
    pub(super) fn ends(&self) -> Option<Date> {
        self.valid_until
    }
}

/// What is on record about a recipient.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct RecipientEvidence {
    /// The last day of each undertaking, under the word of its kind, such as
    /// `processing-agreement`.
    pub undertakings: BTreeMap<String, Date>,
    /// Reports and certifications, under the name of the assurance.
    pub assurances: BTreeMap<String, Attested>,
    /// How many things it was to be told and has not confirmed.
    pub unconfirmed: u64,
    /// How many of them it should have confirmed by now.
    pub unconfirmed_late: u64,
}

/// Access in emergencies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Emergencies {
    /// How many there were.
    pub all: u64,
    /// How many are not over.
    pub open: u64,
    /// How many lack an approval.
    pub unapproved: u64,
}

/// What is held for clients in hosted systems.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct HostedEvidence {
    /// In how many homes, each of one client in one system, something is held.
    pub homes: u64,
    /// About how many people.
    pub people: u64,
    /// Requests passed on to clients that wait for an answer.
    pub requests_open: u64,
    /// Of those, how many the client has not been told of in time.
    pub requests_untold: u64,
    /// Of those, how many the client has not answered in time.
    pub requests_overdue: u64,
    /// The last day of the contract of each home that still holds something after it.
    pub ended: Vec<Date>,
}
