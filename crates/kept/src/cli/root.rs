//! Who keeps the root key: a file, a head, the system's credentials, a device, or a program that
//! asks a key service. What they hand over is neither shown nor written anywhere.

use super::Failed;
use super::device::Uri;
use super::house::{secret, unreadable};
use kept_processing::{HandedKey, RootKey, SecretString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The variable in which the system says where the credentials of a service are.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// Bytes of the longest answer that is taken for a key.
const ANSWER_BYTES_MAX: u64 = 4096;

/// A program with what it is told, run without a shell.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    words: Vec<String>,
}

impl std::str::FromStr for Command {
    type Err = String;

    fn from_str(text: &str) -> Result<Command, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        match words.is_empty() {
            true => Err("name a program and what it is told".to_owned()),
            false => Ok(Command { words }),
        }
    }
}

impl Command {
    /// Runs it, and takes what it prints. What it says besides goes where our own messages go.
    fn printed(&self) -> Result<SecretString, Failed> {
        let (program, told) = self
            .words
            .split_first()
            .ok_or_else(|| Failed::new("no program"))?;
        let failed = |what: String| {
            Failed::new(format!("the command that prints the root key {what}")).help(format!(
                "run `{program}` by hand, as the user that runs Kept"
            ))
        };
        let mut child = std::process::Command::new(program)
            .args(told)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|cause| failed(format!("does not start: {cause}")))?;
        let mut answer = String::with_capacity(4096);
        let read = match child.stdout.take() {
            Some(output) => output.take(ANSWER_BYTES_MAX).read_to_string(&mut answer),
            None => Ok(0),
        };
        let answer = SecretString::from(answer);
        let ended = child.wait();
        match (read, ended) {
            (Ok(length), Ok(_)) if length as u64 == ANSWER_BYTES_MAX => {
                Err(failed("printed far more than a key".to_owned()))
            }
            (Ok(_), Ok(status)) if status.success() => Ok(answer),
            (Ok(_), Ok(status)) => Err(failed(format!("ended with {status}"))),
            _ => Err(failed("printed something else".to_owned())),
        }
    }
}

/// Who was named as the root key's keeper; at most one.
pub(super) struct Keeper<'k> {
    /// A file.
    pub file: Option<&'k Path>,
    /// A file that holds a passphrase.
    pub passphrase_file: Option<&'k Path>,
    /// A program.
    pub command: Option<&'k Command>,
    /// A credential of the service.
    pub credential: Option<&'k str>,
    /// A key in a device.
    pub device: Option<&'k Uri>,
}

impl Keeper<'_> {
    /// The key, or where it is to be had; nothing where nobody was named.
    pub fn key(&self) -> Result<Option<RootKey>, Failed> {
        if let Some(path) = self.passphrase_file {
            let empty = || Failed::new(format!("`{}` holds no passphrase", path.display()));
            let text = secret(Some(path), "")?.ok_or_else(empty)?;
            return Ok(Some(RootKey::Passphrase(text)));
        }
        if let Some(path) = self.file {
            return Ok(Some(RootKey::File(path.to_owned())));
        }
        if let Some(command) = self.command {
            let program = command.words.first().map_or("", String::as_str);
            return Ok(Some(RootKey::Handed(HandedKey {
                text: command.printed()?,
                by: format!("the command `{program}`"),
            })));
        }
        if let Some(uri) = self.device {
            return Ok(Some(RootKey::Device(uri.key()?)));
        }
        let Some(name) = self.credential else {
            return Ok(None);
        };
        let folder = std::env::var_os(CREDENTIALS).ok_or_else(|| {
            let problem = format!("no credentials were given to this process ({CREDENTIALS})");
            Failed::new(problem).help("name the credential in the unit: `LoadCredential=`")
        })?;
        let is_plain = Path::new(name).file_name().is_some_and(|it| *it == *name);
        if !is_plain {
            return Err(Failed::new("a credential's name is no path"));
        }
        let path = PathBuf::from(folder).join(name);
        let text = std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, &cause))?;
        Ok(Some(RootKey::Handed(HandedKey {
            text: SecretString::from(text),
            by: format!("the credential `{name}`"),
        })))
    }
}
