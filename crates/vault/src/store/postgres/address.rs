//! Where a database is: read once, never shown. What is wrong with an address is said without it.

use crate::store::Failure;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

/// How long a server may take to answer a connection.
const CONNECT_SECONDS: u64 = 5;
/// How long what was sent may go unanswered before the connection is taken to be gone.
const SILENT_SECONDS: u64 = 20;

/// The address of a database, which may hold a password. It cannot be printed.
#[derive(Clone)]
pub struct Address {
    text: SecretString,
    password: Option<SecretString>,
}

impl Address {
    /// Takes an address such as `postgres://user@host:5432/name`, and looks whether it is one.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it is not; the message does not repeat it.
    pub fn new(address: SecretString) -> Result<Address, Failure> {
        let address = Address::unchecked(address);
        address.config().map(|_| address)
    }

    /// Takes an address that is looked at when the database is opened.
    pub fn unchecked(address: SecretString) -> Address {
        Address {
            text: address,
            password: None,
        }
    }

    /// The same address with a password that stands apart from it.
    pub fn with_password(self, password: SecretString) -> Address {
        let password = Some(password);
        Address { password, ..self }
    }

    /// What a connection is made with. It holds the password, and is not to be printed either.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the address is none.
    pub fn config(&self) -> Result<Config, Failure> {
        let text = self.text.expose_secret();
        let is_ours = text.starts_with("postgres://") || text.starts_with("postgresql://");
        let config: Option<Config> = is_ours.then(|| text.parse().ok()).flatten();
        let Some(mut config) = config.filter(|it| !it.get_hosts().is_empty()) else {
            let text = "the address of the database is not one: write \
                        `postgres://user:password@host:5432/name?sslmode=require`";
            return Err(Failure::Unavailable(text.to_owned()));
        };
        if let Some(password) = &self.password {
            config.password(password.expose_secret());
        }
        let seconds = Duration::from_secs;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(seconds(CONNECT_SECONDS));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(seconds(SILENT_SECONDS));
        }
        config.keepalives_idle(seconds(SILENT_SECONDS));
        if config.get_application_name().is_none() {
            config.application_name("kept");
        }
        Ok(config)
    }

    /// Whether it asks for an encrypted connection, or for none.
    pub(super) fn wants_tls(config: &Config) -> bool {
        !matches!(config.get_ssl_mode(), SslMode::Disable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_address_is_told_without_it() {
        for wrong in [
            "postgres://kept:geheim@[/name",
            "mysql://kept:geheim@host/name",
            "postgres://kept:geheim@host/name?geheim=geheim",
            "postgres:///name",
            "",
        ] {
            let told = Address::new(SecretString::from(wrong)).err().unwrap();
            let told = told.to_string();
            assert!(told.contains("write `postgres://"), "{told}");
            assert!(!told.contains("geheim"), "{told}");
        }
        let right = "postgres://kept:geheim@one,two:5433/name?target_session_attrs=read-write";
        assert!(Address::new(SecretString::from(right)).is_ok());
    }
}
