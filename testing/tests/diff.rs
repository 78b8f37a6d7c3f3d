//! Two versions of any small policy: what is decided otherwise is told of as a change, to the
//! people whom it concerns; a version does not differ from itself.

use kept_policy::{Change, ChangeValue, Diff, Policy, Told, Whom, diff};
use kept_testing::question::Question;
use kept_testing::random::{Tape, policy, question};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use std::cell::Cell;

/// How many questions are put to each pair of versions.
const QUESTIONS: usize = 24;

/// A version, how the next one departs from it, and questions.
type Tapes = (Vec<u16>, Vec<(usize, u16)>, Vec<Vec<u16>>);

fn tapes() -> impl Strategy<Value = Tapes> {
    let question = vec(any::<u16>(), 100..=140);
    (
        vec(any::<u16>(), 350..=500),
        vec((0..350usize, any::<u16>()), 1..10),
        vec(question, QUESTIONS),
    )
}

/// A version, and the next, which differs from it in few places of its tape.
fn versions((tape, departures, _): &Tapes) -> (Policy, Policy) {
    let mut next = tape.clone();
    for (at, number) in departures {
        if let Some(slot) = next.get_mut(*at) {
            *slot = *number;
        }
    }
    (policy(&mut Tape::new(tape)), policy(&mut Tape::new(&next)))
}

/// Whether a change tells of what a question asks: it is of its person's document, or of no
/// document in particular, or of a document whose retention still holds for what is stored, or of a
/// word, which is told of where it is used.
fn tells(change: &Change, question: &Question) -> bool {
    let person = Whom {
        country: question.person.country,
    };
    let of_nobody = change.people.countries.is_empty() && !change.people.unknown;
    let of_a_word = matches!(change.about, ChangeValue::Word(..));
    let of_keeping = change.old.iter().any(|name| name.contains("#keep."));
    change.is_of(person) || of_nobody || of_a_word || of_keeping
}

/// Puts the questions to both versions; answers with how many were answered otherwise.
fn check(tapes: &Tapes) -> Result<u32, TestCaseError> {
    let (old, new) = versions(tapes);
    let found = diff(&old, &new);
    let mut otherwise = 0;
    for tape in &tapes.2 {
        let question = question(&mut Tape::new(tape), &old);
        let (before, after) = (question.put(&old), question.put(&new));
        let (before, after) = (
            before.map_err(TestCaseError::fail)?.answer(&old),
            after.map_err(TestCaseError::fail)?.answer(&new),
        );
        if before != after {
            otherwise += 1;
            let told = found.changes.iter().any(|change| tells(change, &question));
            prop_assert!(
                told,
                "{:#?}\n{:?}\n{:?}\n{:#?}",
                question,
                before,
                after,
                found
            );
        }
    }
    Ok(otherwise)
}

proptest! {
    #![proptest_config(Config { cases: 300, ..Config::default() })]

    #[test]
    fn whatever_is_decided_otherwise_is_told_of(tapes in tapes()) {
        check(&tapes)?;
    }

    #[test]
    fn a_version_does_not_differ_from_itself(tapes in tapes()) {
        let (one, _) = versions(&tapes);
        prop_assert_eq!(diff(&one, &one.clone()), Diff::default());
    }

    #[test]
    fn what_is_told_forth_is_told_back(tapes in tapes()) {
        let (old, new) = versions(&tapes);
        prop_assert_eq!(diff(&old, &new).is_empty(), diff(&new, &old).is_empty());
    }

    #[test]
    fn every_change_is_a_whole_sentence_in_every_language(tapes in tapes()) {
        let (old, new) = versions(&tapes);
        let found = diff(&old, &new);
        for language in ["en", "fr", "de", "zh-CN"] {
            for Told { sentence, kind, .. } in found.told(&old, &new, language) {
                prop_assert!(!sentence.contains(['{', '}']), "{}: {}", kind, sentence);
                prop_assert!(sentence.ends_with(['.', '。', '”', '»', '“']), "{}", sentence);
            }
        }
    }
}

#[test]
fn the_versions_do_decide_otherwise() {
    let config = Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let otherwise = Cell::new(0);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let run = runner.run(&tapes(), |tapes| {
        otherwise.set(otherwise.get() + check(&tapes)?);
        Ok(())
    });
    run.unwrap();
    assert!(otherwise.get() > 100, "{}", otherwise.get());
}
