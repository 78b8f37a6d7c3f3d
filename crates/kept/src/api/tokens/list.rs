//! `GET /v1/tokens`: the tokens that were not revoked, without their secrets.
//! Expired ones are among them until they are revoked.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Listed, Showing};
use serde::Serialize;
use utoipa::ToSchema;

/// Tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct Tokens {
    /// The tokens.
    tokens: Vec<Token>,
}

/// A token without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Token {
    /// By which it is named and revoked; it opens nothing.
    pub id: String,
    /// Who acts with it: `staff`, `machine` or `administrator`.
    pub kind: String,
    /// In which declared role.
    pub role: Option<String>,
    /// The purposes it is limited to; nothing means those of the role.
    pub purposes: Option<Vec<String>>,
    /// The home within which it acts, as `system/client`; absent where it is limited to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Who holds it; all tokens of one holder count as one where several must agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// When it was made.
    pub created: String,
    /// When it ends.
    pub expires: String,
    /// The recipient for which a program acts with it, and does nothing else.
    pub recipient: Option<String>,
}

impl From<kept_processing::Token> for Token {
    fn from(token: kept_processing::Token) -> Token {
        let kept_processing::Token {
            id,
            kind,
            role,
            purposes,
            home,
            holder,
            created,
            expires,
            recipient,
        } = token;
        let (created, expires) = (created.to_string(), expires.to_string());
        Token {
            id,
            kind: kind.to_string(),
            role,
            purposes,
            home: home.map(|home| home.to_string()),
            holder,
            created,
            expires,
            recipient,
        }
    }
}

/// List tokens
///
/// All tokens that were not revoked.
#[utoipa::path(get, path = "/v1/tokens", tag = "administration",
    responses((status = OK, description = "The tokens", body = Tokens), Problem))]
pub(super) async fn list(
    State(api): State<Api>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    let Listed::Tokens(tokens) = api.look(&caller, Showing::Tokens).await? else {
        return Err(Problem::internal("the door listed something else"));
    };
    let tokens = tokens.into_iter().map(Token::from).collect();
    Ok(json(StatusCode::OK, &Tokens { tokens }))
}
