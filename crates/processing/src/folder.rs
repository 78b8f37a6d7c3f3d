//! The data folder: where the store, the keyring, the blobs, the ledger and the policies of one
//! server stand.
//! It opens them in the order that a crash leaves safe; it never repairs what it finds damaged.

use crate::restoring::RESTORING;
use crate::{Door, Failure, Processing};
use kept_policy::Policy;
use kept_terms::{Clock, Randomness};
use kept_vault::blob::FolderBlobs;
use kept_vault::keyring::{Keyring, Settings as KeyringSettings};
use kept_vault::root::Root;
use kept_vault::sequencer::{CHECKPOINT, LedgerFolder};
use kept_vault::store::lock::Lock;
use kept_vault::store::sqlite::{Options, Sqlite};
use kept_vault::{SecretString, Vault};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the root key is to be had.
pub enum RootKey {
    /// In a file that only its owner can read; made on the first start.
    File(PathBuf),
    /// In somebody's head.
    Passphrase(SecretString),
}

/// How much of the rows a connection keeps in memory where little is to be used, in KiB.
const CACHE_LITTLE_KIB: u32 = 4 << 10;

/// Which folder is opened, and how.
pub struct Folder {
    path: PathBuf,
    root: RootKey,
    /// How much of the rows each connection keeps in memory, in KiB, where that is said.
    cache_kib: Option<u32>,
}

impl Folder {
    /// A data folder whose root key stands in `root.key` within it.
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        let path = path.into();
        Folder {
            root: RootKey::File(path.join("root.key")),
            path,
            cache_kib: None,
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

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether something is stored there already.
    pub fn is_used(&self) -> bool {
        self.path.join("vault.db").exists()
    }

    /// Opens everything in the folder, or makes it where nothing is stored yet. One server at a
    /// time.
    pub async fn open(
        &self,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Door, Failure> {
        // The ledger is written last of all: where it is, the rows were there.
        if !self.is_used() && self.path.join("ledger").join(CHECKPOINT).exists() {
            let place = self.path.join("vault.db");
            return Err(Failure::Unavailable(format!(
                "the file `{}` is missing, and the ledger beside it tells of what it held: restore \
                 it from a backup",
                place.display()
            )));
        }
        if self.path.join(RESTORING).exists() {
            return Err(Failure::Unavailable(format!(
                "a restore into `{}` is not done: run `kept restore` again, which goes on with it",
                self.path.display()
            )));
        }
        let lock = self.make_and_lock()?;
        self.open_locked(policy, clock, randomness, lock).await
    }

    /// Makes the folder where it is missing, and takes it: one server at a time, from before the
    /// keyring is opened, since its keys are held in memory.
    pub(crate) fn make_and_lock(&self) -> Result<Lock, Failure> {
        make_private(&self.path).map_err(|cause| {
            let shown = self.path.display();
            Failure::Unavailable(format!("the data folder `{shown}` cannot be made: {cause}"))
        })?;
        Ok(Lock::take(&self.path.join("server.lock"))?)
    }

    /// Where the keyring stands.
    pub(crate) fn keyring_path(&self) -> PathBuf {
        self.path.join("keyring.db")
    }

    /// Opens the keyring, or makes it where that is said.
    pub(crate) fn open_keyring(
        &self,
        may_create: bool,
        clock: &dyn Clock,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Keyring, Failure> {
        let root = match &self.root {
            RootKey::File(path) => Root::File(path.clone()),
            RootKey::Passphrase(secret) => Root::Passphrase(secret.clone()),
        };
        let settings = KeyringSettings {
            may_create,
            ..KeyringSettings::default()
        };
        let (path, now) = (self.keyring_path(), clock.now());
        Ok(Keyring::open(
            &path,
            &root,
            randomness.clone(),
            now,
            settings,
        )?)
    }

    /// Opens everything in a folder that is taken.
    pub(crate) async fn open_locked(
        &self,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        lock: Lock,
    ) -> Result<Door, Failure> {
        // The keyring comes first: what is made in it must be there before anything is sealed with
        // it.
        let keyring = self.open_keyring(!self.is_used(), &*clock, &randomness)?;
        let usual = Options::default();
        let options = Options {
            cache_kib: self.cache_kib.unwrap_or(usual.cache_kib),
            ..usual
        };
        let store = Sqlite::open(&self.path, &options)?;
        let blobs = Arc::new(FolderBlobs::open(&self.path.join("blobs"))?);
        let vault = Vault::open(store, Arc::new(keyring), blobs, randomness).await?;
        let ledger = LedgerFolder::new(self.path.join("ledger"));
        let mut processing = Processing::open(vault, ledger, policy, clock).await?;
        processing.lock = Some(lock);
        Ok(processing)
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
