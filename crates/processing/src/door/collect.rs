//! Collecting: what comes in is checked, screened, matched to a person, placed under its retention
//! classes and sealed.
//! Nothing is stored that the policy refuses, and nothing of a refused intake stays.

use super::*;
use crate::command::{Collect, Effect, Given};
use kept_terms::{Act, Country, FieldKind, Normalised, Set, SpecialCategory};
use kept_vault::store::Word;
use kept_vault::{ConsentRecord, HeldItem, Placed};

/// A value on its way in.
pub(super) struct Taken {
    pub field: FieldId,
    pub content: Content,
}

pub(super) enum Content {
    Text(Normalised),
    File {
        name: String,
        media_type: String,
        bytes: Vec<u8>,
    },
}

impl<S: Store> Processing<S> {
    pub(super) async fn collect(
        &self,
        asking: &Asking<'_>,
        collect: &Collect,
    ) -> Result<Prepared, Failure> {
        let words = &asking.policy().words;
        let channel_id = declared(&words.channels, "channel", &collect.channel)?;
        let channel = words.channels.get(channel_id);
        let taken = take(asking.policy(), collect)?;
        let (found, said) = self.found(asking.policy(), &taken);
        let subject = self.subject(asking, collect, &taken).await?;
        if let Some(seen) = &subject
            && self.must_expire(asking.moment, seen).await
        {
            return Ok(Prepared::again(Some(seen.id)));
        }

        let blank = PersonState::of(asking.caller.home.as_ref());
        let state = subject.as_ref().map_or(&blank, |seen| &seen.state);
        let mut person = asking.moment.person(state);
        person.country = said_country(asking.policy(), collect, &taken)
            .or(person.country)
            .or(channel.and_then(|channel| channel.region));
        for purpose in &collect.consents {
            let purpose = declared(&words.purposes, "consents", purpose)?;
            person.consents.push(Consent {
                purpose,
                given: asking.moment.today,
            });
        }
        let request = Request {
            purpose: match &collect.purpose {
                Some(purpose) => Some(declared(&words.purposes, "purpose", purpose)?),
                None => None,
            },
            fields: taken.iter().map(|taken| taken.field).collect(),
            channel: Some(channel_id),
            service: match &collect.service {
                Some(service) => Some(declared(&words.services, "service", service)?),
                None => None,
            },
            notice_given: collect.notice_given,
            age: finding::youngest(collect.age, said),
            found: &found,
            ..Request::new(Act::Collect, asking.actor)
        };
        let held = |seen: &Seen| -> Vec<ItemFacts> {
            let items = seen.items.iter();
            items
                .filter_map(|item| asking.moment.in_force.item(&seen.state, item))
                .collect()
        };
        let items = subject.as_ref().map(held).unwrap_or_default();
        let facts = Facts {
            person: &person,
            items: &items,
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, &request, subject.as_ref(), refusal),
            Decision::Permitted(permit) => {
                let country = person.country;
                self.store(asking, collect, &request, permit, subject, taken, country)
                    .await
            }
        }
    }

    /// Records a refusal; nothing of what was asked is kept.
    pub(super) fn refuse(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        seen: Option<&Seen>,
        refusal: Refusal,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        telling.person = seen.map(|seen| self.vault.commitment(seen));
        let entry = telling.refused(&refusal)?;
        Ok(Prepared {
            commit: unchanging(seen, entry),
            then: Then::Refuse(refusal),
        })
    }

    /// Which special categories the values tell, and where; and the age they say.
    fn found(
        &self,
        policy: &Policy,
        taken: &[Taken],
    ) -> (Vec<(SpecialCategory, FoundIn)>, Option<u8>) {
        let mut found = Vec::new();
        let mut age = None;
        for taken in taken {
            let kind = policy.words.fields.get(taken.field).map(|field| field.kind);
            let free = kind.is_some_and(|kind| kind.is_free_text());
            let (told, place) = match &taken.content {
                Content::Text(text) if free => (self.told_by_text(&text.shown), FoundIn::FreeText),
                Content::Text(text) => (self.told_by_text(&text.shown), FoundIn::Field),
                Content::File { bytes, .. } => (self.told_by_file(bytes), FoundIn::Attachment),
            };
            let categories = told.categories.into_iter();
            found.extend(categories.map(|category| (category, place)));
            age = finding::youngest(age, told.age);
        }
        (found, age)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "everything that was decided on is stored together"
    )]
    async fn store(
        &self,
        asking: &Asking<'_>,
        collect: &Collect,
        request: &Request<'_>,
        permit: Permit,
        subject: Option<Seen>,
        taken: Vec<Taken>,
        country: Option<Country>,
    ) -> Result<Prepared, Failure> {
        let new = subject.is_none();
        let before = subject.as_ref().map(|seen| &seen.state);
        let mut intake = Intake::begin(asking, collect, request, &permit, before)?;
        let places = intake.places(&taken)?;
        let classes: Vec<_> = places
            .iter()
            .map(|place| (place.class, place.anchor))
            .collect();
        let now = asking.moment.now;
        let whom = subject.as_ref().map(|seen| seen.id);
        let ready = self.vault.make_ready(&permit, subject, now, &classes);
        let Some(seen) = ready.await? else {
            return Ok(Prepared::again(whom));
        };
        if let Some(country) = country {
            intake.state.set_country(country);
        }
        intake.note_consents_and_events(collect)?;
        for taken in &taken {
            intake.claim(&self.vault, taken)?;
        }
        if new {
            intake.writes.extend(self.listed(&intake.state, seen.id));
        }
        for place in places {
            self.place(&mut intake, &seen, place).await?;
        }
        self.list_anchors(
            &asking.moment.in_force,
            &mut intake.state,
            &mut intake.writes,
        )?;

        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.count = u64::try_from(intake.items).ok();
        let entry = telling.permitted(&permit)?;
        let Intake {
            state,
            writes,
            items,
            ..
        } = intake;
        let commit = self.changing(&seen, &state, writes, entry)?;
        let redacted = permit.redact();
        let effect = Effect::Stored {
            person: seen.id,
            new,
            items,
            redacted,
        };
        Ok(Prepared {
            commit,
            then: Then::Give(effect),
        })
    }

    /// Seals one value in one place.
    async fn place(
        &self,
        intake: &mut Intake<'_>,
        seen: &Seen,
        place: Place<'_>,
    ) -> Result<(), Failure> {
        let in_force = &intake.asking.moment.in_force;
        let mut purposes = place.purposes;
        // What is held stays as it is, even where a newer value takes its place.
        if !place.many && place.before_held.is_none() {
            purposes = purposes.union(intake.replace(seen, place.field, place.class));
        }
        let origin = in_force
            .origin_word(&self.vault, intake.document, intake.channel, purposes)
            .await?;
        let number = intake.state.number_item()?;
        let Place {
            field,
            class,
            anchor,
            before_held,
            ..
        } = place;
        let placed = Placed {
            field,
            number,
            origin,
            class,
            anchor,
        };
        let item = match place.content {
            Content::Text(text) => {
                let shown = match intake.permit.redact() {
                    true => self.redacted(&text.shown),
                    false => text.shown.clone(),
                };
                self.vault
                    .seal(intake.permit, seen, placed, shown.as_bytes())?
            }
            Content::File {
                name,
                media_type,
                bytes,
            } => self
                .vault
                .seal_file(intake.permit, seen, placed, name, media_type, bytes)?,
        };
        match before_held {
            Some((class, anchor)) => intake.state.held.push(HeldItem {
                field: field.0,
                number,
                class: class.0,
                anchor: anchor.map(|day| day.0),
            }),
            None => intake.moving(class, anchor.is_none()),
        }
        intake.writes.push(Write::PutItem(item));
        intake.items += 1;
        Ok(())
    }

    /// A text without the statements that may not be taken.
    pub(super) fn redacted(&self, text: &str) -> String {
        kept_screening::redact(text, &self.screener.screen(text))
    }

    /// Tells storage from which day each of the person's moving classes counts, where that has
    /// changed.
    pub(crate) fn list_anchors(
        &self,
        in_force: &InForce,
        state: &mut PersonState,
        writes: &mut Vec<Write>,
    ) -> Result<(), Failure> {
        let mut moving = std::mem::take(&mut state.moving);
        for (class, listed) in &mut moving {
            let word = Word(*class);
            let Some(event) = in_force.class(word).map(|class| class.after) else {
                continue;
            };
            let day = state
                .event(in_force.event_word(event)?)
                .unwrap_or(Day::NEVER);
            if day.0 != *listed {
                let old = (*listed != UNLISTED).then_some(Day(*listed));
                writes.push(Write::PutAnchor {
                    class: word,
                    old,
                    new: Some(day),
                });
                *listed = day.0;
            }
        }
        state.moving = moving;
        Ok(())
    }
}

