//! A decision in sentences: which clauses it rests on, what they say, and what would change it.
//! It asks `decide` and words the answer; it never decides, and the permit it is given it drops.

mod past;

use crate::decide::{Decision, decide, reads};
use crate::facts::{Cited, Facts, Ground, ItemFacts, Request, Why};
use crate::model::*;
use crate::plain::excerpt;
use kept_terms::{Day, Right, Set};
use serde::Serialize;

/// A decision in sentences.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Explanation {
    /// Whether the act is permitted.
    pub permitted: bool,
    /// The answer in a sentence.
    pub answer: String,
    /// Why not, one for each ground; empty where it is permitted.
    pub reasons: Vec<Reason>,
    /// The clauses relied on; empty where it is refused.
    pub relied_on: Vec<ReliedOn>,
}

/// One ground of a refusal, in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reason {
    /// What it rests on: `document#verb.name`, `document#verb` or `policy`.
    pub citation: String,
    /// The code of the reason.
    pub code: &'static str,
    /// The reason in a sentence.
    pub sentence: String,
    /// What the clause says to people, cut short.
    pub prose: Option<String>,
    /// What would make it permitted.
    pub remedy: String,
}

/// A clause that a permitted act relies on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ReliedOn {
    /// The clause's full name.
    pub citation: String,
    /// What the clause says to people, cut short.
    pub prose: Option<String>,
}

/// Explains what the policy says to an act, and why.
pub fn explain(
    policy: &Policy,
    request: &Request<'_>,
    facts: &Facts<'_>,
    today: Day,
) -> Explanation {
    match decide(policy, request, facts, today) {
        Decision::Permitted(permit) => {
            let relied_on: Vec<ReliedOn> = permit
                .clauses()
                .iter()
                .map(|clause| ReliedOn {
                    citation: policy.citation(Cited::Clause(*clause)),
                    prose: prose(policy, Cited::Clause(*clause)),
                })
                .collect();
            let mut answer = format!("`{}` is permitted", request.act);
            if permit.redact() {
                answer.push_str(", once statements of special categories are struck out");
            }
            if reads(request.act) {
                let past = past::past(request, facts, today, |item| !item.held);
                if !past.is_empty() {
                    let past = past::in_words(policy, &past);
                    answer.push_str(&format!(
                        ", and shows nothing of what is past its day: {past}"
                    ));
                }
            }
            Explanation {
                permitted: true,
                answer,
                reasons: Vec::new(),
                relied_on,
            }
        }
        Decision::Refused(refusal) => {
            let document = refusal.document.and_then(|id| policy.document(id));
            let asked = Asked {
                policy,
                document,
                request,
                facts,
                today,
            };
            let reasons: Vec<Reason> = refusal
                .grounds
                .iter()
                .map(|ground| asked.reason(*ground))
                .collect();
            Explanation {
                permitted: false,
                answer: format!("`{}` is refused", request.act),
                reasons,
                relied_on: Vec::new(),
            }
        }
    }
}

/// What a clause says to people. A verb as a whole says nothing.
fn prose(policy: &Policy, cited: Cited) -> Option<String> {
    let Cited::Clause(id) = cited else {
        return None;
    };
    let (document, clause) = (policy.document(id.document)?, policy.clause(id)?);
    let text = excerpt(document.text.get(clause.prose.clone())?);
    (!text.is_empty()).then_some(text)
}

/// Some words in a row, each between backticks.
fn listed(words: &[&str]) -> String {
    if words.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

struct Asked<'a> {
    policy: &'a Policy,
    document: Option<&'a Document>,
    request: &'a Request<'a>,
    facts: &'a Facts<'a>,
    today: Day,
}

