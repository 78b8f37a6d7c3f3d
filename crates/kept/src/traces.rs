//! Traces: spans of requests, of acts and of what they wait for, sent to a collector (OTLP over
//! HTTP).
//! A span holds words of the program and of the policy, statuses and counts, by a closed list. It
//! never holds a person, a caller, a value or an address, and nothing ever waits for a collector.

mod collector;

use crate::Failure;
use axum::http::{HeaderMap, Uri};
use collector::Collector;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{RetryPolicy, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    Sampler, SdkTracerProvider, SpanData, SpanEvents, SpanExporter, SpanLinks,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracing::{Metadata, Span, Subscriber, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// What may stand in a span. Anything else is taken out before it leaves.
const ATTRIBUTES: [&str; 12] = [
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "kept.act",
    "kept.clauses",
    "kept.commits",
    "kept.items",
    "kept.keys",
    "kept.outcome",
    "kept.people",
    "kept.policy",
    "kept.reasons",
];

/// How long a collector may take to receive a batch.
const TIME_MAX: Duration = Duration::from_secs(5);

/// How long a server that stops waits for its last spans to leave.
const LAST_TIME_MAX: Duration = Duration::from_secs(2);

/// Routes that machines ask all the time, which say nothing in a trace.
const UNTRACED: [&str; 3] = ["/healthz", "/metrics", "/readyz"];

/// Where traces go, and how many of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The collector's address.
    to: Uri,
    /// The part of traces that is sent, from 0 to 1.
    share: f64,
}

impl Settings {
    /// Reads an address such as `http://127.0.0.1:4318`; without a path, traces go to its
    /// `/v1/traces`.
    pub fn parse(to: &str, share: f64) -> Result<Settings, Failure> {
        let wrong = || {
            let problem = "traces go to an address such as `http://127.0.0.1:4318`";
            Failure::Invalid(problem.to_owned())
        };
        let uri: Uri = to.parse().map_err(|_| wrong())?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_secret = uri.authority().is_some_and(|it| it.as_str().contains('@'));
        if !is_web || has_secret || uri.host().is_none_or(str::is_empty) {
            return Err(wrong());
        }
        if !(0.0..=1.0).contains(&share) {
            let problem = "the share of traces that is sent is a number from 0 to 1";
            return Err(Failure::Invalid(problem.to_owned()));
        }
        let to = match uri.path() {
            "" | "/" => format!("{}/v1/traces", to.trim_end_matches('/')),
            _ => to.to_owned(),
        };
        let to = to.parse().map_err(|_| wrong())?;
        Ok(Settings { to, share })
    }
}

/// Traces on their way to a collector.
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Begins to send. What is to be sent waits in a queue that drops what does not fit.
    pub fn start(settings: &Settings) -> Result<Traces, Failure> {
        let failed = |_| Failure::Unavailable("traces cannot be sent".to_owned());
        let client = Collector::new(TIME_MAX)
            .map_err(|problem| Failure::Unavailable(format!("traces cannot be sent: {problem}")))?;
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_retry_policy(RetryPolicy::disabled())
            .with_endpoint(settings.to.to_string())
            .with_timeout(TIME_MAX)
            .build()
            .map_err(failed)?;
        let sampler = Sampler::TraceIdRatioBased(settings.share);
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder_empty()
            .with_service_name("kept")
            .with_attribute(version);
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(Listed::before(exporter))
            .with_sampler(Sampler::ParentBased(Box::new(sampler)))
            .with_resource(resource.build())
            .build();
        Ok(Traces { provider })
    }

    /// What makes spans of the program into spans of traces.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'s> LookupSpan<'s> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("kept"))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_of_a_trace))
    }

    /// Sends what is left, for as long as two seconds.
    pub async fn end(self) {
        let end = move || self.provider.shutdown_with_timeout(LAST_TIME_MAX);
        // Whatever did not leave by then is lost, and nothing else.
        let _ = tokio::task::spawn_blocking(end).await;
    }
}

/// Whether something is a span that was made for traces. Spans and events of other crates may say
/// anything, and are never taken.
pub fn is_of_a_trace(of: &Metadata<'_>) -> bool {
    of.is_span() && of.target() == "kept::spans"
}

/// Begins the span of a request. One of the API goes on with the trace that it was sent in; pages
/// are for people, whose browsers have none to tell.
pub(crate) fn request(method: &'static str, route: &str, headers: &HeaderMap) -> Span {
    if UNTRACED.contains(&route) {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: "kept::spans",
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    if !span.is_disabled() && route.starts_with("/v1/") {
        let context = Context::new();
        let context =
            TraceContextPropagator::new().extract_with_context(&context, &OnlyParent(headers));
        // It fails only where the span has begun, and it has not.
        let _ = span.set_parent(context);
    }
    span
}

/// A request was answered.
pub(crate) fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// The number of a trace, of all that a request says of one: its `tracestate` and its baggage may
/// hold anything.
struct OnlyParent<'h>(&'h HeaderMap);

impl Extractor for OnlyParent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => self.0.get(key)?.to_str().ok(),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}

/// Lets through what may stand in a span, and nothing else.
#[derive(Debug)]
struct Listed<E> {
    inner: E,
    is_failing: AtomicBool,
}

impl<E> Listed<E> {
    fn before(inner: E) -> Listed<E> {
        Listed {
            inner,
            is_failing: AtomicBool::new(false),
        }
    }
}

impl<E: SpanExporter> SpanExporter for Listed<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(strip);
        let sent = self.inner.export(batch).await;
        // It is told when that changes, and not each time.
        let was_failing = self.is_failing.swap(sent.is_err(), Ordering::Relaxed);
        match (&sent, was_failing) {
            (Err(_), false) => tracing::warn!("the collector takes no traces; they are dropped"),
            (Ok(()), true) => tracing::info!("the collector takes traces again"),
            (Ok(()), false) | (Err(_), true) => {}
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

fn strip(span: &mut SpanData) {
    span.attributes
        .retain(|it| ATTRIBUTES.contains(&it.key.as_str()));
    span.events = SpanEvents::default();
    span.links = SpanLinks::default();
    if let Status::Error { description } = &mut span.status {
        *description = "".into();
    }
}

#[cfg(test)]
mod tests;
