//! Telling clients what changes for those whom we hold for them: each of them once, at the
//! mailboxes that are registered for it.
//! A message names a version, its day and the firms that are new to it; never a person.
//! What came of it is booked with the telling, since the queue forgets it.

use super::Announcement;
use crate::outgoing::OF_A_MAILBOX;
use crate::{Failure, Outgoing, Processing, Registered, Sending};
use kept_policy::{ChangeKind, ChangeValue, Diff, Document, Policy};
use kept_terms::{Act, Day, Home, RecipientKind, Timestamp};
use kept_vault::store::{Store, Write};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The template of what a client is told of a version.
pub const CLIENT_CHANGE_TEMPLATE: &str = "policy-change-client";

/// For how many days after a version took effect it is looked what came of its messages.
const FOLLOWED_DAYS: i32 = 60;

/// The telling of clients under one document for hosted systems.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClientsTold {
    /// The clause that says so.
    pub clause: String,
    /// The last day on which a client is told in time, since 1970.
    pub by: i32,
    /// Sub-processors that are new, or get more, or something else, or sit elsewhere.
    pub firms: Vec<String>,
    /// By client: how it stands.
    pub clients: BTreeMap<String, ClientTold>,
}

/// How the telling of one client stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClientTold {
    /// How it stands.
    pub stands: ClientStands,
    /// Since which day, since 1970.
    pub since: i32,
    /// The mailboxes that were written to.
    pub mailboxes: BTreeSet<String>,
}

/// How the telling of one client stands, in a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientStands {
    /// It has no mailbox in the register, and is told once it has.
    NoMailbox,
    /// A message to it waits or is leaving.
    Queued,
    /// A server took the message.
    Told,
    /// The message did not arrive; another mailbox is written to, once there is one.
    Failed,
}

impl ClientStands {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            ClientStands::NoMailbox => "no-mailbox",
            ClientStands::Queued => "queued",
            ClientStands::Told => "told",
            ClientStands::Failed => "failed",
        }
    }
}

impl ClientTold {
    /// Whether it was not told in time, or can no longer be.
    fn is_late(&self, by: i32, today: Day) -> bool {
        match self.stands {
            ClientStands::Told => self.since > by,
            ClientStands::NoMailbox | ClientStands::Queued | ClientStands::Failed => today.0 > by,
        }
    }
}

impl ClientsTold {
    /// What is to be told under a document; nothing where it does not say that clients are written
    /// to.
    pub(super) fn of(
        document: &Document,
        new: &Policy,
        found: &Diff,
        day: Day,
    ) -> Option<ClientsTold> {
        let (clause, notify) = super::by_mail(document).next()?;
        let by = notify.before.map_or(day, |before| before.anchored_by(day));
        Some(ClientsTold {
            clause: clause.full_name.to_string(),
            by: by.0,
            firms: firms(document, new, found),
            clients: BTreeMap::new(),
        })
    }

    /// How many clients are to be told, how many were, and how many of them late or not in time.
    pub(super) fn figures(&self, today: Day) -> (u64, u64, u64) {
        let count = |of: &dyn Fn(&ClientTold) -> bool| {
            let found = self.clients.values().filter(|client| of(client)).count();
            u64::try_from(found).unwrap_or(u64::MAX)
        };
        let told = count(&|client| client.stands == ClientStands::Told);
        let late = count(&|client| client.is_late(self.by, today));
        (count(&|_| true), told, late)
    }

    fn meet(&mut self, client: &str, today: Day) {
        let new = || ClientTold {
            stands: ClientStands::NoMailbox,
            since: today.0,
            mailboxes: BTreeSet::new(),
        };
        self.clients.entry(client.to_owned()).or_insert_with(new);
    }
}

