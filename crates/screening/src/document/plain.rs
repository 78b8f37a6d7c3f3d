//! Telling text from what is none, and reading it in the encodings it comes in.
//! It never refuses an encoding that could be read as text.

/// How pictures, sounds, films and fonts begin.
const MEDIA: &[&[u8]] = &[
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"RIFF",
    b"OggS",
    b"fLaC",
    b"ID3",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf2",
    b"\xff\xf1",
    b"\xff\xf9",
    b"\x1a\x45\xdf\xa3",
    b"\0\0\x01\xba",
    b"#!AMR",
];

/// Whether a file is a picture, a sound or a film, as far as its head shows.
pub(super) fn is_media(head: &[u8]) -> bool {
    let is_boxed = head.get(4..8) == Some(b"ftyp");
    is_boxed || MEDIA.iter().any(|magic| head.starts_with(magic))
}

/// Whether a text is a page or a part in XML.
pub(super) fn is_markup(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(2048).collect();
    let start = start.to_ascii_lowercase();
    let heads = [
        "<!doctype",
        "<html",
        "<?xml",
        "<svg",
        "<!--",
        "<head",
        "<body",
    ];
    let blocks = ["</p>", "<br", "</div>", "</td>", "</span>"];
    let begins = heads.iter().any(|head| start.starts_with(head));
    begins || blocks.iter().any(|block| start.contains(block))
}

/// Bytes as text, in UTF-8, UTF-16 or Windows-1252; nothing where they are none.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return Some(wide(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return Some(wide(rest, u16::from_be_bytes));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let controls = bytes.iter().filter(|it| is_control(**it)).count();
    if let Ok(text) = std::str::from_utf8(bytes)
        && controls * 50 <= bytes.len()
    {
        return Some(text.to_owned());
    }
    if controls == 0 {
        return Some(bytes.iter().map(|it| windows(*it)).collect());
    }
    // Text of two bytes a letter has a zero in every other place.
    let zeros = |first: usize| {
        bytes
            .iter()
            .skip(first)
            .step_by(2)
            .filter(|it| **it == 0)
            .count()
    };
    match (zeros(0) * 4 > bytes.len(), zeros(1) * 4 > bytes.len()) {
        (false, true) => Some(wide(bytes, u16::from_le_bytes)),
        (true, false) => Some(wide(bytes, u16::from_be_bytes)),
        (true, true) | (false, false) => None,
    }
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
}

/// Text of two bytes a letter.
pub(super) fn wide(bytes: &[u8], order: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| order(*pair));
    char::decode_utf16(units)
        .map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The letter of a byte in Windows-1252 (the WHATWG encoding standard's table).
pub(super) fn windows(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let index = usize::from(byte).checked_sub(0x80);
    let high = index.and_then(|index| HIGH.get(index));
    high.copied().unwrap_or(char::from(byte))
}
