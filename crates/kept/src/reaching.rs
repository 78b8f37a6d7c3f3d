//! One request to another machine over a connection of its own, in TLS where its address says so.
//! It reads no more of an answer than its status, and follows nobody.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use std::sync::{Arc, OnceLock};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Where an address leads.
pub(crate) struct Host {
    /// By name, or as a number without brackets.
    pub name: String,
    pub port: u16,
    pub is_tls: bool,
}

impl Host {
    /// The host of an address.
    pub fn of(uri: &Uri) -> Result<Host, &'static str> {
        let name = uri.host().ok_or("the address names no host")?;
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let is_tls = uri.scheme_str() == Some("https");
        Ok(Host {
            name: name.to_owned(),
            port: uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            is_tls,
        })
    }

    /// Sends a request, whose own address is a path, to one of these sockets; the answer is its
    /// status, or why it did not arrive.
    pub async fn ask(
        self,
        tls: &TlsConnector,
        sockets: impl ToSocketAddrs,
        request: Request<Full<Bytes>>,
    ) -> Result<StatusCode, &'static str> {
        let stream = TcpStream::connect(sockets)
            .await
            .map_err(|_| "nobody answers there")?;
        if !self.is_tls {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(self.name).map_err(|_| "the address names no host")?;
        let stream = tls
            .connect(name, stream)
            .await
            .map_err(|_| "the connection is not to be trusted")?;
        exchange(stream, request).await
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, &'static str>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broke = "the connection broke off";
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| broke)?;
    let connection = tokio::spawn(connection);
    let answered = sender.send_request(request).await;
    connection.abort();
    Ok(answered.map_err(|_| broke)?.status())
}

/// TLS that trusts whom the machine trusts.
pub(crate) fn trusted() -> Result<TlsConnector, &'static str> {
    static CONFIG: OnceLock<Result<Arc<ClientConfig>, &'static str>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        trusting(roots)
    });
    config.clone().map(TlsConnector::from)
}

/// TLS that trusts these and whomever they vouch for.
pub(crate) fn trusting(roots: RootCertStore) -> Result<Arc<ClientConfig>, &'static str> {
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| "the machine has no TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
