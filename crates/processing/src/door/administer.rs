//! Administering: evidence attested, tokens granted and revoked, keys rotated, policies brought
//! into force.
//! None of it touches anything about a person.

use super::*;
use crate::command::Administration;
use crate::{registered, tokens};
use kept_terms::Act;
use kept_vault::store::Record;

impl<S: Store> Processing<S> {
    pub(super) fn attest(
        &self,
        asking: &Asking<'_>,
        evidence: &Evidence,
    ) -> Result<Prepared, Failure> {
        evidence.check(asking.policy(), asking.moment.today)?;
        let value = serde_json::to_vec(evidence)
            .map_err(|_| Failure::invalid("evidence", "cannot be written down"))?;
        let key = evidence.key().into_bytes();
        let write = Write::PutRecord(Record {
            kind: RecordKind::Evidence,
            key,
            value,
        });
        self.about_nobody(
            asking,
            Act::Attest,
            evidence.key(),
            vec![write],
            Then::Learn,
        )
    }

    pub(super) async fn administer(
        &self,
        asking: &Asking<'_>,
        administration: &Administration,
    ) -> Result<Prepared, Failure> {
        let mut then = Then::Give(Effect::Done);
        let (reference, writes) = match administration {
            Administration::Grant { secret, token } => {
                token.check(asking.policy())?;
                let write = Write::PutRecord(tokens::record(secret, token)?);
                (format!("token:{}", token.id), vec![write])
            }
            Administration::Revoke { id } => {
                let key = self.token_key(id).await?;
                (
                    format!("token:{id}"),
                    vec![Write::DeleteRecord(RecordKind::Token, key)],
                )
            }
            Administration::Rotate => ("key:wrapping".to_owned(), Vec::new()),
            Administration::Register(registered) => {
                registered.check(asking.policy())?;
                then = Then::Learn;
                let reference = format!("register:{}", registered.key());
                (reference, vec![Write::PutRecord(registered.record()?)])
            }
            Administration::Unregister { kind, id } => {
                let key = registered::key(kind, id);
                if !asking.moment.register.has(&key) {
                    return Err(Failure::NotFound("register entry"));
                }
                then = Then::Learn;
                let delete = Write::DeleteRecord(RecordKind::Register, key.clone().into_bytes());
                (format!("register:{key}"), vec![delete])
            }
        };
        self.about_nobody(asking, Act::Administer, reference, writes, then)
    }

    /// Records a version of the policy as published, on the strength of the one in force.
    pub(crate) async fn record_version(
        &self,
        caller: &Caller,
        digest: Digest,
        sources: &[(String, String)],
    ) -> Result<(), Failure> {
        let moment = self.moment();
        let sources = sources.to_vec();
        let command = Command::Publish { sources };
        let asking = Asking {
            caller,
            actor: actor(moment.policy(), caller)?,
            command: &command,
            moment: &moment,
        };
        let prepared = self.publish_version(&asking, digest)?;
        let outcomes = self.vault.commit(vec![prepared.commit]).await?;
        match (outcomes.first(), prepared.then) {
            (Some(Outcome::Done(_)), Then::Give(_)) => Ok(()),
            (_, _) => Err(Failure::Conflict(
                "the policy may not be published by this caller",
            )),
        }
    }

    pub(super) fn publish_version(
        &self,
        asking: &Asking<'_>,
        digest: Digest,
    ) -> Result<Prepared, Failure> {
        let Command::Publish { sources } = asking.command else {
            return Err(reading::mistaken());
        };
        let value = serde_json::to_vec(sources)
            .map_err(|_| Failure::invalid("the policy", "cannot be written down"))?;
        let kind = RecordKind::Policy;
        let version = Record {
            kind,
            key: digest.0.to_vec(),
            value,
        };
        let current = Record {
            kind: RecordKind::Setting,
            key: CURRENT_POLICY.to_vec(),
            value: digest.0.to_vec(),
        };
        let writes = vec![Write::PutRecord(version), Write::PutRecord(current)];
        let digest = digest.to_string();
        let reference = format!("policy:{}", digest.get(..32).unwrap_or(&digest));
        self.about_nobody(
            asking,
            Act::Publish,
            reference,
            writes,
            Then::Give(Effect::Done),
        )
    }

    /// Decides an act that is about nobody.
    fn about_nobody(
        &self,
        asking: &Asking<'_>,
        act: Act,
        reference: String,
        writes: Vec<Write>,
        then: Then,
    ) -> Result<Prepared, Failure> {
        let request = Request::new(act, asking.actor);
        let nobody = nobody(asking.policy());
        let facts = Facts {
            person: &nobody,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, &request, None, refusal),
            Decision::Permitted(permit) => {
                let mut telling = asking.telling(&request);
                telling.reference = Some(reference);
                let mut commit = unchanging(None, telling.permitted(&permit)?);
                commit.writes = self.marked(writes);
                Ok(Prepared { commit, then })
            }
        }
    }
}

/// The setting that names the policy in force.
pub(crate) const CURRENT_POLICY: &[u8] = b"policy";

/// The facts of an act that is about nobody: any document will do.
pub(crate) fn nobody(policy: &Policy) -> PersonFacts {
    let country = match policy.default {
        Some(_) => None,
        None => policy.by_country.keys().min().copied(),
    };
    PersonFacts {
        country,
        ..PersonFacts::default()
    }
}
