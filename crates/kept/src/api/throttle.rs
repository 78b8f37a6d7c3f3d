//! Turns away those who guess tokens: per address, by the minute, in bounded memory.
//! It never turns away a token that opens something.

use super::limits::{ADDRESSES_MAX, FAILURES_MAX};
use kept_terms::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

/// How long failures count, in seconds.
const WINDOW_SECONDS: i64 = 60;

/// How often each address failed lately.
#[derive(Default)]
pub(crate) struct Throttle {
    failures: Mutex<HashMap<IpAddr, (u32, i64)>>,
}

impl Throttle {
    /// Whether an address may try once more.
    pub fn allows(&self, address: IpAddr, now: Timestamp) -> bool {
        let failures = self
            .failures
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        match failures.get(&network(address)) {
            Some((count, since)) => *count < FAILURES_MAX || over(*since, now),
            None => true,
        }
    }

    /// Remembers that an address failed.
    pub fn failed(&self, address: IpAddr, now: Timestamp) {
        let mut failures = self
            .failures
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if failures.len() >= ADDRESSES_MAX {
            failures.retain(|_, (_, since)| !over(*since, now));
        }
        // Beyond so many addresses at once the guesses come from everywhere, and slowing one more
        // helps nobody.
        if failures.len() >= ADDRESSES_MAX && !failures.contains_key(&network(address)) {
            return;
        }
        let entry = failures
            .entry(network(address))
            .or_insert((0, now.as_second()));
        if over(entry.1, now) {
            *entry = (0, now.as_second());
        }
        entry.0 = entry.0.saturating_add(1);
    }
}

fn over(since: i64, now: Timestamp) -> bool {
    !(0..WINDOW_SECONDS).contains(&(now.as_second() - since))
}

/// What one guesser can change at will is left out: the lower half of an address of version 6.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_guesses_has_to_wait_a_minute() {
        let throttle = Throttle::default();
        let moment = |second| Timestamp::from_second(second).unwrap();
        let guesser: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        let other: IpAddr = "192.0.2.7".parse().unwrap();
        for _ in 0..FAILURES_MAX {
            assert!(throttle.allows(guesser, moment(5)));
            throttle.failed(guesser, moment(5));
        }
        assert!(!throttle.allows(guesser, moment(64)) && !throttle.allows(neighbour, moment(6)));
        assert!(throttle.allows(other, moment(6)) && throttle.allows(guesser, moment(65)));
    }

    #[test]
    fn memory_stays_bounded() {
        let throttle = Throttle::default();
        let now = Timestamp::UNIX_EPOCH;
        for number in 0..(ADDRESSES_MAX as u32 + 100) {
            throttle.failed(IpAddr::from(number.to_be_bytes()), now);
        }
        assert_eq!(throttle.failures.lock().unwrap().len(), ADDRESSES_MAX);
    }
}
