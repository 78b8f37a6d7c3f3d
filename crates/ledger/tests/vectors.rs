//! Runs the files in `vectors/`: published values, and values that a separate implementation made.
//!
//! Owns the agreement with everybody else. It never computes what it expects.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has to stop"
)]

use data_encoding::HEXLOWER;
use kept_ledger::entry::{At, Entry, commitment};
use kept_ledger::hash::{leaf, node};
use kept_ledger::note;
use kept_ledger::proof::{Tree, verify_consistency, verify_inclusion};
use kept_ledger::tile::{Kind, Tile, tiles};
use kept_ledger::{
    Checkpoint, Frontier, Hash, Log, MemoryReader, Receipt, Rejected, SigningKey, Verifier,
};
use serde_json::Value;

fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(text(value).as_bytes()).unwrap()
}

fn hash(value: &Value) -> Hash {
    Hash::from_slice(&hex(value)).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn list(value: &Value) -> &[Value] {
    let list = value.as_array().unwrap();
    assert!(!list.is_empty(), "an empty list of vectors tests nothing");
    list
}

fn any_list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn keys(value: &Value) -> Vec<Verifier> {
    any_list(value)
        .iter()
        .map(|key| Verifier::parse(text(key)).unwrap())
        .collect()
}

fn reason(rejected: &Rejected) -> &'static str {
    match rejected {
        Rejected::Malformed(_) => "malformed",
        Rejected::Unsigned => "unsigned",
        Rejected::Signature { .. } => "signature",
        Rejected::Origin { .. } => "origin",
        Rejected::Range { .. } => "range",
        Rejected::Proof => "proof",
    }
}

/// Runs each vector of a list and names all that disagree, not only the first.
fn check(vectors: &[Value], agrees: impl Fn(&Value) -> bool) {
    let wrong: Vec<_> = vectors.iter().filter(|vector| !agrees(vector)).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} disagree: {wrong:#?}",
        wrong.len(),
        vectors.len()
    );
}

fn outcome<T>(result: Result<T, Rejected>, well: &'static str) -> &'static str {
    result.map_or_else(|rejected| reason(&rejected), |_| well)
}

#[test]
fn trees() {
    let file: Value = serde_json::from_str(include_str!("vectors/trees.json")).unwrap();
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), hash(&file["roots"][0]));
    for (entry, root) in list(&file["entries"])
        .iter()
        .zip(&list(&file["roots"])[1..])
    {
        frontier.push(leaf(&hex(entry)));
        assert_eq!(frontier.root(), hash(root), "{} entries", frontier.size());
    }
    check(list(&file["inclusion"]), |vector| {
        let (index, size) = (number(&vector["index"]), number(&vector["size"]));
        let (leaf, root) = (hash(&vector["leaf"]), hash(&vector["root"]));
        let verdict = verify_inclusion(&leaf, index, size, &proof(vector), &root);
        verdict.is_ok() == vector["valid"].as_bool().unwrap()
    });
    check(list(&file["consistency"]), |vector| {
        let tree = |size: &str, root: &str| Tree {
            size: number(&vector[size]),
            root: hash(&vector[root]),
        };
        let (earlier, later) = (tree("earlier", "earlier_root"), tree("later", "later_root"));
        let verdict = verify_consistency(&earlier, &later, &proof(vector));
        verdict.is_ok() == vector["valid"].as_bool().unwrap()
    });
}

fn proof(vector: &Value) -> Vec<Hash> {
    any_list(&vector["proof"]).iter().map(hash).collect()
}

