//! `GET /policies`: every document for people, for readers to choose the one of where they live.
//! What is chosen is not remembered.

use crate::api::around::Page;
use crate::api::{Api, Problem};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use kept_policy::{ReaderChoice, choose};
use kept_terms::Territory;

/// The page itself.
pub(super) const PATH: &str = "/policies";
const BEFORE: &str = "/policy/";

/// Choice of a policy
///
/// Every document for people, with the places it is for; with `country`, leads to that one's.
#[utoipa::path(get, path = "/policies", tag = "pages", security(()),
    params(
        ("country" = Option<String>, Query, description = "A country of ISO 3166-1, such as `DE`, or a part of one of ISO 3166-2, such as `US-CA`"),
        ("language" = Option<String>, Query, description = "The language of the page"),
    ),
    responses(
        (status = OK, description = "The page", body = String, content_type = "text/html"),
        (status = SEE_OTHER, description = "The published policy of the place"),
        Problem,
    ))]
pub(super) async fn policies(
    State(api): State<Api>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    if let Some(led) = asked_where(&api, &query)? {
        return Ok(led);
    }
    let mut choice = ReaderChoice {
        languages: parameter(&query, "language")
            .map_or_else(|| asked_languages(&headers), str::to_owned),
        without: parameter(&query, "without").and_then(|code| code.parse().ok()),
        stylesheet: Some("/style.css".to_owned()),
        here: PATH.to_owned(),
        bar: None,
        before: BEFORE.to_owned(),
    };
    let language = crate::outbox::Language::spoken(&choice.languages);
    let policy = api.door.policy();
    let document = policy.document_for_reader(&choice.languages);
    choice.bar = Some(crate::centre::bar_in(language, &policy, document));
    let page = choose(&policy, &choice);
    let mut response = super::text("text/html; charset=utf-8", page);
    let vary = HeaderValue::from_static("accept-language");
    response.headers_mut().insert(header::VARY, vary);
    response.extensions_mut().insert(Page);
    Ok(response)
}

/// Where a reader is led who names a place: to its document, or to the page that says that there
/// is none.
pub(super) fn asked_where(api: &Api, query: &str) -> Result<Option<Response>, Problem> {
    let Some(code) = parameter(query, "country").filter(|code| !code.is_empty()) else {
        return Ok(None);
    };
    let place = code.parse::<Territory>();
    let place = place.map_err(|problem| Problem::invalid("country", problem.to_string()))?;
    let policy = api.door.policy();
    let to = match policy.document_for(Some(place)) {
        Some(document) => format!("{BEFORE}{}", document.name),
        None => format!("{PATH}?without={}", place.code()),
    };
    Ok(Some(Redirect::to(&to).into_response()))
}

/// The languages that a browser asks for.
pub(super) fn asked_languages(headers: &HeaderMap) -> String {
    let value = headers.get(header::ACCEPT_LANGUAGE);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// What a query says of a word; codes of countries and languages need no decoding.
fn parameter<'q>(query: &'q str, word: &str) -> Option<&'q str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(key, _)| *key == word)
        .map(|(_, value)| value)
}
