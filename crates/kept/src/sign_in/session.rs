//! Who is signed in, for the pages that are theirs; and that a form comes from a page of ours.
//! It looks at cookies, headers and the hidden field of a form. It makes no session and decides
//! nothing: whoever is signed in still asks the door.

use super::Onward;
use super::cookies::{Cookie, Jar};
use crate::api::pairs::Pairs;
use crate::api::{Api, Kind, Problem, is_secure};
use crate::outbox::Language;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::{BodyExt, Limited};
use kept_processing::{Caller, Session};
use kept_terms::{PersonId, Timestamp};
use maud::{Markup, html};
use std::sync::Arc;

/// The hidden field of every form of somebody who is signed in.
pub(crate) const FORM_FIELD: &str = "form";
/// The header that says the same where the body is no form.
const FORM_HEADER: &str = "kept-form";
/// The longest form, in bytes.
const FORM_BYTES_MAX: usize = 64 << 10;

/// The person who is signed in. Taken alone it is for looking: a request that may change something
/// has to be a [`SignedForm`], or carry the form's token in the header `Kept-Form`.
pub(crate) struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// As whom they ask the door.
    pub caller: Arc<Caller>,
    /// Their session: since when, and how they showed who they are.
    pub session: Session,
    /// What their forms carry.
    pub form: String,
}

impl SignedIn {
    /// What every form of theirs carries.
    pub fn field(&self) -> Markup {
        html! { input type="hidden" name=(FORM_FIELD) value=(self.form); }
    }

    /// Whether they showed just now who they are: asked before what cannot be undone.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        self.session.is_recent(now)
    }

    /// Who is signed in, if anybody.
    pub async fn known(
        api: &Api,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Option<SignedIn>, Problem> {
        let jar = Jar::of(api, headers, extensions);
        let Some(secret) = jar.get(Cookie::Session) else {
            return Ok(None);
        };
        let Some(session) = api.door.session(secret).await? else {
            return Ok(None);
        };
        Ok(Some(SignedIn {
            person: session.person,
            caller: Arc::new(Caller::person()),
            form: api.door.form_token(&session),
            session,
        }))
    }

    async fn of(api: &Api, parts: &Parts) -> Result<SignedIn, Response> {
        let known = SignedIn::known(api, &parts.headers, &parts.extensions).await;
        match known.map_err(Problem::into_response)? {
            Some(known) => Ok(known),
            None => {
                // A page of the centre names its language, and the sign-in keeps it, and the page.
                let path = parts.uri.path().strip_prefix("/centre/");
                let (tag, page) = path.and_then(|it| it.split_once('/')).unwrap_or_default();
                let to = match Language::of_tag(tag) {
                    Some(language) => sign_in_path(language, Onward::of(page)),
                    None => "/sign-in".to_owned(),
                };
                Err(Redirect::to(&to).into_response())
            }
        }
    }
}

/// The page of signing in, in a language, with where one gets to by it.
pub(crate) fn sign_in_path(language: Language, onward: Onward) -> String {
    format!("/sign-in?lang={}{}", language.tag(), onward.query())
}

impl FromRequestParts<Api> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<SignedIn, Response> {
        let by = SignedIn::of(api, parts).await?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            own_page(api, &parts.headers, &parts.extensions).map_err(Problem::into_response)?;
            let told = parts.headers.get(FORM_HEADER);
            let told = told.map(|value| value.as_bytes()).unwrap_or_default();
            check_token(&by, told).map_err(Problem::into_response)?;
        }
        Ok(by)
    }
}

/// What a form says.
pub(crate) struct Fields(Pairs);

impl Fields {
    /// The value of a field, as it was typed.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }
}

/// A form of somebody who is signed in, sent from a page of ours that was served to them.
pub(crate) struct SignedForm {
    /// Who sends it.
    pub by: SignedIn,
    /// What it says.
    pub fields: Fields,
}

