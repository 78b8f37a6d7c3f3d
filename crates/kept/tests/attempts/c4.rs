//! C4: correspondence is on record both ways; a call is recorded only where the caller was told, is
//! heard only for what the recording is for, and goes in time.

use crate::house::{House, staff};
use axum::body::Body;
use axum::http::{Method, Request};
use kept_processing::{Admitted, Collect, Command, Given, Subject, Use};
use kept_terms::PersonId;
use serde_json::{Value, json};
use std::path::Path;
use tower::ServiceExt as _;

const NOTICE: &str = "north-america#collect.call-recording";
const SOUND: &str = "audio/wav";

/// How many files stand among the blobs, finished or not.
fn blobs(house: &House) -> usize {
    fn files(folder: &Path) -> usize {
        let inside = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        let count = |entry: std::fs::DirEntry| match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path()),
            false => 1,
        };
        inside.map(count).sum()
    }
    files(&house.folder.path().join("blobs"))
}

fn upload(person: &str, said: &str) -> String {
    format!("/v1/people/{person}/files/call-recording?channel=telephone{said}")
}

fn coming(person: PersonId) -> Collect {
    let file = Given::Coming {
        name: "call.wav".to_owned(),
        media_type: SOUND.to_owned(),
    };
    Collect {
        subject: Subject::Known(person),
        values: vec![("call-recording".to_owned(), file)],
        ..Collect::through("telephone")
    }
}

#[tokio::test]
async fn nobody_is_recorded_who_was_not_told() {
    let mut house = House::new().await;
    let person = house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    let sound = vec![0xfe; 300_000];
    for said in ["", "&notice=false"] {
        let before = house.entries().await;
        let path = upload(&person, said);
        let answer = house.ask(Method::POST, &path, &support, sound.clone(), SOUND);
        answer.await.refused(NOTICE, "notice-missing");
        house.recorded(before, NOTICE, "notice-missing").await;
    }
    let file =
        json!({ "field": "call-recording", "name": "a", "media-type": SOUND, "content": "" });
    let record = json!({ "channel": "telephone", "person": person, "files": [file] });
    let answer = house.post("/v1/collect", &support, &record).await;
    answer.refused(NOTICE, "notice-missing");
    let lines = format!("{record}\n").into_bytes();
    let bulk = house.ask(
        Method::POST,
        "/v1/collect/bulk",
        &support,
        lines,
        "application/x-ndjson",
    );
    assert!(bulk.await.text.contains("notice-missing"));
    let known = person.parse().unwrap();
    let door = house.door();
    let admitted = door.admit(&staff("support"), coming(known), None).await;
    let Ok(Admitted::Answered(told)) = admitted else {
        panic!("it may come");
    };
    house
        .recorded(told.entry.unwrap(), NOTICE, "notice-missing")
        .await;

    let calls = house.folder.path().join("calls");
    std::fs::create_dir(&calls).unwrap();
    std::fs::write(calls.join("one.wav"), &sound).unwrap();
    let table = "email,call-recording,notice\nada@example.com,one.wav,no\n";
    std::fs::write(calls.join("index.csv"), table).unwrap();
    let words = [
        "collect",
        "calls",
        "--kind",
        "recordings",
        "--channel",
        "telephone",
    ];
    house.kept(&words).refused(NOTICE);
    assert_eq!(blobs(&house), 0);
}

#[tokio::test]
async fn a_recording_that_breaks_off_leaves_nothing() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    let pieces = (0..20).map(|_| Ok(vec![0xfe; 65_536])).chain([Err("gone")]);
    let body = Body::from_stream(futures::stream::iter(pieces));
    let before = house.entries().await;
    let request = Request::builder()
        .method(Method::POST)
        .uri(upload(&person, "&notice=true"))
        .header("authorization", format!("Bearer {support}"))
        .header("content-type", SOUND);
    let router = house.api().clone().router();
    let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!((blobs(&house), house.entries().await), (0, before));
}

