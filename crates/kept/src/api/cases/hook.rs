//! `POST /v1/hooks/{id}/secret`: the secret of a hook is made anew and told, once; and what is sent
//! to a hook, for the description.
//! The secret before goes on signing beside it for a day.

use crate::api::answer::json;
use crate::api::asked::{Asked, Nothing, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Administration, Command};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The secret of a hook.
#[derive(Serialize, ToSchema)]
pub(super) struct HookSecret {
    /// The secret, which is told here once, as Standard Webhooks has it: `whsec_…`.
    secret: String,
    /// The index of the ledger entry.
    entry: Option<u64>,
}

/// Make a hook's secret
///
/// From now on it signs what this hook is told of cases; the one before signs beside it for a day.
/// It is told once, here, so an `Idempotency-Key` is not taken. A hook is put into the register
/// (`PUT /v1/registers/hook/{id}`).
#[utoipa::path(post, path = "/v1/hooks/{id}/secret", tag = "cases", request_body = Nothing,
    params(("id" = String, Path, description = "The hook")),
    responses((status = CREATED, description = "The secret", body = HookSecret), Problem))]
pub(super) async fn secret(
    State(api): State<Api>,
    Word(id): Word,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    if asked.once.is_some() {
        let problem = "is not taken here: the secret could not be told again";
        return Err(Problem::invalid("Idempotency-Key", problem));
    }
    let feed = format!("hook:{id}");
    let rotate = Command::Administer(Administration::RotateFeed { feed });
    let entry = api.act(&asked.caller, rotate, None).await?.entry;
    let secret = api.door.hook_secret(&id).await?;
    Ok(json(StatusCode::CREATED, &HookSecret { secret, entry }))
}

/// What is sent to a hook, as the description tells it (OpenAPI 3.1, `webhooks`).
pub(in super::super) fn described() -> Value {
    let text = |about: &str| serde_json::json!({ "type": "string", "description": about });
    let header = |name: &str, about: &str| {
        serde_json::json!({ "name": name, "in": "header", "required": true,
            "description": about, "schema": { "type": "string" } })
    };
    serde_json::json!({ "case": { "post": {
        "summary": "Something happened to a case",
        "description": "Signed as Standard Webhooks has it. It names the case and says nothing \
            about anybody. Any answer of 2xx takes it; 410 ends it; anything else is tried again.",
        "parameters": [
            header("webhook-id", "The same however often the event is sent"),
            header("webhook-timestamp", "The second since 1970 at which it is sent"),
            header("webhook-signature", "`v1,` and an HMAC-SHA256, for each secret that counts"),
        ],
        "requestBody": { "required": true, "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["type", "timestamp", "data"],
            "properties": {
                "type": text("`case.` and what happened, such as `case.opened` or `case.ended`"),
                "timestamp": text("When it happened"),
                "data": {
                    "type": "object",
                    "required": ["reference", "kind", "state", "stage"],
                    "properties": {
                        "reference": text("The case, such as `K7QF-2M9X`"),
                        "kind": text("What it is, such as `erasure` or `complaint`"),
                        "state": text("`identity-wanted`, `open`, `waiting` or `ended`"),
                        "stage": { "type": "integer", "description": "At which stage, from 0" },
                        "due": { "type": ["string", "null"], "format": "date",
                            "description": "The last day of the answer, or of this stage" },
                    },
                },
            },
        } } } },
        "responses": { "2XX": { "description": "It is taken" },
            "410": { "description": "Nothing more is taken at this address" } },
    } } })
}
