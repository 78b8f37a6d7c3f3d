//! A root key in a device: a house begins with it, goes to it and back, opens with it alone, and
//! says what is the matter when the device is not there.

use super::standing_by::{Running, send};
use super::{Ended, House};
use kept_testing::token::{Device, PIN, VARIABLE};

/// A house with a device that has a token.
struct Kept {
    house: House,
    device: Device,
}

impl Kept {
    fn new(house: House) -> Kept {
        let device = Device::new(&house.path("device")).with_token("kept");
        std::fs::write(house.path("pin"), format!("{PIN}\n")).unwrap();
        Kept { house, device }
    }

    fn uri(key: &str) -> String {
        let module = Device::module();
        format!(
            "pkcs11:token=kept;object={key}?module-path={}&pin-source=pin",
            module.display()
        )
    }

    fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = self.house.command(words);
        command.env(VARIABLE, self.device.settings());
        command
    }

    fn kept(&self, words: &[&str]) -> Ended {
        let ended = Ended::of(self.command(words).output().unwrap());
        let said = format!("{}{}", ended.out, ended.err);
        assert!(!said.contains("4711"), "a PIN is shown: {said}");
        ended
    }

    /// A command with the key of the device.
    fn with(&self, words: &[&str], key: &str) -> Ended {
        self.kept(&[words, &["--root-pkcs11", &Kept::uri(key)]].concat())
    }
}

const BEGIN: [&str; 3] = ["token", "create", "--administrator"];

#[test]
fn a_house_begins_with_a_key_in_a_device_and_opens_with_it_alone() {
    let kept = Kept::new(House::new());
    kept.with(&BEGIN, "root").done();
    kept.with(&["audit"], "root").done();
    kept.with(&["rotate"], "root").done();
    kept.with(&["audit"], "root").done();
    assert!(!kept.house.path("kept-data/root.key").exists());

    // Without the device nothing opens, with whatever key.
    kept.kept(&["audit"]).ends(1, &["root.key", "missing"]);
    let key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    std::fs::write(
        kept.house.path("own.key"),
        format!("kept root key 1\n{key}\n"),
    )
    .unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(kept.house.path("own.key"), private).unwrap();
    kept.kept(&["audit", "--root-key", "own.key"])
        .ends(1, &["this root key did not make this keyring"]);
    kept.with(&["audit"], "other")
        .ends(1, &["the token `kept` has no key `other`"]);
    std::fs::rename(kept.device.tokens(), kept.house.path("away")).unwrap();
    std::fs::create_dir(kept.device.tokens()).unwrap();
    kept.with(&["audit"], "root")
        .ends(1, &["has no token at all: connect the device"]);

    // Another device has a key of the same name, which is another key.
    let device = Device::new(&kept.house.path("device")).with_token("kept");
    let other = Kept {
        house: House::new(),
        device,
    };
    std::fs::write(other.house.path("pin"), PIN).unwrap();
    other.with(&BEGIN, "root").done();
    kept.with(&["audit"], "root")
        .ends(1, &["this root key did not make this keyring"]);
    std::fs::remove_dir_all(kept.device.tokens()).unwrap();
    std::fs::rename(kept.house.path("away"), kept.device.tokens()).unwrap();
    kept.with(&["audit"], "root").done();
}

#[test]
fn a_house_goes_to_a_key_in_a_device_and_back() {
    let kept = Kept::new(House::new());
    kept.kept(&BEGIN).done();
    kept.kept(&["rotate", "--new-root-pkcs11", &Kept::uri("root")])
        .done()
        .ends(0, &["under the new root key"]);
    kept.kept(&["audit"])
        .ends(1, &["this root key did not make this keyring"]);
    kept.with(&["audit"], "root").done();
    // From one key of the device to another, and out again.
    let rotate = ["rotate", "--new-root-pkcs11", &Kept::uri("next")];
    kept.with(&rotate, "root").done();
    kept.with(&["audit"], "root")
        .ends(1, &["this root key did not make this keyring"]);
    kept.with(&["rotate", "--new-root-key", "own.key"], "next")
        .done();
    kept.kept(&["audit", "--root-key", "own.key"]).done();
    kept.with(&["audit"], "next")
        .ends(1, &["this root key did not make this keyring"]);
}

#[test]
fn a_wrong_pin_is_tried_once_and_what_is_no_address_is_told() {
    let kept = Kept::new(House::new());
    kept.with(&BEGIN, "root").done();
    std::fs::write(kept.house.path("pin"), "0815-4711").unwrap();
    kept.with(&["audit"], "root")
        .ends(1, &["the PIN of the token `kept` is wrong"]);
    for pin in ["0815-4711", PIN] {
        std::fs::write(kept.house.path("pin"), pin).unwrap();
        kept.with(&["audit"], "root")
            .ends(1, &["was given a wrong PIN last, so none is tried now"]);
    }
    let uri = Kept::uri("root");
    let without = uri.split_once("&pin-source").unwrap().0;
    let audit = |uri: &str| kept.kept(&["audit", "--root-pkcs11", uri]);
    audit(without).ends(
        1,
        &["the PIN of the device is missing", "KEPT_ROOT_PKCS11_PIN"],
    );
    audit(&format!("{without}&pin-value=4711")).ends(1, &["holds a PIN"]);
    audit("pkcs11:object=root").ends(1, &["has no `token`"]);
    let module = Device::module().display().to_string();
    audit(&uri.replace(&module, "/nowhere.so")).ends(1, &["the PKCS#11 module `/nowhere.so`"]);
    let both = ["audit", "--root-key", "k", "--root-pkcs11", &uri];
    kept.kept(&both).ends(1, &["cannot be used with"]);
}

#[test]
fn a_server_goes_on_while_the_device_is_away_and_rotates_once_it_is_back() {
    let kept = Kept::new(House::new());
    let made = kept
        .with(&[&BEGIN[..], &["--json"]].concat(), "root")
        .done();
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let words = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--root-pkcs11",
        &Kept::uri("root"),
    ];
    let mut server = Running::of(kept.command(&words));
    let address = server.address();
    std::fs::rename(kept.device.tokens(), kept.house.path("away")).unwrap();
    let rotate = || send(&address, &secret, "POST /v1/rotate", "{}").unwrap();
    let answer = rotate();
    assert!(answer.contains(" 503 "), "{answer}");
    let answer = send(&address, &secret, "GET /v1/tokens", "").unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
    std::fs::rename(kept.house.path("away"), kept.device.tokens()).unwrap();
    let answer = rotate();
    assert!(answer.contains(" 200 "), "{answer}");
    server.kill();
    kept.with(&["audit"], "root").done();
}
