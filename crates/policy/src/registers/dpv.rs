//! The registers in the terms of the Data Privacy Vocabulary (DPV 2.3), as JSON-LD with the context
//! inside, so that it is read without a network.
//! What DPV has no term for keeps a name under the policy's own digest.

use super::{Activity, Controller, Crossing, Registers, Retention};
use serde_json::{Value, json};

/// The prefixes that the terms are written with, and where they lead.
pub const CONTEXT: &[(&str, &str)] = &[
    ("dpv", "https://w3id.org/dpv#"),
    ("pd", "https://w3id.org/dpv/pd#"),
    ("loc", "https://w3id.org/dpv/loc#"),
    ("eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// The registers as one `dpv:ROPA` with a `dpv:PersonalDataProcess` for each activity.
pub fn dpv(registers: &Registers) -> Value {
    let activities = registers.activities.iter();
    let processes = activities.map(|activity| process(registers, activity));
    let crossings = registers.crossings.iter().enumerate();
    let crossings = crossings.filter_map(|(number, crossing)| transfer(number, crossing));
    json!({
        "@context": context(registers),
        "@id": "kept:ropa",
        "@type": "dpv:ROPA",
        "dct:conformsTo": { "@id": "https://w3id.org/dpv" },
        "dct:identifier": registers.policy,
        "dpv:hasProcess": processes.chain(crossings).collect::<Vec<Value>>(),
    })
}

/// Where the prefixes lead; `kept` leads to the names of this very policy.
pub(super) fn context(registers: &Registers) -> Value {
    let mut context: serde_json::Map<String, Value> = CONTEXT
        .iter()
        .map(|(prefix, iri)| ((*prefix).to_owned(), json!(iri)))
        .collect();
    let base = format!("urn:kept:policy:{}:", registers.policy);
    context.insert("kept".to_owned(), json!(base));
    Value::Object(context)
}

pub(super) fn process(registers: &Registers, activity: &Activity) -> Value {
    let document = activity.version.split('@').next().unwrap_or_default();
    let purpose = match &activity.dpv {
        Some(term) => json!([term, own("purpose", &activity.purpose)]),
        None => json!([own("purpose", &activity.purpose), "dpv:Purpose"]),
    };
    let data = activity.data.iter().map(|datum| {
        let mut types = vec!["dpv:PersonalData".to_owned()];
        types.extend(datum.dpv.clone());
        json!({ "@id": own("field", &datum.field), "@type": types, "rdfs:label": datum.label })
    });
    let receivers = activity.recipients.iter().map(|name| {
        let known = registers.receivers.iter().find(|it| it.recipient == *name);
        match known {
            Some(known) => json!({
                "@id": own("recipient", name),
                "@type": party(&known.kind),
                "dpv:hasName": known.label,
                "dpv:hasLocation": country(&known.country),
            }),
            None => json!({ "@id": own("recipient", name), "@type": "dpv:Recipient" }),
        }
    });
    let exception = activity.exception.iter().map(|word| exception(word));
    let grounds = std::iter::once(basis(&activity.basis)).chain(exception);
    let mut grounds: Vec<Value> = grounds.map(|term| json!({ "@id": term })).collect();
    let grounds = match grounds.len() {
        1 => grounds.remove(0),
        _ => Value::Array(grounds),
    };
    let processing: &[&str] = match activity.automated {
        Some(_) => &["dpv:Collect", "dpv:Store", "dpv:Use", "dpv:Profiling"],
        None => &["dpv:Collect", "dpv:Store", "dpv:Use"],
    };
    json!({
        "@id": own(document, &format!("use.{}", activity.purpose)),
        "@type": "dpv:PersonalDataProcess",
        "rdfs:label": activity.label,
        "dct:isVersionOf": activity.version,
        "dpv:hasPurpose": { "@id": own("purpose", &activity.purpose), "@type": purpose,
            "rdfs:label": activity.label },
        "dpv:hasLegalBasis": grounds,
        "dpv:hasDataController": activity.controller.as_ref().map(responsible),
        "dpv:hasDataSubject": activity.people.iter().map(|code| json!({
            "@id": own("people", code),
            "@type": "dpv:DataSubject",
            "dpv:hasLocation": country(code),
        })).collect::<Vec<Value>>(),
        "dpv:hasPersonalData": data.collect::<Vec<Value>>(),
        "dpv:hasProcessing": terms(processing),
        "dpv:hasRecipient": receivers.collect::<Vec<Value>>(),
        "dpv:hasStorageCondition":
            activity.retention.iter().map(storage).collect::<Vec<Value>>(),
        "dpv:hasTechnicalOrganisationalMeasure": measures(activity),
    })
}

fn terms(terms: &[&str]) -> Vec<Value> {
    terms.iter().map(|term| json!({ "@id": term })).collect()
}

/// What is true of everything that is stored, and what the document names beside.
fn measures(activity: &Activity) -> Vec<Value> {
    let stored = [
        "dpv:EncryptionAtRest",
        "dpv:CryptographicKeyManagement",
        "dpv:AccessControlMethod",
    ];
    let stored = terms(&stored).into_iter();
    let named = activity.measures.iter().map(|name| match name.as_str() {
        "tls" => json!({ "@id": "dpv:EncryptionInTransfer" }),
        name => json!({ "@id": own("measure", name), "rdfs:label": name }),
    });
    stored.chain(named).collect()
}

fn transfer(number: usize, crossing: &Crossing) -> Option<Value> {
    let instrument = crossing.instrument.as_ref()?;
    let from = crossing.from.iter().map(|code| country(code));
    Some(json!({
        "@id": own("transfer", &number.to_string()),
        "@type": "dpv:PersonalDataProcess",
        "dpv:hasProcessing": { "@id": "dpv:CrossBorderTransfer" },
        "dpv:hasDataImporter": { "@id": own("recipient", &crossing.recipient) },
        "dpv:hasPersonalData": crossing.data.iter()
            .map(|name| json!({ "@id": own("field", name) })).collect::<Vec<Value>>(),
        "dpv:hasPurpose": crossing.purposes.iter()
            .map(|name| json!({ "@id": own("purpose", name) })).collect::<Vec<Value>>(),
        "dpv:hasLocation": from.chain([country(&crossing.to)]).collect::<Vec<Value>>(),
        "dpv:hasLegalBasis": {
            "@id": own("instrument", instrument),
            "@type": means(crossing.instrument_kind.as_deref().unwrap_or_default()),
            "rdfs:label": instrument,
            "dct:source": crossing.reference,
            "dct:valid": crossing.valid_until.as_ref()
                .map(|day| json!({ "@value": day, "@type": "xsd:date" })),
        },
    }))
}

fn storage(kept: &Retention) -> Value {
    json!({
        "@id": format!("kept:{}", kept.clause.replace('#', ":")),
        "@type": ["dpv:StorageDuration", "dpv:StorageDeletion"],
        "dpv:hasDuration": { "@value": kept.period, "@type": "xsd:duration" },
        "rdfs:comment": format!("{} after {}, then {}", kept.period, kept.after, kept.then),
    })
}

fn responsible(controller: &Controller) -> Value {
    json!({
        "@id": format!("mailto:{}", controller.email.replace('&', "%26")),
        "@type": "dpv:DataController",
        "dpv:hasName": controller.name,
        "dpv:hasAddress": controller.address,
        "dpv:hasContact": controller.email,
        "dpv:hasLocation": country(&controller.country),
    })
}

fn own(kind: &str, name: &str) -> String {
    format!("kept:{kind}:{name}")
}

fn country(code: &str) -> Value {
    json!({ "@id": format!("loc:{code}") })
}

fn basis(word: &str) -> &'static str {
    match word {
        "consent" => "dpv:Consent",
        "contract" => "dpv:Contract",
        "legal-obligation" => "dpv:LegalObligation",
        "vital-interests" => "dpv:VitalInterest",
        "public-task" => "dpv:PublicInterest",
        // The vocabulary has no term of its own for what Brazil's law adds.
        "credit-protection" => "dpv:LegalBasis",
        _ => "dpv:LegitimateInterest",
    }
}

/// Why special categories may be used (GDPR Art. 9(2)).
fn exception(word: &str) -> &'static str {
    match word {
        "explicit-consent" => "eu-gdpr:A9-2-a",
        "employment-law" => "eu-gdpr:A9-2-b",
        "vital-interests" => "eu-gdpr:A9-2-c",
        "members" => "eu-gdpr:A9-2-d",
        "made-public" => "eu-gdpr:A9-2-e",
        "legal-claims" => "eu-gdpr:A9-2-f",
        "public-interest" => "eu-gdpr:A9-2-g",
        "health-care" => "eu-gdpr:A9-2-h",
        "public-health" => "eu-gdpr:A9-2-i",
        "research" => "eu-gdpr:A9-2-j",
        _ => "dpv:LegalBasis",
    }
}

fn party(kind: &str) -> &'static str {
    match kind {
        "processor" => "dpv:DataProcessor",
        "controller" => "dpv:DataController",
        "sub-processor" => "dpv:DataSubProcessor",
        "authority" => "dpv:Authority",
        "third-party" => "dpv:ThirdParty",
        _ => "dpv:Recipient",
    }
}

fn means(kind: &str) -> &'static str {
    match kind {
        "adequacy" => "eu-gdpr:A45-3",
        "bcr" => "eu-gdpr:A46-2-b",
        "scc" => "eu-gdpr:A46-2-c",
        _ => "dpv:LegalBasis",
    }
}
