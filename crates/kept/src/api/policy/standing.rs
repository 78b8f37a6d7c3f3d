//! `GET /v1/policy/standing`: how every promise stands, with the figure that shows it.
//! Figures are measured at most every few seconds, however often they are asked for.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_policy::{Digest, Standing, State as Stands, summary};
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// For how long figures are good, in seconds.
const FRESH_SECONDS: i64 = 5;

/// Figures as they were measured last.
#[derive(Default)]
pub(in crate::api) struct Standings(Mutex<Option<Measured>>);

/// Of which policy, at which second since 1970, and what.
type Measured = (Digest, i64, Arc<Vec<Standing>>);

impl Standings {
    /// How every promise stands, or stood a few seconds ago.
    pub async fn of(&self, api: &Api) -> Result<Arc<Vec<Standing>>, Problem> {
        let (now, digest) = (api.door.now().as_second(), api.door.policy().digest);
        // Whoever comes while it is measured waits for the same figures.
        let mut known = self.0.lock().await;
        if let Some((of, at, standing)) = &*known
            && *of == digest
            && (0..FRESH_SECONDS).contains(&(now - at))
        {
            return Ok(standing.clone());
        }
        let standing = Arc::new(api.door.standing().await?);
        *known = Some((digest, now, standing.clone()));
        Ok(standing)
    }
}

/// How the policy stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Stand {
    /// How many promises are kept.
    kept: u64,
    /// How many will not be unless something is done.
    at_risk: u64,
    /// How many are broken.
    broken: u64,
    /// How many nobody has measured.
    unmeasured: u64,
    /// Every clause.
    clauses: Vec<ClauseStands>,
}

/// How a clause stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ClauseStands {
    /// Its full name.
    clause: String,
    /// `kept`, `at-risk`, `broken` or `unmeasured`.
    #[schema(value_type = String)]
    state: Stands,
    /// The figure, in a sentence in the document's language.
    figure: String,
}

/// Standing
///
/// How every promise stands, with its figure.
#[utoipa::path(get, path = "/v1/policy/standing", tag = "policy",
    responses((status = OK, description = "The standing", body = Stand), Problem))]
pub(super) async fn standing(State(api): State<Api>, _: Bearer) -> Result<Response, Problem> {
    let standing = api.standings.of(&api).await?;
    let counts = summary(&api.door.policy(), &standing, None);
    let clauses = standing.iter().map(|one| ClauseStands {
        clause: one.name.clone(),
        state: one.state,
        figure: one.figure.clone(),
    });
    let stand = Stand {
        kept: counts.kept,
        at_risk: counts.at_risk,
        broken: counts.broken,
        unmeasured: counts.unmeasured,
        clauses: clauses.collect(),
    };
    Ok(json(StatusCode::OK, &stand))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;

    #[tokio::test]
    async fn figures_follow_what_happens() {
        let server = Server::new().await;
        let token = server.token("staff", Some("support")).await;
        server.person("ada@example.com").await;
        let stand = server.get("/v1/policy/standing", &token).await;
        assert_eq!(stand.status, 200, "{}", stand.body);
        let clauses = stand.body["clauses"].as_array().unwrap();
        let of = |name: &str| {
            clauses
                .iter()
                .find(|clause| clause["clause"] == name)
                .unwrap()["figure"]
                .clone()
        };
        let figure = of("north-america#keep.contact");
        assert!(figure.as_str().unwrap().contains('3'), "{figure}");
    }
}
