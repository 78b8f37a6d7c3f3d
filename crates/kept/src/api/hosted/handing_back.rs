//! `POST /v1/systems/{system}/clients/{client}/return`: everything that is held for a client in a
//! system goes back to it, as a stream, person by person. Each person is an export of its own.

use super::Housed;
use crate::api::people::{Gone, Lines, send, tell};
use crate::api::{Api, Problem};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kept_policy::{Policy, Refusal};
use kept_processing::{Door, Failure, HandedBack, Returning};
use serde::Serialize;
use tokio::sync::mpsc::channel;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

/// How many pieces of the answer may wait for the reader.
const WAITING_MAX: usize = 4;

/// A line between the lines of an export. The last is `handed-back`; without it the answer broke
/// off.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum HomeLine {
    /// Whose the lines are that follow, up to the `end` of their export.
    Person(String),
    /// Everybody was handed back.
    HandedBack {
        /// How many people.
        people: u64,
        /// What to send to `end`, to have it all destroyed.
        digest: String,
    },
    /// It broke off, for this reason.
    Problem(Problem),
}

/// Hand back
///
/// Everything that is held for a client in a system, as lines of JSON (NDJSON): for each person a
/// line `person` and the lines of an export, and at the end how many there were.
#[utoipa::path(post, path = "/v1/systems/{system}/clients/{client}/return", tag = "hosted",
    params(
        ("system" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The hosted system"),
        ("client" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The client"),
    ),
    responses(
        (status = OK, description = "Lines of JSON", body = HomeLine,
            content_type = "application/x-ndjson"),
        Problem,
    ))]
pub(super) async fn handing_back(
    State(api): State<Api>,
    Housed(caller): Housed,
) -> Result<Response, Problem> {
    let returning = api.door.return_home(&caller)?;
    let (lines, stream) = channel(WAITING_MAX);
    tokio::spawn(async move {
        // A reader that goes away ends it; there is nobody left to tell.
        if let Ok(handed) = hand_back(&api.door, returning, &lines).await {
            let _ = conclude(&api.door.policy(), handed, &lines).await;
        }
    });
    let ndjson = HeaderValue::from_static("application/x-ndjson");
    let body = Body::from_stream(ReceiverStream::new(stream));
    Ok(([(header::CONTENT_TYPE, ndjson)], body).into_response())
}

/// How handing back came out.
pub(crate) enum Handed {
    /// Everybody was handed back.
    Whole(HandedBack),
    /// The policy refused it.
    Refused(Refusal),
    /// It broke off.
    Broken(Failure),
}

/// Tells everything that a home holds, person by person; the last line is left to the caller.
pub(crate) async fn hand_back(
    door: &Door,
    mut returning: Returning,
    lines: &Lines,
) -> Result<Handed, Gone> {
    loop {
        match returning.next(door).await {
            Ok(Some(Ok((person, export)))) => {
                send(lines, &HomeLine::Person(person.to_string())).await?;
                tell(door, export, true, lines).await?;
            }
            Ok(Some(Err(refusal))) => return Ok(Handed::Refused(refusal)),
            Ok(None) => return Ok(Handed::Whole(returning.handed_back())),
            Err(failure) => return Ok(Handed::Broken(failure)),
        }
    }
}

/// The last line.
pub(crate) async fn conclude(policy: &Policy, handed: Handed, lines: &Lines) -> Result<(), Gone> {
    let last = match handed {
        Handed::Whole(HandedBack { people, digest }) => HomeLine::HandedBack { people, digest },
        Handed::Refused(refusal) => HomeLine::Problem(Problem::refused(policy, &refusal, None)),
        Handed::Broken(failure) => HomeLine::Problem(failure.into()),
    };
    send(lines, &last).await
}
