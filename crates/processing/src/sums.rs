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
/// Where a count is 1 to `least` - 1, every count below `least` is hidden, zeros too, and with them
/// the smallest of the others, as often as it stands there, until what is hidden adds up to `least`
/// or more: then several counts fit each place, for whoever knows the sum and this rule. Where the
/// sum itself is below `least`, nothing is shown.
pub(crate) fn shown(counts: &[u64], least: u64) -> Vec<Option<u64>> {
    let total: u64 = counts.iter().sum();
    let nothing = || vec![None; counts.len()];
    if total < least {
        return nothing();
    }
    if !counts.iter().any(|count| *count > 0 && *count < least) {
        return counts.iter().copied().map(Some).collect();
    }
    // What is hidden is whatever lies below a bound.
    let mut bound = least;
    loop {
        let smallest = counts.iter().filter(|count| **count >= bound).min();
        let Some(smallest) = smallest else {
            return nothing();
        };
        bound = smallest + 1;
        let hidden: u64 = counts.iter().filter(|count| **count < bound).sum();
        if hidden >= least {
            let show = |count: &u64| (*count >= bound).then_some(*count);
            return counts.iter().map(show).collect();
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
            (vec![3, 20, 20, 30], vec![None, None, None, Some(30)]),
            (vec![3, 0, 20, 30], vec![None, None, None, Some(30)]),
            (vec![1, 1, 30], vec![None, None, None]),
            (vec![4, 0, 0], vec![None, None, None]),
        ] {
            assert_eq!(shown(&counts, 5), expected, "{counts:?}");
        }
    }

    /// Whoever knows the rule and the sum looks at every survey that would have been shown alike:
    /// no hidden count may be the same in all of them.
    #[test]
    fn nothing_hidden_can_be_worked_out_from_what_is_shown() {
        for (cells, least) in [(3, 2), (3, 3), (3, 5), (4, 2), (4, 3), (4, 4)] {
            // All tables up to this sum, so that none that would be shown alike is left out.
            let most = 3 * least + 2;
            let mut alike: BTreeMap<_, Vec<Vec<u64>>> = BTreeMap::new();
            let mut counts = vec![0; cells];
            loop {
                let total: u64 = counts.iter().sum();
                if (least..=most).contains(&total) {
                    let key = (shown(&counts, least), total);
                    alike.entry(key).or_default().push(counts.clone());
                }
                let Some(at) = counts.iter().position(|count| *count < most) else {
                    break;
                };
                counts[at] += 1;
                counts[..at].fill(0);
            }
            for ((shown, total), tables) in alike {
                for (at, _) in shown.iter().enumerate().filter(|(_, it)| it.is_none()) {
                    let possible: BTreeSet<u64> = tables.iter().map(|table| table[at]).collect();
                    assert!(
                        possible.len() > 1,
                        "{least}: {shown:?} of {total}: {tables:?}"
                    );
                }
            }
        }
    }
}
