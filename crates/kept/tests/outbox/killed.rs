//! A server process that is killed when it has said everything and heard nothing: what people may
//! decline is not sent again, what they must get is, under the same name.

use crate::double::{Answer, Double};
use crate::house::{House, root};
use crate::mail::{message, queue, template};
use kept::ambient::MachineClock;
use kept_terms::Clock as _;
use std::process::{Child, Command, Stdio};

fn serve(house: &House, port: u16) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kept"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEPT_") {
            command.env_remove(name);
        }
    }
    let server = format!("smtp://127.0.0.1:{port}");
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--smtp", &server])
        .args(["--mail-from", "privacy@example.com"])
        .args(["--public-url", "https://privacy.example.com"])
        .env("KEPT_POLICY", root().join("policies/mediaocean"))
        .env("KEPT_DATA", house.folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_process_killed_while_it_hands_over_sends_no_marketing_twice_and_loses_nothing() {
    for (marketing, purpose, role) in [
        (true, "marketing", "marketing"),
        (false, "answer-you", "support"),
    ] {
        let mut house = House::new().await;
        // The server looks at the machine's clock, which must not seem to have jumped.
        house.clock.set(&MachineClock.now().to_string());
        let person = house.person("ada@example.com").await;
        template(&house, "sample", purpose).await;
        queue(&house, role, message(&person, "sample", purpose, "one")).await;
        house.close();
        let hanging = Double::new(&[Answer::Hang]);
        let mut server = serve(&house, hanging.port);
        let first = hanging.next();
        server.kill().unwrap();
        server.wait().unwrap();

        let taking = Double::new(&[]);
        if marketing {
            // A second message shows that the server came so far, and that the first was left.
            house.reopen().await;
            queue(&house, role, message(&person, "sample", purpose, "two")).await;
            house.close();
        }
        let mut server = serve(&house, taking.port);
        let second = taking.next();
        server.kill().unwrap();
        server.wait().unwrap();
        let same = first.header("Message-ID") == second.header("Message-ID");
        assert_eq!(same, !marketing);
        assert!(taking.got.try_recv().is_err());
        let listed = house.kept(&["outbox", "list", "--state", "doubtful"]);
        assert_eq!(
            listed.out.contains("one"),
            marketing,
            "{}{}",
            listed.out,
            listed.err
        );
    }
}
