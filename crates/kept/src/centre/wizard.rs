//! A request as a row of questions, one on a page, with a look at all answers before anything is
//! sent.
//! What was answered travels in the pages themselves: nothing is stored before it is sent, and
//! nothing stands in an address.

use super::layout::{Frame, Keeps, trouble};
use super::place::Place;
use super::words::*;
use crate::api::pairs::Pairs;
use kept_policy::{Body, Policy, Refuse, places_of};
use kept_terms::{FieldKind, Invalid, Territory};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The channel that what is asked here comes in through.
pub(super) const CHANNEL: &str = "website-form";
/// The identifier of the form on its page.
const FORM: &str = "questions";
/// What people leave empty and programs fill in.
const TRAP: &str = "kept-homepage";
/// The longest text, in characters.
const TEXT_MAX: usize = 4000;
/// The longest line, in characters.
const LINE_MAX: usize = 200;

/// What a request asks, in order.
pub(super) struct Flow {
    /// Its path after the language.
    pub path: &'static str,
    /// What it is called.
    pub title: Phrase,
    /// What is said before the first question.
    pub before: Phrase,
    /// Its pages.
    pub steps: &'static [Step],
}

/// One page of questions.
pub(super) struct Step {
    /// What it asks.
    pub title: Phrase,
    /// Why.
    pub why: Phrase,
    /// Its questions; where there is one, the title asks it.
    pub questions: &'static [Question],
}

/// One question.
pub(super) struct Question {
    /// Its name in the form.
    pub name: &'static str,
    /// What it asks.
    pub label: Phrase,
    /// How it is answered.
    pub kind: Kind,
    /// Whether it may be left out.
    pub optional: bool,
}

/// How a question is answered.
pub(super) enum Kind {
    /// By a country of the policy.
    Country,
    /// By yes or no, where a clause has the age asked.
    OfAge,
    /// By a name.
    Name,
    /// By an e-mail address.
    Email,
    /// By a text.
    Text,
    /// By one of several.
    One(&'static [(&'static str, Phrase)]),
}

/// What was answered so far, and where somebody is.
#[derive(Default)]
pub(super) struct Answers {
    /// By name.
    pub said: BTreeMap<String, String>,
    /// What makes sending twice as sending once.
    pub once: String,
    /// The page that was sent.
    pub at: Option<usize>,
    /// What was pressed.
    pub go: String,
    /// Whether the answers were looked at before.
    pub checked: bool,
}

/// What comes next.
pub(super) enum Next {
    /// A page, with what is wrong on it by question.
    Page(usize, Vec<(&'static str, Phrase)>),
    /// A look at everything.
    Check,
    /// It is to be sent.
    Send,
}

impl Answers {
    /// Reads what a page sent; nothing where it holds what no page sends.
    pub fn read(flow: &Flow, body: &str) -> Option<Answers> {
        let pairs = Pairs::read(body).ok()?;
        let mut answers = Answers::default();
        for (name, value) in pairs.0 {
            match name.as_str() {
                "once" => answers.once = value,
                "at" => answers.at = value.parse().ok(),
                "go" => answers.go = value,
                "checked" => answers.checked = true,
                TRAP if value.is_empty() => {}
                known if flow.questions().any(|it| it.name == known) => {
                    let value = value.replace("\r\n", "\n").trim().to_owned();
                    if !value.is_empty() {
                        answers.said.insert(name, value);
                    }
                }
                _ => return None,
            }
        }
        let plain = |c: char| c.is_ascii_alphanumeric();
        let fits = answers.once.len() == 32 && answers.once.chars().all(plain);
        fits.then_some(answers)
    }

    /// What was answered to a question.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.said.get(name).map(String::as_str)
    }

    /// The country that was said.
    pub fn country(&self) -> Option<Territory> {
        self.get("country")?.parse().ok()
    }

    /// The age below which nobody may send this, where a clause has it asked.
    pub fn asks_age(&self, policy: &Policy) -> Option<u8> {
        asked_age(policy, self.country())
    }

    /// Where it goes on from here.
    pub fn next(&self, flow: &Flow, policy: &Policy) -> Next {
        if let Ok(step) = self.go.parse::<usize>()
            && step < flow.steps.len()
        {
            return Next::Page(step, Vec::new());
        }
        let up_to = self.at.unwrap_or(flow.steps.len());
        for (at, step) in flow.steps.iter().enumerate() {
            let wrong = self.wrong(step, policy);
            let asked = self.applies(step, policy);
            if at > up_to && !self.checked && asked {
                return Next::Page(at, Vec::new());
            }
            if asked && !wrong.is_empty() {
                return Next::Page(at, wrong);
            }
        }
        match self.go == "send" && self.at.is_none() {
            true => Next::Send,
            false => Next::Check,
        }
    }

    /// Whether a page has anything to ask.
    fn applies(&self, step: &Step, policy: &Policy) -> bool {
        let ages = |it: &Question| matches!(it.kind, Kind::OfAge);
        !step.questions.iter().all(ages) || self.asks_age(policy).is_some()
    }

    fn wrong(&self, step: &Step, policy: &Policy) -> Vec<(&'static str, Phrase)> {
        let questions = step.questions.iter();
        let wrong = questions.filter_map(|it| Some((it.name, self.wrong_with(it, policy)?)));
        wrong.collect()
    }

    fn wrong_with(&self, question: &Question, policy: &Policy) -> Option<Phrase> {
        let Some(value) = self.get(question.name) else {
            return (!question.optional).then_some(MISSING);
        };
        let of = |kind: FieldKind, most| match kind.normalise(value, None, &[], most) {
            Ok(_) => None,
            Err(Invalid::TooLong(_)) => Some(TOO_LONG),
            Err(_) if kind == FieldKind::Email => Some(ODD_EMAIL),
            Err(_) => Some(ODD),
        };
        match &question.kind {
            Kind::Country => {
                let known = value
                    .parse()
                    .ok()
                    .and_then(|it| policy.document_for(Some(it)));
                known.is_none().then_some(MISSING)
            }
            Kind::OfAge => (!matches!(value, "yes" | "no")).then_some(MISSING),
            Kind::Name => of(FieldKind::PersonName, LINE_MAX),
            Kind::Email => of(FieldKind::Email, LINE_MAX),
            Kind::Text => of(FieldKind::LongText, TEXT_MAX),
            Kind::One(choices) => {
                let known = choices.iter().any(|(choice, _)| *choice == value);
                (!known).then_some(MISSING)
            }
        }
    }
}

impl Flow {
    fn questions(&self) -> impl Iterator<Item = &Question> {
        self.steps.iter().flat_map(|step| step.questions)
    }

