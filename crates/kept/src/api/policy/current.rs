//! `GET /v1/policy`: which policy is in force, and its documents.
//! It tells names and dates; the documents themselves are had one by one.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, policy_name};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// The policy in force.
#[derive(Serialize, ToSchema)]
pub(super) struct Current {
    /// The digest that names this exact version.
    digest: String,
    /// Its documents.
    documents: Vec<Document>,
}

/// A document.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Document {
    /// Its name.
    name: String,
    /// Its title.
    title: String,
    /// Its language (BCP 47).
    language: String,
    /// Its version, as the ledger writes it.
    version: String,
    /// In force since.
    effective: Option<String>,
    /// Last changed.
    revised: Option<String>,
    /// Whose people it is for: countries and parts of countries, such as `US` and `US-CA`. A
    /// country stands for those of its parts that no other document names.
    countries: Vec<String>,
    /// Whether it is for people whose country is not known.
    default: bool,
    /// How many clauses it has.
    clauses: usize,
}

impl From<&kept_policy::Document> for Document {
    fn from(document: &kept_policy::Document) -> Document {
        Document {
            name: document.name.to_string(),
            title: document.title.clone(),
            language: document.language.clone(),
            version: document.version.to_string(),
            effective: document.effective.map(|date| date.to_string()),
            revised: document.revised.map(|date| date.to_string()),
            countries: document
                .territories
                .outermost()
                .map(|place| place.code().to_owned())
                .collect(),
            default: document.default,
            clauses: document.clauses.len(),
        }
    }
}

/// Policy in force
///
/// Which policy is in force, and its documents.
#[utoipa::path(get, path = "/v1/policy", tag = "policy",
    responses((status = OK, description = "The policy", body = Current), crate::api::Problem))]
pub(super) async fn current(State(api): State<Api>, _: Bearer) -> Response {
    let policy = api.door.policy();
    let documents = policy.documents.iter().map(Document::from).collect();
    json(
        StatusCode::OK,
        &Current {
            digest: policy_name(&policy.digest),
            documents,
        },
    )
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;

    #[tokio::test]
    async fn the_policy_in_force_is_told_with_its_documents_and_versions() {
        let server = Server::new().await;
        let token = server.token("staff", Some("support")).await;
        let policy = server.get("/v1/policy", &token).await;
        assert_eq!(policy.status, 200);
        let digest = server.door.policy().digest.to_string();
        assert_eq!(policy.body["digest"], digest);
        let document = server
            .get("/v1/policy/documents/north-america", &token)
            .await;
        assert!(
            document.body["text"]
                .as_str()
                .unwrap()
                .contains("[use.answer-you]")
        );
        assert_eq!(document.body["document"]["default"], true);
        let names = document.body["clauses"].as_array().unwrap();
        assert!(
            names
                .iter()
                .any(|clause| clause["name"] == "north-america#use.answer-you")
        );
        let missing = server.get("/v1/policy/documents/atlantis", &token).await;
        assert_eq!(missing.status, 404);
        assert_eq!(server.get("/v1/policy", "").await.status, 401);
    }
}
