//! `POST /v1/approvals/{id}/use`: something is read under access in an emergency that was approved.
//! Each reading is on record with the access it was made under.

use crate::api::answer;
use crate::api::asked::{Asked, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Command, Use};
use kept_terms::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is read in an emergency.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EmergencyReading {
    /// Whose it is.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// What for, as it was asked for.
    purpose: String,
    /// Which fields, of those that were asked for.
    fields: Vec<String>,
}

/// Use in an emergency
///
/// Reads fields of a person under access that others approved, until it ends by itself.
#[utoipa::path(post, path = "/v1/approvals/{id}/use", tag = "approvals",
    request_body = EmergencyReading,
    params(("id" = String, Path, description = "What was proposed")),
    responses((status = OK, description = "The values", body = answer::Values<'_>), Problem))]
pub(super) async fn reading(
    State(api): State<Api>,
    Word(approval): Word,
    asked: Asked<EmergencyReading>,
) -> Result<Response, Problem> {
    let EmergencyReading {
        person,
        purpose,
        fields,
    } = asked.body;
    let wanted = Use {
        person,
        purpose,
        fields,
    };
    let command = Command::UseInEmergency { approval, wanted };
    api.act(&asked.caller, command, None).await?.values()
}
