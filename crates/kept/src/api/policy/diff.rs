//! `GET /v1/policy/diff`: what changes between two versions, in sentences and by its parts.
//! It compares what the versions mean; nothing about anybody is looked at.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Kind, Problem, policy_name};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use kept_policy::{Direction, Policy, Told, diff};
use kept_processing::Recorded;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What changes from one version to another.
#[derive(Serialize, ToSchema)]
pub(super) struct Differences {
    /// The digest of the former.
    from: String,
    /// The digest of the latter.
    to: String,
    /// The changes, those against people first.
    changes: Vec<Changed>,
    /// Clauses that were worded anew while their rule stayed the same.
    reworded: Vec<String>,
}

/// A change.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Changed {
    /// The code of its kind.
    #[schema(value_type = String)]
    kind: &'static str,
    /// `against`, `favour` or `neutral`, as it is for the people concerned.
    #[schema(value_type = String)]
    direction: Direction,
    /// Whether people are to be told of it.
    material: bool,
    /// The change in a sentence.
    sentence: String,
    /// The document it is in.
    document: Option<String>,
    /// The countries and parts of countries, such as `US-CA`, whose people it concerns.
    countries: Vec<String>,
    /// Whether it concerns people whose country is not known.
    unknown: bool,
    /// The fields it is about.
    data: Vec<String>,
    /// The purposes it is about.
    purposes: Vec<String>,
    /// The clauses of the former version.
    old: Vec<String>,
    /// The clauses of the latter.
    new: Vec<String>,
    /// The purposes for which people's agreement has to be asked, first or again.
    ask: Vec<String>,
}

impl From<Told> for Changed {
    fn from(told: Told) -> Changed {
        Changed {
            kind: told.kind,
            direction: told.direction,
            material: told.material,
            sentence: told.sentence,
            document: told.document,
            countries: told.countries,
            unknown: told.unknown,
            data: told.data,
            purposes: told.purposes,
            old: told.old,
            new: told.new,
            ask: told.ask,
        }
    }
}

/// Differences
///
/// What changes between two versions. Each is named by its digest or the beginning of it, by a day,
/// or as `in-force` or `announced`.
#[utoipa::path(get, path = "/v1/policy/diff", tag = "policy",
    params(
        ("from" = Option<String>, Query, description = "The former; the one before `to` unless said"),
        ("to" = Option<String>, Query, description = "The latter; the one in force unless said"),
        ("language" = Option<String>, Query,
            description = "The language of the sentences; each document's own unless said"),
    ),
    responses((status = OK, description = "The differences", body = Differences), Problem))]
pub(super) async fn differences(
    State(api): State<Api>,
    _: Bearer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (mut from, mut to, mut language) = (None, None, None);
    let query = query.unwrap_or_default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("from", name)) => from = Some(name.to_owned()),
            Some(("to", name)) => to = Some(name.to_owned()),
            Some(("language", tag)) => language = Some(tag.to_owned()),
            Some(_) | None => {
                let known = "may have `from`, `to` and `language`";
                return Err(Problem::invalid("the query", known));
            }
        }
    }
    let to = named(&api, "to", to.as_deref().unwrap_or("in-force")).await?;
    let before = to.0.after.map(|digest| digest.to_string());
    let Some(from) = from.or(before) else {
        return Err(Problem::invalid(
            "from",
            "is needed: this is the first version",
        ));
    };
    let from = named(&api, "from", &from).await?;
    let (old, new) = (&from.1, &to.1);
    let found = diff(old, new);
    let told = match language {
        Some(language) => found.told(old, new, &language),
        None => found.told_at_home(old, new),
    };
    let differences = Differences {
        from: policy_name(&from.0.digest),
        to: policy_name(&to.0.digest),
        changes: told.into_iter().map(Changed::from).collect(),
        reworded: found.reworded,
    };
    Ok(json(StatusCode::OK, &differences))
}

/// A version by what it is called, or the problem that there is none.
pub(in crate::api) async fn named(
    api: &Api,
    place: &str,
    name: &str,
) -> Result<(Recorded, Arc<Policy>), Problem> {
    let missing = || {
        let problem = format!(
            "`{place}` names no version published here: give a digest, a day, `in-force` or \
             `announced`"
        );
        Problem::new(Kind::NotFound, problem)
    };
    let recorded = api.door.version_named(name).await?.ok_or_else(missing)?;
    let unreadable = || Problem::new(Kind::Conflict, "this program cannot read that version");
    let policy = api.door.version(recorded.digest).await?;
    Ok((recorded, policy.ok_or_else(unreadable)?))
}
