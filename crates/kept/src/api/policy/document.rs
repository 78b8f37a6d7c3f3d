//! `GET /v1/policy/documents/{id}`: one document of the policy in force, as it was written, with
//! its clauses.
//! The page that people read is under `/policy/{document}`.

use super::current::Document;
use crate::api::answer::json;
use crate::api::asked::Word;
use crate::api::auth::Bearer;
use crate::api::{Api, Kind, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// A document with its text.
#[derive(Serialize, ToSchema)]
pub(super) struct Whole {
    /// What it is.
    document: Document,
    /// Its text: CommonMark with clauses in TOML.
    text: String,
    /// Its clauses, in order.
    clauses: Vec<Clause>,
}

/// A clause.
#[derive(Serialize, ToSchema)]
pub(super) struct Clause {
    /// Its full name, `document#verb.name`.
    name: String,
    /// Its verb.
    #[schema(value_type = String)]
    verb: &'static str,
    /// The words that it stands beside.
    prose: String,
    /// The clause in TOML.
    source: String,
}

/// Document
///
/// One document of the policy in force.
#[utoipa::path(get, path = "/v1/policy/documents/{id}", tag = "policy",
    params(("id" = String, Path, description = "The document's name")),
    responses((status = OK, description = "The document", body = Whole), Problem))]
pub(super) async fn document(
    State(api): State<Api>,
    _: Bearer,
    Word(name): Word,
) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let missing = || Problem::new(Kind::NotFound, "the policy in force has no such document");
    let document = policy.document_named(&name).ok_or_else(missing)?;
    let part = |range: &std::ops::Range<usize>| {
        document
            .text
            .get(range.clone())
            .unwrap_or_default()
            .to_owned()
    };
    let clauses = document.clauses.iter().map(|clause| Clause {
        name: clause.full_name.to_string(),
        verb: clause.body.verb().word(),
        prose: part(&clause.prose),
        source: part(&clause.source),
    });
    let clauses = clauses.collect();
    let text = document.text.to_string();
    Ok(json(
        StatusCode::OK,
        &Whole {
            document: document.into(),
            text,
            clauses,
        },
    ))
}
