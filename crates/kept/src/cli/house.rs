//! Where things stand, and opening them: the policy's folder, the data folder, the root key.
//! It never brings another policy into force unasked.

use super::Failed;
use super::device::Uri;
use super::root::{Command, Keeper};
use crate::ambient::{MachineClock, MachineRandomness};
use kept_policy::{Options, Policy, Source, compile_with, render_diagnostics};
use kept_processing::Door;
use kept_processing::{
    BucketAddress, Caller, Folder, HandedKey, KeyringPlace, Published, RootKey, SecretString,
    StoreAddress, StoreOptions,
};
use kept_terms::Clock;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where things stand.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Place {
    /// The folder that holds the data.
    #[arg(
        long,
        global = true,
        env = "KEPT_DATA",
        default_value = "kept-data",
        value_name = "DIR"
    )]
    #[arg(help_heading = "Everywhere")]
    pub data: PathBuf,

    /// The folder that holds the policy.
    #[arg(
        long,
        global = true,
        env = "KEPT_POLICY",
        default_value = "policies/mediaocean"
    )]
    #[arg(value_name = "DIR", help_heading = "Everywhere")]
    pub policy: PathBuf,

    /// The database that holds the rows instead of the data folder: `postgres://user@host/name`.
    #[arg(long, global = true, env = "KEPT_STORE", hide_env_values = true)]
    #[arg(value_name = "URL", value_parser = store, help_heading = "Everywhere")]
    pub store: Option<Store>,

    /// A file that holds the password for it; KEPT_STORE_PASSWORD holds it itself.
    #[arg(long, global = true, env = "KEPT_STORE_PASSWORD_FILE")]
    #[arg(value_name = "FILE", help_heading = "Everywhere")]
    pub store_password_file: Option<PathBuf>,

    /// Where the ledger is: in the data folder, or in the database that holds the rows.
    #[arg(long, global = true, env = "KEPT_LEDGER_IN", value_enum)]
    #[arg(
        default_value = "folder",
        value_name = "PLACE",
        help_heading = "Everywhere"
    )]
    pub ledger_in: LedgerIn,

    /// The bucket that holds files instead of the data folder: `s3://bucket/prefix`.
    #[arg(long, global = true, env = "KEPT_BLOBS", value_name = "URL")]
    #[arg(help_heading = "Everywhere")]
    pub blobs: Option<String>,

    /// Where its object store is, if not Amazon's: `https://s3.example.com`.
    #[arg(long, global = true, env = "KEPT_BLOBS_ENDPOINT", value_name = "URL")]
    #[arg(help_heading = "Everywhere")]
    pub blobs_endpoint: Option<String>,

    /// The region of the bucket.
    #[arg(long, global = true, env = "KEPT_BLOBS_REGION", value_name = "NAME")]
    #[arg(help_heading = "Everywhere")]
    pub blobs_region: Option<String>,

    /// The name of the key that may use the bucket; without one, what Amazon's own variables say.
    #[arg(
        long,
        global = true,
        env = "KEPT_BLOBS_ACCESS_KEY",
        value_name = "NAME"
    )]
    #[arg(help_heading = "Everywhere")]
    pub blobs_access_key: Option<String>,

    /// A file that holds the key's secret; KEPT_BLOBS_SECRET holds it itself.
    #[arg(
        long,
        global = true,
        env = "KEPT_BLOBS_SECRET_FILE",
        value_name = "FILE"
    )]
    #[arg(help_heading = "Everywhere")]
    pub blobs_secret_file: Option<PathBuf>,

    /// The file that holds the root key [default: root.key in the data folder].
    #[arg(long, global = true, env = "KEPT_ROOT_KEY", value_name = "FILE")]
    #[arg(help_heading = "Everywhere", conflicts_with = "passphrase_file")]
    pub root_key: Option<PathBuf>,

    /// A command that prints the root key instead, such as one that asks a key service; it is run
    /// at every start, without a shell.
    #[arg(long, global = true, env = "KEPT_ROOT_COMMAND", value_name = "COMMAND")]
    #[arg(help_heading = "Everywhere", conflicts_with_all = ["root_key", "passphrase_file"])]
    pub root_command: Option<Command>,

    /// The name of the service's credential that is the root key (systemd: `LoadCredential`).
    #[arg(long, global = true, env = "KEPT_ROOT_CREDENTIAL", value_name = "NAME")]
    #[arg(help_heading = "Everywhere")]
    #[arg(conflicts_with_all = ["root_key", "passphrase_file", "root_command"])]
    pub root_credential: Option<String>,

    /// The root key in a device, as a PKCS#11 URI (RFC 7512) that names the module, the token, the
    /// key, and the file of the PIN; KEPT_ROOT_PKCS11_PIN holds the PIN itself.
    #[arg(long, global = true, env = "KEPT_ROOT_PKCS11", hide_env_values = true)]
    #[arg(value_name = "URI", help_heading = "Everywhere")]
    #[arg(conflicts_with_all = ["root_key", "passphrase_file", "root_command", "root_credential"])]
    pub root_pkcs11: Option<Uri>,

    /// The file of the keyring, or a database of its own: `postgres://user@host/name`
    /// [default: keyring.db in the data folder].
    #[arg(long, global = true, env = "KEPT_KEYRING", hide_env_values = true)]
    #[arg(value_name = "FILE|URL", value_parser = keyring, help_heading = "Everywhere")]
    pub keyring: Option<Keyring>,

    /// A file that holds the password for the keyring's database; KEPT_KEYRING_PASSWORD holds it
    /// itself.
    #[arg(long, global = true, env = "KEPT_KEYRING_PASSWORD_FILE")]
    #[arg(value_name = "FILE", help_heading = "Everywhere")]
    pub keyring_password_file: Option<PathBuf>,

    /// A file that holds the passphrase instead of a root key; KEPT_PASSPHRASE holds it itself.
    #[arg(long, global = true, env = "KEPT_PASSPHRASE_FILE", value_name = "FILE")]
    #[arg(help_heading = "Everywhere")]
    pub passphrase_file: Option<PathBuf>,
}

