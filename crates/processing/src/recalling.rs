//! Recalling: the noes that people said after a backup, which the ledger alone still knows once the
//! rows of that backup are put back.
//! It brings back what protects somebody and nothing else: a yes that was lost is asked for again.
//! What a hold had to do with, and whose key went with it, is cleared away.

use crate::command::ConsentTo;
use crate::door::{Asking, HELD_BACK};
use crate::{Caller, Command, Failure, Processing};
use kept_ledger::entry::{Entry, Person};
use kept_policy::Request;
use kept_terms::{Act, Day, PersonId};
use kept_vault::Seen;
use kept_vault::store::{Record, RecordKind, Store, Wanted, Word, Write};
use std::collections::BTreeMap;

/// The record of which entries' noes are still to be recalled.
const RECALLING: &[u8] = b"recalling";

/// Who recalls, as entries name it.
pub(crate) const RECALL: &str = "recall";

/// How many people one step looks at.
const STEP: usize = 1_000;

/// About what somebody said yes or no.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// Whether a purpose is objected to.
    Objection(String),
    /// Whether something is agreed to.
    Agreement(ConsentTo),
    /// Whether processing is paused.
    Pause,
    /// Whether they were erased but for what a hold keeps.
    Erasure,
    /// Whether a hold on them was lifted.
    Lifting,
}

/// What somebody said, whether it is a no, and whose it is as the ledger names them.
struct Said {
    by: Person,
    about: About,
    no: bool,
}

/// What an entry says of somebody's choices, if it does.
fn said(entry: &Entry<'_>) -> Option<Said> {
    let purpose = || entry.purpose.map(|name| name.as_str().to_owned());
    let to = || {
        let recipient = entry.recipient.map(|name| name.as_str().to_owned());
        let recipient = recipient.map(ConsentTo::Recipient);
        recipient.or_else(|| purpose().map(ConsentTo::Purpose))
    };
    let is_held = || entry.reference.is_some_and(|it| it.as_str() == HELD_BACK);
    let (about, no) = match Act::from_word(entry.act.as_str())? {
        Act::Object => (About::Objection(purpose()?), true),
        Act::Unobject => (About::Objection(purpose()?), false),
        Act::Withdraw => (About::Agreement(to()?), true),
        Act::Consent => (About::Agreement(to()?), false),
        Act::Restrict => (About::Pause, true),
        Act::Unrestrict => (About::Pause, false),
        Act::Erase if is_held() => (About::Erasure, true),
        Act::Lift => (About::Lifting, true),
        _ => return None,
    };
    let by = entry.person?;
    Some(Said { by, about, no })
}

/// What brings a no back to somebody as they are stored now; nothing where it is no choice.
fn command(seen: &Seen, about: About) -> Option<Command> {
    let person = seen.id;
    Some(match about {
        About::Lifting => return None,
        About::Objection(purpose) => Command::Object {
            person,
            purpose,
            objects: true,
        },
        About::Agreement(to) => Command::Consent {
            person,
            to,
            given: false,
            channel: String::new(),
        },
        // A hold that came after the backup is lost with the rows: what it kept is not destroyed.
        About::Erasure if !seen.state.holds.is_empty() => Command::Erase { person },
        About::Erasure | About::Pause => Command::Restrict {
            person,
            paused: true,
        },
    })
}

/// The change that has the noes of some entries recalled.
pub(crate) fn to_recall(range: Vec<u8>) -> Write {
    Write::PutRecord(Record {
        kind: RecordKind::Progress,
        key: RECALLING.to_vec(),
        value: range,
    })
}

impl<S: Store> Processing<S> {
    /// Recalls what is on record to be recalled. Interrupted, it begins anew: a no said twice is
    /// one.
    pub(crate) async fn recall(&self) -> Result<(), Failure> {
        let store = self.vault.store();
        let Some(range) = store.record(RecordKind::Progress, RECALLING).await? else {
            return Ok(());
        };
        let (from, to) = crate::restoring::read_lost(&range).unwrap_or_default();
        let mut all = Vec::new();
        self.each_permitted(from, to, &mut |entry| all.extend(said(entry)))?;
        let mut after: Option<PersonId> = None;
        while !all.is_empty() {
            let people = store.people(after, STEP).await?;
            let Some(last) = people.last() else { break };
            after = Some(*last);
            for person in people {
                self.recall_of(person, &all).await?;
            }
        }
        let done = Write::DeleteRecord(RecordKind::Progress, RECALLING.to_vec());
        Ok(store.book(vec![done]).await?)
    }

    /// Recalls what one person said last about each thing.
    async fn recall_of(&self, person: PersonId, all: &[Said]) -> Result<(), Failure> {
        let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
            return Ok(());
        };
        let own = all.iter().filter(|said| self.vault.is_of(&seen, &said.by));
        let last: BTreeMap<&About, bool> = own.map(|said| (&said.about, said.no)).collect();
        if last.contains_key(&About::Erasure) || last.contains_key(&About::Lifting) {
            self.clear_unreadable(person).await?;
            self.expire(person).await?;
        }
        for (about, _) in last.into_iter().filter(|(_, no)| *no) {
            let Some(command) = command(&seen, about.clone()) else {
                continue;
            };
            match self.perform(&Caller::system(RECALL), &command).await {
                // What is refused, and what the policy no longer speaks of, stays as the rows say.
                Ok(_) | Err(Failure::Invalid { .. } | Failure::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// Clears away what somebody's keys open no more: a class whose key went with a hold, or with
    /// what a hold did not keep, after these rows were copied.
    async fn clear_unreadable(&self, person: PersonId) -> Result<(), Failure> {
        let all = Wanted::Page {
            after: None,
            limit: usize::MAX,
        };
        let Some(seen) = self.vault.look(person, all).await? else {
            return Ok(());
        };
        let is_gone = |class: u32| !seen.has_key(Word(class));
        let items = seen.items.iter();
        let gone = items.filter(|item| item.anchor.is_none() && is_gone(item.class.0));
        let mut writes: Vec<Write> = gone
            .map(|item| Write::DeleteItem(item.field, item.number))
            .collect();
        let count = writes.len();
        let mut state = seen.state.clone();
        state.holds.retain(|hold| !is_gone(hold.class));
        let is_left = |number| {
            let mut items = seen.items.iter();
            items.any(|item| item.number == number && !is_gone(item.class.0))
        };
        state.held.retain(|held| is_left(held.number));
        let moving = seen.state.moving.iter();
        writes.extend(
            moving
                .filter(|(class, _)| is_gone(*class))
                .map(|(class, day)| Write::PutAnchor {
                    class: Word(*class),
                    old: Some(Day(*day)),
                    new: None,
                }),
        );
        state.moving.retain(|(class, _)| !is_gone(*class));
        let (moment, caller) = (self.moment(), Caller::system(RECALL));
        let asking = Asking::by_itself(&caller, &moment)?;
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(&asking, &request, &[])?;
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = Some("recovered:hold".to_owned());
        telling.count = u64::try_from(count).ok();
        let commit = self.changing(&seen, &state, writes, telling.permitted(&permit)?)?;
        self.commit_own(&moment, commit).await?;
        Ok(())
    }
}