/// The files that appending writes are those that another implementation computed, level by level.
#[test]
fn numbered_trees() {
    let file: Value = serde_json::from_str(include_str!("vectors/trees.json")).unwrap();
    check(list(&file["numbered"]), |vector| {
        let size = number(&vector["size"]);
        let entries: Vec<_> = (0..size).map(|index| format!("entry {index}")).collect();
        let mut log = Log::new();
        let mut store = MemoryReader::default();
        store.write(log.append(&entries).unwrap());
        let mut levels = 0..;
        let agree = any_list(&vector["levels"]).iter().all(|expected| {
            let kind = Kind::Hashes {
                level: levels.next().unwrap(),
            };
            let files: Vec<_> = tiles(size).filter(|tile| tile.kind() == kind).collect();
            let partial = files
                .iter()
                .find(|tile| tile.is_partial())
                .map_or(0, Tile::width);
            let full = files.iter().filter(|tile| !tile.is_partial()).count() as u64;
            let bytes: Vec<u8> = files
                .iter()
                .flat_map(|tile| store.files[&tile.path()].clone())
                .collect();
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
            full == number(&expected["full"])
                && u64::from(partial) == number(&expected["partial"])
                && digest.as_ref() == hex(&expected["sha256"])
        });
        let expected_files: Vec<_> = tiles(size).map(|tile| tile.path()).collect();
        let mut written: Vec<_> = store.files.keys().cloned().collect();
        written.sort_by_key(|path| Tile::parse(path).unwrap());
        agree && log.root() == hash(&vector["root"]) && written == expected_files
    });
}

#[test]
fn tile_paths() {
    let file: Value = serde_json::from_str(include_str!("vectors/tiles.json")).unwrap();
    check(list(&file["valid"]), |vector| {
        let tile = Tile::parse(text(&vector["path"])).unwrap();
        let kind = match tile.kind() {
            Kind::Entries => "entries".to_owned(),
            Kind::Hashes { level } => level.to_string(),
        };
        kind == text(&vector["kind"])
            && tile.index() == number(&vector["index"])
            && u64::from(tile.width()) == number(&vector["width"])
            && tile.path() == text(&vector["path"])
    });
    check(list(&file["invalid"]), |vector| {
        Tile::parse(text(vector)).is_err()
    });
    check(list(&file["sizes"]), |vector| {
        let paths: Vec<_> = tiles(number(&vector["size"]))
            .map(|tile| tile.path())
            .collect();
        let expected: Vec<_> = any_list(&vector["files"]).iter().map(text).collect();
        paths == expected
    });
    check(list(&file["counts"]), |vector| {
        let files: Vec<_> = tiles(number(&vector["size"])).collect();
        let kinds = vector["full"].as_object().unwrap().keys();
        kinds.into_iter().all(|name| {
            let kind = match name.as_str() {
                "entries" => Kind::Entries,
                level => Kind::Hashes {
                    level: level.parse().unwrap(),
                },
            };
            let of_kind: Vec<_> = files.iter().filter(|tile| tile.kind() == kind).collect();
            let full = of_kind.iter().filter(|tile| !tile.is_partial()).count() as u64;
            let partial = of_kind.iter().find(|tile| tile.is_partial());
            full == number(&vector["full"][name])
                && u64::from(partial.map_or(0, |tile| tile.width()))
                    == number(&vector["partial"][name])
        })
    });
}

#[test]
fn notes() {
    let file: Value = serde_json::from_str(include_str!("vectors/notes.json")).unwrap();
    check(list(&file["verifiers"]["valid"]), |vector| {
        Verifier::parse(text(vector)).unwrap().to_string() == text(vector)
    });
    check(list(&file["verifiers"]["invalid"]), |vector| {
        Verifier::parse(text(vector)).is_err()
    });
    check(list(&file["signing"]), |vector| {
        let seed = hex(&vector["seed"]).try_into().unwrap();
        let key = SigningKey::from_seed(text(&vector["name"]), &seed).unwrap();
        key.verifier().to_string() == text(&vector["verifier"])
            && note::sign(text(&vector["text"]), &[&key]).unwrap() == text(&vector["note"])
    });
    let key = SigningKey::from_seed("ledger.example.org/kept", &[1; 32]).unwrap();
    check(list(&file["unsignable"]), |vector| {
        note::sign(text(vector), &[&key]).is_err()
    });
    check(list(&file["notes"]), |vector| {
        let opened = note::open(text(&vector["note"]), &keys(&vector["keys"]));
        let signers_agree = opened.as_ref().map_or(true, |opened| {
            let signers: Vec<_> = opened
                .signatures
                .iter()
                .map(|by| by.name.as_str())
                .collect();
            signers
                == list(&vector["signers"])
                    .iter()
                    .map(text)
                    .collect::<Vec<_>>()
        });
        signers_agree && outcome(opened, "opened") == text(&vector["expect"])
    });
}

