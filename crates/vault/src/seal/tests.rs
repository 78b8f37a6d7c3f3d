//! Sealed values open where they were sealed and nowhere else; the vectors hold the layout still.

use super::*;
use crate::cipher::OVERHEAD;
use crate::dice::Dice;
use proptest::prelude::*;

fn key_bytes(byte: u8) -> Zeroizing<[u8; KEY_LENGTH]> {
    Zeroizing::new([byte; KEY_LENGTH])
}

fn keys(own: u8, classes: &[(u32, u8)]) -> PersonKeys {
    let class =
        |(class, byte): &(u32, u8)| (Word(*class), PersonClassKey::from_bytes(&key_bytes(*byte)));
    PersonKeys::new(
        PersonKey::from_bytes(&key_bytes(own)),
        classes.iter().map(class).collect(),
    )
}

fn day_key(byte: u8) -> ClassDayKey {
    ClassDayKey::from_bytes(&key_bytes(byte))
}

fn place() -> ItemPlace {
    ItemPlace {
        person: PersonId([1; 16]),
        field: Word(2),
        number: 3,
        origin: Word(4),
        class: Word(5),
        anchor: Some(Day(20_000)),
    }
}

fn key(place: ItemPlace) -> ItemKey {
    let keys = keys(1, &[(5, 9), (6, 9)]);
    match place.anchor {
        Some(_) => ItemKey::fixed(&keys, &day_key(9), place),
        None => ItemKey::moving(&keys, place).unwrap(),
    }
}

/// Sealed where `place()` is, a value must not open at `moved`, though all the same keys are at
/// hand.
#[track_caller]
fn check_moved(moved: ItemPlace) {
    let sealed = key(place())
        .seal(b"ada@example.com", &Dice::new(1))
        .unwrap();
    assert_eq!(
        key(place()).open(&sealed).unwrap().as_slice(),
        b"ada@example.com"
    );
    assert!(
        matches!(key(moved).open(&sealed), Err(Failure::Corrupt(_))),
        "{moved:?}"
    );
}

#[test]
fn a_moved_value_does_not_open() {
    check_moved(ItemPlace {
        person: PersonId([2; 16]),
        ..place()
    });
    check_moved(ItemPlace {
        field: Word(3),
        ..place()
    });
    check_moved(ItemPlace {
        number: 4,
        ..place()
    });
    check_moved(ItemPlace {
        origin: Word(5),
        ..place()
    });
    check_moved(ItemPlace {
        class: Word(6),
        ..place()
    });
    check_moved(ItemPlace {
        anchor: Some(Day(20_001)),
        ..place()
    });
    check_moved(ItemPlace {
        anchor: Some(Day(0)),
        ..place()
    });
    check_moved(ItemPlace {
        anchor: None,
        ..place()
    });
}

#[test]
fn a_value_needs_both_keys() {
    let place = place();
    let sealed = key(place).seal(b"v", &Dice::new(1)).unwrap();
    for (own, day) in [(2, 9), (1, 8), (9, 1)] {
        let other = ItemKey::fixed(&keys(own, &[]), &day_key(day), place);
        assert!(other.open(&sealed).is_err(), "{own} {day}");
    }
    let moving = ItemPlace {
        anchor: None,
        ..place
    };
    let sealed = key(moving).seal(b"v", &Dice::new(1)).unwrap();
    assert!(ItemKey::moving(&keys(1, &[(6, 9)]), moving).is_none());
    let other = ItemKey::moving(&keys(1, &[(5, 8)]), moving).unwrap();
    assert!(other.open(&sealed).is_err());
}

#[test]
fn a_state_opens_as_its_person_and_version_only() {
    let (keys, person) = (keys(1, &[]), PersonId([1; 16]));
    let sealed = keys.seal_state(person, 7, b"state", &Dice::new(1)).unwrap();
    assert_eq!(
        keys.open_state(person, 7, &sealed).unwrap().as_slice(),
        b"state"
    );
    assert!(keys.open_state(person, 8, &sealed).is_err());
    assert!(keys.open_state(PersonId([2; 16]), 7, &sealed).is_err());
    assert!(self::keys(2, &[]).open_state(person, 7, &sealed).is_err());
}

