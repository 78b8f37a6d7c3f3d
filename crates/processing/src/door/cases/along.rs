//! Acts that begin or end a case without being asked of one: a report that somebody is under age, a
//! demand of an authority, an erasure. The case moves in the commit of the act.
//! It decides nothing: what it goes along with was permitted.

use super::*;
use crate::approvals::Proposal;
use crate::command::Opening;
use crate::hosted::{ClientAnswer, Forwarded, Forwarding};
use kept_cases::{Date, Left, Opened};

impl<S: Store> Processing<S> {
    /// An act that was prepared, with what it does to cases.
    pub(in crate::door) async fn along(
        &self,
        asking: &Asking<'_>,
        command: &Command,
        mut prepared: Prepared,
    ) -> Result<Prepared, Failure> {
        let permitted = matches!(
            prepared.then,
            Then::Give(_) | Then::Erase { .. } | Then::EraseRest { .. } | Then::Open { .. }
        );
        let kept = prepared.then.kept().map(|kept| kept.left.clone());
        let kept = kept.unwrap_or_default();
        // What a case causes is noted by the case.
        if asking.case.is_some() || !permitted {
            return Ok(prepared);
        }
        let writes = if let Command::ReportChild { person, child } = command {
            match child {
                true => self.reported(asking, *person).await?,
                false => self.settled(asking, *person, &lifted, &kept).await?,
            }
        } else if let Command::ParentAgrees { person, parent, .. } = command {
            let outcome = match parent {
                Some(_) => agreed,
                None => erased,
            };
            self.settled(asking, *person, &outcome, &kept).await?
        } else if let Command::Erase { person } = command {
            self.settled(asking, *person, &erased, &kept).await?
        } else if let (
            Command::Propose(Proposal::Disclosure {
                person,
                compelled: true,
                ..
            }),
            Then::Give(Effect::Named(approval)),
        ) = (command, &prepared.then)
        {
            self.demanded(asking, *person, approval).await?
        } else if let (
            Command::Forward(Forwarding::Received { .. }),
            Then::Give(Effect::Forwarded(request)),
        ) = (command, &prepared.then)
        {
            self.went_to_client(asking, request).await?
        } else if let Command::Forward(Forwarding::Noted {
            home,
            request,
            answer,
        }) = command
        {
            self.client_said(asking, &format!("{home}/{request}"), *answer)
                .await?
        } else if let Command::CarryOut { approval } = command {
            self.demand_over(asking, approval, "disclosed").await?
        } else if let Command::Decline { approval } = command {
            self.demand_over(asking, approval, "withdrawn").await?
        } else {
            Vec::new()
        };
        prepared.commit.writes.extend(writes);
        Ok(prepared)
    }

    async fn reported(&self, asking: &Asking<'_>, person: PersonId) -> Result<Vec<Write>, Failure> {
        let whom = Whom::Person(person);
        match self.joined_by(&whom, Kind::UnderAge, None).await? {
            Some(_) => Ok(Vec::new()),
            None => self.starting(asking, person, Kind::UnderAge, None).await,
        }
    }

    async fn demanded(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        approval: &str,
    ) -> Result<Vec<Write>, Failure> {
        let about = About::Disclosure {
            person,
            approval: approval.to_owned(),
        };
        self.starting(asking, person, Kind::Compelled, Some(about))
            .await
    }

    /// A case of a person that begins.
    async fn starting(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        kind: Kind,
        about: Option<About>,
    ) -> Result<Vec<Write>, Failure> {
        let seen = self.seen(person, Wanted::Nothing).await?;
        let known = asking.moment.person(&seen.state);
        let Some(document) = asking.policy().document_of(&known) else {
            return Ok(Vec::new());
        };
        let opening = Opening::of(kind, person);
        let mut case = self
            .drafted(asking, &opening, document, known.country)
            .await?;
        if let Some(about) = about {
            case.about = about;
        }
        self.put_case(&case).await
    }

