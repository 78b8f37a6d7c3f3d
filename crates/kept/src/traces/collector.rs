//! Reaching the collector of traces: one request, over TLS where its address says so.
//! It never waits longer than it was told, and reads no more of an answer than its status.

use crate::reaching::{Host, trusted};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use std::pin::Pin;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_rustls::TlsConnector;

/// Sends to a collector, from whichever thread asks.
pub(super) struct Collector {
    tls: TlsConnector,
    time_max: Duration,
    running: Handle,
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Collector")
    }
}

impl Collector {
    /// One that gives up after so long. What it sends, the present runtime sends.
    pub fn new(time_max: Duration) -> Result<Collector, &'static str> {
        let running = Handle::try_current().map_err(|_| "nothing runs that could send")?;
        let tls = trusted()?;
        Ok(Collector {
            tls,
            time_max,
            running,
        })
    }
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Collector {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        let (tls, time_max) = (self.tls.clone(), self.time_max);
        // The timer is made where the runtime is.
        let sending = async move { tokio::time::timeout(time_max, send(tls, request)).await };
        let sending = self.running.spawn(sending);
        Box::pin(async move {
            match sending.await {
                Ok(Ok(Ok(status))) => Ok(status),
                Ok(Ok(Err(problem))) => Err(problem.into()),
                Ok(Err(_)) | Err(_) => Err("it took too long".into()),
            }
        })
    }
}

async fn send(tls: TlsConnector, request: Request<Bytes>) -> Result<Response<Bytes>, &'static str> {
    let host = Host::of(request.uri())?;
    let sockets = (host.name.clone(), host.port);
    let status = host.ask(&tls, sockets, asked(request)?).await?;
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    Ok(response)
}

/// The request as it is said to the host itself: its path, and the host by name.
fn asked(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, &'static str> {
    let unread = "the address cannot be read";
    let (mut parts, body) = request.into_parts();
    let host = parts.uri.authority().map_or("", |known| known.as_str());
    let host = host.parse().map_err(|_| unread)?;
    parts.headers.insert("host", host);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse().map_err(|_| unread)?;
    Ok(Request::from_parts(parts, Full::new(body)))
}