type Opens<'a> = dyn Fn(&[u8]) -> bool + 'a;

#[test]
fn no_flipped_byte_goes_unnoticed() {
    let keys = keys(1, &[]);
    let person = PersonId([1; 16]);
    let item = key(place()).seal(b"a value", &Dice::new(1)).unwrap();
    let state = keys
        .seal_state(person, 1, b"a state", &Dice::new(2))
        .unwrap();
    let outgoing = OutgoingKey::from_bytes(&key_bytes(3));
    let message = outgoing.seal(b"id", b"a message", &Dice::new(3)).unwrap();
    let day = ClassDayKey::from_bytes(&key_bytes(4));
    let case = day
        .seal_case(b"K7QF2M9X", b"a case", &Dice::new(4))
        .unwrap();
    assert!(day.open_case(b"K7QF2M9Y", &case).is_err(), "moved");
    let opens: [(&[u8], &Opens<'_>); 4] = [
        (&case, &|sealed| day.open_case(b"K7QF2M9X", sealed).is_ok()),
        (&item, &|sealed| key(place()).open(sealed).is_ok()),
        (&state, &|sealed| keys.open_state(person, 1, sealed).is_ok()),
        (&message, &|sealed| outgoing.open(b"id", sealed).is_ok()),
    ];
    for (sealed, opens) in opens {
        assert!(opens(sealed));
        for at in 0..sealed.len() {
            for bit in [1, 0x80] {
                let mut flipped = sealed.to_vec();
                flipped[at] ^= bit;
                assert!(!opens(&flipped), "byte {at}");
            }
            assert!(!opens(&sealed[..at]), "cut at {at}");
        }
        assert!(!opens(&[sealed, &[0]].concat()), "extended");
    }
}

#[test]
fn an_error_names_the_place_and_not_the_value() {
    let sealed = key(place())
        .seal(b"ada@example.com", &Dice::new(1))
        .unwrap();
    let moved = ItemPlace {
        number: 4,
        ..place()
    };
    let failure = key(moved).open(&sealed).unwrap_err().to_string();
    assert_eq!(
        failure,
        "storage is damaged: item 4 of field 2 of person 01010101-0101-0101-0101-010101010101 \
         does not open where it stands"
    );
}

#[test]
fn blind_indexes_keep_fields_and_values_apart() {
    let index = IndexKey::from_bytes(&key_bytes(4));
    let other = IndexKey::from_bytes(&key_bytes(5));
    assert_eq!(index.blind("email", "a"), index.blind("email", "a"));
    let all = [
        index.blind("email", "a"),
        index.blind("emaila", ""),
        index.blind("emai", "la"),
        index.blind("phone", "a"),
        index.blind("email", "b"),
        other.blind("email", "a"),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(all[at + 1..].iter().all(|it| it != one), "{at}");
    }
}

#[test]
fn commitments_are_the_persons_own() {
    let commitment = |own| *keys(own, &[]).commitment().bytes();
    assert_eq!(commitment(1), commitment(1));
    assert_ne!(commitment(1), commitment(2));
    assert_ne!(commitment(1), [1; 32]);
}

proptest! {
    #[test]
    fn what_was_sealed_opens(value: Vec<u8>, seed: u32, day in proptest::option::of(0i32..50_000)) {
        let place = ItemPlace { anchor: day.map(Day), ..place() };
        let sealed = key(place).seal(&value, &Dice::new(seed)).unwrap();
        prop_assert_eq!(sealed.len(), OVERHEAD + (value.len() / 16 + 1) * 16);
        prop_assert_eq!(key(place).open(&sealed).unwrap().to_vec(), value);
    }

    #[test]
    fn anything_else_does_not_open(sealed: Vec<u8>) {
        prop_assert!(key(place()).open(&sealed).is_err());
    }
}
