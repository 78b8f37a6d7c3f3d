//! Web-server access logs as lines: the Common and Combined Log Format, JSON lines and the W3C
//! Extended Log File Format, mixed as they come. Paths and queries may hold personal data: they are
//! kept, and never printed.

mod json;
mod text;
mod w3c;

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;

use crate::limits::Limits;
use crate::position::Position;
use crate::record::Outcome;
use crate::source::{Line, Source};
use crate::trouble::{Failure, Reason, Rejected};

/// One request, borrowed from its line wherever the line holds no escapes.
#[derive(Clone, PartialEq)]
pub struct AccessLine<'a> {
    /// The client's address. An IPv4 address in IPv6 clothes is an IPv4 address.
    pub ip: IpAddr,
    /// The name the client signed in with.
    pub user: Option<Cow<'a, str>>,
    /// When the request came.
    pub at: Timestamp,
    /// The method, if the request line was one of HTTP.
    pub method: Option<Cow<'a, str>>,
    /// The path with its query; the whole request line if that was none of HTTP.
    pub target: Cow<'a, str>,
    /// The protocol, such as `HTTP/1.1`.
    pub protocol: Option<Cow<'a, str>>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Bytes of the answer's body.
    pub bytes: Option<u64>,
    /// Where the client says it came from.
    pub referer: Option<Cow<'a, str>>,
    /// What the client says it is.
    pub user_agent: Option<Cow<'a, str>>,
    /// Whether it carried `Sec-GPC: 1` (Global Privacy Control). Servers log it in JSON as
    /// `sec_gpc`, or as a further quoted field after the user agent.
    pub gpc: bool,
}

impl<'a> AccessLine<'a> {
    /// Reads one line without its ending.
    ///
    /// # Errors
    /// The reason why it is no whole line of a known format.
    pub fn parse(line: &'a [u8]) -> Result<Self, Reason> {
        let line = line.trim_ascii();
        if line.first() == Some(&b'{') {
            json::parse(line)
        } else {
            text::parse(line)
        }
    }
}

impl fmt::Debug for AccessLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessLine")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A line with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered<'a> {
    /// Its number, from 1.
    pub line: u64,
    /// Where it ends: bytes from the start of the decompressed input.
    pub end_offset: u64,
    /// What it says.
    pub access: AccessLine<'a>,
}

/// Reads an access log line by line. Its lines borrow from it, so it is no iterator.
pub struct AccessLog {
    source: Source,
    limits: Limits,
    records: u64,
    rejected: u64,
    ended: bool,
    /// What the last `#Fields` line said.
    layout: Option<w3c::Layout>,
}

impl AccessLog {
    /// Reads from an input.
    pub fn open(source: Source, limits: Limits) -> Self {
        Self {
            source,
            limits,
            records: 0,
            rejected: 0,
            ended: false,
            layout: None,
        }
    }

