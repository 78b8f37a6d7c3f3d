//! `POST /v1/enquiries`: a question of an authority is taken up.
//! What is handed over in answer is a disclosure, or a bundle of evidence, each with an entry.

use crate::api::answer::TakenUp;
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Answering, Command, MatterAbout};
use serde::Deserialize;
use utoipa::ToSchema;

/// A question of an authority.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Enquiry {
    /// The authority, as the policy declares it.
    authority: String,
    /// Its reference, as a code such as a case number.
    reference: String,
}

/// Enquire
///
/// Takes a question of an authority up; the policy says who answers, and how soon.
#[utoipa::path(post, path = "/v1/enquiries", tag = "matters", request_body = Enquiry,
    params(OnceKey),
    responses((status = CREATED, description = "It is taken up", body = TakenUp), Problem))]
pub(super) async fn enquire(
    State(api): State<Api>,
    asked: Asked<Enquiry>,
) -> Result<Response, Problem> {
    let Enquiry {
        authority,
        reference,
    } = asked.body;
    let about = MatterAbout::Enquiry {
        authority,
        reference,
    };
    let command = Command::Answer(Answering::Open(about));
    api.act(&asked.caller, command, asked.once).await?.named()
}