    /// Whether it asks something.
    pub fn asks(&self, name: &str) -> bool {
        self.questions().any(|it| it.name == name)
    }
}

/// The age below which nobody may send what comes in here, where a clause has it asked.
fn asked_age(policy: &Policy, country: Option<Territory>) -> Option<u8> {
    let document = policy.document_for(country)?;
    let channel = policy.words.channels.id(CHANNEL)?;
    let asked = document
        .clauses
        .iter()
        .filter_map(|clause| match &clause.body {
            Body::Refuse(Refuse::Children {
                under,
                asked_through,
                ..
            }) => asked_through.contains(channel).then_some(*under),
            _ => None,
        });
    asked.max()
}

/// Everything that a page of questions shows.
pub(super) struct Shown<'a> {
    pub flow: &'a Flow,
    pub place: &'a Place,
    pub answers: &'a Answers,
    /// Whose centre it is.
    pub owner: String,
    /// What is said before the first question beside the flow's own words.
    pub told: Option<String>,
}

impl Shown<'_> {
    /// A page of the form around what it asks: in another language it keeps what was answered.
    fn asking(&self, title: &str, wrong: bool, at: Option<usize>) -> Frame<'_> {
        let keeps = Keeps {
            form: FORM,
            at: at.map_or_else(String::new, |at| at.to_string()),
        };
        Frame {
            keeps: Some(keeps),
            ..self.frame(title, wrong)
        }
    }

    /// A page around what it says.
    pub fn frame(&self, title: &str, wrong: bool) -> Frame<'_> {
        Frame {
            language: self.place.language,
            here: Some(self.flow.path),
            title: title.to_owned(),
            wrong,
            owner: self.owner.clone(),
            signed_in: None,
            keeps: None,
        }
    }

    fn action(&self) -> String {
        format!("/centre/{}{}", self.place.language.tag(), self.flow.path)
    }

    fn title_of(&self, step: &Step) -> String {
        let title = self.place.language.pick(step.title);
        let age = self
            .answers
            .asks_age(&self.place.policy)
            .unwrap_or_default();
        title.replace("{0}", &age.to_string())
    }

    /// A page of questions.
    pub fn page(&self, at: usize, wrong: &[(&'static str, Phrase)]) -> Option<Markup> {
        let language = self.place.language;
        let step = self.flow.steps.get(at)?;
        let title = self.title_of(step);
        let named: Vec<(String, String)> = wrong
            .iter()
            .map(|(name, phrase)| {
                let question = step.questions.iter().find(|it| it.name == *name);
                let label = question.filter(|_| step.questions.len() > 1);
                let label = label.map_or(String::new(), |it| {
                    language.pick(it.label).to_owned() + ": "
                });
                (format!("f-{name}"), label + language.pick(*phrase))
            })
            .collect();
        let alone = step.questions.len() == 1;
        let why = language.pick(step.why);
        let inner = html! {
            (trouble(language, &named))
            p.flow { (language.pick(self.flow.title)) }
            @if at == 0 {
                div.before { p { (language.pick(self.flow.before)) }
                    @if let Some(told) = &self.told { p { (told) } } }
            }
            form id=(FORM) method="post" action=(self.action()) accept-charset="utf-8" novalidate {
                @if !alone { h1 { (title) } p.why { (why) } }
                @for question in step.questions {
                    @let wrong = wrong.iter().find(|(name, _)| *name == question.name);
                    @let heading = alone.then_some(title.as_str());
                    (self.question(question, heading, why, wrong.map(|(_, phrase)| *phrase)))
                }
                (self.carried(step))
                input type="hidden" name="at" value=(at);
                div.apart aria-hidden="true" {
                    label for=(TRAP) { (language.pick(LEAVE_EMPTY)) }
                    input type="text" id=(TRAP) name=(TRAP) tabindex="-1" autocomplete="off";
                }
                div.go {
                    button type="submit" { (language.pick(CONTINUE)) }
                    (self.back(at))
                }
            }
        };
        let frame = self.asking(&title, !wrong.is_empty(), Some(at));
        Some(frame.around(&inner))
    }

    fn back(&self, at: usize) -> Markup {
        let language = self.place.language;
        let before = self.flow.steps.iter().take(at).enumerate();
        let mut before = before.filter(|(_, it)| self.answers.applies(it, &self.place.policy));
        let text = language.pick(BACK);
        html! {
            @match before.next_back() {
                Some((before, _)) => {
                    button.plain type="submit" name="go" value=(before) formnovalidate { (text) }
                },
                None => a href=(format!("/centre/{}", language.tag())) { (text) },
            }
        }
    }

    /// What was answered on other pages, carried along.
    fn carried(&self, step: &Step) -> Markup {
        let here = |name: &str| step.questions.iter().any(|it| it.name == name);
        html! {
            @for (name, value) in self.answers.said.iter().filter(|(name, _)| !here(name)) {
                input type="hidden" name=(name) value=(value);
            }
            input type="hidden" name="once" value=(self.answers.once);
            @if self.answers.checked { input type="hidden" name="checked" value="1"; }
        }
    }

    fn question(
        &self,
        question: &Question,
        heading: Option<&str>,
        why: &str,
        wrong: Option<Phrase>,
    ) -> Markup {
        let language = self.place.language;
        let id = format!("f-{}", question.name);
        let mut about: Vec<String> = Vec::new();
        about.extend(heading.map(|_| format!("{id}-why")));
        about.extend(wrong.map(|_| format!("{id}-wrong")));
        let about = (!about.is_empty()).then(|| about.join(" "));
        let said = self.answers.get(question.name).unwrap_or("");
        let choices = self.choices(question);
        let label = html! {
            @match heading { Some(title) => (title), None => (language.pick(question.label)) }
            @if question.optional { " " span.needed { (language.pick(OPTIONAL)) } }
        };
        let hints = html! {
            @if heading.is_some() { p.why id=(format!("{id}-why")) { (why) } }
            @if let Some(wrong) = wrong {
                p.wrong id=(format!("{id}-wrong")) { span aria-hidden="true" { "▲ " } (language.pick(wrong)) }
            }
        };
        html! {
            div.field.bad[wrong.is_some()] {
                @if let Some(choices) = choices {
                    fieldset aria-describedby=[about] {
                        legend { @if heading.is_some() { h1 { (label) } } @else { (label) } }
                        (hints)
                        @for (at, (value, text)) in choices.iter().enumerate() {
                            div.choice-line {
                                input type="radio" id=(if at == 0 { id.clone() } else { format!("{id}-{at}") })
                                    name=(question.name) value=(value) checked[*value == said];
                                label for=(if at == 0 { id.clone() } else { format!("{id}-{at}") }) { (text) }
                            }
                        }
                    }
                } @else {
                    @if heading.is_some() { h1 { label for=(id) { (label) } } }
                    @else { label for=(id) { (label) } }
                    (hints)
                    (self.input(question, &id, said, about, wrong.is_some()))
                }
            }
        }
    }

    fn choices(&self, question: &Question) -> Option<Vec<(&'static str, &'static str)>> {
        let language = self.place.language;
        match &question.kind {
            Kind::OfAge => Some(vec![("yes", language.pick(YES)), ("no", language.pick(NO))]),
            Kind::One(choices) => {
                let choices = choices.iter();
                Some(
                    choices
                        .map(|(value, text)| (*value, language.pick(*text)))
                        .collect(),
                )
            }
            Kind::Country | Kind::Name | Kind::Email | Kind::Text => None,
        }
    }

    fn input(
        &self,
        question: &Question,
        id: &str,
        said: &str,
        about: Option<String>,
        wrong: bool,
    ) -> Markup {
        let invalid = wrong.then_some("true");
        let name = question.name;
        let own = name.starts_with("my-");
        match question.kind {
            Kind::Text => html! {
                textarea id=(id) name=(name) rows="8" maxlength=(TEXT_MAX)
                    aria-describedby=[about] aria-invalid=[invalid] { (said) }
            },
            Kind::Country => {
                let policy = &self.place.policy;
                let likely = self.place.country().map(|it| it.code());
                let said = if said.is_empty() {
                    likely.unwrap_or("")
                } else {
                    said
                };
                html! {
                    select id=(id) name=(name) aria-describedby=[about] aria-invalid=[invalid]
                        autocomplete="country" {
                        option value="" { "–" }
                        @for (text, code) in places_of(policy, self.place.language.tag()) {
                            option value=(code) selected[code == said] { (text) }
                        }
                    }
                }
            }
            Kind::Email => html! {
                input type="email" id=(id) name=(name) value=(said) maxlength=(LINE_MAX)
                    autocomplete=[own.then_some("email")] spellcheck="false"
                    aria-describedby=[about] aria-invalid=[invalid];
            },
            Kind::Name | Kind::OfAge | Kind::One(_) => html! {
                input type="text" id=(id) name=(name) value=(said) maxlength=(LINE_MAX)
                    autocomplete=[own.then_some("name")]
                    aria-describedby=[about] aria-invalid=[invalid];
            },
        }
    }

    /// A look at everything before it is sent.
    pub fn check(&self, problem: Option<Phrase>) -> Markup {
        let language = self.place.language;
        let title = language.pick(CHECK);
        let wrong: Vec<(String, String)> = problem
            .map(|phrase| (String::new(), language.pick(phrase).to_owned()))
            .into_iter()
            .collect();
        let nothing = Step {
            title: CHECK,
            why: CHECK,
            questions: &[],
        };
        let inner = html! {
            (trouble(language, &wrong))
            p.flow { (language.pick(self.flow.title)) }
            h1 { (title) }
            p.why { (language.pick(CHECK_WHY)) }
            form id=(FORM) method="post" action=(self.action()) accept-charset="utf-8" {
                dl.answers {
                    @for (at, step) in self.flow.steps.iter().enumerate() {
                        @if self.answers.applies(step, &self.place.policy) {
                            @for question in step.questions { (self.answered(at, step, question)) }
                        }
                    }
                }
                (self.carried(&nothing))
                @if !self.answers.checked { input type="hidden" name="checked" value="1"; }
                div.go { button type="submit" name="go" value="send" { (language.pick(SEND)) } }
            }
        };
        self.asking(title, problem.is_some(), None).around(&inner)
    }

    /// What a question is called where it is looked at again.
    pub fn asked(&self, step: &Step, question: &Question) -> String {
        match step.questions.len() {
            1 => self.title_of(step),
            _ => self.place.language.pick(question.label).to_owned(),
        }
    }

    /// An answer in words.
    pub fn said(&self, question: &Question) -> Option<String> {
        let said = self.answers.get(question.name)?;
        if let Some(choices) = self.choices(question) {
            let chosen = choices.iter().find(|(value, _)| *value == said);
            return chosen.map(|(_, text)| (*text).to_owned());
        }
        if matches!(question.kind, Kind::Country) {
            let all = places_of(&self.place.policy, self.place.language.tag());
            let found = all.into_iter().find(|(_, code)| *code == said);
            return found.map(|(text, _)| text.into_owned());
        }
        Some(said.to_owned())
    }

    fn answered(&self, at: usize, step: &Step, question: &Question) -> Markup {
        let language = self.place.language;
        let asked = self.asked(step, question);
        html! {
            div {
                dt { (asked) }
                dd {
                    @match self.said(question) {
                        Some(said) => span.said { (said) },
                        None => span.quiet { (language.pick(NOT_SAID)) },
                    }
                }
                dd.change {
                    button.plain type="submit" name="go" value=(at) {
                        (language.pick(CHANGE)) span.unseen { ": " (asked) }
                    }
                }
            }
        }
    }
}
