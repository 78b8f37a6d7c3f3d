//! Each document against the law of its countries: no rule stands here, only the comparing of a
//! clause with a row of the tables in `law`.
//! Where a table says nothing, nothing is said; that a document is lawful it never says.

use super::*;
use crate::compile::Saying;
use crate::decide::needs_consent;
use crate::law::{Extend, Fee, Law, Marketing, Row, Says};
use jiff::civil::Date;
use kept_terms::{Basis, Day, FieldKind, Period, Right, Set, Territories, Territory};

impl Check<'_, '_> {
    /// What the law of a document's countries does not allow, or asks for and is not there.
    pub(super) fn law(&mut self, document: &Document) {
        self.law_grounds(document);
        let law = Law::known();
        for row in law.for_people_in(document.territories, self.options.today) {
            match &row.says {
                Says::Age {
                    under,
                    online,
                    consent,
                } => {
                    if self.takes_in(document, *online, *consent) {
                        self.law_age(document, row, *under);
                    }
                }
                Says::Right {
                    right,
                    within,
                    extend,
                    fee,
                    owed,
                } => {
                    let grants = &document.rules.grants;
                    let granted = grants.iter().find(|(_, grant)| grant.right == *right);
                    match granted {
                        Some((clause, grant)) => {
                            self.law_deadline(document, row, (*clause, grant), *within, *extend);
                            self.law_fee(document, row, *clause, *fee);
                        }
                        None if *owed => self.law_right(document, row, *right),
                        None => {}
                    }
                }
                Says::Marketing(rule) => {
                    self.law_marketing(document, row, *rule, &law.marketing_purposes);
                }
                Says::Lacks(bases) => self.law_basis(document, row, bases),
                // What only some laws know is looked at once for all of them.
                Says::Knows(_) => {}
                Says::Automated(bases) => self.law_automated(document, row, bases),
                Says::Recording => self.law_recording(document, row),
                Says::Breach { within, owed } => self.law_breach(document, row, *within, *owed),
                Says::Complaint(within) => self.law_complaint(document, row, *within),
            }
        }
    }

