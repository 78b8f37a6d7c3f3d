//! `POST /v1/people/{id}/files/{field}`: a file about a person comes in, as the request's body.
//! It is decided before the first byte is read, sealed as it comes, and decided again before it is
//! stored; memory stays the same however long it is.

use crate::api::acts::{day, stored};
use crate::api::asked::{OnceKey, Person, Query, once_of, parameter};
use crate::api::auth::Bearer;
use crate::api::{Acted, Api, Kind, Problem, limits};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use futures::StreamExt as _;
use kept_processing::{Admitted, Caller, Collect, Given, Once, Performed, Subject, Upload};
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many pieces of a body may wait to be sealed.
const WAITING_MAX: usize = 4;

/// What the query says of a file. Nothing in it is about the person.
const KNOWN: [&str; 5] = ["channel", "purpose", "service", "notice", "collected-on"];

/// Collect a file
///
/// Stores the body of the request as a file about the person, if the policy takes it. The content
/// type is the file's, and so is the name in `Content-Disposition: attachment; filename*=`. It may
/// have 8 GiB. Repeated with the same idempotency key it is told again without being read; the key
/// stands for the file's length, type and name, not for its content.
#[utoipa::path(post, path = "/v1/people/{id}/files/{field}", tag = "people",
    params(
        ("id" = String, Path, format = "uuid", description = "The person"),
        ("field" = String, Path, description = "The field that takes the file"),
        ("channel" = String, Query, description = "The channel through which it came"),
        ("purpose" = Option<String>, Query, description = "One of the purposes it is collected for"),
        ("service" = Option<String>, Query, description = "The service asked for along with it"),
        ("notice" = Option<bool>, Query, description = "Whether the person was told before"),
        ("collected-on" = Option<String>, Query, description = "The day it was collected"),
        OnceKey,
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = CREATED, description = "It was stored",
         body = crate::api::acts::Stored),
        Problem,
    ))]
pub(super) async fn upload(State(api): State<Api>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let Bearer(caller) = Bearer::from_request_parts(&mut parts, &api).await?;
    let Person(person) = Person::from_request_parts(&mut parts, &api).await?;
    let field = parameter(&mut parts, &api, "field").await?;
    let query = Query::of(parts.uri.query(), &KNOWN)?;
    let coming = Given::Coming {
        name: file_name(&parts.headers),
        media_type: media_type(&parts.headers)?,
    };
    let said = described(&parts.headers, parts.uri.query());
    let once = once_of(&parts.headers, &caller, &parts.method, &parts.uri, &said)?;
    let declared = length(&parts.headers);
    if declared.is_some_and(|length| length > limits::UPLOAD_BYTES_MAX) {
        return Err(too_large());
    }
    let collect = Collect {
        subject: Subject::Known(person),
        purpose: query.get("purpose").map(str::to_owned),
        service: query.get("service").map(str::to_owned),
        notice_given: query.flag("notice")?,
        collected_on: query
            .get("collected-on")
            .map(|text| day("collected-on", text))
            .transpose()?,
        values: vec![(field, coming)],
        ..Collect::through(query.needed("channel")?)
    };
    take_in(&api, caller, collect, once, body).await
}

/// Asks, takes the body in, and stores it.
async fn take_in(
    api: &Api,
    caller: Arc<Caller>,
    collect: Collect,
    once: Option<Once>,
    body: Body,
) -> Result<Response, Problem> {
    let stopwatch = crate::ambient::Stopwatch::start();
    let _room = api.uploads.try_acquire().map_err(|_| {
        Problem::new(Kind::Unavailable, "too many files are coming in").retry_after(5)
    })?;
    let told = |performed: Result<Performed, kept_processing::Failure>| {
        api.note("collect", &performed, stopwatch.elapsed());
        let Acted {
            entry,
            policy,
            effect,
        } = api.acted(performed)?;
        stored(entry, policy, effect)
    };
    let upload = match api.door.admit(&caller, collect, once.as_ref()).await {
        Ok(Admitted::Coming(upload)) => *upload,
        Ok(Admitted::Answered(performed)) => return told(Ok(performed)),
        Err(failure) => return told(Err(failure)),
    };
    let upload = receive(upload, body).await?;
    // From here on it goes to its end, even if nobody waits for it.
    let busy = api.acts.clone().acquire_owned().await;
    let busy = busy.map_err(|_| Problem::new(Kind::Unavailable, "the server is stopping"))?;
    let door = api.door.clone();
    let work = async move {
        let performed = door.arrive(&caller, upload, once.as_ref()).await;
        drop(busy);
        performed
    };
    match tokio::spawn(work).await {
        Ok(performed) => told(performed),
        Err(_) => Err(Problem::internal("an act panicked")),
    }
}

