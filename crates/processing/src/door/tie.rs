//! Tying: what was taken of a visitor under a number becomes that of a person who is known.
//! It lets nothing out. There is no way back: once tied, the number leads to nobody, and what would
//! be needed to undo it is what the tying destroys.

use super::subject::Owner;
use super::*;
use kept_terms::{Act, FieldKind, ItemNumber, PersonId, Set};
use kept_vault::store::Word;
use kept_vault::{Doomed, Placed};

/// The most items that one tying moves, so that it fits one commit.
const ITEMS_MAX: usize = 8_000;

/// One item on its way from the visitor to the person.
struct Moved<'a> {
    stored: &'a StoredItem,
    field: FieldId,
    placed: Placed,
}

impl<S: Store> Processing<S> {
    pub(super) async fn tie(
        &self,
        asking: &Asking<'_>,
        visitor: &str,
        person: PersonId,
    ) -> Result<Prepared, Failure> {
        let in_force = &asking.moment.in_force;
        let numbers = pseudonyms(asking.policy());
        let mut from = self.visitor(asking, numbers, visitor).await?;
        if from.id == person {
            return Err(Failure::Conflict("the visitor is this person already"));
        }
        let (stored, facts) = known_items(in_force, &mut from);
        if stored.len() > ITEMS_MAX {
            let problem =
                format!("has more than {ITEMS_MAX} items, which is more than one act moves");
            return Err(Failure::invalid("visitor", problem));
        }
        let live = |facts: &&ItemFacts| facts.due() > asking.moment.today;
        let fields: Set<FieldId> = facts.iter().filter(live).map(|facts| facts.field).collect();
        let single = fields.iter().filter(|id| {
            let field = asking.policy().words.fields.get(*id);
            field.is_some_and(|field| !field.many)
        });
        let single = single.map(|field| in_force.field_word(field));
        let single = single.collect::<Result<Vec<Word>, _>>()?;
        let seen = self.seen(person, Wanted::Fields(&single)).await?;
        if self.must_expire(asking.moment, &seen).await {
            return Ok(Prepared::again(Some(person)));
        }
        if !from.state.holds.is_empty() || !seen.state.holds.is_empty() {
            let problem = "a legal hold keeps what is stored of one of them as it is";
            return Err(Failure::Conflict(problem));
        }
        let known = in_force.person(&seen.state);
        // What would be replaced is weighed with what comes.
        let own = seen.items.iter();
        let own = own.filter_map(|item| in_force.item(&seen.state, item));
        let all: Vec<ItemFacts> = facts.iter().copied().chain(own).collect();
        let request = Request {
            fields,
            ..Request::new(Act::Tie, asking.actor)
        };
        let told = Facts {
            person: &known,
            items: &all,
            recipient: None,
        };
        let permit = match decide(asking.policy(), &request, &told, asking.moment.today) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        // The number itself stays behind: it leads nowhere any more.
        let moved = stored.iter().zip(&facts).filter(|(_, facts)| {
            facts.due() > asking.moment.today && !numbers.contains(facts.field)
        });
        let moved = moved.map(|(stored, facts)| Moved {
            stored,
            field: facts.field,
            placed: stored.into(),
        });
        let moved: Vec<Moved<'_>> = moved.collect();
        self.move_over(asking, &request, permit, (from, seen), moved)
            .await
    }

    /// The visitor who has a number.
    async fn visitor(
        &self,
        asking: &Asking<'_>,
        fields: Set<FieldId>,
        visitor: &str,
    ) -> Result<Seen, Failure> {
        let words = &asking.policy().words.fields;
        // Nobody ties across homes: a visitor is looked up where the caller acts.
        let home = asking.caller.home.as_ref();
        for field in fields.iter().filter_map(|field| words.get(field)) {
            let checked = field
                .kind
                .normalise(visitor, None, &field.choices, field.length_max)
                .map_err(|problem| Failure::invalid("visitor", problem.to_string()))?;
            let index = self.vault.identifier(home, &field.name, &checked.compared);
            let Owner::This(owner) = self.owner(asking, index, None).await? else {
                continue;
            };
            let all = Wanted::Page {
                after: None,
                limit: ITEMS_MAX.saturating_add(1),
            };
            let seen = self.vault.look(owner, all).await?;
            return seen.ok_or(Failure::NotFound("visitor"));
        }
        Err(Failure::NotFound("visitor"))
    }

