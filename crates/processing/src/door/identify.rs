//! Finding and verifying people: by identifiers, and by what they say of themselves.
//! A verification answers match or no match, and never shows what is stored.

use super::reading::{fields, held_by, known_items};
use super::*;
use crate::tries::FAILURES_LAST_SECONDS;
use kept_terms::{Act, PersonId, Set, Territory};

impl<S: Store> Processing<S> {
    pub(super) async fn find(
        &self,
        asking: &Asking<'_>,
        purpose: &str,
        field: &str,
        value: &str,
    ) -> Result<Prepared, Failure> {
        let words = &asking.policy().words;
        let id = declared(&words.fields, "field", field)?;
        let field = words.fields.get(id).filter(|field| field.identifier);
        let field = field.ok_or_else(|| {
            Failure::invalid("field", "is not an identifier; nobody can be found by it")
        })?;
        let checked = field
            .kind
            .normalise(value, None, &field.choices, field.length_max);
        let checked = checked.map_err(|problem| Failure::invalid("value", problem.to_string()))?;
        let owner = self
            .vault
            .store()
            .find(self.vault.identifier(
                asking.caller.home.as_ref(),
                &field.name,
                &checked.compared,
            ))
            .await?;
        let word = asking.moment.in_force.field_word(id)?;
        let seen = match owner {
            Some(person) => self.vault.look(person, Wanted::Fields(&[word])).await?,
            None => None,
        };
        let blank = PersonState::of(asking.caller.home.as_ref());
        let known = asking
            .moment
            .person(seen.as_ref().map_or(&blank, |s| &s.state));
        let request = Request {
            purpose: Some(declared(&words.purposes, "purpose", purpose)?),
            fields: Set::of(id),
            ..Request::new(Act::Find, asking.actor)
        };
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, &request, seen.as_ref(), refusal),
            Decision::Permitted(permit) => {
                let mut telling = asking.telling(&request);
                telling.person = seen.as_ref().map(|seen| self.vault.commitment(seen));
                let commit = unchanging(seen.as_ref(), telling.permitted(&permit)?);
                // An identifier whose last item fell due is as good as gone, even before its rows
                // are.
                let live = |seen: &Seen| {
                    let facts = seen
                        .items
                        .iter()
                        .filter_map(|item| asking.moment.in_force.item(&seen.state, item));
                    let mut live = facts.filter(|facts| facts.due() > asking.moment.today);
                    live.next().map(|_| seen.id)
                };
                let found = seen.as_ref().and_then(live);
                Ok(Prepared {
                    commit,
                    then: Then::Give(Effect::Found(found)),
                })
            }
        }
    }

    pub(super) async fn verify(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        purpose: &str,
        claims: &[(String, String)],
    ) -> Result<Prepared, Failure> {
        let in_force = &asking.moment.in_force;
        let words = &asking.policy().words;
        let names: Vec<String> = claims.iter().map(|(field, _)| field.clone()).collect();
        let asked = fields(asking.policy(), &names)?;
        let wanted = asked.iter().map(|field| in_force.field_word(field));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let mut seen = self.seen(person, Wanted::Fields(&wanted)).await?;
        let known = asking.moment.person(&seen.state);
        let (stored, items) = known_items(in_force, &mut seen);
        let trying = self.trying(asking.caller, Some(person)).await?;
        let now = asking.moment.now.as_second();
        let recent = now - seen.state.failures.1 < FAILURES_LAST_SECONDS;
        let request = Request {
            purpose: Some(declared(&words.purposes, "purpose", purpose)?),
            fields: asked,
            failures: if recent { seen.state.failures.0 } else { 0 },
            tries: self.tried(&trying, asking.moment.now),
            ..Request::new(Act::Verify, asking.actor)
        };
        let facts = held_by(&known, &items);
        let permit = match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        let held = Held {
            seen: &seen,
            stored: &stored,
            items: &items,
            country: known.country,
        };
        let matched = self.all_match(asking.policy(), &permit, &held, claims)?;
        let mut state = seen.state.clone();
        state.failures = if matched {
            (0, 0)
        } else {
            (request.failures + 1, now)
        };
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        let (reference, writes) = match matched {
            true => ("verify:match", Vec::new()),
            false => (
                "verify:no-match",
                self.tried_in_vain(&trying, asking.moment.now),
            ),
        };
        telling.reference = Some(reference.to_owned());
        let entry = telling.permitted(&permit)?;
        let commit = if state == seen.state {
            unchanging(Some(&seen), entry)
        } else {
            self.changing(&seen, &state, writes, entry)?
        };
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Matched(matched)),
        })
    }

    /// Whether everything that was said is what is stored. All of it is compared, so that the time
    /// taken does not tell which part was wrong.
    fn all_match(
        &self,
        policy: &Policy,
        permit: &Permit,
        held: &Held<'_>,
        claims: &[(String, String)],
    ) -> Result<bool, Failure> {
        let mut matched = !claims.is_empty();
        for (name, said) in claims {
            let id: FieldId = declared(&policy.words.fields, "claims", name)?;
            let Some(field) = policy.words.fields.get(id) else {
                continue;
            };
            let compared = |value: &str, length_max| {
                let read = field
                    .kind
                    .normalise(value, held.country, &field.choices, length_max);
                read.ok().map(|value| value.compared)
            };
            let said = compared(said, field.length_max);
            let mut any = false;
            let of_field = |(_, facts): &(&StoredItem, &ItemFacts)| facts.field == id;
            for (stored, facts) in held.stored.iter().zip(held.items).filter(of_field) {
                any |= self
                    .vault
                    .matches(permit, held.seen, stored, facts, |value| {
                        said.is_some() && compared(value, usize::MAX) == said
                    })?;
            }
            matched &= any;
        }
        Ok(matched)
    }
}

/// What is held of a person in the fields that something was said about.
struct Held<'a> {
    seen: &'a Seen,
    stored: &'a [StoredItem],
    items: &'a [ItemFacts],
    country: Option<Territory>,
}
