//! Instructions as they are registered, and as the decision is told of them.
//! It invents none: what a client did not say is not there.

use crate::register::{Register, day};
use crate::{Failure, Registered};
use kept_policy::*;
use kept_terms::{Act, Day, Home};
use std::collections::HashMap;

/// What is still done after the end of a contract: handing back, and destroying (GDPR Art.
/// 28(3)(g)).
const AT_THE_END: [Act; 2] = [Act::Export, Act::Erase];

/// Where the instructions for each home stand among what is registered.
pub(crate) fn by_home(registered: &[Registered]) -> HashMap<Home, Vec<usize>> {
    let mut places: HashMap<Home, Vec<usize>> = HashMap::new();
    for (at, registered) in registered.iter().enumerate() {
        if let Some(home) = registered.home() {
            places.entry(home).or_default().push(at);
        }
    }
    places
}

impl Registered {
    /// The home that it is about, where it is an instruction.
    pub(crate) fn home(&self) -> Option<Home> {
        let Registered::Instruction { client, system, .. } = self else {
            return None;
        };
        Some(Home {
            client: client.clone(),
            system: system.clone(),
        })
    }

    pub(crate) fn check_instruction(&self, policy: &Policy) -> Result<(), Failure> {
        let Registered::Instruction {
            system,
            acts,
            purposes,
            data,
            from,
            until,
            reference,
            ..
        } = self
        else {
            return Ok(());
        };
        let words = &policy.words;
        let undeclared = "is not declared by the policy in force";
        let governed = |id| {
            let mut documents = policy.documents.iter();
            documents.any(|document| document.systems.contains(id))
        };
        match words.systems.id(system) {
            None => return Err(Failure::invalid("system", undeclared)),
            Some(id) if !governed(id) => {
                return Err(Failure::invalid("system", "has no document in the policy"));
            }
            Some(_) => {}
        }
        if acts.is_empty() {
            return Err(Failure::invalid("acts", "names none"));
        }
        let known = |name: &String| words.purposes.id(name).is_some();
        if !purposes.iter().flatten().all(known) {
            return Err(Failure::invalid("purposes", undeclared));
        }
        let known = |name: &String| words.fields.id(name).is_some();
        if !data.iter().flatten().all(known) {
            return Err(Failure::invalid("data", undeclared));
        }
        let dated = "is not a date; write it as `2027-03-31`";
        let first = day(from).ok_or_else(|| Failure::invalid("from", dated))?;
        if let Some(until) = until {
            let last = day(until).ok_or_else(|| Failure::invalid("until", dated))?;
            if last < first {
                return Err(Failure::invalid("until", "lies before `from`"));
            }
        }
        crate::registered::titled(reference, "reference")
    }
}

impl Register {
    /// What a client has told us to do with what is held in a home, in the policy's own numbers.
    /// With the contract ends what it told us, save for handing back and destroying.
    pub(crate) fn instructions(&self, policy: &Policy, home: &Home) -> Vec<Instruction> {
        let end = self.contract_end(&home.client).unwrap_or(Day::NEVER);
        let instruction = |registered: &Registered| {
            let Registered::Instruction {
                acts,
                purposes,
                data,
                from,
                until,
                ..
            } = registered
            else {
                return None;
            };
            let closing = acts.iter().all(|act| AT_THE_END.contains(act));
            let last = match until {
                Some(until) => day(until)?,
                None => Day::NEVER,
            };
            let words = &policy.words;
            let purposes = purposes.as_ref().map(|names| {
                let known = names.iter().filter_map(|name| words.purposes.id(name));
                known.collect()
            });
            let fields = data.as_ref().map(|names| {
                let known = names.iter().filter_map(|name| words.fields.id(name));
                known.collect()
            });
            Some(Instruction {
                acts: acts.iter().copied().collect(),
                purposes,
                fields,
                from: day(from)?,
                until: if closing { last } else { last.min(end) },
            })
        };
        self.told(home).filter_map(instruction).collect()
    }

    /// Whether a client still has an instruction in force for an act.
    pub(crate) fn instructs(&self, policy: &Policy, home: &Home, act: Act, today: Day) -> bool {
        let mut told = self.instructions(policy, home).into_iter();
        told.any(|told| told.acts.contains(act) && (told.from..=told.until).contains(&today))
    }

    /// The last day of a client's contract, where it has one.
    pub(crate) fn contract_end(&self, client: &str) -> Option<Day> {
        self.registered().iter().find_map(|known| {
            let Registered::Client {
                id, contract_ends, ..
            } = known
            else {
                return None;
            };
            let ends = contract_ends.as_deref().filter(|_| id == client);
            ends.and_then(day)
        })
    }

    /// Checks that a home is a registered client's.
    pub(crate) fn has_client(&self, home: Option<&Home>) -> Result<(), Failure> {
        let known = |home: &Home| self.has(&crate::registered::key("client", &home.client));
        match home.is_none_or(known) {
            true => Ok(()),
            false => Err(Failure::invalid(
                "client",
                "is not in the register of clients",
            )),
        }
    }
}
