//! The vectors of wrapped keys, for the test that reads all of them.
//! It never ships.

use super::place::{Place, Use, WrappingKeys, wrapped_version};
use crate::secret::WrappingKey;
use crate::store::Word;
use crate::tests::Vector;
use kept_terms::Day;

/// What a wrapping key of this version is bound to.
pub(crate) fn check_wrapping_place(version: u32) -> Vec<u8> {
    super::wrapping_place(version)
}

/// Wraps and opens the key of a vector.
#[track_caller]
pub(crate) fn check_wrapped(vector: &Vector) {
    let place = match vector.text("kind") {
        "person" => Place::Person(vector.person()),
        "person-class" => Place::PersonClass(vector.person(), Word(vector.number("class"))),
        "class-day" => Place::ClassDay(Word(vector.number("class")), Day(vector.number("day"))),
        "index" => Place::Vault(Use::Index),
        "ledger" => Place::Vault(Use::Ledger),
        "outgoing" => Place::Vault(Use::Outgoing),
        other => panic!("no place is a {other}"),
    };
    let bytes = place.to_bytes();
    assert_eq!(bytes, vector.bytes("place"));
    assert_eq!(Place::from_bytes(&bytes), Some(place));
    let version = vector.number("version");
    let key = WrappingKey::from_bytes(&vector.key("wrapping_key"));
    let wrapping = WrappingKeys::new(vec![(version, key)]);
    let wrapped = wrapping
        .wrap(&bytes, &vector.key("key"), &vector.nonce())
        .unwrap();
    assert_eq!(wrapped, vector.bytes("wrapped"));
    assert_eq!(wrapped_version(&wrapped), Some(version));
    assert_eq!(wrapping.open(&bytes, &wrapped).unwrap(), vector.key("key"));
}
