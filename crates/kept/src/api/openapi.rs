//! The description of the API, made from the code that answers: every route with its types (OpenAPI
//! 3.1).
//! It describes; it serves nothing but itself.

use super::{
    Api, Problem, acts, administration, approvals, cases, data_rights, feeds, forms, hosted,
    ledger, outbox, pages, people, policy, recipients, registers, sign_in, tokens, unsubscribe,
};
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
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
        (name = "hosted", description = "What is held for clients in hosted systems"),
        (name = "policy", description = "The policy in force, and its decisions"),
        (name = "messages", description = "What is sent to people"),
        (name = "ledger", description = "What happened, in a form that anybody can check"),
        (name = "registers", description = "Clients, courses and surveys, and what rests on them"),
        (name = "forms", description = "What is asked of people, and taken in from them"),
        (name = "approvals", description = "What others must agree to: compelled disclosures, emergencies"),
        (name = "cases", description = "Requests of people, complaints, questions of authorities, breaches, violations"),
        (name = "sign-in", description = "People who show who they are, without a token"),
        (name = "administration", description = "What guards the information"),
        (name = "sharing", description = "Who else receives something, and what they have to be told"),
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
        for (path, item) in &mut openapi.paths.paths {
            let operations = [
                &mut item.get,
                &mut item.post,
                &mut item.put,
                &mut item.delete,
            ];
            for operation in operations.into_iter().flatten() {
                if super::auth::is_housed(path) {
                    operation
                        .parameters
                        .get_or_insert_default()
                        .push(kept_home().into());
                }
            }
        }
    }
}

/// The header by which a caller whose token is limited to no home acts within one.
fn kept_home() -> Parameter {
    ParameterBuilder::new()
        .name("Kept-Home")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "The home within which to act, as `system/client`; a token that is limited to a home \
             acts there without it.",
        ))
        .schema(Some(
            ObjectBuilder::new().schema_type(SchemaType::new(Type::String)),
        ))
        .build()
}

/// All routes, and their description.
pub(super) fn described() -> (Router<Api>, utoipa::openapi::OpenApi) {
    let (router, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(acts::routes())
        .merge(people::routes())
        .merge(policy::routes())
        .merge(ledger::routes())
        .merge(administration::routes())
        .merge(tokens::routes())
        .merge(sign_in::routes())
        .merge(outbox::routes())
        .merge(unsubscribe::routes())
        .merge(hosted::routes())
        .merge(registers::routes())
        .merge(forms::routes())
        .merge(recipients::routes())
        .merge(feeds::routes())
        .merge(approvals::routes())
        .merge(cases::routes())
        .merge(data_rights::routes())
        .merge(pages::routes())
        .merge(crate::centre::routes())
        .merge(crate::sign_in::routes())
        .routes(routes!(openapi))
        .split_for_parts();
    let paths = std::mem::take(&mut description.paths.paths);
    // The router marks a parameter that takes the rest of the path; descriptions have no such
    // mark.
    description.paths.paths = paths
        .into_iter()
        .map(|(path, item)| (path.replace("{*", "{"), item))
        .collect();
    (router, description)
}

/// The description as text.
pub(super) fn text() -> String {
    let (_, described) = described();
    let Ok(mut described) = serde_json::to_value(&described) else {
        return String::new();
    };
    if let Some(all) = described.as_object_mut() {
        all.insert("webhooks".to_owned(), cases::described_hooks());
    }
    described.to_string()
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

    #[test]
    fn every_parameter_of_a_path_is_described_under_its_name() {
        let description: serde_json::Value = serde_json::from_str(&text()).unwrap();
        for (path, item) in description["paths"].as_object().unwrap() {
            let named = path.split('/').filter_map(|part| part.strip_prefix('{'));
            let named: Vec<_> = named.filter_map(|part| part.strip_suffix('}')).collect();
            for (method, operation) in item.as_object().unwrap() {
                let known = operation["parameters"].as_array().cloned();
                let known = known.unwrap_or_default();
                let known: Vec<_> = known
                    .iter()
                    .filter(|known| known["in"] == "path")
                    .map(|known| known["name"].as_str().unwrap())
                    .collect();
                assert_eq!(named, known, "{method} {path}");
            }
        }
    }

    /// Two types of one name would silently share one description.
    #[test]
    fn every_described_type_has_a_name_of_its_own() {
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api")];
        let mut names = std::collections::BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let source = std::fs::read_to_string(&path).unwrap();
                for described in source.split("ToSchema)]\n").skip(1) {
                    let mut words = described.split(|c: char| !c.is_alphanumeric());
                    words
                        .find(|word| ["struct", "enum"].contains(word))
                        .unwrap();
                    let name = words.next().unwrap().to_owned();
                    let again = format!("{name} again in {}", path.display());
                    assert!(names.insert(name), "{again}");
                }
            }
        }
        assert!(names.len() > 30, "{names:?}");
    }
}
