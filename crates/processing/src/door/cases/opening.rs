//! Opening a case: whose it is, until when it is to be answered, and by whom.
//! For somebody who has not shown who they are nobody is looked up, so that nothing is told, not
//! even by how long it takes.

use super::*;
use crate::command::{Opening, Whose};
use kept_cases::{Clock, Date, Group, Opened, Reference, State, Written};
use kept_terms::Territory;

impl<S: Store> Processing<S> {
    pub(super) async fn open_case(
        &self,
        asking: &Asking<'_>,
        opening: &Opening,
    ) -> Result<Prepared, Failure> {
        checking::check(asking, opening)?;
        let seen = match opening.person() {
            Some(person) => Some(self.seen(person, Wanted::Nothing).await?),
            None => None,
        };
        let callback = opening.protocol.as_ref();
        if let Some(url) = callback.and_then(|it| it.callback.as_deref()) {
            crate::feeds::address(url)?;
        }
        let country = match (&seen, &opening.about) {
            (Some(seen), _) => asking.moment.in_force.person(&seen.state).country,
            (None, Whose::Unknown(stranger)) => stranger.country,
            (None, Whose::Breach { country, .. }) => *country,
            (None, Whose::Person(_) | Whose::Authority { .. } | Whose::Staff { .. }) => None,
        };
        let facts_of = match &seen {
            Some(seen) => asking.moment.person(&seen.state),
            None => rules::stranger(asking.policy(), country),
        };
        let request = Request {
            book: Some(opening.kind.book()),
            right: opening.kind.right(),
            age: self.said_age(opening),
            ..Request::new(Act::Answer, asking.actor)
        };
        let facts = Facts {
            person: &facts_of,
            items: &[],
            recipient: None,
        };
        let permit = match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, seen.as_ref(), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        if opening.carried_out.is_none()
            && opening.protocol.is_none()
            && let Some(known) = self.known_already(opening).await?
        {
            return self
                .join(asking, &request, &permit, seen, known, opening)
                .await;
        }
        let document = collect::document(asking.policy(), &permit)?;
        let case = self.drafted(asking, opening, document, country).await?;
        self.opened(asking, &request, &permit, seen, case, opening)
            .await
    }

    /// How old whoever writes says they are. Whoever reports a child is asked for no age: a child
    /// may do it, too.
    fn said_age(&self, opening: &Opening) -> Option<u8> {
        let Whose::Unknown(stranger) = &opening.about else {
            return None;
        };
        if opening.kind == Kind::UnderAge {
            return None;
        }
        let text = stranger.text.as_deref().unwrap_or_default();
        finding::youngest(stranger.age, self.told_by_text(text).age)
    }

    /// The open case that this one would be another of.
    pub(super) async fn known_already(&self, opening: &Opening) -> Result<Option<Case>, Failure> {
        // Two questions, or two complaints, are two, unless they say the same.
        let any = opening.kind.group() == Group::Right || opening.kind == Kind::UnderAge;
        let purpose = opening.purpose.as_deref();
        let (whom, stranger) = match &opening.about {
            Whose::Person(person) if any => {
                let whom = Whom::Person(*person);
                return self.joined_by(&whom, opening.kind, purpose).await;
            }
            Whose::Unknown(stranger) => match &stranger.contact {
                Some(contact) => (Whom::Contact(contact), stranger),
                None => return Ok(None),
            },
            Whose::Person(_)
            | Whose::Authority { .. }
            | Whose::Staff { .. }
            | Whose::Breach { .. } => return Ok(None),
        };
        let text = stranger.text.as_deref().map(|text| self.redacted(text));
        let mut cases = self.cases_of(&whom).await?;
        cases.retain(|case| {
            let written = case.written.as_ref();
            let same_text = || written.is_some_and(|it| it.text == text);
            !case.is_ended()
                && case.kind == opening.kind
                && case.purpose() == purpose
                && written.is_some_and(|it| it.whom == stranger.whom)
                && (any || same_text())
        });
        Ok(cases.into_iter().next())
    }

    async fn join(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        seen: Option<Seen>,
        case: Case,
        opening: &Opening,
    ) -> Result<Prepared, Failure> {
        let message = opening.message;
        let (mut case, _) = self.moved_on(asking, &case, &Event::Joined { message })?;
        if let (Whose::Unknown(stranger), Some(written)) = (&opening.about, &mut case.written)
            && let Some(text) = &stranger.text
        {
            written.add(&self.redacted(text));
        }
        let writes = self.put_case(&case).await?;
        let mut prepared = self.note_case(asking, request, permit, seen.as_ref(), &case, writes)?;
        prepared.then = Then::Give(Effect::Named(case.reference.to_string()));
        Ok(prepared)
    }

    /// The case as it is to begin.
    pub(super) async fn drafted(
        &self,
        asking: &Asking<'_>,
        opening: &Opening,
        document: &Document,
        country: Option<Territory>,
    ) -> Result<Case, Failure> {
        let moment = asking.moment;
        let reference = match opening.reference {
            Some(reference) if self.find_case(reference).await?.is_some() => {
                return Err(Failure::Conflict("there is a case of this reference"));
            }
            Some(reference) => reference,
            None => self.draw_case(),
        };
        let country = country.or_else(|| rules::own_country(document));
        let clock = Clock::of(country, opening.kind, moment.today);
        let opened = Opened {
            at: moment.now.as_second(),
            on: Date(moment.today),
            through: opening.through.clone(),
            by: asking.caller.id.clone(),
            country,
            protocol: opening.protocol.clone(),
        };
        let about = about(opening, &clock);
        let mut case = Case::begun(reference, opening.kind, about, &document.name, opened);
        case.acknowledge_by = clock.acknowledge_by(country, moment.today).map(Date);
        case.messages.extend(opening.message);
        case.written = self.written(opening);
        rules::place(asking.policy(), moment.today, document, &mut case);
        if rules::wants_identity(document, opening) {
            case.state = State::IdentityWanted {
                since: Date(moment.today),
                stopped: clock.stops.then_some(Date(moment.today)),
            };
        }
        Ok(case)
    }

