//! `POST /v1/audit`: everything is derived again: structure, keys, people, items, ledger.
//! It names the first thing that is wrong, and repairs nothing.

use crate::api::answer::json;
use crate::api::asked::{Asked, Nothing};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Audited, Failure, Showing};
use serde::Serialize;
use utoipa::ToSchema;

/// What an audit found.
#[derive(Serialize, ToSchema)]
pub(super) struct Audit {
    /// Whether everything is as it was stored.
    sound: bool,
    /// The first thing that is wrong, by its place.
    fault: Option<String>,
    /// People whose state opened.
    people: u64,
    /// Items whose value opened.
    items: u64,
    /// Items past their day, which the next sweep destroys.
    overdue: u64,
    /// People whose keys are gone while their rows are there, which the next sweep clears.
    keyless: u64,
    /// Entries that the ledger's tree was derived again from.
    entries: u64,
}

/// Audit
///
/// Derives everything again.
#[utoipa::path(post, path = "/v1/audit", tag = "administration",
    responses((status = OK, description = "What was found", body = Audit), Problem))]
pub(super) async fn audit(
    State(api): State<Api>,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    api.look(&asked.caller, Showing::Soundness).await?;
    let door = api.door.clone();
    let work = async move || {
        let mut so_far = Audited::default();
        let found = door.audit(&mut |audited: &Audited| so_far = *audited).await;
        match found {
            Ok(audited) => Ok((audited, None)),
            Err(Failure::Corrupt(fault)) => Ok((so_far, Some(fault))),
            Err(failure) => Err(failure),
        }
    };
    let (audited, fault) = super::at_length(work).await??;
    api.metrics.audited(match &fault {
        Some(_) => "faulty",
        None => "sound",
    });
    if let Some(fault) = &fault {
        tracing::error!(fault, "the audit found a fault");
    }
    let Audited {
        people,
        items,
        overdue,
        keyless,
        entries,
    } = audited;
    let audit = Audit {
        sound: fault.is_none(),
        fault,
        people,
        items,
        overdue,
        keyless,
        entries,
    };
    Ok(json(StatusCode::OK, &audit))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use kept_processing::{Caller, Command, Showing};
    use serde_json::json;

    #[tokio::test]
    async fn a_damaged_ledger_is_found_and_named() {
        let server = Server::new().await;
        let administrator = server.token("administrator", None).await;
        server.person("ada@example.com").await;
        let sound = server.post("/v1/audit", &administrator, &json!({})).await;
        assert_eq!(sound.body["sound"], true, "{}", sound.body);
        // What stands in a full bundle is not written again with the next entry.
        for _ in 0..256 {
            let figures = Command::Show(Showing::Figures);
            let performed = server.door.perform(&Caller::system("test"), &figures).await;
            assert!(performed.unwrap().outcome.is_ok());
        }
        server.door.sequence().await.unwrap();
        let file = server.folder.path().join("ledger/tile/entries/000");
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let audit = server.post("/v1/audit", &administrator, &json!({})).await;
        assert_eq!(
            (audit.status, &audit.body["sound"]),
            (200, &json!(false)),
            "{}",
            audit.body
        );
        assert!(
            audit.body["fault"].as_str().unwrap().contains("ledger"),
            "{}",
            audit.body
        );
    }
}
