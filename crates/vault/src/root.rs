//! The root key: where it comes from, and what it wraps.
//! It is never stored beside what it wraps, never travels, and no message shows any of it.

mod device;

pub use self::device::Device;

use crate::cipher::{Cipher, derive, known_algorithm};
use crate::secret::{KEY_LENGTH, RootKey, same};
use crate::store::Failure;
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64;
use kept_terms::Randomness;
use secrecy::{ExposeSecret, SecretString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The first line of a key file; the key follows in base64 (RFC 4648 section 4).
const KEY_FILE_HEADER: &str = "kept root key 1";
/// The length of a salt, in bytes.
pub(crate) const SALT_LENGTH: usize = 16;
/// The shortest passphrase that a keyring is made with, in characters (OWASP ASVS 5.0 advises 15).
pub const PASSPHRASE_LENGTH_MIN: usize = 15;

/// By which a root key is told from another without showing it.
pub type RootName = [u8; 16];

/// Whoever keeps a root key and wraps with it: this process, or a key service.
pub trait RootKeeper: Send + Sync {
    /// The root key's name.
    fn name(&self) -> Result<RootName, Failure>;

    /// Wraps a key and binds it to where it belongs.
    fn wrap(
        &self,
        bound_to: &[u8],
        key: &[u8; KEY_LENGTH],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure>;

    /// Opens a wrapped key; nothing if this root key did not wrap it, or not for this place.
    fn open(
        &self,
        bound_to: &[u8],
        wrapped: &[u8],
    ) -> Result<Option<Zeroizing<[u8; KEY_LENGTH]>>, Failure>;
}

/// Where the root key is to be had.
pub enum Root {
    /// In a file that only its owner can read.
    File(PathBuf),
    /// In somebody's head. The key is worked out with Argon2id (RFC 9106) from a salt in the
    /// keyring.
    Passphrase(SecretString),
    /// Handed over by whoever keeps it.
    Handed(Handed),
    /// In a device that speaks PKCS#11, which it never leaves.
    Device(Device),
    /// With a keeper of its own, such as a key service.
    Keeper(Arc<dyn RootKeeper>),
}

/// A root key that somebody else keeps and hands over at every start: the system's credentials, or
/// a program that asks a key service. It cannot be printed.
#[derive(Clone)]
pub struct Handed {
    /// What was handed over: the text of a key file, or the key alone in base64.
    pub text: SecretString,
    /// By whom, for messages.
    pub by: String,
}

impl Handed {
    fn key(&self) -> Result<RootKey, Failure> {
        let text = self.text.expose_secret();
        let alone = || {
            let bytes = Zeroizing::new(BASE64.decode(text.trim().as_bytes()).ok()?);
            let bytes = Zeroizing::new(bytes.as_slice().try_into().ok()?);
            Some(RootKey::from_bytes(&bytes))
        };
        parse(text).or_else(alone).ok_or_else(|| {
            Failure::Unavailable(format!(
                "{} does not hand over a root key: that is 32 bytes in base64, alone or in two \
                 lines of which the first is `{KEY_FILE_HEADER}`",
                self.by
            ))
        })
    }
}

/// How a passphrase is stretched; stored in the keyring, so that it can be made harder later.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretching {
    pub salt: [u8; SALT_LENGTH],
    /// In KiB.
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Stretching {
    /// Above the least that OWASP names (19,456 KiB, 2 passes): this is done once, at start.
    pub(crate) fn new(randomness: &dyn Randomness) -> Stretching {
        let mut salt = [0; SALT_LENGTH];
        randomness.fill(&mut salt);
        Stretching {
            salt,
            memory: 65_536,
            passes: 3,
            lanes: 1,
        }
    }

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let numbers = [self.memory, self.passes, self.lanes];
        let numbers = numbers.into_iter().flat_map(u32::to_be_bytes);
        self.salt.into_iter().chain(numbers).collect()
    }

    /// Reads what [`Stretching::to_bytes`] wrote. Weaker than the least, or dearer than a machine
    /// can bear, is not what was written.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Stretching> {
        let (salt, rest) = bytes.split_first_chunk::<SALT_LENGTH>()?;
        let (memory, rest) = rest.split_first_chunk()?;
        let (passes, rest) = rest.split_first_chunk()?;
        let (lanes, rest) = rest.split_first_chunk()?;
        let stretching = Stretching {
            salt: *salt,
            memory: u32::from_be_bytes(*memory),
            passes: u32::from_be_bytes(*passes),
            lanes: u32::from_be_bytes(*lanes),
        };
        let fine = rest.is_empty()
            && (19_456..=4_194_304).contains(&stretching.memory)
            && (2..=64).contains(&stretching.passes)
            && (1..=16).contains(&stretching.lanes);
        fine.then_some(stretching)
    }

    pub(crate) fn stretch(&self, passphrase: &str) -> Result<RootKey, Failure> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        let refused = |_| Failure::Unavailable("the passphrase cannot be stretched".into());
        let params = Params::new(self.memory, self.passes, self.lanes, Some(KEY_LENGTH));
        let params = params.map_err(refused)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt, key.as_mut_slice())
            .map_err(refused)?;
        Ok(RootKey::from_bytes(&key))
    }
}

impl Root {
    /// How the root key of a new keyring is stretched, if it is a passphrase.
    pub(crate) fn new_stretching(
        &self,
        randomness: &dyn Randomness,
    ) -> Result<Option<Stretching>, Failure> {
        match self {
            Root::Passphrase(text)
                if text.expose_secret().chars().count() < PASSPHRASE_LENGTH_MIN =>
            {
                Err(Failure::Invalid(
                    "the passphrase is too short: use at least 15 characters, such as five words",
                ))
            }
            Root::Passphrase(_) => Ok(Some(Stretching::new(randomness))),
            Root::File(_) | Root::Handed(_) | Root::Device(_) | Root::Keeper(_) => Ok(None),
        }
    }

