//! What recipients are told through their webhooks: signed, in order, until they take it, and what
//! follows an objection, a correction, a pause, an expiry and an erasure (P1, D6, X1, X2).

use crate::house::{House, administrator, staff};
use crate::sharing::{Hook, bind, due, feed, id, mail, run};
use kept::feeds::{send_once, tell_of_cases};
use kept_processing::case::Kind;
use kept_processing::{Administration, Caller, Casing, Command, Effect, Opening, Stranger, Whose};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command as Process, Stdio};

/// A house whose marketing service has Ada, and her reference there.
async fn house(hook: &Hook, confirms: bool) -> (House, String, Value) {
    let house = House::new().await;
    bind(&house, "mail-cloud").await;
    let mut mail = mail(hook);
    mail.confirms = confirms;
    feed(&house, &mail).await;
    house.api().sending.allow_private();
    let ada = house.person("ada@example.com").await;
    update(&house).await;
    let told = hook.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["type"], "person.shared");
    assert_eq!(
        told[0]["data"]["fields"],
        json!({ "name": "Ada Byron", "email": "ada@example.com" })
    );
    (house, ada, told[0]["data"]["subject"].clone())
}

async fn update(house: &House) {
    let marketing = house.token("staff", Some("marketing")).await;
    let ran = run(house, "mail-hook", &marketing).await;
    assert_eq!(ran.status, 200, "{}", ran.text);
    send_once(house.api()).await;
}

fn object(person: &str, objects: bool) -> Command {
    Command::Object {
        person: id(person),
        purpose: "marketing".to_owned(),
        objects,
    }
}

/// The signature as somebody else computes it.
fn signed_elsewhere(secret: &str, message: &str, second: &str, body: &[u8]) -> String {
    let program = "import sys,hmac,hashlib,base64\n\
        key=base64.b64decode(sys.argv[1][6:])\n\
        text=(sys.argv[2]+'.'+sys.argv[3]+'.').encode()+sys.stdin.buffer.read()\n\
        print('v1,'+base64.b64encode(hmac.new(key,text,hashlib.sha256).digest()).decode())";
    let mut python = Process::new("python3")
        .args(["-c", program, secret, message, second])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(body).unwrap();
    let output = python.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_webhook_is_signed_with_each_secret_that_counts() {
    let hook = Hook::new().await;
    let (house, ada, _) = house(&hook, false).await;
    let administrator = house.token("administrator", None).await;
    let path = "/v1/feeds/mail-hook/secret";
    let first = house.post(path, &administrator, &json!({})).await;
    let second = house.post(path, &administrator, &json!({})).await;
    assert_ne!(first.body["secret"], second.body["secret"]);
    house.done(&staff("marketing"), object(&ada, true)).await;
    send_once(house.api()).await;
    let (headers, body) = hook.taken().remove(0);
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let given = |answer: &crate::house::Answered| {
        let secret = answer.body["secret"].as_str().unwrap();
        signed_elsewhere(
            secret,
            &header("webhook-id"),
            &header("webhook-timestamp"),
            &body,
        )
    };
    let both = format!("{} {}", given(&second), given(&first));
    assert_eq!(header("webhook-signature"), both);
    let support = house.token("staff", Some("support")).await;
    let refused = house.post(path, &support, &json!({})).await;
    refused.refused("north-america#secure", "not-administrator");
}

#[tokio::test]
async fn an_objection_reaches_the_recipient_and_the_feed_at_once() {
    let hook = Hook::new().await;
    let (house, ada, subject) = house(&hook, true).await;
    house.done(&staff("marketing"), object(&ada, true)).await;
    update(&house).await;
    let told = hook.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["type"], &told[0]["data"]["subject"]),
        (&json!("person.stopped"), &subject)
    );
    assert_eq!(told[0]["data"]["purposes"], json!(["marketing"]));
    assert!(
        due(&house, "mail-cloud").await.is_empty(),
        "its 2xx confirms"
    );
    house.done(&staff("marketing"), object(&ada, false)).await;
    update(&house).await;
    assert_eq!(hook.told()[0]["type"], "person.shared");
}

