//! The ceremonies, from outside: the standard's own examples, a device in software, and everything
//! that may be wrong with either.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use kept_passkeys::{Algorithm, Asked, Key, Known, Made, Shown, Site, Used, Wrong, add, prove};
use kept_testing::authenticator::{
    COPIED, COPYABLE, PRESENT, Passkey, VERIFIED, attestation, client,
};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::OnceLock;

fn site() -> Site {
    Site::of("https://privacy.example.com").unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// What is right but for what a test changes.
struct Try {
    passkey: Passkey,
    site: Site,
    challenge: Vec<u8>,
    verified: bool,
}

impl Try {
    fn new(signs: Algorithm) -> Try {
        Try {
            passkey: Passkey::new(signs, "privacy.example.com", b"owner", 7),
            site: site(),
            challenge: vec![3; 32],
            verified: true,
        }
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            site: &self.site,
            challenge: &self.challenge,
            verified: self.verified,
        }
    }

    fn made(&self) -> Made {
        self.passkey.made(&site(), &[3; 32])
    }

    fn prove(&self, count: u32, shown: &Shown) -> Result<Used, Wrong> {
        let key = Key::parse(&self.passkey.public()).unwrap();
        let known = Known {
            key: &key,
            count,
            copyable: false,
        };
        prove(&self.asked(), &known, shown)
    }
}

#[test]
fn the_standards_examples_are_told_apart_as_it_says() {
    let text = include_str!("vectors/w3c.json");
    let all: Value = serde_json::from_str(text).unwrap();
    let site = Site::of(all["origin"].as_str().unwrap()).unwrap();
    assert_eq!(site.id, all["site"]);
    let mut told = Vec::new();
    for vector in all["vectors"].as_array().unwrap() {
        let (made, used) = (&vector["registration"], &vector["authentication"]);
        let challenge = bytes(&made["challenge"]);
        let asked = Asked {
            site: &site,
            challenge: &challenge,
            verified: false,
        };
        let new = add(
            &asked,
            &Made {
                client: bytes(&made["client"]),
                attestation: bytes(&made["attestation"]),
            },
        );
        let outcome = new.and_then(|new| {
            assert_eq!(new.id, bytes(&made["id"]));
            let challenge = bytes(&used["challenge"]);
            let asked = Asked {
                challenge: &challenge,
                ..asked
            };
            let known = Known {
                key: &new.key,
                count: new.count,
                copyable: new.copyable,
            };
            let shown = Shown {
                id: new.id.clone(),
                owner: Vec::new(),
                client: bytes(&used["client"]),
                device: bytes(&used["device"]),
                signature: bytes(&used["signature"]),
            };
            prove(&asked, &known, &shown)
        });
        told.push((vector["name"].as_str().unwrap(), outcome));
    }
    let right = Ok(Used { count: 0 });
    let other = Err(Wrong::OtherKind);
    assert_eq!(
        told,
        [
            ("none-es256", right),
            ("packed-self-es256", right),
            ("none-es256-crossOrigin", Err(Wrong::Framed)),
            ("none-es256-topOrigin", Err(Wrong::Framed)),
            ("none-es256-long-credential-id", right),
            ("packed-es256", right),
            ("packed-es384", other),
            ("packed-es512", other),
            ("packed-rs256", right),
            ("packed-eddsa", right),
            ("packed-ed448", other),
            ("tpm-es256", right),
            ("android-key-es256", right),
            ("apple-es256", right),
            ("fido-u2f-es256", right),
        ]
    );
}

#[test]
fn a_key_of_each_kind_is_made_and_used() {
    for signs in Algorithm::ALL {
        let mut it = Try::new(signs);
        it.passkey.count = 4;
        let new = add(&it.asked(), &it.made()).unwrap();
        assert_eq!((new.id, new.count, new.copyable), (vec![7; 32], 4, false));
        assert_eq!(new.key.written().unwrap(), it.passkey.public());
        let shown = it.passkey.shown(&site(), &[3; 32]);
        assert_eq!(it.prove(4, &shown), Ok(Used { count: 5 }), "{signs:?}");
    }
}

#[test]
fn what_was_asked_otherwise_is_wrong() {
    let check = |change: fn(&mut Try), wrong: Wrong| {
        let mut it = Try::new(Algorithm::Es256);
        it.passkey.count = 9;
        let shown = it.passkey.shown(&site(), &[3; 32]);
        let made = it.made();
        change(&mut it);
        assert_eq!(it.prove(9, &shown), Err(wrong));
        assert_eq!(add(&it.asked(), &made), Err(wrong));
    };
    check(|it| it.challenge = vec![4; 32], Wrong::OtherChallenge);
    check(|it| it.challenge.clear(), Wrong::OtherChallenge);
    check(
        |it| it.site.origin = "https://privacy.example.com:8443".to_owned(),
        Wrong::OtherOrigin,
    );
    check(|it| it.site.id = "example.com".to_owned(), Wrong::OtherSite);
}

