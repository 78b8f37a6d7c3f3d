//! The Common and Combined Log Format, byte by byte. It copies only what holds escapes.

use std::borrow::Cow;

use super::{AccessLine, Request, address};
use crate::times;
use crate::trouble::Reason;

/// Reads `ip ident user [time] "request" status bytes "referer" "agent" "sec-gpc" …`, of which
/// the quoted fields at the end may be missing and further ones are left out.
pub(super) fn parse(line: &[u8]) -> Result<AccessLine<'_>, Reason> {
    // The whole line is checked once, which is quicker than field by field.
    let line = std::str::from_utf8(line).map_err(|_| Reason::NotUtf8)?;
    let (client, rest) = cut(line, b' ').ok_or(Reason::NotALogLine)?;
    let (who, rest) = cut(rest, b'[').ok_or(Reason::NotALogLine)?;
    let ip = address(client)?;
    let (time, rest) = cut(rest, b']').ok_or(Reason::NotALogLine)?;
    let at = times::parse_log(time.as_bytes()).ok_or(Reason::Time)?;
    let rest = rest.strip_prefix(' ').ok_or(Reason::NotALogLine)?;
    let (request, rest) = quoted(rest).ok_or(Reason::NotALogLine)?;
    let request = Request::split(request);

    let mut fields = Fields { rest };
    let status = match fields.plain() {
        Some("-") => None,
        Some(text) => Some(status(text)?),
        None => return Err(Reason::NotALogLine),
    };
    let bytes = match fields.plain() {
        Some("-") => None,
        Some(text) => Some(text.parse().map_err(|_| Reason::NotALogLine)?),
        None => return Err(Reason::NotALogLine),
    };
    let referer = fields.quoted()?;
    let user_agent = fields.quoted()?;
    let gpc = fields.quoted()?.is_some_and(|text| text == "1");
    Ok(AccessLine {
        ip,
        user: user(who),
        at,
        method: request.method,
        target: request.target,
        protocol: request.protocol,
        status,
        bytes,
        referer,
        user_agent,
        gpc,
    })
}

/// Reads a status of three digits.
pub(super) fn status(text: &str) -> Result<u16, Reason> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        text.parse().map_err(|_| Reason::Status)
    } else {
        Err(Reason::Status)
    }
}

fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let index = memchr::memchr(at, text.as_bytes())?;
    Some((text.get(..index)?, text.get(index + 1..)?))
}

/// The user of `ident user `, either of which may be `-`.
fn user(who: &str) -> Option<Cow<'_, str>> {
    let (_, user) = cut(who.trim_end(), b' ')?;
    (user != "-" && !user.is_empty()).then_some(Cow::Borrowed(user))
}

/// What follows the request.
struct Fields<'a> {
    rest: &'a str,
}

impl<'a> Fields<'a> {
    fn plain(&mut self) -> Option<&'a str> {
        let rest = self.rest.strip_prefix(' ')?;
        let end = memchr::memchr(b' ', rest.as_bytes()).unwrap_or(rest.len());
        let (field, rest) = (rest.get(..end)?, rest.get(end..)?);
        self.rest = rest;
        (!field.is_empty()).then_some(field)
    }

    /// The next field if it is quoted and says something.
    fn quoted(&mut self) -> Result<Option<Cow<'a, str>>, Reason> {
        let Some(rest) = self
            .rest
            .strip_prefix(' ')
            .filter(|rest| rest.starts_with('"'))
        else {
            return Ok(None);
        };
        let (field, rest) = quoted(rest).ok_or(Reason::NotALogLine)?;
        self.rest = rest;
        Ok((field != "-" && !field.is_empty()).then_some(field))
    }
}

/// Reads a quoted field and gives what follows it.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = text.strip_prefix('"')?;
    let bytes = inner.as_bytes();
    let mut from = 0;
    let mut escaped = false;
    loop {
        let index = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
        if bytes.get(index) == Some(&b'"') {
            let field = inner.get(..index)?;
            let field = if escaped {
                Cow::Owned(unescape(field))
            } else {
                Cow::Borrowed(field)
            };
            return Some((field, inner.get(index + 1..)?));
        }
        escaped = true;
        from = index + 2;
    }
}

/// Undoes the escapes of Apache and nginx: `\"`, `\\`, `\n` and their like, and `\xhh` for a byte.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'n') => bytes.push(b'\n'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'x') => {
                let ahead = rest.clone();
                let mut digits = ahead.map_while(|digit| char::from(digit).to_digit(16));
                match (digits.next(), digits.next()) {
                    (Some(high), Some(low)) => {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                        rest.nth(1);
                    }
                    (Some(_) | None, _) => bytes.extend(b"\\x"),
                }
            }
            Some(other) => bytes.push(other),
            None => bytes.push(b'\\'),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
