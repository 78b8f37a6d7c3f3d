//! What is on record: evidence as it was attested, and what else is administered.
//! It keeps what was recorded; whether that is enough is the policy's decision.

use crate::{Evidence, Failure, Registered, hosted};
use kept_policy::*;
use kept_terms::{Day, Home};
use kept_vault::Vault;
use kept_vault::store::{Record, RecordKind, Store};
use std::collections::HashMap;

/// All evidence on record.
#[derive(Clone, Default)]
pub(crate) struct Register {
    evidence: Vec<Evidence>,
    registered: Vec<Registered>,
    /// Where the instructions for each home stand among what is registered.
    instructions: HashMap<Home, Vec<usize>>,
}

impl Register {
    pub async fn load<S: Store>(vault: &Vault<S>) -> Result<Register, Failure> {
        let records = vault.store().records(RecordKind::Evidence).await?;
        let read = |record: Record| {
            serde_json::from_slice(&record.value)
                .map_err(|_| Failure::Corrupt("a record of evidence cannot be read".to_owned()))
        };
        let registered = vault.store().records(RecordKind::Register).await?;
        let registered = registered.iter().map(Registered::read);
        let registered = registered.collect::<Result<Vec<_>, _>>()?;
        Ok(Register {
            evidence: records.into_iter().map(read).collect::<Result<_, _>>()?,
            instructions: hosted::by_home(&registered),
            registered,
        })
    }

    /// All evidence on record, in no particular order.
    pub fn all(&self) -> &[Evidence] {
        &self.evidence
    }

    /// Everything in the registers, in order of kind and identifier.
    pub fn registered(&self) -> &[Registered] {
        &self.registered
    }

    /// Whether something stands in a register under a key.
    pub fn has(&self, key: &str) -> bool {
        self.registered.iter().any(|it| it.key() == key)
    }

    /// What is registered that a client has told us to do with what is held in a home.
    pub fn told(&self, home: &Home) -> impl Iterator<Item = &Registered> {
        let places = self.instructions.get(home).into_iter().flatten();
        places.filter_map(|at| self.registered.get(*at))
    }

    /// What stands in a register under a kind and an identifier.
    pub fn find(&self, kind: &str, id: &str) -> Option<&Registered> {
        let mut all = self.registered.iter();
        all.find(|it| it.kind() == kind && it.id() == id)
    }

    /// What is on record about a recipient, in the policy's own numbers.
    pub fn recipient(&self, policy: &Policy, recipient: RecipientId) -> RecipientFacts {
        let name = policy.words.recipients.name(recipient);
        let mut facts = RecipientFacts::default();
        for evidence in &self.evidence {
            match evidence {
                Evidence::Undertaking {
                    recipient,
                    protection,
                    until,
                } if recipient == name => {
                    if let (Some(kind), Some(day)) = (protection_of(protection), day(until)) {
                        facts.undertakings.push((kind, day));
                    }
                }
                Evidence::Assurance {
                    recipient: Some(recipient),
                    assurance,
                    until,
                } if recipient == name => {
                    if let (Some(id), Some(day)) =
                        (policy.words.assurances.id(assurance), day(until))
                    {
                        facts.assurances.push((id, day));
                    }
                }
                Evidence::Revocation { instrument } => {
                    if let Some(id) = policy.words.instruments.id(instrument) {
                        facts.revoked.insert(id);
                    }
                }
                Evidence::Engagement {
                    recipient,
                    purpose,
                    fields,
                    from,
                    until,
                    ..
                } if recipient == name => {
                    if let (Some(purpose), Some(from), Some(until)) =
                        (policy.words.purposes.id(purpose), day(from), day(until))
                    {
                        let known = fields.iter();
                        let known = known.filter_map(|field| policy.words.fields.id(field));
                        facts.engagements.push(Engagement {
                            fields: known.collect(),
                            purpose,
                            from,
                            until,
                        });
                    }
                }
                Evidence::Undertaking { .. }
                | Evidence::Assurance { .. }
                | Evidence::Engagement { .. }
                | Evidence::Review { .. } => {}
            }
        }
        facts
    }
}

