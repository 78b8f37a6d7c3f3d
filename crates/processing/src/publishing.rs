//! Publishing: a version is recorded with its day, and comes into force at once or by itself when
//! the day is there.
//! It never changes a version; another takes its place. Who is told of it stands in `notices`.

use crate::door::{Asking, CURRENT_POLICY, Prepared, Then, nobody};
use crate::mapping::InForce;
use crate::notices::{Announcement, concerned};
use crate::versions::{AboutVersion, NEXT_POLICY, next_record};
use crate::{Caller, Command, Failure, Processing};
use kept_policy::{Diff, Digest, PersonFacts, Policy, Refusal, diff};
use kept_terms::Day;
use kept_vault::store::{Outcome, Record, RecordKind, Store, Write};
use std::sync::Arc;

/// What became of a version.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "a version that was refused or waits is not in force"]
pub enum Published {
    /// It is in force.
    InForce,
    /// It is announced, and comes into force by itself on a day.
    From(Day),
    /// The policy in force does not let it be published, or not so soon.
    Refused(Refusal),
}

/// Everything that is written with a version.
pub(crate) struct Publication {
    pub digest: Digest,
    pub writes: Vec<Write>,
    /// What is not marked, because it goes on changing without an act.
    pub plain: Vec<Write>,
    /// People, one for each document in which something that matters to them changes.
    pub told: Vec<PersonFacts>,
    /// The day from which it does.
    pub takes_effect: Option<Day>,
}

impl<S: Store> Processing<S> {
    /// Publishes the policy with these sources. Where a document of it takes effect on a day to
    /// come, it waits for that day; otherwise it is in force at once. It is recorded as published
    /// first: whoever may not publish brings nothing into force.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where it is no version that can follow those on record: another text
    /// under the same date, other promises under the same date, documents that take effect on
    /// different days, or a class without which something stored would have no period.
    pub async fn publish(
        &self,
        caller: &Caller,
        policy: Arc<Policy>,
        sources: Vec<(String, String)>,
    ) -> Result<Published, Failure> {
        // Nothing is stored under a class between looking for what it would orphan and the change.
        let _nothing_is_sealed = self.sealing.write().await?;
        self.keep_up().await?;
        let current = self.recorded_in_force().await?;
        let next = self.announced().await?;
        if current == Some(policy.digest) && self.policy().digest == policy.digest {
            return Ok(Published::InForce);
        }
        if let Some((_, day)) = next.filter(|(waits, _)| *waits == policy.digest) {
            return Ok(Published::From(day));
        }
        let in_force = InForce::adopt(policy.clone(), &self.vault).await?;
        let found = match current {
            Some(_) => diff(&self.policy(), &policy),
            None => Diff::default(),
        };
        if let Some(problem) = self.misdated(&policy, &found).await?.into_iter().next() {
            return Err(problem);
        }
        let today = self.moment().today;
        let from = match current {
            Some(_) => takes_effect(&policy, &found, today)?,
            None => None,
        };
        if let (None, Some((_, day))) = (from, next) {
            let problem = format!(
                "would take effect before the version that is announced for {day}; give it that \
                 day, so that it takes its place, or wait"
            );
            return Err(Failure::invalid("the policy", problem));
        }
        let mut publication = self.publication(&policy, &sources, &found, from, current)?;
        let digest = policy.digest.to_string();
        if self
            .announcements()
            .await?
            .iter()
            .any(|it| it.version == digest)
        {
            // Whoever was told of this version is not told of it again when it returns.
            publication.plain.clear();
        }
        if let Err(refusal) = self.record_version(caller, sources, publication).await? {
            return Ok(Published::Refused(refusal));
        }
        match from {
            Some(day) => Ok(Published::From(day)),
            None => {
                self.put_in_force(in_force);
                Ok(Published::InForce)
            }
        }
    }

    pub(crate) fn put_in_force(&self, in_force: InForce) {
        *self.in_force.write().unwrap_or_else(|p| p.into_inner()) = Arc::new(in_force);
    }