impl Asked<'_> {
    fn reason(&self, ground: Ground) -> Reason {
        Reason {
            citation: self.policy.citation(ground.cited),
            code: ground.why.code(),
            sentence: match (ground.why, self.past().is_empty()) {
                (Why::Incompatible, false) => {
                    "what was collected for this purpose is past its day".to_owned()
                }
                _ => ground.why.sentence().to_owned(),
            },
            prose: prose(self.policy, ground.cited),
            remedy: self.remedy(ground),
        }
    }

    /// What was collected for the purpose, or for one that it is compatible with, and is past its
    /// day.
    fn past(&self) -> Vec<(FieldId, Day)> {
        let rules = self.document.map(|document| &document.rules);
        let (Some(rules), Some(purpose)) = (rules, self.request.purpose) else {
            return Vec::new();
        };
        let open = rules
            .use_of(purpose)
            .map_or(Set::of(purpose), |(_, r#use)| {
                r#use.compatible_with.union(Set::of(purpose))
            });
        let counts = |item: &ItemFacts| item.purposes.intersects(open);
        past::past(self.request, self.facts, self.today, counts)
    }

    fn purpose(&self) -> &str {
        let purpose = self.request.purpose;
        purpose.map_or("the purpose", |purpose| {
            self.policy.words.purposes.name(purpose)
        })
    }

    fn recipient(&self) -> &str {
        let recipient = self.request.recipient;
        recipient.map_or("the recipient", |id| self.policy.words.recipients.name(id))
    }

    /// The purposes that the document declares.
    fn purposes(&self) -> Vec<&str> {
        let uses = self
            .document
            .map(|document| document.rules.uses.as_slice())
            .unwrap_or_default();
        let declared = uses.iter().flatten().map(|(_, r#use)| r#use.purpose);
        declared
            .map(|purpose| self.policy.words.purposes.name(purpose))
            .collect()
    }

    fn body(&self, cited: Cited) -> Option<&Body> {
        match cited {
            Cited::Clause(id) => self.policy.clause(id).map(|clause| &clause.body),
            Cited::Verb(..) | Cited::Policy => None,
        }
    }

    /// What would make it permitted, as far as one ground goes.
    fn remedy(&self, ground: Ground) -> String {
        match ground.why {
            Why::NoDocument
            | Why::NotAsked
            | Why::NotCollected
            | Why::WrongChannel
            | Why::NoticeMissing
            | Why::NotKept
            | Why::NotTied
            | Why::Required
            | Why::Sensitive
            | Why::Unreadable
            | Why::UnderAge => self.remedy_of_intake(ground),
            Why::NoPurpose
            | Why::WrongRole
            | Why::TokenLimited
            | Why::NoConsent
            | Why::Objected
            | Why::Restricted
            | Why::Incompatible
            | Why::NotSummed
            | Why::Hidden => self.remedy_of_use(ground),
            Why::NoRecipient
            | Why::DataNotCovered
            | Why::NoUndertaking
            | Why::NoAssurance
            | Why::NotCompelled
            | Why::NoRoute
            | Why::InstrumentLapsed => self.remedy_of_sharing(ground),
            Why::NoRight => {
                let rights: Vec<&str> = self.granted().iter().map(|right| right.word()).collect();
                format!("ask for a right that is granted: {}", listed(&rights))
            }
            Why::ByCase => {
                "ask for it: a case is opened, and whoever answers it decides".to_owned()
            }
            Why::NotDue => "wait until the day on which it is no longer needed".to_owned(),
            Why::Held => "wait until the legal hold is lifted".to_owned(),
            Why::Obliged => "wait until the day until which the law has it stay".to_owned(),
            Why::Erased => "nothing; it goes with its day, or the end of the legal hold".to_owned(),
            Why::TooManyTries => "wait, then try again with care".to_owned(),
            Why::NotAdministrator => {
                "let an administrator do it, or a role that `arranges` the register".to_owned()
            }
            Why::TooSoon => self.remedy_of_haste(ground),
            Why::NotApproved => "propose it, and let others approve what was proposed".to_owned(),
            Why::OwnRequest => "let somebody else do it".to_owned(),
            Why::Over => "propose it anew".to_owned(),
            Why::NoEngagement => "put the engagement on record (`kept evidence put \
                                  engagement`): what it covers, from when until when"
                .to_owned(),
            Why::NotShown => "ask somebody in a role that may look at it".to_owned(),
            Why::NotResponsible => self.remedy_of_responsibility(ground),
            Why::NotThisWay => {
                let remedy = "sign in in a way that the clause lists, or list this one";
                remedy.to_owned()
            }
            Why::Unfit => "check whom it is about, and leave out what is not theirs".to_owned(),
            Why::AdministratorSeesNothing => {
                "act in a role that works with people’s information".to_owned()
            }
            Why::OtherClient => "act with a token of the client for whom it is held".to_owned(),
            Why::NotInstructed => {
                "ask the client for an instruction, and put it on record".to_owned()
            }
            Why::ClientDecides => "pass the request on to the client with `forward`".to_owned(),
        }
    }

    fn remedy_of_responsibility(&self, ground: Ground) -> String {
        match self.body(ground.cited) {
            Some(Body::Refuse(Refuse::Children { reports, .. })) => format!(
                "leave it to those who decide reports: {}",
                listed(&self.policy.words.roles.names(reports.by))
            ),
            _ => "leave it to the team that the `answer` clause names, in a role that acts for it"
                .to_owned(),
        }
    }

    fn remedy_of_haste(&self, ground: Ground) -> String {
        match self.body(ground.cited) {
            Some(Body::Notify(Notify {
                before: Some(before),
                ..
            })) => {
                format!("let `effective` be {before} from today or later")
            }
            _ => "let `effective` be later".to_owned(),
        }
    }

    fn granted(&self) -> Vec<Right> {
        let grants = self
            .document
            .map(|d| d.rules.grants.as_slice())
            .unwrap_or_default();
        grants.iter().map(|(_, grant)| grant.right).collect()
    }

    fn remedy_of_intake(&self, ground: Ground) -> String {
        let words = &self.policy.words;
        match (ground.why, self.body(ground.cited)) {
            (Why::NoDocument, _) => "publish a document for people of this country, or one with \
                 `regions = \"all\"` for the rest of the world; where the country is not known, \
                 one with `default = true`"
                .to_owned(),
            (Why::NotAsked, _) => format!(
                "say what `{}` needs: fields and a channel to collect, a purpose to use, a recipient to disclose",
                self.request.act
            ),
            (Why::WrongChannel, Some(Body::Collect(collect))) => {
                format!(
                    "take it through {}",
                    listed(&words.channels.names(collect.through))
                )
            }
            (Why::NoticeMissing, _) => {
                "tell the person first, and say that they were told".to_owned()
            }
            (Why::Required, Some(Body::Collect(collect))) => {
                format!(
                    "give all that it needs: {}",
                    listed(&words.fields.names(collect.data))
                )
            }
            (Why::Unreadable, _) => {
                "send it in a form that can be read: not locked, and with its text in it".to_owned()
            }
            (Why::Sensitive, _) => "leave out what tells of a special category".to_owned(),
            (Why::UnderAge, Some(Body::Refuse(Refuse::Children { parents, .. })))
                if !parents.is_empty() =>
            {
                let ways: Vec<&str> = parents.iter().map(kept_terms::ParentWay::word).collect();
                format!(
                    "have a parent agree first, and put it on record with how they showed who they \
                     are: {}",
                    listed(&ways)
                )
            }
            (Why::UnderAge, Some(Body::Refuse(Refuse::Children { under, .. }))) => {
                format!("nothing; nobody under {under} may give information")
            }
            (Why::UnderAge, _) => "nothing; children may not give information".to_owned(),
            (Why::NotTied, _) => {
                "leave it under its pseudonym, or say `tie = \"identified\"` in the clause"
                    .to_owned()
            }
            (Why::NotKept, _) => "add a `keep` clause that says how long it stays".to_owned(),
            _ => "ask for what a `collect` clause takes, or add one".to_owned(),
        }
    }

    fn remedy_of_use(&self, ground: Ground) -> String {
        let words = &self.policy.words;
        match (ground.why, self.body(ground.cited)) {
            (Why::NoPurpose, Some(Body::Collect(collect))) => {
                format!(
                    "collect it for {}",
                    listed(&words.purposes.names(collect.purposes))
                )
            }
            (Why::NoPurpose, _) => {
                format!("act for a declared purpose: {}", listed(&self.purposes()))
            }
            (Why::WrongRole, Some(Body::Use(r#use))) => {
                format!(
                    "act in a role that may: {}",
                    listed(&words.roles.names(r#use.roles))
                )
            }
            (Why::TokenLimited, _) => format!("use a token that is for `{}` too", self.purpose()),
            (Why::NoConsent, Some(Body::Disclose(_))) => {
                format!("ask the person to agree to `{}`", self.recipient())
            }
            (Why::NoConsent, Some(Body::Use(r#use))) => {
                format!(
                    "ask the person to agree to `{}`",
                    words.purposes.name(r#use.purpose)
                )
            }
            (Why::Objected, _) => "nothing, unless the person takes the objection back".to_owned(),
            (Why::Restricted, _) => {
                "wait until the pause is lifted; only purposes with `restricted-too` go on"
                    .to_owned()
            }
            (Why::Incompatible, _) if !self.past().is_empty() => format!(
                "collect it anew: it is past its day, {}",
                past::in_words(self.policy, &self.past())
            ),
            (Why::Incompatible, _) => {
                let held = self
                    .facts
                    .items
                    .iter()
                    .filter(|item| self.request.fields.contains(item.field))
                    .fold(Set::EMPTY, |all, item| item.purposes.union(all));
                let held = match self.request.purpose {
                    Some(purpose) => held.difference(Set::of(purpose)),
                    None => held,
                };
                format!(
                    "act for what it was collected for ({}), or ask the person to agree to `{}`",
                    listed(&words.purposes.names(held)),
                    self.purpose()
                )
            }
            (Why::NotSummed, _) => format!(
                "let [use.{}] say how small a group sums may show, with `suppress-below`",
                self.purpose()
            ),
            (Why::Hidden, _) => match self.visible().as_slice() {
                [] => "let a `secure` clause say what the role sees for this purpose".to_owned(),
                visible => format!("ask for what the role sees: {}", listed(visible)),
            },
            _ => "change what is asked to what the clause allows".to_owned(),
        }
    }

    /// The fields that the actor's role sees for the purpose, clear or masked.
    fn visible(&self) -> Vec<&str> {
        let views = self
            .document
            .map(|d| d.rules.views.as_slice())
            .unwrap_or_default();
        let seen = views
            .iter()
            .filter(|view| {
                let purpose = self
                    .request
                    .purpose
                    .is_none_or(|p| view.purposes.contains(p));
                Some(view.role) == self.request.actor.role && purpose
            })
            .fold(Set::EMPTY, |all, view| {
                view.clear.union(view.masked).union(all)
            });
        self.policy.words.fields.names(seen)
    }

    fn remedy_of_sharing(&self, ground: Ground) -> String {
        let words = &self.policy.words;
        let body = self.body(ground.cited);
        let disclose = match body {
            Some(Body::Disclose(disclose)) => Some(disclose),
            _ => None,
        };
        match ground.why {
            Why::NoRecipient => format!(
                "add a `disclose` clause that lets `{}` have it for `{}`",
                self.recipient(),
                self.purpose()
            ),
            Why::DataNotCovered => {
                let rules = self
                    .document
                    .map(|d| d.rules.disclose.as_slice())
                    .unwrap_or_default();
                let data = rules
                    .iter()
                    .filter(|(_, clause)| Some(clause.to) == self.request.recipient)
                    .fold(Set::EMPTY, |all, (_, clause)| clause.data.union(all));
                let data = words.fields.names(data);
                format!(
                    "disclose only what the recipient may have: {}",
                    listed(&data)
                )
            }
            Why::NoUndertaking => {
                let kind = disclose
                    .and_then(|d| d.protection)
                    .map_or("undertaking", |p| p.word());
                format!(
                    "put on record a valid `{kind}` of `{}` (`kept evidence put undertaking`)",
                    self.recipient()
                )
            }
            Why::NoAssurance => match disclose.map(|d| &d.assurance) {
                Some(Assured::Any(any)) => format!(
                    "put on record a valid report (`kept evidence put assurance`), one of {}",
                    listed(&words.assurances.names(*any))
                ),
                Some(Assured::All(all)) => format!(
                    "put on record valid reports (`kept evidence put assurance`): {}",
                    listed(&words.assurances.names(*all))
                ),
                Some(Assured::Nothing) | None => {
                    "put on record a valid report (`kept evidence put assurance`)".to_owned()
                }
            },
            Why::NotCompelled => "name the legal duty, and have it approved".to_owned(),
            Why::InstrumentLapsed => match body {
                Some(Body::Transfer(transfer)) => {
                    format!("renew `{}`", words.instruments.name(transfer.instrument))
                }
                _ => "renew the instrument".to_owned(),
            },
            _ => self.remedy_of_route(),
        }
    }

    fn remedy_of_route(&self) -> String {
        let recipient = self
            .request
            .recipient
            .and_then(|id| self.policy.words.recipients.get(id));
        match (recipient, self.facts.person.country) {
            (Some(to), Some(from)) => format!(
                "add a `transfer` clause from `{from}` to `{}` with its instrument",
                to.country
            ),
            (Some(to), None) => format!(
                "add `transfer` clauses from every country of the document to `{}`, or learn where the person is",
                to.country
            ),
            (None, _) => "name a declared recipient".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
