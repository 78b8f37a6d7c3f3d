//! `POST /v1/backup`: what is held is backed up into the server's folder for it, while everything
//! goes on.
//! Where that is, whoever starts the server says; nobody who asks can name a place.

use crate::api::answer::json;
use crate::api::asked::{Asked, Nothing};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Failure, Made};
use serde::Serialize;
use utoipa::ToSchema;

/// A backup that was made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct BackedUp {
    /// The name of the generation.
    generation: String,
    /// The moment that it shows.
    at: String,
    /// Bytes of rows.
    rows: u64,
    /// How many of them were not there yet.
    rows_new: u64,
    /// Files.
    files: u64,
    /// How many of them were not there yet.
    files_new: u64,
    /// Entries of the ledger.
    entries: u64,
    /// How many generations there are now.
    generations: u64,
    /// The index of the act's own entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
}

/// Back up
///
/// Backs up what is held. It answers when the backup is durable and was read back.
#[utoipa::path(post, path = "/v1/backup", tag = "administration",
    responses((status = OK, description = "What was made", body = BackedUp), Problem))]
pub(super) async fn backup(
    State(api): State<Api>,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let Some(backing) = api.backups.get().cloned() else {
        let problem = "has no folder for backups: start it with `--backup-to`";
        return Err(Failure::invalid("the server", problem).into());
    };
    let (door, caller) = (api.door.clone(), asked.caller);
    let work = async move || door.back_up(&caller, &backing, &|_, _, _| {}).await;
    let (performed, made) = match super::at_length(work).await? {
        Ok((performed, made)) => (Ok(performed), made),
        Err(failure) => (Err(failure), None),
    };
    let acted = api.acted(performed)?;
    let lost = || Failure::Unavailable("the backup ended without saying how".to_owned());
    let Made {
        generation,
        rows_new,
        blobs_new,
        generations,
    } = made.ok_or_else(lost)?;
    let told = BackedUp {
        generation: generation.name(),
        at: generation.at.to_string(),
        rows: generation.rows_length,
        rows_new,
        files: generation.blobs,
        files_new: blobs_new,
        entries: generation.ledger.size(),
        generations,
        entry: acted.entry,
    };
    Ok(json(StatusCode::OK, &told))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use kept_processing::BackingUp;
    use serde_json::json;

    #[tokio::test]
    async fn a_server_backs_up_where_it_was_told_to_and_nowhere_else() {
        let server = Server::new().await;
        let administrator = server.token("administrator", None).await;
        let support = server.token("staff", Some("support")).await;
        let refused = server.post("/v1/backup", &administrator, &json!({})).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let folder = tempfile::tempdir().unwrap();
        let backing = BackingUp {
            to: folder.path().to_owned(),
            keyring_to: None,
            keep: Some(1),
        };
        assert!(server.api.backups.set(backing).is_ok());
        server.person("ada@example.com").await;
        let refused = server.post("/v1/backup", &support, &json!({})).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        assert!(!folder.path().join("generations").exists());
        for _ in 0..2 {
            let made = server.post("/v1/backup", &administrator, &json!({})).await;
            assert_eq!(made.status, 200, "{}", made.body);
            assert_eq!(made.body["generations"], 1);
        }
        let elsewhere = json!({ "to": "/tmp" });
        let refused = server.post("/v1/backup", &administrator, &elsewhere).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
    }
}
