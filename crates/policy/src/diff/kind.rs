//! The kinds of change, each with its code, whether people are told of it, and its sentence in four
//! languages.
//! A sentence is a frame; what fills it is the change's.

use super::Direction;
pub use table::Kind;

/// Of which changes people are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Matters {
    /// Always.
    Yes,
    /// Where it goes against them.
    Against,
    /// Never.
    No,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $matters:ident, $texts:expr;)+) => {
        /// What changes.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Kind { $($(#[doc = $doc])+ $name,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)+];

            /// The word for programs.
            pub const fn code(self) -> &'static str { match self { $(Kind::$name => $code,)+ } }

            /// The sentence in English, French, German and Chinese, with `{data}`, `{for}`,
            /// `{through}`, `{about}`, `{was}` and `{now}` to be filled in.
            pub(in crate::diff) const fn texts(self) -> [&'static str; 4] {
                match self { $(Kind::$name => $texts,)+ }
            }

            pub(super) const fn matters(self) -> Matters {
                match self { $(Kind::$name => Matters::$matters,)+ }
            }
        }
    };
}

mod table;

impl Kind {
    /// Whether a change of this kind and direction alters what happens to information about people.
    pub(super) fn is_material(self, direction: Direction) -> bool {
        match self.matters() {
            Matters::Yes => true,
            Matters::Against => direction == Direction::Against,
            Matters::No => false,
        }
    }
}
