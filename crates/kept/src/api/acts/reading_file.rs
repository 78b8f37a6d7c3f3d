//! `POST /v1/use/file`: the content of one stored file, as a stream, whole or from any place on.
//! Every request for it is a reading of its own and leaves its entry; chunks are opened as they are
//! sent.

use crate::api::answer::mistaken;
use crate::api::asked::Asked;
use crate::api::{Acted, Api, Kind, Problem};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kept_processing::{BlobReader, Caller, Command, Effect, Shown, Use};
use kept_terms::PersonId;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::mpsc::channel;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

/// How many chunks of 64 KiB may wait for the reader.
const WAITING_MAX: usize = 2;

/// Which file, and what for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FileReading {
    /// Whose it is.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// What for.
    purpose: String,
    /// The field that holds it.
    field: String,
    /// The item's number, as `/v1/use` tells it; left out, the last one.
    #[serde(default)]
    number: Option<u32>,
}

/// The range that is asked for, as it is written.
pub(in crate::api) struct Ranged(pub Option<String>);

impl FromRequestParts<Api> for Ranged {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Ranged, Problem> {
        Ok(Ranged(range_of(&parts.headers)))
    }
}

fn range_of(headers: &HeaderMap) -> Option<String> {
    headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// Use a file
///
/// Reads the content of a file for a purpose, whole or a range of it (`Range: bytes=…`).
#[utoipa::path(post, path = "/v1/use/file", tag = "acts", request_body = FileReading,
    params(("Range" = Option<String>, Header, description = "One range of bytes")),
    responses(
        (status = OK, description = "The content", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = PARTIAL_CONTENT, description = "The range", body = Vec<u8>, content_type = "application/octet-stream"),
        Problem,
    ))]
pub(super) async fn reading_file(
    State(api): State<Api>,
    Ranged(range): Ranged,
    asked: Asked<FileReading>,
) -> Result<Response, Problem> {
    let FileReading {
        person,
        purpose,
        field,
        number,
    } = asked.body;
    file(&api, &asked.caller, (person, purpose, field, number), range).await
}

/// Reads the file of a person, for a purpose, in a field, of a number or the last, and answers with
/// a range of it.
pub(in crate::api) async fn file(
    api: &Api,
    caller: &Arc<Caller>,
    (person, purpose, field, number): (PersonId, String, String, Option<u32>),
    range: Option<String>,
) -> Result<Response, Problem> {
    let command = Command::Use(Use {
        person,
        purpose,
        fields: vec![field],
    });
    let Acted { effect, .. } = api.act(caller, command, None).await?;
    let Effect::Values(released) = effect else {
        return Err(mistaken(&effect));
    };
    let wanted = released
        .into_iter()
        .filter(|one| number.is_none_or(|number| one.number == number));
    let files = wanted.filter_map(|released| match released.value {
        Shown::File {
            name,
            media_type,
            content,
        } => Some((name, media_type, content)),
        Shown::Clear(_) | Shown::Masked(_) => None,
    });
    let missing = || {
        Problem::new(
            Kind::NotFound,
            "the person has no such file that may be shown",
        )
    };
    let (name, media_type, content) = files.last().ok_or_else(missing)?;
    answer(&name, &media_type, content, range.as_deref())
}

fn answer(
    name: &str,
    media_type: &str,
    content: Box<BlobReader>,
    range: Option<&str>,
) -> Result<Response, Problem> {
    let length = content.length();
    let (status, from, to) = match range.map(|range| within(range, length)) {
        None | Some(Asking::Whole) => (StatusCode::OK, 0, length),
        Some(Asking::Part(from, to)) => (StatusCode::PARTIAL_CONTENT, from, to),
        Some(Asking::Outside) => {
            let detail = format!("it has {length} bytes");
            let mut response = Problem::new(Kind::Range, detail).into_response();
            set(
                response.headers_mut(),
                header::CONTENT_RANGE,
                &format!("bytes */{length}"),
            );
            return Ok(response);
        }
    };
    let mut response = (status, stream(content, from, to)).into_response();
    let headers = response.headers_mut();
    set(headers, header::CONTENT_LENGTH, &(to - from).to_string());
    set(headers, header::ACCEPT_RANGES, "bytes");
    if status == StatusCode::PARTIAL_CONTENT {
        set(
            headers,
            header::CONTENT_RANGE,
            &format!("bytes {from}-{}/{length}", to - 1),
        );
    }
    // Somebody else chose the type and the name, so neither is trusted to a browser.
    set(headers, header::CONTENT_TYPE, media_type);
    headers
        .entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/octet-stream"));
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    set(
        headers,
        header::CONTENT_DISPOSITION,
        &format!("attachment; filename*=UTF-8''{encoded}"),
    );
    Ok(response)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// What a `Range` header asks for.
#[derive(PartialEq, Eq, Debug)]
enum Asking {
    /// Nothing that is understood, so everything (RFC 9110 section 14.2).
    Whole,
    /// From the first byte up to and without the second.
    Part(u64, u64),
    /// Nothing that there is.
    Outside,
}

fn within(range: &str, length: u64) -> Asking {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Asking::Whole;
    };
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), _) if first >= length => Asking::Outside,
        (Ok(first), Ok(last)) if first <= last => {
            Asking::Part(first, last.saturating_add(1).min(length))
        }
        (Ok(first), Err(_)) if last.trim().is_empty() => Asking::Part(first, length),
        (Err(_), Ok(0)) if first.is_empty() => Asking::Outside,
        (Err(_), Ok(_)) if first.is_empty() && length == 0 => Asking::Outside,
        (Err(_), Ok(most)) if first.is_empty() => Asking::Part(length.saturating_sub(most), length),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => Asking::Whole,
    }
}

