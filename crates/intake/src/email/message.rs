//! One e-mail message taken apart (RFC 5322, MIME). Nothing of it can be printed.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use mail_parser::{Addr, Address, MessageParser, MessagePart, MimeHeaders};

use super::flat::{self, unmask, unmask_text};
use crate::limits::Limits;
use crate::record::{Attachment, Field, Record, Value};
use crate::trouble::Reason;

/// A message.
#[derive(Clone, PartialEq)]
pub struct Message {
    /// Who wrote it.
    pub from: Mailbox,
    /// To whom, in the order they stand.
    pub to: Vec<Mailbox>,
    /// When it was written, as its sender says.
    pub at: Option<Timestamp>,
    /// What it is about.
    pub subject: Option<String>,
    /// What it says, as plain text; a message in HTML only is turned into text.
    pub text: String,
    /// The files that came with it. A message within the message is one of them, unopened.
    pub attachments: Vec<Attachment>,
    /// Its identifier, without angle brackets.
    pub message_id: Option<String>,
    /// The identifiers of what it answers, without angle brackets, the direct one first.
    pub in_reply_to: Vec<String>,
    /// Whether a program wrote it: an automatic answer (RFC 3834), a list or bulk mail. Answering
    /// one in turn makes loops.
    pub automatic: bool,
    /// The line it begins on, from 1; in a folder, its number.
    pub line: u64,
    /// Where it ends: bytes from the start of the decompressed input.
    pub end_offset: u64,
}

/// An e-mail address with the name beside it.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The address.
    pub address: String,
    /// The name, if one is given.
    pub name: Option<String>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("line", &self.line)
            .field("text_bytes", &self.text.len())
            .field("attachments", &self.attachments)
            .field("automatic", &self.automatic)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox")
    }
}

impl Message {
    /// The message under the field names `name`, `email`, `subject`, `message` and `attachment`.
    pub fn into_record(self) -> Record {
        let mut values = Vec::with_capacity(4 + self.attachments.len());
        let mut put = |name: &str, text: Option<String>| {
            if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
                values.push(Field {
                    name: Arc::from(name),
                    value: Value::Text(text),
                });
            }
        };
        put("name", self.from.name);
        put("email", Some(self.from.address));
        put("subject", self.subject);
        put("message", Some(self.text));
        for attachment in self.attachments {
            let value = Value::Bytes(attachment);
            values.push(Field {
                name: Arc::from("attachment"),
                value,
            });
        }
        Record {
            values,
            at: self.at,
            line: self.line,
            end_offset: self.end_offset,
            ..Record::default()
        }
    }
}

/// Takes a message apart.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Message, Reason> {
    let bytes = &*flat::mask(bytes);
    let message = MessageParser::default()
        .parse(bytes)
        .ok_or(Reason::NotAMessage)?;
    if message.headers().is_empty() {
        return Err(Reason::NotAMessage);
    }
    let from = message
        .from()
        .and_then(Address::first)
        .and_then(mailbox)
        .ok_or(Reason::NoSender)?;
    let limit = limits.attachments;
    if message.attachment_count() > limit {
        return Err(Reason::TooManyAttachments { limit });
    }
    let bodies: Vec<String> = (0..message.text_body_count())
        .filter_map(|index| message.body_text(index))
        .map(|text| unmask_text(&text).replace("\r\n", "\n").trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    let to = message
        .all_to()
        .flat_map(Address::iter)
        .filter_map(mailbox)
        .collect();
    let mut in_reply_to = identifiers(message.in_reply_to());
    for earlier in identifiers(message.references()).into_iter().rev() {
        if !in_reply_to.contains(&earlier) {
            in_reply_to.push(earlier);
        }
    }
    let at = message.date().filter(|date| date.is_valid());
    Ok(Message {
        from,
        to,
        at: at.and_then(|date| Timestamp::from_second(date.to_timestamp()).ok()),
        subject: message
            .subject()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(unmask_text),
        text: bodies.join("\n\n"),
        attachments: message.attachments().map(attachment).collect(),
        message_id: message.message_id().map(unmask_text),
        in_reply_to,
        automatic: is_automatic(&message),
        line: 1,
        end_offset: bytes.len() as u64,
    })
}

fn mailbox(address: &Addr<'_>) -> Option<Mailbox> {
    let name = address
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let address = address
        .address
        .as_deref()
        .map(str::trim)
        .filter(|text| text.contains('@'))?;
    Some(Mailbox {
        address: unmask_text(address),
        name: name.map(unmask_text),
    })
}

fn identifiers(value: &mail_parser::HeaderValue<'_>) -> Vec<String> {
    match value.as_text_list() {
        Some(list) => list.iter().map(|text| unmask_text(text)).collect(),
        None => value.as_text().map(unmask_text).into_iter().collect(),
    }
}

fn attachment(part: &MessagePart<'_>) -> Attachment {
    let media_type = part.content_type().map(|content| match content.subtype() {
        Some(subtype) => format!("{}/{subtype}", content.ctype()),
        None => content.ctype().to_owned(),
    });
    Attachment {
        name: part.attachment_name().map(unmask_text),
        media_type: media_type.map_or_else(
            || "application/octet-stream".to_owned(),
            |text| unmask_text(&text).to_ascii_lowercase(),
        ),
        bytes: unmask(part.contents().to_vec()),
    }
}

fn is_automatic(message: &mail_parser::Message<'_>) -> bool {
    let header = |name: &'static str| {
        message
            .header_raw(name)
            .map(|text| text.trim().to_ascii_lowercase())
            .unwrap_or_default()
    };
    let submitted = header("Auto-Submitted");
    (!submitted.is_empty() && submitted != "no")
        || matches!(
            header("Precedence").as_str(),
            "bulk" | "junk" | "list" | "auto_reply"
        )
        || !header("List-Id").is_empty()
        || header("Return-Path") == "<>"
}
