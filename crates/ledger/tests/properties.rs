//! What holds for every log, whatever its size and however it grew.
//!
//! Owns the properties of trees, proofs, receipts, growth and audit. It never uses published
//! values: those are in `vectors.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has to stop"
)]

use std::ops::RangeInclusive;

use kept_ledger::hash::leaf;
use kept_ledger::note;
use kept_ledger::proof::{
    TileHashes, Tree, consistency, inclusion, verify_consistency, verify_inclusion,
};
use kept_ledger::tile::{completed, right_edge, tiles};
use kept_ledger::{
    Checkpoint, Frontier, Hash, Log, MemoryReader, Receipt, SigningKey, Verifier, Wrong, verify_log,
};
use proptest::prelude::*;

const ORIGIN: &str = "ledger.example.org/kept";

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[3; 32]).unwrap()
}

fn logs() -> Vec<Verifier> {
    vec![key().verifier().clone()]
}

/// Entries of differing lengths, among them empty ones.
fn entries(size: u64) -> Vec<Vec<u8>> {
    (0..size)
        .map(|index| index.to_string().repeat((index % 7) as usize).into_bytes())
        .collect()
}

fn signed(log: &Log) -> String {
    note::sign(&log.checkpoint(ORIGIN).unwrap().body(), &[&key()]).unwrap()
}

/// A log of so many entries, the store it is in and its signed checkpoint.
fn grown(size: u64) -> (Log, MemoryReader, String) {
    let (mut log, mut store) = (Log::new(), MemoryReader::default());
    store.write(log.append(&entries(size)).unwrap());
    let checkpoint = signed(&log);
    (log, store, checkpoint)
}

fn roots(size: u64) -> Vec<Hash> {
    let mut frontier = Frontier::new();
    let mut roots = vec![frontier.root()];
    for entry in entries(size) {
        frontier.push(leaf(&entry));
        roots.push(frontier.root());
    }
    roots
}

/// Flips each bit in turn and asks of each flip that it is noticed.
fn every_flip(bytes: &[u8], noticed: impl Fn(&[u8]) -> bool) {
    let mut bytes = bytes.to_vec();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            bytes[position] ^= 1 << bit;
            assert!(
                noticed(&bytes),
                "bit {bit} of byte {position} was flipped unnoticed"
            );
            bytes[position] ^= 1 << bit;
        }
    }
}

fn flat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn unflat(bytes: &[u8]) -> Vec<Hash> {
    bytes
        .chunks(32)
        .map(|chunk| Hash::from_slice(chunk).unwrap())
        .collect()
}

#[test]
fn every_entry_of_every_small_tree_is_proven_included() {
    let entries = entries(300);
    let roots = roots(300);
    let (_, store, _) = grown(300);
    for size in 1..=300u64 {
        // Only the full tiles of a larger log are there: they stand in for the partial ones.
        let mut hashes = TileHashes::new(&store, size);
        if size < 256 || size == 300 {
            for index in 0..size {
                let proof = inclusion(&mut hashes, index, size).unwrap();
                let leaf = leaf(&entries[index as usize]);
                verify_inclusion(&leaf, index, size, &proof, &roots[size as usize]).unwrap();
            }
        }
        assert!(inclusion(&mut hashes, size, size).is_err());
    }
}

#[test]
fn every_small_tree_is_proven_to_be_the_start_of_every_larger_one() {
    let roots = roots(140);
    let (_, store, _) = grown(256);
    let tree = |size: u64| Tree {
        size,
        root: roots[size as usize],
    };
    for later in 0..=140u64 {
        let mut hashes = TileHashes::new(&store, later);
        for earlier in 0..=later {
            let proof = consistency(&mut hashes, earlier, later).unwrap();
            verify_consistency(&tree(earlier), &tree(later), &proof).unwrap();
            if earlier != later {
                assert!(verify_consistency(&tree(later), &tree(earlier), &proof).is_err());
            }
        }
        assert!(consistency(&mut hashes, later + 1, later).is_err());
    }
}

#[test]
fn proofs_reach_over_levels_of_tiles() {
    for size in [65_535u64, 65_536, 65_537, 70_000] {
        let (log, store, _) = grown(size);
        let (root, entries) = (log.root(), entries(size));
        let mut hashes = TileHashes::new(&store, size);
        for index in [0, 1, 255, 256, 32_767, 65_534, size - 1] {
            let proof = inclusion(&mut hashes, index, size).unwrap();
            verify_inclusion(&leaf(&entries[index as usize]), index, size, &proof, &root).unwrap();
        }
        for earlier in [1u64, 255, 256, 257, 4096, 40_000, 65_534, size] {
            let (before, _, _) = grown(earlier);
            let proof = consistency(&mut hashes, earlier, size).unwrap();
            let (earlier, later) = (
                Tree {
                    size: earlier,
                    root: before.root(),
                },
                Tree { size, root },
            );
            verify_consistency(&earlier, &later, &proof).unwrap();
        }
    }
}

