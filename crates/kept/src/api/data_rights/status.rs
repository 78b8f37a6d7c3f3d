//! How a case stands, as the protocol has it (sections 3.02 and 3.03).
//! It translates; how a case stands is the case's.

use kept_processing::Genuine;
use kept_processing::case::{Case, Date, Ending, State};
use kept_terms::Timestamp;
use serde_json::{Value, json};

/// By which a request is named: a UUID of its message's digest (RFC 9562, version 8).
pub(super) fn request_id(message: &Genuine) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(message.digest().first_chunk::<16>().unwrap_or(&[0; 16]));
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// The status of a request.
pub(super) fn told(case: &Case) -> Value {
    let protocol = case.opened.protocol.as_ref();
    let (status, reason) = standing(case);
    let mut told = json!({
        "request_id": protocol.map(|it| it.request.clone()),
        "received_at": at(case.opened.at),
        "status": status,
    });
    let mut say = |name: &str, value: Option<String>| {
        if let (Some(value), Some(all)) = (value, told.as_object_mut()) {
            all.insert(name.to_owned(), json!(value));
        }
    };
    say("agent_request_id", protocol.and_then(|it| it.named.clone()));
    say("reason", reason.map(str::to_owned));
    let due = case.due.filter(|_| !case.is_ended());
    say("expected_by", due.map(last_moment));
    say("processing_details", details(case).map(str::to_owned));
    told
}

fn at(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| String::new(), |at| at.to_string())
}

/// The last second of a day.
fn last_moment(day: Date) -> String {
    format!("{day}T23:59:59Z")
}

/// The state and the reason (section 3.02).
fn standing(case: &Case) -> (&'static str, Option<&'static str>) {
    match &case.state {
        // Asking the person back by a page is not spoken of: the office finds out who it is.
        State::IdentityWanted { .. } | State::Open | State::Waiting { .. } => ("in_progress", None),
        State::Ended(ending) => match ending.outcome.as_str() {
            "done" | "partly" => ("fulfilled", None),
            "withdrawn" => ("revoked", None),
            "no-match" => ("denied", Some("no_match")),
            _ => ("denied", Some(denied(ending))),
        },
    }
}

/// Why it was turned down, in the protocol's words.
fn denied(ending: &Ending) -> &'static str {
    match ending.ground.as_ref().map(|ground| ground.name()) {
        Some("identity-not-shown" | "mandate-not-shown") => "insuf_verification",
        Some("nothing-held") => "no_match",
        Some("excessive") => "too_many_requests",
        Some("manifestly-unfounded") => "suspected_fraud",
        Some("outside-the-law") => "outside_jurisdiction",
        Some("not-granted" | "legal-obligation" | "legal-claims" | "rights-of-others") => {
            "claim_not_covered"
        }
        Some(_) | None => "other",
    }
}

/// What an agent may tell the person beside.
fn details(case: &Case) -> Option<&'static str> {
    match &case.state {
        State::IdentityWanted { .. } => Some("It is being found out whom it is about."),
        State::Waiting { .. } => Some("The person was asked something and has not answered yet."),
        State::Open if case.extension.is_some() => Some("The answer takes longer, once."),
        State::Open => None,
        State::Ended(ending) => match ending.outcome.as_str() {
            "partly" => Some("It is done in part; what was kept is kept on a ground of the law."),
            _ => ending.ground.as_ref().map(|ground| ground.label("en")),
        },
    }
}
