//! What surrounds every handler: its time, its log line, its counts, its headers, and the end of
//! its panics.
//! It sees templates of routes and statuses; it looks at no path and no body.

use super::{Api, Kind, Problem, limits};
use crate::ambient::Stopwatch;
use crate::traces;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use tracing::Instrument as _;

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whether it speaks TLS with the server itself.
    pub tls: bool,
}

/// Marks a response whose page may have a style of its own.
#[derive(Clone, Copy)]
pub(crate) struct Page;

/// Marks a page that may run our own script, and have it ask us.
#[derive(Clone, Copy)]
pub(crate) struct Scripted;

/// Marks a page that pages of these origins may show within them.
#[derive(Clone)]
pub(super) struct FramedBy(pub Vec<String>);

/// The routes that may take as long as they need: they stream, or they go through everything.
const UNHURRIED: [&str; 17] = [
    "/centre/{lang}/about-me/copy",
    "/v1/collect/bulk",
    "/v1/use/bulk",
    "/v1/people/{id}/export",
    "/v1/feeds/{id}/run",
    "/v1/collect/files",
    "/v1/people/{id}/files/{field}",
    "/v1/sweep",
    "/v1/rotate",
    "/v1/backup",
    "/v1/audit",
    "/v1/systems/{system}/clients/{client}/return",
    "/v1/systems/{system}/clients/{client}/end",
    "/v1/courses/due",
    "/v1/unconfirmed",
    "/v1/surveys/{id}/results",
    "/v1/policy/simulate",
];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What every response says of itself. Nothing here is ever framed, sniffed, referred to or shared
/// across origins.
const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];
const API_CONTENT: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const PAGE_CONTENT: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'",
);

const SCRIPTED_CONTENT: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// For how long browsers are to insist on TLS, once they came over it.
const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Surrounds the routes, and answers what no route does.
pub(super) fn surround(router: Router<Api>, api: &Api) -> Router<Api> {
    router
        .fallback(nothing_here)
        .method_not_allowed_fallback(other_method)
        .layer(from_fn_with_state(api.clone(), around))
}

async fn nothing_here() -> Problem {
    Problem::new(Kind::NotFound, "the API is described at /openapi.json")
}

async fn other_method() -> Problem {
    Problem::new(
        Kind::Method,
        "the `Allow` header and /openapi.json name those it takes",
    )
}

