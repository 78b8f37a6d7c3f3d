//! The register of transfers: what crosses which border, to whom, under which instrument.
//! Whether a crossing is open today is decided act by act; here stands what was agreed.

use super::{Row, activities::name, codes, owned};
use crate::model::*;
use kept_terms::{Territories, Territory};
use serde::Serialize;

/// A border that a disclosure crosses.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Crossing {
    /// The document and its version.
    pub version: String,
    /// From which countries and parts of countries.
    pub from: Vec<String>,
    /// To which country, or part of one.
    pub to: String,
    /// To whom.
    pub recipient: String,
    /// What they are to the controller.
    pub recipient_kind: String,
    /// Which data.
    pub data: Vec<String>,
    /// For which purposes.
    pub purposes: Vec<String>,
    /// Under which instrument; nothing where no route is agreed, so that nothing goes there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// What kind of instrument, such as `scc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument_kind: Option<String>,
    /// Where it can be found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The last day of the route, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// The clauses it rests on.
    pub clauses: Vec<String>,
}

impl Row for Crossing {
    const COLUMNS: &'static [&'static str] = &[
        "version",
        "from",
        "to",
        "recipient",
        "recipient-kind",
        "data",
        "purposes",
        "instrument",
        "instrument-kind",
        "reference",
        "valid-until",
        "clauses",
    ];

    fn cells(&self) -> Vec<String> {
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.version.clone(),
            self.from.join("; "),
            self.to.clone(),
            self.recipient.clone(),
            self.recipient_kind.clone(),
            self.data.join("; "),
            self.purposes.join("; "),
            given(&self.instrument),
            given(&self.instrument_kind),
            given(&self.reference),
            given(&self.valid_until),
            self.clauses.join("; "),
        ]
    }
}

pub(super) fn crossings(policy: &Policy) -> Vec<Crossing> {
    let mut crossings = Vec::new();
    for document in &policy.documents {
        for (clause, disclose) in &document.rules.disclose {
            let Some(recipient) = policy.words.recipients.get(disclose.to) else {
                continue;
            };
            let mut from = crossing_from(policy, document, recipient.country);
            for (route, transfer) in &document.rules.transfer {
                let covered = from.intersection(transfer.from);
                if !transfer.to.contains(recipient.country) || covered.is_empty() {
                    continue;
                }
                from = from.difference(covered);
                let with = Some((*route, transfer));
                crossings.push(crossing(
                    policy,
                    document,
                    covered,
                    (*clause, disclose),
                    with,
                ));
            }
            if !from.is_empty() {
                crossings.push(crossing(policy, document, from, (*clause, disclose), None));
            }
        }
    }
    crossings
}

/// The places of a document from which a border has to be crossed to get somewhere.
fn crossing_from(policy: &Policy, document: &Document, to: Territory) -> Territories {
    let mut from = document.territories;
    for place in to.country().covered() {
        from.remove(place);
    }
    for (_, region) in policy.words.regions.iter() {
        if region.free && region.countries.contains(to) {
            from = from.difference(region.countries);
        }
    }
    from
}

fn crossing(
    policy: &Policy,
    document: &Document,
    from: Territories,
    (clause, disclose): (ClauseId, &Disclose),
    route: Option<(ClauseId, &Transfer)>,
) -> Crossing {
    let words = &policy.words;
    let recipient = words.recipients.get(disclose.to);
    let instrument = route.and_then(|(_, route)| words.instruments.get(route.instrument));
    let own = route.and_then(|(_, route)| route.valid_until);
    let end = [own, instrument.and_then(|it| it.valid_until)];
    let end = end.into_iter().flatten().min();
    let route = route.and_then(|(route, _)| name(policy, route));
    Crossing {
        version: document.version.to_string(),
        from: codes(from),
        to: recipient.map_or(String::new(), |it| it.country.code().to_owned()),
        recipient: words.recipients.name(disclose.to).to_owned(),
        recipient_kind: recipient.map_or(String::new(), |it| it.kind.word().to_owned()),
        data: owned(words.fields.names(disclose.data)),
        purposes: owned(words.purposes.names(disclose.purposes)),
        instrument: instrument.map(|it| it.name.to_string()),
        instrument_kind: instrument.map(|it| it.kind.clone()),
        reference: instrument.and_then(|it| it.reference.clone()),
        valid_until: end.map(|day| day.to_string()),
        clauses: name(policy, clause).into_iter().chain(route).collect(),
    }
}
