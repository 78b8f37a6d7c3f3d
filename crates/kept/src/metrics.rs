//! What is counted and measured while serving, in the form that Prometheus reads.
//! Labels are words of the program and of the policy; never a path, an address or anything about a
//! person.

use metrics::{Counter, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of the buckets of durations, in seconds.
const BUCKETS: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

const METADATA: Metadata<'static> = Metadata::new("kept", Level::INFO, None);

/// The counters and measures of one server.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    staged: AtomicU64,
    sequenced: AtomicU64,
    /// What was looked up before, so that a busy route costs no lookup.
    routes: RwLock<HashMap<String, RouteMeters>>,
    acts: RwLock<Vec<ActMeters>>,
}

/// The meters of one route.
struct RouteMeters {
    /// By method and status.
    answers: Vec<((&'static str, u16), Counter)>,
    seconds: Histogram,
}

/// The meters of one act with one outcome.
struct ActMeters {
    of: (&'static str, &'static str),
    count: Counter,
    seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Metrics {
        let seconds = Matcher::Suffix("_seconds".to_owned());
        // It fails only without buckets, and there are some; without them it would show quantiles.
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(seconds, &BUCKETS)
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        Metrics {
            recorder,
            handle,
            staged: AtomicU64::new(0),
            sequenced: AtomicU64::new(0),
            routes: RwLock::default(),
            acts: RwLock::default(),
        }
    }

    /// A request was answered.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        {
            let routes = self.routes.read().unwrap_or_else(|p| p.into_inner());
            if let Some(meters) = routes.get(route)
                && let Some((_, counter)) = meters.answers.iter().find(|a| a.0 == (method, status))
            {
                counter.increment(1);
                meters.seconds.record(took.as_secs_f64());
                return;
            }
        }
        self.know_route(method, route, status);
        self.request(method, route, status, took);
    }

    fn know_route(&self, method: &'static str, route: &str, status: u16) {
        let labels = vec![
            Label::from_static_parts("method", method),
            Label::new("route", route.to_owned()),
            Label::new("status", status.to_string()),
        ];
        let answers = self.counter(Key::from_parts("kept_requests_total", labels));
        let labels = vec![Label::new("route", route.to_owned())];
        let seconds = self.histogram(Key::from_parts("kept_request_seconds", labels));
        let mut routes = self.routes.write().unwrap_or_else(|p| p.into_inner());
        let meters = routes.entry(route.to_owned()).or_insert(RouteMeters {
            answers: Vec::new(),
            seconds,
        });
        meters.answers.push(((method, status), answers));
    }

    /// An act was performed, refused or failed, in so much time from the facts to the release.
    pub fn act(&self, act: &'static str, outcome: &'static str, took: Duration) {
        {
            let acts = self.acts.read().unwrap_or_else(|p| p.into_inner());
            if let Some(meters) = acts.iter().find(|m| m.of == (act, outcome)) {
                meters.count.increment(1);
                meters.seconds.record(took.as_secs_f64());
                return;
            }
        }
        let labels = vec![
            Label::from_static_parts("act", act),
            Label::from_static_parts("outcome", outcome),
        ];
        let count = self.counter(Key::from_parts("kept_acts_total", labels));
        let labels = vec![Label::from_static_parts("act", act)];
        let seconds = self.histogram(Key::from_parts("kept_act_seconds", labels));
        let of = (act, outcome);
        let meters = ActMeters { of, count, seconds };
        self.acts
            .write()
            .unwrap_or_else(|p| p.into_inner())
            .push(meters);
        self.act(act, outcome, took);
    }

    /// An act was refused for a reason.
    pub fn refusal(&self, reason: &'static str) {
        let labels = vec![Label::from_static_parts("reason", reason)];
        self.count(Key::from_parts("kept_refusals_total", labels), 1);
    }

    /// A handler panicked.
    pub fn panic(&self) {
        self.count(Key::from_name("kept_panics_total"), 1);
    }

    /// Somebody showed a token that opens nothing.
    pub fn unauthenticated(&self) {
        self.count(Key::from_name("kept_unauthenticated_total"), 1);
    }

    /// The ledger will have an entry with this index; the answer is how many wait to be sequenced.
    pub fn staged(&self, index: u64) -> u64 {
        let staged = self
            .staged
            .fetch_max(index + 1, Ordering::Relaxed)
            .max(index + 1);
        staged.saturating_sub(self.sequenced.load(Ordering::Relaxed))
    }

    /// The ledger has so many entries.
    pub fn sequenced(&self, size: u64) {
        self.sequenced.fetch_max(size, Ordering::Relaxed);
    }

    /// A sweep is over.
    pub fn swept(&self, outcome: &'static str, items: u64, people: u64, took: Duration) {
        let labels = vec![Label::from_static_parts("outcome", outcome)];
        self.count(Key::from_parts("kept_sweeps_total", labels), 1);
        self.count(Key::from_name("kept_swept_items_total"), items);
        self.count(Key::from_name("kept_swept_people_total"), people);
        self.measure(Key::from_name("kept_sweep_seconds"), took);
    }

    /// So many messages were queued, sent, retried, dropped, found undeliverable or left doubtful.
    pub fn messages(&self, outcome: &'static str, count: u64) {
        if count > 0 {
            let labels = vec![Label::from_static_parts("outcome", outcome)];
            self.count(Key::from_parts("kept_messages_total", labels), count);
        }
    }

    /// How many messages wait, and how many may have left.
    pub fn post(&self, waiting: u64, doubtful: u64) {
        self.show("kept_messages_waiting", waiting);
        self.show("kept_messages_doubtful", doubtful);
    }

