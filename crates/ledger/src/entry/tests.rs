//! What holds for every entry, and what can never be one.

use proptest::prelude::*;

use super::*;

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789-._:#/";

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "use",
        "answer-you",
        "north-america#use.marketing",
        "call-recording",
        "a",
        "region/eu_20180501.a:b-20180501",
    ])
}

fn names() -> impl Strategy<Value = Vec<Name<'static>>> {
    prop::collection::vec(name().prop_map(|text| Name::new(text).unwrap()), 0..4)
}

prop_compose! {
    fn any_entry()(
        at in -62_167_219_200_000i64..=253_402_300_799_999,
        act in name(),
        refused: bool,
        (reasons, clauses, fields) in (names(), names(), names()),
        person in prop::option::of((any::<[u8; 32]>(), any::<[u8; 16]>())),
        policy: Option<[u8; 16]>,
        (role, purpose, recipient) in
            (prop::option::of(name()), prop::option::of(name()), prop::option::of(name())),
        count: Option<u64>,
        (document, reference) in (any::<bool>(), any::<bool>()),
    ) -> Entry<'static> {
        let reasons = Names::Owned(reasons);
        let outcome = if refused { Outcome::Refused { reasons } } else { Outcome::Permitted };
        let optional = |text: Option<&'static str>| text.map(|text| Name::new(text).unwrap());
        Entry {
            role: optional(role),
            person: person.map(|(key, salt)| Person::new(&key, salt)),
            policy,
            document: document.then(|| Document::new("north-america@2018-05-01").unwrap()),
            clauses: Names::Owned(clauses),
            fields: Names::Owned(fields),
            purpose: optional(purpose),
            recipient: optional(recipient),
            count,
            reference: reference.then(|| Reference::new("blob:00ff").unwrap()),
            ..Entry::new(
                At::from_unix_milliseconds(at).unwrap(),
                Name::new(act).unwrap(),
                outcome,
                Reference::new("token:7f3a").unwrap(),
            )
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(entry in any_entry()) {
        let bytes = entry.encode().unwrap();
        prop_assert_eq!(Entry::parse(&bytes).unwrap(), entry);
        // Anybody's reader of JSON can read it, and each key stands there once.
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(serde_json::to_vec(&json).unwrap().len(), bytes.len());
    }

    #[test]
    fn no_other_bytes_are_the_same_entry(
        entry in any_entry(),
        place: prop::sample::Index,
        byte: u8,
    ) {
        let bytes = entry.encode().unwrap();
        let mut other = bytes.clone();
        other[place.index(bytes.len())] = byte;
        if other != bytes && let Ok(read) = Entry::parse(&other) {
            prop_assert_ne!(&read, &entry);
            prop_assert_eq!(read.encode().unwrap(), other.clone());
        }
    }

    #[test]
    fn reading_never_fails_but_with_an_error(text in "\\PC{0,200}") {
        let _ = Entry::parse(text.as_bytes());
    }

    #[test]
    fn moments_are_spelled_in_their_order(
        earlier in -62_167_219_200_000i64..=253_402_300_799_999,
        later in -62_167_219_200_000i64..=253_402_300_799_999,
    ) {
        let at = |milliseconds| At::from_unix_milliseconds(milliseconds).unwrap();
        prop_assert_eq!(At::parse(&at(earlier).to_string()).unwrap(), at(earlier));
        prop_assert_eq!(
            at(earlier).cmp(&at(later)),
            at(earlier).to_string().cmp(&at(later).to_string())
        );
    }

    #[test]
    fn a_name_is_made_of_its_alphabet(text in "\\PC{1,12}") {
        let accepted = Name::new(&text).is_ok();
        let plain = text.chars().all(|letter| ALPHABET.contains(letter));
        prop_assert!(plain || !accepted);
    }

    #[test]
    fn an_error_does_not_repeat_what_was_refused(secret in "[A-Z]{6,12}") {
        let purpose = format!("to-call-{secret}");
        let refused = Name::new(&purpose).unwrap_err().to_string();
        prop_assert!(!refused.contains(&secret));
        let entry = format!(
            r#"{{"v":1,"at":"1970-01-01T00:00:00.000Z","act":"{secret}","outcome":"permitted"}}"#
        );
        prop_assert!(!Entry::parse(entry.as_bytes()).unwrap_err().to_string().contains(&secret));
    }
}

#[test]
fn only_the_key_of_the_person_finds_the_entry() {
    let (ours, theirs) = ([1; 32], [2; 32]);
    let about = |salt| Entry {
        person: Some(Person::new(&ours, salt)),
        ..Entry::new(
            At::from_unix_milliseconds(0).unwrap(),
            Name::new("use").unwrap(),
            Outcome::Permitted,
            Reference::new("token:7f3a").unwrap(),
        )
    };
    let (first, second) = (about([1; 16]), about([2; 16]));
    assert!(first.concerns(&ours) && second.concerns(&ours));
    assert!(!first.concerns(&theirs));
    let nobody = Entry {
        person: None,
        ..first.clone()
    };
    assert!(!nobody.concerns(&ours));
    // Two entries about one person have nothing in common for anybody else.
    assert_ne!(
        first.person.unwrap().commitment,
        second.person.unwrap().commitment
    );
}

#[test]
fn an_entry_that_no_bundle_can_hold_is_not_written() {
    let long = "a".repeat(NAME_BYTES_MAX);
    let entry = Entry {
        fields: Names::Owned(vec![Name::new(&long).unwrap(); 1000]),
        ..Entry::new(
            At::from_unix_milliseconds(0).unwrap(),
            Name::new("use").unwrap(),
            Outcome::Permitted,
            Reference::new("token:7f3a").unwrap(),
        )
    };
    assert!(entry.encode().is_err());
}
