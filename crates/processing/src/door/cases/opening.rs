//! Opening a case: whose it is, until when it is to be answered, and by whom.
//! For somebody who has not shown who they are nobody is looked up, so that nothing is told, not
//! even by how long it takes.

use super::*;
use crate::command::{Opening, Whose};
use kept_cases::{Clock, Date, Group, Opened, State, Step, Written};
use kept_terms::Country;

/// How long what somebody unknown writes may be, in bytes.
const TEXT_BYTES_MAX: usize = 8_000;
/// How long an address may be, in bytes.
const CONTACT_BYTES_MAX: usize = 254;
/// How many people a breach may be opened with.
const PEOPLE_MAX: usize = 100_000;
/// What may happen to information.
const BREACHES: [&str; 4] = ["lost", "disclosed", "altered", "unavailable"];

impl<S: Store> Processing<S> {
    pub(super) async fn open_case(
        &self,
        asking: &Asking<'_>,
        opening: &Opening,
    ) -> Result<Prepared, Failure> {
        check(asking, opening)?;
        let seen = match opening.person() {
            Some(person) => Some(self.seen(person, Wanted::Nothing).await?),
            None => None,
        };
        let country = match (&seen, &opening.about) {
            (Some(seen), _) => asking.moment.in_force.person(&seen.state).country,
            (None, Whose::Unknown { country, .. } | Whose::Breach { country, .. }) => *country,
            (None, Whose::Person(_) | Whose::Authority { .. } | Whose::Staff { .. }) => None,
        };
        let facts_of = match &seen {
            Some(seen) => asking.moment.person(&seen.state),
            None => rules::stranger(asking.policy(), country),
        };
        let request = Request {
            book: Some(opening.kind.book()),
            right: opening.kind.right(),
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

    /// The open case that this one would be another of.
    async fn known_already(&self, opening: &Opening) -> Result<Option<Case>, Failure> {
        let whom = match &opening.about {
            Whose::Person(person) => Whom::Person(*person),
            Whose::Unknown {
                contact: Some(contact),
                text: None,
                ..
            } => Whom::Contact(contact),
            Whose::Unknown { .. }
            | Whose::Authority { .. }
            | Whose::Staff { .. }
            | Whose::Breach { .. } => return Ok(None),
        };
        // Two questions, or two complaints, are two.
        if opening.kind.group() != Group::Right && opening.kind != Kind::UnderAge {
            return Ok(None);
        }
        self.joined_by(&whom, opening.kind, opening.purpose.as_deref())
            .await
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
        let (case, _) = self.moved_on(asking, &case, &Event::Joined { message })?;
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
        country: Option<Country>,
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
        let mut case = Case {
            reference,
            kind: opening.kind,
            about: about(opening, &clock),
            document: document.name.to_string(),
            clause: None,
            opened: Opened {
                at: moment.now.as_second(),
                on: Date(moment.today),
                through: opening.through.clone(),
                by: asking.caller.id.clone(),
                country,
            },
            state: State::Open,
            stage: 0,
            owner: String::new(),
            due: None,
            acknowledge_by: clock.acknowledge_by(country, moment.today).map(Date),
            extension: None,
            reminded: Vec::new(),
            messages: opening.message.into_iter().collect(),
            written: self.written(opening)?,
            withheld: Vec::new(),
            told: Vec::new(),
            steps: vec![Step {
                what: "opened".to_owned(),
                at: moment.now.as_second(),
                by: asking.caller.id.clone(),
            }],
        };
        rules::place(asking, document, &mut case);
        if rules::wants_identity(document, opening) {
            case.state = State::IdentityWanted {
                since: Date(moment.today),
                stopped: clock.stops.then_some(Date(moment.today)),
            };
        }
        Ok(case)
    }

    /// What somebody unknown left, with what the law protects most struck out.
    fn written(&self, opening: &Opening) -> Result<Option<Written>, Failure> {
        let Whose::Unknown { contact, text, .. } = &opening.about else {
            return Ok(None);
        };
        let text = text.as_deref().map(|text| self.redacted(text));
        Ok(Some(Written {
            contact: contact.as_deref().map(|it| it.trim().to_owned()),
            text,
        }))
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
        if let Some(command) = opening.carried_out.as_deref() {
            rules::fits(&case, command)?;
            if rules::stays_open(&case, command) {
                let tell = [Follows::Tell(first)];
                return self.carried_out(asking, command, case, &tell).await;
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
            let tell = [Follows::Tell(first)];
            let mut prepared = self.carried_out(asking, &command, case, &tell).await?;
            if matches!(prepared.then, Then::Give(Effect::Done)) {
                prepared.then = Then::Give(Effect::Named(named));
            }
            return Ok(prepared);
        }
        let mut writes = self.tell_all(asking, &mut case, &[Follows::Tell(first)])?;
        writes.extend(self.put_case(&case).await?);
        let mut prepared = self.note_case(asking, request, permit, seen.as_ref(), &case, writes)?;
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
        Whose::Unknown { .. } => About::Person {
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
            authority_by: clock
                .breach_hours
                .map(|hours| known_at.saturating_add(i64::from(hours) * 3_600)),
            authority_told: None,
            measures: Vec::new(),
        }),
    }
}

/// Checks what no policy speaks of: that what is said fits the kind, and fits into a case.
fn check(asking: &Asking<'_>, opening: &Opening) -> Result<(), Failure> {
    let words = &asking.policy().words;
    if let Some(channel) = &opening.through {
        let _: ChannelId = declared(&words.channels, "through", channel)?;
    }
    if let Some(purpose) = &opening.purpose {
        let _: PurposeId = declared(&words.purposes, "purpose", purpose)?;
    }
    let needs = matches!(opening.kind, Kind::Objection | Kind::OptOut);
    if needs && opening.purpose.is_none() && opening.carried_out.is_none() {
        let problem = "is missing: an objection is to a purpose";
        return Err(Failure::invalid("purpose", problem));
    }
    let fits = match (&opening.about, opening.kind) {
        (Whose::Person(_) | Whose::Unknown { .. }, kind) => {
            kind.group() != Group::Affair || kind == Kind::UnderAge
        }
        (Whose::Authority { .. }, kind) => kind == Kind::Enquiry,
        (Whose::Staff { .. }, kind) => kind == Kind::Violation,
        (Whose::Breach { .. }, kind) => kind == Kind::Breach,
    };
    if !fits {
        return Err(troubled(Trouble::OtherKind));
    }
    match &opening.about {
        Whose::Unknown { contact, text, .. } => {
            let plain = |it: &String| it.len() <= CONTACT_BYTES_MAX && it.trim().contains('@');
            if contact.as_ref().is_some_and(|it| !plain(it)) {
                return Err(Failure::invalid("contact", "is not an e-mail address"));
            }
            if text.as_ref().is_some_and(|it| it.len() > TEXT_BYTES_MAX) {
                return Err(Failure::invalid("text", "is longer than 8000 bytes"));
            }
            if opening.message.is_some() || opening.carried_out.is_some() {
                return Err(troubled(Trouble::NotIdentified));
            }
            Ok(())
        }
        Whose::Authority { authority, code } => {
            let _: AuthorityId = declared(&words.authorities, "authority", authority)?;
            crate::approvals::coded(code, "reference")
        }
        Whose::Breach {
            what,
            fields,
            people,
            ..
        } => {
            if !BREACHES.contains(&what.as_str()) {
                let problem = format!("is not one of {}", BREACHES.join(", "));
                return Err(Failure::invalid("what", problem));
            }
            if people.len() > PEOPLE_MAX {
                return Err(Failure::invalid("people", "are more than 100000"));
            }
            for field in fields {
                let _: FieldId = declared(&words.fields, "field", field)?;
            }
            Ok(())
        }
        Whose::Person(_) | Whose::Staff { .. } => Ok(()),
    }
}