#[tokio::test]
async fn what_waits_says_nothing_that_may_not_be_said_any_more() {
    let hook = Hook::new().await;
    let (house, ada, _) = house(&hook, false).await;
    let rectify = |value: &str| Command::Rectify {
        person: id(&ada),
        purpose: Some("keep-up-to-date".to_owned()),
        field: "email".to_owned(),
        value: value.to_owned(),
        number: None,
    };
    hook.answers(503);
    house
        .done(&staff("support"), rectify("byron@example.com"))
        .await;
    send_once(house.api()).await;
    let first = hook.taken();
    assert_eq!(first.len(), 1);
    house.done(&staff("marketing"), object(&ada, true)).await;
    send_once(house.api()).await;
    assert!(
        hook.taken().is_empty(),
        "what comes later waits for what came before"
    );
    hook.answers(204);
    house.clock.pass_days(1);
    send_once(house.api()).await;
    let told = hook.taken();
    let kinds: Vec<Value> = told
        .iter()
        .map(|(_, body)| serde_json::from_slice::<Value>(body).unwrap())
        .collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    assert_eq!(kinds[0]["type"], "person.corrected");
    assert_eq!(
        kinds[0]["data"]["fields"],
        json!({}),
        "who objects is not sent again"
    );
    assert_eq!(kinds[0]["data"]["corrected"], json!(["email"]));
    assert_eq!(kinds[1]["type"], "person.stopped");
    assert_eq!(
        told[0].0["webhook-id"], first[0].0["webhook-id"],
        "the same message again"
    );
}