    /// Seals the items for the person, sets the visitor aside, and has what is left of them
    /// destroyed; all with one commit, on condition that neither has changed.
    async fn move_over(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: Permit,
        (from, seen): (Seen, Seen),
        moved: Vec<Moved<'_>>,
    ) -> Result<Prepared, Failure> {
        let in_force = &asking.moment.in_force;
        let person = seen.id;
        let placed = moved.iter().map(|moved| moved.placed);
        let classes: Vec<_> = placed.map(|placed| (placed.class, placed.anchor)).collect();
        let now = asking.moment.now;
        let ready = self.vault.make_ready(&permit, Some(seen), now, &classes);
        let Some(seen) = ready.await? else {
            return Ok(Prepared::again(Some(person)));
        };
        let mut state = united(&seen.state, &from.state);
        in_force.move_events(&mut state, Act::Tie, asking.moment.today)?;
        let mut writes = Vec::new();
        let mut count: u64 = 0;
        for Moved {
            stored,
            field,
            placed,
        } in moved
        {
            let field = asking.policy().words.fields.get(field);
            let field = field.ok_or_else(reading::mistaken)?;
            if !field.many {
                let is_old =
                    |old: &&StoredItem| old.field == placed.field && old.class == placed.class;
                let old = seen.items.iter().filter(is_old);
                writes.extend(old.map(|old| Write::DeleteItem(old.field, old.number)));
            }
            let number: ItemNumber = state.number_item()?;
            let placed = Placed { number, ..placed };
            let item = (&from, stored);
            let sealed = self
                .vault
                .reseal(&permit, item, &seen, placed, field.kind)?;
            let Some(sealed) = sealed else { continue };
            writes.push(Write::PutItem(sealed));
            count += 1;
            if placed.anchor.is_none() {
                state.list_class(placed.class);
            }
        }
        self.list_anchors(in_force, &mut state, &mut writes)?;
        writes.extend(self.farewell(&from).await?);
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.count = Some(count);
        let commit = self.changing(&seen, &state, writes, telling.permitted(&permit)?)?;
        Ok(Prepared {
            commit,
            then: Then::Erase {
                seen: Box::new(from),
                permit: Box::new(permit),
                kept: None,
            },
        })
    }
}

impl<S: Store> Processing<S> {
    /// Somebody is no more whose items have become another's: they are set aside and their keys
    /// doomed; whoever received something about them is told to forget it, since nobody could tell
    /// them later; and nothing waits for them or lists them.
    pub(super) async fn farewell(&self, from: &Seen) -> Result<Vec<Write>, Failure> {
        let mut gone = PersonState {
            erasing: true,
            ..PersonState::default()
        };
        let mut writes = self.tell(from, &mut gone, &[])?;
        writes.push(self.vault.set_aside(from)?);
        writes.push(doom(&Doomed::Person(from.id)));
        writes.extend(self.forget_post(from.id).await?);
        writes.extend(self.unlisted(&from.state, from.id));
        let all = crate::sign_in::Which::All;
        writes.extend(self.sessions_over(from.id, &all).await?);
        Ok(writes)
    }
}

/// The fields by whose values visitors are told apart: identifiers in plain text that a clause with
/// `tie` takes. An address or a telephone number is no pseudonym; whoever it leads to is known.
fn pseudonyms(policy: &Policy) -> Set<FieldId> {
    let clauses = policy.documents.iter();
    let clauses = clauses.flat_map(|document| document.rules.collected());
    let tied = clauses.filter(|collect| collect.tie);
    let fields = tied.flat_map(|collect| collect.data.iter());
    let fields = fields.filter(|field| {
        let field = policy.words.fields.get(*field);
        field.is_some_and(|field| field.identifier && field.kind == FieldKind::Text)
    });
    fields.collect()
}

/// What holds for the person from now on: every no of either, and no yes but the person's own.
fn united(person: &PersonState, visitor: &PersonState) -> PersonState {
    let mut state = person.clone();
    for purpose in &visitor.objections {
        if !state.objections.contains(purpose) {
            state.objections.push(*purpose);
        }
    }
    state.restricted |= visitor.restricted;
    state.child |= visitor.child;
    state.parent = state.parent.take().or_else(|| visitor.parent.clone());
    let reports = [state.reported, visitor.reported];
    state.reported = reports.into_iter().flatten().min();
    if let Some(seen) = visitor.territory() {
        let known = person.territory();
        state.set_territory(known.map_or(seen, |known| known.refined(Some(seen))));
    }
    state
}
