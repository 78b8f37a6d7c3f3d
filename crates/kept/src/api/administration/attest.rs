//! `POST /v1/evidence`: evidence is put on record. Newer evidence of the same thing takes the place
//! of older.
//! What it is enough for is the policy's decision.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Command, Evidence};
use serde::Deserialize;
use utoipa::ToSchema;

/// Evidence to be put on record.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Attestation {
    /// `undertaking`, `assurance`, `review` or `revocation`.
    kind: EvidenceKind,
    /// For an undertaking or an assurance: whose; an assurance without is the controller's own.
    #[serde(default)]
    recipient: Option<String>,
    /// For an undertaking: `processing-agreement`, `group-agreement`, `sharing-agreement` or
    /// `professional-secrecy`.
    #[serde(default)]
    protection: Option<String>,
    /// For an assurance: which.
    #[serde(default)]
    assurance: Option<String>,
    /// For an undertaking or an assurance: the last day on which it holds.
    #[serde(default)]
    until: Option<String>,
    /// For a review: of which measure.
    #[serde(default)]
    measure: Option<String>,
    /// For a review: the day.
    #[serde(default)]
    on: Option<String>,
    /// For a revocation: of which instrument.
    #[serde(default)]
    instrument: Option<String>,
}

/// Kinds of evidence.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum EvidenceKind {
    /// A recipient's undertaking to protect what it gets.
    Undertaking,
    /// A report or certification.
    Assurance,
    /// A security measure was reviewed.
    Review,
    /// A transfer instrument was revoked.
    Revocation,
}

impl Attestation {
    fn evidence(self) -> Result<Evidence, Problem> {
        let Attestation {
            kind,
            recipient,
            protection,
            assurance,
            until,
            measure,
            on,
            instrument,
        } = self;
        let mut given = [
            ("recipient", recipient),
            ("protection", protection),
            ("assurance", assurance),
            ("until", until),
            ("measure", measure),
            ("on", on),
            ("instrument", instrument),
        ];
        let mut taken = |name: &str| {
            let found = given.iter_mut().find(|(known, _)| *known == name);
            found.and_then(|(_, value)| value.take())
        };
        let mut needed = |name: &str| {
            taken(name)
                .ok_or_else(|| Problem::invalid(name, "is missing for this kind of evidence"))
        };
        let evidence = match kind {
            EvidenceKind::Undertaking => Evidence::Undertaking {
                recipient: needed("recipient")?,
                protection: needed("protection")?,
                until: needed("until")?,
            },
            EvidenceKind::Assurance => Evidence::Assurance {
                assurance: needed("assurance")?,
                until: needed("until")?,
                recipient: taken("recipient"),
            },
            EvidenceKind::Review => Evidence::Review {
                measure: needed("measure")?,
                on: needed("on")?,
            },
            EvidenceKind::Revocation => Evidence::Revocation {
                instrument: needed("instrument")?,
            },
        };
        match given.iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => Err(Problem::invalid(
                *name,
                "does not belong to this kind of evidence",
            )),
            None => Ok(evidence),
        }
    }
}

/// Attest
///
/// Puts evidence on record.
#[utoipa::path(post, path = "/v1/evidence", tag = "administration", request_body = Attestation,
    params(OnceKey),
    responses((status = OK, description = "It is on record", body = Done), Problem))]
pub(super) async fn attest(
    State(api): State<Api>,
    asked: Asked<Attestation>,
) -> Result<Response, Problem> {
    let command = Command::Attest(asked.body.evidence()?);
    api.act(&asked.caller, command, asked.once).await?.done()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn evidence_is_put_on_record_and_found_there() {
        let server = Server::new().await;
        let administrator = server.token("administrator", None).await;
        let support = server.token("staff", Some("support")).await;
        let undertaking = json!({
            "kind": "undertaking", "recipient": "crm-cloud", "protection": "processing-agreement",
            "until": "2027-03-31",
        });
        assert_eq!(
            server
                .post("/v1/evidence", &support, &undertaking)
                .await
                .status,
            403
        );
        let attested = server
            .post("/v1/evidence", &administrator, &undertaking)
            .await;
        assert_eq!(attested.status, 200, "{}", attested.body);
        let listed = server.get("/v1/evidence", &support).await;
        assert_eq!(listed.body["evidence"], json!([undertaking]));
        for (odd, place) in [
            (
                json!({ "kind": "review", "measure": "access-review" }),
                "on",
            ),
            (
                json!({ "kind": "revocation", "instrument": "scc", "on": "2026-01-01" }),
                "on",
            ),
            (json!({ "kind": "rumour" }), "kind"),
        ] {
            let answer = server.post("/v1/evidence", &administrator, &odd).await;
            assert_eq!(
                (answer.status, &answer.body["place"]),
                (422, &json!(place)),
                "{}",
                answer.body
            );
        }
    }
}
