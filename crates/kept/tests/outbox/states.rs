//! How each answer of a server leaves a message: nothing is lost, and marketing never leaves twice.

use crate::double::{Answer, Double, Got, Step};
use crate::house::House;
use crate::mail::{mail, message, queue, states, template};
use kept::outbox::{Postman, Server, Way};
use kept_processing::Sending;
use zeroize::Zeroizing;

fn postman(port: u16) -> Postman {
    let server = Server::parse(&format!("smtp://127.0.0.1:{port}"), None).unwrap();
    Postman::new(mail(Way::Smtp(server)))
}

/// A house with one message of each kind in the queue: necessary or marketing.
async fn house(marketing: bool) -> House {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let (purpose, role) = match marketing {
        true => ("marketing", "marketing"),
        false => ("answer-you", "support"),
    };
    template(&house, "sample", purpose).await;
    queue(&house, role, message(&person, "sample", purpose, "one")).await;
    house
}

#[tokio::test]
async fn each_answer_leaves_a_message_as_it_should() {
    use Answer::{BreakAt, LaterAt, NeverAt, Take};
    for (answer, marketing, necessary) in [
        (Take, "gone", "gone"),
        (LaterAt(Step::Sender), "waiting", "waiting"),
        (LaterAt(Step::Addressee), "waiting", "waiting"),
        (LaterAt(Step::Data), "waiting", "waiting"),
        (LaterAt(Step::End), "waiting", "waiting"),
        (NeverAt(Step::Sender), "waiting", "waiting"),
        (NeverAt(Step::Addressee), "undeliverable", "undeliverable"),
        (NeverAt(Step::End), "undeliverable", "undeliverable"),
        (BreakAt(Step::Sender), "waiting", "waiting"),
        (BreakAt(Step::Addressee), "waiting", "waiting"),
        (BreakAt(Step::Data), "waiting", "waiting"),
        (BreakAt(Step::Text), "doubtful", "waiting"),
        (BreakAt(Step::End), "doubtful", "waiting"),
    ] {
        for (is_marketing, expected) in [(true, marketing), (false, necessary)] {
            let house = house(is_marketing).await;
            let double = Double::new(&[answer]);
            let mut postman = postman(double.port);
            postman.round(house.api()).await.unwrap();
            let stands: Vec<_> = states(&house).await.iter().map(|s| s.word()).collect();
            assert_eq!(stands, [expected], "{answer:?}, marketing: {is_marketing}");
            let waits = house.door().outgoing(None, 9).await.unwrap();
            assert!(
                waits
                    .iter()
                    .all(|it| it.not_before > house.door().now().as_second())
            );
            // Nothing more happens before its time; then what waits arrives.
            let round = postman.round(house.api()).await.unwrap();
            assert_eq!(round.sent, 0, "{answer:?}");
            house.clock.pass_days(1);
            let round = postman.round(house.api()).await.unwrap();
            assert_eq!(round.sent, u64::from(expected == "waiting"), "{answer:?}");
            let got: Vec<Got> = double.got.try_iter().collect();
            if is_marketing && expected != "waiting" {
                assert!(got.len() <= 1, "{answer:?}: {got:?}");
            }
            let ids: Vec<_> = got.iter().map(|got| got.header("Message-ID")).collect();
            assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
        }
    }
}

#[tokio::test]
async fn what_arrives_is_whole_and_its_bounces_come_back_to_it() {
    let house = house(true).await;
    let double = Double::new(&[]);
    postman(double.port).round(house.api()).await.unwrap();
    let got = double.next();
    let token = got.header("Message-ID").trim_start_matches('<');
    let token = token.split('@').next().unwrap();
    assert!(
        got.from.contains(&format!("<bounces+{token}@example.com>")),
        "{}",
        got.from
    );
    assert!(got.to.contains("<ada@example.com>"), "{}", got.to);
    assert!(
        got.text.contains("\n.This line begins with a dot."),
        "{}",
        got.text
    );
    assert!(!got.from.contains("ada") && !token.contains("ada"));
}

#[tokio::test]
async fn without_a_server_nothing_is_decided_and_nothing_is_lost() {
    let house = house(true).await;
    let before = house.entries().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let mut lost = postman(port);
    for _ in 0..3 {
        let round = lost.round(house.api()).await.unwrap();
        assert_eq!((round.sent, round.retried), (0, 0));
    }
    assert_eq!(house.entries().await, before);
    assert!(matches!(
        states(&house).await[..],
        [Sending::Waiting { attempts: 0 }]
    ));
}

#[tokio::test]
async fn after_days_of_no_it_is_given_up() {
    let house = house(false).await;
    let never = [Answer::LaterAt(Step::Addressee); 40];
    let double = Double::new(&never);
    let mut postman = postman(double.port);
    let mut rounds = 0;
    while states(&house).await[0].word() == "waiting" {
        postman.round(house.api()).await.unwrap();
        house.clock.pass_days(1);
        rounds += 1;
    }
    assert_eq!(rounds, 24);
    assert_eq!(states(&house).await[0].word(), "undeliverable");
}

#[tokio::test]
async fn a_server_that_asks_for_a_password_gets_messages_with_the_right_one_only() {
    for (password, sent) in [("guess", 0), ("secret", 1)] {
        let house = house(true).await;
        let double = Double::new(&[]);
        let password = Some(Zeroizing::new(password.to_owned()));
        let url = format!("smtp://kept@127.0.0.1:{}", double.port);
        let server = Server::parse(&url, password).unwrap();
        let mut postman = Postman::new(mail(Way::Smtp(server)));
        let round = postman.round(house.api()).await.unwrap();
        assert_eq!(round.sent, sent);
    }
}
