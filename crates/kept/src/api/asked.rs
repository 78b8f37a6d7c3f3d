//! What a request asks: its caller, its JSON body, and whether it is to be done at most once.
//! What does not fit is refused with the place and what was expected there; the value found is
//! never repeated.

use super::auth::{Bearer, address_of};
use super::{Api, Kind, Problem, limits};
use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kept_processing::case::Reference;
use kept_processing::{Caller, Once};
use kept_terms::{Name, PersonId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::sync::Arc;
use utoipa::ToSchema;

/// An authenticated request with a JSON body of at most `LIMIT` bytes.
pub(super) struct Asked<T, const LIMIT: usize = { limits::BODY_BYTES_MAX }> {
    /// Who asks.
    pub caller: Arc<Caller>,
    /// What.
    pub body: T,
    /// Under which idempotency key.
    pub once: Option<Once>,
}

/// The headers of a request that is to be done at most once.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `once` reads")]
pub(super) struct OnceKey {
    /// Repeated with the same key within a day, the request is done once and answered alike.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 200,
        pattern = "^[ -~]+$"
    )]
    idempotency_key: Option<String>,
}

/// A body that says nothing: none, or `{}`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl<T: DeserializeOwned, const LIMIT: usize> FromRequest<Api> for Asked<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Bearer(caller) = Bearer::from_request_parts(&mut parts, api).await?;
        let bytes = read(&parts.headers, body, LIMIT).await?;
        if !bytes.is_empty() && !is_json(&parts.headers) {
            let detail = "send `Content-Type: application/json`";
            return Err(Problem::new(Kind::MediaType, detail));
        }
        let once = once_of(&parts.headers, &caller, &parts.method, &parts.uri, &bytes)?;
        Ok(Asked {
            caller,
            body: parse(&bytes)?,
            once,
        })
    }
}

/// A request by anybody, with a JSON body.
pub(super) struct Said<T> {
    /// What is said.
    pub body: T,
    /// Where it comes from.
    pub from: IpAddr,
    /// What else came along.
    pub headers: HeaderMap,
}

impl<T: DeserializeOwned> FromRequest<Api> for Said<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let from = address_of(&request, api.behind_proxy);
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, limits::SAID_BYTES_MAX).await?;
        if !is_json(&parts.headers) {
            let detail = "send `Content-Type: application/json`";
            return Err(Problem::new(Kind::MediaType, detail));
        }
        Ok(Said {
            body: parse(&bytes)?,
            from,
            headers: parts.headers,
        })
    }
}

async fn read(headers: &HeaderMap, body: axum::body::Body, limit: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("it may have {limit} bytes; send less at once");
        Problem::new(Kind::TooLarge, detail)
    };
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if declared
        .and_then(|text| text.parse().ok())
        .is_some_and(|length: usize| length > limit)
    {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::new(Kind::Malformed, "the body broke off")),
    }
}

/// Whether a request says that its body is JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = value.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Reads JSON, or says where it does not fit. No body at all is read as `{}`.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // Lists would do for objects whose fields come in order, which nobody should rely on.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::invalid(
            "the body",
            "does not fit; expected an object",
        ));
    }
    match serde_json::from_slice(bytes) {
        Ok(body) => Ok(body),
        Err(_) => Err(mismatch::<T>(bytes)),
    }
}

/// Reads once more, slowly, to find out where the trouble is.
fn mismatch<T: DeserializeOwned>(bytes: &[u8]) -> Problem {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read: Result<T, _> = serde_path_to_error::deserialize(&mut reader);
    let error = match read {
        Err(error) => error,
        Ok(_) => return Problem::new(Kind::Malformed, "the body goes on after its JSON ends"),
    };
    let (line, column) = (error.inner().line(), error.inner().column());
    if !error.inner().is_data() {
        let detail = format!("the body is not JSON: line {line}, column {column}");
        return Problem::new(Kind::Malformed, detail);
    }
    let place: Vec<String> = error.path().iter().map(segment).collect();
    let place = match place.is_empty() {
        true => "the body".to_owned(),
        false => place.join("."),
    };
    Problem::invalid(place, expected(&error.inner().to_string()))
}

/// A step of a path. What could be something other than a declared name is left out.
fn segment(segment: &serde_path_to_error::Segment) -> String {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } if Name::new(key).is_ok() => key.clone(),
        Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => "…".to_owned(),
    }
}

