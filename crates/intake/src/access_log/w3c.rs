//! The W3C Extended Log File Format, as IIS and others write it: what stands in a line is said by a
//! `#Fields` line before it, which may change within a log.
//! Columns that it does not know are left out.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::{AccessLine, address, text};
use crate::trouble::Reason;

/// What the lines that follow say, in order.
pub(super) struct Layout {
    columns: Vec<Column>,
    /// The day of the lines, where they tell the time alone (`#Date`).
    date: Option<Date>,
    /// The directives, as they are written down with a position.
    written: String,
}

/// A column of use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Date,
    Time,
    Client,
    Forwarded,
    User,
    Method,
    Target,
    Stem,
    Query,
    Status,
    Bytes,
    Version,
    Agent,
    Referer,
    Gpc,
    Unknown,
}

impl Column {
    fn of(name: &str) -> Column {
        match name.to_ascii_lowercase().as_str() {
            "date" => Column::Date,
            "time" => Column::Time,
            "c-ip" => Column::Client,
            "x-forwarded-for" | "cs(x-forwarded-for)" => Column::Forwarded,
            "cs-username" | "c-username" => Column::User,
            "cs-method" => Column::Method,
            "cs-uri" => Column::Target,
            "cs-uri-stem" => Column::Stem,
            "cs-uri-query" => Column::Query,
            "sc-status" => Column::Status,
            "sc-bytes" => Column::Bytes,
            "cs-version" | "cs-protocol-version" => Column::Version,
            "cs(user-agent)" => Column::Agent,
            "cs(referer)" | "cs(referrer)" => Column::Referer,
            "cs(sec-gpc)" | "sec-gpc" => Column::Gpc,
            _ => Column::Unknown,
        }
    }
}

/// Takes up a line that begins with `#`. What is no directive of use changes nothing.
pub(super) fn direct(layout: &mut Option<Layout>, line: &[u8]) {
    let Ok(line) = std::str::from_utf8(line.trim_ascii()) else {
        return;
    };
    let date = layout.as_ref().and_then(|layout| layout.date);
    if let Some(fields) = directive(line, "#fields:") {
        let columns = fields.split_ascii_whitespace().map(Column::of).collect();
        let written = match date {
            Some(date) => format!("{date} {fields}"),
            None => format!("- {fields}"),
        };
        *layout = Some(Layout {
            columns,
            date,
            written,
        });
    } else if let Some(said) = directive(line, "#date:") {
        let date = said.get(..10).and_then(|date| date.parse().ok());
        let known = layout.take().unwrap_or(Layout {
            columns: Vec::new(),
            date: None,
            written: "- ".to_owned(),
        });
        let fields = known.written.split_once(' ').map_or("", |(_, rest)| rest);
        let shown = date.map_or_else(|| "-".to_owned(), |date: Date| date.to_string());
        *layout = Some(Layout {
            written: format!("{shown} {fields}"),
            date,
            ..known
        });
    }
}

fn directive<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let head = line.get(..name.len())?;
    let rest = line.get(name.len()..)?;
    head.eq_ignore_ascii_case(name).then(|| rest.trim())
}

impl Layout {
    /// As it is written down with a position.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Reads what was written down with a position.
    pub(super) fn of(written: &str) -> Option<Layout> {
        let (date, fields) = written.split_once(' ')?;
        Some(Layout {
            columns: fields.split_ascii_whitespace().map(Column::of).collect(),
            date: date.parse().ok(),
            written: written.to_owned(),
        })
    }

    /// Whether a `#Fields` line has come.
    pub(super) fn has_columns(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Reads a line.
    pub(super) fn parse<'a>(&self, line: &'a [u8]) -> Result<AccessLine<'a>, Reason> {
        let line = std::str::from_utf8(line).map_err(|_| Reason::NotUtf8)?;
        let mut found = Found::default();
        let mut rest = line;
        for column in &self.columns {
            let (token, after) = token(rest).ok_or(Reason::NotALogLine)?;
            rest = after;
            if *token != *"-" && !token.is_empty() {
                found.take(*column, token)?;
            }
        }
        if !rest.trim_ascii().is_empty() {
            return Err(Reason::NotALogLine);
        }
        found.line(self.date)
    }
}

