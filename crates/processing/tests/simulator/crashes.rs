//! Every durable step broken twice, once lost and once done all the same, with a restart after it,
//! or with nothing but the next sweep.

use crate::house::*;
use kept_processing::*;
use kept_terms::{PersonId, Right};
use kept_vault::store::failing::{Fault, Step};
use kept_vault::store::{RecordKind, Store};

/// What is under way when it breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Work {
    /// A person is erased.
    Erase,
    /// The day of correspondence is past.
    Days,
    /// Contact details are past too: of one person nothing is left, another stays.
    Class,
}

const WORKS: [Work; 3] = [Work::Erase, Work::Days, Work::Class];

/// Steps that a crash can come between.
const STEPS: [Step; 3] = [Step::Commit, Step::Clear, Step::Sequenced];

async fn prepared(work: Work) -> (House, PersonId) {
    let house = House::new(31).await;
    let both = record(&[
        ("name", "Ada"),
        ("email", "ada@example.com"),
        ("message", "Hello"),
    ]);
    let ada = house.collect(both).await;
    house.catalogue(&["Second"]).await;
    let training = Collect {
        channel: "training-import".to_owned(),
        ..record(&[
            ("name", "Tom"),
            ("email", "tom@example.com"),
            ("course-due", "Second"),
        ])
    };
    house.collect(training).await;
    house.door.sweep(None).await.unwrap();
    house.clock.pass_days(match work {
        Work::Erase => 1,
        Work::Days => 26,
        Work::Class => 30,
    });
    if work == Work::Class {
        house.door.sweep(None).await.unwrap();
        house.clock.pass_days(11);
    }
    (house, ada)
}

async fn run(house: &House, work: Work, ada: PersonId) -> Result<(), Failure> {
    match work {
        Work::Erase => {
            let erase = Command::Erase { person: ada };
            house
                .door
                .perform(&Caller::person(), &erase)
                .await
                .map(drop)
        }
        Work::Days | Work::Class => house.door.sweep(None).await.map(drop),
    }
}

/// All that anybody holds, and that nothing is left half-done.
async fn everything(house: &House) -> Vec<String> {
    let mut all = Vec::new();
    for person in house.store.people(None, 100).await.unwrap() {
        let right = Right::Access;
        let export = Command::Export { person, right };
        let Effect::Export(mut export) = house.act(&Caller::person(), export).await else {
            panic!("no export")
        };
        while let Some(page) = export.next_page(&house.door).await.unwrap() {
            all.extend(shown(&page));
        }
    }
    for (address, is_used) in [("ada@example.com", "Ada"), ("tom@example.com", "Tom")] {
        let expected = all.iter().any(|value| value.ends_with(is_used));
        let found = house.find(address).await;
        assert!(!expected || found.is_some(), "{address}");
    }
    let doomed = house.store.records(RecordKind::Doomed).await.unwrap();
    assert!(doomed.is_empty(), "{doomed:?}");
    house.audit().await.unwrap();
    all.sort();
    all
}

async fn expected(work: Work) -> Vec<String> {
    let (house, ada) = prepared(work).await;
    run(&house, work, ada).await.unwrap();
    house.door.sweep(None).await.unwrap();
    everything(&house).await
}

/// The answer is whether the failure came at all.
async fn survives(work: Work, fault: Fault, restart: bool, expected: &[String]) -> bool {
    let (house, ada) = prepared(work).await;
    house.store.0.plan(fault);
    let told = run(&house, work, ada).await;
    if !house.store.0.is_spent() {
        return false;
    }
    assert!(
        told.is_err() || fault.at != Step::Commit,
        "{work:?} {fault:?}"
    );
    let house = if restart { house.reopen().await } else { house };
    if work == Work::Erase && house.read(ada, &["name"]).await.is_ok() {
        run(&house, work, ada).await.unwrap();
    }
    house.door.sweep(None).await.unwrap();
    let left = everything(&house).await;
    assert_eq!(left, expected, "{work:?} {fault:?} {restart}");
    true
}

#[tokio::test]
async fn whatever_step_breaks_is_made_good_by_a_restart_or_by_the_next_sweep() {
    let mut broken = 0;
    for work in WORKS {
        let expected = expected(work).await;
        for at in STEPS {
            for after in 0.. {
                let mut came = false;
                for (persisted, restart) in [(true, true), (false, false)] {
                    let fault = Fault {
                        at,
                        after,
                        persisted,
                    };
                    came |= survives(work, fault, restart, &expected).await;
                    broken += u32::from(came);
                }
                if !came {
                    break;
                }
            }
        }
    }
    assert!(broken > 20, "{broken} failures came");
}

#[tokio::test]
async fn a_restart_that_breaks_itself_is_made_good_by_the_next() {
    for work in [Work::Erase, Work::Class] {
        let expected = expected(work).await;
        for after in 0..3 {
            let (house, ada) = prepared(work).await;
            // The destruction is recorded and not carried out.
            let recorded = u64::from(work == Work::Class);
            house.fail(Step::Commit, recorded, true);
            let _ = run(&house, work, ada).await;
            let at = Step::Commit;
            let persisted = after % 2 == 0;
            let fault = Fault {
                at,
                after,
                persisted,
            };
            let house = match house.close().open_failing(Some(fault)).await {
                Ok(house) => house,
                Err((_, closed)) => closed.open().await.unwrap(),
            };
            if !house.store.0.is_spent() {
                let house = house.reopen().await;
                house.door.sweep(None).await.unwrap();
                assert_eq!(everything(&house).await, expected, "{work:?} {after}");
                continue;
            }
            house.door.sweep(None).await.unwrap();
            assert_eq!(everything(&house).await, expected, "{work:?} {after}");
        }
    }
}

/// A house in which the key of a day is left over, since whoever it was made for was erased.
async fn with_a_key_left_over() -> House {
    let (house, ada) = prepared(Work::Erase).await;
    run(&house, Work::Erase, ada).await.unwrap();
    house.door.sweep(None).await.unwrap();
    house.clock.pass_days(26);
    house
}

/// How many keys that were left over the ledger says are destroyed.
async fn unused_keys(house: &House) -> u64 {
    let size = house.door.sequence().await.unwrap();
    let entries = (0..size).map(|index| house.door.entry(index).unwrap().unwrap());
    let entries = entries.map(|entry| serde_json::from_slice::<serde_json::Value>(&entry).unwrap());
    let unused = entries.filter(|entry| entry["ref"] == "keys:unused");
    unused.map(|entry| entry["count"].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn no_key_is_destroyed_before_it_is_on_record() {
    let house = with_a_key_left_over().await;
    house.door.sweep(None).await.unwrap();
    assert_eq!(unused_keys(&house).await, 1);
    for after in 0.. {
        for (persisted, restart) in [(true, true), (false, false)] {
            let house = with_a_key_left_over().await;
            house.fail(Step::Commit, after, persisted);
            if house.door.sweep(None).await.is_ok() {
                assert!(after > 1, "nothing failed");
                return;
            }
            let house = if restart { house.reopen().await } else { house };
            house.door.sweep(None).await.unwrap();
            assert_eq!(unused_keys(&house).await, 1, "{after} {persisted}");
            assert!(
                house
                    .store
                    .records(RecordKind::Doomed)
                    .await
                    .unwrap()
                    .is_empty()
            );
            house.audit().await.unwrap();
        }
    }
}
