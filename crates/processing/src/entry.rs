//! Ledger entries: what is told of an act, in names alone.
//! Nothing that could carry a value ever comes here.

use crate::Failure;
use crate::door::Asking;
use kept_ledger::entry::{At, Document, Entry, Name, Outcome, POLICY_BYTES, Person, Reference};
use kept_policy::*;

/// What an entry tells of an act.
pub(crate) struct Telling<'a> {
    asking: &'a Asking<'a>,
    fields: kept_terms::Set<FieldId>,
    purpose: Option<PurposeId>,
    recipient: Option<RecipientId>,
    act: kept_terms::Act,
    /// Whom it was about, as a commitment.
    pub person: Option<Person>,
    /// How many things it touched.
    pub count: Option<u64>,
    /// Something kept elsewhere.
    pub reference: Option<String>,
}

impl<'a> Telling<'a> {
    pub fn new(asking: &'a Asking<'a>, request: &Request<'_>) -> Telling<'a> {
        Telling {
            asking,
            fields: request.fields,
            purpose: request.purpose,
            recipient: request.recipient,
            act: request.act,
            person: None,
            count: None,
            reference: asking.case.clone(),
        }
    }

    /// The entry of an act that is done.
    pub fn permitted(&self, permit: &Permit) -> Result<Vec<u8>, Failure> {
        let policy = self.asking.policy();
        let clauses = permit.clauses().iter().filter_map(|id| policy.clause(*id));
        let clauses = clauses
            .map(|clause| name(&clause.full_name))
            .collect::<Result<_, _>>()?;
        self.write(Outcome::Permitted, Some(permit.document()), clauses)
    }

    /// The entry of how something ended that was permitted before, under an entry of its own; with
    /// the clause of its purpose, where that is still declared.
    pub fn ended(&self, clause: Option<&Clause>) -> Result<Vec<u8>, Failure> {
        let document = clause.map(|clause| clause.id.document);
        let names = clause.map(|clause| name(&clause.full_name)).transpose()?;
        self.write(Outcome::Permitted, document, names.into_iter().collect())
    }

    /// The entry of an act that is refused.
    pub fn refused(&self, refusal: &Refusal) -> Result<Vec<u8>, Failure> {
        let policy = self.asking.policy();
        let citations: Vec<String> = refusal
            .grounds
            .iter()
            .map(|ground| policy.citation(ground.cited))
            .collect();
        let clauses = citations
            .iter()
            .map(|text| name(text))
            .collect::<Result<_, _>>()?;
        let reasons = refusal.grounds.iter().map(|ground| name(ground.why.code()));
        let reasons = reasons.collect::<Result<Vec<_>, _>>()?;
        self.write(
            Outcome::Refused {
                reasons: reasons.into(),
            },
            refusal.document,
            clauses,
        )
    }

    fn write<'e>(
        &'e self,
        outcome: Outcome<'e>,
        document: Option<DocumentId>,
        clauses: Vec<Name<'e>>,
    ) -> Result<Vec<u8>, Failure> {
        let Asking { caller, moment, .. } = self.asking;
        let (policy, words) = (self.asking.policy(), &self.asking.policy().words);
        let at = At::from_unix_milliseconds(moment.now.as_millisecond()).map_err(odd)?;
        let actor = Reference::new(&caller.id).map_err(odd)?;
        let mut entry = Entry::new(at, name(self.act.word())?, outcome, actor);
        entry.role = caller.role.as_deref().map(name).transpose()?;
        entry.person = self.person;
        entry.policy = policy.digest.0.first_chunk::<POLICY_BYTES>().copied();
        let document = document.and_then(|id| policy.document(id));
        entry.document = document
            .map(|d| Document::new(&d.version))
            .transpose()
            .map_err(odd)?;
        entry.clauses = clauses.into();
        let fields = self.fields.iter().map(|id| name(words.fields.name(id)));
        entry.fields = fields.collect::<Result<Vec<_>, _>>()?.into();
        entry.purpose = self
            .purpose
            .map(|id| name(words.purposes.name(id)))
            .transpose()?;
        entry.recipient = self
            .recipient
            .map(|id| name(words.recipients.name(id)))
            .transpose()?;
        entry.count = self.count;
        entry.reference = self
            .reference
            .as_deref()
            .map(Reference::new)
            .transpose()
            .map_err(odd)?;
        entry
            .encode()
            .map_err(|_| Failure::invalid("the request", "names too many things"))
    }
}

fn name(text: &str) -> Result<Name<'_>, Failure> {
    Name::new(text).map_err(odd)
}

/// Every word of a compiled policy fits the ledger, so this points at a caller's identifier or at a
/// clock.
fn odd(malformed: kept_ledger::Malformed) -> Failure {
    Failure::invalid("the ledger entry", malformed.to_string())
}