/// The next column and what follows it. Values with blanks are quoted, quotes in them doubled.
fn token(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let Some(inner) = text.strip_prefix('"') else {
        let end = memchr::memchr2(b' ', b'\t', text.as_bytes()).unwrap_or(text.len());
        let (token, rest) = text.split_at(end);
        return (!token.is_empty()).then_some((Cow::Borrowed(token), rest));
    };
    let mut from = 0;
    loop {
        let at = from + memchr::memchr(b'"', inner.as_bytes().get(from..)?)?;
        let after = inner.get(at + 1..)?;
        if after.starts_with('"') {
            from = at + 2;
            continue;
        }
        let token = inner.get(..at)?;
        let token = match token.contains('"') {
            true => Cow::Owned(token.replace("\"\"", "\"")),
            false => Cow::Borrowed(token),
        };
        return Some((token, after));
    }
}

/// What the columns of one line say.
#[derive(Default)]
struct Found<'a> {
    date: Option<Date>,
    time: Option<Time>,
    client: Option<Cow<'a, str>>,
    forwarded: Option<Cow<'a, str>>,
    user: Option<Cow<'a, str>>,
    method: Option<Cow<'a, str>>,
    target: Option<Cow<'a, str>>,
    query: Option<Cow<'a, str>>,
    status: Option<u16>,
    bytes: Option<u64>,
    protocol: Option<Cow<'a, str>>,
    agent: Option<Cow<'a, str>>,
    referer: Option<Cow<'a, str>>,
    gpc: bool,
}

impl<'a> Found<'a> {
    fn take(&mut self, column: Column, token: Cow<'a, str>) -> Result<(), Reason> {
        match column {
            Column::Date => self.date = Some(token.parse().map_err(|_| Reason::Time)?),
            Column::Time => self.time = Some(token.parse().map_err(|_| Reason::Time)?),
            Column::Client => self.client = Some(token),
            Column::Forwarded => self.forwarded = Some(token),
            Column::User => self.user = Some(token),
            Column::Method => self.method = Some(token),
            Column::Target | Column::Stem => self.target = Some(token),
            Column::Query => self.query = Some(token),
            Column::Status => self.status = Some(text::status(&token)?),
            Column::Bytes => self.bytes = token.parse().ok(),
            Column::Version => self.protocol = Some(token),
            Column::Agent => self.agent = Some(unplussed(token)),
            Column::Referer => self.referer = Some(token),
            Column::Gpc => self.gpc = *token == *"1",
            Column::Unknown => {}
        }
        Ok(())
    }

    fn line(self, date: Option<Date>) -> Result<AccessLine<'a>, Reason> {
        // Behind a trusted proxy the client is told apart from the peer: the first of the chain.
        let forwarded = self.forwarded.as_deref().and_then(|chain| {
            let first = chain.split(',').next()?.trim_matches(['+', ' ']);
            address(first).ok()
        });
        let client = self.client.as_deref().map(address).transpose()?;
        let ip = forwarded.or(client).ok_or(Reason::LogColumns)?;
        let (Some(date), Some(time)) = (self.date.or(date), self.time) else {
            return Err(Reason::LogColumns);
        };
        let target = self.target.ok_or(Reason::LogColumns)?;
        Ok(AccessLine {
            ip,
            user: self.user,
            at: moment(date, time).ok_or(Reason::Time)?,
            method: self.method,
            target: match self.query {
                Some(query) => Cow::Owned(format!("{target}?{query}")),
                None => target,
            },
            protocol: self.protocol,
            status: self.status,
            bytes: self.bytes,
            referer: self.referer,
            user_agent: self.agent,
            gpc: self.gpc,
        })
    }
}

/// The format's times are those of Greenwich.
fn moment(date: Date, time: Time) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()
}

/// IIS writes a plus for each blank of a user agent.
fn unplussed(token: Cow<'_, str>) -> Cow<'_, str> {
    match token.contains('+') && !token.contains(' ') {
        true => Cow::Owned(token.replace('+', " ")),
        false => token,
    }
}
