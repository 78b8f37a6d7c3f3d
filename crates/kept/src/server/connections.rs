//! Connections: accepted up to a limit, served over HTTP/1.1, closed in good order.
//! It bounds what a client can make the server hold before a handler sees a request.

use super::tls::Tls;
use crate::api::{Peer, limits};
use axum::Router;
use axum::body::Body;
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
        router.clone().call(request.map(Body::new))
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
