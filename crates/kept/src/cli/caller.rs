//! Who acts from the command line. Whoever can read the data folder and its root key is trusted to
//! say in which role they act; every act is on record under it.

use kept_processing::Caller;
use kept_terms::ActorKind;

/// Who asks from the command line.
const OPERATOR: &str = "cli:operator";

/// Somebody of the staff, in a role.
pub(crate) fn staff(role: &str) -> Caller {
    Caller {
        id: OPERATOR.to_owned(),
        kind: ActorKind::Staff,
        role: Some(role.to_owned()),
        purposes: None,
    }
}

/// Somebody who administers and sees nothing.
pub(crate) fn administrator() -> Caller {
    Caller {
        id: OPERATOR.to_owned(),
        kind: ActorKind::Administrator,
        role: None,
        purposes: None,
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
