//! How a command ends: done, refused, or failed, and with which exit code.
//! A refusal is an answer and no failure; neither ever holds a value.

use kept_processing::Failure;
use std::fmt;

/// How a command ended that could be carried out or answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// It was done.
    Done,
    /// The policy refused it, and it said which clauses.
    Refused,
    /// It found what it looks for: a fault, which it told.
    Faulty,
}

/// Why a command could not be carried out, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failed {
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a command comes to.
pub(crate) type Outcome = Result<Ending, Failed>;

impl Failed {
    /// A failure without a remedy.
    pub fn new(problem: impl Into<String>) -> Failed {
        Failed {
            problem: problem.into(),
            help: None,
        }
    }

    /// The same with a remedy.
    pub fn help(self, help: impl Into<String>) -> Failed {
        Failed {
            help: Some(help.into()),
            ..self
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Failed {
        let help = match &failure {
            Failure::Invalid { .. } => None,
            Failure::NotFound(_) => {
                Some("people are found by an identifier with `kept person find`")
            }
            Failure::Conflict(_) => Some("look at what is stored, then try again"),
            Failure::Unavailable(problem) if problem.contains("another server") => Some(
                "while a server holds the folder, ask it instead: its API under `/v1` does the \
                 same with a token (see `kept token`)",
            ),
            Failure::Unavailable(_) => None,
            Failure::Corrupt(_) => {
                Some("stop the server and restore a backup; `kept audit` names what is wrong")
            }
        };
        Failed {
            problem: failure.to_string(),
            help: help.map(str::to_owned),
        }
    }
}

impl From<kept_intake::Failure> for Failed {
    fn from(failure: kept_intake::Failure) -> Failed {
        Failed::new(failure.to_string())
    }
}

impl From<crate::Failure> for Failed {
    fn from(failure: crate::Failure) -> Failed {
        Failed::new(failure.to_string())
    }
}
