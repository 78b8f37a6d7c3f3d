//! Which key of which device is the root key, as a PKCS#11 URI says it (RFC 7512).
//! It takes no PIN on the command line and shows none.

use super::Failed;
use super::house::secret;
use kept_processing::DeviceKey;
use std::path::{Path, PathBuf};

/// The variable that holds the PIN, where no file does.
const PIN: &str = "KEPT_ROOT_PKCS11_PIN";
/// How such an address looks.
const FORM: &str = "pkcs11:token=kept;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/kept/pin";

/// The address of a key in a device. It is not shown: somebody may have put a PIN into it.
#[derive(Clone)]
pub(crate) struct Uri(String);

impl std::fmt::Debug for Uri {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Uri")
    }
}

impl std::str::FromStr for Uri {
    type Err = std::convert::Infallible;

    /// Clap repeats what it could not read, so what is wrong with it is found out later.
    fn from_str(text: &str) -> Result<Uri, Self::Err> {
        Ok(Uri(text.to_owned()))
    }
}

/// The parts of an address.
#[derive(Default)]
struct Parts {
    token: Option<String>,
    serial: Option<String>,
    object: Option<String>,
    module: Option<PathBuf>,
    pin: Option<PathBuf>,
}

impl Uri {
    /// The key, with the PIN from where the address says that it is, or from the variable.
    pub fn key(&self) -> Result<DeviceKey, Failed> {
        let wrong = |problem: String| {
            Failed::new(format!("the address of the device's key {problem}"))
                .help(format!("it looks like `{FORM}`"))
        };
        let parts = parts(&self.0).map_err(wrong)?;
        let missing = |name: &str| wrong(format!("has no `{name}`"));
        let no_pin = || {
            Failed::new("the PIN of the device is missing").help(format!(
                "name its file as `pin-source`, or give it in {PIN}"
            ))
        };
        Ok(DeviceKey {
            token: parts.token.ok_or_else(|| missing("token"))?,
            serial: parts.serial,
            key: parts.object.ok_or_else(|| missing("object"))?,
            module: parts.module.ok_or_else(|| missing("module-path"))?,
            pin: secret(parts.pin.as_deref(), PIN)?.ok_or_else(no_pin)?,
        })
    }
}

fn parts(text: &str) -> Result<Parts, String> {
    let rest = text.strip_prefix("pkcs11:");
    let rest = rest.ok_or_else(|| "does not begin with `pkcs11:`".to_owned())?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (path, query) = (path.split(';'), query.split('&'));
    let mut parts = Parts::default();
    for part in path.chain(query).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value =
            decoded(value).ok_or_else(|| format!("has something unreadable as `{name}`"))?;
        let taken = match name {
            "token" => parts.token.replace(value),
            "serial" => parts.serial.replace(value),
            "object" => parts.object.replace(value),
            "module-path" => parts.module.replace(value.into()).map(|_| String::new()),
            "pin-source" => {
                let path = value.strip_prefix("file:").unwrap_or(&value);
                let path = path.strip_prefix("//").unwrap_or(path);
                parts
                    .pin
                    .replace(Path::new(path).to_owned())
                    .map(|_| String::new())
            }
            "type" if value == "secret-key" => None,
            "type" => return Err("is of a key that is not secret (`type`)".to_owned()),
            "pin-value" => {
                return Err(
                    "holds a PIN, where everybody on the machine can see it: name its file as \
                     `pin-source`, and change the PIN"
                        .to_owned(),
                );
            }
            // Of a name that is none of these only the name is said.
            other => return Err(format!("names `{other}`, which is not known here")),
        };
        if taken.is_some() {
            return Err(format!("names `{name}` twice"));
        }
    }
    Ok(parts)
}

/// A value with what stands in it as `%` and two digits (RFC 3986 section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let told = match parts(text) {
            Ok(it) => format!(
                "{:?} {:?} {:?} {:?} {:?}",
                it.token, it.serial, it.object, it.module, it.pin
            ),
            Err(problem) => problem,
        };
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("4711"), "{told}");
    }

    #[test]
    fn an_address_says_which_key_and_never_a_pin() {
        check(
            FORM,
            r#"Some("kept") None Some("root") Some("/usr/lib/softhsm/libsofthsm2.so") Some("/etc/kept/pin")"#,
        );
        check(
            "pkcs11:type=secret-key;serial=00%31;token=A%20b%c3%a9?pin-source=file:///a%2fb",
            r#"Some("A bé") Some("001") None None Some("/a/b")"#,
        );
        check("pkcs11:?pin-source=file:/a", r#"Some("/a")"#);
        check("pkcs11:token=a?pin-value=4711", "holds a PIN");
        check("pkcs11:token=a;token=b", "names `token` twice");
        check(
            "pkcs11:tokan=4711",
            "names `tokan`, which is not known here",
        );
        check("pkcs11:token=%4", "something unreadable as `token`");
        check("pkcs11:token=%ff", "something unreadable as `token`");
        check("pkcs11:type=private", "not secret");
        check("/usr/lib/softhsm.so", "does not begin with `pkcs11:`");
    }
}
