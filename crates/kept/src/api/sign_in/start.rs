//! `POST /v1/sign-in`: a way of signing in is begun.
//! Whether anybody has the address changes nothing of the answer.

use crate::api::asked::Said;
use crate::api::{Api, Problem};
use crate::sign_in::{begin_passkey, somebody, turn};
use axum::Json;
use axum::extract::State;
use kept_processing::{Command, Signing};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Which way.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "way", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Start {
    /// A code is sent to an address, if it is somebody's.
    EMailCode {
        /// The address.
        address: String,
    },
    /// A device is asked for a passkey.
    Passkey {},
}

/// What was begun.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Started {
    /// The secret of this attempt, which goes with the answer. Only who began knows it.
    attempt: String,
    /// For how many seconds it holds.
    seconds: u32,
    /// What the device has to be asked (Web Authentication, `PublicKeyCredentialRequestOptions` in
    /// its JSON form); only for a passkey.
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Value>,
}

/// Begin to sign in
///
/// A code is sent to an address, or a device is to be asked for a passkey. A password needs no
/// beginning. An address that nobody has is answered like any other; one address is sent five codes
/// in an hour.
#[utoipa::path(post, path = "/v1/sign-in", tag = "sign-in", security(()), request_body = Start,
    responses((status = OK, description = "It is begun", body = Started), Problem))]
pub(super) async fn start(
    State(api): State<Api>,
    said: Said<Start>,
) -> Result<Json<Started>, Problem> {
    turn(&api, said.from)?;
    let (attempt, options) = match said.body {
        Start::EMailCode { address } => {
            let attempt = api.door.draw_secret();
            let ask = Signing::AskCode {
                address,
                attempt: attempt.clone(),
                country: None,
            };
            api.act(&somebody(), Command::SignIn(ask), None).await?;
            api.queued.notify_one();
            (attempt, None)
        }
        Start::Passkey {} => {
            let (options, attempt) = begin_passkey(&api, &said.headers).await?;
            (attempt, Some(options))
        }
    };
    Ok(Json(Started {
        attempt,
        seconds: 600,
        options,
    }))
}
