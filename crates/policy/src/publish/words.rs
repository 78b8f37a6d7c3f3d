//! What the words mean: terms in prose, and the fields, purposes and recipients that the rules of
//! the page name.
//! It lists what was declared; it declares nothing.

use super::body::fragment;
use super::{Page, strings};
use crate::model::*;
use crate::standing::Tongue;
use kept_terms::Set;
use maud::{Markup, html};
use strings::Text;

impl Page<'_> {
    /// The section of definitions.
    pub(super) fn definitions(&mut self) -> Markup {
        let tables = [
            self.fields(),
            self.purposes(),
            self.recipients(),
            self.others(),
        ];
        html! {
            section.definitions aria-labelledby="definitions" {
                h2 id="definitions" { (self.text(Text::Definitions)) }
                (self.term_list())
                @for table in tables { (table) }
            }
        }
    }

    /// Whether rules of the page name a word.
    fn names(&self, kind: &'static str, name: &str) -> bool {
        self.named.contains(&(kind, name.to_owned()))
    }

    fn term_list(&self) -> Markup {
        let terms = self.own_terms();
        html! {
            @if !terms.is_empty() {
                h3 { (self.text(Text::Terms)) }
                dl.terms {
                    @for (clause, term) in terms {
                        dt id=(format!("term.{}", term.name)) { (self.term_label(term)) }
                        dd { (self.prose_of(clause)) }
                    }
                }
            }
        }
    }

    fn prose_of(&self, clause: &Clause) -> Markup {
        let document = self.policy.document(clause.id.document);
        let prose = document.and_then(|document| document.text.get(clause.prose.clone()));
        fragment(prose.unwrap_or_default())
    }

    /// A table of words, each with an anchor; empty where there are no rows.
    fn table(&self, caption: Text, heads: &[Text], rows: &[(String, Vec<Markup>)]) -> Markup {
        html! {
            @if !rows.is_empty() {
                h3 { (self.text(caption)) }
                div.scroll tabindex="0" role="region" aria-label=(self.text(caption)) {
                    table {
                        thead { tr {
                            @for head in heads { th scope="col" { (self.text(*head)) } }
                        } }
                        tbody {
                            @for (anchor, cells) in rows {
                                tr id=(anchor) {
                                    @for (at, cell) in cells.iter().enumerate() {
                                        @if at == 0 { th scope="row" { (cell) } }
                                        @else { td { (cell) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn fields(&self) -> Markup {
        let rows: Vec<(String, Vec<Markup>)> = self
            .policy
            .words
            .fields
            .iter()
            .filter(|(_, field)| self.names("field", &field.name))
            .map(|(id, field)| {
                let cells = vec![
                    html! {
                        (self.label("field", &field.name, &field.label)) " " code { (field.name) }
                    },
                    html! {
                        (strings::field_kind(self.tongue, field.kind))
                        @if let Some(category) = field.special {
                            " (" (strings::category(self.tongue, category)) ")"
                        }
                    },
                    self.kept_for(id),
                ];
                (format!("field.{}", field.name), cells)
            })
            .collect();
        self.table(
            Text::Fields,
            &[Text::Word, Text::What, Text::KeptFor],
            &rows,
        )
    }

    fn kept_for(&self, field: FieldId) -> Markup {
        let events = &self.policy.words.events;
        let keeps = self
            .document
            .rules
            .keep
            .iter()
            .filter(|(_, keep)| keep.data.contains(field));
        let event = |id: EventId| {
            let event = events.get(id);
            let label = event.map_or("", |event| self.label("event", &event.name, &event.label));
            self.in_a_sentence(label)
        };
        html! {
            @for (clause, keep) in keeps {
                div {
                    (self.to_clause(*clause, html! { (strings::period(self.tongue, keep.period)) }))
                    " " (self.text(Text::After)) " "
                    (event(keep.after))
                }
            }
        }
    }

    /// A label as it stands within a sentence: its capital lowered where the language writes it so.
    pub(super) fn in_a_sentence(&self, label: &str) -> String {
        let mut chars = label.chars();
        let (first, second) = (chars.next(), chars.clone().next());
        let keeps = self.tongue == Tongue::German || second.is_none_or(char::is_uppercase);
        match first {
            Some(first) if !keeps => first.to_lowercase().chain(chars).collect(),
            _ => label.to_owned(),
        }
    }

    /// A link to a clause of this page.
    fn to_clause(&self, clause: ClauseId, text: Markup) -> Markup {
        let name = self
            .policy
            .clause(clause)
            .map_or("", |clause| &clause.full_name);
        let path = name.split_once('#').map_or("", |(_, path)| path);
        html! { a href=(format!("#{path}")) { (text) } }
    }

    fn purposes(&self) -> Markup {
        let rows: Vec<(String, Vec<Markup>)> = self
            .document
            .rules
            .uses
            .iter()
            .flatten()
            .map(|(clause, r#use)| {
                let name = self.policy.words.purposes.name(r#use.purpose);
                let choice = match r#use.choice {
                    Choice::None => Text::NoChoice,
                    Choice::OptIn => Text::OptIn,
                    Choice::OptOut => Text::OptOut,
                };
                let cells = vec![
                    self.to_clause(*clause, html! { (r#use.label) }),
                    html! { (strings::basis(self.tongue, r#use.basis)) },
                    html! { (self.text(choice)) },
                ];
                (format!("purpose.{name}"), cells)
            })
            .collect();
        self.table(
            Text::Purposes,
            &[Text::Word, Text::BasisHeading, Text::Choice],
            &rows,
        )
    }

    fn recipients(&self) -> Markup {
        let rows: Vec<(String, Vec<Markup>)> = self
            .policy
            .words
            .recipients
            .iter()
            .filter(|(_, recipient)| self.names("recipient", &recipient.name))
            .map(|(id, recipient)| {
                let data = self
                    .document
                    .rules
                    .disclose
                    .iter()
                    .filter(|(_, disclose)| disclose.to == id)
                    .fold(Set::EMPTY, |all, (_, disclose)| disclose.data.union(all));
                let fields = &self.policy.words.fields;
                let labels: Vec<&str> = data
                    .iter()
                    .filter_map(|field| fields.get(field))
                    .map(|field| self.label("field", &field.name, &field.label))
                    .collect();
                let cells = vec![
                    html! { (self.label("recipient", &recipient.name, &recipient.label)) },
                    html! { (strings::recipient(self.tongue, recipient.kind)) },
                    html! { (self.place(recipient.country)) },
                    html! { (labels.join(", ")) },
                ];
                (format!("recipient.{}", recipient.name), cells)
            })
            .collect();
        let heads = [Text::Word, Text::What, Text::Country, Text::Fields];
        self.table(Text::Recipients, &heads, &rows)
    }

    fn others(&self) -> Markup {
        let rows: Vec<(String, Vec<Markup>)> = self
            .named
            .iter()
            .filter(|(kind, _)| !matches!(*kind, "field" | "purpose" | "recipient" | "term"))
            .map(|(kind, name)| {
                let cells = vec![
                    html! { code { (name) } },
                    html! { (strings::kind(self.tongue, kind)) },
                    html! { (self.meaning(kind, name)) },
                ];
                (format!("{kind}.{name}"), cells)
            })
            .collect();
        self.table(
            Text::Others,
            &[Text::Word, Text::What, Text::Meaning],
            &rows,
        )
    }

    /// What a word means, in a line.
    fn meaning(&self, kind: &str, name: &str) -> String {
        let words = &self.policy.words;
        macro_rules! label {
            ($vocabulary:ident) => {
                words
                    .$vocabulary
                    .id(name)
                    .and_then(|id| words.$vocabulary.get(id))
                    .map(|word| word.label.clone())
            };
        }
        let label = match kind {
            "channel" => label!(channels),
            "event" => label!(events),
            "role" => label!(roles),
            "service" => label!(services),
            "entity" => label!(entities),
            "team" => label!(teams),
            "instrument" => label!(instruments),
            "assurance" => label!(assurances),
            "system" => label!(systems),
            "store" => label!(stores),
            "measure" => label!(measures),
            "authority" => label!(authorities),
            "region" => return self.region(name),
            _ => None,
        };
        let own = label.unwrap_or_default();
        self.label(kind, name, &own).to_owned()
    }

    fn region(&self, name: &str) -> String {
        let regions = &self.policy.words.regions;
        let Some(region) = regions.id(name).and_then(|id| regions.get(id)) else {
            return String::new();
        };
        let label = self.label("region", name, &region.label);
        format!("{label}: {}", self.places_of(region.countries))
    }
}
