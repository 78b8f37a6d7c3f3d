//! A code that was asked for at an address that nobody has: what would be on record of its message
//! is, in the same order, and nothing leaves. Whoever reads the ledger as it grows learns no more
//! from it than whoever asked.
//! It looks up nobody and opens nothing.

use super::handing::{Dropped, Handing, Plan};
use super::*;
use crate::Caller;
use crate::door::{Asking, named_fields, nobody};
use crate::sign_in::{CODE_TEMPLATE, code_purpose};
use kept_policy::{Decision, Document, Facts, PersonFacts, Policy, Request, decide};
use kept_terms::Act;
use kept_vault::store::{Commit, Expected};

/// In the place of a person, where there is none.
pub(crate) const OF_NOBODY: PersonId = PersonId([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);

/// Somebody for whom a document is, of whom nothing else is known; nothing where it is nobody's.
fn somebody_under(policy: &Policy, document: &Document) -> Option<PersonFacts> {
    let of = |country| PersonFacts {
        country,
        ..PersonFacts::default()
    };
    let countries = document.territories.iter().map(Some);
    let mut all = countries.map(of).chain([nobody(policy)]);
    all.find(|known| {
        let own = policy.document_of(known);
        own.is_some_and(|own| own.name == document.name)
    })
}

impl<S: Store> Processing<S> {
    /// The message of a code to an address that nobody has, by the attempt's number. The document
    /// that it is told of under is the same each time for one address, as it is for somebody.
    pub(crate) fn code_to_nobody(
        &self,
        policy: &Policy,
        may: impl Fn(&PersonFacts) -> bool,
        (digest, number): (&str, &str),
    ) -> Option<Outgoing> {
        let documents = policy.documents.iter();
        let open: Vec<(&Document, String)> = documents
            .filter(|document| somebody_under(policy, document).is_some_and(|it| may(&it)))
            .filter_map(|document| Some((document, code_purpose(policy, document)?)))
            .collect();
        let drawn = self.vault.index("kept/nobody", digest);
        let drawn = drawn
            .first_chunk::<8>()
            .map_or(0, |it| u64::from_be_bytes(*it));
        let count = u64::try_from(open.len()).ok().filter(|count| *count > 0)?;
        let at = usize::try_from(drawn % count).ok()?;
        let (document, purpose) = open.get(at)?;
        let about = format!("{number}/{}", document.name);
        Some(Outgoing::new(OF_NOBODY, CODE_TEMPLATE, purpose, &about))
    }

    /// First the contact is on record, and with a later round that the message has gone.
    pub(super) async fn hand_out_to_nobody(&self, message: &Outgoing) -> Result<Handing, Failure> {
        let mut writes = vec![message.taken_out()];
        let is_first = message.attempts() == 0;
        if is_first {
            let second = Outgoing {
                state: Sending::Waiting { attempts: 1 },
                ..message.clone()
            };
            writes.push(second.queued()?);
        }
        match self.entry_of_nobody(message, is_first)? {
            Some(entry) => {
                let commit = Commit {
                    person: None,
                    expected: Expected::Nothing,
                    absent: Vec::new(),
                    writes,
                    entry,
                };
                self.vault.commit(vec![commit]).await?;
            }
            None => self.vault.store().book(vec![message.taken_out()]).await?,
        }
        Ok(Handing::Dropped(Dropped::Nobody))
    }

    /// What would be told of it; nothing where its document is no longer there.
    fn entry_of_nobody(
        &self,
        message: &Outgoing,
        is_first: bool,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let moment = self.moment();
        let policy = moment.policy();
        let name = message.about.rsplit('/').next().unwrap_or_default();
        let document = policy.document_named(name);
        let plan = document.and_then(|document| Plan::of(policy, document, message));
        let known = document.and_then(|document| somebody_under(policy, document));
        let (Some(document), Some(plan), Some(known)) = (document, plan, known) else {
            return Ok(None);
        };
        let caller = Caller::system("outbox");
        let asking = Asking::by_itself(&caller, &moment)?;
        let purpose = policy.words.purposes.id(&message.purpose);
        let mut request = Request {
            purpose,
            ..Request::new(Act::Contact, asking.actor)
        };
        if !is_first {
            let declared = purpose.and_then(|purpose| document.rules.use_of(purpose));
            let clause = declared.and_then(|(clause, _)| policy.clause(*clause));
            let mut telling = asking.telling(&request);
            telling.person = Some(self.vault.commitment_of_nobody());
            telling.reference = Some("message:gone".to_owned());
            return telling.ended(clause).map(Some);
        }
        request.fields = named_fields(policy, &plan.fields)?;
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment_of_nobody());
        match decide(policy, &request, &facts, moment.today) {
            Decision::Permitted(permit) => telling.permitted(&permit).map(Some),
            Decision::Refused(refusal) => telling.refused(&refusal).map(Some),
        }
    }
}