    /// Something in the background failed.
    pub fn worker_failed(&self, worker: &'static str) {
        let labels = vec![Label::from_static_parts("worker", worker)];
        self.count(Key::from_parts("kept_worker_failures_total", labels), 1);
    }

    /// A renewed certificate cannot be used.
    pub fn certificate_failed(&self) {
        self.count(Key::from_name("kept_certificate_failures_total"), 1);
    }

    /// No mail server takes messages at present.
    pub fn mail_failed(&self) {
        self.count(Key::from_name("kept_mail_failures_total"), 1);
    }

    /// An audit is over; it found a fault or none.
    pub fn audited(&self, outcome: &'static str) {
        let labels = vec![Label::from_static_parts("outcome", outcome)];
        self.count(Key::from_parts("kept_audits_total", labels), 1);
    }

    /// A feed was run, or its way was closed.
    pub fn feed_run(&self, outcome: &'static str) {
        let labels = vec![Label::from_static_parts("outcome", outcome)];
        self.count(Key::from_parts("kept_feed_runs_total", labels), 1);
    }

    /// A message to a webhook was taken, dropped or failed, or the webhook is gone.
    pub fn webhook(&self, outcome: &'static str) {
        let labels = vec![Label::from_static_parts("outcome", outcome)];
        self.count(Key::from_parts("kept_webhooks_total", labels), 1);
    }

    /// So much was told to recipients and not confirmed, and so much of it late.
    pub fn unconfirmed(&self, all: u64, late: u64) {
        self.show("kept_deliveries_unconfirmed", all);
        self.show("kept_deliveries_late", late);
    }

    /// Everything that was counted and measured, as Prometheus reads it.
    pub fn render(&self) -> String {
        let sequenced = self.sequenced.load(Ordering::Relaxed);
        let staged = self
            .staged
            .load(Ordering::Relaxed)
            .saturating_sub(sequenced);
        self.show("kept_ledger_entries", sequenced);
        self.show("kept_staged_entries", staged);
        self.handle.render()
    }

    /// Folds what was measured into its buckets, so that memory stays flat. Called every few
    /// seconds.
    pub fn tidy(&self) {
        self.handle.run_upkeep();
    }

    fn count(&self, key: Key, by: u64) {
        self.counter(key).increment(by);
    }

    fn measure(&self, key: Key, took: Duration) {
        self.histogram(key).record(took.as_secs_f64());
    }

    fn counter(&self, key: Key) -> Counter {
        self.recorder.register_counter(&key, &METADATA)
    }

    fn histogram(&self, key: Key) -> Histogram {
        self.recorder.register_histogram(&key, &METADATA)
    }

    fn show(&self, name: &'static str, value: u64) {
        let value = u32::try_from(value).map_or(f64::from(u32::MAX), f64::from);
        self.recorder
            .register_gauge(&Key::from_name(name), &METADATA)
            .set(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_shown() {
        let metrics = Metrics::new();
        for _ in 0..2 {
            metrics.request("GET", "/healthz", 200, Duration::from_millis(2));
        }
        metrics.request("GET", "/healthz", 503, Duration::from_millis(2));
        metrics.act("use", "done", Duration::from_micros(300));
        metrics.refusal("no-consent");
        assert_eq!(metrics.staged(9), 10);
        metrics.sequenced(4);
        let shown = metrics.render();
        for expected in [
            "kept_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 2",
            "kept_act_seconds_bucket{act=\"use\",le=\"0.0005\"} 1",
            "kept_refusals_total{reason=\"no-consent\"} 1",
            "kept_ledger_entries 4",
            "kept_staged_entries 6",
        ] {
            assert!(shown.contains(expected), "{expected}\n{shown}");
        }
    }

    /// Everything that can be counted, once.
    fn everything() -> String {
        let (metrics, took) = (Metrics::new(), Duration::from_millis(2));
        metrics.request("GET", "/healthz", 200, took);
        metrics.act("use", "done", took);
        metrics.refusal("no-consent");
        metrics.panic();
        metrics.unauthenticated();
        metrics.staged(9);
        metrics.swept("done", 1, 1, took);
        metrics.messages("sent", 1);
        metrics.post(1, 1);
        metrics.worker_failed("the sweep");
        metrics.certificate_failed();
        metrics.mail_failed();
        metrics.audited("sound");
        metrics.feed_run("done");
        metrics.webhook("taken");
        metrics.unconfirmed(1, 1);
        metrics.render()
    }

    #[test]
    fn every_alert_is_of_something_that_is_shown_and_everything_shown_is_documented() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
        let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let names = |text: &str| -> std::collections::BTreeSet<String> {
            let words = text.split(|c: char| !is_of_a_name(c));
            let ours = words.filter(|word| word.starts_with("kept_"));
            let bare = ours.map(|word| word.trim_end_matches("_bucket"));
            let bare = bare.map(|word| word.trim_end_matches("_count").trim_end_matches("_sum"));
            bare.map(str::to_owned).collect()
        };
        let shown = names(&everything());
        assert!(shown.len() > 20, "{shown:?}");
        let alerts = names(&read("packaging/alerts.yml"));
        assert!(alerts.len() > 10, "{alerts:?}");
        let unknown: Vec<_> = alerts.difference(&shown).collect();
        assert!(unknown.is_empty(), "no such metrics: {unknown:?}");
        let page = names(&read("docs/operations.md"));
        let untold: Vec<_> = shown.difference(&page).collect();
        assert!(untold.is_empty(), "not in docs/operations.md: {untold:?}");
    }
}
