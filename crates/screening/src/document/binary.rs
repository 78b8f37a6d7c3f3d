//! Office files of before 2007: the runs of letters that stand in them. It follows none of their
//! structures; a run that a file breaks in two is read as two.

use super::{Reader, Unread, contains, plain};

/// The shortest run that is taken for text.
const RUN_MIN: usize = 6;

/// Reads the runs of letters, of one byte each and of two.
pub(super) fn read(reader: &mut Reader, bytes: &[u8]) {
    let utf16 =
        |name: &str| -> Vec<u8> { name.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    // A newer document that is encrypted is wrapped in the older form.
    if contains(bytes, &utf16("EncryptedPackage")) {
        return reader.note(Unread::Encrypted);
    }
    let before = reader.text.len();
    let narrow = bytes
        .split(|it| !is_printed(*it))
        .filter(|run| run.len() >= RUN_MIN);
    for run in narrow {
        let text: String = run.iter().map(|it| plain::windows(*it)).collect();
        reader.add(&text.replace('\r', "\n"));
    }
    for start in [0, 1] {
        wide_runs(reader, bytes.get(start..).unwrap_or(&[]));
    }
    if reader.text.len() == before {
        reader.note(Unread::NoText);
    }
}

fn wide_runs(reader: &mut Reader, bytes: &[u8]) {
    let (pairs, _) = bytes.as_chunks::<2>();
    let is_letter = |pair: &[u8; 2]| {
        let code = u16::from_le_bytes(*pair);
        matches!(code, 9 | 10 | 13 | 0x20..=0x7e | 0xa0..=0x24f | 0x2010..=0x2027)
            || matches!(code, 0x3000..=0x30ff | 0x4e00..=0x9fff | 0xff00..=0xff5e)
    };
    for run in pairs.split(|pair| !is_letter(pair)) {
        if run.len() >= RUN_MIN {
            let text = plain::wide(run.as_flattened(), u16::from_le_bytes);
            reader.add(&text.replace('\r', "\n"));
        }
    }
}

fn is_printed(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x91..=0x97 | 0xa0..=0xff)
}
