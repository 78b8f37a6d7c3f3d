//! What is asked of cases: one is opened, moved on, or ended.
//! It asks; whether it may be is decided as for every act.

use super::Command;
use kept_cases::{Agent, Ground, Kind, Left, Protocol, Reference};
use kept_terms::{ItemNumber, PersonId, Territory};

/// What is done about a case.
#[derive(Clone)]
pub enum Casing {
    /// It is opened; see [`Opening`].
    Open(Box<Opening>),
    /// It was shown who asks.
    Identify {
        /// Which case.
        reference: Reference,
        /// Who they are; nobody where nothing is held of them.
        person: Option<PersonId>,
    },
    /// It is looked whether whoever is reported to be a child is there; if so, they are set apart.
    /// Kept itself does.
    LookUp {
        /// Which case.
        reference: Reference,
    },
    /// The mandate of whoever asks for somebody else was checked.
    CheckMandate {
        /// Which case.
        reference: Reference,
    },
    /// The person is asked something, and is waited for.
    Wait {
        /// Which case.
        reference: Reference,
        /// Why: `clarification`, `mandate` or `documents`.
        why: String,
    },
    /// The person wrote, or answered.
    Hear {
        /// Which case.
        reference: Reference,
        /// The item in which they did.
        message: Option<ItemNumber>,
    },
    /// The answer takes longer.
    Extend {
        /// Which case.
        reference: Reference,
        /// Why: `complex` or `many-requests`.
        why: String,
    },
    /// It moves on to the next stage.
    Escalate {
        /// Which case.
        reference: Reference,
    },
    /// An item is not handed out with it.
    Withhold {
        /// Which case.
        reference: Reference,
        /// The item's field.
        field: String,
        /// The item's number.
        number: ItemNumber,
        /// Why.
        ground: Ground,
    },
    /// The day of a reminder is there. Kept itself says so.
    Remind {
        /// Which case.
        reference: Reference,
    },
    /// An agent of a protocol showed its key, and is given a token for what follows.
    Pair {
        /// Which, as it is registered.
        agent: String,
        /// The token's secret; see [`crate::Processing::draw_secret`].
        secret: String,
        /// What shows that the message was not used before.
        message: [u8; 32],
    },
    /// A message of a protocol is not what it says it is. It is refused, on record.
    Mistrust {
        /// Why, as a code, such as `expired`.
        why: &'static str,
    },
    /// Something is noted about a breach.
    Breach {
        /// Which case.
        reference: Reference,
        /// What.
        note: BreachNote,
    },
    /// It is over.
    End {
        /// Which case.
        reference: Reference,
        /// How.
        end: Closing,
    },
}

/// What is noted about a breach.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BreachNote {
    /// More people turn out to be touched.
    Touched {
        /// Who.
        people: Vec<PersonId>,
        /// The clients, as `system/client`.
        clients: Vec<String>,
    },
    /// Those who are touched and were not told are told: people, and clients that have a mailbox.
    Notify,
    /// Clients were told otherwise.
    ClientsTold {
        /// Which, as `system/client`.
        clients: Vec<String>,
    },
    /// The authority was told.
    AuthorityTold,
    /// Something is to be done, or was done.
    Measure {
        /// What, as a name.
        name: String,
        /// Whether it was done.
        done: bool,
    },
}

/// How a case is to end.
#[derive(Clone)]
pub enum Closing {
    /// What was asked for is done, in the same step: this act, decided as it always is.
    CarriedOut(Box<Command>),
    /// With an outcome, and nothing done in the same step.
    With {
        /// The outcome, in a word.
        outcome: String,
        /// On what ground it is turned down.
        ground: Option<Ground>,
        /// What was not done.
        left: Vec<Left>,
        /// What somebody who is not known is answered, at the address that they left.
        answer: Option<String>,
    },
}

/// A case that is opened.
#[derive(Clone)]
pub struct Opening {
    /// Its reference, where it was drawn before; see [`crate::Processing::draw_case`].
    pub reference: Option<Reference>,
    /// What it is.
    pub kind: Kind,
    /// Whose it is, or what it is about.
    pub about: Whose,
    /// Which purpose it is about.
    pub purpose: Option<String>,
    /// Through which channel it came.
    pub through: Option<String>,
    /// The item in which the person wrote, where they are known.
    pub message: Option<ItemNumber>,
    /// Who asks on their behalf.
    pub agent: Option<Agent>,
    /// The message of a protocol by which it came.
    pub protocol: Option<Protocol>,
    /// The act that is asked for, where it is to be done at once: the case ends in the same step.
    pub carried_out: Option<Box<Command>>,
}