/// The part of a parser's complaint that speaks of what was expected, which is ours; the rest may
/// repeat a value.
fn expected(complaint: &str) -> String {
    let complaint = complaint
        .rsplit_once(" at line ")
        .map_or(complaint, |(before, _)| before);
    if let Some(field) = complaint.strip_prefix("missing field ") {
        return format!("lacks the field {field}");
    }
    for ours in [
        kept_terms::NameError::NotAPerson.to_string(),
        TWICE.to_owned(),
    ] {
        if complaint == ours {
            return format!("does not fit: {ours}");
        }
    }
    if let Some(field) = complaint.strip_prefix("duplicate field ") {
        return format!("has the field {field} twice");
    }
    let unknown = complaint.starts_with("unknown field");
    // What is unknown stands first and may hold anything, so nothing after it is looked for where
    // the complaint does not end in words of ours.
    if complaint.ends_with("`, there are no fields") {
        return "has a field that is not known; none is".to_owned();
    }
    match (complaint.rsplit_once(", expected "), unknown) {
        (Some((_, wanted)), true) => format!("has a field that is not known; known: {wanted}"),
        (Some((_, wanted)), false) => format!("does not fit; expected {}", in_words(wanted)),
        (None, true) => "has a field that is not known".to_owned(),
        (None, false) => "does not fit".to_owned(),
    }
}

/// Numbers are asked for in words rather than in the program's types.
fn in_words(wanted: &str) -> &str {
    match wanted {
        "u8" => "a whole number from 0 to 255",
        "u32" | "u64" => "a whole number",
        other => other,
    }
}

/// What is said of a name that stands twice in an object.
const TWICE: &str = "a name stands twice";

/// Reads an object as pairs in their order, and refuses one in which a name stands twice: one of
/// the two would be lost.
pub(super) fn pairs<'de, D, V>(deserializer: D) -> Result<Vec<(String, V)>, D::Error>
where
    D: serde::Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct Visitor<V>(std::marker::PhantomData<V>);
    impl<'de, V: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<V> {
        type Value = Vec<(String, V)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Self::Value, A::Error> {
            let mut pairs: Vec<(String, V)> = Vec::new();
            let mut seen = std::collections::HashSet::new();
            while let Some((name, value)) = map.next_entry::<String, V>()? {
                if !seen.insert(name.clone()) {
                    return Err(serde::de::Error::custom(TWICE));
                }
                pairs.push((name, value));
            }
            Ok(pairs)
        }
    }
    deserializer.deserialize_map(Visitor(std::marker::PhantomData))
}

/// The query of a request, of which only some names are known and each stands once.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query.
    pub fn of(query: Option<&str>, known: &[&str]) -> Result<Query, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let parts = query.unwrap_or("").split('&');
        for part in parts.filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if !known.contains(&name) || pairs.iter().any(|(there, _)| there == name) {
                let known = known.join("`, `");
                let problem = format!("may have `{known}`, each once");
                return Err(Problem::invalid("the query", problem));
            }
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Ok(Query(pairs))
    }

    /// What stands under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What has to stand under a name.
    pub fn needed(&self, name: &str) -> Result<&str, Problem> {
        let missing = || Problem::invalid("the query", format!("lacks `{name}`"));
        self.get(name).ok_or_else(missing)
    }

    /// Whether something is said to be so; left out, it is not.
    pub fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::invalid(name, "is neither `true` nor `false`")),
        }
    }
}

/// The idempotency key of a request: bound to its token, and to everything that it asks.
pub(super) fn once_of(
    headers: &HeaderMap,
    caller: &Caller,
    method: &Method,
    uri: &Uri,
    body: &[u8],
) -> Result<Option<Once>, Problem> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    if keys.next().is_some() {
        return Err(Problem::invalid("Idempotency-Key", "stands twice"));
    }
    let fits = (1..=limits::KEY_LENGTH_MAX).contains(&key.len());
    let key = key.to_str().ok().filter(|_| fits).ok_or_else(|| {
        let most = limits::KEY_LENGTH_MAX;
        Problem::invalid(
            "Idempotency-Key",
            format!("is not 1 to {most} plain characters"),
        )
    })?;
    let hash = |parts: &[&[u8]]| {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        hash
    };
    Ok(Some(Once {
        key: match &caller.home {
            None => hash(&[caller.id.as_bytes(), key.as_bytes()]).to_vec(),
            Some(home) => {
                let home = home.to_string();
                hash(&[caller.id.as_bytes(), home.as_bytes(), key.as_bytes()]).to_vec()
            }
        },
        request: hash(&[method.as_str().as_bytes(), uri.path().as_bytes(), body]),
    }))
}

