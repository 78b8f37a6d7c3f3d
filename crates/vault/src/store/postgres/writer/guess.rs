//! Groups that do not look. They stand on what this server knows, where the ledger ends and who has
//! not changed since they were read, and on what is likely: that an address which nobody had a
//! moment ago is still nobody's. A guess goes out as one statement, which does nothing where any of
//! it is not so. Where others write as well, the statement says where the ledger ends and looks
//! whether anybody has changed; it is sent with those that wait for its turn, so that no turn is
//! longer for what happens between the server and the database.

use super::super::calls::{self, Call, Guess};
use super::super::connect::Link;
use super::super::found::unsigned;
use super::super::group::{Draft, Part};
use super::super::statements::Sql;
use super::super::trouble::{self, Kind};
use super::{Done, Trouble, Writer, work_out};
use tokio_postgres::Error;
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
    pub(super) async fn guess(&mut self, parts: &[Part<'_>]) -> Result<Option<Done>, Trouble> {
        let (changes, first) = match self.shared {
            true => (None, None),
            false => (Some(&self.changes), self.next),
        };
        if !self.shared && first.is_none() {
            return Ok(None);
        }
        let draft = Draft::guessed(parts, changes, first.unwrap_or(0), self.generation);
        let Some(mut draft) = draft.filter(|_| self.trust.may()) else {
            return Ok(None);
        };
        let answers = work_out(&mut draft, parts);
        let (serial, member) = (self.serial.saturating_add(1), self.member()?);
        let guess = Guess {
            first,
            serials: [self.serial, serial],
            fence: self.fence,
            member,
        };
        let database = tracing::info_span!(target: "kept::spans", "database");
        let link = self.link().await.map_err(Trouble::Failed)?;
        let told = out(link, &draft, &guess).instrument(database).await;
        let entries = draft.entries.len() as u64;
        let done = Done {
            adrift: first.is_none().then_some(entries),
            answers,
            changed: draft.changed(),
            next: first.unwrap_or(0).saturating_add(entries),
            serial,
            generation: draft.generation,
            member,
        };
        match told {
            Ok(Some(first)) => {
                self.trust.was_right();
                Ok(Some(done.landed_at(first)))
            }
            Ok(None) => Ok(self.has_to_look()),
            Err(error) => match trouble::kind(&error) {
                Kind::Gone => Err(Trouble::Lost(Some(done))),
                Kind::Again => Err(Trouble::Again),
                Kind::Replaced | Kind::ShutOut | Kind::Other => Ok(self.has_to_look()),
            },
        }
    }

    /// Whatever is wrong with a guess is found by looking.
    fn has_to_look(&mut self) -> Option<Done> {
        self.trust.was_wrong();
        None
    }
}

/// Sends a guess; the answer is the index of its first entry, or nothing where it was wrong.
async fn out(link: &Link, draft: &Draft<'_>, guess: &Guess) -> Result<Option<u64>, Error> {
    if let Some(first) = guess.first
        && draft.is_reading()
    {
        let staged = calls::readings(draft, guess).changed(link).await?;
        return Ok((staged > 0).then_some(first));
    }
    let call = calls::at_once(draft, guess);
    let rows = match guess.first {
        Some(_) => call.on(link).await?,
        None => {
            // What the statement sees is as it is once its turn has come.
            let turn = [Call::new(Sql::Queue), Call::new(Sql::LockEnd)];
            let client = link.client();
            let (begun, queued, locked, told, committed) = futures::join!(
                client.batch_execute("BEGIN"),
                turn[0].changed(link),
                turn[1].changed(link),
                call.on(link),
                client.batch_execute("COMMIT")
            );
            begun.and(queued).and(locked)?;
            let rows = told?;
            committed?;
            rows
        }
    };
    let first: Option<i64> = rows.first().map(|row| row.try_get(0)).transpose()?;
    Ok(first.map(unsigned))
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