/// The sub-processors that material changes of a document are about, as people read them.
fn firms(document: &Document, new: &Policy, found: &Diff) -> Vec<String> {
    let material = found.material();
    let of_it = material.filter(|it| it.people.document.as_deref() == Some(document.name.as_str()));
    let named = of_it.filter_map(|change| match (&change.about, change.kind) {
        (_, ChangeKind::NotShared | ChangeKind::NotCompelled) => None,
        (ChangeValue::Word("recipient", name), _) => Some(name),
        _ => None,
    });
    let mut firms = Vec::new();
    for name in named {
        let recipients = &new.words.recipients;
        let recipient = recipients.id(name).and_then(|id| recipients.get(id));
        let Some(recipient) = recipient.filter(|it| it.kind == RecipientKind::SubProcessor) else {
            continue;
        };
        let label = new.words.labels.get("recipient", name, &document.language);
        let label = label.unwrap_or(&recipient.label);
        let firm = format!("{label} ({})", recipient.country.code());
        if !firms.contains(&firm) {
            firms.push(firm);
        }
    }
    firms
}

/// The document that governs a hosted system, by the system's name.
fn governing<'p>(policy: &'p Policy, system: &str) -> Option<&'p Document> {
    let system = policy.words.systems.id(system)?;
    let mut documents = policy.documents.iter();
    documents.find(|document| document.systems.contains(system))
}

impl Announcement {
    /// Notes that somebody is held for a client: it is to be told, if the document says so.
    pub(super) fn meet(&mut self, policy: &Policy, home: &Home, today: Day) {
        let document = governing(policy, &home.system);
        let telling = document.and_then(|document| self.clients.get_mut(document.name.as_str()));
        if let Some(telling) = telling {
            telling.meet(&home.client, today);
        }
    }

    /// What stands in the key of a message to a client's mailbox.
    fn about_client(&self, document: &str, mailbox: &str) -> String {
        let day = Day(self.takes_effect);
        format!("{}:{day}:{document}:{mailbox}", self.about())
    }
}

impl<S: Store> Processing<S> {
    /// Notes the clients that have instructions in force, whether or not anybody is held for them
    /// yet.
    pub(super) fn meet_instructing(&self, policy: &Policy, campaign: &mut Announcement) {
        let moment = self.moment();
        for home in moment
            .register
            .registered()
            .iter()
            .filter_map(|it| it.home())
        {
            let instructs = |act: &Act| {
                let register = &moment.register;
                register.instructs(moment.policy(), &home, *act, moment.today)
            };
            if Act::ALL.iter().any(instructs) {
                campaign.meet(policy, &home, moment.today);
            }
        }
    }

    /// The messages to clients that were not written to yet, and have a mailbox by now.
    pub(super) fn to_clients(&self, campaign: &mut Announcement) -> Result<Vec<Write>, Failure> {
        let today = self.moment().today;
        let mut writes = Vec::new();
        let mut tellings = std::mem::take(&mut campaign.clients);
        for (document, telling) in &mut tellings {
            for (name, client) in &mut telling.clients {
                let waits = match client.stands {
                    ClientStands::NoMailbox | ClientStands::Failed => true,
                    ClientStands::Queued | ClientStands::Told => false,
                };
                if !waits {
                    continue;
                }
                for mailbox in self.mailboxes_of(name) {
                    if client.mailboxes.contains(&mailbox) {
                        continue;
                    }
                    let about = campaign.about_client(document, &mailbox);
                    let message = Outgoing::new(OF_A_MAILBOX, CLIENT_CHANGE_TEMPLATE, "", &about);
                    writes.push(message.queued()?);
                    client.mailboxes.insert(mailbox);
                    (client.stands, client.since) = (ClientStands::Queued, today.0);
                }
            }
        }
        campaign.clients = tellings;
        Ok(writes)
    }

