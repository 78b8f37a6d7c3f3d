//! Feeds: what goes to a recipient regularly, by a clause, in a form.
//! A feed permits nothing by itself: each person goes through the door at the moment of the run,
//! and what closes the way to the recipient stops the whole feed.

mod running;
mod secrets;

pub use running::{FeedRun, Row};

use crate::door::{Asking, Moment};
use crate::mapping::InForce;
use crate::{Caller, Failure, Processing, Registered};
use kept_policy::*;
use kept_terms::{Act, Set, Territory};
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};

/// The fields a feed may have.
const FIELDS_MAX: usize = 64;

/// The bytes an address may have.
const URL_BYTES_MAX: usize = 500;

/// What goes to a recipient regularly.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Feed {
    /// Its identifier, such as `crm-nightly`.
    pub id: String,
    /// To whom it goes.
    pub recipient: String,
    /// For which purpose.
    pub purpose: String,
    /// Which fields it carries.
    pub fields: Vec<String>,
    /// In which form.
    pub form: Form,
    /// Where its webhook is, as `https://…`; other forms have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Every how many hours its webhook is brought up to date; left out, only when it is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_hours: Option<u32>,
    /// Whether an answer of 2xx to its webhook confirms that what was told is done.
    #[serde(default)]
    pub confirms: bool,
}

/// In which form a feed goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Lines of comma-separated values, handed to whoever runs it.
    Csv,
    /// Lines of JSON, handed to whoever runs it.
    Ndjson,
    /// A request for each person, signed, to the recipient's own address.
    Webhook,
}

/// How a feed stands.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct FeedState {
    /// The last run, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LastRun>,
    /// The address that said it takes no more (410 Gone), until another is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<String>,
    /// Whether a run broke off, so that nobody knows what of it arrived: the next one of lines
    /// sends everybody again.
    pub unfinished: bool,
}

/// How the last run of a feed went.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct LastRun {
    /// The second since 1970 at which it began.
    pub began: i64,
    /// How many people it carried.
    pub sent: u64,
    /// How many had not changed since the last time.
    pub unchanged: u64,
    /// Who was left out: by which clause, why, and how many.
    pub left_out: Vec<(String, String, u64)>,
    /// By which clauses it was stopped, and why.
    pub stopped: Vec<(String, String)>,
}

impl Feed {
    /// Checks that it can stand: its words are declared, and a clause lets the recipient have every
    /// field of it for the purpose.
    pub(crate) fn check(&self, policy: &Policy) -> Result<(), Failure> {
        let words = &policy.words;
        let undeclared = "is not declared by the policy in force";
        let recipient = words.recipients.id(&self.recipient);
        let recipient = recipient.ok_or_else(|| Failure::invalid("recipient", undeclared))?;
        let purpose = words.purposes.id(&self.purpose);
        let purpose = purpose.ok_or_else(|| Failure::invalid("purpose", undeclared))?;
        if self.fields.is_empty() || self.fields.len() > FIELDS_MAX {
            return Err(Failure::invalid("fields", "must be 1 to 64"));
        }
        let covered = covered(policy, recipient, purpose);
        for name in &self.fields {
            let id = words.fields.id(name);
            let id = id.ok_or_else(|| Failure::invalid("fields", undeclared))?;
            if !covered.contains(id) {
                let problem = format!("has `{name}`, which no clause lets the recipient have");
                return Err(Failure::invalid("fields", problem));
            }
            if words
                .fields
                .get(id)
                .is_some_and(|field| field.kind.is_large())
            {
                let problem = format!("has `{name}`, which is a file; a feed carries lines");
                return Err(Failure::invalid("fields", problem));
            }
        }
        self.check_address()
    }

