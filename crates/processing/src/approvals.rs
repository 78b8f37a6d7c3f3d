//! What is asked for that others must agree to: who asked, for exactly what, who agreed, and until
//! when it holds.
//! It holds names and numbers, no value of anybody; whether enough agreed is the policy's decision.

use crate::register::day;
use crate::{Failure, Processing};
use kept_policy::Approved;
use kept_terms::PersonId;
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};

/// How long a disclosure may wait to be approved and made, in seconds: a week.
const DISCLOSURE_SECONDS: i64 = 7 * 86_400;

/// How long access in an emergency may wait to be approved, in seconds: a day.
const EMERGENCY_SECONDS: i64 = 86_400;

/// How long a reference or a legal basis may be, in bytes.
const REFERENCE_BYTES_MAX: usize = 60;

/// Why access in an emergency may be asked for. What else there is to say stands in the case that
/// the reference names.
pub const REASONS: [&str; 5] = ["incident", "outage", "security", "safety", "legal"];

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "kind",
    deny_unknown_fields
)]
pub enum Proposal {
    /// That a recipient is shown something about a person, once.
    Disclosure {
        /// Whose.
        person: PersonId,
        /// To whom: of an authority, the one that asks.
        recipient: String,
        /// What for.
        purpose: String,
        /// Which fields; no others leave.
        fields: Vec<String>,
        /// Whether the law compels it.
        compelled: bool,
        /// The legal basis, such as `18-usc-2703`.
        legal_basis: String,
        /// The recipient's own reference, such as a case number.
        reference: String,
        /// Where the person may not be told yet, the last day of that, as `2027-03-31`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        silent_until: Option<String>,
    },
    /// Access in an emergency for whoever asks.
    Emergency {
        /// What for.
        purpose: String,
        /// Which fields.
        fields: Vec<String>,
        /// Why, as one of [`REASONS`].
        reason: String,
        /// The case in which the emergency is dealt with.
        reference: String,
    },
}

impl Proposal {
    /// Checks what no policy speaks of: references, reasons and days.
    pub fn check(&self) -> Result<(), Failure> {
        match self {
            Proposal::Disclosure {
                legal_basis,
                reference,
                silent_until,
                ..
            } => {
                coded(legal_basis, "legal-basis")?;
                coded(reference, "reference")?;
                match silent_until
                    .as_deref()
                    .is_none_or(|text| day(text).is_some())
                {
                    true => Ok(()),
                    false => Err(Failure::invalid(
                        "silent-until",
                        "is not a date; write it as `2027-03-31`",
                    )),
                }
            }
            Proposal::Emergency {
                reason, reference, ..
            } => {
                if !REASONS.contains(&reason.as_str()) {
                    let problem = format!("is not one of {}", REASONS.join(", "));
                    return Err(Failure::invalid("reason", problem));
                }
                coded(reference, "reference")
            }
        }
    }

    /// What it asks for: the purpose and the fields.
    pub fn scope(&self) -> (&str, &[String]) {
        match self {
            Proposal::Disclosure {
                purpose, fields, ..
            }
            | Proposal::Emergency {
                purpose, fields, ..
            } => (purpose, fields),
        }
    }

    /// Whom it is about.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Proposal::Disclosure { person, .. } => Some(*person),
            Proposal::Emergency { .. } => None,
        }
    }

    /// Whether it asks for access in an emergency.
    pub fn is_emergency(&self) -> bool {
        matches!(self, Proposal::Emergency { .. })
    }
}

/// A reference is a code and not a sentence: what it is about stands elsewhere, so that nobody is
/// described where nothing can be forgotten.
pub(crate) fn coded(text: &str, place: &str) -> Result<(), Failure> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-/:_".contains(&byte);
    let fits = !text.is_empty()
        && text.len() <= REFERENCE_BYTES_MAX
        && text.bytes().all(plain)
        && text.bytes().any(|byte| byte.is_ascii_digit());
    match fits {
        true => Ok(()),
        false => Err(Failure::invalid(
            place,
            "is not a code of 1 to 60 letters, digits and `.-/:_` with a digit in it, such as \
             `18-usc-2703`; what it is about does not belong here",
        )),
    }
}

/// One who took a step, and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Who: all tokens of one holder are one.
    pub holder: String,
    /// The second since 1970.
    pub at: i64,
}

/// How it came to an end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It was declined, or taken back.
    Declined,
    /// It was done.
    Done,
}

/// Something that others must agree to, as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Approval {
    /// Its identifier.
    pub id: String,
    /// What is asked for; it never changes.
    pub proposal: Proposal,
    /// What whoever approves must have seen: a digest of all that was asked.
    pub digest: String,
    /// Who asked.
    pub proposed: Step,
    /// How many others must agree.
    pub needs: u8,
    /// Who agreed.
    pub approved: Vec<Step>,
    /// The second since 1970 from which it no longer holds: nobody agreed in time, it was not done
    /// in time, or the access is over.
    pub expires: i64,
    /// How it ended before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

impl Approval {
    /// Asks for something at a moment, under an identifier that is nobody else's.
    pub(crate) fn new(id: String, proposal: Proposal, proposed: Step, needs: u8) -> Approval {
        let lasts = match proposal.is_emergency() {
            true => EMERGENCY_SECONDS,
            false => DISCLOSURE_SECONDS,
        };
        let mut approval = Approval {
            id,
            proposal,
            digest: String::new(),
            expires: proposed.at.saturating_add(lasts),
            proposed,
            needs,
            approved: Vec::new(),
            ended: None,
        };
        approval.digest = approval.digested();
        approval
    }