    fn against(
        &mut self,
        code: Code,
        document: &Document,
        (clause, key): (ClauseId, &str),
        row: &Row,
        what: &str,
    ) -> Saying<'_> {
        let code = weighed(code, document, row);
        let apart = match code {
            Code::LawPart => "; a document for them alone could say so",
            _ => "",
        };
        let message = format!(
            "{what} of people in {} ({}){apart}",
            lands(document, row),
            row.source
        );
        let (file, span) = (self.file(document.id), self.span(clause, key));
        self.report.say(code, file, span, message)
    }

    /// Whether a document takes anything in: where it is `online`, by a way at which no member of
    /// staff sits; where it is by `consent`, for a use that rests on it.
    fn takes_in(&self, document: &Document, online: bool, consent: bool) -> bool {
        let channels = &self.policy.words.channels;
        let alone = |channel| {
            let channel: Option<&Channel> = channels.get(channel);
            channel.is_some_and(|channel| !channel.staffed)
        };
        let uses = document.rules.uses.iter().flatten();
        let agreed = uses.filter(|(_, r#use)| needs_consent(r#use));
        let agreed: Set<PurposeId> = agreed.map(|(_, r#use)| r#use.purpose).collect();
        let mut collects = document.rules.collect.iter();
        collects.any(|(_, collect)| {
            (!online || collect.through.iter().any(alone))
                && (!consent || collect.purposes.intersects(agreed))
        })
    }

    fn law_age(&mut self, document: &Document, row: &Row, under: u8) {
        if self.lacks(document, Verb::Refuse) {
            return;
        }
        let low = |place: &Territory| {
            let refused = document.rules.children(Some(*place));
            refused.is_none_or(|rule| rule.under < under)
        };
        let places = document.territories.intersection(row.territories);
        let low: Territories = places.iter().filter(low).collect();
        let Some(first) = low.first() else { return };
        let message = format!(
            "nobody under {under} in {} can agree alone ({}), and younger people are not refused",
            named(&codes(low)),
            row.source
        );
        let (file, span) = match document.rules.children(Some(first)) {
            Some(rule) => (self.file(document.id), self.span(rule.clause, "under")),
            None => self.front_of(document),
        };
        self.report
            .say(weighed(Code::LawAge, document, row), file, span, message)
            .help(format!(
                "write `under = {under}` in a `refuse` clause for people there, such as \
                 `[refuse.children]`, after a sentence that says so"
            ));
    }

    fn law_deadline(
        &mut self,
        document: &Document,
        row: &Row,
        (clause, grant): (ClauseId, &Grant),
        within: Option<Period>,
        extend: Extend,
    ) {
        let Some(within) = within else { return };
        if !fits(grant.answer_within, within) {
            let what = format!(
                "`{}` is longer than the `{within}` that the law allows for the answers",
                grant.answer_within
            );
            let key = (clause, "answer-within");
            self.against(Code::LawDeadline, document, key, row, &what)
                .help(format!("write `answer-within = \"{within}\"` or less"));
        }
        let longer = |by: &Period| match extend {
            Extend::Never => true,
            Extend::By(most) => !fits(*by, most),
            Extend::AsNeeded => false,
        };
        if let Some(by) = grant.extend_by.filter(longer) {
            let (what, help) = match extend {
                Extend::By(most) => (
                    format!("`{by}` more is longer than the `{most}` allowed for requests"),
                    format!("write `extend = {{ by = \"{most}\", reason = true }}` or less"),
                ),
                Extend::Never | Extend::AsNeeded => (
                    "the law allows no further time for requests".to_owned(),
                    "strike `extend`".to_owned(),
                ),
            };
            self.against(Code::LawDeadline, document, (clause, "extend"), row, &what)
                .help(help);
        }
    }

    fn law_fee(&mut self, document: &Document, row: &Row, clause: ClauseId, fee: Option<Fee>) {
        let origin = self.built.origin(self.drafts, clause);
        let Some(charged) = origin.and_then(|origin| origin.given.table("fee")) else {
            return;
        };
        let (what, help) = match fee {
            Some(Fee::None) => (
                "the law forbids a fee for the requests",
                "write `fee = \"none\"`",
            ),
            Some(Fee::Abuse) if charged.text("only-when").is_none() => (
                "a fee may be asked only for what is manifestly unfounded or excessive among the \
                 requests",
                "write `fee = \"none\"`, or say so in the fee's `only-when`",
            ),
            Some(Fee::Abuse | Fee::Moderate) | None => return,
        };
        self.against(Code::LawFee, document, (clause, "fee"), row, what)
            .help(help);
    }

    fn law_right(&mut self, document: &Document, row: &Row, right: Right) {
        if self.lacks(document, Verb::Grant) {
            return;
        }
        let message = format!(
            "people in {} have a right of {} ({}), and the document grants none",
            lands(document, row),
            right.word(),
            row.source
        );
        let (file, span) = self.front_of(document);
        self.report
            .say(weighed(Code::LawRight, document, row), file, span, message)
            .help(format!(
                "add `[grant.{}]` with `answer-within`",
                right.word()
            ));
    }

    fn law_marketing(
        &mut self,
        document: &Document,
        row: &Row,
        rule: Marketing,
        purposes: &[String],
    ) {
        for (clause, r#use) in document.rules.uses.iter().flatten() {
            let is_marketing = |dpv: &str| purposes.iter().any(|term| term == dpv);
            if needs_consent(r#use) || !r#use.dpv.as_deref().is_some_and(is_marketing) {
                continue;
            }
            let key = match r#use.choice {
                Choice::None => (*clause, "basis"),
                Choice::OptIn | Choice::OptOut => (*clause, "choice"),
            };
            match (rule, r#use.choice) {
                (Marketing::Consent, _) => self
                    .against(
                        Code::LawMarketing,
                        document,
                        key,
                        row,
                        "marketing needs the consent",
                    )
                    .help("write `basis = \"consent\"` and `choice = \"opt-in\"`"),
                (Marketing::Relationship | Marketing::OptOut, Choice::None) => self
                    .against(
                        Code::LawMarketing,
                        document,
                        key,
                        row,
                        "marketing ends with a word",
                    )
                    .help("write `choice = \"opt-out\"`, or `\"opt-in\"`"),
                (Marketing::Relationship, Choice::OptOut) => self
                    .against(
                        Code::LawRelationship,
                        document,
                        key,
                        row,
                        "marketing without consent needs dealings from which the consent follows,",
                    )
                    .help("write only to those you deal with, or write `choice = \"opt-in\"`"),
                (Marketing::Relationship, Choice::OptIn)
                | (Marketing::OptOut, Choice::OptIn | Choice::OptOut) => continue,
            };
        }
    }

    /// Grounds that are one only where a law says so, and not for all of a document's people.
    fn law_grounds(&mut self, document: &Document) {
        for (clause, r#use) in document.rules.uses.iter().flatten() {
            if r#use.basis != Basis::CreditProtection {
                continue;
            }
            let rows = Law::known().for_people_in(document.territories, self.options.today);
            let known = rows.filter(|row| match &row.says {
                Says::Knows(bases) => bases.contains(&r#use.basis),
                _ => false,
            });
            let known = known.fold(Set::EMPTY, |all, row| all.union(row.territories));
            let others = document.territories.difference(known);
            if others.is_empty() {
                continue;
            }
            let message = format!(
                "`{}` is no ground for using the information of people in {}",
                r#use.basis.word(),
                named(&codes(others))
            );
            let (file, span) = (self.file(document.id), self.span(*clause, "basis"));
            self.report
                .say(Code::LawBasis, file, span, message)
                .help("rest it on another `basis` there, or write a document for Brazil alone");
        }
    }

    fn law_basis(&mut self, document: &Document, row: &Row, lacks: &[Basis]) {
        for (clause, r#use) in document.rules.uses.iter().flatten() {
            if lacks.contains(&r#use.basis) {
                let what = format!(
                    "`{}` is no ground for using the information",
                    r#use.basis.word()
                );
                self.against(Code::LawBasis, document, (*clause, "basis"), row, &what)
                    .help("rest it on another `basis`, such as `\"consent\"`");
            }
        }
    }

    /// A program may decide on some grounds alone, and somebody has to look at it when asked.
    fn law_automated(&mut self, document: &Document, row: &Row, bases: &[Basis]) {
        if bases.is_empty() {
            return;
        }
        let mut clauses = document.clauses.iter();
        let complaints = |clause: &Clause| matches!(clause.body, Body::Answer(Answer::Stages(_)));
        let heard = clauses.any(complaints) || self.lacks(document, Verb::Answer);
        for (clause, r#use) in document.rules.uses.iter().flatten() {
            if r#use.automated != Some(Automated::Decision) {
                continue;
            }
            if !bases.contains(&r#use.basis) {
                let what = format!(
                    "`{}` is no ground for a program to decide alone on the affairs",
                    r#use.basis.word()
                );
                let place = (*clause, "basis");
                self.against(Code::LawBasis, document, place, row, &what)
                    .help("rest it on `\"consent\"`, `\"contract\"` or a `\"legal-obligation\"`, or let people decide");
            } else if !heard {
                let what =
                    "nobody is named who looks at what a program decides alone on the affairs";
                let place = (*clause, "automated");
                self.against(Code::LawRight, document, place, row, what)
                    .help("add an `answer` clause with `stages`, after prose that says so");
            }
        }
    }

    fn law_recording(&mut self, document: &Document, row: &Row) {
        let fields = &self.policy.words.fields;
        let recording = |field: FieldId| {
            let field = fields.get(field);
            field.is_some_and(|field| field.kind == FieldKind::Recording)
        };
        let collects = document.rules.collect.iter();
        let recorded = collects.filter(|(_, collect)| collect.data.iter().any(recording));
        let purposes = recorded.fold(Set::EMPTY, |all, (_, collect)| all.union(collect.purposes));
        for (clause, r#use) in document.rules.uses.iter().flatten() {
            if purposes.contains(r#use.purpose) && !needs_consent(r#use) {
                let what = "recording a call needs the consent";
                self.against(Code::LawRecording, document, (*clause, "basis"), row, what)
                    .help("write `basis = \"consent\"` and `choice = \"opt-in\"`");
            }
        }
    }

    fn law_breach(&mut self, document: &Document, row: &Row, within: Period, owed: bool) {
        if self.lacks(document, Verb::Notify) {
            return;
        }
        let told = document
            .clauses
            .iter()
            .find_map(|clause| match &clause.body {
                Body::Notify(notify) if notify.when == "breach" => Some((clause.id, notify.within)),
                _ => None,
            });
        match told {
            Some((_, Some(said))) if fits(said, within) => {}
            Some((clause, said)) => {
                let said = said.map_or("no time".to_owned(), |said| format!("`{said}`"));
                let what = format!(
                    "a breach is told within {said}, and the law allows `{within}` in the case"
                );
                self.against(Code::LawDeadline, document, (clause, "within"), row, &what)
                    .help(format!("write `within = \"{within}\"` or less"));
            }
            None if !owed => {}
            None => {
                let message = format!(
                    "people in {} are told of a breach within `{within}` ({}), and no clause says so",
                    lands(document, row),
                    row.source
                );
                let (file, span) = self.front_of(document);
                self.report
                    .say(weighed(Code::LawRight, document, row), file, span, message)
                    .help("add `[notify.breach]` with `when = \"breach\"` and `within`");
            }
        }
    }

    fn law_complaint(&mut self, document: &Document, row: &Row, within: Period) {
        for clause in &document.clauses {
            let Body::Answer(Answer::Stages(stages)) = &clause.body else {
                continue;
            };
            let late = |stage: &&Stage| !fits(stage.within, within);
            let Some(said) = stages.first().filter(late).map(|stage| stage.within) else {
                continue;
            };
            let what =
                format!("`{said}` is longer than the `{within}` allowed for taking up complaints");
            self.against(
                Code::LawDeadline,
                document,
                (clause.id, "stages"),
                row,
                &what,
            )
            .help(format!(
                "give the first stage `within = \"{within}\"` or less"
            ));
        }
    }

    /// Where a document says whom it is for.
    fn front_of(&self, document: &Document) -> (usize, Range<usize>) {
        let draft = self.draft(document.id);
        draft.map_or((0, 0..0), |draft| {
            (draft.file, draft.front.span_of("regions"))
        })
    }
}

/// The places of a document that a row is about.
fn lands(document: &Document, row: &Row) -> String {
    named(&codes(document.territories.intersection(row.territories)))
}

/// How much it matters what a document says against a row. The law of a part of a country binds a
/// document that is for the part; one that is for the whole country is told of it, unless the row
/// binds that, too.
fn weighed(code: Code, document: &Document, row: &Row) -> Code {
    let people = document.territories;
    let mut places = people.intersection(row.territories).iter();
    let of_its_own = |place: Territory| place.part().is_none() || !people.contains(place.country());
    match row.whole || places.any(of_its_own) {
        true => code,
        false => Code::LawPart,
    }
}

/// Whether a period is never longer than another, from whatever day it counts.
fn fits(said: Period, most: Period) -> bool {
    if said.months <= most.months && said.days <= most.days {
        return true;
    }
    if said.months == most.months {
        return false;
    }
    // Four years hold every length that a month, or a row of months, can have.
    let first = Day::from_date(Date::constant(2024, 1, 1)).0;
    (first..first + 1_461).all(|day| said.after(Day(day)) <= most.after(Day(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_compared_on_every_day_of_the_calendar() {
        for (said, most, answer) in [
            ("P30D", "P1M", false),
            ("P28D", "P1M", true),
            ("P1M", "P30D", false),
            ("P1M", "P31D", true),
            ("P59D", "P2M", true),
            ("P60D", "P2M", false),
            ("P1Y", "P366D", true),
            ("P30D", "P30D", true),
            ("P1M1D", "P1M", false),
        ] {
            let fits = fits(said.parse().unwrap(), most.parse().unwrap());
            assert_eq!(fits, answer, "{said} in {most}");
        }
    }
}
