//! Rectifying: a right value takes the place of a wrong one, under the same class, anchor and
//! purposes.

use super::reading::{known_items, mistaken};
use super::*;
use crate::command::Command;
use kept_terms::{Act, ActorKind, Right, Set};
use kept_vault::Placed;

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
        let known = in_force.person(&seen.state);
        let (stored, items) = known_items(in_force, &mut seen);
        let checked = field
            .kind
            .normalise(value, known.country, &field.choices, field.length_max);
        let checked = checked.map_err(|problem| Failure::invalid("value", problem.to_string()))?;
        let place = if field.kind.is_free_text() {
            FoundIn::FreeText
        } else {
            FoundIn::Field
        };
        let findings = self.screener.screen(&checked.shown);
        let found: Vec<_> = findings
            .iter()
            .map(|finding| (finding.category, place))
            .collect();
        let request = Request {
            purpose: match purpose {
                Some(purpose) => Some(declared(&words.purposes, "purpose", purpose)?),
                None => None,
            },
            fields: Set::of(id),
            right: (purpose.is_none() || asking.actor.kind == ActorKind::Person)
                .then_some(Right::Rectification),
            found: &found,
            ..Request::new(Act::Rectify, asking.actor)
        };
        let facts = Facts {
            person: &known,
            items: &items,
            recipient: None,
        };
        let permit = match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        let shown = match permit.redact() {
            true => self.redacted(&checked.shown),
            false => checked.shown,
        };
        let classes: Vec<_> = stored
            .iter()
            .map(|item| (item.class, item.anchor))
            .collect();
        let seen = self
            .vault
            .make_ready(&permit, Some(seen), asking.moment.now, &classes)
            .await?;
        let mut state = seen.state.clone();
        let mut writes = Vec::new();
        let chosen = |item: &&StoredItem| number.is_none_or(|number| item.number == number);
        for old in stored.iter().filter(chosen) {
            let placed = Placed {
                field: old.field,
                number: state.number_item()?,
                origin: old.origin,
                class: old.class,
                anchor: old.anchor,
            };
            writes.push(Write::DeleteItem(old.field, old.number));
            let item = self.vault.seal(&permit, &seen, placed, shown.as_bytes())?;
            writes.push(Write::PutItem(item));
        }
        if writes.is_empty() {
            return Err(Failure::NotFound("item"));
        }
        if field.identifier {
            for (_, old) in state
                .identifiers
                .iter()
                .filter(|(field, _)| *field == word.0)
            {
                writes.push(Write::Unclaim(*old));
            }
            state.identifiers.retain(|(field, _)| *field != word.0);
            let index = self.vault.index(&field.name, &checked.compared);
            writes.push(Write::Claim(index));
            state.identifiers.push((word.0, index));
        }
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        let entry = telling.permitted(&permit)?;
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }
}
