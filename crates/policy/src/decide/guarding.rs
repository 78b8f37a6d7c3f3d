//! Weighing what guards the information: what others must agree to, access in an emergency, what
//! is written down of what happened, and who answers for it.
//! It judges how many agreed; who they were is for those who keep the record.

use super::*;
use kept_terms::Book;

impl Weighing<'_> {
    /// What comes in or is put right must fit together, and must not be a way to find out who is
    /// known.
    pub(super) fn fits(&mut self) {
        if self.request.unfit {
            self.refuse_verb(Verb::Collect, Why::Unfit);
        }
        if self.request.tries >= self.document.rules.tries_by_caller() {
            self.refuse_verb(Verb::Secure, Why::TooManyTries);
        }
    }

    /// What is proposed must be permitted but for the approvals.
    pub(super) fn propose(&mut self) {
        match self.request.emergency {
            true => self.emergency(),
            false => self.disclose(),
        }
    }

    /// Whoever approves or declines acts in a role for it, and approves nothing of their own.
    pub(super) fn approve(&mut self) {
        match (self.request.emergency, self.request.recipient) {
            (true, _) => self.approve_emergency(),
            (false, Some(recipient)) => self.approve_disclosure(recipient),
            (false, None) => self.refuse_verb(Verb::Disclose, Why::NotAsked),
        }
    }

    fn approve_disclosure(&mut self, recipient: RecipientId) {
        let Some((r#use, purpose)) = self.fitting_purpose() else {
            return;
        };
        let mut last = r#use;
        for (clause, disclose) in &self.document.rules.disclose {
            let asked = disclose.to == recipient && disclose.purposes.contains(purpose);
            if asked && disclose.data.intersects(self.request.fields) {
                self.permit.needs = self.permit.needs.max(disclose.approvals);
                self.rely(*clause);
                last = *clause;
            }
        }
        self.not_own(last);
    }

    fn approve_emergency(&mut self) {
        let fits = |(_, glass): &(ClauseId, Glass)| self.acts_in(glass.approved_by);
        let fit = self.glasses().filter(fits).last();
        match fit {
            Some((clause, glass)) => {
                self.rely(clause);
                self.permit.needs = glass.approvals;
                self.not_own(clause);
            }
            None => self.refuse_verb(Verb::Secure, Why::WrongRole),
        }
    }

    fn not_own(&mut self, clause: ClauseId) {
        let approved = self.request.approved;
        if approved.own && self.request.act == Act::Approve {
            self.refuse(clause, Why::OwnRequest);
        }
        if approved.over {
            self.refuse(clause, Why::Over);
        }
    }

    /// Access in an emergency opens what its clause says, to whom it names, once others approved;
    /// what the person has against a use holds all the same.
    pub(super) fn emergency(&mut self) {
        let Some(purpose) = self
            .request
            .purpose
            .filter(|_| !self.request.fields.is_empty())
        else {
            return self.refuse_verb(Verb::Secure, Why::NotAsked);
        };
        let Some((r#use, _)) = self.document.rules.use_of(purpose) else {
            return self.refuse_verb(Verb::Use, Why::NoPurpose);
        };
        let r#use = *r#use;
        self.rely(r#use);
        self.within_token(r#use, purpose);
        let glass = self.glasses().find(|(_, glass)| self.acts_in(glass.roles));
        let Some((clause, glass)) = glass else {
            return self.refuse_verb(Verb::Secure, Why::WrongRole);
        };
        self.rely(clause);
        self.permit.needs = glass.approvals;
        if !glass.purposes.contains(purpose) {
            self.refuse(clause, Why::NoPurpose);
        }
        let fields = self.request.fields;
        if !fields.is_subset(glass.clear.union(glass.masked)) {
            self.refuse(clause, Why::Hidden);
        }
        let approved = self.request.approved;
        let open = approved.by >= glass.approvals && !approved.over;
        if !open && self.request.act == Act::Use {
            self.refuse(clause, Why::NotApproved);
        }
        self.person_allows(r#use, purpose);
        self.permit.clear = glass.clear.intersection(fields);
        self.permit.masked = glass.masked.difference(glass.clear).intersection(fields);
        self.compatible(r#use);
    }

    fn glasses(&self) -> impl Iterator<Item = (ClauseId, Glass)> + use<'_> {
        let clauses = self.document.clauses.iter();
        clauses.filter_map(|clause| match &clause.body {
            Body::Secure(Secure::BreakGlass {
                roles,
                approved_by,
                approvals,
                clear,
                masked,
                purposes,
                ..
            }) => Some((
                clause.id,
                Glass {
                    roles: *roles,
                    approved_by: *approved_by,
                    approvals: *approvals,
                    clear: *clear,
                    masked: *masked,
                    purposes: *purposes,
                },
            )),
            _ => None,
        })
    }

    /// Whether the actor acts in one of these roles; who administers by kind holds every role that
    /// administers.
    fn acts_in(&self, roles: Set<RoleId>) -> bool {
        let actor = self.request.actor;
        match actor.kind {
            ActorKind::Staff | ActorKind::Machine => {
                actor.role.is_some_and(|role| roles.contains(role))
            }
            ActorKind::Administrator => roles.iter().any(|role| {
                let role = self.policy.words.roles.get(role);
                role.is_some_and(|role| role.administers)
            }),
            ActorKind::Person | ActorKind::System => false,
        }
    }

    /// What is written down is shown to the roles that a clause names for it. Where none does,
    /// lists that hold nothing about anybody are for all who work here, a person's trail is for
    /// those who are not administrators, and what guards the rest is for those who are.
    pub(super) fn show(&mut self) {
        let Some(book) = self.request.book else {
            return self.refuse_verb(Verb::Secure, Why::NotAsked);
        };
        match (self.request.actor.kind, book) {
            (ActorKind::System, _) => return,
            (ActorKind::Person, Book::Trail) => return self.right(Right::Access),
            // Whoever asked may see how it stands with what they asked.
            (ActorKind::Person, Book::Requests | Book::Complaints) => return,
            (ActorKind::Person, _) => return self.refuse_verb(Verb::Secure, Why::NotShown),
            (ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator, _) => {}
        }
        match book {
            Book::Trail if self.administers() => {
                self.refuse_verb(Verb::Secure, Why::AdministratorSeesNothing);
            }
            Book::Complaints
            | Book::Enquiries
            | Book::Violations
            | Book::Requests
            | Book::Compelled
            | Book::Breaches
            | Book::Reports => {
                if !self.responsible(book, None) {
                    self.refuse_verb(Verb::Answer, Why::NotShown);
                }
            }
            Book::Trail
            | Book::Tokens
            | Book::Evidence
            | Book::Figures
            | Book::Soundness
            | Book::Approvals
            | Book::Sharing
            | Book::Messages => self.show_records(book),
        }
    }

    fn show_records(&mut self, book: Book) {
        let (mut first, mut open) = (None, None);
        for clause in &self.document.clauses {
            if let Body::Secure(Secure::Records { books, roles }) = &clause.body
                && books.contains(&book)
            {
                first = first.or(Some(clause.id));
                open = open.or(self.acts_in(*roles).then_some(clause.id));
            }
        }
        match (open, first) {
            (Some(clause), _) => self.rely(clause),
            (None, Some(clause)) => self.refuse(clause, Why::NotShown),
            (None, None) => match book {
                Book::Tokens | Book::Soundness => self.administer(),
                Book::Trail
                | Book::Evidence
                | Book::Figures
                | Book::Approvals
                | Book::Sharing
                | Book::Messages
                | Book::Complaints
                | Book::Enquiries
                | Book::Violations
                | Book::Requests
                | Book::Compelled
                | Book::Breaches
                | Book::Reports => {
                    if self.request.actor.role.is_none() && !self.administers() {
                        self.refuse_verb(Verb::Secure, Why::NotShown);
                    }
                }
            },
        }
    }

    /// What people ask, say or report is taken up from anybody; what is open is moved on or ended
    /// by the team that the clause names, and by nobody in a case of their own.
    pub(super) fn answer(&mut self) {
        let Some(book) = self.request.book else {
            return self.refuse_verb(Verb::Answer, Why::NotAsked);
        };
        let (actor, stage) = (self.request.actor, self.request.stage);
        let asks = matches!(book, Book::Complaints | Book::Requests | Book::Reports);
        let anybody = match actor.kind {
            ActorKind::System => true,
            ActorKind::Person | ActorKind::Staff | ActorKind::Machine => asks && stage.is_none(),
            ActorKind::Administrator => book == Book::Breaches && stage.is_none(),
        };
        if let (Book::Requests, Some(right)) = (book, self.request.right) {
            self.right(right);
        }
        // Nothing of what somebody under age writes is taken in, in a case either.
        if stage.is_none() {
            self.said_under_age();
        }
        // A message of a protocol that is not what it says it is does nothing.
        if self.request.unfit {
            self.refuse_verb(Verb::Answer, Why::Unfit);
        }
        let asked_for = match book {
            // Nothing has to say who answers for something to be asked.
            Book::Requests | Book::Reports | Book::Breaches if anybody => {
                if self.request.approved.over {
                    self.refuse_verb(Verb::Answer, Why::Over);
                }
                return;
            }
            _ => self.answers(book).next().map(|clause| clause.id),
        };
        match asked_for {
            Some(clause) if anybody || self.responsible(book, stage) => {
                self.rely(clause);
                if self.request.approved.own && stage.is_some() {
                    self.refuse(clause, Why::OwnRequest);
                }
                if self.request.approved.over {
                    self.refuse(clause, Why::Over);
                }
            }
            Some(clause) => self.refuse(clause, Why::NotResponsible),
            None => self.refuse_verb(Verb::Answer, Why::NotResponsible),
        }
    }

    /// The clauses that say who answers for something.
    fn answers(&self, book: Book) -> impl Iterator<Item = &Clause> {
        self.document.clauses.iter().filter(move |clause| {
            matches!(
                (&clause.body, book),
                (
                    Body::Answer(Answer::Stages(_)),
                    Book::Complaints | Book::Requests | Book::Reports
                ) | (
                    Body::Answer(Answer::Authorities { .. }),
                    Book::Enquiries | Book::Compelled | Book::Breaches
                ) | (Body::Answer(Answer::Staff { .. }), Book::Violations)
            )
        })
    }

    /// Whether the actor acts for the team that answers, at one stage or at any.
    pub(super) fn responsible(&self, book: Book, stage: Option<u8>) -> bool {
        let acts_for = |team: TeamId| {
            let team = self.policy.words.teams.get(team);
            team.is_some_and(|team| self.acts_in(team.roles))
        };
        let last_word = matches!(book, Book::Requests | Book::Reports);
        self.answers(book).any(|clause| match &clause.body {
            // Those who have the last word on complaints answer what people ask.
            Body::Answer(Answer::Stages(stages)) if last_word => {
                stages.last().is_some_and(|stage| acts_for(stage.to))
            }
            Body::Answer(Answer::Stages(stages)) => {
                let at = |number: usize| stage.is_none_or(|stage| usize::from(stage) == number);
                let mut all = stages.iter().enumerate();
                all.any(|(number, stage)| at(number) && acts_for(stage.to))
            }
            Body::Answer(Answer::Authorities { to, .. }) => acts_for(*to),
            Body::Answer(Answer::Staff { decided_by, .. }) => acts_for(*decided_by),
            _ => false,
        })
    }
}

/// What a clause for emergencies says.
struct Glass {
    roles: Set<RoleId>,
    approved_by: Set<RoleId>,
    approvals: u8,
    clear: Set<FieldId>,
    masked: Set<FieldId>,
    purposes: Set<PurposeId>,
}
