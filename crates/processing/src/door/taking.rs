//! What is given, checked: texts normalised, files and letters told from texts, and special
//! categories found. It stores nothing, and what it finds never holds what was written.

use super::finding::age_by_birth;
use super::*;
use crate::command::{Arrived, Collect, Given, Subject};
use crate::letters::Letter;
use kept_policy::Unread;
use kept_terms::{Act, FieldKind, Normalised, Set, SpecialCategory, Territory};

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
    /// A file of which nothing has come yet.
    Coming,
    Arrived(Arrived),
    Letter(Letter),
}

/// What was found in what is given.
pub(super) struct Found {
    pub categories: Vec<(SpecialCategory, FoundIn)>,
    pub age: Option<u8>,
    pub unread: Option<Unread>,
}

impl<S: Store> Processing<S> {
    /// Which special categories the values tell, and where; the youngest age that is said with
    /// them, that they say, or that a date of birth among them tells; and what a file among them
    /// is in which nothing could be looked for. A recording is none: it is not what is written down
    /// that it holds.
    pub(super) fn found(&self, asking: &Asking<'_>, collect: &Collect, taken: &[Taken]) -> Found {
        let (policy, today) = (asking.policy(), asking.moment.today);
        let mut found = Vec::new();
        let (mut age, mut unread) = (collect.age, None);
        for taken in taken {
            let field = policy.words.fields.get(taken.field);
            let kind = field.map(|field| field.kind);
            // What a field is declared to tell is not looked for in it.
            let declared = field.and_then(|field| field.special);
            let is_recording = kind == Some(FieldKind::Recording);
            let free = kind.is_some_and(|kind| kind.is_free_text());
            let (told, place) = match &taken.content {
                Content::Text(text) if free => (self.told_by_text(&text.shown), FoundIn::FreeText),
                Content::Text(text) => (self.told_by_text(&text.shown), FoundIn::Field),
                Content::File { bytes, .. } => (self.told_by_file(bytes), FoundIn::Attachment),
                Content::Arrived(arrived) => {
                    let categories = arrived.found.iter();
                    let categories = categories.filter(|told| Some(**told) != declared);
                    found.extend(categories.map(|category| (*category, FoundIn::Attachment)));
                    age = youngest(age, arrived.age);
                    unread = unread.max(arrived.unread.filter(|_| !is_recording));
                    continue;
                }
                Content::Coming | Content::Letter(_) => continue,
            };
            let categories = told.categories.into_iter();
            let categories = categories.filter(|told| Some(*told) != declared);
            found.extend(categories.map(|category| (category, place)));
            let born = match (field, &taken.content) {
                (Some(field), Content::Text(text)) => age_by_birth(field, &text.shown, today),
                _ => None,
            };
            age = youngest(youngest(age, told.age), born);
            unread = unread.max(told.unread.filter(|_| !is_recording));
        }
        Found {
            categories: found,
            age,
            unread,
        }
    }
}

/// Checks every value; all that is wrong with the record is told by its first fault.
pub(super) fn take(asking: &Asking<'_>, collect: &Collect) -> Result<Vec<Taken>, Failure> {
    let policy = asking.policy();
    let mut taken = Vec::with_capacity(collect.values.len());
    let mut fields: Set<FieldId> = Set::EMPTY;
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
                let place = format!("values.{name}");
                let day = collect.collected_on.unwrap_or(asking.moment.today);
                let text = asking.moment.referred(field, text, day, &place)?;
                let checked =
                    field
                        .kind
                        .normalise(&text, collect.country, &field.choices, field.length_max);
                Content::Text(
                    checked.map_err(|problem| Failure::invalid(place, problem.to_string()))?,
                )
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
            Given::Coming { .. } if field.kind.is_large() => Content::Coming,
            Given::Arrived(arrived) if field.kind.is_large() => Content::Arrived(arrived.clone()),
            Given::Letter(letter) if field.kind == FieldKind::Log => {
                Content::Letter(letter.clone())
            }
            Given::Letter(_) => {
                let problem = "holds no letters together; its kind would have to be `log`";
                return Err(Failure::invalid(format!("values.{name}"), problem));
            }
            Given::File { .. } | Given::Coming { .. } | Given::Arrived(_) => {
                let problem = "takes text, not a file";
                return Err(Failure::invalid(format!("values.{name}"), problem));
            }
        };
        taken.push(Taken { field: id, content });
    }
    Ok(taken)
}

/// The place that counts: what was said, or else what is known, of which the part stays where the
/// country alone was said. Whoever was not checked does not choose another document for somebody
/// who is known.
pub(super) fn said_country(
    policy: &Policy,
    collect: &Collect,
    taken: &[Taken],
    known: Option<Territory>,
) -> Option<Territory> {
    let is_country = |taken: &&Taken| {
        let field = policy.words.fields.get(taken.field);
        field.is_some_and(|field| field.kind == FieldKind::Country)
    };
    let text = |taken: &Taken| match &taken.content {
        Content::Text(text) => text.shown.parse().ok(),
        Content::File { .. } | Content::Coming | Content::Arrived(_) | Content::Letter(_) => None,
    };
    let said = || {
        let told = || taken.iter().filter(is_country).find_map(text);
        let named = collect.country.map(|named| named.refined(told()));
        named.or_else(told)
    };
    match collect.unverified {
        true => known.or_else(said),
        false => said().map(|said| said.refined(known)).or(known),
    }
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
