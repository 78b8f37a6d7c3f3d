//! A case as it is stored: what it is about, how it stands, until when, and what happened to it.
//! It holds numbers of items and codes. Words of people stand in it only where nobody is known to
//! whom they could belong, and go with it.

use crate::{Date, Ending, Ground, Kind, Reference};
use kept_terms::{Day, ItemNumber, PersonId, Territory};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Case {
    /// By which it is named.
    pub reference: Reference,
    /// What it is.
    pub kind: Kind,
    /// What it is about.
    pub about: About,
    /// The document under which it was opened.
    pub document: String,
    /// The clause that says who answers and how soon, such as `north-america#grant.access`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// How it was opened.
    pub opened: Opened,
    /// How it stands.
    pub state: State,
    /// At which stage it is, from 0.
    #[serde(default)]
    pub stage: u8,
    /// The team that owns it now.
    #[serde(default)]
    pub owner: String,
    /// The last day of the answer, or of this stage; nothing where nothing says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The last day on which the person is to hear that it has come, and what says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge_by: Option<Date>,
    /// The extension, of which there is one at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// The days on which the team was reminded of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminded: Vec<Date>,
    /// What the person wrote: numbers of their items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<ItemNumber>,
    /// What somebody wrote who is not known, and where to answer them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// Items that are not handed out with it, because they are about others as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
    /// What was sent about it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
    /// What happened to it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// How a case was opened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Opened {
    /// The second since 1970 at which it came.
    pub at: i64,
    /// The day on which it came.
    pub on: Date,
    /// The channel through which it came, as the policy names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// Who took it up: `person`, or the identifier of whoever did.
    pub by: String,
    /// The country whose calendar and law count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Territory>,
    /// The message of a protocol that it came by, where it came so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
}

/// A message of the Data Rights Protocol by which a case came.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Protocol {
    /// The agent that sent it, as it is registered.
    pub agent: String,
    /// By which the agent names the case.
    pub request: String,
    /// By which the agent named it when it sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// What is exercised, as the protocol has it, such as `sale:opt-out`.
    pub exercise: String,
    /// Where the agent is told how it stands, as `https://…`, whenever something happens to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
}

/// What a case is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "of"
)]
pub enum About {
    /// Somebody asks for something, or complains.
    Person {
        /// Who, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
        /// Which purpose it is about, of an objection, an opt-out or a withdrawal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purpose: Option<String>,
        /// Who asks on their behalf.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<Agent>,
    },
    /// A question of an authority.
    Authority {
        /// Which authority.
        authority: String,
        /// Its own reference.
        code: String,
    },
    /// Something that an authority wants shown to it.
    Disclosure {
        /// Whose.
        person: PersonId,
        /// What others approve.
        approval: String,
    },
    /// What somebody of the staff tried.
    Staff {
        /// Who, as the ledger names them.
        actor: String,
        /// Who holds their token, where it says so.
        holder: String,
        /// In which role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        /// Why they were refused.
        reasons: Vec<String>,
        /// The entries that raised it.
        entries: Vec<u64>,
    },
    /// Information got into the wrong hands, or was lost.
    Breach(Breach),
    /// A request that the client answers.
    Client {
        /// The home, as `system/client`.
        home: String,
        /// The request.
        request: String,
    },
}

impl About {
    /// A person and nothing more.
    pub fn person(person: PersonId) -> About {
        About::Person {
            person: Some(person),
            purpose: None,
            agent: None,
        }
    }
}

/// Whether somebody who asks for another may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mandate {
    /// It has not been shown, or not been checked.
    Unchecked,
    /// It was checked, and holds.
    Checked,
}

/// Who asks on a person's behalf.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Agent {
    /// Where to answer them.
    pub contact: String,
    /// Whether they may.
    pub mandate: Mandate,
}

impl fmt::Debug for Agent {
    /// Tells that there is something, and not what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Agent(..)")
    }
}

/// What is known of a breach.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Breach {
    /// The second since 1970 at which we came to know of it; every clock counts from there.
    pub known_at: i64,
    /// What happened, as a code: `lost`, `disclosed`, `altered`, `unavailable`.
    pub what: String,
    /// The fields that it touches.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The people whom it touches, and whether each was told.
    #[serde(default)]
    pub people: Vec<PersonId>,
    /// Those of them for whom a notice was queued.
    #[serde(default)]
    pub noticed: Vec<PersonId>,
    /// The clients whom it touches, as `system/client`.
    #[serde(default)]
    pub clients: Vec<String>,
    /// Those of them who were told, or for whom a message was queued.
    #[serde(default)]
    pub clients_told: Vec<String>,
    /// The last second at which the authority is to hear of it; nothing where no law says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_by: Option<i64>,
    /// The second at which the authority was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_told: Option<i64>,
    /// What is done about it.
    #[serde(default)]
    pub measures: Vec<Measure>,
}

/// Something that is done about a breach.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Measure {
    /// What, as a name, such as `keys-rotated`.
    pub name: String,
    /// The day it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Date>,
}

/// How a case stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "is"
)]
pub enum State {
    /// Who asks has not been shown.
    IdentityWanted {
        /// Since which day the person is waited for.
        since: Date,
        /// The day on which the clock stopped for it, where the law lets it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<Date>,
    },
    /// It is worked on.
    Open,
    /// The person has been asked something, and has not answered.
    Waiting {
        /// Since which day.
        since: Date,
        /// Why, as a code: `clarification`, `mandate`, `documents`.
        why: String,
        /// The day on which the clock stopped for it, where the law lets it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<Date>,
    },
    /// It has ended.
    Ended(Ending),
}

