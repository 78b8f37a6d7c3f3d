//! The two cookies there are: one for a session, one for an attempt to sign in. Both hold a random
//! secret and nothing else, and no script reads them.

use crate::api::{Api, is_secure};
use axum::http::{Extensions, HeaderMap, HeaderValue, header};

/// What a cookie is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cookie {
    Session,
    Attempt,
}

/// The longest secret that is looked at, in characters.
const SECRET_MAX: usize = 64;

impl Cookie {
    /// Its name. Over TLS the prefix has the browser see to it that no other host, no other path
    /// and nothing unencrypted can have set it (RFC 6265bis).
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Cookie::Session, true) => "__Host-kept-session",
            (Cookie::Session, false) => "kept-session",
            (Cookie::Attempt, true) => "__Host-kept-attempt",
            (Cookie::Attempt, false) => "kept-attempt",
        }
    }

    /// How long a browser keeps it, in seconds; the server's own limits are what counts.
    fn seconds(self) -> u32 {
        match self {
            Cookie::Session => 12 * 3_600,
            Cookie::Attempt => 600,
        }
    }
}

/// What is known of a request that cookies depend on.
#[derive(Clone, Copy)]
pub(super) struct Jar<'a> {
    headers: &'a HeaderMap,
    secure: bool,
}

impl<'a> Jar<'a> {
    pub fn of(api: &Api, headers: &'a HeaderMap, extensions: &Extensions) -> Jar<'a> {
        let secure = is_secure(extensions, api.behind_proxy);
        Jar { headers, secure }
    }

    /// The secret in a cookie. Of two of one name either may have been planted, so neither counts.
    pub fn get(&self, cookie: Cookie) -> Option<&'a str> {
        let name = cookie.name(self.secure);
        let lines = self.headers.get_all(header::COOKIE).iter();
        let lines = lines.filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';'));
        let pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
        let mut found = pairs.filter(|(known, _)| *known == name).map(|it| it.1);
        let secret = found.next().filter(|_| found.next().is_none())?;
        (!secret.is_empty() && secret.len() <= SECRET_MAX).then_some(secret)
    }

    /// The header that sets a cookie.
    pub fn set(&self, cookie: Cookie, secret: &str) -> Option<HeaderValue> {
        self.written(cookie, secret, cookie.seconds())
    }

    /// The header that takes a cookie away.
    pub fn clear(&self, cookie: Cookie) -> Option<HeaderValue> {
        self.written(cookie, "", 0)
    }

    fn written(&self, cookie: Cookie, secret: &str, seconds: u32) -> Option<HeaderValue> {
        let name = cookie.name(self.secure);
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!(
            "{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
        );
        HeaderValue::try_from(text).ok()
    }
}
