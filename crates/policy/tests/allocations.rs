//! A decision that permits allocates nothing; one that refuses allocates little but its grounds.
//! It counts; how long a decision takes is for the benchmark.

#[path = "../benches/scene/mod.rs"]
mod scene;

use kept_policy::*;
use kept_terms::{Act, ActorKind, Day, Set};
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

#[test]
fn nor_does_what_a_client_has_told_us_to_do() {
    let scene = Scene::new();
    let policy = &scene.policy;
    let (words, today) = (&policy.words, Day(20_780));
    let home = HomeId {
        client: ClientId::of("acme"),
        system: words.systems.id("prisma").expect("a system"),
    };
    let person = PersonFacts {
        home: Some(home),
        instructions: vec![Instruction {
            acts: Acts::ALL,
            purposes: None,
            fields: None,
            from: today,
            until: today,
        }],
        ..PersonFacts::default()
    };
    let facts = Facts {
        person: &person,
        items: &[],
        recipient: None,
    };
    let client = Actor {
        kind: ActorKind::Machine,
        role: words.roles.id("client-user"),
        purposes: None,
        home: Some(home),
    };
    let request = Request {
        purpose: words.purposes.id("client-system"),
        fields: Set::of(words.fields.id("email").expect("a field")),
        ..Request::new(Act::Use, client)
    };
    let mut permitted = false;
    let counted = allocation_counter::measure(|| {
        let decided = decide(policy, &request, &facts, today);
        permitted = matches!(decided, Decision::Permitted(_));
    });
    assert_eq!((permitted, counted.count_total), (true, 0));
}
