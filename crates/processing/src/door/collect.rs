//! Collecting: what comes in is checked, screened, matched to a person, placed under its retention
//! classes and sealed.
//! Nothing is stored that the policy refuses, and nothing of a refused intake stays.

mod record;

use super::*;
use crate::command::{Collect, Effect, Given, Subject};
use kept_terms::{Act, Country, FieldKind, Normalised, Set, SpecialCategory};
use kept_vault::Placed;
use kept_vault::store::Word;
use record::{Intake, Place, UNLISTED};

/// A value on its way in.
struct Taken {
    field: FieldId,
    content: Content,
}

enum Content {
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
        let found = self.found(asking.policy(), &taken);
        let subject = self.subject(asking, collect, &taken).await?;
        if let Some(seen) = &subject
            && self.must_expire(asking.moment, seen).await
        {
            return Ok(Prepared::again(Some(seen.id)));
        }

        let blank = PersonState::default();
        let state = subject.as_ref().map_or(&blank, |seen| &seen.state);
        let mut person = asking.moment.in_force.person(state);
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
            age: collect.age,
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

    fn found(&self, policy: &Policy, taken: &[Taken]) -> Vec<(SpecialCategory, FoundIn)> {
        let mut found = Vec::new();
        for taken in taken {
            let kind = policy.words.fields.get(taken.field).map(|field| field.kind);
            let free = kind.is_some_and(|kind| kind.is_free_text());
            let (text, place) = match &taken.content {
                Content::Text(text) if free => (text.shown.as_str(), FoundIn::FreeText),
                Content::Text(text) => (text.shown.as_str(), FoundIn::Field),
                Content::File {
                    media_type, bytes, ..
                } if media_type.starts_with("text/") => match std::str::from_utf8(bytes) {
                    Ok(text) => (text, FoundIn::Attachment),
                    Err(_) => continue,
                },
                Content::File { .. } => continue,
            };
            let findings = self.screener.screen(text);
            found.extend(
                findings
                    .into_iter()
                    .map(|finding| (finding.category, place)),
            );
        }
        found
    }

    /// Whom a record is about: the person named, or the one who has its identifiers; nothing for
    /// somebody new.
    async fn subject(
        &self,
        asking: &Asking<'_>,
        collect: &Collect,
        taken: &[Taken],
    ) -> Result<Option<Seen>, Failure> {
        let in_force = &asking.moment.in_force;
        let fields = &asking.policy().words.fields;
        let mut wanted = self.required(asking, collect)?;
        let mut owner = match collect.subject {
            Subject::Known(person) => Some(person),
            Subject::Matched => None,
        };
        for taken in taken {
            let Some(field) = fields.get(taken.field) else {
                continue;
            };
            if !field.many {
                wanted.push(in_force.field_word(taken.field)?);
            }
            if let (Content::Text(text), true) = (&taken.content, field.identifier) {
                let index = self.vault.index(&field.name, &text.compared);
                match (owner, self.vault.store().find(index).await?) {
                    (Some(one), Some(other)) if one != other => {
                        return Err(Failure::Conflict("an identifier belongs to somebody else"));
                    }
                    (None, Some(person)) => owner = Some(person),
                    (_, _) => {}
                }
            }
        }
        let Some(person) = owner else {
            return Ok(None);
        };
        let seen = self.seen(person, Wanted::Fields(&wanted)).await;
        // Whoever has the identifier and no key any more was erased, and does not come back.
        if collect.subject == Subject::Matched
            && seen.is_err()
            && self.clear_keyless(asking, person).await?
        {
            return Ok(None);
        }
        seen.map(Some)
    }

    /// The fields that the service asked for cannot be had without.
    fn required(&self, asking: &Asking<'_>, collect: &Collect) -> Result<Vec<Word>, Failure> {
        let Some(service) = &collect.service else {
            return Ok(Vec::new());
        };
        let service = declared(&asking.policy().words.services, "service", service)?;
        let mut fields = Set::EMPTY;
        for clause in asking.policy().clauses() {
            if let Body::Collect(body) = &clause.body
                && body.required_for.contains(service)
            {
                fields = fields.union(body.data);
            }
        }
        fields
            .iter()
            .map(|field| asking.moment.in_force.field_word(field))
            .collect()
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
        let state = subject.as_ref().map(|seen| seen.state.clone());
        let mut intake = Intake::new(asking, collect, request, &permit, state)?;
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
        if !place.many {
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
                let shown = self.as_permitted(intake.permit, &text.shown);
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
        intake.moving(class, anchor.is_none());
        intake.writes.push(Write::PutItem(item));
        intake.items += 1;
        Ok(())
    }

    /// A text as a permit lets it be stored: without the statements that may not be taken, where
    /// the permit says so.
    pub(super) fn as_permitted(&self, permit: &Permit, text: &str) -> String {
        match permit.redact() {
            true => kept_screening::redact(text, &self.screener.screen(text)),
            false => text.to_owned(),
        }
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
