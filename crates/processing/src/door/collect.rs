//! Collecting: what comes in is checked, screened, matched to a person, placed under its retention
//! classes and sealed.
//! Nothing is stored that the policy refuses, and nothing of a refused intake stays.

mod places;

use super::taking::{Content, Taken, names_an_identifier, requested, said_country, take};
use super::*;
use crate::command::{Arrived, Collect, Effect};
use crate::letters;
use kept_terms::{Act, ItemNumber, Set};
use kept_vault::store::Word;
use kept_vault::{ConsentRecord, HeldItem, Placed, UNLISTED};
use places::Place;

/// What becomes of a file that is to come.
pub(crate) enum Admission {
    Permitted(Box<Permit>),
    Refused(Performed),
}

impl<S: Store> Processing<S> {
    pub(super) async fn collect(
        &self,
        asking: &Asking<'_>,
        collect: &Collect,
        only_weighed: bool,
    ) -> Result<Prepared, Failure> {
        let words = &asking.policy().words;
        let channel_id = declared(&words.channels, "channel", &collect.channel)?;
        let channel = words.channels.get(channel_id);
        let taken = take(asking, collect)?;
        let is_coming = |taken: &Taken| matches!(taken.content, Content::Coming);
        if !only_weighed && taken.iter().any(is_coming) {
            let problem = "hold a file that is still to come";
            return Err(Failure::invalid("values", problem));
        }
        let found = self.found(asking, collect, &taken);
        let Some((subject, unfit)) = self.subject(asking, collect, &taken).await? else {
            return Ok(Prepared::again(None));
        };
        let whom = subject.as_ref().map(|seen| seen.id);
        let trying = self.trying(asking.caller, whom).await?;
        if let Some(seen) = &subject
            && self.must_expire(asking.moment, seen).await
        {
            return Ok(Prepared::again(Some(seen.id)));
        }

        check_parent(collect, found.age)?;
        let blank = PersonState::of(asking.caller.home.as_ref());
        let state = subject.as_ref().map_or(&blank, |seen| &seen.state);
        let mut person = asking.moment.person(state);
        person.country = said_country(asking.policy(), collect, &taken, person.country)
            .or(channel.and_then(|channel| channel.region));
        person.consents.extend(agreed(asking, collect)?);
        let request = Request {
            channel: Some(channel_id),
            found: &found.categories,
            unread: found.unread,
            age: found.age,
            parent: collect.parent.as_ref().map(|parent| parent.way),
            unfit,
            tries: match unfit || names_an_identifier(asking.policy(), collect, &taken) {
                true => self.tried(&trying, asking.moment.now),
                false => 0,
            },
            ..requested(asking, collect, &taken)?
        };
        let in_force = &asking.moment.in_force;
        let items = subject.as_ref().map(|seen| in_force.items(seen));
        let items = items.unwrap_or_default();
        let facts = Facts {
            person: &person,
            items: &items,
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => {
                let told = self.refuse(asking, &request, subject.as_ref(), refusal)?;
                Ok(self.counted(told, unfit, &trying, asking.moment.now))
            }
            Decision::Permitted(permit) if only_weighed => Ok(Prepared {
                commit: unchanging(None, Vec::new()),
                then: Then::Admit(Box::new(permit)),
            }),
            Decision::Permitted(permit) => {
                self.store(asking, collect, &request, permit, subject, taken, &person)
                    .await
            }
        }
    }

