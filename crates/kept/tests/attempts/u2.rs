//! U2: people are contacted where that is necessary, and the outbox is the only way a message
//! leaves: decided when it is queued and again when it is due.

use crate::house::{House, contact, staff};
use crate::mail::{self, deliver, holds, letters, message, queue, states, template};
use axum::http::Method;
use kept_processing::{
    Caller, Collect, Command, Effect, Given, Listed, Sending, Showing, Undelivered,
};
use kept_terms::PersonId;
use serde_json::json;

const CLAUSE: &str = "north-america#use.answer-you";

#[tokio::test]
async fn a_role_that_may_not_write_queues_nothing_on_any_surface() {
    let mut house = House::new().await;
    template(&house, "answer", "answer-you").await;
    let person = house.person("ada@example.com").await;
    let wanted = message(&person, "answer", "answer-you", "ticket-1");
    house
        .refused(&staff("marketing"), wanted, CLAUSE, "wrong-role")
        .await;
    let token = house.token("staff", Some("marketing")).await;
    let body = json!({ "person": person, "purpose": "answer-you", "template": "answer" });
    let before = house.entries().await;
    let answer = house.post("/v1/messages", &token, &body).await;
    answer.refused(CLAUSE, "wrong-role");
    house.recorded(before, CLAUSE, "wrong-role").await;
    let many = json!({ "name": "all", "purpose": "answer-you", "template": "answer" });
    let answer = house.post("/v1/messages/campaigns", &token, &many).await;
    answer.refused(CLAUSE, "wrong-role");
    let administrator = house.token("administrator", None).await;
    let answer = house.post("/v1/messages", &administrator, &body).await;
    answer.refused("north-america#secure", "administrator-sees-nothing");
    let words = [
        "outbox",
        "send",
        "--person",
        &person,
        "--purpose",
        "answer-you",
        "--template",
        "answer",
        "--role",
        "marketing",
    ];
    house.kept(&words).refused(CLAUSE);
    house.reopen().await;
    assert_eq!(states(&house).await, []);
}

#[tokio::test]
async fn what_happened_between_queueing_and_sending_counts() {
    let house = House::new().await;
    template(&house, "answer", "answer-you").await;
    let folder = tempfile::tempdir().unwrap();
    let paused = house.person("ada@example.com").await;
    let erased = house.person("grace@example.com").await;
    for person in [&paused, &erased] {
        let message = message(person, "answer", "answer-you", "ticket-1");
        queue(&house, "support", message).await;
    }
    let person = |text: &str| text.parse::<PersonId>().unwrap();
    let pause = Command::Restrict {
        person: person(&paused),
        paused: true,
    };
    house.done(&Caller::person(), pause).await;
    let erase = Command::Erase {
        person: person(&erased),
    };
    house.done(&Caller::person(), erase).await;
    let round = deliver(&house, folder.path()).await;
    assert_eq!((round.sent, round.dropped), (0, 2));
    assert_eq!(letters(folder.path()), [""; 0]);
    assert_eq!(states(&house).await, []);
    let clause = "north-america#grant.restriction";
    let last = house.entries().await - 1;
    house.recorded(last, clause, "restricted").await;
}

#[tokio::test]
async fn what_fell_due_is_not_written_to() {
    let house = House::new().await;
    template(&house, "answer", "answer-you").await;
    let folder = tempfile::tempdir().unwrap();
    let person = house.person("ada@example.com").await;
    let message = message(&person, "answer", "answer-you", "ticket-1");
    queue(&house, "support", message).await;
    house.clock.pass_days(4 * 366);
    let round = deliver(&house, folder.path()).await;
    assert_eq!((round.sent, letters(folder.path()).len()), (0, 0));
}

