//! Sending a request to an address that an administrator registered: over TLS, to a public
//! address, following nobody.
//! Whatever the answer says beside its status is not read.

use crate::reaching::{Host, trusted};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Uri};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio_rustls::TlsConnector;

/// How long a request may take, from looking up the name to the status.
const TIME_MAX: Duration = Duration::from_secs(15);

/// What a recipient answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    /// 2xx.
    Taken,
    /// 410: it takes nothing more.
    Gone,
    /// Anything else, redirections included: they are not followed.
    Refused,
}

/// Sends requests.
pub(super) struct Post {
    private: bool,
    tls: TlsConnector,
}

impl Post {
    /// A sender; whether it may reach private addresses is the operator's to say.
    pub fn new(private: bool) -> Result<Post, &'static str> {
        let tls = trusted()?;
        Ok(Post { private, tls })
    }

    /// Sends JSON, and answers with how it was taken, or why it did not arrive.
    pub async fn send(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Answer, &'static str> {
        let sending = self.send_at_length(url, headers, body);
        let sent = tokio::time::timeout(TIME_MAX, sending).await;
        sent.unwrap_or(Err("it took too long"))
    }

    async fn send_at_length(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Answer, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "the address cannot be read")?;
        let host = Host::of(&uri)?;
        let address = self.address(&host).await?;
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(uri.path_and_query().map_or("/", |path| path.as_str()))
            .header("host", uri.authority().map_or("", |known| known.as_str()))
            .header("user-agent", concat!("kept/", env!("CARGO_PKG_VERSION")))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| "the address cannot be read")?;
        Ok(match host.ask(&self.tls, address, request).await? {
            StatusCode::GONE => Answer::Gone,
            taken if taken.is_success() => Answer::Taken,
            _ => Answer::Refused,
        })
    }

    /// The address of a host that may be reached. Every address of it is looked at, and the one
    /// that was looked at is the one that is connected to.
    async fn address(&self, host: &Host) -> Result<SocketAddr, &'static str> {
        let found = tokio::net::lookup_host((host.name.as_str(), host.port))
            .await
            .map_err(|_| "the host is not known")?;
        let found: Vec<SocketAddr> = found.collect();
        if !self.private && found.iter().any(|address| !is_public(address.ip())) {
            return Err("the address is private, which the operator does not allow");
        }
        if !host.is_tls && !found.iter().all(|address| address.ip().is_loopback()) {
            return Err("plain HTTP goes to this machine alone; use https");
        }
        found.first().copied().ok_or("the host is not known")
    }
}

/// Whether an address is one of the open network: not of this machine, a private network, or a
/// range set aside (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let set_aside = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b));
            !set_aside
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            let [first, second, ..] = v6.segments();
            // Only 2000::/3 is given out; documentation, 6to4 and Teredo lead elsewhere.
            (0x2000..0x4000).contains(&first)
                && !(first == 0x2001 && (second == 0xdb8 || second == 0))
                && first != 0x2002
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    use tokio_rustls::rustls::{RootCertStore, ServerConfig};

    /// Who vouches for certificates.
    struct Authority {
        issuer: Issuer<'static, KeyPair>,
        roots: RootCertStore,
    }

    impl Authority {
        fn new() -> Authority {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let own = params.self_signed(&key).unwrap();
            let mut roots = RootCertStore::empty();
            roots.add(own.der().clone()).unwrap();
            let issuer = Issuer::new(params, key);
            Authority { issuer, roots }
        }

        /// A sender that trusts it and nobody else.
        fn trusted(&self) -> Post {
            let config = crate::reaching::trusting(self.roots.clone()).unwrap();
            let tls = TlsConnector::from(config);
            Post { private: true, tls }
        }

        /// A server with a certificate for a name, until a year; it answers all the same.
        async fn server(&self, name: &str, until: i32, answer: &'static str) -> u16 {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(until, 1, 1);
            let certificate = params.signed_by(&key, &self.issuer).unwrap();
            let provider = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider();
            let config = ServerConfig::builder_with_provider(Arc::new(provider))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![certificate.der().clone()],
                    PrivateKeyDer::Pkcs8(key.serialize_der().into()),
                )
                .unwrap();
            let acceptor = TlsAcceptor::from(Arc::new(config));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        continue;
                    };
                    let mut seen = Vec::new();
                    while !seen.ends_with(b"{}") {
                        let mut some = [0; 512];
                        match stream.read(&mut some).await {
                            Ok(0) | Err(_) => break,
                            Ok(length) => seen.extend_from_slice(&some[..length]),
                        }
                    }
                    assert!(seen.starts_with(b"POST /hook HTTP/1.1\r\n"));
                    let head = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
                    let _ = stream.write_all(head.as_bytes()).await;
                    let _ = stream.shutdown().await;
                }
            });
            port
        }
    }

    #[tokio::test]
    async fn a_webhook_goes_over_tls_to_whom_somebody_trusted_vouches_for() {
        let (known, other) = (Authority::new(), Authority::new());
        let post = known.trusted();
        let send = async |port: u16| {
            let url = format!("https://127.0.0.1:{port}/hook");
            post.send(&url, &[], b"{}".to_vec()).await
        };
        let trusted = known.server("127.0.0.1", 2096, "204 No Content").await;
        assert_eq!(send(trusted).await, Ok(Answer::Taken));
        let gone = known.server("127.0.0.1", 2096, "410 Gone").await;
        assert_eq!(send(gone).await, Ok(Answer::Gone));
        let elsewhere = "302 Found\r\nlocation: https://127.0.0.1/other";
        let moved = known.server("127.0.0.1", 2096, elsewhere).await;
        assert_eq!(send(moved).await, Ok(Answer::Refused), "nobody is followed");

        for port in [
            other.server("127.0.0.1", 2096, "204 No Content").await,
            known
                .server("hooks.example.com", 2096, "204 No Content")
                .await,
            known.server("127.0.0.1", 2021, "204 No Content").await,
        ] {
            let told = send(port).await.unwrap_err();
            assert_eq!(told, "the connection is not to be trusted");
        }
    }

    #[test]
    fn only_addresses_of_the_open_network_are_public() {
        for (address, public) in [
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("192.0.2.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("::ffff:10.0.0.1", false),
            ("2001:db8::1", false),
            ("2002:a00:1::", false),
            ("9.9.9.9", true),
            ("2620:fe::fe", true),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[tokio::test]
    async fn what_may_not_be_reached_is_not_connected_to() {
        let open = Post::new(false).unwrap();
        let private = Post::new(true).unwrap();
        for (post, url, why) in [
            (&open, "http://127.0.0.1:9/", "private"),
            (&open, "https://[::1]:9/", "private"),
            (&open, "https://169.254.169.254/", "private"),
            (&private, "http://192.0.2.1/", "plain HTTP"),
            (&private, "/nowhere", "no host"),
        ] {
            let told = post.send(url, &[], Vec::new()).await.unwrap_err();
            assert!(told.contains(why), "{url}: {told}");
        }
    }
}