impl FromRequest<Api> for SignedForm {
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<SignedForm, Response> {
        let (parts, body) = request.into_parts();
        own_page(api, &parts.headers, &parts.extensions).map_err(Problem::into_response)?;
        let by = SignedIn::of(api, &parts).await?;
        let fields = fields(&parts.headers, body)
            .await
            .map_err(Problem::into_response)?;
        let told = fields.get(FORM_FIELD).unwrap_or_default();
        check_token(&by, told.as_bytes()).map_err(Problem::into_response)?;
        Ok(SignedForm { by, fields })
    }
}

/// A form of somebody who need not be signed in, sent from a page of ours.
pub(crate) struct PlainForm(pub Fields);

impl FromRequest<Api> for PlainForm {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<PlainForm, Problem> {
        let (parts, body) = request.into_parts();
        own_page(api, &parts.headers, &parts.extensions)?;
        fields(&parts.headers, body).await.map(PlainForm)
    }
}

fn check_token(by: &SignedIn, told: &[u8]) -> Result<(), Problem> {
    match aws_lc_rs::constant_time::verify_slices_are_equal(by.form.as_bytes(), told) {
        Ok(()) => Ok(()),
        Err(_) => {
            let detail = "this form is not of your session; open its page again and send it from \
                          there";
            Err(Problem::new(Kind::Foreign, detail))
        }
    }
}

/// Checks that something comes from a page of ours. Browsers say where a request comes from; where
/// one does not, the origin has to be told, and be ours. Who says neither is not a browser that
/// shows our pages.
pub(crate) fn own_page(
    api: &Api,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<(), Problem> {
    let mut sites = headers.get_all("sec-fetch-site").iter();
    let own = match (sites.next(), sites.next()) {
        (Some(site), None) => site == "same-origin",
        (Some(_), Some(_)) => false,
        (None, _) => is_own_origin(headers, is_secure(extensions, api.behind_proxy)),
    };
    match own {
        true => Ok(()),
        false => {
            let detail = "a form is sent from the page that serves it, and from nowhere else";
            Err(Problem::new(Kind::Foreign, detail))
        }
    }
}

/// The origin of our pages, as the settings say or else as the browser that asks knows it: to be
/// shown to that browser's own person.
pub(crate) fn origin(api: &Api, headers: &HeaderMap, extensions: &Extensions) -> Option<String> {
    let asked = || {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        let secure = is_secure(extensions, api.behind_proxy);
        Some(format!(
            "{}://{host}",
            if secure { "https" } else { "http" }
        ))
    };
    let told = api.site.get().map(|site| site.origin.clone());
    told.or_else(asked)
}

fn is_own_origin(headers: &HeaderMap, secure: bool) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else {
        return false;
    };
    let scheme = if secure { "https" } else { "http" };
    origin.eq_ignore_ascii_case(&format!("{scheme}://{host}"))
}

/// What a form says.
async fn fields(headers: &HeaderMap, body: Body) -> Result<Fields, Problem> {
    let media = headers.get(header::CONTENT_TYPE);
    let media = media.and_then(|value| value.to_str().ok()).unwrap_or("");
    if !media.starts_with("application/x-www-form-urlencoded") {
        let detail = "send `Content-Type: application/x-www-form-urlencoded`";
        return Err(Problem::new(Kind::MediaType, detail));
    }
    let read = Limited::new(body, FORM_BYTES_MAX).collect().await;
    let too_large = |_| {
        Problem::new(
            Kind::TooLarge,
            format!("it may have {FORM_BYTES_MAX} bytes"),
        )
    };
    let bytes = zeroize::Zeroizing::new(read.map_err(too_large)?.to_bytes().to_vec());
    let text = std::str::from_utf8(&bytes);
    let text = text.map_err(|_| Problem::invalid("the body", "is not UTF-8"))?;
    Pairs::read(text).map(Fields)
}
