//! Forms for channels that are open to everybody: what each asks and why, as data and as a page
//! that needs no script.
//! What a form asks follows from the clauses. What is sent is taken in through the door as
//! anybody's word: it adds to what is held of somebody and changes nothing of it.

mod description;
mod fields;
mod page;
mod sending;
mod sensitive;
mod showing;
mod words;

use super::{Api, Kind, Problem};
use axum::http::{HeaderMap, header};
use fields::Form;
use kept_policy::{ChannelId, Document, Policy, ServiceId};
use kept_terms::Territory;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use words::Tongue;

/// The routes of forms.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(description::description))
        .routes(routes!(showing::showing, sending::sending))
}

/// Which form is meant, and for whom.
struct Wanted<'p> {
    policy: &'p Policy,
    document: &'p Document,
    channel: ChannelId,
    service: Option<ServiceId>,
    country: Option<Territory>,
    tongue: Tongue,
}

impl<'p> Wanted<'p> {
    /// Reads what the path and the query say; the language may come from the browser.
    fn read(
        policy: &'p Policy,
        channel: &str,
        query: &super::pairs::Pairs,
        headers: &HeaderMap,
    ) -> Result<Wanted<'p>, Problem> {
        let missing = || Problem::new(Kind::NotFound, "there is no form for this channel");
        let channel = policy.words.channels.id(channel).ok_or_else(missing)?;
        let unknown = || Problem::invalid("service", "is not declared by the policy in force");
        let service = query.get("service").filter(|name| !name.is_empty());
        let service = service
            .map(|name| policy.words.services.id(name).ok_or_else(unknown))
            .transpose()?;
        let country = query.get("country").filter(|code| !code.is_empty());
        let country = country
            .map(|code| {
                let place = code.parse::<Territory>();
                place.map_err(|problem| Problem::invalid("country", problem.to_string()))
            })
            .transpose()?;
        let document = policy.document_for(country).ok_or_else(missing)?;
        let spoken = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let tongue = query
            .get("lang")
            .and_then(Tongue::read)
            .or_else(|| spoken.and_then(Tongue::spoken))
            .or_else(|| Tongue::read(&document.language))
            .unwrap_or(Tongue::English);
        Ok(Wanted {
            policy,
            document,
            channel,
            service,
            country,
            tongue,
        })
    }

    /// The form, if anybody may send it.
    fn public(&self) -> Result<Form, Problem> {
        let channel = self.policy.words.channels.get(self.channel);
        match channel.is_some_and(|channel| channel.public) {
            true => Ok(Form::of(self)),
            false => {
                let detail = "the policy does not open this channel to everybody";
                Err(Problem::new(Kind::NotFound, detail))
            }
        }
    }
}

/// The names that a query may have.
const QUERY: [&str; 4] = ["service", "country", "lang", "sent"];

#[cfg(test)]
mod tests;
