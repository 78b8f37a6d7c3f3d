//! A decision that permits allocates nothing; one that refuses allocates little but its grounds.
//! It counts; how long a decision takes is for the benchmark.

#[path = "../benches/scene/mod.rs"]
mod scene;

use kept_policy::Decision;
use scene::{Ask, Scene};

/// Decides a request; tells whether it was permitted, and how often it allocated.
fn count(scene: &Scene, ask: Ask) -> (bool, u64) {
    let request = scene.request(ask);
    let mut permitted = false;
    let counted = allocation_counter::measure(|| {
        permitted = matches!(scene.decide(&request), Decision::Permitted(_));
    });
    (permitted, counted.count_total)
}

#[test]
fn what_is_permitted_allocates_nothing() {
    let scene = Scene::new();
    for ask in [Ask::Use, Ask::Collect, Ask::Disclose] {
        assert_eq!(count(&scene, ask), (true, 0), "{ask:?}");
    }
}

#[test]
fn a_refusal_allocates_so_the_count_counts() {
    let (permitted, allocations) = count(&Scene::new(), Ask::Refused);
    assert!(!permitted);
    assert!((1..=4).contains(&allocations), "{allocations}");
}