/// Where the ledger is.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LedgerIn {
    /// In the data folder.
    Folder,
    /// In the database that holds the rows.
    Database,
}

/// The address of a database. It is not shown.
#[derive(Clone)]
pub(crate) struct Store(pub StoreAddress);

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Store")
    }
}

/// Where the keyring stands. It is not shown.
#[derive(Clone)]
pub(crate) struct Keyring(KeyringPlace);

impl std::fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keyring")
    }
}

/// Reads where a keyring stands: what looks like the address of a database is one.
fn keyring(text: &str) -> Result<Keyring, std::convert::Infallible> {
    let is_address = text.starts_with("postgres://") || text.starts_with("postgresql://");
    Ok(Keyring(match is_address {
        true => {
            let text = SecretString::from(text.to_owned());
            KeyringPlace::Database(StoreAddress::unchecked(text))
        }
        false => KeyringPlace::File(PathBuf::from(text)),
    }))
}

/// Reads the address of a database. Clap repeats what it could not read, so what is wrong with it
/// is found out when it is opened.
fn store(text: &str) -> Result<Store, std::convert::Infallible> {
    Ok(Store(StoreAddress::unchecked(SecretString::from(
        text.to_owned(),
    ))))
}

/// A policy with the texts it was compiled from.
pub(crate) struct Compiled {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Its files, as name and text.
    pub sources: Vec<(String, String)>,
}

/// An opened data folder.
pub(crate) struct House {
    /// The door.
    pub door: Arc<Door>,
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// What became of the policy that was brought.
    pub published: Published,
}

