//! The oracle on approvals, emergencies, what is written down, and who answers, by names.
//! It shares no rule with `decide`.

use super::Oracle;
use kept_policy::*;
use kept_terms::{Act, ActorKind, Book, Right};

/// A clause for emergencies, by names.
struct Glass {
    clause: String,
    asking: Vec<String>,
    approving: Vec<String>,
    approvals: u8,
    clear: Vec<String>,
    masked: Vec<String>,
    purposes: Vec<String>,
}

impl Oracle<'_> {
    pub(super) fn must_fit(&mut self) {
        if self.question.unfit {
            self.say_verb("collect", Why::Unfit);
        }
        if self.question.tries >= self.tries_of_a_caller() {
            self.say_verb("secure", Why::TooManyTries);
        }
    }

    pub(super) fn tries_of_a_caller(&self) -> u32 {
        let asked = self.uses().into_iter().map(|(_, u)| u.tries.caller);
        u32::from(asked.chain([20]).min().unwrap_or(20))
    }

    pub(super) fn propose(&mut self) {
        match self.question.emergency {
            true => self.emergency(),
            false => self.disclose(),
        }
    }

    pub(super) fn approve(&mut self) {
        let q = self.question;
        let clause = if q.emergency {
            let fit = self.glasses().into_iter().rev();
            let mut fit = fit.filter(|glass| self.acts_as(&glass.approving));
            match fit.next() {
                Some(glass) => glass.clause,
                None => return self.say_verb("secure", Why::WrongRole),
            }
        } else {
            let Some(to) = &q.to else {
                return self.say_verb("disclose", Why::NotAsked);
            };
            let Some((r#use, _)) = self.purpose_fits() else {
                return;
            };
            let purpose = q.purpose.clone().unwrap_or_default();
            let clauses = self.disclosures().into_iter().rev();
            let mut asked = clauses.filter(|(_, d)| {
                self.words.recipients.name(d.to) == to
                    && self.purposes(d.purposes).contains(&purpose)
                    && self.fields(d.data).iter().any(|f| q.fields.contains(f))
            });
            asked.next().map_or(r#use, |(name, _)| name).to_owned()
        };
        if q.approved.own && q.act == Act::Approve {
            self.say(&clause, Why::OwnRequest);
        }
        if q.approved.over {
            self.say(&clause, Why::Over);
        }
    }

    pub(super) fn emergency(&mut self) {
        let q = self.question;
        let Some(purpose) = q.purpose.clone().filter(|_| !q.fields.is_empty()) else {
            return self.say_verb("secure", Why::NotAsked);
        };
        let Some((r#use, body)) = self.use_for(&purpose) else {
            return self.say_verb("use", Why::NoPurpose);
        };
        let limit = q.token_for.as_ref();
        if limit.is_some_and(|token| !token.contains(&purpose)) {
            self.say(r#use, Why::TokenLimited);
        }
        let mut glasses = self.glasses().into_iter();
        let Some(glass) = glasses.find(|glass| self.acts_as(&glass.asking)) else {
            return self.say_verb("secure", Why::WrongRole);
        };
        if !glass.purposes.contains(&purpose) {
            self.say(&glass.clause, Why::NoPurpose);
        }
        let seen = |field: &&String| glass.clear.contains(field) || glass.masked.contains(field);
        if !q.fields.iter().all(|field| seen(&field)) {
            self.say(&glass.clause, Why::Hidden);
        }
        let open = !q.approved.over && q.approved.by >= glass.approvals;
        if q.act == Act::Use && !open {
            self.say(&glass.clause, Why::NotApproved);
        }
        self.person_lets(r#use, body, &purpose);
        self.held_for_it(r#use);
        let wanted = |list: &[String]| -> Vec<String> {
            list.iter()
                .filter(|f| q.fields.contains(f))
                .cloned()
                .collect()
        };
        (self.clear, self.masked) = (wanted(&glass.clear), wanted(&glass.masked));
    }

    fn glasses(&self) -> Vec<Glass> {
        let roles = |set| super::owned(self.words.roles.names(set));
        let all = self.document.clauses.iter();
        let made = all.filter_map(|clause| match &clause.body {
            Body::Secure(Secure::BreakGlass {
                roles: asking,
                approved_by,
                approvals,
                clear,
                masked,
                purposes,
                ..
            }) => Some(Glass {
                clause: clause.full_name.to_string(),
                asking: roles(*asking),
                approving: roles(*approved_by),
                approvals: *approvals,
                clear: self.fields(*clear),
                masked: self.fields(*masked),
                purposes: self.purposes(*purposes),
            }),
            _ => None,
        });
        made.collect()
    }

    /// Whether whoever asks acts in one of these roles.
    fn acts_as(&self, roles: &[String]) -> bool {
        let administers = |name: &String| {
            let id = self.words.roles.id(name);
            id.and_then(|id| self.words.roles.get(id))
                .is_some_and(|role| role.administers)
        };
        match self.question.by {
            ActorKind::Administrator => roles.iter().any(administers),
            ActorKind::Staff | ActorKind::Machine => self
                .question
                .role
                .as_ref()
                .is_some_and(|role| roles.contains(role)),
            ActorKind::Person | ActorKind::System => false,
        }
    }

    pub(super) fn show(&mut self) {
        let q = self.question;
        let Some(book) = q.book else {
            return self.say_verb("secure", Why::NotAsked);
        };
        if q.by == ActorKind::System {
            return;
        }
        if q.by == ActorKind::Person {
            return match book {
                Book::Trail => self.granted(Right::Access),
                Book::Requests | Book::Complaints => {}
                _ => self.say_verb("secure", Why::NotShown),
            };
        }
        if book == Book::Trail && self.administers() {
            return self.say_verb("secure", Why::AdministratorSeesNothing);
        }
        let answered = [
            Book::Complaints,
            Book::Enquiries,
            Book::Violations,
            Book::Requests,
            Book::Compelled,
            Book::Breaches,
            Book::Reports,
        ];
        if answered.contains(&book) {
            if !self.answers_for(book, None) {
                self.say_verb("answer", Why::NotShown);
            }
            return;
        }
        let all = self.document.clauses.iter();
        let named = all.filter_map(|clause| match &clause.body {
            Body::Secure(Secure::Records { books, roles }) if books.contains(&book) => Some((
                clause.full_name.to_string(),
                super::owned(self.words.roles.names(*roles)),
            )),
            _ => None,
        });
        let named: Vec<(String, Vec<String>)> = named.collect();
        if named.iter().any(|(_, roles)| self.acts_as(roles)) {
            return;
        }
        match named.first() {
            Some((clause, _)) => self.say(clause, Why::NotShown),
            // Within a client's home nobody administers.
            None if [Book::Tokens, Book::Soundness].contains(&book)
                && self.administers()
                && q.within.is_none() => {}
            None if [Book::Tokens, Book::Soundness].contains(&book) => {
                self.say_verb("secure", Why::NotAdministrator);
            }
            None if q.role.is_none() && !self.administers() => {
                self.say_verb("secure", Why::NotShown);
            }
            None => {}
        }
    }

    pub(super) fn answer_for(&mut self) {
        let q = self.question;
        let Some(book) = q.book else {
            return self.say_verb("answer", Why::NotAsked);
        };
        let anybody = match q.by {
            ActorKind::System => true,
            ActorKind::Administrator => book == Book::Breaches && q.stage.is_none(),
            _ => {
                let asked = [Book::Complaints, Book::Requests, Book::Reports];
                asked.contains(&book) && q.stage.is_none()
            }
        };
        if let Some(right) = q.right.filter(|_| book == Book::Requests) {
            self.granted(right);
        }
        if q.unfit {
            self.say_verb("answer", Why::Unfit);
        }
        if let Some((clause, under, _)) = self.children()
            && q.stage.is_none()
            && q.age.is_some_and(|age| age < under)
            && !self.parent_agreed()
        {
            self.say(clause, Why::UnderAge);
        }
        if anybody && [Book::Requests, Book::Reports, Book::Breaches].contains(&book) {
            if q.approved.over {
                self.say_verb("answer", Why::Over);
            }
            return;
        }
        let mut clauses = self.document.clauses.iter().filter(|clause| {
            let Body::Answer(answer) = &clause.body else {
                return false;
            };
            match answer {
                Answer::Stages(_) => {
                    [Book::Complaints, Book::Requests, Book::Reports].contains(&book)
                }
                Answer::Authorities { .. } => {
                    [Book::Enquiries, Book::Compelled, Book::Breaches].contains(&book)
                }
                Answer::Staff { .. } => book == Book::Violations,
                Answer::Warned | Answer::Forwarded { .. } | Answer::Returned { .. } => false,
            }
        });
        let Some(clause) = clauses.next().map(|clause| clause.full_name.to_string()) else {
            return self.say_verb("answer", Why::NotResponsible);
        };
        if !anybody && !self.answers_for(book, q.stage) {
            return self.say(&clause, Why::NotResponsible);
        }
        if q.approved.own && q.stage.is_some() {
            self.say(&clause, Why::OwnRequest);
        }
        if q.approved.over {
            self.say(&clause, Why::Over);
        }
    }

    pub(super) fn answers_for(&self, book: Book, stage: Option<u8>) -> bool {
        let mut teams = vec![];
        for clause in &self.document.clauses {
            match &clause.body {
                Body::Answer(Answer::Stages(stages)) if book == Book::Complaints => {
                    for (number, at) in stages.iter().enumerate() {
                        if stage.is_none_or(|stage| usize::from(stage) == number) {
                            teams.push(at.to);
                        }
                    }
                }
                Body::Answer(Answer::Stages(stages))
                    if [Book::Requests, Book::Reports].contains(&book) =>
                {
                    teams.extend(stages.last().map(|at| at.to));
                }
                Body::Answer(Answer::Authorities { to, .. })
                    if [Book::Enquiries, Book::Compelled, Book::Breaches].contains(&book) =>
                {
                    teams.push(*to);
                }
                Body::Answer(Answer::Staff { decided_by, .. }) if book == Book::Violations => {
                    teams.push(*decided_by);
                }
                _ => {}
            }
        }
        let teams = teams
            .into_iter()
            .filter_map(|team| self.words.teams.get(team));
        let mut roles = teams.map(|team| super::owned(self.words.roles.names(team.roles)));
        roles.any(|roles| self.acts_as(&roles))
    }
}
