//! What agents of the Data Rights Protocol do beside opening cases: showing their key, and sending
//! what is not what it says it is. Both are on record.
//! Whether a message is genuine was found out before (`agents.rs`).

use super::*;
use kept_terms::{Act, Book};
use kept_vault::store::Record;

impl<S: Store> Processing<S> {
    /// A token for an agent, in the place of the one before.
    pub(super) fn pair(
        &self,
        asking: &Asking<'_>,
        agent: &str,
        secret: &str,
        message: &[u8; 32],
    ) -> Result<Prepared, Failure> {
        let request = about_requests(asking);
        match weighed(asking, &request) {
            Decision::Refused(refusal) => self.refuse(asking, &request, None, refusal),
            Decision::Permitted(permit) => {
                let mut telling = asking.telling(&request);
                telling.reference = Some(format!("agent:{agent}"));
                let mut commit = unchanging(None, telling.permitted(&permit)?);
                let own = Record {
                    kind: RecordKind::Setting,
                    key: crate::agents::token_key(agent),
                    value: crate::agents::hashed(secret).to_vec(),
                };
                let mark = crate::agents::mark(message, asking.moment.now);
                commit.absent.push((mark.kind, mark.key.clone()));
                commit.writes = vec![Write::PutRecord(own), Write::PutRecord(mark)];
                Ok(Prepared {
                    commit,
                    then: Then::Give(Effect::Done),
                })
            }
        }
    }

    pub(super) fn mistrust(
        &self,
        asking: &Asking<'_>,
        why: &'static str,
    ) -> Result<Prepared, Failure> {
        let request = Request {
            unfit: true,
            ..about_requests(asking)
        };
        match weighed(asking, &request) {
            Decision::Refused(refusal) => {
                let about = Some(format!("data-rights:{why}"));
                self.refuse_about(asking, &request, None, refusal, about)
            }
            Decision::Permitted(_) => Err(Failure::invalid("the message", "is not genuine")),
        }
    }
}

fn about_requests<'a>(asking: &Asking<'_>) -> Request<'a> {
    Request {
        book: Some(Book::Requests),
        ..Request::new(Act::Answer, asking.actor)
    }
}

fn weighed(asking: &Asking<'_>, request: &Request<'_>) -> Decision {
    let facts = Facts {
        person: &nobody(asking.policy()),
        items: &[],
        recipient: None,
    };
    decide(asking.policy(), request, &facts, asking.moment.today)
}
