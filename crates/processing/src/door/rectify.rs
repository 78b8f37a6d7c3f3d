//! Rectifying: a right value takes the place of a wrong one, under the same class, anchor and
//! purposes.

use super::finding::told_age;
use super::reading::{held_by, known_items, mistaken};
use super::subject::Owner;
use super::*;
use crate::command::Command;
use kept_terms::{
    Act, ActorKind, ItemNumber, Normalised, PersonId, Right, Set, SpecialCategory, Territory,
};
use kept_vault::Placed;
use kept_vault::store::{BlindIndex, Word};

impl<S: Store> Processing<S> {
    pub(super) async fn rectify(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Some(Command::Rectify {
            person,
            purpose,
            field,
            value,
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
        let checked = normalised(asking.moment, field, value, known.country)?;
        let of_clients = field.register == Some(RegisterKind::Clients);
        if of_clients && self.must_expire(asking.moment, &seen).await {
            return Ok(Prepared::again(Some(*person)));
        }
        let found = self.found_in(field, &checked.shown);
        let index = self.identifying(field, &seen, &checked);
        let unfit = self.is_another_s(asking, index, *person).await?;
        let trying = self.trying(asking.caller, Some(*person)).await?;
        let named = |name: &String| declared(&words.purposes, "purpose", name);
        let by_right = purpose.is_none() || asking.actor.kind == ActorKind::Person;
        let request = Request {
            purpose: purpose.as_ref().map(named).transpose()?,
            fields: Set::of(id),
            right: by_right.then_some(Right::Rectification),
            found: &found,
            age: told_age(field, &checked.shown, asking.moment.today),
            unfit,
            tries: index.map_or(0, |_| self.tried(&trying, asking.moment.now)),
            ..Request::new(Act::Rectify, asking.actor)
        };
        let (facts, today) = (held_by(&known, &items), asking.moment.today);
        let permit = match decide(asking.policy(), &request, &facts, today) {
            Decision::Refused(refusal) => {
                let told = self.refuse(asking, &request, Some(&seen), refusal)?;
                return Ok(self.counted(told, unfit, &trying, asking.moment.now));
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
        let old = self.chosen(&permit, &held, &items, *number)?;
        let given_up = self.given_up(&permit, &held, &items, &old)?;
        let mut state = seen.state.clone();
        let replaced = self.replace(asking, &permit, seen, &mut state, &old, &checked.shown);
        let Some((seen, mut writes)) = replaced.await? else {
            return Ok(Prepared::again(Some(*person)));
        };
        if let Some(index) = index {
            writes.extend(renamed(&mut state, word, index, &given_up));
        }
        state.confirm(word, today);
        if of_clients {
            writes.extend(self.moved(asking, &mut state, &checked.shown, number.is_none())?);
        }
        self.put_right(asking, &request, &permit, &seen, &state, writes)
    }

    /// What is written when it is done, with its entry.
    fn put_right(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        seen: &Seen,
        state: &PersonState,
        writes: Vec<Write>,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(seen));
        let commit = self.changing(seen, state, writes, telling.permitted(permit)?)?;
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }

    /// Makes somebody a client's, with the day that its contract sets; the old ones' go, if this
    /// one stands alone.
    fn moved(
        &self,
        asking: &Asking<'_>,
        state: &mut PersonState,
        client: &str,
        alone: bool,
    ) -> Result<Vec<Write>, Failure> {
        let mut writes = Vec::new();
        asking.moment.belongs(state, client, alone)?;
        self.list_anchors(&asking.moment.in_force, state, &mut writes)?;
        Ok(writes)
    }

    /// The keyed index of a new value, where the field is an identifier.
    fn identifying(&self, field: &Field, seen: &Seen, checked: &Normalised) -> Option<BlindIndex> {
        let home = seen.state.home.as_ref();
        let indexed = || self.vault.identifier(home, &field.name, &checked.compared);
        field.identifier.then(indexed)
    }

    /// Whether an identifier is somebody else's.
    async fn is_another_s(
        &self,
        asking: &Asking<'_>,
        index: Option<BlindIndex>,
        person: PersonId,
    ) -> Result<bool, Failure> {
        let Some(index) = index else {
            return Ok(false);
        };
        let owner = self.owner(asking, index, Some(person)).await?;
        Ok(matches!(owner, Owner::Another))
    }

    /// The items that are put right: those that the permit is for, all or one. One value may stand
    /// under several classes, so with one item go the others of the same value. What is past its
    /// day is not put right; it goes.
    pub(super) fn chosen(
        &self,
        permit: &Permit,
        held: &Held<'_>,
        items: &[(StoredItem, ItemFacts)],
        number: Option<ItemNumber>,
    ) -> Result<Vec<StoredItem>, Failure> {
        let changes = items.iter().filter(|(_, facts)| permit.changes(facts));
        let Some(number) = number else {
            return Ok(changes.map(|(item, _)| item.clone()).collect());
        };
        let mut one = items.iter().filter(|(_, facts)| permit.changes(facts));
        let Some((item, facts)) = one.find(|(item, _)| item.number == number) else {
            return Ok(Vec::new());
        };
        let wanted = self.indexed(permit, held, item, facts)?;
        let mut chosen = Vec::new();
        for (other, facts) in changes {
            let same = wanted.is_some() && self.indexed(permit, held, other, facts)? == wanted;
            if same || other.number == number {
                chosen.push(other.clone());
            }
        }
        Ok(chosen)
    }

    /// The identifiers that nothing of the field stands for any more once these items are replaced.
    /// Where an item that is left cannot be looked at, it may be any of them.
    pub(super) fn given_up(
        &self,
        permit: &Permit,
        held: &Held<'_>,
        items: &[(StoredItem, ItemFacts)],
        old: &[StoredItem],
    ) -> Result<Vec<BlindIndex>, Failure> {
        if !held.field.identifier {
            return Ok(Vec::new());
        }
        let (mut gone, mut left) = (Vec::new(), Vec::new());
        for (item, facts) in items.iter().filter(|(_, facts)| facts.due() > held.today) {
            let index = self.indexed(permit, held, item, facts)?;
            let replaced = old.iter().any(|old| old.number == item.number);
            match (index, replaced) {
                (Some(index), true) => gone.push(index),
                (Some(index), false) => left.push(index),
                (None, true) => {}
                (None, false) => return Ok(Vec::new()),
            }
        }
        gone.retain(|index| !left.contains(index));
        Ok(gone)
    }

    /// The keyed index of a stored value; nothing where the permit does not let it be compared, or
    /// it is no text of one line.
    fn indexed(
        &self,
        permit: &Permit,
        held: &Held<'_>,
        item: &StoredItem,
        facts: &ItemFacts,
    ) -> Result<Option<BlindIndex>, Failure> {
        let field = held.field;
        let mut index = None;
        self.vault
            .matches(permit, held.seen, item, facts, |value| {
                let read = field
                    .kind
                    .normalise(value, held.country, &field.choices, usize::MAX);
                index = read.ok().map(|read| {
                    let home = held.seen.state.home.as_ref();
                    self.vault.identifier(home, &field.name, &read.compared)
                });
                false
            })?;
        Ok(index)
    }

    fn found_in(&self, field: &Field, text: &str) -> Vec<(SpecialCategory, FoundIn)> {
        let place = match field.kind.is_free_text() {
            true => FoundIn::FreeText,
            false => FoundIn::Field,
        };
        let findings = self.screener.screen(text).into_iter();
        let findings = findings.filter(|it| Some(it.category) != field.special);
        findings.map(|finding| (finding.category, place)).collect()
    }

    /// Seals a value anew in place of each old item, under a number of its own; nothing where the
    /// person was erased meanwhile.
    async fn replace(
        &self,
        asking: &Asking<'_>,
        permit: &Permit,
        seen: Seen,
        state: &mut PersonState,
        old: &[StoredItem],
        value: &str,
    ) -> Result<Option<(Seen, Vec<Write>)>, Failure> {
        if old.is_empty() {
            return Err(Failure::NotFound("item"));
        }
        let classes: Vec<_> = old.iter().map(|item| (item.class, item.anchor)).collect();
        let now = asking.moment.now;
        let ready = self.vault.make_ready(permit, Some(seen), now, &classes);
        let Some(seen) = ready.await? else {
            return Ok(None);
        };
        let field = old.first().map(|item| item.field);
        let value = match (permit.redact(), field) {
            (true, Some(field)) => self.redacted_in(asking, field, value),
            (true, None) => self.redacted(value),
            (false, _) => value.to_owned(),
        };
        let mut writes = Vec::with_capacity(2 * old.len());
        for old in old {
            let placed = Placed {
                number: state.number_item()?,
                ..Placed::from(old)
            };
            writes.push(Write::DeleteItem(old.field, old.number));
            writes.push(Write::PutItem(self.vault.seal(
                permit,
                &seen,
                placed,
                value.as_bytes(),
            )?));
        }
        Ok(Some((seen, writes)))
    }
}

fn normalised(
    moment: &Moment,
    field: &Field,
    value: &str,
    country: Option<Territory>,
) -> Result<Normalised, Failure> {
    let value = &moment.referred(field, value, moment.today, "value")?;
    let (choices, length_max) = (&field.choices, field.length_max);
    let checked = field.kind.normalise(value, country, choices, length_max);
    checked.map_err(|problem| Failure::invalid("value", problem.to_string()))
}

/// Gives the person an identifier of a field in place of those that were given up.
fn renamed(
    state: &mut PersonState,
    field: Word,
    index: BlindIndex,
    given_up: &[BlindIndex],
) -> Vec<Write> {
    let gone = given_up.iter().copied().filter(|old| *old != index);
    let mut writes = dropped(state, field, &gone.collect::<Vec<_>>());
    if !state.identifiers.contains(&(field.0, index)) {
        state.identifiers.push((field.0, index));
    }
    writes.push(Write::Claim(index));
    writes
}

/// Takes identifiers of a field from a person that nothing stands for any more.
pub(super) fn dropped(state: &mut PersonState, field: Word, gone: &[BlindIndex]) -> Vec<Write> {
    let is_gone = |(of, old): &(u32, BlindIndex)| *of == field.0 && gone.contains(old);
    let known = state.identifiers.iter().filter(|known| is_gone(known));
    let writes = known.map(|(_, old)| Write::Unclaim(*old)).collect();
    state.identifiers.retain(|known| !is_gone(known));
    writes
}

/// What is held of a person in the field that is put right.
pub(super) struct Held<'a> {
    pub seen: &'a Seen,
    pub field: &'a Field,
    pub country: Option<Territory>,
    pub today: Day,
}
