//! The lines to an object store: HTTP/1.1, encrypted where the address says so, kept open for the
//! next question. It knows no bucket and keeps no secret.

use crate::store::Failure;
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use std::fmt;
use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How long a store may take to take a call, and to begin to answer it.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);
/// Lines that are kept open while nobody asks.
const IDLE_MAX: usize = 8;

/// A line that is open, after the address at its other end.
type OpenLine = (String, SendRequest<HttpRequestBody>);

/// Makes lines, and keeps them.
#[derive(Clone)]
pub struct Lines {
    tls: TlsConnector,
    idle: Arc<Mutex<Vec<OpenLine>>>,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lines")
    }
}

impl Lines {
    /// No line yet. Who is trusted are the machine's authorities.
    pub fn new() -> Result<Lines, Failure> {
        let mut roots = RootCertStore::empty();
        // A machine whose list of authorities cannot be read trusts none, and the line says so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Failure::Unavailable("no protocol of TLS is to be had".to_owned()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Lines {
            tls: TlsConnector::from(Arc::new(config)),
            idle: Arc::default(),
        })
    }

    /// A line that was kept open, and is still.
    fn kept(&self, to: &str) -> Option<SendRequest<HttpRequestBody>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, line)| !line.is_closed());
        let at = idle
            .iter()
            .position(|(of, line)| of == to && line.is_ready())?;
        Some(idle.swap_remove(at).1)
    }

    fn keep(&self, to: String, line: SendRequest<HttpRequestBody>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push((to, line));
        }
    }

    async fn line(
        &self,
        host: &str,
        port: u16,
        is_tls: bool,
    ) -> Result<SendRequest<HttpRequestBody>, HttpError> {
        let refused = |error| HttpError::new(HttpErrorKind::Connect, error);
        let stream = TcpStream::connect((host, port)).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        if !is_tls {
            return over(stream).await;
        }
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| refused(Error::new(ErrorKind::InvalidInput, "no name of a server")))?;
        over(self.tls.connect(name, stream).await.map_err(refused)?).await
    }

    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let uri = request.uri().clone();
        let is_tls = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let to = format!("{is_tls} {host}:{port}");
        let authority = uri.authority().map_or("", |it| it.as_str());
        let authority = HeaderValue::from_str(authority);
        let authority = authority.map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        request.headers_mut().insert(HOST, authority);
        // Whoever has a line to the server says only what is wanted of it.
        let wanted = uri.path_and_query().map_or("/", |it| it.as_str()).parse();
        *request.uri_mut() =
            wanted.map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        let mut line = match self.kept(&to) {
            Some(line) => line,
            None => in_time(CONNECT, self.line(host, port, is_tls)).await?,
        };
        let answered = async { line.send_request(request).await.map_err(broken) };
        let (parts, body) = in_time(ANSWER, answered).await?.into_parts();
        self.keep(to, line);
        let body = HttpResponseBody::new(body.map_err(broken));
        Ok(HttpResponse::from_parts(parts, body))
    }
}

async fn in_time<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done,
        Err(late) => Err(HttpError::new(HttpErrorKind::Timeout, late)),
    }
}

async fn over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<HttpRequestBody>, HttpError> {
    let (line, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(connection);
    Ok(line)
}

/// A line that broke is made anew, and the question asked again where that does no harm.
fn broken(error: hyper::Error) -> HttpError {
    let kind = match error.is_canceled() || error.is_closed() {
        true => HttpErrorKind::Request,
        false => HttpErrorKind::Interrupted,
    };
    HttpError::new(kind, error)
}

impl HttpConnector for Lines {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

impl HttpService for Lines {
    fn call<'life, 'asked>(
        &'life self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'asked>>
    where
        'life: 'asked,
        Self: 'asked,
    {
        Box::pin(self.send(request))
    }
}
