//! Cases opened, moved on and ended. What a case causes, an erasure or a correction, is decided as
//! that act always is, and becomes durable with the case's end.
//! Who may open or answer a case, how soon, and how it may end is the policy's.

mod along;
mod checking;
mod coming;
mod looking;
mod mailboxes;
mod opening;
mod protocol;
mod rules;
mod unchecked;

pub(super) use rules::is_own_book;

use super::*;
use crate::cases::Whom;
use crate::command::{BreachNote, Casing, Closing};
use crate::outgoing::Outgoing;
use kept_cases::{About, Case, Event, Follows, Ground, Kind, Left, Message as Telling, Trouble};
use kept_terms::{Act, ActorKind, PersonId};

/// The template of what the people are told whom a breach touches.
const BREACH_TEMPLATE: &str = "breach";

impl<S: Store> Processing<S> {
    pub(super) async fn casing(
        &self,
        asking: &Asking<'_>,
        of: Option<PersonId>,
        casing: &Casing,
    ) -> Result<Prepared, Failure> {
        let reference = match casing {
            Casing::Open(opening) => return self.open_case(asking, opening).await,
            Casing::LookUp { reference } => return self.look_up(asking, *reference).await,
            Casing::Pair {
                agent,
                secret,
                message,
            } => return self.pair(asking, agent, secret, message),
            Casing::Mistrust { why } => return self.mistrust(asking, why),
            Casing::Identify { reference, .. }
            | Casing::CheckMandate { reference }
            | Casing::Wait { reference, .. }
            | Casing::Hear { reference, .. }
            | Casing::Extend { reference, .. }
            | Casing::Escalate { reference }
            | Casing::Withhold { reference, .. }
            | Casing::Remind { reference }
            | Casing::Breach { reference, .. }
            | Casing::End { reference, .. } => *reference,
        };
        let case = self.case(reference).await?;
        // Whoever acts as the person acts in a case of their own; others there are none for them.
        if asking.caller.kind == ActorKind::Person && (of.is_none() || of != case.person()) {
            return Err(Failure::NotFound("case"));
        }
        self.reachable(asking, &case).await?;
        let request = self.request_about(asking, &case).await?;
        let seen = self.seen_in(&case).await?;
        let decision = self.weigh_case(asking, &request, &case, seen.as_ref());
        let permit = match decision {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, seen.as_ref(), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        if let Casing::End { end, .. } = casing {
            return self
                .end_case(asking, &request, &permit, case, seen, end)
                .await;
        }
        let event = self.event(asking, &case, casing)?;
        let (mut case, follows) = self.moved_on(asking, &case, &event)?;
        let mut writes = self.written_for(asking, casing, &event, &case).await?;
        writes.extend(self.tell_all(asking, &mut case, &follows)?);
        writes.extend(self.put_case(&case).await?);
        self.note_case(asking, &request, &permit, seen.as_ref(), &case, writes)
    }

    /// The messages that a step causes beside those to whoever asked.
    async fn written_for(
        &self,
        asking: &Asking<'_>,
        casing: &Casing,
        event: &Event,
        case: &Case,
    ) -> Result<Vec<Write>, Failure> {
        Ok(match event {
            Event::Noticed { .. } if is_notice(casing) => self.breach_notices(asking, case).await?,
            Event::Reminded => self.reminder(case)?,
            Event::Noticed { .. }
            | Event::Identified { .. }
            | Event::LookedUp { .. }
            | Event::MandateChecked
            | Event::Waited { .. }
            | Event::Heard
            | Event::Extended { .. }
            | Event::Escalated { .. }
            | Event::Joined { .. }
            | Event::Withheld { .. }
            | Event::Touched { .. }
            | Event::AuthorityTold
            | Event::Measured { .. }
            | Event::Ended { .. } => Vec::new(),
        })
    }

    /// Whoever acts within a client's home reaches the cases of those who are held there; others
    /// there are none for them.
    pub(super) async fn reachable(&self, asking: &Asking<'_>, case: &Case) -> Result<(), Failure> {
        let Some(home) = &asking.caller.home else {
            return Ok(());
        };
        match case.person() {
            Some(person) if self.is_housed(person, home).await? => Ok(()),
            Some(_) | None => Err(Failure::NotFound("case")),
        }
    }

    /// What is asked of the policy about a case that is there.
    async fn request_about<'a>(
        &self,
        asking: &Asking<'_>,
        case: &Case,
    ) -> Result<Request<'a>, Failure> {
        let mut request = Request {
            book: Some(case.kind.book()),
            right: case.kind.right(),
            ..Request::new(Act::Answer, asking.actor)
        };
        if asking.caller.kind != ActorKind::Person {
            request.stage = Some(case.stage);
        }
        request.approved.over = case.is_ended();
        if let About::Staff { actor, holder, .. } = &case.about {
            let own = asking.caller.holder();
            request.approved.own = *actor == asking.caller.id || *holder == own;
        }
        Ok(request)
    }

    /// Whom a case is about, where they are still there.
    pub(super) async fn seen_in(&self, case: &Case) -> Result<Option<Seen>, Failure> {
        match case.person() {
            // Of a demand the person may not be told yet, so it stands in no trail of theirs; and
            // whoever reports somebody is told nothing of them by the ledger.
            Some(person) if !matches!(case.kind, Kind::Compelled | Kind::UnderAge) => {
                Ok(self.vault.look(person, Wanted::Nothing).await?)
            }
            Some(_) | None => Ok(None),
        }
    }

    fn weigh_case(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        case: &Case,
        seen: Option<&Seen>,
    ) -> Decision {
        let person = match seen {
            Some(seen) => asking.moment.person(&seen.state),
            None => rules::stranger(asking.policy(), case.opened.country),
        };
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: None,
        };
        decide(asking.policy(), request, &facts, asking.moment.today)
    }

    /// What happens to the case.
    fn event(&self, asking: &Asking<'_>, case: &Case, casing: &Casing) -> Result<Event, Failure> {
        Ok(match casing {
            Casing::Identify { person, .. } => Event::Identified { person: *person },
            Casing::CheckMandate { .. } => Event::MandateChecked,
            Casing::Wait { why, .. } => Event::Waited { why: why.clone() },
            Casing::Hear { message: None, .. } => Event::Heard,
            Casing::Hear { message, .. } => Event::Joined { message: *message },
            Casing::Extend { why, .. } => Event::Extended { why: why.clone() },
            Casing::Escalate { .. } => {
                let (stage, to) = rules::next_stage(asking, case)
                    .ok_or(Failure::Conflict("it is at its last stage"))?;
                Event::Escalated { stage, to }
            }
            Casing::Withhold {
                field,
                number,
                ground,
                ..
            } => {
                let _: FieldId = declared(&asking.policy().words.fields, "field", field)?;
                Event::Withheld {
                    field: field.clone(),
                    number: *number,
                    ground: ground.clone(),
                }
            }
            Casing::Remind { .. } => Event::Reminded,
            Casing::Breach { note, .. } => match note {
                BreachNote::Touched { people, clients } => Event::Touched {
                    people: people.clone(),
                    clients: clients.clone(),
                },
                BreachNote::Notify => match &case.about {
                    About::Breach(breach) => Event::Noticed {
                        people: breach.people.clone(),
                        clients: self.with_mailbox(&breach.clients),
                    },
                    About::Person { .. }
                    | About::Authority { .. }
                    | About::Disclosure { .. }
                    | About::Staff { .. }
                    | About::Client { .. } => return Err(troubled(Trouble::OtherKind)),
                },
                BreachNote::ClientsTold { clients } => Event::Noticed {
                    people: Vec::new(),
                    clients: clients.clone(),
                },
                BreachNote::AuthorityTold => Event::AuthorityTold,
                BreachNote::Measure { name, done } => {
                    rules::coded(name, "measure")?;
                    Event::Measured {
                        name: name.clone(),
                        done: *done,
                    }
                }
            },
            Casing::Open(_)
            | Casing::LookUp { .. }
            | Casing::Pair { .. }
            | Casing::Mistrust { .. }
            | Casing::End { .. } => {
                return Err(Failure::NotFound("case"));
            }
        })
    }

    /// The case after something happened to it.
    fn moved_on(
        &self,
        asking: &Asking<'_>,
        case: &Case,
        event: &Event,
    ) -> Result<(Case, Vec<Follows>), Failure> {
        let moment = asking.moment;
        let rules = rules::of(asking.policy(), case, moment.today);
        let (by, at) = (&asking.caller.id, moment.now.as_second());
        let after = case.after(event, by, at, moment.today, &rules);
        after.map_err(|trouble| match trouble {
            Trouble::NoOutcome => {
                let outcomes = case.outcomes(&rules).join("`, `");
                Failure::invalid("the outcome", format!("is none of `{outcomes}`"))
            }
            Trouble::NoGround => {
                let grounds: Vec<&str> = Ground::of(case.kind).map(|it| it.name()).collect();
                let grounds = grounds.join("`, `");
                Failure::invalid("the ground", format!("is missing, or none of `{grounds}`"))
            }
            other => troubled(other),
        })
    }

    /// The messages that follow, queued, and noted in the case.
    fn tell_all(
        &self,
        asking: &Asking<'_>,
        case: &mut Case,
        follows: &[Follows],
    ) -> Result<Vec<Write>, Failure> {
        let mut writes = Vec::new();
        for follow in follows {
            let Follows::Tell(message) = follow else {
                continue;
            };
            writes.extend(self.tell_asker(asking, case, *message)?);
        }
        Ok(writes)
    }

    /// A message to whoever asked, where it is known where they can be answered.
    fn tell_asker(
        &self,
        asking: &Asking<'_>,
        case: &mut Case,
        message: Telling,
    ) -> Result<Option<Write>, Failure> {
        let policy = asking.policy();
        let Some(purpose) = rules::purpose(policy, &case.document) else {
            return Ok(None);
        };
        let Some(to) = rules::to_be_told(case) else {
            return Ok(None);
        };
        let said = case.told.len();
        let due = case
            .due
            .map_or_else(|| "-".to_owned(), |due| due.to_string());
        let about = format!("{}:{due}:{said}", case.reference);
        let outgoing = Outgoing::new(to, message.template(), &purpose, &about);
        case.note_told(message.template(), asking.moment.now.as_second());
        outgoing.queued().map(Some)
    }

    /// One message for each of those whom a breach touches and who was not told.
    async fn breach_notices(
        &self,
        asking: &Asking<'_>,
        case: &Case,
    ) -> Result<Vec<Write>, Failure> {
        let before = self.case(case.reference).await?;
        let (About::Breach(before), About::Breach(breach)) = (&before.about, &case.about) else {
            return Err(troubled(Trouble::OtherKind));
        };
        let Some(purpose) = rules::purpose(asking.policy(), &case.document) else {
            let problem = "names no purpose for which people are written to";
            return Err(Failure::invalid("the policy", problem));
        };
        let about = case.reference.to_string();
        let more = breach.people.iter();
        let more = more.filter(|person| !before.noticed.contains(person));
        let people =
            more.map(|person| Outgoing::new(*person, BREACH_TEMPLATE, &purpose, &about).queued());
        let told = breach.clients_told.iter();
        let told = told.filter(|client| !before.clients_told.contains(client));
        let clients = told.flat_map(|client| self.to_client(&case.reference, client));
        people.chain(clients).collect()
    }

    async fn end_case(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        case: Case,
        seen: Option<Seen>,
        end: &Closing,
    ) -> Result<Prepared, Failure> {
        let pending = rules::pending_objection(&case);
        match end {
            Closing::CarriedOut(command) => {
                rules::fits(&case, command)?;
                let event = Event::Ended {
                    outcome: rules::done(case.kind).to_owned(),
                    ground: None,
                    did: vec![command.act().word().to_owned()],
                    left: case.withheld.iter().map(left).collect(),
                };
                let (ended, follows) = self.moved_on(asking, &case, &event)?;
                self.carried_out(asking, command, ended, &follows).await
            }
            Closing::With {
                outcome,
                ground,
                left,
                answer,
            } => {
                rules::may_say(asking.caller.kind, outcome)?;
                let event = Event::Ended {
                    outcome: outcome.clone(),
                    ground: ground.clone(),
                    did: Vec::new(),
                    left: left.clone(),
                };
                let (mut ended, follows) = self.moved_on(asking, &case, &event)?;
                if let Some(answer) = answer {
                    checking::answer(&mut ended, answer)?.answer = Some(self.redacted(answer));
                }
                // What was left alone while it was weighed goes on, once it is turned down.
                if let Some(command) = pending.filter(|_| outcome != "done")
                    && seen.is_some()
                {
                    return self.carried_out(asking, &command, ended, &follows).await;
                }
                let mut writes = self.tell_all(asking, &mut ended, &follows)?;
                writes.extend(self.put_case(&ended).await?);
                self.note_case(asking, request, permit, seen.as_ref(), &ended, writes)
            }
        }
    }

    /// An act that a case causes: decided as it always is, and durable with the case as it stands
    /// then. A refusal leaves the case as it was.
    async fn carried_out(
        &self,
        asking: &Asking<'_>,
        command: &Command,
        mut case: Case,
        follows: &[Follows],
    ) -> Result<Prepared, Failure> {
        let inner = asking.within(command, rules::reference(&case));
        let mut prepared = self.dispatched(&inner, command).await?;
        match &mut prepared.then {
            Then::Refuse(_) | Then::Missing | Then::Again(_) => return Ok(prepared),
            Then::Export { withheld, .. } => {
                for item in &case.withheld {
                    let field = declared(&asking.policy().words.fields, "field", &item.field)?;
                    let word = asking.moment.in_force.field_word(field)?;
                    withheld.push((word, item.number));
                }
            }
            Then::Erase {
                kept: Some(kept), ..
            }
            | Then::EraseRest { kept, .. }
            | Then::Give(Effect::Kept(kept)) => rules::kept_back(&mut case, &kept.left),
            // Nothing of what they wrote outlives them, and there is nobody to write to.
            Then::Erase { kept: None, .. } => {
                case.messages.clear();
                case.written = None;
            }
            Then::Give(_)
            | Then::Open { .. }
            | Then::Train { .. }
            | Then::List(_)
            | Then::Lift { .. }
            | Then::Learn
            | Then::Admit(_) => {}
        }
        let mut writes = match prepared.then {
            Then::Erase { kept: None, .. } => Vec::new(),
            Then::Erase { .. } | Then::EraseRest { .. } if !rules::has_address(&case) => Vec::new(),
            _ => self.tell_all(asking, &mut case, follows)?,
        };
        writes.extend(self.put_case(&case).await?);
        prepared.commit.writes.extend(writes);
        Ok(prepared)
    }

    /// The commit that notes a step of a case and changes nothing else.
    fn note_case(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        seen: Option<&Seen>,
        case: &Case,
        writes: Vec<Write>,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        telling.person = seen.map(|seen| self.vault.commitment(seen));
        telling.reference = Some(rules::reference(case));
        let mut commit = unchanging(seen, telling.permitted(permit)?);
        commit.writes = writes;
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }
}

