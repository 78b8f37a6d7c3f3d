//! Tests of a whole server over a real connection, on a port of its own.

use super::*;
use kept_processing::{Administration, Command, NewToken};
use kept_terms::{ActorKind, Timestamp};
use std::io;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

fn settings(folder: &Path) -> Settings {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    Settings {
        listen,
        ..Settings::new(folder, policies)
    }
}

async fn ask(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn a_server_answers_until_it_is_told_to_stop_and_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let server = Server::open(settings(folder.path())).await.unwrap();
        let address = server.address;
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        let request =
            b"GET /openapi.json HTTP/1.1\r\nhost: example.com\r\nconnection: close\r\n\r\n";
        let answer = ask(address, request).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        let long = [
            b"GET / HTTP/1.1\r\nx: ".as_slice(),
            &[b'x'; 64 << 10],
            b"\r\n\r\n",
        ]
        .concat();
        // The server may close before the whole head was sent, which loses its answer on the way.
        let refused = ask(address, &long).await.unwrap_or_default();
        assert!(
            refused.is_empty() || refused.starts_with("HTTP/1.1 431"),
            "{refused}"
        );
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert!(ask(address, request).await.is_err());
    }
}

#[tokio::test]
async fn answers_do_not_wait_for_what_is_sent_after_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::open(settings(folder.path())).await.unwrap();
    let address = server.address;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let odd = b"POST /v1/find HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n{}";
    let answer = ask(address, odd).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    for hosts in ["", "host: x\r\nhost: y\r\n"] {
        let odd = format!("GET /healthz HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        let answer = ask(address, odd.as_bytes()).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    let old = ask(address, b"GET /healthz HTTP/1.0\r\n\r\n")
        .await
        .unwrap();
    assert!(old.starts_with("HTTP/1.0 200"), "{old}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let whole_and_half = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTTP/1.1\r\n";
    stream.write_all(whole_and_half).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    // The other half never comes: without an answer to the first the server would have closed
    // before it said anything.
    drop(stream);
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn two_servers_do_not_share_a_port_or_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::open(settings(folder.path())).await.unwrap();
    let other = tempfile::tempdir().unwrap();
    let taken = Settings {
        listen: server.address,
        ..settings(other.path())
    };
    let failure = Server::open(taken).await.err().unwrap();
    assert!(
        matches!(&failure, Failure::Conflict(told) if told.contains("is taken")),
        "{failure}"
    );
    let failure = Server::open(settings(folder.path())).await.err().unwrap();
    assert!(failure.to_string().contains("server"), "{failure}");
}

#[tokio::test]
async fn an_open_address_needs_a_declared_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let listen = SocketAddr::from(([0, 0, 0, 0], 0));
    let open = Settings {
        listen,
        ..settings(folder.path())
    };
    let failure = Server::open(open).await.err().unwrap();
    assert!(failure.to_string().contains("--behind-proxy"), "{failure}");
    assert!(!folder.path().join("vault.db").exists());
}

#[tokio::test]
async fn a_policy_that_does_not_compile_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let policies = tempfile::tempdir().unwrap();
    std::fs::write(
        policies.path().join("odd.md"),
        "```toml\n[collect.x]\n```\n",
    )
    .unwrap();
    let odd = Settings {
        policies: policies.path().to_owned(),
        ..settings(folder.path())
    };
    assert!(matches!(Server::open(odd).await, Err(Failure::Invalid(_))));
}

/// A token of the support staff.
async fn token(server: &Server) -> String {
    let new = NewToken {
        kind: ActorKind::Staff,
        role: Some("support".to_owned()),
        purposes: None,
        home: None,
        expires: Timestamp::MAX,
    };
    let (secret, token) = server.door.draw_token(new).unwrap();
    let grant = Administration::Grant {
        secret: secret.clone(),
        token,
    };
    let command = Command::Administer(grant);
    let granted = server
        .door
        .perform(&Caller::system("tests"), &command)
        .await
        .unwrap();
    assert!(granted.outcome.is_ok());
    secret
}

/// Reads until some text has come.
async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        if shown.contains(text) {
            return shown;
        }
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "closed after {shown}");
        answer.extend_from_slice(&buffer[..read]);
    }
}

#[tokio::test]
async fn lines_are_answered_while_others_are_still_to_come() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::open(settings(folder.path())).await.unwrap();
    let (address, token) = (server.address, token(&server).await);
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/collect/bulk HTTP/1.1\r\nhost: example.com\r\ntransfer-encoding: chunked\r\n\
         content-type: application/x-ndjson\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    for number in 1..=3 {
        let line = format!(
            "{{\"channel\":\"website-form\",\"country\":\"US\",\
             \"values\":{{\"email\":\"p{number}@example.com\"}}}}\n"
        );
        let chunk = format!("{:x}\r\n{line}\r\n", line.len());
        stream.write_all(chunk.as_bytes()).await.unwrap();
        until(
            &mut stream,
            &format!("\"line\":{number},\"outcome\":\"stored\""),
        )
        .await;
    }
    // Told to stop, the server finishes what is under way.
    stop.send(()).unwrap();
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    until(&mut stream, "\"end\":true,\"lines\":3,\"done\":3").await;
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn connections_wait_for_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let one = Settings {
        connections_max: 1,
        ..settings(folder.path())
    };
    let server = Server::open(one).await.unwrap();
    let address = server.address;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let request = b"GET /healthz HTTP/1.1\r\nhost: example.com\r\n\r\n";
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(request).await.unwrap();
    until(&mut first, "ok").await;
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(request).await.unwrap();
    // The first is served again while the second still waits.
    first.write_all(request).await.unwrap();
    until(&mut first, "ok").await;
    assert!(second.try_read(&mut [0; 1]).is_err());
    drop(first);
    until(&mut second, "ok").await;
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}
