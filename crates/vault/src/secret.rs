//! Secret keys as types: each is 32 bytes, wiped when dropped, and knows what it is for.
//! A key is never printed, copied, compared in variable time or serialised.

use kept_terms::Randomness;
use zeroize::{Zeroize, Zeroizing};

/// The length of every key, in bytes.
pub const KEY_LENGTH: usize = 32;

/// Declares a key for one use. The types are alike and do not stand in for each other.
macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        pub struct $name(Box<[u8; KEY_LENGTH]>);

        #[allow(dead_code, reason = "not every use needs every way to come by a key")]
        impl $name {
            /// Draws a new key.
            pub(crate) fn random(randomness: &dyn Randomness) -> $name {
                // Filled where it stays, so that no copy is left behind.
                let mut key = $name(Box::new([0; KEY_LENGTH]));
                randomness.fill(key.0.as_mut_slice());
                key
            }

            /// Takes over key bytes, which the caller's container wipes.
            pub(crate) fn from_bytes(bytes: &Zeroizing<[u8; KEY_LENGTH]>) -> $name {
                let mut key = $name(Box::new([0; KEY_LENGTH]));
                key.0.copy_from_slice(bytes.as_slice());
                key
            }

            /// The bytes, for deriving, sealing and wrapping; they never leave this crate.
            pub(crate) fn bytes(&self) -> &[u8; KEY_LENGTH] {
                &self.0
            }

            /// Whether two keys are the same, told in constant time.
            pub fn is(&self, other: &$name) -> bool {
                same(self.0.as_slice(), other.0.as_slice())
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.0.zeroize();
            }
        }
        #[cfg(test)]
        impl tests::Unprintable for $name {
            fn is_unprintable() {
                // Each line is ambiguous, and does not compile, as soon as the key can do what it
                // says.
                let _ = <$name as tests::UnlessDebug<_>>::it;
                let _ = <$name as tests::UnlessDisplay<_>>::it;
                let _ = <$name as tests::UnlessClone<_>>::it;
                let _ = <$name as tests::UnlessSerialize<_>>::it;
            }
        }
    )*};
}

keys! {
    /// The key everything hangs from; it wraps wrapping keys and nothing else.
    RootKey
    /// Wraps the keys of people, days and uses; it has a version and can be replaced by rewrapping.
    WrappingKey
    /// A person's own key. Erasing the person is destroying it.
    PersonKey
    /// The key of one person's items of one retention class, where what they count from can still
    /// move.
    PersonClassKey
    /// The key of one retention class and anchor day, over all people.
    ClassDayKey
    /// Turns identifiers into blind indexes.
    IndexKey
    /// From which the ledger's signing key is made (RFC 8032: the private key).
    LedgerSeed
    /// Seals messages that wait to be sent.
    OutgoingKey
    /// By which the ledger's entries name one person; it goes with the person's key.
    CommitmentKey
}

/// Whether two texts of bytes are the same; how long it takes does not depend on where they differ.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) trait Unprintable {
        fn is_unprintable();
    }

    macro_rules! unless {
        ($($name:ident: $ability:path;)*) => {$(
            pub(super) trait $name<A> {
                fn it() {}
            }
            impl<T> $name<()> for T {}
            impl<T: $ability> $name<u8> for T {}
        )*};
    }

    unless! {
        UnlessDebug: std::fmt::Debug;
        UnlessDisplay: std::fmt::Display;
        UnlessClone: Clone;
        UnlessSerialize: serde::Serialize;
    }

    #[test]
    fn keys_cannot_be_printed_copied_or_kept() {
        PersonKey::is_unprintable();
    }

    #[test]
    fn keys_are_told_apart() {
        let key = |byte| PersonKey::from_bytes(&Zeroizing::new([byte; KEY_LENGTH]));
        assert!(key(1).is(&key(1)));
        assert!(!key(1).is(&key(2)));
        assert!(!same(b"short", b"shorter"));
    }

    #[test]
    fn a_key_is_drawn_from_the_randomness_it_is_given() {
        struct Same;
        impl Randomness for Same {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(9);
            }
        }
        assert_eq!(IndexKey::random(&Same).bytes(), &[9; KEY_LENGTH]);
    }
}