/// Somebody who has not shown who they are, as far as they say.
#[derive(Clone, Default)]
pub struct Stranger {
    /// Where to answer them: an e-mail address.
    pub contact: Option<String>,
    /// What they call themselves.
    pub name: Option<String>,
    /// What they wrote.
    pub text: Option<String>,
    /// Whom it is about, where it is not themselves: an address or a name.
    pub whom: Option<String>,
    /// Their country.
    pub country: Option<Territory>,
    /// Their age in years.
    pub age: Option<u8>,
}

/// Whose a case is, or what it is about.
#[derive(Clone)]
pub enum Whose {
    /// Somebody who is known, and whose identity was checked as far as the caller's.
    Person(PersonId),
    /// Somebody who has not shown who they are. Nobody is looked up for them, so nothing is told.
    Unknown(Stranger),
    /// A question of an authority.
    Authority {
        /// Which authority, as the policy declares it.
        authority: String,
        /// Its own reference.
        code: String,
    },
    /// What somebody of the staff tried.
    Staff {
        /// Who, as the ledger names them.
        actor: String,
        /// Who holds their token.
        holder: String,
        /// In which role.
        role: Option<String>,
        /// Why they were refused.
        reasons: Vec<String>,
        /// The entries that raised it.
        entries: Vec<u64>,
    },
    /// Information got into the wrong hands, or was lost.
    Breach {
        /// The second since 1970 at which it came to be known.
        known_at: i64,
        /// What happened: `lost`, `disclosed`, `altered` or `unavailable`.
        what: String,
        /// The fields that it touches.
        fields: Vec<String>,
        /// The people whom it touches.
        people: Vec<PersonId>,
        /// The clients whom it touches, as `system/client`.
        clients: Vec<String>,
        /// The country whose law counts.
        country: Option<Territory>,
    },
}

impl Opening {
    /// A case of a kind, of somebody who is known.
    pub fn of(kind: Kind, person: PersonId) -> Opening {
        Opening::about(kind, Whose::Person(person))
    }

    /// A case of a kind, about something.
    pub fn about(kind: Kind, about: Whose) -> Opening {
        Opening {
            reference: None,
            kind,
            about,
            purpose: None,
            through: None,
            message: None,
            agent: None,
            protocol: None,
            carried_out: None,
        }
    }

    /// The person whom it names.
    pub fn person(&self) -> Option<PersonId> {
        match &self.about {
            Whose::Person(person) => Some(*person),
            Whose::Unknown(_)
            | Whose::Authority { .. }
            | Whose::Staff { .. }
            | Whose::Breach { .. } => None,
        }
    }
}

impl Casing {
    /// The act that is done in the same step.
    pub fn carried_out(&self) -> Option<&Command> {
        match self {
            Casing::Open(opening) => opening.carried_out.as_deref(),
            Casing::End {
                end: Closing::CarriedOut(command),
                ..
            } => Some(command),
            Casing::End { .. }
            | Casing::Identify { .. }
            | Casing::LookUp { .. }
            | Casing::CheckMandate { .. }
            | Casing::Wait { .. }
            | Casing::Hear { .. }
            | Casing::Extend { .. }
            | Casing::Escalate { .. }
            | Casing::Withhold { .. }
            | Casing::Remind { .. }
            | Casing::Pair { .. }
            | Casing::Mistrust { .. }
            | Casing::Breach { .. } => None,
        }
    }

    /// The person whom it names.
    pub(crate) fn person(&self) -> Option<PersonId> {
        match self {
            Casing::Open(opening) => opening.person(),
            Casing::Identify { person, .. } => *person,
            Casing::End { .. } => self.carried_out().and_then(Command::person),
            Casing::LookUp { .. }
            | Casing::CheckMandate { .. }
            | Casing::Wait { .. }
            | Casing::Hear { .. }
            | Casing::Extend { .. }
            | Casing::Escalate { .. }
            | Casing::Withhold { .. }
            | Casing::Remind { .. }
            | Casing::Pair { .. }
            | Casing::Mistrust { .. }
            | Casing::Breach { .. } => None,
        }
    }
}

impl Command {
    /// Something is done about a case, by staff, a program or Kept itself, or by nobody who is
    /// known.
    pub fn case(casing: Casing) -> Command {
        Command::Case { of: None, casing }
    }

    /// A person does something about a case of their own.
    pub fn own_case(person: PersonId, casing: Casing) -> Command {
        let of = Some(person);
        Command::Case { of, casing }
    }
}
