//! Administering: evidence attested, tokens granted and revoked, keys rotated, policies brought
//! into force.
//! None of it touches anything about a person.

use super::*;
use crate::command::Administration;
use crate::publishing::Publication;
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
        let mut register = None;
        let (reference, writes) = match administration {
            Administration::Grant { secret, token } => {
                token.check(asking.policy())?;
                asking.moment.register.has_client(token.home.as_ref())?;
                let write = Write::PutRecord(tokens::record(secret, token)?);
                (format!("token:{}", token.id), vec![write])
            }
            Administration::Revoke { id } => {
                let delete = Write::DeleteRecord(RecordKind::Token, self.token_key(id).await?);
                (format!("token:{id}"), vec![delete])
            }
            Administration::Rotate => ("key:wrapping".to_owned(), Vec::new()),
            Administration::BackUp => ("backup:made".to_owned(), Vec::new()),
            Administration::Move(to) => (format!("rows-move:{}", to.as_str()), Vec::new()),
            Administration::RotateRoot => ("key:root".to_owned(), Vec::new()),
            Administration::Restored(from) => (format!("restored:{from}"), Vec::new()),
            Administration::RotateFeed { feed } => {
                let name = self.secret_of(feed)?;
                let write = Write::PutRecord(self.next_generation(&name).await?);
                (format!("feed-secret:{name}"), vec![write])
            }
            Administration::Register(registered) => {
                registered.check(asking.policy())?;
                asking
                    .moment
                    .register
                    .has_client(registered.home().as_ref())?;
                let known = &asking.moment.register;
                if let Some(before) = known.find(registered.kind(), registered.id()) {
                    registered.follows(before)?;
                }
                if let Registered::Survey { id, .. } = registered {
                    self.not_summed(id).await?;
                }
                register = registered.register();
                then = Then::Learn;
                let reference = format!("register:{}", registered.key());
                (reference, vec![Write::PutRecord(registered.record()?)])
            }
            Administration::Unregister { kind, id } => {
                let key = registered::key(kind, id);
                register = RegisterKind::of_entry(kind);
                if !asking.moment.register.has(&key) {
                    return Err(Failure::NotFound("register entry"));
                }
                then = Then::Learn;
                let delete = Write::DeleteRecord(RecordKind::Register, key.clone().into_bytes());
                (format!("register:{key}"), vec![delete])
            }
            Administration::Invite { survey, purpose } => {
                register = Some(RegisterKind::Surveys);
                let begun = self.invitation(asking, survey, purpose).await?;
                (format!("invite:{survey}"), vec![begun])
            }
        };
        let request = Request {
            register,
            ..Request::new(Act::Administer, asking.actor)
        };
        self.requested(asking, &request, reference, writes, then)
    }

    /// By what the secret of a feed goes, or of a hook.
    fn secret_of(&self, name: &str) -> Result<String, Failure> {
        let is_hook = |hook: &crate::Hook| crate::Hook::secret_name(&hook.id) == name;
        match self.hooks().iter().any(is_hook) {
            true => Ok(name.to_owned()),
            false => Ok(self.feed(name)?.id),
        }
    }

    /// Weighs a version under each document whose people it concerns, and prepares its record.
    pub(crate) fn publish_version(
        &self,
        asking: &Asking<'_>,
        publication: Publication,
    ) -> Result<Prepared, Failure> {
        let mut request = Request::new(Act::Publish, asking.actor);
        request.takes_effect = publication.takes_effect;
        let digest = publication.digest.to_string();
        let reference = format!("policy:{}", digest.get(..32).unwrap_or(&digest));
        let mut told = publication.told;
        if told.is_empty() {
            told.push(nobody(asking.policy()));
        }
        let mut prepared = self.weighed(
            asking,
            &request,
            &told,
            reference,
            publication.writes,
            Then::Give(Effect::Done),
        )?;
        if matches!(prepared.then, Then::Give(_)) {
            prepared.commit.writes.extend(publication.plain);
        }
        Ok(prepared)
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
        self.requested(asking, &request, reference, writes, then)
    }

    fn requested(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        reference: String,
        writes: Vec<Write>,
        then: Then,
    ) -> Result<Prepared, Failure> {
        let nobody = [nobody(asking.policy())];
        self.weighed(asking, request, &nobody, reference, writes, then)
    }

    /// Decides an act that concerns the people of some documents and is about none of them: it has
    /// to be permitted under each.
    fn weighed(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        people: &[PersonFacts],
        reference: String,
        writes: Vec<Write>,
        then: Then,
    ) -> Result<Prepared, Failure> {
        let mut entry = Vec::new();
        for person in people {
            let facts = Facts {
                person,
                items: &[],
                recipient: None,
            };
            match decide(asking.policy(), request, &facts, asking.moment.today) {
                Decision::Refused(refusal) => return self.refuse(asking, request, None, refusal),
                Decision::Permitted(permit) => {
                    let mut telling = asking.telling(request);
                    telling.reference = Some(reference.clone());
                    entry = telling.permitted(&permit)?;
                }
            }
        }
        let mut commit = unchanging(None, entry);
        commit.writes = self.marked(writes);
        Ok(Prepared { commit, then })
    }
}

/// The setting that names the policy in force.
pub(crate) const CURRENT_POLICY: &[u8] = b"policy";

/// The facts of an act that is about nobody: any document will do.
pub(crate) fn nobody(policy: &Policy) -> PersonFacts {
    let country = match policy.default {
        Some(_) => None,
        None => policy.by_territory.keys().min().copied(),
    };
    PersonFacts {
        country,
        ..PersonFacts::default()
    }
}
