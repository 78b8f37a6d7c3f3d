//! Cases sealed and opened: each under the key of a day, so that those whose day is past open no
//! more in any copy.
//! A case is opened to be decided on, as a person's state is; what of it leaves is the door's.

use super::*;
use crate::seal::Opened;

impl<S: Store> Vault<S> {
    /// Makes the key of a class and day where it is missing; it is durable when this returns.
    pub async fn ready_day(&self, class: Word, day: Day) -> Result<(), Failure> {
        if self.keyring.class_day(class, day)?.is_some() {
            return Ok(());
        }
        self.maker.make(vec![Creation::ClassDay(class, day)]).await
    }

    /// Seals a case under the key of a class and day, which must have been made ready.
    pub fn seal_case(
        &self,
        class: Word,
        day: Day,
        reference: &[u8],
        case: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let key = self.keyring.class_day(class, day)?;
        let gone = || Failure::Unavailable("the key of the day is gone; try again".to_owned());
        key.ok_or_else(gone)?
            .seal_case(reference, case, &*self.randomness)
    }

    /// Opens a case; nothing where the key of its day is gone, and the case with it.
    pub fn open_case(
        &self,
        class: Word,
        day: Day,
        reference: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Opened>, Failure> {
        let key = self.keyring.class_day(class, day)?;
        key.map(|key| key.open_case(reference, sealed)).transpose()
    }
}
