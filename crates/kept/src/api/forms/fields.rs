//! What a form asks, worked out from the clauses of a document: fields, why each is asked, what
//! cannot be had without it, and whether somebody is asked if they are old enough.
//! It reads clauses; it decides nothing.

use super::Wanted;
use super::sensitive::{Sensitive, sensitive};
use kept_policy::{Body, Field, FieldId, PurposeId, Refuse, Use};
use kept_terms::{FieldKind, Set};
use serde::Serialize;
use utoipa::ToSchema;

/// What a form asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Form {
    /// The document that it is for.
    pub document: String,
    /// The language in which labels are written, as far as the policy has them.
    pub language: &'static str,
    /// The channel.
    pub channel: Labelled,
    /// The service that is asked for, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Labelled>,
    /// The age below which nobody may send it, where it asks whether somebody is old enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks_age: Option<u8>,
    /// Whether somebody younger is taken once a parent's agreement is on record.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub parent_agrees: bool,
    /// What is done with special categories that somebody writes of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<Sensitive>,
    /// What is asked, in order.
    pub fields: Vec<FormField>,
}

/// A word of the policy, and how people read it.
#[derive(Serialize, ToSchema)]
pub(super) struct Labelled {
    /// The word.
    pub name: String,
    /// How people read it.
    pub label: String,
}

/// One field of a form.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct FormField {
    /// The field.
    pub name: String,
    /// How people read it.
    pub label: String,
    /// What values look like.
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// The longest value, in characters.
    pub length_max: usize,
    /// Whether several values may be given.
    pub many: bool,
    /// The values of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What it is asked for.
    pub purposes: Vec<Labelled>,
    /// The clauses that say so.
    pub clauses: Vec<String>,
    /// The clause by which the service cannot be had without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_by: Option<String>,
    /// What the policy says beside that clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_it: Option<String>,
    #[serde(skip)]
    #[schema(ignore)]
    pub typed: FieldKind,
    #[serde(skip)]
    #[schema(ignore)]
    pub dpv: Option<String>,
}

impl Form {
    /// The form of a channel, for a service or for none.
    pub fn of(wanted: &Wanted<'_>) -> Form {
        let words = &wanted.policy.words;
        let label = |kind: &str, name: &str, own: &str| Labelled {
            name: name.to_owned(),
            label: own_or(wanted, kind, name, own),
        };
        let channel = words.channels.get(wanted.channel);
        let service = wanted.service.and_then(|id| words.services.get(id));
        let mut all: Set<FieldId> = Set::EMPTY;
        for clause in &wanted.document.clauses {
            if let Body::Collect(collect) = &clause.body
                && collect.through.contains(wanted.channel)
            {
                all = all.union(collect.data);
            }
        }
        let fields = all.iter().filter_map(|id| {
            let field = words.fields.get(id)?;
            // Files come in through the API; what a machine notes is asked of nobody.
            let typed = !field.kind.is_large()
                && !matches!(field.kind, FieldKind::Log | FieldKind::IpAddress);
            typed.then(|| (field, FormField::of(wanted, id, field)))
        });
        let fields: Vec<(&Field, FormField)> = fields.collect();
        let labels = fields.iter().map(|(it, shown)| (*it, shown.label.clone()));
        let asked = asked_age(wanted);
        Form {
            document: wanted.document.name.to_string(),
            language: wanted.tongue.tag(),
            channel: channel.map_or_else(
                || label("channel", "", ""),
                |it| label("channel", &it.name, &it.label),
            ),
            service: service.map(|it| label("service", &it.name, &it.label)),
            asks_age: asked.map(|(under, _)| under),
            parent_agrees: asked.is_some_and(|(_, parent)| parent),
            sensitive: sensitive(wanted, &labels.collect::<Vec<_>>()),
            fields: fields.into_iter().map(|(_, shown)| shown).collect(),
        }
    }
}

impl FormField {
    fn of(wanted: &Wanted<'_>, id: FieldId, field: &Field) -> FormField {
        let words = &wanted.policy.words;
        let (mut clauses, mut purposes) = (Vec::new(), Vec::new());
        let (mut required_by, mut without_it) = (None, None);
        for clause in &wanted.document.clauses {
            let Body::Collect(collect) = &clause.body else {
                continue;
            };
            if !collect.through.contains(wanted.channel) || !collect.data.contains(id) {
                continue;
            }
            clauses.push(clause.full_name.to_string());
            for purpose in collect.purposes.iter() {
                let declared = declared_for_reader(wanted, purpose);
                let name = words.purposes.name(purpose);
                if purposes.iter().all(|it: &Labelled| it.name != name) {
                    purposes.push(Labelled {
                        name: name.to_owned(),
                        label: declared.map_or_else(|| name.to_owned(), |it| it.label.clone()),
                    });
                }
            }
            let needs = |service| collect.required_for.contains(service);
            if wanted.service.is_some_and(needs) {
                required_by = Some(clause.full_name.to_string());
                let prose = wanted.document.text.get(clause.prose.clone());
                without_it = prose.map(plain);
            }
        }
        FormField {
            name: field.name.to_string(),
            label: own_or(wanted, "field", &field.name, &field.label),
            kind: field.kind.word(),
            length_max: field.length_max,
            many: field.many,
            choices: field.choices.clone(),
            purposes,
            clauses,
            required_by,
            without_it,
            typed: field.kind,
            dpv: field.dpv.clone(),
        }
    }
}

/// The age below which nobody may send a form, where the clause has it asked through this channel,
/// and whether a parent may agree that somebody younger is taken.
fn asked_age(wanted: &Wanted<'_>) -> Option<(u8, bool)> {
    let asked = wanted.document.clauses.iter().filter_map(|clause| {
        let Body::Refuse(Refuse::Children {
            under,
            asked_through,
            parents,
            ..
        }) = &clause.body
        else {
            return None;
        };
        let asks = asked_through.contains(wanted.channel);
        asks.then_some((*under, !parents.is_empty()))
    });
    asked.max_by_key(|(under, _)| *under)
}

/// How a purpose reads: in the document itself, or in one that is written in the reader's language.
fn declared_for_reader<'p>(wanted: &Wanted<'p>, purpose: PurposeId) -> Option<&'p Use> {
    let tag = wanted.tongue.tag();
    let own = std::iter::once(wanted.document);
    let others = wanted.policy.documents.iter();
    let mut readable = own
        .clone()
        .chain(others)
        .filter(|document| document.language.split('-').next() == Some(tag));
    let found = readable.find_map(|document| document.rules.use_of(purpose));
    let found = found.or_else(|| own.into_iter().find_map(|it| it.rules.use_of(purpose)));
    found.map(|(_, r#use)| r#use)
}

fn own_or(wanted: &Wanted<'_>, kind: &str, name: &str, own: &str) -> String {
    let labels = &wanted.policy.words.labels;
    let label = labels.get(kind, name, wanted.tongue.tag());
    label.unwrap_or(own).to_owned()
}

/// Prose without its marks, on one line.
fn plain(prose: &str) -> String {
    let unmarked: String = prose.chars().filter(|c| !"*`<>".contains(*c)).collect();
    let lines = unmarked.split_whitespace();
    lines.collect::<Vec<_>>().join(" ")
}
