//! Every case of the corpus, put to the library.
//! Other surfaces run the same cases in their own tests.

use kept_policy::Policy;
use kept_testing::corpus::{self, Case, Expected};
use kept_testing::oracle;
use std::collections::{BTreeMap, BTreeSet};

/// Puts a case to its policy; tells what was answered where it is not what was expected.
fn check(case: &Case, policy: &Policy) -> Result<(), String> {
    let place = format!("{}: {}", case.file, case.name);
    let decided = case
        .decided(policy)
        .map_err(|problem| format!("{place}\n  {problem}"))?;
    if decided != case.expected {
        return Err(format!(
            "{place}\n  expected {:#?}\n  decided {decided:#?}",
            case.expected
        ));
    }
    let told = oracle::answer(policy, &case.question);
    match &decided {
        Expected::Permitted { .. } if told.permitted => Ok(()),
        Expected::Refused { grounds } if *grounds == told.grounds => Ok(()),
        Expected::Permitted { .. } | Expected::Refused { .. } => {
            Err(format!("{place}\n  the oracle says {told:#?}"))
        }
    }
}

#[test]
fn every_case_is_decided_as_it_says() {
    let cases = corpus::load().unwrap();
    let mut policies = BTreeMap::new();
    for case in &cases {
        let compile = || corpus::policy(&case.policy).unwrap();
        policies.entry(case.policy.clone()).or_insert_with(compile);
    }
    let wrong = cases
        .iter()
        .filter_map(|case| check(case, &policies[&case.policy]).err());
    let wrong: Vec<String> = wrong.collect();
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    assert!(cases.len() >= 60, "only {} cases", cases.len());
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let cases = corpus::load().unwrap();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len());
}

#[test]
fn a_case_that_is_wrong_is_told() {
    let text = |more: &str| {
        format!(
            "policy = 'mediaocean'\ndocument = 'north-america'\ntoday = '2026-11-23'\n\
             [[case]]\nname = 'some'\nact = 'erase'\nby = 'person'\n\
             person = {{ country = 'US' }}\n{more}"
        )
    };
    let policy = corpus::policy("mediaocean").unwrap();
    let first = |more: &str| corpus::read("some", &text(more)).map(|cases| cases[0].clone());
    let right = first("permitted = ['grant.erasure']").unwrap();
    assert_eq!(check(&right, &policy), Ok(()));
    let wrong = first("refused = ['grant.erasure: no-right']").unwrap();
    assert!(check(&wrong, &policy).unwrap_err().contains("Permitted"));
    let unknown = first("permitted = []\nfields = ['shoe-size']").unwrap();
    assert!(
        check(&unknown, &policy)
            .unwrap_err()
            .contains("`shoe-size` is not declared")
    );
    assert!(
        first("permitted = []\nfeilds = []")
            .unwrap_err()
            .contains("feilds")
    );
    assert!(first("").unwrap_err().contains("either"));
}
