//! The data folder: where the store, the keyring, the blobs, the ledger and the policies of one
//! server stand.
//! It opens them in the order that a crash leaves safe; it never repairs what it finds damaged.

mod beside;
mod keys;
mod ledger;

use self::beside::OPENING;
pub(crate) use self::beside::Standing;
pub use self::keys::KeyringPlace;
use crate::restoring::RESTORING;
use crate::{Door, Failure, Processing};
use kept_policy::Policy;
use kept_terms::{Clock, Randomness};
use kept_vault::blob::BucketAddress;
use kept_vault::keyring::Keyring;
use kept_vault::root::{Device as DeviceKey, Handed as HandedKey, Root};
use kept_vault::store::engine::Engine;
use kept_vault::store::lock::Lock;
use kept_vault::store::postgres::{Address, Options as PostgresOptions, Postgres};
use kept_vault::store::sqlite::{Options, Sqlite};
use kept_vault::store::together::Together;
use kept_vault::store::{Record, RecordKind, Store as _, Write};
use kept_vault::{SecretString, Vault, ledger_key};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Where the root key is to be had.
#[derive(Clone)]
pub enum RootKey {
    /// In a file that only its owner can read; made on the first start.
    File(PathBuf),
    /// In somebody's head.
    Passphrase(SecretString),
    /// Handed over by whoever keeps it, at every start.
    Handed(HandedKey),
    /// In a device that speaks PKCS#11, which it never leaves; made there on the first start.
    Device(DeviceKey),
}

impl RootKey {
    /// As the keyring takes it.
    pub(crate) fn root(&self) -> Root {
        match self {
            RootKey::File(path) => Root::File(path.clone()),
            RootKey::Passphrase(secret) => Root::Passphrase(secret.clone()),
            RootKey::Handed(handed) => Root::Handed(handed.clone()),
            RootKey::Device(device) => Root::Device(device.clone()),
        }
    }
}

/// How much of the rows a connection keeps in memory where little is to be used, in KiB.
const CACHE_LITTLE_KIB: u32 = 4 << 10;

/// The file of the rows, where the folder holds them.
pub(crate) const ROWS: &str = "vault.db";

/// The setting that says to which house the rows belong.
const HOUSE: &[u8] = b"house";

/// Where it says how far inputs were taken in.
pub(crate) const INTAKE: &str = "intake";

/// How often whoever stands by looks whether the folder is free.
const STAND_BY_EVERY: Duration = Duration::from_millis(100);

/// A folder that was waited for and is taken; given up when dropped.
pub struct Turn(Vec<Lock>);

/// Which folder is opened, and how.
#[derive(Clone)]
pub struct Folder {
    path: PathBuf,
    root: RootKey,
    /// Where the keyring stands, where that is not in the folder.
    keyring: Option<KeyringPlace>,
    /// How much of the rows each connection keeps in memory, in KiB, where that is said.
    cache_kib: Option<u32>,
    /// The database that holds the rows, where the folder does not.
    database: Option<(Address, PostgresOptions)>,
    /// The bucket that holds the blobs, where the folder does not.
    bucket: Option<BucketAddress>,
    ledger_in_database: bool,
    /// Whether other servers may have the folder at the same time.
    shared: bool,
}

