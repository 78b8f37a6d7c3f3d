//! `POST /v1/decide`: what the policy in force would decide, on facts that are made up.
//! Nothing is done, read or recorded.

use super::question::Question;
use crate::api::answer::json;
use crate::api::asked::Asked;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_policy::{Decision, View};
use kept_terms::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// What the policy would decide.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Decided {
    /// Whether it would be permitted.
    permitted: bool,
    /// The clauses relied on, or refused by.
    clauses: Vec<String>,
    /// Why it would be refused, one for each ground.
    grounds: Vec<Ground>,
    /// How much would be shown of each item that is held.
    shows: Vec<Shows>,
    /// Whether statements of special categories would be struck out first.
    redacts: bool,
}

/// One ground of a refusal.
#[derive(Serialize, ToSchema)]
pub(super) struct Ground {
    /// What it rests on: `document#verb.name`, `document#verb` or `policy`.
    clause: String,
    /// The code of the reason.
    #[schema(value_type = String)]
    code: &'static str,
    /// The reason in a sentence.
    #[schema(value_type = String)]
    sentence: &'static str,
}

/// How much is shown of an item.
#[derive(Serialize, ToSchema)]
pub(super) struct Shows {
    /// Its field.
    field: String,
    /// `clear`, `masked` or `withheld`.
    #[schema(value_type = String)]
    view: &'static str,
}

/// Decide
///
/// What the policy in force would decide, on facts that are made up. Nothing is done or recorded.
#[utoipa::path(post, path = "/v1/decide", tag = "policy", request_body = Question,
    responses((status = OK, description = "The decision", body = Decided), Problem))]
pub(super) async fn decide(
    State(api): State<Api>,
    asked: Asked<Question>,
) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let put = asked.body.put(&policy, Day::of(api.door.now()))?;
    let decided = match put.decide(&policy) {
        Decision::Permitted(permit) => {
            let clauses = permit.clauses().iter().filter_map(|id| policy.clause(*id));
            let shows = put.holds().map(|(held, item)| Shows {
                field: held.field.clone(),
                view: match permit.view(item) {
                    View::Clear => "clear",
                    View::Masked => "masked",
                    View::Withheld => "withheld",
                },
            });
            Decided {
                permitted: true,
                clauses: clauses.map(|clause| clause.full_name.to_string()).collect(),
                grounds: Vec::new(),
                shows: shows.collect(),
                redacts: permit.redact(),
            }
        }
        Decision::Refused(refusal) => {
            let grounds = refusal.grounds.iter().map(|ground| Ground {
                clause: policy.citation(ground.cited),
                code: ground.why.code(),
                sentence: ground.why.sentence(),
            });
            let grounds: Vec<Ground> = grounds.collect();
            let clauses = grounds.iter().map(|ground| ground.clause.clone()).collect();
            Decided {
                permitted: false,
                clauses,
                grounds,
                shows: Vec::new(),
                redacts: false,
            }
        }
    };
    Ok(json(StatusCode::OK, &decided))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use kept_testing::corpus::{self, Expected};
    use serde_json::json;

    #[tokio::test]
    async fn the_corpus_is_decided_over_the_api_as_it_says() {
        let server = Server::new().await;
        let token = server.token("staff", Some("privacy-office")).await;
        let mut asked = 0;
        for case in corpus::load().unwrap() {
            if case.policy != "mediaocean" {
                continue;
            }
            let question = serde_json::to_value(&case.question).unwrap();
            let decided = server.post("/v1/decide", &token, &question).await;
            // An item under a class that no policy knows cannot be put in words.
            if case
                .question
                .holds
                .iter()
                .any(|held| held.under.starts_with("policy:"))
            {
                assert_eq!(decided.status, 422);
                continue;
            }
            assert_eq!(decided.status, 200, "{}: {}", case.name, decided.body);
            asked += 1;
            let list = |name: &str, line: &dyn Fn(&serde_json::Value) -> String| {
                let list = decided.body[name].as_array().unwrap();
                list.iter().map(line).collect::<Vec<String>>()
            };
            let told = if decided.body["permitted"] == json!(true) {
                let mut clauses = list("clauses", &|clause| clause.as_str().unwrap().to_owned());
                clauses.sort();
                let shows = list("shows", &|shown| {
                    format!(
                        "{}: {}",
                        shown["field"].as_str().unwrap(),
                        shown["view"].as_str().unwrap()
                    )
                });
                let wanted = matches!(&case.expected, Expected::Permitted { shows: Some(_), .. });
                let redacts = decided.body["redacts"] == json!(true);
                Expected::Permitted {
                    clauses,
                    shows: wanted.then_some(shows),
                    redacts,
                }
            } else {
                let mut grounds = list("grounds", &|ground| {
                    format!(
                        "{}: {}",
                        ground["clause"].as_str().unwrap(),
                        ground["code"].as_str().unwrap()
                    )
                });
                grounds.sort();
                Expected::Refused { grounds }
            };
            assert_eq!(told, case.expected, "{}", case.name);
        }
        assert!(asked >= 50, "{asked}");
    }

    #[tokio::test]
    async fn a_word_that_is_not_declared_is_named_by_its_place() {
        let server = Server::new().await;
        let token = server.token("staff", Some("support")).await;
        let question = json!({ "act": "use", "by": "staff", "role": "pirate" });
        for path in ["/v1/decide", "/v1/explain"] {
            let odd = server.post(path, &token, &question).await;
            assert_eq!((odd.status, &odd.body["place"]), (422, &json!("role")));
        }
    }
}
