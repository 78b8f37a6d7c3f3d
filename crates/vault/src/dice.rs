//! Chance for tests: the same bytes from the same seed, in every run.
//! It never ships.

use crate::cipher::derive;
use kept_terms::Randomness;
use std::sync::Mutex;

/// A sequence of bytes that looks random and depends on the seed alone.
pub(crate) struct Dice(Mutex<u64>);

impl Dice {
    /// Starts the sequence of a seed.
    pub(crate) fn new(seed: u32) -> Dice {
        Dice(Mutex::new(u64::from(seed) << 32))
    }

    /// A number below another.
    pub(crate) fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        (u64::from_be_bytes(bytes) % end as u64) as usize
    }
}

impl Randomness for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let mut count = self.0.lock().unwrap();
            *count += 1;
            let block = derive(&[7; 32], &[b"dice", &count.to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