/// A longer time for the answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Extension {
    /// The day on which the person was told.
    pub on: Date,
    /// Why, as a code: `complex` or `many-requests`.
    pub why: String,
    /// The day until which the answer was due before.
    pub before: Date,
}

/// What somebody wrote who is not known.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Written {
    /// Where to answer them: an e-mail address that nobody has checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// What they call themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whom it is about, where it is not themselves: an address or a name that they know them by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whom: Option<String>,
    /// What they wrote when they asked the same again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
    /// What they were answered when the case ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// How many texts one case takes from somebody who asks the same again.
const MORE_MAX: usize = 10;

impl Written {
    /// Adds what somebody wrote who asked the same again; the same words are not taken twice.
    pub fn add(&mut self, text: &str) {
        let known = self.text.iter().chain(&self.more).any(|it| it == text);
        if !known && self.more.len() < MORE_MAX {
            self.more.push(text.to_owned());
        }
    }
}

impl fmt::Debug for Written {
    /// Tells that there is something, and not what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Written(..)")
    }
}

/// An item that is not handed out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Withheld {
    /// Its field.
    pub field: String,
    /// Its number.
    pub number: ItemNumber,
    /// Why.
    pub ground: Ground,
}

/// Something that was sent about a case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Told {
    /// By which template.
    pub template: String,
    /// When, as the second since 1970.
    pub at: i64,
}

/// Something that happened to a case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// What, in a word.
    pub what: String,
    /// When, as the second since 1970.
    pub at: i64,
    /// Who, as the ledger names them.
    pub by: String,
}

/// A stage of an answer: who owns it and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stage {
    /// The team.
    pub owner: String,
    /// Its last day.
    pub due: Option<Date>,
}

impl Case {
    /// A case that has just been opened, with nothing in it yet.
    pub fn begun(
        reference: Reference,
        kind: Kind,
        about: About,
        document: &str,
        opened: Opened,
    ) -> Case {
        let step = Step {
            what: "opened".to_owned(),
            at: opened.at,
            by: opened.by.clone(),
        };
        Case {
            reference,
            kind,
            about,
            document: document.to_owned(),
            clause: None,
            opened,
            state: State::Open,
            stage: 0,
            owner: String::new(),
            due: None,
            acknowledge_by: None,
            extension: None,
            reminded: Vec::new(),
            messages: Vec::new(),
            written: None,
            withheld: Vec::new(),
            told: Vec::new(),
            steps: vec![step],
        }
    }

    /// How it ended.
    pub fn ending(&self) -> Option<&Ending> {
        match &self.state {
            State::Ended(ending) => Some(ending),
            State::IdentityWanted { .. } | State::Open | State::Waiting { .. } => None,
        }
    }

    /// Whether it has ended.
    pub fn is_ended(&self) -> bool {
        self.ending().is_some()
    }

    /// The day on which its clock stopped, while it stands still.
    pub fn stopped(&self) -> Option<Day> {
        match &self.state {
            State::IdentityWanted { stopped, .. } | State::Waiting { stopped, .. } => {
                stopped.map(|day| day.0)
            }
            State::Open | State::Ended(_) => None,
        }
    }

    /// Whether its time has lapsed and it has not ended.
    pub fn is_overdue(&self, today: Day) -> bool {
        let running = !self.is_ended() && self.stopped().is_none();
        running && self.due.is_some_and(|due| due.0 < today)
    }

    /// How many days are left; fewer than none where its time has lapsed.
    pub fn days_left(&self, today: Day) -> Option<i32> {
        let from = self.stopped().unwrap_or(today);
        self.due.map(|due| due.0.0.saturating_sub(from.0))
    }

    /// Whom it is about, where somebody is known.
    pub fn person(&self) -> Option<PersonId> {
        match &self.about {
            About::Person { person, .. } => *person,
            About::Disclosure { person, .. } => Some(*person),
            About::Authority { .. }
            | About::Staff { .. }
            | About::Breach(_)
            | About::Client { .. } => None,
        }
    }

    /// Where whoever asked is answered, where that stands in the case: whoever asks for somebody
    /// else is answered themselves.
    pub fn answered_at(&self) -> Option<&str> {
        let agent = match &self.about {
            About::Person { agent, .. } => agent.as_ref().map(|agent| agent.contact.as_str()),
            About::Disclosure { .. }
            | About::Authority { .. }
            | About::Staff { .. }
            | About::Breach(_)
            | About::Client { .. } => None,
        };
        let written = self.written.as_ref();
        agent.or(written.and_then(|written| written.contact.as_deref()))
    }

    /// By what others name it: an agent of a protocol, or a request that went to a client.
    pub fn named_otherwise(&self) -> Option<String> {
        let protocol = self.opened.protocol.as_ref();
        match &self.about {
            About::Client { home, request } => Some(format!("{home}/{request}")),
            About::Person { .. }
            | About::Authority { .. }
            | About::Disclosure { .. }
            | About::Staff { .. }
            | About::Breach(_) => protocol.map(|protocol| protocol.request.clone()),
        }
    }

    /// Which purpose it is about.
    pub fn purpose(&self) -> Option<&str> {
        match &self.about {
            About::Person { purpose, .. } => purpose.as_deref(),
            About::Disclosure { .. }
            | About::Authority { .. }
            | About::Staff { .. }
            | About::Breach(_)
            | About::Client { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_is_not_printed() {
        let written = Written {
            contact: Some("ada@example.com".to_owned()),
            text: Some("a word".to_owned()),
            ..Written::default()
        };
        let agent = Agent {
            contact: "ben@example.com".to_owned(),
            mandate: Mandate::Unchecked,
        };
        assert_eq!(format!("{written:?} {agent:?}"), "Written(..) Agent(..)");
    }
}