#[tokio::test]
async fn the_queue_holds_no_value() {
    let mut house = House::new().await;
    template(&house, "answer", "answer-you").await;
    let folder = tempfile::tempdir().unwrap();
    let person = house.person("ada@example.com").await;
    for about in ["ticket-1", "ticket-2"] {
        queue(
            &house,
            "support",
            message(&person, "answer", "answer-you", about),
        )
        .await;
    }
    for _ in 0..2 {
        for value in ["ada@example.com", "Ada Byron", "Byron"] {
            assert!(!holds(house.folder.path(), value), "{value}");
        }
        deliver(&house, folder.path()).await;
        house.reopen().await;
    }
    assert_eq!(letters(folder.path()).len(), 2);
    assert!(matches!(
        states(&house).await[..],
        [Sending::Gone { .. }, Sending::Gone { .. }]
    ));
    // An erasure takes what is remembered of messages with it.
    let person: PersonId = person.parse().unwrap();
    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    assert_eq!(states(&house).await, []);
}

#[tokio::test]
async fn a_name_adds_no_header_and_no_addressee() {
    let house = House::new().await;
    template(&house, "answer", "answer-you").await;
    let folder = tempfile::tempdir().unwrap();
    let support = house.token("staff", Some("support")).await;
    let mut record = contact("ada@example.com");
    record["values"]["name"] = json!("Ada\r\nBcc: everybody@example.org");
    let answer = house.post("/v1/collect", &support, &record).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    let hostile = "Ada <eve@example.org>, \"Bcc: x\" eve@example.org";
    record["values"]["name"] = json!(hostile);
    let stored = house.post("/v1/collect", &support, &record).await;
    let person = stored.body["person"].as_str().unwrap();
    queue(
        &house,
        "support",
        message(person, "answer", "answer-you", "ticket-1"),
    )
    .await;
    assert_eq!(deliver(&house, folder.path()).await.sent, 1);
    let letter = &letters(folder.path())[0];
    let head = letter
        .split("\r\n\r\n")
        .next()
        .unwrap()
        .replace("\r\n ", " ");
    let to: Vec<&str> = head
        .lines()
        .filter(|line| line.starts_with("To:"))
        .collect();
    assert_eq!(to.len(), 1, "{head}");
    assert!(to[0].ends_with(" <ada@example.com>"), "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    let parsed: lettre::message::Mailboxes = to[0]["To: ".len()..].parse().unwrap();
    assert_eq!(parsed.iter().count(), 1, "{head}");
    for about in ["Ada Byron", "a\r\nb", "", "a b"] {
        let body = json!({
            "person": person, "purpose": "answer-you", "template": "answer", "about": about,
        });
        let answer = house.post("/v1/messages", &support, &body).await;
        assert_eq!(answer.status, 422, "{about}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_campaign_that_broke_off_reaches_each_person_once() {
    let mut house = House::new().await;
    template(&house, "news", "marketing").await;
    let folder = tempfile::tempdir().unwrap();
    let person = |number: usize| {
        let mut record = Collect::through("website-form");
        record.country = Some("US".parse().unwrap());
        let email = format!("person{number}@example.com");
        record.values = vec![("email".to_owned(), Given::Text(email))];
        Command::Collect(record)
    };
    let people: Vec<Command> = (0..600).map(person).collect();
    for done in house.door().perform_many(&staff("support"), &people).await {
        assert!(done.unwrap().outcome.is_ok());
    }
    let token = house.token("staff", Some("marketing")).await;
    let many = json!({ "name": "spring", "purpose": "marketing", "template": "news" });
    let begun = house.post("/v1/messages/campaigns", &token, &many).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let (queued, more) = house.door().advance_campaigns().await.unwrap();
    assert_eq!((queued, more), (500, true));
    house.reopen().await;
    assert_eq!(deliver(&house, folder.path()).await.sent, 600);
    assert_eq!(letters(folder.path()).len(), 600);
    let again = house.post("/v1/messages/campaigns", &token, &many).await;
    assert_eq!(again.status, 409, "{}", again.text);
    let told = house.get("/v1/messages/campaigns", &token).await;
    assert_eq!(told.body["campaigns"][0]["queued"], 600, "{}", told.text);
}

#[tokio::test]
async fn an_address_that_does_not_work_gets_no_marketing_and_still_what_is_necessary() {
    let house = House::new().await;
    template(&house, "news", "marketing").await;
    template(&house, "answer", "answer-you").await;
    let folder = tempfile::tempdir().unwrap();
    let person = house.person("ada@example.com").await;
    queue(
        &house,
        "marketing",
        message(&person, "news", "marketing", "spring"),
    )
    .await;
    deliver(&house, folder.path()).await;
    let letter = letters(folder.path()).remove(0);
    let id = letter
        .lines()
        .find(|line| line.starts_with("Message-ID: "))
        .unwrap();
    let report = format!(
        "From: MAILER-DAEMON@mx.example.org\r\nTo: privacy@example.com\r\nContent-Type: \
         multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n{id}\r\n--b--\r\n"
    );
    let token = house.token("machine", Some("support")).await;
    let bytes = || report.clone().into_bytes();
    for expected in ["noted", "again"] {
        let path = "/v1/messages/bounces";
        let told = house
            .ask(Method::POST, path, &token, bytes(), "message/rfc822")
            .await;
        assert_eq!(told.body["outcome"], expected, "{}", told.text);
    }
    queue(
        &house,
        "marketing",
        message(&person, "news", "marketing", "summer"),
    )
    .await;
    queue(
        &house,
        "support",
        message(&person, "answer", "answer-you", "ticket-1"),
    )
    .await;
    let round = deliver(&house, folder.path()).await;
    assert_eq!((round.sent, round.undeliverable), (1, 1));
    // How each ended stands in the ledger, in a word.
    let person: PersonId = person.parse().unwrap();
    let trail = Command::Show(Showing::Trail {
        person,
        below: None,
        limit: 50,
    });
    let shown = house.done(&staff("support"), trail).await;
    let Ok(Effect::Listed(Listed::Trail(entries))) = shown.outcome else {
        panic!("no trail");
    };
    let entries: Vec<String> = entries
        .iter()
        .map(|(_, entry)| String::from_utf8_lossy(entry).into_owned())
        .collect();
    for (end, times) in [
        ("message:gone", 2),
        ("message:bounced", 1),
        ("message:address-bounced", 1),
    ] {
        let of_end = |entry: &&String| entry.contains(&format!("\"{end}\""));
        assert_eq!(entries.iter().filter(of_end).count(), times, "{end}");
    }
    assert!(entries.iter().all(|entry| !entry.contains("example.com")));
    let why = Undelivered::AddressBounced;
    let states = mail::states(&house).await;
    let flagged =
        |state: &Sending| matches!(state, Sending::Undeliverable { why: w, .. } if *w == why);
    assert_eq!(states.iter().filter(|state| flagged(state)).count(), 1);
}

#[tokio::test]
async fn what_may_have_left_before_a_crash_is_sent_again_only_where_it_must_be() {
    let mut house = House::new().await;
    for (id, purpose) in [("news", "marketing"), ("answer", "answer-you")] {
        template(&house, id, purpose).await;
    }
    let person = house.person("ada@example.com").await;
    for (role, id, purpose) in [
        ("marketing", "news", "marketing"),
        ("support", "answer", "answer-you"),
    ] {
        queue(&house, role, message(&person, id, purpose, "may")).await;
    }
    // They are handed over, and the machine stops before that is booked.
    for waiting in house.door().due_post(10).await.unwrap() {
        let handed = house.door().hand_out(&waiting).await.unwrap();
        assert!(matches!(handed, kept_processing::Handing::Leave(_)));
    }
    house.reopen().await;
    let folder = tempfile::tempdir().unwrap();
    let round = deliver(&house, folder.path()).await;
    assert_eq!((round.sent, round.doubtful), (1, 1));
    assert_eq!(letters(folder.path()).len(), 1);
    // Queued again under the same reference, each is the same message.
    for (role, id, purpose) in [
        ("marketing", "news", "marketing"),
        ("support", "answer", "answer-you"),
    ] {
        let again = message(&person, id, purpose, "may");
        let _ = house.door().perform(&staff(role), &again).await.unwrap();
    }
    let round = deliver(&house, folder.path()).await;
    assert_eq!((round.sent, letters(folder.path()).len()), (0, 1));
}
