//! N6: what clients hold in Aura, Lumina, Prisma and Spectra is under a policy of its own: apart
//! for each client and system, on the client's instruction only, requests passed on to the client.

use crate::house::{House, administrator, caller, sources, staff};
use crate::mail::{deliver, letters};
use crate::n1::in_force;
use crate::n4::compiled;
use axum::http::Method;
use kept_processing::case::Kind;
use kept_processing::{
    Administration, Caller, Casing, Command, Effect, Failure, NewToken, Opening, Published,
    Registered, Use,
};
use kept_terms::{Act, ActorKind, PersonId, Timestamp};
use serde_json::{Value, json};

const APART: &str = "processor#secure.apart";
const INSTRUCTED: &str = "processor#secure.instructions";
const EMAIL: &str = "ada@example.com";

fn registered(value: Value) -> Command {
    let registered: Registered = serde_json::from_value(value).unwrap();
    Command::Administer(Administration::Register(registered))
}

fn instruction(client: &str, acts: &[Act], reference: &str) -> Command {
    registered(json!({
        "kind": "instruction", "id": format!("prisma-{client}"), "client": client,
        "system": "prisma", "acts": acts, "from": "2026-01-01", "reference": reference,
    }))
}

/// A house with two clients in Prisma, each with its instruction.
async fn house() -> House {
    let house = House::new().await;
    for client in ["acme", "globex"] {
        let known = json!({ "kind": "client", "id": client, "name": client });
        house.done(&administrator(), registered(known)).await;
        let told = instruction(client, Act::ALL, "contract 7, annex 2");
        house.done(&administrator(), told).await;
    }
    house
}

async fn token(house: &House, role: &str, home: &str) -> String {
    let new = NewToken {
        kind: ActorKind::Machine,
        role: Some(role.to_owned()),
        purposes: None,
        home: Some(home.parse().unwrap()),
        expires: Timestamp::from_second(house.door().now().as_second() + 86_400).unwrap(),
    };
    let (secret, token) = house.door().draw_token(new).unwrap();
    let grant = Administration::Grant {
        secret: secret.clone(),
        token,
    };
    house
        .done(&administrator(), Command::Administer(grant))
        .await;
    secret
}

fn record() -> Value {
    json!({ "channel": "hosted-system", "values": { "name": "Ada Byron", "email": EMAIL } })
}

fn reading(person: &str) -> Value {
    json!({ "person": person, "purpose": "client-system", "fields": ["email"] })
}

async fn stored(house: &House, token: &str) -> String {
    let told = house.post("/v1/collect", token, &record()).await;
    assert_eq!(told.status, 201, "{}", told.text);
    told.body["person"].as_str().unwrap().to_owned()
}

/// Every request that names a person, with the body that goes with it.
fn requests(person: &str) -> Vec<(Method, String, Value)> {
    let people = |act: &str| format!("/v1/people/{person}/{act}");
    let post = |path: String, body: Value| (Method::POST, path, body);
    let consent = json!({ "purpose": "client-system", "channel": "api" });
    let known = json!({ "person": person, "channel": "hosted-system",
        "values": { "email": "new@example.com" } });
    vec![
        post("/v1/use".to_owned(), reading(person)),
        post("/v1/contact".to_owned(), reading(person)),
        post("/v1/collect".to_owned(), known),
        post(
            "/v1/verify".to_owned(),
            json!({ "person": person, "purpose": "client-system",
            "claims": { "email": EMAIL } }),
        ),
        post(
            "/v1/disclose".to_owned(),
            json!({ "person": person, "recipient": "support-cloud",
            "purpose": "client-help", "fields": ["name"] }),
        ),
        post(
            people("rectify"),
            json!({ "field": "name", "value": "Ada King" }),
        ),
        post(people("restrict"), json!({})),
        post(people("unrestrict"), json!({})),
        post(people("consent"), consent.clone()),
        post(people("withdraw"), consent),
        post(people("object"), json!({ "purpose": "client-system" })),
        post(people("unobject"), json!({ "purpose": "client-system" })),
        post(people("export"), json!({})),
        post(people("erase"), json!({})),
        post(people("report-child"), json!({ "child": true })),
        (Method::GET, people("trail"), Value::Null),
    ]
}

