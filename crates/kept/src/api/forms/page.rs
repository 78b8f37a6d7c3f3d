//! A form as a page: labels, hints and errors tied to what they are about, and nothing that needs a
//! script.
//! What somebody typed goes back to them alone, in the answer to what they sent.

use super::fields::{Form, FormField};
use super::words::{Says, Tongue, hint};
use kept_terms::FieldKind;
use maud::{DOCTYPE, Markup, html};
use std::collections::BTreeMap;

/// The name of the question whether somebody is old enough.
pub(super) const OF_AGE: &str = "kept-of-age";

/// The name of what people leave empty and programs fill in.
pub(super) const TRAP: &str = "kept-homepage";

/// What came back with a form.
#[derive(Default)]
pub(super) struct Returned {
    /// What was typed.
    pub typed: BTreeMap<String, String>,
    /// What is wrong, by field.
    pub wrong: BTreeMap<String, Says>,
    /// What is wrong with the whole.
    pub refused: Option<Says>,
    /// The clauses that it rests on.
    pub clauses: Vec<String>,
}

/// Everything that a page shows.
pub(super) struct Shown<'a> {
    pub form: &'a Form,
    pub tongue: Tongue,
    /// The query with which the form is sent.
    pub query: String,
    pub returned: &'a Returned,
    /// Where one can write instead.
    pub instead: Option<String>,
}