#[test]
fn checkpoints() {
    let file: Value = serde_json::from_str(include_str!("vectors/checkpoints.json")).unwrap();
    check(list(&file["valid"]), |vector| {
        let checkpoint = Checkpoint::parse(text(&vector["body"])).unwrap();
        checkpoint.origin() == text(&vector["origin"])
            && checkpoint.size() == number(&vector["size"])
            && *checkpoint.root() == hash(&vector["root"])
            && checkpoint.body() == text(&vector["body"])
    });
    check(list(&file["invalid"]), |vector| {
        Checkpoint::parse(text(vector)).is_err()
    });
    check(list(&file["signed"]), |vector| {
        let opened = Checkpoint::open(text(&vector["note"]), &keys(&vector["keys"]));
        outcome(opened, "opened") == text(&vector["expect"])
    });
}

#[test]
fn receipts() {
    let file: Value = serde_json::from_str(include_str!("vectors/receipts.json")).unwrap();
    check(list(&file["receipts"]), |vector| {
        let keys = keys(&vector["keys"]);
        let verdict = Receipt::parse(text(&vector["receipt"]))
            .map_err(Rejected::from)
            .and_then(|receipt| receipt.verify(&hex(&vector["entry"]), &keys));
        outcome(verdict, "verified") == text(&vector["expect"])
    });
}

#[test]
fn entries() {
    let file: Value = serde_json::from_str(include_str!("vectors/entries.json")).unwrap();
    check(list(&file["commitments"]), |vector| {
        let key = hex(&vector["key"]).try_into().unwrap();
        let salt = hex(&vector["salt"]).try_into().unwrap();
        commitment(&key, &salt) == hash(&vector["commitment"])
    });
    check(list(&file["times"]), |vector| {
        let at = At::parse(text(&vector["text"])).unwrap();
        let from_number = At::from_unix_milliseconds(vector["milliseconds"].as_i64().unwrap());
        at == from_number.unwrap() && at.to_string() == text(&vector["text"])
    });
    check(list(&file["not_times"]), |vector| {
        At::parse(text(vector)).is_err()
    });
    check(list(&file["canonical"]), |vector| {
        let entry = Entry::parse(text(vector).as_bytes()).unwrap();
        entry.encode().unwrap() == text(vector).as_bytes()
    });
    check(list(&file["refused"]), |vector| {
        Entry::parse(&hex(&vector["entry"])).is_err()
    });
}

/// A note may be long, but not without end.
#[test]
fn a_note_has_at_most_a_mebibyte() {
    let key = SigningKey::from_seed("ledger.example.org/kept", &[1; 32]).unwrap();
    let keys = [key.verifier().clone()];
    let signed = |length: usize| note::sign(&format!("{}\n", "a".repeat(length)), &[&key]).unwrap();
    let others = signed(0).len();
    let opened = |length: usize| outcome(note::open(&signed(length), &keys), "opened");
    assert_eq!(opened(note::NOTE_BYTES_MAX - others), "opened");
    assert_eq!(opened(note::NOTE_BYTES_MAX - others + 1), "malformed");
}

/// A node is not a leaf: the prefixes keep them apart.
#[test]
fn a_leaf_is_not_a_node() {
    let (left, right) = (leaf(b"left"), leaf(b"right"));
    let joined = [left.as_bytes().as_slice(), right.as_bytes()].concat();
    assert_ne!(node(&left, &right), leaf(&joined));
}
