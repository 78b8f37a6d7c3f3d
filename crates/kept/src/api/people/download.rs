//! `GET /v1/people/{id}/files/{field}`: a stored file of a person, for a purpose, whole or from any
//! place on, as players of recordings ask for it.
//! Every request is a reading of its own and leaves its entry.

use crate::api::acts::{Ranged, file};
use crate::api::asked::{Person, Query, parameter};
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::{FromRequestParts, Request, State};
use axum::response::Response;

/// Use a file
///
/// Reads the content of a file for a purpose, whole or a range of it (`Range: bytes=…`).
#[utoipa::path(get, path = "/v1/people/{id}/files/{field}", tag = "people",
    params(
        ("id" = String, Path, format = "uuid", description = "The person"),
        ("field" = String, Path, description = "The field that holds it"),
        ("purpose" = String, Query, description = "What for"),
        ("number" = Option<u32>, Query,
         description = "The item's number, as readings tell it; left out, the last one"),
        ("Range" = Option<String>, Header, description = "One range of bytes"),
    ),
    responses(
        (status = OK, description = "The content", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = PARTIAL_CONTENT, description = "The range", body = Vec<u8>, content_type = "application/octet-stream"),
        Problem,
    ))]
pub(super) async fn download(
    State(api): State<Api>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let Bearer(caller) = Bearer::from_request_parts(&mut parts, &api).await?;
    let Person(person) = Person::from_request_parts(&mut parts, &api).await?;
    let Ranged(range) = Ranged::from_request_parts(&mut parts, &api).await?;
    let field = parameter(&mut parts, &api, "field").await?;
    let query = Query::of(parts.uri.query(), &["purpose", "number"])?;
    let number = query.get("number").map(|text| {
        let number = text.parse::<u32>().ok();
        number.ok_or_else(|| Problem::invalid("number", "is not a number"))
    });
    let number = number.transpose()?;
    let purpose = query.needed("purpose")?.to_owned();
    file(&api, &caller, (person, purpose, field, number), range).await
}
