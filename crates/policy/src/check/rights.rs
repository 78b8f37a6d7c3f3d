//! What people may ask: no fee where none may be asked, and a way out of what rests on their say.
//! Deadlines that a law shortens are told in `cases`, not here.

use super::*;
use kept_terms::{Basis, Right};

impl Check<'_, '_> {
    /// Forbidden fees, opt-outs that cannot be asked for, consents that cannot be taken back.
    pub(super) fn rights(&mut self, document: &Document) {
        for (clause, grant) in &document.rules.grants {
            if grant.fee.is_some() {
                self.fee(document, *clause);
            }
        }
        self.complaints(document);
        self.reports(document);
        if self.lacks(document, Verb::Grant) {
            return;
        }
        self.requests(document);
        let grants = &document.rules.grants;
        for (clause, r#use) in document.rules.uses.iter().flatten() {
            let covered = |rights: &[Right]| {
                grants.iter().any(|(_, grant)| {
                    rights.contains(&grant.right) && grant.purposes.contains(r#use.purpose)
                })
            };
            let name = self.policy.words.purposes.name(r#use.purpose);
            let file = self.file(document.id);
            if r#use.choice == Choice::OptOut && !covered(&[Right::OptOut, Right::Objection]) {
                let message = format!("people may opt out of `{name}`, and no right lets them");
                let span = self.span(*clause, "choice");
                self.report
                    .say(Code::NoOptOut, file, span, message)
                    .help(format!(
                        "add `[grant.opt-out]` with `for = [\"{name}\"]` and `answer-within`"
                    ));
            }
            let rests = r#use.basis == Basis::Consent || r#use.choice == Choice::OptIn;
            if rests && !covered(&[Right::Withdrawal, Right::OptOut]) {
                let message =
                    format!("`{name}` rests on consent, and no right lets people take it back");
                let key = if r#use.choice == Choice::OptIn {
                    "choice"
                } else {
                    "basis"
                };
                let span = self.span(*clause, key);
                self.report
                    .say(Code::NoWithdrawal, file, span, message)
                    .help("add `[grant.withdrawal]` with `answer-within`");
            }
        }
    }

    /// Complaints go one way: of two clauses that say whom they go to, one would be idle.
    fn complaints(&mut self, document: &Document) {
        let hears = |clause: &&Clause| matches!(clause.body, Body::Answer(Answer::Stages(_)));
        let mut hearing = document.clauses.iter().filter(hears);
        let Some(first) = hearing.next() else { return };
        for clause in hearing {
            let message = format!(
                "complaints go through the stages of [{}] and of [{}], and can go but one way",
                self.path(first.id),
                self.path(clause.id)
            );
            let (file, span) = (self.file(document.id), self.span(clause.id, "stages"));
            let before = self.span(first.id, "stages");
            self.report
                .say(Code::ComplaintsTwice, file, span, message)
                .label(file, before, "they go this way too")
                .help("join them in one clause, whose `stages` name each team in turn");
        }
    }

    /// What people asked is about them as well, and is kept no longer than a clause says.
    fn requests(&mut self, document: &Document) {
        let Some((clause, _)) = document.rules.grants.first() else {
            return;
        };
        if document.rules.requests.is_some() || self.lacks(document, Verb::Keep) {
            return;
        }
        let message = "nothing says how long what people asked is kept after the answer";
        let (file, span) = (self.file(document.id), self.name_span(*clause));
        self.report
            .say(Code::RequestsUnkept, file, span, message)
            .help("add `[keep.requests]` with `requests = \"P3Y\"`, after a sentence that says so");
    }

    /// Reports of children: each can be decided, and one that is not is over some day.
    fn reports(&mut self, document: &Document) {
        let file = self.file(document.id);
        for rule in &document.rules.children {
            let reports = rule.reports;
            if reports.within.is_none() && self.gives(rule.clause, "if-undecided") {
                let message = "nothing says within how long a report is decided";
                let span = self.span(rule.clause, "if-undecided");
                self.report
                    .say(Code::ReportEndless, file, span, message)
                    .help("add `decide-within = \"P14D\"`, or how long it may take");
            }
            let incomplete = self.lacks(document, Verb::Secure)
                || self.lacks(document, Verb::Collect)
                || self.lacks(document, Verb::Use);
            let reaches = |role| document.rules.reaches_all(role);
            if !incomplete && !reports.by.is_empty() && !reports.by.iter().any(reaches) {
                let roles = self.policy.words.roles.names(reports.by);
                let message = format!(
                    "{} {} not shown all that is collected, and decides who is erased",
                    named(&roles),
                    are(&roles)
                );
                let span = self.span(rule.clause, "confirmed-by");
                self.report
                    .say(Code::ReportUnreached, file, span, message)
                    .help("name a role whose `secure` clauses show every field that is collected");
            }
        }
    }

    fn fee(&mut self, document: &Document, clause: ClauseId) {
        let forbids = |region: &Region| {
            region.fee_forbidden && region.countries.intersects(document.territories)
        };
        let regions = &self.policy.words.regions;
        let Some((_, region)) = regions.iter().find(|(_, region)| forbids(region)) else {
            return;
        };
        let countries = codes(document.territories.intersection(region.countries));
        let message = format!(
            "a fee is asked of people in {}, where region `{}` forbids it",
            named(&countries),
            region.name
        );
        let (file, span) = (self.file(document.id), self.span(clause, "fee"));
        self.report
            .say(Code::FeeForbidden, file, span, message)
            .help("write `fee = \"none\"`");
    }
}