#[test]
fn what_the_device_says_otherwise_is_wrong() {
    let check = |change: fn(&mut Passkey), wrong: Wrong, when_made: Option<Wrong>| {
        let mut it = Try::new(Algorithm::EdDsa);
        it.passkey.count = 9;
        change(&mut it.passkey);
        let shown = it
            .passkey
            .signed(client("webauthn.get", &site().origin, &[3; 32]));
        assert_eq!(it.prove(8, &shown), Err(wrong));
        assert_eq!(add(&it.asked(), &it.made()).err(), when_made);
    };
    let both = |wrong| Some(wrong);
    check(|it| it.flags = VERIFIED, Wrong::Absent, both(Wrong::Absent));
    check(
        |it| it.flags = PRESENT,
        Wrong::Unverified,
        both(Wrong::Unverified),
    );
    check(|it| it.flags |= COPIED, Wrong::Copies, both(Wrong::Copies));
    check(|it| it.flags |= COPYABLE, Wrong::Copies, None);
    check(
        |it| it.site = "example.com".to_owned(),
        Wrong::OtherSite,
        both(Wrong::OtherSite),
    );
    check(|it| it.count = 8, Wrong::CountBack, None);
    check(|it| it.count = 0, Wrong::CountBack, None);
}

#[test]
fn what_the_browser_says_otherwise_is_wrong() {
    let it = Try::new(Algorithm::EdDsa);
    let right = String::from_utf8(client("webauthn.get", &site().origin, &[3; 32])).unwrap();
    let check = |old: &str, new: &str, wrong: Result<Used, Wrong>| {
        let said = right.replace(old, new);
        assert!(old.is_empty() || said != right, "{old}");
        let shown = it.passkey.signed(said.into_bytes());
        assert_eq!(it.prove(0, &shown), wrong, "{new}");
    };
    let unreadable = Err(Wrong::Unreadable("what the browser says"));
    check("webauthn.get", "webauthn.create", Err(Wrong::OtherType));
    check("webauthn.get", "payment.get", Err(Wrong::OtherType));
    check("https://privacy", "http://privacy", Err(Wrong::OtherOrigin));
    check(
        "privacy.example",
        "privacy.evil.example",
        Err(Wrong::OtherOrigin),
    );
    check("false", "true", Err(Wrong::Framed));
    check(
        "false",
        "false,\"topOrigin\":\"https://evil.example\"",
        Err(Wrong::Framed),
    );
    check("false", "false,\"more\":[1,{}]", Ok(Used { count: 0 }));
    check("false", "false,\"type\":\"webauthn.get\"", unreadable);
    check(
        "\"crossOrigin\":false",
        "\"crossOrigin\":\"no\"",
        unreadable,
    );
    check("\"type\"", "\"kind\"", unreadable);
    check("}", "", unreadable);
}

#[test]
fn a_key_has_one_spelling() {
    let key = Passkey::new(Algorithm::Es256, "example.com", b"", 1).public();
    assert!(Key::parse(&key).is_ok());
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut other = key.clone();
        change(&mut other);
        Key::parse(&other).err()
    };
    let unreadable = Some(Wrong::Unreadable("the key"));
    // A longer spelling of a number, of a length, and a map without an end.
    assert_eq!(with(&|it| drop(it.splice(1..2, [0x18, 0x01]))), unreadable);
    assert_eq!(
        with(&|it| drop(it.splice(8..10, [0x59, 0x00, 0x20]))),
        unreadable
    );
    assert_eq!(
        with(&|it| {
            it[0] = 0xbf;
            it.push(0xff);
        }),
        unreadable
    );
    // Too many members, another curve, another kind, something after the end.
    assert_eq!(
        with(&|it| {
            it[0] = 0xa6;
            it.extend([0x04, 0x81, 0x02]);
        }),
        unreadable
    );
    assert_eq!(with(&|it| it[6] = 0x02), unreadable);
    assert_eq!(
        with(&|it| drop(it.splice(4..5, [0x38, 0x22]))),
        Some(Wrong::OtherKind)
    );
    assert_eq!(with(&|it| it.push(0)), unreadable);
}

#[test]
fn a_point_beside_the_curve_and_a_short_modulus_sign_nothing() {
    let mut it = Try::new(Algorithm::Es256);
    let shown = it.passkey.shown(&site(), &[3; 32]);
    let mut key = it.passkey.public();
    key[20] ^= 1;
    let key = Key::parse(&key).unwrap();
    let known = Known {
        key: &key,
        count: 0,
        copyable: false,
    };
    assert_eq!(prove(&it.asked(), &known, &shown), Err(Wrong::Unsigned));
    let short = [
        &[0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x58, 0x80][..],
        &[0xff; 128],
        &[0x21, 0x43, 0x01, 0x00, 0x01],
    ]
    .concat();
    assert_eq!(Key::parse(&short), Err(Wrong::Unreadable("the key")));
}

