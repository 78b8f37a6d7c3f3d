//! `GET /policy/{document}`: a document as people read it, each promise with its standing.
//! The page is made anew when the policy or the figures change, not for every reader.

use super::policies;
use crate::api::around::Page;
use crate::api::asked::Word;
use crate::api::{Api, Kind, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_policy::{Document, Links, announcement, publish, versions_label};

/// Published policy
///
/// A document as people read it.
#[utoipa::path(get, path = "/policy/{id}", tag = "pages", security(()),
    params(("id" = String, Path, description = "The document's name")),
    responses(
        (status = OK, description = "The page", body = String,
            content_type = "text/html"),
        Problem,
    ))]
pub(super) async fn policy(State(api): State<Api>, Word(name): Word) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let missing = || Problem::new(Kind::NotFound, "the policy in force has no such document");
    let document = policy.document_named(&name).ok_or_else(missing)?;
    let standing = api.standings.of(&api).await?;
    let others = policy
        .documents
        .iter()
        .filter(|other| other.id != document.id);
    let language = &document.language;
    let elsewhere = kept_policy::elsewhere(language).to_owned();
    let versions = format!("/policy/{}/versions", document.name);
    let announced = announced(&api, document).await?;
    let links = Links {
        bar: Some(crate::centre::bar_of(&policy, document)),
        stylesheet: Some("/style.css".to_owned()),
        header: vec![
            (elsewhere, format!("{}?language={language}", policies::PATH)),
            (versions_label(language).to_owned(), versions.clone()),
            ("API".to_owned(), "/openapi.json".to_owned()),
            ("Ledger".to_owned(), "/ledger/checkpoint".to_owned()),
        ],
        documents: others
            .map(|other| (other.title.clone(), format!("/policy/{}", other.name)))
            .collect(),
        announced: announced.map(|text| (text, versions)),
    };
    let page = publish(&policy, document.id, &standing, &links);
    let mut response = super::text("text/html; charset=utf-8", page);
    response.extensions_mut().insert(Page);
    Ok(response)
}

/// What a document says of a version of it that is announced.
async fn announced(api: &Api, document: &Document) -> Result<Option<String>, Problem> {
    let Some((digest, day)) = api.door.announced().await? else {
        return Ok(None);
    };
    let coming = api.door.version(digest).await?;
    let coming = coming
        .as_deref()
        .and_then(|it| it.document_named(&document.name));
    // Others of its documents may stay as they are.
    let day = day
        .date()
        .filter(|day| coming.is_some_and(|it| it.effective == Some(*day)));
    Ok(day.map(|day| announcement(&document.language, day)))
}