fn stream(mut content: Box<BlobReader>, from: u64, to: u64) -> Body {
    let (chunks, stream) = channel::<Result<Bytes, std::io::Error>>(WAITING_MAX);
    tokio::task::spawn_blocking(move || {
        let mut position = from;
        while position < to {
            let chunk = match content.read_from(position) {
                Ok(chunk) if chunk.is_empty() => return,
                Ok(chunk) => chunk,
                Err(failure) => {
                    let problem = Problem::from(kept_processing::Failure::from(failure));
                    // The connection breaks off, so that a part is not taken for the whole.
                    let _ = chunks
                        .blocking_send(Err(std::io::Error::other(problem.detail().to_owned())));
                    return;
                }
            };
            let left = usize::try_from(to - position).unwrap_or(usize::MAX);
            position += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            let bytes = Bytes::from_owner(chunk);
            if chunks
                .blocking_send(Ok(bytes.slice(..left.min(bytes.len()))))
                .is_err()
            {
                return;
            }
        }
    });
    Body::from_stream(ReceiverStream::new(stream))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::Server;
    use serde_json::json;

    #[test]
    fn ranges_are_understood_or_taken_for_the_whole() {
        for (range, expected) in [
            ("bytes=0-9", Asking::Part(0, 10)),
            ("bytes=90-", Asking::Part(90, 100)),
            ("bytes=-7", Asking::Part(93, 100)),
            ("bytes=-700", Asking::Part(0, 100)),
            ("bytes=50-700", Asking::Part(50, 100)),
            ("bytes=100-", Asking::Outside),
            ("bytes=-0", Asking::Outside),
            ("bytes=9-0", Asking::Whole),
            ("bytes=0-1,5-6", Asking::Whole),
            ("lines=0-9", Asking::Whole),
            ("bytes=99999999999999999999-", Asking::Whole),
        ] {
            assert_eq!(within(range, 100), expected, "{range}");
        }
    }

    #[tokio::test]
    async fn a_recording_is_played_from_any_place_on() {
        let server = Server::new().await;
        let content: Vec<u8> = (0..200_000u32)
            .map(|n| u8::try_from(n % 251).unwrap())
            .collect();
        let person = server
            .person_with_a_recording("ada@example.com", &content)
            .await;
        let trainer = server.token("staff", Some("trainer")).await;
        let wanted =
            json!({ "person": person, "purpose": "support-training", "field": "call-recording" });
        let whole = server.post("/v1/use/file", &trainer, &wanted).await;
        assert_eq!(
            (whole.status, &whole.bytes),
            (200, &content),
            "{}",
            whole.body
        );
        assert_eq!(whole.header("content-type"), Some("audio/wav"));
        let part = server
            .post("/v1/use/file", &trainer, &wanted)
            .with("range", "bytes=65530-131080")
            .await;
        assert_eq!(
            (part.status, part.bytes.as_slice()),
            (206, &content[65_530..=131_080])
        );
        assert_eq!(
            part.header("content-range"),
            Some("bytes 65530-131080/200000")
        );
        let outside = server
            .post("/v1/use/file", &trainer, &wanted)
            .with("range", "bytes=200000-")
            .await;
        assert_eq!(
            (outside.status, outside.header("content-range")),
            (416, Some("bytes */200000"))
        );
        let marketing = server.token("staff", Some("marketing")).await;
        assert_eq!(
            server
                .post("/v1/use/file", &marketing, &wanted)
                .await
                .status,
            403
        );
    }
}
