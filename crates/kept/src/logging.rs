//! The server's log: what happened to requests and to the machine, as text or JSON lines on
//! standard error.
//! It never holds personal information: routes are templates, causes name places, values are not
//! logged.

use crate::traces::{Traces, is_of_a_trace};
use std::io::IsTerminal as _;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// How lines of the log are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs, one JSON object a line.
    Json,
}

/// Starts the log. `filter` is what to show, such as `info` or `kept=debug`; answered requests are
/// shown from `debug` on, those that failed from `info` on. A second start changes nothing.
pub fn start(format: Format, filter: &str, traces: Option<&Traces>) -> Result<(), crate::Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|_| {
        let problem = "the log filter is not one such as `info` or `kept=debug,warn`";
        crate::Failure::Invalid(problem.to_owned())
    })?;
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let lines = match format {
        Format::Text => lines.boxed(),
        Format::Json => lines.json().flatten_event(true).boxed(),
    };
    // What is made for traces is for them alone.
    let lines = lines.with_filter(filter.and(filter_fn(|it| !is_of_a_trace(it))));
    let registry = tracing_subscriber::registry().with(lines);
    // It fails where a log is started already, which is then the one to use.
    let _ = registry.with(traces.map(Traces::layer)).try_init();
    std::panic::set_hook(Box::new(|panic| {
        // The message of a panic may hold a value, so only its place is told.
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
    Ok(())
}