#[tokio::test]
async fn an_erased_person_is_forgotten_downstream_and_it_is_tracked() {
    let hook = Hook::new().await;
    let (house, ada, subject) = house(&hook, false).await;
    let restrict = |paused| Command::Restrict {
        person: id(&ada),
        paused,
    };
    house.done(&staff("privacy-office"), restrict(true)).await;
    house.done(&staff("privacy-office"), restrict(false)).await;
    house
        .done(
            &staff("privacy-office"),
            Command::Erase { person: id(&ada) },
        )
        .await;
    send_once(house.api()).await;
    let told = hook.told();
    let kinds: Vec<&Value> = told.iter().map(|told| &told["type"]).collect();
    assert_eq!(
        kinds,
        ["person.paused", "person.resumed", "person.forgotten"]
    );
    assert_eq!(told[2]["data"]["subject"], subject);
    house.clock.pass_days(11);
    let due = due(&house, "mail-cloud").await;
    assert_eq!(due.len(), 3, "{due:?}");
    assert!(
        due.iter()
            .all(|due| due["told"] == true && due["late"] == true),
        "{due:?}"
    );
    let stands = house.door().standing().await.unwrap();
    let policy = house.door().policy();
    let standing = stands.iter().find(|standing| {
        let clause = policy.clause(standing.clause);
        clause.is_some_and(|clause| &*clause.full_name == "north-america#disclose.mail-cloud")
    });
    let figure = &standing.unwrap().figure;
    assert!(
        figure.contains("3 of 3 messages to it not confirmed in time"),
        "{figure}"
    );
    for one in due {
        let delivery = one["id"].as_str().unwrap().to_owned();
        house
            .done(&administrator(), Command::ConfirmDelivery { delivery })
            .await;
    }
    assert!(house.door().unconfirmed().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_webhook_that_is_gone_is_not_asked_again() {
    let hook = Hook::new().await;
    let (house, ada, _) = house(&hook, false).await;
    hook.answers(410);
    house.done(&staff("marketing"), object(&ada, true)).await;
    for _ in 0..3 {
        send_once(house.api()).await;
        house.clock.pass_days(1);
    }
    assert_eq!(hook.told().len(), 1);
    assert_eq!(
        due(&house, "mail-cloud").await.len(),
        1,
        "it can still be picked up"
    );
    // Another address begins anew, and nothing is lost.
    let next = Hook::new().await;
    let unregister = Administration::Register(kept_processing::Registered::Feed(mail(&next)));
    house
        .done(&administrator(), Command::Administer(unregister))
        .await;
    send_once(house.api()).await;
    assert_eq!(next.told()[0]["type"], "person.stopped");
}

#[tokio::test]
async fn what_falls_due_is_told_with_the_sweep() {
    let hook = Hook::new().await;
    let (house, _, subject) = house(&hook, false).await;
    for _ in 0..40 {
        house.clock.pass_days(30);
        house.door().sweep(None).await.unwrap();
    }
    let due = due(&house, "mail-cloud").await;
    assert_eq!(due.len(), 1, "{due:?}");
    assert_eq!(
        (&due[0]["what"], &due[0]["subject"]),
        (&json!("forget"), &subject)
    );
}

/// Something that an administrator registers.
fn registered(entry: Value) -> Command {
    let entry = serde_json::from_value(entry).unwrap();
    Command::Administer(Administration::Register(entry))
}

fn opening(kind: &str, contact: &str) -> Command {
    let about = Whose::Unknown(Stranger {
        contact: Some(contact.to_owned()),
        text: Some("About my copy, please.".to_owned()),
        country: "US".parse().ok(),
        ..Stranger::default()
    });
    let kind = Kind::from_word(kind).unwrap();
    Command::case(Casing::Open(Box::new(Opening::about(kind, about))))
}

#[tokio::test]
async fn what_happens_to_a_case_is_told_to_programs_and_tells_of_nobody() {
    let hook = Hook::new().await;
    let house = House::new().await;
    house.api().sending.allow_private();
    let all = json!({ "kind": "hook", "id": "ticketing", "url": hook.url });
    let nothing = json!({ "kind": "hook", "id": "other", "url": "https://example.com/hook",
        "books": ["breaches"] });
    for entry in [all, nothing] {
        house.done(&administrator(), registered(entry)).await;
    }
    let odd = json!({ "kind": "hook", "id": "odd", "url": "ftp://example.com" });
    let tried = house
        .door()
        .perform(&administrator(), &registered(odd))
        .await;
    assert!(tried.is_err());
    let administrator = house.token("administrator", None).await;
    let path = "/v1/hooks/ticketing/secret";
    let secret = house.post(path, &administrator, &json!({})).await;
    assert_eq!(secret.status, 201, "{}", secret.text);
    let refused = house.token("staff", Some("support")).await;
    assert_eq!(house.post(path, &refused, &json!({})).await.status, 403);
    let secret = secret.body["secret"].as_str().unwrap().to_owned();

    let stranger = Caller::person();
    let opened = house
        .done(&stranger, opening("complaint", "ada@example.com"))
        .await;
    let Ok(Effect::Named(reference)) = opened.outcome else {
        panic!("no name");
    };
    // It is not taken, then taken: the same message, in order, each once.
    hook.answers(500);
    tell_of_cases(house.api()).await;
    let (headers, body) = hook.taken().remove(0);
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(
        !text.contains("ada@example.com") && !text.contains("my copy"),
        "{text}"
    );
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["type"], "case.opened");
    let due = &told["data"]["due"];
    let data = json!({ "reference": reference, "kind": "complaint", "state": "open", "stage": 0,
        "due": due });
    assert_eq!((&told["data"], due.is_string()), (&data, true));
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let expected = signed_elsewhere(
        &secret,
        &header("webhook-id"),
        &header("webhook-timestamp"),
        &body,
    );
    assert!(
        header("webhook-signature")
            .split(' ')
            .any(|it| it == expected)
    );
    house.clock.pass_days(11);
    house.door().watch().await.unwrap();
    hook.answers(204);
    tell_of_cases(house.api()).await;
    tell_of_cases(house.api()).await;
    let taken = hook.taken();
    let types: Vec<Value> = taken
        .iter()
        .map(|(_, body)| serde_json::from_slice::<Value>(body).unwrap()["type"].clone())
        .collect();
    assert_eq!(types.first(), Some(&json!("case.opened")), "{types:?}");
    assert!(types.contains(&json!("case.escalated")), "{types:?}");
    assert_eq!(taken[0].0["webhook-id"], headers["webhook-id"]);
    // An address that wants no more is not asked again.
    house
        .done(&stranger, opening("question", "eve@example.com"))
        .await;
    hook.answers(410);
    tell_of_cases(house.api()).await;
    house
        .done(&stranger, opening("question", "bob@example.com"))
        .await;
    hook.answers(204);
    hook.taken();
    tell_of_cases(house.api()).await;
    assert!(hook.taken().is_empty());
}
