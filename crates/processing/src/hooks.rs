//! What programs are told of cases: that something happened to one, by which reference, of which
//! kind, at which stage and until when; never about whom, and never what was asked.
//! An event is queued in the commit that it tells of, and stays until the program takes it. So are
//! those by which an agent of the Data Rights Protocol learns that what it asked stands otherwise.

use crate::{Failure, Processing, Registered};
use kept_cases::{Case, State};
use kept_terms::Book;
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};

/// How the keys of events begin.
const EVENT: &str = "case-hook/";

/// After so many attempts, more than a week, an event is given up.
const ATTEMPTS_MAX: u32 = 15;

/// How many events one step takes on.
const STEP: usize = 1_000;

/// Where a program is told of cases.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hook {
    /// Its identifier, such as `ticketing`.
    pub id: String,
    /// Where it is, as `https://…`.
    pub url: String,
    /// Of which cases it is told; left out, of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub books: Vec<Book>,
}

impl Hook {
    /// By what its secret goes.
    pub(crate) fn secret_name(id: &str) -> String {
        format!("hook:{id}")
    }
}

/// Something that happened to a case, to be told at one address.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CaseEvent {
    /// By which hook; for an agent, see [`CaseEvent::hook_of`].
    pub hook: String,
    /// Which event it is; the same however often it is sent.
    pub message: String,
    /// The case.
    pub reference: String,
    /// What it is.
    pub kind: String,
    /// What happened, in a word.
    pub step: String,
    /// How it stands: `identity-wanted`, `open`, `waiting` or `ended`.
    pub state: String,
    /// At which stage it is, from 0.
    pub stage: u8,
    /// Its last day, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// The second since 1970 at which it happened.
    pub at: i64,
    /// Its place among what happened to the case.
    pub number: u32,
    /// How many attempts failed.
    #[serde(default)]
    pub attempts: u32,
    /// The second since 1970 before which it is not sent.
    #[serde(default)]
    pub not_before: i64,
}

impl CaseEvent {
    /// By what the events go that an agent is told of, as it is registered; no hook is named so.
    pub fn hook_of(agent: &str) -> String {
        format!("agent:{agent}")
    }

    fn key(&self) -> Vec<u8> {
        let CaseEvent {
            hook,
            at,
            reference,
            number,
            ..
        } = self;
        let at = u64::try_from(*at).unwrap_or(0);
        format!("{EVENT}{hook}/{at:016x}/{reference}/{number:08}").into_bytes()
    }

    fn put(&self) -> Result<Write, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the event", "cannot be written down"))?;
        let (kind, key) = (RecordKind::Delivery, self.key());
        Ok(Write::PutRecord(Record { kind, key, value }))
    }

    fn struck(&self) -> Write {
        Write::DeleteRecord(RecordKind::Delivery, self.key())
    }
}

/// How a case stands, in a word.
fn state(case: &Case) -> &'static str {
    match case.state {
        State::IdentityWanted { .. } => "identity-wanted",
        State::Open => "open",
        State::Waiting { .. } => "waiting",
        State::Ended(_) => "ended",
    }
}

impl<S: Store> Processing<S> {
    /// Where programs are told of cases, in order.
    pub fn hooks(&self) -> Vec<Hook> {
        let moment = self.moment();
        let registered = moment.register.registered().iter();
        let hooks = registered.filter_map(|it| match it {
            Registered::Hook(hook) => Some(hook.clone()),
            Registered::Client { .. }
            | Registered::Course { .. }
            | Registered::Survey { .. }
            | Registered::Instruction { .. }
            | Registered::Template { .. }
            | Registered::Mailbox { .. }
            | Registered::Agent { .. }
            | Registered::Feed(_) => None,
        });
        hooks.collect()
    }

