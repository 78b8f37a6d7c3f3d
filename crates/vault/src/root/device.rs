//! A root key in a device that speaks PKCS#11 (OASIS PKCS #11 v2.40 and later): the device wraps,
//! and the key never leaves it.
//! It gives a wrong PIN once, never a second time, and shows neither PIN nor key.
//!
//! The token is logged in to for each of the few things asked of it: at a start, at a rotation, in
//! an audit. In between nothing is held open, so a device may be away while the server runs.

use super::{RootKeeper, RootName};
use crate::cipher::{NONCE_LENGTH, TAG_LENGTH};
use crate::secret::{KEY_LENGTH, same};
use crate::store::Failure;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use kept_terms::Randomness;
use secrecy::SecretString;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The byte that leads what a device wrapped: AES-256-GCM under the root key itself.
const ALGORITHM: u8 = 2;
/// The length of what a device wrapped: algorithm, nonce, key, tag.
const WRAPPED_LENGTH: usize = 1 + NONCE_LENGTH + KEY_LENGTH + TAG_LENGTH;
/// The block that names a root key: enciphered alone, it is no block that GCM enciphers, whose
/// last four bytes count from one.
const NAME_BLOCK: &[u8; 16] = b"kept/v1/rootname";

/// The modules of this process. Whoever asks a device for something holds them until it is done,
/// since who is logged in, and whether a module is initialised, is the whole process's.
static MODULES: Mutex<Modules> = Mutex::new(Modules {
    loaded: BTreeMap::new(),
    initialised: BTreeSet::new(),
});

/// The modules that were loaded, by path, and which of them are initialised. None is unloaded:
/// many leave threads and exit handlers behind.
struct Modules {
    loaded: BTreeMap<PathBuf, Pkcs11>,
    initialised: BTreeSet<PathBuf>,
}

/// Which key of which device is the root key. It cannot be printed.
#[derive(Clone)]
pub struct Device {
    /// The module that the device comes with, a shared library.
    pub module: PathBuf,
    /// The label of the token.
    pub token: String,
    /// The token's serial number, where its label does not tell it from others.
    pub serial: Option<String>,
    /// The label of the key: AES, 256 bits, sensitive, and not to be extracted.
    pub key: String,
    /// The PIN of the token's user.
    pub pin: SecretString,
}

impl Device {
    /// Looks that the key is there and as it should be. `may_create` says that nothing depends on
    /// it yet: then a missing one is made on the device.
    pub(super) fn keeper(self, may_create: bool) -> Result<Keeper, Failure> {
        let mut modules = Modules::held();
        let session = self.session(&mut modules, false)?;
        let found = self.find(&session)?;
        drop(session);
        match found {
            Some(_) => {}
            None if may_create => self.make(&mut modules)?,
            None => {
                return Err(Failure::Unavailable(format!(
                    "the token `{}` has no key `{}`: nothing stored can be read without it; \
                     restore it from the device's own backup",
                    self.token, self.key
                )));
            }
        }
        drop(modules);
        Ok(Keeper { device: self })
    }

    /// The failure of a call, and what it was for.
    fn failed(&self, what: &str, error: &Error) -> Failure {
        let token = &self.token;
        Failure::Unavailable(match error {
            Error::Pkcs11(
                RvError::DeviceRemoved
                | RvError::TokenNotPresent
                | RvError::DeviceError
                | RvError::SessionHandleInvalid
                | RvError::SlotIdInvalid,
                _,
            ) => format!(
                "the device with the token `{token}` is gone ({}): connect it, and start anew",
                told(error)
            ),
            _ => format!("the token `{token}` cannot {what}: {}", told(error)),
        })
    }

