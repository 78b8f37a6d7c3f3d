//! Tests of a whole server over a real connection, on a port of its own.

use super::*;
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
