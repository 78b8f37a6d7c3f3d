//! Requests of people who are held for clients, from when they reach us until the client has
//! answered. They say who is meant by a reference, and hold no value.

use crate::command::Caller;
use crate::register::day;
use crate::{Failure, Processing};
use kept_policy::HostedEvidence;
use kept_terms::{Day, Home, Name, PersonId, Right};
use kept_vault::store::{Record, RecordKind, Store};
use serde::{Deserialize, Serialize};

/// How the keys of open requests begin.
const OPEN: &str = "forwarded";

/// How the keys of requests begin that clients have answered.
const CLOSED: &str = "forwarded-closed";

/// How many records are looked at in one step.
const STEP: usize = 1_000;

/// What happens to a request of somebody who is held for a client.
#[derive(Clone)]
pub enum Forwarding {
    /// It has reached us, and goes to the client.
    Received {
        /// For whom the person is held, as they say.
        home: Home,
        /// What they ask for.
        right: Right,
        /// Who they are.
        about: About,
    },
    /// The client has been told, or has answered.
    Noted {
        /// For whom the person is held.
        home: Home,
        /// Which request.
        request: String,
        /// What the client says.
        answer: ClientAnswer,
    },
}

/// Who asks, as far as they have told us.
#[derive(Clone)]
pub enum About {
    /// Somebody whose number is known.
    Person(PersonId),
    /// Whoever has an identifier in that home, if anybody does.
    Identifier {
        /// Its field.
        field: String,
        /// The identifier.
        value: String,
    },
    /// Somebody who has given us nothing to find them by.
    Unknown,
}

/// What a client says to a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientAnswer {
    /// That it knows of it.
    Told,
    /// That it has answered the person.
    Answered,
    /// That it has turned the request down, and told the person so.
    Declined,
    /// What we are to do: the instruction is on record.
    Instructed,
}

/// A request that was passed on to a client.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Forwarded {
    /// What kind of message to the client it is: always `forwarded-request`.
    pub kind: String,
    /// By which it is named.
    pub request: String,
    /// The client.
    pub client: Name,
    /// The system.
    pub system: Name,
    /// What is asked for.
    pub right: Right,
    /// Who asks, where they were found; told to the client alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// By which this client knows them even after they are erased; told to the client alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The day it reached us.
    pub received: String,
    /// The day by which the client is to be told.
    pub tell_by: String,
    /// The day by which the client is to have answered.
    pub answer_by: String,
    /// The day the client said that it knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// What the client answered, and on which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<(ClientAnswer, String)>,
}

impl Forwarded {
    /// The home that it is about.
    pub fn home(&self) -> Home {
        Home {
            client: self.client.clone(),
            system: self.system.clone(),
        }
    }

    /// Notes what the client says.
    pub(crate) fn note(&mut self, answer: ClientAnswer, today: Day) {
        let today = today.to_string();
        self.told.get_or_insert_with(|| today.clone());
        if answer != ClientAnswer::Told {
            self.answer = Some((answer, today));
        }
    }

    /// Whether the client was not told in time.
    fn is_untold(&self, today: Day) -> bool {
        self.told.is_none() && day(&self.tell_by).is_none_or(|by| by < today)
    }

    /// Whether the client has not answered in time.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.answer.is_none() && day(&self.answer_by).is_none_or(|by| by < today)
    }

    /// As the firm itself may see it: that somebody asks, not who.
    fn unnamed(self) -> Forwarded {
        Forwarded {
            person: None,
            subject: None,
            ..self
        }
    }

    /// As a caller may see it.
    pub(crate) fn seen_by(self, caller: &Caller) -> Forwarded {
        match caller.home.as_ref() == Some(&self.home()) {
            true => self,
            false => self.unnamed(),
        }
    }

    pub(crate) fn record(&self) -> Result<Record, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the request", "cannot be written down"))?;
        let begins = match self.answer {
            None => OPEN,
            Some(_) => CLOSED,
        };
        Ok(Record {
            kind: RecordKind::Delivery,
            key: key(begins, &self.home(), &self.request),
            value,
        })
    }
}

/// The key of an open request.
pub(crate) fn open_key(home: &Home, request: &str) -> Vec<u8> {
    key(OPEN, home, request)
}

fn key(begins: &str, home: &Home, request: &str) -> Vec<u8> {
    format!("{begins}/{home}/{request}").into_bytes()
}

pub(crate) fn read(value: &[u8]) -> Result<Forwarded, Failure> {
    serde_json::from_slice(value)
        .map_err(|_| Failure::Corrupt("a request to a client cannot be read".to_owned()))
}

impl<S: Store> Processing<S> {
    /// Requests that were passed on to a client, or to any, in order of key, after one, at most so
    /// many; with those that are answered, or without.
    pub async fn forwarded(
        &self,
        caller: &Caller,
        home: Option<&Home>,
        closed: bool,
        after: Option<&Forwarded>,
        limit: usize,
    ) -> Result<Vec<Forwarded>, Failure> {
        // Whoever acts in a home sees that home, whatever they ask for.
        if let (Some(own), Some(asked)) = (&caller.home, home)
            && own != asked
        {
            return Ok(Vec::new());
        }
        let begins = if closed { CLOSED } else { OPEN };
        let prefix = match caller.home.as_ref().or(home) {
            Some(home) => format!("{begins}/{home}/"),
            None => format!("{begins}/"),
        };
        let after = after.map(Forwarded::record).transpose()?;
        let store = self.vault.store();
        let page = store.records_page(
            RecordKind::Delivery,
            prefix.as_bytes(),
            after.as_ref().map(|record| &record.key[..]),
            limit,
        );
        let page = page.await?;
        let seen = page
            .iter()
            .map(|record| Ok(read(&record.value)?.seen_by(caller)));
        seen.collect()
    }

    /// Counts the requests that wait for clients.
    pub(crate) async fn count_forwarded(
        &self,
        today: Day,
        counted: &mut HostedEvidence,
    ) -> Result<(), Failure> {
        let prefix = format!("{OPEN}/");
        let mut after: Option<Vec<u8>> = None;
        loop {
            let store = self.vault.store();
            let page = store.records_page(
                RecordKind::Delivery,
                prefix.as_bytes(),
                after.as_deref(),
                STEP,
            );
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.key.clone());
            for record in &page {
                let request = read(&record.value)?;
                counted.requests_open += 1;
                counted.requests_untold += u64::from(request.is_untold(today));
                counted.requests_overdue += u64::from(request.is_overdue(today));
            }
        }
    }
}
