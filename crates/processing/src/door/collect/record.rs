//! One record on its way into storage: where each value goes, and what changes for its person.
//! It seals nothing and commits nothing; it never takes what was not decided on.

use super::*;
use kept_vault::ConsentRecord;

/// A moving class that storage has not been told of yet.
pub(super) const UNLISTED: i32 = i32::MIN;

/// Where one value goes.
pub(super) struct Place<'t> {
    pub field: Word,
    pub class: Word,
    pub anchor: Option<Day>,
    pub purposes: Set<PurposeId>,
    pub many: bool,
    pub content: &'t Content,
}

/// One record on its way into storage.
pub(super) struct Intake<'a> {
    pub asking: &'a Asking<'a>,
    pub permit: &'a Permit,
    pub document: &'a Document,
    pub channel: &'a str,
    pub channel_id: Option<ChannelId>,
    pub purpose: Option<PurposeId>,
    pub day: Day,
    pub state: PersonState,
    pub writes: Vec<Write>,
    pub items: usize,
}

impl<'a> Intake<'a> {
    /// A record of which nothing is stored yet, of somebody in a state or of somebody new.
    pub fn new(
        asking: &'a Asking<'a>,
        collect: &'a Collect,
        request: &Request<'_>,
        permit: &'a Permit,
        state: Option<PersonState>,
    ) -> Result<Intake<'a>, Failure> {
        let document = document(asking.policy(), permit)?;
        let day = collect.collected_on.unwrap_or(asking.moment.today);
        if day > asking.moment.today {
            return Err(Failure::invalid("collected-on", "lies in the future"));
        }
        Ok(Intake {
            asking,
            permit,
            document,
            channel: &collect.channel,
            channel_id: request.channel,
            purpose: request.purpose,
            day,
            state: state.unwrap_or_default(),
            writes: Vec::new(),
            items: 0,
        })
    }

    /// The purposes for which a field is collected here and now.
    fn purposes(&self, field: FieldId) -> Set<PurposeId> {
        let Some(channel) = self.channel_id else {
            return Set::EMPTY;
        };
        let all = self.document.rules.collected_for(field, channel);
        self.purpose
            .map_or(all, |only| all.intersection(Set::of(only)))
    }

    pub fn note_consents_and_events(&mut self, collect: &Collect) -> Result<(), Failure> {
        let in_force = &self.asking.moment.in_force;
        let words = &in_force.policy.words;
        in_force.move_events(&mut self.state, Act::Collect, self.day)?;
        for (event, day) in &collect.events {
            let id = declared(&words.events, "events", event)?;
            self.state.move_event(in_force.event_word(id)?, *day);
        }
        for purpose in &collect.consents {
            let id = declared(&words.purposes, "consents", purpose)?;
            let record = ConsentRecord {
                purpose: in_force.purpose_word(id)?.0,
                given: self.asking.moment.today.0,
                given_second: self.asking.moment.now.as_second(),
                withdrawn_second: None,
                through: collect.channel.clone(),
                version: self.document.version.to_string(),
            };
            self.state.consents.push(record);
        }
        Ok(())
    }

    /// Where each value goes: once under each retention class that covers some of its purposes.
    pub fn places<'t>(&self, taken: &'t [Taken]) -> Result<Vec<Place<'t>>, Failure> {
        let in_force = &self.asking.moment.in_force;
        let words = &in_force.policy.words;
        let mut places = Vec::with_capacity(taken.len());
        for taken in taken {
            let Some(field) = words.fields.get(taken.field) else {
                continue;
            };
            let before = places.len();
            let purposes = self.purposes(taken.field);
            for placement in self.document.rules.placements(taken.field, purposes) {
                let Some(class) = words.classes.get(placement.class) else {
                    continue;
                };
                let anchor = (!class.moves).then_some(self.day);
                let over = |day| class.period.after(day) <= self.asking.moment.today;
                if anchor.is_some_and(over) {
                    let problem = "is so long ago that nothing of it may be kept any more";
                    return Err(Failure::invalid("collected-on", problem));
                }
                places.push(Place {
                    field: in_force.field_word(taken.field)?,
                    class: in_force.class_word(placement.class)?,
                    anchor,
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
        Ok(places)
    }

    /// Claims a value that identifies the person, in place of the one before where there can be but
    /// one.
    pub fn claim<S: Store>(&mut self, vault: &Vault<S>, taken: &Taken) -> Result<(), Failure> {
        let in_force = &self.asking.moment.in_force;
        let field = in_force.policy.words.fields.get(taken.field);
        let (Some(field), Content::Text(text)) = (field, &taken.content) else {
            return Ok(());
        };
        if field.identifier {
            let index = vault.index(&field.name, &text.compared);
            self.claim_index(in_force.field_word(taken.field)?, index, field.many);
        }
        Ok(())
    }

    fn claim_index(&mut self, field: Word, index: [u8; 32], many: bool) {
        if self.state.identifiers.contains(&(field.0, index)) {
            return;
        }
        if !many {
            for (_, old) in self.state.identifiers.iter().filter(|(f, _)| *f == field.0) {
                self.writes.push(Write::Unclaim(*old));
            }
            self.state.identifiers.retain(|(f, _)| *f != field.0);
        }
        self.writes.push(Write::Claim(index));
        self.state.identifiers.push((field.0, index));
    }

    /// Takes the items of a field and class away whose place a new one takes; answers with what
    /// they were held for.
    pub fn replace(&mut self, seen: &Seen, field: Word, class: Word) -> Set<PurposeId> {
        let mut purposes = Set::EMPTY;
        for old in seen
            .items
            .iter()
            .filter(|item| item.field == field && item.class == class)
        {
            self.writes.push(Write::DeleteItem(old.field, old.number));
            if let Some(facts) = self.asking.moment.in_force.item(&seen.state, old) {
                purposes = purposes.union(facts.purposes);
            }
        }
        purposes
    }

    pub fn moving(&mut self, class: Word, moves: bool) {
        if moves && !self.state.moving.iter().any(|(word, _)| *word == class.0) {
            self.state.moving.push((class.0, UNLISTED));
        }
    }
}
