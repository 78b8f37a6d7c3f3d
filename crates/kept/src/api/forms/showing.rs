//! `GET /forms/{channel}`: the form of a channel as a page.
//! Pages of other origins may show it within them only where the policy names those origins.

use super::page::{Returned, Shown, thanks};
use super::{QUERY, Wanted};
use crate::api::around::{FramedBy, Page};
use crate::api::asked::Word;
use crate::api::pairs::Pairs;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;

/// Form
///
/// The form of a channel that is open to everybody.
#[utoipa::path(get, path = "/forms/{id}", tag = "forms", security(()),
    params(("id" = String, Path, description = "The channel"),
        ("service" = Option<String>, Query, description = "The service that is asked for"),
        ("country" = Option<String>, Query, description = "Where the person is"),
        ("lang" = Option<String>, Query, description = "`en`, `fr`, `de` or `zh`"),
        ("sent" = Option<String>, Query, description = "Whether it was just sent")),
    responses((status = OK, description = "The page", body = String, content_type = "text/html"),
        Problem))]
pub(super) async fn showing(
    State(api): State<Api>,
    Word(channel): Word,
    query: Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = query.only(&QUERY)?;
    let policy = api.door.policy();
    let wanted = Wanted::read(&policy, &channel, &query, &headers)?;
    let form = wanted.public()?;
    let page = match query.get("sent") {
        Some(_) => thanks(wanted.tongue),
        None => {
            let shown = Shown {
                form: &form,
                tongue: wanted.tongue,
                query: again(&wanted, &query),
                returned: &Returned::default(),
                instead: None,
            };
            shown.page()
        }
    };
    Ok(answer(&wanted, StatusCode::OK, page))
}

/// The query with which a form is sent: what was asked for, and the language.
pub(super) fn again(wanted: &Wanted<'_>, query: &Pairs) -> String {
    let mut pairs = vec![format!("lang={}", wanted.tongue.tag())];
    for name in ["service", "country"] {
        // Both were found among declared words, so they are plain.
        let value = query.get(name).filter(|value| !value.is_empty());
        pairs.extend(value.map(|value| format!("{name}={value}")));
    }
    pairs.join("&")
}

/// A page as a response, with what may show it within itself.
pub(super) fn answer(wanted: &Wanted<'_>, status: StatusCode, page: Markup) -> Response {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [(header::CONTENT_TYPE, html)];
    let mut response = (status, headers, page.into_string()).into_response();
    let channel = wanted.policy.words.channels.get(wanted.channel);
    let framed = channel.map_or_else(Vec::new, |channel| channel.framed_by.clone());
    response.extensions_mut().insert(Page);
    response.extensions_mut().insert(FramedBy(framed));
    response
}