async fn ask(house: &House, token: &str, request: (Method, String, Value)) -> (u16, String) {
    let (method, path, body) = request;
    let (bytes, media) = match method {
        Method::GET => (Vec::new(), ""),
        _ => (serde_json::to_vec(&body).unwrap(), "application/json"),
    };
    let told = house.ask(method, &path, token, bytes, media).await;
    (told.status, told.text)
}

#[tokio::test]
async fn a_client_finds_nobody_outside_its_home_by_any_request() {
    let house = house().await;
    let (acme, globex) = (
        token(&house, "client-user", "prisma/acme").await,
        token(&house, "client-user", "prisma/globex").await,
    );
    let theirs = stored(&house, &globex).await;
    let of_the_firm = house.person(EMAIL).await;
    let own = stored(&house, &acme).await;
    assert!(own != theirs && own != of_the_firm);
    let nobody = PersonId([9; 16]).to_string();
    for (at, request) in requests(&nobody).into_iter().enumerate() {
        let before = house.entries().await;
        let path = request.1.clone();
        let (status, text) = ask(&house, &acme, request).await;
        if status == 404 {
            house.recorded(before, APART, "other-client").await;
        } else {
            assert!(path.ends_with("trail"), "{path}: {status} {text}");
        }
        for stranger in [&theirs, &of_the_firm] {
            let told = ask(&house, &acme, requests(stranger).remove(at)).await;
            assert_eq!(told, (status, text.clone()), "{path}");
        }
    }
    let lines = format!("{}\n{}\n", reading(&theirs), reading(&nobody)).into_bytes();
    let media = "application/x-ndjson";
    let bulk = house
        .ask(Method::POST, "/v1/use/bulk", &acme, lines, media)
        .await;
    assert_eq!(bulk.text.matches("not-found").count(), 2, "{}", bulk.text);
    for home in ["prisma/globex", "prisma/nobody"] {
        let path = format!("/v1/systems/{}/requests", home.replace('/', "/clients/"));
        assert_eq!(house.get(&path, &acme).await.status, 404);
    }
    for path in [
        "/v1/evidence",
        "/v1/tokens",
        "/v1/registers",
        "/v1/anything",
    ] {
        assert_eq!(house.get(path, &acme).await.status, 404, "{path}");
    }
    assert_eq!(house.door().figures().await.unwrap().people, 3);
}

#[tokio::test]
async fn the_firm_sees_nothing_of_them_and_acts_on_instruction_alone() {
    let mut house = house().await;
    let acme = token(&house, "client-user", "prisma/acme").await;
    let person = stored(&house, &acme).await;
    let id: PersonId = person.parse().unwrap();
    let use_of = |purpose: &str| {
        Command::Use(Use {
            person: id,
            purpose: purpose.to_owned(),
            fields: vec!["name".to_owned()],
        })
    };
    for role in ["support", "privacy-office", "marketing", "hosted-support"] {
        let told = use_of("client-help");
        house
            .refused(&staff(role), told, APART, "other-client")
            .await;
    }
    let support = house.token("staff", Some("support")).await;
    let told = house.post("/v1/use", &support, &reading(&person)).await;
    told.refused(APART, "other-client");
    let only_taking = instruction("acme", &[Act::Collect], "a letter of today");
    house.done(&administrator(), only_taking).await;
    let helper = Caller {
        home: Some("prisma/acme".parse().unwrap()),
        ..caller(ActorKind::Staff, Some("hosted-support"))
    };
    house
        .refused(&helper, use_of("client-help"), INSTRUCTED, "not-instructed")
        .await;
    let told = house.post("/v1/use", &acme, &reading(&person)).await;
    told.refused(INSTRUCTED, "not-instructed");
    let words = [
        "use",
        "--person",
        &person,
        "--role",
        "hosted-support",
        "--purpose",
        "client-help",
        "--fields",
        "name",
    ];
    house.kept(&words).refused(APART);
    let within = [&words[..], &["--home", "prisma/acme"]].concat();
    house.kept(&within).refused(INSTRUCTED);
    let words = ["person", "export", &person];
    house.kept(&words).refused("processor#answer.requests");
}