    /// The next line. Blank lines, and comments (`#`) that say nothing of the lines to come, are
    /// stepped over.
    pub fn next_line(&mut self) -> Option<Result<Outcome<Numbered<'_>>, Failure>> {
        if self.ended {
            return None;
        }
        let limit = self.limits.record_bytes;
        loop {
            if self.source.next_begins_with(b"#") {
                if let Some(Ok(Line::Whole { bytes, .. })) = self.source.next_line(limit) {
                    w3c::direct(&mut self.layout, bytes);
                }
            } else if self.source.next_begins_with(b"\n") || self.source.next_begins_with(b"\r\n") {
                self.source.step_over_line();
            } else {
                break;
            }
        }
        let rejected = |line, reason| Some(Ok(Outcome::Rejected(Rejected { line, reason })));
        match self.source.next_line(limit) {
            None => {
                self.ended = true;
                None
            }
            Some(Err(failure)) => {
                self.ended = true;
                Some(Err(failure))
            }
            Some(Ok(Line::TooLong { number })) => {
                self.rejected += 1;
                rejected(number, Reason::TooLong { limit })
            }
            Some(Ok(Line::Whole {
                bytes,
                number,
                end_offset,
            })) => match parse(self.layout.as_ref(), bytes) {
                Ok(access) => {
                    self.records += 1;
                    Some(Ok(Outcome::Taken(Numbered {
                        line: number,
                        end_offset,
                        access,
                    })))
                }
                Err(reason) => {
                    self.rejected += 1;
                    rejected(number, reason)
                }
            },
        }
    }

    /// The place just after the last line.
    pub fn position(&self) -> Position {
        let columns = self.layout.as_ref();
        Position {
            columns: columns.map(|layout| layout.written().to_owned()),
            ..self.source.position(self.records, self.rejected)
        }
    }

    /// Goes on from a position of an earlier reading of the same log, which may have grown.
    ///
    /// # Errors
    /// [`Failure::Conflict`] when it is another log, or the log has been rotated away.
    pub fn skip_to(&mut self, position: &Position) -> Result<(), Failure> {
        self.source.skip_to(position)?;
        (self.records, self.rejected) = (position.records, position.rejected);
        self.layout = position.columns.as_deref().and_then(w3c::Layout::of);
        Ok(())
    }
}

fn parse<'a>(layout: Option<&w3c::Layout>, line: &'a [u8]) -> Result<AccessLine<'a>, Reason> {
    match layout {
        Some(layout) if layout.has_columns() && line.first() != Some(&b'{') => layout.parse(line),
        Some(_) | None => AccessLine::parse(line),
    }
}

/// Reads an address, with or without the brackets of a URL.
fn address(text: &str) -> Result<IpAddr, Reason> {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    inner
        .parse::<IpAddr>()
        .map(|ip| ip.to_canonical())
        .map_err(|_| Reason::Address)
}

/// A request line in its three parts.
struct Request<'a> {
    method: Option<Cow<'a, str>>,
    target: Cow<'a, str>,
    protocol: Option<Cow<'a, str>>,
}

impl<'a> Request<'a> {
    /// Splits `GET /path HTTP/1.1`. What is none is kept whole, because servers also log what was
    /// never HTTP.
    fn split(request: Cow<'a, str>) -> Self {
        match request {
            Cow::Borrowed(text) => match parts(text) {
                Some((method, target, protocol)) => Self {
                    method: Some(Cow::Borrowed(method)),
                    target: Cow::Borrowed(target),
                    protocol: protocol.map(Cow::Borrowed),
                },
                None => Self {
                    method: None,
                    target: Cow::Borrowed(text),
                    protocol: None,
                },
            },
            Cow::Owned(text) => match parts(&text) {
                Some((method, target, protocol)) => Self {
                    method: Some(Cow::Owned(method.to_owned())),
                    target: Cow::Owned(target.to_owned()),
                    protocol: protocol.map(|protocol| Cow::Owned(protocol.to_owned())),
                },
                None => Self {
                    method: None,
                    target: Cow::Owned(text),
                    protocol: None,
                },
            },
        }
    }
}

fn parts(request: &str) -> Option<(&str, &str, Option<&str>)> {
    let bytes = request.as_bytes();
    let first = memchr::memchr(b' ', bytes)?;
    let method = request.get(..first)?;
    // Methods are tokens, by custom in capital letters (RFC 9110, section 9.1).
    if method.is_empty()
        || !method
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-')
    {
        return None;
    }
    let rest = request.get(first + 1..)?;
    match memchr::memrchr(b' ', rest.as_bytes()) {
        Some(last)
            if rest
                .get(last + 1..)
                .is_some_and(|text| text.starts_with("HTTP/")) =>
        {
            Some((method, rest.get(..last)?, rest.get(last + 1..)))
        }
        Some(_) | None => Some((method, rest, None)),
    }
}

#[cfg(test)]
mod tests;
