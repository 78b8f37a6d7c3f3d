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