#[tokio::test]
async fn a_request_that_reaches_us_goes_to_the_client() {
    let house = house().await;
    let acme = token(&house, "client-user", "prisma/acme").await;
    let person = stored(&house, &acme).await;
    let office = house.token("staff", Some("privacy-office")).await;
    let path = "/v1/systems/prisma/clients/acme/requests";
    let asks =
        |value| json!({ "right": "access", "identifier": { "field": "email", "value": value } });
    let told = house.post(path, &office, &asks(EMAIL)).await;
    let missed = house.post(path, &office, &asks("no@example.com")).await;
    for answer in [&told, &missed] {
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert!(!answer.text.contains(&person), "{}", answer.text);
        assert_eq!(answer.body["request"]["answer-by"], "2026-12-23");
    }
    let list = house.get(path, &acme).await;
    assert_eq!(list.text.matches(&person).count(), 1, "{}", list.text);
    assert!(
        !house
            .get("/v1/systems/requests", &office)
            .await
            .text
            .contains(&person)
    );
    let id = told.body["request"]["id"].as_str().unwrap();
    let globex = token(&house, "client-user", "prisma/globex").await;
    let answer = json!({ "answer": "answered" });
    let answering = format!("{path}/{id}/answer");
    assert_eq!(house.post(&answering, &globex, &answer).await.status, 404);
    assert_eq!(house.post(&answering, &acme, &answer).await.status, 200);
    let open = house.get(path, &acme).await;
    assert_eq!(open.body["requests"].as_array().unwrap().len(), 1);
    // Both are cases of the house's, which names the request and nobody.
    let cases = house.get("/v1/cases?ended=true", &office).await;
    assert!(!cases.text.contains(&person), "{}", cases.text);
    let cases = cases.body["cases"].as_array().unwrap();
    let ended: Vec<&Value> = cases.iter().map(|it| &it["state"]["outcome"]).collect();
    assert_eq!(cases.len(), 2, "{cases:?}");
    assert!(ended.contains(&&json!("answered")) && ended.contains(&&Value::Null));
    assert_eq!(house.get("/v1/cases", &acme).await.status, 404);
}

#[tokio::test]
async fn an_ended_contract_leaves_nothing_and_only_after_all_was_handed_back() {
    let mut house = house().await;
    let (acme, globex) = (
        token(&house, "client-user", "prisma/acme").await,
        token(&house, "client-user", "prisma/globex").await,
    );
    let person = stored(&house, &acme).await;
    stored(&house, &globex).await;
    let path = "/v1/systems/prisma/clients/acme";
    let ending = format!("{path}/end");
    assert_eq!(house.post(&ending, &acme, &json!({})).await.status, 422);
    assert_eq!(house.post(&ending, &globex, &json!({})).await.status, 404);
    let back = house
        .post(&format!("{path}/return"), &acme, &json!({}))
        .await;
    assert!(
        back.text.contains(EMAIL) && back.text.contains(&person),
        "{}",
        back.text
    );
    let last: Value = serde_json::from_str(back.text.lines().last().unwrap()).unwrap();
    assert_eq!(last["handed-back"]["people"], 1, "{last}");
    let ended = [
        "hosted",
        "end",
        "--home",
        "prisma/acme",
        "--role",
        "marketing",
        "--to",
        "acme.ndjson",
    ];
    house.kept(&ended).refused("processor#secure");
    let ended = ended.map(|word| {
        if word == "marketing" {
            "hosted-operations"
        } else {
            word
        }
    });
    let told = house.kept(&ended);
    assert_eq!(told.code, 0, "{}{}", told.out, told.err);
    let file = std::fs::read_to_string(house.folder.path().join("acme.ndjson")).unwrap();
    assert!(
        file.contains(EMAIL) && file.contains("handed-back"),
        "{file}"
    );
    house.reopen().await;
    assert_eq!(
        house.post("/v1/use", &acme, &reading(&person)).await.status,
        404
    );
    assert_eq!(house.door().figures().await.unwrap().people, 1);
}

