//! The machine's clock and its randomness: the only place that reads either.
//! Everything else is given them, so that a test can give its own.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use kept_terms::{Clock, Randomness, Timestamp};
use std::time::{Duration, Instant};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's randomness.
#[derive(Debug, Default)]
pub struct MachineRandomness(SystemRandom);

impl MachineRandomness {
    /// Opens it.
    pub fn new() -> MachineRandomness {
        MachineRandomness(SystemRandom::new())
    }
}

impl Randomness for MachineRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        // Keys made of anything else would be worthless, and there is no way to go on without keys.
        if self.0.fill(bytes).is_err() {
            tracing::error!("the operating system has no randomness; stopping");
            std::process::abort();
        }
    }
}

/// Measures how long something takes. It tells lengths of time, never the time.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// How long it has been.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_draws_bytes_that_differ() {
        let (mut first, mut second) = ([0; 32], [0; 32]);
        let randomness = MachineRandomness::new();
        randomness.fill(&mut first);
        randomness.fill(&mut second);
        assert!(first != second && first != [0; 32]);
    }
}