/// The person named by the path.
pub(super) struct Person(pub PersonId);

impl FromRequestParts<Api> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Person, Problem> {
        let id = parameter(parts, api, "id").await?;
        id.parse()
            .map(Person)
            .map_err(|error| Problem::invalid("id", format!("does not fit: {error}")))
    }
}

/// A name in the path.
pub(super) struct Word(pub String);

impl FromRequestParts<Api> for Word {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Word, Problem> {
        parameter(parts, api, "id").await.map(Word)
    }
}

/// The reference of a case in the path.
pub(super) struct Case(pub Reference);

impl FromRequestParts<Api> for Case {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Case, Problem> {
        let text = parameter(parts, api, "reference").await?;
        text.parse()
            .map(Case)
            .map_err(|error| Problem::invalid("reference", format!("does not fit: {error}")))
    }
}

/// A legal matter in the path.
pub(super) struct Matter(pub String);

impl FromRequestParts<Api> for Matter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Matter, Problem> {
        parameter(parts, api, "matter").await.map(Matter)
    }
}

/// A number in the path.
pub(super) struct Index(pub u64);

impl FromRequestParts<Api> for Index {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Index, Problem> {
        let text = parameter(parts, api, "index").await?;
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let index = text.parse().ok().filter(|_| plain);
        index
            .map(Index)
            .ok_or_else(|| Problem::invalid("index", "is not a number"))
    }
}

/// A parameter of the path, decoded.
pub(super) async fn parameter(parts: &mut Parts, api: &Api, name: &str) -> Result<String, Problem> {
    let unreadable = || Problem::new(Kind::Malformed, "the path is not UTF-8");
    let found = RawPathParams::from_request_parts(parts, api)
        .await
        .map_err(|_| unreadable())?;
    let found = found.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, value)| value.to_owned())
        .ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Sample {
        person: PersonId,
        #[serde(default)]
        age: Option<u8>,
        #[serde(default, deserialize_with = "pairs")]
        values: Vec<(String, String)>,
    }

    fn check(body: &[u8], expected: Expect) {
        let problem = parse::<Sample>(body).err().expect("it does not fit");
        expected.assert_eq(&format!(
            "{} {}",
            problem.kind().status().as_u16(),
            problem.detail()
        ));
    }

    #[test]
    fn a_body_that_takes_nothing_repeats_nothing_of_what_it_was_given() {
        let body = br#"{"name, expected Ada Byron":1}"#;
        let problem = parse::<Nothing>(body).err().expect("it does not fit");
        expect!["… has a field that is not known; none is"].assert_eq(problem.detail());
    }

    #[test]
    fn what_does_not_fit_is_told_without_its_value() {
        const ID: &str = "0190a5e0-0000-7000-8000-000000000000";
        check(b"", expect!["422 the body lacks the field `person`"]);
        check(b"{", expect!["400 the body is not JSON: line 1, column 1"]);
        check(
            br#"{"person":"Ada"}"#,
            expect![
                "422 person does not fit: a person's identifier is a UUID, such as `0190a5e0-0000-7000-8000-000000000000`"
            ],
        );
        check(
            br#"{"person":7}"#,
            expect!["422 person does not fit; expected a string"],
        );
        check(
            format!(r#"{{"person":"{ID}","age":3000}}"#).as_bytes(),
            expect!["422 age does not fit; expected a whole number from 0 to 255"],
        );
        check(
            format!(r#"{{"person":"{ID}","person":"{ID}"}}"#).as_bytes(),
            expect!["422 the body has the field `person` twice"],
        );
        check(
            format!(r#"{{"person":"{ID}","Ada":1}}"#).as_bytes(),
            expect!["422 … has a field that is not known; known: one of `person`, `age`, `values`"],
        );
        let twice = format!(r#"{{"person":"{ID}","values":{{"a":"1","a":"2"}}}}"#);
        check(
            twice.as_bytes(),
            expect!["422 values does not fit: a name stands twice"],
        );
        let odd = format!(r#"{{"person":"{ID}","values":{{"Ada Byron":[]}}}}"#);
        check(
            odd.as_bytes(),
            expect!["422 values.… does not fit; expected a string"],
        );
        check(
            format!(r#"{{"person":"{ID}"}} more"#).as_bytes(),
            expect!["400 the body goes on after its JSON ends"],
        );
        check(
            b"\xff\xfe",
            expect!["400 the body is not JSON: line 1, column 1"],
        );
    }
}
