//! `GET /v1/unconfirmed`: what went unconfirmed for longer than the clause of a purpose says.
//! No value is opened for it; one entry records the look at everybody.

use crate::api::answer::{json, mistaken};
use crate::api::auth::Bearer;
use crate::api::pairs::Pairs;
use crate::api::{Acted, Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Command, Effect};
use kept_terms::PersonId;
use serde::Serialize;
use utoipa::ToSchema;

/// What went unconfirmed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Unconfirmed {
    /// The index of the ledger entry.
    entry: Option<u64>,
    /// The digest of the policy it was decided under.
    policy: String,
    /// Whose, and which fields.
    unconfirmed: Vec<UnconfirmedField>,
    /// Whether there is more than is listed.
    more: bool,
}

/// A field that went unconfirmed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct UnconfirmedField {
    /// Whose.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// Which.
    field: String,
    /// When it was last given, put right or confirmed, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// When the person was last asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
}

/// Unconfirmed
///
/// Lists what went unconfirmed for longer than its clause says.
#[utoipa::path(get, path = "/v1/unconfirmed", tag = "registers", 
    params(("purpose" = String, Query, description = "What for")),
    responses((status = OK, description = "Whose and what", body = Unconfirmed), Problem))]
pub(super) async fn stale(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    query: Pairs,
) -> Result<Response, Problem> {
    let purpose = query.only(&["purpose"])?.must("purpose")?;
    let command = Command::Stale { purpose };
    let Acted {
        entry,
        policy,
        effect,
    } = api.act(&caller, command, None).await?;
    let Effect::Stale(listed, more) = effect else {
        return Err(mistaken(&effect));
    };
    let unconfirmed = listed.into_iter().map(|it| UnconfirmedField {
        person: it.person,
        field: it.field,
        since: it.since.map(|day| day.to_string()),
        asked: it.asked.map(|day| day.to_string()),
    });
    let answer = Unconfirmed {
        entry,
        policy,
        unconfirmed: unconfirmed.collect(),
        more,
    };
    Ok(json(StatusCode::OK, &answer))
}
