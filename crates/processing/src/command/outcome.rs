//! What the door gives back, and the evidence that promises rest on.
//! Released values are never printed, so they have no `Debug`.

use super::Listed;
use kept_policy::{Digest, Refusal};
use kept_terms::{Day, ItemNumber, PersonId};
use kept_vault::Shown;
use serde::{Deserialize, Serialize};

/// Something on record that promises rest on. The names are those of the policy.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Evidence {
    /// A recipient's undertaking to protect what it gets.
    Undertaking {
        /// Who undertook it.
        recipient: String,
        /// `processing-agreement`, `group-agreement`, `sharing-agreement` or
        /// `professional-secrecy`.
        protection: String,
        /// The last day on which it holds, as `2027-03-31`.
        until: String,
    },
    /// A report or certification of a recipient, or of the controller's own measures.
    Assurance {
        /// Whose; nothing means the controller's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipient: Option<String>,
        /// Which.
        assurance: String,
        /// The last day on which it holds.
        until: String,
    },
    /// A security measure was reviewed.
    Review {
        /// Which.
        measure: String,
        /// The day.
        on: String,
    },
    /// A recipient was engaged for a task that needs to see something.
    Engagement {
        /// Who.
        recipient: String,
        /// What for.
        purpose: String,
        /// Which fields it may see.
        fields: Vec<String>,
        /// The code of the task, such as `audit-2026`.
        reference: String,
        /// The first day on which it holds.
        from: String,
        /// The last day on which it holds.
        until: String,
    },
    /// A transfer instrument was revoked.
    Revocation {
        /// Which.
        instrument: String,
    },
}

/// A value that the door let out.
pub struct Released {
    /// The field's name.
    pub field: String,
    /// The item's number within the person.
    pub number: ItemNumber,
    /// The value, as far as the permit shows it.
    pub value: Shown,
    /// The purposes it is held for.
    pub purposes: Vec<String>,
    /// Where it came from: the policy version, clause and channel.
    pub origin: String,
    /// The first day on which it is no longer needed; nothing where that day is not known yet.
    pub due: Option<Day>,
}

/// What an act that was done gives back.
pub enum Effect {
    /// Nothing more.
    Done,
    /// A person was erased but for what had to stay.
    Kept(crate::KeptBack),
    /// The person whom it was about, and whether they are new.
    Stored {
        /// The person.
        person: PersonId,
        /// Whether nobody had these identifiers before.
        new: bool,
        /// How many items were stored.
        items: usize,
        /// Whether something was struck out before it was stored.
        redacted: bool,
    },
    /// What was asked for.
    Values(Vec<Released>),
    /// Whether somebody has the identifier, and who.
    Found(Option<PersonId>),
    /// Whether what was said is what is stored.
    Matched(bool),
    /// A person's training.
    Training(crate::Training),
    /// Who has courses ahead of them, and whether there are more than fit.
    Due(Vec<crate::DueCourse>, bool),
    /// What went unconfirmed, and whether there is more than fits.
    Stale(Vec<crate::StaleField>, bool),
    /// The sums of a survey.
    Tabulated(crate::Tabulation),
    /// The person's information, page by page (see [`crate::Export`]).
    Export(Box<crate::Export>),
    /// A request that was passed on to a client, as it stands now.
    Forwarded(Box<crate::Forwarded>),
    /// The identifier of what was taken up.
    Named(String),
    /// What was looked at.
    Listed(Listed),
    /// What came of showing who one is.
    SignedIn(crate::Proved),
}

/// A promise to perform a command at most once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Once {
    /// The key by which a repetition is recognised.
    pub key: Vec<u8>,
    /// The hash of the whole request: the same key with another request is a mistake.
    pub request: [u8; 32],
}

/// What became of an act.
pub struct Performed {
    /// The index of its ledger entry; nothing where the act had been performed before and is only
    /// told of again.
    pub entry: Option<u64>,
    /// The policy it was decided under.
    pub policy: Digest,
    /// What it gave, or why not.
    pub outcome: Result<Effect, Refusal>,
}
