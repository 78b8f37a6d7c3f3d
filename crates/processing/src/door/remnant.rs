//! What is left of somebody who was erased: what a legal hold keeps until it ends, and what a law
//! keeps until its day.
//! What a law keeps is moved to a number of its own, and the person goes with all their keys, so
//! that no older copy of their rows leads back to them. Where a hold keeps something, everything
//! stays under the person's number, since claims and cases name it, until the hold is lifted. It
//! leads nowhere, and nobody new is tied to it.

use super::*;
use kept_cases::{Ground, Left};
use kept_terms::PersonId;
use kept_vault::store::Word;
use kept_vault::{Doomed, Placed};
use std::collections::BTreeSet;

/// The most items that one erasure moves, so that it fits one commit.
const ITEMS_MAX: usize = 8_000;

/// What had to stay of somebody who was erased.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct KeptBack {
    /// Which fields something stays of, each with its ground.
    pub left: Vec<Left>,
    /// Under which number it stands from now on.
    pub under: PersonId,
}

/// An item that a law keeps, with where it belongs.
pub(super) struct Owed {
    item: StoredItem,
    facts: ItemFacts,
    placed: Placed,
}

/// What a law keeps today of somebody of whom everything was read.
pub(super) fn owed(moment: &Moment, seen: &Seen) -> Vec<Owed> {
    let items = seen.items.iter();
    let owed = items.filter_map(|item| {
        let facts = moment.in_force.item(&seen.state, item)?;
        let before = seen.state.before_held(item.field, item.number);
        let (class, anchor) = match before {
            Some(before) => (Word(before.class), before.anchor.map(Day)),
            None => (item.class, item.anchor),
        };
        facts.is_owed(moment.today).then(|| Owed {
            placed: Placed {
                class,
                anchor,
                ..Placed::from(item)
            },
            item: item.clone(),
            facts,
        })
    });
    owed.collect()
}

/// The classes of what a law keeps that count from an event of the person.
fn moving(owed: &[Owed]) -> BTreeSet<Word> {
    let moving = owed.iter().filter(|owed| owed.placed.anchor.is_none());
    moving.map(|owed| owed.placed.class).collect()
}

impl<S: Store> Processing<S> {
    /// What stays of somebody of whom everything was read, and under which number.
    pub(super) fn kept(
        &self,
        moment: &Moment,
        seen: &Seen,
        under: PersonId,
    ) -> Result<KeptBack, Failure> {
        let ground = |word| Ground::named(word).ok_or_else(reading::mistaken);
        let (claims, law) = (ground("legal-claims")?, ground("legal-obligation")?);
        let fields = &moment.policy().words.fields;
        let mut left = BTreeSet::new();
        for item in moment.in_force.items(seen) {
            if item.outlasts_erasure(moment.today) {
                left.insert((fields.name(item.field).to_owned(), item.held));
            }
        }
        let left = left.into_iter().map(|(what, held)| Left {
            what,
            ground: if held { claims.clone() } else { law.clone() },
        });
        Ok(KeptBack {
            left: left.collect(),
            under,
        })
    }

