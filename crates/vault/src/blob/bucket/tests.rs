//! Blobs in a bucket of a real server, and what is left when it is gone in the middle.

use super::*;
use crate::blob::{BlobReader, BlobWriter, CHUNK_LENGTH};
use kept_terms::Randomness;
use kept_testing::Dice;
use kept_testing::bucket::{Gate, ObjectServer};
use std::time::Instant;

const KEY: [u8; 32] = [9; 32];

fn address(name: &str, gate: &Gate) -> Address {
    ObjectServer::shared().make_bucket(name);
    Address {
        endpoint: Some(gate.address()),
        region: Some("us-east-1".to_owned()),
        access_key: Some("kept".to_owned()),
        secret: Some(SecretString::from("geheim")),
        patience: Duration::from_millis(1500),
        ..Address::parse(&format!("s3://{name}/some/where")).unwrap()
    }
}

fn content(length: usize) -> Vec<u8> {
    let mut content = vec![0; length];
    Dice::seeded(5).fill(&mut content);
    content
}

fn write(bucket: &Bucket, id: BlobId, content: &[u8]) -> Result<(), Failure> {
    let mut writer = BlobWriter::under(&KEY, id, bucket)?;
    for piece in content.chunks(1 << 20) {
        writer.write(piece)?;
    }
    writer.finish().map(drop)
}

fn read(bucket: &Bucket, id: BlobId, length: usize) -> Result<Option<Vec<u8>>, Failure> {
    let length = length as u64;
    let description = crate::blob::BlobDescription { id, length };
    let Some(mut reader) = BlobReader::under(&KEY, description, bucket)? else {
        return Ok(None);
    };
    let mut content = Vec::new();
    for position in 0..reader.chunks() {
        content.extend_from_slice(&reader.chunk(position)?.unwrap());
    }
    Ok(Some(content))
}

#[test]
fn blobs_come_back_from_a_bucket_as_they_went_there() {
    let gate = ObjectServer::shared().gate();
    let bucket = Bucket::open(&address("round-trip", &gate)).unwrap();
    let lengths = [0, 1, CHUNK_LENGTH, 300_000, 20 << 20];
    for (number, length) in (1..).zip(lengths) {
        let id = BlobId([number; 16]);
        assert!(read(&bucket, id, length).unwrap().is_none());
        let content = content(length);
        write(&bucket, id, &content).unwrap();
        assert!(
            read(&bucket, id, length).unwrap() == Some(content),
            "{length}"
        );
    }
    let names = |after, limit| -> Vec<u8> {
        let listed = bucket.list(after, limit).unwrap();
        listed.into_iter().map(|(BlobId(id), _)| id[0]).collect()
    };
    assert_eq!(names(None, 100), [1, 2, 3, 4, 5]);
    assert_eq!(names(None, 2), [1, 2]);
    assert_eq!(names(Some(BlobId([2; 16])), 2), [3, 4]);
    bucket.delete(BlobId([3; 16])).unwrap();
    bucket.delete(BlobId([3; 16])).unwrap();
    assert_eq!(names(None, 100), [1, 2, 4, 5]);
}

#[test]
fn a_blob_that_was_cut_off_or_altered_does_not_open() {
    let gate = ObjectServer::shared().gate();
    let bucket = Bucket::open(&address("altered", &gate)).unwrap();
    let (id, content) = (BlobId([1; 16]), content(9 << 20));
    let mut writer = BlobWriter::under(&KEY, id, &bucket).unwrap();
    writer.write(&content).unwrap();
    drop(writer);
    assert!(bucket.list(None, 9).unwrap().is_empty(), "unfinished");
    write(&bucket, id, &content).unwrap();
    assert!(
        read(&bucket, id, content.len() - 1).is_err(),
        "longer than it was"
    );
    let mut sink = bucket.create(id).unwrap();
    sink.append(&vec![1; 9 << 20]).unwrap();
    sink.finish().unwrap();
    assert!(read(&bucket, id, content.len()).is_err());
}

#[test]
fn a_store_that_is_gone_for_a_while_loses_nothing_and_leaves_nothing_half_done() {
    let gate = ObjectServer::shared().gate();
    let bucket = Bucket::open(&address("gone", &gate)).unwrap();
    let (there, new) = (BlobId([1; 16]), BlobId([2; 16]));
    let content = content(12 << 20);
    write(&bucket, there, &content).unwrap();
    // In the middle of an upload, and before one.
    let mut writer = BlobWriter::under(&KEY, new, &bucket).unwrap();
    writer.write(&content[..9 << 20]).unwrap();
    gate.shut();
    let begun = Instant::now();
    let told = writer
        .write(&content[9 << 20..])
        .and_then(|()| writer.finish().map(drop));
    assert!(matches!(told, Err(Failure::Unavailable(_))), "{told:?}");
    for told in [
        write(&bucket, BlobId([3; 16]), &content[..100]),
        read(&bucket, there, content.len()).map(drop),
        bucket.delete(there),
        bucket.list(None, 1).map(drop),
    ] {
        let Err(Failure::Unavailable(text)) = told else {
            panic!("{told:?}");
        };
        assert!(text.contains("cannot be reached"), "{text}");
        assert!(
            !text.contains("geheim") && !text.contains("127.0.0.1"),
            "{text}"
        );
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
    gate.open();
    let names: Vec<BlobId> = bucket
        .list(None, 9)
        .unwrap()
        .into_iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(names, [there]);
    assert!(read(&bucket, there, content.len()).unwrap().as_ref() == Some(&content));
    write(&bucket, new, &content).unwrap();
    assert!(read(&bucket, new, content.len()).unwrap() == Some(content));
}

#[test]
fn a_store_that_comes_back_in_time_is_not_noticed() {
    let gate = ObjectServer::shared().gate();
    let address = Address {
        patience: Duration::from_secs(60),
        ..address("comes-back", &gate)
    };
    let bucket = Bucket::open(&address).unwrap();
    let (id, content) = (BlobId([1; 16]), content(20 << 20));
    gate.shut();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| write(&bucket, id, &content));
        // The first part is asked for again until the gate opens.
        std::thread::sleep(Duration::from_millis(300));
        gate.open();
        writing.join().unwrap().unwrap();
    });
    assert!(read(&bucket, id, content.len()).unwrap() == Some(content));
}

#[test]
fn a_wrong_bucket_is_told_without_the_secret() {
    let gate = ObjectServer::shared().gate();
    let there = address("right", &gate);
    let wrong = Address {
        bucket: "wrong".to_owned(),
        ..there
    };
    let told = Bucket::open(&wrong).err().unwrap().to_string();
    assert!(told.contains("no such bucket"), "{told}");
    for text in [
        "",
        "s3://",
        "https://bucket",
        "s3:///prefix",
        "s3://bucket/ü",
    ] {
        let told = Address::parse(text).err().unwrap().to_string();
        assert!(told.contains("write `s3://bucket"), "{told}");
    }
    let parsed = Address::parse("s3://bucket/a/b/").unwrap();
    assert_eq!((&*parsed.bucket, &*parsed.prefix), ("bucket", "a/b"));
}
