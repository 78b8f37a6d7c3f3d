//! `GET /v1/cases`, `/v1/cases/{reference}` and `/v1/people/{id}/cases`: how cases stand.
//! Each kind is for the team that the policy names; looking is on record.

use crate::api::answer::json;
use crate::api::asked::{Case as Named, Person};
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::case::Case;
use kept_processing::{Caller, Listed, Showing};
use kept_terms::{Book, Day};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Of which kind: `requests`, `complaints`, `enquiries`, `violations`, `compelled`, `breaches`
    /// or `reports`; left out, `requests`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    book: Option<Book>,
    /// Whether those that have ended are told as well.
    #[serde(default)]
    ended: bool,
}

impl Wanted {
    fn book(&self) -> Book {
        self.book.unwrap_or(Book::Requests)
    }
}

/// Cases.
#[derive(Serialize, ToSchema)]
pub(super) struct Cases {
    /// Each as it stands.
    #[schema(value_type = Vec<Object>)]
    cases: Vec<Standing>,
}

/// A case, and how much time is left for it.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Standing {
    #[serde(flatten)]
    case: Case,
    /// How many days are left; fewer than none where the time has lapsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    days_left: Option<i32>,
    /// Whether the time has lapsed.
    overdue: bool,
}

async fn listed(api: &Api, caller: &Arc<Caller>, showing: Showing) -> Result<Response, Problem> {
    let today = Day::of(api.door.now());
    match api.look(caller, showing).await? {
        Listed::Cases(cases) => {
            let cases = cases.into_iter().map(|case| Standing {
                days_left: case.days_left(today).filter(|_| !case.is_ended()),
                overdue: case.is_overdue(today),
                case,
            });
            let cases = cases.collect();
            Ok(json(StatusCode::OK, &Cases { cases }))
        }
        _ => Err(Problem::internal("the door listed something else")),
    }
}

/// List
///
/// Cases of a kind, the most urgent first, for those who answer them.
#[utoipa::path(get, path = "/v1/cases", tag = "cases", params(Wanted),
    responses((status = OK, description = "The cases", body = Cases), Problem))]
pub(super) async fn list(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wanted) = wanted.map_err(|_| Problem::invalid("the query", "does not fit"))?;
    let (book, ended) = (wanted.book(), wanted.ended);
    listed(&api, &caller, Showing::Cases { book, ended }).await
}

/// Show
///
/// One case of a kind.
#[utoipa::path(get, path = "/v1/cases/{reference}", tag = "cases",
    params(("reference" = String, Path, description = "The case"), Wanted),
    responses((status = OK, description = "The case", body = Cases), Problem))]
pub(super) async fn one(
    State(api): State<Api>,
    Named(reference): Named,
    Bearer(caller): Bearer,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wanted) = wanted.map_err(|_| Problem::invalid("the query", "does not fit"))?;
    let showing = Showing::Case {
        reference,
        book: wanted.book(),
        of: None,
    };
    listed(&api, &caller, showing).await
}

/// List a person's cases
///
/// What a person asked, and their complaints, the newest first.
#[utoipa::path(get, path = "/v1/people/{id}/cases", tag = "cases",
    params(("id" = String, Path, format = "uuid", description = "The person")),
    responses((status = OK, description = "The cases", body = Cases), Problem))]
pub(super) async fn of_person(
    State(api): State<Api>,
    Person(person): Person,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    listed(&api, &caller, Showing::CasesOf(person)).await
}
