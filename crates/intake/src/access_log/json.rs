//! Access logs in JSON lines, by the keys that nginx, Caddy and Apache configurations commonly
//! use. Keys it does not know are left out.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{AccessLine, Request, address, text};
use crate::times;
use crate::trouble::Reason;

/// How deep objects are looked into: the line, its `request`, and that one's `headers`.
const DEPTH: u8 = 3;

/// Seconds since 1970 beyond which a number of time must be milliseconds (the year 5138).
const SECONDS_MAX: f64 = 1e11;

/// Reads a line that begins with a brace.
pub(super) fn parse(line: &[u8]) -> Result<AccessLine<'_>, Reason> {
    let line = std::str::from_utf8(line).map_err(|_| Reason::NotUtf8)?;
    let mut keys = Keys::default();
    let mut json = serde_json::Deserializer::from_str(line);
    // Only the error's column is looked at: its text may quote the line.
    Object {
        keys: &mut keys,
        depth: DEPTH,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end())
    .map_err(|error| Reason::NotJson {
        column: error.column(),
    })?;

    // Behind a trusted proxy the client is told apart from the peer.
    let client = keys
        .client
        .as_ref()
        .or(keys.peer.as_ref())
        .and_then(Scalar::text);
    let ip = address(client.ok_or(Reason::NotALogLine)?)?;
    let at = keys.time.as_ref().ok_or(Reason::NotALogLine)?;
    let at = time(at).ok_or(Reason::Time)?;
    let status = match keys.status {
        None | Some(Scalar::Nothing) => None,
        Some(Scalar::Number(number)) => Some(text::status(&format!("{number}"))?),
        Some(Scalar::Text(ref written)) if written == "-" || written.is_empty() => None,
        Some(Scalar::Text(ref written)) => Some(text::status(written)?),
    };
    let bytes = match keys.bytes {
        Some(Scalar::Number(number)) if number >= 0.0 => Some(number as u64),
        Some(Scalar::Text(ref written)) => written.parse().ok(),
        Some(Scalar::Number(_) | Scalar::Nothing) | None => None,
    };
    let gpc = match keys.gpc {
        Some(Scalar::Text(ref written)) => written == "1",
        Some(Scalar::Number(number)) => number == 1.0,
        Some(Scalar::Nothing) | None => false,
    };
    let request = match (said(keys.target), keys.request) {
        (Some(target), _) => Request {
            method: said(keys.method),
            target,
            protocol: said(keys.protocol),
        },
        (None, Some(Scalar::Text(request))) => Request::split(request),
        (None, Some(Scalar::Number(_) | Scalar::Nothing) | None) => {
            return Err(Reason::NotALogLine);
        }
    };
    Ok(AccessLine {
        ip,
        user: said(keys.user),
        at,
        method: request.method,
        target: request.target,
        protocol: request.protocol,
        status,
        bytes,
        referer: said(keys.referer),
        user_agent: said(keys.agent),
        gpc,
    })
}

/// A text that is there and is more than the `-` of a missing one.
fn said(scalar: Option<Scalar<'_>>) -> Option<Cow<'_, str>> {
    match scalar? {
        Scalar::Text(text) if text != "-" && !text.is_empty() => Some(text),
        Scalar::Text(_) | Scalar::Number(_) | Scalar::Nothing => None,
    }
}

fn time(scalar: &Scalar<'_>) -> Option<Timestamp> {
    match scalar {
        Scalar::Number(number) => from_number(*number),
        Scalar::Text(text) => {
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            times::parse_log(inner.as_bytes())
                .or_else(|| times::parse(inner))
                .or_else(|| inner.parse::<f64>().ok().and_then(from_number))
        }
        Scalar::Nothing => None,
    }
}

fn from_number(number: f64) -> Option<Timestamp> {
    let seconds = if number.abs() > SECONDS_MAX {
        number / 1000.0
    } else {
        number
    };
    if !seconds.is_finite() || seconds.abs() > SECONDS_MAX {
        return None;
    }
    // Log times are worth milliseconds; a float of seconds holds no more than microseconds.
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

/// A value as far as it is of use.
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Nothing,
}

impl Scalar<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Nothing => None,
        }
    }
}

