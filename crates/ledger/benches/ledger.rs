//! How fast the ledger's own work is, beside plain SHA-256 over the same bytes.
//!
//! Owns no bar: a number means something only next to the one printed beside it.

#![allow(
    missing_docs,
    reason = "criterion's macros make public functions without docstrings"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot set itself up has to stop"
)]

use std::hint::black_box;

use aws_lc_rs::digest::{SHA256, digest};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kept_ledger::entry::{At, Document, Entry, Name, Names, Outcome, Person, Reference};
use kept_ledger::{Log, MemoryReader, Receipt, SigningKey, note, verify_log};

const ORIGIN: &str = "ledger.example.org/kept";
const BATCH: usize = 4096;

fn entry(salt: [u8; 16], person: Person) -> Vec<u8> {
    let name = |text| Name::new(text).unwrap();
    let clauses = [
        name("north-america#use.answer-you"),
        name("north-america#grant.access"),
    ];
    let fields = [name("email"), name("phone"), name("employer")];
    let act = Entry {
        role: Some(name("support")),
        person: Some(Person { salt, ..person }),
        policy: Some([7; 16]),
        document: Some(Document::new("north-america@2018-05-01").unwrap()),
        clauses: Names::Borrowed(&clauses),
        fields: Names::Borrowed(&fields),
        purpose: Some(name("answer-you")),
        ..Entry::new(
            At::from_unix_milliseconds(1_527_240_600_125).unwrap(),
            name("use"),
            Outcome::Permitted,
            Reference::new("token:7f3a").unwrap(),
        )
    };
    act.encode().unwrap()
}

fn entries(count: usize) -> Vec<Vec<u8>> {
    let person = Person::new(&[1; 32], [2; 16]);
    (0..count)
        .map(|index| entry((index as u128).to_be_bytes(), person))
        .collect()
}

fn ledger(criterion: &mut Criterion) {
    let person = Person::new(&[1; 32], [2; 16]);
    let encoded = entry([3; 16], person);
    let mut group = criterion.benchmark_group("entry");
    group.throughput(Throughput::Elements(1));
    group.bench_function("encode", |bench| {
        bench.iter(|| entry(black_box([3; 16]), person))
    });
    group.bench_function("parse", |bench| {
        bench.iter(|| Entry::parse(black_box(&encoded)))
    });
    group.bench_function("commit", |bench| {
        bench.iter(|| Person::new(&[1; 32], [4; 16]))
    });
    group.bench_function("plain SHA-256", |bench| {
        bench.iter(|| digest(&SHA256, black_box(&encoded)));
    });
    group.finish();

    let batch = entries(BATCH);
    let mut group = criterion.benchmark_group("log");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("append", |bench| {
        let mut log = Log::new();
        bench.iter(|| log.append(black_box(&batch)).unwrap());
    });
    group.bench_function("plain SHA-256", |bench| {
        let hash = |entry: &Vec<u8>| digest(&SHA256, entry);
        bench.iter(|| {
            batch.iter().map(hash).fold(0u8, |all, digest| {
                digest.as_ref().iter().fold(all, |all, byte| all ^ byte)
            })
        });
    });
    let (mut log, mut store) = (Log::new(), MemoryReader::default());
    store.write(log.append(&batch).unwrap());
    let key = SigningKey::from_seed(ORIGIN, &[5; 32]).unwrap();
    let keys = [key.verifier().clone()];
    let checkpoint = note::sign(&log.checkpoint(ORIGIN).unwrap().body(), &[&key]).unwrap();
    group.bench_function("verify", |bench| {
        bench.iter(|| verify_log(&store, &checkpoint, &keys, &[], |_, _| Ok(())).unwrap());
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("receipt", |bench| {
        bench.iter(|| Receipt::issue(&store, &checkpoint, &keys, 1234, &batch[1234]).unwrap());
    });
    group.finish();
}

criterion_group!(benches, ledger);
criterion_main!(benches);
