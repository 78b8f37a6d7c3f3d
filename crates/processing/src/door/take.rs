//! Taking a record in hand: each value checked and brought to one form, before anything is asked of
//! the policy.
//! It stores nothing and knows nobody.

use super::*;
use crate::command::{Collect, Given, Subject};
use kept_terms::{Act, Country, FieldKind, Normalised, Set};

/// A value on its way in.
pub(super) struct Taken {
    pub field: FieldId,
    pub content: Content,
}

pub(super) enum Content {
    Text(Normalised),
    File {
        name: String,
        media_type: String,
        bytes: Vec<u8>,
    },
}

/// Checks every value; all that is wrong with the record is told by its first fault.
pub(super) fn take(policy: &Policy, collect: &Collect) -> Result<Vec<Taken>, Failure> {
    let mut taken = Vec::with_capacity(collect.values.len());
    let mut fields = Set::EMPTY;
    for (name, given) in &collect.values {
        let id: FieldId = declared(&policy.words.fields, "values", name)?;
        let Some(field) = policy.words.fields.get(id) else {
            continue;
        };
        if fields.contains(id) && !field.many {
            return Err(Failure::invalid(format!("values.{name}"), "is given twice"));
        }
        fields.insert(id);
        let content = match given {
            Given::Text(text) => {
                let checked =
                    field
                        .kind
                        .normalise(text, collect.country, &field.choices, field.length_max);
                Content::Text(checked.map_err(|problem| {
                    Failure::invalid(format!("values.{name}"), problem.to_string())
                })?)
            }
            Given::File {
                name,
                media_type,
                content,
            } if field.kind.is_large() => Content::File {
                name: name.clone(),
                media_type: media_type.clone(),
                bytes: content.clone(),
            },
            Given::File { .. } => {
                let problem = "takes text, not a file";
                return Err(Failure::invalid(format!("values.{name}"), problem));
            }
        };
        taken.push(Taken { field: id, content });
    }
    Ok(taken)
}

pub(super) fn said_country(policy: &Policy, collect: &Collect, taken: &[Taken]) -> Option<Country> {
    let is_country = |taken: &&Taken| {
        let field = policy.words.fields.get(taken.field);
        field.is_some_and(|field| field.kind == FieldKind::Country)
    };
    let text = |taken: &Taken| match &taken.content {
        Content::Text(text) => text.shown.parse().ok(),
        Content::File { .. } => None,
    };
    collect
        .country
        .or_else(|| taken.iter().filter(is_country).find_map(text))
}

/// What a record asks of the policy, as far as it says it itself.
pub(super) fn requested<'a>(
    asking: &Asking<'_>,
    collect: &Collect,
    taken: &[Taken],
) -> Result<Request<'a>, Failure> {
    let words = &asking.policy().words;
    let purpose = collect.purpose.as_ref();
    let purpose = purpose.map(|name| declared(&words.purposes, "purpose", name));
    let service = collect.service.as_ref();
    let service = service.map(|name| declared(&words.services, "service", name));
    Ok(Request {
        purpose: purpose.transpose()?,
        fields: taken.iter().map(|taken| taken.field).collect(),
        service: service.transpose()?,
        notice_given: collect.notice_given,
        age: collect.age,
        ..Request::new(Act::Collect, asking.actor)
    })
}

/// Whether a record says of somebody known which identifier is theirs: whoever sends it may be
/// asking whether the identifier is known.
pub(super) fn names_an_identifier(policy: &Policy, collect: &Collect, taken: &[Taken]) -> bool {
    let identifies = |taken: &Taken| {
        let field = policy.words.fields.get(taken.field);
        field.is_some_and(|field| field.identifier)
    };
    matches!(collect.subject, Subject::Known(_)) && taken.iter().any(identifies)
}