    fn check_address(&self) -> Result<(), Failure> {
        match (self.form, self.url.as_deref()) {
            (Form::Csv | Form::Ndjson, None) => match self.every_hours.is_some() || self.confirms {
                true => Err(Failure::invalid(
                    "form",
                    "is not `webhook`, which alone is sent",
                )),
                false => Ok(()),
            },
            (Form::Csv | Form::Ndjson, Some(_)) => {
                Err(Failure::invalid("url", "is for the form `webhook` alone"))
            }
            (Form::Webhook, None) => Err(Failure::invalid("url", "is missing for a webhook")),
            (Form::Webhook, Some(url)) => {
                address(url)?;
                let fits = |hours| (1..=8_784).contains(&hours);
                match self.every_hours.is_none_or(fits) {
                    true => Ok(()),
                    false => Err(Failure::invalid("every-hours", "must be 1 to 8784")),
                }
            }
        }
    }

    /// What it asks of the door: the recipient, the purpose and the fields, by number.
    pub(crate) fn request<'r>(
        &self,
        policy: &Policy,
        actor: Actor,
    ) -> Result<Request<'r>, Failure> {
        let words = &policy.words;
        let fields = self.fields.iter();
        let fields = fields.map(|name| crate::door::declared(&words.fields, "fields", name));
        let recipient = crate::door::declared(&words.recipients, "recipient", &self.recipient)?;
        Ok(Request {
            purpose: Some(crate::door::declared(
                &words.purposes,
                "purpose",
                &self.purpose,
            )?),
            fields: fields.collect::<Result<_, _>>()?,
            recipient: Some(recipient),
            ..Request::new(Act::Disclose, actor)
        })
    }
}

/// The fields that some clause lets a recipient have for a purpose without being compelled.
fn covered(policy: &Policy, to: RecipientId, purpose: PurposeId) -> Set<FieldId> {
    let mut covered = Set::EMPTY;
    for clause in policy.clauses() {
        if let Body::Disclose(disclose) = &clause.body
            && disclose.to == to
            && disclose.purposes.contains(purpose)
            && !disclose.compelled
        {
            covered = covered.union(disclose.data);
        }
    }
    covered
}

/// Somebody of a country who agrees to everything: what is refused for them is refused for all.
pub(crate) fn willing(policy: &Policy, country: Territory, moment: &Moment) -> PersonFacts {
    let consents = policy.words.purposes.all().iter();
    PersonFacts {
        country: Some(country),
        agreed_recipients: policy.words.recipients.all(),
        consents: consents
            .map(|purpose| Consent {
                purpose,
                given: moment.today,
            })
            .collect(),
        ..PersonFacts::default()
    }
}

/// Weighs a disclosure for somebody of each country who would agree to it: the answer is the permit
/// where it is open for one, or else every ground.
pub(crate) fn weigh_way(
    asking: &Asking<'_>,
    request: &Request<'_>,
    known: &RecipientFacts,
) -> Decision {
    let policy = asking.policy();
    let mut closed: Option<Refusal> = None;
    for country in countries(policy) {
        let person = willing(policy, country, asking.moment);
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: Some(known),
        };
        match decide(policy, request, &facts, asking.moment.today) {
            Decision::Permitted(permit) => return Decision::Permitted(permit),
            Decision::Refused(refusal) => {
                let all = closed.get_or_insert_with(|| Refusal {
                    document: refusal.document,
                    grounds: Vec::new(),
                });
                all.grounds.extend(refusal.grounds);
                all.grounds.sort_unstable();
                all.grounds.dedup();
            }
        }
    }
    let nobody = || Refusal {
        document: None,
        grounds: vec![Ground {
            cited: Cited::Policy,
            why: Why::NoDocument,
        }],
    };
    Decision::Refused(closed.unwrap_or_else(nobody))
}

