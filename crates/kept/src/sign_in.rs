//! People signing in, on pages that need no script: an address and the code that is sent to it, or
//! a password. A passkey needs one, since browsers hand passkeys to nothing else. What a page says
//! is the same whether or not anybody has the address.
//! It asks the one door and keeps nothing; who is signed in is told by [`session`].

mod code;
mod cookies;
mod frame;
mod how;
mod onward;
mod passkey;
mod password;
pub(crate) mod session;
mod words;

#[cfg(test)]
mod tests;

use crate::api::Api;
use axum::routing::{get, post};
use kept_processing::Caller;
use kept_terms::{ActorKind, Way};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// The pages of signing in. They are pages and not described as an API.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .route("/sign-in", get(code::ask).post(code::asked))
        .route("/sign-in/code", get(code::show).post(code::shown))
        .route(
            "/sign-in/password",
            get(password::ask).post(password::shown),
        )
        .route("/sign-in/passkey/start", post(passkey::start))
        .route("/sign-in/passkey", post(passkey::shown))
        .route(passkey::SCRIPT_PATH, get(passkey::script))
        .route("/sign-out", post(how::sign_out))
        .route("/me/sign-in", get(how::page))
        .route("/me/sign-in/password", post(how::set_password))
        .route("/me/sign-in/no-password", post(how::remove_password))
        .route("/me/sign-in/passkey/start", post(passkey::start_new))
        .route("/me/sign-in/passkey", post(passkey::add))
        .route("/me/sign-in/no-passkey", post(passkey::remove))
        .route("/me/sign-in/sessions", post(how::end_sessions))
}

pub(crate) use code::turn;
pub(crate) use onward::Onward;
pub(crate) use passkey::{PasskeyShown, begin as begin_passkey, passkey_of, site_or_problem};

/// Whether a document of the policy in force has this way. Who it is shows once they signed in, so
/// the page offers what anybody may try.
fn is_a_way(api: &Api, way: Way) -> bool {
    let policy = api.door.policy();
    policy.documents.iter().any(|it| it.has_way(way))
}

/// Who tries to sign in: anybody, of whom nothing is known yet.
pub(crate) fn somebody() -> Arc<Caller> {
    Arc::new(Caller {
        id: "public:sign-in".to_owned(),
        kind: ActorKind::Person,
        role: None,
        purposes: None,
        home: None,
        holder: None,
    })
}
