//! `GET /v1/policy/versions/{id}`: one version of the policy, file by file, as it was published.
//! From these files the same digest follows again.

use crate::api::answer::json;
use crate::api::asked::Word;
use crate::api::auth::Bearer;
use crate::api::{Api, Kind, Problem, policy_name};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// A version with its files.
#[derive(Serialize, ToSchema)]
pub(super) struct Published {
    /// The digest that names it.
    digest: String,
    /// Its files.
    files: Vec<PolicyFile>,
}

/// A file.
#[derive(Serialize, ToSchema)]
pub(super) struct PolicyFile {
    /// Its name.
    name: String,
    /// Its text.
    text: String,
}

/// Version
///
/// One version of the policy as it was published.
#[utoipa::path(get, path = "/v1/policy/versions/{id}", tag = "policy",
    params(("id" = String, Path, description = "The digest")),
    responses((status = OK, description = "The version", body = Published), Problem))]
pub(super) async fn version(
    State(api): State<Api>,
    _: Bearer,
    Word(wanted): Word,
) -> Result<Response, Problem> {
    let versions = api.door.versions().await?.into_iter();
    let found = versions.map(|(digest, files)| (policy_name(&digest), files));
    let found = found.into_iter().find(|(digest, _)| *digest == wanted);
    let missing = || Problem::new(Kind::NotFound, "no such version was published here");
    let (digest, files) = found.ok_or_else(missing)?;
    let files = files
        .into_iter()
        .map(|(name, text)| PolicyFile { name, text })
        .collect();
    Ok(json(StatusCode::OK, &Published { digest, files }))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{Server, policy};
    use kept_processing::{Caller, Published};

    #[tokio::test]
    async fn what_was_published_is_had_again() {
        let server = Server::new().await;
        let token = server.token("staff", Some("support")).await;
        let files = vec![("one.md".to_owned(), "One.".to_owned())];
        let caller = Caller::system("publish");
        let published = server.door.publish(&caller, policy(), files).await;
        assert_eq!(published.unwrap(), Published::InForce);
        let listed = server.get("/v1/policy/versions", &token).await;
        let version = &listed.body["versions"][0];
        assert_eq!(
            (&version["current"], &version["files"][0]),
            (&true.into(), &"one.md".into())
        );
        let path = format!(
            "/v1/policy/versions/{}",
            version["digest"].as_str().unwrap()
        );
        let whole = server.get(&path, &token).await;
        assert_eq!(whole.body["files"][0]["text"], "One.");
        assert_eq!(
            server.get("/v1/policy/versions/00", &token).await.status,
            404
        );
    }
}
