//! Problems: the one form in which the API says that something was not done (RFC 9457).
//! A problem names a place and a remedy. It never repeats a value, nor tells what is stored.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kept_policy::{Cited, Policy, Refusal};
use kept_processing::Failure;
use serde::Serialize;
use std::collections::BTreeMap;
use std::num::NonZeroU16;
use utoipa::ToSchema;
use utoipa::openapi::{self, RefOr};

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The longest excerpt of a clause's prose, in characters.
const PROSE_LENGTH_MAX: usize = 280;

/// Declares the kinds of problem: the last word of the type, the status and the title.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Kind { $($(#[$doc])* $name,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)+];

            /// The type, a URI that names the kind.
            pub const fn uri(self) -> &'static str {
                match self { $(Kind::$name => concat!("urn:kept:problem:", $code),)+ }
            }

            /// The status.
            pub const fn status(self) -> StatusCode {
                match self { $(Kind::$name => StatusCode::$status,)+ }
            }

            /// The title.
            pub const fn title(self) -> &'static str {
                match self { $(Kind::$name => $title,)+ }
            }
        }
    };
}

kinds! {
    /// The policy refuses it; the clauses say why.
    Refused = "refused", FORBIDDEN, "The policy refuses this";
    /// No token, or one that opens nothing.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "A valid token is needed";
    /// A form that was not sent from a page of ours.
    Foreign = "foreign", FORBIDDEN, "The form does not come from here";
    /// Too many tokens that open nothing.
    Throttled = "throttled", TOO_MANY_REQUESTS, "Too many attempts";
    /// Not HTTP, not JSON, or not text where text is needed.
    Malformed = "malformed", BAD_REQUEST, "The request cannot be read";
    /// It can be read, and does not say what it must.
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "The request does not say what it must";
    /// There is no such thing.
    NotFound = "not-found", NOT_FOUND, "There is no such thing";
    /// The address is right and the method is not.
    Method = "method-not-allowed", METHOD_NOT_ALLOWED, "This address does not take this method";
    /// Something else got there first.
    Conflict = "conflict", CONFLICT, "Something else got there first";
    /// The body is too long.
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "The body is too long";
    /// The body is of another media type.
    MediaType = "media-type", UNSUPPORTED_MEDIA_TYPE, "The body must be of another media type";
    /// The range asked for is not within the file.
    Range = "range", RANGE_NOT_SATISFIABLE, "The range is not within the file";
    /// It took too long to come in.
    Timeout = "timeout", REQUEST_TIMEOUT, "The request took too long";
    /// The machine cannot do it now.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The server cannot do this now";
    /// What is stored is damaged.
    Corrupt = "corrupt", INTERNAL_SERVER_ERROR, "What is stored is damaged";
    /// A slip of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR, "The server made a mistake";
}

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// A URI that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    uri: &'static str,
    /// The kind in words.
    #[schema(value_type = String)]
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong this time, and what would be right.
    #[schema(value_type = String)]
    detail: Box<str>,
    /// Which part of the request is meant, such as `values.email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    place: Option<Box<str>>,
    /// For a refusal: the clauses it rests on, as `document#verb.name`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<String>)]
    clauses: Box<[String]>,
    /// For a refusal: why, one reason for each ground.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<Reason>)]
    reasons: Box<[Reason]>,
    /// The ledger entry of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    #[serde(skip)]
    #[schema(ignore)]
    kind: Kind,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after_seconds: Option<NonZeroU16>,
}

