//! `POST /v1/people/{id}/consent-records`: a person's consents in the terms of ISO/IEC TS 27560.
//! It hands something to the person, so it is an export like any other, and recorded as one.

use crate::api::answer::{json, mistaken};
use crate::api::asked::{Asked, Nothing, Person};
use crate::api::{Acted, Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_policy::registers::{Consented, consent_record};
use kept_processing::{Command, Effect};
use kept_terms::{Right, Timestamp};
use serde_json::Value;

/// Consent records
///
/// Each consent, withdrawn ones included, as a `dpv:ConsentRecord` in JSON-LD.
#[utoipa::path(post, path = "/v1/people/{id}/consent-records", tag = "people",
    params(("id" = String, Path, format = "uuid", description = "The person")),
    responses((status = OK, description = "The records, in order of time", body = Vec<Object>),
        Problem))]
pub(super) async fn records(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::Export {
        person,
        right: Right::Access,
    };
    let Acted { effect, .. } = api.act(&asked.caller, command, None).await?;
    let Effect::Export(export) = effect else {
        return Err(mistaken(&effect));
    };
    let about = export.about();
    let policy = api.door.policy();
    let named = |name: &String| policy.document_named(name);
    let Some(document) = about.document.as_ref().and_then(named) else {
        return Ok(json(StatusCode::OK, &Vec::<Value>::new()));
    };
    let now = api.door.now();
    let records = about.consents.into_iter().filter_map(|(purpose, record)| {
        let given = Timestamp::from_second(record.given_second).ok()?;
        let withdrawn = record.withdrawn_second;
        let consented = Consented {
            id: format!("{person}/{purpose}/{}", record.given_second),
            person: person.to_string(),
            purpose,
            given,
            withdrawn: withdrawn.and_then(|second| Timestamp::from_second(second).ok()),
            channel: record.through,
            version: record.version,
        };
        Some(consent_record(&policy, document, &consented, now))
    });
    Ok(json(StatusCode::OK, &records.collect::<Vec<Value>>()))
}
