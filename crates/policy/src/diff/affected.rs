//! Whom a change concerns: people under its document who hold what it is about.
//! It is told what is held, never the values.

use super::{Change, Diff, Kind};
use kept_terms::Territory;

/// One thing that is held about a person, by name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Holding<'n> {
    /// The field.
    pub field: &'n str,
    /// The purposes it is held for.
    pub purposes: Vec<&'n str>,
}

/// Where a person stands: where they live, and the documents they are under.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Whom {
    /// The country, or the part of one, where they live, where it is known.
    pub country: Option<Territory>,
}

impl Change {
    /// Whether it is a person's document that changes.
    pub fn is_of(&self, person: Whom) -> bool {
        match person.country {
            Some(country) => self.people.countries.contains(country),
            None => self.people.unknown,
        }
    }

    /// Whether what is held is what it is about. What is about no data, or about what is yet to be
    /// collected, concerns everybody.
    fn touches(&self, held: &[Holding<'_>]) -> bool {
        let to_come = matches!(
            self.kind,
            Kind::Collected | Kind::NotCollected | Kind::NoticeFirst | Kind::NoticeDropped
        );
        if self.data.is_empty() && self.purposes.is_empty() || to_come {
            return true;
        }
        let names = |wanted: &[String], name: &str| wanted.iter().any(|it| it == name);
        held.iter().any(|held| {
            let field = self.data.is_empty() || names(&self.data, held.field);
            // For a new use, everything held may come to matter; what it is held for says nothing.
            let any = self.purposes.is_empty() || matches!(self.kind, Kind::PurposeNew);
            field
                && (any
                    || held
                        .purposes
                        .iter()
                        .any(|purpose| names(&self.purposes, purpose)))
        })
    }
}

/// Whether a person is to be told: a material change of their document is about what is held.
pub fn affects(diff: &Diff, person: Whom, held: &[Holding<'_>]) -> bool {
    let mut material = diff.material();
    material.any(|change| change.is_of(person) && change.touches(held))
}