#[test]
fn a_flipped_bit_breaks_a_receipt() {
    for (index, size) in [(0, 1), (4, 5), (130, 200), (256, 257)] {
        let (_, store, checkpoint) = grown(size);
        let entry = entries(size).swap_remove(index as usize);
        let receipt = Receipt::issue(&store, &checkpoint, &logs(), index, &entry).unwrap();
        assert_eq!(receipt.open(&logs()).unwrap().1, entry);
        let text = receipt.to_string();
        assert_eq!(Receipt::parse(&text).unwrap(), receipt);
        every_flip(text.as_bytes(), |bytes| {
            let text = std::str::from_utf8(bytes).ok();
            let receipt = text.and_then(|text| Receipt::parse(text).ok());
            receipt.is_none_or(|receipt| receipt.open(&logs()).is_err())
        });
        every_flip(checkpoint.as_bytes(), |bytes| {
            let text = std::str::from_utf8(bytes).ok();
            text.is_none_or(|text| Checkpoint::open(text, &logs()).is_err())
        });
        every_flip(&entry, |entry| receipt.verify(entry, &logs()).is_err());
    }
}

#[test]
fn a_receipt_is_not_issued_for_another_entry() {
    let (_, mut store, checkpoint) = grown(20);
    let issue = |store: &MemoryReader, index, entry: &[u8]| {
        Receipt::issue(store, &checkpoint, &logs(), index, entry).map_err(|fault| fault.wrong)
    };
    let entry = &entries(20)[5];
    assert!(issue(&store, 5, entry).is_ok());
    assert!(matches!(issue(&store, 6, entry), Err(Wrong::Root { .. })));
    assert!(matches!(
        issue(&store, 20, entry),
        Err(Wrong::Checkpoint(_))
    ));
    store.files.get_mut("tile/0/000.p/20").unwrap()[0] ^= 1;
    assert!(matches!(issue(&store, 5, entry), Err(Wrong::Root { .. })));
    store.files.remove("tile/0/000.p/20");
    assert!(matches!(issue(&store, 5, entry), Err(Wrong::Missing)));
}

#[test]
fn an_audit_notices_every_flipped_bit() {
    let (_, store, checkpoint) = grown(13);
    let audit = |store: &MemoryReader| verify_log(store, &checkpoint, &logs(), &[], |_, _| Ok(()));
    assert_eq!(audit(&store).unwrap().files, store.files.len() as u64);
    for (path, bytes) in &store.files {
        every_flip(bytes, |bytes| {
            let mut store = store.clone();
            store.files.insert(path.clone(), bytes.to_vec());
            audit(&store).is_err()
        });
    }
}

