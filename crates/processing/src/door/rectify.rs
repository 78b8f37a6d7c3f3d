//! Rectifying: a right value takes the place of a wrong one, under the same class, anchor and
//! purposes.

use super::reading::{known_items, mistaken};
use super::*;
use crate::command::Command;
use kept_terms::{Act, ActorKind, Country, ItemNumber, Normalised, Right, Set, SpecialCategory};
use kept_vault::Placed;
use kept_vault::store::{BlindIndex, Word};

impl<S: Store> Processing<S> {
    pub(super) async fn rectify(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Command::Rectify {
            person,
            purpose,
            field,
            value,
            number,
        } = asking.command
        else {
            return Err(mistaken());
        };
        let in_force = &asking.moment.in_force;
        let words = &asking.policy().words;
        let id: FieldId = declared(&words.fields, "field", field)?;
        let Some(field) = words.fields.get(id) else {
            return Err(mistaken());
        };
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
        let named = |name: &String| declared(&words.purposes, "purpose", name);
        let by_right = purpose.is_none() || asking.actor.kind == ActorKind::Person;
        let request = Request {
            purpose: purpose.as_ref().map(named).transpose()?,
            fields: Set::of(id),
            right: by_right.then_some(Right::Rectification),
            found: &found,
            ..Request::new(Act::Rectify, asking.actor)
        };
        let permit = match decided(asking, &request, &known, &items) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        let home = seen.state.home.clone();
        let index = || {
            self.vault
                .identifier(home.as_ref(), &field.name, &checked.compared)
        };
        let index = field.identifier.then(index);
        if let Some(index) = index {
            self.owner(asking, index, Some(*person)).await?;
        }
        let old = chosen(stored.into_iter().zip(items), asking.moment.today, *number);
        let mut state = seen.state.clone();
        let replaced = self.replace(asking, &permit, seen, &mut state, &old, &checked.shown);
        let Some((seen, mut writes)) = replaced.await? else {
            return Ok(Prepared::again(Some(*person)));
        };
        if let Some(index) = index {
            writes.extend(renamed(&mut state, word, index));
        }
        state.confirm(word, asking.moment.today);
        if of_clients {
            let alone = number.is_none();
            writes.extend(self.moved(asking, &mut state, &checked.shown, alone)?);
        }
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        let entry = telling.permitted(&permit)?;
        let then = Then::Give(Effect::Done);
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared { commit, then })
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

    fn found_in(&self, field: &Field, text: &str) -> Vec<(SpecialCategory, FoundIn)> {
        let place = match field.kind.is_free_text() {
            true => FoundIn::FreeText,
            false => FoundIn::Field,
        };
        let findings = self.screener.screen(text).into_iter();
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
        let value = match permit.redact() {
            true => self.redacted(value),
            false => value.to_owned(),
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

fn decided(
    asking: &Asking<'_>,
    request: &Request<'_>,
    person: &PersonFacts,
    items: &[ItemFacts],
) -> Decision {
    let facts = Facts {
        person,
        items,
        recipient: None,
    };
    decide(asking.policy(), request, &facts, asking.moment.today)
}

fn normalised(
    moment: &Moment,
    field: &Field,
    value: &str,
    country: Option<Country>,
) -> Result<Normalised, Failure> {
    let value = &moment.referred(field, value, moment.today, "value")?;
    let (choices, length_max) = (&field.choices, field.length_max);
    let checked = field.kind.normalise(value, country, choices, length_max);
    checked.map_err(|problem| Failure::invalid("value", problem.to_string()))
}

/// The items that are put right. What is past its day is not; it goes.
fn chosen(
    known: impl Iterator<Item = (StoredItem, ItemFacts)>,
    today: Day,
    number: Option<ItemNumber>,
) -> Vec<StoredItem> {
    let wanted = |(item, facts): &(StoredItem, ItemFacts)| {
        facts.due() > today && number.is_none_or(|number| item.number == number)
    };
    known.filter(wanted).map(|(item, _)| item).collect()
}

/// Gives the person one identifier of a field in place of those they had.
fn renamed(state: &mut PersonState, field: Word, index: BlindIndex) -> Vec<Write> {
    let of_field = |known: &&(u32, BlindIndex)| known.0 == field.0;
    let old = state
        .identifiers
        .iter()
        .filter(of_field)
        .map(|(_, old)| Write::Unclaim(*old));
    let mut writes: Vec<Write> = old.collect();
    state.identifiers.retain(|(known, _)| *known != field.0);
    state.identifiers.push((field.0, index));
    writes.push(Write::Claim(index));
    writes
}
