//! A form that carries files, taken apart (RFC 7578): its parts by name, in order.
//! It reads what browsers send and nothing cleverer; nothing is written to a disk.

use axum::http::{HeaderMap, header};

/// The most parts that a form of ours has.
const PARTS_MAX: usize = 8;

/// What stands between the parts, where a request says that it has parts.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let rest = value.strip_prefix("multipart/form-data;")?;
    let boundary = rest.trim().strip_prefix("boundary=")?.trim_matches('"');
    let plain = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=?".contains(c);
    let fits = (1..=70).contains(&boundary.len()) && boundary.chars().all(plain);
    fits.then(|| boundary.to_owned())
}

/// The parts, each with its name; nothing where the body is not made as it should be.
pub(super) fn read<'b>(body: &'b [u8], boundary: &str) -> Option<Vec<(String, &'b [u8])>> {
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(between.as_bytes().get(2..)?)?;
    let mut parts = Vec::new();
    while let Some(after) = rest.strip_prefix(b"\r\n") {
        let (part, after) = cut(after, between.as_bytes())?;
        let (head, content) = cut(part, b"\r\n\r\n")?;
        parts.push((name(std::str::from_utf8(head).ok()?)?, content));
        if parts.len() > PARTS_MAX {
            return None;
        }
        rest = after;
    }
    rest.starts_with(b"--").then_some(parts)
}

/// What stands before a text, and what after it.
fn cut<'b>(bytes: &'b [u8], text: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = bytes.windows(text.len()).position(|it| it == text)?;
    Some((bytes.get(..at)?, bytes.get(at + text.len()..)?))
}

/// The name of a part, by its head.
fn name(head: &str) -> Option<String> {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, told) = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    let mut told = told.split(';').map(str::trim);
    if told.next() != Some("form-data") {
        return None;
    }
    let name = told.find_map(|it| it.strip_prefix("name="))?;
    Some(name.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\
        Content-Type: text/plain\r\n\r\none\r\n--two\r\n--x\r\n\
        content-disposition: form-data; name=\"receipt\"\r\n\r\n\r\n--x--\r\n";

    #[test]
    fn parts_come_apart_and_nothing_else_does() {
        let parts = read(BODY.as_bytes(), "x").unwrap();
        let parts: Vec<(&str, &[u8])> = parts
            .iter()
            .map(|(name, it)| (name.as_str(), *it))
            .collect();
        assert_eq!(parts, [("file", &b"one\r\n--two"[..]), ("receipt", b"")]);
        assert_eq!(read(b"--x--", "x"), Some(Vec::new()));
        for (old, new) in [
            ("--x--", ""),
            ("--x--", "--x"),
            ("--x\r\nContent", "--y\r\nContent"),
            ("form-data; name=\"file\"", "form-data"),
            ("form-data", "attachment"),
            ("\r\n\r\none", "one"),
        ] {
            let other = BODY.replacen(old, new, 1);
            assert_eq!(read(other.as_bytes(), "x"), None, "{new}");
        }
        for at in 0..BODY.len() - 4 {
            assert_eq!(read(&BODY.as_bytes()[..at], "x"), None, "{at}");
        }
        let many = format!(
            "{}--x--",
            "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n".repeat(9)
        );
        assert_eq!(read(many.as_bytes(), "x"), None);
    }

    #[test]
    fn a_boundary_is_what_the_header_says_or_nothing() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
            boundary(&headers)
        };
        assert_eq!(
            of("multipart/form-data; boundary=--a1").as_deref(),
            Some("--a1")
        );
        assert_eq!(of("multipart/form-data; boundary=\"a b\""), None);
        assert_eq!(of("multipart/form-data; boundary="), None);
        assert_eq!(of("application/x-www-form-urlencoded"), None);
    }
}
