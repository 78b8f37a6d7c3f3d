//! Versions on record: what was published when, and what each may not be.
//! A version is never changed and never deleted; what stands here only reads and checks.

use crate::door::CURRENT_POLICY;
use crate::{Failure, Processing};
use kept_policy::{Diff, Digest, Policy, Source, compile};
use kept_terms::Day;
use kept_vault::Vault;
use kept_vault::store::{Record, RecordKind, Store};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The setting that names the version that waits for its day.
pub(crate) const NEXT_POLICY: &[u8] = b"policy:next";

/// How the key of what is known about a version begins; its digest follows.
const ABOUT: &[u8] = b"version:";

/// The least of a digest by which a version is called, in characters.
const DIGEST_MIN: usize = 8;

/// A stored version of the policy: its digest, and its files as name and text.
pub type Version = (Digest, Vec<(String, String)>);

/// Versions that were compiled from what is stored. They never change, so none grows old.
#[derive(Default)]
pub(crate) struct Compiled(Mutex<HashMap<[u8; 32], Arc<Policy>>>);

/// What is known about a version besides its text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AboutVersion {
    /// The second since 1970 at which it was published.
    pub published: i64,
    /// The day from which it is or was in force, since 1970.
    pub from: i32,
    /// The digest of the version before, in hexadecimal; nothing for the first.
    pub after: Option<String>,
}

/// How a version stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stands {
    /// It is in force.
    InForce,
    /// It waits for its day.
    Announced,
    /// It was in force, or another took its place before it was.
    Past,
}

/// A version on record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Its digest.
    pub digest: Digest,
    /// Its files, as name and text.
    pub sources: Vec<(String, String)>,
    /// The second since 1970 at which it was published, where that is known.
    pub published: Option<i64>,
    /// The day from which it is or was in force.
    pub from: Option<Day>,
    /// The version before it.
    pub after: Option<Digest>,
    /// How it stands.
    pub stands: Stands,
}

impl Recorded {
    /// The day on which it was published, where that is known.
    pub fn published_on(&self) -> Option<Day> {
        let day = self.published?.div_euclid(86_400);
        i32::try_from(day).ok().map(Day)
    }
}

fn damaged() -> Failure {
    Failure::Corrupt("a stored version of the policy is damaged".to_owned())
}

fn digest_of(bytes: &[u8]) -> Result<Digest, Failure> {
    bytes.try_into().map(Digest).map_err(|_| damaged())
}

/// A digest from its hexadecimal form.
pub(crate) fn digest_named(text: &str) -> Option<Digest> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok().map(Digest)
}

/// Compiles the files of a version.
fn compiled(sources: &[(String, String)]) -> Option<Policy> {
    let source = |(name, text): &(String, String)| Source::new(name.clone(), text.clone());
    compile(&sources.iter().map(source).collect::<Vec<_>>()).0
}

/// The policy to open a folder under: the one in force on record, whatever the caller brings. One
/// that this program can no longer read gives way to the caller's.
pub(crate) async fn on_record<S: Store>(
    vault: &Vault<S>,
    brought: Arc<Policy>,
) -> Result<Arc<Policy>, Failure> {
    let store = vault.store();
    let Some(current) = store.record(RecordKind::Setting, CURRENT_POLICY).await? else {
        return Ok(brought);
    };
    if current == brought.digest.0 {
        return Ok(brought);
    }
    let version = store.record(RecordKind::Policy, &current).await?;
    let sources: Vec<(String, String)> =
        serde_json::from_slice(&version.ok_or_else(damaged)?).map_err(|_| damaged())?;
    let found = compiled(&sources).filter(|policy| policy.digest.0 == current[..]);
    Ok(found.map_or(brought, Arc::new))
}

impl AboutVersion {
    pub fn record(&self, digest: Digest) -> Result<Record, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the version", "cannot be written down"))?;
        let (kind, key) = (RecordKind::Setting, [ABOUT, &digest.0].concat());
        Ok(Record { kind, key, value })
    }
}

/// The record of the version that waits, with its day.
pub(crate) fn next_record(digest: Digest, day: Day) -> Record {
    let value = [&digest.0[..], &day.0.to_be_bytes()].concat();
    let (kind, key) = (RecordKind::Setting, NEXT_POLICY.to_vec());
    Record { kind, key, value }
}

impl<S: Store> Processing<S> {
    /// All versions that were ever published.
    pub async fn versions(&self) -> Result<Vec<Version>, Failure> {
        let mut versions = Vec::new();
        for record in self.vault.store().records(RecordKind::Policy).await? {
            let sources = serde_json::from_slice(&record.value).map_err(|_| damaged())?;
            versions.push((digest_of(&record.key)?, sources));
        }
        Ok(versions)
    }

