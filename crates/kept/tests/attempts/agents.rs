//! Agents of the Data Rights Protocol, and those who pretend to be one (X2): what is genuine is a
//! case like any other, and what is not is refused on record.

use crate::house::{Answered, House, administrator, staff};
use crate::sharing::Hook;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::http::Method;
use kept::api::Business;
use kept::feeds::tell_agents;
use kept_processing::case::Reference;
use kept_processing::{Administration, Casing, Closing, Command, Effect, Listed, Showing};
use kept_terms::Book;
use serde_json::{Value, json};

const ASK: &str = "/v1/data-rights-request";
const CLAUSE: &str = "north-america#answer";

struct Agent {
    id: &'static str,
    key: Ed25519KeyPair,
    token: String,
}

impl Agent {
    /// An agent that is registered and not yet paired.
    async fn registered(house: &House, id: &'static str) -> Agent {
        let key = Ed25519KeyPair::generate().unwrap();
        let verify = data_encoding::BASE64.encode(key.public_key().as_ref());
        let entry = json!({ "kind": "agent", "id": id.to_lowercase().replace('_', "-"),
            "agent-id": id, "name": "An agent", "verify-key": verify });
        let entry = serde_json::from_value(entry).unwrap();
        let register = Command::Administer(Administration::Register(entry));
        house.done(&administrator(), register).await;
        Agent {
            id,
            key,
            token: String::new(),
        }
    }

    async fn new(house: &House, id: &'static str) -> Agent {
        let mut agent = Agent::registered(house, id).await;
        let paired = agent.pair(house, &agent.signed(&agent.says(house))).await;
        assert_eq!(paired.status, 200, "{}", paired.text);
        assert_eq!(paired.body["agent-id"], id);
        agent.token = paired.body["token"].as_str().unwrap().to_owned();
        agent
    }

    async fn pair(&self, house: &House, body: &str) -> Answered {
        let path = format!("/v1/agent/{}", self.id);
        let body = body.as_bytes().to_vec();
        house.ask(Method::POST, &path, "", body, "text/plain").await
    }

    /// What every message says.
    fn says(&self, house: &House) -> Value {
        let at = |seconds: i64| {
            let second = house.door().now().as_second() + seconds;
            kept_terms::Timestamp::from_second(second)
                .unwrap()
                .to_string()
        };
        json!({ "agent-id": self.id, "business-id": "MEDIAOCEAN", "drp.version": "1.0",
            "issued-at": at(-5), "expires-at": at(595) })
    }

    fn asks(&self, house: &House, exercise: &str) -> Value {
        let mut said = self.says(house);
        said["exercise"] = json!(exercise);
        said["regime"] = json!("ccpa");
        said["agent-request-id"] = json!("own-7");
        said["name"] = json!("Ada Byron");
        said["email"] = json!("ada@example.com");
        said["email_verified"] = json!(true);
        said
    }

    fn signed(&self, said: &Value) -> String {
        let text = said.to_string();
        let signature = self.key.sign(text.as_bytes());
        data_encoding::BASE64.encode(&[signature.as_ref(), text.as_bytes()].concat())
    }

    async fn send(&self, house: &House, method: Method, path: &str, body: &str) -> Answered {
        let body = body.as_bytes().to_vec();
        house
            .ask(method, path, &self.token, body, "text/plain")
            .await
    }
}

async fn house() -> House {
    let house = House::new().await;
    let business = Business {
        id: "MEDIAOCEAN".to_owned(),
        url: "https://privacy.example.com".to_owned(),
    };
    house.api().data_rights.set(business).unwrap();
    house
}

fn path(answer: &Answered) -> String {
    format!("{ASK}/{}", answer.body["request_id"].as_str().unwrap())
}

async fn cases(house: &House) -> Vec<Reference> {
    let list = Showing::Cases {
        book: Book::Requests,
        ended: true,
    };
    let listed = house
        .done(&staff("privacy-office"), Command::Show(list))
        .await;
    let Ok(Effect::Listed(Listed::Cases(cases))) = listed.outcome else {
        panic!("no list");
    };
    cases.iter().map(|case| case.reference).collect()
}

