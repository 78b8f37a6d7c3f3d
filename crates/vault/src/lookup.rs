//! Where people are looked up: keyed digests of identifiers, apart for each home.
//! It turns what is looked for into an index; it finds nobody itself.

use crate::Vault;
use crate::store::{BlindIndex, Store};
use kept_terms::Home;

impl<S: Store> Vault<S> {
    /// The blind index of an identifier in its normalised form, for those who are held in a home,
    /// or else by the firm itself. Whoever looks somebody up says where, and finds nobody
    /// elsewhere.
    pub fn identifier(&self, home: Option<&Home>, field: &str, compared: &str) -> BlindIndex {
        match home {
            None => self.keyring().index().blind(field, compared),
            Some(home) => self.keyring().index().blind_within(home, field, compared),
        }
    }

    /// A keyed digest of a text under a name, for what is no identifier: marks, references.
    pub fn index(&self, name: &str, text: &str) -> BlindIndex {
        self.keyring().index().blind(name, text)
    }
}
