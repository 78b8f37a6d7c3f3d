//! What a form asks somebody to agree to: the purposes that rest on agreement and for which it asks
//! something. A box that nobody ticked is no agreement, and what is asked for that alone is left
//! out.
//! It reads clauses and what was ticked; whether an agreement counts is for the door.

use super::Wanted;
use super::fields::{Form, FormField, declared_for_reader, plain};
use kept_policy::{Body, FieldId, PurposeId, needs_consent};
use kept_terms::{Right, Set};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A purpose that one may agree to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct FormAgreement {
    /// The purpose.
    pub name: String,
    /// How people read it.
    pub label: String,
    /// The clause that says that it rests on agreement.
    pub clause: String,
    /// What the document says beside that clause, in its own language.
    pub text: String,
    /// The document's language.
    pub language: String,
    /// Whether the document lets people take it back.
    pub revocable: bool,
}

/// What stands before the name of a purpose in the name of its box.
const BOX: &str = "kept-agrees-";

/// What a box says when it is ticked.
pub(super) const TICKED: &str = "yes";

impl FormAgreement {
    /// The name of its box.
    pub fn field(&self) -> String {
        format!("{BOX}{}", self.name)
    }

    /// Whether its box was ticked.
    pub fn is_ticked(&self, typed: &BTreeMap<String, String>) -> bool {
        typed.get(&self.field()).is_some_and(|it| it == TICKED)
    }
}

/// What may be agreed to where these fields are asked, in order of purpose.
pub(super) fn agreements(wanted: &Wanted<'_>, asked: Set<FieldId>) -> Vec<FormAgreement> {
    let rules = &wanted.document.rules;
    let mut purposes: Set<PurposeId> = Set::EMPTY;
    for clause in &wanted.document.clauses {
        if let Body::Collect(collect) = &clause.body
            && collect.through.contains(wanted.channel)
            && !collect.data.intersection(asked).is_empty()
        {
            purposes = purposes.union(collect.purposes);
        }
    }
    let withdrawal = rules.grant_of(Right::Withdrawal);
    let withdrawal = withdrawal.map_or(Set::EMPTY, |(_, grant)| grant.purposes);
    let resting = purposes.iter().filter_map(|purpose| {
        let (clause, r#use) = rules.use_of(purpose)?;
        if !needs_consent(r#use) {
            return None;
        }
        let clause = wanted.policy.clause(*clause)?;
        let text = wanted.document.text.get(clause.prose.clone());
        let read = declared_for_reader(wanted, purpose).unwrap_or(r#use);
        Some(FormAgreement {
            name: wanted.policy.words.purposes.name(purpose).to_owned(),
            label: read.label.clone(),
            clause: clause.full_name.to_string(),
            text: text.map(plain).unwrap_or_default(),
            language: wanted.document.language.clone(),
            revocable: withdrawal.contains(purpose),
        })
    });
    resting.collect()
}

impl Form {
    /// Whether a field may be taken: one of its purposes rests on no agreement, or was agreed to.
    pub fn is_open(&self, field: &FormField, typed: &BTreeMap<String, String>) -> bool {
        let closed = |name: &str| {
            let mut resting = self.agreements.iter().filter(|it| it.name == name);
            resting.any(|it| !it.is_ticked(typed))
        };
        field.purposes.iter().any(|purpose| !closed(&purpose.name))
    }

    /// The boxes without which nothing would be left to take, or not what the service needs.
    pub fn boxes_needed(&self, typed: &BTreeMap<String, String>) -> Vec<String> {
        let given = self.fields.iter();
        let given = given.filter(|field| typed.contains_key(&field.name));
        let (open, closed): (Vec<_>, Vec<_>) = given.partition(|it| self.is_open(it, typed));
        let lost = closed.into_iter();
        let lost = lost.filter(|field| open.is_empty() || field.required_by.is_some());
        let lost: Vec<&FormField> = lost.collect();
        let about = |it: &&FormAgreement| {
            let mut purposes = lost.iter().flat_map(|field| &field.purposes);
            purposes.any(|purpose| purpose.name == it.name)
        };
        let needed = self.agreements.iter().filter(about);
        needed.map(FormAgreement::field).collect()
    }
}
