//! How long a decision takes under the modelled policy: a use, an intake, a disclosure, a refusal.
//! The bar is a microsecond. That what is permitted allocates nothing is held by a test beside it.

mod scene;

use criterion::{Criterion, criterion_group, criterion_main};
use scene::{Ask, Scene};
use std::hint::black_box;

fn decisions(criterion: &mut Criterion) {
    let scene = Scene::new();
    let mut group = criterion.benchmark_group("decide");
    for (name, ask) in [
        ("a permitted use", Ask::Use),
        ("a permitted collect", Ask::Collect),
        ("a permitted disclosure", Ask::Disclose),
        ("a refusal", Ask::Refused),
    ] {
        let request = scene.request(ask);
        group.bench_function(name, |bencher| {
            bencher.iter(|| scene.decide(black_box(&request)));
        });
    }
    group.finish();
}

criterion_group!(benches, decisions);
criterion_main!(benches);