/// Seals a body as it comes, on a thread that may wait for the disk.
async fn receive(upload: Upload, body: Body) -> Result<Upload, Problem> {
    let (pieces, waiting) = channel(WAITING_MAX);
    let sealing = tokio::task::spawn_blocking(move || seal(upload, waiting));
    let sent = send(body, pieces).await;
    let sealed = sealing.await;
    // What went wrong with the sealing is why the sending stopped.
    let upload = sealed.map_err(|_| Problem::internal("a sealing panicked"))??;
    sent.map(|()| upload)
}

fn seal(mut upload: Upload, mut waiting: Receiver<Bytes>) -> Result<Upload, Problem> {
    while let Some(piece) = waiting.blocking_recv() {
        upload.write(&piece)?;
    }
    Ok(upload)
}

async fn send(body: Body, pieces: Sender<Bytes>) -> Result<(), Problem> {
    let mut body = body.into_data_stream();
    let mut length = 0;
    loop {
        let next = tokio::time::timeout(limits::UPLOAD_PAUSE_MAX, body.next()).await;
        let slow = || {
            Problem::new(
                Kind::Timeout,
                "nothing more of the body has come for too long",
            )
        };
        match next.map_err(|_| slow())? {
            None => return Ok(()),
            Some(Err(_)) => return Err(Problem::new(Kind::Malformed, "the body broke off")),
            Some(Ok(piece)) => {
                length += u64::try_from(piece.len()).unwrap_or(u64::MAX);
                if length > limits::UPLOAD_BYTES_MAX {
                    return Err(too_large());
                }
                if pieces.send(piece).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

fn too_large() -> Problem {
    let most = limits::UPLOAD_BYTES_MAX;
    Problem::new(Kind::TooLarge, format!("a file may have {most} bytes"))
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What a request says of its file, for telling it from others.
fn described(headers: &HeaderMap, query: Option<&str>) -> Vec<u8> {
    let mut said = query.unwrap_or_default().as_bytes().to_vec();
    for name in [CONTENT_LENGTH, CONTENT_TYPE, CONTENT_DISPOSITION] {
        said.push(b'\n');
        said.extend(headers.get(name).map_or(&b""[..], |value| value.as_bytes()));
    }
    said
}

fn media_type(headers: &HeaderMap) -> Result<String, Problem> {
    let said = headers.get(CONTENT_TYPE).map(|value| value.to_str());
    let media_type = said.transpose().ok().flatten();
    let media_type = media_type.unwrap_or("application/octet-stream").trim();
    match media_type.len() <= limits::MEDIA_TYPE_LENGTH_MAX && media_type.contains('/') {
        true => Ok(media_type.to_ascii_lowercase()),
        false => Err(Problem::invalid("Content-Type", "is no media type")),
    }
}

/// The name in `Content-Disposition` (RFC 6266); what is not understood is no name.
fn file_name(headers: &HeaderMap) -> String {
    let said = headers.get(CONTENT_DISPOSITION);
    let said = said.and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut name = None;
    for part in said.split(';').map(str::trim) {
        if let Some(encoded) = part.strip_prefix("filename*=UTF-8''") {
            name = decoded(encoded);
            break;
        }
        let plain = part
            .strip_prefix("filename=")
            .map(|text| text.trim_matches('"'));
        name = plain.map(str::to_owned).or(name);
    }
    let name = name.filter(|name| !name.is_empty() && name.len() <= limits::FILE_NAME_LENGTH_MAX);
    name.unwrap_or_else(|| "unnamed".to_owned())
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_name_is_understood_or_none() {
        for (said, expected) in [
            ("attachment; filename=\"call.wav\"", "call.wav"),
            (
                "attachment; filename=a; filename*=UTF-8''f%C3%BCr.wav",
                "für.wav",
            ),
            ("attachment; filename*=UTF-8''%ff", "unnamed"),
            ("attachment; filename*=UTF-8''%4", "unnamed"),
            ("inline", "unnamed"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(said));
            assert_eq!(file_name(&headers), expected, "{said}");
        }
    }
}