    /// Logs in to the token. Where that does not come as far as the PIN, the device may have been
    /// away since the module was initialised, so that is done anew, once.
    fn session(&self, modules: &mut Modules, writes: bool) -> Result<Session, Failure> {
        let begun = self.begin(modules, writes);
        let begun = match begun {
            Ok(session) => Ok(session),
            Err(_) => {
                modules.forget(&self.module);
                self.begin(modules, writes)
            }
        };
        let session = begun?;
        match session.login(UserType::User, Some(&self.pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(Error::Pkcs11(RvError::PinIncorrect | RvError::PinLenRange, _)) => {
                Err(Failure::Unavailable(format!(
                    "the PIN of the token `{}` is wrong: it was tried once; put it right before \
                     the next start, and log in once with the device's own program",
                    self.token
                )))
            }
            Err(error) => Err(self.failed("be logged in to", &error)),
        }
    }

    /// Opens a session, without the PIN.
    fn begin(&self, modules: &mut Modules, writes: bool) -> Result<Session, Failure> {
        let module = modules.loaded(&self.module)?;
        let (slot, info) = self.slot(&module)?;
        self.may_try(&info)?;
        let session = match writes {
            true => module.open_rw_session(slot),
            false => module.open_ro_session(slot),
        };
        session.map_err(|error| self.failed("be opened", &error))
    }

    /// The token's slot; there has to be one alone of the name.
    fn slot(&self, module: &Pkcs11) -> Result<(Slot, TokenInfo), Failure> {
        let slots = module
            .get_slots_with_initialized_token()
            .map_err(|error| self.failed("be looked for", &error))?;
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for slot in slots {
            // What cannot be asked is no token of ours.
            let Ok(info) = module.get_token_info(slot) else {
                continue;
            };
            let serial = self.serial.as_deref();
            if info.label() == self.token && serial.is_none_or(|it| it == info.serial_number()) {
                found.push((slot, info));
            } else {
                others.push(format!("`{}`", info.label()));
            }
        }
        let shown = self.module.display();
        match (found.pop(), found.is_empty()) {
            (Some(found), true) => Ok(found),
            (Some(_), false) => Err(Failure::Unavailable(format!(
                "the module `{shown}` has several tokens `{}`: name the one by its `serial`",
                self.token
            ))),
            (None, _) if others.is_empty() => Err(Failure::Unavailable(format!(
                "the module `{shown}` has no token at all: connect the device with the token `{}`",
                self.token
            ))),
            (None, _) => Err(Failure::Unavailable(format!(
                "the module `{shown}` has no token `{}`, only {}: connect the device, or name the \
                 right token",
                self.token,
                others.join(", ")
            ))),
        }
    }

    /// Whether the PIN may be tried. A token locks itself after a few wrong ones, and whoever
    /// starts a server again and again would use them up.
    fn may_try(&self, info: &TokenInfo) -> Result<(), Failure> {
        let token = &self.token;
        let told = if info.user_pin_locked() {
            "is locked, after too many wrong PINs: its security officer unlocks it".to_owned()
        } else if info.user_pin_count_low() || info.user_pin_final_try() {
            "was given a wrong PIN last, so none is tried now: put the PIN right, and log in once \
             with the device's own program, such as `pkcs11-tool --login --list-objects`"
                .to_owned()
        } else if !info.user_pin_initialized() {
            "has no PIN for its user: its security officer sets one".to_owned()
        } else {
            return Ok(());
        };
        Err(Failure::Unavailable(format!("the token `{token}` {told}")))
    }

    /// The key, if it is there and fit to be a root key.
    fn find(&self, session: &Session) -> Result<Option<ObjectHandle>, Failure> {
        let failed = |error| self.failed("be looked through", &error);
        let wanted = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::Label(self.key.clone().into_bytes()),
        ];
        let mut found = session.find_objects(&wanted).map_err(failed)?;
        let Some(key) = found.pop() else {
            return Ok(None);
        };
        if !found.is_empty() {
            return Err(self.unfit("is there more than once: give each a label of its own"));
        }
        let asked = [
            AttributeType::KeyType,
            AttributeType::ValueLen,
            AttributeType::Sensitive,
            AttributeType::Extractable,
            AttributeType::Encrypt,
            AttributeType::Decrypt,
        ];
        let told = session.get_attributes(key, &asked).map_err(failed)?;
        if !told.contains(&Attribute::KeyType(KeyType::AES))
            || !told.contains(&Attribute::ValueLen((KEY_LENGTH as u64).into()))
        {
            return Err(self.unfit("is not an AES key of 256 bits"));
        }
        if !told.contains(&Attribute::Sensitive(true))
            || !told.contains(&Attribute::Extractable(false))
        {
            return Err(self.unfit(
                "may be taken out of the device: make one that is sensitive and not extractable",
            ));
        }
        if !told.contains(&Attribute::Encrypt(true)) || !told.contains(&Attribute::Decrypt(true)) {
            return Err(self.unfit("may not encrypt and decrypt"));
        }
        Ok(Some(key))
    }

    fn unfit(&self, why: &str) -> Failure {
        Failure::Unavailable(format!(
            "the key `{}` of the token `{}` {why}",
            self.key, self.token
        ))
    }

    /// Makes the key on the device, where it stays.
    fn make(&self, modules: &mut Modules) -> Result<(), Failure> {
        let session = self.session(modules, true)?;
        let wanted = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
            Attribute::Label(self.key.clone().into_bytes()),
            Attribute::ValueLen((KEY_LENGTH as u64).into()),
        ];
        session
            .generate_key(&Mechanism::AesKeyGen, &wanted)
            .map_err(|error| self.failed("make a key", &error))?;
        match self.find(&session)? {
            Some(_) => Ok(()),
            None => Err(self.unfit("was made and is not there")),
        }
    }
}

/// A device that keeps a root key, and wraps with it.
pub(super) struct Keeper {
    device: Device,
}

impl Keeper {
    /// Does something with the key.
    fn with_key<T>(
        &self,
        what: &str,
        work: impl FnOnce(&Session, ObjectHandle) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let device = &self.device;
        let mut modules = Modules::held();
        let session = device.session(&mut modules, false)?;
        let Some(key) = device.find(&session)? else {
            return Err(device.unfit("is gone: restore it from the device's own backup"));
        };
        work(&session, key).map_err(|error| device.failed(what, &error))
    }

