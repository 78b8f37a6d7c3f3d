//! Reading: use, contact, export. Values are fetched sealed with the facts and opened only once
//! the act is durable.

use super::*;
use crate::command::Use;
use kept_terms::{Act, PersonId, Right, Set};
use kept_vault::store::Word;

impl<S: Store> Processing<S> {
    pub(super) async fn read(
        &self,
        asking: &Asking<'_>,
        wanted: &Use,
    ) -> Result<Prepared, Failure> {
        let words = &asking.policy().words;
        let request = Request {
            purpose: Some(declared(&words.purposes, "purpose", &wanted.purpose)?),
            fields: fields(asking.policy(), &wanted.fields)?,
            ..Request::new(asking.act(), asking.actor)
        };
        self.release_after(asking, wanted.person, &request, None, Along::default())
            .await
    }

    /// Gathers the facts of a person's items in the fields asked for, decides, and prepares the
    /// release.
    pub(super) async fn release_after(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        request: &Request<'_>,
        recipient: Option<&RecipientFacts>,
        along: Along,
    ) -> Result<Prepared, Failure> {
        let in_force = &asking.moment.in_force;
        let wanted = request
            .fields
            .iter()
            .map(|field| in_force.field_word(field));
        let wanted = wanted.collect::<Result<Vec<Word>, _>>()?;
        let mut seen = self.seen(person, Wanted::Fields(&wanted)).await?;
        let known = asking.moment.person(&seen.state);
        let (stored, items) = known_items(in_force, &mut seen);
        let facts = Facts {
            person: &known,
            items: &items,
            recipient,
        };
        let permit = match decide(asking.policy(), request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => {
                let reference = along.reference;
                return self.refuse_about(asking, request, Some(&seen), refusal, reference);
            }
            Decision::Permitted(permit) => permit,
        };
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = along.reference;
        let entry = telling.permitted(&permit)?;
        let mut state = seen.state.clone();
        in_force.move_events(&mut state, request.act, asking.moment.today)?;
        let both = (&stored[..], &items[..]);
        self.remember_receipt(asking, &mut state, request, &permit, both)?;
        if state != seen.state && self.must_expire(asking.moment, &seen).await {
            return Ok(Prepared::again(Some(person)));
        }
        let commit = if state == seen.state {
            Commit {
                writes: along.writes,
                ..unchanging(Some(&seen), entry)
            }
        } else {
            let mut writes = along.writes;
            self.list_anchors(in_force, &mut state, &mut writes)?;
            self.changing(&seen, &state, writes, entry)?
        };
        let items = stored.into_iter().zip(items).collect();
        Ok(Prepared {
            commit,
            then: Then::Open {
                seen: Box::new(seen),
                permit: Box::new(permit),
                items,
            },
        })
    }

    pub(super) async fn export(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        right: Right,
    ) -> Result<Prepared, Failure> {
        let seen = self.seen(person, Wanted::Nothing).await?;
        let known = asking.moment.person(&seen.state);
        let request = Request {
            fields: asking.policy().words.fields.all(),
            right: Some(right),
            ..Request::new(Act::Export, asking.actor)
        };
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, &request, Some(&seen), refusal),
            Decision::Permitted(permit) => {
                let told = Request {
                    fields: Set::EMPTY,
                    ..request
                };
                let mut telling = asking.telling(&told);
                telling.person = Some(self.vault.commitment(&seen));
                let commit = unchanging(Some(&seen), telling.permitted(&permit)?);
                Ok(Prepared {
                    commit,
                    then: Then::Export {
                        seen: Box::new(seen),
                        permit: Box::new(permit),
                        withheld: Vec::new(),
                    },
                })
            }
        }
    }
}

/// What is stored along with a reading, and what its entry refers to.
#[derive(Default)]
pub(super) struct Along {
    pub writes: Vec<Write>,
    pub reference: Option<String>,
}

/// The items of a person that the policy in force knows, with their facts.
pub(crate) fn known_items(
    in_force: &InForce,
    seen: &mut Seen,
) -> (Vec<StoredItem>, Vec<ItemFacts>) {
    let items = std::mem::take(&mut seen.items);
    let known = |item: StoredItem| in_force.item(&seen.state, &item).map(|facts| (item, facts));
    items.into_iter().filter_map(known).unzip()
}

/// What is known about a person and what is held of them, with no recipient in it.
pub(super) fn held_by<'a>(person: &'a PersonFacts, items: &'a [ItemFacts]) -> Facts<'a> {
    Facts {
        person,
        items,
        recipient: None,
    }
}

/// Finds declared fields.
pub(crate) fn fields(policy: &Policy, names: &[String]) -> Result<Set<FieldId>, Failure> {
    names
        .iter()
        .map(|name| declared(&policy.words.fields, "fields", name))
        .collect()
}

/// A command came to the wrong module; the match in `prepare` keeps this from happening.
pub(super) fn mistaken() -> Failure {
    Failure::Corrupt("a command came to the wrong place".to_owned())
}
