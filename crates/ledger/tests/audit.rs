//! What an audit says of each way to tamper with a log.
//!
//! Owns the wording and the order of faults. It never asks whether tampering is noticed at all:
//! `properties.rs` does that for every byte.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has to stop"
)]

use expect_test::{Expect, expect};
use kept_ledger::note;
use kept_ledger::{Checkpoint, Log, MemoryReader, SigningKey, TileReader, Unavailable, verify_log};

const ORIGIN: &str = "ledger.example.org/kept";
const SIZE: u64 = 66_000;

struct Subject {
    store: MemoryReader,
    checkpoint: String,
    earlier: Vec<Checkpoint>,
    visit: fn(u64, &[u8]) -> Result<(), String>,
}

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[3; 32]).unwrap()
}

fn grown(size: u64, name: &str) -> (Log, MemoryReader) {
    let (mut log, mut store) = (Log::new(), MemoryReader::default());
    let entries: Vec<_> = (0..size).map(|index| format!("{name} {index}")).collect();
    store.write(log.append(&entries).unwrap());
    (log, store)
}

fn signed(log: &Log) -> String {
    note::sign(&log.checkpoint(ORIGIN).unwrap().body(), &[&key()]).unwrap()
}

/// Tampers with a log of 66,000 entries, of which 300 were seen before, and expects this answer.
fn check(tamper: impl FnOnce(&mut Subject), expected: Expect) {
    let (log, store) = grown(SIZE, "entry");
    let earlier = vec![grown(300, "entry").0.checkpoint(ORIGIN).unwrap()];
    let mut subject = Subject {
        store,
        checkpoint: signed(&log),
        earlier,
        visit: |_, _| Ok(()),
    };
    tamper(&mut subject);
    let keys = [key().verifier().clone()];
    let Subject {
        store,
        checkpoint,
        earlier,
        visit,
    } = &subject;
    let answer = match verify_log(store, checkpoint, &keys, earlier, visit) {
        Ok(report) => format!(
            "{} entries in {} files",
            report.checkpoint.size(),
            report.files
        ),
        Err(fault) => fault.to_string(),
    };
    expected.assert_eq(&answer);
}

fn file<'a>(subject: &'a mut Subject, path: &str) -> &'a mut Vec<u8> {
    subject.store.files.get_mut(path).unwrap()
}

#[test]
fn an_untouched_log() {
    check(|_| {}, expect!["66000 entries in 519 files"]);
}

#[test]
fn a_log_without_entries() {
    check(
        |subject| {
            let (log, store) = grown(0, "entry");
            (subject.store, subject.checkpoint) = (store, signed(&log));
            subject.earlier = vec![log.checkpoint(ORIGIN).unwrap()];
        },
        expect!["0 entries in 0 files"],
    );
}

#[test]
fn a_changed_entry() {
    check(
        |subject| file(subject, "tile/entries/100")[5] ^= 1,
        expect![
            "tile/0/100, entry 25600: the hash does not match `tile/entries/100`: one of the two files was changed"
        ],
    );
}

#[test]
fn a_changed_hash() {
    check(
        |subject| file(subject, "tile/0/255")[32] ^= 1,
        expect![
            "tile/0/255, entry 65281: the hash does not match `tile/entries/255`: one of the two files was changed"
        ],
    );
    check(
        |subject| file(subject, "tile/1/000")[32 * 7] ^= 1,
        expect![
            "tile/1/000, entry 1792: the hash does not match `tile/0/007`: one of the two files was changed"
        ],
    );
    check(
        |subject| file(subject, "tile/2/000.p/1")[0] ^= 1,
        expect![
            "tile/2/000.p/1, entry 0: the hash does not match `tile/1/000`: one of the two files was changed"
        ],
    );
}

#[test]
fn the_first_fault_is_the_one_named() {
    check(
        |subject| {
            file(subject, "tile/1/000")[0] ^= 1;
            file(subject, "tile/0/007")[0] ^= 1;
            file(subject, "tile/entries/009").pop();
        },
        expect![
            "tile/0/007, entry 1792: the hash does not match `tile/entries/007`: one of the two files was changed"
        ],
    );
}

