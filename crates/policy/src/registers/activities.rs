//! The record of processing activities (GDPR Art. 30(1)): one activity for each document and
//! purpose.
//! It lists what clauses say; it does not judge whether that is enough.

use super::{Controller, Row, codes, controller, owned};
use crate::model::*;
use kept_terms::Set;
use serde::Serialize;

/// What is done with personal data for one purpose, to the people of one document.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Activity {
    /// The document and its version.
    pub version: String,
    /// Who is responsible; nothing where a client is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<Controller>,
    /// The purpose.
    pub purpose: String,
    /// How people read it.
    pub label: String,
    /// Its term in the Data Privacy Vocabulary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpv: Option<String>,
    /// Why it is lawful, such as `contract`.
    pub basis: String,
    /// Why special categories may be used for it, such as `health-care`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
    /// What a program does for it alone: `decision` or `profiling`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automated: Option<&'static str>,
    /// Whose data: people of these countries and parts of countries.
    pub people: Vec<String>,
    /// Which data.
    pub data: Vec<Datum>,
    /// Through which channels it comes in.
    pub channels: Vec<String>,
    /// Who works with it.
    pub roles: Vec<String>,
    /// To whom it goes.
    pub recipients: Vec<String>,
    /// How long it is kept.
    pub retention: Vec<Retention>,
    /// How it is guarded: measures and certifications.
    pub measures: Vec<String>,
    /// The clauses it rests on.
    pub clauses: Vec<String>,
}

/// One kind of data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Datum {
    /// The field.
    pub field: String,
    /// How people read it.
    pub label: String,
    /// Its term in the Data Privacy Vocabulary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpv: Option<String>,
}

/// How long some data is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Retention {
    /// The clause.
    pub clause: String,
    /// How long, as an ISO 8601 period.
    pub period: String,
    /// From which event on.
    pub after: String,
    /// What happens then: `destroy` or `anonymise`.
    pub then: String,
}

impl Row for Activity {
    const COLUMNS: &'static [&'static str] = &[
        "version",
        "controller",
        "purpose",
        "label",
        "basis",
        "exception",
        "automated",
        "people",
        "data",
        "channels",
        "roles",
        "recipients",
        "retention",
        "measures",
        "clauses",
    ];

    fn cells(&self) -> Vec<String> {
        let controller = self.controller.as_ref().map(|c| c.name.clone());
        let data = self.data.iter().map(|datum| datum.field.as_str());
        let retention = self.retention.iter().map(|kept| {
            let Retention {
                period,
                after,
                then,
                ..
            } = kept;
            format!("{period} after {after}, then {then}")
        });
        vec![
            self.version.clone(),
            controller.unwrap_or_default(),
            self.purpose.clone(),
            self.label.clone(),
            self.basis.clone(),
            self.exception.clone().unwrap_or_default(),
            self.automated.unwrap_or_default().to_owned(),
            self.people.join("; "),
            data.collect::<Vec<_>>().join("; "),
            self.channels.join("; "),
            self.roles.join("; "),
            self.recipients.join("; "),
            retention.collect::<Vec<_>>().join("; "),
            self.measures.join("; "),
            self.clauses.join("; "),
        ]
    }
}

pub(super) fn activities(policy: &Policy) -> Vec<Activity> {
    let documents = policy.documents.iter();
    documents
        .flat_map(|document| activities_of(policy, document))
        .collect()
}

/// Those of one document.
pub(super) fn activities_of(policy: &Policy, document: &Document) -> Vec<Activity> {
    let uses = document.rules.uses.iter().flatten();
    uses.map(|(clause, r#use)| activity(policy, document, *clause, r#use))
        .collect()
}

/// What an activity gathers on its way through the clauses.
#[derive(Default)]
struct Gathered {
    data: Set<FieldId>,
    channels: Set<ChannelId>,
    recipients: Set<RecipientId>,
    retention: Vec<Retention>,
    clauses: Vec<String>,
}

fn activity(policy: &Policy, document: &Document, clause: ClauseId, r#use: &Use) -> Activity {
    let words = &policy.words;
    let mut gathered = Gathered::default();
    gathered.clauses.extend(name(policy, clause));
    let rules = &document.rules;
    for (clause, collect) in &rules.collect {
        if collect.purposes.contains(r#use.purpose) {
            gathered.data = gathered.data.union(collect.data);
            gathered.channels = gathered.channels.union(collect.through);
            gathered.clauses.extend(name(policy, *clause));
        }
    }
    for (clause, disclose) in &rules.disclose {
        if disclose.purposes.contains(r#use.purpose) {
            gathered.recipients.insert(disclose.to);
            gathered.clauses.extend(name(policy, *clause));
        }
    }
    for (clause, keep) in &rules.keep {
        if keep.purposes.contains(r#use.purpose) && keep.data.intersects(gathered.data) {
            let names = name(policy, *clause);
            gathered
                .retention
                .extend(names.iter().map(|clause| Retention {
                    clause: clause.clone(),
                    period: keep.period.to_string(),
                    after: words.events.name(keep.after).to_owned(),
                    then: ending(keep.then).to_owned(),
                }));
            gathered.clauses.extend(names);
        }
    }
    let data = gathered.data.iter().filter_map(|id| words.fields.get(id));
    Activity {
        version: document.version.to_string(),
        controller: controller(policy, document),
        purpose: words.purposes.name(r#use.purpose).to_owned(),
        label: r#use.label.clone(),
        dpv: r#use.dpv.clone(),
        basis: r#use.basis.word().to_owned(),
        exception: r#use.exception.map(|known| known.word().to_owned()),
        automated: r#use.automated.map(|known| match known {
            Automated::Decision => "decision",
            Automated::Profiling => "profiling",
        }),
        people: codes(document.territories),
        data: data
            .map(|field| Datum {
                field: field.name.to_string(),
                label: field.label.clone(),
                dpv: field.dpv.clone(),
            })
            .collect(),
        channels: owned(words.channels.names(gathered.channels)),
        roles: owned(words.roles.names(r#use.roles)),
        recipients: owned(words.recipients.names(gathered.recipients)),
        retention: gathered.retention,
        measures: measures(policy, document),
        clauses: gathered.clauses,
    }
}

/// The measures and certifications that a document names.
fn measures(policy: &Policy, document: &Document) -> Vec<String> {
    let words = &policy.words;
    let named = document
        .clauses
        .iter()
        .filter_map(|clause| match &clause.body {
            Body::Secure(Secure::Measure { measure, .. }) => Some(words.measures.name(*measure)),
            Body::Secure(Secure::Certification { assurance, .. }) => {
                Some(words.assurances.name(*assurance))
            }
            Body::Secure(Secure::Transport) => Some("tls"),
            Body::Secure(_)
            | Body::Collect(_)
            | Body::Use(_)
            | Body::Disclose(_)
            | Body::Transfer(_)
            | Body::Keep(_)
            | Body::Hold(_)
            | Body::Requests(_)
            | Body::Grant(_)
            | Body::Refuse(_)
            | Body::Answer(_)
            | Body::Notify(_)
            | Body::Define { .. } => None,
        });
    owned(named.collect())
}

pub(super) fn name(policy: &Policy, clause: ClauseId) -> Option<String> {
    policy
        .clause(clause)
        .map(|clause| clause.full_name.to_string())
}

fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Destroy => "destroy",
        Ending::Anonymise => "anonymise",
    }
}