    /// Everything that is written with a version, and whom it has to be weighed for.
    fn publication(
        &self,
        policy: &Policy,
        sources: &[(String, String)],
        found: &Diff,
        from: Option<Day>,
        current: Option<Digest>,
    ) -> Result<Publication, Failure> {
        let moment = self.moment();
        let day = from.unwrap_or(moment.today);
        let digest = policy.digest;
        let value = serde_json::to_vec(sources)
            .map_err(|_| Failure::invalid("the policy", "cannot be written down"))?;
        let (kind, key) = (RecordKind::Policy, digest.0.to_vec());
        let about = AboutVersion {
            published: moment.now.as_second(),
            from: day.0,
            after: current.map(|digest| digest.to_string()),
        };
        let stands = match from {
            Some(day) => next_record(digest, day),
            None => current_record(digest),
        };
        let mut plain = Vec::new();
        if let Some(campaign) = Announcement::of(&self.policy(), policy, found, day)? {
            plain.push(Write::PutRecord(campaign.record()?));
        }
        let told = concerned(&self.policy(), found);
        Ok(Publication {
            digest,
            writes: vec![
                Write::PutRecord(Record { kind, key, value }),
                Write::PutRecord(about.record(digest)?),
                Write::PutRecord(stands),
            ],
            plain,
            takes_effect: (!told.is_empty()).then_some(day),
            told,
        })
    }

    /// Records a version as published, on the strength of the one in force.
    async fn record_version(
        &self,
        caller: &Caller,
        sources: Vec<(String, String)>,
        publication: Publication,
    ) -> Result<Result<(), Refusal>, Failure> {
        let moment = self.moment();
        let command = Command::Publish { sources };
        let asking = Asking::of(caller, &command, &moment)?;
        let Prepared { commit, then } = self.publish_version(&asking, publication)?;
        let commits = vec![commit];
        let outcomes = self.vault.commit_under(commits, moment.generation).await?;
        match (outcomes.first(), then) {
            (Some(Outcome::Done(_)), Then::Refuse(refusal)) => Ok(Err(refusal)),
            (Some(Outcome::Done(_)), _) => Ok(Ok(())),
            (_, _) => Err(Failure::Conflict("the version was not recorded; try again")),
        }
    }

    /// Brings the version that waits into force, once its day is there; the answer is whether it
    /// did. It is done when the door is opened and every minute by the server.
    ///
    /// # Errors
    /// As [`Processing::publish`]; it goes on waiting then.
    pub async fn bring_into_force(&self) -> Result<bool, Failure> {
        let today = self.moment().today;
        if self.announced().await?.is_none_or(|(_, day)| day > today) {
            return Ok(false);
        }
        let _nothing_is_sealed = self.sealing.write().await?;
        self.keep_up().await?;
        // Another may have been quicker, before this had its turn.
        let Some((digest, _)) = self.announced().await?.filter(|(_, day)| *day <= today) else {
            return Ok(false);
        };
        let unreadable = || {
            Failure::Corrupt("the version that is due to come into force cannot be read".to_owned())
        };
        let policy = self.version(digest).await?.ok_or_else(unreadable)?;
        let in_force = InForce::adopt(policy, &self.vault).await?;
        let publication = Publication {
            digest,
            writes: vec![
                Write::PutRecord(current_record(digest)),
                Write::DeleteRecord(RecordKind::Setting, NEXT_POLICY.to_vec()),
            ],
            plain: Vec::new(),
            told: vec![nobody(&self.policy())],
            // It was weighed when it was published; that its day is there changes nothing.
            takes_effect: None,
        };
        let caller = Caller::system("effective-day");
        match self
            .record_version(&caller, Vec::new(), publication)
            .await?
        {
            Ok(()) => {
                self.put_in_force(in_force);
                Ok(true)
            }
            Err(_) => Err(Failure::Conflict("the version may not come into force")),
        }
    }
}

fn current_record(digest: Digest) -> Record {
    Record {
        kind: RecordKind::Setting,
        key: CURRENT_POLICY.to_vec(),
        value: digest.0.to_vec(),
    }
}

/// The day to come on which a version takes effect; nothing where it does at once.
///
/// # Errors
/// Where its documents would take effect on different days: a version comes into force as a whole.
pub(crate) fn takes_effect(
    policy: &Policy,
    found: &Diff,
    today: Day,
) -> Result<Option<Day>, Failure> {
    let effective = |document: &kept_policy::Document| document.effective.map(Day::from_date);
    let later = policy.documents.iter();
    let later = later.filter(|it| effective(it).is_some_and(|day| day > today));
    let Some(first) = later.clone().max_by_key(|it| effective(it)) else {
        return Ok(None);
    };
    let day = effective(first);
    let changed = found.documents();
    let odd = policy.documents.iter().find(|it| {
        let concerned = changed.contains(&it.name.as_str()) || effective(it) > Some(today);
        it.effective.is_some() && concerned && effective(it) != day
    });
    match odd {
        None => Ok(day),
        Some(odd) => Err(Failure::invalid(
            format!("`{}`", odd.file),
            format!(
                "takes effect on another day than `{}`; a version comes into force as a whole: \
                 give both one day, or publish two versions",
                first.file
            ),
        )),
    }
}
