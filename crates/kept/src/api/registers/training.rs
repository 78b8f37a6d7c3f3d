//! `GET /v1/people/{id}/training`: the courses behind a person and those ahead.
//! It is a reading like any other: for a purpose, decided and recorded.

use crate::api::answer::{json, mistaken};
use crate::api::asked::Person;
use crate::api::auth::Bearer;
use crate::api::pairs::Pairs;
use crate::api::{Acted, Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Command, Course, Effect, Training};
use serde::Serialize;
use utoipa::ToSchema;

/// A person's training.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Profile {
    /// The index of the ledger entry.
    entry: Option<u64>,
    /// The digest of the policy it was decided under.
    policy: String,
    /// Courses behind them, the last first.
    attended: Vec<AttendedCourse>,
    /// Courses ahead of them, the most urgent first.
    due: Vec<CourseAhead>,
}

/// A course that was attended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct AttendedCourse {
    /// Its identifier.
    course: String,
    /// What it is called; absent where it is no longer in the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    /// The first day on which it no longer counts; absent where it counts for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts_until: Option<String>,
    /// The number of the item.
    number: u32,
}

/// A course that is ahead of somebody.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct CourseAhead {
    /// Its identifier.
    course: String,
    /// What it is called; absent where it is no longer in the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Until when; absent where no day was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// Whether that day is past.
    overdue: bool,
    /// Whether a client of theirs requires it.
    required: bool,
}

impl From<Course> for CourseAhead {
    fn from(course: Course) -> CourseAhead {
        CourseAhead {
            course: course.course,
            title: course.title,
            by: course.by.map(|day| day.to_string()),
            overdue: course.overdue,
            required: course.required,
        }
    }
}

/// Training
///
/// Shows the courses behind a person and those ahead.
#[utoipa::path(get, path = "/v1/people/{id}/training", tag = "people",
    params(("id" = String, Path, format = "uuid", description = "The person"),
        ("purpose" = String, Query, description = "What for")),
    responses((status = OK, description = "Their training", body = Profile), Problem))]
pub(super) async fn training(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    Person(person): Person,
    query: Pairs,
) -> Result<Response, Problem> {
    let purpose = query.only(&["purpose"])?.must("purpose")?;
    let command = Command::Training { person, purpose };
    let Acted {
        entry,
        policy,
        effect,
    } = api.act(&caller, command, None).await?;
    let Effect::Training(Training { attended, due }) = effect else {
        return Err(mistaken(&effect));
    };
    let attended = attended.into_iter().map(|it| AttendedCourse {
        course: it.course,
        title: it.title,
        on: it.on.map(|day| day.to_string()),
        counts_until: it.counts_until.map(|day| day.to_string()),
        number: it.number,
    });
    let profile = Profile {
        entry,
        policy,
        attended: attended.collect(),
        due: due.into_iter().map(CourseAhead::from).collect(),
    };
    Ok(json(StatusCode::OK, &profile))
}