    /// Comes by the root key. `may_create` says that nothing depends on a key yet: then a file or a
    /// device that has none is given one.
    pub(crate) fn keeper(
        &self,
        stretching: Option<Stretching>,
        may_create: bool,
        randomness: &dyn Randomness,
    ) -> Result<Arc<dyn RootKeeper>, Failure> {
        match (self, stretching) {
            (Root::Keeper(keeper), _) => Ok(Arc::clone(keeper)),
            (Root::File(path), None) => Ok(Arc::new(from_file(path, may_create, randomness)?)),
            (Root::Passphrase(text), Some(stretching)) => {
                Ok(Arc::new(stretching.stretch(text.expose_secret())?))
            }
            (Root::Handed(handed), None) => Ok(Arc::new(handed.key()?)),
            (Root::Device(device), None) => Ok(Arc::new(device.clone().keeper(may_create)?)),
            (Root::File(_) | Root::Handed(_) | Root::Device(_), Some(_)) => {
                Err(Failure::Unavailable(
                    "this keyring was made with a passphrase: give that instead of a key".into(),
                ))
            }
            (Root::Passphrase(_), None) => Err(Failure::Unavailable(
                "this keyring was not made with a passphrase: name its key file, or whoever keeps \
                 its key"
                    .into(),
            )),
        }
    }
}

impl RootKeeper for RootKey {
    fn name(&self) -> Result<RootName, Failure> {
        let mut name = [0; 16];
        for (to, from) in name
            .iter_mut()
            .zip(derive(self.bytes(), &[b"kept/v1/root-name"]).iter())
        {
            *to = *from;
        }
        Ok(name)
    }

    fn wrap(
        &self,
        bound_to: &[u8],
        key: &[u8; KEY_LENGTH],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure> {
        let cipher = Cipher::new(&derive(self.bytes(), &[b"kept/v1/root", bound_to]))?;
        cipher.seal(&[], bound_to, Zeroizing::new(key.to_vec()), randomness)
    }

    fn open(
        &self,
        bound_to: &[u8],
        wrapped: &[u8],
    ) -> Result<Option<Zeroizing<[u8; KEY_LENGTH]>>, Failure> {
        let Some(rest) = known_algorithm(wrapped) else {
            return Ok(None);
        };
        let cipher = Cipher::new(&derive(self.bytes(), &[b"kept/v1/root", bound_to]))?;
        let opened = cipher.unseal(bound_to, rest);
        Ok(opened.and_then(|key| key.as_slice().try_into().ok().map(Zeroizing::new)))
    }
}

/// Whether two names are of the same root key.
pub(crate) fn same_root(one: &RootName, other: &[u8]) -> bool {
    same(one, other)
}

fn from_file(
    path: &Path,
    may_create: bool,
    randomness: &dyn Randomness,
) -> Result<RootKey, Failure> {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(metadata) => refuse_if_shared(path, &metadata)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound && may_create => {
            return create_file(path, randomness).map_err(|error| {
                Failure::Unavailable(format!("the key file {shown} cannot be made: {error}"))
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Failure::Unavailable(format!(
                "the key file {shown} is missing: nothing stored can be read without it; \
                 restore it from where you keep its copy"
            )));
        }
        Err(error) => return Err(unreadable(path, &error)),
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    parse(&Zeroizing::new(text)).ok_or_else(|| {
        Failure::Unavailable(format!(
            "{shown} is not a key file: it has two lines, `{KEY_FILE_HEADER}` and the key in base64; \
             restore it from where you keep its copy"
        ))
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Unavailable(format!(
        "the key file {} cannot be read: {error}",
        path.display()
    ))
}

/// A key file that others can read is not secret; whoever runs Kept decides what to do about it.
#[cfg(unix)]
fn refuse_if_shared(path: &Path, metadata: &fs::Metadata) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let shown = path.display();
    Err(Failure::Unavailable(format!(
        "the key file {shown} can be reached by others than its owner: run `chmod 600 {shown}`, \
         and rotate the root key if somebody may have read it"
    )))
}

#[cfg(not(unix))]
fn refuse_if_shared(_: &Path, _: &fs::Metadata) -> Result<(), Failure> {
    Ok(())
}

fn parse(text: &str) -> Option<RootKey> {
    let mut lines = text.lines();
    let (header, key, rest) = (lines.next()?, lines.next()?, lines.next());
    if header != KEY_FILE_HEADER || rest.is_some_and(|rest| !rest.trim().is_empty()) {
        return None;
    }
    let bytes = Zeroizing::new(BASE64.decode(key.trim_end().as_bytes()).ok()?);
    let bytes = Zeroizing::new(bytes.as_slice().try_into().ok()?);
    Some(RootKey::from_bytes(&bytes))
}

/// Writes a new key file so that after a crash it is there whole or not at all.
fn create_file(path: &Path, randomness: &dyn Randomness) -> io::Result<RootKey> {
    let key = RootKey::random(randomness);
    let encoded = Zeroizing::new(BASE64.encode(key.bytes()));
    let text = Zeroizing::new(format!("{KEY_FILE_HEADER}\n{}\n", encoded.as_str()));
    let part = path.with_extension("part");
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    sync_folder(path)?;
    Ok(key)
}

/// Makes a file's name durable by syncing the folder it stands in.
pub(crate) fn sync_folder(of: &Path) -> io::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests;
