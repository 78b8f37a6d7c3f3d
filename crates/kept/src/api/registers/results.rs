//! `GET /v1/surveys/{id}/results`: a survey summed up, once it has closed. No group that is too
//! small is shown, nor anything that it could be worked out from.

use crate::api::answer::{json, mistaken};
use crate::api::asked::Word;
use crate::api::auth::Bearer;
use crate::api::pairs::Pairs;
use crate::api::{Acted, Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Command, Effect, Tabulation};
use serde::Serialize;
use utoipa::ToSchema;

/// A survey summed up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SurveyResults {
    /// The index of the ledger entry.
    entry: Option<u64>,
    /// The digest of the policy it was decided under.
    policy: String,
    /// How many answered, and how many chose what; `null` where that is not shown.
    #[schema(value_type = Object)]
    #[serde(flatten)]
    tabulation: Tabulation,
}

/// Results of a survey
///
/// Sums a survey up, or tells the sums again.
#[utoipa::path(get, path = "/v1/surveys/{id}/results", tag = "registers",
    params(("id" = String, Path, description = "The survey"),
        ("purpose" = String, Query, description = "What for")),
    responses((status = OK, description = "The sums", body = SurveyResults), Problem))]
pub(super) async fn results(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    Word(survey): Word,
    query: Pairs,
) -> Result<Response, Problem> {
    let purpose = query.only(&["purpose"])?.must("purpose")?;
    let command = Command::Tabulate { survey, purpose };
    let Acted {
        entry,
        policy,
        effect,
    } = api.act(&caller, command, None).await?;
    match effect {
        Effect::Tabulated(tabulation) => {
            let results = SurveyResults {
                entry,
                policy,
                tabulation,
            };
            Ok(json(StatusCode::OK, &results))
        }
        other => Err(mistaken(&other)),
    }
}
