//! `POST /v1/people/{id}/parent`: a parent agrees that somebody under age is held, or no longer
//! does. It keeps nothing about the parent but how they showed that they are one, and where the
//! papers are.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Command, Parent};
use kept_terms::ParentWay;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a parent says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Said {
    /// Their agreement; left out, it is taken back, and the person is erased.
    #[serde(default)]
    agrees: Option<ParentAgreement>,
    /// Through which channel they said so.
    channel: String,
}

/// A parent's agreement.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ParentAgreement {
    /// How it was checked that they are a parent: `signed-form`, `card-payment`, `telephone`,
    /// `video-call`, `identity-document`, `knowledge-questions` or `e-mail-plus`.
    #[schema(value_type = String)]
    way: ParentWay,
    /// Where the papers of it are: a short reference, such as `form-2026-17`.
    reference: String,
}

impl From<ParentAgreement> for Parent {
    fn from(said: ParentAgreement) -> Parent {
        Parent {
            way: said.way,
            reference: said.reference,
        }
    }
}

/// A parent agrees, or no longer does
///
/// Somebody under the age of a `refuse` clause is held where a parent agreed in a way that the
/// clause takes. Taken back, what is held is erased.
#[utoipa::path(post, path = "/v1/people/{id}/parent", tag = "people", request_body = Said,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn parent(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Said>,
) -> Result<Response, Problem> {
    let command = Command::ParentAgrees {
        person,
        parent: asked.body.agrees.map(Parent::from),
        channel: asked.body.channel,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}
