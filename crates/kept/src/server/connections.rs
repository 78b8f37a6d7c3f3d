//! Connections: accepted up to a limit, served over HTTP/1.1, closed in good order.
//! It bounds what a client can make the server hold before a handler sees a request.

use super::tls::Tls;
use crate::api::{Peer, limits};
use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

/// How long to wait after the machine could not accept a connection.
const PAUSE: Duration = Duration::from_millis(100);
/// How long connections have to finish what they are at when the server stops.
const GRACE: Duration = Duration::from_secs(25);

/// Serves connections until `stopping` turns true, then lets them finish.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    router: Router,
    connections_max: usize,
    mut stopping: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(connections_max));
    let mut connections = JoinSet::new();
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (router, stopping) = (router.clone(), stopping.clone());
                let acceptor = tls.as_ref().map(|tls| tls.acceptor());
                connections.spawn(async move {
                    accepted_one(stream, peer, acceptor, router, stopping).await;
                    drop(place);
                });
            }
            Err(cause) => {
                // Such as too many open files: others will close, so there is no need to stop.
                tracing::warn!(%cause, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        tracing::warn!("some connections did not finish in time and are cut off");
    }
}

async fn accepted_one(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    stopping: watch::Receiver<bool>,
) {
    // Answers are written whole, so there is nothing to gain from waiting for more.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = acceptor else {
        let peer = Peer {
            address: peer,
            tls: false,
        };
        return one(stream, peer, router, stopping).await;
    };
    // Whoever does not get through the handshake is not heard, and holds no place for long.
    let handshake = tokio::time::timeout(limits::HEAD_TIME_MAX, acceptor.accept(stream));
    if let Ok(Ok(stream)) = handshake.await {
        let peer = Peer {
            address: peer,
            tls: true,
        };
        one(stream, peer, router, stopping).await;
    }
}

async fn one(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: Peer,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        let is_too_large = head_bytes(&request) > limits::HEAD_BYTES_MAX;
        let mut router = router.clone();
        async move {
            match is_too_large {
                true => Ok(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response()),
                false => router.call(request.map(Body::new)).await,
            }
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD_TIME_MAX)
        .max_buf_size(limits::HEAD_BYTES_MAX)
        .max_headers(limits::HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // A client that goes away or does not speak HTTP is its own affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// How long the head of a request was, in bytes. What reads it looks at the limit between two
/// pieces of it, so a little more than the limit may have come.
fn head_bytes<B>(request: &hyper::Request<B>) -> usize {
    let line = request.method().as_str().len() + request.uri().to_string().len() + 12;
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| name.as_str().len() + value.len() + 4);
    line + headers.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_as_long_as_it_was_sent() {
        let sent = "GET /v1/use?a=b HTTP/1.1\r\nhost: example.com\r\nx: 1\r\n\r\n";
        let request = hyper::Request::get("/v1/use?a=b")
            .header("host", "example.com")
            .header("x", "1");
        let request = request.body(()).unwrap();
        // But for the empty line at its end.
        assert_eq!(head_bytes(&request), sent.len() - 2);
    }
}
