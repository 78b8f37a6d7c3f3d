//! What may stand in a span, and which addresses take traces.

use super::*;
use opentelemetry::Array;
use opentelemetry::trace::{Event, SpanContext, SpanId, SpanKind};
use opentelemetry_sdk::trace::SpanData;
use std::sync::Mutex;
use std::time::SystemTime;

/// Keeps what would have left.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<SpanData>>);

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

#[tokio::test]
async fn what_is_not_named_does_not_leave() {
    let told = "ada@example.com";
    let event = Event::with_name(told);
    let mut events = SpanEvents::default();
    events.events.push(event);
    let mut links = SpanLinks::default();
    let link = opentelemetry::trace::Link::new(
        SpanContext::empty_context(),
        vec![KeyValue::new("of", told)],
        0,
    );
    links.links.push(link);
    let list = Array::String(vec![told.into()]);
    let span = SpanData {
        span_context: SpanContext::empty_context(),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: "act".into(),
        start_time: SystemTime::UNIX_EPOCH,
        end_time: SystemTime::UNIX_EPOCH,
        attributes: vec![
            KeyValue::new("kept.act", "use"),
            KeyValue::new("email", told),
            KeyValue::new("kept.people.email", told),
            KeyValue::new("list", opentelemetry::Value::Array(list)),
        ],
        dropped_attributes_count: 0,
        events,
        links,
        status: Status::error(told),
        instrumentation_scope: opentelemetry::InstrumentationScope::default(),
    };
    let listed = Listed::before(Kept::default());
    listed.export(vec![span]).await.unwrap();
    let left = format!("{:?}", listed.inner.0.lock().unwrap());
    assert!(!left.contains("ada"), "{left}");
    assert!(left.contains("kept.act") && left.contains("use"), "{left}");
}

#[test]
fn traces_go_to_an_address_of_the_web() {
    let read = |to: &str, share| Settings::parse(to, share).map(|it| it.to.to_string());
    for (to, whole) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://collector/", "https://collector/v1/traces"),
        ("http://[::1]:4318/in/traces", "http://[::1]:4318/in/traces"),
    ] {
        assert_eq!(read(to, 0.5).unwrap(), whole);
    }
    for (to, share) in [
        ("127.0.0.1:4318", 1.0),
        ("ftp://collector", 1.0),
        ("http://", 1.0),
        ("http://name:secret@collector", 1.0),
        ("http://collector", 1.5),
        ("http://collector", f64::NAN),
    ] {
        assert!(read(to, share).is_err(), "{to} {share}");
    }
}