    /// Follows what clients were told: what became of the messages, and who has a mailbox by now.
    /// Nothing where there is nothing new.
    pub(super) async fn follow_clients(
        &self,
        campaign: &Announcement,
    ) -> Result<Option<Announcement>, Failure> {
        let today = self.moment().today;
        let is_over = campaign.takes_effect.saturating_add(FOLLOWED_DAYS) < today.0;
        if campaign.clients.is_empty() || is_over {
            return Ok(None);
        }
        let mut now = campaign.clone();
        for (document, telling) in &mut now.clients {
            for (name, client) in &mut telling.clients {
                let stands = self.client_stands(campaign, document, name, client).await?;
                if let Some((stands, since)) = stands.filter(|(it, _)| *it != client.stands) {
                    (client.stands, client.since) = (stands, since.0);
                }
            }
        }
        let mut writes = self.to_clients(&mut now)?;
        if now == *campaign {
            return Ok(None);
        }
        writes.push(Write::PutRecord(now.record()?));
        self.vault.store().book(writes).await?;
        Ok(Some(now))
    }

    /// How a client stands by what became of the messages to it; nothing where they tell nothing
    /// new.
    async fn client_stands(
        &self,
        campaign: &Announcement,
        document: &str,
        name: &str,
        client: &ClientTold,
    ) -> Result<Option<(ClientStands, Day)>, Failure> {
        let known = self.mailboxes_of(name);
        let (mut failed, mut open) = (None, false);
        for mailbox in &client.mailboxes {
            let about = campaign.about_client(document, mailbox);
            let message = Outgoing::new(OF_A_MAILBOX, CLIENT_CHANGE_TEMPLATE, "", &about);
            match self.ended(&message).await?.map(|it| it.state) {
                Some(Sending::Gone { second } | Sending::Doubtful { second }) => {
                    return Ok(Some((ClientStands::Told, day_of(second))));
                }
                Some(Sending::Undeliverable { second, .. }) => failed = Some(day_of(second)),
                // It waits; or it was dropped, with the mailbox.
                Some(Sending::Waiting { .. } | Sending::Leaving { .. }) | None => {
                    open |= known.contains(mailbox);
                }
            }
        }
        let was = (client.stands, Day(client.since));
        Ok(match (client.stands, failed) {
            (ClientStands::NoMailbox, _) => None,
            (ClientStands::Queued, _) if open => None,
            (ClientStands::Queued | ClientStands::Told, Some(day)) => {
                Some((ClientStands::Failed, day))
            }
            (ClientStands::Queued, None) => Some((ClientStands::Failed, self.moment().today)),
            (ClientStands::Told | ClientStands::Failed, _) => Some(was),
        })
    }

    /// The mailboxes that are registered for a client.
    fn mailboxes_of(&self, client: &str) -> BTreeSet<String> {
        let moment = self.moment();
        let registered = moment.register.registered().iter();
        let found = registered.filter_map(|it| match it {
            Registered::Mailbox {
                id,
                client: Some(of),
                ..
            } => (**of == *client).then(|| id.clone()),
            Registered::Mailbox { client: None, .. }
            | Registered::Client { .. }
            | Registered::Course { .. }
            | Registered::Survey { .. }
            | Registered::Instruction { .. }
            | Registered::Template { .. }
            | Registered::Hook(_)
            | Registered::Agent { .. }
            | Registered::Feed(_) => None,
        });
        found.collect()
    }

    /// What a message to a client's mailbox is about: the document, its day and the firms.
    pub(crate) async fn told_to_client(
        &self,
        about: &str,
    ) -> Result<Option<(String, Vec<(&'static str, String)>)>, Failure> {
        let mut parts = about.split(':');
        let version = parts.next().unwrap_or_default();
        let day = parts.next().unwrap_or_default();
        let document = parts.next().unwrap_or_default();
        let announcements = self.announcements().await?;
        let mut of_it = announcements.iter().filter(|it| it.about() == version);
        let told = of_it.find_map(|campaign| campaign.clients.get(document));
        Ok(told.map(|told| {
            let with = vec![("day", day.to_owned()), ("firms", told.firms.join(", "))];
            (document.to_owned(), with)
        }))
    }
}

fn day_of(second: i64) -> Day {
    Timestamp::from_second(second).map_or(Day::NEVER, Day::of)
}