    /// All versions with what is known about them, the newest first.
    pub async fn history(&self) -> Result<Vec<Recorded>, Failure> {
        let (current, next) = (self.recorded_in_force().await?, self.announced().await?);
        let mut history = Vec::new();
        for (digest, sources) in self.versions().await? {
            let key = [ABOUT, &digest.0].concat();
            let about = self.vault.store().record(RecordKind::Setting, &key).await?;
            let read = |bytes: Vec<u8>| serde_json::from_slice(&bytes).map_err(|_| damaged());
            let about: Option<AboutVersion> = about.map(read).transpose()?;
            let stands = match (Some(digest) == current, next) {
                (true, _) => Stands::InForce,
                (false, Some((waits, _))) if waits == digest => Stands::Announced,
                (false, _) => Stands::Past,
            };
            history.push(Recorded {
                digest,
                sources,
                published: about.as_ref().map(|it| it.published),
                from: about.as_ref().map(|it| Day(it.from)),
                after: about
                    .and_then(|it| it.after)
                    .and_then(|text| digest_named(&text)),
                stands,
            });
        }
        history.sort_by_key(|it| std::cmp::Reverse((it.published, it.from)));
        Ok(history)
    }

    /// A version by what people call it: `in-force`, `announced`, the beginning of its digest (of
    /// eight characters at least), or a day, for the version that was in force then.
    pub async fn version_named(&self, name: &str) -> Result<Option<Recorded>, Failure> {
        let mut history = self.history().await?.into_iter();
        Ok(match (name, crate::register::day(name)) {
            ("in-force", _) => history.find(|it| it.stands == Stands::InForce),
            ("announced", _) => history.find(|it| it.stands == Stands::Announced),
            (_, Some(day)) => history.find(|it| it.from.is_some_and(|from| from <= day)),
            (digest, None) if digest.len() >= DIGEST_MIN => {
                history.find(|it| it.digest.to_string().starts_with(digest))
            }
            (_, None) => None,
        })
    }

    /// The digest of the version in force, as it is recorded.
    pub(crate) async fn recorded_in_force(&self) -> Result<Option<Digest>, Failure> {
        let store = self.vault.store();
        let current = store.record(RecordKind::Setting, CURRENT_POLICY).await?;
        current.map(|bytes| digest_of(&bytes)).transpose()
    }

    /// The version that waits for its day, and the day.
    pub async fn announced(&self) -> Result<Option<(Digest, Day)>, Failure> {
        let store = self.vault.store();
        let Some(bytes) = store.record(RecordKind::Setting, NEXT_POLICY).await? else {
            return Ok(None);
        };
        let (digest, day) = bytes.split_at_checked(32).ok_or_else(damaged)?;
        let day = day
            .try_into()
            .map(i32::from_be_bytes)
            .map_err(|_| damaged())?;
        Ok(Some((digest_of(digest)?, Day(day))))
    }

    /// A version as a policy; nothing where none was published under the digest, or this program
    /// can no longer read it.
    pub async fn version(&self, digest: Digest) -> Result<Option<Arc<Policy>>, Failure> {
        let in_force = self.policy();
        if in_force.digest == digest {
            return Ok(Some(in_force));
        }
        let known = |compiled: &Compiled| {
            let known = compiled.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&digest.0).cloned()
        };
        if let Some(policy) = known(&self.compiled) {
            return Ok(Some(policy));
        }
        let store = self.vault.store();
        let Some(stored) = store.record(RecordKind::Policy, &digest.0).await? else {
            return Ok(None);
        };
        let sources: Vec<(String, String)> =
            serde_json::from_slice(&stored).map_err(|_| damaged())?;
        let policy = compiled(&sources).filter(|policy| policy.digest == digest);
        let policy = policy.map(Arc::new);
        if let Some(policy) = &policy {
            let known = &self.compiled.0;
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(digest.0, policy.clone());
        }
        Ok(policy)
    }

    /// What keeps a draft from being published beside the versions on record: the same version
    /// with another text, or other promises under the same dates.
    ///
    /// Both are errors and not warnings: the ledger and every item name a document's version by the
    /// day of its revision, and two texts under one name would make that name worthless.
    pub(crate) async fn misdated(
        &self,
        draft: &Policy,
        found: &Diff,
    ) -> Result<Vec<Failure>, Failure> {
        let mut problems = Vec::new();
        let versions = self.versions().await?;
        if versions.is_empty() || versions.iter().any(|(digest, _)| *digest == draft.digest) {
            return Ok(problems);
        }
        let old = self.policy();
        for document in &draft.documents {
            let Some(revised) = document.revised else {
                continue;
            };
            let place = || format!("`{}`", document.file);
            let other = versions
                .iter()
                .flat_map(|(_, files)| files)
                .any(|(_, text)| {
                    let same = dated(text) == dated(&document.text) && dated(text).is_some();
                    same && **text != *document.text
                });
            if other {
                let problem = format!(
                    "has another text than the version `{}` that was published; a version is \
                     never changed: move `revised`",
                    document.version
                );
                problems.push(Failure::invalid(place(), problem));
                continue;
            }
            let before = old.document_named(&document.name);
            let Some(before) = before.and_then(|before| before.revised) else {
                continue;
            };
            if revised <= before && found.documents().contains(&document.name.as_str()) {
                let problem = format!(
                    "promises something else than the version of {before} that is in force, by its \
                     clauses or by words that it uses, and is dated {revised}; move `revised`"
                );
                problems.push(Failure::invalid(place(), problem));
            }
        }
        Ok(problems)
    }
}

/// The name and the day of revision of a document, as its head writes them.
fn dated(text: &str) -> Option<(&str, &str)> {
    let head = text.split("+++").nth(1)?;
    let of = |key: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| value.trim())
        })
    };
    Some((of("id")?, of("revised")?))
}
