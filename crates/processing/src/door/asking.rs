//! One act as it is asked: by whom, what and when, with the policy's numbers for their names.
//! It decides nothing.

use super::*;

/// One act being asked: by whom, what, and when.
pub(crate) struct Asking<'a> {
    pub caller: &'a Caller,
    pub actor: Actor,
    pub command: &'a Command,
    pub moment: &'a Moment,
    /// The case that causes it, as entries name it.
    pub case: Option<String>,
}

impl<'a> Asking<'a> {
    pub fn policy(&self) -> &'a Policy {
        self.moment.policy()
    }

    /// What the entry will tell; the act's own particulars are added by its module.
    pub fn telling(&self, request: &Request<'_>) -> Telling<'_> {
        Telling::new(self, request)
    }
}

pub(crate) fn actor(policy: &Policy, caller: &Caller) -> Result<Actor, Failure> {
    let role = match &caller.role {
        None => None,
        Some(name) => Some(declared(&policy.words.roles, "the caller's role", name)?),
    };
    // A purpose that the policy no longer declares cannot be used anyway, so it drops out.
    let limit = |names: &Vec<String>| {
        names
            .iter()
            .filter_map(|name| policy.words.purposes.id(name))
            .collect()
    };
    Ok(Actor {
        kind: caller.kind,
        role,
        purposes: caller.purposes.as_ref().map(limit),
        home: caller.home.as_ref().map(|home| policy.home(home)),
    })
}

/// Finds a declared word, or says that it is not declared.
pub(crate) fn declared<I: kept_terms::Index, T: Named>(
    vocabulary: &Vocabulary<I, T>,
    place: &str,
    name: &str,
) -> Result<I, Failure> {
    vocabulary.id(name).ok_or_else(|| {
        let plain = kept_terms::Name::new(name).is_ok();
        let shown = if plain {
            format!("`{name}` ")
        } else {
            String::new()
        };
        Failure::invalid(
            place,
            format!("{shown}is not declared by the policy in force"),
        )
    })
}
