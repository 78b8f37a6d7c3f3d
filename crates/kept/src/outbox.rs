//! The outbox: what is due leaves the queue through the door, is written and handed to a server.
//! It is the only way a message leaves. It decides nothing, and keeps no copy of what it sent.

mod bounces;
mod dkim;
mod letter;
mod maildir;
mod settings;
mod smtp;
mod words;

pub use bounces::{Report, report};
pub use dkim::Dkim;
pub(crate) use settings::public_url;
pub use settings::{Mail, Sender, Server, Tls, Way};
pub(crate) use words::Language;
pub use words::{is_template, known_templates};

use crate::Failure;
use crate::api::Api;
use kept_processing::{Bounced, Ended, Handing, Outgoing, Parcel, Sending};
use std::time::Duration;
use tracing::Instrument as _;

/// How many messages one round takes.
const ROUND: usize = 100;
/// The first pause after no server could be reached, in seconds; after each further failure twice
/// as long.
const PAUSE_FIRST_SECONDS: i64 = 5;
/// The longest pause.
const PAUSE_MOST_SECONDS: i64 = 15 * 60;
/// How long a server may take over one step.
const STEP_TIME_MAX: Duration = Duration::from_secs(60);

/// Carries messages to a server, or into a folder.
pub struct Postman {
    mail: Mail,
    link: Option<smtp::Link>,
    failures: u32,
    pause_until: i64,
    recovered: bool,
}

/// What one round did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Round {
    /// Messages that a server took.
    pub sent: u64,
    /// Messages that wait for another attempt.
    pub retried: u64,
    /// Messages that the policy refused, or whose person is gone.
    pub dropped: u64,
    /// Messages that will not arrive.
    pub undeliverable: u64,
    /// Messages that may have left.
    pub doubtful: u64,
    /// Whether there is more to do at once.
    pub more: bool,
    /// Why no server takes messages, if none does.
    pub unreached: Option<&'static str>,
}

impl Postman {
    /// One who carries by these settings.
    pub fn new(mail: Mail) -> Postman {
        Postman {
            mail,
            link: None,
            failures: 0,
            pause_until: 0,
            recovered: false,
        }
    }

    /// Carries what is due, once. What a crash left half handed over is settled first.
    pub async fn round(&mut self, api: &Api) -> Result<Round, kept_processing::Failure> {
        let round = self.carry_due(api).await;
        // What could not be booked is settled before anything else is handed over.
        self.recovered &= round.is_ok();
        round
    }

    async fn carry_due(&mut self, api: &Api) -> Result<Round, kept_processing::Failure> {
        let mut round = Round::default();
        if !self.recovered {
            let (doubtful, again) = api.door.recover_post().await?;
            (round.doubtful, round.retried) = (doubtful, again);
            self.recovered = true;
            if doubtful + again > 0 {
                tracing::warn!(doubtful, again, "messages were half handed over");
            }
        }
        let now = api.door.now().as_second();
        if now < self.pause_until {
            return Ok(counted(api, round));
        }
        let due = api.door.due_post(ROUND).await?;
        round.more = due.len() == ROUND;
        for message in due {
            // Nothing is decided, and nobody's day of last contact moves, while no server listens.
            if let Err(cause) = self.ready(now).await {
                api.metrics.mail_failed();
                (round.more, round.unreached) = (false, Some(cause));
                break;
            }
            let span = tracing::info_span!(target: "kept::spans", "message");
            let carrying = self.carry_one(api, &message, &mut round);
            carrying.instrument(span).await?;
        }
        Ok(counted(api, round))
    }

    async fn carry_one(
        &mut self,
        api: &Api,
        message: &Outgoing,
        round: &mut Round,
    ) -> Result<(), kept_processing::Failure> {
        match api.door.hand_out(message).await? {
            Handing::Leave(parcel) => self.carry(api, &parcel, round).await?,
            Handing::Dropped(kept_processing::Dropped::Undeliverable(_)) => {
                round.undeliverable += 1;
            }
            Handing::Dropped(_) => round.dropped += 1,
        }
        Ok(())
    }

    /// Ends the connection in order.
    pub async fn rest(&mut self) {
        if let Some(link) = self.link.take() {
            link.quit().await;
        }
    }

