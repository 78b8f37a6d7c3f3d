//! The description of the API, made from the code that answers: every route with its types (OpenAPI
//! 3.1).
//! It describes; it serves nothing but itself.

use super::{Api, Problem, acts, administration, ledger, pages, people, policy, tokens};
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kept",
        description = "Holds personal information under a policy, and proves it. Every act states its purpose, \
            is decided by the policy in force and is recorded in the ledger before anything is released. \
            A refusal is a 403 problem that cites the clauses it rests on. POST requests that change something \
            take an `Idempotency-Key`. Bodies are JSON, names are in kebab-case, days are as `2026-01-31`.",
    ),
    components(schemas(Problem)),
    modifiers(&Tokens),
    security(("token" = [])),
    tags(
        (name = "acts", description = "What is done with personal information"),
        (name = "people", description = "What people ask, and what holds for them"),
        (name = "policy", description = "The policy in force, and its decisions"),
        (name = "ledger", description = "What happened, in a form that anybody can check"),
        (name = "administration", description = "What guards the information"),
        (name = "pages", description = "What anybody may see"),
    ),
)]
struct Description;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A token of a member of staff, a program or an administrator.",
            ))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// All routes, and their description.
pub(super) fn described() -> (Router<Api>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(acts::routes())
        .merge(people::routes())
        .merge(policy::routes())
        .merge(ledger::routes())
        .merge(administration::routes())
        .merge(tokens::routes())
        .merge(pages::routes())
        .routes(routes!(openapi))
        .split_for_parts()
}

/// The description as text.
pub(super) fn text() -> String {
    let (_, described) = described();
    described.to_json().unwrap_or_default()
}

/// This description
#[utoipa::path(get, path = "/openapi.json", tag = "pages", security(()),
    responses((status = OK, description = "The description of the API (OpenAPI 3.1)", body = Object)))]
async fn openapi(State(api): State<Api>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        api.openapi.clone(),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_with_a_title_and_its_problems() {
        let (_, description) = described();
        assert!(!description.paths.paths.is_empty());
        let description = serde_json::to_value(&description).unwrap();
        for (path, item) in description["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let told = operation["summary"].as_str().unwrap_or_default();
                assert!(!told.is_empty(), "{method} {path} has no title");
                assert!(operation["tags"].is_array(), "{method} {path} has no tag");
                if path.starts_with("/v1") && operation["security"].is_null() {
                    let problem = &operation["responses"]["default"]["content"];
                    let problem = &problem["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(problem, "#/components/schemas/Problem", "{method} {path}");
                }
            }
        }
    }
}
