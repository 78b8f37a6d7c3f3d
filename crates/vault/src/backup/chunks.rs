//! Cutting a copy of rows into chunks so that two copies share what did not change. It stores none.
//!
//! The pages of a file stand still, so it is cut by length. Rows in a file of rows move up when one
//! before them goes, so that is cut where its content says: after a place whose last 64 bytes
//! have a certain hash, whatever went before (FastCDC, Xia et al., 2016, in its plain form).

use super::files;
use crate::store::Form;
use std::io::{self, Read};

/// How much of a file's pages one chunk holds, in bytes: a multiple of every page's length.
const PAGES_LENGTH: usize = 256 * 1024;
/// The shortest and the longest chunk of rows, in bytes; the last may be shorter.
const ROWS_LENGTH_MIN: usize = 64 * 1024;
const ROWS_LENGTH_MAX: usize = 1024 * 1024;
/// The bits of the hash that are nought where a chunk ends: about once in 256 KiB.
const MASK: u64 = 0xffff_c000_0000_0000;

/// The chunks of a copy, in order.
pub struct Chunks<R> {
    from: R,
    form: Form,
    gear: [u64; 256],
    /// What was read and not yet given out.
    ahead: Vec<u8>,
}

impl<R: Read> Chunks<R> {
    /// The chunks of a copy of a form.
    pub fn of(from: R, form: Form) -> Chunks<R> {
        // The same numbers for the same bytes, in every house.
        let number = |byte: u8| {
            let digest = files::digest(&[byte]);
            u64::from_be_bytes(*digest.first_chunk().unwrap_or(&[0; 8]))
        };
        let mut gear = [0; 256];
        for (place, byte) in gear.iter_mut().zip(0..=u8::MAX) {
            *place = number(byte);
        }
        Chunks {
            from,
            form,
            gear,
            ahead: Vec::new(),
        }
    }

    /// The next chunk; an empty one at the end.
    pub fn next(&mut self) -> io::Result<Vec<u8>> {
        let length_max = match self.form {
            Form::File => PAGES_LENGTH,
            Form::Rows => ROWS_LENGTH_MAX,
        };
        let wanted = length_max.saturating_sub(self.ahead.len()) as u64;
        (&mut self.from).take(wanted).read_to_end(&mut self.ahead)?;
        let length = match self.form {
            Form::File => self.ahead.len(),
            Form::Rows => self.cut(),
        };
        let rest = self.ahead.split_off(length);
        Ok(std::mem::replace(&mut self.ahead, rest))
    }

    /// Where the content says that a chunk ends.
    fn cut(&self) -> usize {
        let mut hash = 0_u64;
        for (at, byte) in self.ahead.iter().enumerate().skip(ROWS_LENGTH_MIN - 64) {
            let number = self.gear.get(usize::from(*byte)).copied();
            hash = (hash << 1).wrapping_add(number.unwrap_or(0));
            if at + 1 >= ROWS_LENGTH_MIN && hash & MASK == 0 {
                return at + 1;
            }
        }
        self.ahead.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kept_terms::Randomness;
    use kept_testing::Dice;
    use std::collections::HashSet;

    fn chunks(bytes: &[u8], form: Form) -> Vec<Vec<u8>> {
        let mut chunks = Chunks::of(bytes, form);
        std::iter::from_fn(|| chunks.next().ok().filter(|it| !it.is_empty())).collect()
    }

    #[test]
    fn a_row_that_goes_leaves_most_chunks_as_they_were() {
        let mut rows = vec![0; 8 << 20];
        Dice::seeded(3).fill(&mut rows);
        let before = chunks(&rows, Form::Rows);
        assert_eq!(before.concat(), rows);
        assert!((12..80).contains(&before.len()), "{}", before.len());
        rows.drain(1_000_000..1_000_333);
        let after = chunks(&rows, Form::Rows);
        assert_eq!(after.concat(), rows);
        let before: HashSet<_> = before.into_iter().collect();
        let new = after.iter().filter(|it| !before.contains(*it)).count();
        assert!(new <= 2, "{new} new chunks of {}", after.len());
    }

    #[test]
    fn pages_are_cut_by_length() {
        let lengths = chunks(&vec![1; 600 * 1024], Form::File);
        let lengths: Vec<usize> = lengths.iter().map(Vec::len).collect();
        assert_eq!(lengths, [256 * 1024, 256 * 1024, 88 * 1024]);
    }
}
