//! A clock that stands where it is put, and dice that fall the same way every time.
//! Nothing here reads the machine's.

use aws_lc_rs::digest::{SHA256, digest};
use kept_terms::{Clock, Randomness, Timestamp};
use std::sync::Mutex;

/// A clock that moves only when it is told to.
#[derive(Debug)]
pub struct Dial {
    now: Mutex<Timestamp>,
}

impl Dial {
    /// A clock that stands at a moment, such as `2026-11-23T12:00:00Z`.
    pub fn at(moment: &str) -> Dial {
        Dial {
            now: Mutex::new(moment.parse().expect("a moment in RFC 3339")),
        }
    }

    /// Puts the clock at another moment.
    pub fn set(&self, moment: &str) {
        *self.now.lock().expect("nobody panics with the clock") =
            moment.parse().expect("a moment in RFC 3339");
    }

    /// Moves the clock on by whole days.
    pub fn pass_days(&self, days: i64) {
        self.pass_seconds(days * 86_400);
    }

    /// Moves the clock on by seconds.
    pub fn pass_seconds(&self, seconds: i64) {
        let mut now = self.now.lock().expect("nobody panics with the clock");
        *now = Timestamp::from_second(now.as_second() + seconds).expect("a near moment");
    }
}

impl Clock for Dial {
    fn now(&self) -> Timestamp {
        *self.now.lock().expect("nobody panics with the clock")
    }
}

/// Dice whose falls follow from a seed. Fit for tests alone.
#[derive(Debug)]
pub struct Dice {
    seed: u64,
    thrown: Mutex<u64>,
}

impl Dice {
    /// Dice with a seed.
    pub fn seeded(seed: u64) -> Dice {
        Dice {
            seed,
            thrown: Mutex::new(0),
        }
    }
}

impl Randomness for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        let mut thrown = self.thrown.lock().expect("nobody panics with the dice");
        for chunk in bytes.chunks_mut(32) {
            *thrown += 1;
            let fallen = digest(&SHA256, format!("{} {}", self.seed, thrown).as_bytes());
            chunk.copy_from_slice(&fallen.as_ref()[..chunk.len()]);
        }
    }
}
