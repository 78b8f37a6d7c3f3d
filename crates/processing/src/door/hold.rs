//! Legal holds: what a claim needs is kept beyond its day and kept as it is, until the hold is
//! lifted.
//! Held items are sealed anew under a class of the hold's own, so that destroying the keys of days
//! and classes goes on for everybody else. A hold opens nothing to anybody.

use super::reading::{fields, known_items, mistaken};
use super::*;
use kept_ledger::entry::Name;
use kept_terms::{Act, PersonId, Set};
use kept_vault::store::{Word, WordKind};
use kept_vault::{Doomed, HeldItem, LegalHold, Placed};

/// How the name of a hold's class begins; what follows is the matter.
pub(crate) const HOLD: &str = "hold/";

/// Everything of a person.
const ALL: Wanted<'static> = Wanted::Page {
    after: None,
    limit: usize::MAX,
};

impl<S: Store> Processing<S> {
    /// Places a hold on some fields of a person, or on all that may be held.
    pub(super) async fn hold(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Some(Command::Hold {
            person,
            fields: names,
            matter,
        }) = asking.command
        else {
            return Err(mistaken());
        };
        let class = self.hold_class(matter).await?;
        let mut seen = self.seen(*person, ALL).await?;
        let in_force = &asking.moment.in_force;
        let known = asking.moment.person(&seen.state);
        let mut request = Request {
            fields: fields(asking.policy(), names)?,
            ..Request::new(Act::Hold, asking.actor)
        };
        if names.is_empty() {
            let document = asking.policy().document_of(&known);
            request.fields = document.map_or(Set::EMPTY, |document| document.rules.may_hold());
        }
        let permit = match self.decide_hold(asking, &request, &known) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, Some(&seen), refusal),
        };
        self.not_yet_held(&seen, class).await?;
        let mut state = seen.state.clone();
        let (stored, facts) = known_items(in_force, &mut seen);
        let mut held: Vec<(StoredItem, ItemFacts)> = stored.into_iter().zip(facts).collect();
        let today = asking.moment.today;
        held.retain(|(_, it)| request.fields.contains(it.field) && !it.held && it.due() > today);
        let words = request.fields.iter();
        let words = words.map(|field| Ok(in_force.field_word(field)?.0));
        state.holds.push(LegalHold {
            class: class.0,
            fields: words.collect::<Result<_, Failure>>()?,
            placed: today.0,
        });
        let (now, classes) = (asking.moment.now, [(class, None)]);
        let ready = self.vault.make_ready(&permit, Some(seen), now, &classes);
        let Some(seen) = ready.await? else {
            return Ok(Prepared::again(Some(*person)));
        };
        let mut writes = Vec::with_capacity(held.len());
        for (item, facts) in &held {
            let moved = Placed {
                class,
                anchor: None,
                ..Placed::from(item)
            };
            let from = (&seen, item);
            writes.push(self.resealed(asking, &permit, from, &seen, facts, moved)?);
            state.held.push(HeldItem {
                field: item.field.0,
                number: item.number,
                class: item.class.0,
                anchor: item.anchor.map(|day| day.0),
            });
        }
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = Some(format!("hold:{matter}"));
        telling.count = u64::try_from(held.len()).ok();
        let commit = self.changing(&seen, &state, writes, telling.permitted(&permit)?)?;
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }

    /// Lifts a hold: what another keeps stays, what is past its day goes, the rest is as it was.
    pub(super) async fn lift(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        matter: &str,
    ) -> Result<Prepared, Failure> {
        let class = self.hold_class(matter).await?;
        let mut seen = self.seen(person, ALL).await?;
        let in_force = &asking.moment.in_force;
        let known = asking.moment.person(&seen.state);
        let mut state = seen.state.clone();
        let Some(at) = state.holds.iter().position(|hold| hold.class == class.0) else {
            return self.no_such_hold(asking, &seen, &known);
        };
        let hold = state.holds.remove(at);
        let request = Request {
            fields: hold
                .fields
                .iter()
                .filter_map(|word| in_force.field(Word(*word)))
                .collect(),
            ..Request::new(Act::Lift, asking.actor)
        };
        let permit = match self.decide_hold(asking, &request, &known) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, Some(&seen), refusal),
        };
        if state.remnant && state.holds.is_empty() {
            let entry =
                self.lifted(asking, &request, &permit, (&seen, state.held.len()), matter)?;
            return self.erased(asking, seen, permit, entry).await;
        }
        let (stored, facts) = known_items(in_force, &mut seen);
        let of_hold = stored.into_iter().zip(facts);
        let of_hold = of_hold.filter(|(item, _)| item.class == class);
        let places: Vec<_> = of_hold
            .map(|(item, facts)| {
                let place = after_lifting(&mut state, &item, &facts, asking.moment.today);
                (item, facts, place)
            })
            .collect();
        let classes = places.iter().filter_map(|(_, _, place)| *place);
        let classes: Vec<_> = classes.map(|it| (it.class, it.anchor)).collect();
        let ready = self
            .vault
            .make_ready(&permit, Some(seen), asking.moment.now, &classes);
        let Some(seen) = ready.await? else {
            return Ok(Prepared::again(Some(person)));
        };
        let mut writes = Vec::with_capacity(places.len() + 1);
        for (item, facts, place) in &places {
            writes.push(match place {
                Some(place) => {
                    self.resealed(asking, &permit, (&seen, item), &seen, facts, *place)?
                }
                None => Write::DeleteItem(item.field, item.number),
            });
        }
        let doomed = Doomed::Class(person, class);
        writes.push(doom(&doomed));
        let entry = self.lifted(asking, &request, &permit, (&seen, places.len()), matter)?;
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared {
            commit,
            then: Then::Lift {
                doomed,
                permit: Box::new(permit),
            },
        })
    }

    /// The entry of a hold that is lifted from so many items.
    fn lifted(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        (seen, items): (&Seen, usize),
        matter: &str,
    ) -> Result<Vec<u8>, Failure> {
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(seen));
        telling.reference = Some(format!("hold:{matter}"));
        telling.count = u64::try_from(items).ok();
        telling.permitted(permit)
    }

    /// There is no such hold; whoever may not lift one is not told so.
    fn no_such_hold(
        &self,
        asking: &Asking<'_>,
        seen: &Seen,
        known: &PersonFacts,
    ) -> Result<Prepared, Failure> {
        let request = Request::new(Act::Lift, asking.actor);
        match self.decide_hold(asking, &request, known) {
            Ok(_) => Err(Failure::NotFound("legal hold")),
            Err(refusal) => self.refuse(asking, &request, Some(seen), refusal),
        }
    }

    /// Destroys the key of a hold that was lifted.
    pub(super) async fn finish_lifting(
        &self,
        moment: &Moment,
        doomed: &Doomed,
        permit: &Permit,
    ) -> Result<(), Failure> {
        self.finish_class(moment, doomed, permit, ("hold", "keys:hold"))
            .await
    }

    /// Destroys the key of a person's class under which nothing is sealed any more, such as that of
    /// a hold that was lifted; the entry says by whom and what.
    pub(super) async fn finish_class(
        &self,
        moment: &Moment,
        doomed: &Doomed,
        permit: &Permit,
        (by, reference): (&'static str, &str),
    ) -> Result<(), Failure> {
        self.vault.destroy(doomed)?;
        let caller = Caller::system(by);
        let asking = Asking::by_itself(&caller, moment)?;
        self.strike_off(&asking, permit, doomed.record().0, reference)
            .await
    }

    /// A matter stands once with a person, and its last key must be gone before another is made.
    async fn not_yet_held(&self, seen: &Seen, class: Word) -> Result<(), Failure> {
        if seen.state.holds.iter().any(|hold| hold.class == class.0) {
            let problem = "a hold for this matter is on the person already";
            return Err(Failure::Conflict(problem));
        }
        let (key, _) = Doomed::Class(seen.id, class).record();
        match self.vault.store().record(RecordKind::Doomed, &key).await? {
            None => Ok(()),
            Some(_) => Err(Failure::Conflict(
                "the last hold for this matter is still being lifted; try again",
            )),
        }
    }

    /// An item of somebody's, sealed anew for a place of theirs or of somebody else's.
    pub(super) fn resealed(
        &self,
        asking: &Asking<'_>,
        permit: &Permit,
        item: (&Seen, &StoredItem),
        seen: &Seen,
        facts: &ItemFacts,
        place: Placed,
    ) -> Result<Write, Failure> {
        let field = asking.policy().words.fields.get(facts.field);
        let kind = field.ok_or_else(reading::mistaken)?.kind;
        let moved = self.vault.reseal(permit, item, seen, place, kind)?;
        let gone = || Failure::Unavailable("the key of a class was destroyed meanwhile".to_owned());
        Ok(Write::PutItem(moved.ok_or_else(gone)?))
    }

    fn decide_hold(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        person: &PersonFacts,
    ) -> Result<Permit, Refusal> {
        let facts = Facts {
            person,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), request, &facts, asking.moment.today) {
            Decision::Permitted(permit) => Ok(permit),
            Decision::Refused(refusal) => Err(refusal),
        }
    }

    async fn hold_class(&self, matter: &str) -> Result<Word, Failure> {
        if Name::new(matter).is_err() {
            let problem = "is not a short reference of small letters, digits and hyphens, such as \
                           `case-2026-17`";
            return Err(Failure::invalid("matter", problem));
        }
        let name = format!("{HOLD}{matter}");
        Ok(self.vault.store().intern(WordKind::Class, &name).await?)
    }
}

/// Where an item goes when its hold is lifted: under the next hold on its field, or back where it
/// was; nothing where its day has passed.
fn after_lifting(
    state: &mut PersonState,
    item: &StoredItem,
    facts: &ItemFacts,
    today: Day,
) -> Option<Placed> {
    if let Some(next) = state.holding(item.field) {
        let (class, anchor) = (Word(next.class), None);
        return Some(Placed {
            class,
            anchor,
            ..Placed::from(item)
        });
    }
    let before = state.before_held(item.field, item.number).copied()?;
    state.held.retain(|held| *held != before);
    let (class, anchor) = (Word(before.class), before.anchor.map(Day));
    // Of somebody who was erased nothing stays but what a law or another hold keeps.
    let stays = match state.remnant {
        true => facts.is_owed(today),
        false => facts.due() > today,
    };
    stays.then_some(Placed {
        class,
        anchor,
        ..Placed::from(item)
    })
}