    /// The digest of all that was asked: what, by whom, when, under which identifier.
    fn digested(&self) -> String {
        let all = (&self.id, &self.proposal, &self.proposed);
        let text = serde_json::to_vec(&all).unwrap_or_default();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text);
        data_encoding::HEXLOWER.encode(digest.as_ref())
    }

    /// Whether enough others agreed.
    pub fn is_approved(&self) -> bool {
        self.approved.len() >= usize::from(self.needs)
    }

    /// Whether it no longer holds at a second since 1970.
    pub fn is_over(&self, second: i64) -> bool {
        self.ended.is_some() || second >= self.expires
    }

    /// Whether somebody asked for it or agreed to it before.
    fn is_of(&self, holder: &str) -> bool {
        self.proposed.holder == holder || self.approved.iter().any(|step| step.holder == holder)
    }

    /// What a decision needs to know of it, for somebody at a second since 1970.
    pub(crate) fn facts(&self, holder: &str, second: i64) -> Approved {
        Approved {
            by: u8::try_from(self.approved.len()).unwrap_or(u8::MAX),
            own: self.is_of(holder),
            over: self.is_over(second),
        }
    }

    /// Whether the person must not be told of it yet at a second since 1970.
    pub(crate) fn is_silent(&self, second: i64) -> bool {
        self.silent_until().is_some_and(|until| second < until)
    }

    /// The second since 1970 from which the person may be told, where they may not be at once.
    pub(crate) fn silent_until(&self) -> Option<i64> {
        let Proposal::Disclosure {
            silent_until: Some(last),
            ..
        } = &self.proposal
        else {
            return None;
        };
        day(last).map(|last| (i64::from(last.0) + 1) * 86_400)
    }

    /// What an entry calls it.
    pub(crate) fn reference(&self) -> String {
        format!("approval:{}", self.id)
    }

    /// The change that writes it down.
    pub(crate) fn put(&self) -> Result<Write, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the proposal", "cannot be written down"))?;
        Ok(Write::PutRecord(Record {
            kind: RecordKind::Approval,
            key: key(&self.id),
            value,
        }))
    }

    fn read(value: &[u8]) -> Result<Approval, Failure> {
        let approval: Approval = serde_json::from_slice(value)
            .map_err(|_| Failure::Corrupt("an approval cannot be read".to_owned()))?;
        match approval.digest == approval.digested() {
            true => Ok(approval),
            false => Err(Failure::Corrupt("a proposal was altered".to_owned())),
        }
    }
}

/// How the keys of approvals begin.
const APPROVALS: &[u8] = b"approval/";

fn key(id: &str) -> Vec<u8> {
    [APPROVALS, id.as_bytes()].concat()
}

impl<S: Store> Processing<S> {
    /// Something that others must agree to.
    pub(crate) async fn approval(&self, id: &str) -> Result<Approval, Failure> {
        let store = self.vault.store();
        let found = store.record(RecordKind::Approval, &key(id)).await?;
        Approval::read(&found.ok_or(Failure::NotFound("approval"))?)
    }

    /// Everything that others must agree to, or did.
    pub(crate) async fn approvals(&self) -> Result<Vec<Approval>, Failure> {
        let records = self.vault.store().records(RecordKind::Approval).await?;
        let ours = records.iter().filter(|it| it.key.starts_with(APPROVALS));
        ours.map(|record| Approval::read(&record.value)).collect()
    }

    /// An identifier that was drawn: sixteen characters that mean nothing.
    pub fn drawn(&self) -> String {
        let mut drawn = [0; 8];
        self.randomness.fill(&mut drawn);
        data_encoding::HEXLOWER.encode(&drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approval() -> Approval {
        let proposal = Proposal::Emergency {
            purpose: "keep-secure".to_owned(),
            fields: vec!["weblog".to_owned()],
            reason: "outage".to_owned(),
            reference: "case-7".to_owned(),
        };
        let asked = Step {
            holder: "holder:a".to_owned(),
            at: 1_000,
        };
        Approval::new("00ff".to_owned(), proposal, asked, 1)
    }

    #[test]
    fn who_asked_or_agreed_is_no_other() {
        let mut approval = approval();
        assert!(approval.facts("holder:a", 1_000).own);
        assert!(!approval.facts("holder:b", 1_000).own);
        approval.approved.push(Step {
            holder: "holder:b".to_owned(),
            at: 1_001,
        });
        assert!(approval.facts("holder:b", 1_000).own);
        assert!(approval.is_approved());
        assert!(!approval.is_over(1_000 + EMERGENCY_SECONDS - 1));
        assert!(approval.is_over(1_000 + EMERGENCY_SECONDS));
    }

    #[test]
    fn an_altered_proposal_is_not_read() {
        let text = serde_json::to_string(&approval()).unwrap();
        assert_eq!(Approval::read(text.as_bytes()), Ok(approval()));
        let wider = text.replace("weblog", "e-mail");
        assert!(Approval::read(wider.as_bytes()).is_err());
    }

    #[test]
    fn a_reference_is_a_code_and_no_sentence() {
        for good in ["18-usc-2703", "1:26-cv-01234", "R/2026.7"] {
            assert_eq!(coded(good, "reference"), Ok(()), "{good}");
        }
        for bad in ["", "Ada Byron 1", "smith", "é1", &"1".repeat(61)] {
            assert!(coded(bad, "reference").is_err(), "{bad}");
        }
    }
}