#[test]
fn a_missing_file() {
    check(
        |subject| drop(subject.store.files.remove("tile/entries/003")),
        expect!["tile/entries/003, entry 768: the file is missing"],
    );
    check(
        |subject| drop(subject.store.files.remove("tile/0/257.p/208")),
        expect!["tile/0/257.p/208, entry 65792: the file is missing"],
    );
}

#[test]
fn a_file_cut_short_or_made_longer() {
    check(
        |subject| file(subject, "tile/entries/003").truncate(2000),
        expect![
            "tile/entries/003, entry 949: the file is too short: 2000 bytes end before what the checkpoint commits to"
        ],
    );
    check(
        |subject| file(subject, "tile/0/003").truncate(100),
        expect![
            "tile/0/003, entry 771: the file is too short: 100 bytes end before what the checkpoint commits to"
        ],
    );
    check(
        |subject| file(subject, "tile/entries/003").extend([0, 0]),
        expect![
            "tile/entries/003, entry 1024: the file is too long: it should end after 2840 bytes and has 2842"
        ],
    );
    check(
        |subject| file(subject, "tile/1/001.p/1").push(0),
        expect![
            "tile/1/001.p/1, entry 65792: the file is too long: it should end after 32 bytes and has 33"
        ],
    );
}

#[test]
fn a_log_rewritten_throughout() {
    check(
        |subject| subject.store = grown(SIZE, "forged").1,
        expect![
            "checkpoint, entry 299: the root of the 300 entries is not the signed one: the log was rewritten"
        ],
    );
    check(
        |subject| {
            subject.earlier.clear();
            subject.store = grown(SIZE, "forged").1;
        },
        expect![
            "checkpoint, entry 65999: the root of the 66000 entries is not the signed one: the log was rewritten"
        ],
    );
}

/// The operator signs a second history. Who kept a checkpoint of the first one can tell.
#[test]
fn a_log_rewritten_and_signed_again() {
    check(
        |subject| {
            let (log, store) = grown(SIZE, "forged");
            (subject.store, subject.checkpoint) = (store, signed(&log));
        },
        expect![
            "checkpoint, entry 299: the root of the 300 entries is not the signed one: the log was rewritten"
        ],
    );
}

#[test]
fn a_log_cut_back_and_signed_again() {
    check(
        |subject| {
            let (log, store) = grown(200, "entry");
            (subject.store, subject.checkpoint) = (store, signed(&log));
        },
        expect![
            "checkpoint, entry 200: the log has 200 entries but had 300 before: its end was cut off"
        ],
    );
}

#[test]
fn a_checkpoint_that_is_not_the_logs() {
    check(
        |subject| subject.checkpoint = subject.checkpoint.replace("66000", "66001"),
        expect![
            "checkpoint: the signature by `ledger.example.org/kept` is wrong: the text was changed after it was signed"
        ],
    );
    check(
        |subject| {
            let other = SigningKey::from_seed(ORIGIN, &[4; 32]).unwrap();
            let body = subject.checkpoint.split_once("\n\n").unwrap().0.to_owned() + "\n";
            subject.checkpoint = note::sign(&body, &[&other]).unwrap();
        },
        expect!["checkpoint: no signature is by a known key; was the log's verifier key given?"],
    );
    check(
        |subject| subject.checkpoint.clear(),
        expect!["checkpoint: not a signed note: no blank line before the signatures"],
    );
}

#[test]
fn a_checkpoint_of_another_log_kept_from_before() {
    check(
        |subject| {
            let other = grown(300, "entry")
                .0
                .checkpoint("other.example.net/log")
                .unwrap();
            subject.earlier = vec![other];
        },
        expect![
            "checkpoint: the checkpoint kept from before is that of another log, `other.example.net/log`"
        ],
    );
}