impl Shown<'_> {
    fn says(&self, says: Says) -> &'static str {
        says.of(self.tongue)
    }

    /// The page with the form.
    pub fn page(&self) -> Markup {
        let title = self.title();
        let action = format!("/forms/{}?{}", self.form.channel.name, self.query);
        let inner = html! {
            h1 { (title) }
            (self.trouble())
            @if self.form.service.is_some() { p { (self.says(Says::Without)) } }
            @if !self.form.sensitive.is_empty() {
                div.sensitive {
                    @for it in &self.form.sensitive { p { (it.said(self.tongue)) } }
                }
            }
            form method="post" action=(action) accept-charset="utf-8" novalidate {
                @for group in self.groups() {
                    fieldset.group {
                        legend.why {
                            (self.says(Says::AskedFor)) " " (group.0.join("; "))
                        }
                        @for field in group.1 { (self.field(field)) }
                    }
                }
                @if self.form.asks_age.is_some() { (self.of_age()) }
                div.apart aria-hidden="true" {
                    label for=(TRAP) { (self.says(Says::LeaveEmpty)) }
                    input type="text" id=(TRAP) name=(TRAP) tabindex="-1" autocomplete="off";
                }
                p { button type="submit" { (self.says(Says::Send)) } }
            }
            p { a href=(format!("/policy/{}", self.form.document)) target="_top" {
                (self.says(Says::Policy))
            } }
        };
        whole(self.tongue, &title, &inner)
    }

    fn title(&self) -> String {
        let service = self.form.service.as_ref();
        service.unwrap_or(&self.form.channel).label.clone()
    }

    /// What keeps the form from being taken, each leading to its field.
    fn trouble(&self) -> Markup {
        let wrong = |field: &&FormField| self.returned.wrong.contains_key(&field.name);
        let fields: Vec<&FormField> = self.form.fields.iter().filter(wrong).collect();
        let age = self.returned.wrong.contains_key(OF_AGE);
        let is_well = fields.is_empty() && !age && self.returned.refused.is_none();
        html! {
            @if !is_well {
                div.trouble role="alert" tabindex="-1" id="trouble" {
                    @match self.returned.refused {
                        Some(refused) => p { strong { (self.says(refused)) } },
                        None => p { strong { (self.says(Says::Trouble)) } },
                    }
                    @if !fields.is_empty() || age {
                        ul {
                            @for field in &fields {
                                li { a href=(format!("#f-{}", field.name)) { (field.label) } }
                            }
                            @if age {
                                li { a href=(format!("#f-{OF_AGE}")) { (self.age()) } }
                            }
                        }
                    }
                    @if !self.returned.clauses.is_empty() {
                        p {
                            (self.says(Says::Clause)) " "
                            @for clause in &self.returned.clauses { (self.clause(clause)) " " }
                        }
                        @if let Some(address) = &self.instead {
                            p { (self.says(Says::Instead)) " " (address) }
                        }
                    }
                }
            }
        }
    }

    /// A clause, leading to its place on the published page.
    fn clause(&self, clause: &str) -> Markup {
        let path = clause.replace('#', "%23");
        match clause.split_once('#') {
            Some((document, name)) => html! {
                a href=(format!("/policy/{document}#{name}")) target="_top" { code { (clause) } }
            },
            None => html! { code { (path) } },
        }
    }

    /// Fields that follow each other and are asked for the same, with what that is.
    fn groups(&self) -> Vec<(Vec<&str>, Vec<&FormField>)> {
        let mut groups: Vec<(Vec<&str>, Vec<&FormField>)> = Vec::new();
        for field in &self.form.fields {
            let purposes: Vec<&str> = field.purposes.iter().map(|it| it.label.as_str()).collect();
            match groups.last_mut().filter(|group| group.0 == purposes) {
                Some(group) => group.1.push(field),
                None => groups.push((purposes, vec![field])),
            }
        }
        groups
    }

    /// The question whether somebody is old enough.
    fn age(&self) -> String {
        let age = self.form.asks_age.unwrap_or_default().to_string();
        self.says(Says::OfAge).replace("{}", &age)
    }

    fn field(&self, field: &FormField) -> Markup {
        let id = format!("f-{}", field.name);
        let wrong = self.returned.wrong.get(&field.name);
        let hint = hint(field.typed).filter(|hint| Some(hint) != wrong);
        let mut about = Vec::new();
        about.extend(hint.map(|_| format!("{id}-hint")));
        about.extend(wrong.map(|_| format!("{id}-wrong")));
        let needed = field.required_by.is_some();
        html! {
            div.field {
                label for=(id) {
                    (field.label) " "
                    span.needed {
                        "(" (self.says(if needed { Says::Needed } else { Says::Optional })) ")"
                    }
                }
                @if let Some(hint) = hint {
                    p.hint id=(format!("{id}-hint")) { (self.says(hint)) }
                }
                @if let Some(wrong) = wrong {
                    p.wrong id=(format!("{id}-wrong")) { "▲ " (self.says(*wrong)) }
                }
                (self.input(field, &id, &about, wrong.is_some()))
            }
        }
    }

    fn input(&self, field: &FormField, id: &str, about: &[String], wrong: bool) -> Markup {
        let about = (!about.is_empty()).then(|| about.join(" "));
        let typed = self
            .returned
            .typed
            .get(&field.name)
            .map_or("", String::as_str);
        let needed = field.required_by.is_some();
        let invalid = wrong.then_some("true");
        let (name, most) = (&field.name, field.length_max);
        let kind = match field.typed {
            FieldKind::Email => "email",
            FieldKind::Phone => "tel",
            FieldKind::Date => "date",
            _ => "text",
        };
        html! {
            @match field.typed {
                FieldKind::LongText => textarea id=(id) name=(name) maxlength=(most)
                    required[needed] aria-describedby=[&about] aria-invalid=[invalid]
                    autocomplete=[autocomplete(field)] { (typed) },
                FieldKind::Choice => select id=(id) name=(name) required[needed]
                    aria-describedby=[&about] aria-invalid=[invalid] {
                    option value="" {}
                    @for choice in &field.choices {
                        option value=(choice) selected[choice == typed] { (choice) }
                    }
                },
                FieldKind::Flag => input type="checkbox" id=(id) name=(name) value="true"
                    checked[typed == "true"] aria-describedby=[&about];,
                _ => input type=(kind) id=(id) name=(name) value=(typed) maxlength=(most)
                    required[needed] aria-describedby=[&about] aria-invalid=[invalid]
                    autocomplete=[autocomplete(field)];,
            }
        }
    }

    fn of_age(&self) -> Markup {
        let id = format!("f-{OF_AGE}");
        let wrong = self.returned.wrong.get(OF_AGE);
        let typed = self.returned.typed.get(OF_AGE).map_or("", String::as_str);
        let why = match self.form.parent_agrees {
            true => Says::WhyAgeParent,
            false => Says::WhyAge,
        };
        html! {
            div.field {
                fieldset id=(id) aria-describedby=(format!("{id}-why")) {
                    legend {
                        (self.age()) " "
                        span.needed { "(" (self.says(Says::Needed)) ")" }
                    }
                    p.why id=(format!("{id}-why")) { (self.says(why)) }
                    @if let Some(wrong) = wrong { p.wrong { "▲ " (self.says(*wrong)) } }
                    @for (value, says) in [("yes", Says::Yes), ("no", Says::No)] {
                        label {
                            input type="radio" name=(OF_AGE) value=(value) required
                                checked[typed == value];
                            (self.says(says))
                        }
                    }
                }
            }
        }
    }
}

/// What is said once a form was taken.
pub(super) fn thanks(tongue: Tongue) -> Markup {
    let title = Says::Thanks.of(tongue);
    let inner = html! {
        h1 { (title) }
        p role="status" { (Says::Arrived.of(tongue)) }
    };
    whole(tongue, title, &inner)
}

fn whole(tongue: Tongue, title: &str, inner: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(tongue.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/style.css";
            }
            body { main.form { (inner) } }
        }
    }
}

/// What a browser may fill in by itself (WCAG 2.2, criterion 1.3.5), by kind or by the term of the
/// Data Privacy Vocabulary.
fn autocomplete(field: &FormField) -> Option<&'static str> {
    match (field.typed, field.dpv.as_deref()) {
        (FieldKind::PersonName, _) => Some("name"),
        (FieldKind::Email, _) => Some("email"),
        (FieldKind::Phone, _) => Some("tel"),
        (FieldKind::Country, _) => Some("country"),
        (_, Some("pd:CurrentEmployment")) => Some("organization"),
        (_, Some("pd:Job")) => Some("organization-title"),
        (_, Some("pd:PhysicalAddress")) => Some("street-address"),
        (_, _) => None,
    }
}