/// One ground of a refusal.
#[derive(Serialize, ToSchema)]
pub struct Reason {
    /// What it rests on: `document#verb.name`, `document#verb` or `policy`.
    clause: String,
    /// The code of the reason.
    #[schema(value_type = String)]
    code: &'static str,
    /// The reason in a sentence.
    #[schema(value_type = String)]
    sentence: &'static str,
    /// The words of the policy that the clause stands beside, cut short.
    #[serde(skip_serializing_if = "Option::is_none")]
    prose: Option<String>,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem {
            uri: kind.uri(),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail: detail.into().into(),
            place: None,
            clauses: Box::default(),
            reasons: Box::default(),
            entry: None,
            kind,
            retry_after_seconds: None,
        }
    }

    /// A part of the request that is wrong. The problem reads on from the place: `is not a date`.
    pub fn invalid(place: impl Into<String>, problem: impl std::fmt::Display) -> Problem {
        let place = place.into();
        let detail = format!("{place} {problem}");
        Problem {
            place: Some(place.into()),
            ..Problem::new(Kind::Invalid, detail)
        }
    }

    /// A refusal, with what the policy says.
    pub fn refused(policy: &Policy, refusal: &Refusal, entry: Option<u64>) -> Problem {
        let reasons: Vec<Reason> = refusal
            .grounds
            .iter()
            .map(|ground| Reason {
                clause: policy.citation(ground.cited),
                code: ground.why.code(),
                sentence: ground.why.sentence(),
                prose: prose(policy, ground.cited),
            })
            .collect();
        let mut clauses: Vec<String> = reasons.iter().map(|reason| reason.clause.clone()).collect();
        clauses.dedup();
        let sentences: Vec<&str> = reasons.iter().map(|reason| reason.sentence).collect();
        let detail = sentences.join("; ");
        Problem {
            clauses: clauses.into(),
            reasons: reasons.into(),
            entry,
            ..Problem::new(Kind::Refused, detail)
        }
    }

    /// The same, to be tried again after so many seconds.
    pub fn retry_after(self, seconds: u16) -> Problem {
        Problem {
            retry_after_seconds: NonZeroU16::new(seconds),
            ..self
        }
    }

    /// Something that cannot happen unless we made a mistake. The cause goes to the log.
    pub fn internal(cause: &str) -> Problem {
        tracing::error!(cause, "a mistake of ours");
        Problem::new(Kind::Internal, "it was recorded in the server's log")
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// For a refusal: each clause with the code of its reason.
    pub fn refusals(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.reasons.iter().map(|it| (it.clause.as_str(), it.code))
    }

    /// Which part of the request is meant.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// What is wrong, in a sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// What a clause says to people, cut short.
fn prose(policy: &Policy, cited: Cited) -> Option<String> {
    let Cited::Clause(id) = cited else {
        return None;
    };
    let (document, clause) = (policy.document(id.document)?, policy.clause(id)?);
    let text = document.text.get(clause.prose.clone())?;
    let mut short = String::new();
    for word in text.split_whitespace() {
        if short.len() + word.len() >= PROSE_LENGTH_MAX {
            short.push_str(" …");
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    (!short.is_empty()).then_some(short)
}

/// What is said where a disk is full.
const FULL: &str = "a disk of the server is full: make room on it, and ask again; the ledger tells \
                    whether anything was done";

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        if failure.is_full() {
            tracing::error!(%failure, "full");
            return Problem::new(Kind::Unavailable, FULL).retry_after(30);
        }
        match failure {
            Failure::Invalid { place, problem } => Problem::invalid(place, problem),
            Failure::NotFound(what) => {
                Problem::new(Kind::NotFound, format!("there is no such {what}"))
            }
            Failure::Conflict(what) => Problem::new(Kind::Conflict, what),
            Failure::Unavailable(cause) => {
                tracing::error!(cause, "unavailable");
                let detail = "whether it was done is found in the ledger; try again";
                Problem::new(Kind::Unavailable, detail).retry_after(1)
            }
            Failure::Corrupt(cause) => {
                tracing::error!(cause, "corrupt");
                let detail = "the server's log names the place; restore it from a backup";
                Problem::new(Kind::Corrupt, detail)
            }
        }
    }
}

/// Whatever an operation does not list is a problem.
impl utoipa::IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let schema = openapi::Ref::from_schema_name("Problem");
        let content = openapi::ContentBuilder::new().schema(Some(schema)).build();
        let response = openapi::ResponseBuilder::new()
            .description("A problem (RFC 9457)")
            .content(PROBLEM_JSON, content)
            .build();
        BTreeMap::from([("default".to_owned(), RefOr::T(response))])
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let json = HeaderValue::from_static(PROBLEM_JSON);
        let mut response =
            (self.kind.status(), [(header::CONTENT_TYPE, json)], body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.get()));
        }
        if self.kind == Kind::Unauthenticated {
            let challenge = HeaderValue::from_static("Bearer realm=\"kept\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_problem_has_a_type_of_its_own() {
        let mut types: Vec<_> = Kind::ALL.iter().map(|kind| kind.uri()).collect();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), Kind::ALL.len());
    }

    #[test]
    fn every_kind_of_problem_is_in_the_manual() {
        let manual = include_str!("../../../../docs/api.md");
        for kind in Kind::ALL {
            let code = kind.uri().rsplit(':').next().unwrap();
            let status = kind.status();
            let told =
                |line: &str| line.contains(&format!("`{code}`")) && line.contains(status.as_str());
            assert!(manual.lines().any(told), "{code} {status}");
        }
    }

    #[test]
    fn causes_stay_in_the_log() {
        for failure in [
            Failure::Unavailable("disk 7".into()),
            Failure::Corrupt("row 7".into()),
        ] {
            let problem = Problem::from(failure);
            assert!(!problem.detail().contains('7'), "{}", problem.detail());
            assert!(problem.kind().status().is_server_error());
        }
    }
}
