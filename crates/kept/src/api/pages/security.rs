//! `GET /.well-known/security.txt`: where to report a weakness (RFC 9116).
//! The address is that of the controller that the policy names.

use crate::api::{Api, Kind, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_terms::{Day, Period};

/// For how long the file may be relied on.
const LASTS: Period = Period::days(180);

/// Security contact
///
/// Where to report a weakness (RFC 9116).
#[utoipa::path(get, path = "/.well-known/security.txt", tag = "pages", security(()),
    responses(
        (status = OK, description = "The file", body = String,
            content_type = "text/plain"),
        Problem,
    ))]
pub(super) async fn security(State(api): State<Api>) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let controllers = policy
        .documents
        .iter()
        .filter_map(|document| document.controller);
    let email = controllers
        .filter_map(|id| policy.words.entities.get(id))
        .map(|e| &e.email)
        .next();
    let expires = LASTS.after(Day::of(api.door.now())).start();
    let (Some(email), Some(expires)) = (email, expires) else {
        return Err(Problem::new(
            Kind::NotFound,
            "the policy in force names no controller",
        ));
    };
    let mut contact = String::new();
    for byte in email.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'+' | b'@' => {
                contact.push(char::from(byte));
            }
            _ => contact.push_str(&format!("%{byte:02X}")),
        }
    }
    let text = format!("Contact: mailto:{contact}\nExpires: {expires}\nPreferred-Languages: en\n");
    Ok(super::text("text/plain; charset=utf-8", text))
}