/// A moving class that storage has not been told of yet.
const UNLISTED: i32 = i32::MIN;

/// Where one value goes.
struct Place<'t> {
    field: Word,
    class: Word,
    anchor: Option<Day>,
    /// Where a hold lifts it to, if one keeps it.
    before_held: Option<(Word, Option<Day>)>,
    purposes: Set<PurposeId>,
    many: bool,
    content: &'t Content,
}

/// One record on its way into storage.
struct Intake<'a> {
    asking: &'a Asking<'a>,
    permit: &'a Permit,
    document: &'a Document,
    channel: &'a str,
    channel_id: Option<ChannelId>,
    purpose: Option<PurposeId>,
    day: Day,
    state: PersonState,
    writes: Vec<Write>,
    items: usize,
}

impl<'a> Intake<'a> {
    fn begin(
        asking: &'a Asking<'a>,
        collect: &'a Collect,
        request: &Request<'_>,
        permit: &'a Permit,
        before: Option<&PersonState>,
    ) -> Result<Intake<'a>, Failure> {
        let day = collect.collected_on.unwrap_or(asking.moment.today);
        if day > asking.moment.today {
            return Err(Failure::invalid("collected-on", "lies in the future"));
        }
        Ok(Intake {
            asking,
            permit,
            document: document(asking.policy(), permit)?,
            channel: &collect.channel,
            channel_id: request.channel,
            purpose: request.purpose,
            day,
            state: match before {
                Some(before) => before.clone(),
                None => PersonState::of(asking.caller.home.as_ref()),
            },
            writes: Vec::new(),
            items: 0,
        })
    }
}

