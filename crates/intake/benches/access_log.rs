//! How quickly access logs are read: parsing alone, reading lines, and grouping into visits.
//! It measures the sample logs, repeated in memory, and never touches a disk or a store.

use std::hint::black_box;
use std::io::{Cursor, Read as _};
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kept_intake::{AccessLine, AccessLog, Limits, Source, VisitLimits, Visits};

/// The lines of a sample log, decompressed.
fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples")
        .join(name);
    let bytes = std::fs::read(path).unwrap_or_default();
    let mut text = Vec::new();
    if flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut text)
        .is_ok()
    {
        return text;
    }
    bytes
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, file) in [("combined", "access.log"), ("json", "access.json.log.gz")] {
        let text = sample(file);
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        group.throughput(Throughput::Elements(lines.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for line in &lines {
                    let _ = black_box(AccessLine::parse(black_box(line)));
                }
            });
        });
    }
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let text = sample("access.log").repeat(10);
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    let open = || {
        let source = Source::from_reader("sample", Cursor::new(text.clone()));
        source.map(|source| AccessLog::open(source, Limits::default()))
    };
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Elements(lines as u64));
    group.bench_function("lines", |bencher| {
        bencher.iter(|| {
            let Ok(mut log) = open() else { return };
            while let Some(line) = log.next_line() {
                let _ = black_box(line);
            }
        });
    });
    group.bench_function("visits", |bencher| {
        bencher.iter(|| {
            let Ok(log) = open() else { return };
            Visits::new(log, VisitLimits::default()).for_each(|step| drop(black_box(step)));
        });
    });
    group.finish();
}

criterion_group!(benches, parsing, reading);
criterion_main!(benches);
