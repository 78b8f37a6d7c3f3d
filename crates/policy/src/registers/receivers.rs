//! The register of recipients: who receives what, and what is on record about them.
//! What is not on record is left out, and then nothing goes there.

use super::{Row, activities::name, owned};
use crate::model::*;
use crate::standing::Evidence;
use serde::Serialize;

/// Somebody who may receive something under one clause.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Receiver {
    /// The document and its version.
    pub version: String,
    /// Who.
    pub recipient: String,
    /// How people read it.
    pub label: String,
    /// What they are to the controller.
    pub kind: String,
    /// Where they are.
    pub country: String,
    /// Which data.
    pub data: Vec<String>,
    /// For which purposes.
    pub purposes: Vec<String>,
    /// What they have to have undertaken, such as `processing-agreement`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<String>,
    /// The last day of that undertaking, as it is on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected_until: Option<String>,
    /// Reports and certifications on record.
    pub assurances: Vec<Assured>,
    /// Whether the person must have agreed to this recipient.
    pub consent: bool,
    /// Whether only the law compels it.
    pub compelled: bool,
    /// The clause.
    pub clause: String,
}

/// A report or certification on record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Assured {
    /// Which.
    pub assurance: String,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Row for Receiver {
    const COLUMNS: &'static [&'static str] = &[
        "version",
        "recipient",
        "label",
        "kind",
        "country",
        "data",
        "purposes",
        "protection",
        "protected-until",
        "assurances",
        "consent",
        "compelled",
        "clause",
    ];

    fn cells(&self) -> Vec<String> {
        let assurances = self.assurances.iter().map(|it| match &it.until {
            Some(until) => format!("{} until {until}", it.assurance),
            None => it.assurance.clone(),
        });
        vec![
            self.version.clone(),
            self.recipient.clone(),
            self.label.clone(),
            self.kind.clone(),
            self.country.clone(),
            self.data.join("; "),
            self.purposes.join("; "),
            self.protection.clone().unwrap_or_default(),
            self.protected_until.clone().unwrap_or_default(),
            assurances.collect::<Vec<_>>().join("; "),
            self.consent.to_string(),
            self.compelled.to_string(),
            self.clause.clone(),
        ]
    }
}

pub(super) fn receivers(policy: &Policy, evidence: &Evidence) -> Vec<Receiver> {
    let mut receivers = Vec::new();
    let words = &policy.words;
    for document in &policy.documents {
        for (clause, disclose) in &document.rules.disclose {
            let Some(recipient) = words.recipients.get(disclose.to) else {
                continue;
            };
            let known = evidence.recipients.get(&*recipient.name);
            let protection = disclose.protection.map(Protection::word);
            let until = protection.and_then(|word| known?.undertakings.get(word));
            let assurances = known.into_iter().flat_map(|known| &known.assurances);
            receivers.push(Receiver {
                version: document.version.to_string(),
                recipient: recipient.name.to_string(),
                label: recipient.label.clone(),
                kind: recipient.kind.word().to_owned(),
                country: recipient.country.code().to_owned(),
                data: owned(words.fields.names(disclose.data)),
                purposes: owned(words.purposes.names(disclose.purposes)),
                protection: protection.map(str::to_owned),
                protected_until: until.map(ToString::to_string),
                assurances: assurances
                    .map(|(assurance, attested)| Assured {
                        assurance: assurance.clone(),
                        until: attested.valid_until.map(|day| day.to_string()),
                    })
                    .collect(),
                consent: disclose.consent,
                compelled: disclose.compelled,
                clause: name(policy, *clause).unwrap_or_default(),
            });
        }
    }
    receivers
}
