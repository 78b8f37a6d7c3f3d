//! Who is signed in.
//! It looks at sessions; it makes none.

use crate::api::pairs::Pairs;
use crate::api::{Api, Problem};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kept_processing::Caller;
use kept_terms::PersonId;
use maud::{Markup, html};
use std::sync::Arc;

/// The person who is signed in.
pub(crate) struct SignedIn {
    pub person: PersonId,
    pub caller: Arc<Caller>,
    pub form: String,
}

impl SignedIn {
    /// What every form carries.
    pub fn field(&self) -> Markup {
        html! { input type="hidden" name="form" value=(self.form); }
    }
}

fn known(parts: &Parts) -> Option<SignedIn> {
    // Signing in comes with the sessions; until then nobody is signed in but in tests.
    let told = parts.headers.get("x-test-person").filter(|_| cfg!(test))?;
    let person = told.to_str().ok()?.parse().ok()?;
    let caller = Arc::new(Caller::person());
    Some(SignedIn {
        person,
        caller,
        form: "test".to_owned(),
    })
}

impl FromRequestParts<Api> for SignedIn {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<SignedIn, Response> {
        known(parts).ok_or_else(|| Redirect::to("/sign-in").into_response())
    }
}

/// What a form of somebody signed in says.
pub(crate) struct Fields(Pairs);

impl Fields {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }
}

/// A form of somebody signed in.
pub(crate) struct SignedForm {
    pub by: SignedIn,
    pub fields: Fields,
}

impl FromRequest<Api> for SignedForm {
    type Rejection = Response;
    async fn from_request(request: Request, api: &Api) -> Result<SignedForm, Response> {
        let (mut parts, body) = request.into_parts();
        let by = SignedIn::from_request_parts(&mut parts, api).await?;
        let request = Request::from_parts(parts, body);
        let body = super::asking::body(request)
            .await
            .map_err(Problem::into_response)?;
        let fields = Pairs::read(&body).map_err(Problem::into_response)?;
        if fields.get("form") != Some(&by.form) {
            return Err(Problem::new(crate::api::Kind::Malformed, "no token").into_response());
        }
        Ok(SignedForm {
            by,
            fields: Fields(fields),
        })
    }
}
