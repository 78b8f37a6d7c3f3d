//! Messages to mailboxes about cases: reminders to the team that owns one, news of a breach to the
//! clients whom it touches. They name the case and its day; never a person, and never what was
//! asked.
//! Which mailbox is whose is registered; a team's may also stand in the policy.

use super::*;
use crate::outgoing::{OF_A_MAILBOX, TEAM};
use crate::registered::Registered;
use kept_cases::Reference;

/// The template of what a team is reminded by.
const DUE_TEMPLATE: &str = "case-due";
/// The template of what a client is told of a breach.
const CLIENT_TEMPLATE: &str = "breach-client";

impl<S: Store> Processing<S> {
    /// The mailboxes of a team, or of a client.
    fn mailboxes(&self, of: &Whose<'_>) -> Vec<String> {
        let moment = self.moment();
        let registered = moment.register.registered().iter();
        let found = registered.filter_map(|it| match it {
            Registered::Mailbox {
                id, team, client, ..
            } => match of {
                Whose::Team(name) => (team.as_deref() == Some(*name)).then(|| id.clone()),
                Whose::Client(name) => {
                    let own = client.as_ref().map(|client| client.to_string());
                    (own.as_deref() == Some(*name)).then(|| id.clone())
                }
            },
            Registered::Client { .. }
            | Registered::Course { .. }
            | Registered::Survey { .. }
            | Registered::Instruction { .. }
            | Registered::Template { .. }
            | Registered::Hook(_)
            | Registered::Agent { .. }
            | Registered::Feed(_) => None,
        });
        found.collect()
    }

    /// The message that reminds the team of a case; nothing where it has no mailbox. There is one
    /// for each time that it is reminded.
    pub(super) fn reminder(&self, case: &Case) -> Result<Vec<Write>, Failure> {
        let due = case
            .due
            .map_or_else(|| "-".to_owned(), |due| due.to_string());
        let time = case.reminded.len();
        let mut boxes = self.mailboxes(&Whose::Team(&case.owner));
        let moment = self.moment();
        let teams = &moment.policy().words.teams;
        let team = teams.id(&case.owner).and_then(|id| teams.get(id));
        // Where none is registered, the address that the policy gives the team is as good.
        if boxes.is_empty() && team.is_some_and(|team| team.email.is_some()) {
            boxes.push(format!("{TEAM}{}", case.owner));
        }
        let messages = boxes.iter().map(|mailbox| {
            let about = format!("{}:{due}:{time}:{mailbox}", case.reference);
            Outgoing::new(OF_A_MAILBOX, DUE_TEMPLATE, "", &about).queued()
        });
        messages.collect()
    }

    /// Those of the clients, as `system/client`, that have a mailbox.
    pub(super) fn with_mailbox(&self, clients: &[String]) -> Vec<String> {
        let has = |client: &&String| !self.mailboxes(&Whose::Client(name_of(client))).is_empty();
        clients.iter().filter(has).cloned().collect()
    }

    /// The messages that tell a client of a breach.
    pub(super) fn to_client(
        &self,
        reference: &Reference,
        client: &str,
    ) -> Vec<Result<Write, Failure>> {
        let boxes = self.mailboxes(&Whose::Client(name_of(client)));
        let messages = boxes.iter().map(|mailbox| {
            let about = format!("{reference}:-:0:{mailbox}");
            Outgoing::new(OF_A_MAILBOX, CLIENT_TEMPLATE, "", &about).queued()
        });
        messages.collect()
    }
}

/// Whose a mailbox is.
enum Whose<'a> {
    Team(&'a str),
    Client(&'a str),
}

/// The client of a home that is written as `system/client`.
fn name_of(home: &str) -> &str {
    home.rsplit('/').next().unwrap_or(home)
}
