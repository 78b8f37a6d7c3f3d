//! Erasing one thing at somebody's wish: its row goes, and so do the copies of the same value under
//! other classes, and its identifier with it.
//! The key that it was sealed under goes with its person or its day, as when something is put
//! right.

use super::reading::{held_by, known_items, mistaken};
use super::rectify::{Held, dropped};
use super::*;
use crate::command::Command;
use kept_terms::{Act, Right, Set};

impl<S: Store> Processing<S> {
    pub(super) async fn erase_item(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Some(Command::EraseItem {
            person,
            field,
            number,
        }) = asking.command
        else {
            return Err(mistaken());
        };
        let (in_force, words) = (&asking.moment.in_force, &asking.policy().words);
        let id: FieldId = declared(&words.fields, "field", field)?;
        let field = words.fields.get(id).ok_or_else(mistaken)?;
        let word = in_force.field_word(id)?;
        let mut seen = self.seen(*person, Wanted::Fields(&[word])).await?;
        let known = asking.moment.person(&seen.state);
        let (stored, items) = known_items(in_force, &mut seen);
        let request = Request {
            fields: Set::of(id),
            right: Some(Right::Erasure),
            ..Request::new(Act::Erase, asking.actor)
        };
        let today = asking.moment.today;
        // That one, and whatever keeps the field as it is.
        let mut weighed = items.clone();
        weighed.retain(|item| item.held || item.number == *number);
        let facts = held_by(&known, &weighed);
        let permit = match decide(asking.policy(), &request, &facts, today) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        let items: Vec<_> = stored.into_iter().zip(items).collect();
        let held = Held {
            seen: &seen,
            field,
            country: known.country,
            today,
        };
        let mut old = self.chosen(&permit, &held, &items, Some(*number))?;
        // A copy that a law keeps stays.
        let is_owed = |(_, facts): &&(StoredItem, ItemFacts)| facts.is_owed(today);
        let owed: Vec<_> = items.iter().filter(is_owed).map(|it| it.1.number).collect();
        old.retain(|old| !owed.contains(&old.number));
        if old.is_empty() {
            return Err(Failure::NotFound("item"));
        }
        let given_up = self.given_up(&permit, &held, &items, &old)?;
        let mut state = seen.state.clone();
        let mut writes = dropped(&mut state, word, &given_up);
        writes.extend(
            old.iter()
                .map(|old| Write::DeleteItem(old.field, old.number)),
        );
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.count = u64::try_from(old.len()).ok();
        let commit = self.changing(&seen, &state, writes, telling.permitted(&permit)?)?;
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }
}
