//! Handing a message to a server (RFC 5321), step by step, so that it is known how far it came:
//! what broke before the text was sent was certainly not taken, what broke after it may have been.
//! What a server answers may repeat an address, so it is never logged.

use super::STEP_TIME_MAX;
use super::letter::Letter;
use super::settings::{Sender, Server, Tls};
use kept_processing::Ended;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use std::time::Duration;

/// How long a server may take to say that it has a message (RFC 5321, section 4.5.3.2.6, gives it
/// ten minutes; a connection that is quiet for longer than this is not coming back).
const TEXT_TIME_MAX: Duration = Duration::from_secs(300);

/// A connection to a server.
pub(super) struct Link {
    connection: AsyncSmtpConnection,
    broken: bool,
}

impl Link {
    /// Connects, and signs in where that is asked for. The cause is told without what the server
    /// said.
    pub async fn open(server: &Server, from: &Sender) -> Result<Link, &'static str> {
        let hello = ClientId::Domain(from.address.domain().to_owned());
        let parameters = || {
            TlsParameters::new_rustls(server.host.clone())
                .map_err(|_| "the machine has no certificates to trust")
        };
        let first = match server.tls {
            Tls::Implicit => Some(parameters()?),
            Tls::Upgraded | Tls::Plain => None,
        };
        let place = (server.host.as_str(), server.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(place, Some(STEP_TIME_MAX), &hello, first, None);
        let mut connection = timed(STEP_TIME_MAX, connecting)
            .await
            .map_err(|_| "it cannot be reached")?;
        if server.tls == Tls::Upgraded {
            if !connection.can_starttls() {
                connection.abort().await;
                return Err("it does not offer STARTTLS");
            }
            timed(STEP_TIME_MAX, connection.starttls(parameters()?, &hello))
                .await
                .map_err(|_| "TLS could not be agreed on")?;
        }
        if let Some((user, password)) = &server.login {
            let login = Credentials::new(user.clone(), password.to_string());
            let ways = [Mechanism::Plain, Mechanism::Login];
            timed(STEP_TIME_MAX, connection.auth(&ways, &login))
                .await
                .map_err(|_| "it does not accept the user and password")?;
        }
        Ok(Link {
            connection,
            broken: false,
        })
    }

    /// Whether nothing more can be said over it.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Ends it in order.
    pub async fn quit(mut self) {
        // Whatever is answered, it is over.
        let _ = timed(STEP_TIME_MAX, self.connection.quit()).await;
    }

    /// Hands a message over, and finds how that ended.
    pub async fn send(&mut self, letter: &Letter) -> Ended {
        let mut parameters = Vec::new();
        if !letter.to.to_string().is_ascii() {
            let server = self.connection.server_info();
            if !server.supports_feature(Extension::SmtpUtfEight) {
                return Ended::Rejected { address: false };
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(letter.from.clone()), parameters);
        if self.say(mail).await.is_err() {
            // Whatever is said about the sender says nothing against this message.
            return self.ended(Ended::Later).await;
        }
        match self.say(Rcpt::new(letter.to.clone(), Vec::new())).await {
            Ok(()) => {}
            Err(Broken::Refused { address }) => {
                return self.ended(Ended::Rejected { address }).await;
            }
            Err(Broken::Put | Broken::Off) => return self.ended(Ended::Later).await,
        }
        match self.say(Data).await {
            Ok(()) => {}
            Err(Broken::Refused { .. }) => {
                return self.ended(Ended::Rejected { address: false }).await;
            }
            Err(Broken::Put | Broken::Off) => return self.ended(Ended::Later).await,
        }
        let text = self.connection.message(&letter.text);
        match timed(TEXT_TIME_MAX, text).await {
            Ok(_) => Ended::Taken,
            Err(Broken::Refused { address }) => self.ended(Ended::Rejected { address }).await,
            Err(Broken::Put) => self.ended(Ended::Later).await,
            Err(Broken::Off) => {
                self.broken = true;
                Ended::Unknown
            }
        }
    }

    async fn say(&mut self, command: impl std::fmt::Display) -> Result<(), Broken> {
        let answer = timed(STEP_TIME_MAX, self.connection.command(command)).await;
        if matches!(answer, Err(Broken::Off)) {
            self.broken = true;
        }
        answer.map(drop)
    }

    /// Makes the connection ready for the next message after one that was not taken.
    async fn ended(&mut self, ended: Ended) -> Ended {
        if !self.broken && self.say(Rset).await.is_err() {
            self.broken = true;
        }
        ended
    }
}

/// Why a step was not done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Broken {
    /// The server says no, and will say no again; `address` says whether to this address for ever.
    Refused { address: bool },
    /// The server says not now.
    Put,
    /// The connection broke, or nothing came in time.
    Off,
}

async fn timed<T>(
    most: Duration,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, Broken> {
    match tokio::time::timeout(most, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.is_permanent() => Err(Broken::Refused {
            address: is_about_the_address(&error),
        }),
        Ok(Err(error)) if error.is_transient() => Err(Broken::Put),
        Ok(Err(_)) | Err(_) => Err(Broken::Off),
    }
}

/// Whether a refusal says that the mailbox does not exist or has moved (RFC 3463, section 3.2).
fn is_about_the_address(error: &Error) -> bool {
    let told = std::error::Error::source(error).map(ToString::to_string);
    told.is_some_and(|told| {
        let told = told.trim_start();
        ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"]
            .iter()
            .any(|code| told.starts_with(code))
    })
}
