//! What can go wrong in the program around the door, named by what its operator does next.
//! A message names the place and the remedy; it never repeats a value.

/// Why a command or the server could not do its work.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked, or a file that was given, is wrong: mend it.
    #[error("{0}")]
    Invalid(String),
    /// Something else is in the way, such as another server: see to it, then try again.
    #[error("{0}")]
    Conflict(String),
    /// The machine cannot do it now: mend the machine, then try again.
    #[error("{0}")]
    Unavailable(String),
    /// What is stored is not what was stored: stop and restore.
    #[error("{0}")]
    Corrupt(String),
}

impl From<kept_processing::Failure> for Failure {
    fn from(failure: kept_processing::Failure) -> Failure {
        use kept_processing::Failure as Door;
        let told = failure.to_string();
        match failure {
            Door::Invalid { .. } | Door::NotFound(_) => Failure::Invalid(told),
            Door::Conflict(_) => Failure::Conflict(told),
            Door::Unavailable(_) => Failure::Unavailable(told),
            Door::Corrupt(_) => Failure::Corrupt(told),
        }
    }
}
