//! Words of the policy in the reader's language: fields, purposes, channels, recipients, roles.
//! It looks words up; what they mean, documents say.

use crate::outbox::Language;
use kept_policy::{Document, Policy, Use};

/// Whose words, in which language.
#[derive(Clone, Copy)]
pub(super) struct Speaker<'p> {
    pub policy: &'p Policy,
    pub language: Language,
    /// The document that is for the person.
    pub document: Option<&'p Document>,
}

impl<'p> Speaker<'p> {
    fn label(&self, kind: &str, name: &str) -> Option<&'p str> {
        self.policy
            .words
            .labels
            .get(kind, name, self.language.tag())
    }

    /// How a field reads.
    pub fn field(&self, name: &str) -> String {
        let words = &self.policy.words.fields;
        let own = words.id(name).and_then(|id| words.get(id));
        let own = own.map_or(name, |field| &field.label);
        self.label("field", name).unwrap_or(own).to_owned()
    }

    /// How a channel reads.
    pub fn channel(&self, name: &str) -> String {
        let words = &self.policy.words.channels;
        let own = words.id(name).and_then(|id| words.get(id));
        let own = own.map_or(name, |channel| &channel.label);
        self.label("channel", name).unwrap_or(own).to_owned()
    }

    /// How a recipient reads.
    pub fn recipient(&self, name: &str) -> String {
        let words = &self.policy.words.recipients;
        let own = words.id(name).and_then(|id| words.get(id));
        let own = own.map_or(name, |recipient| &recipient.label);
        self.label("recipient", name).unwrap_or(own).to_owned()
    }

    /// How a role reads.
    pub fn role(&self, name: &str) -> String {
        let words = &self.policy.words.roles;
        let own = words.id(name).and_then(|id| words.get(id));
        let own = own.map_or(name, |role| &role.label);
        self.label("role", name).unwrap_or(own).to_owned()
    }

    /// How a purpose reads: in a document of the reader's language, or in the person's own.
    pub fn purpose(&self, name: &str) -> String {
        let Some(id) = self.policy.words.purposes.id(name) else {
            return name.to_owned();
        };
        let tag = self.language.tag();
        let of_tongue = |document: &&Document| document.language.split('-').next() == Some(tag);
        let own = self.document.into_iter();
        let all = self.policy.documents.iter();
        let readable = own.clone().chain(all).filter(of_tongue);
        let found = readable
            .chain(own)
            .find_map(|document| document.rules.use_of(id));
        let label = found.map(|(_, r#use): &(_, Use)| r#use.label.trim_end_matches('.'));
        label.unwrap_or(name).to_owned()
    }

    /// Names as a list in words.
    pub fn list(&self, names: &[String]) -> String {
        names.join(self.language.pick([", ", ", ", ", ", "、"]))
    }
}
