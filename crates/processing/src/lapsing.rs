//! What recipients may no longer use because of time or of another version: an agreement that ran
//! out, a way that the policy in force closes. Everybody is looked at once a day and with each
//! version; what was told is remembered with the person, so that each is told once.
//! It tells; what may be passed on is decided at the door whenever something is.

use crate::door::{Moment, Processing, actor};
use crate::{Caller, Failure};
use kept_policy::*;
use kept_terms::{Act, PersonId, Set};
use kept_vault::store::{Record, RecordKind, Store, Wanted, Word, Write};
use kept_vault::{PersonState, Received};
use serde::{Deserialize, Serialize};

/// How many people one step looks at.
const STEP: usize = 1_000;

/// How far the looking has come.
const PROGRESS: &[u8] = b"lapsing";

/// How far the looking of a day, under a policy, has come.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Progress {
    day: i32,
    policy: String,
    after: Option<PersonId>,
    done: bool,
}

impl<S: Store> Processing<S> {
    /// Tells recipients what they may no longer use of whom, since an agreement ran out or the
    /// policy in force closes the way; the answer is of how many people something was told. Once a
    /// day, and once under each policy, everybody is looked at; interrupted, it goes on where it
    /// was.
    pub async fn tell_of_lapses(&self) -> Result<u64, Failure> {
        let moment = self.moment();
        let store = self.vault.store();
        let policy = moment.policy().digest.to_string();
        let stored = store.record(RecordKind::Progress, PROGRESS).await?;
        let stored: Option<Progress> = stored.and_then(|it| serde_json::from_slice(&it).ok());
        let mut at = stored
            .filter(|it| it.day == moment.today.0 && it.policy == policy)
            .unwrap_or(Progress {
                day: moment.today.0,
                policy,
                ..Progress::default()
            });
        let mut told = 0;
        while !at.done {
            let people = store.people(at.after, STEP).await?;
            at.done = people.len() < STEP;
            at.after = people.last().copied().or(at.after);
            for person in people {
                match self.tell_lapsed(&moment, person).await {
                    Ok(is_told) => told += u64::from(is_told),
                    // Another server changed what is in force: it is begun anew under that.
                    Err(Failure::Conflict(_)) => return Ok(told),
                    Err(failure) => return Err(failure),
                }
            }
            let value = serde_json::to_vec(&at)
                .map_err(|_| Failure::invalid("progress", "cannot be written down"))?;
            let record = Record {
                kind: RecordKind::Progress,
                key: PROGRESS.to_vec(),
                value,
            };
            store.book(vec![Write::PutRecord(record)]).await?;
        }
        Ok(told)
    }

    /// Tells the recipients of one person. Whoever changed meanwhile is looked at again tomorrow.
    ///
    /// # Errors
    /// [`Failure::Conflict`] where another server changed what it was decided on.
    async fn tell_lapsed(&self, moment: &Moment, person: PersonId) -> Result<bool, Failure> {
        let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
            return Ok(false);
        };
        let before = &seen.state;
        if before.received.is_empty() || before.erasing || before.remnant {
            return Ok(false);
        }
        let known = moment.person(before);
        let mut state = before.clone();
        for received in &before.received {
            close(moment, &known, &mut state, received)?;
        }
        if state == *before {
            return Ok(false);
        }
        let entry = self.noted(moment, "lapsing", Some(&seen), "recipients:lapsed")?;
        let commit = self.changing(&seen, &state, Vec::new(), entry)?;
        Ok(self.commit_own(moment, commit).await?.is_some())
    }
}

/// Notes in a state what a recipient may no longer use, or no longer have: what is to be told
/// follows from the difference.
fn close(
    moment: &Moment,
    known: &PersonFacts,
    state: &mut PersonState,
    received: &Received,
) -> Result<(), Failure> {
    let in_force = &moment.in_force;
    let recipient = in_force.recipient(Word(received.recipient));
    let words = received.fields.iter();
    let fields: Set<FieldId> = words
        .filter_map(|word| in_force.field(Word(*word)))
        .collect();
    let mut open = Set::EMPTY;
    for purpose in &received.purposes {
        let id = in_force.purpose(Word(*purpose));
        let is_open = match (recipient, id) {
            (Some(recipient), Some(id)) => may_go_on(moment, known, recipient, id, fields)?,
            (_, None) | (None, _) => false,
        };
        if let (true, Some(id)) = (is_open, id) {
            open.insert(id);
            continue;
        }
        let stopped = (received.recipient, *purpose);
        if !state.stopped.contains(&stopped) {
            state.stopped.push(stopped);
        }
    }
    // A way that is open may have become narrower.
    let (Some(recipient), Some(document)) = (recipient, moment.policy().document_of(known)) else {
        return Ok(());
    };
    if open.is_empty() {
        return Ok(());
    }
    let clauses = document.clauses.iter();
    let data = clauses.filter_map(|clause| match &clause.body {
        Body::Disclose(it) if it.to == recipient && !it.compelled => {
            it.purposes.intersects(open).then_some(it.data)
        }
        _ => None,
    });
    let data = data.fold(Set::EMPTY, Set::union);
    let same = |it: &&mut Received| it.recipient == received.recipient;
    if let Some(of_state) = state.received.iter_mut().find(same) {
        let stays = |word: &u32| {
            let field = in_force.field(Word(*word));
            field.is_some_and(|field| data.contains(field))
        };
        of_state.fields.retain(stays);
    }
    Ok(())
}

/// Whether a recipient may still use what it received for a purpose. What stops a feed for a time,
/// such as a report that lapsed, ends no use of what was passed on before.
fn may_go_on(
    moment: &Moment,
    known: &PersonFacts,
    recipient: RecipientId,
    purpose: PurposeId,
    fields: Set<FieldId>,
) -> Result<bool, Failure> {
    let policy = moment.policy();
    let caller = Caller::system("lapsing");
    let request = Request {
        purpose: Some(purpose),
        recipient: Some(recipient),
        fields,
        ..Request::new(Act::Disclose, actor(policy, &caller)?)
    };
    let evidence = moment.register.recipient(policy, recipient);
    let facts = Facts {
        person: known,
        items: &[],
        recipient: Some(&evidence),
    };
    let ends = |ground: &Ground| {
        matches!(
            ground.why,
            Why::NoConsent | Why::NoRecipient | Why::NoPurpose | Why::NoRoute | Why::NoDocument
        )
    };
    Ok(match decide(policy, &request, &facts, moment.today) {
        Decision::Permitted(_) => true,
        Decision::Refused(refusal) => !refusal.grounds.iter().any(ends),
    })
}