#[tokio::test]
async fn a_recording_is_heard_for_what_it_is_for_and_goes_after_ninety_days() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    let sound: Vec<u8> = (0..400_000u32).map(|n| (n % 251) as u8 | 0x80).collect();
    let path = upload(&person, "&notice=true");
    let stored = house.ask(Method::POST, &path, &support, sound, SOUND).await;
    assert_eq!(stored.status, 201, "{}", stored.text);

    let heard =
        |purpose: &str| format!("/v1/people/{person}/files/call-recording?purpose={purpose}");
    let trainer = house.token("staff", Some("trainer")).await;
    let played = house.get(&heard("support-training"), &trainer).await;
    assert_eq!(played.status, 200);
    assert_eq!(played.headers["content-length"], "400000");
    let marketing = house.token("staff", Some("marketing")).await;
    let before = house.entries().await;
    let answer = house.get(&heard("support-training"), &marketing).await;
    answer.refused("north-america#use.support-training", "wrong-role");
    let clause = "north-america#use.support-training";
    house.recorded(before, clause, "wrong-role").await;
    let known: PersonId = person.parse().unwrap();
    let wanted = Use {
        person: known,
        purpose: "answer-you".to_owned(),
        fields: vec!["call-recording".to_owned()],
    };
    let clause = "north-america#secure.support";
    house
        .refused(&staff("support"), Command::Use(wanted), clause, "hidden")
        .await;

    // The ninetieth day is the first on which it is no longer needed.
    for (days, status) in [(30, 200), (30, 200), (29, 200), (1, 404)] {
        house.clock.pass_days(days);
        house.door().sweep(None).await.unwrap();
        let trainer = house.token("staff", Some("trainer")).await;
        let played = house.get(&heard("support-training"), &trainer).await;
        assert_eq!(played.status, status, "{}", played.text);
    }
}

#[tokio::test]
async fn an_illness_in_a_file_is_refused_while_it_comes() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    let mut text = "All is well. ".repeat(20_000).into_bytes();
    text.extend_from_slice(b"I was diagnosed with diabetes last year.");
    let path = format!("/v1/people/{person}/files/attachment?channel=e-mail");
    let before = house.entries().await;
    // Whatever it is said to be.
    let answer = house
        .ask(Method::POST, &path, &support, text, "image/png")
        .await;
    answer.refused("north-america#refuse.sensitive", "sensitive");
    let clause = "north-america#refuse.sensitive";
    house.recorded(before, clause, "sensitive").await;
    assert_eq!(blobs(&house), 0);
}

fn letter(email: &str, direction: &str, at: &str, id: &str, answers: &[&str]) -> Value {
    let file = json!({ "field": "attachment", "name": "a.bin", "media-type": "image/png", "content": "/w==" });
    json!({
        "channel": "e-mail",
        "values": { "email": email, "subject": "An invoice", "message": format!("Letter {id}") },
        "files": [file],
        "letter": { "direction": direction, "at": at, "id": id, "answers": answers },
    })
}

#[tokio::test]
async fn letters_both_ways_are_read_as_one_conversation_by_those_who_answer() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    for (direction, at, id, answers) in [
        (
            "out",
            "2026-11-22T10:00:00Z",
            "b@example.org",
            &["a@example.com"][..],
        ),
        ("in", "2026-11-21T10:00:00Z", "a@example.com", &[]),
        ("in", "2026-11-20T10:00:00Z", "x@example.com", &[]),
    ] {
        let record = letter("ada@example.com", direction, at, id, answers);
        let stored = house.post("/v1/collect", &support, &record).await;
        assert_eq!(stored.status, 201, "{}", stored.text);
    }
    let path = |said: &str| format!("/v1/people/{person}/correspondence?{said}");
    let read = house.get(&path("purpose=answer-you"), &support).await;
    assert_eq!(read.status, 200, "{}", read.text);
    let letters = read.body["letters"].as_array().unwrap();
    let told: Vec<_> = letters
        .iter()
        .map(|it| (&it["direction"], &it["parts"][0]["value"]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["in", "Letter x@example.com"],
            ["in", "Letter a@example.com"],
            ["out", "Letter b@example.org"]
        ])
    );
    assert_eq!(letters[1]["thread"], letters[2]["thread"]);
    assert_ne!(letters[0]["thread"], letters[1]["thread"]);
    assert_eq!(letters[0]["parts"][2]["file"]["name"], "a.bin");

    let marketing = house.token("staff", Some("marketing")).await;
    let before = house.entries().await;
    let answer = house.get(&path("purpose=marketing"), &marketing).await;
    answer.refused("north-america#secure.marketing", "hidden");
    house
        .recorded(before, "north-america#secure.marketing", "hidden")
        .await;
    let sales = house.token("staff", Some("sales")).await;
    house
        .get(&path("purpose=answer-you"), &sales)
        .await
        .refused("#secure.sales", "hidden");
    let fields = "purpose=answer-you&fields=subject,message";
    assert_eq!(house.get(&path(fields), &sales).await.status, 200);
    let bytes = std::fs::read(house.folder.path().join("vault.db")).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("example.com") && !text.contains("\"direction\""));
}

