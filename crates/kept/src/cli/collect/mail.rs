//! Messages as correspondence: which way each went, who the other party is, and what holds its
//! parts together. The firm's own addresses tell; nobody is stored for being written from.

use super::records::{Ready, Settings, blank};
use kept_intake::{Message, Value};
use kept_policy::Policy;
use kept_processing::{Direction, Given, Letter};
use kept_terms::{Day, FieldKind};
use std::collections::BTreeSet;

/// The most people whom one message that went out is recorded for.
const RECIPIENTS_MAX: usize = 20;

/// The field that holds the parts of a message together.
const LETTER: &str = "letter";

/// The addresses that the firm writes from.
#[derive(Default)]
pub(crate) struct Own {
    addresses: BTreeSet<String>,
    domains: BTreeSet<String>,
}

impl Own {
    /// Those of the policy's entities and teams, and those that are given: an address, or a domain
    /// after an `@`.
    pub fn of(policy: &Policy, given: &[String]) -> Own {
        let words = &policy.words;
        let entities = words
            .entities
            .iter()
            .map(|(_, entity)| entity.email.clone());
        let teams = words
            .teams
            .iter()
            .filter_map(|(_, team)| team.email.clone());
        let mut own = Own::default();
        for text in entities.chain(teams).chain(given.iter().cloned()) {
            let text = text.trim().to_lowercase();
            match text.strip_prefix('@') {
                Some(domain) => own.domains.insert(domain.to_owned()),
                None => own.addresses.insert(text),
            };
        }
        own
    }

    fn has(&self, address: &str) -> bool {
        let address = address.trim().to_lowercase();
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.domains.contains(domain) || self.addresses.contains(&address)
    }
}

/// A message as records: one of its sender, or, of one that went out, one of each recipient.
pub(super) fn from_message(
    settings: &Settings,
    message: Message,
) -> Result<Vec<Ready>, (u64, &'static str)> {
    let line = message.line;
    let letter = |direction| Letter {
        direction,
        at: message.at,
        id: message.message_id.clone(),
        answers: message.in_reply_to.clone(),
    };
    if !settings.own.has(&message.from.address) {
        let letter = letter(Direction::In);
        return Ok(vec![record(settings, message, None, letter, 0)]);
    }
    let mut seen = BTreeSet::new();
    let others = message.to.iter().map(|mailbox| &mailbox.address);
    let others = others.filter(|address| !settings.own.has(address));
    let others: Vec<String> = others
        .filter(|address| seen.insert(address.to_lowercase()))
        .cloned()
        .collect();
    match others.len() {
        0 => Err((line, "nobody but the firm itself wrote it and got it")),
        1..=RECIPIENTS_MAX => Ok((0..)
            .zip(others)
            .map(|(copy, address)| {
                let letter = letter(Direction::Out);
                record(settings, message.clone(), Some(address), letter, copy)
            })
            .collect()),
        _ => Err((
            line,
            "it went out to more than 20 people; collect it for each",
        )),
    }
}

/// One record: the other party, what was said, and the files that came with it.
fn record(
    settings: &Settings,
    message: Message,
    to: Option<String>,
    letter: Letter,
    copy: u32,
) -> Ready {
    let (line, at) = (message.line, message.at);
    let mut collect = blank(settings);
    // What the firm wrote asks nothing of it.
    collect.opens = settings.opens.filter(|_| to.is_none());
    collect.collected_on = at.map(Day::of);
    for field in message.into_record().values {
        let given = match (&*field.name, field.value, &to) {
            // What the firm calls somebody is not what they call themselves.
            ("name", _, Some(_)) => continue,
            ("email", _, Some(address)) => Given::Text(address.clone()),
            (_, Value::Text(text), _) => Given::Text(text),
            (_, Value::Bytes(file), _) => Given::File {
                name: file.name.unwrap_or_else(|| "unnamed".to_owned()),
                media_type: file.media_type,
                content: file.bytes,
            },
        };
        if let Some(field) = settings.field_of(&field.name) {
            collect.values.push((field.to_owned(), given));
        }
    }
    let whole = settings.field_of(LETTER);
    if let Some(field) = whole.filter(|field| settings.takes(field, |kind| kind == FieldKind::Log))
    {
        let letter = Given::Letter(letter);
        collect.values.push((field.to_owned(), letter));
    }
    Ready {
        line,
        copy,
        collect,
        opts_out: false,
    }
}
