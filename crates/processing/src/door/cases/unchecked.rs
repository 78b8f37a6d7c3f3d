//! Messages to addresses that nobody has checked: few to one address, and few in all, however many
//! servers take forms. What is left out is left out in silence; the case is opened all the same.
//! It counts; what is written is no business of it.

use super::*;
use crate::outgoing::OF_A_CASE;
use crate::sign_in::Places;
use kept_vault::store::Commit;

/// How many first messages go to one address that nobody has checked, in a day.
const TO_ONE_MAX: u32 = 3;
/// A day, in seconds.
const TO_ONE_SECONDS: i64 = 86_400;
/// How many go to all of them in an hour, where strangers cause them.
const TO_ALL_MAX: u32 = 100;
/// An hour, in seconds.
const TO_ALL_SECONDS: i64 = 3_600;

/// Whether the first message about a case may go, and what is counted for it.
pub(super) enum First {
    /// It goes to somebody who is known, or to nobody.
    Uncounted,
    /// It goes to an address that nobody has checked.
    Counted(Box<Counted>),
    /// There were too many.
    TooMany,
}

/// What is counted.
pub(super) struct Counted {
    one: Places,
    all: Option<Places>,
}

impl First {
    /// Whether it goes.
    pub fn goes(&self) -> bool {
        !matches!(self, First::TooMany)
    }

    /// Counts it with the commit that queues it.
    pub fn count(&self, commit: &mut Commit, now: i64) {
        let First::Counted(counted) = self else {
            return;
        };
        counted.one.take(commit, TO_ONE_SECONDS, now);
        if let Some(all) = &counted.all {
            all.take(commit, TO_ALL_SECONDS, now);
        }
    }
}

impl<S: Store> Processing<S> {
    /// Whether the first message about a case that is about to be opened may go.
    pub(super) async fn first_message(
        &self,
        asking: &Asking<'_>,
        case: &Case,
    ) -> Result<First, Failure> {
        if rules::to_be_told(case) != Some(OF_A_CASE) {
            return Ok(First::Uncounted);
        }
        let Some(contact) = case.answered_at() else {
            return Ok(First::Uncounted);
        };
        let now = asking.moment.now.as_second();
        let contact = contact.trim().to_lowercase();
        let digest = self.vault.index("kept/case/unchecked", &contact);
        let digest = data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or(&digest));
        let about = format!("letters-{digest}");
        let one = self.places(&about, TO_ONE_SECONDS, now).await?;
        let all = match asking.caller.kind {
            ActorKind::Person => Some(self.places("letters", TO_ALL_SECONDS, now).await?),
            ActorKind::Staff
            | ActorKind::Machine
            | ActorKind::System
            | ActorKind::Administrator => None,
        };
        let crowded = all.as_ref().is_some_and(|all| all.taken >= TO_ALL_MAX);
        if one.taken >= TO_ONE_MAX || crowded {
            return Ok(First::TooMany);
        }
        Ok(First::Counted(Box::new(Counted { one, all })))
    }
}
