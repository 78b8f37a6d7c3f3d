//! Who acts from the command line. Whoever can read the data folder and its root key is trusted to
//! say in which role they act, and in which client's home; every act is on record under it.

use kept_processing::Caller;
use kept_terms::{ActorKind, Home};
use std::sync::OnceLock;

/// Who asks from the command line.
const OPERATOR: &str = "cli:operator";

/// The home within which this command acts, where `--home` names one.
static WITHIN: OnceLock<Home> = OnceLock::new();

/// Says within which home this command acts.
pub(crate) fn act_within(home: Home) {
    // It is said once, before the command begins.
    let _ = WITHIN.set(home);
}

/// The home within which this command acts, where one was named.
pub(crate) fn home() -> Option<Home> {
    WITHIN.get().cloned()
}

/// Somebody of the staff, in a role.
pub(crate) fn staff(role: &str) -> Caller {
    Caller {
        id: OPERATOR.to_owned(),
        kind: ActorKind::Staff,
        role: Some(role.to_owned()),
        purposes: None,
        home: home(),
        holder: None,
    }
}

/// Somebody who administers and sees nothing, and who acts in no home.
pub(crate) fn administrator() -> Caller {
    Caller {
        id: OPERATOR.to_owned(),
        kind: ActorKind::Administrator,
        role: None,
        purposes: None,
        home: None,
        holder: None,
    }
}

/// Kept itself, at a task that somebody asked for.
pub(crate) fn system(task: &str) -> Caller {
    Caller {
        home: home(),
        ..Caller::system(task)
    }
}

/// Staff in a role, or else an administrator.
pub(crate) fn staff_or_administrator(role: Option<&str>) -> Caller {
    role.map_or_else(administrator, staff)
}

/// Staff in a role, or else the person themselves, whose identity the operator has checked.
pub(crate) fn staff_or_person(role: Option<&str>) -> Caller {
    role.map_or_else(Caller::person, staff)
}
