//! What is noted about a breach: whom it touches, who was told, and what is done about it.
//! Whether it may end is the machine's to say.

use super::Trouble;
use crate::{About, Case, Date, Measure};
use kept_terms::{Day, PersonId};

impl Case {
    pub(super) fn touched(
        &mut self,
        people: &[PersonId],
        clients: &[String],
    ) -> Result<&'static str, Trouble> {
        let About::Breach(breach) = &mut self.about else {
            return Err(Trouble::OtherKind);
        };
        for person in people {
            if !breach.people.contains(person) {
                breach.people.push(*person);
            }
        }
        for client in clients {
            if !breach.clients.contains(client) {
                breach.clients.push(client.clone());
            }
        }
        Ok("touched")
    }

    pub(super) fn noticed(
        &mut self,
        people: &[PersonId],
        clients: &[String],
    ) -> Result<&'static str, Trouble> {
        let About::Breach(breach) = &mut self.about else {
            return Err(Trouble::OtherKind);
        };
        let more = people
            .iter()
            .filter(|person| !breach.noticed.contains(person));
        let more: Vec<PersonId> = more.copied().collect();
        breach.noticed.extend(more);
        for client in clients {
            if breach.clients.contains(client) && !breach.clients_told.contains(client) {
                breach.clients_told.push(client.clone());
            }
        }
        Ok("noticed")
    }

    pub(super) fn authority_told(&mut self, at: i64) -> Result<&'static str, Trouble> {
        let About::Breach(breach) = &mut self.about else {
            return Err(Trouble::OtherKind);
        };
        breach.authority_told.get_or_insert(at);
        Ok("authority-told")
    }

    pub(super) fn measured(
        &mut self,
        name: &str,
        done: bool,
        today: Day,
    ) -> Result<&'static str, Trouble> {
        let About::Breach(breach) = &mut self.about else {
            return Err(Trouble::OtherKind);
        };
        let known = breach.measures.iter_mut().find(|it| it.name == name);
        match known {
            Some(measure) if done => measure.done = measure.done.or(Some(Date(today))),
            Some(_) => {}
            None => breach.measures.push(Measure {
                name: name.to_owned(),
                done: done.then_some(Date(today)),
            }),
        }
        Ok(if done { "measure-done" } else { "measure" })
    }
}
