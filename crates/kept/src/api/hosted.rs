//! What is held for clients, seen from the client's side: requests passed on to it, and the end of
//! its contract. Everything else a client does with the same requests as the firm does.

mod end;
mod forward;
mod handing_back;
mod note;
mod requests;

pub(crate) use handing_back::{Handed, conclude, hand_back};

use super::asked::parameter;
use super::auth::{Bearer, within};
use super::{Api, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kept_processing::Caller;
use kept_terms::{Home, Name};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of hosted systems.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(forward::forward))
        .routes(routes!(requests::requests))
        .routes(routes!(requests::all_requests))
        .routes(routes!(note::note))
        .routes(routes!(handing_back::handing_back))
        .routes(routes!(end::end))
}

/// The home that the path names. Whoever is limited to another finds none there.
struct PathHome(Home);

impl FromRequestParts<Api> for PathHome {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<PathHome, Problem> {
        let Bearer(caller) = Bearer::from_request_parts(parts, api).await?;
        let mut named = Vec::with_capacity(2);
        for place in ["system", "client"] {
            let text = parameter(parts, api, place).await?;
            let name = Name::new(&text);
            named.push(
                name.map_err(|error| Problem::invalid(place, format!("does not fit: {error}")))?,
            );
        }
        let (Some(client), Some(system)) = (named.pop(), named.pop()) else {
            return Err(Problem::internal("a path lost its parameters"));
        };
        let home = Home { client, system };
        within(caller, home.clone())?;
        Ok(PathHome(home))
    }
}

/// A caller within the home that the path names.
struct Housed(Arc<Caller>);

impl FromRequestParts<Api> for Housed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Housed, Problem> {
        let Bearer(caller) = Bearer::from_request_parts(parts, api).await?;
        let PathHome(home) = PathHome::from_request_parts(parts, api).await?;
        within(caller, home).map(Housed)
    }
}
