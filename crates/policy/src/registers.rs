//! The registers that a controller keeps, read off the policy: what it does with personal data
//! (GDPR Art. 30), to whom it goes, and across which borders (Art. 44 and after).
//! They say what the clauses say and what is on record; they hold nothing of their own.

mod activities;
mod consents;
mod crossings;
mod dpv;
mod receivers;
mod table;

pub use activities::{Activity, Datum, Retention};
pub use consents::{Consented, consent_record};
pub use crossings::Crossing;
pub use dpv::{CONTEXT, dpv};
pub use receivers::{Assured as AssuredUntil, Receiver};
pub use table::{Row, csv};

use crate::model::*;
use crate::standing::Evidence;
use kept_terms::Territories;
use serde::Serialize;

/// All registers of a policy.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Registers {
    /// The policy's digest.
    pub policy: String,
    /// What is done with personal data: one for each document and purpose.
    pub activities: Vec<Activity>,
    /// What crosses which border under which instrument.
    pub crossings: Vec<Crossing>,
    /// Who receives what, and what is on record about them.
    pub receivers: Vec<Receiver>,
}

/// Who is responsible.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Controller {
    /// Its name.
    pub name: String,
    /// Its postal address, in one line.
    pub address: String,
    /// Where to write about privacy.
    pub email: String,
    /// Where it is.
    pub country: String,
}

impl Registers {
    /// Reads the registers off a policy, with what is on record about its recipients.
    pub fn new(policy: &Policy, evidence: &Evidence) -> Registers {
        Registers {
            policy: policy.digest.to_string(),
            activities: activities::activities(policy),
            crossings: crossings::crossings(policy),
            receivers: receivers::receivers(policy, evidence),
        }
    }
}

fn controller(policy: &Policy, document: &Document) -> Option<Controller> {
    let entity = policy.words.entities.get(document.controller?)?;
    Some(Controller {
        name: entity.label.clone(),
        address: entity.address.join(", "),
        email: entity.email.clone(),
        country: entity.country.code().to_owned(),
    })
}

fn codes(places: Territories) -> Vec<String> {
    places
        .outermost()
        .map(|place| place.code().to_owned())
        .collect()
}

fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
