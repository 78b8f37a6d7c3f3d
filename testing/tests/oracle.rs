//! The decision and the oracle agree on everything: on any small policy, any question, any facts.
//! It shows as well that the questions reach every reason for refusal: agreeing means something.

use kept_policy::Why;
use kept_testing::oracle;
use kept_testing::question::Answer;
use kept_testing::random::{Tape, policy, question};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// How many questions are put to each policy.
const QUESTIONS: usize = 24;

fn tapes() -> impl Strategy<Value = (Vec<u16>, Vec<Vec<u16>>)> {
    let question = vec(any::<u16>(), 180..=260);
    (vec(any::<u16>(), 700..=1000), vec(question, QUESTIONS))
}

/// Puts questions to a policy and to the oracle; tells every answer on which they agree.
fn check(
    tapes: &(Vec<u16>, Vec<Vec<u16>>),
    mut tell: impl FnMut(Answer),
) -> Result<(), TestCaseError> {
    let policy = policy(&mut Tape::new(&tapes.0));
    for tape in &tapes.1 {
        let question = question(&mut Tape::new(tape), &policy);
        let put = question.put(&policy).map_err(TestCaseError::fail)?;
        let (decided, told) = (put.answer(&policy), oracle::answer(&policy, &question));
        let bodies: Vec<_> = policy
            .clauses()
            .map(|clause| (&clause.full_name, &clause.body))
            .collect();
        prop_assert_eq!(&decided, &told, "\n{:#?}\n{:#?}", question, bodies);
        prop_assert!(
            decided.permitted == decided.grounds.is_empty(),
            "a refusal without a ground"
        );
        tell(decided);
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 250, ..Config::default() })]

    #[test]
    fn the_decision_and_the_oracle_agree(tapes in tapes()) {
        check(&tapes, |_| {})?;
    }
}

#[test]
fn every_reason_is_reached() {
    let counts = RefCell::new(BTreeMap::<String, u32>::new());
    let count = |what: &str| *counts.borrow_mut().entry(what.to_owned()).or_default() += 1;
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: 900,
            failure_persistence: None,
            ..Config::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let run = runner.run(&tapes(), |tapes| {
        check(&tapes, |answer| {
            count(if answer.permitted {
                "permitted"
            } else {
                "refused"
            });
            for view in &answer.shows {
                count(&format!("{view:?}"));
            }
            for ground in &answer.grounds {
                count(ground.rsplit(' ').next().unwrap_or_default());
            }
            if answer.redact {
                count("redacted");
            }
            if answer.compares.contains(&true) {
                count("compared");
            }
        })
    });
    run.unwrap();
    let counts = counts.into_inner();
    let mut wanted: Vec<&str> = Why::ALL.iter().map(|why| why.code()).collect();
    wanted.extend([
        "permitted",
        "refused",
        "Clear",
        "Masked",
        "Withheld",
        "redacted",
        "compared",
    ]);
    let missing: Vec<_> = wanted
        .iter()
        .filter(|what| !counts.contains_key(**what))
        .collect();
    assert!(
        missing.is_empty(),
        "never reached: {missing:?} in {counts:#?}"
    );
    let often = |what: &str| counts.get(what).copied().unwrap_or(0) > 400;
    assert!(
        often("permitted") && often("refused") && often("Clear"),
        "{counts:#?}"
    );
}
