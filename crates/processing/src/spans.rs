//! Spans of acts: what a trace tells of one is what its entry in the ledger says in names of the
//! policy.
//! Nobody comes into one: no person, no caller, no commitment, and no value.

use crate::{Command, Failure, Performed};
use kept_ledger::entry::{Entry, Outcome};
use tracing::{Span, field::Empty};

/// An act whose span is open. Where nobody traces, it is nothing and costs nothing.
pub(crate) struct Acting {
    span: Span,
    told: Option<Told>,
}

/// What an entry tells a trace.
struct Told {
    clauses: String,
    reasons: Option<String>,
    policy: Option<String>,
}

impl Acting {
    /// Begins a command's span, within the span that is open.
    pub fn begin(command: &Command) -> Acting {
        let act = command.act().word();
        let span = tracing::info_span!(
            target: "kept::spans",
            "act",
            otel.name = act,
            kept.act = act,
            kept.outcome = Empty,
            kept.clauses = Empty,
            kept.reasons = Empty,
            kept.policy = Empty,
        );
        Acting { span, told: None }
    }

    /// The span, for what is done within it.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// The act was decided, and this is what its entry will say.
    pub fn decided(&mut self, entry: &[u8]) {
        if self.span.is_disabled() {
            return;
        }
        self.told = Entry::parse(entry).ok().map(|entry| Told::of(&entry));
    }

    /// The act's answer, which ends it.
    pub fn answer(&self, performed: Result<Performed, Failure>) -> Result<Performed, Failure> {
        self.over(&performed);
        performed
    }

    /// The act is over.
    pub fn over(&self, performed: &Result<Performed, Failure>) {
        if self.span.is_disabled() {
            return;
        }
        let outcome = match performed {
            Ok(Performed { outcome: Ok(_), .. }) => "done",
            Ok(_) => "refused",
            Err(Failure::Invalid { .. }) => "invalid",
            Err(Failure::NotFound(_)) => "not-found",
            Err(Failure::Conflict(_)) => "conflict",
            Err(Failure::Unavailable(_)) => "unavailable",
            Err(Failure::Corrupt(_)) => "corrupt",
        };
        self.span.record("kept.outcome", outcome);
        let Some(told) = &self.told else { return };
        self.span.record("kept.clauses", told.clauses.as_str());
        self.span.record("kept.reasons", told.reasons.as_deref());
        self.span.record("kept.policy", told.policy.as_deref());
    }
}

impl Told {
    fn of(entry: &Entry<'_>) -> Told {
        let joined = |names: &[kept_ledger::entry::Name<'_>]| {
            let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
            names.join(" ")
        };
        Told {
            clauses: joined(&entry.clauses),
            reasons: match &entry.outcome {
                Outcome::Refused { reasons } => Some(joined(reasons)),
                Outcome::Permitted => None,
            },
            policy: entry.policy.map(|it| data_encoding::HEXLOWER.encode(&it)),
        }
    }
}

/// Begins the span of a sweep.
pub(crate) fn sweep() -> Span {
    tracing::info_span!(
        target: "kept::spans",
        "sweep",
        kept.outcome = Empty,
        kept.items = Empty,
        kept.people = Empty,
        kept.keys = Empty,
    )
}