/// Checks an address that programs are told something at.
pub(crate) fn address(url: &str) -> Result<(), Failure> {
    let rest = url.strip_prefix("https://").or(url.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"@#\"<>\\^`{|}".contains(&byte);
    let fits = url.len() <= URL_BYTES_MAX && url.bytes().all(plain);
    match rest.is_some_and(|rest| !rest.is_empty()) && fits {
        true => Ok(()),
        false => {
            let problem = "is not `https://…` without a user, a fragment or odd signs";
            Err(Failure::invalid("url", problem))
        }
    }
}

/// Every country that a document is for, in order.
pub(crate) fn countries(policy: &Policy) -> Vec<Territory> {
    let mut all: Vec<Territory> = policy.by_territory.keys().copied().collect();
    all.sort_unstable();
    all
}

impl<S: Store> Processing<S> {
    /// All feeds that are registered, in order.
    pub fn feeds(&self) -> Vec<Feed> {
        let moment = self.moment();
        let registered = moment.register.registered().iter();
        registered.filter_map(Registered::feed).cloned().collect()
    }

    /// A feed by its identifier.
    pub fn feed(&self, id: &str) -> Result<Feed, Failure> {
        let moment = self.moment();
        let registered = moment.register.registered().iter();
        let mut feeds = registered.filter_map(Registered::feed);
        let found = feeds.find(|feed| feed.id == id).cloned();
        found.ok_or(Failure::NotFound("feed"))
    }

    /// How a feed stands.
    pub async fn feed_state(&self, id: &str) -> Result<FeedState, Failure> {
        let key = progress(id);
        let stored = self
            .vault
            .store()
            .record(RecordKind::Progress, &key)
            .await?;
        let read = |bytes: Vec<u8>| {
            serde_json::from_slice(&bytes)
                .map_err(|_| Failure::Corrupt("the state of a feed cannot be read".to_owned()))
        };
        Ok(stored.map(read).transpose()?.unwrap_or_default())
    }

    pub(crate) async fn put_feed_state(&self, id: &str, state: &FeedState) -> Result<(), Failure> {
        let value = serde_json::to_vec(state)
            .map_err(|_| Failure::invalid("the feed's state", "cannot be written down"))?;
        let record = Record {
            kind: RecordKind::Progress,
            key: progress(id),
            value,
        };
        Ok(self
            .vault
            .store()
            .book(vec![Write::PutRecord(record)])
            .await?)
    }

    /// The address of a feed said that it takes no more: nothing is sent there until the feed is
    /// registered with another.
    pub async fn feed_gone(&self, feed: &Feed) -> Result<(), Failure> {
        let mut state = self.feed_state(&feed.id).await?;
        state.gone.clone_from(&feed.url);
        self.put_feed_state(&feed.id, &state).await
    }

    /// By which clauses the way of a feed is closed today, and why; nothing where it is open.
    pub fn feed_closed(&self, feed: &Feed) -> Result<Vec<(String, String)>, Failure> {
        let moment = self.moment();
        let caller = Caller::system("feed");
        let asking = Asking::by_itself(&caller, &moment)?;
        let request = feed.request(moment.policy(), asking.actor)?;
        let known = recipient_facts(&moment, &request);
        match weigh_way(&asking, &request, &known) {
            Decision::Permitted(_) => Ok(Vec::new()),
            Decision::Refused(refusal) => Ok(told(moment.policy(), &refusal)),
        }
    }
}

/// What is on record about the recipient of a request.
pub(crate) fn recipient_facts(moment: &Moment, request: &Request<'_>) -> RecipientFacts {
    let recipient = request.recipient;
    let known = recipient.map(|to| moment.register.recipient(moment.policy(), to));
    known.unwrap_or_default()
}

/// The clauses and reasons of a refusal.
pub(crate) fn told(policy: &Policy, refusal: &Refusal) -> Vec<(String, String)> {
    let told = |ground: &Ground| (policy.citation(ground.cited), ground.why.code().to_owned());
    refusal.grounds.iter().map(told).collect()
}

/// The fields of a feed that it may carry of a person: those of which something may be shown in
/// clear. All of them where there is none, so that the refusal says why.
pub(crate) fn open_fields(
    in_force: &InForce,
    request: &Request<'_>,
    facts: &Facts<'_>,
    today: kept_terms::Day,
) -> Set<FieldId> {
    let mut open = Set::EMPTY;
    for field in request.fields.iter() {
        let one = Request {
            fields: Set::of(field),
            ..*request
        };
        if let Decision::Permitted(permit) = decide(&in_force.policy, &one, facts, today)
            && facts
                .items
                .iter()
                .any(|item| permit.view(item) == View::Clear)
        {
            open.insert(field);
        }
    }
    match open.is_empty() {
        true => request.fields,
        false => open,
    }
}

fn progress(id: &str) -> Vec<u8> {
    format!("feed/{id}").into_bytes()
}