#[tokio::test]
async fn a_case_of_another_home_is_not_there() {
    let house = house().await;
    let globex = token(&house, "client-user", "prisma/globex").await;
    let person: PersonId = stored(&house, &globex).await.parse().unwrap();
    let within = |home: &str| Caller {
        home: Some(home.parse().unwrap()),
        ..caller(ActorKind::Machine, Some("client-user"))
    };
    let opening = Opening::of(Kind::UnderAge, person);
    let open = Command::case(Casing::Open(Box::new(opening)));
    let opened = house.done(&within("prisma/globex"), open).await.outcome;
    let Ok(Effect::Named(named)) = opened else {
        panic!("no name");
    };
    let reference = named.parse().unwrap();
    // Whoever acts in another home is answered as of a case that there is none of.
    for reference in [reference, house.door().draw_case()] {
        let step = Command::case(Casing::Remind { reference });
        let tried = house.door().perform(&within("prisma/acme"), &step).await;
        assert!(matches!(tried, Err(Failure::NotFound("case"))));
    }
}

const TOLD: &str = "processor#notify.sub-processors";

/// The modelled policy with another firm that works on what clients hold, from a day on.
fn another_firm(house: &House, day: &str) -> String {
    let folder = house.folder.path().join(format!("firm-{day}"));
    std::fs::create_dir_all(&folder).unwrap();
    let firm = "[disclose.mail-cloud]\nto = \"mail-cloud\"\ndata = [\"email\"]\n\
        for = [\"client-help\"]\nprotection = \"processing-agreement\"\n\
        assurance = { any = [\"SOC 2\"] }\n\n[secure.support-cloud-report]";
    for source in sources() {
        let mut text = source.text.to_string();
        if source.file == "processor.md" {
            let dates = format!("effective  = {day}\nrevised    = 2026-11-23");
            for (was, now) in [
                ("effective  = 2018-05-01\nrevised    = 2018-05-01", &*dates),
                ("[secure.support-cloud-report]", firm),
            ] {
                assert!(text.contains(was), "{was}");
                text = text.replacen(was, now, 1);
            }
        }
        std::fs::write(folder.join(&source.file), text).unwrap();
    }
    folder.to_string_lossy().into_owned()
}

/// A house under the modelled policy in which Acme and Globex hold somebody in Prisma, and Initech
/// nobody yet; Acme has a mailbox.
async fn with_mailboxes() -> House {
    let mut house = house().await;
    in_force(&mut house);
    house.reopen().await;
    for client in ["acme", "globex"] {
        let token = token(&house, "client-user", &format!("prisma/{client}")).await;
        stored(&house, &token).await;
    }
    let known = json!({ "kind": "client", "id": "initech", "name": "Initech" });
    house.done(&administrator(), registered(known)).await;
    let told = instruction("initech", &[Act::Collect], "contract 9");
    house.done(&administrator(), told).await;
    house.done(&administrator(), mailbox("acme")).await;
    house
}

fn mailbox(client: &str) -> Command {
    registered(json!({
        "kind": "mailbox", "id": format!("{client}-box"), "client": client,
        "address": format!("privacy@{client}.example.com"),
    }))
}

async fn publish(house: &House, path: &str) -> Published {
    let (policy, files) = compiled(path);
    let system = Caller::system("publish");
    let published = house.door().publish(&system, policy, files);
    published.await.unwrap()
}

async fn told_of(house: &House) -> Vec<(String, String)> {
    while house.door().tell_of_changes().await.unwrap().is_some() {}
    let office = house.token("staff", Some("privacy-office")).await;
    let listed = house.get("/v1/messages/campaigns", &office).await;
    let clients = listed.body["notices"][0]["clients"].as_array().unwrap();
    let word = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    let told = clients.iter();
    told.map(|it| (word(it, "client"), word(it, "stands")))
        .collect()
}

/// What of the messages in a folder went to an address.
fn to<'l>(letters: &'l [String], address: &str) -> Vec<&'l String> {
    let header = format!("To: {address}");
    let found = letters.iter().filter(|it| it.contains(&header));
    found.collect()
}

#[tokio::test]
async fn another_firm_waits_until_each_client_was_told() {
    let mut house = with_mailboxes().await;
    for day in ["2018-05-01", "2026-12-22"] {
        let path = another_firm(&house, day);
        let before = house.entries().await;
        assert!(matches!(
            publish(&house, &path).await,
            Published::Refused(_)
        ));
        house.recorded(before, TOLD, "too-soon").await;
        house.kept(&["simulate", &path]).refused(TOLD);
        house.kept(&["publish", &path, "--in-force"]).refused(TOLD);
        house.reopen().await;
    }
    assert!(house.door().announcements().await.unwrap().is_empty());
    let path = another_firm(&house, "2026-12-23");
    assert!(matches!(publish(&house, &path).await, Published::From(_)));
}

