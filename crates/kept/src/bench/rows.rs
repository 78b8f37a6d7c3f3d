//! The rows of the benchmark, one function each.
//! Each invents what it measures in a folder of its own, and leaves nothing behind.

mod database;
mod http;
mod intake;
mod pages;
mod store;
mod time;

pub use database::database;
pub use http::http;
pub use intake::{access_logs, files};
pub use pages::{archives, pages};
pub use store::{collecting, reading};
pub use time::{changing, decision, erasing, exporting, starting, sweeping};

use super::Row;
use super::load::Load;

/// A row that compares two rates.
fn rates(work: String, kept: Load, beside: Load, whose: &str, bar: &'static str, at: f64) -> Row {
    let ratio = kept.per_second / beside.per_second;
    Row {
        work,
        kept: each(kept),
        beside: format!("{whose} {}", each(beside)),
        ratio: Some(ratio),
        latency_micros: Some((kept.p50_micros, kept.p99_micros)),
        bar,
        reached: Some(ratio >= at),
    }
}

/// How many in a second, and for how long the processor worked for each.
fn each(load: Load) -> String {
    format!("{}/s {:.0} µs", thousands(load.per_second), load.cpu_micros)
}

/// A whole number with its thousands apart.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut apart = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

/// How much memory the process holds, in bytes; nought where the system does not say.
fn resident() -> u64 {
    const PAGE_BYTES: u64 = 4_096;
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = told.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.map_or(0, |pages: u64| pages.saturating_mul(PAGE_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        for (number, text) in [(7.4, "7"), (1_000.0, "1,000"), (1_234_567.0, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
