//! What can go wrong at the door, named by what the caller does next.
//! A refusal is not here: it is an answer. No failure repeats a value.

use kept_vault::store;

/// Why an act could not be decided or done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked cannot be understood: mend the request.
    #[error("{place} {problem}")]
    Invalid {
        /// Which part of the request, such as `values.email`.
        place: String,
        /// What is wrong with it and what would be right.
        problem: String,
    },
    /// What was asked about is not there.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Something else got there first: look again, then try again.
    #[error("{0}")]
    Conflict(&'static str),
    /// The machine cannot do it now: try again later, or mend the machine.
    #[error("{0}")]
    Unavailable(String),
    /// What is stored is not what was stored: stop and restore.
    #[error("{0}")]
    Corrupt(String),
}

impl Failure {
    /// A part of the request that is wrong.
    pub fn invalid(place: impl Into<String>, problem: impl Into<String>) -> Failure {
        Failure::Invalid {
            place: place.into(),
            problem: problem.into(),
        }
    }

    /// Whether nothing can be made durable any more until everything is opened again.
    pub fn is_final(&self) -> bool {
        match self {
            Failure::Unavailable(cause) => cause.contains(store::STOPPED),
            Failure::Invalid { .. }
            | Failure::NotFound(_)
            | Failure::Conflict(_)
            | Failure::Corrupt(_) => false,
        }
    }

    /// Whether a disk has no room left. Once there is some, the same can be done.
    pub fn is_full(&self) -> bool {
        match self {
            Failure::Unavailable(cause) => cause.contains(store::FULL),
            Failure::Invalid { .. }
            | Failure::NotFound(_)
            | Failure::Conflict(_)
            | Failure::Corrupt(_) => false,
        }
    }
}

impl From<store::Failure> for Failure {
    fn from(failure: store::Failure) -> Failure {
        match failure {
            store::Failure::Invalid(problem) => Failure::invalid("the request", problem),
            store::Failure::Unavailable(_) => Failure::Unavailable(failure.to_string()),
            store::Failure::Corrupt(_) => Failure::Corrupt(failure.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_store_is_final_and_a_full_disk_is_not() {
        let told = |text: &str| Failure::from(store::Failure::Unavailable(text.to_owned()));
        assert!(told(&format!("{}; restart", store::STOPPED)).is_final());
        assert!(!told("the disk is full").is_final());
    }
}
