//! Groups that do not look. They stand on what this server knows, where the ledger ends and who has
//! not changed since they were read, and on what is likely: that an address which nobody had a
//! moment ago is still nobody's. A guess goes out as one statement, which does nothing where any of
//! it is not so.

use super::super::calls::{self, End};
use super::super::group::{Draft, Part};
use super::super::trouble::{self, Kind};
use super::{Done, Trouble, Writer, work_out};
use tracing::Instrument as _;

/// How many groups look first at most, after guesses that were wrong: others write as well.
const LOOKS_MAX: u32 = 63;

/// How far guesses are to be trusted.
#[derive(Default)]
pub struct Trust {
    /// How many groups look first.
    looks: u32,
    /// How many will, should the next guess be wrong.
    doubt: u32,
}

impl Trust {
    /// Whether the next group may be guessed at.
    fn may(&mut self) -> bool {
        let may = self.looks == 0;
        self.looks = self.looks.saturating_sub(1);
        may
    }

    fn was_right(&mut self) {
        self.doubt = 0;
    }

    fn was_wrong(&mut self) {
        self.looks = self.doubt;
        self.doubt = (2 * self.doubt + 1).min(LOOKS_MAX);
    }
}

impl Writer {
    /// Sends a group without looking; nothing where it has to look.
    pub(super) async fn guess(
        &mut self,
        parts: &[Part<'_>],
        first: u64,
    ) -> Result<Option<Done>, Trouble> {
        let Some(mut draft) = Draft::guessed(parts, &self.changes, first, self.generation) else {
            return Ok(None);
        };
        if !self.trust.may() {
            return Ok(None);
        }
        let answers = work_out(&mut draft, parts);
        let (serial, member) = (self.serial.saturating_add(1), self.member()?);
        let end = End {
            next: first.saturating_add(draft.entries.len() as u64),
            serials: [self.serial, serial],
            fence: self.fence,
            member,
        };
        let call = match draft.is_reading() {
            true => calls::readings(&draft, &end),
            false => calls::at_once(&draft, &end),
        };
        let database = tracing::info_span!(target: "kept::spans", "database");
        let link = self.link().await.map_err(Trouble::Failed)?;
        let told = call.changed(link).instrument(database).await;
        let done = Done {
            answers,
            changed: draft.changed(),
            next: end.next,
            serial,
            generation: draft.generation,
            member,
        };
        let kind = match told {
            Ok(0) => None,
            Ok(_) => {
                self.trust.was_right();
                return Ok(Some(done));
            }
            Err(error) => Some(trouble::kind(&error)),
        };
        match kind {
            Some(Kind::Gone) => Err(Trouble::Lost(Some(done))),
            Some(Kind::Again) => Err(Trouble::Again),
            // Whatever is wrong is found by looking.
            None | Some(Kind::Replaced | Kind::ShutOut | Kind::Other) => {
                self.trust.was_wrong();
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_guesses_wrong_again_and_again_looks_more_and_more_often() {
        let mut trust = Trust::default();
        let mut looked = || {
            let mut looks = 0;
            while !trust.may() {
                looks += 1;
            }
            trust.was_wrong();
            looks
        };
        let looks: Vec<u32> = (0..8).map(|_| looked()).collect();
        assert_eq!(looks, [0, 0, 1, 3, 7, 15, 31, 63]);
        trust.was_right();
        trust.was_wrong();
        assert!(trust.looks == 0 && trust.may());
    }
}
