//! The record of a consent in the terms of ISO/IEC TS 27560, as DPV writes it.
//! It says what was agreed to, when, how and under which version, and how it stands today.

use super::dpv::{context, process};
use super::{Registers, activities};
use crate::model::*;
use crate::standing::Evidence;
use kept_terms::{Day, Timestamp};
use serde_json::{Value, json};

/// The schema that a record keeps to.
const SCHEMA: &str = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr";

/// A consent as it is on record.
#[derive(Clone, Debug)]
pub struct Consented {
    /// By which the record is named.
    pub id: String,
    /// By which the person is named.
    pub person: String,
    /// The purpose agreed to.
    pub purpose: String,
    /// When.
    pub given: Timestamp,
    /// When it was taken back, if it was.
    pub withdrawn: Option<Timestamp>,
    /// The channel through which it was given.
    pub channel: String,
    /// The document version under which it was given: the notice.
    pub version: String,
}

/// The record of a consent under the policy in force, as it stands at a moment.
pub fn consent_record(
    policy: &Policy,
    document: &Document,
    consented: &Consented,
    now: Timestamp,
) -> Value {
    let registers = Registers {
        policy: policy.digest.to_string(),
        activities: activities::activities_of(policy, document),
        crossings: Vec::new(),
        receivers: super::receivers::receivers(policy, &Evidence::default()),
    };
    let of_purpose = |activity: &&super::Activity| activity.purpose == consented.purpose;
    let activity = registers.activities.iter().find(of_purpose);
    let lasts = policy
        .words
        .purposes
        .id(&consented.purpose)
        .and_then(|id| document.rules.use_of(id))
        .and_then(|(_, r#use)| r#use.consent_lasts);
    let ends = lasts.map(|period| period.after(Day::of(consented.given)));
    let person = format!("urn:kept:person:{}", consented.person);
    let said = |status: &str, at: Timestamp| {
        json!({
            "@type": status,
            "dpv:isIndicatedAtTime": { "@value": at.to_string(), "@type": "xsd:dateTime" },
            "dpv:isIndicatedBy": { "@id": person },
            "dpv:hasIndicationMethod": consented.channel,
        })
    };
    let mut states = vec![said("dpv:ConsentGiven", consented.given)];
    states.extend(
        consented
            .withdrawn
            .map(|at| said("dpv:ConsentWithdrawn", at)),
    );
    let expired = ends.filter(|day| consented.withdrawn.is_none() && *day <= Day::of(now));
    states.extend(expired.map(|day| {
        json!({
            "@type": "dpv:ConsentExpired",
            "dpv:isIndicatedAtTime":
                { "@value": day.to_string(), "@type": "xsd:date" },
        })
    }));
    json!({
        "@context": context(&registers),
        "@id": format!("urn:kept:consent:{}", consented.id),
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": { "@id": SCHEMA },
        "dct:identifier": consented.id,
        "dpv:hasDataSubject": { "@id": person, "@type": "dpv:DataSubject" },
        "dpv:hasNotice": {
            "@id": format!("urn:kept:notice:{}", consented.version),
            "@type": "dpv:ConsentNotice",
            "dct:identifier": consented.version,
            "dct:language": document.language,
        },
        "dpv:hasProcess": activity.map(|activity| process(&registers, activity)),
        "dpv:hasDuration": lasts.map(|period| json!({
            "@value": period.to_string(), "@type": "xsd:duration",
        })),
        "dpv:hasConsentStatus": states,
        "dct:modified": { "@value": now.to_string(), "@type": "xsd:dateTime" },
    })
}
