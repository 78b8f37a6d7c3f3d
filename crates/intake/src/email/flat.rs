//! Keeps messages within messages closed. The parser would open them level by level, which a
//! hostile message of thousands of levels turns into a stack overflow. So the words that make it
//! do so are masked before parsing, and unmasked in whatever comes out.

use std::borrow::Cow;

/// The words of the content types `message/…` and `multipart/digest`, with the sign that stands
/// for their first letter while they are masked: control characters that no text holds.
const MASKS: [(&[u8], u8, u8); 4] = [
    (b"message", b'm', 0x1a),
    (b"message", b'M', 0x1c),
    (b"digest", b'd', 0x1d),
    (b"digest", b'D', 0x1e),
];

/// Masks the words, whatever their case, where they stand alone. The length stays the same.
pub(super) fn mask(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut masked = Cow::Borrowed(bytes);
    for (word, letter, sign) in MASKS {
        for index in memchr::memchr_iter(letter, bytes) {
            let end = index.saturating_add(word.len());
            let found = bytes
                .get(index..end)
                .is_some_and(|it| it.eq_ignore_ascii_case(word));
            let before = index.checked_sub(1).and_then(|before| bytes.get(before));
            // Within a longer run of letters it is no word of a content type, but may well be
            // Base64, which must not change.
            let alone = ![before, bytes.get(end)]
                .into_iter()
                .flatten()
                .any(|byte| byte.is_ascii_alphanumeric() || *byte == b'+');
            // `Message-ID` is a header, while two hyphens end the delimiter of a part.
            let after = bytes.get(end..).unwrap_or_default();
            let joined = after.starts_with(b"-") && !after.starts_with(b"--");
            if found
                && alone
                && !joined
                && let Some(first) = masked.to_mut().get_mut(index)
            {
                *first = sign;
            }
        }
    }
    masked
}

/// Undoes [`mask`] in what was parsed.
pub(super) fn unmask(mut bytes: Vec<u8>) -> Vec<u8> {
    for (word, letter, sign) in MASKS {
        let rest = word.get(1..).unwrap_or_default();
        let mut from = 0;
        while let Some(found) = memchr::memchr(sign, bytes.get(from..).unwrap_or_default()) {
            let index = from + found;
            let end = index.saturating_add(word.len());
            let after = bytes.get(index + 1..end);
            if after.is_some_and(|it| it.eq_ignore_ascii_case(rest))
                && let Some(first) = bytes.get_mut(index)
            {
                *first = letter;
            }
            from = index + 1;
        }
    }
    bytes
}

/// Undoes [`mask`] in a text.
pub(super) fn unmask_text(text: &str) -> String {
    // Only letters are put in place of control characters, so it stays UTF-8.
    String::from_utf8(unmask(text.as_bytes().to_vec())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_masked_where_they_stand_alone() {
        for (text, expected) in [
            (
                "Content-Type: message/rfc822",
                "Content-Type: \u{1a}essage/rfc822",
            ),
            ("a:MESSAGE (x) / global", "a:\u{1c}ESSAGE (x) / global"),
            ("multipart/Digest;", "multipart/\u{1e}igest;"),
            ("Message-ID: --message--", "Message-ID: --\u{1a}essage--"),
            (
                "messages xmessage +message digested",
                "messages xmessage +message digested",
            ),
        ] {
            assert_eq!(mask(text.as_bytes()), expected.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn masking_is_undone(text in "(message|Digest|DIGEST|MessagE|[ /:;a+]|\\PC){0,40}") {
            let masked = mask(text.as_bytes()).into_owned();
            prop_assert_eq!(masked.len(), text.len());
            prop_assert_eq!(unmask_text(std::str::from_utf8(&masked).unwrap()), text);
        }
    }
}