    /// Decides on what is to come, before any of it is taken. A refusal is recorded; a permit is
    /// not, since nothing has been done yet.
    pub(crate) async fn weigh(
        &self,
        caller: &Caller,
        collect: &Collect,
    ) -> Result<Admission, Failure> {
        for _ in 0..ATTEMPTS_MAX {
            let moment = self.moment();
            let command = Command::Collect(collect.clone());
            let asking = Asking::of(caller, &command, &moment)?;
            let prepared = self.collect(&asking, collect, true).await?;
            match prepared.then {
                Then::Admit(permit) => return Ok(Admission::Permitted(permit)),
                Then::Again(Some(person)) => self.expire(person).await?,
                Then::Again(None) => {}
                then => {
                    let commits = vec![prepared.commit];
                    let outcomes = self.vault.commit_under(commits, moment.generation).await?;
                    if let Some(Outcome::Done(entry)) = outcomes.first() {
                        let performed = self.conclude(&moment, *entry, then).await?;
                        return Ok(Admission::Refused(performed));
                    }
                    self.keep_up().await?;
                }
            }
        }
        Err(Failure::Conflict("the person keeps changing; try again"))
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
        person: &PersonFacts,
    ) -> Result<Prepared, Failure> {
        let new = subject.is_none();
        let before = subject.as_ref().map(|seen| &seen.state);
        let mut intake = Intake::begin(asking, collect, request, &permit, before)?;
        let (mut places, unwanted) = intake.places(&taken, person)?;
        // What holds the others together is written when their numbers are known.
        places.sort_by_key(|place| matches!(place.content, Content::Letter(_)));
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
        let keeps = collect.unverified && intake.state.country.is_some();
        if let Some(country) = person.country.filter(|_| !keeps) {
            intake.state.set_territory(country);
        }
        intake.note_consents_and_events(collect)?;
        intake.not_over(&places)?;
        for taken in &taken {
            intake.claim(&self.vault, taken)?;
            intake.note_client(taken);
        }
        if new {
            intake.writes.extend(self.listed(&intake.state, seen.id));
        }
        intake.outdate(&seen, unwanted);
        for place in places {
            if !intake.unverified || place.many || !held(&seen, place.field) {
                self.place(&mut intake, &seen, place).await?;
            }
        }
        asking.moment.settle_contracts(&mut intake.state)?;
        self.list_anchors(
            &asking.moment.in_force,
            &mut intake.state,
            &mut intake.writes,
        )?;

        let opened = self.came_in(asking, collect.opens, seen.id, person, intake.last);
        intake.writes.extend(opened.await?);
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.count = u64::try_from(intake.items).ok();
        let entry = telling.permitted(&permit)?;
        let commit = self.changing(&seen, &intake.state, intake.writes, entry)?;
        let effect = Effect::Stored {
            person: seen.id,
            new,
            items: intake.items,
            redacted: permit.redact(),
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
        intake.last = Some(number);
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
        let item = self.sealed(intake, seen, placed, place.content)?;
        intake.state.confirm(field, intake.day);
        if place.many {
            let name = in_force.field_name(field);
            intake.parts.extend(name.map(|name| (name, number)));
        }
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

    /// Seals what is given for its place.
    fn sealed(
        &self,
        intake: &mut Intake<'_>,
        seen: &Seen,
        placed: Placed,
        content: &Content,
    ) -> Result<StoredItem, Failure> {
        match content {
            Content::Text(text) => {
                let shown = match intake.permit.redact() {
                    true => self.redacted_in(intake.asking, placed.field, &text.shown),
                    false => text.shown.clone(),
                };
                Ok(self
                    .vault
                    .seal(intake.permit, seen, placed, shown.as_bytes())?)
            }
            Content::File {
                name,
                media_type,
                bytes,
            } => Ok(self
                .vault
                .seal_file(intake.permit, seen, placed, name, media_type, bytes)?),
            Content::Arrived(arrived) => {
                let Arrived {
                    name, media_type, ..
                } = arrived;
                let (permit, content) = (intake.permit, &arrived.content);
                Ok(self
                    .vault
                    .seal_arrived(permit, seen, placed, name, media_type, content)?)
            }
            Content::Letter(letter) => {
                let parts = std::mem::take(&mut intake.parts);
                let digest = |text: &str| self.letter_name(text);
                let text = letters::Stored::new(letter, parts, digest).text()?;
                Ok(self
                    .vault
                    .seal(intake.permit, seen, placed, text.as_bytes())?)
            }
            Content::Coming => Err(reading::mistaken()),
        }
    }

    /// What stands for a message's identifier: the same for the same, and no sign of it.
    fn letter_name(&self, id: &str) -> String {
        let digest = self.vault.index("kept/letter", id);
        data_encoding::HEXLOWER.encode(digest.get(..12).unwrap_or_default())
    }

    /// A text without the statements that may not be taken.
    pub(super) fn redacted(&self, text: &str) -> String {
        kept_screening::strike(&self.screener, text)
    }

    /// What a text of a field may tell, without what it may not.
    pub(super) fn redacted_in(&self, asking: &Asking<'_>, field: Word, text: &str) -> String {
        let id = asking.moment.in_force.field(field);
        let field = id.and_then(|id| asking.policy().words.fields.get(id));
        let declared = field.and_then(|field| field.special);
        kept_screening::strike_but(&self.screener, text, declared)
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

/// How far ahead an event may lie, in days: ten years and their leap days.
const AHEAD_DAYS_MAX: i32 = 3_653;

/// One record on its way into storage.
struct Intake<'a> {
    asking: &'a Asking<'a>,
    permit: &'a Permit,
    document: &'a Document,
    channel: &'a str,
    channel_id: Option<ChannelId>,
    purpose: Option<PurposeId>,
    day: Day,
    age: Option<u8>,
    state: PersonState,
    writes: Vec<Write>,
    items: usize,
    /// The number that was given last.
    last: Option<ItemNumber>,
    unverified: bool,
    /// What has been placed, as letters name it.
    parts: Vec<(String, ItemNumber)>,
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
            age: request.age,
            state: match before {
                Some(before) => before.clone(),
                None => PersonState::of(asking.caller.home.as_ref()),
            },
            writes: Vec::new(),
            items: 0,
            last: None,
            unverified: collect.unverified,
            parts: Vec::new(),
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
            let moves = words
                .events
                .get(id)
                .is_some_and(|it| !it.moved_by.is_empty());
            let ahead = if moves { 0 } else { AHEAD_DAYS_MAX };
            if day.0.saturating_sub(self.asking.moment.today.0) > ahead {
                return Err(Failure::invalid(
                    format!("events.{event}"),
                    match moves {
                        true => "lies in the future; this event is moved by what happens",
                        false => "lies more than ten years ahead",
                    },
                ));
            }
            self.state.move_event(in_force.event_word(id)?, *day);
        }
        let rule = self.document.rules.children(self.state.territory());
        let is_under = |rule: &ChildRule| self.age.is_some_and(|age| age < rule.under);
        if let Some(parent) = &collect.parent
            && rule.is_some_and(is_under)
        {
            let record = super::choices::parent_record(self.asking, parent, &collect.channel)?;
            let version = self.document.version.to_string();
            self.state.take_for_a_parent(record, &version);
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
            // Said again with nothing changed, it is one agreement and not two.
            let again = |known: &&mut ConsentRecord| {
                known.purpose == record.purpose
                    && known.withdrawn_second.is_none()
                    && known.through == record.through
                    && known.version == record.version
            };
            match self.state.consents.iter_mut().rev().find(again) {
                Some(known) => *known = record,
                None => self.state.consents.push(record),
            }
        }
        Ok(())
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

    /// Remembers whose client the person comes from.
    fn note_client(&mut self, taken: &Taken) {
        let fields = &self.asking.policy().words.fields;
        let field = fields.get(taken.field);
        let of_clients = field.is_some_and(|it| it.register == Some(RegisterKind::Clients));
        if let (Content::Text(text), true) = (&taken.content, of_clients) {
            let client = self.asking.moment.client(&text.shown);
            let known = |id: &String| self.state.clients.contains(id);
            self.state.clients.extend(client.filter(|id| !known(id)));
        }
    }

    fn claim_index(&mut self, field: Word, index: [u8; 32], many: bool) {
        let has_one = self.state.identifiers.iter().any(|(f, _)| *f == field.0);
        if self.unverified && has_one {
            return;
        }
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
        if moves {
            self.state.list_class(class);
        }
    }
}

/// A parent agrees for somebody whose age is said, and not by anybody's word.
fn check_parent(collect: &Collect, age: Option<u8>) -> Result<(), Failure> {
    if collect.parent.is_some() && (collect.unverified || age.is_none()) {
        let problem = "agrees for somebody under age: say their age, as somebody known";
        return Err(Failure::invalid("parent", problem));
    }
    Ok(())
}

/// Whether something of a field is held already.
fn held(seen: &Seen, field: Word) -> bool {
    seen.items.iter().any(|item| item.field == field)
}

pub(super) fn document<'p>(policy: &'p Policy, permit: &Permit) -> Result<&'p Document, Failure> {
    let found = policy.document(permit.document());
    found.ok_or_else(|| Failure::Corrupt("a permit names no document".to_owned()))
}

/// What the person agrees to with what they send.
fn agreed(asking: &Asking<'_>, collect: &Collect) -> Result<Vec<Consent>, Failure> {
    let purposes = &asking.policy().words.purposes;
    let agreed = collect.consents.iter().map(|purpose| {
        Ok(Consent {
            purpose: declared(purposes, "consents", purpose)?,
            given: asking.moment.today,
        })
    });
    agreed.collect()
}
