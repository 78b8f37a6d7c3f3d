//! `GET /v1/people/{id}/trail`: what happened with a person's information, newest first, page by
//! page.
//! Entries hold no values; looking at them is on record like any other act.

use crate::api::answer::json;
use crate::api::asked::Person;
use crate::api::auth::Bearer;
use crate::api::pairs::Pairs;
use crate::api::{Api, Problem, limits};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Listed, Showing};
use serde::Serialize;
use utoipa::ToSchema;

/// How many entries a page shows unless asked otherwise.
const PAGE: usize = 50;

/// A page of the trail.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Trail {
    /// Entries, newest first.
    entries: Vec<Entry>,
    /// What to send as `below` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// An entry about the person.
#[derive(Serialize, ToSchema)]
pub(super) struct Entry {
    /// Its index, by which its receipt is had.
    index: u64,
    /// The entry, as the ledger holds it.
    entry: serde_json::Value,
}

/// Trail
///
/// The ledger's entries about a person.
#[utoipa::path(get, path = "/v1/people/{id}/trail", tag = "people",
    params(
        ("id" = String, Path, format = "uuid", description = "The person"),
        ("below" = Option<u64>, Query, description = "Only entries below this index"),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 200, description = "How many at most"),
    ),
    responses((status = OK, description = "A page", body = Trail), Problem))]
pub(super) async fn trail(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    Person(person): Person,
    query: Pairs,
) -> Result<Response, Problem> {
    let query = query.only(&["below", "limit"])?;
    let below = query.get("below").map(|number| whole("below", number));
    let below = below.transpose()?;
    let limit = query.get("limit").map(|number| whole("limit", number));
    let limit = limit.transpose()?.unwrap_or(PAGE);
    if !(1..=limits::TRAIL_PAGE_MAX).contains(&limit) {
        let problem = format!("is not within 1 and {}", limits::TRAIL_PAGE_MAX);
        return Err(Problem::invalid("limit", problem));
    }
    let showing = Showing::Trail {
        person,
        below,
        limit,
    };
    let Listed::Trail(found) = api.look(&caller, showing).await? else {
        return Err(Problem::internal("the door listed something else"));
    };
    let full = found.len() == limit;
    let next = found
        .last()
        .map(|(index, _)| *index)
        .filter(|index| full && *index > 0);
    let mut entries = Vec::with_capacity(found.len());
    for (index, entry) in found {
        let entry = serde_json::from_slice(&entry)
            .map_err(|_| Problem::internal("an entry of the ledger is not JSON"))?;
        entries.push(Entry { index, entry });
    }
    Ok(json(StatusCode::OK, &Trail { entries, next }))
}

fn whole<T: std::str::FromStr>(place: &str, text: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|_| Problem::invalid(place, "is not a whole number within bounds"))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn a_trail_is_walked_page_by_page() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let other = server.person("grace@example.com").await;
        for person in [&person, &other, &person] {
            let wanted = json!({ "person": person, "purpose": "answer-you", "fields": ["name"] });
            assert_eq!(server.post("/v1/use", &support, &wanted).await.status, 200);
        }
        let mut acts = Vec::new();
        let mut query = "?limit=2".to_owned();
        loop {
            let page = server
                .get(&format!("/v1/people/{person}/trail{query}"), &support)
                .await;
            assert_eq!(page.status, 200, "{}", page.body);
            for entry in page.body["entries"].as_array().unwrap() {
                acts.push(entry["entry"]["act"].as_str().unwrap().to_owned());
            }
            let Some(next) = page.body["next"].as_u64() else {
                break;
            };
            query = format!("?limit=2&below={next}");
        }
        assert_eq!(acts, ["use", "use", "collect"]);
    }

    #[tokio::test]
    async fn a_trail_is_not_for_everybody() {
        let server = Server::new().await;
        let person = server.person("ada@example.com").await;
        let path = format!("/v1/people/{person}/trail");
        let administrator = server.token("administrator", None).await;
        assert_eq!(server.get(&path, &administrator).await.status, 403);
        assert_eq!(server.get(&path, "").await.status, 401);
        let support = server.token("staff", Some("support")).await;
        for query in ["?limit=0", "?limit=201", "?below=x", "?name=Ada"] {
            assert_eq!(
                server.get(&format!("{path}{query}"), &support).await.status,
                422,
                "{query}"
            );
        }
    }
}
