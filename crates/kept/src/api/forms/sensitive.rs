//! What a form says of special categories: in which of its fields they are looked for, and what is
//! done with what somebody writes of them there.
//! It says what the clauses of its document do and nothing else; it looks for nothing itself.

use super::Wanted;
use super::words::{Says, Tongue};
use kept_policy::{Field, Remedy, category_in};
use kept_terms::{FieldKind, SpecialCategory};
use serde::Serialize;
use utoipa::ToSchema;

/// Special categories with which the same is done in the same fields.
#[derive(Serialize, ToSchema, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Sensitive {
    /// Which.
    #[schema(value_type = Vec<String>)]
    pub categories: Vec<SpecialCategory>,
    /// `redact` where it is struck out before anything is stored, `refuse` where nothing of what is
    /// sent is taken.
    pub then: &'static str,
    /// The fields in which they are looked for.
    pub fields: Vec<String>,
    /// How people read those fields, where there are others that are not looked through.
    #[serde(skip)]
    #[schema(ignore)]
    pub under: Option<Vec<String>>,
    #[serde(skip)]
    #[schema(ignore)]
    pub strikes: bool,
}

/// What is done with special categories in the fields of a form.
pub(super) fn sensitive(wanted: &Wanted<'_>, fields: &[(&Field, String)]) -> Vec<Sensitive> {
    let written = fields.iter().filter(|(field, _)| is_written(field.kind));
    let written: Vec<_> = written.collect();
    let mut all: Vec<Sensitive> = Vec::new();
    for category in SpecialCategory::ALL.iter().copied() {
        for then in [Remedy::Redact, Remedy::Refuse] {
            let there = written.iter().filter(|(field, _)| {
                // What a field is declared to tell is not looked for in it.
                field.special != Some(category) && remedy(wanted, category, field) == Some(then)
            });
            let there: Vec<_> = there.collect();
            let fields: Vec<_> = there.iter().map(|(it, _)| it.name.to_string()).collect();
            let strikes = then == Remedy::Redact;
            let alike = |it: &&mut Sensitive| it.strikes == strikes && it.fields == fields;
            if let Some(known) = all.iter_mut().find(alike) {
                known.categories.push(category);
            } else if !fields.is_empty() {
                let labels = || there.iter().map(|(_, label)| label.clone()).collect();
                all.push(Sensitive {
                    categories: vec![category],
                    then: if strikes { "redact" } else { "refuse" },
                    under: (there.len() < written.len()).then(labels),
                    fields,
                    strikes,
                });
            }
        }
    }
    all
}

/// Whether people write in a field in their own words.
fn is_written(kind: FieldKind) -> bool {
    kind.is_free_text() || kind == FieldKind::PersonName
}

fn remedy(wanted: &Wanted<'_>, category: SpecialCategory, field: &Field) -> Option<Remedy> {
    let free = field.kind.is_free_text();
    let rules = &wanted.document.rules;
    let found = rules.remedy(category, |screened| match free {
        true => screened.free_text,
        false => screened.fields,
    });
    found.map(|(_, then)| then)
}

impl Sensitive {
    /// It in words.
    pub fn said(&self, tongue: Tongue) -> String {
        let about = match self.categories.len() == SpecialCategory::ALL.len() {
            true => Says::AllSensitive.of(tongue).to_owned(),
            false => {
                let names = self.categories.iter();
                let names = names.map(|it| category_in(tongue.tag(), *it));
                names.collect::<Vec<_>>().join(tongue.comma())
            }
        };
        let done = match (&self.under, self.strikes) {
            (None, true) => Says::StruckOut,
            (None, false) => Says::AllRefused,
            (Some(_), true) => Says::StruckOutThere,
            (Some(_), false) => Says::AllRefusedThere,
        };
        let under = self.under.as_deref().unwrap_or_default();
        let under = under.join(tongue.comma());
        done.of(tongue)
            .replace("{about}", &about)
            .replace("{under}", &under)
    }
}
