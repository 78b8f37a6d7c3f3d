//! Where root keys come from, and what is said when they do not.

use super::*;
use crate::dice::Dice;
use tempfile::TempDir;

fn keeper(root: &Root, may_create: bool) -> Result<Arc<dyn RootKeeper>, String> {
    let keeper = root.keeper(None, may_create, &Dice::new(1));
    keeper.map_err(|failure| failure.to_string())
}

/// Opens a key file with this content and these rights; the complaint must contain `expected`.
#[track_caller]
fn check(text: &str, mode: u32, expected: &str) {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("root.key");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let said = keeper(&Root::File(path), true).err().unwrap_or_default();
    assert!(
        said.contains(expected) && said.is_empty() == expected.is_empty(),
        "{said}"
    );
    assert!(!said.contains("AAAA"), "{said}");
}

#[test]
fn a_key_file_is_taken_or_refused_with_a_remedy() {
    let key = "A".repeat(43) + "=";
    let good = format!("kept root key 1\n{key}\n");
    check(&good, 0o600, "");
    check(&good, 0o400, "");
    check(&good.replace('\n', "\r\n"), 0o600, "");
    for mode in [0o640, 0o604, 0o660, 0o644, 0o610] {
        check(&good, mode, "run `chmod 600 ");
    }
    for bad in [
        String::new(),
        key.clone(),
        format!("kept root key 2\n{key}\n"),
        "kept root key 1\n".to_owned(),
        format!("kept root key 1\n{}\n", &key[4..]),
        format!("kept root key 1\n{key}\n{key}\n"),
    ] {
        check(&bad, 0o600, "is not a key file");
    }
}

#[test]
fn a_key_file_is_made_once_and_read_again() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("root.key");
    let root = Root::File(path.clone());
    let said = keeper(&root, false).err().unwrap();
    assert!(
        said.contains("is missing: nothing stored can be read without it"),
        "{said}"
    );
    assert!(!path.exists());

    let made = keeper(&root, true).ok().unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    for may_create in [true, false] {
        let read = keeper(&root, may_create).ok().unwrap();
        assert_eq!(read.name().unwrap(), made.name().unwrap());
    }
}

#[test]
fn a_wrapped_key_opens_for_its_root_and_place_only() {
    let root = RootKey::random(&Dice::new(1));
    let wrapped = root.wrap(b"here", &[5; 32], &Dice::new(2)).unwrap();
    assert_eq!(*root.open(b"here", &wrapped).unwrap().unwrap(), [5; 32]);
    assert!(root.open(b"there", &wrapped).unwrap().is_none());
    assert!(
        RootKey::random(&Dice::new(3))
            .open(b"here", &wrapped)
            .unwrap()
            .is_none()
    );
    for at in 0..wrapped.len() {
        let mut flipped = wrapped.clone();
        flipped[at] ^= 1;
        assert!(root.open(b"here", &flipped).unwrap().is_none(), "byte {at}");
    }
}

#[test]
fn a_passphrase_is_long_and_stretched_with_its_salt() {
    let passphrase = |text: &str| Root::Passphrase(SecretString::from(text.to_owned()));
    assert!(
        passphrase("fourteen chars")
            .new_stretching(&Dice::new(1))
            .is_err()
    );
    let root = passphrase("five plain words will do");
    let stretching = root.new_stretching(&Dice::new(1)).unwrap().unwrap();
    let name = |root: &Root, stretching| {
        let keeper = root
            .keeper(Some(stretching), false, &Dice::new(1))
            .ok()
            .unwrap();
        keeper.name().unwrap()
    };
    assert_eq!(name(&root, stretching), name(&root, stretching));
    assert_ne!(
        name(&root, stretching),
        name(&passphrase("five other words will do"), stretching)
    );
    let salted = Stretching {
        salt: [9; SALT_LENGTH],
        ..stretching
    };
    assert_ne!(name(&root, stretching), name(&root, salted));
}

#[test]
fn weak_or_ruinous_stretching_is_not_accepted() {
    let good = Stretching::new(&Dice::new(1));
    assert!(Stretching::from_bytes(&good.to_bytes()).is_some_and(|it| it == good));
    for bad in [
        Stretching {
            memory: 19_455,
            ..good
        },
        Stretching {
            memory: u32::MAX,
            ..good
        },
        Stretching { passes: 1, ..good },
        Stretching { lanes: 0, ..good },
        Stretching {
            lanes: 1000,
            ..good
        },
    ] {
        assert!(Stretching::from_bytes(&bad.to_bytes()).is_none());
    }
    assert!(Stretching::from_bytes(&good.to_bytes()[1..]).is_none());
}
