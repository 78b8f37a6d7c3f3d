//! Many at once: runs the same work in so many tasks and tells rate and latencies.

use super::Trouble;
use crate::ambient::Stopwatch;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// What a load brought.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Load {
    /// How much was done in a second.
    pub per_second: f64,
    /// The median of how long one took, in microseconds.
    pub p50_micros: u64,
    /// The 99th percentile of how long one took, in microseconds.
    pub p99_micros: u64,
    /// How long the processor worked for each, whoever asked included, in microseconds; nought
    /// where the system does not say.
    pub cpu_micros: f64,
}

/// For how long the processor has worked for this process, in seconds; nought where the system does
/// not say. Unlike the time that passed it says nothing about what else the machine had to do.
pub fn cpu_seconds() -> f64 {
    // Both in hundredths of a second, after the name of the program, which may hold anything.
    let told = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = told.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// Does `work` `count` times, `in_flight` at once. The number it is given is different each time.
pub async fn run<W, F>(in_flight: usize, count: usize, work: W) -> Result<Load, Trouble>
where
    W: Fn(usize) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), Trouble>> + Send,
{
    let work = Arc::new(work);
    let (whole, worked) = (Stopwatch::start(), cpu_seconds());
    let mut tasks = Vec::with_capacity(in_flight);
    for task in 0..in_flight {
        let work = work.clone();
        tasks.push(tokio::spawn(async move {
            let mut taken = Vec::with_capacity(count / in_flight + 1);
            for number in (task..count).step_by(in_flight) {
                let one = Stopwatch::start();
                work(number).await?;
                taken.push(one.elapsed());
            }
            Ok::<Vec<Duration>, Trouble>(taken)
        }));
    }
    let mut taken = Vec::with_capacity(count);
    for task in tasks {
        taken.extend(task.await??);
    }
    let seconds = whole.elapsed().as_secs_f64();
    let worked = cpu_seconds() - worked;
    taken.sort_unstable();
    let at = |part: usize| {
        let place = taken.len().saturating_sub(1) * part / 100;
        taken.get(place).map_or(0, |time| {
            u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
        })
    };
    Ok(Load {
        per_second: taken.len() as f64 / seconds,
        p50_micros: at(50),
        p99_micros: at(99),
        cpu_micros: worked * 1e6 / taken.len().max(1) as f64,
    })
}

/// The same thing done by two, in turns, so that a machine that is busy with other things is busy
/// for both. The answer is the turn with the median ratio.
pub fn median(mut turns: Vec<(Load, Load)>) -> Option<(Load, Load)> {
    let ratio = |turn: &(Load, Load)| turn.0.per_second / turn.1.per_second;
    turns.sort_unstable_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    turns.get(turns.len() / 2).copied()
}

/// A number that looks like chance, the same for the same number.
pub fn scattered(number: usize, below: usize) -> usize {
    let mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    usize::try_from(mixed >> 33).unwrap_or(0) % below.max(1)
}