fn sizes() -> RangeInclusive<u64> {
    1..=700
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_flipped_bit_breaks_an_inclusion_proof(
        (size, index) in sizes().prop_flat_map(|size| (Just(size), 0..size)),
    ) {
        let (log, store, _) = grown(size);
        let leaf = leaf(&entries(size)[index as usize]);
        let proof = inclusion(&mut TileHashes::new(&store, size), index, size).unwrap();
        let root = log.root();
        every_flip(&flat(&proof), |proof| {
            verify_inclusion(&leaf, index, size, &unflat(proof), &root).is_err()
        });
        every_flip(&root.0, |root| {
            verify_inclusion(&leaf, index, size, &proof, &Hash::from_slice(root).unwrap()).is_err()
        });
        every_flip(&leaf.0, |leaf| {
            verify_inclusion(&Hash::from_slice(leaf).unwrap(), index, size, &proof, &root).is_err()
        });
        every_flip(&index.to_be_bytes(), |index| {
            let index = u64::from_be_bytes(index.try_into().unwrap());
            verify_inclusion(&leaf, index, size, &proof, &root).is_err()
        });
    }

    #[test]
    fn a_flipped_bit_breaks_a_consistency_proof(
        (later, earlier) in sizes().prop_flat_map(|size| (Just(size), 1..=size)),
    ) {
        let (log, store, _) = grown(later);
        let earlier = Tree { size: earlier, root: roots(earlier)[earlier as usize] };
        let later = Tree { size: later, root: log.root() };
        let mut hashes = TileHashes::new(&store, later.size);
        let proof = consistency(&mut hashes, earlier.size, later.size).unwrap();
        every_flip(&flat(&proof), |proof| {
            verify_consistency(&earlier, &later, &unflat(proof)).is_err()
        });
        every_flip(&earlier.root.0, |root| {
            let other = Tree { root: Hash::from_slice(root).unwrap(), ..earlier };
            verify_consistency(&other, &later, &proof).is_err()
        });
        every_flip(&later.root.0, |root| {
            let other = Tree { root: Hash::from_slice(root).unwrap(), ..later };
            verify_consistency(&earlier, &other, &proof).is_err()
        });
    }

    #[test]
    fn growing_in_batches_is_growing_at_once(batches in prop::collection::vec(0usize..300, 1..8)) {
        let size = batches.iter().sum::<usize>() as u64;
        let (at_once, expected, _) = grown(size);
        let (mut log, mut store) = (Log::new(), MemoryReader::default());
        let mut rest = entries(size);
        for batch in batches {
            let before = log.size();
            let taken: Vec<_> = rest.drain(..batch).collect();
            let files = log.append(&taken).unwrap();
            let mut paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
            paths.sort();
            paths.dedup();
            prop_assert_eq!(paths.len(), files.len(), "a file is written once in a batch");
            store.write(files);
            // Whatever is now on the edge is there, and outgrown folders are not needed.
            for tile in right_edge(log.size()) {
                prop_assert!(store.files.contains_key(&tile.path()));
            }
            for tile in completed(before, log.size()) {
                store.files.retain(|path, _| !path.starts_with(&tile.partial_folder()));
            }
            let checkpoint = log.checkpoint(ORIGIN).unwrap();
            prop_assert_eq!(&Log::resume(&checkpoint, &store).unwrap(), &log);
            verify_log(&store, &signed(&log), &logs(), &[], |_, _| Ok(())).unwrap();
        }
        prop_assert_eq!(&log, &at_once);
        for tile in tiles(size) {
            let path = tile.path();
            prop_assert_eq!(store.files.get(&path), expected.files.get(&path));
        }
    }

    #[test]
    fn a_crash_while_writing_leaves_a_log_that_goes_on(
        (before, lost, other) in (0u64..600, 1u64..600, 1u64..600),
        written in 0usize..20,
    ) {
        let (log, mut store, _) = grown(before);
        let checkpoint = log.checkpoint(ORIGIN).unwrap();
        // Some files of the lost batch became durable, the last of them only in part.
        let all = entries(before + lost.max(other));
        let tail = |count: u64| &all[before as usize..(before + count) as usize];
        let mut files = log.clone().append(tail(lost)).unwrap();
        files.truncate(written);
        if let Some(last) = files.last_mut() {
            last.bytes.truncate(last.bytes.len() / 2);
        }
        store.write(files);
        let mut resumed = Log::resume(&checkpoint, &store).unwrap();
        prop_assert_eq!(resumed.size(), before);
        // The batch that is written instead need not end where the lost one did.
        store.write(resumed.append(tail(other)).unwrap());
        verify_log(&store, &signed(&resumed), &logs(), &[checkpoint], |_, _| Ok(())).unwrap();
    }

    #[test]
    fn an_audit_notices_whatever_is_done_to_a_file(
        size in sizes(),
        which: prop::sample::Index,
        place: prop::sample::Index,
        bit in 0u32..8,
        harm in 0..4,
    ) {
        let (_, mut store, checkpoint) = grown(size);
        verify_log(&store, &checkpoint, &logs(), &[], |_, _| Ok(())).unwrap();
        let paths: Vec<_> = store.files.keys().cloned().collect();
        let path = &paths[which.index(paths.len())];
        let bytes = store.files.get_mut(path).unwrap();
        let place = place.index(bytes.len());
        match harm {
            0 => bytes[place] ^= 1u8 << bit,
            1 => bytes.truncate(place),
            2 => bytes.push(0),
            _ => drop(store.files.remove(path)),
        }
        let fault = verify_log(&store, &checkpoint, &logs(), &[], |_, _| Ok(())).unwrap_err();
        // Either the file itself is named, or the one that its contents disagree with.
        let message = fault.to_string();
        prop_assert!(message.contains(path.as_str()), "{path}: {message}");
        let rewritten = matches!(fault.wrong, Wrong::Root { .. });
        prop_assert!(!rewritten);
    }
}
