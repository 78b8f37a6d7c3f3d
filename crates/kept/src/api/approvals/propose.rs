//! `POST /v1/approvals`: something that others must agree to is asked for.
//! Nothing is opened by asking.

use crate::api::answer::TakenUp;
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use kept_processing::Proposal as Asking;
use kept_terms::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub(super) enum Proposal {
    /// That a recipient is shown something about a person, once.
    Disclosure {
        /// Whose.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
        /// To whom.
        recipient: String,
        /// What for.
        purpose: String,
        /// Which fields; no others leave.
        fields: Vec<String>,
        /// Whether the law compels it.
        #[serde(default)]
        compelled: bool,
        /// The legal basis, as a code such as `18-usc-2703`.
        #[serde(rename = "legal-basis")]
        legal_basis: String,
        /// The recipient's reference, as a code such as a case number.
        reference: String,
        /// Where the person may not be told yet, the last day of that.
        #[serde(default, rename = "silent-until")]
        silent_until: Option<String>,
    },
    /// Access in an emergency for whoever asks.
    Emergency {
        /// What for.
        purpose: String,
        /// Which fields.
        fields: Vec<String>,
        /// Why: `incident`, `outage`, `security`, `safety` or `legal`.
        reason: String,
        /// The case in which it is dealt with, as a code.
        reference: String,
    },
}

impl From<Proposal> for Asking {
    fn from(proposal: Proposal) -> Asking {
        match proposal {
            Proposal::Disclosure {
                person,
                recipient,
                purpose,
                fields,
                compelled,
                legal_basis,
                reference,
                silent_until,
            } => Asking::Disclosure {
                person,
                recipient,
                purpose,
                fields,
                compelled,
                legal_basis,
                reference,
                silent_until,
            },
            Proposal::Emergency {
                purpose,
                fields,
                reason,
                reference,
            } => Asking::Emergency {
                purpose,
                fields,
                reason,
                reference,
            },
        }
    }
}

/// Propose
///
/// Asks for something that others must agree to: a disclosure, or access in an emergency.
#[utoipa::path(post, path = "/v1/approvals", tag = "approvals", request_body = Proposal,
    params(OnceKey),
    responses((status = CREATED, description = "It waits for others", body = TakenUp), Problem))]
pub(super) async fn propose(
    State(api): State<Api>,
    asked: Asked<Proposal>,
) -> Result<Response, Problem> {
    let command = Command::Propose(asked.body.into());
    api.act(&asked.caller, command, asked.once).await?.named()
}