    /// The open cases of a person that an act settles, each with the outcome that it has then.
    async fn settled(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        outcome: &(dyn Fn(Kind) -> Option<&'static str> + Sync),
        kept: &[Left],
    ) -> Result<Vec<Write>, Failure> {
        let mut writes = Vec::new();
        for case in self.cases_of(&Whom::Person(person)).await? {
            let Some(outcome) = outcome(case.kind).filter(|_| !case.is_ended()) else {
                continue;
            };
            writes.extend(self.over(asking, case, outcome, kept).await?);
        }
        Ok(writes)
    }

    /// The case of a demand, when what was proposed for it is done or declined.
    async fn demand_over(
        &self,
        asking: &Asking<'_>,
        approval: &str,
        outcome: &str,
    ) -> Result<Vec<Write>, Failure> {
        let Some(person) = self.approval(approval).await?.proposal.person() else {
            return Ok(Vec::new());
        };
        let mut cases = self.cases_of(&Whom::Person(person)).await?;
        cases.retain(|case| {
            let own =
                matches!(&case.about, About::Disclosure { approval: own, .. } if own == approval);
            own && !case.is_ended()
        });
        match cases.pop() {
            Some(case) => self.over(asking, case, outcome, &[]).await,
            None => Ok(Vec::new()),
        }
    }

    /// The case of a request that went to a client. It names the request, and nobody.
    async fn went_to_client(
        &self,
        asking: &Asking<'_>,
        request: &Forwarded,
    ) -> Result<Vec<Write>, Failure> {
        let moment = asking.moment;
        let home = request.home();
        let known = PersonFacts {
            home: Some(asking.policy().home(&home)),
            ..PersonFacts::default()
        };
        let Some(document) = asking.policy().document_of(&known) else {
            return Ok(Vec::new());
        };
        let opened = Opened {
            at: moment.now.as_second(),
            on: Date(moment.today),
            through: None,
            by: asking.caller.id.clone(),
            country: None,
            protocol: None,
        };
        let about = About::Client {
            home: home.to_string(),
            request: request.request.clone(),
        };
        let (reference, kind) = (self.draw_case(), Kind::Forwarded);
        let mut case = Case::begun(reference, kind, about, &document.name, opened);
        rules::place(asking.policy(), moment.today, document, &mut case);
        case.due = crate::register::day(&request.answer_by).map(Date);
        self.put_case(&case).await
    }

    /// What a client says ends the case of the request, unless it only knows of it.
    async fn client_said(
        &self,
        asking: &Asking<'_>,
        request: &str,
        answer: ClientAnswer,
    ) -> Result<Vec<Write>, Failure> {
        let outcome = match answer {
            ClientAnswer::Told => return Ok(Vec::new()),
            ClientAnswer::Answered => "answered",
            ClientAnswer::Declined => "declined",
            ClientAnswer::Instructed => "instructed",
        };
        let cases = self.cases_of(&Whom::Named(request)).await?;
        match cases.into_iter().find(|case| !case.is_ended()) {
            Some(case) => self.over(asking, case, outcome, &[]).await,
            None => Ok(Vec::new()),
        }
    }

    /// A case that is over; nothing where it cannot be yet.
    async fn over(
        &self,
        asking: &Asking<'_>,
        case: Case,
        outcome: &str,
        kept: &[Left],
    ) -> Result<Vec<Write>, Failure> {
        let event = Event::Ended {
            outcome: outcome.to_owned(),
            ground: None,
            did: vec![asking.act().word().to_owned()],
            left: Vec::new(),
        };
        let Ok((mut case, _)) = self.moved_on(asking, &case, &event) else {
            return Ok(Vec::new());
        };
        case.messages.clear();
        case.written = None;
        rules::kept_back(&mut case, kept);
        self.put_case(&case).await
    }
}

/// What a report that was lifted settles.
fn lifted(kind: Kind) -> Option<&'static str> {
    (kind == Kind::UnderAge).then_some("lifted")
}

/// What a parent's agreement settles.
fn agreed(kind: Kind) -> Option<&'static str> {
    (kind == Kind::UnderAge).then_some("agreed")
}

/// What an erasure settles: nothing is left to be given, changed or objected to.
fn erased(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Erasure => Some("done"),
        Kind::UnderAge => Some("erased"),
        Kind::Access
        | Kind::Rectification
        | Kind::Objection
        | Kind::Restriction
        | Kind::Portability
        | Kind::OptOut
        | Kind::Withdrawal => Some("withdrawn"),
        Kind::Question
        | Kind::Complaint
        | Kind::Enquiry
        | Kind::Compelled
        | Kind::Breach
        | Kind::Violation
        | Kind::Forwarded => None,
    }
}
