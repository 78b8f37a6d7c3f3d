//! The server's log: what happened to requests and to the machine, as text or JSON lines on
//! standard error.
//! It never holds personal information: routes are templates, causes name places, values are not
//! logged.

use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

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
pub fn start(format: Format, filter: &str) -> Result<(), crate::Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|_| {
        let problem = "the log filter is not one such as `info` or `kept=debug,warn`";
        crate::Failure::Invalid(problem.to_owned())
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // It fails where a log is started already, which is then the one to use.
    let _ = match format {
        Format::Text => builder.try_init(),
        Format::Json => builder.json().flatten_event(true).try_init(),
    };
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