impl Folder {
    /// A data folder whose root key stands in `root.key` within it.
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        let path = path.into();
        Folder {
            root: RootKey::File(path.join("root.key")),
            path,
            keyring: None,
            cache_kib: None,
            database: None,
            bucket: None,
            ledger_in_database: false,
            shared: false,
        }
    }

    /// The same folder opened with little memory: for one command rather than for a server.
    pub fn with_little_memory(self) -> Folder {
        Folder {
            cache_kib: Some(CACHE_LITTLE_KIB),
            ..self
        }
    }

    /// The same folder with its root key elsewhere, which is where it belongs in service.
    pub fn with_root(self, root: RootKey) -> Folder {
        Folder { root, ..self }
    }

    /// The same folder with its rows in a database. Keys, blobs and the ledger stay in the folder,
    /// unless they are given places of their own.
    pub fn with_database(self, address: Address, options: PostgresOptions) -> Folder {
        let database = Some((address, options));
        Folder { database, ..self }
    }

    /// The same folder with its blobs in a bucket.
    pub fn with_bucket(self, bucket: BucketAddress) -> Folder {
        let bucket = Some(bucket);
        Folder { bucket, ..self }
    }

    /// The same folder, which other servers may have at the same time if they say so too. They
    /// run on one machine: the keyring's file and the locks are the system's to share. Where the
    /// ledger is in the database, they run on any machine, each with a folder of its own.
    pub fn shared(self) -> Folder {
        let shared = true;
        Folder { shared, ..self }
    }

    /// The same folder with its rows within it.
    pub(crate) fn without_database(&self) -> Folder {
        Folder {
            database: None,
            ..self.clone()
        }
    }

    /// The database that holds the rows, where the folder does not.
    pub(crate) fn database(&self) -> Option<&(Address, PostgresOptions)> {
        self.database.as_ref()
    }

    /// The bucket that holds the blobs, where the folder does not.
    pub(crate) fn bucket(&self) -> Option<&BucketAddress> {
        self.bucket.as_ref()
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether something is stored there already.
    pub fn is_used(&self) -> bool {
        match self.database {
            None => self.path.join("vault.db").exists(),
            Some(_) => self.has_keyring(),
        }
    }

    /// Whether the rows of a house are missing from here whose ledger is here.
    pub fn is_left(&self) -> bool {
        !self.is_used() && self.has_ledger()
    }

    pub(crate) async fn opened(
        &self,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Door, Failure> {
        if self.shared {
            return self.open_beside(policy, clock, randomness).await;
        }
        self.must_be_whole()?;
        let locks = self.make_and_lock()?;
        self.open_locked(policy, clock, randomness, locks, Standing::Alone)
            .await
    }

    /// What keeps a folder from being opened at all.
    pub(crate) fn must_be_whole(&self) -> Result<(), Failure> {
        self.must_not_be_moving()?;
        self.keyring_must_be_here()?;
        self.ledger_must_have_a_place()?;
        // The ledger is written last of all: where it is, the rows were there.
        if self.is_left() {
            return Err(self.what_is_missing());
        }
        if self.database.is_some() && self.path.join("vault.db").exists() {
            return Err(Failure::Unavailable(
                "the data folder holds its rows itself, in `vault.db`, and a database is named as \
                 well: name no database, or another folder"
                    .to_owned(),
            ));
        }
        if self.path.join(RESTORING).exists() {
            return Err(Failure::Unavailable(format!(
                "a restore into `{}` is not done: run `kept restore` again, which goes on with it",
                self.path.display()
            )));
        }
        Ok(())
    }

    /// Waits until no other server has the folder, and takes it. The system gives up the locks of
    /// a process that ends, however it ends, so whoever waits follows at once. Nothing in the
    /// folder is opened before: whoever stands by knows nothing that could have grown old.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the folder cannot be made or locked.
    pub async fn stand_by(&self) -> Result<Turn, Failure> {
        self.make()?;
        loop {
            if let Some(locks) = self.lock_if_free()? {
                return Ok(Turn(locks));
            }
            tokio::time::sleep(STAND_BY_EVERY).await;
        }
    }

    /// As [`Folder::open`], in a turn that was waited for.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub async fn open_in_turn(
        &self,
        turn: Turn,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Door, Failure> {
        self.must_be_whole()?;
        self.open_locked(policy, clock, randomness, turn.0, Standing::Alone)
            .await
    }

    /// Makes the folder where it is missing, and takes it: one server at a time, from before the
    /// keyring is opened, since its keys are held in memory.
    pub(crate) fn make_and_lock(&self) -> Result<Vec<Lock>, Failure> {
        self.make()?;
        // Whoever opens the folder to share it lets go of its lock for a moment.
        let _nobody_opens_it = Lock::take(&self.path.join(OPENING))?;
        self.locks()
            .iter()
            .map(|path| Ok(Lock::take(path)?))
            .collect()
    }

    /// All locks of the folder, or none where another server has one of them.
    fn lock_if_free(&self) -> Result<Option<Vec<Lock>>, Failure> {
        match Lock::take_if_free(&self.path.join(OPENING))? {
            Some(_nobody_opens_it) => self.have(Lock::take_if_free),
            None => Ok(None),
        }
    }

    /// All locks of the folder, had in some way, or none.
    fn have(
        &self,
        way: fn(&Path) -> Result<Option<Lock>, kept_vault::store::Failure>,
    ) -> Result<Option<Vec<Lock>>, Failure> {
        let mut locks = Vec::new();
        for path in self.locks() {
            match way(&path)? {
                Some(lock) => locks.push(lock),
                None => return Ok(None),
            }
        }
        Ok(Some(locks))
    }

    /// The files that stand for the folder's locks, in the order in which they are taken. A
    /// keyring that stands elsewhere has one of its own: two folders with one keyring would each
    /// destroy keys of the other.
    fn locks(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.path.join("server.lock")];
        let elsewhere = self.keyring_elsewhere();
        paths.extend(elsewhere.map(|it| it.with_extension("lock")));
        paths
    }

    /// Makes the folder and that of the keyring, where they are missing.
    fn make(&self) -> Result<(), Failure> {
        make_private(&self.path).map_err(|cause| {
            let shown = self.path.display();
            Failure::Unavailable(format!("the data folder `{shown}` cannot be made: {cause}"))
        })?;
        let Some(folder) = self.keyring_elsewhere().and_then(|it| it.parent()) else {
            return Ok(());
        };
        make_private(folder).map_err(|cause| {
            let shown = folder.display();
            Failure::Unavailable(format!("the folder `{shown}` cannot be made: {cause}"))
        })
    }

    /// Opens everything in a folder that is taken.
    pub(crate) async fn open_locked(
        &self,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        locks: Vec<Lock>,
        standing: Standing,
    ) -> Result<Door, Failure> {
        // The keyring comes first: what is made in it must be there before anything is sealed with
        // it. Where a database holds the rows, that says first whether a key may be made.
        let within = match &self.database {
            None => Some(self.own_keyring(!self.is_used(), &*clock, &randomness)?),
            Some(_) => None,
        };
        let store = self.store(standing).await?;
        let session = match &store {
            Engine::Postgres(store) => store.session().cloned(),
            Engine::Sqlite(_) => None,
        };
        let standing = standing.among(&store);
        let keyring = match (within, &store) {
            (Some(keyring), _) => keyring,
            (None, store) => self.keyring_of(store, &*clock, &randomness).await?,
        };
        // Before anything is finished that was left undone: in another house's rows, nobody is
        // found.
        let key = ledger_key(&keyring)?;
        match &store {
            Engine::Postgres(store) => store.belong_to(key.name()).await?,
            Engine::Sqlite(_) => self.belong_to(&store, key.name()).await?,
        }
        let ledger = self.ledger_of(&store)?;
        let (keyring, blobs) = (Arc::new(keyring), self.open_blobs(standing)?);
        if let Some(session) = &session {
            session.guard(Arc::clone(&keyring), standing == Standing::First)?;
        }
        let vault = match standing {
            Standing::Alone | Standing::First => {
                Vault::open(store, keyring, blobs, randomness).await?
            }
            Standing::Beside | Standing::Among => Vault::join(store, keyring, blobs, randomness)?,
        };
        let together = match &session {
            Some(session) => Together::on_machines(Arc::clone(session)),
            None => self.together()?,
        };
        let tally = self.tally_path();
        let opened = Processing::open_beside(vault, ledger, tally, policy, clock, &together);
        let mut processing = opened.await?;
        processing.locks = locks;
        processing.intake = Some(self.path.join(INTAKE));
        if let Some(session) = session {
            session.opened().await?;
        }
        Ok(Door::new(processing))
    }

    /// The keyring that belongs to the rows of a store.
    async fn keyring_of(
        &self,
        store: &Engine,
        clock: &dyn Clock,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Keyring, Failure> {
        let house = match store {
            Engine::Postgres(store) => store.house().await?,
            Engine::Sqlite(_) => None,
        };
        let fresh = self.is_keyless()?;
        self.check_house(house.as_deref(), fresh)?;
        let keyring = self.open_keyring(fresh, clock, randomness)?;
        if house.is_none() && !fresh && !keyring.is_unused()? {
            return Err(Failure::Unavailable(
                "the database is empty, and the keyring has keys of somebody whose rows it held: \
                 restore the database, or name the right one with --store"
                    .to_owned(),
            ));
        }
        Ok(keyring)
    }

    fn what_is_missing(&self) -> Failure {
        Failure::Unavailable(if self.database.is_some() {
            "the keys are missing from the data folder, and the ledger in it tells of what they \
             opened: restore `keyring.db` from its backup"
                .to_owned()
        } else {
            let place = self.path.join("vault.db");
            format!(
                "the file `{}` is missing, and the ledger beside it tells of what it held: restore \
                 it from a backup, or name the database that holds the rows with --store",
                place.display()
            )
        })
    }

    async fn store(&self, standing: Standing) -> Result<Engine, Failure> {
        if let Some((address, options)) = &self.database {
            let store = Postgres::open(address, &self.placed(options, standing)?).await?;
            if standing != Standing::Among {
                self.write_down(store.opening());
            }
            return Ok(Engine::Postgres(Box::new(store)));
        }
        let usual = Options::default();
        let options = Options {
            cache_kib: self.cache_kib.unwrap_or(usual.cache_kib),
            ..usual
        };
        Ok(Engine::Sqlite(Box::new(Sqlite::open(
            &self.path, &options,
        )?)))
    }

    /// Says to which house the rows of the folder belong, by the name of its ledger, which follows
    /// from its keys.
    async fn belong_to(&self, rows: &Engine, house: &str) -> Result<(), Failure> {
        match rows.record(RecordKind::Setting, HOUSE).await? {
            Some(known) if known == house.as_bytes() => Ok(()),
            Some(_) => Err(Failure::Unavailable(format!(
                "the rows in `{}` belong to another keyring than `{}`: restore the one that was \
                 made with them",
                self.path.display(),
                self.keyring_path().display()
            ))),
            None => {
                let record = Record {
                    kind: RecordKind::Setting,
                    key: HOUSE.to_vec(),
                    value: house.as_bytes().to_vec(),
                };
                Ok(rows.book(vec![Write::PutRecord(record)]).await?)
            }
        }
    }

    /// Whether a database and the folder belong together as far as can be told before a key is
    /// made. What two halves of different houses would make of each other opens nothing.
    fn check_house(&self, house: Option<&str>, fresh: bool) -> Result<(), Failure> {
        let text = match (house, fresh) {
            (Some(_), true) => {
                "the database is in use, and its keys are not in this data folder: name the folder \
                 that holds them with --data, or restore `keyring.db`"
            }
            (None, false) if self.has_ledger() => {
                "the database is empty, and the ledger in the data folder tells of what it held: \
                 restore the database, or name the right one with --store"
            }
            (Some(_) | None, _) => return Ok(()),
        };
        Err(Failure::Unavailable(text.to_owned()))
    }
}

/// Makes a folder that only its owner can look into; one that is there is left as it is.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