#[test]
fn an_empty_log_with_a_root_of_something() {
    check(
        |subject| {
            let root = *subject.earlier[0].root();
            let body = Checkpoint::new(ORIGIN, 0, root).unwrap().body();
            subject.checkpoint = note::sign(&body, &[&key()]).unwrap();
            subject.earlier.clear();
        },
        expect![
            "checkpoint: the root of the 0 entries is not the signed one: the log was rewritten"
        ],
    );
}

#[test]
fn an_entry_the_caller_finds_wrong() {
    check(
        |subject| {
            subject.visit = |index, entry| {
                if entry.ends_with(b"777") {
                    Err(format!("{index} is unlucky"))
                } else {
                    Ok(())
                }
            }
        },
        expect!["tile/entries/003, entry 777: the entry is wrong: 777 is unlucky"],
    );
}

/// A store that does not answer is not a log that was tampered with.
#[test]
fn a_store_that_does_not_answer() {
    struct Silent;
    impl TileReader for Silent {
        fn read(&self, _: &str) -> Result<Option<Vec<u8>>, Unavailable> {
            Err(Unavailable::new("the disk is on fire"))
        }
    }
    let (log, _) = grown(3, "entry");
    let keys = [key().verifier().clone()];
    let fault = verify_log(&Silent, &signed(&log), &keys, &[], |_, _| Ok(())).unwrap_err();
    expect!["tile/entries/000.p/3, entry 0: the file could not be read"]
        .assert_eq(&fault.to_string());
}

/// Resuming stands on nothing it has not checked.
#[test]
fn a_damaged_log_is_not_resumed() {
    let resume = |path: &str, harm: fn(&mut Vec<u8>), expected: Expect| {
        let (log, mut store) = grown(SIZE, "entry");
        harm(store.files.get_mut(path).unwrap());
        let resumed = Log::resume(&log.checkpoint(ORIGIN).unwrap(), &store);
        expected.assert_eq(&resumed.unwrap_err().to_string());
    };
    resume(
        "tile/entries/257.p/208",
        |bytes| bytes[9] ^= 1,
        expect![
            "tile/entries/257.p/208, entry 65792: the hash does not match `tile/0/257.p/208`: one of the two files was changed"
        ],
    );
    resume(
        "tile/2/000.p/1",
        |bytes| bytes[9] ^= 1,
        expect![
            "checkpoint: the root of the 66000 entries is not the signed one: the log was rewritten"
        ],
    );
    resume(
        "tile/0/257.p/208",
        |bytes| bytes.truncate(bytes.len() - 1),
        expect![
            "tile/0/257.p/208, entry 65999: the file is too short: 6655 bytes end before what the checkpoint commits to"
        ],
    );
}

/// An outgrown partial file may be gone; the full one has what it had.
#[test]
fn a_log_is_resumed_and_audited_from_outgrown_files() {
    let (log, _) = grown(300, "entry");
    let (_, store) = grown(700, "entry");
    assert!(!store.files.contains_key("tile/0/001.p/44"));
    let keys = [key().verifier().clone()];
    let mut resumed = Log::resume(
        &log.checkpoint(ORIGIN).unwrap(),
        &MemoryReader {
            // The level above is still partial, so this file is still there.
            files: [store.files.clone(), grown(300, "entry").1.files]
                .into_iter()
                .flatten()
                .filter(|(path, _)| !path.starts_with("tile/0/001.p/"))
                .filter(|(path, _)| !path.starts_with("tile/entries/001.p/"))
                .collect(),
        },
    )
    .unwrap();
    assert_eq!(resumed, log);
    let rest: Vec<_> = (300..700).map(|index| format!("entry {index}")).collect();
    resumed.append(&rest).unwrap();
    verify_log(&store, &signed(&resumed), &keys, &[], |_, _| Ok(())).unwrap();
}

#[test]
fn an_entry_too_long_is_refused_before_anything_changes() {
    let mut log = Log::new();
    let entries = [vec![0; 65_535], vec![0; 65_536]];
    expect!["the entry has 65536 bytes; an entry has at most 65535"]
        .assert_eq(&log.append(&entries).unwrap_err().to_string());
    assert_eq!(log, Log::new());
    assert_eq!(log.append(&entries[..1]).unwrap().len(), 2);
}
