//! `GET /v1/policy/registers/{file}`: a register of the policy as a file: `activities.csv`,
//! `transfers.json`, `recipients.csv`, `activities.jsonld`.
//! They hold nothing about anybody.

use crate::api::asked::Word;
use crate::api::auth::Bearer;
use crate::api::{Api, Kind, Problem};
use crate::registers::Register;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kept_policy::registers::Registers;

/// A register
///
/// What is done with personal data (`activities`), what crosses which border (`transfers`), or who
/// receives what (`recipients`), as `.csv`, `.json`, or in the terms of the Data Privacy Vocabulary
/// (`.jsonld`).
#[utoipa::path(get, path = "/v1/policy/registers/{id}", tag = "policy",
    params(("id" = String, Path, description = "The register and its form, such as `activities.csv`")),
    responses((status = OK, description = "The register", content_type = "text/csv"), Problem))]
pub(super) async fn register(
    State(api): State<Api>,
    _: Bearer,
    Word(file): Word,
) -> Result<Response, Problem> {
    let unknown = || {
        Problem::new(
            Kind::NotFound,
            "there are `activities`, `transfers` and `recipients`, each as `.csv`, `.json` and \
             `.jsonld`",
        )
    };
    let (register, form) = Register::from_file(&file).ok_or_else(unknown)?;
    let registers = Registers::new(&api.door.policy(), &api.door.measure().await?);
    let headers = [
        (header::CONTENT_TYPE, form.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file}\""),
        ),
    ];
    Ok((headers, register.text(&registers, form)).into_response())
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn registers_are_given_in_every_form_and_show_what_is_on_record() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let administrator = server.token("administrator", None).await;
        let undertaking = json!({
            "kind": "undertaking", "recipient": "crm-cloud", "protection": "processing-agreement",
            "until": "2027-03-31",
        });
        server
            .post("/v1/evidence", &administrator, &undertaking)
            .await;
        for (file, begins) in [
            ("activities.csv", "version,controller,purpose"),
            ("transfers.csv", "version,from,to"),
            ("recipients.json", "{"),
            ("activities.jsonld", "{"),
        ] {
            let path = format!("/v1/policy/registers/{file}");
            let answer = server.get(&path, &support).await;
            assert_eq!(answer.status, 200, "{file}: {}", answer.text);
            assert!(answer.text.starts_with(begins), "{file}: {}", answer.text);
            assert_eq!(server.get(&path, "").await.status, 401);
        }
        let recipients = server.get("/v1/policy/registers/recipients.csv", &support);
        assert!(recipients.await.text.contains("2027-03-31"));
        for odd in ["rumours.csv", "activities.exe", "activities"] {
            let path = format!("/v1/policy/registers/{odd}");
            assert_eq!(server.get(&path, &support).await.status, 404, "{odd}");
        }
    }
}