async fn around(State(api): State<Api>, request: Request, next: Next) -> Response {
    let stopwatch = Stopwatch::start();
    let number = api.requests.fetch_add(1, Ordering::Relaxed);
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let travelled = Travelled::of(&request, api.behind_proxy);
    let span = traces::request(method, route, request.headers());
    let handling = async {
        match (names_one_host(&request), travelled) {
            (false, _) => Problem::new(Kind::Malformed, "send one `Host` header").into_response(),
            (true, Travelled::Plainly) => {
                let problem = "it came unencrypted; send it over https";
                Problem::new(Kind::Malformed, problem).into_response()
            }
            (true, Travelled::Unseen | Travelled::OverTls) => next.run(request).await,
        }
    };
    let handling = AssertUnwindSafe(handling.instrument(span.clone())).catch_unwind();
    let handled = match UNHURRIED.contains(&route) {
        true => Ok(handling.await),
        false => tokio::time::timeout(limits::REQUEST_TIME_MAX, handling).await,
    };
    let mut response = match handled {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            api.metrics.panic();
            Problem::internal("a handler panicked").into_response()
        }
        Err(_) => {
            let most = limits::REQUEST_TIME_MAX.as_secs();
            Problem::new(Kind::Timeout, format!("it may take {most} seconds")).into_response()
        }
    };
    if travelled == Travelled::Plainly && response.status().is_success() {
        api.door.answered_plainly();
    }
    let took = stopwatch.elapsed();
    let status = response.status();
    dress(&mut response);
    if travelled == Travelled::OverTls {
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
    let id = format!("{}-{number:x}", api.run);
    traces::answered(&span, status.as_u16());
    log(&id, method, route, status, took.as_micros());
    api.metrics.request(method, route, status.as_u16(), took);
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Whether a request of HTTP/1.1 that came over a connection names one host (RFC 9112, section
/// 3.2): of two, a proxy may have looked at the other.
fn names_one_host(request: &Request) -> bool {
    let connected = request.extensions().get::<Peer>().is_some();
    let hosts = request.headers().get_all(header::HOST).iter().count();
    !connected || hosts == 1 || (hosts == 0 && request.version() < Version::HTTP_11)
}

/// Whether a cookie of an answer may only ever travel over TLS: the request did, or a proxy that
/// was declared stands between. It did not within the machine alone.
pub(crate) fn is_secure(extensions: &axum::http::Extensions, behind_proxy: bool) -> bool {
    behind_proxy || extensions.get::<Peer>().is_some_and(|peer| peer.tls)
}

/// How a request came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Travelled {
    /// Over TLS, to the server or to the proxy before it.
    OverTls,
    /// Within the machine, or from a proxy that does not say.
    Unseen,
    /// In the open between machines: nothing is answered to that.
    Plainly,
}

impl Travelled {
    fn of(request: &Request, behind_proxy: bool) -> Travelled {
        let peer = request.extensions().get::<Peer>();
        let told = request.headers().get("x-forwarded-proto");
        match (peer, told) {
            (Some(peer), _) if peer.tls => Travelled::OverTls,
            (_, Some(told)) if behind_proxy => {
                match told.as_bytes().eq_ignore_ascii_case(b"https") {
                    true => Travelled::OverTls,
                    false => Travelled::Plainly,
                }
            }
            (Some(peer), _) if !behind_proxy && !peer.address.ip().is_loopback() => {
                Travelled::Plainly
            }
            (_, _) => Travelled::Unseen,
        }
    }
}

fn dress(response: &mut Response) {
    let page = response.extensions().get::<Page>().is_some();
    let scripted = response.extensions().get::<Scripted>().is_some();
    let framed = response.extensions().get::<FramedBy>().and_then(framing);
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    let content = match (page, scripted) {
        (true, true) => SCRIPTED_CONTENT,
        (true, false) => PAGE_CONTENT,
        (false, _) => API_CONTENT,
    };
    let content = framed.unwrap_or(content);
    headers.insert(header::CONTENT_SECURITY_POLICY, content);
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

/// The content policy of a page that may be framed. What is no origin, and could say something else
/// there, is left out.
fn framing(framed: &FramedBy) -> Option<HeaderValue> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":/.-[]".contains(c);
    let is_origin = |text: &&String| {
        let rest = text.strip_prefix("https://");
        let rest = rest.or_else(|| text.strip_prefix("http://localhost"));
        rest.is_some() && text.chars().all(plain)
    };
    let origins: Vec<&str> = framed
        .0
        .iter()
        .filter(is_origin)
        .map(String::as_str)
        .collect();
    if origins.is_empty() {
        return None;
    }
    let content = PAGE_CONTENT;
    let framing = format!("frame-ancestors {}", origins.join(" "));
    let content = content
        .to_str()
        .ok()?
        .replace("frame-ancestors 'none'", &framing);
    HeaderValue::try_from(content).ok()
}

fn log(request: &str, method: &str, route: &str, status: StatusCode, micros: u128) {
    let status = status.as_u16();
    let micros = u64::try_from(micros).unwrap_or(u64::MAX);
    match status {
        ..400 => tracing::debug!(request, method, route, status, micros, "answered"),
        400..500 => tracing::info!(request, method, route, status, micros, "not done"),
        500.. => tracing::warn!(request, method, route, status, micros, "failed"),
    }
}

/// The method as a word of the program: others are not told apart.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_that_are_named_may_frame_a_form() {
        let framed = |origins: &[&str]| {
            let framed = FramedBy(origins.iter().map(|it| (*it).to_owned()).collect());
            framing(&framed).map(|value| value.to_str().unwrap_or_default().to_owned())
        };
        let named = framed(&["https://www.example.com", "https://shop.example.org:8443"]);
        let named = named.unwrap_or_default();
        let ancestors = "frame-ancestors https://www.example.com https://shop.example.org:8443";
        assert!(named.ends_with(ancestors), "{named}");
        for odd in [
            "*",
            "http://example.com",
            "https://a.example; script-src *",
            "'self'",
        ] {
            assert_eq!(framed(&[odd]), None, "{odd}");
        }
    }
}
