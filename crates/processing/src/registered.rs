//! What the house administers and acts refer to: clients, courses, surveys, feeds.
//! It is not evidence, it is about nobody, and it permits nothing by itself.

use crate::Failure;
use crate::register::day;
use kept_ledger::entry::Name as LedgerName;
use kept_policy::{Policy, RegisterKind};
use kept_terms::{Act, Day, FieldKind, Name, Period};
use kept_vault::store::{Record, RecordKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something administered, by kind and identifier.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Registered {
    /// A client company.
    #[serde(rename_all = "kebab-case")]
    Client {
        /// Its identifier, such as `acme`.
        id: String,
        /// What it is called.
        name: String,
        /// The last day of its contract, as `2027-03-31`; nothing while it has no end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contract_ends: Option<String>,
        /// Whether the contract ended earlier than was on record: without it, an end never moves
        /// back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ended_early: bool,
    },
    /// A course of the catalogue.
    #[serde(rename_all = "kebab-case")]
    Course {
        /// Its identifier.
        id: String,
        /// What it is called.
        title: String,
        /// For how long attending it counts, as `P2Y`; nothing where it counts for good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_for: Option<String>,
        /// The clients whose people must have attended it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        required_for: Vec<String>,
    },
    /// A survey.
    #[serde(rename_all = "kebab-case")]
    Survey {
        /// Its identifier.
        id: String,
        /// What it is called.
        title: String,
        /// The first day on which answers are taken.
        opens: String,
        /// The last day on which answers are taken.
        closes: String,
        /// What is asked.
        questions: Vec<Question>,
    },
    /// What a client has told us to do with what we hold for it in a system.
    Instruction {
        /// Its identifier, such as `acme-prisma`.
        id: String,
        /// The client.
        client: Name,
        /// The system.
        system: Name,
        /// Which acts.
        acts: Vec<Act>,
        /// For which purposes; any where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purposes: Option<Vec<String>>,
        /// With which fields; any where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Vec<String>>,
        /// The first day, as `2026-01-31`.
        from: String,
        /// The last day; left out where it has none but the end of the contract.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
        /// Where it is written down, such as `contract 12, annex 2`, or the request it answers.
        reference: String,
    },
    /// A message as it is written to people, for one purpose.
    Template {
        /// Its identifier, such as `spring-news`.
        id: String,
        /// The purpose that it may be sent for, and no other.
        purpose: String,
        /// What it says, by language, such as `en`.
        texts: BTreeMap<String, Wording>,
    },
    /// What goes to a recipient regularly.
    Feed(crate::Feed),
    /// Where a program is told of cases.
    Hook(crate::Hook),
    /// Where a team of the house, or a client, is written to; never one person's own address.
    Mailbox {
        /// Its identifier, such as `privacy-office`.
        id: String,
        /// The team, as the policy declares it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// Or else the client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<Name>,
        /// The e-mail address.
        address: String,
    },
    /// Who may ask for people over the Data Rights Protocol.
    #[serde(rename_all = "kebab-case")]
    Agent {
        /// Its identifier in the house, such as `helpful-agent`.
        id: String,
        /// By what it goes in the protocol, such as `HELPFUL_AGENT`.
        agent_id: String,
        /// What people read.
        name: String,
        /// The key that its messages are signed with: Ed25519, in base64.
        verify_key: String,
    },
}

/// A message in one language. It says nothing about anybody.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wording {
    /// Its subject, one line.
    pub subject: String,
    /// Its text: paragraphs with empty lines between.
    pub body: String,
}

/// A question of a survey that is answered by a choice.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Question {
    /// Its identifier within the survey.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// The choices: an identifier, and how people read it.
    pub choices: std::collections::BTreeMap<String, String>,
}

/// The most questions of a survey, and the most choices of a question.
const QUESTIONS_MAX: usize = 100;

