//! Sums over many people that give nobody away: counting choices, and hiding small groups.
//! It sees counts and never a person.

use crate::registered::Question;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A survey summed up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tabulation {
    /// Which survey.
    pub survey: String,
    /// What it is called.
    pub title: String,
    /// How many people answered; nothing where they are fewer than may be shown.
    pub answered: Option<u64>,
    /// The smallest group that is shown.
    pub suppressed_below: u32,
    /// The day on which it was summed up; it is never summed up again.
    pub on: String,
    /// Each question with its sums.
    pub questions: Vec<TabulatedQuestion>,
}

/// A question summed up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TabulatedQuestion {
    /// Its identifier.
    pub id: String,
    /// What was asked.
    pub text: String,
    /// How many chose what; nothing where that is not shown.
    pub choices: BTreeMap<String, Option<u64>>,
    /// How many of those who answered left this question out; nothing where that is not shown.
    pub unanswered: Option<u64>,
}

/// How often each choice of each question was made, and by how many people.
#[derive(Default)]
pub(crate) struct Counts {
    pub people: u64,
    pub choices: BTreeMap<(String, String), u64>,
}

impl Counts {
    /// Counts what one person answered: question and choice.
    pub fn add(&mut self, answers: BTreeMap<String, String>) {
        self.people += u64::from(!answers.is_empty());
        for answer in answers {
            *self.choices.entry(answer).or_default() += 1;
        }
    }

    /// The sums of a question, with groups below `least` hidden, and as many others as it takes
    /// that none of them can be worked out.
    pub fn of(&self, question: &Question, least: u64) -> TabulatedQuestion {
        let count = |choice: &String| {
            let key = (question.id.clone(), choice.clone());
            self.choices.get(&key).copied().unwrap_or(0)
        };
        let mut counts: Vec<u64> = question.choices.keys().map(count).collect();
        let answered: u64 = counts.iter().sum();
        counts.push(self.people.saturating_sub(answered));
        let mut shown = shown(&counts, least);
        let unanswered = shown.pop().flatten();
        TabulatedQuestion {
            id: question.id.clone(),
            text: question.text.clone(),
            choices: question.choices.keys().cloned().zip(shown).collect(),
            unanswered,
        }
    }
}

/// Which of some counts may be shown, where their sum is known.
///
/// A count of 1 to `least` - 1 is hidden. What is hidden must be several counts that add up to
/// `least` or more, or the sum would give it away; so the smallest of the others are hidden until
/// that is so. Where the sum itself is below `least`, nothing is shown.
pub(crate) fn shown(counts: &[u64], least: u64) -> Vec<Option<u64>> {
    let total: u64 = counts.iter().sum();
    if total < least {
        return vec![None; counts.len()];
    }
    let is_small = |count: u64| count > 0 && count < least;
    let mut shown: Vec<Option<u64>> = counts
        .iter()
        .map(|count| (!is_small(*count)).then_some(*count))
        .collect();
    loop {
        let hidden = |(_, shown): &(&u64, &Option<u64>)| shown.is_none();
        let (mut groups, mut people) = (0, 0);
        for (count, _) in counts.iter().zip(&shown).filter(hidden) {
            groups += 1;
            people += count;
        }
        if groups == 0 || (groups > 1 && people >= least) {
            return shown;
        }
        let others = shown.iter_mut().filter(|shown| shown.is_some_and(|n| n > 0));
        match others.min_by_key(|shown| **shown) {
            Some(smallest) => *smallest = None,
            None => return vec![None; counts.len()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn small_groups_are_hidden_and_so_is_what_would_tell_them() {
        for (counts, expected) in [
            (vec![10, 20, 30], vec![Some(10), Some(20), Some(30)]),
            (vec![0, 20, 30], vec![Some(0), Some(20), Some(30)]),
            (vec![3, 20, 30], vec![None, None, Some(30)]),
            (vec![1, 1, 30], vec![None, None, None]),
            (vec![2, 4, 30], vec![None, None, Some(30)]),
            (vec![4, 0, 0], vec![None, None, None]),
        ] {
            assert_eq!(shown(&counts, 5), expected, "{counts:?}");
        }
    }

    /// Whoever knows the rule and the sum looks at every survey that would have been shown alike:
    /// no hidden count may be the same in all of them.
    #[test]
    fn nothing_hidden_can_be_worked_out_from_what_is_shown() {
        for least in 2..5_u64 {
            let mut alike: BTreeMap<_, Vec<[u64; 4]>> = BTreeMap::new();
            for number in 0..10_u64.pow(4) {
                let counts = [number % 10, number / 10 % 10, number / 100 % 10, number / 1000];
                let total: u64 = counts.iter().sum();
                let key = (shown(&counts, least), (total >= least).then_some(total));
                alike.entry(key).or_default().push(counts);
            }
            for ((shown, total), tables) in alike {
                // Tables cut off at nine leave out some that would be alike.
                if total.is_some_and(|total| total > 9) {
                    continue;
                }
                for (at, _) in shown.iter().enumerate().filter(|(_, it)| it.is_none()) {
                    let possible: BTreeSet<u64> = tables.iter().map(|table| table[at]).collect();
                    assert!(possible.len() > 1, "{least}: {shown:?} of {total:?}: {tables:?}");
                }
            }
        }
    }
}