#[test]
fn an_attestation_of_any_make_is_read_and_believed_about_nothing() {
    let it = Try::new(Algorithm::EdDsa);
    let data = it.passkey.new_data();
    let made = |attestation: Vec<u8>| Made {
        attestation,
        ..it.made()
    };
    let plain = attestation(&data);
    // A statement of another format, nested, with a signature that nobody made.
    let none = b"\x64none\x67attStmt\xa0";
    let at = plain.windows(none.len()).position(|it| it == none).unwrap();
    let odd = b"\x66packed\x67attStmt\xa2\x63alg\x26\x63x5c\x81\x82\xa0\x41\x00";
    let mut packed = plain.clone();
    packed.splice(at..at + none.len(), odd.iter().copied());
    assert!(add(&it.asked(), &made(packed)).is_ok());
    let check = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut other = plain.clone();
        change(&mut other);
        assert!(add(&it.asked(), &made(other)).is_err());
    };
    check(&|it| it.push(0));
    check(&|it| it[0] = 0xa2);
    check(&|it| it[0] = 0xbf);
    check(&|it| it[2] = b'g');
    check(&|it| it.truncate(20));
    check(&|it| {
        it.clear();
    });
}

/// What is right, once for all cases.
fn right() -> &'static (Vec<u8>, Made, Shown) {
    static RIGHT: OnceLock<(Vec<u8>, Made, Shown)> = OnceLock::new();
    RIGHT.get_or_init(|| {
        let mut it = Try::new(Algorithm::EdDsa);
        it.passkey.count = 1;
        let made = it.made();
        (
            it.passkey.public(),
            made,
            it.passkey.shown(&site(), &[3; 32]),
        )
    })
}

fn damaged(mut bytes: Vec<u8>, how: u8, at: usize, with: u8) -> Vec<u8> {
    let at = at % bytes.len();
    match how {
        0 => bytes[at] ^= with.max(1),
        1 => bytes.truncate(at),
        2 => bytes.insert(at, with),
        _ => {
            bytes.remove(at);
        }
    }
    bytes
}

proptest! {
    #[test]
    fn nothing_that_is_changed_anywhere_is_right(
        which in 0u8..3, how in 0u8..4, at in any::<usize>(), with in any::<u8>(),
    ) {
        let (key, _, right) = right();
        let mut shown = right.clone();
        let place = match which {
            0 => &mut shown.client,
            1 => &mut shown.device,
            _ => &mut shown.signature,
        };
        *place = damaged(place.clone(), how, at, with);
        prop_assume!(shown != *right);
        let (site, key) = (site(), Key::parse(key).unwrap());
        let asked = Asked { site: &site, challenge: &[3; 32], verified: true };
        let known = Known { key: &key, count: 1, copyable: false };
        prop_assert!(prove(&asked, &known, &shown).is_err());
    }

    #[test]
    fn a_changed_attestation_is_wrong_or_tells_of_another_key(
        how in 0u8..4, at in any::<usize>(), with in any::<u8>(),
    ) {
        let (_, right, _) = right();
        let mut made = right.clone();
        made.attestation = damaged(made.attestation, how, at, with);
        prop_assume!(made != *right);
        let site = site();
        let asked = Asked { site: &site, challenge: &[3; 32], verified: true };
        if let Ok(new) = add(&asked, &made) {
            prop_assert_eq!(Key::parse(&new.key.written().unwrap()), Ok(new.key));
            prop_assert!(!new.id.is_empty());
        }
    }
}

/// A small generator, so that a seed is all that has to be printed.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn fuzz_everything_that_is_read() {
    let seconds = std::env::var("KEPT_FUZZ_SECONDS").ok();
    let seconds: f64 = seconds.and_then(|it| it.parse().ok()).unwrap_or(0.2);
    let begun = std::time::Instant::now();
    let (key, made, shown) = right();
    let site = site();
    let mut seed = 1;
    while begun.elapsed().as_secs_f64() < seconds {
        for _ in 0..200 {
            let first = seed;
            let mut texts = [
                key.clone(),
                made.attestation.clone(),
                made.client.clone(),
                shown.device.clone(),
            ];
            for text in &mut texts {
                for _ in 0..=next(&mut seed) % 4 {
                    if !text.is_empty() {
                        let (how, at) = (next(&mut seed) % 4, next(&mut seed));
                        let with = next(&mut seed).to_le_bytes()[0];
                        *text = damaged(
                            std::mem::take(text),
                            u8::try_from(how).unwrap(),
                            usize::try_from(at).unwrap(),
                            with,
                        );
                    }
                }
            }
            let tried = std::panic::catch_unwind(|| {
                let [key, attestation, client, device] = texts.clone();
                let asked = Asked {
                    site: &site,
                    challenge: &[3; 32],
                    verified: true,
                };
                if let Ok(key) = Key::parse(&key) {
                    assert_eq!(key.written().unwrap(), texts[0]);
                    let known = Known {
                        key: &key,
                        count: 0,
                        copyable: false,
                    };
                    let shown = Shown {
                        client: client.clone(),
                        device,
                        ..shown.clone()
                    };
                    let _ = prove(&asked, &known, &shown);
                }
                let _ = add(
                    &asked,
                    &Made {
                        client: made.client.clone(),
                        attestation,
                    },
                );
                let _ = add(
                    &asked,
                    &Made {
                        client,
                        attestation: made.attestation.clone(),
                    },
                );
            });
            assert!(tried.is_ok(), "seed {first}");
        }
    }
}