    /// Somebody of whom a law keeps something and no hold does: that is sealed under a number of
    /// its own, and they are erased whole.
    pub(super) async fn leave_owed(
        &self,
        asking: &Asking<'_>,
        (from, owed): (Seen, Vec<Owed>),
        permit: Permit,
        entry: Vec<u8>,
    ) -> Result<Prepared, Failure> {
        if owed.len() > ITEMS_MAX {
            let problem = format!(
                "has more than {ITEMS_MAX} items that a law keeps, which is more than one act moves"
            );
            return Err(Failure::invalid("person", problem));
        }
        let placed = owed.iter().map(|owed| owed.placed);
        let classes: Vec<_> = placed.map(|placed| (placed.class, placed.anchor)).collect();
        let now = asking.moment.now;
        let ready = self.vault.make_ready(&permit, None, now, &classes).await?;
        let Some(seen) = ready else {
            return Ok(Prepared::again(Some(from.id)));
        };
        let mut state = PersonState {
            country: from.state.country,
            part: from.state.part.clone(),
            home: from.state.home.clone(),
            next_item: from.state.next_item,
            ..self.remnant(asking.moment, &from, &owed)?
        };
        let mut writes = Vec::with_capacity(owed.len());
        for Owed {
            item,
            facts,
            placed,
        } in &owed
        {
            let item = (&from, item);
            writes.push(self.resealed(asking, &permit, item, &seen, facts, *placed)?);
        }
        for class in moving(&owed) {
            state.list_class(class);
        }
        self.list_anchors(&asking.moment.in_force, &mut state, &mut writes)?;
        writes.extend(self.listed(&state, seen.id));
        writes.extend(self.farewell(&from).await?);
        let kept = self.kept(asking.moment, &from, seen.id)?;
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared {
            commit,
            then: Then::Erase {
                seen: Box::new(from),
                permit: Box::new(permit),
                kept: Some(kept),
            },
        })
    }

    /// Somebody of whom a legal hold keeps something: the rest goes at once, but for what a law
    /// keeps, with the keys of what counts from an event of theirs; what is kept leads nowhere.
    pub(super) async fn erased_but_held(
        &self,
        asking: &Asking<'_>,
        seen: Seen,
        permit: Permit,
        entry: Vec<u8>,
    ) -> Result<Prepared, Failure> {
        let before = &seen.state;
        let owed = owed(asking.moment, &seen);
        let stay = moving(&owed);
        let (moving, going): (Vec<_>, Vec<_>) = before
            .moving
            .iter()
            .partition(|(class, _)| stay.contains(&Word(*class)));
        let state = PersonState {
            country: before.country,
            home: before.home.clone(),
            next_item: before.next_item,
            moving,
            holds: before.holds.clone(),
            held: before.held.clone(),
            ..self.remnant(asking.moment, &seen, &owed)?
        };
        let mut writes = self.forgotten(&seen, &going).await?;
        let stays = |item: &&StoredItem| {
            let is_owed = |owed: &Owed| owed.item.number == item.number;
            before.before_held(item.field, item.number).is_some() || owed.iter().any(is_owed)
        };
        let rest = seen.items.iter().filter(|item| !stays(item));
        writes.extend(rest.map(|item| Write::DeleteItem(item.field, item.number)));
        let doomed = going.iter();
        let doomed: Vec<Doomed> = doomed
            .map(|(class, _)| Doomed::Class(seen.id, Word(*class)))
            .collect();
        writes.extend(doomed.iter().map(doom));
        let kept = self.kept(asking.moment, &seen, seen.id)?;
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared {
            commit,
            then: Then::EraseRest {
                doomed,
                permit: Box::new(permit),
                kept,
            },
        })
    }

    /// What holds for what is left of somebody: nothing but the events from which it counts. What
    /// has not happened by now does not happen any more, so it counts from today.
    fn remnant(&self, moment: &Moment, from: &Seen, owed: &[Owed]) -> Result<PersonState, Failure> {
        let mut events = BTreeSet::new();
        for class in moving(owed) {
            let class = moment.in_force.class(class);
            if let Some(class) = class {
                events.insert(moment.in_force.event_word(class.after)?.0);
            }
        }
        let day = |event: &u32| from.state.event(Word(*event)).unwrap_or(moment.today);
        let kept = events.iter().map(|event| (*event, day(event).0)).collect();
        Ok(PersonState {
            restricted: true,
            remnant: true,
            events: kept,
            ..PersonState::default()
        })
    }

    /// Destroys the keys of what nothing keeps.
    pub(super) async fn finish_rest(
        &self,
        moment: &Moment,
        doomed: &[Doomed],
        permit: &Permit,
    ) -> Result<(), Failure> {
        for doomed in doomed {
            self.finish_class(moment, doomed, permit, ("erasure", "keys:class"))
                .await?;
        }
        Ok(())
    }
}
