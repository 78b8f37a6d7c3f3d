//! For which site a passkey is: its origin, and the name that devices keep its keys under.
//! It takes a setting apart; it looks nothing up.

/// A site as browsers name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// Scheme, host and, where it is not the usual one, port, such as `https://privacy.example.com`.
    pub origin: String,
    /// The name that keys are kept under: the host.
    pub id: String,
}

impl Site {
    /// The site of an address such as `https://privacy.example.com/centre`. Nothing where browsers
    /// would make no passkeys there: without TLS, but for this machine itself, or at an address
    /// that has no name.
    pub fn of(url: &str) -> Option<Site> {
        let (scheme, rest) = url.split_once("://")?;
        let place = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
        let (host, port) = match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place.as_str(), None),
        };
        let scheme = scheme.to_ascii_lowercase();
        let fits = match scheme.as_str() {
            "https" => is_name(host),
            "http" => is_local(host),
            _ => false,
        };
        let usual = if scheme == "https" { "443" } else { "80" };
        let port = port.filter(|port| *port != usual);
        let is_port = |text: &str| {
            text.parse::<u16>()
                .is_ok_and(|port| port.to_string() == text)
        };
        let origin = match port {
            Some(port) if is_port(port) => format!("{scheme}://{host}:{port}"),
            Some(_) => return None,
            None => format!("{scheme}://{host}"),
        };
        let id = host.to_owned();
        fits.then_some(Site { origin, id })
    }
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") && is_name(host)
}

/// Whether it is a name of a host, and no number.
fn is_name(host: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_label = |label: &str| !label.is_empty() && label.len() <= 63 && label.chars().all(plain);
    let last = host.rsplit('.').next().unwrap_or_default();
    host.len() <= 253
        && host.split('.').all(is_label)
        && last.chars().any(|c| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_an_origin_and_a_host() {
        for (url, origin, id) in [
            (
                "https://privacy.example.com",
                "https://privacy.example.com",
                "privacy.example.com",
            ),
            (
                "https://Privacy.Example.com:443/x",
                "https://privacy.example.com",
                "privacy.example.com",
            ),
            (
                "https://example.com:8443",
                "https://example.com:8443",
                "example.com",
            ),
            (
                "http://localhost:8080",
                "http://localhost:8080",
                "localhost",
            ),
        ] {
            let site = Site::of(url).unwrap();
            assert_eq!(
                (site.origin.as_str(), site.id.as_str()),
                (origin, id),
                "{url}"
            );
        }
        for url in [
            "http://example.com",
            "https://192.0.2.1",
            "http://127.0.0.1:8080",
            "https://[2001:db8::1]",
            "https://",
            "https://a..example",
            "https://example.com:port",
            "https://example.com:99999",
            "https://user@example.com",
            "example.com",
        ] {
            assert_eq!(Site::of(url), None, "{url}");
        }
    }
}