fn left(withheld: &kept_cases::Withheld) -> Left {
    Left {
        what: withheld.field.clone(),
        ground: withheld.ground.clone(),
    }
}

/// Why a step cannot be taken, as whoever asks reads it.
pub(super) fn troubled(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Ended => Failure::Conflict("the case has ended; open another"),
        Trouble::NotIdentified => Failure::Conflict("it has not been shown who asks"),
        Trouble::NotWaiting => Failure::Conflict("the case waits for nothing of this kind"),
        Trouble::NoMandate => Failure::Conflict("the mandate was not checked"),
        Trouble::ExtendedBefore => Failure::Conflict("the case was extended before"),
        Trouble::TooLate => Failure::Conflict("the time is over, so it can be extended no more"),
        Trouble::LastStage => Failure::Conflict("it is at its last stage"),
        Trouble::Unfinished => Failure::Conflict("measures are not done, or somebody was not told"),
        Trouble::Full => Failure::Conflict("the case refers to as much as it can"),
        Trouble::NotExtendable
        | Trouble::NoReason
        | Trouble::NoOutcome
        | Trouble::NoGround
        | Trouble::OtherKind => Failure::invalid("the case", trouble.to_string()),
    }
}

/// Whether whoever is touched by a breach is to be written to.
fn is_notice(casing: &Casing) -> bool {
    matches!(
        casing,
        Casing::Breach {
            note: BreachNote::Notify,
            ..
        }
    )
}