const MAIL: &str = "\
From ada@example.com Mon Nov 23 09:00:00 2026
From: Ada Byron <ada@example.com>
To: Support <support@example.org>
Date: Mon, 23 Nov 2026 09:00:00 +0000
Subject: An invoice
Message-ID: <a@example.com>

Is it paid?

From support@example.org Mon Nov 23 09:30:00 2026
From: Support <support@example.org>
To: Ada Byron <ada@example.com>
Cc: Colleague <desk@example.org>
Date: Mon, 23 Nov 2026 09:30:00 +0000
Subject: Re: An invoice
Message-ID: <b@example.org>
In-Reply-To: <a@example.com>

It is.

From support@example.org Mon Nov 23 09:40:00 2026
From: Support <support@example.org>
To: desk@example.org
Date: Mon, 23 Nov 2026 09:40:00 +0000
Subject: Lunch

At noon?
";

#[tokio::test]
async fn what_the_firm_writes_is_on_record_for_whom_it_wrote_to() {
    let mut house = House::new().await;
    std::fs::write(house.folder.path().join("desk.mbox"), MAIL).unwrap();
    let words = [
        "collect",
        "desk.mbox",
        "--country",
        "US",
        "--own",
        "@example.org",
    ];
    let ended = house.kept(&words);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("2 records stored"), "{}", ended.out);
    assert!(ended.out.contains("1 line rejected"), "{}", ended.out);
    house.reopen().await;
    let everybody = house.everybody();
    assert_eq!(
        everybody.len(),
        1,
        "nobody is stored for being written from"
    );
    let support = house.token("staff", Some("support")).await;
    let person = &everybody[0];
    let path = format!("/v1/people/{person}/correspondence?purpose=answer-you");
    let read = house.get(&path, &support).await;
    let letters = read.body["letters"].as_array().unwrap();
    let told: Vec<_> = letters
        .iter()
        .map(|it| (&it["direction"], &it["parts"][1]["value"]))
        .collect();
    assert_eq!(
        json!(told),
        json!([["in", "Is it paid?"], ["out", "It is."]])
    );
    assert_eq!(letters[0]["thread"], letters[1]["thread"]);
}

#[tokio::test]
async fn recordings_beside_a_table_come_in_once() {
    let mut house = House::new().await;
    let person = house.person("ada@example.com").await;
    let calls = house.folder.path().join("calls");
    std::fs::create_dir(&calls).unwrap();
    std::fs::write(calls.join("one.wav"), vec![0xfe; 200_000]).unwrap();
    let table = "email,call-recording,notice\n\
        ada@example.com,one.wav,yes\nada@example.com,../root.key,yes\nada@example.com,two.wav,yes\n";
    std::fs::write(calls.join("index.csv"), table).unwrap();
    let words = [
        "collect",
        "calls",
        "--kind",
        "recordings",
        "--channel",
        "telephone",
        "--country",
        "US",
    ];
    let ended = house.kept(&words);
    assert!(
        ended.out.contains("1 record stored"),
        "{}{}",
        ended.out,
        ended.err
    );
    assert!(ended.out.contains("2 lines rejected"), "{}", ended.out);
    assert_eq!(house.kept(&words).code, 0);
    assert_eq!(blobs(&house), 1);
    house.reopen().await;
    let trainer = house.token("staff", Some("trainer")).await;
    let path = format!("/v1/people/{person}/files/call-recording?purpose=support-training");
    let played = house.get(&path, &trainer).await;
    assert_eq!(played.headers["content-type"], "audio/wav");
    assert_eq!(played.headers["content-length"], "200000");
}