    /// The last day of the answer to what somebody asks today who is not known; nothing where no
    /// clause says.
    pub fn day_of_answer(&self, kind: Kind, country: Option<Territory>) -> Option<Day> {
        let moment = self.moment();
        let policy = moment.policy();
        let document = policy.document_of(&rules::stranger(policy, country))?;
        let opened = Opened {
            at: moment.now.as_second(),
            on: Date(moment.today),
            through: None,
            by: String::new(),
            country: country.or_else(|| rules::own_country(document)),
            protocol: None,
        };
        let about = About::Person {
            person: None,
            purpose: None,
            agent: None,
        };
        let reference = Reference::draw(&*self.randomness);
        let mut case = Case::begun(reference, kind, about, &document.name, opened);
        rules::place(policy, moment.today, document, &mut case);
        case.due.map(|due| due.0)
    }

    /// What somebody unknown left, with what the law protects most struck out.
    fn written(&self, opening: &Opening) -> Option<Written> {
        let Whose::Unknown(stranger) = &opening.about else {
            return None;
        };
        let told = |text: &Option<String>| text.as_deref().map(|text| self.redacted(text));
        Some(Written {
            contact: stranger.contact.as_deref().map(|it| it.trim().to_owned()),
            name: told(&stranger.name),
            text: told(&stranger.text),
            whom: stranger.whom.as_deref().map(|it| it.trim().to_owned()),
            more: Vec::new(),
            answer: None,
        })
    }

    async fn opened(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        seen: Option<Seen>,
        mut case: Case,
        opening: &Opening,
    ) -> Result<Prepared, Failure> {
        let named = case.reference.to_string();
        let first = match case.state {
            State::IdentityWanted { .. } => Telling::IdentityWanted,
            State::Open | State::Waiting { .. } | State::Ended(_) => Telling::Received,
        };
        let counted = self.first_message(asking, &case).await?;
        let tell: Vec<_> = [Follows::Tell(first)]
            .into_iter()
            .filter(|_| counted.goes())
            .collect();
        let now = asking.moment.now.as_second();
        if let Some(command) = opening.carried_out.as_deref() {
            rules::fits(&case, command)?;
            if rules::stays_open(&case, command) {
                let mut prepared = self.carried_out(asking, command, case, &tell).await?;
                counted.count(&mut prepared.commit, now);
                return Ok(prepared);
            }
            let event = Event::Ended {
                outcome: rules::done(case.kind).to_owned(),
                ground: None,
                did: vec![command.act().word().to_owned()],
                left: Vec::new(),
            };
            // What is done when the page answers needs no message.
            let (ended, _) = self.moved_on(asking, &case, &event)?;
            return self.carried_out(asking, command, ended, &[]).await;
        }
        let pause = rules::pending_objection(&case).filter(|_| seen.is_some());
        if let Some(command) = pause.map(rules::begun) {
            let mut prepared = self.carried_out(asking, &command, case, &tell).await?;
            counted.count(&mut prepared.commit, now);
            if matches!(prepared.then, Then::Give(Effect::Done)) {
                prepared.then = Then::Give(Effect::Named(named));
            }
            return Ok(prepared);
        }
        let mut writes = self.tell_all(asking, &mut case, &tell)?;
        writes.extend(self.put_case(&case).await?);
        let mut prepared = self.note_case(asking, request, permit, seen.as_ref(), &case, writes)?;
        counted.count(&mut prepared.commit, now);
        prepared.then = Then::Give(Effect::Named(named));
        Ok(prepared)
    }
}

/// What the case is about.
fn about(opening: &Opening, clock: &Clock) -> About {
    match &opening.about {
        Whose::Person(person) => About::Person {
            person: Some(*person),
            purpose: opening.purpose.clone(),
            agent: opening.agent.clone(),
        },
        Whose::Unknown(_) => About::Person {
            person: None,
            purpose: opening.purpose.clone(),
            agent: opening.agent.clone(),
        },
        Whose::Authority { authority, code } => About::Authority {
            authority: authority.clone(),
            code: code.clone(),
        },
        Whose::Staff {
            actor,
            holder,
            role,
            reasons,
            entries,
        } => About::Staff {
            actor: actor.clone(),
            holder: holder.clone(),
            role: role.clone(),
            reasons: reasons.clone(),
            entries: entries.clone(),
        },
        Whose::Breach {
            known_at,
            what,
            fields,
            people,
            clients,
            ..
        } => About::Breach(kept_cases::Breach {
            known_at: *known_at,
            what: what.clone(),
            fields: fields.clone(),
            people: people.clone(),
            noticed: Vec::new(),
            clients: clients.clone(),
            clients_told: Vec::new(),
            authority_by: clock
                .breach_hours
                .map(|hours| known_at.saturating_add(i64::from(hours) * 3_600)),
            authority_told: None,
            measures: Vec::new(),
        }),
    }
}