    /// The changes that tell of the last step of a case.
    pub(crate) fn told_of(&self, case: &Case) -> Result<Vec<Write>, Failure> {
        let Some(step) = case.steps.last() else {
            return Ok(Vec::new());
        };
        let book = case.kind.book();
        let mut hooks = self.hooks();
        hooks.retain(|hook| hook.books.is_empty() || hook.books.contains(&book));
        let protocol = case.opened.protocol.as_ref();
        let called_back = protocol.filter(|it| it.callback.is_some());
        let names = hooks.into_iter().map(|hook| hook.id);
        let names = names.chain(called_back.map(|it| CaseEvent::hook_of(&it.agent)));
        let number = u32::try_from(case.steps.len()).unwrap_or(u32::MAX);
        let event = |hook: String| {
            let about = format!("{hook}/{}/{number}", case.reference);
            let digest = self.vault.index("kept/case-hook", &about);
            let digest = digest.get(..16).unwrap_or(&digest);
            let event = CaseEvent {
                message: format!("msg_{}", data_encoding::HEXLOWER.encode(digest)),
                hook,
                reference: case.reference.to_string(),
                kind: case.kind.word().to_owned(),
                step: step.what.clone(),
                state: state(case).to_owned(),
                stage: case.stage,
                due: case.due.map(|due| due.to_string()),
                at: step.at,
                number,
                attempts: 0,
                not_before: 0,
            };
            event.put()
        };
        names.map(event).collect()
    }

    /// What waits to be told at a hook, in the order in which it happened.
    pub async fn case_events(&self, hook: &str) -> Result<Vec<CaseEvent>, Failure> {
        let begins = format!("{EVENT}{hook}/");
        let store = self.vault.store();
        let page = store.records_page(RecordKind::Delivery, begins.as_bytes(), None, STEP);
        let read = |record: &Record| {
            serde_json::from_slice(&record.value)
                .map_err(|_| Failure::Corrupt("an event of a case cannot be read".to_owned()))
        };
        page.await?.iter().map(read).collect()
    }

    /// An event was taken.
    pub async fn event_taken(&self, event: &CaseEvent) -> Result<(), Failure> {
        Ok(self.vault.store().book(vec![event.struck()]).await?)
    }

    /// An event was not taken: it is tried again at a second since 1970, until it is given up; the
    /// answer is whether it was.
    pub async fn event_failed(&self, event: &CaseEvent, again: i64) -> Result<bool, Failure> {
        let later = CaseEvent {
            attempts: event.attempts.saturating_add(1),
            not_before: again,
            ..event.clone()
        };
        let given_up = later.attempts >= ATTEMPTS_MAX;
        let write = match given_up {
            true => event.struck(),
            false => later.put()?,
        };
        self.vault.store().book(vec![write]).await?;
        Ok(given_up)
    }

    /// The address of a hook takes no more (410 Gone); nothing waits for it any longer.
    pub async fn hook_gone(&self, hook: &Hook) -> Result<(), Failure> {
        let (kind, key) = (RecordKind::Progress, gone(&hook.id));
        let value = hook.url.clone().into_bytes();
        let mut writes = vec![Write::PutRecord(Record { kind, key, value })];
        for event in self.case_events(&hook.id).await? {
            writes.push(event.struck());
        }
        Ok(self.vault.store().book(writes).await?)
    }

    /// Whether the address of a hook said that it takes no more.
    pub async fn is_hook_gone(&self, hook: &Hook) -> Result<bool, Failure> {
        let store = self.vault.store();
        let found = store.record(RecordKind::Progress, &gone(&hook.id)).await?;
        Ok(found.is_some_and(|url| url == hook.url.as_bytes()))
    }

    /// The signatures of an event, as the header `webhook-signature` has them.
    pub async fn sign_event(
        &self,
        event: &CaseEvent,
        second: i64,
        body: &[u8],
    ) -> Result<String, Failure> {
        let name = Hook::secret_name(&event.hook);
        self.sign_as(&name, &event.message, second, body).await
    }

    /// The secret of a hook as its program is given it, `whsec_…`; to be told once, when it was
    /// made.
    pub async fn hook_secret(&self, hook: &str) -> Result<String, Failure> {
        self.feed_secret(&Hook::secret_name(hook)).await
    }
}

fn gone(hook: &str) -> Vec<u8> {
    format!("case-hook-gone/{hook}").into_bytes()
}
