//! A device that speaks PKCS#11 of a test's own: SoftHSM (which `scripts/test` installs), whose
//! tokens stand in a folder that goes with it. It never touches a token that is there already.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable by which the module finds its tokens.
pub const VARIABLE: &str = "SOFTHSM2_CONF";
/// The PIN of the user of every token.
pub const PIN: &str = "4711-0815";

/// A device with tokens.
pub struct Device {
    folder: PathBuf,
}

impl Device {
    /// A device without a token.
    ///
    /// # Panics
    /// Where no folder can be made.
    pub fn new(folder: &Path) -> Device {
        let tokens = folder.join("tokens");
        std::fs::create_dir_all(&tokens).expect("a folder for the tokens");
        let text = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        );
        std::fs::write(folder.join("softhsm2.conf"), text).expect("the device's settings");
        Device {
            folder: folder.to_owned(),
        }
    }

    /// Where its settings are, which whoever uses it says in [`VARIABLE`].
    pub fn settings(&self) -> PathBuf {
        self.folder.join("softhsm2.conf")
    }

    /// The folder of its tokens; without it the device is gone.
    pub fn tokens(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    /// Makes a token.
    ///
    /// # Panics
    /// Where SoftHSM is not installed.
    pub fn with_token(self, label: &str) -> Device {
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", label])
            .args(["--pin", PIN, "--so-pin", "so-4711-0815"])
            .env(VARIABLE, self.settings())
            .output()
            .expect("`softhsm2-util` runs; install softhsm2");
        let told = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "the token was not made: {told}");
        self
    }

    /// The module that speaks for it.
    ///
    /// # Panics
    /// Where SoftHSM is not installed.
    pub fn module() -> PathBuf {
        let names = [
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
        ];
        let mut names = names.iter().map(PathBuf::from);
        let found = names.find(|path| path.exists());
        found.expect("SoftHSM is not installed: run scripts/test")
    }
}

/// Whether this process is one in which a test has a device to itself. Where it is not, the test
/// runs in one that is, since a module looks for its tokens once, where a variable says.
///
/// # Panics
/// Where the test fails there.
pub fn has_device(test: &str) -> bool {
    if std::env::var_os(VARIABLE).is_some() {
        return true;
    }
    let folder = std::env::temp_dir().join(format!(
        "kept-token-{}-{}",
        std::process::id(),
        test.replace(':', "-")
    ));
    let device = Device::new(&folder).with_token("kept");
    let program = std::env::current_exe().expect("the test's program");
    let ran = Command::new(program)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(VARIABLE, device.settings())
        .output()
        .expect("the test's program runs");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let told = String::from_utf8_lossy(&ran.stderr);
    let _ = std::fs::remove_dir_all(folder);
    let passed = ran.status.success() && said.contains("1 passed");
    assert!(passed, "{said}\n{told}");
    false
}