#[tokio::test]
async fn an_agent_asks_looks_and_takes_back() {
    let house = house().await;
    house.person("ada@example.com").await;
    let agent = Agent::new(&house, "HELPFUL_AGENT").await;
    let own = agent
        .send(&house, Method::GET, "/v1/agent/HELPFUL_AGENT", "")
        .await;
    assert_eq!((own.status, own.text.as_str()), (200, "{}"));
    let found = house.get("/.well-known/data-rights.json", "").await;
    assert_eq!(found.body["id"], "MEDIAOCEAN", "{}", found.text);

    let asked = agent.asks(&house, "deletion");
    let told = agent
        .send(&house, Method::POST, ASK, &agent.signed(&asked))
        .await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_eq!(told.body["status"], "in_progress");
    assert_eq!(told.body["agent_request_id"], "own-7");
    assert!(told.body["expected_by"].is_string() && told.body["received_at"].is_string());
    let shown = agent.send(&house, Method::GET, &path(&told), "").await;
    assert_eq!(shown.body, told.body);
    // The office turns it down, and the agent reads why.
    let reference = cases(&house).await[0];
    let end = Closing::With {
        outcome: "no-match".to_owned(),
        ground: None,
        left: Vec::new(),
        answer: None,
    };
    let end = Command::case(Casing::End { reference, end });
    house.done(&staff("privacy-office"), end).await;
    let shown = agent.send(&house, Method::GET, &path(&told), "").await;
    assert_eq!(
        (&shown.body["status"], &shown.body["reason"]),
        (&json!("denied"), &json!("no_match"))
    );
    // Another is taken back.
    let other = agent.signed(&agent.asks(&house, "access"));
    let other = agent.send(&house, Method::POST, ASK, &other).await;
    let why = agent.signed(&json!({ "reason": "I changed my mind" }));
    let gone = agent
        .send(&house, Method::DELETE, &path(&other), &why)
        .await;
    assert_eq!(
        (gone.status, &gone.body["status"]),
        (200, &json!("revoked")),
        "{}",
        gone.text
    );
    assert_eq!(
        house.door().figures().await.unwrap().people,
        1,
        "nobody was touched"
    );
    // Nothing goes to the address that was attested.
    assert!(house.door().outgoing(None, 10).await.unwrap().is_empty());
}

/// How the request stood that an agent was last told of.
fn told_back(hook: &Hook) -> Vec<Value> {
    let taken = hook.taken();
    for (_, body) in &taken {
        let text = String::from_utf8_lossy(body);
        assert!(!text.contains("ada@") && !text.contains("Ada"), "{text}");
    }
    let read = |(_, body): &(_, axum::body::Bytes)| serde_json::from_slice(body).unwrap();
    taken.iter().map(read).collect()
}

#[tokio::test]
async fn an_agent_that_asks_to_be_told_is_told_the_last_of_it() {
    let house = house().await;
    let agent = Agent::new(&house, "HELPFUL_AGENT").await;
    let hook = Hook::new().await;
    let asks = |url: &str| {
        let mut said = agent.asks(&house, "deletion");
        said["status_callback"] = json!(url);
        agent.signed(&said)
    };
    let odd = asks("file:///etc/passwd");
    let odd = agent.send(&house, Method::POST, ASK, &odd).await;
    assert_eq!(odd.status, 400, "{}", odd.text);
    assert!(cases(&house).await.is_empty());

    let asked = asks(&hook.url);
    let asked = agent.send(&house, Method::POST, ASK, &asked).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    // An address of our own network is not called where that is not allowed.
    tell_agents(house.api()).await;
    assert!(told_back(&hook).is_empty());
    house.api().sending.allow_private();
    house.clock.pass_seconds(5);
    hook.answers(500);
    tell_agents(house.api()).await;
    assert_eq!(told_back(&hook), std::slice::from_ref(&asked.body));
    // Meanwhile it is turned down: of both, the last is told, and once.
    let reference = cases(&house).await[0];
    let end = Closing::With {
        outcome: "no-match".to_owned(),
        ground: None,
        left: Vec::new(),
        answer: None,
    };
    let end = Command::case(Casing::End { reference, end });
    house.done(&staff("privacy-office"), end).await;
    hook.answers(200);
    tell_agents(house.api()).await;
    tell_agents(house.api()).await;
    let told = told_back(&hook);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["request_id"], asked.body["request_id"]);
    assert_eq!(
        (&told[0]["status"], &told[0]["reason"]),
        (&json!("denied"), &json!("no_match"))
    );
    house.clock.pass_days(30);
    tell_agents(house.api()).await;
    assert!(told_back(&hook).is_empty());
}

