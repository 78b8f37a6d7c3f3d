//! `POST /v1/explain`: why the policy in force would permit or refuse something, in sentences, and
//! what would help.
//! Nothing is done, read or recorded.

use super::question::Question;
use crate::api::answer::json;
use crate::api::asked::Asked;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_terms::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// A decision in sentences.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Explained {
    /// Whether it would be permitted.
    permitted: bool,
    /// The answer in a sentence.
    answer: String,
    /// Why not, one for each ground.
    reasons: Vec<ReasonExplained>,
    /// The clauses relied on.
    relied_on: Vec<Relied>,
}

/// One ground of a refusal, in words.
#[derive(Serialize, ToSchema)]
pub(super) struct ReasonExplained {
    /// What it rests on: `document#verb.name`, `document#verb` or `policy`.
    clause: String,
    /// The code of the reason.
    #[schema(value_type = String)]
    code: &'static str,
    /// The reason in a sentence.
    sentence: String,
    /// What the clause says to people, cut short.
    prose: Option<String>,
    /// What would make it permitted.
    remedy: String,
}

/// A clause that is relied on.
#[derive(Serialize, ToSchema)]
pub(super) struct Relied {
    /// The clause's full name.
    clause: String,
    /// What it says to people, cut short.
    prose: Option<String>,
}

/// Explain
///
/// Why the policy in force would permit or refuse something, on facts that are made up.
#[utoipa::path(post, path = "/v1/explain", tag = "policy", request_body = Question,
    responses((status = OK, description = "The explanation", body = Explained), Problem))]
pub(super) async fn explain(
    State(api): State<Api>,
    asked: Asked<Question>,
) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let told = asked
        .body
        .put(&policy, Day::of(api.door.now()))?
        .explain(&policy);
    let reasons = told.reasons.into_iter().map(|reason| ReasonExplained {
        clause: reason.citation,
        code: reason.code,
        sentence: reason.sentence,
        prose: reason.prose,
        remedy: reason.remedy,
    });
    let relied_on = told.relied_on.into_iter().map(|one| Relied {
        clause: one.citation,
        prose: one.prose,
    });
    let explained = Explained {
        permitted: told.permitted,
        answer: told.answer,
        reasons: reasons.collect(),
        relied_on: relied_on.collect(),
    };
    Ok(json(StatusCode::OK, &explained))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn a_refusal_comes_with_what_would_help() {
        let server = Server::new().await;
        let token = server.token("staff", Some("support")).await;
        let question = json!({
            "act": "use", "by": "staff", "role": "marketing", "for": "answer-you", "fields": ["name"],
            "person": { "country": "US" },
        });
        let told = server.post("/v1/explain", &token, &question).await;
        assert_eq!((told.status, &told.body["permitted"]), (200, &json!(false)));
        let reason = &told.body["reasons"][0];
        assert_eq!(reason["code"], "wrong-role");
        assert!(reason["remedy"].as_str().unwrap().contains("support"));
    }
}