impl Evidence {
    /// What it is evidence of: newer evidence of the same thing takes its place.
    pub fn key(&self) -> String {
        match self {
            Evidence::Undertaking {
                recipient,
                protection,
                ..
            } => {
                format!("undertaking:{recipient}/{protection}")
            }
            Evidence::Assurance {
                recipient,
                assurance,
                ..
            } => {
                format!(
                    "assurance:{}/{assurance}",
                    recipient.as_deref().unwrap_or("own")
                )
            }
            Evidence::Review { measure, .. } => format!("review:{measure}"),
            Evidence::Engagement {
                recipient,
                reference,
                ..
            } => format!("engagement:{recipient}/{}", reference.to_ascii_lowercase()),
            Evidence::Revocation { instrument } => format!("revocation:{instrument}"),
        }
    }

    /// Checks that every name is declared, every date is one, and nothing was done in the future.
    pub fn check(&self, policy: &Policy, today: Day) -> Result<(), Failure> {
        let words = &policy.words;
        let known = |known: bool, place: &str| match known {
            true => Ok(()),
            false => Err(Failure::invalid(
                place,
                "is not declared by the policy in force",
            )),
        };
        match self {
            Evidence::Undertaking {
                recipient,
                protection,
                until,
            } => {
                known(words.recipients.id(recipient).is_some(), "recipient")?;
                if protection_of(protection).is_none() {
                    let problem = "is not `processing-agreement`, `group-agreement`, `sharing-agreement` or \
                                   `professional-secrecy`";
                    return Err(Failure::invalid("protection", problem));
                }
                dated(until, "until")
            }
            Evidence::Assurance {
                recipient,
                assurance,
                until,
            } => {
                if let Some(recipient) = recipient {
                    known(words.recipients.id(recipient).is_some(), "recipient")?;
                }
                known(words.assurances.id(assurance).is_some(), "assurance")?;
                dated(until, "until")
            }
            Evidence::Engagement {
                recipient,
                purpose,
                fields,
                reference,
                from,
                until,
            } => {
                known(words.recipients.id(recipient).is_some(), "recipient")?;
                known(words.purposes.id(purpose).is_some(), "purpose")?;
                let declared = |name: &String| words.fields.id(name).is_some();
                let listed = !fields.is_empty() && fields.iter().all(declared);
                known(listed, "fields")?;
                written(reference)?;
                dated(from, "from")?;
                dated(until, "until")
            }
            Evidence::Review { measure, on } => {
                known(words.measures.id(measure).is_some(), "measure")?;
                dated(on, "on")?;
                match day(on).is_some_and(|day| day > today) {
                    true => Err(Failure::invalid("on", "lies in the future")),
                    false => Ok(()),
                }
            }
            Evidence::Revocation { instrument } => {
                known(words.instruments.id(instrument).is_some(), "instrument")
            }
        }
    }
}

fn dated(text: &str, place: &str) -> Result<(), Failure> {
    match day(text) {
        Some(_) => Ok(()),
        None => Err(Failure::invalid(
            place,
            "is not a date; write it as `2027-03-31`",
        )),
    }
}

/// Checks a reference that stands in the key of evidence, which the ledger writes.
fn written(reference: &str) -> Result<(), Failure> {
    crate::approvals::coded(reference, "reference")?;
    match reference.contains('_') {
        false => Ok(()),
        true => Err(Failure::invalid(
            "reference",
            "has a `_` in it, which the ledger does not write",
        )),
    }
}

pub(crate) fn day(text: &str) -> Option<Day> {
    text.parse().ok().map(Day::from_date)
}

fn protection_of(word: &str) -> Option<Protection> {
    match word {
        "processing-agreement" => Some(Protection::ProcessingAgreement),
        "group-agreement" => Some(Protection::GroupAgreement),
        "sharing-agreement" => Some(Protection::SharingAgreement),
        "professional-secrecy" => Some(Protection::ProfessionalSecrecy),
        _ => None,
    }
}
