//! `GET /v1/courses/due`: who has courses ahead of them until a day, course by course.
//! Everybody is decided on by themselves; one entry records the look at all of them.

use super::training::CourseAhead;
use crate::api::acts::day;
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

/// Who has courses ahead of them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct CoursesDue {
    /// The index of the ledger entry.
    entry: Option<u64>,
    /// The digest of the policy it was decided under.
    policy: String,
    /// In order of course and day.
    due: Vec<DueOf>,
    /// Whether there are more than are listed.
    more: bool,
}

/// A course that is ahead of a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct DueOf {
    /// The person.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// The course.
    #[serde(flatten)]
    course: CourseAhead,
}

/// Courses due
///
/// Lists who has courses ahead of them until a day.
#[utoipa::path(get, path = "/v1/courses/due", tag = "registers", 
    params(("purpose" = String, Query, description = "What for, such as `training`"),
        ("by" = String, Query, description = "The last day of interest"),
        ("course" = Option<String>, Query, description = "One course; left out, all")),
    responses((status = OK, description = "Who and what", body = CoursesDue), Problem))]
pub(super) async fn due(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    query: Pairs,
) -> Result<Response, Problem> {
    let query = query.only(&["purpose", "by", "course"])?;
    let command = Command::Due {
        purpose: query.must("purpose")?,
        course: query.get("course").map(str::to_owned),
        by: day("by", &query.must("by")?)?,
    };
    let Acted {
        entry,
        policy,
        effect,
    } = api.act(&caller, command, None).await?;
    let Effect::Due(listed, more) = effect else {
        return Err(mistaken(&effect));
    };
    let due = listed.into_iter().map(|it| DueOf {
        person: it.person,
        course: it.course.into(),
    });
    let answer = CoursesDue {
        entry,
        policy,
        due: due.collect(),
        more,
    };
    Ok(json(StatusCode::OK, &answer))
}