#[tokio::test]
async fn each_client_is_told_once_of_another_firm_and_nobody_else() {
    let mut house = with_mailboxes().await;
    house.person("ada@example.com").await;
    let path = another_firm(&house, "2027-01-01");
    assert!(matches!(publish(&house, &path).await, Published::From(_)));
    let stands = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        let own = list.iter();
        own.map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    };
    let none = ("globex", "no-mailbox");
    let idle = ("initech", "no-mailbox");
    let told = told_of(&house).await;
    assert_eq!(told, stands(&[("acme", "queued"), none, idle]));
    assert_eq!(
        house.standing(TOLD).await,
        "0 of 3 notices given, 0 late",
        "nothing has left"
    );
    // Neither a restart nor publishing again tells anybody twice.
    house.reopen().await;
    let _ = publish(&house, &path).await;
    let folder = tempfile::tempdir().unwrap();
    deliver(&house, folder.path()).await;
    let told = told_of(&house).await;
    assert_eq!(told, stands(&[("acme", "told"), none, idle]));
    let sent = letters(folder.path());
    assert_eq!(sent.len(), 1, "{sent:?}");
    let [letter] = to(&sent, "privacy@acme.example.com")[..] else {
        panic!("{sent:?}");
    };
    for said in [
        "2027-01-01",
        "Marketing-mail cloud (US)",
        "/policy/processor",
    ] {
        assert!(letter.contains(said), "{said}: {letter}");
    }
    assert_eq!(house.standing(TOLD).await, "1 of 3 notices given, 0 late");
    // Whoever has a mailbox later is told then.
    house.done(&administrator(), mailbox("globex")).await;
    told_of(&house).await;
    let folder = tempfile::tempdir().unwrap();
    deliver(&house, folder.path()).await;
    let sent = letters(folder.path());
    assert_eq!(to(&sent, "privacy@globex.example.com").len(), 1, "{sent:?}");
    assert_eq!(sent.len(), 1);
    let told = told_of(&house).await;
    assert_eq!(told[1].1, "told");
    // Who could not be told a month ahead shows.
    assert_eq!(house.stands(TOLD).await, "kept");
    house.clock.pass_days(10);
    assert_eq!(house.standing(TOLD).await, "2 of 3 notices given, 1 late");
    assert_eq!(house.stands(TOLD).await, "broken");
    house.done(&administrator(), mailbox("initech")).await;
    told_of(&house).await;
    let folder = tempfile::tempdir().unwrap();
    deliver(&house, folder.path()).await;
    told_of(&house).await;
    assert_eq!(house.standing(TOLD).await, "3 of 3 notices given, 1 late");
    let listed = house.kept(&["outbox", "list"]);
    assert!(listed.out.contains("client acme: told"), "{}", listed.out);
}

#[tokio::test]
async fn a_client_whose_mailbox_fails_is_not_told() {
    let house = with_mailboxes().await;
    let path = another_firm(&house, "2027-01-01");
    let _ = publish(&house, &path).await;
    told_of(&house).await;
    let queue = house.door().outgoing(None, 10).await.unwrap();
    let handing = house.door().hand_out(&queue[0]).await.unwrap();
    let kept_processing::Handing::Leave(parcel) = handing else {
        panic!("not handed out");
    };
    let rejected = kept_processing::Ended::Rejected { address: true };
    house
        .door()
        .settle(&parcel.message, rejected)
        .await
        .unwrap();
    assert_eq!(told_of(&house).await[0].1, "failed");
    // A message that came back after all was not received either.
    house
        .done(&administrator(), registered(json!({
            "kind": "mailbox", "id": "acme-second", "client": "acme", "address": "dpo@acme.example.com",
        })))
        .await;
    told_of(&house).await;
    let folder = tempfile::tempdir().unwrap();
    deliver(&house, folder.path()).await;
    assert_eq!(to(&letters(folder.path()), "dpo@acme.example.com").len(), 1);
    assert_eq!(told_of(&house).await[0].1, "told");
}
