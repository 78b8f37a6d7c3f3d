//! Where what comes in is placed: under which retention classes, counted from which day.
//! It places; it stores nothing.

use super::*;

/// Where one value goes.
pub(super) struct Place<'t> {
    pub field: Word,
    pub class: Word,
    pub anchor: Option<Day>,
    /// Where a hold lifts it to, if one keeps it.
    pub before_held: Option<(Word, Option<Day>)>,
    pub purposes: Set<PurposeId>,
    pub many: bool,
    pub content: &'t Content,
}

impl Intake<'_> {
    /// Where each value goes: once under each retention class that covers some of its purposes, if
    /// the person has nothing against all of them; or else nothing would end what only they keep.
    /// Beside it, the fields and classes that are left out so, where a value may have one place.
    #[expect(clippy::type_complexity, reason = "two lists")]
    pub(super) fn places<'t>(
        &self,
        taken: &'t [Taken],
        person: &PersonFacts,
    ) -> Result<(Vec<Place<'t>>, Vec<(Word, Word)>), Failure> {
        let in_force = &self.asking.moment.in_force;
        let words = &in_force.policy.words;
        let rules = &self.document.rules;
        let mut places = Vec::with_capacity(taken.len());
        let mut unwanted = Vec::new();
        let today = self.asking.moment.today;
        for taken in taken {
            let Some(field) = words.fields.get(taken.field) else {
                continue;
            };
            let before = places.len();
            let purposes = self.purposes(taken.field);
            for placement in rules.placements(taken.field, purposes) {
                let Some(class) = words.classes.get(placement.class) else {
                    continue;
                };
                let mut purposes = placement.purposes.iter();
                if !purposes.any(|purpose| rules.is_open(purpose, person, today)) {
                    if !field.many {
                        let class = in_force.class_word(placement.class)?;
                        unwanted.push((in_force.field_word(taken.field)?, class));
                    }
                    continue;
                }
                let anchor = (!class.moves).then_some(self.day);
                let over = |day| class.period.after(day) <= today;
                if anchor.is_some_and(over) {
                    let problem = "is so long ago that nothing of it may be kept any more";
                    return Err(Failure::invalid("collected-on", problem));
                }
                let word = in_force.field_word(taken.field)?;
                let class = in_force.class_word(placement.class)?;
                // What comes in while a hold keeps its field is held as well.
                let hold = self.state.holding(word).map(|hold| Word(hold.class));
                places.push(Place {
                    field: word,
                    class: hold.unwrap_or(class),
                    anchor: anchor.filter(|_| hold.is_none()),
                    before_held: hold.map(|_| (class, anchor)),
                    purposes: placement.purposes,
                    many: field.many,
                    content: &taken.content,
                });
            }
            if places.len() == before {
                let problem = format!("has no `keep` clause for `{}`", field.name);
                return Err(Failure::invalid("the policy", problem));
            }
        }
        Ok((places, unwanted))
    }

    /// A newer value takes the place of an older one also where it is not wanted itself, unless it
    /// is only somebody's word.
    pub(super) fn outdate(&mut self, seen: &Seen, unwanted: Vec<(Word, Word)>) {
        for (field, class) in unwanted {
            if !self.unverified {
                self.replace(seen, field, class);
            }
        }
    }

    /// What counts from a day that collecting itself moves may not be past its day from the start.
    pub(super) fn not_over(&self, places: &[Place<'_>]) -> Result<(), Failure> {
        let in_force = &self.asking.moment.in_force;
        let events = &in_force.policy.words.events;
        let of_day = places.iter().filter(|place| place.anchor.is_none());
        let of_day = of_day.filter(|place| place.before_held.is_none());
        for class in of_day.filter_map(|place| in_force.class(place.class)) {
            let moves = events.get(class.after);
            if !moves.is_some_and(|event| event.moved_by.contains(&Act::Collect)) {
                continue;
            }
            let day = self.state.event(in_force.event_word(class.after)?);
            if day.is_some_and(|day| class.period.after(day) <= self.asking.moment.today) {
                let problem = "is so long ago that nothing of it may be kept any more";
                return Err(Failure::invalid("collected-on", problem));
            }
        }
        Ok(())
    }
}
