//! `POST /v1/cases/{reference}/steps`: something happens to a case that does not end it.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Case, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::case::{Ground, Reference};
use kept_processing::{BreachNote, Casing, Command};
use kept_terms::{ItemNumber, PersonId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What happens.
#[derive(Deserialize, ToSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "step",
    deny_unknown_fields
)]
pub(super) enum Step {
    /// It was shown who asks.
    Identify {
        /// Who they are; left out where nothing is held of them.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = "uuid")]
        person: Option<PersonId>,
    },
    /// The mandate of whoever asks for somebody else was checked.
    CheckMandate,
    /// The person is asked something, and is waited for.
    Wait {
        /// Why: `clarification`, `mandate` or `documents`.
        why: String,
    },
    /// The person wrote, or answered.
    Hear {
        /// The number of the item in which they did.
        #[serde(default)]
        #[schema(value_type = Option<u32>)]
        message: Option<ItemNumber>,
    },
    /// The answer takes longer, once; the person is told.
    Extend {
        /// Why: `complex` or `many-requests`.
        why: String,
    },
    /// It moves on to the next stage.
    Escalate,
    /// An item is not handed out with it.
    Withhold {
        /// Its field.
        field: String,
        /// Its number.
        #[schema(value_type = u32)]
        number: ItemNumber,
        /// Why, as a ground that fits the kind, such as `rights-of-others`.
        #[schema(value_type = String)]
        ground: Ground,
    },
    /// More people, or clients, turn out to be touched by a breach.
    Touch {
        /// The people.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        people: Vec<PersonId>,
        /// The clients, as `system/client`.
        #[serde(default)]
        clients: Vec<String>,
    },
    /// Those whom a breach touches and who were not told are told, once each: people, and clients
    /// that have a mailbox.
    Notify,
    /// Clients were told of a breach otherwise.
    ClientsTold {
        /// Which, as `system/client`.
        clients: Vec<String>,
    },
    /// The authority was told of a breach.
    AuthorityTold,
    /// Something is to be done about a breach, or was done.
    Measure {
        /// What, as a name.
        name: String,
        /// Whether it was done.
        #[serde(default)]
        done: bool,
    },
}

impl Step {
    fn casing(self, reference: Reference) -> Casing {
        let breach = |note| Casing::Breach { reference, note };
        match self {
            Step::Identify { person } => Casing::Identify { reference, person },
            Step::CheckMandate => Casing::CheckMandate { reference },
            Step::Wait { why } => Casing::Wait { reference, why },
            Step::Hear { message } => Casing::Hear { reference, message },
            Step::Extend { why } => Casing::Extend { reference, why },
            Step::Escalate => Casing::Escalate { reference },
            Step::Withhold {
                field,
                number,
                ground,
            } => Casing::Withhold {
                reference,
                field,
                number,
                ground,
            },
            Step::Touch { people, clients } => breach(BreachNote::Touched { people, clients }),
            Step::Notify => breach(BreachNote::Notify),
            Step::ClientsTold { clients } => breach(BreachNote::ClientsTold { clients }),
            Step::AuthorityTold => breach(BreachNote::AuthorityTold),
            Step::Measure { name, done } => breach(BreachNote::Measure { name, done }),
        }
    }
}

/// Move on
///
/// Something happens to a case that does not end it.
#[utoipa::path(post, path = "/v1/cases/{reference}/steps", tag = "cases", request_body = Step,
    params(("reference" = String, Path, description = "The case"), OnceKey),
    responses((status = OK, description = "It is noted", body = Done), Problem))]
pub(super) async fn step(
    State(api): State<Api>,
    Case(reference): Case,
    asked: Asked<Step>,
) -> Result<Response, Problem> {
    let command = Command::case(asked.body.casing(reference));
    api.act(&asked.caller, command, asked.once).await?.done()
}