impl Intake<'_> {
    /// The purposes for which a field is collected here and now.
    fn purposes(&self, field: FieldId) -> Set<PurposeId> {
        let Some(channel) = self.channel_id else {
            return Set::EMPTY;
        };
        let all = self.document.rules.collected_for(field, channel);
        self.purpose
            .map_or(all, |only| all.intersection(Set::of(only)))
    }

    fn note_consents_and_events(&mut self, collect: &Collect) -> Result<(), Failure> {
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
    fn places<'t>(&self, taken: &'t [Taken]) -> Result<Vec<Place<'t>>, Failure> {
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
        Ok(places)
    }

    /// Claims a value that identifies the person, in place of the one before where there can be but
    /// one.
    fn claim<S: Store>(&mut self, vault: &Vault<S>, taken: &Taken) -> Result<(), Failure> {
        let in_force = &self.asking.moment.in_force;
        let field = in_force.policy.words.fields.get(taken.field);
        let (Some(field), Content::Text(text)) = (field, &taken.content) else {
            return Ok(());
        };
        if field.identifier {
            let home = self.state.home.as_ref();
            let index = vault.identifier(home, &field.name, &text.compared);
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
    fn replace(&mut self, seen: &Seen, field: Word, class: Word) -> Set<PurposeId> {
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

    fn moving(&mut self, class: Word, moves: bool) {
        if moves && !self.state.moving.iter().any(|(word, _)| *word == class.0) {
            self.state.moving.push((class.0, UNLISTED));
        }
    }
}

/// Checks every value; all that is wrong with the record is told by its first fault.
fn take(policy: &Policy, collect: &Collect) -> Result<Vec<Taken>, Failure> {
    let mut taken = Vec::with_capacity(collect.values.len());
    let mut fields = Set::EMPTY;
    for (name, given) in &collect.values {
        let id: FieldId = declared(&policy.words.fields, "values", name)?;
        let Some(field) = policy.words.fields.get(id) else {
            continue;
        };
        if fields.contains(id) && !field.many {
            return Err(Failure::invalid(format!("values.{name}"), "is given twice"));
        }
        fields.insert(id);
        let content = match given {
            Given::Text(text) => {
                let checked =
                    field
                        .kind
                        .normalise(text, collect.country, &field.choices, field.length_max);
                Content::Text(checked.map_err(|problem| {
                    Failure::invalid(format!("values.{name}"), problem.to_string())
                })?)
            }
            Given::File {
                name,
                media_type,
                content,
            } if field.kind.is_large() => Content::File {
                name: name.clone(),
                media_type: media_type.clone(),
                bytes: content.clone(),
            },
            Given::File { .. } => {
                let problem = "takes text, not a file";
                return Err(Failure::invalid(format!("values.{name}"), problem));
            }
        };
        taken.push(Taken { field: id, content });
    }
    Ok(taken)
}

fn said_country(policy: &Policy, collect: &Collect, taken: &[Taken]) -> Option<Country> {
    let is_country = |taken: &&Taken| {
        let field = policy.words.fields.get(taken.field);
        field.is_some_and(|field| field.kind == FieldKind::Country)
    };
    let text = |taken: &Taken| match &taken.content {
        Content::Text(text) => text.shown.parse().ok(),
        Content::File { .. } => None,
    };
    collect
        .country
        .or_else(|| taken.iter().filter(is_country).find_map(text))
}

pub(super) fn document<'p>(policy: &'p Policy, permit: &Permit) -> Result<&'p Document, Failure> {
    let found = policy.document(permit.document());
    found.ok_or_else(|| Failure::Corrupt("a permit names no document".to_owned()))
}
