//! Who keeps the root key: a house goes from one keeper to the next, opens with the last alone, and
//! no message shows a key.

use super::{Ended, House};

/// A key, and another; invented.
const ONE: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER: &str = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

fn with(house: &House, words: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = house.command(words);
    command.envs(variables.iter().copied());
    let ended = Ended::of(command.output().unwrap());
    let said = format!("{}{}", ended.out, ended.err);
    for key in [ONE, OTHER] {
        assert!(!said.contains(&key[..20]), "a key is shown: {said}");
    }
    ended
}

#[test]
fn a_house_goes_from_one_keeper_of_its_root_key_to_the_next() {
    let house = House::new();
    std::fs::write(house.path("printed"), format!("{ONE}\n")).unwrap();
    std::fs::create_dir(house.path("credentials")).unwrap();
    let text = format!("kept root key 1\n{OTHER}\n");
    std::fs::write(house.path("credentials/root"), text).unwrap();
    let credentials = house.path("credentials");
    let credentials = [("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap())];
    let none: &[(&str, &str)] = &[];
    let command = ["--root-command", "cat printed"];

    // A program prints it.
    let begun = ["token", "create", "--administrator"];
    with(&house, &[&begun[..], &command].concat(), none).done();
    with(&house, &[&["audit"][..], &command].concat(), none).done();
    assert!(
        !house.path("kept-data/root.key").exists(),
        "no key was made"
    );
    let missing = with(&house, &["audit"], none);
    missing.ends(1, &["root.key", "missing"]);
    // The variable holds the same.
    with(&house, &["audit"], &[("KEPT_ROOT_SECRET", ONE)]).done();
    with(&house, &["audit"], &[("KEPT_ROOT_SECRET", OTHER)])
        .ends(1, &["did not make this keyring"]);

    // The service's credential takes its place.
    let rotate = ["rotate", "--new-root-credential", "root"];
    let rotated = with(&house, &[&rotate[..], &command].concat(), &credentials);
    rotated.done().ends(0, &["under the new root key"]);
    with(&house, &[&["audit"][..], &command].concat(), none)
        .ends(1, &["did not make this keyring"]);
    let credential = ["audit", "--root-credential", "root"];
    with(&house, &credential, &credentials).done();
    with(&house, &credential, none).ends(1, &["no credentials were given", "LoadCredential"]);

    // And a file that of it.
    let rotate = [
        "rotate",
        "--new-root-key",
        "own.key",
        "--root-credential",
        "root",
    ];
    with(&house, &rotate, &credentials).done();
    with(&house, &["audit", "--root-key", "own.key"], none).done();
    with(&house, &credential, &credentials).ends(1, &["did not make this keyring"]);
}

#[test]
fn what_is_no_root_key_is_told_without_it() {
    let house = House::new();
    std::fs::write(house.path("short"), &ONE[..40]).unwrap();
    for (told, says) in [
        (
            "cat short",
            "the command `cat` does not hand over a root key",
        ),
        ("cat nowhere", "ended with exit status: 1"),
        ("no-such-program", "does not start"),
        ("head -c 99999 /dev/zero", "printed far more than a key"),
    ] {
        let words = ["token", "create", "--administrator", "--root-command", told];
        with(&house, &words, &[]).ends(1, &[says]);
    }
    let words = [
        "audit",
        "--root-command",
        "cat short",
        "--root-key",
        "root.key",
    ];
    with(&house, &words, &[]).ends(1, &["cannot be used with"]);
    std::fs::write(house.path("empty"), "\n").unwrap();
    let words = [
        "token",
        "create",
        "--administrator",
        "--passphrase-file",
        "empty",
    ];
    with(&house, &words, &[]).ends(1, &["holds no passphrase"]);
    let words = ["audit", "--root-credential", "../root"];
    with(&house, &words, &[("CREDENTIALS_DIRECTORY", "/")]).ends(1, &["is no path"]);
}
