//! The vault as the door sees it: people looked at, values sealed and opened on the strength of a
//! permit.
//! It joins store, keyring and blobs; it never decides, and nothing is opened here without a
//! permit.

mod cases;
mod files;

use crate::blob::{BlobDescription, BlobId, BlobReader, BlobStore, BlobWriter};
use crate::keyring::{Creation, Keyring, Pending};
use crate::mask::mask;
use crate::seal::{ItemPlace, PersonKeys};
use crate::store::{Commit, Expected, Failure, Outcome, Store, StoredItem, Wanted, Word, Write};
use crate::{Arrived, Doomed, Incoming, KeyMaker, PersonState};
use kept_ledger::SigningKey;
use kept_ledger::entry::Person;
use kept_policy::{ItemFacts, Permit, View};
use kept_terms::{Day, FieldKind, ItemNumber, PersonId, Randomness, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use tracing::Instrument as _;
use zeroize::Zeroizing;

/// What the name of every ledger begins with.
const LEDGER_NAME: &str = "kept.ledger";

/// The key that signs the checkpoints of a keyring's ledger.
pub fn ledger_key(keyring: &Keyring) -> Result<SigningKey, Failure> {
    let damaged = |_| Failure::Corrupt("the seed of the ledger's key is damaged".to_owned());
    let seed = keyring.ledger().bytes();
    let nameless = SigningKey::from_seed(LEDGER_NAME, seed).map_err(damaged)?;
    let own = data_encoding::HEXLOWER.encode(&nameless.verifier().id());
    SigningKey::from_seed(&format!("{LEDGER_NAME}/{own}"), seed).map_err(damaged)
}

/// Everything that holds personal information, behind one door.
pub struct Vault<S: Store> {
    store: S,
    keyring: Arc<Keyring>,
    maker: KeyMaker,
    blobs: Arc<dyn BlobStore>,
    randomness: Arc<dyn Randomness>,
}

/// A person as one snapshot, with their keys. Hold it for the length of one act.
pub struct Seen {
    /// Who.
    pub id: PersonId,
    /// The version of the snapshot; 0 for somebody who is not stored yet.
    pub version: u64,
    /// Up to which change of the store the snapshot looks.
    pub epoch: u64,
    /// What holds for the person.
    pub state: PersonState,
    /// The items that were asked for, sealed.
    pub items: Vec<StoredItem>,
    keys: Arc<PersonKeys>,
}

/// Where a new item goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "as in StoredItem")]
pub struct Placed {
    pub field: Word,
    pub number: ItemNumber,
    pub origin: Word,
    pub class: Word,
    pub anchor: Option<Day>,
}

/// A value as far as a permit shows it. It cannot be printed.
pub enum Shown {
    /// The value; wiped when dropped.
    Clear(Zeroizing<String>),
    /// Its masked form.
    Masked(String),
    /// A file, opened chunk by chunk.
    File {
        /// What it was called.
        name: String,
        /// Its media type.
        media_type: String,
        /// Its content.
        content: Box<BlobReader>,
    },
}

impl Seen {
    /// Whether the key of a class that counts from an event is there.
    pub fn has_key(&self, class: Word) -> bool {
        self.keys.class(class).is_some()
    }
}

impl<S: Store> Vault<S> {
    /// Joins a store, a keyring and a store of blobs, and finishes what an interrupted run left of
    /// new people.
    pub async fn open(
        store: S,
        keyring: Arc<Keyring>,
        blobs: Arc<dyn BlobStore>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Vault<S>, Failure> {
        let vault = Vault::join(store, keyring, blobs, randomness)?;
        for (person, pending) in vault.keyring.pending()? {
            let stored = vault.store.person(person, Wanted::Nothing).await?.is_some();
            match pending {
                Pending::Created if stored => vault.keyring.settle(&[person], Pending::Created),
                Pending::Created => {
                    vault.keyring.destroy_person(&[person])?;
                    vault.keyring.settle(&[person], Pending::Erased);
                }
                // Rows that are still there are on record as doomed, which the door takes up.
                Pending::Erased if stored => {}
                Pending::Erased => vault.keyring.settle(&[person], Pending::Erased),
            }
        }
        Ok(vault)
    }

    /// As [`Vault::open`], beside other servers: what is unfinished may be theirs, and is left
    /// alone.
    pub fn join(
        store: S,
        keyring: Arc<Keyring>,
        blobs: Arc<dyn BlobStore>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Vault<S>, Failure> {
        let maker = KeyMaker::start(keyring.clone())?;
        Ok(Vault {
            store,
            keyring,
            maker,
            blobs,
            randomness,
        })
    }

    /// The store, for what concerns no value: words, records, counts, the trail.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The keyring, for rotating and checking.
    pub fn keyring(&self) -> &Arc<Keyring> {
        &self.keyring
    }

    /// Where unpredictable bytes come from.
    pub fn randomness(&self) -> &Arc<dyn Randomness> {
        &self.randomness
    }

    /// The key that signs the ledger's checkpoints. Its name, the ledger's origin, follows from the
    /// key, so that no two ledgers are called the same.
    pub fn ledger_key(&self) -> Result<SigningKey, Failure> {
        ledger_key(&self.keyring)
    }

    /// Where sealed blobs are kept, for backing them up as they are.
    pub fn blobs(&self) -> &dyn BlobStore {
        &*self.blobs
    }

    /// Checks that every key opens, and names the first that does not.
    pub fn check_keys(&self) -> Result<(), Failure> {
        self.keyring.check().map(drop)
    }

    /// Checks that a stored value opens where it stands; an item past its day may have lost its key
    /// already.
    pub fn check_item(
        &self,
        seen: &Seen,
        item: &StoredItem,
        kind: Option<FieldKind>,
        overdue: bool,
    ) -> Result<(), Failure> {
        let Some(key) = self
            .keyring
            .item(&seen.keys, &place(seen.id, item.into()))?
        else {
            let lost = format!(
                "the key of item {} of person {} is missing",
                item.number, seen.id
            );
            return if overdue {
                Ok(())
            } else {
                Err(Failure::Corrupt(lost))
            };
        };
        let opened = match key.open(&item.sealed) {
            // The key of a day may have been made anew for late arrivals since this item fell due.
            Err(Failure::Corrupt(_)) if overdue => return Ok(()),
            opened => opened?,
        };
        if !kind.is_some_and(FieldKind::is_large) {
            return Ok(());
        }
        if let Some(Shown::File { mut content, .. }) = self.open_file(&key, &opened, View::Clear)? {
            for position in 0..content.chunks() {
                content.chunk(position)?;
            }
        }
        Ok(())
    }

    /// Looks at a person; nothing where they are not stored, or their erasure has been recorded.
    pub async fn look(&self, id: PersonId, wanted: Wanted<'_>) -> Result<Option<Seen>, Failure> {
        let Some(record) = self.store.person(id, wanted).await? else {
            return Ok(None);
        };
        let Some(keys) = self.keyring.person(id)? else {
            return Ok(None);
        };
        let opened = keys.open_state(id, record.version, &record.state)?;
        let state = PersonState::decode(&opened)?;
        if state.erasing {
            return Ok(None);
        }
        let (version, epoch, items) = (record.version, record.epoch, record.items);
        Ok(Some(Seen {
            id,
            version,
            epoch,
            state,
            items,
            keys,
        }))
    }

    /// Whether a person is stored whose keys are gone: they were erased after these rows were
    /// copied, and the copy was put back.
    pub async fn is_keyless(&self, id: PersonId) -> Result<bool, Failure> {
        let is_stored = self.store.person(id, Wanted::Nothing).await?.is_some();
        Ok(is_stored && self.keyring.person(id)?.is_none())
    }

    /// Makes ready to store items: makes the keys that are missing, those of a new person included.
    /// `classes` are the classes and anchor days of what will be sealed. The keys are durable when
    /// this returns; nothing is returned where the person was erased meanwhile.
    pub async fn make_ready(
        &self,
        _permit: &Permit,
        seen: Option<Seen>,
        now: Timestamp,
        classes: &[(Word, Option<Day>)],
    ) -> Result<Option<Seen>, Failure> {
        let mut creations = Vec::new();
        let id = match &seen {
            Some(seen) => seen.id,
            None => {
                let mut chance = [0; 10];
                self.randomness.fill(&mut chance);
                let id = PersonId::new(now, chance);
                creations.push(Creation::Person(id));
                id
            }
        };
        for (class, anchor) in classes {
            match anchor {
                Some(day) if self.keyring.class_day(*class, *day)?.is_none() => {
                    creations.push(Creation::ClassDay(*class, *day));
                }
                None if seen
                    .as_ref()
                    .is_none_or(|seen| seen.keys.class(*class).is_none()) =>
                {
                    creations.push(Creation::PersonClass(id, *class));
                }
                Some(_) | None => {}
            }
        }
        if !creations.is_empty() {
            self.maker.make(creations).await?;
        }
        let Some(keys) = self.keyring.person(id)? else {
            return Ok(None);
        };
        Ok(Some(match seen {
            Some(seen) => Seen { keys, ..seen },
            None => {
                let (state, items) = (PersonState::default(), Vec::new());
                Seen {
                    id,
                    version: 0,
                    epoch: 0,
                    state,
                    items,
                    keys,
                }
            }
        }))
    }

    /// Seals a value for its place. Its keys must have been made ready.
    pub fn seal(
        &self,
        _permit: &Permit,
        seen: &Seen,
        placed: Placed,
        value: &[u8],
    ) -> Result<StoredItem, Failure> {
        let sealed = self.key(seen, placed)?.seal(value, &*self.randomness)?;
        let Placed {
            field,
            number,
            origin,
            class,
            anchor,
        } = placed;
        Ok(StoredItem {
            field,
            number,
            origin,
            class,
            anchor,
            sealed,
        })
    }

    fn key(&self, seen: &Seen, placed: Placed) -> Result<crate::seal::ItemKey, Failure> {
        let key = self.keyring.item(&seen.keys, &place(seen.id, placed))?;
        let gone = || Failure::Unavailable("the key of a class was destroyed meanwhile".to_owned());
        key.ok_or_else(gone)
    }

    /// Opens an item as far as the permit shows it; nothing where it is withheld, or its key is
    /// gone.
    pub fn open_item(
        &self,
        permit: &Permit,
        seen: &Seen,
        item: &StoredItem,
        facts: &ItemFacts,
        kind: FieldKind,
    ) -> Result<Option<Shown>, Failure> {
        let view = permit.view(facts);
        if view == View::Withheld || facts.number != item.number {
            return Ok(None);
        }
        let Some(key) = self
            .keyring
            .item(&seen.keys, &place(seen.id, item.into()))?
        else {
            return Ok(None);
        };
        let opened = key.open(&item.sealed)?;
        if kind.is_large() {
            return self.open_file(&key, &opened, view);
        }
        let damaged = |_| Failure::Corrupt("a stored text is not text".to_owned());
        let text = std::str::from_utf8(&opened).map_err(damaged)?;
        Ok(Some(match view {
            View::Masked => Shown::Masked(mask(kind, text)),
            View::Clear | View::Withheld => Shown::Clear(Zeroizing::new(text.to_owned())),
        }))
    }

    /// Whether a stored value is what `same` takes it for. The value itself stays here.
    pub fn matches(
        &self,
        permit: &Permit,
        seen: &Seen,
        item: &StoredItem,
        facts: &ItemFacts,
        same: impl FnOnce(&str) -> bool,
    ) -> Result<bool, Failure> {
        if !permit.compares(facts) || facts.number != item.number {
            return Ok(false);
        }
        let Some(key) = self
            .keyring
            .item(&seen.keys, &place(seen.id, item.into()))?
        else {
            return Ok(false);
        };
        let opened = key.open(&item.sealed)?;
        Ok(std::str::from_utf8(&opened).is_ok_and(same))
    }

    /// The person's state as it is to be stored with the next change.
    pub fn put_state(&self, seen: &Seen, state: &PersonState) -> Result<Write, Failure> {
        let encoded = Zeroizing::new(state.encode()?);
        let version = seen.version + 1;
        let sealed = seen
            .keys
            .seal_state(seen.id, version, &encoded, &*self.randomness)?;
        Ok(Write::PutState(sealed))
    }

    /// Stands for the person in one entry of the ledger; two entries about one person look
    /// unrelated.
    pub fn commitment(&self, seen: &Seen) -> Person {
        let mut salt = [0; 16];
        self.randomness.fill(&mut salt);
        Person::new(seen.keys.commitment().bytes(), salt)
    }

    /// Stands for nobody in one entry of the ledger, and looks like somebody: its key is drawn and
    /// forgotten.
    pub fn commitment_of_nobody(&self) -> Person {
        let (mut key, mut salt) = (Zeroizing::new([0; 32]), [0; 16]);
        self.randomness.fill(&mut *key);
        self.randomness.fill(&mut salt);
        Person::new(&key, salt)
    }

    /// Whether an entry's commitment stands for this person.
    pub fn is_of(&self, seen: &Seen, person: &Person) -> bool {
        person.is_of(seen.keys.commitment().bytes())
    }

    /// Makes commits durable. People who are stored with it are no longer pending.
    pub async fn commit(&self, commits: Vec<Commit>) -> Result<Vec<Outcome>, Failure> {
        self.commit_under(commits, None).await
    }

    /// As [`Vault::commit`], where what every server remembers is still of a generation.
    pub async fn commit_under(
        &self,
        commits: Vec<Commit>,
        generation: Option<u64>,
    ) -> Result<Vec<Outcome>, Failure> {
        let new: Vec<Option<PersonId>> = commits
            .iter()
            .map(|commit| commit.person.filter(|_| commit.expected == Expected::New))
            .collect();
        let span = tracing::info_span!(
            target: "kept::spans",
            "commit",
            kept.commits = commits.len(),
        );
        let committing = self.store.commit_under(commits, generation);
        let outcomes = committing.instrument(span).await?;
        let stored = new
            .into_iter()
            .zip(&outcomes)
            .filter_map(|(person, outcome)| match outcome {
                Outcome::Done(_) => person,
                Outcome::Moved | Outcome::Taken | Outcome::Repeated => None,
            });
        let stored: Vec<PersonId> = stored.collect();
        if !stored.is_empty() {
            self.keyring.settle(&stored, Pending::Created);
        }
        Ok(outcomes)
    }

    /// Destroys keys for good; the answer is how many. Their destruction has been decided and
    /// recorded.
    pub fn destroy(&self, doomed: &Doomed) -> Result<u64, Failure> {
        match doomed {
            Doomed::Person(person) => {
                self.keyring.destroy_person(&[*person])?;
                Ok(1)
            }
            Doomed::Class(person, class) => {
                self.keyring.destroy_person_class(&[(*person, *class)])?;
                Ok(1)
            }
            Doomed::Days(class, upto) => {
                let days = self.keyring.destroy_class_days(*class, *upto)?;
                Ok(u64::try_from(days.len()).unwrap_or(u64::MAX))
            }
        }
    }

    /// How many keys a class has for days up to one.
    pub fn count_days(&self, class: Word, upto: Day) -> Result<u64, Failure> {
        self.keyring.count_class_days(class, upto)
    }

    /// Says that an erased person's row is gone.
    pub fn settle_erased(&self, person: PersonId) {
        self.keyring.settle(&[person], Pending::Erased);
    }
}

impl From<&StoredItem> for Placed {
    fn from(item: &StoredItem) -> Placed {
        let StoredItem {
            field,
            number,
            origin,
            class,
            anchor,
            ..
        } = *item;
        Placed {
            field,
            number,
            origin,
            class,
            anchor,
        }
    }
}

fn place(person: PersonId, placed: Placed) -> ItemPlace {
    let Placed {
        field,
        number,
        origin,
        class,
        anchor,
    } = placed;
    ItemPlace {
        person,
        field,
        number,
        origin,
        class,
        anchor,
    }
}
