//! Small sets of numbered things, one bit each.
//! A set never allocates; what a number stands for is the policy's business.

use std::fmt;
use std::marker::PhantomData;

/// A small number that stands for a declared thing: a field, a purpose, a channel, …
pub trait Index: Copy {
    /// Makes the index from its number, below [`Set::CAPACITY`].
    fn from_number(number: u16) -> Self;
    /// The number.
    fn number(self) -> u16;
}

/// A set of numbered things, 64 for each of its words: up to 256 of what a policy declares.
pub struct Set<I, const WORDS: usize = 4> {
    bits: [u64; WORDS],
    of: PhantomData<I>,
}

impl<I> Set<I> {
    /// How many things of one kind a policy may declare.
    pub const CAPACITY: usize = 256;
}

impl<I, const WORDS: usize> Set<I, WORDS> {
    /// The set of nothing.
    pub const EMPTY: Set<I, WORDS> = Set {
        bits: [0; WORDS],
        of: PhantomData,
    };

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.bits == [0; WORDS]
    }

    /// How many things are in the set.
    pub fn len(&self) -> usize {
        self.bits
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    fn zip(mut self, other: Set<I, WORDS>, f: impl Fn(u64, u64) -> u64) -> Set<I, WORDS> {
        for (word, other) in self.bits.iter_mut().zip(other.bits) {
            *word = f(*word, other);
        }
        self
    }

    /// What is in either.
    pub fn union(self, other: Set<I, WORDS>) -> Set<I, WORDS> {
        self.zip(other, |a, b| a | b)
    }

    /// What is in both.
    pub fn intersection(self, other: Set<I, WORDS>) -> Set<I, WORDS> {
        self.zip(other, |a, b| a & b)
    }

    /// What is in this one and not in the other.
    pub fn difference(self, other: Set<I, WORDS>) -> Set<I, WORDS> {
        self.zip(other, |a, b| a & !b)
    }

    /// Whether everything in this one is in the other.
    pub fn is_subset(self, other: Set<I, WORDS>) -> bool {
        self.difference(other).is_empty()
    }

    /// Whether something is in both.
    pub fn intersects(self, other: Set<I, WORDS>) -> bool {
        !self.intersection(other).is_empty()
    }
}

impl<I: Index, const WORDS: usize> Set<I, WORDS> {
    /// The set of one thing.
    pub fn of(index: I) -> Set<I, WORDS> {
        let mut set = Set::EMPTY;
        set.insert(index);
        set
    }

    /// Adds a thing. A number beyond [`Set::CAPACITY`] is never minted by a compiled policy.
    pub fn insert(&mut self, index: I) {
        let number = index.number();
        if let Some(word) = self.bits.get_mut(usize::from(number >> 6)) {
            *word |= 1 << (number & 63);
        }
    }

    /// Takes a thing out.
    pub fn remove(&mut self, index: I) {
        let number = index.number();
        if let Some(word) = self.bits.get_mut(usize::from(number >> 6)) {
            *word &= !(1 << (number & 63));
        }
    }

    /// Whether a thing is in the set.
    pub fn contains(&self, index: I) -> bool {
        let number = index.number();
        self.bits
            .get(usize::from(number >> 6))
            .is_some_and(|word| word >> (number & 63) & 1 == 1)
    }

    /// The things in the set, in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = I> + use<I, WORDS> {
        numbers(self.bits).map(I::from_number)
    }

    /// The first thing in the set.
    pub fn first(&self) -> Option<I> {
        self.iter().next()
    }
}

/// The numbers whose bits are set, in order.
fn numbers<const WORDS: usize>(bits: [u64; WORDS]) -> impl Iterator<Item = u16> {
    (0u16..).step_by(64).zip(bits).flat_map(|(base, mut word)| {
        std::iter::from_fn(move || {
            if word == 0 {
                return None;
            }
            let bit = word.trailing_zeros() as u16;
            word &= word - 1;
            Some(base + bit)
        })
    })
}

impl<I, const WORDS: usize> Clone for Set<I, WORDS> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<I, const WORDS: usize> Copy for Set<I, WORDS> {}
impl<I, const WORDS: usize> PartialEq for Set<I, WORDS> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}
impl<I, const WORDS: usize> Eq for Set<I, WORDS> {}
impl<I, const WORDS: usize> std::hash::Hash for Set<I, WORDS> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}
impl<I, const WORDS: usize> Default for Set<I, WORDS> {
    fn default() -> Self {
        Set::EMPTY
    }
}
impl<I, const WORDS: usize> fmt::Debug for Set<I, WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(numbers(self.bits)).finish()
    }
}
impl<I: Index, const WORDS: usize> FromIterator<I> for Set<I, WORDS> {
    fn from_iter<T: IntoIterator<Item = I>>(things: T) -> Self {
        let mut set = Set::EMPTY;
        for thing in things {
            set.insert(thing);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[derive(Clone, Copy)]
    struct Number(u16);
    impl Index for Number {
        fn from_number(number: u16) -> Self {
            Number(number)
        }
        fn number(self) -> u16 {
            self.0
        }
    }

    fn set(numbers: &BTreeSet<u16>) -> Set<Number> {
        numbers.iter().map(|n| Number(*n)).collect()
    }

    proptest! {
        #[test]
        fn behaves_like_a_set(
            a in proptest::collection::btree_set(0u16..256, 0..40),
            b in proptest::collection::btree_set(0u16..256, 0..40),
        ) {
            let (x, y) = (set(&a), set(&b));
            prop_assert_eq!(x.len(), a.len());
            prop_assert_eq!(x.iter().map(|n| n.0).collect::<BTreeSet<_>>(), a.clone());
            prop_assert_eq!(x.union(y), set(&a.union(&b).copied().collect()));
            prop_assert_eq!(x.intersection(y), set(&a.intersection(&b).copied().collect()));
            prop_assert_eq!(x.difference(y), set(&a.difference(&b).copied().collect()));
            prop_assert_eq!(x.is_subset(y), a.is_subset(&b));
            prop_assert_eq!(x.intersects(y), !a.is_disjoint(&b));
        }
    }
}
