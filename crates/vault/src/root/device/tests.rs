//! A root key in a device: what wraps opens again, nothing else does, and what is said where the
//! device is not as it should be. Each test has a device of its own, in a process of its own.

use super::*;
use crate::cipher::Cipher;
use crate::dice::Dice;
use kept_testing::token::{self, PIN, has_device};

fn device(key: &str) -> Device {
    Device {
        module: token::Device::module(),
        token: "kept".to_owned(),
        serial: None,
        key: key.to_owned(),
        pin: SecretString::from(PIN.to_owned()),
    }
}

#[track_caller]
fn refused(device: Device, may_create: bool, expected: &str) {
    let said = device.keeper(may_create).err().unwrap().to_string();
    assert!(said.contains(expected), "{said}");
    assert!(!said.contains("0815"), "{said}");
}

/// Puts a key on the token; `changed` says what is not as it should be.
fn put(label: &str, key: [u8; 32], changed: &[Attribute]) {
    let session = device(label).session(&mut Modules::held(), true).unwrap();
    let mut wanted = vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Value(key.to_vec()),
    ];
    for attribute in changed {
        let of = attribute.attribute_type();
        wanted.retain(|it| it.attribute_type() != of);
        wanted.push(attribute.clone());
    }
    session.create_object(&wanted).unwrap();
}

#[test]
fn a_key_of_a_device_opens_what_it_wrapped_for_its_place_only() {
    if !has_device(
        "root::device::tests::a_key_of_a_device_opens_what_it_wrapped_for_its_place_only",
    ) {
        return;
    }
    refused(device("root"), false, "has no key `root`");
    let made = device("root").keeper(true).unwrap();
    let again = device("root").keeper(false).unwrap();
    assert_eq!(made.name().unwrap(), again.name().unwrap());
    let other = device("other").keeper(true).unwrap();
    assert_ne!(made.name().unwrap(), other.name().unwrap());

    let wrapped = made.wrap(b"here", &[5; 32], &Dice::new(1)).unwrap();
    assert_eq!(*again.open(b"here", &wrapped).unwrap().unwrap(), [5; 32]);
    assert!(again.open(b"there", &wrapped).unwrap().is_none());
    assert!(other.open(b"here", &wrapped).unwrap().is_none());
    for at in 0..wrapped.len() {
        let mut flipped = wrapped.clone();
        flipped[at] ^= 1;
        assert!(
            again.open(b"here", &flipped).unwrap().is_none(),
            "byte {at}"
        );
    }
    for length in 0..wrapped.len() {
        let cut = &wrapped[..length];
        assert!(again.open(b"here", cut).unwrap().is_none(), "{length}");
    }
}

#[test]
fn what_a_device_wraps_is_as_the_format_says() {
    if !has_device("root::device::tests::what_a_device_wraps_is_as_the_format_says") {
        return;
    }
    let key = std::array::from_fn(|at| at as u8);
    put("known", key, &[]);
    let keeper = device("known").keeper(false).unwrap();
    // AES-256 of `kept/v1/rootname`, worked out elsewhere.
    let name = data_encoding::HEXLOWER.encode(&keeper.name().unwrap());
    assert_eq!(name, "1e6acad00437c79dc4010fa09eac3aba");
    let wrapped = keeper.wrap(b"here", &[7; 32], &Dice::new(1)).unwrap();
    assert_eq!((wrapped[0], wrapped.len()), (2, 61));
    let opened = Cipher::new(&key).unwrap().unseal(b"here", &wrapped[1..]);
    assert_eq!(*opened.unwrap(), vec![7; 32]);
}

#[test]
fn a_wrong_pin_is_given_once() {
    if !has_device("root::device::tests::a_wrong_pin_is_given_once") {
        return;
    }
    let right = device("root");
    right.clone().keeper(true).unwrap();
    let wrong = Device {
        pin: SecretString::from("0815-4711".to_owned()),
        ..right.clone()
    };
    refused(wrong.clone(), false, "the PIN of the token `kept` is wrong");
    // Neither again, nor the right one, of which nobody knows that it is.
    refused(wrong, false, "was given a wrong PIN last, so none is tried");
    refused(
        right.clone(),
        false,
        "log in once with the device's own program",
    );
    // Somebody logs in by hand.
    let module = Modules::held().loaded(&right.module).unwrap();
    let session = module
        .open_ro_session(right.slot(&module).unwrap().0)
        .unwrap();
    session.login(UserType::User, Some(&right.pin)).unwrap();
    drop(session);
    right.keeper(false).unwrap();
}

#[test]
fn a_key_that_is_not_as_it_should_be_is_no_root_key() {
    if !has_device("root::device::tests::a_key_that_is_not_as_it_should_be_is_no_root_key") {
        return;
    }
    put("loose", [1; 32], &[Attribute::Extractable(true)]);
    refused(device("loose"), true, "may be taken out of the device");
    put("open", [1; 32], &[Attribute::Sensitive(false)]);
    refused(device("open"), true, "may be taken out of the device");
    put("mute", [1; 32], &[Attribute::Decrypt(false)]);
    refused(device("mute"), true, "may not encrypt and decrypt");
    put("short", [1; 32], &[Attribute::Value(vec![1; 16])]);
    refused(device("short"), true, "is not an AES key of 256 bits");
    put("twice", [1; 32], &[]);
    put("twice", [2; 32], &[]);
    refused(device("twice"), true, "is there more than once");

    let elsewhere = Device {
        token: "elsewhere".to_owned(),
        ..device("root")
    };
    refused(elsewhere, true, "has no token `elsewhere`, only `kept`");
    let serial = Device {
        serial: Some("0".to_owned()),
        ..device("root")
    };
    refused(serial, true, "has no token `kept`");
    for module in ["/nowhere/module.so", "/etc/hostname"] {
        let nowhere = Device {
            module: module.into(),
            ..device("root")
        };
        refused(nowhere, true, "cannot be used");
    }
}
