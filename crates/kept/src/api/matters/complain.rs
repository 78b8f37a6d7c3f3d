//! `POST /v1/complaints`: a complaint of a person is taken up.
//! What it says is correspondence, collected like any other and named here by its number.

use crate::api::answer::TakenUp;
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Answering, Command, MatterAbout};
use kept_terms::{ItemNumber, PersonId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A complaint.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Complaint {
    /// Whose it is.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// The number of the item in which they said so.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    message: Option<ItemNumber>,
}

/// Complain
///
/// Takes a complaint up; the policy says who answers, and how soon.
#[utoipa::path(post, path = "/v1/complaints", tag = "matters", request_body = Complaint,
    params(OnceKey),
    responses((status = CREATED, description = "It is taken up", body = TakenUp), Problem))]
pub(super) async fn complain(
    State(api): State<Api>,
    asked: Asked<Complaint>,
) -> Result<Response, Problem> {
    let Complaint { person, message } = asked.body;
    let about = MatterAbout::Complaint { person, message };
    let command = Command::Answer(Answering::Open(about));
    api.act(&asked.caller, command, asked.once).await?.named()
}