#[tokio::test]
async fn what_is_not_genuine_is_refused_on_record() {
    let house = house().await;
    let agent = Agent::new(&house, "HELPFUL_AGENT").await;
    let other = Agent::new(&house, "OTHER_AGENT").await;
    let good = agent.asks(&house, "deletion");
    let with = |name: &str, value: Value| {
        let mut said = good.clone();
        said[name] = value;
        agent.signed(&said)
    };
    let now = house.door().now().as_second();
    let at = |second: i64| {
        json!(
            kept_terms::Timestamp::from_second(second)
                .unwrap()
                .to_string()
        )
    };
    let mut altered = data_encoding::BASE64
        .decode(agent.signed(&good).as_bytes())
        .unwrap();
    let last = altered.len() - 3;
    altered[last] ^= 1;
    let altered = data_encoding::BASE64.encode(&altered);
    for (body, status, why) in [
        ("no base64".to_owned(), 400, "unreadable"),
        (altered, 403, "bad-signature"),
        (other.signed(&good), 403, "bad-signature"),
        (with("agent-id", json!("OTHER_AGENT")), 403, "other-agent"),
        (
            with("business-id", json!("SOMEBODY_ELSE")),
            403,
            "other-business",
        ),
        (with("issued-at", at(now + 60)), 400, "not-yet"),
        (with("expires-at", at(now - 1)), 400, "expired"),
        (with("expires-at", at(now + 86_400)), 400, "expired"),
    ] {
        // Whoever sends what is not genuine waits a minute after some.
        house.clock.pass_seconds(0);
        let before = house.entries().await;
        let told = agent.send(&house, Method::POST, ASK, &body).await;
        assert_eq!(told.status, status, "{why}: {}", told.text);
        assert_eq!(told.body["code"], status.to_string());
        house.recorded(before, CLAUSE, "unfit").await;
        let entry = house.door().entry(before).unwrap().unwrap();
        let text = String::from_utf8(entry).unwrap();
        assert!(text.contains(&format!("data-rights:{why}")), "{text}");
    }
    assert!(cases(&house).await.is_empty());
    // Used twice, it is one case.
    let body = agent.signed(&good);
    let first = agent.send(&house, Method::POST, ASK, &body).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let before = house.entries().await;
    let again = agent.send(&house, Method::POST, ASK, &body).await;
    assert_eq!(again.status, 409, "{}", again.text);
    house.recorded(before, CLAUSE, "unfit").await;
    assert_eq!(cases(&house).await.len(), 1);
}

#[tokio::test]
async fn an_agent_reaches_nothing_of_another_and_nobody_reaches_anything_where_it_is_off() {
    let house = house().await;
    let agent = Agent::new(&house, "HELPFUL_AGENT").await;
    let other = Agent::new(&house, "OTHER_AGENT").await;
    let asked = agent.signed(&agent.asks(&house, "sale:opt-out"));
    let asked = agent.send(&house, Method::POST, ASK, &asked).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let why = other.signed(&json!({ "reason": "none" }));
    for (method, body) in [(Method::GET, ""), (Method::DELETE, why.as_str())] {
        let told = other.send(&house, method, &path(&asked), body).await;
        assert_eq!(told.status, 403, "{}", told.text);
    }
    let stranger = house.get(&path(&asked), "").await;
    assert_eq!(stranger.status, 403, "{}", stranger.text);
    let staff = house.token("staff", Some("privacy-office")).await;
    assert_eq!(house.get(&path(&asked), &staff).await.status, 403);
    // A message that pairs is used once, and by its own agent alone.
    house.clock.pass_seconds(1);
    let pairing = agent.signed(&agent.says(&house));
    assert_eq!(agent.pair(&house, &pairing).await.status, 200);
    assert_eq!(agent.pair(&house, &pairing).await.status, 403);
    assert_eq!(
        other
            .pair(&house, &agent.signed(&agent.says(&house)))
            .await
            .status,
        403
    );
    // The token before no longer opens anything.
    assert_eq!(
        agent
            .send(&house, Method::GET, &path(&asked), "")
            .await
            .status,
        403
    );

    let silent = House::new().await;
    let agent = Agent::registered(&silent, "HELPFUL_AGENT").await;
    let body = agent.signed(&agent.says(&silent));
    assert_eq!(agent.pair(&silent, &body).await.status, 404);
    assert_eq!(
        silent.get("/.well-known/data-rights.json", "").await.status,
        404
    );
}
