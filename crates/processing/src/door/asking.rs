//! One act as it is asked: by whom, what and when, with the policy's numbers for their names.
//! It decides nothing.

use super::*;
use kept_terms::Act;

/// One act being asked: by whom, what, and when.
pub(crate) struct Asking<'a> {
    pub caller: &'a Caller,
    pub actor: Actor,
    /// The command; nothing where Kept does something by itself.
    pub command: Option<&'a Command>,
    pub moment: &'a Moment,
    /// The case that causes it, as entries name it.
    pub case: Option<String>,
}

impl<'a> Asking<'a> {
    /// A command of somebody's.
    pub fn of(
        caller: &'a Caller,
        command: &'a Command,
        moment: &'a Moment,
    ) -> Result<Asking<'a>, Failure> {
        Ok(Asking {
            command: Some(command),
            ..Asking::by_itself(caller, moment)?
        })
    }

    /// What Kept does by itself, under a name of its own.
    pub fn by_itself(caller: &'a Caller, moment: &'a Moment) -> Result<Asking<'a>, Failure> {
        Ok(Asking {
            caller,
            actor: actor(moment.policy(), caller)?,
            command: None,
            moment,
            case: None,
        })
    }

    /// A command that a case has carried out, by whoever moves the case.
    pub fn within(&self, command: &'a Command, case: String) -> Asking<'a> {
        Asking {
            caller: self.caller,
            actor: self.actor,
            command: Some(command),
            moment: self.moment,
            case: Some(case),
        }
    }

    /// The act; what Kept does by itself is to destroy.
    pub fn act(&self) -> Act {
        self.command.map_or(Act::Destroy, Command::act)
    }

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