impl Registered {
    /// The kinds there are, as they are written.
    pub const KINDS: &'static [&'static str] = &[
        "agent",
        "client",
        "course",
        "feed",
        "hook",
        "instruction",
        "mailbox",
        "survey",
        "template",
    ];

    /// Its kind, as it is written.
    pub fn kind(&self) -> &'static str {
        match self {
            Registered::Client { .. } => "client",
            Registered::Instruction { .. } => "instruction",
            Registered::Template { .. } => "template",
            Registered::Course { .. } => "course",
            Registered::Survey { .. } => "survey",
            Registered::Feed(_) => "feed",
            Registered::Hook(_) => "hook",
            Registered::Mailbox { .. } => "mailbox",
            Registered::Agent { .. } => "agent",
        }
    }

    /// Its identifier, unique within its kind.
    pub fn id(&self) -> &str {
        match self {
            Registered::Client { id, .. }
            | Registered::Instruction { id, .. }
            | Registered::Template { id, .. }
            | Registered::Course { id, .. }
            | Registered::Survey { id, .. }
            | Registered::Mailbox { id, .. }
            | Registered::Agent { id, .. } => id,
            Registered::Feed(feed) => &feed.id,
            Registered::Hook(hook) => &hook.id,
        }
    }

    /// How people read it.
    pub fn title(&self) -> &str {
        match self {
            Registered::Client { name, .. } => name,
            Registered::Course { title, .. } | Registered::Survey { title, .. } => title,
            Registered::Instruction { reference, .. } => reference,
            Registered::Template { id, .. } => id,
            Registered::Feed(feed) => &feed.id,
            Registered::Hook(hook) => &hook.url,
            Registered::Mailbox { address, .. } => address,
            Registered::Agent { name, .. } => name,
        }
    }

    /// The register that roles of the policy may keep it in, where there is one.
    pub fn register(&self) -> Option<RegisterKind> {
        RegisterKind::of_entry(self.kind())
    }

    /// The feed that it is, if it is one.
    pub(crate) fn feed(&self) -> Option<&crate::Feed> {
        let Registered::Feed(feed) = self else {
            return None;
        };
        Some(feed)
    }

    /// Under which key it stands: what is registered later under the same takes its place.
    pub fn key(&self) -> String {
        key(self.kind(), self.id())
    }

    /// Checks that it can stand: its identifier is a name, its dates are dates, and what it refers
    /// to is declared by the policy.
    pub fn check(&self, policy: &Policy) -> Result<(), Failure> {
        named(self.id(), "id")?;
        match self {
            Registered::Client {
                name,
                contract_ends,
                ..
            } => {
                titled(name, "name")?;
                dated(contract_ends.as_deref(), "contract-ends")
            }
            Registered::Feed(feed) => feed.check(policy),
            Registered::Hook(hook) => crate::feeds::address(&hook.url),
            Registered::Mailbox {
                team,
                client,
                address,
                ..
            } => boxed(policy, team.as_deref(), client.as_ref(), address),
            Registered::Agent {
                agent_id,
                name,
                verify_key,
                ..
            } => {
                titled(name, "name")?;
                acting(agent_id, verify_key)
            }
            Registered::Instruction { .. } => self.check_instruction(policy),
            Registered::Template { purpose, texts, .. } => {
                if policy.words.purposes.id(purpose).is_none() {
                    let problem = "is not declared by the policy in force";
                    return Err(Failure::invalid("purpose", problem));
                }
                if texts.is_empty() {
                    return Err(Failure::invalid("texts", "must have one language at least"));
                }
                texts.values().try_for_each(worded)
            }
            Registered::Course {
                title,
                valid_for,
                required_for,
                ..
            } => {
                titled(title, "title")?;
                let is_period = |text: &String| text.parse::<Period>().is_ok();
                if !valid_for.as_ref().is_none_or(is_period) {
                    let problem = "is not a period; write it as `P2Y`";
                    return Err(Failure::invalid("valid-for", problem));
                }
                required_for
                    .iter()
                    .try_for_each(|client| named(client, "required-for"))
            }
            Registered::Survey {
                title,
                opens,
                closes,
                questions,
                ..
            } => {
                titled(title, "title")?;
                between(opens, closes)?;
                asked(questions)
            }
        }
    }

    /// The end of a client's contract, where it has one.
    pub(crate) fn ends(&self) -> Option<Day> {
        match self {
            Registered::Client { contract_ends, .. } => contract_ends.as_deref().and_then(day),
            Registered::Course { .. }
            | Registered::Survey { .. }
            | Registered::Instruction { .. }
            | Registered::Template { .. }
            | Registered::Hook(_)
            | Registered::Mailbox { .. }
            | Registered::Agent { .. }
            | Registered::Feed(_) => None,
        }
    }

    /// Checks that it may take the place of what stands under its key.
    pub(crate) fn follows(&self, before: &Registered) -> Result<(), Failure> {
        let Registered::Client { ended_early, .. } = self else {
            return Ok(());
        };
        let earlier = match (before.ends(), self.ends()) {
            (Some(before), Some(now)) => now < before,
            (None, Some(_)) | (Some(_) | None, None) => false,
        };
        match earlier && !ended_early {
            false => Ok(()),
            true => Err(Failure::invalid(
                "contract-ends",
                "lies before the end on record, and what is kept until then would be destroyed \
                 sooner; add `ended-early = true` if the contract did end earlier",
            )),
        }
    }

    pub(crate) fn record(&self) -> Result<Record, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the register", "cannot be written down"))?;
        Ok(Record {
            kind: RecordKind::Register,
            key: self.key().into_bytes(),
            value,
        })
    }

    pub(crate) fn read(record: &Record) -> Result<Registered, Failure> {
        serde_json::from_slice(&record.value)
            .map_err(|_| Failure::Corrupt("a registered record cannot be read".to_owned()))
    }
}

