//! Where a page of the centre stands: its language from the address, and the document of the
//! reader. Another language has no page.

use crate::api::{Api, Kind, Problem};
use crate::outbox::Language;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header;
use axum::http::request::Parts;
use kept_policy::{Document, Policy};
use kept_terms::Territory;
use std::sync::Arc;

/// The place of a page.
pub(super) struct Place {
    /// Its language.
    pub language: Language,
    /// The languages that the browser asks for.
    pub spoken: String,
    /// Whether the browser asks that nothing be sold or shared (Global Privacy Control).
    pub gpc: bool,
    /// The policy in force.
    pub policy: Arc<Policy>,
}

impl Place {
    /// The document that is most likely the reader's.
    pub fn document(&self) -> Option<&Document> {
        let own = self.policy.document_for_reader(&self.spoken);
        own.or_else(|| {
            let mut documents = self.policy.documents.iter();
            documents.find(|document| document.effective.is_some())
        })
    }

    /// The country that the browser speaks of, where one of its languages names one.
    pub fn country(&self) -> Option<Territory> {
        let tags = self
            .spoken
            .split(',')
            .filter_map(|tag| tag.split(';').next());
        let mut countries = tags.filter_map(|tag| {
            tag.trim()
                .split_once('-')?
                .1
                .parse()
                .ok()
                .map(Territory::country)
        });
        countries.find(|country: &Territory| self.policy.document_for(Some(*country)).is_some())
    }
}

impl FromRequestParts<Api> for Place {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Place, Problem> {
        let missing = || Problem::new(Kind::NotFound, "the centre has no page in this language");
        let found = RawPathParams::from_request_parts(parts, api).await;
        let found = found.map_err(|_| missing())?;
        let tag = found.iter().find(|(name, _)| *name == "lang");
        let language = tag
            .and_then(|(_, tag)| Language::of_tag(tag))
            .ok_or_else(missing)?;
        Ok(Place {
            language,
            spoken: spoken(&parts.headers),
            // Any other value is ignored, and one `1` among several counts.
            gpc: parts
                .headers
                .get_all("sec-gpc")
                .iter()
                .any(|it| it.as_bytes() == b"1"),
            policy: api.door.policy(),
        })
    }
}

/// The languages that a browser asks for.
pub(super) fn spoken(headers: &axum::http::HeaderMap) -> String {
    let value = headers.get(header::ACCEPT_LANGUAGE);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
