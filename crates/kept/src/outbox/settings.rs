//! How messages leave: by which server or into which folder, from whom, and where links lead.
//! A password comes from a file or the environment, never from the command line, and is never
//! shown.

use super::dkim::Dkim;
use super::misfit;
use crate::Failure;
use lettre::Address;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// How messages leave.
pub struct Mail {
    /// By which way.
    pub way: Way,
    /// From whom.
    pub from: Sender,
    /// Where links lead, without a slash at the end.
    pub public_url: String,
    /// What signs messages; nothing where the server that takes them does.
    pub dkim: Option<Dkim>,
}

/// By which way messages leave.
pub enum Way {
    /// To a server.
    Smtp(Server),
    /// Into a folder, as files that anybody who may read the folder can read. For trying things
    /// out: what lies there is outside the vault, and nothing destroys it.
    Folder(PathBuf),
}

/// From whom messages come.
#[derive(Clone)]
pub struct Sender {
    /// The address in `From`.
    pub address: Address,
    /// The address that bounces come to, with the message's token after a `+`; without one they
    /// come to the sender's.
    pub bounces: Option<Address>,
}

/// A server that takes messages.
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub tls: Tls,
    /// User and password, where it asks for them.
    pub login: Option<(String, Zeroizing<String>)>,
}

/// How a server is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tls {
    /// TLS from the first byte (`smtps`).
    Implicit,
    /// TLS after `STARTTLS`; a server that does not offer it gets nothing.
    Upgraded,
    /// None: on this machine only.
    Plain,
}

impl Server {
    /// Reads `smtp://user@host:587` or `smtps://…`, with the password from elsewhere.
    pub fn parse(url: &str, password: Option<Zeroizing<String>>) -> Result<Server, Failure> {
        let shape = || misfit("`--smtp` is not of the form `smtp://user@host:587` or `smtps://…`");
        let (scheme, rest) = url.split_once("://").ok_or_else(shape)?;
        let rest = rest.trim_end_matches('/');
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err(misfit(
                "`--smtp` must not hold a password: everybody on the machine could see it; give \
                 it with `--smtp-password-file` or in KEPT_SMTP_PASSWORD",
            ));
        }
        let standard = match scheme {
            "smtps" => 465,
            "smtp" => 587,
            _ => return Err(shape()),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !host.ends_with(':') => {
                (host, port.parse().map_err(|_| shape())?)
            }
            Some(_) | None => (place, standard),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() || host.contains(['/', '?', '#', ' ']) {
            return Err(shape());
        }
        let tls = match scheme {
            "smtps" => Tls::Implicit,
            _ if is_loopback(host) => Tls::Plain,
            _ => Tls::Upgraded,
        };
        let login = match (user, password) {
            (None, _) => None,
            (Some(user), Some(password)) => Some((decoded(user), password)),
            (Some(_), None) => {
                return Err(misfit(
                    "`--smtp` names a user, and there is no password: give it with \
                     `--smtp-password-file` or in KEPT_SMTP_PASSWORD",
                ));
            }
        };
        let host = host.to_owned();
        Ok(Server {
            host,
            port,
            tls,
            login,
        })
    }
}

/// Users are often addresses, whose `@` is written `%40`.
fn decoded(user: &str) -> String {
    user.replace("%40", "@").replace("%25", "%")
}

fn is_loopback(host: &str) -> bool {
    let address: Option<std::net::IpAddr> = host.parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

impl Sender {
    /// Reads addresses.
    pub fn parse(from: &str, bounces: Option<&str>) -> Result<Sender, Failure> {
        let address = |text: &str, option: &str| {
            text.parse::<Address>()
                .map_err(|_| misfit(format!("`{option}` is not an e-mail address")))
        };
        Ok(Sender {
            address: address(from, "--mail-from")?,
            bounces: bounces
                .map(|text| address(text, "--bounces-to"))
                .transpose()?,
        })
    }
}

/// Checks where links lead: to TLS, or to this machine.
pub(crate) fn public_url(url: &str) -> Result<String, Failure> {
    let url = url.trim_end_matches('/');
    let host = |rest: &str| {
        let place = rest.split('/').next().unwrap_or("");
        let bare = place.rsplit_once(':').map_or(place, |(host, _)| host);
        bare.trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned()
    };
    let plain = |text: &str| {
        let mut chars = text.chars();
        chars.all(|c| c.is_ascii_alphanumeric() || "-._~:/[]".contains(c))
    };
    let fits = match url.split_once("://") {
        Some(("https", rest)) => !host(rest).is_empty() && plain(rest),
        Some(("http", rest)) => is_loopback(&host(rest)) && plain(rest),
        Some(_) | None => false,
    };
    match fits {
        true => Ok(url.to_owned()),
        false => Err(misfit(
            "`--public-url` is not of the form `https://privacy.example.com`; plain `http` is for \
             this machine alone",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(url: &str, password: Option<&str>, expected: Expect) {
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        let told = match Server::parse(url, password) {
            Ok(server) => format!(
                "{} {} {:?} {:?}",
                server.host,
                server.port,
                server.tls,
                server.login.map(|(user, _)| user)
            ),
            Err(failure) => failure.to_string(),
        };
        expected.assert_eq(&told);
    }

    #[test]
    fn a_server_is_read() {
        check(
            "smtp://mail.example.com",
            None,
            expect!["mail.example.com 587 Upgraded None"],
        );
        check(
            "smtps://news%40example.com@mail.example.com/",
            Some("secret"),
            expect![[r#"mail.example.com 465 Implicit Some("news@example.com")"#]],
        );
        check(
            "smtp://127.0.0.1:2525",
            None,
            expect!["127.0.0.1 2525 Plain None"],
        );
        check(
            "smtp://user:secret@mail.example.com",
            None,
            expect![
                "`--smtp` must not hold a password: everybody on the machine could see it; give it with `--smtp-password-file` or in KEPT_SMTP_PASSWORD"
            ],
        );
        check(
            "smtp://user@mail.example.com",
            None,
            expect![
                "`--smtp` names a user, and there is no password: give it with `--smtp-password-file` or in KEPT_SMTP_PASSWORD"
            ],
        );
        for odd in [
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp://a:b:c",
        ] {
            assert!(Server::parse(odd, None).is_err(), "{odd}");
        }
    }

    #[test]
    fn links_lead_over_tls_or_to_this_machine() {
        for (url, fits) in [
            ("https://privacy.example.com", true),
            ("https://privacy.example.com/kept/", true),
            ("http://127.0.0.1:8080", true),
            ("http://privacy.example.com", false),
            ("https://", false),
            ("https://privacy.example.com/\r\nBcc: x", false),
            ("privacy.example.com", false),
        ] {
            assert_eq!(public_url(url).is_ok(), fits, "{url}");
        }
    }
}
