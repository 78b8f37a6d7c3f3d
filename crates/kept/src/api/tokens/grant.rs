//! `POST /v1/tokens`: a token is granted to a member of staff, a program or an administrator.
//! The answer is the only place where its secret is ever told.

use super::list::Token;
use crate::api::answer::json;
use crate::api::asked::Asked;
use crate::api::{Api, Kind, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Administration, Command, NewToken};
use kept_terms::{ActorKind, NameError, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token to be granted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Grant {
    /// Who will act with it: `staff`, `machine` or `administrator`.
    kind: String,
    /// In which declared role; an administrator has none.
    #[serde(default)]
    role: Option<String>,
    /// The purposes it is limited to; left out, those of the role.
    #[serde(default)]
    purposes: Option<Vec<String>>,
    /// The home within which it acts, as `system/client`; left out, it is limited to none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    home: Option<String>,
    /// Who holds it, by a name that means nothing outside: where several must agree, all tokens of
    /// one holder count as one, and so do all tokens that name none.
    #[serde(default)]
    holder: Option<String>,
    /// When it ends, as `2027-03-31T00:00:00Z`.
    expires: String,
    /// The recipient for which a program is to act, and do nothing else; it then has no role.
    #[serde(default)]
    recipient: Option<String>,
}

/// A token that was granted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Granted {
    /// The secret, which is told here once and is to be sent as `Authorization: Bearer …`.
    secret: String,
    /// The token.
    token: Token,
    /// The index of the ledger entry.
    entry: Option<u64>,
}

/// Grant a token
///
/// Its secret is told once, here. An `Idempotency-Key` is not taken, since a secret cannot be told
/// again.
#[utoipa::path(post, path = "/v1/tokens", tag = "administration", request_body = Grant,
    responses((status = CREATED, description = "The token", body = Granted), Problem))]
pub(super) async fn grant(
    State(api): State<Api>,
    asked: Asked<Grant>,
) -> Result<Response, Problem> {
    if asked.once.is_some() {
        let problem = "is not taken here: the secret could not be told again";
        return Err(Problem::invalid("Idempotency-Key", problem));
    }
    let Grant {
        kind,
        role,
        purposes,
        home,
        holder,
        expires,
        recipient,
    } = asked.body;
    let home = home.as_deref().map(str::parse).transpose();
    let home = home
        .map_err(|error: NameError| Problem::invalid("home", format!("does not fit: {error}")))?;
    let kind = ActorKind::from_word(&kind)
        .ok_or_else(|| Problem::invalid("kind", "is not `staff`, `machine` or `administrator`"))?;
    let expires: Timestamp = expires.parse().map_err(|_| {
        Problem::invalid(
            "expires",
            "is not a moment; write it as `2027-03-31T00:00:00Z`",
        )
    })?;
    if expires <= api.door.now() {
        return Err(Problem::new(Kind::Invalid, "expires lies in the past"));
    }
    let drawn = match recipient {
        None => api.door.draw_token(NewToken {
            kind,
            role,
            purposes,
            home,
            expires,
        }),
        Some(recipient)
            if kind == ActorKind::Machine
                && role.is_none()
                && purposes.is_none()
                && home.is_none() =>
        {
            api.door.draw_recipient_token(&recipient, expires)
        }
        Some(_) => {
            let problem = "is for a program without a role, purposes or a home";
            return Err(Problem::invalid("recipient", problem));
        }
    };
    let (secret, token) = drawn?;
    let token = token.held_by(holder);
    let administration = Administration::Grant {
        secret: secret.clone(),
        token: token.clone(),
    };
    let acted = api
        .act(&asked.caller, Command::Administer(administration), None)
        .await?;
    let granted = Granted {
        secret,
        token: token.into(),
        entry: acted.entry,
    };
    Ok(json(StatusCode::CREATED, &granted))
}
