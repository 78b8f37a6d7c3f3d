//! `DELETE /v1/registers/{kind}/{id}`: something is taken out of its register.
//! What refers to it stays as it is; nothing new may refer to it.

use super::Named;
use crate::api::answer::Done;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Administration, Command};

/// Unregister
///
/// Takes something out of its register.
#[utoipa::path(delete, path = "/v1/registers/{kind}/{id}", tag = "registers",
    params(("kind" = String, Path, description = "`client`, `course` or `survey`"),
        ("id" = String, Path, description = "Its identifier")),
    responses((status = OK, description = "It is gone", body = Done), Problem))]
pub(super) async fn remove(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    Named { kind, id }: Named,
) -> Result<Response, Problem> {
    let command = Command::Administer(Administration::Unregister { kind, id });
    api.act(&caller, command, None).await?.done()
}