    /// Wraps with a nonce. Some devices draw one of their own and say which it was, so the nonce
    /// is read again afterwards.
    fn sealed(
        &self,
        nonce: &mut [u8; NONCE_LENGTH],
        bound_to: &[u8],
        key: &[u8; KEY_LENGTH],
    ) -> Result<Vec<u8>, Failure> {
        self.with_key("wrap", |session, root| {
            let bits = (TAG_LENGTH as u64 * 8).into();
            let params = GcmParams::new(nonce.as_mut_slice(), bound_to, bits)?;
            session.encrypt(&Mechanism::AesGcm(params), root, key)
        })
    }
}

impl RootKeeper for Keeper {
    fn name(&self) -> Result<RootName, Failure> {
        let name = self.with_key("name its key", |session, root| {
            session.encrypt(&Mechanism::AesEcb, root, NAME_BLOCK)
        })?;
        let name = name.as_slice().try_into();
        name.map_err(|_| self.device.unfit("enciphers a block to something else"))
    }

    fn wrap(
        &self,
        bound_to: &[u8],
        key: &[u8; KEY_LENGTH],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure> {
        let mut nonce = [0; NONCE_LENGTH];
        randomness.fill(&mut nonce);
        let sealed = self.sealed(&mut nonce, bound_to, key)?;
        let wrapped = [&[ALGORITHM], nonce.as_slice(), &sealed].concat();
        // What does not open again is not to be stored.
        let opened = self.open(bound_to, &wrapped)?;
        match opened.is_some_and(|opened| same(&*opened, key)) {
            true => Ok(wrapped),
            false => Err(Failure::Unavailable(format!(
                "the token `{}` does not open what it wrapped: its AES-GCM is not as PKCS#11 has it",
                self.device.token
            ))),
        }
    }

    fn open(
        &self,
        bound_to: &[u8],
        wrapped: &[u8],
    ) -> Result<Option<Zeroizing<[u8; KEY_LENGTH]>>, Failure> {
        let nonce_and_sealed = wrapped.split_first().and_then(|(algorithm, rest)| {
            let known = *algorithm == ALGORITHM && wrapped.len() == WRAPPED_LENGTH;
            known.then(|| rest.split_first_chunk::<NONCE_LENGTH>())?
        });
        let Some((nonce, sealed)) = nonce_and_sealed else {
            return Ok(None);
        };
        let mut nonce = *nonce;
        let opened = self.with_key("open", |session, root| {
            let bits = (TAG_LENGTH as u64 * 8).into();
            let params = GcmParams::new(&mut nonce, bound_to, bits)?;
            match session.decrypt(&Mechanism::AesGcm(params), root, sealed) {
                Ok(opened) => Ok(Some(Zeroizing::new(opened))),
                Err(Error::Pkcs11(
                    RvError::EncryptedDataInvalid
                    | RvError::EncryptedDataLenRange
                    | RvError::DataInvalid,
                    _,
                )) => Ok(None),
                // Some devices say no more than this of a text that is not theirs; one that is out
                // of order does nothing else either.
                Err(error @ Error::Pkcs11(RvError::GeneralError | RvError::FunctionFailed, _)) => {
                    let works = session.encrypt(&Mechanism::AesEcb, root, NAME_BLOCK);
                    works.map(|_| None).map_err(|_| error)
                }
                Err(error) => Err(error),
            }
        })?;
        Ok(opened.and_then(|key| key.as_slice().try_into().ok().map(Zeroizing::new)))
    }
}

/// What went wrong, by the standard's names.
fn told(error: &Error) -> String {
    match error {
        Error::Pkcs11(said, function) => format!("{function:?} says {said:?}"),
        other => other.to_string(),
    }
}

impl Modules {
    /// Holds the modules.
    fn held() -> MutexGuard<'static, Modules> {
        MODULES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A module, loaded and initialised.
    fn loaded(&mut self, path: &Path) -> Result<Pkcs11, Failure> {
        let failed = |error: Error| {
            Failure::Unavailable(format!(
                "the PKCS#11 module `{}` cannot be used: {}; name the library that the device \
                 comes with",
                path.display(),
                told(&error)
            ))
        };
        let module = match self.loaded.get(path) {
            Some(module) => module.clone(),
            None => Pkcs11::new(path).map_err(failed)?,
        };
        self.loaded.insert(path.to_owned(), module.clone());
        if !self.initialised.contains(path) {
            match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
                Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
                Err(error) => return Err(failed(error)),
            }
            self.initialised.insert(path.to_owned());
        }
        Ok(module)
    }

    /// Ends what was begun with a module; it is initialised anew when it is asked next.
    fn forget(&mut self, path: &Path) {
        if let Some(module) = self.loaded.get(path)
            && self.initialised.remove(path)
        {
            // What cannot be ended is told when it is begun again.
            let _ = module.clone().finalize();
        }
    }
}

#[cfg(test)]
mod tests;