/// The key of what has an identifier within a kind.
pub(crate) fn key(kind: &str, id: &str) -> String {
    format!("{kind}/{id}")
}

/// The bytes the text of a message may have.
const BODY_BYTES_MAX: usize = 64 << 10;

fn worded(wording: &Wording) -> Result<(), Failure> {
    titled(&wording.subject, "subject")?;
    if wording.subject.chars().any(char::is_control) {
        return Err(Failure::invalid("subject", "must be one line"));
    }
    match wording.body.trim().is_empty() || wording.body.len() > BODY_BYTES_MAX {
        false => Ok(()),
        true => Err(Failure::invalid("body", "must have 1 to 65,536 bytes")),
    }
}

fn named(id: &str, place: &str) -> Result<(), Failure> {
    match LedgerName::new(id).is_ok() {
        true => Ok(()),
        false => Err(Failure::invalid(
            place,
            "is not a short name of small letters, digits and hyphens",
        )),
    }
}

fn asked(questions: &[Question]) -> Result<(), Failure> {
    if questions.is_empty() || questions.len() > QUESTIONS_MAX {
        return Err(Failure::invalid("questions", "must be 1 to 100"));
    }
    for (at, question) in questions.iter().enumerate() {
        let place = |key: &str| format!("questions.{at}.{key}");
        named(&question.id, &place("id"))?;
        titled(&question.text, &place("text"))?;
        if questions.iter().take(at).any(|it| it.id == question.id) {
            return Err(Failure::invalid(place("id"), "stands twice"));
        }
        if question.choices.len() < 2 || question.choices.len() > QUESTIONS_MAX {
            return Err(Failure::invalid(place("choices"), "must be 2 to 100"));
        }
        for (id, text) in &question.choices {
            named(id, &place("choices"))?;
            titled(text, &place("choices"))?;
        }
    }
    Ok(())
}

/// The bytes a title or a name may have.
const TITLE_BYTES_MAX: usize = 200;

pub(crate) fn titled(text: &str, place: &str) -> Result<(), Failure> {
    match text.trim().is_empty() || text.len() > TITLE_BYTES_MAX {
        false => Ok(()),
        true => Err(Failure::invalid(place, "must have 1 to 200 bytes")),
    }
}

/// Checks the days between which answers are taken.
fn between(opens: &str, closes: &str) -> Result<(), Failure> {
    dated(Some(opens), "opens")?;
    dated(Some(closes), "closes")?;
    match day(closes) < day(opens) {
        true => Err(Failure::invalid("closes", "lies before the day it opens")),
        false => Ok(()),
    }
}

/// Checks a mailbox: of a team that is declared, or of a client, and at an address.
fn boxed(
    policy: &Policy,
    team: Option<&str>,
    client: Option<&Name>,
    address: &str,
) -> Result<(), Failure> {
    match (team, client) {
        (Some(team), None) if policy.words.teams.id(team).is_none() => {
            let problem = "is not declared by the policy in force";
            return Err(Failure::invalid("team", problem));
        }
        (Some(_), None) | (None, Some(_)) => {}
        (Some(_), Some(_)) | (None, None) => {
            let problem = "is to be given, or else `client`, and not both";
            return Err(Failure::invalid("team", problem));
        }
    }
    let checked = FieldKind::Email.normalise(address, None, &[], TITLE_BYTES_MAX);
    match checked {
        Ok(_) => Ok(()),
        Err(problem) => Err(Failure::invalid("address", problem.to_string())),
    }
}

/// Checks by what an agent goes, and that its key is one.
fn acting(agent_id: &str, verify_key: &str) -> Result<(), Failure> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if agent_id.is_empty() || agent_id.len() > 64 || !agent_id.bytes().all(plain) {
        let problem = "is not 1 to 64 letters, digits, `_` and `-`";
        return Err(Failure::invalid("agent-id", problem));
    }
    let key = data_encoding::BASE64.decode(verify_key.as_bytes());
    match key.is_ok_and(|key| key.len() == 32) {
        true => Ok(()),
        false => Err(Failure::invalid(
            "verify-key",
            "is not an Ed25519 key: 32 bytes in base64",
        )),
    }
}

fn dated(text: Option<&str>, place: &str) -> Result<(), Failure> {
    match text.is_none_or(|text| day(text).is_some()) {
        true => Ok(()),
        false => Err(Failure::invalid(
            place,
            "is not a date; write it as `2027-03-31`",
        )),
    }
}