/// What was found under the known keys.
#[derive(Default)]
struct Keys<'a> {
    client: Option<Scalar<'a>>,
    peer: Option<Scalar<'a>>,
    user: Option<Scalar<'a>>,
    time: Option<Scalar<'a>>,
    request: Option<Scalar<'a>>,
    method: Option<Scalar<'a>>,
    target: Option<Scalar<'a>>,
    protocol: Option<Scalar<'a>>,
    status: Option<Scalar<'a>>,
    bytes: Option<Scalar<'a>>,
    referer: Option<Scalar<'a>>,
    agent: Option<Scalar<'a>>,
    gpc: Option<Scalar<'a>>,
}

impl<'a> Keys<'a> {
    /// Where a key's value belongs. Header names come in any case and with hyphens.
    fn slot(&mut self, key: &str) -> Option<&mut Option<Scalar<'a>>> {
        let plain = !key
            .bytes()
            .any(|byte| byte.is_ascii_uppercase() || byte == b'-');
        let key = if plain {
            Cow::Borrowed(key)
        } else {
            Cow::Owned(key.to_ascii_lowercase().replace('-', "_"))
        };
        Some(match &*key {
            "client_ip" | "clientip" | "client" => &mut self.client,
            "remote_addr" | "remote_ip" => &mut self.peer,
            "remote_user" | "user" | "user_id" => &mut self.user,
            "time" | "ts" | "timestamp" | "@timestamp" | "time_local" | "time_iso8601" | "msec" => {
                &mut self.time
            }
            "request" => &mut self.request,
            "method" | "request_method" => &mut self.method,
            "uri" | "request_uri" | "path" | "url" => &mut self.target,
            "proto" | "protocol" | "server_protocol" => &mut self.protocol,
            "status" => &mut self.status,
            "bytes" | "body_bytes_sent" | "bytes_sent" | "size" => &mut self.bytes,
            "http_referer" | "referer" | "referrer" => &mut self.referer,
            "http_user_agent" | "user_agent" | "agent" => &mut self.agent,
            "sec_gpc" | "http_sec_gpc" | "gpc" => &mut self.gpc,
            _ => return None,
        })
    }
}

/// A key, borrowed from the line where it holds no escapes. (A `Cow` alone is always copied.)
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// An object whose known keys are gathered.
struct Object<'k, 'a> {
    keys: &'k mut Keys<'a>,
    depth: u8,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Object<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            let inner = matches!(&*key, "request" | "headers") && self.depth > 1;
            if !inner && self.keys.slot(&key).is_none() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let found = map.next_value_seed(Item {
                keys: self.keys,
                depth: self.depth,
            })?;
            let Some(slot) = self.keys.slot(&key) else {
                continue;
            };
            // Of two keys for the same thing the first wins, so that an address in the line
            // itself is not replaced by one in its headers.
            if let Some(found) = found
                && slot.is_none()
            {
                *slot = Some(found);
            }
        }
        Ok(())
    }
}

/// A value: a scalar, a list of which the first counts, or an object to look into.
struct Item<'k, 'a> {
    keys: &'k mut Keys<'a>,
    depth: u8,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Item<'_, 'a> {
    type Value = Option<Scalar<'a>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Item<'_, 'a> {
    type Value = Option<Scalar<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Number(if yes { 1.0 } else { 0.0 })))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Number(number as f64)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Number(number as f64)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Number(number)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Nothing))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        if self.depth == 0 {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(None);
        }
        let first = seq.next_element_seed(Item {
            keys: self.keys,
            depth: self.depth - 1,
        })?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first.flatten())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        if self.depth <= 1 {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(None);
        }
        Object {
            keys: self.keys,
            depth: self.depth - 1,
        }
        .visit_map(map)?;
        Ok(None)
    }
}
