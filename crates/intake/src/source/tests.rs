//! Tests of inputs: lines, compression, damage, positions, memory.

use proptest::prelude::*;

use super::*;
use crate::testing::{Drops, dripping, gzip, source};

fn lines(mut source: Source, limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let line = match source.next_line(limit) {
            None => return found,
            Some(Ok(Line::Whole {
                bytes,
                number,
                end_offset,
            })) => {
                format!("{number} {end_offset} {}", String::from_utf8_lossy(bytes))
            }
            Some(Ok(Line::TooLong { number })) => format!("{number} too long"),
            Some(Err(failure)) => {
                found.push(failure.to_string());
                return found;
            }
        };
        found.push(line);
    }
}

#[test]
fn lines_end_in_any_way() {
    let expected = ["1 3 a", "2 4 ", "3 too long", "4 16 b"];
    for size in [1, 2, 3, 100] {
        assert_eq!(lines(dripping("a\r\n\n123456789\r\nb", size), 5), expected);
        assert_eq!(lines(source(gzip(b"a\r\n\n123456789\r\nb")), 5), expected);
    }
    assert_eq!(lines(source("1\n23456"), 4), ["1 2 1", "2 too long"]);
    assert_eq!(lines(source(""), 5), [""; 0]);
    assert_eq!(lines(source(gzip(b"")), 5), [""; 0]);
}

#[test]
fn damage_is_told_where_it_is() {
    let mut bytes = gzip(b"a\nb\n");
    bytes.extend(b"no gzip at all");
    let expected = "input: the gzip data is damaged or cut off after byte 4 of what it holds, in \
                    line 3; every line before it was read. Get a whole copy and go on from here";
    assert_eq!(lines(source(bytes), 5), ["1 2 a", "2 4 b", expected]);
    let whole = gzip(b"a\nb\n");
    for length in 2..whole.len() {
        let found = lines(source(&whole[..length]), 5);
        assert!(
            found.last().unwrap().contains("damaged or cut off"),
            "{length}: {found:?}"
        );
    }
}

#[test]
fn what_cannot_be_opened_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Source::open(&folder.path().join("missing")).err().unwrap();
    assert!(matches!(
        missing,
        Failure::Unavailable {
            kind: io::ErrorKind::NotFound,
            ..
        }
    ));
    let folder = Source::open(folder.path()).err().unwrap();
    assert!(matches!(
        folder,
        Failure::Invalid {
            problem: Problem::Folder,
            ..
        }
    ));
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::TimedOut, "Maria Example"))
    }
}

#[test]
fn a_broken_pipe_is_told_after_what_came_before() {
    let source = Source::from_reader("pipe", Cursor::new(b"a\nb\nc".to_vec()).chain(Broken));
    let found = lines(source.unwrap(), 5);
    assert_eq!(found[..2], ["1 2 a", "2 4 b"]);
    assert_eq!(found[2], "pipe: cannot be read from byte 4 on: timed out");
    assert_eq!(found.len(), 3);
}

#[test]
fn memory_does_not_grow_with_the_input() {
    for compressed in [false, true] {
        let endless = io::repeat(b'x').take(16 << 20);
        let mut source = if compressed {
            let mut bytes = Vec::new();
            let mut encoder = flate2::read::GzEncoder::new(endless, flate2::Compression::fast());
            encoder.read_to_end(&mut bytes).unwrap();
            Source::from_reader("bomb", Cursor::new(bytes)).unwrap()
        } else {
            Source::from_reader("endless", endless).unwrap()
        };
        assert!(matches!(
            source.next_line(1 << 20),
            Some(Ok(Line::TooLong { number: 1 }))
        ));
        assert_eq!(source.offset(), 16 << 20);
        assert!(source.held() <= 4 << 20, "{}", source.held());
        assert!(source.next_line(1 << 20).is_none());
    }
}

#[test]
fn positions_survive_as_text() {
    let mut source = source(vec![b'x'; 5000]);
    source.fill(4500);
    source.take(4500);
    let position = source.position(3, 2);
    let text = serde_json::to_string(&position).unwrap();
    assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position);
    for wrong in [
        "",
        "12",
        "4097-0",
        "1-zz",
        "x-00000000000000000000000000000000",
    ] {
        assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
    }
}

proptest! {
    /// Lines are the same however the bytes arrive and whether they are compressed.
    #[test]
    fn arrival_changes_nothing(text in "[a\r\n]{0,200}", size in 1_usize..9, cut in 0_usize..200) {
        let whole = lines(source(text.clone()), 10);
        prop_assert_eq!(&lines(dripping(text.clone(), size), 10), &whole);
        let (first, second) = text.as_bytes().split_at(cut.min(text.len()));
        let members = [gzip(first), gzip(second)].concat();
        let bytes = Cursor::new(members);
        let compressed = Source::from_reader("input", Drops { bytes, size }).unwrap();
        prop_assert_eq!(&lines(compressed, 10), &whole);
    }
}
