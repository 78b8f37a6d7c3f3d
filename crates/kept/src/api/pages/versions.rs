//! `GET /policy/{document}/versions`: every version of a document with its days, and what changes
//! between any two, in the document's language.

use crate::api::around::Page;
use crate::api::asked::Word;
use crate::api::policy::named;
use crate::api::{Api, Kind, Problem, policy_name};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kept_policy::{Compared, Listed, Policy, days_of, diff, of_document, versions_page};
use kept_processing::Stands;
use kept_terms::Day;
use std::sync::Arc;

/// Published versions
///
/// The versions of a document, and what changes between two of them.
#[utoipa::path(get, path = "/policy/{id}/versions", tag = "pages", security(()),
    params(
        ("id" = String, Path, description = "The document's name"),
        ("from" = Option<String>, Query, description = "The former, by its digest"),
        ("to" = Option<String>, Query, description = "The latter, by its digest"),
    ),
    responses(
        (status = OK, description = "The page", body = String,
            content_type = "text/html"),
        Problem,
    ))]
pub(super) async fn versions(
    State(api): State<Api>,
    Word(name): Word,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let history = api.door.history().await?;
    let newest = match history.iter().find(|it| it.stands == Stands::Announced) {
        Some(waiting) => api.door.version(waiting.digest).await?,
        None => None,
    };
    let missing = || Problem::new(Kind::NotFound, "the policy in force has no such document");
    let announced = newest.as_deref().and_then(|it| it.document_named(&name));
    let document = policy
        .document_named(&name)
        .or(announced)
        .ok_or_else(missing)?;
    let mut listed = Vec::new();
    for one in &history {
        let Some(version) = api.door.version(one.digest).await? else {
            continue;
        };
        let (effective, revised) = days_of(&version, &name);
        if version.document_named(&name).is_none() {
            continue;
        }
        listed.push(Listed {
            digest: policy_name(&one.digest),
            effective,
            revised,
            published: one.published_on().and_then(Day::date),
            in_force: one.stands == Stands::InForce,
            announced: one.stands == Stands::Announced,
        });
    }
    let compared = compared(&api, &listed, &name, &document.language, query).await?;
    let (here, back) = (
        format!("/policy/{name}/versions"),
        format!("/policy/{name}"),
    );
    let bar = crate::centre::bar_of(&policy, document);
    let page = versions_page(
        document,
        &listed,
        compared.as_ref(),
        (&here, &back),
        (Some("/style.css"), Some(&bar)),
    );
    let mut response = super::text("text/html; charset=utf-8", page);
    response.extensions_mut().insert(Page);
    Ok(response)
}

/// What changes between the two that are chosen; unless any are, between the newest and the one
/// before it.
async fn compared(
    api: &Api,
    listed: &[Listed],
    name: &str,
    language: &str,
    query: Option<String>,
) -> Result<Option<Compared>, Problem> {
    let query = query.unwrap_or_default();
    let chosen = |wanted: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == wanted)
            .map(|(_, value)| value.to_owned())
    };
    let at = |place: usize| listed.get(place).map(|it| it.digest.clone());
    let (Some(from), Some(to)) = (chosen("from").or(at(1)), chosen("to").or(at(0))) else {
        return Ok(None);
    };
    let (_, old): (_, Arc<Policy>) = named(api, "from", &from).await?;
    let (_, new) = named(api, "to", &to).await?;
    let found = diff(&old, &new);
    let begins = format!("{name}#");
    Ok(Some(Compared {
        changes: of_document(found.told(&old, &new, language), name),
        reworded: found
            .reworded
            .iter()
            .filter(|it| it.starts_with(&begins))
            .count(),
        from: old.digest.to_string(),
        to: new.digest.to_string(),
    }))
}
