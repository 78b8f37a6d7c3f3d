//! A server that others wrote: what the outbox hands over is what a mailbox gets.

use crate::house::House;
use crate::mail::{mail, message, queue, states, template};
use kept::outbox::{Postman, Server, Way};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Starts one on a free port. Another program may take the port in between, so it tries again.
fn start(mailbox: &Path) -> (Child, u16) {
    for _ in 0..5 {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut server = Command::new("aiosmtpd")
            .args(["-n", "-l", &format!("127.0.0.1:{port}")])
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(mailbox)
            .stderr(Stdio::null())
            .spawn()
            .expect("`aiosmtpd` is there (Debian package python3-aiosmtpd)");
        while server.try_wait().unwrap().is_none() {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return (server, port);
            }
            std::thread::yield_now();
        }
    }
    panic!("no server came up");
}

#[tokio::test]
async fn a_real_server_takes_what_is_sent() {
    let house = House::new().await;
    template(&house, "news", "marketing").await;
    for number in 0..20 {
        let person = house.person(&format!("person{number}@example.com")).await;
        queue(
            &house,
            "marketing",
            message(&person, "news", "marketing", "spring"),
        )
        .await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mailbox = folder.path().join("box");
    let (mut server, port) = start(&mailbox);
    let way = Server::parse(&format!("smtp://127.0.0.1:{port}"), None).unwrap();
    let mut postman = Postman::new(mail(Way::Smtp(way)));
    let round = postman.round(house.api()).await.unwrap();
    postman.rest().await;
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(round.sent, 20);
    assert!(
        states(&house)
            .await
            .iter()
            .all(|state| state.word() == "gone")
    );
    let got = std::fs::read_dir(mailbox.join("new")).unwrap();
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(entry.unwrap().path()).unwrap()
    };
    let got: Vec<String> = got.map(read).collect();
    assert_eq!(got.len(), 20);
    for letter in got {
        assert!(letter.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
        assert!(
            letter.contains("\n.This line begins with a dot."),
            "{letter}"
        );
    }
}