impl Place {
    /// Where the root key is to be had.
    pub fn root(&self) -> Result<RootKey, Failed> {
        let keeper = Keeper {
            file: self.root_key.as_deref(),
            passphrase_file: self.passphrase_file.as_deref(),
            command: self.root_command.as_ref(),
            credential: self.root_credential.as_deref(),
            device: self.root_pkcs11.as_ref(),
        };
        if let Some(root) = keeper.key()? {
            return Ok(root);
        }
        if let Some(text) = secret(None, "KEPT_PASSPHRASE")? {
            return Ok(RootKey::Passphrase(text));
        }
        Ok(match secret(None, "KEPT_ROOT_SECRET")? {
            Some(text) => RootKey::Handed(HandedKey {
                text,
                by: "the variable KEPT_ROOT_SECRET".to_owned(),
            }),
            None => RootKey::File(self.data.join("root.key")),
        })
    }

    /// The data folder with its root key, not yet opened.
    pub fn folder(&self) -> Result<Folder, Failed> {
        let folder = Folder::new(&self.data).with_root(self.root()?);
        let folder = match self.keyring()? {
            Some(keyring) => folder.with_keyring_in(keyring),
            None => folder,
        };
        let folder = match self.bucket()? {
            Some(bucket) => folder.with_bucket(bucket),
            None => folder,
        };
        let folder = match self.has_ledger_in_database()? {
            true => folder.with_ledger_in_database(),
            false => folder,
        };
        Ok(match self.database()? {
            Some(address) => folder.with_database(address, StoreOptions::default()),
            None => folder,
        })
    }

    /// Where the keyring stands, with the password for it; nothing where it is in the data folder.
    pub fn keyring(&self) -> Result<Option<KeyringPlace>, Failed> {
        let Some(Keyring(KeyringPlace::Database(address))) = &self.keyring else {
            return Ok(self.keyring.clone().map(|Keyring(place)| place));
        };
        let file = self.keyring_password_file.as_deref();
        let address = match secret(file, "KEPT_KEYRING_PASSWORD")? {
            Some(password) => address.clone().with_password(password),
            None => address.clone(),
        };
        Ok(Some(KeyringPlace::Database(address)))
    }

    /// The database that holds the rows, with its password; nothing where the data folder does.
    pub fn database(&self) -> Result<Option<StoreAddress>, Failed> {
        let Some(Store(address)) = &self.store else {
            return Ok(None);
        };
        let password = secret(self.store_password_file.as_deref(), "KEPT_STORE_PASSWORD")?;
        Ok(Some(match password {
            Some(password) => address.clone().with_password(password),
            None => address.clone(),
        }))
    }

    /// Whether the ledger is in the database that holds the rows.
    pub fn has_ledger_in_database(&self) -> Result<bool, Failed> {
        if self.ledger_in == LedgerIn::Database && self.store.is_none() {
            let problem = "the ledger is to be in the database of the rows, and there is none";
            return Err(Failed::new(problem).help("name it with `store`, or leave `ledger-in` out"));
        }
        Ok(self.ledger_in == LedgerIn::Database)
    }

    /// The bucket that holds the files, with its credentials; nothing where the data folder does.
    pub fn bucket(&self) -> Result<Option<BucketAddress>, Failed> {
        let Some(blobs) = &self.blobs else {
            return Ok(None);
        };
        let parsed = kept_processing::bucket_address(blobs)?;
        Ok(Some(BucketAddress {
            endpoint: self.blobs_endpoint.clone(),
            region: self.blobs_region.clone(),
            access_key: self.blobs_access_key.clone(),
            secret: secret(self.blobs_secret_file.as_deref(), "KEPT_BLOBS_SECRET")?,
            ..parsed
        }))
    }

    /// Compiles the policy, or fails with everything that is wrong with it.
    pub fn compile(&self) -> Result<Compiled, Failed> {
        let sources = read_sources(std::slice::from_ref(&self.policy))?;
        let options = Options { today: today() };
        let (policy, diagnostics) = compile_with(&sources, &options);
        let Some(policy) = policy else {
            let rendered = render_diagnostics(&diagnostics, &sources, false);
            let shown = self.policy.display();
            let problem = format!("the policy in `{shown}` does not pass its check\n\n{rendered}");
            return Err(Failed::new(problem.trim_end()).help("mend it, and run `kept check`"));
        };
        let sources = sources
            .into_iter()
            .map(|source| (source.file, source.text))
            .collect();
        Ok(Compiled {
            policy: Arc::new(policy),
            sources,
        })
    }