    async fn carry(
        &mut self,
        api: &Api,
        parcel: &Parcel,
        round: &mut Round,
    ) -> Result<(), kept_processing::Failure> {
        let written = letter::write(&api.door, parcel, &self.mail);
        let ended = match written {
            Err(letter::Unwritten::NoTemplate) => Ended::NoTemplate,
            Err(letter::Unwritten::Unsigned) => Ended::Later,
            Err(letter::Unwritten::BadAddress) => Ended::Rejected { address: true },
            Ok(letter) => {
                let span = tracing::info_span!(
                    target: "kept::spans",
                    "hand-over",
                    kept.outcome = tracing::field::Empty,
                );
                let ended = self.send(&letter).instrument(span.clone()).await;
                span.record("kept.outcome", ended.word());
                ended
            }
        };
        match api.door.settle(&parcel.message, ended).await? {
            Sending::Gone { .. } => round.sent += 1,
            Sending::Undeliverable { .. } => round.undeliverable += 1,
            Sending::Doubtful { .. } => round.doubtful += 1,
            Sending::Waiting { .. } | Sending::Leaving { .. } => round.retried += 1,
        }
        Ok(())
    }

    /// Sees to it that there is somebody to hand to, or finds why not.
    async fn ready(&mut self, now: i64) -> Result<(), &'static str> {
        let Way::Smtp(server) = &self.mail.way else {
            return Ok(());
        };
        if self.link.is_some() {
            return Ok(());
        }
        match smtp::Link::open(server, &self.mail.from).await {
            Ok(link) => {
                self.link = Some(link);
                self.failures = 0;
                Ok(())
            }
            Err(cause) => {
                let doublings = self.failures.min(16);
                let pause = (PAUSE_FIRST_SECONDS << doublings).min(PAUSE_MOST_SECONDS);
                self.failures = self.failures.saturating_add(1);
                self.pause_until = now + pause;
                tracing::warn!(pause, "no mail server takes messages: {cause}");
                Err(cause)
            }
        }
    }

    async fn send(&mut self, letter: &letter::Letter) -> Ended {
        match &self.mail.way {
            Way::Folder(folder) => match maildir::put(folder, letter) {
                Ok(()) => Ended::Taken,
                Err(cause) => {
                    tracing::warn!("the mail folder takes nothing: {cause}");
                    Ended::Later
                }
            },
            Way::Smtp(_) => {
                let Some(mut link) = self.link.take() else {
                    return Ended::Later;
                };
                let ended = link.send(letter).await;
                if !link.is_broken() {
                    self.link = Some(link);
                }
                ended
            }
        }
    }
}

fn counted(api: &Api, round: Round) -> Round {
    for (outcome, count) in [
        ("sent", round.sent),
        ("retried", round.retried),
        ("dropped", round.dropped),
        ("undeliverable", round.undeliverable),
        ("doubtful", round.doubtful),
    ] {
        api.metrics.messages(outcome, count);
    }
    round
}

/// Takes campaigns further, and forgets what was done with long ago.
pub async fn advance(api: &Api) -> Result<bool, kept_processing::Failure> {
    let (queued, more) = api.door.advance_campaigns().await?;
    api.metrics.messages("queued", queued);
    Ok(more)
}

/// Makes a sentence about settings that do not go together.
fn misfit(problem: impl Into<String>) -> Failure {
    Failure::Invalid(problem.into())
}

/// Notes a report of delivery: what it was about, `Some(None)` where it is not final; nothing where
/// it is no report.
pub async fn note(
    door: &kept_processing::Door,
    message: &[u8],
) -> Result<Option<Option<Bounced>>, kept_processing::Failure> {
    let Some(report) = report(message) else {
        return Ok(None);
    };
    if !report.is_final {
        return Ok(Some(None));
    }
    let mut found = Bounced::Unknown;
    for token in &report.tokens {
        found = door.bounced(token).await?;
        if found != Bounced::Unknown {
            break;
        }
    }
    Ok(Some(Some(found)))
}

/// The word for what a report was about.
pub fn outcome_word(outcome: Option<Bounced>) -> &'static str {
    match outcome {
        Some(Bounced::Noted) => "noted",
        Some(Bounced::Again) => "again",
        Some(Bounced::Unknown) => "unknown",
        None => "not-final",
    }
}
