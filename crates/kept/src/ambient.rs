//! The clock and the randomness of the machine, for service.
//! Everything else is handed its time and chance; only this file takes them from the system.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use kept_terms::{Clock, Randomness, Timestamp};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The machine's source of unpredictable bytes.
#[derive(Debug, Default)]
pub struct SystemRandomness {
    source: SystemRandom,
}

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no key is safe, and going on would be worse than stopping.
        if self.source.fill(bytes).is_err() {
            std::process::abort();
        }
    }
}