    /// Opens a data folder that is in use already.
    pub async fn open(&self) -> Result<House, Failed> {
        let folder = self.folder()?.with_little_memory();
        if !folder.is_used() && !folder.is_left() {
            let shown = self.data.display();
            return Err(Failed::new(format!("nothing is stored in `{shown}`")).help(
                "name the data folder with --data, or begin one with `kept serve`, \
                 `kept collect`, `kept register put` or `kept token create`",
            ));
        }
        self.open_or_make(false).await
    }

    /// Opens a data folder, or makes it. The version in force there stays in force: another is
    /// published only where `enforce` says so, or where nothing was published yet.
    pub async fn open_or_make(&self, enforce: bool) -> Result<House, Failed> {
        let Compiled { policy, sources } = self.compile()?;
        let folder = self.folder()?.with_little_memory();
        let clock = Arc::new(MachineClock);
        let randomness = Arc::new(MachineRandomness::default());
        let door = folder.open(policy.clone(), clock, randomness).await?;
        let versions = door.versions().await?;
        let known = versions.iter().any(|(digest, _)| *digest == policy.digest);
        if !versions.is_empty() && !known && !enforce {
            let shown = self.policy.display();
            let problem = format!("the policy in `{shown}` was never brought into force here");
            return Err(Failed::new(problem).help(
                "name the folder of the policy in force with --policy, or bring this one into \
                 force with `kept publish --in-force` or `kept serve`",
            ));
        }
        let mut published = Published::InForce;
        if versions.is_empty() || enforce {
            let caller = Caller::system("command-line");
            published = door.publish(&caller, policy.clone(), sources).await?;
        }
        Ok(House {
            policy: door.policy(),
            door: Arc::new(door),
            published,
        })
    }
}

/// A secret that stands in a file, or else in a variable; nothing where it is empty.
pub(super) fn secret(file: Option<&Path>, variable: &str) -> Result<Option<SecretString>, Failed> {
    let text = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|cause| unreadable(path, &cause))?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        None => std::env::var(variable).ok(),
    };
    Ok(text.filter(|it| !it.is_empty()).map(SecretString::from))
}

/// Reads the documents of folders, and single files, in order of name.
pub(crate) fn read_sources(paths: &[PathBuf]) -> Result<Vec<Source>, Failed> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        for entry in std::fs::read_dir(path).map_err(|cause| unreadable(path, &cause))? {
            let entry = entry.map_err(|cause| unreadable(path, &cause))?.path();
            if entry.extension().is_some_and(|extension| extension == "md") {
                files.push(entry);
            }
        }
        if files.len() == before {
            let problem = format!("`{}` holds no policy document (`.md`)", path.display());
            return Err(Failed::new(problem));
        }
    }
    files.sort();
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).map_err(|cause| unreadable(path, &cause))?;
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy();
        Source::from_bytes(name, bytes).map_err(|told| {
            let line = told.position.line;
            let failed = Failed::new(format!(
                "`{}`, line {line}: {}",
                path.display(),
                told.message
            ));
            failed.help(told.help.unwrap_or_default())
        })
    };
    files.iter().map(read).collect()
}

/// Says that a file or folder cannot be read.
pub(crate) fn unreadable(path: &Path, cause: &std::io::Error) -> Failed {
    let failed = Failed::new(format!("`{}` cannot be read: {cause}", path.display()));
    match cause.kind() {
        std::io::ErrorKind::NotFound => failed.help("check the path, and the folder you are in"),
        std::io::ErrorKind::PermissionDenied => failed.help("check who may read it"),
        _ => failed,
    }
}

/// The present day by the machine's clock.
pub(crate) fn today() -> Option<jiff::civil::Date> {
    kept_terms::Day::of(MachineClock.now()).date()
}
