//! `POST /v1/cases/{reference}/end`: a case ends, with an outcome, or with what it asks for done in
//! the same step.
//! A refusal cites its ground; what is done is decided as it always is.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Case, OnceKey};
use crate::api::people::streamed;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::case::{Ground, Left};
use kept_processing::{Casing, Closing, Command, ConsentTo};
use kept_terms::{ItemNumber, PersonId, Right};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it ends.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CaseEnding {
    /// What it asks for, to be done in the same step.
    #[serde(default)]
    carry_out: Option<CarryOut>,
    /// Or else how it ends, in a word that its kind has, such as `refused` or `answered`.
    #[serde(default)]
    outcome: Option<String>,
    /// On what ground it is turned down.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    ground: Option<Ground>,
    /// What was not done, each with its ground.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    left: Vec<Left>,
    /// What somebody who is not known is answered, in an e-mail to the address that they left.
    #[serde(default)]
    #[schema(max_length = 20_000)]
    answer: Option<String>,
}

/// What is done.
#[derive(Deserialize, ToSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "act",
    deny_unknown_fields
)]
pub(super) enum CarryOut {
    /// Everything is handed out, as lines of JSON, but for what is withheld.
    Export {
        /// Whose.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
        /// `access` or `portability`.
        #[schema(value_type = String)]
        right: Right,
    },
    /// The person is erased.
    Erase {
        /// Who.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
    },
    /// A value is put right.
    Rectify {
        /// Whose.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
        /// The field.
        field: String,
        /// The right value.
        value: String,
        /// One item; left out, every item of the field.
        #[serde(default)]
        #[schema(value_type = Option<u32>)]
        number: Option<ItemNumber>,
    },
    /// Processing is paused.
    Restrict {
        /// Whose.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
    },
    /// An objection holds.
    Object {
        /// Whose.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
        /// To what purpose.
        purpose: String,
    },
    /// A consent is taken back.
    Withdraw {
        /// Whose.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
        /// To what purpose.
        purpose: String,
        /// Through which channel they said so.
        channel: String,
    },
    /// A disclosure that was approved is made.
    Disclose {
        /// What was approved.
        approval: String,
    },
}

impl From<CarryOut> for Command {
    fn from(wanted: CarryOut) -> Command {
        match wanted {
            CarryOut::Export { person, right } => Command::Export { person, right },
            CarryOut::Erase { person } => Command::Erase { person },
            CarryOut::Rectify {
                person,
                field,
                value,
                number,
            } => Command::Rectify {
                person,
                purpose: None,
                field,
                value,
                number,
            },
            CarryOut::Restrict { person } => Command::Restrict {
                person,
                paused: true,
            },
            CarryOut::Object { person, purpose } => Command::Object {
                person,
                purpose,
                objects: true,
            },
            CarryOut::Withdraw {
                person,
                purpose,
                channel,
            } => Command::Consent {
                person,
                to: ConsentTo::Purpose(purpose),
                given: false,
                channel,
            },
            CarryOut::Disclose { approval } => Command::CarryOut { approval },
        }
    }
}

/// End
///
/// Ends a case. With `carry-out`, what it asks for is done in the same step; an export is answered
/// with its lines. Otherwise with an outcome, and where it turns something down, on a ground.
#[utoipa::path(post, path = "/v1/cases/{reference}/end", tag = "cases", request_body = CaseEnding,
    params(("reference" = String, Path, description = "The case"), OnceKey),
    responses((status = OK, description = "It is over", body = Done), Problem))]
pub(super) async fn end(
    State(api): State<Api>,
    Case(reference): Case,
    asked: Asked<CaseEnding>,
) -> Result<Response, Problem> {
    let body = asked.body;
    let exports = matches!(body.carry_out, Some(CarryOut::Export { .. }));
    let end = match (body.carry_out, body.outcome) {
        (Some(wanted), None) => Closing::CarriedOut(Box::new(wanted.into())),
        (None, Some(outcome)) => Closing::With {
            outcome,
            ground: body.ground,
            left: body.left,
            answer: body.answer,
        },
        (Some(_), Some(_)) | (None, None) => {
            let problem = "is to be given, or else `carry-out`, and not both";
            return Err(Problem::invalid("outcome", problem));
        }
    };
    let command = Command::case(Casing::End { reference, end });
    let acted = api.act(&asked.caller, command, asked.once).await?;
    match exports {
        true => streamed(&api, acted.effect, true),
        false => acted.done(),
    }
}
